//! A plan for programs.

use serde_json::{Value, json};

use crate::facts::Run;
use crate::plan::tree::namespaces;
use crate::plan::{Namespace, Plan, Setup, Step};
use crate::spec::capability;

/// What a plan will do. Each step is an object with what it does in `do` and its fields beside it;
/// the keys stay what they are. What only the kernel can say (ids, which of the free addresses)
/// stands as it will be tried first.
pub fn json(plan: &Plan) -> Value {
    let run = Run { pid: 0, supervisor: 0, started: 0 };
    let members = plan.first_choice().map(|(member, lease)| {
        json!({
            "network": member.network.name,
            "address": member.address(lease).to_string(),
            "address6": member.network.address6(lease).map(|address| address.to_string()),
            "fixed": member.fixed,
            "claim": step(&member.claim(lease, Namespace::Process(0))),
            "publish": steps(
                &[
                    member.protect(lease),
                    member.publish(lease, &run.to_string(), Namespace::Process(0)),
                ]
                .concat(),
            ),
        })
    });
    let direct = plan.direct.iter().map(|link| {
        json!({
            "network": link.title,
            "address": link.address.map(|address| address.to_string()),
            "create": step(&link.create(Namespace::Process(0))),
            "publish": steps(&link.publish()),
        })
    });
    let mut inside = Vec::new();
    if plan.share.is_none() {
        inside.push(Plan::loopback());
        let leases = plan.first_leases();
        inside.extend(plan.first_inside(&leases).concat());
        inside.extend(plan.inside(&leases));
    }
    let process = &plan.process;
    let account = process.account.as_ref();
    json!({
        "name": plan.name,
        "warnings": plan.warnings,
        "network": plan.network.iter().map(|send| steps(send)).collect::<Vec<_>>(),
        "namespaces": namespaces(plan),
        "share": plan.share.as_ref().map(ToString::to_string),
        "members": members.collect::<Vec<_>>(),
        "direct": direct.collect::<Vec<_>>(),
        "ports": plan.ports.iter().flat_map(|asked| &asked.ports).map(ToString::to_string).collect::<Vec<_>>(),
        "port_elements": plan.publication(run).0.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "inside": steps(&inside),
        "prepare": plan.prepare.iter().map(setup).collect::<Vec<_>>(),
        "finish": plan.finish.iter().map(setup).collect::<Vec<_>>(),
        "process": {
            "command": process.command.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>(),
            "workdir": process.workdir.as_ref().map(|path| path.to_string_lossy()),
            "uid": account.map(|account| account.uid),
            "gid": account.map(|account| account.gid),
            "capabilities": capability::names(process.capabilities).collect::<Vec<_>>(),
            "no_new_privileges": process.no_new_privileges,
            "confined": process.confined,
            "preserve_fds": process.preserve_fds,
            "survive": process.survive,
        },
    })
}

fn steps(steps: &[Step]) -> Value {
    steps.iter().map(step).collect()
}

