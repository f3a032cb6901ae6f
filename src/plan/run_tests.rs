//! Every refusal of a run, and what stands in its plan: decided without the machine.

use std::path::PathBuf;

use super::{Plan, Setup, run, script, tree};
use crate::error::{Error, Kind};
use crate::facts::{Account, HostFiles, Machine, Network, NetworkLink, Occupied, Options};
use crate::spec::{IdMap, Membership, Run, Sysctl, UserNamespace, capability, example};

fn membership() -> Membership {
    example::membership("bridge", "eth0")
}

fn spec() -> Run {
    example::run(vec![membership()])
}

fn network() -> Network {
    Network {
        name: "bridge".into(),
        number: 0,
        bridge: "nsrun0".into(),
        index: Some(7),
        gateway: "10.9.0.1/24".parse().unwrap(),
        mtu: 1450,
        options: Options::default(),
        complete: true,
        publishes: false,
    }
}

/// A user namespace whose root is this id outside.
fn users(outside: u32) -> UserNamespace {
    let map = vec![IdMap::root_is(outside)];
    UserNamespace { uids: map.clone(), gids: map }
}

fn machine() -> Machine {
    let files =
        HostFiles { resolv_conf: Some("nameserver 192.0.2.53\n".into()), ..HostFiles::default() };
    let networks = vec![Some(NetworkLink::Ours(network()))];
    Machine { networks, files, ..Machine::default() }
}

#[track_caller]
fn planned(change: impl FnOnce(&mut Run)) -> Plan {
    let mut spec = spec();
    change(&mut spec);
    run(&spec, &machine()).unwrap()
}

#[track_caller]
fn refused(change: impl FnOnce(&mut Run, &mut Machine)) -> Error {
    let (mut spec, mut machine) = (spec(), machine());
    change(&mut spec, &mut machine);
    run(&spec, &machine).unwrap_err()
}

#[test]
fn options_that_contradict_each_other_are_refused_as_wrong_usage() {
    type Change = fn(&mut Run);
    let pairs: [(Change, &str); 9] = [
        (
            |spec| (spec.hostname, spec.isolation.uts) = (Some("x".into()), false),
            "--hostname would change the host's own name with --uts host",
        ),
        (
            |spec| (spec.isolation.user, spec.isolation.pid) = (Some(users(1000)), false),
            "--userns cannot be combined with --pid, --ipc or --uts host",
        ),
        (
            |spec| (spec.isolation.user, spec.isolation.ipc) = (Some(users(1000)), false),
            "--userns cannot be combined",
        ),
        (
            |spec| (spec.isolation.user, spec.isolation.uts) = (Some(users(1000)), false),
            "--userns cannot be combined",
        ),
        (
            |spec| (spec.networks, spec.aliases) = (Vec::new(), vec!["db".into()]),
            "--network-alias needs a network",
        ),
        (
            |spec| spec.networks.push(Membership { link: "eth1".into(), ..membership() }),
            "network \"bridge\" is given twice",
        ),
        (
            |spec| spec.networks.push(Membership { network: "lan".into(), ..membership() }),
            "two links cannot both be \"eth0\"",
        ),
        (
            |spec| {
                spec.networks[0].default_route = Some(true);
                spec.networks.push(Membership {
                    network: "lan".into(),
                    link: "eth1".into(),
                    default_route: Some(true),
                    ..membership()
                });
            },
            "two networks cannot both have the default route",
        ),
        (|spec| spec.networks[0].mtu = Some(67), "67 bytes cannot be an MTU"),
    ];
    for (change, text) in pairs {
        let error = refused(|spec, _| change(spec));
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!(error.kind, Kind::Usage, "{error}");
        assert!(error.hint.is_some(), "{error}");
    }
}

#[test]
fn addresses_that_no_member_can_have_are_refused_with_the_reason() {
    for (address, why) in [
        ("192.0.2.1", "it is not inside 10.9.0.0/24"),
        ("10.9.0.1", "it is the gateway's"),
        ("10.9.0.0", "it is the first or last"),
        ("10.9.0.255", "it is the first or last"),
    ] {
        let error = refused(|spec, _| spec.networks[0].address = Some(address.parse().unwrap()));
        assert_eq!(error.kind, Kind::Usage);
        assert!(error.to_string().contains(&format!("{address}: {why}")), "{error}");
    }
}

#[test]
fn what_the_machine_does_not_allow_is_refused_as_failure() {
    let foreign = NetworkLink::Foreign { link: "nsrun0".into(), kind: "a bridge".into() };
    let error = refused(|_, machine| machine.networks = vec![Some(foreign)]);
    assert_eq!(error.kind, Kind::Failed);
    assert!(error.to_string().contains("link \"nsrun0\" exists and is not ours (a bridge)"));

    let error = refused(|spec, machine| {
        spec.networks[0].network = "lan".into();
        machine.networks = vec![None];
    });
    assert_eq!(error.kind, Kind::Failed);
    assert!(error.to_string().contains("cannot join network \"lan\""), "{error}");

    let error = refused(|_, machine| {
        machine.networks = vec![None];
        let used = |prefix: &str| Occupied { prefix: prefix.parse().unwrap(), by: "route".into() };
        machine.host.occupied =
            ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(used).to_vec();
    });
    assert_eq!(error.kind, Kind::Failed);
    assert!(error.to_string().contains("every pool is in use"), "{error}");
}

