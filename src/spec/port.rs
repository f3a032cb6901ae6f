//! Published ports: which port of which host address leads to which port inside.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use crate::error::{Error, Result};

/// A protocol that has ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// Transmission Control Protocol.
    Tcp,
    /// User Datagram Protocol.
    Udp,
    /// Stream Control Transmission Protocol.
    Sctp,
}

const PROTOCOLS: [(Protocol, &str, u8); 3] =
    [(Protocol::Tcp, "tcp", 6), (Protocol::Udp, "udp", 17), (Protocol::Sctp, "sctp", 132)];

impl Protocol {
    /// Its number in IP headers.
    pub fn number(self) -> u8 {
        match self {
            Protocol::Tcp => 6,
            Protocol::Udp => 17,
            Protocol::Sctp => 132,
        }
    }

    /// The protocol with this number.
    pub fn from_number(number: u8) -> Option<Protocol> {
        PROTOCOLS.iter().find(|(.., own)| *own == number).map(|(protocol, ..)| *protocol)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Sctp => "sctp",
        })
    }
}

/// Ports of this host that lead to ports of a run, as many of each, in the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Publication {
    /// Address of this host; `None`: all of them, of both families.
    pub host: Option<IpAddr>,
    /// First port of this host; 0: a free one.
    pub first: u16,
    /// First port inside.
    pub to: u16,
    /// How many there are; at least 1.
    pub count: u16,
    /// Protocol.
    pub protocol: Protocol,
}

/// What to write, for hints.
const FORM: &str = "write [HOSTIP:]HOSTPORT[-END]:PORT[-END][/tcp|udp|sctp], such as 8080:80 or \
     127.0.0.1:5353:53/udp";

impl Publication {
    /// The last port of this host.
    pub fn last(&self) -> u16 {
        self.first + (self.count - 1)
    }

    /// One publication for each port.
    pub fn each(self) -> impl Iterator<Item = Publication> {
        (0..self.count).map(move |n| Publication {
            first: self.first + n,
            to: self.to + n,
            count: 1,
            ..self
        })
    }

    /// Whether both want one port of this host.
    pub fn overlaps(&self, other: &Publication) -> bool {
        let families = |own: Option<IpAddr>| match own {
            None => (true, true),
            Some(address) => (address.is_ipv4(), address.is_ipv6()),
        };
        let any = |own: Option<IpAddr>| own.is_none_or(|address| address.is_unspecified());
        let (a, b) = (families(self.host), families(other.host));
        let address = self.host == other.host
            || (any(self.host) || any(other.host)) && (a.0 && b.0 || a.1 && b.1);
        address
            && self.protocol == other.protocol
            && self.first != 0
            && other.first != 0
            && self.first <= other.last()
            && other.first <= self.last()
    }
}

/// Refuses publications that want the same port of this host.
pub fn check_overlaps(ports: &[Publication]) -> Result<()> {
    for (n, port) in ports.iter().enumerate() {
        if let Some(other) = ports.iter().take(n).find(|other| other.overlaps(port)) {
            return Err(Error::usage(format!("\"{other}\" and \"{port}\" overlap"))
                .because("a port of this host can lead to one port only"));
        }
    }
    Ok(())
}

impl FromStr for Publication {
    type Err = Error;

    /// Reads `[HOSTIP:]HOSTPORT[-END]:PORT[-END][/PROTOCOL]`.
    fn from_str(text: &str) -> Result<Self> {
        let wrong = |why: String| {
            Error::usage(format!("cannot publish \"{text}\"")).because(why).hint(FORM)
        };
        let (rest, protocol) = match text.rsplit_once('/') {
            None => (text, Protocol::Tcp),
            Some((rest, name)) => {
                let known = PROTOCOLS.iter().find(|(_, own, _)| own.eq_ignore_ascii_case(name));
                let known = known.ok_or_else(|| wrong(format!("\"{name}\" is no protocol")))?;
                (rest, known.0)
            }
        };
        let Some((rest, inside)) = rest.rsplit_once(':') else {
            ports(rest).map_err(wrong)?;
            return Err(wrong("it names one port only".into()));
        };
        let (host, outside) = match rest.rsplit_once(':') {
            Some((host, outside)) => (Some(host), outside),
            None => (None, rest),
        };
        let host = host
            .map(|host| address(host).ok_or_else(|| wrong(format!("\"{host}\" is no address"))));
        let host: Option<IpAddr> = host.transpose()?;
        let is_many = |host: &IpAddr| match host {
            IpAddr::V4(v4) => v4.is_multicast() || v4.is_broadcast(),
            IpAddr::V6(v6) => v6.is_multicast(),
        };
        if let Some(many) = host.filter(is_many) {
            return Err(wrong(format!("{many} is no address of one host")));
        }
        // Each link has the same ones, and nobody says which is meant.
        if let Some(IpAddr::V6(v6)) = host
            && v6.is_unicast_link_local()
        {
            return Err(wrong(format!("{v6} is an address of one link")));
        }
        let (to, to_last) = ports(inside)
            .map_err(wrong)?
            .ok_or_else(|| wrong("port 0 inside is no port".into()))?;
        let (first, last) = match ports(outside).map_err(wrong)? {
            Some(range) => range,
            None if to == to_last => (0, 0),
            None => return Err(wrong("a range needs the ports of this host too".into())),
        };
        if last - first != to_last - to {
            return Err(wrong("the ranges are not equally long".into()));
        }
        // 65535 ports at most, since there is no port 0 in a range.
        let count = last - first + 1;
        Ok(Publication { host, first, to, count, protocol })
    }
}

