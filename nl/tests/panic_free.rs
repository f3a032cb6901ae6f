//! The machine code of the codec holds no call that panics: neither the functions that are
//! instantiated where they are used (`panic_free/used.rs` uses them all), nor those compiled once.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles `what` of this package to assembly with cargo, into a folder of its own, and gives
/// the assembly.
fn assembly(folder: &Path, what: &[&str], crate_name: &str, more: &[&str]) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["rustc", "--release", "--offline", "--package", "nl"]).args(what);
    cargo.arg("--target-dir").arg(folder);
    // A whole program would hide which part calls what.
    cargo.args(["--config", "profile.release.lto=\"off\""]);
    cargo.args(["--", "--emit=asm", "-Ccodegen-units=1"]).args(more);
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut found = Vec::new();
    for part in ["deps", "examples"] {
        let entries = fs::read_dir(folder.join("release").join(part)).into_iter().flatten();
        found.extend(entries.map(|entry| entry.unwrap().path()).filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name.starts_with(&format!("{crate_name}-")) && name.ends_with(".s")
        }));
    }
    // Other compilers may have left theirs.
    found.sort_by_key(|path| fs::metadata(path).unwrap().modified().unwrap());
    fs::read_to_string(found.last().unwrap()).unwrap()
}

/// What calls a panic, and which.
fn panics(assembly: &str) -> Vec<String> {
    let symbol = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '$';
    let mut found = Vec::new();
    let mut function = "";
    for line in assembly.lines().filter(|line| !line.trim_start().starts_with(['#', '.'])) {
        if let Some(label) = line.strip_suffix(':').filter(|label| !label.starts_with(' ')) {
            function = label;
            continue;
        }
        for word in line.split(|c| !symbol(c)) {
            // core::panicking::*, slice_*_fail, unwrap_failed, expect_failed, len_mismatch_fail
            let panic = ["panicking", "panic_", "_fail", "unwrap_failed", "begin_panic"];
            if panic.iter().any(|panic| word.contains(panic)) {
                found.push(format!("{function} calls {word}"));
            }
        }
    }
    // The crate bitflags gives every set of flags a FromStr. Nothing here calls it, but it is
    // compiled, and its splitting of text at '|' can panic as far as the compiler can tell.
    found.retain(|found| !found.contains("core..str..iter..Split"));
    found.sort();
    found.dedup();
    found
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("panic-free").join(name)
}

#[test]
fn the_codec_holds_no_call_that_panics() {
    let library = assembly(&folder("library"), &["--lib"], "nl", &[]);
    assert!(library.contains("Annotation"), "the library's own functions are there");
    assert_eq!(panics(&library), Vec::<String>::new(), "in the library");

    let example = ["--example", "panic_free"];
    let used = assembly(&folder("used"), &example, "panic_free", &[]);
    for function in declared(include_str!("panic_free/used.rs")) {
        let compiled = used.contains(&format!("{function}:"));
        assert!(compiled || function == "read_carelessly", "{function} is not there");
    }
    assert_eq!(panics(&used), Vec::<String>::new(), "where it is used");

    // And the search finds what there is to be found.
    let careless =
        assembly(&folder("careless"), &example, "panic_free", &["--cfg", "with_a_panic"]);
    assert!(!panics(&careless).is_empty(), "an index out of bounds was not found");
}

/// Names of the public functions that `source` declares.
fn declared(source: &str) -> BTreeSet<&str> {
    let of = |word| source.split(word).skip(1);
    let after = of("pub fn ").chain(of("pub const fn "));
    let names = after.filter_map(|after| after.split(['(', '<']).next());
    // "$field" in a macro: each reads by `nth`.
    names.filter(|name| !name.starts_with('$')).collect()
}

/// Whether `source` calls a function of this name.
fn calls(source: &str, name: &str) -> bool {
    let called = |after: &str| after.starts_with('(') || after.starts_with("::<");
    source.match_indices(name).any(|(at, _)| {
        let alone = source[..at].ends_with(['.', ':', ' ', '(']);
        alone && called(&source[at + name.len()..])
    })
}

/// The Rust files of `folder`, but not the socket, which is no part of the codec.
fn sources(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("src/socket") {
            all.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(fs::read_to_string(&path).unwrap());
        }
    }
    all
}

#[test]
fn every_public_function_of_the_codec_is_used_where_calls_that_panic_are_looked_for() {
    let used = include_str!("panic_free/used.rs");
    let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let names: BTreeSet<&str> = sources.iter().flat_map(|source| declared(source)).collect();
    assert!(names.len() > 80, "only {names:?}");
    let unused: Vec<_> = names.into_iter().filter(|name| !calls(used, name)).collect();
    assert_eq!(unused, Vec::<&str>::new());
}
