//! `nsrun ps`: list what runs.

use std::time::{SystemTime, UNIX_EPOCH};

use super::output::{print, print_json};
use super::run::warn;
use super::{inspect, process};
use crate::cli::Args;
use crate::error::{Error, Result};
use crate::facts::{Joined, Status};
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
        let mut list = Vec::new();
        for status in &runs {
            list.push(inspect::json(&mut kernel, status)?);
        }
        print_json(&list.into())?;
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
        rows.push([
            status.title(),
            pid.map(|pid| pid.to_string()).unwrap_or_default(),
            status.mode.clone().unwrap_or_else(|| each(status, |on| Some(on.network.clone()))),
            each(status, |joined| Some(joined.address?.0.to_string())),
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

/// A fact of each network of a run, in the order of its links.
fn each(status: &Status, fact: impl Fn(&Joined) -> Option<String>) -> String {
    let facts: Vec<String> = status.joined.iter().filter_map(fact).collect();
    facts.join(",")
}

/// Columns as wide as their widest entry; the last as it is.
pub(super) fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |n: usize| rows.iter().map(|row| row[n].chars().count()).max().unwrap_or(0);
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
    fn durations_have_two_units_at_most() {
        for (seconds, text) in [(0, "0s"), (61, "1m1s"), (3661, "1h1m"), (90_000, "1d1h")] {
            assert_eq!(duration(seconds), text);
        }
    }
}
