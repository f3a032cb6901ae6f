//! docs/embedded.md says what the table in the code says.

use nsrun::facts::features::{FEATURES, OLDEST_LINUX};

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn table() -> String {
    let mut text = "| feature | configuration | modules | lost without it |\n\
                    |---|---|---|---|\n"
        .to_owned();
    for feature in FEATURES {
        let lost = if feature.is_essential() { "**everything**" } else { feature.lost };
        let (options, modules) = (quoted(feature.options), quoted(feature.modules));
        text += &format!("| {} | {options} | {modules} | {lost} |\n", feature.name);
    }
    text
}

fn document() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/embedded.md")).unwrap()
}

#[test]
fn what_a_kernel_must_have_is_documented_as_it_is_checked() {
    let wanted = table();
    assert!(document().contains(&wanted), "docs/embedded.md should have this:\n\n{wanted}");
}

#[test]
fn the_oldest_kernel_is_documented_as_it_is_checked() {
    let (major, minor) = OLDEST_LINUX;
    assert!(document().contains(&format!("Linux {major}.{minor} or later")));
}