fn step(step: &Step) -> Value {
    match step {
        Step::CreateBridge { link, mac, mtu } => {
            json!({ "do": "create_bridge", "link": link, "mac": mac.to_string(), "mtu": mtu })
        }
        Step::CreateVeth(veth) => {
            let master = veth.master.as_ref();
            json!({
                "do": "create_veth",
                "link": veth.name,
                "bridge": master.map(|master| &master.link),
                "bridge_index": master.and_then(|master| master.index),
                "mtu": veth.mtu,
                "peer": veth.peer,
                "peer_mac": veth.peer_mac.map(|mac| mac.to_string()),
            })
        }
        Step::CreateChild(child) => json!({
            "do": "create_child",
            "kind": child.kind.to_string(),
            "parent": child.parent,
            "link": child.link,
            "mac": child.mac.map(|mac| mac.to_string()),
            "mtu": child.mtu,
        }),
        Step::CreateVlan { link, parent, id } => {
            json!({ "do": "create_vlan", "link": link, "parent": parent, "id": id })
        }
        Step::SetNeighbour { link, address, mac, .. } => json!({
            "do": "set_neighbour",
            "link": link,
            "address": address.to_string(),
            "mac": mac.to_string(),
        }),
        Step::NoAutomaticAddresses { link } => {
            json!({ "do": "no_automatic_addresses", "link": link })
        }
        Step::SetMtu { link, mtu } => json!({ "do": "set_mtu", "link": link, "mtu": mtu }),
        Step::SetUp { link } => json!({ "do": "set_up", "link": link }),
        Step::AddAddress { link, address } => {
            json!({ "do": "add_address", "link": link, "address": address.to_string() })
        }
        Step::AddRoute(route) => json!({
            "do": "add_route",
            "to": route.to.to_string(),
            "gateway": route.gateway.map(|gateway| gateway.to_string()),
            "link": route.link,
        }),
        Step::AddName { link, name } => json!({ "do": "add_name", "link": link, "name": name }),
        Step::Describe { link, text } => json!({ "do": "describe", "link": link, "text": text }),
        Step::Join { network } => json!({ "do": "join", "network": network }),
        Step::Vacant { address } => json!({ "do": "vacant", "address": address.to_string() }),
        Step::Isolate { link } => json!({ "do": "isolate", "link": link }),
        Step::AddPort { link, bridge } => {
            json!({ "do": "add_port", "link": link, "bridge": bridge })
        }
        Step::Rename { link, index, to } => {
            json!({ "do": "rename", "link": link, "index": index, "to": to })
        }
        Step::Move { link, index, to, name } => {
            json!({ "do": "move", "link": link, "index": index, "to": to.title, "name": name })
        }
        Step::SetPromiscuous { link, on } => {
            json!({ "do": "set_promiscuous", "link": link, "on": on })
        }
        Step::Detach { link, index } => json!({ "do": "detach", "link": link, "index": index }),
        Step::RemoveName { link, index, name } => {
            json!({ "do": "remove_name", "link": link, "index": index, "name": name })
        }
        Step::AddRules(network, guard) => {
            let guarded = [("ipv4", guard.v4), ("ipv6", guard.v6)];
            let guarded = guarded.into_iter().filter_map(|(name, on)| on.then_some(name));
            let guarded: Vec<&str> = guarded.collect();
            json!({ "do": "add_rules", "network": network.name, "guarded": guarded })
        }
        Step::RemoveRules(network) => json!({ "do": "remove_rules", "network": network.name }),
        Step::SetParameter { key, value } => {
            json!({ "do": "set_parameter", "key": key, "value": value })
        }
        Step::IgnoreRouters { link } => json!({ "do": "ignore_routers", "link": link }),
        Step::RelaxRouting { link, forward } => {
            json!({ "do": "relax_routing", "link": link, "forward": forward })
        }
        Step::Hairpin { link } => json!({ "do": "hairpin", "link": link }),
        Step::DeleteLink { link, index } => {
            json!({ "do": "delete_link", "link": link, "index": index })
        }
    }
}

fn setup(setup: &Setup) -> Value {
    match setup {
        Setup::ReceiveMounts => json!({ "do": "receive_mounts" }),
        Setup::Root(directory) => json!({ "do": "root", "directory": directory.to_string_lossy() }),
        Setup::Files(files) => {
            let files = files.iter().map(|file| {
                json!({
                    "path": file.path.to_string_lossy(),
                    "text": file.text,
                    "own_names": file.own_names,
                })
            });
            json!({ "do": "files", "files": files.collect::<Vec<_>>() })
        }
        Setup::Sys => json!({ "do": "mount_sys" }),
        Setup::Proc => json!({ "do": "mount_proc" }),
        Setup::Dev => json!({ "do": "mount_dev" }),
        Setup::Bind(bind) => json!({
            "do": "bind",
            "source": bind.source.to_string_lossy(),
            "target": bind.target.to_string_lossy(),
            "read_only": bind.read_only,
        }),
        Setup::Tmpfs(path) => json!({ "do": "tmpfs", "path": path.to_string_lossy() }),
        Setup::Cover { .. } => json!({ "do": "cover" }),
        Setup::Hostname(name) => json!({ "do": "set_hostname", "name": name }),
        Setup::Sysctl { sysctl, asked } => json!({
            "do": "set_sysctl",
            "key": sysctl.key,
            "value": sysctl.value,
            "asked": asked,
        }),
    }
}
