//! Addresses and names: who has them, who gets them, and when they are free again.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::runs::{SOON, inside, inspect, leases, started, with_network};
use crate::world::{World, assert_same, at_once, settle};

#[test]
fn a_fixed_address_and_name_are_free_at_once_after_the_end() {
    let world = World::new();
    for n in 0..10 {
        let run = world.nsrun(["run", "--name", "web", "--ip", "10.192.0.9", "true"]).run();
        assert_eq!(run.code(), Some(0), "run {n}: {run}");
    }
}

#[test]
fn a_fixed_address_and_name_are_free_at_once_after_a_kill() {
    let world = World::new();
    for n in 0..10 {
        let options = ["--name", "web", "--ip", "10.192.0.9"];
        let mut running = started(&world, &options);
        running.kill(Signal::SIGKILL);
        drop(running);
        if n % 2 == 0 {
            let run = world.nsrun(["run"]).args(options).arg("true").run();
            assert_eq!(run.code(), Some(0), "run {n}: {run}");
        }
    }
}

#[test]
fn a_name_alone_is_free_at_once_after_the_end() {
    let world = World::new();
    for n in 0..10 {
        let run = world.nsrun(["run", "--name", "web", "true"]).run();
        assert_eq!(run.code(), Some(0), "run {n}: {run}");
    }
}

#[test]
fn a_taken_address_or_name_is_refused_and_its_holder_named() {
    let world = World::new();
    let _web = started(&world, &["--name", "web", "--ip", "10.192.0.9"]);
    let pid = inspect(&world, "web")["pid"].to_string();
    let before = world.snapshot();
    let address = world.nsrun(["run", "--ip", "10.192.0.9", "true"]).run().exits(125);
    let address = address.says("cannot take address 10.192.0.9: run \"web\" has it");
    assert!(address.stderr.contains(&format!("(process {pid})")), "{address}");
    let name = world.nsrun(["run", "--name", "web", "true"]).run().exits(125);
    name.says("cannot take name \"web\": run \"web\" has it").says("nsrun stop");
    world.assert_returns_to(&before, SOON);
}

#[test]
fn a_refused_run_changes_nothing_of_the_holder() {
    let world = World::new();
    let _web = started(&world, &["--name", "web", "--ip", "10.192.0.9"]);
    let holder = || world.link("ns0.9").expect("the holder is there");
    let before = holder();
    for _ in 0..5 {
        world.nsrun(["run", "--name", "other", "--ip", "10.192.0.9", "true"]).run().exits(125);
        world.nsrun(["run", "--name", "web", "true"]).run().exits(125);
    }
    assert_eq!(holder(), before);
    inside(&world, "web").sh("ip -j address");
}

#[test]
fn of_two_that_race_for_an_address_one_gets_it_and_keeps_its_record() {
    let world = World::new();
    with_network(&world);
    for round in 0..5 {
        // From the second round on, both find a dying holder and put it out of the way.
        let names = ["one", "two", "three"];
        let mut racers = at_once(names.len(), |n| {
            let cmd = world.nsrun(["run", "--name", names[n], "--ip", "10.192.0.9", "--"]);
            cmd.args(["sh", "-c", "echo ready; exec sleep 1000"]).spawn()
        });
        let is_up = |racer: &mut crate::world::Running| {
            !settle(|| !racer.is_running(), Duration::from_millis(200))
        };
        let up: Vec<bool> = racers.iter_mut().map(is_up).collect();
        if !up.contains(&true) {
            let all: Vec<String> =
                racers.into_iter().map(|racer| racer.wait().to_string()).collect();
            panic!("round {round}: nobody got it\n{}", all.join("\n"));
        }
        assert_eq!(up.iter().filter(|up| **up).count(), 1, "round {round}: {up:?}");
        let winner = up.iter().position(|up| *up).expect("there is one");
        let link = world.link("ns0.9").expect("the winner's link");
        assert_eq!(
            link["altnames"],
            serde_json::json!([
                format!("run:{}", names[winner]),
                format!("{}@bridge", names[winner])
            ]),
            "round {round}"
        );
        assert_eq!(link["operstate"], "UP");
        assert_eq!(link["master"], "nsrun0");
        let run = inspect(&world, names[winner]);
        assert!(
            link["ifalias"].as_str().is_some_and(|alias| {
                alias.starts_with(&format!("nsrun/1 pid={} ", run["init"]))
            })
        );
        for (n, racer) in racers.into_iter().enumerate() {
            if n == winner {
                drop(racer);
            } else {
                racer.wait().exits(125).says("cannot take address 10.192.0.9");
            }
        }
    }
}

