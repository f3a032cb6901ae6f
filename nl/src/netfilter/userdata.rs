//! What nft keeps in `USERDATA`: records of type, length and bytes (libnftnl `udata.h`).

use crate::value::Text;

/// Type of the record that holds a comment, in tables, chains, rules and elements alike.
pub const COMMENT: u8 = 0;

/// Longest comment that nft takes, in bytes.
pub const COMMENT_MAX: usize = 128;

/// The records in `bytes`: type and value. Ends before a broken one.
pub fn records(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = bytes;
    core::iter::from_fn(move || {
        let (&[kind, len], after) = rest.split_first_chunk()?;
        let (value, after) = after.split_at_checked(len as usize)?;
        rest = after;
        Some((kind, value))
    })
}

/// The comment in `bytes`.
pub fn comment(bytes: &[u8]) -> Option<Text<'_>> {
    records(bytes).find(|(kind, _)| *kind == COMMENT).map(|(_, text)| Text::until_nul(text))
}

/// A comment as `USERDATA` holds it.
#[derive(Clone, Copy, Debug)]
pub struct Comment {
    bytes: [u8; COMMENT_MAX + 3],
    len: usize,
}

impl Comment {
    /// The record of `text`; `None` when it is longer than [`COMMENT_MAX`] or holds a NUL.
    pub fn new(text: &str) -> Option<Self> {
        if text.len() > COMMENT_MAX || text.as_bytes().contains(&0) {
            return None;
        }
        let mut bytes = [0; COMMENT_MAX + 3];
        let [_, len, value @ ..] = &mut bytes;
        *len = text.len() as u8 + 1;
        value.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Comment { bytes, len: text.len() + 3 })
    }

    /// The bytes for `USERDATA`.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
