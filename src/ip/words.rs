//! The words of a command line, read one after the other.

use super::failure::{Failure, Result};

/// A cursor over the words.
#[derive(Debug)]
pub(super) struct Words {
    list: Vec<String>,
    at: usize,
}

impl Words {
    pub(super) fn new(list: Vec<String>) -> Self {
        Words { list, at: 0 }
    }

    /// The next word, which stays where it is.
    pub(super) fn peek(&self) -> Option<&str> {
        self.list.get(self.at).map(String::as_str)
    }

    /// The next word.
    pub(super) fn next(&mut self) -> Option<String> {
        let word = self.list.get(self.at).cloned()?;
        self.at += 1;
        Some(word)
    }

    /// The value that must follow an option.
    pub(super) fn value(&mut self) -> Result<String> {
        self.next().ok_or_else(Failure::incomplete)
    }

    /// Goes one word back.
    pub(super) fn back(&mut self) {
        self.at = self.at.saturating_sub(1);
    }
}

/// Whether `word` is `full` or an abbreviation of it.
pub(super) fn is(word: &str, full: &str) -> bool {
    !word.is_empty() && full.starts_with(word)
}

/// Whether `word` is `name` or an abbreviation with `least` letters of it or more.
pub(super) fn means(word: &str, name: &str, least: u8) -> bool {
    word.len() >= least.into() && name.starts_with(word)
}

/// The option that `word` stands for, of names with how much of each has to be typed in iproute2.
pub(super) fn option(word: &str, names: &[(&'static str, u8)]) -> Option<&'static str> {
    names.iter().find(|(name, least)| means(word, name, *least)).map(|entry| entry.0)
}

/// The first of `full` names that `word` abbreviates.
pub(super) fn which(word: &str, full: &[&'static str]) -> Option<&'static str> {
    full.iter().copied().find(|name| is(word, name))
}
