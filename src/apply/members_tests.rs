//! Making networks and claiming addresses on a kernel that refuses: whatever fails, the world is
//! afterwards as it was before.

use super::model::{Fault, Link, Model};
use super::network::undo;
use super::{Made, Target, claim, make_network, publish};
use crate::error::{Error, Result};
use crate::facts::{self, HolderState, Lease, Machine, Network, NetworkLink};
use crate::plan::{self, Namespace, Plan};
use crate::spec::example::{self, membership};
use crate::spec::{Membership, Run};

const PID: i32 = 4711;

fn spec(networks: Vec<Membership>) -> Run {
    Run { name: Some("web".into()), ..example::run(networks) }
}

/// A network that is there, made in `model`.
fn existing(model: &mut Model, name: &str, number: u32, gateway: &str) -> NetworkLink {
    let bridge = Network::bridge_name(number);
    let names = vec![Network::altname(name)];
    let index = model.add(&bridge, Link { up: true, mtu: 1500, names, ..Link::default() });
    NetworkLink::Ours(Network {
        name: name.into(),
        number,
        bridge,
        index: Some(index),
        gateway: gateway.parse().unwrap(),
        mtu: 1500,
        options: facts::Options::default(),
        complete: true,
        publishes: false,
    })
}

fn plan(spec: &Run, networks: Vec<Option<NetworkLink>>) -> Plan {
    let host = facts::Host {
        firewall: true,
        forwards4: facts::Forwarding::Everybody,
        ..facts::Host::default()
    };
    plan::run(spec, &Machine { networks, host, ..Machine::default() }).unwrap()
}

/// What launching does with the host, and what it does when that fails.
fn attempt(model: &mut Model, plan: &Plan) -> Result<Vec<Lease>> {
    let Made::Done(made) = make_network(model, &plan.network)? else {
        return Err(Error::new("cannot: raced"));
    };
    let run = facts::Run { pid: PID, supervisor: 1, started: 1 };
    let mut later = Vec::new();
    let mut leases = Vec::new();
    let joined = plan.members.iter().try_for_each(|member| {
        let lease = claim(model, member, Namespace::Process(PID), &mut later)?;
        leases.push(lease);
        publish(model, member, lease, &run.to_string(), Namespace::Process(PID), &mut later)
    });
    match joined {
        Ok(()) => Ok(leases),
        Err(error) => {
            model.end(PID);
            Err(undo(model, &made, error))
        }
    }
}

/// A run on a network to be made and on one that is there, and the model it is to run on.
fn first_use(fault: Fault) -> (Model, Plan) {
    let mut model = Model::new(fault);
    let lan = existing(&mut model, "lan", 1, "192.0.2.1/24");
    let spec = spec(vec![membership("bridge", "eth0"), membership("lan", "eth1")]);
    let plan = plan(&spec, vec![None, Some(lan)]);
    (model, plan)
}

#[test]
fn a_run_joins_the_networks_it_asked_for() {
    let (mut model, plan) = first_use(Fault::Nothing);
    let leases = attempt(&mut model, &plan).unwrap();
    let bridge = &model.links["nsrun0"];
    assert_eq!((bridge.up, bridge.mtu), (true, 1500));
    assert_eq!(bridge.addresses, ["10.192.0.1/20"]);
    assert_eq!(bridge.alias, "nsrun/1 network=bridge");
    let first = &model.links[&leases[0].to_string()];
    assert_eq!(first.names, ["run:web", "web@bridge"]);
    assert_eq!(first.master, Some(bridge.index));
    assert_eq!(model.links[&leases[1].to_string()].names, ["web@lan"]);
}

#[test]
fn on_a_lan_the_first_address_is_taken_that_nobody_answers_for() {
    let mut model = Model::new(Fault::Nothing);
    let mut lan = existing(&mut model, "lan", 1, "192.0.2.1/29");
    if let NetworkLink::Ours(network) = &mut lan {
        network.options.uplink = Some("eth1".into());
    }
    let plan = plan(&spec(vec![membership("lan", "eth0")]), vec![Some(lan)]);
    model.others = (2..=4).map(|n| std::net::Ipv4Addr::new(192, 0, 2, n)).collect();
    let leases = attempt(&mut model, &plan).unwrap();
    assert_eq!(leases, [Lease { network: 1, host: 5 }]);
}

