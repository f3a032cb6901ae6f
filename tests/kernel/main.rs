//! The real binary against the real kernel. Every test makes a [`world::World`]
//! of its own; none of them touches the machine's network, mounts or files.

#[macro_use]
mod world;

mod link_move;
mod netns_exec;
mod netns_look;
mod netns_names;
mod runs;

mod dns;
mod environment;
mod files;
mod identity;
mod isolation;
mod killed;
mod parallel;
mod run;
mod signals;
mod terminal;

mod ip;

mod world_selftest;
