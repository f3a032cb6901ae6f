//! Lists of what does not hold still.

use std::path::Path;
use std::time::{Duration, Instant};

use nl::route::link::{self, IfInfo};
use nl::route::{info, veth};
use nl::socket::{Protocol, Socket};
use nl::{Batch, Flags};

use crate::kernel::runs::{detached, with_network};
use crate::report::Report;
use crate::world::World;

/// Makes, renames, describes and removes links as fast as the kernel takes it, with many changes in
/// one message each, until somebody says that it is over; prints how many links and changes it made.
pub(crate) fn churner() {
    const PAIRS: usize = 40;
    const GROUP: u32 = 4711;
    let mut socket = Socket::open(Protocol::Route).expect("a socket");
    let (mut links, mut changes) = (0, 0);
    let any = IfInfo::default();
    let mut send = |fill: &dyn Fn(&mut Batch<'_>)| {
        let mut buffer = vec![0; 64 * 1024];
        let mut batch = Batch::new(&mut buffer, socket.seq());
        fill(&mut batch);
        let bytes = batch.finish().expect("it fits");
        let refusals = socket.transact(bytes, |_| Ok(())).expect("the kernel answers");
        assert!(refusals.is_empty(), "{refusals:?}");
    };
    while !Path::new("/dev/shm/over").exists() {
        send(&|batch| {
            for n in 0..PAIRS {
                batch.push(link::NEW, Flags::CREATE | Flags::EXCL | Flags::ACK, any, |m| {
                    m.put(link::IFNAME, &format!("c{n}")).put(link::GROUP, GROUP);
                    m.put(link::NUM_TX_QUEUES, 1).put(link::NUM_RX_QUEUES, 1);
                    m.nest(link::LINKINFO, |i| {
                        i.put(info::KIND, "veth").nest(info::VETH, |v| {
                            v.header_nest(veth::PEER, any, |p| {
                                p.put(link::IFNAME, &format!("p{n}"));
                                p.put(link::NUM_TX_QUEUES, 1).put(link::NUM_RX_QUEUES, 1);
                            });
                        });
                    });
                });
            }
        });
        send(&|batch| {
            for n in 0..PAIRS {
                let name = format!("c{n}");
                batch.push(link::NEWPROP, Flags::ACK, any, |m| {
                    m.put(link::IFNAME, &name).nest(link::PROP_LIST, |p| {
                        p.put(link::ALT_IFNAME, &format!("run:c{n}"));
                    });
                });
                batch.push(link::SET, Flags::ACK, any, |m| {
                    m.put(link::IFNAME, &name).put(link::IFALIAS, "nsrun/1 pid=1 supervisor=1");
                });
            }
        });
        send(&|batch| {
            // All of them in one go, as a kernel's shutdown of a namespace would.
            batch.push(link::DEL, Flags::ACK, any, |m| {
                m.put(link::GROUP, GROUP);
            });
        });
        links += 2 * PAIRS;
        // Made and removed, both ends; a name and a description of one.
        changes += 6 * PAIRS;
    }
    println!("{links} {changes}");
}

/// Links come and go while lists are read: each list must be whole.
pub(crate) fn churn(report: &mut Report) {
    let time = Duration::from_secs(if report.is_sample() { 4 } else { 30 });
    let runs = 20;
    report.table(
        "Lists while links of others come and go",
        &[
            "links made and removed a second",
            "changes a second",
            "seconds",
            "lists",
            "wrong or truncated",
        ],
    );
    let world = World::new();
    with_network(&world);
    for n in 0..runs {
        detached(&world, &["--name", &format!("r{n}")], &["sleep", "1000"]);
    }
    let own = std::env::current_exe().expect("a path");
    let helper = world.cmd([own.as_os_str(), "churner".as_ref()]).timeout(time * 4).spawn();
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
    let counted = helper.wait().ok().stdout;
    let count = |n| counted.split_whitespace().nth(n).and_then(|word| word.parse::<f64>().ok());
    let [links, changes] = [0, 1].map(|n| format!("{:.0}", count(n).unwrap_or(0.0) / seconds));
    for one in wrong.iter().take(5) {
        report.fail(format!("while links come and go: {one}"));
    }
    report.row(&[
        links,
        changes,
        format!("{seconds:.0}"),
        lists.to_string(),
        wrong.len().to_string(),
    ]);
}
