//! For people: offset, bytes, and what they mean.

use std::fmt::Write;

use nl::Protocol;

use super::placed;

/// Bytes in a row: what most attributes take.
const ROW: usize = 8;

/// A line for each thing that `datagram` says: its offset in its message, its own bytes, its name
/// and value. What takes more than eight bytes goes on below.
pub fn text(protocol: Protocol, datagram: &[u8]) -> String {
    let mut out = String::new();
    let mut items = placed(protocol, datagram).peekable();
    while let Some((base, item)) = items.next() {
        let end = items.peek().map_or(datagram.len(), |(base, next)| base + next.offset);
        let bytes = datagram.get(base + item.offset..end).unwrap_or_default();
        let mut rows = bytes.chunks(ROW);
        let line = item.to_string();
        let (offset, words) = line.split_at(format!("{:>5}  ", item.offset).len());
        let first = hex(rows.next().unwrap_or_default());
        let _ = writeln!(out, "{offset}{first:<width$}  {words}", width = 3 * ROW - 1);
        for row in rows {
            let _ = writeln!(out, "{:7}{}", "", hex(row));
        }
    }
    out
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}
