//! Carries plans out: batches, replies, rollback. Decides nothing.

mod announce;
mod child;
mod encode;
mod enter;
mod files;
pub mod firewall;
mod init;
mod launch;
mod members;
#[cfg(test)]
mod members_tests;
mod messages;
#[cfg(test)]
mod model;
mod mounts;
mod netns;
mod network;
mod probe;
mod report;
mod responder;
mod send;
mod supervise;
mod switch;
mod target;
pub mod timings;
mod transfer;

pub use announce::announce;
pub use enter::{NEEDS_OWNER, enter};
pub use launch::{Launched, launch, restore_rules};
pub use members::{claim, publish};
pub use messages::messages;
pub use netns::{Names, change_names, lock_names, prepare_names};
pub use network::{Made, make_network};
pub use probe::{answers, answers_once};
pub use send::{NEEDS_NET_ADMIN, bring_up, bring_up_named, refusal, send};
pub use supervise::{Links, Looked, supervise};
pub use switch::switch;
pub use target::Target;
pub use transfer::transfer;
