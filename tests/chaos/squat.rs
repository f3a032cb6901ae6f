//! A local user, in the host's own namespace, who takes what he can before nsrun does.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::time::Duration;

use crate::kernel::runs::with_network;
use crate::report::Report;
use crate::world::{World, report_skip, settle};

/// What he holds and forges, as a shell script of his; `$1` is this program. It says "ready" once
/// it has what it can get.
const SQUATS: &[(&str, &str)] = &[
    ("abstract sockets", "exec $1 squatter"),
    (
        "paths in /run",
        "for it in run/nsrun run/nsrun/networks run/nsrun/run:web run/netns run/netns/blue; do
            mkdir -p /$it || touch /$it; done 2>/dev/null
        echo ready; exec sleep 1000",
    ),
    (
        "locks on files of namespaces and of /run",
        "for it in /run /run/* /run/netns/* /proc/[0-9]*/ns/net; do
            sh -c 'exec 9<$1 && flock 9 && sleep 1000' sh $it 2>/dev/null & done
        sleep 1; echo ready; wait",
    ),
    (
        "records of runs, with pids of others",
        "mkdir -m 700 -p $XDG_RUNTIME_DIR/nsrun; cd $XDG_RUNTIME_DIR/nsrun
        for it in web other 1 ../x; do
            echo 'nsrun/1 pid=1 supervisor=1 started=1
none
' >run:$it; done 2>/dev/null
        exec 9<run:web; flock 9; echo ready; exec sleep 1000",
    ),
];

/// What root does meanwhile; each must succeed. But whoever can read a directory can lock it, and that of
/// the names is one that ip-netns(8) locks too: there the error must say so.
const COMMANDS: &[&str] = &[
    "run --name web -- true",
    "run --net none --name web -- true",
    "run -d --name web -- sleep 1000",
    "exec web true",
    "network create back",
    "connect web back",
    "publish web 8081:80",
    "ps",
    "inspect web",
    "unpublish web 8081:80",
    "disconnect web back",
    "network rm back",
    "stop --time 0 web",
    "netns add blue",
    "netns exec blue true",
    "netns delete blue",
    "gc",
];

/// Holds names of abstract sockets that a program of this name might want.
pub(crate) fn squatter() {
    let names = ["nsrun", "networks", "run:web", "web", "bridge", "net:bridge", "10.192.0.9"];
    let prefixes = ["", "nsrun/", "nsrun.", "nsrun:", "/nsrun/", "/run/nsrun/", "@"];
    let all = prefixes.iter().flat_map(|prefix| names.map(|name| format!("{prefix}{name}")));
    let bind = |name: String| {
        let address = SocketAddr::from_abstract_name(name).ok()?;
        UnixListener::bind_addr(&address).ok()
    };
    let held: Vec<_> = all.filter_map(bind).collect();
    assert!(held.len() > 40, "only {} could be had", held.len());
    println!("ready");
    loop {
        std::thread::park();
    }
}

pub(crate) fn squats(report: &mut Report) {
    let columns =
        ["a local user holds or forges", "commands of root", "refused, and why said", "left"];
    report.table("A local user in the way", &columns);
    for &(what, script) in SQUATS {
        let world = World::new();
        if !world.is_real_root() {
            report_skip("chaos::squat", "this needs a second user");
            return;
        }
        with_network(&world);
        // What stays once there was a namespace with a name.
        world.nsrun(["netns", "add", "green"]).run().ok();
        // The host's own namespace may get an id among the others.
        let snapshot = || world.snapshot().without("nsid");
        let before = snapshot();
        let own = std::env::current_exe().expect("a path");
        world.sh("mkdir -m 755 /dev/shm/user; chown 1000:1000 /dev/shm/user");
        let user = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", "sh", "-c"];
        let squatter = world.cmd(user).args([script, "sh"]).arg(&own);
        let squatter = squatter.env("XDG_RUNTIME_DIR", "/dev/shm/user");
        let running = squatter.timeout(Duration::from_secs(300)).spawn();
        assert_eq!(running.line(Duration::from_secs(10)), "ready");
        let mut refused = 0;
        let locks = what.starts_with("locks");
        for command in COMMANDS {
            // As with sudo -E: it is not root's all the same.
            let cmd = world.nsrun(command.split(' ')).env("XDG_RUNTIME_DIR", "/dev/shm/user");
            let output = cmd.run();
            let said = output.stderr.contains("has had it locked") || refused > 0;
            if output.code() != Some(0) && locks && command.starts_with("netns") && said {
                refused += 1;
            } else if output.code() != Some(0) {
                report.fail(format!("while a user holds {what}: {output}"));
            }
            if *command == "ps" && output.stdout.lines().count() != 2 {
                report.fail(format!("while a user forges {what}: {output}"));
            }
        }
        world.cmd(user).arg("kill -9 -1").run();
        drop(running);
        let mut left = Vec::new();
        let same = || {
            left = before.differences(&snapshot());
            left.is_empty()
        };
        if !settle(same, Duration::from_secs(8)) {
            report.fail(format!("left after a user held {what}:\n{}", left.join("\n")));
        }
        let count = COMMANDS.len().to_string();
        report.row(&[what.into(), count, refused.to_string(), left.len().to_string()]);
    }
    report.extent(format!("{} ways, {} commands each", SQUATS.len(), COMMANDS.len()));
}