#[test]
fn rights_that_reach_the_host_are_warned_about() {
    let names = |capabilities| planned(|spec| spec.capabilities = capabilities).warnings;
    assert!(names(capability::DEFAULT).is_empty());
    assert!(names(0).is_empty());
    let one = names(capability::DEFAULT | capability::NET_ADMIN);
    assert!(one[0].starts_with("net_admin without --userns reaches this host"), "{one:?}");
    let both = names(capability::ALL);
    assert!(both[0].starts_with("net_admin and sys_admin without --userns"), "{both:?}");
    let traces = names(capability::DEFAULT | capability::SYS_PTRACE);
    assert!(traces[0].starts_with("sys_ptrace without --userns"), "{traces:?}");
    let harmless = planned(|spec| {
        spec.capabilities = capability::ALL;
        spec.isolation.user = Some(users(1000));
    });
    assert!(harmless.warnings.is_empty());
    let root = |capabilities| {
        planned(|spec| {
            spec.capabilities = capabilities;
            spec.isolation.user = Some(users(0));
        })
        .warnings
    };
    assert!(root(capability::ALL & !capability::SYS_ADMIN).is_empty());
    assert!(root(capability::SYS_ADMIN)[0].starts_with("sys_admin with root of this host"));
    let seen = planned(|spec| {
        spec.isolation.pid = false;
        spec.root.directory = Some("/srv".into());
    });
    assert!(
        seen.warnings[0].contains("CMD sees processes of the host, and can signal them and trace")
    );
}

#[test]
fn a_half_made_network_is_completed_as_it_was_begun() {
    let begun = |mtu| {
        let mut machine = machine();
        machine.host.uplink_mtu = Some(1400);
        machine.networks =
            vec![Some(NetworkLink::Ours(Network { mtu, complete: false, ..network() }))];
        run(&spec(), &machine).unwrap()
    };
    // Not yet set: as whoever makes it would; set: as it is.
    for (mtu, expected) in [(68, 1400), (1450, 1450)] {
        let plan = begun(mtu);
        assert_eq!(plan.members[0].mtu(), expected);
        let steps = plan.network.concat();
        let text: Vec<String> = steps.iter().map(ToString::to_string).collect();
        assert!(text[0].contains(&format!("to {expected}")), "{text:?}");
        assert!(text.iter().any(|step| step.contains("add address 10.9.0.1/24")), "{text:?}");
        assert!(text.last().is_some_and(|step| step.starts_with("describe")), "{text:?}");
        assert!(!text.iter().any(|step| step.starts_with("create")), "{text:?}");
    }
}

#[test]
fn mounts_come_in_an_order_that_a_hostile_root_cannot_use() {
    let position = |plan: &Plan, wanted: fn(&Setup) -> bool| plan.prepare.iter().position(wanted);
    for own_pids in [true, false] {
        let plan = planned(|spec| {
            spec.isolation.pid = own_pids;
            spec.root.directory = Some("/srv".into());
            spec.root.tmpfs = vec!["/tmp".into()];
        });
        assert_eq!(plan.prepare[0], Setup::ReceiveMounts);
        assert_eq!(plan.prepare[1], Setup::Root(PathBuf::from("/srv")));
        let proc = position(&plan, |step| *step == Setup::Proc).unwrap();
        let tmpfs = position(&plan, |step| matches!(step, Setup::Tmpfs(_))).unwrap();
        // Processes lead to roots of others: not before the last mount point is made.
        assert!(tmpfs < proc);
        assert!(position(&plan, |step| *step == Setup::Dev).is_some());
    }
    let host = planned(|spec| spec.isolation.pid = false);
    assert!(position(&host, |step| *step == Setup::Proc).is_none(), "the host's /proc serves");
}

#[test]
fn a_run_of_another_user_has_that_users_home() {
    let mut machine = machine();
    machine.account =
        Some(Account { uid: 5, gid: 5, home: Some("/home/ann".into()), ..Account::default() });
    let mut spec = spec();
    spec.environment = vec![("HOME".into(), "/root".into()), ("A".into(), "b".into())];
    let environment = run(&spec, &machine).unwrap().process.environment;
    assert_eq!(environment, [("A".into(), "b".into()), ("HOME".into(), "/home/ann".into())]);
}

#[test]
fn comforts_are_set_and_sysctls_asked_for_come_after() {
    let sysctl = Sysctl { key: "net.ipv4.ping_group_range".into(), value: "1 0".into() };
    let plan = planned(|spec| spec.sysctls = vec![sysctl.clone()]);
    let last = plan.finish.last();
    assert_eq!(last, Some(&Setup::Sysctl { sysctl, asked: true }));
    assert_eq!(plan.finish.len(), 3);
}

#[test]
fn every_rendering_names_the_same_steps() {
    let mut machine = machine();
    machine.networks = vec![None];
    let mut spec = spec();
    spec.name = Some("web".into());
    spec.networks[0].address = Some("10.192.0.9".parse().unwrap());
    let plan = run(&spec, &machine).unwrap();
    let (tree, script) = (tree(&plan), script(&plan));
    for (in_tree, in_script) in [
        ("create bridge \"nsrun0\"", "ip link add nsrun0 address 02:14:0a:c0:00:01"),
        ("add address 10.192.0.1/20", "ip address add 10.192.0.1/20"),
        ("create veth \"ns0.9\"", "ip link add ns0.9"),
        ("add name \"run:web\"", "altname run:web"),
        ("bring link \"lo\" up", "link set lo up"),
        ("bring link \"eth0\" up", "link set eth0 up"),
        ("add address 10.192.0.9/20", "address add 10.192.0.9/20"),
        ("add default route via 10.192.0.1", "via 10.192.0.1"),
    ] {
        assert!(tree.contains(in_tree), "no {in_tree:?} in\n{tree}");
        assert!(script.contains(in_script), "no {in_script:?} in\n{script}");
    }
}
