//! The chart: one panel of bars per workload, on one logarithmic scale.

use std::fmt::Write;

use crate::codec::WORKLOADS;
use crate::measure::Row;
use crate::report::number;

const WIDTH: usize = 1000;
const PANEL: usize = WIDTH / 2;
const MARGIN: usize = 24;
const TOP: usize = 84;
/// Room for the names, left of the bars.
const NAMES: usize = 144;
/// Longest bar.
const BARS: usize = 160;
const LINE: usize = 21;
/// Ends of the scale, in powers of ten.
const SCALE: (f64, f64) = (1.0, 4.5);

const STYLE: &str = "
  text { font: 12px system-ui, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #24303c; }
  .title { font-size: 18px; font-weight: 600; }
  .panel { font-size: 13px; font-weight: 600; }
  .quiet { fill: #6b7785; }
  .name { text-anchor: end; }
  .mark { font-size: 10px; text-anchor: middle; }
  .own { font-weight: 600; }
  .grid { stroke: #e6eaee; stroke-width: 1; }
";

/// Bars of instructions, and beside each also the nanoseconds and allocations.
pub fn svg(rows: &[Row]) -> String {
    let panel = 66 + rows.len() * LINE;
    let height = TOP + 3 * panel + 16;
    let mut out = String::new();
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" role=\"img\" \
         aria-label=\"Instructions per message of netlink codecs\">"
    )
    .unwrap();
    writeln!(out, "<style>{STYLE}</style>").unwrap();
    writeln!(out, "<rect width=\"{WIDTH}\" height=\"{height}\" rx=\"8\" fill=\"#ffffff\"/>")
        .unwrap();
    text(&mut out, MARGIN, 34, "title", "Instructions per netlink message");
    text(
        &mut out,
        MARGIN,
        56,
        "quiet",
        "Shorter is better; logarithmic scale. Beside each bar: instructions, nanoseconds, \
         allocations if any.",
    );
    for (n, workload) in WORKLOADS.iter().enumerate() {
        // Writing on the left, reading on the right.
        let (x, y) = (MARGIN + n / 3 * PANEL, TOP + n % 3 * panel);
        let bars = x + NAMES;
        text(&mut out, bars, y + 14, "panel", workload.title);
        let bottom = y + 28 + rows.len() * LINE;
        for (power, mark) in [(1, "10"), (2, "100"), (3, "1,000"), (4, "10,000")] {
            let at = bars + length(10_f64.powi(power));
            writeln!(
                out,
                "<line class=\"grid\" x1=\"{at}\" y1=\"{}\" x2=\"{at}\" y2=\"{bottom}\"/>",
                y + 24
            )
            .unwrap();
            text(&mut out, at, bottom + 13, "quiet mark", mark);
        }
        for (line, row) in rows.iter().enumerate() {
            let y = y + 28 + line * LINE;
            let cost = &row.costs[n];
            let (colour, class) = match row.name {
                "nl" => ("#0b7a5c", "own"),
                "floor" | "hand" => ("#cfd6dd", ""),
                _ => ("#8796a8", ""),
            };
            text(&mut out, bars - 8, y + 14, &format!("name {class}"), row.name);
            let Some(count) = cost.instructions else { continue };
            let width = length(count).max(2);
            writeln!(
                out,
                "<rect x=\"{bars}\" y=\"{}\" width=\"{width}\" height=\"{}\" rx=\"2\" \
                 fill=\"{colour}\"/>",
                y + 2,
                LINE - 5
            )
            .unwrap();
            let mut label = format!("{} · {} ns", number(count), number(cost.nanoseconds));
            if cost.allocations >= 0.5 {
                write!(label, " · {} alloc", number(cost.allocations)).unwrap();
            }
            text(&mut out, bars + width + 6, y + 14, class, &label);
        }
    }
    out.push_str("</svg>\n");
    out
}

fn length(count: f64) -> usize {
    let part = (count.log10() - SCALE.0) / (SCALE.1 - SCALE.0);
    (part.max(0.0) * BARS as f64).round() as usize
}

fn text(out: &mut String, x: usize, y: usize, class: &str, text: &str) {
    let class = class.trim();
    writeln!(out, "<text x=\"{x}\" y=\"{y}\" class=\"{class}\">{text}</text>").unwrap();
}
