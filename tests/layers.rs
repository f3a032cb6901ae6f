//! The arrows between the layers never turn back, and what is dangerous stays behind its fence.
//!
//! ```text
//!  nl  <-  sys, annotate  <-  kernel  <-  dns  <--+
//!  spec  <-  facts  <-  plan  <-------------------+-- apply  <-  commands  <-  main
//!                                                 +-- ip     <--+
//!                                                           cli  <----+
//! ```
//!
//! Everything may use `error`. The source is read as text, without comments and strings, so that
//! the rules cover tests and code that is not compiled here too.

use std::fmt;
use std::fs;
use std::path::Path;

/// What each layer may use besides itself and `error`.
const LAYERS: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("spec", &[]),
    ("facts", &["spec"]),
    ("plan", &["facts", "spec"]),
    ("sys", &[]),
    ("annotate", &["nl"]),
    ("kernel", &["nl", "annotate", "sys", "facts", "spec"]),
    ("dns", &["sys", "kernel", "facts"]),
    ("apply", &["nl", "annotate", "sys", "kernel", "facts", "spec", "plan", "dns"]),
    ("ip", &["nl", "sys", "kernel", "spec"]),
    ("cli", &[]),
    (
        "commands",
        &["annotate", "sys", "kernel", "facts", "spec", "plan", "dns", "apply", "cli", "ip"],
    ),
    ("main", &["sys", "cli", "commands"]),
    ("lib", &[]),
    // The codec itself, and the one file of it that talks to the kernel.
    ("nl", &[]),
    ("nl socket", &[]),
];

/// Layers that only decide: they look at nothing but what they are given.
const PURE: &[&str] = &["spec", "facts", "plan", "annotate", "nl"];
/// What looks at the machine.
const OUTSIDE: &[&str] = &["env", "fs", "io", "process", "thread", "time"];
/// Layers behind the fence.
const FENCED: &[&str] = &["sys", "nl socket"];
/// Words that only stand behind the fence.
const DANGEROUS: &[&str] = &["unsafe", "libc", "nix"];
/// A file longer than this probably hides two.
const LINES: usize = 500;

/// A rule that a line breaks.
#[derive(Debug, PartialEq, Eq)]
struct Breach {
    line: usize,
    what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.what)
    }
}

/// The layer and the module (`["apply", "encode"]`) of a file under src or nl/src.
fn place(file: &Path) -> (String, Vec<String>) {
    let stem = file.with_extension("");
    let mut module: Vec<String> =
        stem.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let nl = module.first().is_some_and(|first| first == "nl");
    let source = module.iter().position(|part| part == "src").expect("a file under src");
    module.drain(..=source);
    let layer = match (nl, module[0].as_str()) {
        (true, "socket") => "nl socket".to_owned(),
        (true, _) => "nl".to_owned(),
        (false, first) => first.to_owned(),
    };
    if ["mod", "lib", "main"].contains(&module.last().map_or("", |last| last)) {
        module.pop();
    }
    (layer, module)
}

/// Every rule that `source`, the text of `file`, breaks.
fn breaches(file: &Path, source: &str) -> Vec<Breach> {
    let (layer, module) = place(file);
    let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
        let what = format!("\"{layer}\" is no layer: give it its place in LAYERS");
        return vec![Breach { line: 1, what }];
    };
    let mut found = Vec::new();
    for word in words(source) {
        let mut breach = |what: String| {
            let new = Breach { line: word.line, what };
            if !found.contains(&new) {
                found.push(new);
            }
        };
        if DANGEROUS.contains(&word.text()) && !FENCED.contains(&layer.as_str()) {
            breach(format!("\"{}\" belongs to {}", word.text(), FENCED.join(" and ")));
        }
        let path = word.path;
        if PURE.contains(&layer.as_str())
            && path[0] == "std"
            && path.get(1).is_some_and(|module| OUTSIDE.contains(&module.as_str()))
        {
            breach(format!("{layer} only decides, so it does not use {}", path.join("::")));
        }
        // No file of nl is a layer to another.
        let used = if layer.starts_with("nl") { None } else { used(&path, &module, word.inline) };
        if let Some(used) = used
            && used != layer
            && used != "error"
            && LAYERS.iter().any(|(name, _)| *name == used)
            && !allowed.contains(&used)
        {
            breach(format!("{layer} must not use {used}"));
        }
    }
    found
}

/// The layer that a path used in `module` leads to; `inline`: how many modules of the file the
/// path stands in.
fn used<'a>(path: &'a [String], module: &[String], inline: usize) -> Option<&'a str> {
    let first = path.first()?.as_str();
    if first == "nl" {
        return Some("nl");
    }
    let supers = path.iter().take_while(|part| *part == "super").count();
    let rest = match first {
        "crate" | "nsrun" => &path[1..],
        "super" if supers == module.len() + inline => &path[supers..],
        _ => return None,
    };
    rest.first().map(String::as_str)
}

/// A path such as `crate::sys::Errno`, or a single word.
struct Word {
    line: usize,
    path: Vec<String>,
    inline: usize,
}

impl Word {
    fn text(&self) -> &str {
        &self.path[0]
    }
}

