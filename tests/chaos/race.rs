//! Everything at once, with a killer among it and a witness.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::kernel::runs::with_network;
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

/// Looks from outside, again and again until it is over, at the addresses that the kernel has for each
/// namespace in which a CMD is; prints how many it has seen, and those that two had at the same time.
pub(crate) fn witness() {
    let (mut seen, mut twice) = (0, Vec::new());
    while !Path::new("/dev/shm/over").exists() {
        let mut holders = HashMap::<String, (String, String)>::new();
        let processes = fs::read_dir("/proc").expect("a list").flatten();
        for pid in processes.filter_map(|entry| entry.file_name().into_string().ok()) {
            let Some((namespace, addresses)) = held(&pid) else { continue };
            for address in addresses {
                seen += 1;
                let (other, by) = holders
                    .entry(address.clone())
                    .or_insert_with(|| (namespace.clone(), pid.clone()));
                // Still held by the other, so that it was when this one was seen to hold it.
                let still =
                    |(there, has): (String, Vec<String>)| there == *other && has.contains(&address);
                if *other != namespace && held(by).is_some_and(still) {
                    twice.push(address);
                }
            }
        }
        thread::sleep(Duration::from_millis(20));
    }
    println!("{seen} {}", twice.len());
    twice.iter().for_each(|address| println!("{address}"));
}

/// Two that hold one address, which the witness must see.
const TWO: &str = "for n in 1 2; do unshare -n sh -ec '
    ip link add d0 type veth; ip address add 10.9.9.9/24 dev d0; ip link set d0 up; exec sleep 1' &
    done; sleep 0.5; touch /dev/shm/over; wait; rm /dev/shm/over";

/// The network namespace of a process that is a CMD, and the addresses there.
fn held(pid: &str) -> Option<(String, Vec<String>)> {
    let of = |file: &str| format!("/proc/{pid}/{file}");
    if fs::read_to_string(of("comm")).ok()?.trim() != "sleep" {
        return None;
    }
    let namespace = fs::read_link(of("ns/net")).ok()?.display().to_string();
    let trie = fs::read_to_string(of("net/fib_trie")).ok()?;
    let lines: Vec<&str> = trie.lines().map(str::trim).collect();
    let own = lines.windows(2).filter(|pair| pair[1] == "/32 host LOCAL");
    let mut addresses: Vec<String> =
        own.filter_map(|pair| Some(pair[0].strip_prefix("|-- ")?.to_owned())).collect();
    addresses.retain(|address| !address.starts_with("127."));
    addresses.sort();
    addresses.dedup();
    Some((namespace, addresses))
}

/// Longer than this none may take. Who makes or removes a network holds a lock meanwhile; of a hundred
/// that wait for it, on two processors, some wait for a minute.
const PATIENCE: Duration = Duration::from_secs(180);

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
        (200, Duration::from_secs(60))
    };
    report.table(
        "Everything at once, with random SIGKILLs",
        &[
            "at once",
            "seconds",
            "commands",
            "refused",
            "killed",
            "leaked",
            "addresses seen",
            "held twice",
        ],
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
    let own = std::env::current_exe().expect("a path");
    let witness = || {
        let witness = world.cmd([own.as_os_str(), "witness".as_ref()]);
        witness.timeout(time + PATIENCE * 2).spawn()
    };
    let trial = witness();
    world.sh(TWO);
    assert!(trial.wait().ok().stdout.contains("10.9.9.9"), "the witness sees nothing");
    let witness = witness();
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
                    let output = world.nsrun(&words).timeout(PATIENCE).run();
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
    world.sh("touch /dev/shm/over");
    let witness = witness.wait().ok().stdout;
    let (counts, addresses) = witness.split_once('\n').unwrap_or_default();
    let (seen, twice) = counts.split_once(' ').unwrap_or_default();
    let inside = world.sh("cat /dev/shm/twice 2>/dev/null || :");
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
    if twice != "0" || !inside.is_empty() || seen == "0" {
        report.fail(format!("addresses were held twice: {addresses}{inside}, {seen} were seen"));
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
    let more = [count(&killed), left.len().to_string(), seen.to_owned(), twice.to_owned()];
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
        // So many change it that this one had no turn in time.
        "another process is at it, and does not end",
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
        "is gone",
    ];
    message.starts_with("nsrun: cannot ") && CAUSES.iter().any(|cause| message.contains(cause))
}
