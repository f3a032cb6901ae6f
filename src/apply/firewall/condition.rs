//! Whether the table is as it should be.

use std::time::Duration;

use super::{commit, expected, refused};
use crate::error::Result;
use crate::kernel::{Kernel, Netfilter};
use crate::plan::firewall::{TABLE, VERSION};

/// How the table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// As nsrun makes it.
    Present,
    /// Not there.
    Missing,
    /// As another version makes it.
    OtherVersion,
    /// Somebody changed it, or what it should be like has changed.
    Changed,
    /// There; this process may make no network namespace to compare it in.
    Unknown,
}

impl Condition {
    /// In words, after "table inet nsrun is".
    pub fn words(self) -> &'static str {
        match self {
            Condition::Present => "present",
            Condition::Missing => "missing",
            Condition::OtherVersion => "of another version",
            Condition::Changed => "not as it should be",
            Condition::Unknown => "present (not compared: that needs the right to make namespaces)",
        }
    }
}

/// How the table is: it must say all that the kernel makes of the expected one in another namespace.
/// It may say more, of networks and runs that are gone.
///
/// # Errors
/// It cannot be found out.
pub fn condition(kernel: &mut Kernel) -> Result<Condition> {
    /// Runs that are just starting or ending are seen in part.
    const LOOKS: usize = 4;
    const PAUSE: Duration = Duration::from_millis(20);
    for look in 0..LOOKS {
        if look > 0 {
            std::thread::sleep(PAUSE);
        }
        match kernel.netfilter()?.table_comment(TABLE)?.as_deref() {
            None => return Ok(Condition::Missing),
            Some(VERSION) => {}
            Some(_) => return Ok(Condition::OtherVersion),
        }
        let changes = expected(kernel)?;
        let Some(mut elsewhere) = Netfilter::elsewhere()? else { return Ok(Condition::Unknown) };
        if let Some(refusal) = commit(&mut elsewhere, None, &changes)?.first() {
            return Err(refused(&changes, refusal));
        }
        let found = kernel.netfilter()?.content(TABLE)?;
        if elsewhere.content(TABLE)?.is_subset(&found) {
            return Ok(Condition::Present);
        }
    }
    Ok(Condition::Changed)
}

/// Whether this host relies on a table that is seen not to be as it should.
///
/// # Errors
/// It cannot be found out.
pub fn is_broken(kernel: &mut Kernel) -> Result<Option<Condition>> {
    let relies = kernel.networks()?.iter().any(|own| own.complete && own.is_managed());
    if !relies && !super::is_lent(kernel)? {
        return Ok(None);
    }
    let found = condition(kernel)?;
    Ok((!matches!(found, Condition::Present | Condition::Unknown)).then_some(found))
}
