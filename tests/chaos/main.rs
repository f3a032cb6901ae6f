//! Never leaks, never lies: every command disturbed at every system call, refused by the kernel,
//! raced, repeated, crowded and attacked, in worlds of its own.
//!
//! `cargo test --test chaos` tries a sample; `make chaos` tries everything and writes the tables of
//! docs/reliability.md. Arguments are the parts to try: `kill error delay …`. `CHAOS_EACH=5` tries
//! every fifth point, `CHAOS_COMMAND=connect` the commands with that word, `CHAOS_LAUNCHES=1000`
//! launches so often one after another.

#![forbid(unsafe_code)]

#[path = "../kernel"]
#[allow(dead_code)]
mod kernel {
    #[macro_use]
    pub(crate) mod world;
    pub(crate) mod runs;
}

mod calls;
mod churn;
mod fault;
mod peers;
mod points;
mod race;
mod refusal;
mod report;
mod scenario;
mod seccomp;
mod soak;
mod squat;
mod sweep;

// What the harness of tests/kernel calls itself.
use kernel::world;

use report::Report;

/// A part: its name, what it claims, and what tries it.
type Part = (&'static str, &'static str, fn(&mut Report));

const PARTS: &[Part] = &[
    ("kill", "a process killed at any system call leaves nothing", sweep::kills),
    ("error", "a system call that fails is reported, and leaves nothing", sweep::errors),
    ("delay", "a system call that takes its time changes nothing", sweep::delays),
    ("refusal", "a kernel that refuses is reported, and nothing is left", refusal::refusals),
    ("race", "everything at once leaves nothing, and no address is held twice", race::races),
    ("churn", "lists are whole while links come and go", churn::churn),
    ("squat", "a local user who is there first disturbs nothing", squat::squats),
    ("soak", "launch after launch takes as long and leaves nothing", soak::soak),
    ("scale", "many at once are listed, found and gone", soak::scale),
    ("peers", "what others leave is counted the same way", peers::peers),
];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    // What it runs in its worlds.
    match args.first().map(String::as_str) {
        Some("fault") => std::process::exit(fault::main(&args[1..])),
        Some("churner") => return churn::churner(),
        Some("squatter") => return squat::squatter(),
        Some("witness") => return race::witness(),
        _ => {}
    }
    // Those of cargo's own harness, such as --test-threads, mean nothing here.
    let asked: Vec<&str> =
        args.iter().map(String::as_str).filter(|arg| !arg.starts_with('-')).collect();
    std::process::exit(report::run(PARTS, &asked));
}
