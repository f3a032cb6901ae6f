//! `nsrun doctor`: whether this machine has what nsrun needs, on one screen.

mod features;
mod host;

use serde_json::{Value, json};

use super::FAILED;
use super::output::{print, print_json};
use crate::cli::Args;
use crate::cli::help::flow;
use crate::error::Result;
use crate::kernel::Kernel;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// As it should be.
    Fine,
    /// As somebody may want it, but not everything works.
    Lacking,
    /// It needs doing something about.
    Wrong,
    /// It cannot be found out.
    Unknown,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            State::Fine => "ok",
            State::Lacking => "lacking",
            State::Wrong => "wrong",
            State::Unknown => "unknown",
        }
    }
}

/// Something that was looked at.
#[derive(Debug)]
struct Finding {
    /// The part of the machine it is about.
    about: &'static str,
    state: State,
    /// What was found, and what to do.
    text: String,
}

impl Finding {
    fn new(about: &'static str, state: State, text: impl Into<String>) -> Finding {
        Finding { about, state, text: text.into() }
    }
}

pub(super) fn doctor(args: &Args) -> Result<u8> {
    let mut findings = host::look(&mut Kernel::open()?);
    // Last, because it leaves this host's namespace for good.
    let features = features::look();
    findings.splice(0..0, features::findings(&features));
    let wrong = findings.iter().any(|finding| finding.state == State::Wrong);
    if args.flag("json") {
        let list: Vec<Value> = findings
            .iter()
            .map(|finding| {
                let state = finding.state.word();
                json!({ "about": finding.about, "state": state, "text": finding.text })
            })
            .collect();
        print_json(&json!({
            "ok": !wrong,
            "kernel": host::release(),
            "findings": list,
            "features": features.iter().map(features::json).collect::<Vec<_>>(),
        }))?;
    } else {
        print(&text(&findings))?;
    }
    Ok(if wrong { FAILED } else { 0 })
}

fn text(findings: &[Finding]) -> String {
    let mut out = String::new();
    let mut before = "";
    for Finding { about, state, text } in findings {
        let about = if *about == before { "" } else { about };
        let left = format!("{about:<13}{:<9}", state.word());
        out.push_str(&left);
        flow(&mut out, left.len(), text);
        before = if about.is_empty() { before } else { about };
    }
    out
}
