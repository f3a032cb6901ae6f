//! The real binary against the real kernel. Every test makes a [`world::World`]
//! of its own; none of them touches the machine's network, mounts or files.

#[macro_use]
mod world;

mod advertised;
mod completion;
mod confined;
mod connect;
mod link_move;
mod netns_exec;
mod netns_look;
mod netns_names;
mod runs;
mod talk;

mod counts;
mod dns;
mod dns_hostile;
mod doctor;
mod dry_run;
mod environment;
mod errors;
mod faults;
mod files;
mod firewalld;
mod forwarding;
mod golden;
mod guard;
mod hostile;
mod identity;
mod isolation;
mod killed;
mod modes_attached;
mod modes_shared;
mod nat;
mod network;
mod network_create;
mod network_parent;
mod network_several;
mod others_rules;
mod output;
mod packaging;
mod parallel;
mod ports_given;
mod ports_reach;
mod ports_take;
mod ps;
mod reach;
mod run;
mod signals;
mod stop_wait_exec;
mod strace;
mod terminal;
mod timings;
mod trace;
mod unprivileged;
mod walkthrough;

mod ip;

mod world_selftest;
