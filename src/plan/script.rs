//! A plan as the command lines that would do the same with iproute2 and procps.

use std::fmt::Write;

use ipnet::IpNet;

use crate::facts::{Network, Run};
use crate::plan::{Kind, Master, Namespace, Plan, Setup, Step, firewall};
use crate::spec::{NetworkOf, Share};

/// Name of the namespace in the script, where the plan has a process.
const NAMESPACE: &str = "nsrun-demo";

/// The equivalent command lines, for sh(1). Mounts and the process itself have none.
pub fn script(plan: &Plan) -> String {
    let mut out = String::from("set -e\n");
    lines(&mut out, &plan.network.concat(), false);
    if plan.share.is_none() {
        let _ = writeln!(out, "ip netns add {NAMESPACE}");
    }
    let run = Run { pid: 1, supervisor: 1, started: 0 };
    for (member, lease) in plan.first_choice() {
        lines(&mut out, &[member.claim(lease, Namespace::Process(0))], false);
        lines(&mut out, &member.protect(lease), false);
        let steps = member.publish(lease, &run.to_string(), Namespace::Process(0));
        lines(&mut out, &steps, false);
    }
    let (elements, noted) = plan.publication(run);
    lines(&mut out, &noted, false);
    for link in &plan.direct {
        lines(&mut out, &[link.create(Namespace::Process(0))], false);
        lines(&mut out, &link.publish(), false);
    }
    out.push_str(&nft(&elements));
    lines(&mut out, &[Plan::loopback()], true);
    let leases = plan.first_leases();
    lines(&mut out, &plan.first_inside(&leases).concat(), true);
    lines(&mut out, &plan.inside(&leases), true);
    for setup in &plan.finish {
        if let Setup::Sysctl { sysctl, asked } = setup {
            let assignment = quoted(&format!("{}={}", sysctl.key, sysctl.value));
            let or_without = if *asked { "" } else { " || :" };
            let _ = writeln!(out, "ip netns exec {NAMESPACE} sysctl -qw {assignment}{or_without}");
        }
    }
    let words: Vec<String> =
        plan.process.command.iter().map(|word| quoted(&word.to_string_lossy())).collect();
    let enter = match &plan.share {
        None => format!("ip netns exec {NAMESPACE} "),
        Some(Share::Host) => String::new(),
        Some(Share::Of(NetworkOf::Named(name))) => {
            format!("ip netns exec {} ", quoted(&name.to_string()))
        }
        Some(Share::Of(NetworkOf::File(path))) => {
            format!("nsenter --net={} ", quoted(&path.to_string_lossy()))
        }
        Some(Share::Of(NetworkOf::Process(pid))) => format!("nsenter -t {pid} -n "),
        Some(Share::Of(NetworkOf::Run(name) | NetworkOf::Any(name))) => {
            format!("nsrun exec {} ", quoted(name))
        }
    };
    let _ = writeln!(out, "{enter}{}", words.join(" "));
    out
}

fn lines(out: &mut String, steps: &[Step], inside: bool) {
    for step in steps {
        let _ = writeln!(out, "{}", command(step, inside));
    }
}

