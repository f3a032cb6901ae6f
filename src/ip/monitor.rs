//! `ip monitor`: what changes, as it changes.

use std::time::{SystemTime, UNIX_EPOCH};

use nl::Message;
use nl::route::link::IfInfo;
use nl::route::{INET, INET6, address, link, neighbour, nsid, route, rule};

use super::failure::{Failure, Result};
use super::help;
use super::options::Timestamp;
use super::session::Session;
use super::settings::Settings;
use super::words::{Words, is};
use crate::error::say;

const HELP: &str = "\
Usage: ip monitor [ all | OBJECTS ] [ label ] [ dev DEVICE ]
OBJECTS := address | link | neigh | nsid | route | rule
";

/// An object: what selects it, and its groups (`RTNLGRP_*`).
struct Object {
    name: &'static str,
    groups: &'static [u32],
}

/// The group of links.
const LINKS: u32 = 1;

const OBJECTS: &[Object] = &[
    Object { name: "link", groups: &[LINKS] },
    Object { name: "address", groups: &[5, 9] },
    Object { name: "route", groups: &[7, 11] },
    Object { name: "neigh", groups: &[3] },
    Object { name: "rule", groups: &[8, 19] },
    Object { name: "nsid", groups: &[28] },
];

/// `ip monitor`.
pub(super) fn run(session: &mut Session, words: &mut Words) -> Result<()> {
    let (mut groups, mut label, mut device) = (Vec::new(), false, None);
    while let Some(word) = words.next() {
        if is(&word, "label") {
            label = true;
        } else if word == "dev" {
            device = Some(session.expect_master(&words.value()?)?);
        } else if is(&word, "all") && word.len() > 1 {
            (label, groups) = (true, Vec::new());
        } else if is(&word, "help") {
            return Err(help::text(HELP));
        } else if let Some(object) = OBJECTS.iter().find(|object| is(&word, object.name)) {
            groups.extend_from_slice(object.groups);
        } else {
            let text = format!("Argument \"{word}\" is unknown, try \"ip monitor help\".");
            return Err(Failure::usage(text));
        }
    }
    if groups.is_empty() {
        groups = OBJECTS.iter().flat_map(|object| object.groups.iter().copied()).collect();
    }
    let family = session.options.family;
    // Whatever is watched, links are followed: what they are called, also when they are gone.
    let silent = !groups.contains(&LINKS);
    groups.push(LINKS);
    for link in session.list(link::GET, IfInfo::default(), &Settings::default())? {
        session.remember(&link.message())?;
    }
    // Names are asked for on another connection than notifications come by.
    let mut watcher = crate::kernel::Kernel::open()?;
    watcher.watch(&groups, &mut |message| {
        let Some(message) = message else {
            say("ip: more happened than the kernel could remember: some of it is missing");
            return Ok(());
        };
        let kind = message.header.kind;
        let is_link = kind == link::NEW.code() || kind == link::DEL.code();
        let elsewhere = device.is_some_and(|device| index(&message) != Some(device));
        // Links are of all families; of everything else the family comes first.
        let is_id = kind == nsid::NEW.code() || kind == nsid::DEL.code();
        let other_family = matches!(family, INET | INET6)
            && !is_link
            && !is_id
            && message.body.first() != Some(&family);
        let unasked = silent && is_link;
        if !(elsewhere || other_family || unasked) {
            notify(session, &message, label)?;
        }
        if kind == link::NEW.code() {
            session.remember(&message)?;
        }
        session.flush()?;
        if session.out.closed {
            return Err(Failure { text: String::new(), code: 0 });
        }
        Ok(())
    })
}

/// The link a message is about.
fn index(message: &Message<'_>) -> Option<u32> {
    match message.header.kind {
        16..=17 => {
            let bytes = message.body.get(4..8)?;
            bytes.try_into().ok().map(u32::from_ne_bytes)
        }
        20..=21 | 28..=29 => {
            let bytes = message.body.get(4..8)?;
            bytes.try_into().ok().map(u32::from_ne_bytes)
        }
        24..=25 => {
            let gone = message.header.kind == route::DEL.code();
            let (_, view) = message.decode(if gone { route::DEL } else { route::NEW }).ok()?;
            view.get(route::OIF).ok()?
        }
        _ => None,
    }
}

fn notify(session: &mut Session, message: &Message<'_>, label: bool) -> Result<()> {
    let kind = message.header.kind;
    let name = match kind {
        k if k == link::NEW.code() || k == link::DEL.code() => "LINK",
        k if k == address::NEW.code() || k == address::DEL.code() => "ADDR",
        k if k == route::NEW.code() || k == route::DEL.code() => "ROUTE",
        k if k == neighbour::NEW.code() || k == neighbour::DEL.code() => "NEIGH",
        k if k == rule::NEW.code() || k == rule::DEL.code() => "RULE",
        k if k == nsid::NEW.code() || k == nsid::DEL.code() => "NSID",
        _ => return Ok(()),
    };
    timestamp(session);
    if label {
        session.out.text(&format!("[{name}]"));
    }
    session.out.object("");
    match name {
        "LINK" => super::link::show::print_notification(session, message)?,
        "ADDR" => super::address::print(session, message, true)?,
        "ROUTE" => super::route::print(session, message)?,
        "NEIGH" => super::neighbour::print(session, message, &super::neighbour::Filter::default())?,
        "RULE" => super::rule::print(session, message)?,
        _ => namespace(session, message)?,
    }
    session.out.end_object();
    Ok(())
}

fn namespace(session: &mut Session, message: &Message<'_>) -> Result<()> {
    let gone = message.header.kind == nsid::DEL.code();
    let (_, view) = message.decode(if gone { nsid::DEL } else { nsid::NEW })?;
    let id = view.get(nsid::NSID)?.unwrap_or(-1);
    if gone {
        session.out.flag("deleted", "Deleted ");
    }
    session.out.text("nsid ");
    session.out.put("nsid", id, " ");
    if let Some(name) = session.namespace_name(id) {
        session.out.text("(iproute2 netns name: ");
        session.out.put("name", &name, ")");
    }
    session.out.text("\n");
    Ok(())
}

/// What `-t` and `-ts` put before a line, in UTC.
fn timestamp(session: &mut Session) {
    let form = session.options.timestamp;
    if form == Timestamp::None {
        return;
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, second) = (now.as_secs() / 86400, now.as_secs() % 86400);
    let (year, month, day) = date(days);
    let clock = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    let micros = now.subsec_micros();
    let text = if form == Timestamp::Short {
        format!("[{year}-{month:02}-{day:02}T{clock}.{micros:06}] ")
    } else {
        const DAYS: &[&str] = &["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: &[&str] =
            &["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let name = DAYS.get((days % 7) as usize).copied().unwrap_or_default();
        let month = MONTHS.get(month as usize - 1).copied().unwrap_or_default();
        format!("Timestamp: {name} {month} {day:2} {clock} {year} {micros} usec\n")
    };
    session.out.text(&text);
}

/// Year, month and day of a day counted from 1970-01-01 (Gregorian calendar, March first).
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146_096) / 365;
    let day = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn days_become_dates_across_leap_years() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(11_016), (2000, 2, 29));
        assert_eq!(date(20_513), (2026, 3, 1));
        assert_eq!(date(47_540), (2100, 2, 28));
        assert_eq!(date(47_541), (2100, 3, 1));
    }
}
