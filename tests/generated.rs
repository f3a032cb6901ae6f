//! The files under packaging/ that the program prints: still the same, and well-formed.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use nsrun::cli::generate;

fn packaging(directory: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("packaging").join(directory)
}

/// The files of a directory, by name.
fn kept(directory: &str) -> BTreeMap<String, String> {
    let entries = fs::read_dir(packaging(directory)).expect("a directory of packaging");
    let file = |path: PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).expect("a text"))
    };
    entries.map(|entry| file(entry.expect("an entry").path())).collect()
}

#[track_caller]
fn assert_kept(directory: &str, printed: BTreeMap<String, String>) {
    let kept = kept(directory);
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&kept), names(&printed), "of {directory}: run \"make generate\"");
    for (name, text) in printed {
        let differs = kept[&name].lines().zip(text.lines()).find(|(kept, new)| kept != new);
        assert!(kept[&name] == text, "{name}: run \"make generate\" {differs:?}");
    }
}

#[test]
fn kept_man_pages_are_those_that_the_program_prints() {
    let name = |name: &str| match name {
        "nsrun" => "nsrun.1".to_owned(),
        _ => format!("nsrun-{name}.1"),
    };
    assert_kept("man", generate::pages().map(|c| (name(c.name), generate::page(c))).collect());
}

#[test]
fn kept_completions_are_those_that_the_program_prints() {
    let scripts = [
        ("nsrun.bash", generate::bash()),
        ("_nsrun", generate::zsh()),
        ("nsrun.fish", generate::fish()),
    ];
    let scripts = scripts.map(|(name, text)| (name.to_owned(), text));
    assert_kept("completions", scripts.into());
}

#[test]
fn a_manual_page_has_every_part_a_reader_looks_for() {
    for command in generate::pages() {
        let page = generate::page(command);
        for part in
            ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"]
        {
            let heading = format!("\n.SH {part}\n");
            assert_eq!(page.matches(&heading).count(), 1, "{}: {part}", command.name);
        }
    }
}
