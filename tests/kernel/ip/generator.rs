//! Random topologies, the same for the same seed, as command lines of `ip`.

use std::fmt::Write;

/// A small generator of numbers (xorshift).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }

    fn pick<'a>(&mut self, among: &[&'a str]) -> &'a str {
        among[self.below(among.len() as u64) as usize]
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// Names that are hard to print, to parse or to quote.
const NAMES: &[&str] = &[
    "a\"b", "ü", "x.y", "dev", "up", "if7", "lo0:1", "ALL", "b\\c", "a'b", "%d%s", "eth0.5", "<>",
    "123", "#", "a,b", "$HOME",
];

/// Quotes a word for the shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// The command lines that build a topology; some of them may be refused.
pub(super) fn commands(seed: u64) -> Vec<String> {
    let mut random = Random::new(seed);
    let mut list = Vec::new();
    let mut links = vec!["up0".to_owned()];
    let count = 4 + random.below(6);
    for number in 0..count {
        let name = match random.chance(40) {
            true => random.pick(NAMES).to_owned(),
            false => format!("link{number}"),
        };
        let name = quoted(&name);
        let below = links[random.below(links.len() as u64) as usize].clone();
        let mac = format!("02:00:00:{:02x}:{:02x}:{number:02x}", random.below(256), seed % 256);
        let mut line = format!("link add name {name} address {mac}");
        if random.chance(30) {
            let _ = write!(line, " mtu {}", 1280 + random.below(200));
        }
        if random.chance(30) {
            let _ = write!(line, " txqueuelen {}", random.below(2000));
        }
        let kind = match random.below(13) {
            0 | 1 => format!("veth peer name peer{number}"),
            2 => "bridge".into(),
            // Its ports listen for half a minute, and so stay as they are while they are looked at.
            3 => format!(
                "bridge stp_state 1 priority {} ageing_time 0 forward_delay 3000",
                random.below(9) * 4096
            ),
            4 => "ifb".into(),
            5 => {
                line = line.replacen("link add", &format!("link add link {below}"), 1);
                let modes = ["private", "vepa", "bridge", "passthru"];
                format!("macvlan mode {}", random.pick(&modes))
            }
            6 => format!("vxlan id {} remote 198.51.100.2 dstport 4789 nolearning", 10 + number),
            7 => format!("vxlan id {} group 239.1.1.1 dev up0 dstport 0 ttl 5", 90 + number),
            8 => {
                let more = random.pick(&["tos inherit ttl inherit", "flowlabel 5", "df set tos 7"]);
                format!("vxlan id {} remote fd00::9 dstport 4789 {more} proxy rsc", 200 + number)
            }
            9 => format!("vxlan external dstport {}", 5000 + number),
            10 => {
                line = line.replacen("link add", &format!("link add link {below}"), 1);
                format!("macvlan mode source macaddr add 02:00:00:00:77:{number:02x}")
            }
            11 => {
                line = line.replacen("link add", &format!("link add link {below}"), 1);
                format!("macvtap mode bridge bcqueuelen {}", 10 + random.below(50))
            }
            _ => format!("veth peer name p{number} netns other"),
        };
        list.push(format!("{line} type {kind}"));
        if kind.starts_with("bridge") && links.len() > 1 {
            let port = links[1 + random.below(links.len() as u64 - 1) as usize].clone();
            list.push(format!("link set {port} master {name}"));
            let more = random.pick(&["", "isolated on", "learning off flood off", "locked on"]);
            list.push(format!("link set {port} type bridge_slave hairpin on cost 7 {more}"));
        }
        links.push(name);
    }
    list.push("link add tunlike type ipip local 10.0.0.1 remote 10.0.0.2".into());
    for link in &links {
        settings(&mut random, &mut list, link);
        addresses(&mut random, &mut list, link);
    }
    let up: Vec<_> = links.iter().map(|link| format!("link set {link} up")).collect();
    list.extend(up);
    for link in &links {
        neighbours(&mut random, &mut list, link);
    }
    routes(&mut random, &mut list, &links);
    rules(&mut random, &mut list);
    list
}

fn settings(random: &mut Random, list: &mut Vec<String>, link: &str) {
    for (percent, what) in [
        (25, "alias 'a \"described\" link'"),
        (25, "group 42"),
        (20, "promisc on"),
        (20, "allmulticast on"),
        (15, "arp off"),
        (15, "multicast off"),
        (15, "addrgenmode none"),
    ] {
        if random.chance(percent) && link != "up0" {
            list.push(format!("link set {link} {what}"));
        }
    }
    for _ in 0..random.below(3) {
        let name =
            format!("alt{}-{}", random.below(1 << 30), "x".repeat(random.below(80) as usize));
        list.push(format!("link property add dev {link} altname {name}"));
    }
}

