//! Names of network namespaces: given and taken away beside `ip netns`.

use std::time::Duration;

use serde_json::json;

use crate::world::{World, at_once};

const SOON: Duration = Duration::from_secs(5);

/// What `ip netns` says there is, in alphabetical order.
fn known_to_ip(world: &World) -> Vec<String> {
    let all = world.json("ip -j netns list 2>/dev/null");
    let names = all.as_array().into_iter().flatten().filter_map(|it| it["name"].as_str());
    let mut names: Vec<_> = names.map(String::from).collect();
    names.sort();
    names
}

/// The lines of mountinfo about /run/netns itself.
fn mounts_of_the_directory(world: &World) -> Vec<String> {
    let all = world.read("/proc/self/mountinfo");
    all.lines().filter(|line| line.contains(" /run/netns ")).map(String::from).collect()
}

#[test]
fn ip_sees_and_enters_and_deletes_what_nsrun_adds() {
    let world = World::new();
    let before = world.snapshot();
    world.nsrun(["netns", "add", "web"]).run().ok();
    assert_eq!(known_to_ip(&world), ["web"]);
    let links = world.json("ip -n web -j link");
    assert_eq!(links[0]["ifname"], "lo");
    assert_eq!(links[0]["operstate"], "DOWN");
    assert_eq!(links.as_array().map(Vec::len), Some(1));
    // As ip makes them: nothing to be read or written below the namespace.
    world.sh("ip netns add theirs");
    let mode = |name: &str| {
        let look = "umount -l /run/netns/$1; stat -c '%a %s %F' /run/netns/$1";
        world.cmd(["unshare", "-m", "sh", "-ec", look, "sh", name]).run().ok().stdout
    };
    assert_eq!(mode("web"), mode("theirs"));
    world.sh("ip netns delete web; ip netns delete theirs");
    assert_eq!(world.sh("ls -A /run/netns"), "");
    world.sh("umount /run/netns; rmdir /run/netns");
    world.assert_returns_to(&before, SOON);
}

#[test]
fn nsrun_sees_and_enters_and_deletes_what_ip_adds() {
    let world = World::new();
    world.sh("ip netns add a; ip netns add b; ip netns set b 7");
    let list = world.nsrun(["netns", "list"]).run().ok();
    assert_eq!(list.stdout, "a\nb (id: 7)\n");
    let list = world.nsrun(["netns", "list", "--json"]).run().ok().json();
    assert_eq!(list, json!([{"name": "a"}, {"name": "b", "id": 7}]));
    let inside = world.nsrun(["netns", "exec", "b", "readlink", "/proc/self/ns/net"]).run().ok();
    assert_eq!(inside.stdout, world.sh("ip netns exec b readlink /proc/self/ns/net"));
    assert_ne!(inside.stdout, world.sh("readlink /proc/self/ns/net"));
    world.nsrun(["netns", "delete", "a", "b"]).run().ok();
    assert_eq!(world.sh("ip netns list; ls -A /run/netns"), "");
}

#[test]
fn without_any_namespace_the_list_is_empty() {
    let world = World::new();
    assert_eq!(world.nsrun(["netns", "list"]).run().ok().stdout, "");
    assert_eq!(world.nsrun(["netns", "list", "--json"]).run().ok().json(), json!([]));
    assert_eq!(world.sh("ls -A /run"), "");
}

#[test]
fn a_taken_name_is_refused_and_stays() {
    let world = World::new();
    world.sh("ip netns add web");
    let before = world.sh("stat -c %i /run/netns/web");
    let refused = world.nsrun(["netns", "add", "web"]).run().exits(1);
    refused.says("cannot add namespace \"web\": there is one of that name");
    assert_eq!(world.sh("stat -c %i /run/netns/web"), before);
    world.nsrun(["netns", "delete", "nope"]).run().exits(1).says("there is none of that name");
    let both = world.nsrun(["netns", "delete", "web", "nope"]).run().exits(1);
    both.says("\"nope\"");
    assert_eq!(known_to_ip(&world), ["web"]);
}