/// An address of this host, IPv6 in brackets or not.
fn address(text: &str) -> Option<IpAddr> {
    match text.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => text.parse().ok(),
    }
}

/// A port or a range; `None` for 0 or nothing.
fn ports(text: &str) -> std::result::Result<Option<(u16, u16)>, String> {
    let port = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.then(|| text.parse::<u16>().ok()).flatten();
        number.ok_or_else(|| format!("\"{text}\" is no port: they go from 1 to 65535"))
    };
    match text.split_once('-') {
        None if text.is_empty() => Ok(None),
        None => Ok(Some(port(text)?).filter(|&port| port != 0).map(|port| (port, port))),
        Some((first, last)) => match (port(first)?, port(last)?) {
            (0, _) => Err("port 0 cannot begin a range".into()),
            (first, last) if first > last => Err(format!("range {text} ends before it begins")),
            range => Ok(Some(range)),
        },
    }
}

impl fmt::Display for Publication {
    /// As it is typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host {
            None => {}
            Some(IpAddr::V4(address)) => write!(f, "{address}:")?,
            Some(IpAddr::V6(address)) => write!(f, "[{address}]:")?,
        }
        let Publication { first, to, count, protocol, .. } = self;
        match count {
            1 => write!(f, "{first}:{to}/{protocol}"),
            _ => write!(f, "{first}-{}:{to}-{}/{protocol}", self.last(), to + (count - 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(text: &str) -> Publication {
        text.parse().unwrap_or_else(|error: Error| panic!("{error}"))
    }

    #[test]
    fn publications_are_written_as_they_are_read() {
        for text in [
            "8080:80/tcp",
            "127.0.0.1:5353:53/udp",
            "[fd00::1]:80:8080/sctp",
            "8000-8009:80-89/tcp",
            "[::]:0:80/tcp",
        ] {
            assert_eq!(port(text).to_string(), text);
        }
        for (text, same) in [
            ("80:80", "80:80/tcp"),
            (":80/UDP", "0:80/udp"),
            ("127.0.0.1::80", "127.0.0.1:0:80/tcp"),
            ("fd00::1:80:8080", "[fd00::1]:80:8080/tcp"),
            ("1-65535:1-65535", "1-65535:1-65535/tcp"),
        ] {
            assert_eq!(port(text).to_string(), same);
        }
    }

    #[test]
    fn what_is_no_publication_is_refused_with_the_reason() {
        for (text, why) in [
            ("", "one port only"),
            ("80", "one port only"),
            ("80:0", "port 0 inside"),
            ("80:", "port 0 inside"),
            ("web", "\"web\" is no port"),
            ("65536:80", "\"65536\" is no port"),
            ("80:99999", "\"99999\" is no port"),
            ("+80:80", "\"+80\" is no port"),
            ("-5:80", "\"\" is no port"),
            ("80:80/icmp", "\"icmp\" is no protocol"),
            ("80:80/", "\"\" is no protocol"),
            ("localhost:80:80", "\"localhost\" is no address"),
            ("[::1:80:80", "\"[::1\" is no address"),
            (":80:80", "\"\" is no address"),
            ("224.0.0.1:80:80", "224.0.0.1 is no address of one host"),
            ("255.255.255.255:80:80", "255.255.255.255 is no address of one host"),
            ("[ff02::1]:80:80", "ff02::1 is no address of one host"),
            ("[fe80::1]:80:80", "fe80::1 is an address of one link"),
            ("8000-8010:80-89", "not equally long"),
            ("8010-8000:80-90", "ends before it begins"),
            ("0-5:80-85", "port 0 cannot begin"),
            (":80-85", "a range needs"),
        ] {
            let error = text.parse::<Publication>().expect_err(text);
            assert_eq!(error.kind, crate::error::Kind::Usage);
            assert!(error.to_string().contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn a_port_of_this_host_is_wanted_once() {
        for (a, b, overlap) in [
            ("80:80", "80:81", true),
            ("80:80", "80:80/udp", false),
            ("80:80", "127.0.0.1:80:80", true),
            ("192.0.2.1:80:80", "127.0.0.1:80:80", false),
            ("0.0.0.0:80:80", "[::1]:80:80", false),
            ("[::]:80:80", "[::1]:80:80", true),
            ("0.0.0.0:80:80", "80:80", true),
            ("0.0.0.0:80:80", "[::]:80:80", false),
            ("80-90:80-90", "90-95:1-6", true),
            ("80-89:80-89", "90:90", false),
            (":80", ":80", false),
        ] {
            assert_eq!(port(a).overlaps(&port(b)), overlap, "{a} {b}");
            assert_eq!(check_overlaps(&[port(b), port(a)]).is_err(), overlap);
        }
    }
}
