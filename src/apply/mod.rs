//! Carries plans out: batches, replies, rollback. Decides nothing.

mod child;
mod encode;
mod enter;
mod files;
pub mod firewall;
mod init;
mod launch;
mod members;
mod mounts;
mod report;
mod supervise;

pub use enter::enter;
pub use launch::{Launched, launch};
pub use members::{Made, Target, claim, make_network, publish, send, undo};
pub use supervise::supervise;
