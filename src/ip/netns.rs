//! `ip netns`, in iproute2's words. What it does is handed in: named namespaces are another
//! command's too.

use std::ffi::OsString;

use super::failure::{Failure, Result};
use super::help;
use super::session::Session;
use super::words::{Words, which};
use crate::error::{Error, Result as Outcome};
use crate::spec::NetnsName;

const HELP: &str = "\
Usage:	ip netns list
	ip netns add NAME
	ip netns attach NAME PID
	ip netns set NAME NETNSID
	ip [-all] netns delete [NAME]
	ip netns identify [PID]
	ip netns pids NAME
	ip [-all] netns exec [NAME] cmd ...
	ip netns monitor
	ip netns list-id [target-nsid POSITIVE-INT] [nsid POSITIVE-INT]
NETNSID := auto | POSITIVE-INT
";

/// What can be done with named namespaces.
#[derive(Debug)]
pub struct Verbs {
    /// Makes one.
    pub add: fn(&NetnsName) -> Outcome<()>,
    /// Names that of a process.
    pub attach: fn(&NetnsName, i32) -> Outcome<()>,
    /// Removes one; the processes that are still inside.
    pub delete: fn(&NetnsName) -> Outcome<Vec<i32>>,
    /// Gives it an id, or lets the kernel choose one.
    pub set_id: fn(&NetnsName, Option<i32>) -> Outcome<()>,
    /// The names of that of a process, or of the caller.
    pub identify: fn(Option<i32>) -> Outcome<Vec<NetnsName>>,
    /// The processes inside.
    pub pids: fn(&NetnsName) -> Outcome<Vec<i32>>,
    /// The ids that were given, by the namespace with an id; only one of them.
    pub ids: fn(Option<i32>, Option<i32>) -> Outcome<Vec<Id>>,
    /// Becomes a command inside; comes back when that fails.
    pub exec: fn(&NetnsName, &[OsString]) -> Error,
    /// Launches a command inside and waits for its end; its status.
    pub launch: fn(&NetnsName, &[OsString]) -> Outcome<u8>,
    /// Launches a command in each, one after the other; the exit status.
    pub exec_all: fn(&[OsString]) -> Outcome<u8>,
    /// Prints the names that come and go.
    pub watch: fn() -> Outcome<()>,
}

/// An id that a namespace has been given.
#[derive(Debug)]
pub struct Id {
    /// The id.
    pub id: i32,
    /// The one it has here, when another namespace's were asked for.
    pub here: Option<i32>,
    /// A name.
    pub name: Option<String>,
    /// All of it as text.
    pub text: String,
}

/// Carries out `ip netns ...`.
pub(super) fn run(session: &mut Session, words: &mut Words) -> Result<()> {
    let Some(word) = words.next() else { return list(session) };
    let verbs = session.netns;
    const VERBS: &[&str] = &[
        "list", "show", "lst", "list-id", "help", "add", "set", "delete", "identify", "pids",
        "exec", "monitor", "attach",
    ];
    match which(&word, VERBS) {
        Some("list" | "show" | "lst") => list(session),
        Some("list-id") => list_ids(session, words),
        Some("help") => Err(help::text(HELP)),
        Some("add") => Ok((verbs.add)(&name(words)?)?),
        Some("attach") => {
            let name = name(words)?;
            let word = words.next().ok_or_else(|| Failure::new("No PID specified".into()))?;
            Ok((verbs.attach)(&name, pid(&word)?)?)
        }
        Some("set") => {
            let name = name(words)?;
            let word = words.next().ok_or_else(|| Failure::new("No nsid specified".into()))?;
            let wrong = || Failure::wrong(&word, "Invalid \"netnsid\" value");
            let id = match word.as_str() {
                "auto" => None,
                _ => Some(word.parse().ok().filter(|id| *id >= 0).ok_or_else(wrong)?),
            };
            Ok((verbs.set_id)(&name, id)?)
        }
        Some("delete") if session.options.all && words.peek().is_none() => {
            for named in session.kernel.named()? {
                let _ = (verbs.delete)(&named.name)?;
            }
            Ok(())
        }
        Some("delete") => {
            let _ = (verbs.delete)(&name(words)?)?;
            Ok(())
        }
        Some("identify") => {
            let pid = words.next().map(|word| pid(&word)).transpose()?;
            let names = (verbs.identify)(pid)?;
            for name in &names {
                session.out.text(&format!("{name}\n"));
            }
            // Nothing is said by an empty line.
            session.out.text(if names.is_empty() { "\n" } else { "" });
            Ok(())
        }
        Some("pids") => {
            for pid in (verbs.pids)(&name(words)?)? {
                session.out.text(&format!("{pid}\n"));
            }
            Ok(())
        }
        Some("exec") => exec(session, words),
        Some("monitor") => Ok((verbs.watch)()?),
        _ => Err(Failure::unknown_command(&word, "netns")),
    }
}

