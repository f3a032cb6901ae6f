//! Counters of a link (`-s`, `-s -s`).

use nl::View;
use nl::route::link::{self, Link};
use nl::route::link_stats::LinkStats64;

use crate::ip::failure::Result;
use crate::ip::out::Val;
use crate::ip::session::Session;

/// A counter: name in JSON, heading in the text, value.
type Counter = (&'static str, &'static str, u64);

/// Prints the counters in columns as wide as the widest number needs.
pub(in crate::ip) fn print(session: &mut Session, view: View<'_, Link>) -> Result<()> {
    let Some(all) = view.get(link::STATS64)? else { return Ok(()) };
    let more = session.options.statistics > 1;
    let changes = view.get(link::CARRIER_CHANGES)?.unwrap_or_default();
    let [rx, rx_errors, tx, tx_errors] = groups(all, changes);
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
                let overruns = all.rx_over_errors().unwrap_or_default();
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

fn groups(all: LinkStats64<'_>, changes: u32) -> [Vec<Counter>; 4] {
    let count = |value: Option<u64>| value.unwrap_or_default();
    [
        vec![
            ("bytes", "bytes", count(all.rx_bytes())),
            ("packets", "packets", count(all.rx_packets())),
            ("errors", "errors", count(all.rx_errors())),
            ("dropped", "dropped", count(all.rx_dropped())),
            ("over_errors", "missed", count(all.rx_missed_errors())),
            ("multicast", "mcast", count(all.multicast())),
        ],
        vec![
            ("length_errors", "length", count(all.rx_length_errors())),
            ("crc_errors", "crc", count(all.rx_crc_errors())),
            ("frame_errors", "frame", count(all.rx_frame_errors())),
            ("fifo_errors", "fifo", count(all.rx_fifo_errors())),
            ("missed_errors", "overrun", count(all.rx_missed_errors())),
        ],
        vec![
            ("bytes", "bytes", count(all.tx_bytes())),
            ("packets", "packets", count(all.tx_packets())),
            ("errors", "errors", count(all.tx_errors())),
            ("dropped", "dropped", count(all.tx_dropped())),
            ("carrier_errors", "carrier", count(all.tx_carrier_errors())),
            ("collisions", "collsns", count(all.collisions())),
        ],
        vec![
            ("aborted_errors", "aborted", count(all.tx_aborted_errors())),
            ("fifo_errors", "fifo", count(all.tx_fifo_errors())),
            ("window_errors", "window", count(all.tx_window_errors())),
            ("heartbeat_errors", "heartbt", count(all.tx_heartbeat_errors())),
            ("carrier_changes", "transns", changes.into()),
        ],
    ]
}
