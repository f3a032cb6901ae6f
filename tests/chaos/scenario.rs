//! The commands that are disturbed, and what is right after each.

use crate::kernel::runs::{with_network, without_network};
use crate::world::{Snapshot, World, settle};

/// A command, and what to do around it. All but `args` are shell scripts of the host, in which
/// `nsrun` is the program under test.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// What is there all the time.
    setup: &'static str,
    /// What is made anew for each try, because the command takes it away.
    pub(crate) prepare: &'static str,
    /// The command.
    pub(crate) args: &'static [&'static str],
    /// What takes back what the command does.
    undo: &'static str,
    /// Sections of a snapshot in which SIGKILL may leave something for the next command.
    pub(crate) left: &'static [&'static str],
    /// Whether it is one of the sample.
    pub(crate) sampled: bool,
}

const RUN: Scenario = Scenario {
    name: "run",
    setup: "",
    prepare: "",
    args: &["run", "--name", "web", "--ip", "10.192.0.9", "--", "sleep", "0.02"],
    undo: "",
    left: &[],
    sampled: true,
};

pub(crate) const SCENARIOS: &[Scenario] = &[
    RUN,
    Scenario {
        name: "run (first of its network)",
        setup: "first",
        args: &["run", "--", "sleep", "0.02"],
        undo: "nsrun network rm bridge",
        left: &["link", "address", "route", "nft", "sysctl", "file"],
        ..RUN
    },
    Scenario {
        name: "run -p",
        args: &["run", "-p", "8080:80", "--ip", "10.192.0.9", "--", "sleep", "0.02"],
        undo: "nsrun gc",
        left: &["link", "address", "nft"],
        ..RUN
    },
    Scenario {
        name: "run --detach",
        args: &["run", "--detach", "--name", "web", "--ip", "10.192.0.9", "--", "sleep", "1000"],
        undo: "nsrun stop web",
        ..RUN
    },
    Scenario {
        name: "run --rootfs",
        setup: "mkdir /run/root; cp $(command -v busybox) /run/root/",
        args: &["run", "--rootfs", "/run/root", "--", "/busybox", "sleep", "0.02"],
        ..RUN
    },
    Scenario {
        name: "run --userns",
        args: &["run", "--userns", "--name", "web", "--", "sleep", "0.02"],
        ..RUN
    },
    Scenario {
        name: "run --net none",
        args: &["run", "--net", "none", "--name", "web", "--", "sleep", "0.02"],
        left: &["file"],
        ..RUN
    },
    Scenario {
        name: "run --survive",
        args: &["run", "--survive", "--name", "web", "--ip", "10.192.0.9", "--", "sleep", "0.02"],
        sampled: false,
        ..RUN
    },
    Scenario {
        name: "run --net ptp",
        args: &["run", "--net", "ptp", "--name", "web", "--", "sleep", "0.02"],
        sampled: false,
        ..RUN
    },
    Scenario {
        name: "run --net bridge --net back",
        setup: BACK,
        args: &["run", "--net", "bridge", "--net", "back", "--name", "web", "--", "sleep", "0.02"],
        sampled: false,
        ..RUN
    },
    Scenario {
        name: "run --net macvlan:LINK",
        setup: LAN,
        args: &["run", "--net", "macvlan:lan0,ip=192.0.2.77/24", "--", "sleep", "0.02"],
        left: &["file"],
        sampled: false,
        ..RUN
    },
    Scenario {
        name: "exec",
        setup: "nsrun run -d --name web --ip 10.192.0.9 -- sleep 100000 >/dev/null",
        args: &["exec", "web", "sleep", "0.02"],
        ..RUN
    },
    Scenario {
        name: "stop",
        prepare: "nsrun run -d --name web --ip 10.192.0.9 -- sleep 1000 >/dev/null",
        args: &["stop", "web"],
        ..RUN
    },
    Scenario {
        name: "network create",
        args: &["network", "create", "--subnet", "10.80.0.0/24", "back"],
        undo: "nsrun network rm back",
        left: &["link", "address", "route", "nft", "file"],
        ..RUN
    },
    Scenario {
        name: "network rm",
        prepare: "nsrun network create --subnet 10.80.0.0/24 back",
        args: &["network", "rm", "back"],
        left: &["link", "address", "route", "nft", "file"],
        ..RUN
    },
    Scenario {
        name: "connect",
        setup: CONNECTED,
        args: &["connect", "web", "back", "--ip", "10.80.0.7"],
        undo: "nsrun disconnect web back",
        left: &["link", "address", "route", "sysctl", "inside"],
        ..RUN
    },
    Scenario {
        name: "connect to macvlan:LINK",
        setup: LAN_AND_RUN,
        args: &["connect", "web", "macvlan:lan0,ip=192.0.2.77/24,ifname=lan"],
        undo: "nsrun disconnect web lan",
        left: &["file", "inside"],
        sampled: false,
        ..RUN
    },
    Scenario {
        name: "connect to bridge:LINK",
        setup: LAN_AND_RUN,
        args: &["connect", "web", "bridge:br-lan,ip=198.51.100.77/24,ifname=lan"],
        undo: "nsrun disconnect web lan",
        left: &["link", "address", "route", "sysctl", "file", "inside"],
        sampled: false,
        ..RUN
    },
    Scenario {
        name: "disconnect",
        setup: CONNECTED,
        prepare: "nsrun connect web back --ip 10.80.0.7 >/dev/null",
        args: &["disconnect", "web", "back"],
        left: &["link", "address", "route", "sysctl", "inside"],
        ..RUN
    },
    Scenario {
        name: "publish",
        setup: PUBLISHED,
        args: &["publish", "web", "8080:80"],
        undo: "nsrun unpublish web 8080:80",
        left: &["link", "address", "nft"],
        ..RUN
    },
    Scenario {
        name: "unpublish",
        setup: PUBLISHED,
        prepare: "nsrun publish web 8080:80 >/dev/null",
        args: &["unpublish", "web", "8080:80"],
        left: &["link", "address", "nft"],
        ..RUN
    },
    Scenario {
        name: "netns add",
        setup: NAMED,
        args: &["netns", "add", "blue"],
        undo: "nsrun netns delete blue",
        left: &["file", "mount"],
        ..RUN
    },
    Scenario {
        name: "netns delete",
        setup: NAMED,
        prepare: "nsrun netns add blue",
        args: &["netns", "delete", "blue"],
        left: &["file", "mount"],
        ..RUN
    },
];

