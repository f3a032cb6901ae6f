//! `ip address show` and `flush`.

use std::net::IpAddr;

use nl::route::address::{self, Address, AddressFlags, IfAddr};
use nl::route::link;
use nl::route::{INET, INET6, UNSPEC};
use nl::{Flags, Message, View};

use crate::ip::failure::{Failure, Result};
use crate::ip::link::filter::Filter as LinkFilter;
use crate::ip::link::show::{self as links, About};
use crate::ip::names::{self, Table};
use crate::ip::options::PACKET;
use crate::ip::out::Colour;
use crate::ip::parse::{self, Prefix};
use crate::ip::session::Session;
use crate::ip::settings::Settings;
use crate::ip::words::Words;
use crate::kernel::Reply;

/// The flags and what they are called, in the order of iproute2.
pub(super) const FLAGS: &[(&str, AddressFlags)] = &[
    ("secondary", AddressFlags::SECONDARY),
    ("temporary", AddressFlags::SECONDARY),
    ("nodad", AddressFlags::NODAD),
    ("optimistic", AddressFlags::OPTIMISTIC),
    ("dadfailed", AddressFlags::DADFAILED),
    ("home", AddressFlags::HOMEADDRESS),
    ("deprecated", AddressFlags::DEPRECATED),
    ("tentative", AddressFlags::TENTATIVE),
    ("permanent", AddressFlags::PERMANENT),
    ("mngtmpaddr", AddressFlags::MANAGETEMPADDR),
    ("noprefixroute", AddressFlags::NOPREFIXROUTE),
    ("autojoin", AddressFlags::MCAUTOJOIN),
    ("stable-privacy", AddressFlags::STABLE_PRIVACY),
];

/// Which addresses to show.
#[derive(Debug, Default)]
struct Filter {
    links: LinkFilter,
    family: u8,
    to: Option<Prefix>,
    scope: Option<u8>,
    label: Option<String>,
    set: AddressFlags,
    clear: AddressFlags,
}

impl Filter {
    fn parse(session: &mut Session, words: &mut Words) -> Result<Filter> {
        let mut filter = Filter { family: session.options.family, ..Filter::default() };
        while let Some(word) = words.next() {
            match word.as_str() {
                "to" => {
                    let word = words.value()?;
                    let prefix = parse::expect_prefix(&word, filter.family)?;
                    filter.family = prefix.family;
                    filter.to = Some(prefix);
                }
                "scope" => {
                    let word = words.value()?;
                    filter.scope = match word.as_str() {
                        "all" => None,
                        _ => match session.names.number(Table::Scopes, &word) {
                            Some(scope) => Some(scope as u8),
                            None => return Err(Failure::wrong(&word, "invalid \"scope\"\n")),
                        },
                    };
                }
                "label" => filter.label = Some(words.value()?),
                "dynamic" => filter.clear |= AddressFlags::PERMANENT,
                "primary" => filter.clear |= AddressFlags::SECONDARY,
                _ => {
                    let (name, off) = match word.strip_prefix('-') {
                        Some(name) => (name, true),
                        None => (word.as_str(), false),
                    };
                    let flag = FLAGS.iter().find(|flag| flag.0 == name);
                    if let Some((_, flag)) = flag {
                        let bits = if off { &mut filter.clear } else { &mut filter.set };
                        *bits |= *flag;
                    } else if !filter.links.take(session, &word, words)? {
                        filter.links.take_device(&word, words)?;
                    }
                }
            }
        }
        Ok(filter)
    }

    /// Whether it says more than a family.
    fn is_narrow(&self) -> bool {
        self.to.is_some() || self.label.is_some()
    }

    fn passes(
        &self,
        session: &mut Session,
        header: &IfAddr,
        view: View<'_, Address>,
    ) -> Result<bool> {
        let flags = flags(header, view)?;
        let local = view.get(address::LOCAL)?.or(view.get(address::ADDRESS)?);
        if self.family != UNSPEC && self.family != header.family
            || self.scope.is_some_and(|scope| scope != header.scope.0)
            || !flags.contains(self.set)
            || flags.intersects(self.clear)
            || self.to.is_some_and(|to| !covers(to, local))
        {
            return Ok(false);
        }
        let Some(pattern) = &self.label else { return Ok(true) };
        Ok(match view.get(address::LABEL)? {
            Some(label) => matches(pattern.as_bytes(), label.as_bytes()),
            None => matches(pattern.as_bytes(), &session.link_name(header.index)),
        })
    }

