//! Output as text or as JSON, from the same calls.

use std::io::{self, Write};

use super::failure::{Failure, Result, errno_text};

/// A value to print.
#[derive(Clone, Copy, Debug)]
pub(super) enum Val<'a> {
    Str(&'a str),
    Bytes(&'a [u8]),
    Int(i64),
    Big(u64),
    Bool(bool),
    /// Hundredths, with a point; in the text at least seven columns.
    Hundredths(u64),
    Null,
}

impl<'a> From<&'a str> for Val<'a> {
    fn from(text: &'a str) -> Self {
        Val::Str(text)
    }
}

impl<'a> From<&'a String> for Val<'a> {
    fn from(text: &'a String) -> Self {
        Val::Str(text)
    }
}

impl<'a> From<nl::Text<'a>> for Val<'a> {
    fn from(text: nl::Text<'a>) -> Self {
        Val::Bytes(text.as_bytes())
    }
}

macro_rules! integers {
    ($($int:ty)*) => {$(
        impl From<$int> for Val<'_> {
            fn from(value: $int) -> Self {
                Val::Int(i64::from(value))
            }
        }
    )*};
}

integers!(u8 u16 u32 i32);

/// What a part of the text is, for colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colour {
    None,
    Link,
    Mac,
    Inet,
    Inet6,
    Up,
    Down,
}

impl Colour {
    /// That of an address.
    pub(super) fn of(family: u8) -> Colour {
        match family {
            nl::route::INET => Colour::Inet,
            nl::route::INET6 => Colour::Inet6,
            _ => Colour::None,
        }
    }

    fn code(self) -> Option<&'static str> {
        Some(match self {
            Colour::None => return None,
            Colour::Link => "36",
            Colour::Mac => "33",
            Colour::Inet => "35",
            Colour::Inet6 => "34",
            Colour::Up => "32",
            Colour::Down => "31",
        })
    }
}

/// Where output is collected.
#[derive(Debug, Default)]
pub(super) struct Out {
    bytes: Vec<u8>,
    /// JSON instead of text.
    pub(super) json: bool,
    /// JSON with line breaks.
    pub(super) pretty: bool,
    /// Text with colours.
    pub(super) colour: bool,
    /// A backslash instead of line breaks inside an entry.
    pub(super) oneline: bool,
    /// Nobody reads it any more.
    pub(super) closed: bool,
    depth: usize,
    comma: bool,
}

impl Out {
    /// Text only.
    pub(super) fn text(&mut self, text: &str) {
        if !self.json {
            self.bytes.extend_from_slice(text.as_bytes());
        }
    }

    /// Text only: the line break inside an entry.
    pub(super) fn line(&mut self) {
        self.text(if self.oneline { "\\" } else { "\n" });
    }

