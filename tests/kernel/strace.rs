//! What is said to the kernel, as strace(1) reads it: a decoder that is none of ours.

use crate::world::{Cmd, World};

/// The messages that `command` sends by netlink, as strace prints them, one a line. It can tell the
/// protocol of a socket only after the first message, and in its own network namespace; what it
/// cannot read is not among them. `None` where the kernel tells it of no socket.
fn messages(world: &World, command: Cmd) -> Option<Vec<String>> {
    command.run().ok();
    let mut found = Vec::new();
    for line in world.read("/dev/shm/strace").lines() {
        // `12 sendto(3<NETLINK:[ROUTE:12]>, [[{nlmsg_len=…}, …], [{nlmsg_len=…}, …]], 72, …`
        let Some((_, sent)) = line.split_once("<NETLINK:[") else { continue };
        if sent.starts_with("ROUTE:") || sent.starts_with("NETFILTER:") {
            found.extend(sent.split("{nlmsg_len=").skip(1).map(str::to_owned));
        }
    }
    (!found.is_empty()).then_some(found)
}

fn strace(world: &World) -> Cmd {
    let how = ["strace", "-f", "-qq", "-yy", "-v", "-s", "4096", "-e", "trace=sendto"];
    world.cmd(how).args(["-o", "/dev/shm/strace", env!("CARGO_BIN_EXE_nsrun")])
}

