//! Completion scripts and man pages, used as people do: by the shells and by man(1).

use crate::runs::{SOON, detached};
use crate::world::World;

/// A host with two runs, a network and a named namespace; and the scripts in its scratch directory.
fn busy_host(shell: &str) -> World {
    let world = World::new();
    for name in ["web", "worker"] {
        detached(&world, &["--name", name, "--dns", "none"], &["sleep", "1000"]);
    }
    world.nsrun(["network", "create", "front"]).run().ok();
    world.nsrun(["netns", "add", "blue"]).run().ok();
    let script = world.nsrun(["generate", shell]).run().ok().stdout;
    world.write("/run/completion", script);
    // By its name, as people have it.
    world.sh(&format!("mkdir /run/bin; ln -s {} /run/bin/nsrun", env!("CARGO_BIN_EXE_nsrun")));
    world
}

/// Command lines to complete, the cursor at their end, and what must be offered.
const CASES: &[(&str, &[&str])] = &[
    ("nsrun pub", &["publish"]),
    ("nsrun --trace network cr", &["create"]),
    ("nsrun net rem", &[]),
    ("nsrun net insp", &["inspect"]),
    ("nsrun run --det", &["--detach"]),
    ("nsrun run --format ", &["ip", "json", "netlink", "tree"]),
    ("nsrun run --net f", &["front"]),
    ("nsrun stop w", &["web", "worker"]),
    ("nsrun stop web w", &["web", "worker"]),
    ("nsrun stop -t 3 wo", &["worker"]),
    ("nsrun exec we", &["web"]),
    ("nsrun inspect --json wo", &["worker"]),
    ("nsrun netns delete ", &["blue"]),
    ("nsrun netns add ", &[]),
    ("nsrun network rm f", &["front"]),
    ("nsrun connect b", &["blue"]),
    ("nsrun connect blue fr", &["front"]),
    ("nsrun link promisc up0 o", &["off", "on"]),
    ("nsrun link move up", &["up0"]),
    ("nsrun decode /etc/hostn", &["/etc/hostname"]),
    ("nsrun run --name a -e A=B /etc/hostn", &["/etc/hostname"]),
    ("nsrun help firew", &["firewall"]),
];

/// What a shell offers, sorted, without the descriptions behind a tab.
fn offered(stdout: &str) -> Vec<String> {
    let words = stdout.lines().map(|line| line.split('\t').next().unwrap_or_default().trim());
    let mut words: Vec<String> =
        words.filter(|word| !word.is_empty()).map(ToString::to_string).collect();
    words.sort();
    words.dedup();
    words
}

fn path() -> String {
    "/run/bin:/usr/sbin:/usr/bin:/sbin:/bin".into()
}

#[test]
fn bash_completes_commands_options_and_what_the_kernel_knows() {
    let world = busy_host("bash");
    let complete = |line: &str| {
        // COMP_WORDS as bash fills it: it takes words apart at "=" and ":".
        let script = r#"source /run/completion
            COMP_LINE=$1
            read -ra words <<<"${1//=/ = }"
            COMP_WORDS=()
            for word in "${words[@]}"; do COMP_WORDS+=("$word"); done
            [[ $1 == *' ' || $1 == *= ]] && COMP_WORDS+=('')
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _nsrun
            printf '%s\n' "${COMPREPLY[@]}""#;
        let output = world.cmd(["bash", "-c", script, "bash", line]).env("PATH", path()).run().ok();
        assert_eq!(output.stderr, "", "{line}");
        offered(&output.stdout)
    };
    for (line, expected) in CASES {
        assert_eq!(complete(line), *expected, "{line}");
    }
    assert_eq!(complete("nsrun run --net=fro"), ["front"]);
    assert_eq!(complete("nsrun run --net="), ["bridge", "front", "host", "none", "ptp"]);
    let words = r#"source /run/completion; COMP_WORDS=(nsrun run --net container : we)
        COMP_CWORD=5; _nsrun; printf '%s\n' "${COMPREPLY[@]}""#;
    assert_eq!(world.cmd(["bash", "-c", words]).env("PATH", path()).run().ok().stdout, "web\n");
    assert!(complete("nsrun run ech").contains(&"echo".to_owned()));
}

