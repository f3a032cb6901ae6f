//! Networks on the host's side: made, taken back.

use super::Target;
use super::send::{matters, refused, send};
use crate::error::{Error, Result};
use crate::plan::Step;
use crate::sys::Errno;

/// What became of making a network.
#[derive(Debug)]
pub enum Made {
    /// It is there, by these steps.
    Done(Vec<Step>),
    /// Another run made its bridge at the same moment: look again and plan again.
    Raced,
}

/// Makes or completes networks, by the sends of a plan.
///
/// # Errors
/// A step failed; what was done is taken back.
pub fn make_network(target: &mut impl Target, sends: &[Vec<Step>]) -> Result<Made> {
    let mut done = Vec::new();
    for steps in sends {
        let refusals = match target.send(steps) {
            Ok(refusals) => refusals,
            Err(error) => {
                // What took effect is unknown; taking back what did not is harmless.
                done.extend(steps.iter().cloned());
                return Err(undo(target, &done, error));
            }
        };
        for (n, step) in steps.iter().enumerate() {
            if !refusals.iter().any(|refusal| refusal.index == n) {
                done.push(step.clone());
            }
        }
        let Some((step, refusal)) = refusals.iter().find_map(|r| matters(steps, r)) else {
            continue;
        };
        let errno = Errno::from_raw(refusal.errno);
        if matches!(step, Step::CreateBridge { .. }) && errno == Errno::EEXIST {
            return Ok(Made::Raced);
        }
        // Whoever made the bridge, and was seen not to have finished, has taken it back.
        if errno == Errno::ENODEV && !done.iter().any(|step| step.undo().is_some()) {
            return Ok(Made::Raced);
        }
        return Err(undo(target, &done, refused(step, refusal)));
    }
    Ok(Made::Done(done))
}

/// Takes back what was done, newest first, and says on `error` what became of it.
pub(super) fn undo(target: &mut impl Target, done: &[Step], mut error: Error) -> Error {
    for step in done.iter().rev() {
        let Some(back) = step.undo() else { continue };
        // The rules of a network that stays do too; that it does is said below.
        if let Step::AddRules(network, _) = step
            && target.has_members(&network.bridge).unwrap_or(true)
        {
            continue;
        }
        if let Step::CreateBridge { link, .. } = step
            && target.has_members(link).unwrap_or(true)
        {
            error.undo.push(format!("bridge \"{link}\" stays: others have joined it"));
            continue;
        }
        let step = back;
        match send(target, std::slice::from_ref(&step)) {
            Ok(()) => error.undo.push(step.to_string()),
            Err(failed) => {
                let cause = failed.cause.map(|cause| format!(": {cause}")).unwrap_or_default();
                error.undo.push(format!("{}{cause}; it is left", failed.what));
            }
        }
    }
    error
}
