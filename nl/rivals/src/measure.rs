//! Instructions, nanoseconds and allocations.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::codec::{Contender, Run, WORKLOADS};
use crate::count;
use crate::fixtures::Inputs;

/// What one contender takes for one message of one workload.
#[derive(Clone, Copy)]
pub struct Cost {
    /// `None` without valgrind.
    pub instructions: Option<f64>,
    pub nanoseconds: f64,
    pub allocations: f64,
}

/// One row of the table.
pub struct Row {
    pub name: &'static str,
    pub version: &'static str,
    pub costs: [Cost; 6],
}

/// Turns each contender gets per workload.
const TURNS: usize = 61;
/// How long a turn is, about.
const TURN: Duration = Duration::from_millis(2);

pub fn all(inputs: &Inputs, contenders: &[Contender]) -> Vec<Row> {
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); contenders.len()];
    for workload in 0..WORKLOADS.len() {
        for (times, time) in times.iter_mut().zip(nanoseconds(inputs, contenders, workload)) {
            times.push(time);
        }
    }
    let valgrind = Command::new("valgrind").arg("--version").output().is_ok();
    if !valgrind {
        println!("skipped: instructions, valgrind not installed");
    }
    contenders
        .iter()
        .zip(times)
        .map(|(contender, times)| Row {
            name: contender.name,
            version: contender.version,
            costs: std::array::from_fn(|n| {
                let workload = &WORKLOADS[n];
                let messages = workload.messages as f64;
                // A first round may fill memory that the next ones use again.
                let run = |rounds| count::allocations(|| drop(contender.runs[n](inputs, rounds)));
                let allocations = (run(20) - run(10)) as f64 / 10.0 / messages;
                Cost {
                    instructions: valgrind.then(|| {
                        let rounds = if workload.messages > 1 { 2 } else { 1000 };
                        let count = |rounds| instructions(contender.name, workload.name, rounds);
                        let both = count(2 * rounds) - count(rounds);
                        both as f64 / rounds as f64 / messages
                    }),
                    nanoseconds: times[n] / messages,
                    allocations,
                }
            }),
        })
        .collect()
}

/// Nanoseconds per round: the lower quartile of turns, which the contenders take one after the
/// other. What else the machine does only ever adds.
fn nanoseconds(inputs: &Inputs, contenders: &[Contender], workload: usize) -> Vec<f64> {
    let turn = |run: Run, rounds: usize| {
        let start = Instant::now();
        run(inputs, rounds);
        start.elapsed()
    };
    let rounds: Vec<usize> = contenders
        .iter()
        .map(|contender| {
            let mut rounds = 1;
            while turn(contender.runs[workload], rounds) < TURN / 2 {
                rounds *= 2;
            }
            rounds
        })
        .collect();
    let mut turns = vec![Vec::new(); contenders.len()];
    for _ in 0..TURNS {
        for ((contender, rounds), turns) in contenders.iter().zip(&rounds).zip(&mut turns) {
            let time = turn(contender.runs[workload], *rounds);
            turns.push(time.as_secs_f64() * 1e9 / *rounds as f64);
        }
    }
    turns
        .into_iter()
        .map(|mut turns| {
            turns.sort_by(f64::total_cmp);
            turns[turns.len() / 4]
        })
        .collect()
}

/// Instructions of a whole process that makes so many rounds.
fn instructions(contender: &str, workload: &str, rounds: usize) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().expect("own path"))
        .args(["iterate", contender, workload, &rounds.to_string()])
        .output()
        .expect("run valgrind");
    let text = String::from_utf8_lossy(&output.stderr);
    let count = text.lines().find_map(|line| line.split_once("Collected : "));
    count.and_then(|(_, count)| count.trim().parse().ok()).unwrap_or_else(|| panic!("{text}"))
}
