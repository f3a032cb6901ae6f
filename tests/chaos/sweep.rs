//! Each command disturbed at each of its system calls.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::calls;
use crate::fault::What;
use crate::points::{Point, disturbed, hit, points};
use crate::report::Report;
use crate::scenario::{SCENARIOS, Scenario, Shape, Stage};
use crate::world::{Output, settle};

/// Worlds at work at the same time.
const WORLDS: usize = 2;

/// What one try showed.
#[derive(Debug, Default)]
struct Tally {
    tried: usize,
    /// The command was done, or had done nothing.
    whole: usize,
    /// Something was left that the next command took away, by what it was.
    swept: usize,
    left: BTreeMap<String, usize>,
    leaks: Vec<String>,
    /// The longest time from the end of a command until all was as it should be, with a look at it.
    slowest: Duration,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.tried += other.tried;
        self.whole += other.whole;
        self.swept += other.swept;
        self.leaks.extend(other.leaks);
        self.slowest = self.slowest.max(other.slowest);
        for (what, count) in other.left {
            *self.left.entry(what).or_default() += count;
        }
    }
}

pub(crate) fn kills(report: &mut Report) {
    let columns = ["command", "points", "nothing left", "left for the next command", "leaked"];
    report.table("Killed at each system call", &columns);
    each(
        report,
        3,
        |points| points.iter().map(|point| (point.clone(), What::Kill)).collect(),
        kill,
    );
}

pub(crate) fn errors(report: &mut Report) {
    let columns = ["command", "points", "whole or undone", "an empty file of a lock left", "wrong"];
    report.table("An error at each system call", &columns);
    let all = |points: &[Point]| {
        let errors = |point: &Point| {
            let point = point.clone();
            let each = calls::errors(&point.name).into_iter();
            each.map(move |errno| (point.clone(), What::Error(errno as i32))).collect::<Vec<_>>()
        };
        points.iter().flat_map(errors).collect()
    };
    each(report, 3, all, error);
}

pub(crate) fn delays(report: &mut Report) {
    let columns = ["command", "points", "done", "an empty file of a lock left", "wrong"];
    report.table("Each system call delayed by 100 ms", &columns);
    let delay = What::Delay(Duration::from_millis(100));
    each(report, 1, |points| points.iter().map(|point| (point.clone(), delay)).collect(), error);
}

type Try = fn(&Stage, &Point, What, &mut Tally) -> Result<(), String>;

/// Tries every scenario at the points chosen, in two worlds at a time.
fn each(
    report: &mut Report,
    sample: usize,
    choose: impl Fn(&[Point]) -> Vec<(Point, What)>,
    one: Try,
) {
    let wanted = std::env::var("CHAOS_COMMAND").unwrap_or_default();
    let (mut sum, mut points_of_all) = (Tally::default(), 0);
    let is_sample = report.is_sample();
    let is_wanted =
        |scenario: &&Scenario| scenario.name.contains(&wanted) && (scenario.sampled || !is_sample);
    for scenario in SCENARIOS.iter().filter(is_wanted) {
        let stage = Stage::new(scenario);
        let all = choose(&points(&stage));
        points_of_all += all.len();
        let step = report.step(all.len(), sample);
        // Another of each step in each world; not the first, which is the start of every program.
        let todo: Vec<_> = all.into_iter().skip(step / 2).step_by(step).collect();
        let tally = try_all(stage, scenario, &todo, one);
        for leak in &tally.leaks {
            report.fail(format!("{}: {leak}", scenario.name));
        }
        report.row(&cells(scenario.name, &tally));
        sum.add(tally);
    }
    report.row(&cells("all", &sum));
    let (tried, slowest) = (sum.tried, sum.slowest.as_millis());
    report.extent(format!(
        "{tried} of {points_of_all} points; what goes by itself was gone after {slowest} ms at most"
    ));
}

