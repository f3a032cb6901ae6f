//! `ip -batch FILE`: one command a line, over one connection.

use std::fs;
use std::io::Read;

use super::failure::{Failure, Result, errno_text};
use super::session::Session;
use super::words::Words;
use crate::error::say;

/// Carries out every line; stops at the first that fails unless `-force` was given.
pub(super) fn run(session: &mut Session, file: &str) -> Result<u8> {
    let mut code = 0;
    let text = read(file)?;
    let mut lines = text.lines().enumerate();
    while let Some((mut number, first)) = lines.next() {
        let mut line = first.to_owned();
        while line.ends_with('\\')
            && let Some((next, more)) = lines.next()
        {
            line.pop();
            line.push_str(more);
            number = next;
        }
        let list = split(&line);
        if list.is_empty() {
            continue;
        }
        session.forget();
        let done = session.options.program.command(session, &mut Words::new(list));
        if let Err(failure) = &done {
            super::report(failure);
        }
        // A command that was launched says itself what went wrong.
        if done.is_err() || std::mem::take(&mut session.code) != 0 {
            say(format!("Command failed {file}:{}", number + 1));
            code = 1;
            if !session.options.force {
                break;
            }
        }
    }
    Ok(code)
}

fn read(file: &str) -> Result<String> {
    let mut bytes = Vec::new();
    let read = match file {
        "-" => std::io::stdin().read_to_end(&mut bytes).map(drop),
        _ => fs::read(file).map(|read| bytes = read),
    };
    read.map_err(|error| {
        let text = errno_text(error.raw_os_error().unwrap_or_default());
        Failure::new(format!("Cannot open file \"{file}\" for reading: {text}"))
    })?;
    String::from_utf8(bytes).map_err(|_| Failure::new(format!("\"{file}\" is not text in UTF-8")))
}

/// The words of a line: blanks part them, quotes keep them together, `#` begins a comment.
fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match quote {
            Some(end) if c == end => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c == '#' => break,
            None if c.is_ascii_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}