/// All paths of a source, those of `use crate::{...}` one by one.
fn words(source: &str) -> Vec<Word> {
    let mut words = Vec::new();
    // What stands in front of each open brace; only that of a path goes on inside.
    let mut open: Vec<(Vec<String>, bool)> = Vec::new();
    let mut path: Vec<String> = Vec::new();
    let (mut line, mut joined, mut module) = (1, false, false);
    let plain = without_comments_and_strings(source);
    let mut rest = plain.as_str();
    while let Some(c) = rest.chars().next() {
        let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        if len > 0 {
            let (word, after) = rest.split_at(len);
            rest = after;
            if !joined {
                path = open.last().map(|(prefix, _)| prefix.clone()).unwrap_or_default();
            }
            module |= word == "mod";
            path.push(word.to_owned());
            joined = rest.starts_with("::");
            if joined {
                rest = &rest[2..];
                continue;
            }
            let inline = open.iter().filter(|(_, module)| *module).count();
            words.push(Word { line, path: path.clone(), inline });
            continue;
        }
        match c {
            '\n' => line += 1,
            '{' => {
                let prefix = if joined { std::mem::take(&mut path) } else { Vec::new() };
                open.push((prefix, module));
                (joined, module) = (false, false);
            }
            '}' => {
                open.pop();
            }
            ';' => module = false,
            _ => {}
        }
        rest = &rest[c.len_utf8()..];
    }
    words
}

/// The source with as many lines, but nothing in them that is not code.
fn without_comments_and_strings(source: &str) -> String {
    let mut plain = String::new();
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("r#\"") {
            rest.find("\"#").map_or(rest.len(), |end| end + 2)
        } else if c == '"' {
            end_of_string(rest)
        } else if rest.starts_with("'\"'") || rest.starts_with("'{'") || rest.starts_with("'}'") {
            3
        } else if rest.starts_with("'\\") {
            rest[3..].find('\'').map_or(rest.len(), |end| end + 4)
        } else {
            plain.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        let (skip, after) = rest.split_at(skipped);
        plain.extend(skip.matches('\n'));
        plain.push(' ');
        rest = after;
    }
    plain
}

fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn visit(directory: &Path, each: &mut dyn FnMut(&Path, &str)) {
    let entries = fs::read_dir(directory).unwrap_or_else(|e| panic!("{directory:?}: {e}"));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            visit(&path, each);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            each(&path, &fs::read_to_string(&path).expect("a source file"));
        }
    }
}

#[test]
fn arrows_between_layers_never_turn_back() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut broken, mut files) = (Vec::new(), 0);
    for directory in ["src", "nl/src"] {
        visit(&root.join(directory), &mut |path, source| {
            let file = path.strip_prefix(root).expect("a path below the root");
            let found = breaches(file, source);
            broken.extend(found.iter().map(|breach| format!("{}:{breach}", file.display())));
            files += 1;
            let lines = source.lines().count();
            if lines > LINES {
                eprintln!("warning: {}: {lines} lines; are these two things?", file.display());
            }
        });
    }
    assert!(files > 50, "only {files} files were found");
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

/// The lines of a bad source that are caught.
#[track_caller]
fn assert_caught(file: &str, source: &str, expected: &[&str]) {
    let found: Vec<_> = breaches(Path::new(file), source).iter().map(ToString::to_string).collect();
    assert_eq!(found, expected, "{file}");
}

#[test]
fn an_arrow_that_turns_back_is_caught() {
    let ways = "use crate::kernel::Kernel;\n\
        use crate::{facts::Run, sys::{self, Errno}};\n\
        use super::super::apply;\n\
        fn f() { crate::commands::dispatch() }\n\
        mod tests {\n    use super::super::super::cli;\n    use super::super::step;\n}\n\
        use super::step;\n";
    let expected = [
        "1: plan must not use kernel",
        "2: plan must not use sys",
        "3: plan must not use apply",
        "4: plan must not use commands",
        "6: plan must not use cli",
    ];
    assert_caught("src/plan/run.rs", ways, &expected);
    assert_caught("src/sys/file.rs", "use crate::plan::Plan;", &["1: sys must not use plan"]);
    assert_caught("src/sys/file.rs", "use nl::Batch;", &["1: sys must not use nl"]);
    assert_caught("src/plan/mod.rs", "use super::sys;", &["1: plan must not use sys"]);
    assert_caught("src/main.rs", "use nsrun::kernel;", &["1: main must not use kernel"]);
    assert_caught("src/util/mod.rs", "", &["1: \"util\" is no layer: give it its place in LAYERS"]);
}

#[test]
fn a_dangerous_word_outside_its_fence_is_caught() {
    let source = "// unsafe, libc::c_int\nlet s = \"unsafe { nix:: }\";\nunsafe { f() }\n\
        let x: libc::c_int = 0;\nuse nix::sys;\nunsafe_code();\n";
    let fence = |line, word| format!("{line}: \"{word}\" belongs to sys and nl socket");
    let expected = [fence(3, "unsafe"), fence(4, "libc"), fence(5, "nix")];
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    assert_caught("src/apply/child.rs", source, &expected);
    assert_caught("nl/src/decode.rs", source, &expected);
    assert_caught("src/sys/process.rs", source, &[]);
    assert_caught("nl/src/socket.rs", source, &[]);
}

#[test]
fn a_layer_that_only_decides_and_looks_around_is_caught() {
    let source = "use std::{fmt, fs};\nlet now = std::time::SystemTime::now();\n";
    let expected = [
        "1: plan only decides, so it does not use std::fs",
        "2: plan only decides, so it does not use std::time::SystemTime::now",
    ];
    assert_caught("src/plan/run.rs", source, &expected);
    assert_caught("src/apply/files.rs", source, &[]);
}