fn cells(name: &str, tally: &Tally) -> [String; 5] {
    let left: Vec<_> = tally.left.iter().map(|(what, count)| format!("{what} {count}×")).collect();
    let swept = match tally.swept {
        0 => "0".into(),
        swept if left.is_empty() || name == "all" => swept.to_string(),
        swept => format!("{swept} ({})", left.join(", ")),
    };
    let [tried, whole, leaks] = [tally.tried, tally.whole, tally.leaks.len()];
    [name.into(), tried.to_string(), whole.to_string(), swept, leaks.to_string()]
}

fn try_all(first: Stage, scenario: &'static Scenario, todo: &[(Point, What)], one: Try) -> Tally {
    let next = Mutex::new(todo.iter());
    let sum = Mutex::new(Tally::default());
    let first = Mutex::new(Some(first));
    thread::scope(|scope| {
        for _ in 0..WORLDS.min(todo.len()) {
            scope.spawn(|| {
                let mut stage = first.lock().unwrap().take();
                loop {
                    let Some((point, what)) = next.lock().unwrap().next() else { return };
                    let here = stage.get_or_insert_with(|| Stage::new(scenario));
                    let mut tally = Tally { tried: 1, ..Tally::default() };
                    if let Err(leak) = one(here, point, *what, &mut tally) {
                        let what = what.to_arg();
                        tally.leaks.push(format!("{what} at {point}: {leak}"));
                        // What is wrong with this world is not to be found again and again.
                        stage = None;
                    }
                    sum.lock().unwrap().add(tally);
                }
            });
        }
    });
    sum.into_inner().unwrap()
}

/// Kills a process at a point; what is left must be what was there before, or what the command
/// makes, or what the next command sweeps.
fn kill(stage: &Stage, point: &Point, what: What, tally: &mut Tally) -> Result<(), String> {
    stage.prepare()?;
    let output = disturbed(stage, point.process, point.call, what);
    let begin = Instant::now();
    let left = quiet(stage, &[&stage.prepared, &stage.after]);
    if left == stage.prepared || left == stage.after {
        tally.whole += 1;
        tally.slowest = begin.elapsed();
        return back(stage, left == stage.after);
    }
    let strange = strange(stage, &left);
    if !strange.is_empty() {
        return Err(format!("left:\n{}\nafter {output}", strange.join("\n")));
    }
    heal(stage, &left, kinds(&left, &stage.prepared), tally)
}

/// Lets a call fail or wait: the command succeeds wholly, or says what failed, and then all is as
/// before it or as after it. It is alive, so nothing is left for the next one but the file of a
/// lock, which means nothing.
fn error(stage: &Stage, point: &Point, what: What, tally: &mut Tally) -> Result<(), String> {
    stage.prepare()?;
    let output = disturbed(stage, point.process, point.call, what);
    let begin = Instant::now();
    let done = output.code() == Some(0);
    // What is there for a moment while it goes is not what was made.
    let left = quiet(stage, &[if done { &stage.after } else { &stage.prepared }]);
    let must_succeed = matches!(what, What::Delay(_))
        || matches!(what, What::Error(errno) if errno == nix::libc::EINTR);
    if hit(stage).is_none() {
        // It came another way this time.
        tally.whole += 1;
        return back(stage, done);
    }
    if !done && must_succeed {
        return Err(format!("it must succeed: {output}\nleft:\n{}", left.join("\n")));
    }
    if !done && !explained(&output, point) {
        return Err(format!("it does not say what failed: {output}"));
    }
    let plain = without_lock_files(&left, stage);
    // An answer may be all that was lost; and what a run makes for others stays when it fails, too.
    if plain != stage.after && (done || plain != stage.prepared) {
        let right = if done { &stage.after } else { &stage.prepared };
        return Err(format!("left:\n{}\nafter {output}", difference(right, &left)));
    }
    if left == plain {
        tally.whole += 1;
        tally.slowest = begin.elapsed();
        return back(stage, left == stage.after);
    }
    heal(stage, &left, EMPTY_FILE.into(), tally)
}

/// What differs from what is right.
fn difference(right: &Shape, left: &Shape) -> String {
    let only = |one: &Shape, other: &Shape, what: &str| {
        let lines = one.iter().filter(|line| !other.contains(line));
        lines.map(|line| format!("{what} {line}\n")).collect::<String>()
    };
    only(left, right, "there:") + &only(right, left, "not there:")
}

