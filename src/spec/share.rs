//! Network namespaces that are there already, to be shared.

use std::fmt;

use crate::error::Result;
use crate::spec::NetworkOf;

/// A network namespace to share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Share {
    /// The one nsrun was called in.
    Host,
    /// Another.
    Of(NetworkOf),
}

impl Share {
    /// Reads `host`, `ns:NAME`, `ns:/PATH`, `pid:PID`, `run:NAME` or `container:NAME`; `None` for
    /// what is no namespace.
    pub fn parse(text: &str) -> Result<Option<Share>> {
        if text == "host" {
            return Ok(Some(Share::Host));
        }
        let text = text.strip_prefix("ns:").filter(|path| path.starts_with('/')).unwrap_or(text);
        let starts = ["ns:", "pid:", "container:", "run:", "/"];
        match starts.iter().any(|start| text.starts_with(start)) {
            true => NetworkOf::parse(text.as_ref()).map(|of| Some(Share::Of(of))),
            false => Ok(None),
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Share::Host => write!(f, "host"),
            Share::Of(NetworkOf::Named(name)) => write!(f, "ns:{name}"),
            Share::Of(NetworkOf::File(path)) => write!(f, "ns:{}", path.display()),
            Share::Of(NetworkOf::Process(pid)) => write!(f, "pid:{pid}"),
            Share::Of(NetworkOf::Run(name) | NetworkOf::Any(name)) => write!(f, "container:{name}"),
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
        assert_eq!(Share::parse("macvlan:eth0").unwrap(), None);
        for wrong in ["ns:", "ns:..", "ns:a/b", "pid:x", "pid:-1", "pid:0"] {
            assert!(Share::parse(wrong).is_err(), "{wrong}");
        }
    }
}
