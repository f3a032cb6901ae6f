//! The real binary against the real kernel. Every test makes a [`world::World`]
//! of its own; none of them touches the machine's network, mounts or files.

#[macro_use]
mod world;

mod runs;

mod counts;
mod dns;
mod dry_run;
mod environment;
mod errors;
mod faults;
mod files;
mod identity;
mod isolation;
mod killed;
mod network;
mod parallel;
mod ps;
mod run;
mod signals;
mod stop_wait_exec;
mod terminal;
mod unprivileged;

mod world_selftest;