const BACK: &str = "nsrun network create --subnet 10.80.0.0/24 back
    ip link add keep2 type veth peer name keep3
    ip link set keep2 addrgenmode none; ip link set keep3 addrgenmode none
    ip link set keep2 master $(ip -j link show net:back | grep -o 'nsrun[0-9]*' | head -1) up
    ip link set keep3 up; sleep 0.3";
const CONNECTED: &str = "nsrun run -d --name web --ip 10.192.0.9 -- sleep 100000 >/dev/null
    nsrun network create --subnet 10.80.0.0/24 back
    ip link add keep2 type veth peer name keep3
    ip link set keep2 addrgenmode none; ip link set keep3 addrgenmode none
    ip link set keep2 master $(ip -j link show net:back | grep -o 'nsrun[0-9]*' | head -1) up
    ip link set keep3 up; sleep 0.3";
const LAN: &str = "ip link add lan0 type veth peer name lan1
    ip link set lan0 addrgenmode none up; ip link set lan1 addrgenmode none up; sleep 0.3";
const LAN_AND_RUN: &str = "nsrun run -d --name web --ip 10.192.0.9 -- sleep 100000 >/dev/null
    ip link add lan0 type veth peer name lan1
    ip link add br-lan address 02:00:00:00:00:01 type bridge; ip link add keep2 type veth peer name keep3
    ip link set keep2 master br-lan
    for l in lan0 lan1 br-lan keep2 keep3; do ip link set $l addrgenmode none up; done; sleep 0.3";
const PUBLISHED: &str = "nsrun run -d --name web --ip 10.192.0.9 -- sleep 100000 >/dev/null
    nsrun publish web 9090:90 >/dev/null; sleep 0.1";
const NAMED: &str = "nsrun netns add green";

/// A world in which a scenario can be tried again and again.
pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) scenario: &'static Scenario,
    /// The process of the run that the scenario is about, if one is there all the time.
    target: Option<u32>,
    before: Snapshot,
    before_inside: Vec<String>,
    /// What differs once prepared, and once the command is done.
    pub(crate) prepared: Shape,
    pub(crate) after: Shape,
}

/// What differs from the beginning, without what is another each time.
pub(crate) type Shape = Vec<String>;