fn addresses(random: &mut Random, list: &mut Vec<String>, link: &str) {
    for _ in 0..random.below(4) {
        let (a, b) = (random.below(250), 1 + random.below(250));
        let more = random.pick(&[
            "",
            "brd +",
            "scope link",
            "scope host",
            "metric 77",
            "noprefixroute",
            "brd 10.255.255.255",
            "label",
            "preferred_lft 0",
        ]);
        let more = match more {
            "label" if link.is_ascii() => format!("label {link}:l"),
            "label" => String::new(),
            other => other.to_owned(),
        };
        list.push(match random.below(4) {
            0 => format!("addr add 10.{a}.{b}.1 peer 10.{a}.{b}.2/32 dev {link}"),
            1 => format!("addr add fd00:{a:x}::{b:x}/64 nodad dev {link}"),
            2 => format!("addr add fd00:{a:x}::{b:x} peer fd00:{a:x}::ffff/64 dev {link}"),
            _ => format!("addr add 10.{a}.{b}.1/{} {more} dev {link}", 8 + random.below(25)),
        });
    }
}

fn neighbours(random: &mut Random, list: &mut Vec<String>, link: &str) {
    for number in 0..random.below(3) {
        let state = random.pick(&["permanent", "stale", "noarp"]);
        let more = random.pick(&["", "router", "extern_learn", "protocol static"]);
        let address = match random.chance(50) {
            true => format!("10.{}.0.{number}", random.below(250)),
            false => format!("fd00::{:x}", random.below(60000)),
        };
        let mac = format!("02:00:00:00:{:02x}:{number:02x}", random.below(256));
        list.push(format!("neigh add {address} lladdr {mac} nud {state} {more} dev {link}"));
        if random.chance(20) {
            list.push(format!("neigh add proxy {address} dev {link}"));
        }
    }
}

fn routes(random: &mut Random, list: &mut Vec<String>, links: &[String]) {
    for number in 0..15 {
        let link = &links[random.below(links.len() as u64) as usize];
        let table = match random.below(4) {
            0 => format!("table {}", 100 + random.below(3)),
            1 => format!("table {}", 1000 + random.below(3)),
            _ => String::new(),
        };
        let more = random.pick(&[
            "",
            "metric 5",
            "proto static",
            "proto 200",
            "mtu 1400",
            "mtu lock 1300 advmss 1000",
            "rtt 20ms rttvar 1500ms",
            "congctl reno quickack 1",
            "realm 3",
            "realms 4/5",
        ]);
        let to = format!("10.{}.{number}.0/24", random.below(250));
        let to6 = format!("fd{number:02x}:{:x}::/48", random.below(65536));
        list.push(match random.below(8) {
            0 => {
                let kind = random.pick(&["blackhole", "unreachable", "prohibit", "throw"]);
                format!("route add {kind} {to} {table} {more}")
            }
            1 => format!("route add {to} via 198.51.100.2 {table} {more}"),
            2 => format!("route add {to} dev {link} {table} {more}"),
            3 => format!("route add {to} via 9.9.9.9 dev {link} onlink {table} {more}"),
            4 => format!(
                "route add {to} {table} {more} nexthop via 198.51.100.2 weight {} \
                 nexthop via 9.9.9.9 dev {link} onlink",
                1 + random.below(9)
            ),
            5 => format!("-6 route add {to6} dev {link} {table} metric {number}"),
            6 => format!("-6 route add unreachable {to6} {table}"),
            _ => format!("route add {to} tos 0x10 dev {link} {table}"),
        });
    }
}

fn rules(random: &mut Random, list: &mut Vec<String>) {
    for number in 0..8 {
        let selector = random.pick(&[
            "from 10.1.0.0/16",
            "to 10.2.0.0/16",
            "not from 10.3.0.1",
            "fwmark 7",
            "fwmark 0x10/0xf0",
            "iif lo",
            "oif nowhere",
            "tos 0x10",
            "ipproto tcp dport 80",
            "ipproto 99",
            "sport 100-200",
            "uidrange 0-10",
        ]);
        let action = random.pick(&[
            "table 100",
            "lookup 1000",
            "blackhole",
            "unreachable",
            "prohibit",
            "goto 32766",
            "goto 60000",
            "table 5 suppress_prefixlength 0",
            "nop",
            "table 100 realms 3/4",
            "table 7 protocol static",
        ]);
        let family = if random.chance(30) && !selector.contains("10.") { "-6 " } else { "" };
        list.push(format!("{family}rule add pref {} {selector} {action}", 100 + number));
    }
}