fn name(words: &mut Words) -> Result<NetnsName> {
    let word = words.next().ok_or_else(|| Failure::new("No netns name specified".into()))?;
    NetnsName::parse(word.as_ref())
        .map_err(|_| Failure::usage(format!("Invalid netns name \"{word}\"")))
}

fn pid(word: &str) -> Result<i32> {
    let pid = word.parse().ok().filter(|pid| *pid > 0);
    pid.ok_or_else(|| Failure::new(format!("Specified string '{word}' is not a pid")))
}

fn list(session: &mut Session) -> Result<()> {
    let all = session.kernel.named()?;
    session.out.array("");
    // In the order of the directory, as iproute2 has them.
    for name in Session::namespace_names() {
        let Some(named) = all.iter().find(|named| named.name.to_string() == name) else { continue };
        session.out.object("");
        session.out.put("name", &named.name.to_string(), "");
        if let Some(id) = named.id {
            session.out.text(" (id: ");
            session.out.put("id", id, ")");
        }
        session.out.text("\n");
        session.out.end_object();
    }
    session.out.end_array();
    Ok(())
}

fn list_ids(session: &mut Session, words: &mut Words) -> Result<()> {
    let (mut target, mut wanted) = (None, None);
    while let Some(word) = words.next() {
        let id = match word.as_str() {
            "target-nsid" => &mut target,
            "nsid" => &mut wanted,
            _ => return Err(Failure::usage(format!("What is \"{word}\"?"))),
        };
        let option = word;
        let word = words.value()?;
        let value = word.parse().ok().filter(|id| *id >= 0);
        let why = format!("\"{option}\" value is invalid");
        *id = Some(value.ok_or_else(|| Failure::wrong(&word, &why))?);
    }
    session.out.array("");
    for row in (session.netns.ids)(target, wanted)? {
        session.out.object("");
        session.out.text(&format!("{}\n", row.text));
        session.out.json("nsid", row.id);
        if let Some(here) = row.here {
            session.out.json("current-nsid", here);
        }
        if let Some(name) = &row.name {
            session.out.json("name", name);
        }
        session.out.end_object();
    }
    session.out.end_array();
    Ok(())
}

fn exec(session: &mut Session, words: &mut Words) -> Result<()> {
    let name = if session.options.all { None } else { Some(name(words)?) };
    let mut command = Vec::new();
    while let Some(word) = words.next() {
        command.push(OsString::from(word));
    }
    if command.is_empty() {
        return Err(Failure::new("No command specified".into()));
    }
    session.code = match name {
        // The lines that follow in a batch are still to be carried out.
        Some(name) if session.options.batch.is_some() => (session.netns.launch)(&name, &command)?,
        Some(name) => return Err((session.netns.exec)(&name, &command).into()),
        None => (session.netns.exec_all)(&command)?,
    };
    Ok(())
}
