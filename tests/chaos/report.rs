//! Runs the parts, counts, and prints the table.

use std::fmt::Write;
use std::panic;
use std::process::Command;
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

/// A table of the document.
#[derive(Debug)]
struct Table {
    title: String,
    /// How much was tried, in few words.
    extent: String,
    lines: Vec<String>,
}

/// What came out.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) depth: Depth,
    tables: Vec<Table>,
    pub(crate) failures: Vec<String>,
}

impl Report {
    /// Begins a table with these columns.
    pub(crate) fn table(&mut self, title: &str, columns: &[&str]) {
        let line = |cells: &[&str]| format!("| {} |", cells.join(" | "));
        let rule = vec!["---"; columns.len()];
        let extent = if self.is_sample() { "a short run" } else { "a whole run" };
        let lines = vec![line(columns), line(&rule)];
        self.tables.push(Table { title: title.into(), extent: extent.into(), lines });
    }

    /// Says how much of what the last table is about was tried.
    pub(crate) fn extent(&mut self, extent: String) {
        if let Some(table) = self.tables.last_mut() {
            table.extent = extent;
        }
    }

    /// Adds a line to the last table.
    pub(crate) fn row(&mut self, cells: &[String]) {
        let line = format!("| {} |", cells.join(" | "));
        println!("{line}");
        if let Some(table) = self.tables.last_mut() {
            table.lines.push(line);
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

    /// Puts the tables into a document, each in place of the one of the same title.
    fn write_to(&self, document: &str) -> String {
        let mut document = document.to_owned();
        let of = build();
        for Table { title, extent, lines } in &self.tables {
            let head = format!("### {title}\n");
            let section = format!("{head}\n{of}: {extent}.\n\n{}\n", lines.join("\n"));
            let Some(start) = document.find(&head) else {
                let _ = write!(document, "\n{section}");
                continue;
            };
            let rest = &document[start + head.len()..];
            let end = rest.find("\n#").map_or(document.len(), |end| start + head.len() + end);
            document.replace_range(start..end, &section);
        }
        document
    }
}

/// When, where and of which build the figures are.
fn build() -> String {
    let words = |script| {
        let output = Command::new("sh").args(["-c", script]).output().expect("a shell");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let [date, kernel, processors] = ["date +%F", "uname -r", "nproc"].map(words);
    // As it is released; what a distribution or a machine adds to it says nothing to others.
    let release = |c: char| !c.is_ascii_digit() && c != '.';
    let kernel = kernel.split(release).next().unwrap_or_default().trim_end_matches('.');
    // Without this document, which is about to change.
    let commit = words(
        "git rev-parse --short HEAD 2>/dev/null
         git diff --quiet HEAD -- . ':!docs/reliability.md' 2>/dev/null || echo and changes",
    );
    let commit = commit.replace('\n', " ");
    format!("{date}, Linux {kernel}, {processors} processors, commit {commit}")
}

fn depth() -> Depth {
    match std::env::var("CHAOS_EACH").as_deref() {
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
    let mut report = Report { depth: depth(), tables: Vec::new(), failures: Vec::new() };
    let (mut passed, mut failed) = (0, 0);
    let mut summary = Vec::new();
    for (name, claim, part) in parts {
        // As cargo's own harness takes the words of its command line.
        if !asked.is_empty() && !asked.iter().any(|word| name.contains(word)) {
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
        let seconds = start.elapsed().as_secs_f64();
        println!("test {name} ... {word} ({seconds:.0} s)");
        let extent = report.tables.last().map_or("", |table| &table.extent);
        let failures = report.failures.len() - before;
        summary.push(format!("{name:8} {word:6} {seconds:5.0} s  {failures} failures  {extent}"));
    }
    if let Some(path) = std::env::var_os("CHAOS_DOCUMENT") {
        let document = std::fs::read_to_string(&path).unwrap_or_default();
        std::fs::write(path, report.write_to(&document)).expect("the document can be written");
    }
    for failure in &report.failures {
        println!("\nfailure: {failure}");
    }
    println!("\n{}", summary.join("\n"));
    // As cargo's own harness says it, for whoever counts.
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {word}. {passed} passed; {failed} failed; 0 ignored");
    i32::from(failed > 0)
}
