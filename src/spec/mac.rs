//! Link-layer addresses.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// An Ethernet address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mac(pub [u8; 6]);

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl FromStr for Mac {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || {
            Error::usage(format!("\"{text}\" is no hardware address"))
                .hint("write six hexadecimal bytes, such as 02:00:00:00:00:07")
        };
        let mut mac = [0; 6];
        let mut parts = text.split([':', '-']);
        for byte in &mut mac {
            let part = parts.next().filter(|part| (1..=2).contains(&part.len()));
            *byte = part.and_then(|p| u8::from_str_radix(p, 16).ok()).ok_or_else(wrong)?;
        }
        if parts.next().is_some() || text.contains('+') {
            return Err(wrong());
        }
        if mac[0] & 1 != 0 || mac == [0; 6] {
            return Err(Error::usage(format!("\"{text}\" cannot be the address of a link"))
                .hint("the first byte must be even (odd ones are groups), and not all may be 0"));
        }
        Ok(Mac(mac))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mac_is_six_hexadecimal_bytes_of_one_station() {
        let mac: Mac = "02:00:00:00:00:0f".parse().unwrap();
        assert_eq!(mac.to_string(), "02:00:00:00:00:0f");
        assert_eq!("2-0-0-0-0-F".parse::<Mac>().unwrap(), mac);
        for wrong in [
            "",
            "02:00:00:00:00",
            "02:00:00:00:00:0f:00",
            "02:00:00:00:00:gg",
            "020:0:0:0:0:0",
            "01:00:00:00:00:01",
            "00:00:00:00:00:00",
            "02:00:00:00:00:+f",
        ] {
            assert!(wrong.parse::<Mac>().is_err(), "{wrong}");
        }
    }
}
