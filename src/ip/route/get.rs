//! `ip route get`: ask the kernel which route it would take.

use nl::Flags;
use nl::route::INET;
use nl::route::route::{self, RouteFlags, RtMsg};

use super::family;
use crate::error::say;
use crate::ip::failure::{Failure, Result};
use crate::ip::names::Table;
use crate::ip::parse;
use crate::ip::session::Session;
use crate::ip::settings::Settings;
use crate::ip::words::{Words, option};

/// `ip route get`.
pub(super) fn run(session: &mut Session, words: &mut Words) -> Result<()> {
    let mut header = RtMsg { family: session.options.family, ..RtMsg::default() };
    let mut settings = Settings::default();
    let (mut has_destination, mut connected) = (false, false);
    while let Some(word) = words.next() {
        const OPTIONS: &[(&str, u8)] = &[
            ("tos", 3),
            ("dsfield", 1),
            ("from", 1),
            ("iif", 1),
            ("oif", 1),
            ("dev", 3),
            ("notify", 1),
            ("connected", 1),
            ("vrf", 1),
            ("mark", 1),
            ("uid", 1),
            ("fibmatch", 2),
            ("to", 2),
            ("ipproto", 2),
            ("sport", 1),
            ("dport", 2),
            ("help", 1),
        ];
        match option(&word, OPTIONS) {
            Some("tos" | "dsfield") => {
                let word = words.value()?;
                let wrong = || Failure::wrong_value(&word, "TOS value is invalid");
                let service = session.names.number(Table::Services, &word).ok_or_else(wrong)?;
                header.tos = service as u8;
            }
            Some("from") => {
                let prefix = parse::expect_prefix(&words.value()?, header.family)?;
                header.family = prefix.family;
                if let Some(address) = prefix.address {
                    settings.put(route::SRC, address);
                    header.src_len = prefix.len;
                }
            }
            Some("iif") => settings.put(route::IIF, session.expect_link(&words.value()?)?),
            Some("oif" | "dev") => {
                settings.put(route::OIF, session.expect_link(&words.value()?)?);
            }
            Some("vrf") => {
                let name = words.value()?;
                let wrong = || Failure::wrong_value(&name, "Invalid VRF");
                settings.put(route::OIF, session.vrf(&name)?.ok_or_else(wrong)?.0);
            }
            Some("notify") => header.flags |= RouteFlags::NOTIFY,
            Some("fibmatch") => header.flags |= RouteFlags::FIB_MATCH,
            Some("connected") => connected = true,
            Some("mark") => {
                settings.put(route::MARK, parse::number(&words.value()?, "invalid mark")?)
            }
            Some("uid") => settings.put(route::UID, parse::number(&words.value()?, "invalid UID")?),
            Some("ipproto") => {
                let word = words.value()?;
                let number = parse::protocol(&word);
                let wrong = || Failure::wrong_value(&word, "Invalid \"ipproto\" value");
                settings.put(route::IP_PROTO, number.ok_or_else(wrong)?);
            }
            Some("sport") => {
                settings.put(route::SPORT, parse::number(&words.value()?, "invalid sport")?)
            }
            Some("dport") => {
                settings.put(route::DPORT, parse::number(&words.value()?, "invalid dport")?)
            }
            Some("help") => return Err(super::help::text(super::HELP)),
            option => {
                let word = if option == Some("to") { words.value()? } else { word };
                let prefix = parse::expect_prefix(&word, header.family)?;
                header.family = prefix.family;
                if let Some(address) = prefix.address {
                    settings.put(route::DST, address);
                    let whole = parse::bits(prefix.family);
                    if prefix.len != whole {
                        say(format!(
                            "Warning: /{} as prefix is invalid, only /{whole} (or none) is supported.",
                            prefix.len
                        ));
                    }
                    header.dst_len = whole;
                    has_destination = true;
                }
            }
        }
    }
    if !has_destination {
        return Err(Failure::new("need at least a destination address".into()));
    }
    header.family = family(header.family);
    if header.family == INET {
        header.flags |= RouteFlags::LOOKUP_TABLE;
    }
    session.out.array("");
    look_up(session, header, &settings)?;
    if connected {
        // As iproute2 does, with the same question.
        look_up(session, header, &settings)?;
    }
    session.out.end_array();
    Ok(())
}

/// Asks for a route and prints it.
fn look_up(session: &mut Session, header: RtMsg, settings: &Settings) -> Result<()> {
    let answer = session.ask(route::GET, Flags::empty(), header, settings)?;
    for reply in &answer.map_err(|refusal| Failure::refused(&refusal))? {
        session.out.object("");
        super::print(session, &reply.message())?;
        session.out.end_object();
    }
    Ok(())
}
