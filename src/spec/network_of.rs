//! Which network namespace is meant: TARGET on a command line.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::spec::NetnsName;

/// A network namespace, as people say which one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkOf {
    /// `container:NAME` or `run:NAME`: that of a run.
    Run(String),
    /// `pid:PID`: that of a process.
    Process(i32),
    /// `ns:NAME`: the one with this name in /run/netns.
    Named(NetnsName),
    /// Anything else with a "/": a file that is a namespace.
    File(PathBuf),
    /// Anything else: whichever of the first three it is.
    Any(String),
}

impl NetworkOf {
    /// Reads a TARGET.
    ///
    /// # Errors
    /// It can mean nothing.
    pub fn parse(word: &OsStr) -> Result<Self> {
        let wrong = || {
            Error::usage(format!("\"{}\" can be no TARGET", word.display()))
                .hint("give the name of a run or a namespace, a process id, or a path")
        };
        let text = word.to_str().unwrap_or_default();
        if let Some(name) = text.strip_prefix("ns:") {
            return NetnsName::parse(name.as_ref()).map(NetworkOf::Named);
        }
        if let Some(pid) = text.strip_prefix("pid:") {
            let pid = pid.parse().ok().filter(|pid| *pid > 0);
            return pid.map(NetworkOf::Process).ok_or_else(wrong);
        }
        if let Some(name) = text.strip_prefix("container:").or(text.strip_prefix("run:")) {
            return Ok(NetworkOf::Run(name.into()));
        }
        if word.as_encoded_bytes().contains(&b'/') {
            return Ok(NetworkOf::File(word.into()));
        }
        NetnsName::parse(word).map_err(|_| wrong())?;
        word.to_str().map(|word| NetworkOf::Any(word.into())).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_run_a_process_a_name_or_a_file() {
        let parse = |text: &str| NetworkOf::parse(text.as_ref());
        let name = NetnsName::parse("web".as_ref()).unwrap();
        for (text, meant) in [
            ("web", NetworkOf::Any("web".into())),
            ("4711", NetworkOf::Any("4711".into())),
            ("run:web", NetworkOf::Run("web".into())),
            ("container:web", NetworkOf::Run("web".into())),
            ("pid:7", NetworkOf::Process(7)),
            ("ns:web", NetworkOf::Named(name)),
            ("/proc/7/ns/net", NetworkOf::File("/proc/7/ns/net".into())),
            ("./net", NetworkOf::File("./net".into())),
        ] {
            assert_eq!(parse(text).unwrap(), meant);
        }
        for wrong in ["", ".", "..", "pid:", "pid:0", "pid:-1", "pid:x", "pid:7/x", "ns:", "ns:a/b"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
