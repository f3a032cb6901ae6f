//! Network namespaces that are there already, by whatever they are known by.

use std::fmt;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::spec::name::run_name;

/// Where named namespaces are, as ip-netns(8) keeps them.
pub const NAMED: &str = "/run/netns";

/// A network namespace to share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Share {
    /// The one nsrun was called in.
    Host,
    /// One with a name, as `ip netns` gives.
    Named(String),
    /// One that a path leads to.
    Path(PathBuf),
    /// That of a process.
    Process(i32),
    /// That of a run, by its name or lease.
    Run(String),
}

impl Share {
    /// Reads `host`, `ns:NAME`, `ns:/PATH`, `pid:PID` or `container:NAME`; `None` for the name of
    /// a network.
    pub fn parse(text: &str) -> Result<Option<Share>> {
        let Some((what, value)) = text.split_once(':') else {
            return Ok((text == "host").then_some(Share::Host));
        };
        let wrong = |why: &str, hint: &str| {
            Err(Error::usage(format!("\"{value}\" is no {why}")).hint(hint.to_owned()))
        };
        match what {
            "ns" if value.starts_with('/') => Ok(Some(Share::Path(value.into()))),
            "ns" if is_file_name(value) => Ok(Some(Share::Named(value.into()))),
            "ns" => wrong("namespace", "write ns:NAME as \"ip netns\" lists it, or ns:/PATH"),
            "pid" => match value.parse() {
                Ok(pid) if pid > 0 => Ok(Some(Share::Process(pid))),
                _ => wrong("process id", "write pid:PID, such as pid:4711"),
            },
            // A lease is a name too, and has a dot.
            "container" => Ok(Some(Share::Run(match value.split_once('.') {
                Some(_) => value.into(),
                None => run_name(value)?,
            }))),
            _ => Ok(None),
        }
    }
}

fn is_file_name(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains('/')
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Share::Host => write!(f, "host"),
            Share::Named(name) => write!(f, "ns:{name}"),
            Share::Path(path) => write!(f, "ns:{}", path.display()),
            Share::Process(pid) => write!(f, "pid:{pid}"),
            Share::Run(name) => write!(f, "container:{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shared_namespace_is_written_as_it_is_read() {
        for text in ["host", "ns:blue", "ns:/proc/7/ns/net", "pid:7", "container:web"] {
            assert_eq!(Share::parse(text).unwrap().unwrap().to_string(), text);
        }
        assert_eq!(Share::parse("web").unwrap(), None);
        for wrong in ["ns:", "ns:..", "ns:a/b", "pid:x", "pid:-1", "pid:0", "container:a b"] {
            assert!(Share::parse(wrong).is_err(), "{wrong}");
        }
    }
}
