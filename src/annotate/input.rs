//! Bytes as people and tools write them.

/// Where a text says no bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Bytes from the start of the text.
    pub offset: usize,
    /// What is there.
    pub what: &'static str,
}

/// The bytes that `input` stands for, and where it makes no sense, if it does not: then the bytes
/// are those before.
///
/// Bytes as they are, when one of them is 0, which every netlink message has and no text. Else hex
/// digits, with or without `0x`, `\x`, white space, commas and colons between them. Or strings in
/// double quotes with the escapes of C, such as strace(1) writes, and anything around them.
pub fn bytes(input: &[u8]) -> (Vec<u8>, Option<Flaw>) {
    if input.contains(&0) {
        return (input.to_vec(), None);
    }
    let mut text = Text { input, at: 0, out: Vec::new() };
    let flaw = if input.contains(&b'"') { text.strings() } else { text.digits() };
    (text.out, flaw.err())
}

/// A text that is read from the front.
struct Text<'a> {
    input: &'a [u8],
    at: usize,
    out: Vec<u8>,
}

impl Text<'_> {
    fn peek(&self) -> Option<u8> {
        self.input.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek();
        self.at += 1;
        byte
    }

    fn flaw(&self, what: &'static str) -> Flaw {
        Flaw { offset: self.at.min(self.input.len()), what }
    }

    /// Goes past `word` if it comes next.
    fn skip(&mut self, word: &[u8]) -> bool {
        let there = self.input.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        self.at += if there { word.len() } else { 0 };
        there
    }

    fn digits(&mut self) -> Result<(), Flaw> {
        while let Some(byte) = self.peek() {
            if byte.is_ascii_whitespace() || byte == b',' || byte == b':' {
                self.at += 1;
                continue;
            }
            let marked = self.skip(b"0x") || self.skip(b"0X") || self.skip(b"\\x");
            let rest = self.input.get(self.at..).unwrap_or_default();
            let count = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            if count == 0 {
                return Err(self.flaw("no hex digit"));
            }
            // 0x0 is a byte, but 0x123 may be anything.
            let odd = count % 2 == 1 && !(marked && count == 1);
            let lone = usize::from(count == 1);
            for _ in 0..(count / 2 + if odd { 0 } else { lone }) {
                let high = if count == 1 { 0 } else { self.digit(16).unwrap_or_default() };
                let low = self.digit(16).unwrap_or_default();
                self.out.push((high << 4 | low) as u8);
            }
            if odd {
                return Err(self.flaw("half a byte"));
            }
        }
        Ok(())
    }

    /// The next digit, if it is one of that base.
    fn digit(&mut self, base: u32) -> Option<u32> {
        let digit = char::from(self.peek()?).to_digit(base)?;
        self.at += 1;
        Some(digit)
    }

    /// A number of at most so many digits; `None` without any.
    fn number(&mut self, base: u32, most: usize) -> Option<u32> {
        let mut number = self.digit(base)?;
        for _ in 1..most {
            let Some(digit) = self.digit(base) else { break };
            number = number * base + digit;
        }
        Some(number)
    }

    fn strings(&mut self) -> Result<(), Flaw> {
        while let Some(byte) = self.next() {
            if byte != b'"' {
                continue;
            }
            loop {
                match self.next() {
                    None => return Err(self.flaw("the end of the text, inside a string")),
                    Some(b'"') => break,
                    Some(b'\\') => {
                        let byte = self.escape()?;
                        self.out.push(byte);
                    }
                    Some(byte) => self.out.push(byte),
                }
            }
            if self.input.get(self.at..).is_some_and(|rest| rest.starts_with(b"...")) {
                return Err(self.flaw("the end of a string that was cut short (strace -s)"));
            }
        }
        Ok(())
    }

    /// The byte that what follows a backslash stands for.
    fn escape(&mut self) -> Result<u8, Flaw> {
        let unknown = self.flaw("an unknown escape");
        if let Some(number) = self.number(8, 3) {
            return u8::try_from(number).map_err(|_| unknown);
        }
        Ok(match self.next() {
            Some(b'x') => self.number(16, 2).ok_or(unknown)? as u8,
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'v') => 0x0b,
            Some(b'f') => 0x0c,
            Some(b'a') => 0x07,
            Some(b'b') => 0x08,
            Some(b'e') => 0x1b,
            Some(byte @ (b'"' | b'\\' | b'\'' | b'?')) => byte,
            _ => return Err(unknown),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: &[u8] = &[0x14, 0, 0, 0, 0x12, 0xab];

    #[test]
    fn bytes_are_read_as_tools_write_them() {
        for text in [
            "14000000 12ab",
            "14 00 00 00 12 AB\n",
            "0x14, 0x0, 0x00, 0x00, 0x12, 0xab",
            "0x1400000012ab",
            "14:00:00:00:12:ab",
            r"\x14\x00\x00\x00\x12\xab",
            r#""\x14\x00\x00\x00\x12\xab""#,
            r#"write(3, "\24\0\0\0\22\253", 6) = 6"#,
            r#"{iov_base="\24\0\0\0", iov_len=4}, {iov_base="\22\xab", iov_len=2}"#,
        ] {
            assert_eq!(bytes(text.as_bytes()), (BYTES.to_vec(), None), "{text}");
        }
        assert_eq!(bytes(BYTES), (BYTES.to_vec(), None), "as they are");
        assert_eq!(bytes(br#""a\n\"\\7""#), (b"a\n\"\\7".to_vec(), None));
        assert_eq!(bytes(b" \n"), (vec![], None));
    }

    #[test]
    fn what_makes_no_sense_is_found_where_it_is() {
        let cut = "the end of a string that was cut short (strace -s)";
        for (text, before, offset, what) in [
            ("14 zz", 1, 3, "no hex digit"),
            ("14 1", 1, 3, "half a byte"),
            ("14000", 2, 4, "half a byte"),
            ("14 0x", 1, 5, "no hex digit"),
            (r"14 \x", 1, 5, "no hex digit"),
            (r"14 \0", 1, 3, "no hex digit"),
            (r#""\x14"#, 1, 5, "the end of the text, inside a string"),
            (r#""\x14\q""#, 1, 6, "an unknown escape"),
            (r#""\x14\777""#, 1, 6, "an unknown escape"),
            (r#""\x14\x"#, 1, 6, "an unknown escape"),
            (r#"send(3, "\24\0"..., 40"#, 2, 15, cut),
        ] {
            let (bytes, flaw) = bytes(text.as_bytes());
            assert_eq!((bytes.len(), flaw), (before, Some(Flaw { offset, what })), "{text}");
        }
    }
}