#[test]
fn fish_completes_commands_options_and_what_the_kernel_knows() {
    need_tool!("fish");
    let world = busy_host("fish");
    world.cmd(["fish", "--no-execute", "/run/completion"]).run().ok();
    let complete = |line: &str| {
        let script = "source /run/completion; complete -C $argv[1]";
        let command = world.cmd(["fish", "--no-config", "-c", script, line]).env("PATH", path());
        let output = command.env("HOME", "/run").run();
        assert_eq!(output.stderr, "", "{line}");
        offered(&output.stdout)
    };
    for (line, expected) in CASES {
        assert_eq!(complete(line), *expected, "{line}");
    }
    assert!(complete("nsrun run ech").contains(&"echo".to_owned()));
    assert_eq!(complete("nsrun exec web nsrun pub"), ["publish"], "CMD completes by itself");
}

#[test]
fn zsh_completes_commands_options_and_what_the_kernel_knows() {
    need_tool!("zsh");
    let world = busy_host("zsh");
    world.cmd(["zsh", "-n", "/run/completion"]).run().ok();
    world.sh("mkdir /run/functions; cp /run/completion /run/functions/_nsrun");
    let mut zsh = world.cmd(["zsh", "-f", "-i"]).env("PATH", path()).env("HOME", "/run").pty();
    zsh.send(
        b"PS1='> '; fpath+=(/run/functions); autoload -U compinit; compinit -D -u; echo re''ady\n",
    );
    zsh.expect("ready", SOON);
    // Tab where only one word fits, and then the line is printed instead of being carried out.
    for (n, (typed, expected)) in [
        ("nsrun --trace netw\tcr\t", "nsrun --trace network create"),
        ("nsrun unp\twe\t", "nsrun unpublish web"),
        ("nsrun stop --ti\t3 wo\t", "nsrun stop --time=3 worker"),
        ("nsrun run --net fr\t--dry\t", "nsrun run --net front --dry-run"),
        ("nsrun net rm fr\t", "nsrun net rm front"),
        ("nsrun netns exec bl\techo /etc/hostn\t", "nsrun netns exec blue echo /etc/hostname"),
        ("nsrun link promisc up\toff\t", "nsrun link promisc up0 off"),
        ("nsrun help firew\t", "nsrun help firewall"),
    ]
    .into_iter()
    .enumerate()
    {
        zsh.send(typed.as_bytes());
        // Begin of line; then the rest of it is data.
        zsh.send(format!("\x01print -r -- {n}'<' \x05\n").as_bytes());
        zsh.expect(&format!("\n{n}< {expected}"), SOON);
    }
}

/// What is run by a shell that takes a name for its own words.
const HOSTILE: &str = "$(touch pwned)`touch pwned`";
/// The same as the name of a link, which has 15 bytes and no spaces.
const HOSTILE_LINK: &str = "x$(>pwned)";

/// Gives such names to all that completion asks for; commands run in an empty directory.
fn with_hostile_names(world: &World) {
    world.sh("mkdir /run/empty");
    let web = world.nsrun(["inspect", "--json", "web"]).run().ok().json();
    let link = web["networks"][0]["host_link"].as_str().expect("a link").to_owned();
    let altname = format!("run:{HOSTILE}");
    // ip(8) refuses spaces.
    let altname = altname.replace(' ', "${IFS}");
    world.cmd(["ip", "link", "property", "add", "dev", &link, "altname", &altname]).run().ok();
    world.cmd(["ip", "link", "add", HOSTILE_LINK, "type", "bridge"]).run().ok();
    world.write(&format!("/run/netns/{HOSTILE}"), "");
    let listed = world.nsrun(["netns", "list"]).run().ok().stdout;
    assert!(listed.contains(HOSTILE), "{listed}");
}

