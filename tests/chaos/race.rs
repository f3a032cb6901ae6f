//! Everything at once, with a killer among it; and lists of what does not hold still.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::kernel::runs::{detached, with_network};
use crate::report::Report;
use crate::world::{Output, World, settle};

/// What differs from one number to the next, as random as it has to be.
pub(crate) fn random(seed: &mut u64) -> usize {
    *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    (*seed >> 33) as usize
}

/// CMD of the runs: holds its own address for as long as it lives, where others would see it held.
const HOLD: &str = "a=$(ip -4 -o address show eth0 | grep -o '10[0-9.]*/' | tr -d /)
    exec 9>>/dev/shm/held/$a; flock -n 9 || echo $a >>/dev/shm/twice; exec sleep 0.$1";

/// One command at random, and whether it may be refused.
fn command(seed: &mut u64) -> Vec<String> {
    let (name, other) = (format!("r{}", random(seed) % 12), random(seed) % 12);
    let port = format!("{}:80", 8000 + random(seed) % 6);
    let network = format!("n{}", random(seed) % 3);
    let time = format!("{}", random(seed) % 4 + 1);
    let hold = ["--", "sh", "-c", HOLD, "sh", &time];
    let words: Vec<&str> = match random(seed) % 16 {
        0..=2 => [&["run"][..], &hold].concat(),
        3..=4 => [&["run", "--name", &name][..], &hold].concat(),
        5 => [&["run", "--name", &name, "-p", &port][..], &hold].concat(),
        6 => [&["run", "--net", &network, "--name", &name][..], &hold].concat(),
        7 => [&["run", "--detach", "--name", &name][..], &hold].concat(),
        8 => vec!["stop", "--time", "0", &name],
        9 => vec!["connect", &name, &network],
        10 => vec!["disconnect", &name, &network],
        11 => vec!["publish", &name, &port],
        12 => vec!["unpublish", &name, &port],
        13 => vec!["network", "create", &network],
        14 => vec!["network", "rm", &network],
        _ => match other % 4 {
            0 => vec!["gc"],
            1 => vec!["exec", &name, "true"],
            2 => vec!["ps", "--json"],
            _ => vec!["inspect", "--json", &name],
        },
    };
    words.into_iter().map(String::from).collect()
}

pub(crate) fn races(report: &mut Report) {
    let (workers, time) = if report.is_sample() {
        (8, Duration::from_secs(8))
    } else {
        (64, Duration::from_secs(60))
    };
    report.table(
        "Everything at once, with random SIGKILLs",
        &["at once", "seconds", "commands", "refused", "killed", "leaked", "addresses held twice"],
    );
    let world = World::new();
    world.sh("mkdir /dev/shm/held");
    with_network(&world);
    // A first round of what is made once.
    for network in ["n0", "n1", "n2"] {
        world.nsrun(["network", "create", network]).run().ok();
        world.nsrun(["network", "rm", network]).run().ok();
    }
    thread::sleep(Duration::from_millis(300));
    // The host's own namespace may get an id among the others.
    let snapshot = || world.snapshot().without("nsid");
    let before = snapshot();
    let (done, refused, killed) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let messages = Mutex::new(BTreeMap::<String, usize>::new());
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        for worker in 0..workers {
            let (world, over, messages) = (&world, &over, &messages);
            let (done, refused) = (&done, &refused);
            scope.spawn(move || {
                let mut seed = 77 + worker as u64;
                while !over.load(Ordering::Relaxed) {
                    let words = command(&mut seed);
                    let output = world.nsrun(&words).timeout(Duration::from_secs(60)).run();
                    done.fetch_add(1, Ordering::Relaxed);
                    // Signals are the killer's.
                    if matches!(output.code(), Some(1..128)) {
                        refused.fetch_add(1, Ordering::Relaxed);
                        *messages.lock().unwrap().entry(message(&output)).or_default() += 1;
                    }
                }
            });
        }
        let (world, killed, over) = (&world, &killed, &over);
        scope.spawn(move || {
            while !over.load(Ordering::Relaxed) {
                let shot = world.succeeds("kill -9 $(pgrep -x nsrun | shuf -n 1)");
                killed.fetch_add(usize::from(shot), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(30));
            }
        });
        thread::sleep(time);
        over.store(true, Ordering::Relaxed);
    });
    let quiet = settle(|| !world.succeeds("pgrep -x nsrun"), Duration::from_secs(20));
    world.nsrun(["network", "prune"]).run();
    let twice = world.sh("cat /dev/shm/twice 2>/dev/null | wc -l");
    // "prune" took the default network too, where nobody was on it; the next run makes it again.
    world.nsrun(["run", "true"]).run().ok();
    world.nsrun(["gc"]).run().ok();
    let mut left = Vec::new();
    let same = || {
        left = before.differences(&snapshot());
        left.is_empty()
    };
    settle(same, Duration::from_secs(10));
    if !quiet {
        report.fail(format!("processes stay: {}", world.sh("ps -ef | grep nsrun")));
    }
    if !left.is_empty() {
        report.fail(format!("left after the races:\n{}", left.join("\n")));
    }
    if twice.trim() != "0" {
        report.fail(format!("addresses were held twice: {}", world.read("/dev/shm/twice")));
    }
    let messages = messages.into_inner().unwrap();
    for (message, count) in &messages {
        println!("  {count} × {message}");
        if !is_documented(message) {
            report.fail(format!("{count} × an error that nothing explains: {message}"));
        }
    }
    let count = |n: &AtomicUsize| n.load(Ordering::Relaxed).to_string();
    let row = [workers.to_string(), time.as_secs().to_string(), count(&done), count(&refused)];
    let more = [count(&killed), left.len().to_string(), twice.trim().to_owned()];
    report.row(&[&row[..], &more[..]].concat());
}

