//! Networks as files describe them.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::spec::NewNetwork;

impl NewNetwork {
    /// What the file `json` says about network `name`: an object whose keys are the options of
    /// `nsrun network create`.
    ///
    /// # Errors
    /// It is no JSON, no object, or there is no such option or value.
    pub fn from_json(name: &str, json: &[u8]) -> Result<Self> {
        let value: Value =
            serde_json::from_slice(json).map_err(|error| Error::usage(error.to_string()))?;
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

    use super::NewNetwork;

    #[test]
    fn a_network_file_says_what_the_options_of_create_say() {
        let new = NewNetwork::from_json(
            "web",
            json!({"subnet": "10.80.0.0/24", "mtu": 1400, "internal": true,
                    "exclude": ["10.80.0.5", "10.80.0.8-10.80.0.9"]})
            .to_string()
            .as_bytes(),
        )
        .unwrap();
        assert_eq!((new.mtu, new.internal, new.exclude.len()), (Some(1400), true, 2));
        for wrong in [
            json!([]),
            json!({"subnets": "10.80.0.0/24"}),
            json!({"subnet": {}}),
            json!({"mtu": "many"}),
        ] {
            assert!(NewNetwork::from_json("web", wrong.to_string().as_bytes()).is_err(), "{wrong}");
        }
    }
}
