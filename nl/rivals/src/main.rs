//! Measures netlink codecs side by side.

mod codec;
mod contenders;
mod fixtures;

use codec::{Run, runs};
use fixtures::Inputs;

pub const WORKLOADS: [&str; 6] = ["veth", "address", "route", "link", "links", "routes"];

fn contenders() -> Vec<(&'static str, [Run; 6])> {
    vec![
        ("floor", runs::<contenders::floor::Floor>()),
        ("hand", runs::<contenders::hand::Hand>()),
        ("nl", runs::<contenders::nl::Nl>()),
        #[cfg(mnl)]
        ("libmnl", runs::<contenders::libmnl::Libmnl>()),
        ("bindings", runs::<contenders::netlink_bindings::NetlinkBindings>()),
        ("nlink", runs::<contenders::nlink::Nlink>()),
        ("neli", runs::<contenders::neli::Neli>()),
        ("packet-route", runs::<contenders::netlink_packet_route::NetlinkPacketRoute>()),
    ]
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let inputs = Inputs::new();
    let contenders = contenders();
    if let [_, mode, contender, workload, times] = &args[..] {
        assert_eq!(mode, "iterate");
        let workload = WORKLOADS.iter().position(|name| name == workload).unwrap();
        let (_, runs) = contenders.iter().find(|(name, _)| name == contender).unwrap();
        runs[workload](&inputs, times.parse().unwrap());
        return;
    }
    let exe = std::env::current_exe().unwrap();
    let count = |contender: &str, workload: &str, times: u32| -> u64 {
        let output = std::process::Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(&exe)
            .args(["iterate", contender, workload, &times.to_string()])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        let line = text.lines().find_map(|line| line.split_once("Collected : ")).unwrap();
        line.1.trim().parse().unwrap()
    };
    for (name, _) in &contenders {
        for (workload, per) in WORKLOADS.iter().zip([1, 1, 1, 1, 1002, 1001]) {
            let times = if per > 1 { 3 } else { 1000 };
            let once = count(name, workload, times);
            let twice = count(name, workload, 2 * times);
            println!("{name:12} {workload:8} {:8.1}", (twice - once) as f64 / f64::from(times * per));
        }
    }
}
