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
mod report;
mod responder;
mod supervise;
mod switch;
mod transfer;

pub use announce::announce;
pub use enter::enter;
pub use launch::{Launched, launch};
pub use members::{
    Made, NEEDS_NET_ADMIN, Target, bring_up, claim, make_network, publish, send, undo,
};
pub use messages::messages;
pub use netns::{Names, change_names, lock_names, prepare_names};
pub use supervise::supervise;
pub use switch::switch;
pub use transfer::transfer;
