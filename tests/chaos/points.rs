//! The points at which a command can be disturbed, and one try at one of them.

use std::time::Duration;

use crate::fault::{REPORT, What};
use crate::scenario::Stage;
use crate::world::Output;

/// One system call of one process of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) process: usize,
    pub(crate) call: usize,
    pub(crate) name: String,
}

impl std::fmt::Display for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (call {} of process {})", self.name, self.call, self.process)
    }
}

/// The command of a stage, with something happening to one of its calls.
pub(crate) fn disturbed(stage: &Stage, process: usize, call: usize, what: What) -> Output {
    let own = std::env::current_exe().expect("a path");
    let own = own.to_str().expect("a path in UTF-8");
    let (process, call) = (process.to_string(), call.to_string());
    stage
        .world
        .cmd([own, "fault", &process, &call, &what.to_arg(), "--", env!("CARGO_BIN_EXE_nsrun")])
        .args(stage.scenario.args)
        .env(REPORT, "/dev/shm/fault")
        .timeout(Duration::from_secs(45))
        .run()
}

/// What the fault happened to; `None` when the command never came there.
pub(crate) fn hit(stage: &Stage) -> Option<Point> {
    points_of(&stage.world.read("/dev/shm/fault")).pop()
}

/// Every system call of the command.
pub(crate) fn points(stage: &Stage) -> Vec<Point> {
    stage.prepare().expect("it is prepared");
    disturbed(stage, 0, 0, What::List).ok();
    stage.steady();
    stage.undo().expect("it can be undone");
    stage.steady();
    let mut points = points_of(&stage.world.read("/dev/shm/fault"));
    points.sort_by_key(|point| (point.process, point.call));
    points
}

fn points_of(report: &str) -> Vec<Point> {
    let point = |line: &str| {
        let mut words = line.split(' ');
        Some(Point {
            process: words.next()?.parse().ok()?,
            call: words.next()?.parse().ok()?,
            name: words.next()?.into(),
        })
    };
    report.lines().filter_map(point).collect()
}
