//! The results as a table, JSON, a chart and a page.

use std::fmt::Write;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fs, io};

use crate::chart;
use crate::codec::WORKLOADS;
use crate::measure::{Cost, Row};

/// A number as people read it: `7`, `1,234`.
pub fn number(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn instructions(cost: &Cost) -> String {
    cost.instructions.map_or("-".into(), number)
}

fn nanoseconds(cost: &Cost) -> String {
    if cost.nanoseconds < 10.0 {
        format!("{:.1}", cost.nanoseconds)
    } else {
        number(cost.nanoseconds)
    }
}

fn allocations(cost: &Cost) -> String {
    let rounded = (cost.allocations * 10.0).round() / 10.0;
    format!("{rounded}")
}

/// A table in Markdown, also fit for a terminal.
fn table(rows: &[Row], unit: &str, cell: fn(&Cost) -> String) -> String {
    let mut lines: Vec<Vec<String>> = vec![vec![unit.into()]];
    lines[0].extend(WORKLOADS.iter().map(|workload| workload.title.to_owned()));
    for row in rows {
        let mut line = vec![format!("{} {}", row.name, row.version)];
        line.extend(row.costs.iter().map(cell));
        lines.push(line);
    }
    let width = |n: usize| lines.iter().map(|line| line[n].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..=WORKLOADS.len()).map(width).collect();
    let mut out = String::new();
    for (n, line) in lines.iter().enumerate() {
        write!(out, "| {:<1$} |", line[0], widths[0]).unwrap();
        for (cell, width) in line.iter().zip(&widths).skip(1) {
            write!(out, " {cell:>width$} |").unwrap();
        }
        out.push('\n');
        if n == 0 {
            write!(out, "|{}|", "-".repeat(widths[0] + 2)).unwrap();
            for width in &widths[1..] {
                write!(out, "{}:|", "-".repeat(width + 1)).unwrap();
            }
            out.push('\n');
        }
    }
    out
}

/// Prints the tables, and what nl was asked to reach.
pub fn print(rows: &[Row]) {
    println!("\n{}", table(rows, "instructions per message", instructions));
    println!("{}", table(rows, "nanoseconds per message", nanoseconds));
    println!("{}", table(rows, "allocations per message", allocations));
    let Some(nl) = rows.iter().find(|row| row.name == "nl") else { return };
    for (n, workload) in WORKLOADS.iter().enumerate() {
        let Some(ours) = nl.costs[n].instructions else { continue };
        let rivals = rows.iter().filter(|row| !["nl", "floor", "hand"].contains(&row.name));
        let best = rivals.filter_map(|row| row.costs[n].instructions).fold(f64::MAX, f64::min);
        println!(
            "{:32} {} of at most {}, {:.1} x less than the best rival{}",
            workload.title,
            number(ours),
            number(workload.target.into()),
            best / ours,
            if ours > workload.target.into() || ours > best { "  MISSED" } else { "" },
        );
    }
}

/// Writes codec.json, codec.svg and codec.md.
pub fn write(rows: &[Row], directory: &Path) -> io::Result<()> {
    fs::write(directory.join("codec.json"), json(rows))?;
    fs::write(directory.join("codec.svg"), chart::svg(rows))?;
    fs::write(directory.join("codec.md"), page(rows))
}

fn json(rows: &[Row]) -> String {
    let machine = Machine::new();
    let mut out = String::new();
    writeln!(out, "{{\n  \"date\": \"{}\",", machine.date).unwrap();
    writeln!(out, "  \"cpu\": \"{}\",", machine.cpu).unwrap();
    writeln!(out, "  \"kernel\": \"{}\",", machine.kernel).unwrap();
    writeln!(out, "  \"compiler\": \"{}\",", env!("RUSTC_VERSION")).unwrap();
    out.push_str("  \"contenders\": [\n");
    for (n, row) in rows.iter().enumerate() {
        writeln!(out, "    {{\n      \"name\": \"{}\",", row.name).unwrap();
        writeln!(out, "      \"version\": \"{}\",\n      \"costs\": {{", row.version).unwrap();
        for (m, (cost, workload)) in row.costs.iter().zip(&WORKLOADS).enumerate() {
            let instructions =
                cost.instructions.map_or("null".into(), |count| format!("{count:.1}"));
            writeln!(
                out,
                "        \"{}\": {{ \"instructions\": {instructions}, \"nanoseconds\": {:.1}, \
                 \"allocations\": {} }}{}",
                workload.name,
                cost.nanoseconds,
                allocations(cost),
                if m + 1 < WORKLOADS.len() { "," } else { "" },
            )
            .unwrap();
        }
        writeln!(out, "      }}\n    }}{}", if n + 1 < rows.len() { "," } else { "" }).unwrap();
    }
    out.push_str("  ]\n}\n");
    out
}

fn page(rows: &[Row]) -> String {
    let machine = Machine::new();
    let mut out = String::from("# The codec, measured\n\n");
    writeln!(out, "`make bench-codec` on {}, {}, {},", machine.date, machine.cpu, machine.kernel)
        .unwrap();
    writeln!(out, "{}, opt-level 3, one codegen unit, fat LTO.\n", env!("RUSTC_VERSION")).unwrap();
    out.push_str("![Instructions per message](codec.svg)\n\n");
    out.push_str("## Instructions\n\nCounted by callgrind: the same on every run.\n\n");
    out.push_str(&table(rows, "per message", instructions));
    out.push_str("\n## Nanoseconds\n\nLower quartiles of 61 turns; only the ratios of one run mean something.\n\n");
    out.push_str(&table(rows, "per message", nanoseconds));
    out.push_str("\n## Allocations\n\n");
    out.push_str(&table(rows, "per message", allocations));
    out.push('\n');
    out.push_str(include_str!("notes.md"));
    out
}

/// Where and when it was measured.
struct Machine {
    cpu: String,
    kernel: String,
    date: String,
}

impl Machine {
    fn new() -> Self {
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let release = release.trim().split('-').next().unwrap_or_default().to_owned();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
        let (year, month, day) = date(now / 86_400);
        Machine {
            cpu: cpu.map_or("unknown processor".into(), |(_, model)| model.to_owned()),
            kernel: format!("Linux {release}"),
            date: format!("{year}-{month:02}-{day:02}"),
        }
    }
}

/// Year, month and day, so many days after 1970-01-01.
fn date(mut days: u64) -> (u64, u64, u64) {
    let mut year = 1970;
    let leap =
        |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    loop {
        let len = 365 + u64::from(leap(year));
        if days < len {
            break;
        }
        days -= len;
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let mut month = 1;
    for len in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < len {
            break;
        }
        days -= len;
        month += 1;
    }
    (year, month, days + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_dates_read_well() {
        assert_eq!(
            ["7", "1,234", "25,528"],
            [7.0, 1234.0, 25527.5].map(number).each_ref().map(String::as_str)
        );
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(11_016), (2000, 2, 29));
        assert_eq!(date(20_453), (2025, 12, 31));
    }
}