#[test]
fn whatever_fails_the_world_is_as_before() {
    let (mut model, whole) = first_use(Fault::Nothing);
    attempt(&mut model, &whole).unwrap();
    let (messages, sends) = (model.messages, model.sends);
    assert!(messages > 12 && sends > 5, "{messages} messages in {sends} sends");
    let by_message = (1..=messages).map(Fault::Message);
    let by_send = (1..=sends).flat_map(|n| [Fault::Send(n), Fault::Answer(n)]);
    let mut failed = 0;
    for fault in by_message.chain(by_send) {
        let (mut model, plan) = first_use(fault);
        let before = model.links.clone();
        match attempt(&mut model, &plan) {
            // What IPv6 does of its own accord is a comfort.
            Ok(_) => assert!(matches!(fault, Fault::Message(_))),
            Err(error) => {
                failed += 1;
                assert!(error.what.starts_with("cannot "), "{fault:?}: {error}");
                assert_eq!(model.links, before, "{fault:?}: {error}");
            }
        }
    }
    assert!(failed >= messages + 2 * sends - 3, "only {failed} failed");
}

#[test]
fn what_cannot_be_taken_back_is_said_to_be_left() {
    let (mut model, plan) = first_use(Fault::Nothing);
    attempt(&mut model, &plan).unwrap();
    for n in 2..=model.messages {
        let (mut model, plan) = first_use(Fault::From(n));
        let error = attempt(&mut model, &plan).unwrap_err().to_string();
        let left = "undo: cannot delete link \"nsrun0\": Out of memory; it is left";
        assert!(error.contains(left), "from {n}: {error}");
    }
}

#[test]
fn a_network_made_by_another_meanwhile_is_looked_at_again() {
    let (mut model, plan) = first_use(Fault::Nothing);
    model.add("nsrun0", Link::default());
    let before = model.links.clone();
    assert!(matches!(make_network(&mut model, &plan.network), Ok(Made::Raced)));
    assert_eq!(model.links, before);
}

#[test]
fn a_bridge_that_others_have_joined_stays() {
    let (mut model, plan) = first_use(Fault::Nothing);
    let Ok(Made::Done(made)) = make_network(&mut model, &plan.network) else {
        panic!("it is made")
    };
    let master = Some(model.links["nsrun0"].index);
    model.add("ns0.77", Link { master, ..Link::default() });
    let error = undo(&mut model, &made, Error::new("cannot"));
    assert_eq!(error.undo, ["bridge \"nsrun0\" stays: others have joined it"]);
    assert!(model.links.contains_key("nsrun0"));
}

/// A run that wants a fixed address and a name which another has that is in `state`.
fn taken(state: HolderState) -> (Model, Plan) {
    let mut model = Model::new(Fault::Nothing);
    let lan = existing(&mut model, "lan", 1, "192.0.2.1/24");
    let holder = Link {
        peer: Some((99, state)),
        names: vec!["run:web".into(), "web@lan".into()],
        alias: "nsrun/1 pid=99 supervisor=98 started=1".into(),
        up: true,
        ..Link::default()
    };
    model.add("ns1.9", holder);
    let mut asked = membership("lan", "eth0");
    asked.address = Some("192.0.2.9".parse().unwrap());
    let plan = plan(&spec(vec![asked]), vec![Some(lan)]);
    (model, plan)
}

#[test]
fn a_holder_that_is_alive_keeps_everything() {
    let (mut model, plan) = taken(HolderState::Alive);
    let before = model.links.clone();
    let error = attempt(&mut model, &plan).unwrap_err().to_string();
    assert!(error.contains("address 192.0.2.9: run \"web\" has it (process 99)"), "{error}");
    assert_eq!(model.links, before);
}

