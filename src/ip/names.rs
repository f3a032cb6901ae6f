//! Numbers that have names: routing tables, protocols, scopes, groups, hardware types.
//!
//! Where iproute2 keeps a file of them in /etc/iproute2 it is read, if there is one.

use std::fs;

use nl::route::route::{Kind, Protocol, Scope};

use super::words::option;

/// A file of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    Tables,
    Protocols,
    Scopes,
    Realms,
    Groups,
    Services,
}

impl Table {
    fn file(self) -> &'static str {
        match self {
            Table::Tables => "rt_tables",
            Table::Protocols => "rt_protos",
            Table::Scopes => "rt_scopes",
            Table::Realms => "rt_realms",
            Table::Groups => "group",
            Table::Services => "rt_dsfield",
        }
    }

    /// The name that holds when no file says otherwise.
    fn built_in(self, number: u32) -> Option<String> {
        let byte = u8::try_from(number).ok();
        let name = match self {
            Table::Tables => match number {
                0 => "unspec",
                253 => "default",
                254 => "main",
                255 => "local",
                _ => return None,
            },
            Table::Protocols => Protocol(byte?).name()?,
            Table::Scopes if number == 0 => "global",
            Table::Scopes => Scope(byte?).name()?,
            Table::Realms if number == 0 => "cosmos",
            Table::Groups if number == 0 => "default",
            Table::Services => return (number == 0).then(|| "0".into()),
            Table::Realms | Table::Groups => return None,
        };
        Some(name.to_ascii_lowercase())
    }
}

/// The names in use.
#[derive(Debug, Default)]
pub(super) struct Names {
    files: Vec<(Table, Vec<(u32, String)>)>,
    /// Print numbers (`-N`).
    pub(super) numeric: bool,
}

impl Names {
    pub(super) fn new(numeric: bool) -> Self {
        Names { files: Vec::new(), numeric }
    }

    fn entries(&mut self, table: Table) -> &[(u32, String)] {
        let known = self.files.iter().position(|(own, _)| *own == table);
        let at = known.unwrap_or_else(|| {
            self.files.push((table, read(table)));
            self.files.len() - 1
        });
        self.files.get(at).map(|(_, entries)| entries.as_slice()).unwrap_or_default()
    }

    fn find(&mut self, table: Table, number: u32) -> Option<String> {
        let entries = self.entries(table).iter();
        // A later line of the file wins, as in iproute2.
        let own = entries.rev().find(|entry| entry.0 == number).map(|entry| entry.1.clone());
        own.or_else(|| table.built_in(number))
    }

    /// What to call `number`.
    pub(super) fn name(&mut self, table: Table, number: u32) -> String {
        let found = if self.numeric { None } else { self.find(table, number) };
        found.unwrap_or_else(|| match table {
            Table::Services => format!("0x{number:02x}"),
            _ => number.to_string(),
        })
    }

    /// The number of that name, or the number that `word` is.
    pub(super) fn number(&mut self, table: Table, word: &str) -> Option<u32> {
        let own = self.entries(table).iter().find(|entry| entry.1 == word).map(|entry| entry.0);
        own.or_else(|| (0..256).find(|&n| table.built_in(n).is_some_and(|name| name == word)))
            .or_else(|| match table {
                Table::Services => u32::from_str_radix(word.trim_start_matches("0x"), 16).ok(),
                _ => super::parse::unsigned(word),
            })
            // The others are bytes to the kernel.
            .filter(|&number| matches!(table, Table::Tables | Table::Groups) || number < 256)
    }
}

fn read(table: Table) -> Vec<(u32, String)> {
    let mut entries = Vec::new();
    let main = format!("/etc/iproute2/{}", table.file());
    let mut files: Vec<_> = fs::read_dir(format!("{main}.d"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "conf"))
        .collect();
    files.insert(0, main.into());
    for file in files {
        for line in fs::read_to_string(file).unwrap_or_default().lines() {
            let mut words = line.split_whitespace();
            if let (Some(number), Some(name)) = (words.next(), words.next())
                && !name.starts_with('#')
                && let Some(number) = super::parse::unsigned(number)
            {
                entries.push((number, name.to_owned()));
            }
        }
    }
    entries
}

/// What to call a type of route.
pub(super) fn route_type(kind: Kind, numeric: bool) -> String {
    match kind.name() {
        Some(name) if !numeric => name.to_ascii_lowercase(),
        _ => kind.0.to_string(),
    }
}

/// The type of route that `word` means.
pub(super) fn route_type_number(word: &str) -> Option<Kind> {
    const NAMES: &[(&str, u8)] = &[
        ("local", 5),
        ("nat", 3),
        ("broadcast", 1),
        ("anycast", 1),
        ("multicast", 1),
        ("prohibit", 1),
        ("unreachable", 1),
        ("blackhole", 2),
        ("xresolve", 1),
        ("unicast", 3),
        ("throw", 5),
    ];
    let name = option(word, NAMES);
    let named =
        name.and_then(|name| (1..12).map(Kind).find(|kind| route_type(*kind, false) == name));
    named.or_else(|| super::parse::unsigned(word)?.try_into().ok().map(Kind))
}

/// What to call a hardware type (`ARPHRD_*`, `linux/if_arp.h`).
pub(super) fn hardware(number: u16, numeric: bool) -> String {
    let name = match number {
        _ if numeric => "",
        0 => "netrom",
        1 => "ether",
        24 => "ieee1394",
        32 => "infiniband",
        280 => "can",
        512 => "ppp",
        519 => "rawip",
        768 => "ipip",
        769 => "tunnel6",
        772 => "loopback",
        776 => "sit",
        778 => "gre",
        801 => "ieee802.11",
        803 => "ieee802.11/radiotap",
        804 => "ieee802.15.4",
        823 => "gre6",
        824 => "netlink",
        825 => "6lowpan",
        826 => "vsockmon",
        65534 => "none",
        65535 => "void",
        _ => "",
    };
    if name.is_empty() { format!("[{number}]") } else { name.to_owned() }
}

/// What to call an address family.
pub(super) fn family(number: u8) -> &'static str {
    match number {
        2 => "inet",
        7 => "bridge",
        10 => "inet6",
        17 => "link",
        28 => "mpls",
        _ => "???",
    }
}

/// The address family that `word` means.
pub(super) fn family_number(word: &str) -> Option<u8> {
    [2, 7, 10, 17, 28].into_iter().find(|&number| family(number) == word)
}
