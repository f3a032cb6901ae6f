//! `nsrun inspect`: everything about one run.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::inside::Inside;
use super::output::{print, print_json};
use super::{find_whole_run, operand, ports, process};
use crate::cli::Args;
use crate::error::Result;
use crate::facts::{Lease, Status};
use crate::kernel::{Kernel, Link};
use crate::spec::{Mac, printable};

pub(super) fn inspect(args: &Args) -> Result<u8> {
    let mut kernel = Kernel::open()?;
    let status = find_whole_run(&mut kernel, operand(args, 0)?)?;
    let run = json(&mut kernel, &status);
    if args.flag("json") {
        print_json(&run)?;
    } else {
        print(&text(&run))?;
    }
    Ok(0)
}

/// A run as JSON.
pub(super) fn json(kernel: &mut Kernel, status: &Status) -> Value {
    let pid = status.run.and_then(|run| process::cmd_pid(run.pid));
    let run = status.run;
    json!({
        "name": status.title(),
        "pid": pid,
        "command": pid.map(process::command).unwrap_or_default(),
        "started": run.map(|run| time(run.started)),
        "init": run.map(|run| run.pid).filter(|init| Some(*init) != pid),
        "supervisor": run.map(|run| run.supervisor),
        "mode": status.mode,
        "networks": networks(kernel, status),
        "ports": status.joined.iter().flat_map(|joined| &joined.ports).map(ports::json).collect::<Vec<_>>(),
    })
}

/// The links inside: a run with rights over them may have changed what they were.
fn networks(kernel: &mut Kernel, status: &Status) -> Vec<Value> {
    let Some(inside) = Inside::of(kernel, status) else {
        let written = status.networks.as_deref().and_then(|text| serde_json::from_str(text).ok());
        return written.unwrap_or_default();
    };
    let mac = |link: &Link| Some(Mac(link.mac.as_slice().try_into().ok()?).to_string());
    let entry = |to: &str, link: Option<&Link>, gateway: Option<Ipv4Addr>, lease: Option<Lease>| {
        json!({
            "network": Some(to).filter(|to| !to.is_empty()),
            "ifname": link.map(|link| link.name.as_str()),
            "address": link.and_then(|link| inside.address(link, true)),
            "address6": link.and_then(|link| inside.address(link, false)),
            "mac": link.and_then(mac),
            "gateway": gateway.map(|gateway| gateway.to_string()),
            "mtu": link.map(|link| link.mtu),
            "host_link": lease.map(|lease| lease.to_string()),
        })
    };
    let joined = status.joined.iter().map(|joined| {
        entry(&joined.network, inside.joined(joined), joined.gateway, Some(joined.lease))
    });
    let mut all: Vec<Value> = joined.collect();
    let attached = inside.attached(kernel, &status.joined);
    all.extend(attached.iter().map(|one| entry(&one.to, Some(one.link), None, one.lease)));
    all
}

/// Seconds since 1970 as RFC 3339 writes them, in UTC.
pub(super) fn time(seconds: u64) -> String {
    let (days, rest) = (seconds / 86400, seconds % 86400);
    // Civil date from a day count, after the proleptic Gregorian calendar's 400-year cycle,
    // with years that begin in March.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest % 3600 / 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The same for people: one line a fact, networks indented.
pub(super) fn text(run: &Value) -> String {
    let mut out = String::new();
    lines(run, "", &mut out);
    out
}

fn lines(value: &Value, indent: &str, out: &mut String) {
    for (key, value) in value.as_object().into_iter().flatten() {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for item in items {
                    out.push_str(&format!("{indent}{key}:\n"));
                    lines(item, &format!("{indent}  "), out);
                }
                continue;
            }
            Value::Array(items) if items.is_empty() => continue,
            Value::Array(items) => {
                let words = items.iter().map(|item| item.as_str().unwrap_or_default());
                words.collect::<Vec<_>>().join(" ")
            }
            other => other.to_string(),
        };
        out.push_str(&format!("{indent}{key}: {}\n", printable(&text)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_date_would() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_219_200, "2026-11-21T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(time(seconds), text);
        }
    }
}