    /// In JSON a member of the object, in text the value and what follows it.
    pub(super) fn put<'a>(&mut self, key: &str, value: impl Into<Val<'a>>, after: &str) {
        self.put_coloured(Colour::None, key, value.into(), after);
    }

    /// The same, in colour.
    pub(super) fn paint<'a>(
        &mut self,
        colour: Colour,
        key: &str,
        value: impl Into<Val<'a>>,
        after: &str,
    ) {
        self.put_coloured(colour, key, value.into(), after);
    }

    fn put_coloured(&mut self, colour: Colour, key: &str, value: Val<'_>, after: &str) {
        if self.json {
            self.name(key);
            self.json_value(value);
            return;
        }
        let code = colour.code().filter(|_| self.colour);
        if let Some(code) = code {
            self.bytes.extend_from_slice(b"\x1b[");
            self.bytes.extend_from_slice(code.as_bytes());
            self.bytes.push(b'm');
        }
        self.plain(value);
        self.bytes.extend_from_slice(after.as_bytes());
        if code.is_some() {
            self.bytes.extend_from_slice(b"\x1b[0m");
        }
    }

    /// JSON only: a member of the object.
    pub(super) fn json<'a>(&mut self, key: &str, value: impl Into<Val<'a>>) {
        if self.json {
            self.name(key);
            self.json_value(value.into());
        }
    }

    /// In JSON a member that is true or null, in text words.
    pub(super) fn flag(&mut self, key: &str, words: &str) {
        self.json(key, Val::Bool(true));
        self.text(words);
    }

    /// One value of an array; in text the value and what follows it.
    pub(super) fn item<'a>(&mut self, value: impl Into<Val<'a>>, after: &str) {
        if self.json {
            self.separate();
            self.json_value(value.into());
        } else {
            self.plain(value.into());
            self.bytes.extend_from_slice(after.as_bytes());
        }
    }

    /// JSON only: an object begins, a member when `key` is not empty.
    pub(super) fn object(&mut self, key: &str) {
        self.open(key, b'{');
    }

    /// JSON only: an array begins, a member when `key` is not empty.
    pub(super) fn array(&mut self, key: &str) {
        self.open(key, b'[');
        if self.json && self.pretty {
            self.bytes.push(b' ');
        }
    }

    /// JSON only: the object ends.
    pub(super) fn end_object(&mut self) {
        if self.json {
            self.depth -= 1;
            if self.comma {
                self.indent();
            }
            self.bytes.push(b'}');
            self.comma = true;
        }
    }

    /// JSON only: the array ends.
    pub(super) fn end_array(&mut self) {
        if self.json {
            if self.pretty && self.comma {
                self.bytes.push(b' ');
            }
            self.depth -= 1;
            self.bytes.push(b']');
            self.comma = true;
        }
    }

    fn open(&mut self, key: &str, bracket: u8) {
        if self.json {
            if key.is_empty() {
                self.separate();
            } else {
                self.name(key);
            }
            self.bytes.push(bracket);
            self.depth += 1;
            self.comma = false;
        }
    }

    fn separate(&mut self) {
        if self.comma {
            self.bytes.push(b',');
        }
        self.comma = true;
    }

    fn indent(&mut self) {
        if self.pretty {
            self.bytes.push(b'\n');
            self.bytes.resize(self.bytes.len() + 4 * self.depth, b' ');
        }
    }

    fn name(&mut self, key: &str) {
        self.separate();
        self.indent();
        self.quoted(key.as_bytes());
        self.bytes.extend_from_slice(if self.pretty { b": " } else { b":" });
    }

    fn quoted(&mut self, text: &[u8]) {
        self.bytes.push(b'"');
        for &byte in text {
            match byte {
                b'"' | b'\\' => self.bytes.extend_from_slice(&[b'\\', byte]),
                b'\n' => self.bytes.extend_from_slice(b"\\n"),
                b'\t' => self.bytes.extend_from_slice(b"\\t"),
                0..0x20 => {
                    let _ = write!(self.bytes, "\\u{byte:04x}");
                }
                _ => self.bytes.push(byte),
            }
        }
        self.bytes.push(b'"');
    }

    fn json_value(&mut self, value: Val<'_>) {
        match value {
            Val::Str(text) => self.quoted(text.as_bytes()),
            Val::Bytes(text) => self.quoted(text),
            Val::Null => self.bytes.extend_from_slice(b"null"),
            _ => self.plain(value),
        }
    }

    fn plain(&mut self, value: Val<'_>) {
        let _ = match value {
            Val::Str(text) => self.bytes.write_all(text.as_bytes()),
            Val::Bytes(text) => self.bytes.write_all(text),
            Val::Int(number) => write!(self.bytes, "{number}"),
            Val::Big(number) => write!(self.bytes, "{number}"),
            Val::Bool(on) => self.bytes.write_all(if on { b"true" } else { b"false" }),
            Val::Hundredths(number) => {
                let width = if self.json { 0 } else { 4 };
                write!(self.bytes, "{:width$}.{:02}", number / 100, number % 100)
            }
            Val::Null => Ok(()),
        };
    }

    /// Drops what was collected.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        (self.depth, self.comma) = (0, false);
    }

    /// Ends JSON, and writes all to stdout.
    ///
    /// # Errors
    /// It was not written, or not all of it. A reader that has seen enough is no error.
    pub(super) fn flush(&mut self) -> Result<()> {
        if self.json && !self.bytes.is_empty() {
            self.bytes.push(b'\n');
        }
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(&self.bytes).and_then(|()| stdout.flush());
        self.clear();
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                let text = errno_text(error.raw_os_error().unwrap_or_default());
                Err(Failure::new(format!("cannot write to standard output: {text}")))
            }
            written => {
                self.closed = written.is_err();
                Ok(())
            }
        }
    }
}
