//! The real binary against the real kernel. Every test makes a [`world::World`]
//! of its own; none of them touches the machine's network, mounts or files.

#[macro_use]
mod world;

mod runs;

mod environment;
mod files;
mod identity;
mod isolation;
mod network_create;
mod network_several;
mod parallel;
mod run;
mod signals;
mod terminal;

mod world_selftest;
