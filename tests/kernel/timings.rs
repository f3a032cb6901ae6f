//! `run --timings`: a table of where the time went.

use crate::runs::with_network;
use crate::world::World;

/// The rows of a part of the table: name, begin, duration.
fn rows<'a>(table: &'a str, title: &str) -> Vec<(&'a str, u64, u64)> {
    let part = table.lines().skip_while(|line| *line != title).skip(1);
    let rows = part.take_while(|line| line.starts_with("  "));
    rows.map(|row| {
        let words: Vec<&str> = row.split_whitespace().collect();
        let [name, at, took] = words[..] else { panic!("{row}") };
        (name, at.parse().unwrap(), took.parse().unwrap())
    })
    .collect()
}

#[test]
fn the_phases_of_both_processes_add_up_to_the_whole_launch() {
    let world = World::new();
    with_network(&world);
    for options in
        [&["--net", "bridge"][..], &["-p", "8080:80"], &["--net", "none", "--pid", "host"]]
    {
        let run = world.nsrun(["run", "--timings"]).args(options).arg("true").run().ok();
        let table = &run.stderr;
        let total = table.lines().find_map(|line| line.strip_prefix("total"));
        let total: u64 = total.unwrap_or_else(|| panic!("{table}")).trim().parse().unwrap();
        let (nsrun, inside) = (rows(table, "nsrun"), rows(table, "new process"));
        let names = |rows: &[(&str, u64, u64)]| {
            rows.iter().map(|(name, ..)| (*name).to_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names(&nsrun), "parse snapshot plan network clone link firewall publish wait");
        assert_eq!(names(&inside), "begin mounts names identity wait wire finish exec");
        for rows in [&nsrun, &inside] {
            for pair in rows.windows(2) {
                assert_eq!(pair[0].1 + pair[0].2, pair[1].1, "{table}");
            }
            let (_, at, took) = rows.last().unwrap();
            assert_eq!(at + took, total, "{table}");
        }
        assert_eq!(nsrun[0].1, 0, "{table}");
        assert_eq!(nsrun.iter().map(|(.., took)| took).sum::<u64>(), total, "{table}");
        let clone = nsrun.iter().find(|(name, ..)| *name == "clone").unwrap();
        assert_eq!(inside[0].1, clone.1, "it begins with the clone\n{table}");
        let took = |name| inside.iter().find(|(found, ..)| *found == name).unwrap().2;
        assert!(took("mounts") > 0 && took("exec") > 0, "{table}");
    }
}

#[test]
fn a_run_in_the_background_has_its_timings_in_its_log() {
    let world = World::new();
    with_network(&world);
    let run = world.nsrun(["run", "-d", "--timings", "--log", "/run/log", "true"]).run().ok();
    assert_eq!(run.stderr, "");
    let log = world.read("/run/log");
    assert!(log.starts_with("timings in µs") && log.contains("\ntotal "), "{log}");
}

#[test]
fn nothing_is_timed_unless_asked_for() {
    let world = World::new();
    with_network(&world);
    assert_eq!(world.nsrun(["run", "true"]).run().ok().stderr, "");
}