/// Completes lines on a terminal, and has what completion made of each printed as data: `begin`
/// makes the shell ready.
fn no_name_is_run_by(shell: &[&str], begin: &str) {
    let world = busy_host(shell[0]);
    with_hostile_names(&world);
    let mut shell = world.cmd(shell).env("PATH", path()).env("HOME", "/run").pty();
    shell.send(format!("cd /run/empty; {begin}; echo re''ady\n").as_bytes());
    shell.expect("ready", SOON);
    // All there are, twice for those that only list them the second time.
    for line in ["stop ", "link promisc ", "netns pids ", "connect ", "run --net container:"] {
        shell.send(format!("nsrun {line}\t\t\x15").as_bytes());
    }
    for (n, (typed, expected)) in [
        ("nsrun link promisc x\t", HOSTILE_LINK),
        ("nsrun netns pids \\$\t", HOSTILE),
        ("nsrun connect \\$\t", HOSTILE),
    ]
    .into_iter()
    .enumerate()
    {
        shell.send(typed.as_bytes());
        shell.send(format!("\x01printf '%s,' {n}'<' \x05\n").as_bytes());
        let words = typed.trim_end_matches("x\t").trim_end_matches("\\$\t").replace(' ', ",");
        shell.expect(&format!("{n}<,{words}{expected},"), SOON);
    }
    assert_eq!(world.sh("ls -A /run/empty"), "", "{}", shell.text());
}

#[test]
fn bash_runs_no_name_that_it_completes() {
    no_name_is_run_by(
        &["bash", "--norc", "--noprofile", "-i"],
        "bind 'set enable-bracketed-paste off'; PS1='> '; source /run/completion",
    );
}

#[test]
fn zsh_runs_no_name_that_it_completes() {
    need_tool!("zsh");
    no_name_is_run_by(
        &["zsh", "-f", "-i"],
        "mkdir /run/functions; cp /run/completion /run/functions/_nsrun; PS1='> '
         fpath+=(/run/functions); autoload -U compinit; compinit -D -u; unsetopt prompt_sp",
    );
}

#[test]
fn fish_runs_no_name_that_it_completes() {
    need_tool!("fish");
    let world = busy_host("fish");
    with_hostile_names(&world);
    for (line, expected) in [
        ("nsrun stop ", "web"),
        ("nsrun link promisc x", HOSTILE_LINK),
        ("nsrun netns pids ", HOSTILE),
        ("nsrun connect ", HOSTILE),
    ] {
        let script = "cd /run/empty; source /run/completion; complete -C $argv[1]";
        let command = world.cmd(["fish", "--no-config", "-c", script, line]).env("PATH", path());
        let output = command.env("HOME", "/run").run();
        assert_eq!(output.stderr, "", "{line}");
        assert!(offered(&output.stdout).contains(&expected.to_owned()), "{line}: {output}");
    }
    assert_eq!(world.sh("ls -A /run/empty"), "");
}

#[test]
fn man_pages_are_formatted_without_a_complaint() {
    let world = World::new();
    let pages = format!("{}/packaging/man", env!("CARGO_MANIFEST_DIR"));
    for page in world.sh(&format!("ls {pages}/*.1")).lines() {
        let output = world.cmd(["groff", "-ww", "-man", "-Tutf8", "-z", page]).run().ok();
        assert_eq!(output.stderr, "", "{page}");
        if crate::world::may_use("mandoc") {
            world.cmd(["mandoc", "-Tlint", "-W", "warning", page]).run().ok();
        }
    }
}

#[test]
fn a_page_of_a_command_inside_a_group_is_refused_with_the_right_one() {
    let world = World::new();
    let refused = world.nsrun(["generate", "man", "network", "create"]).run().exits(2);
    refused.says("name the group alone");
    world.nsrun(["generate", "man", "netwrok"]).run().exits(2).says("nsrun help");
}