#[test]
fn names_that_a_file_can_have_work_and_others_are_wrong_usage() {
    let world = World::new();
    let longest = "x".repeat(255);
    let odd = ["-x", "a b", "...", "all", "é", "it's", longest.as_str()];
    for name in odd {
        world.nsrun(["netns", "add", "--", name]).run().ok();
        world.cmd(["ip", "netns", "exec", name, "true"]).run().ok();
        world.nsrun(["netns", "exec", "--", name, "true"]).run().ok();
    }
    let mut expected = odd.map(String::from);
    expected.sort();
    assert_eq!(known_to_ip(&world), expected);
    let too_long = "x".repeat(256);
    for name in ["", ".", "..", "a/b", "/", "../etc/passwd", too_long.as_str()] {
        for words in [&["add"][..], &["delete"], &["pids"]] {
            let wrong = world.nsrun(["netns"]).args(words).args([name]).run().exits(2);
            wrong.says("cannot be the name of a namespace");
        }
        world.nsrun(["netns", "exec", name, "true"]).run().exits(2);
        world.nsrun(["netns", "attach", name, "1"]).run().exits(2);
    }
    assert_eq!(known_to_ip(&world), expected);
    let words = ["netns", "delete", "--"].into_iter().chain(odd);
    world.nsrun(words).run().ok();
    assert_eq!(world.sh("ls -A /run/netns"), "");
}

#[test]
fn a_name_cannot_move_the_cursor() {
    let world = World::new();
    world.sh("ip netns add \"$(printf 'a\\033[2Jb')\"");
    let list = world.nsrun(["netns", "list"]).run().ok();
    assert_eq!(list.stdout, "a\u{fffd}[2Jb\n");
}

#[test]
fn fifty_first_adds_at_once_give_one_shared_mount() {
    let world = World::builder().shared_mounts().build();
    at_once(50, |number| {
        let name = format!("n{number}");
        // Every other one by ip, which takes the same lock.
        match number % 2 {
            0 => world.nsrun(["netns", "add", &name]).run().ok(),
            _ => world.cmd(["ip", "netns", "add", &name]).run().ok(),
        };
    });
    assert_eq!(known_to_ip(&world).len(), 50);
    let mounts = mounts_of_the_directory(&world);
    assert_eq!(mounts.len(), 1, "{mounts:#?}");
    assert!(mounts.iter().all(|line| line.contains(" shared:")), "{mounts:#?}");
    let inodes = world.sh("stat -c %i /run/netns/* | sort -u | wc -l");
    assert_eq!(inodes.trim(), "50");
    at_once(50, |number| {
        world.nsrun(["netns", "delete", &format!("n{number}")]).run().ok();
    });
    assert_eq!(world.sh("ls -A /run/netns"), "");
}

#[test]
fn fifty_adds_of_one_name_give_one_namespace() {
    let world = World::new();
    let codes = at_once(50, |_| world.nsrun(["netns", "add", "one"]).run().code());
    assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == Some(1)).count(), 49, "{codes:?}");
    let stacked = world.sh("grep -c ' /run/netns/one ' /proc/self/mountinfo");
    assert_eq!(stacked, "1\n");
}

#[test]
fn names_show_in_other_mount_namespaces() {
    for shared in [true, false] {
        let builder = World::builder();
        let world = if shared { builder.shared_mounts() } else { builder }.build();
        world.nsrun(["netns", "add", "first"]).run().ok();
        // Made after the first name: from then on /run/netns is shared in any case.
        let script = "echo in; exec sleep 90";
        let other =
            world.cmd(["unshare", "-m", "--propagation", "unchanged", "sh", "-c", script]).spawn();
        assert_eq!(other.line(SOON), "in");
        world.nsrun(["netns", "add", "later"]).run().ok();
        let there = |name: &str| {
            let pid = other.pid();
            world.succeeds(&format!("nsenter -t {pid} -m ip netns exec {name} true"))
        };
        assert!(there("first") && there("later"), "shared: {shared}");
        world.nsrun(["netns", "delete", "later"]).run().ok();
        assert!(!there("later"), "shared: {shared}");
    }
}