#[test]
fn a_holder_that_is_gone_gives_way_at_once() {
    for state in [HolderState::Dying, HolderState::Abandoned] {
        let (mut model, plan) = taken(state);
        assert_eq!(attempt(&mut model, &plan).unwrap()[0].to_string(), "ns1.9");
        let own = &model.links["ns1.9"];
        assert_eq!(own.peer, Some((PID, HolderState::Alive)));
        assert_eq!(own.names, ["run:web", "web@lan"]);
        let other = model.links.iter().find(|(name, _)| name.starts_with("nsx"));
        let (_, other) = other.expect("the old link is out of the way");
        assert_eq!((&other.names, other.up), (&Vec::new(), false));
    }
}

#[test]
fn putting_a_dying_holder_away_touches_no_link_that_took_its_name() {
    let (mut model, _) = taken(HolderState::Dying);
    let dying = model.holder("ns1.9").unwrap().unwrap();
    let (steps, _) = plan::free("address", &dying, 7).unwrap();
    // Meanwhile the kernel has removed it, and another run has its name.
    model.links.remove("ns1.9");
    model.add("ns1.9", Link { up: true, names: vec!["run:web".into()], ..Link::default() });
    let before = model.links.clone();
    super::send(&mut model, &steps).unwrap();
    assert_eq!(model.links, before);
}

#[test]
fn a_foreign_link_of_that_name_stays() {
    let (mut model, plan) = taken(HolderState::Alive);
    model.links.clear();
    existing(&mut model, "lan", 1, "192.0.2.1/24");
    model.add("ns1.9", Link::default());
    let error = attempt(&mut model, &plan).unwrap_err().to_string();
    assert!(error.contains("link \"ns1.9\" has it"), "{error}");
}

#[test]
fn a_full_subnet_is_said_to_be_full() {
    let mut model = Model::new(Fault::Nothing);
    let lan = existing(&mut model, "lan", 1, "192.0.2.1/29");
    for host in 2..=6 {
        model.add(&Lease { network: 1, host }.to_string(), Link::default());
    }
    let plan = plan(&spec(vec![membership("lan", "eth0")]), vec![Some(lan)]);
    let error = attempt(&mut model, &plan).unwrap_err().to_string();
    assert!(error.contains("all 5 addresses of 192.0.2.0/29 are in use"), "{error}");
}

#[test]
fn a_link_of_that_name_inside_is_not_taken_for_a_taken_address() {
    use crate::sys::Errno;
    for address in [None, Some("192.0.2.9".parse().unwrap())] {
        let mut model = Model::new(Fault::Nothing);
        let lan = existing(&mut model, "lan", 1, "192.0.2.1/24");
        model.claims = Some(Errno::EEXIST);
        let asked = Membership { address, ..membership("lan", "tunl0") };
        let plan = plan(&spec(vec![asked]), vec![Some(lan)]);
        let error = attempt(&mut model, &plan).unwrap_err().to_string();
        assert!(error.contains("cannot create link \"tunl0\" inside"), "{error}");
        assert!(error.contains("--ifname"), "{error}");
    }
}

#[test]
fn what_a_kernel_lacks_is_named() {
    use crate::sys::Errno;
    for (errno, hint) in [
        (Errno::EOPNOTSUPP, "the kernel lacks veth (CONFIG_VETH, module veth)"),
        (Errno::EXFULL, "a Linux bridge takes 1023 ports"),
        (Errno::EPERM, "this needs CAP_NET_ADMIN"),
        (Errno::EINVAL, "somebody removed the network"),
    ] {
        let (mut model, plan) = first_use(Fault::Nothing);
        let before = model.links.clone();
        model.claims = Some(errno);
        let error = attempt(&mut model, &plan).unwrap_err().to_string();
        assert!(error.starts_with("nsrun: cannot create veth \"ns0."), "{error}");
        assert!(error.contains(&format!("hint: {hint}")), "{error}");
        assert!(error.contains("undo: delete link \"nsrun0\""), "{error}");
        assert_eq!(model.links, before);
    }
}
