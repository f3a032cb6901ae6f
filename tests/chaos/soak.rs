//! Many launches one after another, and many at once.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use crate::kernel::runs::with_network;
use crate::peers;
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
    let launches = number("CHAOS_LAUNCHES", 80, 20_000, report);
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
            "open files",
        ],
    );
    let world = World::new();
    let before = with_network(&world);
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    let (mut times, mut counts) = (Vec::new(), Vec::new());
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
        // Of the whole machine, as the memory is: others use both.
        let files = fs::read_to_string("/proc/sys/fs/file-nr").unwrap_or_default();
        let files = files.split_whitespace().next().unwrap_or_default().to_owned();
        times.push(times_floor);
        counts.push((names, ids.clone(), elements.clone()));
        report.row(&[
            (part * count).to_string(),
            format!("{each:.2}"),
            format!("{times_floor:.1}"),
            names.to_string(),
            ids.trim().into(),
            elements.trim().into(),
            format!("{:.0}", unreclaimable()),
            files,
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
    let peers = (launches / 10).min(200);
    let world = World::new();
    let one = "for i in $(seq $1); do add c; ip netns exec c true; del c; done";
    if let Some(seconds) = peers::by_cni(&world, peers, one) {
        let each = seconds * 1000.0 / peers as f64;
        let kept = world.links().len();
        let what = format!("{peers} by ip netns and CNI (bridge, host-local)");
        let none = || "".to_owned();
        let more = [none(), kept.to_string(), none(), none(), none(), none()];
        report.row(&[&[what, format!("{each:.2}")][..], &more].concat());
    }
    report.extent(format!("{launches} launches"));
    if counts[0] != counts[PARTS - 1] {
        report.fail(format!("links, namespaces, elements: {counts:?}"));
    }
    // A short run says nothing about time, beside whatever else the machine does.
    let (first, last) = (times[0], times[PARTS - 1]);
    if !report.is_sample() && last > first * 2.0 {
        report.fail(format!("launches take {first:.1} times the floor, then {last:.1}"));
    }
}

/// Many members at once, over networks of at most 1000 and links without a bridge.
pub(crate) fn scale(report: &mut Report) {
    const NETWORKS: [&str; 5] = ["bridge", "n1", "n2", "n3", "ptp"];
    let sizes: &[(usize, usize)] =
        if report.is_sample() { &[(30, 1), (30, 5)] } else { &[(1000, 1), (5000, 5)] };
    report.table(
        "Many at once",
        &[
            "runs",
            "networks",
            "launch, s",
            "ps, ms",
            "ps --json, ms",
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
        let names = &NETWORKS[..networks];
        for name in names.iter().filter(|name| name.starts_with('n')) {
            world.nsrun(["network", "create", name]).run().ok();
        }
        let nsrun = env!("CARGO_BIN_EXE_nsrun");
        let start = Instant::now();
        // One network after the other in turn, by two shells at a time.
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
        let (lines, listed) = timed(&["ps"]);
        // Asks in each namespace, for which the kernel goes through its list of namespaces each time.
        let (ps, listed_all) = timed(&["ps", "--json"]);
        let count = ps.json().as_array().map_or(0, Vec::len);
        if count != runs || lines.stdout.lines().count() != runs + 1 {
            report.fail(format!("ps shows {count} of {runs} runs"));
        }
        // The last of those on the network of the first.
        let other = format!("r{}", (runs - 1) / networks * networks);
        let (shown, inspected) = timed(&["inspect", "--json", &other]);
        let (found, named) = timed(&["exec", "r0", "getent", "hosts", &other]);
        let address = found.stdout.split_whitespace().next().unwrap_or("nothing");
        if !found.stdout.contains(&other) || !shown.stdout.contains(&format!("\"{address}")) {
            report.fail(format!("{other} is not found by name from r0: {found}, {shown}"));
        }
        let start = Instant::now();
        let stop = format!("seq -f r%.0f 0 {} | xargs -n 200 {nsrun} stop", runs - 1);
        world.cmd(["sh", "-c", &stop]).timeout(Duration::from_secs(600)).run().ok();
        let stopped = start.elapsed().as_secs_f64();
        // The one without bridges too, which the first on it made.
        for name in &names[1..] {
            world.nsrun(["network", "rm", name]).timeout(Duration::from_secs(60)).run().ok();
        }
        let mut left = Vec::new();
        settle(
            || {
                left = before.differences(&snapshot());
                left.retain(|line| !line.contains("/run/nsrun"));
                left.is_empty()
            },
            Duration::from_secs(180),
        );
        if !left.is_empty() {
            report.fail(format!("left of {runs} runs:\n{}", left.join("\n")));
        }
        report.row(&[
            runs.to_string(),
            networks.to_string(),
            format!("{launched:.1}"),
            format!("{listed:.0}"),
            format!("{listed_all:.0}"),
            format!("{inspected:.0}"),
            format!("{named:.0}"),
            format!("{stopped:.1}"),
            left.len().to_string(),
        ]);
    }
    let most = sizes.last().map_or(0, |size| size.0);
    let peers = most.min(200);
    let world = World::new();
    let launched = peers::by_cni(&world, peers, "for i in $(seq $1); do add c$i; done");
    let stopped = peers::by_cni(&world, peers, "for i in $(seq $1); do del c$i; done");
    if let Some((launched, stopped)) = launched.zip(stopped) {
        let what = format!("{peers} by ip netns and CNI (bridge, host-local)");
        let [launched, stopped] = [launched, stopped].map(|seconds| format!("{seconds:.1}"));
        let none = String::new;
        report.row(&[what, "1".into(), launched, none(), none(), none(), none(), stopped, none()]);
    }
    report.extent(format!("up to {most} at once"));
}
