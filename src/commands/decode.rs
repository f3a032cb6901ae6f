//! `nsrun decode`: netlink messages in words.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::output::{print, print_json};
use crate::annotate;
use crate::cli::Args;
use crate::error::{Error, Result};

/// What is shown, and what is said when it cannot be.
struct Input {
    title: String,
    bytes: Vec<u8>,
}

pub(super) fn decode(args: &Args) -> Result<u8> {
    let family = args.text("family")?.unwrap_or("route");
    let protocol = annotate::protocol(family)
        .ok_or_else(|| Error::usage(format!("\"{family}\" is no netlink family")))?;
    let Input { title, bytes: input } = input(args.operands())?;
    let (bytes, flaw) = annotate::bytes(&input);
    if args.flag("json") {
        print_json(&annotate::json(protocol, &bytes))?;
    } else {
        print(&annotate::text(protocol, &bytes))?;
    }
    let cannot = || Error::new(format!("cannot decode {title}"));
    if let Some(flaw) = flaw {
        return Err(cannot().because(format!("{} at byte {}", flaw.what, flaw.offset)).hint(
            "give the bytes of messages: as they are, in hex, or as strings that strace writes",
        ));
    }
    if bytes.is_empty() {
        return Err(cannot().because("there is nothing in it"));
    }
    match annotate::broken(protocol, &bytes) {
        None => Ok(0),
        Some(broken) => Err(cannot().because(broken)),
    }
}

/// A file, standard input, or the words themselves.
fn input(words: &[OsString]) -> Result<Input> {
    match words {
        [] => standard_input(),
        [word] if word == "-" => standard_input(),
        // What has a slash cannot be meant as hex.
        [path] if path.as_bytes().contains(&b'/') || Path::new(path).exists() => {
            let title = format!("\"{}\"", path.display());
            match fs::read(path) {
                Ok(bytes) => Ok(Input { title, bytes }),
                Err(error) => Err(unreadable(&title, &error)),
            }
        }
        words => {
            let bytes = words.iter().map(|word| word.as_bytes()).collect::<Vec<_>>().join(&b' ');
            let title = match words {
                [word] => format!("\"{}\", which is no file", word.display()),
                _ => "the words given".into(),
            };
            Ok(Input { title, bytes })
        }
    }
}

fn standard_input() -> Result<Input> {
    let title = "standard input".to_owned();
    let mut bytes = Vec::new();
    match io::stdin().read_to_end(&mut bytes) {
        Ok(_) => Ok(Input { title, bytes }),
        Err(error) => Err(unreadable(&title, &error)),
    }
}

fn unreadable(title: &str, error: &io::Error) -> Error {
    Error::new(format!("cannot read {title}")).because(crate::sys::errno(error).desc())
}
