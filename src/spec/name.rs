//! Names: of runs, links and hosts; and showing those that others chose.

use crate::error::{Error, Result};

/// Checks the name of a run: it goes into the kernel as an alternative name of a link, which would
/// take any bytes, and it is asked for over DNS.
pub fn run_name(name: &str) -> Result<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > 63 || name.starts_with('-') || !name.chars().all(allowed) {
        return Err(Error::usage(format!("\"{name}\" cannot be the name of a run"))
            .hint("use 1 to 63 letters, digits, \"-\" or \"_\", and do not begin with \"-\""));
    }
    Ok(name.into())
}

/// Checks the name of a network: it goes into the kernel as an alternative name of a link and as a
/// word of its description, and after the "@" of a member's name.
pub fn network_name(name: &str) -> Result<String> {
    run_name(name).map_err(|error| Error {
        what: format!("\"{name}\" cannot be the name of a network"),
        ..error
    })
}

/// The name of a link that is not finished: whoever is next to connect something there removes it.
pub const UNFINISHED: &str = "nsrun-new";

/// Checks the name of a link, as the kernel's `dev_valid_name` does; "%" is refused too, since the
/// kernel would put a number in its place.
pub fn link_name(name: &str) -> Result<String> {
    let wrong = |c: char| c == '/' || c == ':' || c == '%' || c.is_whitespace() || c.is_control();
    if name.is_empty() || name.len() > 15 || name == "." || name == ".." || name.contains(wrong) {
        return Err(Error::usage(format!("\"{name}\" cannot be the name of a link")).hint(
            "use 1 to 15 bytes without white space, \"/\", \":\" or \"%\", and not \".\" or \"..\"",
        ));
    }
    let other = match name {
        "lo" => "the loopback link's name",
        "all" | "default" => "what all links are called in net.ipv4.conf, and no link",
        UNFINISHED => "the name of links that nsrun has not finished",
        _ => return Ok(name.into()),
    };
    Err(Error::usage(format!("\"{name}\" is {other}")).hint("choose another name, such as eth0"))
}

/// Checks a host name (hostname(7)).
pub fn host_name(name: &str) -> Result<String> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    // 64: __NEW_UTS_LEN, the kernel's own limit.
    if name.len() > 64 || !name.split('.').all(label) {
        return Err(Error::usage(format!("\"{name}\" cannot be a host name"))
            .hint("use labels of 1 to 63 letters, digits and \"-\", joined by dots: 64 in all"));
    }
    Ok(name.into())
}

/// Text of others without what would move a terminal's cursor.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_cannot_move_the_cursor() {
        assert_eq!(printable("a\x1b[2Jb\n"), "a\u{fffd}[2Jb\u{fffd}");
    }

    #[test]
    fn names_of_runs_have_63_plain_characters_at_most() {
        for right in ["a", "web-1", "A_b", &"x".repeat(63)] {
            assert!(run_name(right).is_ok(), "{right}");
        }
        for wrong in ["", "-a", "a.b", "a b", "a/b", "a%d", "ä", "a\n", &"x".repeat(64)] {
            assert!(run_name(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn names_of_links_are_those_the_kernel_takes_literally() {
        for right in ["eth0", "a.b", "ä", &"x".repeat(15)] {
            assert!(link_name(right).is_ok(), "{right}");
        }
        for wrong in ["", ".", "..", "a/b", "a:b", "a b", "eth%d", "lo", "a\0b", &"x".repeat(16)] {
            assert!(link_name(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn host_names_are_labels_joined_by_dots() {
        for right in ["web", "web.example.org", "a-b", &"x".repeat(63)] {
            assert!(host_name(right).is_ok(), "{right}");
        }
        for wrong in ["", ".", "a.", "-a", "a-", "a b", "a/b", &"x".repeat(64)] {
            assert!(host_name(wrong).is_err(), "{wrong:?}");
        }
    }
}