/// What an `ip` command means, in strace's words: type, flags besides NLM_F_REQUEST and NLM_F_ACK,
/// and what is to be found in the message in this order.
type Meant = (&'static str, &'static str, &'static str, &'static [&'static str]);

const NEW: &str = "NLM_F_EXCL|NLM_F_CREATE";

const COMMANDS: &[Meant] = &[
    (
        "link add web0 address 02:00:00:00:00:07 mtu 1400 type veth peer name web1",
        "RTM_NEWLINK",
        NEW,
        &[
            "IFLA_ADDRESS}, 02:00:00:00:00:07]",
            "IFLA_MTU}, 1400]",
            "INFO_KIND}, \"veth\"]",
            "NLA_F_NESTED|IFLA_INFO_DATA}",
            "IFLA_IFNAME}, \"web0\"]",
        ],
    ),
    (
        "link add br7 type bridge stp_state 1 forward_delay 400",
        "RTM_NEWLINK",
        NEW,
        &[
            "NLA_F_NESTED|IFLA_LINKINFO}",
            "INFO_KIND}, \"bridge\"]",
            "IFLA_BR_STP_STATE}, 1]",
            "IFLA_BR_FORWARD_DELAY}, 400 /* 4.00 s */]",
            "IFLA_IFNAME}, \"br7\"]",
        ],
    ),
    (
        "link set web1 master br7",
        "RTM_NEWLINK",
        "",
        &["ifi_index=if_nametoindex(\"web1\")", "IFLA_MASTER}, "],
    ),
    ("link set web1 up", "RTM_NEWLINK", "", &["\"web1\")", "ifi_flags=IFF_UP, ifi_change=0x1}"]),
    (
        "addr add 192.0.2.7/24 brd + dev web0",
        "RTM_NEWADDR",
        NEW,
        &[
            "ifa_family=AF_INET, ifa_prefixlen=24",
            "ifa_index=if_nametoindex(\"web0\")",
            "IFA_LOCAL}, inet_addr(\"192.0.2.7\")]",
            "IFA_ADDRESS}, inet_addr(\"192.0.2.7\")]",
            "IFA_BROADCAST}, inet_addr(\"192.0.2.255\")]",
        ],
    ),
    (
        "addr add 2001:db8::7/64 dev web0 nodad",
        "RTM_NEWADDR",
        NEW,
        &[
            "ifa_family=AF_INET6, ifa_prefixlen=64",
            "IFA_LOCAL}, inet_pton(AF_INET6, \"2001:db8::7\")]",
            "IFA_FLAGS}, IFA_F_NODAD]",
        ],
    ),
    ("link set web0 up", "RTM_NEWLINK", "", &["\"web0\")", "ifi_flags=IFF_UP, ifi_change=0x1}"]),
    (
        "neigh add 192.0.2.8 lladdr 02:00:00:00:00:08 dev web0 nud permanent",
        "RTM_NEWNEIGH",
        NEW,
        &[
            "ndm_family=AF_INET, ndm_ifindex=if_nametoindex(\"web0\"), ndm_state=NUD_PERMANENT",
            "NDA_LLADDR}, 02:00:00:00:00:08]",
            "NDA_DST}, inet_addr(\"192.0.2.8\")]",
        ],
    ),
    (
        "route add 198.51.100.0/24 via 192.0.2.8 dev web0 metric 5 mtu 1300",
        "RTM_NEWROUTE",
        NEW,
        &[
            "rtm_family=AF_INET, rtm_dst_len=24, rtm_src_len=0, rtm_tos=0, rtm_table=RT_TABLE_MAIN, \
           rtm_protocol=RTPROT_BOOT, rtm_scope=RT_SCOPE_UNIVERSE, rtm_type=RTN_UNICAST",
            "RTA_DST}, inet_addr(\"198.51.100.0\")]",
            "RTA_GATEWAY}, inet_addr(\"192.0.2.8\")]",
            "RTA_PRIORITY}, 5]",
            "RTA_OIF}, if_nametoindex(\"web0\")]",
            "NLA_F_NESTED|RTA_METRICS}",
            "RTAX_MTU}, 1300]",
        ],
    ),
    (
        "route add 203.0.113.0/24 nexthop via 192.0.2.8 dev web0 weight 2 \
         nexthop via 192.0.2.9 dev web0",
        "RTM_NEWROUTE",
        NEW,
        &[
            "RTA_DST}, inet_addr(\"203.0.113.0\")]",
            "{nla_len=36, nla_type=RTA_MULTIPATH}",
            "{rtnh_len=16, rtnh_flags=0, rtnh_hops=1, rtnh_ifindex=if_nametoindex(\"web0\")}",
            "RTA_GATEWAY}, inet_addr(\"192.0.2.8\")]",
            "{rtnh_len=16, rtnh_flags=0, rtnh_hops=0, rtnh_ifindex=if_nametoindex(\"web0\")}",
            "RTA_GATEWAY}, inet_addr(\"192.0.2.9\")]",
        ],
    ),
    (
        "rule add from 192.0.2.0/24 table 77 pref 100",
        "RTM_NEWRULE",
        NEW,
        &[
            "family=AF_INET, dst_len=0, src_len=24",
            "action=FR_ACT_TO_TBL",
            "FRA_SRC}, inet_addr(\"192.0.2.0\")]",
            "FRA_TABLE}, 0x4d]",
            "FRA_PRIORITY}, 100]",
        ],
    ),
    ("link set web0 name web9", "RTM_NEWLINK", "", &["\"web0\")", "IFLA_IFNAME}, \"web9\"]"]),
    (
        "route del 198.51.100.0/24",
        "RTM_DELROUTE",
        "",
        &["rtm_dst_len=24", "RTA_DST}, inet_addr(\"198.51.100.0\")]"],
    ),
    ("link del web9", "RTM_DELLINK", "", &["ifi_index=if_nametoindex(\"web9\")"]),
];

/// Each of `words` is in `message`, after the one before it.
#[track_caller]
fn assert_says(message: &str, words: &[&str]) {
    let mut rest = message;
    for word in words {
        let Some((_, after)) = rest.split_once(word) else {
            panic!("no {word:?}, or not in its place, in\n{message}");
        };
        rest = after;
    }
}

#[test]
fn strace_reads_what_was_meant_in_every_message_of_ip() {
    need_tool!("strace");
    let world = World::new();
    // The first is the one that strace cannot read.
    let lines = COMMANDS.iter().map(|(command, ..)| format!("{command}\n"));
    let batch: String = [String::from("link show lo\n")].into_iter().chain(lines).collect();
    world.write("/dev/shm/batch", batch);
    let Some(found) = messages(&world, strace(&world).args(["ip", "-batch", "/dev/shm/batch"]))
    else {
        skip!("the kernel does not tell strace which socket is one of rtnetlink");
    };
    assert_eq!(found.len(), COMMANDS.len(), "{found:#?}");
    for (message, (command, kind, flags, words)) in found.iter().zip(COMMANDS) {
        let more = if flags.is_empty() { "" } else { "|" };
        let head = format!("nlmsg_type={kind}, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK{more}{flags}, ");
        assert!(message.contains(&head), "{command}: no {head:?} in\n{message}");
        let unknown = ["NLMSG_???", "nla_type=0x"].iter().any(|word| message.contains(word));
        assert!(!unknown, "{command}: {message}");
        assert_says(message, words);
    }
}

#[test]
fn strace_reads_the_names_and_addresses_of_a_run_and_its_network() {
    need_tool!("strace");
    let world = World::new();
    let create = ["network", "create", "web", "--subnet", "10.80.0.0/24", "--mtu", "1400"];
    let Some(made) = messages(&world, strace(&world).args(create)) else {
        skip!("the kernel does not tell strace which socket is one of rtnetlink");
    };
    let one = |kind: &str, words: &[&str]| {
        let head = format!("nlmsg_type={kind}, ");
        let all = |message: &&String| {
            message.contains(&head) && words.iter().all(|word| message.contains(word))
        };
        let found = made.iter().filter(all).count();
        assert_eq!(found, 1, "{kind} {words:?} in\n{made:#?}");
    };
    // The bridge says its gateway, 10.80.0.1/24, by its address.
    one("RTM_NEWLINK", &["NLM_F_EXCL|NLM_F_CREATE", "\"bridge\"]", "02:18:0a:50:00:01"]);
    one("RTM_NEWADDR", &["ifa_prefixlen=24", "inet_addr(\"10.80.0.1\")"]);
    one("NFNL_MSG_BATCH_BEGIN", &["res_id=htons(10)"]);
    one("NFNL_MSG_BATCH_END", &[]);
    one("NFNL_SUBSYS_NFTABLES<<8|NFT_MSG_NEWTABLE", &["NLM_F_CREATE"]);
    assert!(made.iter().any(|message| message.contains("NFTABLES<<8|NFT_MSG_NEWRULE")));

    let run = ["run", "--net", "web", "--name", "db", "--ip", "10.80.0.7", "/bin/true"];
    let sent = messages(&world, strace(&world).args(run)).expect("as before");
    let veth = sent.iter().find(|message| message.contains("\"veth\"]")).expect("a veth");
    let name = veth.split("IFLA_IFNAME}, \"").nth(1).and_then(|rest| rest.split('"').next());
    let name = name.expect("its name");
    assert!(name.starts_with("ns") && name.ends_with(".7"), "{name}");
    assert_says(
        veth,
        &["RTM_NEWLINK", "NLM_F_EXCL|NLM_F_CREATE", "IFLA_MTU}, 1400]", "INFO_KIND}"],
    );
    let up = format!("\"{name}\"]");
    assert!(
        sent.iter().any(|message| message.contains("ifi_flags=IFF_UP") && message.contains(&up))
    );
    let mac = "NDA_LLADDR}, 0a:6e:0a:50:00:07]";
    let neighbour = sent.iter().find(|message| message.contains("RTM_NEWNEIGH")).expect("one");
    assert!(neighbour.contains(mac) && neighbour.contains("\"10.80.0.7\""), "{neighbour}");
}
