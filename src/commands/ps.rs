//! `nsrun ps`: list what runs.

use std::time::{SystemTime, UNIX_EPOCH};

use super::inside::Inside;
use super::output::{print, print_json};
use super::run::warn;
use super::{inspect, process};
use crate::cli::Args;
use crate::error::{Error, Result};
use crate::facts::Status;
use crate::kernel::{Kernel, can_record, recorded};
use crate::spec::printable;

const HEADINGS: [&str; 7] = ["NAME", "PID", "NETWORK", "ADDRESS", "PORTS", "UP", "COMMAND"];

pub(super) fn ps(args: &Args) -> Result<u8> {
    if args.flag("json") && args.flag("quiet") {
        return Err(Error::usage("--json and --quiet exclude each other")
            .hint("names are in what --json prints, too"));
    }
    let mut kernel = Kernel::open()?;
    let mut runs = kernel.runs()?;
    runs.retain(|status| status.alive);
    runs.extend(recorded());
    if !can_record() {
        warn(&["runs without a network are not shown: XDG_RUNTIME_DIR is not set, by which the \
                caller's would be found"
            .into()]);
    }
    if args.flag("json") {
        print_json(&runs.iter().map(|status| inspect::json(&mut kernel, status)).collect())?;
        return Ok(0);
    }
    if args.flag("quiet") {
        let names: String = runs.iter().map(|status| status.title() + "\n").collect();
        print(&names)?;
        return Ok(0);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let mut rows = vec![HEADINGS.map(String::from)];
    for status in &runs {
        let pid = status.run.and_then(|run| process::cmd_pid(run.pid));
        let (networks, addresses) = networks(&mut kernel, status);
        rows.push([
            status.title(),
            pid.map(|pid| pid.to_string()).unwrap_or_default(),
            networks,
            addresses,
            ports(status),
            status.run.map(|run| duration(now.saturating_sub(run.started))).unwrap_or_default(),
            printable(&pid.map(process::command).unwrap_or_default().join(" ")),
        ]);
    }
    print(&table(&rows))?;
    Ok(0)
}

/// Published ports, as they are typed.
fn ports(status: &Status) -> String {
    let ports = status.joined.iter().flat_map(|joined| &joined.ports);
    ports.map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// What a run is connected to, in the order of its links, and its addresses there.
fn networks(kernel: &mut Kernel, status: &Status) -> (String, String) {
    let (mut names, mut addresses) = (Vec::new(), Vec::new());
    for joined in &status.joined {
        names.push(joined.network.clone());
        addresses.extend(joined.address.map(|(address, _)| address.to_string()));
    }
    if let Some(inside) = Inside::of(kernel, status) {
        for one in inside.attached(kernel, &status.joined) {
            addresses.extend(inside.address(one.link, true).map(without_prefix));
            names.push(one.to);
        }
    }
    // The bridge of a network was deleted by hand.
    let unknown = |name: &mut String| *name = "?".into();
    names.iter_mut().filter(|name| name.is_empty()).for_each(unknown);
    let names = match (&status.mode, &names[..]) {
        (Some(mode), []) => mode.clone(),
        (Some(mode), names) if mode.starts_with("ns:") => format!("{mode},{}", names.join(",")),
        _ => names.join(","),
    };
    (names, addresses.join(","))
}

fn without_prefix(address: String) -> String {
    address.split('/').next().unwrap_or_default().to_owned()
}

/// Columns as wide as their widest entry; the last as it is.
pub(super) fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let widest = |n: usize| rows.iter().map(|row| row[n].chars().count()).max().unwrap_or(0);
    // What is formatted cannot be wider.
    let width = |n: usize| if n + 1 < N { widest(n).min(u16::MAX.into()) } else { 0 };
    let widths: [usize; N] = std::array::from_fn(width);
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(&format!("{cell:width$}  "));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Seconds as people say them, two units at most.
pub(super) fn duration(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{minutes}m{}s", seconds % 60),
        3600..86400 => format!("{hours}h{}m", minutes % 60),
        _ => format!("{days}d{}h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let row = |a: &str, b: &str| [a.to_owned(), b.to_owned()];
        assert_eq!(
            table(&[row("A", "B"), row("long", ""), row("x", "y z")]),
            "A     B\nlong\nx     y z\n"
        );
    }

    #[test]
    fn the_longest_command_line_is_shown() {
        let long = "x".repeat(70_000);
        let row = |cell: &str| [cell.to_owned(), long.clone()];
        assert_eq!(table(&[row("A"), row("long")]), format!("A     {long}\nlong  {long}\n"));
        assert_eq!(table(&[[long.clone(), "B".into()]]), format!("{long}  B\n"));
    }

    #[test]
    fn durations_have_two_units_at_most() {
        for (seconds, text) in [(0, "0s"), (61, "1m1s"), (3661, "1h1m"), (90_000, "1d1h")] {
            assert_eq!(duration(seconds), text);
        }
    }
}