    /// The addresses that are wanted, from the kernel.
    fn addresses(&self, session: &mut Session) -> Result<Vec<Reply>> {
        let index = match &self.links.device {
            Some(name) => session.expect_link(name)?,
            None => 0,
        };
        let header = IfAddr { family: self.family, index, ..IfAddr::default() };
        session.list(address::GET, header, &Settings::default())
    }
}

/// Whether `address` is in `prefix`.
pub(in crate::ip) fn covers(prefix: Prefix, address: Option<IpAddr>) -> bool {
    match (prefix.address, address) {
        (None, _) => true,
        (Some(IpAddr::V4(net)), Some(IpAddr::V4(own))) => {
            let shift = 32 - u32::from(prefix.len);
            let differ = u32::from(net) ^ u32::from(own);
            differ.checked_shr(shift).unwrap_or_default() == 0
        }
        (Some(IpAddr::V6(net)), Some(IpAddr::V6(own))) => {
            let shift = 128 - u32::from(prefix.len);
            let differ = u128::from(net) ^ u128::from(own);
            differ.checked_shr(shift).unwrap_or_default() == 0
        }
        _ => false,
    }
}

/// Whether `text` matches a shell pattern of `*` and `?`.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) if matches(rest, text) => true,
        (Some((b'*', _)), Some((_, text))) => matches(pattern, text),
        (Some((b'?', rest)), Some((_, text))) => matches(rest, text),
        (Some((a, rest)), Some((b, text))) => a == b && matches(rest, text),
        _ => false,
    }
}

/// All 32 bits of the flags.
fn flags(header: &IfAddr, view: View<'_, Address>) -> Result<AddressFlags> {
    let short = AddressFlags::from_bits_retain(header.flags.into());
    Ok(view.get(address::FLAGS)?.unwrap_or(short))
}

/// `ip address show`.
pub(super) fn run(session: &mut Session, words: &mut Words) -> Result<()> {
    let filter = Filter::parse(session, words)?;
    let links = filter.links.links(session, filter.family)?;
    let addresses = match filter.family {
        PACKET => Vec::new(),
        _ => filter.addresses(session)?,
    };
    let mut placed = Vec::with_capacity(addresses.len());
    for reply in &addresses {
        let (header, _) = reply.message().decode(address::NEW)?;
        placed.push((header.index, reply));
    }
    session.out.array("");
    for reply in &links {
        let message = reply.message();
        let (header, view) = message.decode(link::NEW)?;
        let (mut own, mut wanted) = (0, Vec::new());
        for (_, reply) in placed.iter().filter(|placed| placed.0 == header.index as u32) {
            own += 1;
            let message = reply.message();
            let (address, view) = message.decode(address::NEW)?;
            if filter.passes(session, &address, view)? {
                wanted.push(*reply);
            }
        }
        // A link without any address is shown unless addresses of a family are asked for.
        let bare = own == 0 && matches!(filter.family, UNSPEC | PACKET) && !filter.is_narrow();
        if wanted.is_empty() && !bare && filter.family != PACKET {
            continue;
        }
        session.out.object("");
        let with_link = session.options.oneline && filter.family != PACKET;
        let no_link = with_link || filter.label.is_some();
        if session.options.brief || !no_link {
            links::print(session, &message, filter.family, About::Addresses)?;
        }
        if filter.family != PACKET {
            session.out.array("addr_info");
            for reply in wanted {
                session.out.object("");
                print(session, &reply.message(), with_link)?;
                session.out.end_object();
            }
            session.out.end_array();
        }
        if session.options.brief {
            session.out.text("\n");
        } else if session.options.statistics > 0 && !no_link {
            crate::ip::link::statistics::print(session, view)?;
            session.out.text("\n");
        }
        session.out.end_object();
    }
    session.out.end_array();
    Ok(())
}

