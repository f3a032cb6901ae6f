//! Ids that network namespaces give each other: set, list-id.

use std::fmt;

use serde_json::Value;

use super::look::{object, print_lines};
use super::name;
use crate::cli::Args;
use crate::commands::output::print_json;
use crate::commands::{operand, options};
use crate::error::{Error, Result};
use crate::facts::NamespaceId;
use crate::kernel::Kernel;
use crate::kernel::named::open_named;
use crate::spec::NetnsName;

/// Gives a named namespace an id in this one; `None`: the kernel chooses.
///
/// # Errors
/// There is no such namespace, it has an id, the id is taken, or the caller may not.
pub fn set_id(name: &NetnsName, id: Option<i32>) -> Result<()> {
    let namespace = open_named("set the id of", name)?;
    Kernel::open()?.set_namespace_id(name, &namespace, id)
}

/// An id with the name of the namespace that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdRow {
    /// The id.
    pub id: NamespaceId,
    /// A name, when it has one.
    pub name: Option<NetnsName>,
}

impl fmt::Display for IdRow {
    /// As ip-netns(8) prints it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nsid {} ", self.id.id)?;
        match self.id.here {
            Some(-1) => write!(f, "current-nsid unassigned ")?,
            Some(here) => write!(f, "current-nsid {here} ")?,
            None => {}
        }
        match &self.name {
            Some(name) => write!(f, "(iproute2 netns name: {name})"),
            None => Ok(()),
        }
    }
}

/// The ids that this network namespace, or the one with the id `target`, has given to others;
/// only that one when `wanted` says which.
///
/// # Errors
/// There is no namespace with the id `target` or `wanted`.
pub fn list_ids(target: Option<i32>, wanted: Option<i32>) -> Result<Vec<IdRow>> {
    let mut kernel = Kernel::open()?;
    let named = kernel.named()?;
    let mut ids = kernel.given_ids(target)?;
    if let Some(wanted) = wanted {
        ids.retain(|found| found.id == wanted);
        if ids.is_empty() {
            return Err(Error::new(format!("cannot find namespace id {wanted}"))
                .because("no namespace has it")
                .hint("nsrun netns list-id shows those that are given"));
        }
    }
    let row = |id: NamespaceId| {
        let here = id.here.unwrap_or(id.id);
        let name = named.iter().find(|named| named.id == Some(here));
        IdRow { id, name: name.map(|named| named.name.clone()) }
    };
    Ok(ids.into_iter().map(row).collect())
}

pub(in crate::commands) fn set_command(args: &Args) -> Result<u8> {
    let id = match operand(args, 1)? {
        "auto" => None,
        word => Some(word.parse().ok().filter(|id| *id >= 0).ok_or_else(|| {
            Error::usage(format!("\"{word}\" is no namespace id"))
                .hint("give a number from 0 on, or \"auto\"")
        })?),
    };
    set_id(&name(args, 0)?, id).map(|()| 0)
}

pub(in crate::commands) fn list_id_command(args: &Args) -> Result<u8> {
    let id =
        |option| options::number(args, option, 0, i32::MAX as u32).map(|id| id.map(|id| id as i32));
    let rows = list_ids(id("target-nsid")?, id("nsid")?)?;
    if args.flag("json") {
        print_json(&rows.iter().map(json).collect())?;
    } else {
        print_lines(rows.iter().map(|row| row.to_string().trim_end().to_owned()))?;
    }
    Ok(0)
}

fn json(row: &IdRow) -> Value {
    let name = row.name.as_ref().map(|name| name.as_os_str().to_string_lossy().into());
    object([
        ("nsid", Some(row.id.id.into())),
        ("current-nsid", row.id.here.map(Value::from)),
        ("name", name),
    ])
}
