//! Counters of a link (`-s`, `-s -s`).

use nl::View;
use nl::route::link::{self, Link};

use crate::ip::failure::Result;
use crate::ip::out::Val;
use crate::ip::session::Session;

/// A counter: name in JSON, heading in the text, value.
type Counter = (&'static str, &'static str, u64);

/// Prints the counters in columns as wide as the widest number needs.
pub(in crate::ip) fn print(session: &mut Session, view: View<'_, Link>) -> Result<()> {
    let more = session.options.statistics > 1;
    let changes = view.get(link::CARRIER_CHANGES)?;
    // A dump in the family of IPv6 has the counters of 32 bits alone; their order is the same.
    let (wide, narrow) = (view.get(link::STATS64)?, view.get(link::STATS)?);
    let count = |index: usize| match (wide, narrow) {
        (Some(all), _) => all.nth(index).unwrap_or_default(),
        (None, Some(all)) => all.nth(index).unwrap_or_default().into(),
        (None, None) => 0,
    };
    if wide.is_none() && narrow.is_none() {
        return Ok(());
    }
    let [rx, rx_errors, tx, tx_errors] = groups(&count, changes);
    let mut widths = [10, 7, 6, 7, 7, 7];
    let mut widen = |counters: &[Counter], first: usize| {
        for (width, counter) in widths.iter_mut().skip(first).zip(counters) {
            *width = (*width).max(counter.2.to_string().len());
        }
    };
    widen(&rx, 0);
    widen(&tx, 0);
    if more {
        widen(&rx_errors, 1);
        widen(&tx_errors, 1);
    }
    let out = &mut session.out;
    if out.json {
        out.object("stats64");
        for (key, counters, errors) in [("rx", rx, rx_errors), ("tx", tx, tx_errors)] {
            out.object(key);
            for (name, _, value) in counters {
                // In JSON iproute2 has overruns where the text has missed packets.
                let overruns = count(11);
                let value = if name == "over_errors" { overruns } else { value };
                out.json(name, Val::Big(value));
            }
            let errors = errors.into_iter().filter(|counter| more && !counter.0.is_empty());
            for (name, _, value) in errors {
                out.json(name, Val::Big(value));
            }
            out.end_object();
        }
        out.end_object();
        return Ok(());
    }
    let text = |session: &mut Session, title: &str, counters: &[Counter], errors: bool| {
        let first = usize::from(errors);
        let mut heading = format!("    {title}");
        let mut values = "    ".to_owned();
        if errors {
            heading.push_str(&" ".repeat(widths[0] - 10));
            values.push_str(&" ".repeat(widths[0] + 1));
        }
        for (n, ((_, name, value), width)) in counters.iter().zip(&widths[first..]).enumerate() {
            let taken = if n == 0 && !errors { 4 } else { 0 };
            let blank = if n == 0 && !errors { "" } else { " " };
            heading.push_str(&format!("{blank}{name:>0$}", width - taken));
            values.push_str(&format!("{value:>width$} "));
        }
        if !errors {
            heading.push_str(&" ".repeat(11));
        }
        session.out.text(&heading);
        session.out.line();
        session.out.text(&values);
    };
    text(session, "RX: ", &rx, false);
    if more {
        session.out.line();
        text(session, "RX errors:", &rx_errors, true);
    }
    session.out.line();
    text(session, "TX: ", &tx, false);
    if more {
        session.out.line();
        text(session, "TX errors:", &tx_errors, true);
    }
    Ok(())
}

/// The counters by their places in `struct rtnl_link_stats`.
fn groups(count: &dyn Fn(usize) -> u64, changes: Option<u32>) -> [Vec<Counter>; 4] {
    let mut groups = [
        vec![
            ("bytes", "bytes", count(2)),
            ("packets", "packets", count(0)),
            ("errors", "errors", count(4)),
            ("dropped", "dropped", count(6)),
            ("over_errors", "missed", count(15)),
            ("multicast", "mcast", count(8)),
        ],
        vec![
            ("length_errors", "length", count(10)),
            ("crc_errors", "crc", count(12)),
            ("frame_errors", "frame", count(13)),
            ("fifo_errors", "fifo", count(14)),
            ("missed_errors", "overrun", count(15)),
        ],
        vec![
            ("bytes", "bytes", count(3)),
            ("packets", "packets", count(1)),
            ("errors", "errors", count(5)),
            ("dropped", "dropped", count(7)),
            ("carrier_errors", "carrier", count(17)),
            ("collisions", "collsns", count(9)),
        ],
        vec![
            ("aborted_errors", "aborted", count(16)),
            ("fifo_errors", "fifo", count(18)),
            ("window_errors", "window", count(20)),
            ("heartbeat_errors", "heartbt", count(19)),
        ],
    ];
    if let (Some(changes), [.., errors]) = (changes, &mut groups) {
        errors.push(("carrier_changes", "transns", changes.into()));
    }
    groups
}
