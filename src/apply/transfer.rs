//! A link moved from one namespace to another.

use super::Target;
use super::send::send;
use crate::error::{Error, Result};
use crate::plan::{Step, Transfer};

/// Moves a link from where `here` is connected to where `there` is.
///
/// # Errors
/// It cannot leave, and stays as it was; or it has come there, but something is left to do.
pub fn transfer(
    here: &mut impl Target,
    there: &mut impl Target,
    transfer: &Transfer,
) -> Result<()> {
    let Step::Move { link, to, .. } = &transfer.leave else { return Ok(()) };
    let left = format!("link \"{link}\" has come to {}, and stays there", to.title);
    send(here, &transfer.prepare)?;
    send(here, std::slice::from_ref(&transfer.leave)).map_err(|mut error| {
        // The kernel moves first and renames then: somebody may have taken the name in between.
        if here.index(link).is_none() {
            return Error { undo: vec![left.clone()], ..error };
        }
        for step in &transfer.stay {
            error.undo.push(match send(here, std::slice::from_ref(step)) {
                Ok(()) => step.to_string(),
                Err(failed) => failed.what,
            });
        }
        error
    })?;
    send(there, &transfer.arrive).map_err(|error| Error { undo: vec![left], ..error })
}