#[test]
fn an_orphaned_connection_keeps_neither_address_nor_name() {
    need_tool!("python3");
    let world = World::new();
    // The listener never reads, and then cannot be reached: data stays unsent for minutes.
    let server = "import socket; s = socket.socket(); s.bind(('0.0.0.0', 7777)); s.listen(); \
                  print('ready', flush=True); c, _ = s.accept(); import time; time.sleep(1000)";
    let _server = {
        let running = world.cmd(["python3", "-c", server]).spawn();
        assert_eq!(running.line(SOON), "ready");
        running
    };
    let client = "import socket; s = socket.socket(); s.connect(('10.192.0.1', 7777)); \
                  s.setblocking(False)\n\
                  try:\n  while True: s.send(bytes(65536))\n\
                  except BlockingIOError: pass";
    let options = ["--name", "web", "--ip", "10.192.0.9"];
    world.nsrun(["run"]).args(options).args(["python3", "-c", client]).run().ok();
    // Far longer than the kernel needs for a namespace that nothing holds.
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(leases(&world), ["ns0.9"], "the connection holds the namespace");
    world.nsrun(["run"]).args(options).arg("true").run().ok();
    world.nsrun(["run"]).args(options).args(["python3", "-c", client]).run().ok();
    std::thread::sleep(Duration::from_millis(200));
    world.nsrun(["run", "--name", "web", "true"]).run().ok();
}

#[test]
fn addresses_outside_the_subnet_and_its_own_are_refused() {
    let world = World::new();
    let before = with_network(&world);
    for (address, why) in [
        ("192.0.2.9", "it is not inside 10.192.0.0/20"),
        ("10.192.16.1", "it is not inside 10.192.0.0/20"),
        ("10.192.0.1", "it is the gateway's"),
        ("10.192.0.0", "it is the first or last of 10.192.0.0/20"),
        ("10.192.15.255", "it is the first or last of 10.192.0.0/20"),
    ] {
        let run = world.nsrun(["run", "--ip", address, "true"]).run().exits(2);
        run.says(&format!("cannot take address {address}: {why}"));
    }
    world.assert_returns_to(&before, SOON);
}

#[test]
fn names_are_of_runs_not_of_links() {
    let world = World::new();
    // A run may be called like a link, a lease or a network.
    for name in ["up0", "nsrun0", "bridge", "lo"] {
        let run = world.nsrun(["run", "--name", name, "hostname"]).run().ok();
        assert_eq!(run.stdout, format!("{name}\n"));
    }
    for name in ["", "a b", "a/b", "-a", "x.y", "ä"] {
        let run = world.nsrun(["run"]).arg(format!("--name={name}")).arg("true").run();
        run.exits(2).says("cannot be the name of a run");
    }
}

#[test]
fn the_longest_name_works() {
    let world = World::new();
    let name = "n".repeat(63);
    let _running = started(&world, &["--name", &name]);
    assert_eq!(inspect(&world, &name)["name"], *name);
}

#[test]
fn a_foreign_link_with_a_lease_for_a_name_is_left_alone() {
    let world = World::new();
    with_network(&world);
    world.sh(
        "ip link add ns0.9 type veth peer name x0; ip link property add dev ns0.9 altname run:web",
    );
    let before = world.snapshot();
    let run = world.nsrun(["run", "--ip", "10.192.0.9", "true"]).run().exits(125);
    run.says("cannot take address 10.192.0.9");
    world.nsrun(["run", "--name", "web", "true"]).run().exits(125).says("cannot take name \"web\"");
    assert!(settle(|| leases(&world).len() == 1, SOON));
    assert_same(&before, &world.snapshot());
}
