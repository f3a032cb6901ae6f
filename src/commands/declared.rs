//! Networks that are declared in files, so that they come back after a reboot: read only, made on
//! first use.

use std::fs;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::spec::NewNetwork;

/// One file a network: NAME.json.
const DIRECTORY: &str = "/etc/nsrun/networks";

/// What the file of network `name` says; `None` when there is none. It is an object whose keys are
/// the options of `nsrun network create`.
pub(super) fn declared(name: &str) -> Result<Option<NewNetwork>> {
    let path = format!("{DIRECTORY}/{name}.json");
    let cannot = || Error::new(format!("cannot read network file \"{path}\""));
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot().because(crate::sys::errno(&error).desc())),
    };
    let value: Value = serde_json::from_slice(&text).map_err(|error| cannot().because(error))?;
    read(name, &value).map(Some).map_err(|error| {
        let cause = cannot().because(error.what);
        Error { hint: error.hint, ..cause }
    })
}

fn read(name: &str, value: &Value) -> Result<NewNetwork> {
    let mut new = NewNetwork::named(name)?;
    let object = value.as_object().ok_or_else(|| {
        Error::usage("it holds no object").hint("write {\"subnet\": \"10.80.0.0/24\"} or so")
    })?;
    for (key, value) in object {
        match value {
            Value::Array(items) => {
                for item in items {
                    new.set(key, &word(item)?)?;
                }
            }
            one => new.set(key, &word(one)?)?,
        }
    }
    Ok(new)
}

fn word(value: &Value) -> Result<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(Error::usage(format!("{value} is no value for an option"))
            .hint("write a string, a number, true, false, or a list of these")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn a_network_file_says_what_the_options_of_create_say() {
        let new = read(
            "web",
            &json!({"subnet": "10.80.0.0/24", "mtu": 1400, "internal": true,
                    "exclude": ["10.80.0.5", "10.80.0.8-10.80.0.9"]}),
        )
        .unwrap();
        assert_eq!((new.mtu, new.internal, new.exclude.len()), (Some(1400), true, 2));
        for wrong in [
            json!([]),
            json!({"subnets": "10.80.0.0/24"}),
            json!({"subnet": {}}),
            json!({"mtu": "many"}),
        ] {
            assert!(read("web", &wrong).is_err(), "{wrong}");
        }
    }
}
