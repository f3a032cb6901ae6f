//! Measures netlink codecs side by side: `codec [DIRECTORY]` prints a table, and writes it as
//! codec.json, codec.svg and codec.md into DIRECTORY.
//!
//! Instructions are what callgrind counts in one run of a loop, less what it counts in a run of
//! half as many rounds, by the rounds. Times are the lower quartile of many short turns, which the
//! contenders take one after the other, so that the clock's ups and downs meet them all.
//! Allocations are counted by the allocator. First of all, every contender must write the same
//! bytes and read the same values.

mod chart;
mod check;
mod codec;
mod contenders;
mod count;
mod fixtures;
mod measure;
mod report;

use codec::WORKLOADS;
use fixtures::Inputs;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let inputs = Inputs::new();
    let contenders = contenders::all();
    match args[..] {
        // One loop, for callgrind and other profilers.
        ["iterate", contender, workload, times] => {
            let contender = contenders.iter().find(|c| c.name == contender).expect("contender");
            let workload = WORKLOADS.iter().position(|w| w.name == workload).expect("workload");
            contender.runs[workload](&inputs, times.parse().expect("times"));
        }
        ["check"] => check::all(&inputs, &contenders),
        [] | [_] => {
            check::all(&inputs, &contenders);
            let results = measure::all(&inputs, &contenders);
            report::print(&results);
            if let [directory] = args[..] {
                report::write(&results, directory.as_ref()).expect("write the report");
            }
        }
        _ => eprintln!("usage: codec [DIRECTORY | check | iterate CONTENDER WORKLOAD TIMES]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_contender_writes_the_same_bytes_and_reads_the_same_values() {
        check::all(&Inputs::new(), &contenders::all());
    }
}
