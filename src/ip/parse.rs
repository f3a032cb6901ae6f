//! Numbers, addresses and prefixes as `ip` takes them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nl::route::{INET, INET6, UNSPEC};

use super::failure::{Failure, Result};

/// A number as C's `strtoul` with base 0 reads it: decimal, `0x` hexadecimal, `0` octal.
pub(super) fn unsigned(word: &str) -> Option<u32> {
    wide(word)?.try_into().ok()
}

/// The same with 64 bits.
pub(super) fn wide(word: &str) -> Option<u64> {
    let (digits, radix) = match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if word.len() > 1 && word.starts_with('0') => (word, 8),
        None => (word, 10),
    };
    // from_str_radix would take a sign.
    digits.bytes().all(|byte| byte.is_ascii_alphanumeric()).then_some(())?;
    u64::from_str_radix(digits, radix).ok()
}

/// A number of any width, or the complaint that `why` is.
pub(super) fn number<T: TryFrom<u64>>(word: &str, why: &str) -> Result<T> {
    wide(word)
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| Failure::wrong_value(word, why))
}

/// Keeps the value of an option that may be given once.
pub(super) fn once<T>(place: &mut Option<T>, option: &str, word: &str, value: T) -> Result<()> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Failure::duplicate(option, word)),
    }
}

/// `on` or `off`.
pub(super) fn switch(option: &str, word: &str) -> Result<bool> {
    match word {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(one_of(option, &["on", "off"], word)),
    }
}

/// The complaint about a word that is none of `words`.
pub(super) fn one_of(option: &str, words: &[&str], word: &str) -> Failure {
    let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
    let list = match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.join(""),
    };
    Failure::new(format!("Error: argument of \"{option}\" must be {list}, not \"{word}\""))
}

/// An address with the length of its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefix {
    /// Address family.
    pub(super) family: u8,
    /// `None` for the words `default`, `all`, `any`, which name no address.
    pub(super) address: Option<IpAddr>,
    /// Length of the prefix.
    pub(super) len: u8,
    /// Whether a length was given.
    pub(super) has_len: bool,
}

impl Prefix {
    /// Whether it is one address.
    pub(super) fn is_host(self) -> bool {
        self.address.is_some() && self.len == bits(self.family)
    }
}

/// The family an address belongs to.
pub(super) fn family_of(address: IpAddr) -> u8 {
    if address.is_ipv4() { INET } else { INET6 }
}

/// Bits of an address of `family`.
pub(super) fn bits(family: u8) -> u8 {
    if family == INET6 { 128 } else { 32 }
}

/// IPv4 as iproute2 takes it: missing bytes are 0 (`10.1` is 10.1.0.0).
fn ipv4(word: &str) -> Option<IpAddr> {
    let mut octets = [0; 4];
    let mut parts = word.split('.');
    for octet in &mut octets {
        let Some(part) = parts.next() else { break };
        *octet = u8::try_from(unsigned(part)?).ok()?;
    }
    parts.next().is_none().then(|| IpAddr::V4(Ipv4Addr::from(octets)))
}

/// An address of `family`, of either when it is 0.
pub(super) fn address(word: &str, family: u8) -> Option<IpAddr> {
    if matches!(word, "default" | "all" | "any") {
        let any6 = family == INET6;
        return Some(if any6 {
            Ipv6Addr::UNSPECIFIED.into()
        } else {
            Ipv4Addr::UNSPECIFIED.into()
        });
    }
    if word.contains(':') {
        let address = word.parse::<Ipv6Addr>().ok()?;
        return (family != INET).then_some(address.into());
    }
    if family == INET6 { None } else { ipv4(word) }
}

/// An address, or iproute2's complaint.
pub(super) fn expect_address(word: &str, family: u8) -> Result<IpAddr> {
    address(word, family).ok_or_else(|| {
        let expected = match family {
            UNSPEC => "any valid",
            _ => super::names::family(family),
        };
        Failure::new(format!("Error: {expected} address is expected rather than \"{word}\"."))
    })
}

/// A prefix of `family`, of either when it is 0.
pub(super) fn prefix(word: &str, family: u8) -> Option<Prefix> {
    if matches!(word, "default" | "all" | "any") {
        return Some(Prefix { family, address: None, len: 0, has_len: true });
    }
    let (host, len) = match word.split_once('/') {
        Some((host, len)) => (host, Some(len)),
        None => (word, None),
    };
    let address = address(host, family)?;
    let family = family_of(address);
    let whole = bits(family);
    let bits = match len {
        None => whole,
        Some(len) => match unsigned(len) {
            Some(len) => u8::try_from(len).ok().filter(|&len| len <= whole)?,
            None => mask_length(len)?,
        },
    };
    Some(Prefix { family, address: Some(address), len: bits, has_len: len.is_some() })
}