/// An error without names and numbers.
fn message(output: &Output) -> String {
    let first = output.stderr.lines().find(|line| !line.starts_with("nsrun: warning"));
    let mut plain = String::new();
    let mut quoted = false;
    for c in first.unwrap_or("(nothing)").chars() {
        match c {
            '"' => quoted = !quoted,
            '0'..='9' => continue,
            _ => {}
        }
        if !quoted || c == '"' {
            plain.push(c);
        }
    }
    plain
}

/// What a command may say when others change what it works on.
fn is_documented(message: &str) -> bool {
    const CAUSES: &[&str] = &[
        "has it",
        "it is the link by which the run is known",
        "there is none of that name",
        "there is a network of that name",
        "it is used by",
        "is on network",
        "it is on no network",
        "has no such link",
        "no published ports",
        "it has only",
        "it is ending",
        "it is just starting",
        // The run ended meanwhile.
        "cannot let bridge port",
        "nsrun was killed",
        "No such process",
        "others make and remove it all the time",
        "others took",
        "others change the firewall",
        "somebody made or removed",
        "somebody made link",
        "no run, process or namespace is called so",
        "there is no network of that name",
        "it ended unexpectedly",
        "No such device",
    ];
    message.starts_with("nsrun: cannot ") && CAUSES.iter().any(|cause| message.contains(cause))
}

/// Links come and go while lists are read: each list must be whole.
pub(crate) fn churn(report: &mut Report) {
    let time = Duration::from_secs(if report.is_sample() { 4 } else { 30 });
    let runs = 20;
    report.table(
        "Lists while links of others come and go",
        &["changes a second", "seconds", "lists", "wrong or truncated"],
    );
    let world = World::new();
    with_network(&world);
    for n in 0..runs {
        detached(&world, &["--name", &format!("r{n}")], &["sleep", "1000"]);
    }
    // Names change faster than links do, and interrupt a list all the same.
    let churn = "n=0; while [ ! -e /dev/shm/over ]; do
        { for i in $(seq 20); do
            echo link add c$1 type bridge; echo link set c$1 name d$1
            echo link property add dev d$1 altname e$1; echo link set d$1 alias nsrun/1
            echo link del d$1
        done; } | ip -batch - >/dev/null 2>&1; n=$((n + 100)); echo $n >/dev/shm/churn$1; done";
    let churners: Vec<_> = (0..3)
        .map(|n| world.cmd(["sh", "-c", churn, "sh", &n.to_string()]).timeout(time * 4).spawn())
        .collect();
    let (start, mut lists, mut wrong) = (Instant::now(), 0, Vec::new());
    while start.elapsed() < time {
        let ps = world.nsrun(["ps", "--json"]).run();
        let found = serde_json::from_str::<serde_json::Value>(&ps.stdout);
        let count = found.ok().and_then(|list| list.as_array().map(Vec::len));
        if count != Some(runs) {
            wrong.push(format!("{count:?} runs in {ps}"));
        }
        let links = world.nsrun(["ip", "-j", "link"]).run();
        let found = serde_json::from_str::<serde_json::Value>(&links.stdout).ok();
        let names: Vec<String> = found
            .as_ref()
            .and_then(serde_json::Value::as_array)
            .map(|all| all.iter().filter_map(|one| Some(one["ifname"].as_str()?.into())).collect())
            .unwrap_or_default();
        let leases = names.iter().filter(|name| name.starts_with("ns0.")).count();
        if leases != runs || !names.contains(&"up0".into()) {
            wrong.push(format!("{leases} leases in {links}"));
        }
        let one = format!("r{}", lists % runs);
        let inspect = world.nsrun(["inspect", "--json", &one]).run();
        if inspect.code() != Some(0) {
            wrong.push(inspect.to_string());
        }
        lists += 3;
    }
    let seconds = start.elapsed().as_secs_f64();
    world.sh("touch /dev/shm/over");
    drop(churners);
    let changes: f64 = world
        .sh("cat /dev/shm/churn*")
        .lines()
        .filter_map(|line| line.trim().parse::<f64>().ok())
        .sum();
    for one in wrong.iter().take(5) {
        report.fail(format!("while links come and go: {one}"));
    }
    let rate = format!("{:.0}", changes / seconds);
    report.row(&[rate, format!("{seconds:.0}"), lists.to_string(), wrong.len().to_string()]);
}