/// Prints one address; with the name of its link where that is not shown before.
pub(in crate::ip) fn print(
    session: &mut Session,
    message: &Message<'_>,
    with_link: bool,
) -> Result<()> {
    let gone = message.header.kind == address::DEL.code();
    let (header, view) = message.decode(if gone { address::DEL } else { address::NEW })?;
    let brief = session.options.brief;
    if gone {
        session.out.flag("deleted", "Deleted ");
    }
    if !brief {
        if with_link {
            let name = session.link_name(header.index);
            session.out.put("index", header.index, ": ");
            session.out.put("dev", crate::ip::out::Val::Bytes(&name), "");
        }
        session.out.text("    ");
        session.out.put("family", names::family(header.family), " ");
    }
    let address = view.get(address::ADDRESS)?;
    let local = view.get(address::LOCAL)?.or(address);
    let colour = Colour::of(header.family);
    let out = &mut session.out;
    if let Some(local) = local {
        out.paint(colour, "local", &parse::ip_text(local), "");
        if let Some(peer) = address.filter(|address| *address != local) {
            out.text(" peer ");
            out.paint(colour, "address", &parse::ip_text(peer), "");
        }
        out.text("/");
        out.put("prefixlen", header.prefix_len, " ");
    }
    if let Some(metric) = view.get(address::RT_PRIORITY)? {
        out.text("metric ");
        out.put("metric", metric, " ");
    }
    if brief {
        return Ok(());
    }
    for (key, text, attribute) in
        [("broadcast", "brd ", address::BROADCAST), ("anycast", "any ", address::ANYCAST)]
    {
        if let Some(address) = view.get(attribute)? {
            out.text(text);
            out.paint(colour, key, &parse::ip_text(address), " ");
        }
    }
    let scope = session.names.name(Table::Scopes, header.scope.0.into());
    session.out.text("scope ");
    session.out.put("scope", &scope, " ");
    print_flags(session, &header, view)?;
    let out = &mut session.out;
    if let Some(label) = view.get(address::LABEL)? {
        out.put("label", label, "");
    }
    if let Some(times) = view.get(address::CACHEINFO)? {
        out.line();
        lifetime(session, "valid_life_time", "       valid_lft ", times.valid);
        lifetime(session, "preferred_life_time", " preferred_lft ", times.preferred);
    }
    session.out.text("\n");
    Ok(())
}

fn lifetime(session: &mut Session, key: &str, text: &str, seconds: u32) {
    let out = &mut session.out;
    out.text(text);
    if seconds == u32::MAX {
        out.text("forever");
        out.json(key, seconds);
    } else {
        out.put(key, seconds, "sec");
    }
}

fn print_flags(session: &mut Session, header: &IfAddr, view: View<'_, Address>) -> Result<()> {
    let all = flags(header, view)?;
    let mut rest = all;
    let out = &mut session.out;
    for &(name, flag) in FLAGS {
        let other_family = match name {
            "secondary" => header.family == INET6,
            "temporary" => header.family != INET6,
            _ => false,
        };
        if other_family {
            continue;
        }
        let name = match (flag == AddressFlags::PERMANENT, all.contains(flag)) {
            (true, false) => "dynamic",
            (false, true) => name,
            _ => "",
        };
        if !name.is_empty() {
            out.flag(name, name);
            out.text(" ");
        }
        rest -= flag;
    }
    if !rest.is_empty() {
        out.text("flags ");
        out.put("ifa_flags", &format!("{:02x}", rest.bits()), " ");
    }
    Ok(())
}

/// `ip address flush`: removes what `show` with the same words would show.
pub(super) fn flush(session: &mut Session, words: &mut Words) -> Result<()> {
    if words.peek().is_none() {
        return Err(Failure::new("Flush requires arguments.".into()));
    }
    let filter = Filter::parse(session, words)?;
    let index = match &filter.links.device {
        Some(name) => {
            let missing = || Failure::new(format!("Device \"{name}\" does not exist."));
            Some(session.find_link(name).ok_or_else(missing)?)
        }
        None => None,
    };
    // Removing a primary address of IPv4 may remove its secondary ones, or promote one of them:
    // so it is read again until nothing is left.
    let rounds = session.options.loops;
    let mut round = 0;
    loop {
        let mut removed = 0;
        for reply in filter.addresses(session)? {
            let message = reply.message();
            let (header, view) = message.decode(address::NEW)?;
            let elsewhere = index.is_some_and(|index| index != header.index);
            if elsewhere || !filter.passes(session, &header, view)? {
                continue;
            }
            let mut settings = Settings::default();
            for attr in view.iter() {
                let attr = attr?;
                let wanted = [address::LOCAL.code(), address::ADDRESS.code()];
                if wanted.contains(&attr.code()) {
                    settings.raw(attr.code(), attr.value);
                }
            }
            let asked = session.change(address::DEL, Flags::empty(), header, &settings);
            match asked {
                Ok(()) => removed += 1,
                // It went with another.
                Err(failure) if header.family == INET && failure.text.contains("not found") => {}
                Err(failure) => return Err(failure),
            }
        }
        // One that was promoted was no primary address when those were asked for.
        if removed == 0 || filter.clear.contains(AddressFlags::SECONDARY) {
            return Ok(());
        }
        // Of 0 rounds there is no end.
        round += 1;
        if round == rounds {
            let text = format!("*** Flush remains incomplete after {rounds} rounds. ***");
            return Err(Failure::usage(text));
        }
    }
}