/// The length a netmask such as 255.255.0.0 stands for.
fn mask_length(word: &str) -> Option<u8> {
    let mask = u32::from(word.parse::<Ipv4Addr>().ok()?);
    let len = mask.leading_ones();
    (mask.count_ones() == len).then_some(len as u8)
}

/// A prefix, or iproute2's complaint.
pub(super) fn expect_prefix(word: &str, family: u8) -> Result<Prefix> {
    prefix(word, family).ok_or_else(|| {
        let expected = match family {
            UNSPEC => "any valid",
            _ => super::names::family(family),
        };
        Failure::new(format!("Error: {expected} prefix is expected rather than \"{word}\"."))
    })
}

/// A link-layer address: six bytes with colons, or an IPv4 address on a tunnel.
pub(super) fn mac(word: &str) -> Result<Vec<u8>> {
    let bad = || Failure::new(format!("\"{word}\" is invalid lladdr."));
    if word.contains('.') && !word.contains(':') {
        return match word.parse::<Ipv4Addr>() {
            Ok(address) => Ok(address.octets().to_vec()),
            Err(_) => Err(bad()),
        };
    }
    word.split(':')
        .map(|byte| match byte.len() {
            1 | 2 => u8::from_str_radix(byte, 16).map_err(|_| bad()),
            _ => Err(bad()),
        })
        .collect()
}

/// How a link-layer address reads on hardware of type `arphrd`.
pub(super) fn mac_text(bytes: &[u8], arphrd: u16) -> String {
    if let Ok(octets) = <[u8; 4]>::try_from(bytes)
        && matches!(arphrd, 768 | 776 | 778)
    {
        return Ipv4Addr::from(octets).to_string();
    }
    if let Ok(octets) = <[u8; 16]>::try_from(bytes)
        && matches!(arphrd, 769 | 823)
    {
        return ip_text(Ipv6Addr::from(octets).into());
    }
    let mut text = String::with_capacity(bytes.len() * 3);
    for (n, byte) in bytes.iter().enumerate() {
        if n > 0 {
            text.push(':');
        }
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(digit.into(), 16).unwrap_or('?'));
        }
    }
    text
}

/// How libc's `inet_ntop` writes an address: unlike Rust it writes IPv4-compatible addresses
/// (`::192.0.2.1`) with dots.
pub(super) fn ip_text(address: IpAddr) -> String {
    if let IpAddr::V6(v6) = address
        && let [0, 0, 0, 0, 0, 0, high, low] = v6.segments()
        && high != 0
    {
        let v4 = Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
        return format!("::{v4}");
    }
    address.to_string()
}

/// Whether a name may be that of a link.
pub(super) fn is_link_name(name: &str) -> bool {
    is_alternative_name(name) && name.len() < 16
}

/// Whether a name may be an alternative one.
pub(super) fn is_alternative_name(name: &str) -> bool {
    let bad = |c: char| c == '/' || c.is_ascii_whitespace();
    !name.is_empty() && name.len() < 128 && name != "." && name != ".." && !name.contains(bad)
}

/// A link's name, or the complaint that names `option`.
pub(super) fn expect_link_name(word: &str, option: &str) -> Result<()> {
    if is_link_name(word) {
        return Ok(());
    }
    Err(Failure::wrong(word, &format!("\"{option}\" not a valid ifname")))
}

/// The IP protocols that have a name here.
const PROTOCOLS: &[(&str, u8)] = &[
    ("icmp", 1),
    ("igmp", 2),
    ("tcp", 6),
    ("udp", 17),
    ("ipv6", 41),
    ("gre", 47),
    ("esp", 50),
    ("ah", 51),
    ("ipv6-icmp", 58),
    ("ospf", 89),
    ("sctp", 132),
    ("udplite", 136),
];

/// The number of an IP protocol.
pub(super) fn protocol(word: &str) -> Option<u8> {
    let named = PROTOCOLS.iter().find(|protocol| protocol.0 == word).map(|protocol| protocol.1);
    named.or_else(|| unsigned(word)?.try_into().ok())
}

/// What to call an IP protocol.
pub(super) fn protocol_name(number: u8) -> String {
    let named = PROTOCOLS.iter().find(|protocol| protocol.1 == number);
    named.map_or_else(|| format!("ipproto-{number}"), |protocol| protocol.0.to_owned())
}
