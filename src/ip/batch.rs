//! `ip -batch FILE`: one command a line, over one connection.

use std::fs::File;
use std::io::{self, BufRead, BufReader};

use super::failure::{Failure, Result, errno_text};
use super::session::Session;
use super::words::Words;
use crate::error::say;

/// Carries out every line as it comes; stops at the first that fails unless `-force` was given.
pub(super) fn run(session: &mut Session, file: &str) -> Result<u8> {
    let mut code = 0;
    let mut lines = Lines::open(file)?;
    while let Some(line) = lines.command()? {
        session.forget();
        let done = split(&line).and_then(|list| match list.is_empty() {
            true => Ok(()),
            false => session.options.program.command(session, &mut Words::new(list)),
        });
        if let Err(failure) = &done {
            super::report(failure);
        }
        // A command that was launched says itself what went wrong.
        if done.is_err() || std::mem::take(&mut session.code) != 0 {
            say(format!("Command failed {file}:{}", lines.number));
            code = 1;
            if !session.options.force {
                break;
            }
        }
    }
    Ok(code)
}

/// The lines of a file, which may still be written.
struct Lines<'a> {
    file: &'a str,
    input: Box<dyn BufRead>,
    /// That of the last line, from 1.
    number: usize,
}

impl<'a> Lines<'a> {
    fn open(file: &'a str) -> Result<Self> {
        let input: Box<dyn BufRead> = match file {
            "-" => Box::new(io::stdin().lock()),
            _ => Box::new(BufReader::new(File::open(file).map_err(|error| cannot(file, &error))?)),
        };
        Ok(Lines { file, input, number: 0 })
    }

    /// The next command; a backslash at the end of a line joins the next one to it.
    fn command(&mut self) -> Result<Option<String>> {
        let Some(mut command) = self.line()? else { return Ok(None) };
        while command.ends_with('\\') {
            command.pop();
            let missing = || Failure::new("Missing continuation line".into());
            command += &self.line()?.ok_or_else(missing)?;
        }
        Ok(Some(command))
    }

    /// The next line, without its comment.
    fn line(&mut self) -> Result<Option<String>> {
        let mut line = String::new();
        let read = self.input.read_line(&mut line).map_err(|error| cannot(self.file, &error))?;
        self.number += 1;
        line.truncate(line.trim_end_matches(['\r', '\n']).len());
        let mut quote = None;
        let comment = line.find(|c| {
            match quote {
                Some(end) if c == end => quote = None,
                None if c == '"' || c == '\'' => quote = Some(c),
                _ => {}
            }
            c == '#' && quote.is_none()
        });
        line.truncate(comment.unwrap_or(line.len()));
        Ok((read > 0).then_some(line))
    }
}

fn cannot(file: &str, error: &io::Error) -> Failure {
    Failure::new(match error.raw_os_error() {
        Some(errno) => {
            format!("Cannot open file \"{file}\" for reading: {}", errno_text(errno))
        }
        None => format!("\"{file}\" is not text in UTF-8"),
    })
}

/// The words of a line: blanks part them, quotes keep them together.
fn split(line: &str) -> Result<Vec<String>> {
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
            None if c.is_ascii_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    match quote {
        Some(_) => Err(Failure::new("Unterminated quoted string".into())),
        None => Ok(words),
    }
}
