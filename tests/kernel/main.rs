//! The real binary against the real kernel. Every test makes a [`world::World`]
//! of its own; none of them touches the machine's network, mounts or files.

#[macro_use]
mod world;

mod world_selftest;
