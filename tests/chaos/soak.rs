//! Many launches one after another, and many at once.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use crate::kernel::runs::with_network;
use crate::report::Report;
use crate::world::{World, settle};

/// Memory that the kernel does not give back, of the whole machine, in MB.
fn unreclaimable() -> f64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("SUnreclaim:"));
    let kilobytes: f64 =
        line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0.0);
    kilobytes / 1024.0
}

fn number(name: &str, sample: usize, full: usize, report: &Report) -> usize {
    let asked = std::env::var(name).ok().and_then(|text| text.parse().ok());
    asked.unwrap_or(if report.is_sample() { sample } else { full })
}

/// Launches without end, in parts: none may be slower or leave more than the first.
pub(crate) fn soak(report: &mut Report) {
    const PARTS: usize = 5;
    let launches = number("CHAOS_LAUNCHES", 200, 20_000, report);
    report.table(
        "One launch after another",
        &[
            "launches",
            "ms each",
            "times unshare(1)",
            "links",
            "network namespaces",
            "elements of nf_tables",
            "unreclaimable memory, MB",
        ],
    );
    let world = World::new();
    let before = with_network(&world);
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    let mut times = Vec::new();
    for part in 1..=PARTS {
        let count = launches / PARTS;
        let start = Instant::now();
        let script =
            format!("for i in $(seq {count}); do {nsrun} run -p 8080:80 -- true || exit 1; done");
        world.cmd(["sh", "-c", &script]).timeout(Duration::from_secs(3600)).run().ok();
        let each = start.elapsed().as_secs_f64() * 1000.0 / count as f64;
        // Others use this machine too: what counts is how much more it takes than the least there is.
        const FLOORS: usize = 50;
        let start = Instant::now();
        let floor = format!("for i in $(seq {FLOORS}); do unshare -nmpiuf true; done");
        world.cmd(["sh", "-c", &floor]).timeout(Duration::from_secs(600)).run().ok();
        let times_floor = each / (start.elapsed().as_secs_f64() * 1000.0 / FLOORS as f64);
        thread::sleep(Duration::from_secs(2));
        let names = world.links().len();
        let ids = world.sh("ip netns list-id | wc -l");
        let elements = world.sh("nft -j list map inet nsrun ports4 | grep -c '\"elem\"' || :");
        times.push(times_floor);
        report.row(&[
            (part * count).to_string(),
            format!("{each:.2}"),
            format!("{times_floor:.1}"),
            names.to_string(),
            ids.trim().into(),
            elements.trim().into(),
            format!("{:.0}", unreclaimable()),
        ]);
    }
    world.nsrun(["gc"]).run().ok();
    let mut left = Vec::new();
    settle(
        || {
            left = before.differences(&world.snapshot());
            left.is_empty()
        },
        Duration::from_secs(10),
    );
    if !left.is_empty() {
        report.fail(format!("left after {launches} launches:\n{}", left.join("\n")));
    }
    let (first, last) = (times[0], times[PARTS - 1]);
    if last > first * 2.0 {
        report.fail(format!("launches take {first:.1} times the floor, then {last:.1}"));
    }
}

/// Many members at once, over networks of at most 1000 and links without a bridge.
pub(crate) fn scale(report: &mut Report) {
    let sizes: &[(usize, usize)] =
        if report.is_sample() { &[(60, 1)] } else { &[(1000, 1), (2000, 3)] };
    report.table(
        "Many at once",
        &[
            "runs",
            "networks",
            "launch, s",
            "ps, ms",
            "inspect, ms",
            "a name inside, ms",
            "stop all, s",
            "left",
        ],
    );
    for &(runs, networks) in sizes {
        let world = World::new();
        with_network(&world);
        // The host's own namespace may get an id among the others.
        let snapshot = || world.snapshot().without("nsid");
        let before = snapshot();
        for n in 1..networks {
            world.nsrun(["network", "create", &format!("n{n}")]).run().ok();
        }
        let nsrun = env!("CARGO_BIN_EXE_nsrun");
        let network = |n: usize| if n == 0 { "bridge".into() } else { format!("n{n}") };
        let names: Vec<String> = (0..networks).map(network).collect();
        let start = Instant::now();
        // The names of one network, by two shells at a time.
        let launch = format!(
            "seq 0 {} | xargs -P 2 -n 1 sh -c 'set -- $1 {}; i=$1; shift; shift $((i % {networks})); \
             exec {nsrun} run -d --net $1 --name r$i -- sleep 100000 >/dev/null' sh",
            runs - 1,
            names.join(" "),
        );
        world.cmd(["sh", "-c", &launch]).timeout(Duration::from_secs(1800)).run().ok();
        let launched = start.elapsed().as_secs_f64();
        let timed = |args: &[&str]| {
            let start = Instant::now();
            let output = world.nsrun(args).timeout(Duration::from_secs(60)).run().ok();
            (output, start.elapsed().as_secs_f64() * 1000.0)
        };
        let (ps, listed) = timed(&["ps", "--json"]);
        let count = ps.json().as_array().map_or(0, Vec::len);
        if count != runs {
            report.fail(format!("ps shows {count} of {runs} runs"));
        }
        let (_, inspected) = timed(&["inspect", "--json", "r0"]);
        let other = networks.min(runs - 1);
        let (found, named) = timed(&["exec", "r0", "getent", "hosts", &format!("r{other}")]);
        if !found.stdout.contains(&format!("r{other}")) {
            report.fail(format!("r{other} is not found by name from r0: {found}"));
        }
        let start = Instant::now();
        let stop = format!("seq -f r%.0f 0 {} | xargs -n 200 {nsrun} stop", runs - 1);
        world.cmd(["sh", "-c", &stop]).timeout(Duration::from_secs(600)).run().ok();
        let stopped = start.elapsed().as_secs_f64();
        for name in names.iter().skip(1) {
            world.nsrun(["network", "rm", name]).timeout(Duration::from_secs(60)).run().ok();
        }
        let mut left = Vec::new();
        settle(
            || {
                left = before.differences(&snapshot());
                left.retain(|line| !line.contains("/run/nsrun"));
                left.is_empty()
            },
            Duration::from_secs(60),
        );
        if !left.is_empty() {
            report.fail(format!("left of {runs} runs:\n{}", left.join("\n")));
        }
        report.row(&[
            runs.to_string(),
            networks.to_string(),
            format!("{launched:.1}"),
            format!("{listed:.0}"),
            format!("{inspected:.0}"),
            format!("{named:.0}"),
            format!("{stopped:.1}"),
            left.len().to_string(),
        ]);
    }
}