impl Stage {
    pub(crate) fn new(scenario: &'static Scenario) -> Self {
        let world = World::new();
        let before = match scenario.setup {
            "first" => without_network(&world),
            _ => with_network(&world),
        };
        let mut stage = Stage {
            world,
            scenario,
            target: None,
            before,
            before_inside: Vec::new(),
            prepared: Vec::new(),
            after: Vec::new(),
        };
        if scenario.setup != "first" {
            stage.script(scenario.setup).expect("it is set up");
            // So that what is made once and stays is there.
            stage.script(scenario.prepare).expect("it is prepared");
            stage.command().expect("it works");
            stage.script(scenario.undo).expect("it can be undone");
            let asleep = stage.world.cmd(["pgrep", "-f", "^sleep 100000"]).run().stdout;
            stage.target = asleep.trim().parse().ok();
            std::thread::sleep(std::time::Duration::from_millis(300));
            stage.before = stage.world.snapshot();
            stage.before_inside = stage.inside();
        }
        stage.script(scenario.prepare).expect("it is prepared");
        stage.prepared = stage.steady();
        stage.command().expect("it works");
        stage.after = stage.steady();
        stage.script(scenario.undo).expect("it can be undone");
        assert_eq!(stage.steady(), Shape::new(), "{}: undone", scenario.name);
        stage
    }

    fn command(&self) -> Result<(), String> {
        let output = self.world.nsrun(self.scenario.args).run();
        if output.code() == Some(0) { Ok(()) } else { Err(output.to_string()) }
    }

    /// A shell script with `nsrun`; what it said if it failed.
    pub(crate) fn script(&self, script: &str) -> Result<(), String> {
        if script.is_empty() {
            return Ok(());
        }
        let script = format!("nsrun() {{ {} \"$@\"; }}\n{script}", env!("CARGO_BIN_EXE_nsrun"));
        let output = self.world.cmd(["sh", "-ec", &script]).run();
        if output.code() == Some(0) { Ok(()) } else { Err(output.to_string()) }
    }

    pub(crate) fn prepare(&self) -> Result<(), String> {
        self.script(self.scenario.prepare)
    }

    pub(crate) fn undo(&self) -> Result<(), String> {
        self.script(self.scenario.undo)
    }

    fn inside(&self) -> Vec<String> {
        let Some(pid) = self.target else { return Vec::new() };
        let list = "ip -o -br link; ip -o -br address; ip route";
        self.world.net_of(pid).sh(list).lines().map(|line| format!("inside {line}")).collect()
    }

    /// What differs now.
    pub(crate) fn shape(&self) -> Shape {
        let mut lines = self.before.differences(&self.world.snapshot());
        let inside = self.inside();
        lines.extend(
            inside
                .iter()
                .filter(|now| !self.before_inside.contains(now))
                .map(|now| format!("+ {now}")),
        );
        lines.extend(
            self.before_inside
                .iter()
                .filter(|old| !inside.contains(old))
                .map(|old| format!("- {old}")),
        );
        lines.iter().map(|line| without_numbers(line)).collect()
    }

    /// What differs, once that does not change any more.
    pub(crate) fn steady(&self) -> Shape {
        let mut last = self.shape();
        let mut same = 0;
        settle(
            || {
                std::thread::sleep(std::time::Duration::from_millis(60));
                let now = self.shape();
                same = if now == last { same + 1 } else { 0 };
                last = now;
                same >= 5 || (last.is_empty() && same >= 1)
            },
            std::time::Duration::from_secs(5),
        );
        last
    }
}

/// Process ids, indexes, inodes, times and random hardware addresses are another each time.
fn without_numbers(line: &str) -> String {
    let mut plain = String::new();
    for word in line.split_inclusive(['"', ' ', '/']) {
        // Columns are as wide as the numbers in them.
        if word == " " && plain.ends_with(' ') {
            continue;
        }
        // The host's end of a link to a bridge of the host.
        let name = word.trim_end_matches(['"', ' ', '/']);
        if let Some(number) = name.strip_prefix("nsv")
            && number.chars().all(|c| c.is_ascii_hexdigit())
        {
            plain.push_str("nsv#");
            plain.push_str(&word[name.len()..]);
            continue;
        }
        let is_mac = word.matches(':').count() >= 5 && word.len() <= 18;
        let mut digits = false;
        for c in if is_mac { "MAC" } else { word }.chars() {
            if !c.is_ascii_digit() {
                plain.push(c);
            } else if !digits {
                plain.push('#');
            }
            digits = c.is_ascii_digit();
        }
    }
    plain
}