/// The file of a lock means nothing; it goes with the next command that takes the lock.
fn without_lock_files(shape: &Shape, stage: &Stage) -> Shape {
    let is_lock = |line: &String| line.starts_with("+ file /run/nsrun");
    let own = |line: &String| stage.prepared.contains(line) || stage.after.contains(line);
    shape.iter().filter(|line| !is_lock(line) || own(line)).cloned().collect()
}

/// Whether a command that failed says at what. A process that has no memory for its own heap, or
/// is not yet itself, can only end.
fn explained(output: &Output, point: &Point) -> bool {
    let memory = ["mmap", "brk", "mremap", "mprotect"].contains(&point.name.as_str());
    output.stderr.contains("nsrun: cannot ")
        || (memory && (output.stderr.contains("memory allocation") || output.code() != Some(0)))
}

/// What differs, once it is what it should be, or does not change any more.
fn quiet(stage: &Stage, right: &[&Shape]) -> Shape {
    let mut left = Shape::new();
    let right = || {
        left = stage.shape();
        right.contains(&&left)
    };
    if settle(right, Duration::from_millis(700)) { left } else { stage.steady() }
}

/// Lines about what no command would sweep.
fn strange(stage: &Stage, left: &Shape) -> Shape {
    let known = |line: &&String| {
        stage
            .scenario
            .left
            .iter()
            .any(|section| line.get(2..).is_some_and(|rest| rest.starts_with(section)))
    };
    let own = |line: &&String| stage.prepared.contains(line) || stage.after.contains(line);
    left.iter().filter(|line| !known(line) && !own(line)).cloned().collect()
}

/// The same command again must succeed where something was left, and then nothing is.
fn heal(stage: &Stage, left: &Shape, kind: String, tally: &mut Tally) -> Result<(), String> {
    tally.swept += 1;
    *tally.left.entry(kind).or_default() += 1;
    let text = left.join("\n");
    let again = stage.world.nsrun(stage.scenario.args).run();
    let now = without_lock_files(&quiet(stage, &[&stage.prepared, &stage.after]), stage);
    if now != stage.after {
        return Err(format!(
            "left:\n{text}\nand after the same again:\n{}\n{again}",
            now.join("\n")
        ));
    }
    back(stage, true).map_err(|why| format!("left:\n{text}\n{why}"))
}

const EMPTY_FILE: &str = "empty file";

/// What was left, in few words.
fn kinds(left: &Shape, prepared: &Shape) -> String {
    let has = |section: &str| {
        left.iter().any(|line| !prepared.contains(line) && line[2..].starts_with(section))
    };
    let names = [("link", "link"), ("nft", "rules"), ("mount", "mount"), ("inside", "link inside")];
    let found: Vec<_> =
        names.iter().filter(|(section, _)| has(section)).map(|(_, name)| *name).collect();
    let all_marks = || {
        let mut links = left.iter().filter(|line| line[2..].starts_with("link"));
        links.all(|line| line.starts_with("~ link nsrun#.altnames"))
    };
    match found[..] {
        ["link"] if all_marks() => "mark on the bridge".into(),
        [] if has("file") => EMPTY_FILE.into(),
        [] => "less".into(),
        _ => found.join(" and "),
    }
}

/// Back to the beginning, from before or after the command.
fn back(stage: &Stage, done: bool) -> Result<(), String> {
    if done {
        stage.undo()?;
    } else if !stage.scenario.prepare.is_empty() {
        // It prepared something that the command was to take away.
        let again = stage.world.nsrun(stage.scenario.args).run();
        if again.code() != Some(0) {
            return Err(format!("the same again fails: {again}"));
        }
    }
    let is_done = || without_lock_files(&stage.shape(), stage).is_empty();
    if settle(is_done, Duration::from_secs(3)) {
        stage.world.sh("[ ! -d /run/nsrun ] || find /run/nsrun -size 0 -delete");
        stage.world.sh("rmdir /run/nsrun 2>/dev/null || :");
        return Ok(());
    }
    Err(format!("not undone:\n{}", stage.shape().join("\n")))
}