#[test]
fn a_stale_file_is_shown_refused_and_deleted() {
    let world = World::new();
    world.sh("ip netns add web; touch /run/netns/stale; ln -s nowhere /run/netns/dangling");
    world.sh("echo notes >/run/netns/notes");
    let list = world.nsrun(["netns", "list"]).run().ok();
    assert_eq!(list.stdout, "dangling (stale)\nnotes (stale)\nstale (stale)\nweb\n");
    let list = world.nsrun(["netns", "list", "--json"]).run().ok().json();
    assert_eq!(list[0], json!({"name": "dangling", "stale": true}));
    for words in [["exec", "stale", "true"], ["set", "stale", "auto"]] {
        let refused = world.nsrun(["netns"]).args(words).run();
        assert_ne!(refused.code(), Some(0));
        refused.says("it is stale: /run/netns/stale is no network namespace");
    }
    // What an interrupted add left is replaced; what somebody wrote is not.
    world.nsrun(["netns", "add", "stale"]).run().ok();
    world.sh("ip netns exec stale true");
    world.nsrun(["netns", "add", "notes"]).run().exits(1).says("nsrun netns delete removes it");
    assert_eq!(world.read("/run/netns/notes"), "notes\n");
    world.nsrun(["netns", "delete", "stale", "dangling", "notes"]).run().ok();
    assert_eq!(known_to_ip(&world), ["web"]);
}

#[test]
fn deleting_a_symbolic_link_leaves_what_it_leads_to() {
    let world = World::new();
    world.sh("ip netns add web; mkdir /run/other; touch /run/other/net");
    world.sh("mount --bind /run/netns/web /run/other/net; ln -s /run/other/net /run/netns/link");
    world.nsrun(["netns", "exec", "link", "true"]).run().ok();
    world.nsrun(["netns", "delete", "link"]).run().ok();
    assert_eq!(known_to_ip(&world), ["web"]);
    world.sh("nsenter --net=/run/other/net true");
}

#[test]
fn a_namespace_mounted_twice_on_its_name_is_deleted_at_once() {
    let world = World::new();
    world.sh("ip netns add web; mount --bind /run/netns/web /run/netns/web");
    world.nsrun(["netns", "delete", "web"]).run().ok();
    assert_eq!(world.sh("ls -A /run/netns"), "");
}

#[test]
fn deleting_a_namespace_in_use_names_the_processes() {
    let world = World::new();
    world.nsrun(["netns", "add", "web"]).run().ok();
    let user = world.nsrun(["netns", "exec", "web", "sh", "-c", "echo in; exec sleep 91"]).spawn();
    assert_eq!(user.line(SOON), "in");
    let pid = user.pid().to_string();
    assert_eq!(world.nsrun(["netns", "pids", "web"]).run().ok().stdout, format!("{pid}\n"));
    let deleted = world.nsrun(["netns", "delete", "web"]).run().ok();
    deleted.says(&format!("as long as the processes in it: {pid}\n"));
    assert_eq!(known_to_ip(&world), [""; 0]);
}

#[test]
fn a_busy_name_tells_who_holds_it_and_stays_whole() {
    let world = World::new();
    world.nsrun(["netns", "add", "web"]).run().ok();
    world.sh("mount --bind /run /mnt; mount --bind /run/netns/web /mnt/netns/web");
    let before = world.sh("stat -L -c %i /run/netns/web");
    let busy = world.nsrun(["netns", "delete", "web"]).run().exits(1);
    let busy = busy.says("cannot remove file \"/run/netns/web\": Device or resource busy");
    let busy = busy.says("hint: process 1 has it mounted at /mnt/netns/web");
    busy.says("undo: mount the namespace on \"/run/netns/web\"");
    assert_eq!(world.sh("stat -L -c %i /run/netns/web"), before);
    world.sh("umount /mnt/netns/web; umount /mnt");
    world.nsrun(["netns", "delete", "web"]).run().ok();
}

#[test]
fn a_lock_that_is_never_released_is_reported_with_its_holder() {
    need_tool!("flock");
    let world = World::new();
    world.sh("ip netns add web");
    let script = "exec flock /run/netns sh -c 'echo locked; exec sleep 98'";
    let holder = world.cmd(["sh", "-c", script]).spawn();
    assert_eq!(holder.line(SOON), "locked");
    // flock(1) made the lock, and waits for its command.
    let held = format!("cannot lock /run/netns: process {} has had it locked", holder.pid());
    for words in [["add", "db"], ["delete", "web"]] {
        world.nsrun(["netns"]).args(words).run().exits(1).says(&held).says("end that process");
    }
    assert_eq!(world.nsrun(["netns", "list"]).run().ok().stdout, "web\n");
}

