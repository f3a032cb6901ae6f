//! What is printed to a full device: said, by every command there is.

use nsrun::cli::Command;
use nsrun::cli::table::NSRUN;

use crate::runs::{SOON, detached, inspect};
use crate::world::{Output, World, settle};

/// How a command prints something.
enum Prints {
    /// With these operands and options.
    With(&'static [&'static str]),
    /// When something happens.
    Later,
    /// Never, but for its help.
    Nothing,
}

/// What the command at `path` is asked for, in the order of the table.
fn asked(path: &str) -> Prints {
    use Prints::{Later, Nothing, With};
    match path {
        "run" => With(&["--detach", "--name", "other", "sleep", "1000"]),
        "ps" | "network list" | "netns list" | "firewall show" | "doctor" | "help" => With(&[]),
        "inspect" | "port" => With(&["web"]),
        "publish" => With(&["web", "8081:80"]),
        "gc" => With(&["--json"]),
        "network create" => With(&["spare"]),
        "network inspect" => With(&["front"]),
        "network prune" => With(&[]),
        "connect" => With(&["web", "front"]),
        "netns exec" => With(&["all", "true"]),
        "netns identify" => With(&["PID"]),
        "netns pids" => With(&["named"]),
        "netns list-id" => With(&[]),
        "netns monitor" => Later,
        "ip" => With(&["link"]),
        "bridge" => With(&["link"]),
        "decode" => With(&["14000000120001030000000000000000", "00000000"]),
        "generate man" | "generate bash" | "generate zsh" | "generate fish" => With(&[]),
        "exec" | "stop" | "wait" | "unpublish" | "firewall reload" | "network rm"
        | "disconnect" | "netns add" | "netns attach" | "netns delete" | "netns set"
        | "link move" | "link return" | "link promisc" => Nothing,
        _ => panic!(
            "\"{path}\" is new: say above what makes it print something, or that it does not"
        ),
    }
}

/// Every command that can be carried out, with its path.
fn verbs(command: &'static Command, path: &str, found: &mut Vec<(String, &'static Command)>) {
    for below in command.subcommands {
        let path = format!("{path} {}", below.name).trim_start().to_owned();
        match below.subcommands {
            [] => found.push((path, below)),
            _ => verbs(below, &path, found),
        }
    }
}

/// A host where every command has something to say.
fn busy_host() -> World {
    let world = World::new();
    detached(&world, &["--name", "web", "-p", "8080:80"], &["sleep", "1000"]);
    world.nsrun(["network", "create", "front"]).run().ok();
    detached(&world, &["--net", "front"], &["sleep", "1000"]);
    world.nsrun(["netns", "add", "blue"]).run().ok();
    world.nsrun(["netns", "set", "blue", "77"]).run().ok();
    let pid = inspect(&world, "web")["pid"].to_string();
    world.nsrun(["netns", "attach", "named", &pid]).run().ok();
    world
}

fn on_full_device(world: &World, path: &str, args: &[&str]) -> Output {
    let script = "exec \"$@\" >/dev/full";
    let words = path.split(' ').chain(args.iter().copied());
    world.cmd(["sh", "-c", script, "sh", env!("CARGO_BIN_EXE_nsrun")]).args(words).run()
}

const CANNOT: &str = "cannot write to standard output: No space left on device";

#[test]
fn every_command_says_that_the_device_it_prints_to_is_full() {
    let world = busy_host();
    let pid = inspect(&world, "web")["pid"].to_string();
    let mut found = Vec::new();
    verbs(&NSRUN, "", &mut found);
    assert!(found.len() > 30, "{found:?}");
    for (path, command) in found {
        // Those have the help of iproute2, which goes to standard error.
        if !matches!(&*path, "ip" | "bridge") {
            on_full_device(&world, &path, &["--help"]).exits(1).says(CANNOT);
        }
        let status = if matches!(&*path, "run" | "netns exec") { 125 } else { 1 };
        let args = match asked(&path) {
            Prints::With(args) => args,
            Prints::Later => {
                let nsrun = env!("CARGO_BIN_EXE_nsrun");
                let script = format!("exec {nsrun} {path} >/dev/full");
                let mut running = world.cmd(["sh", "-c", &script]).spawn();
                let changed = || {
                    world.sh("ip netns add new; ip netns delete new");
                    !running.is_running()
                };
                assert!(settle(changed, SOON), "{path} goes on");
                running.wait().exits(status).says(CANNOT);
                continue;
            }
            Prints::Nothing => continue,
        };
        let args: Vec<&str> =
            args.iter().map(|&word| if word == "PID" { &pid } else { word }).collect();
        on_full_device(&world, &path, &args).exits(status).says(CANNOT);
        let has_json = command.options().any(|option| option.long == "json");
        if has_json && !args.contains(&"--json") {
            on_full_device(&world, &path, &[&args[..], &["--json"]].concat()).exits(1).says(CANNOT);
        }
    }
    for args in
        [&["--version"][..], &["--help"], &["ip", "-V"], &["ip", "-all", "netns", "exec", "true"]]
    {
        on_full_device(&world, args[0], &args[1..]).exits(1);
    }
    on_full_device(&world, "run", &["--dry-run", "true"]).exits(125).says(CANNOT);
}

#[test]
fn what_was_done_is_done_even_if_it_cannot_be_said() {
    let world = World::new();
    let said = on_full_device(&world, "network create", &["front"]).exits(1).says(CANNOT);
    said.says("undo: nothing; what was asked for is done");
    on_full_device(&world, "run", &["-d", "--name", "web", "sleep", "1000"])
        .exits(125)
        .says(CANNOT);
    on_full_device(&world, "connect", &["web", "front"]).exits(1).says(CANNOT);
    assert_eq!(inspect(&world, "web")["networks"][1]["network"], "front");
}

#[test]
fn what_goes_on_for_ever_ends_when_nobody_reads_it() {
    let world = World::new();
    for command in ["ip monitor link", "ip netns monitor", "netns monitor"] {
        let nsrun = env!("CARGO_BIN_EXE_nsrun");
        let script = format!("set -o pipefail; {nsrun} {command} | head -n 1 >/dev/null");
        let mut running = world.cmd(["bash", "-c", &script]).spawn();
        let ended = || {
            world.sh("ip link add x0 type bridge; ip link delete x0");
            world.sh("ip netns add new; ip netns delete new");
            !running.is_running()
        };
        assert!(settle(ended, SOON), "{command} goes on");
        assert_eq!(running.wait().ok().stderr, "", "{command}");
    }
}

#[test]
fn a_message_that_nobody_can_read_ends_nothing() {
    let world = World::new();
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    world.sh("ip netns add blue; ip netns exec blue sleep 1000 >/dev/null 2>&1 &");
    for (command, status) in [
        ("nosuch", 2),
        ("stop nobody", 1),
        ("ip nosuch", 1),
        ("netns delete blue", 0),
        ("netns exec blue true", 125),
    ] {
        let script = format!("exec {nsrun} {command} 2>/dev/full");
        world.cmd(["sh", "-c", &script]).run().exits(status);
    }
}
