//! Runs the parts, counts, and prints the table.

use std::fmt::Write;
use std::panic;
use std::time::Instant;

use super::Part;
use crate::world::has_tool;

/// How much is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// So few points that all of it takes a minute or two.
    Sample,
    /// Every point of this many.
    Each(usize),
}

/// What came out.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) depth: Depth,
    /// Tables of the document: title and lines.
    tables: Vec<(String, Vec<String>)>,
    pub(crate) failures: Vec<String>,
}

impl Report {
    /// Begins a table with these columns; a table of that title that is there goes on.
    pub(crate) fn table(&mut self, title: &str, columns: &[&str]) {
        let line = |cells: &[&str]| format!("| {} |", cells.join(" | "));
        let rule = vec!["---"; columns.len()];
        self.tables.push((title.into(), vec![line(columns), line(&rule)]));
    }

    /// Adds a line to the last table.
    pub(crate) fn row(&mut self, cells: &[String]) {
        let line = format!("| {} |", cells.join(" | "));
        println!("{line}");
        if let Some((_, lines)) = self.tables.last_mut() {
            lines.push(line);
        }
    }

    pub(crate) fn fail(&mut self, what: String) {
        println!("FAILED {what}");
        self.failures.push(what);
    }

    /// Every how many points one is tried, so that a sample has about `sample` of them.
    pub(crate) fn step(&self, points: usize, sample: usize) -> usize {
        match self.depth {
            Depth::Each(step) => step,
            Depth::Sample => points.div_ceil(sample).max(1),
        }
    }

    pub(crate) fn is_sample(&self) -> bool {
        self.depth == Depth::Sample
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (title, lines) in &self.tables {
            let _ = write!(text, "\n### {title}\n\n{}\n", lines.join("\n"));
        }
        text
    }
}

fn depth() -> Depth {
    match std::env::var("CHAOS").as_deref() {
        Ok("full") => Depth::Each(1),
        Ok(step) if step.parse().is_ok_and(|step: usize| step > 0) => {
            Depth::Each(step.parse().unwrap_or(1))
        }
        _ => Depth::Sample,
    }
}

/// Tries the parts that were asked for, all when none was; the exit status.
pub(crate) fn run(parts: &[Part], asked: &[&str]) -> i32 {
    for tool in ["ip", "nft"] {
        assert!(has_tool(tool), "{tool} must be installed: what is left is read with it");
    }
    if let Some(unknown) = asked.iter().find(|name| !parts.iter().any(|part| part.0 == **name)) {
        let names: Vec<_> = parts.iter().map(|part| part.0).collect();
        eprintln!("there is no part \"{unknown}\": choose from {}", names.join(" "));
        return 2;
    }
    let mut report = Report { depth: depth(), tables: Vec::new(), failures: Vec::new() };
    let (mut passed, mut failed) = (0, 0);
    for (name, claim, part) in parts {
        if !asked.is_empty() && !asked.contains(name) {
            continue;
        }
        println!("\n{name}: {claim}");
        let (start, before) = (Instant::now(), report.failures.len());
        let outcome = panic::catch_unwind(panic::AssertUnwindSafe(|| part(&mut report)));
        if outcome.is_err() {
            report.fail(format!("{name}: see above"));
        }
        let ok = report.failures.len() == before;
        if ok {
            passed += 1
        } else {
            failed += 1
        }
        let word = if ok { "ok" } else { "FAILED" };
        println!("test {name} ... {word} ({:.0} s)", start.elapsed().as_secs_f64());
    }
    if let Some(path) = std::env::var_os("CHAOS_REPORT") {
        std::fs::write(path, report.text()).expect("the report can be written");
    }
    for failure in &report.failures {
        println!("\nfailure: {failure}");
    }
    // As cargo's own harness says it, for whoever counts.
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {word}. {passed} passed; {failed} failed; 0 ignored");
    i32::from(failed > 0)
}