/// The system calls an add makes once it has begun, each with how often it came before.
fn calls_of_an_add(world: &World) -> Vec<(String, usize)> {
    let log = "/dev/shm/calls";
    world.cmd(["strace", "-f", "-o", log]).args(nsrun()).args(["netns", "add", "web"]).run().ok();
    let mut seen = std::collections::HashMap::new();
    let mut begun = false;
    let mut calls = Vec::new();
    for line in world.read(log).lines() {
        let Some((_, rest)) = line.split_once(' ') else { continue };
        let Some((call, _)) = rest.trim_start().split_once('(') else { continue };
        let count: &mut usize = seen.entry(call.to_owned()).or_default();
        *count += 1;
        begun |= call == "unshare";
        if begun && !call.starts_with("exit") {
            calls.push((call.to_owned(), *count));
        }
    }
    calls
}

fn nsrun() -> [&'static str; 1] {
    [env!("CARGO_BIN_EXE_nsrun")]
}

#[test]
fn an_add_killed_at_any_call_leaves_nothing_that_the_next_one_minds() {
    need_tool!("strace");
    let world = World::new();
    let calls = calls_of_an_add(&world);
    assert!(calls.iter().filter(|(call, _)| call == "mount").count() >= 3, "{calls:?}");
    world.sh("ip netns delete web; umount /run/netns; rmdir /run/netns");
    let before = world.snapshot();
    let mut stale = 0;
    for (call, n) in &calls {
        let inject = format!("inject={call}:signal=KILL:when={n}");
        let killed = world.cmd(["strace", "-f", "-o", "/dev/null", "-e", &inject]).args(nsrun());
        killed.args(["netns", "add", "web"]).run();
        let list = world.nsrun(["netns", "list"]).run().ok().stdout;
        stale += usize::from(list == "web (stale)\n");
        assert!(["", "web\n", "web (stale)\n"].contains(&list.as_str()), "{call} {n}: {list}");
        if list != "web\n" {
            world.nsrun(["netns", "add", "web"]).run().ok();
        }
        world.sh("ip netns exec web true");
        let mounts = mounts_of_the_directory(&world);
        assert!(mounts.len() == 1 && mounts.iter().all(|it| it.contains(" shared:")), "{mounts:?}");
        world.sh("ip netns delete web; umount /run/netns; rmdir /run/netns");
    }
    assert!(stale > 0, "the moment between file and mount was missed");
    world.assert_returns_to(&before, SOON);
}

#[test]
fn a_failed_add_takes_its_file_back() {
    need_tool!("strace");
    let world = World::new();
    world.sh("ip netns add other");
    // The first makes /run/netns shared; the second mounts the namespace.
    let inject = "inject=mount:error=ENOMEM:when=2";
    let failed = world.cmd(["strace", "-f", "-o", "/dev/null", "-e", inject]).args(nsrun());
    let failed = failed.args(["netns", "add", "web"]).run().exits(1);
    let failed = failed.says("cannot mount the namespace on \"/run/netns/web\": Out of memory");
    failed.says("undo: remove file \"/run/netns/web\"");
    assert_eq!(known_to_ip(&world), ["other"]);
}

#[test]
fn without_rights_one_message_says_which_are_needed() {
    let world = World::new();
    if !world.is_real_root() {
        skip!("needs a second user");
    }
    let before = world.snapshot();
    let as_user = |words: &[&str]| {
        let user = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"];
        world.cmd(user).args(nsrun()).args(["netns"]).args(words).run()
    };
    let hint = "\nhint: this needs CAP_SYS_ADMIN: run as root\n";
    let needs_rights = |words: &[&str], status| {
        let refused = as_user(words).exits(status).says(hint);
        assert_eq!(refused.stderr.lines().count(), 2, "{refused}");
        assert_eq!(refused.stdout, "");
    };
    needs_rights(&["add", "web"], 1);
    needs_rights(&["monitor"], 1);
    world.assert_returns_to(&before, SOON);
    world.sh("ip netns add web");
    needs_rights(&["delete", "web"], 1);
    needs_rights(&["exec", "web", "true"], 125);
    assert_eq!(as_user(&["list"]).ok().stdout, "web\n");
    assert_eq!(known_to_ip(&world), ["web"]);
}
