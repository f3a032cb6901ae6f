//! Networks that are declared in files, so that they come back after a reboot: read only, made on
//! first use.

use std::fs;

use crate::error::{Error, Result};
use crate::spec::NewNetwork;

/// One file a network: NAME.json.
const DIRECTORY: &str = "/etc/nsrun/networks";

/// What the file of network `name` says; `None` when there is none.
pub(super) fn declared(name: &str) -> Result<Option<NewNetwork>> {
    let path = format!("{DIRECTORY}/{name}.json");
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
