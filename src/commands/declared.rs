//! Networks that are declared in files, so that they come back after a reboot: read only, made on
//! first use.

use std::fs;

use crate::error::{Error, Result};
use crate::spec::{NewNetwork, sort};

/// One file a network: NAME.json.
const DIRECTORY: &str = "/etc/nsrun/networks";

/// The file that declares network `name`, where there is one.
pub(super) fn path(name: &str) -> String {
    format!("{DIRECTORY}/{name}.json")
}

/// All networks that are declared, by their names; what is wrong with a file goes to `warnings`.
pub(super) fn all(warnings: &mut Vec<String>) -> Vec<NewNetwork> {
    let mut found = Vec::new();
    for entry in fs::read_dir(DIRECTORY).into_iter().flatten().flatten() {
        let file = entry.file_name();
        let Some(name) = file.to_str().and_then(|file| file.strip_suffix(".json")) else {
            continue;
        };
        match declared(name) {
            Ok(network) => found.extend(network),
            Err(error) => warnings.push(match error.cause {
                Some(cause) => format!("{}: {cause}", error.what),
                None => error.what,
            }),
        }
    }
    sort(&mut found, |a: &NewNetwork, b| a.name < b.name);
    found
}

/// What the file of network `name` says; `None` when there is none.
pub(super) fn declared(name: &str) -> Result<Option<NewNetwork>> {
    let path = path(name);
    let cannot = || Error::new(format!("cannot read network file \"{path}\""));
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot().because(crate::sys::errno(&error).desc())),
    };
    NewNetwork::from_json(name, &text).map(Some).map_err(|error| {
        let cause = cannot().because(error.what);
        Error { hint: error.hint, ..cause }
    })
}