/// One step as a command line.
fn command(step: &Step, inside: bool) -> String {
    let ip = if inside { format!("ip -n {NAMESPACE}") } else { "ip".into() };
    let link = |link: &String| quoted(link);
    match step {
        Step::CreateBridge { link: name, mac, mtu } => format!(
            "{ip} link add {} address {mac} mtu {mtu} type bridge stp_state 0 forward_delay 0 \
             mcast_snooping 0",
            link(name)
        ),
        Step::CreateVeth(veth) => format!(
            "{ip} link add {} mtu {mtu} numtxqueues 1 numrxqueues 1 {}type veth \
             peer name {} netns {NAMESPACE} mtu {mtu}{} numtxqueues 1 numrxqueues 1",
            quoted(&veth.name),
            veth.master.as_ref().map(master).unwrap_or_default(),
            quoted(&veth.peer),
            veth.peer_mac.map(|mac| format!(" address {mac}")).unwrap_or_default(),
            mtu = veth.mtu,
        ),
        Step::CreateChild(child) => {
            let mac = child.mac.map(|mac| format!(" address {mac}")).unwrap_or_default();
            let kind = match child.kind {
                Kind::Macvlan(mode) => format!("macvlan mode {mode}"),
                Kind::Ipvlan(mode) => format!("ipvlan mode {mode}"),
            };
            let (parent, name, mtu) = (link(&child.parent), link(&child.link), child.mtu);
            format!(
                "{ip} link add link {parent} name {name} netns {NAMESPACE} mtu {mtu}{mac} type {kind}"
            )
        }
        Step::CreateVlan { link: name, parent, id } => {
            let parent = link(parent);
            format!("{ip} link add link {parent} name {} type vlan id {id}", link(name))
        }
        Step::NoAutomaticAddresses { link: name } => {
            format!("{ip} link set {} addrgenmode none", link(name))
        }
        Step::IgnoreRouters { link: name } => {
            let enter = if inside { format!("ip netns exec {NAMESPACE} ") } else { String::new() };
            let assignment = quoted(&format!("{}=0", Step::router_parameter(name)));
            format!("{enter}sysctl -qw {assignment} 2>/dev/null || :")
        }
        Step::SetMtu { link: name, mtu } => format!("{ip} link set {} mtu {mtu}", link(name)),
        Step::SetUp { link: name } => format!("{ip} link set {} up", link(name)),
        Step::AddAddress { link: name, address } => {
            let how = match address {
                IpNet::V4(net) if net.prefix_len() < 31 => "brd +",
                IpNet::V4(_) => "",
                IpNet::V6(_) => "nodad",
            };
            format!("{ip} address add {address} {how} dev {}", link(name))
        }
        Step::AddRoute(route) => {
            let family = if matches!(route.to, IpNet::V6(_)) { " -6" } else { "" };
            let to = match route.to.prefix_len() {
                0 => "default".into(),
                _ => route.to.to_string(),
            };
            let mut line = format!("{ip}{family} route add {to}");
            if let Some(gateway) = &route.gateway {
                let _ = write!(line, " via {gateway}");
            }
            if let Some(name) = &route.link {
                let _ = write!(line, " dev {}", link(name));
            }
            line
        }
        Step::AddName { link: dev, name } => {
            format!("{ip} link property add dev {} altname {}", link(dev), quoted(name))
        }
        Step::Describe { link: name, text } => {
            format!("{ip} link set {} alias {}", link(name), quoted(text))
        }
        Step::SetNeighbour { link: name, address, mac, .. } => {
            let change = format!("{ip} neighbour change {address} lladdr {mac} nud stale dev");
            format!("{change} {} 2>/dev/null || :", link(name))
        }
        Step::Join { network } => {
            format!("{ip} link show {} >/dev/null", quoted(&Network::altname(network)))
        }
        Step::Vacant { address } => format!("! {ip} route get {address} | grep -q ^local"),
        Step::Isolate { link: name } => {
            format!("{ip} link set {} type bridge_slave isolated on", link(name))
        }
        Step::AddPort { link: name, bridge } => {
            format!("{ip} link set {} master {}", link(name), link(bridge))
        }
        Step::Rename { link: name, to, .. } => format!("{ip} link set {} name {to}", link(name)),
        Step::Detach { link: name, .. } => format!("{ip} link set {} down nomaster", link(name)),
        Step::Move { link: dev, to, name, .. } => {
            let name = name.as_ref().map(|name| format!(" name {}", quoted(name)));
            format!("{ip} link set {} netns {}{}", link(dev), to.fd, name.unwrap_or_default())
        }
        Step::SetPromiscuous { link: name, on } => {
            format!("{ip} link set {} promisc {}", link(name), if *on { "on" } else { "off" })
        }
        Step::RemoveName { link: dev, name, .. } => {
            format!("{ip} link property del dev {} altname {}", link(dev), quoted(name))
        }
        Step::DeleteLink { link: name, .. } => format!("{ip} link delete {}", link(name)),
        Step::AddRules(network, guard) => {
            let table = firewall::TABLE;
            let own = [firewall::network(network), firewall::guard(guard)].concat();
            format!(
                "if ! nft list table inet {table} >/dev/null 2>&1; then\n{}fi\n{}",
                nft(&firewall::skeleton()),
                nft(&own).trim_end()
            )
        }
        Step::RemoveRules(network) => nft(&firewall::forget(network)).trim_end().into(),
        Step::SetParameter { key, value } => {
            format!("sysctl -qw {}", quoted(&format!("{key}={value}")))
        }
        Step::RelaxRouting { link: name, forward } => {
            let set =
                |key: &str| quoted(&format!("net.ipv4.conf.{}.{key}", name.replace('.', "/")));
            let forward =
                if *forward { format!(" {}", set("forwarding=1")) } else { String::new() };
            format!("sysctl -qw {} {}{forward}", set("route_localnet=1"), set("rp_filter=2"))
        }
        Step::Hairpin { link: name } => format!("bridge link set dev {} hairpin on", link(name)),
    }
}

/// One command a line: in one batch nft(8) changes their order.
fn nft(changes: &[firewall::Change]) -> String {
    changes.iter().map(|change| format!("nft {}\n", quoted(&change.to_string()))).collect()
}

fn master(master: &Master) -> String {
    format!("master {} ", quoted(&master.link))
}

/// A word as sh(1) reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_are_quoted_for_the_shell_when_they_must_be() {
        assert_eq!(quoted("eth0"), "eth0");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
