//! Tests that cannot run here say so, and are counted.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// Ends the test that calls it, as not done: `skip!("why")`. Never silently:
/// one line to stderr, and one to the file named by `NSRUN_SKIPS`.
macro_rules! skip {
    ($($why:tt)+) => {{
        fn here() {}
        $crate::world::report_skip(std::any::type_name_of_val(&here), &format!($($why)+));
        return;
    }};
}

/// Skips the test when a program it needs is not installed. Where nothing may be
/// missing, with `CI` or `NSRUN_STRICT` set, the test fails instead.
macro_rules! need_tool {
    ($tool:expr) => {
        if !$crate::world::may_use($tool) {
            skip!("{} is not installed", $tool);
        }
    };
}

/// Whether `tool` is in PATH.
pub(crate) fn has_tool(tool: &str) -> bool {
    super::command::path().split(':').any(|dir| Path::new(dir).join(tool).exists())
}

/// Whether `tool` is there; panics when it is not but has to be.
#[track_caller]
pub(crate) fn may_use(tool: &str) -> bool {
    let strict = ["CI", "NSRUN_STRICT"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()));
    let there = has_tool(tool);
    assert!(there || !strict, "{tool} must be installed for this test");
    there
}

/// The text behind [`skip!`]; `here` is the path of a function inside the test.
pub(crate) fn report_skip(here: &str, why: &str) {
    let test = here.trim_end_matches("::here");
    let test = test.split_once("::").map_or(test, |(_, path)| path);
    let line = format!("skipped: {why} ({test})\n");
    // eprint! would be captured, and dropped because the test passes.
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(file) = env::var_os("NSRUN_SKIPS") {
        let file = OpenOptions::new().create(true).append(true).open(file);
        let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
        assert!(written.is_ok(), "cannot count a skip: {written:?}");
    }
}
