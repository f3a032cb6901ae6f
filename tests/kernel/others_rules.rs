//! Rules of others that stop networks: those of iptables are passed, all others told of, whether
//! they were there before or came later.

use crate::nat::pings;
use crate::runs::{SOON, detached, inside};
use crate::talk::{seen, served};
use crate::world::{World, settle};

const ADMITTED: &str = "rules were added that let it pass";

/// A way that packets through this host are dropped, however the policy is.
const LAYOUTS: [&str; 5] = [
    "iptables-nft -A FORWARD -j REJECT",
    "iptables-nft -A FORWARD -s 192.0.2.99 -j ACCEPT; iptables-nft -A FORWARD -j DROP",
    "iptables-nft -A FORWARD -m comment --comment last -j REJECT --reject-with icmp-host-prohibited",
    "iptables-nft -N own; iptables-nft -A FORWARD -j own; iptables-nft -A own -j LOG
     iptables-nft -A own -j DROP",
    "iptables-nft -N own; iptables-nft -N more; iptables-nft -A more -p udp -j RETURN
     iptables-nft -A FORWARD -j more; iptables-nft -A FORWARD -g own; iptables-nft -A own -j DROP",
];

fn rules(world: &World) -> String {
    world.sh("iptables-nft -S")
}

#[test]
fn a_chain_of_iptables_that_drops_by_its_last_rule_is_passed_and_as_before_in_the_end() {
    need_tool!("iptables-nft");
    need_tool!("python3");
    for layout in LAYOUTS {
        let world = World::builder().lan().build();
        world.sh(layout);
        let (before, ruleset) = (rules(&world), world.sh("nft list ruleset"));
        served(&world, &["--name", "a", "-p", "8080:80"], &["80"]);
        assert!(pings(&inside(&world, "a"), "203.0.113.1"), "{layout}");
        let reached = seen(world.lan(), "tcp 192.0.2.1 8080");
        assert_eq!(reached.as_deref(), Some("192.0.2.10"), "{layout}");
        world.nsrun(["stop", "-t", "0", "a"]).run().ok();
        let removed = || world.nsrun(["network", "rm", "bridge"]).run().code() == Some(0);
        assert!(settle(removed, SOON));
        assert_eq!(rules(&world), before);
        assert_eq!(world.sh("nft list ruleset"), ruleset);
    }
}

#[test]
fn rules_of_iptables_that_drop_only_some_packets_go_on_to_decide() {
    need_tool!("iptables-nft");
    let world = World::new();
    world.sh("iptables-nft -A FORWARD -d 203.0.113.1 -j DROP; iptables-nft -N own
         iptables-nft -A FORWARD -p tcp -j own; iptables-nft -A own -j DROP");
    let before = rules(&world);
    world.nsrun(["run", "true"]).run().ok();
    world.nsrun(["firewall", "reload"]).run().ok();
    assert_eq!(rules(&world), before);
    let pinged = world.nsrun(["run", "ping", "-c", "1", "-W", "1", "203.0.113.1"]).run();
    assert_ne!(pinged.code(), Some(0), "what the administrator dropped passes");
}

#[test]
fn a_chain_for_users_that_nothing_leads_to_is_not_relied_on() {
    need_tool!("iptables-nft");
    let world = World::new();
    world.sh("iptables-nft -N DOCKER-USER; iptables-nft -A FORWARD -j DROP");
    detached(&world, &["--name", "a"], &["sleep", "1000"]);
    assert!(pings(&inside(&world, "a"), "203.0.113.1"));
    world.sh(
        "iptables-nft -F; iptables-nft -A FORWARD -j DOCKER-USER; iptables-nft -P FORWARD DROP",
    );
    world.nsrun(["run", "true"]).run().ok();
    assert!(rules(&world).contains("-A DOCKER-USER -i nsrun0 "), "{}", rules(&world));
    assert!(pings(&inside(&world, "a"), "203.0.113.1"));
}

#[test]
fn rules_of_iptables_that_come_to_stand_before_ours_are_told_of_and_passed_again() {
    need_tool!("iptables-nft");
    let jump = "iptables-nft -N DOCKER-USER; iptables-nft -A FORWARD -j DOCKER-USER";
    for (before, after) in [
        ("iptables-nft -A FORWARD -j DROP", "iptables-nft -I FORWARD -j DROP"),
        (
            "iptables-nft -A FORWARD -j DROP",
            "iptables-nft -N own; iptables-nft -A own -j REJECT
          iptables-nft -I FORWARD -j own",
        ),
        (&*format!("{jump}; iptables-nft -P FORWARD DROP"), "iptables-nft -I DOCKER-USER -j DROP"),
        (&*format!("{jump}; iptables-nft -P FORWARD DROP"), "iptables-nft -I FORWARD -j REJECT"),
        ("true", &*format!("iptables-nft -A FORWARD -j REJECT; {jump}")),
    ] {
        let world = World::new();
        world.sh(before);
        detached(&world, &["--name", "a"], &["sleep", "1000"]);
        assert!(pings(&inside(&world, "a"), "203.0.113.1"), "{before}");
        world.sh(after);
        assert!(!pings(&inside(&world, "a"), "203.0.113.1"), "{after} drops nothing");
        let doctor = || world.nsrun(["doctor"]).run().stdout;
        let told = doctor();
        assert!(!told.contains("no rules of others"), "{after}: {told}");
        let output = world.nsrun(["run", "true"]).run().ok();
        assert!(output.stderr.contains(ADMITTED), "{after}: {output}");
        assert!(pings(&inside(&world, "a"), "203.0.113.1"), "{after}: {}", rules(&world));
        assert_eq!(rules(&world).matches("nsrun network bridge").count(), 2, "{after}");
        assert!(doctor().contains("no rules of others"), "{after}");
        assert_eq!(world.nsrun(["run", "true"]).run().ok().stderr, "", "{after}");
    }
}

#[test]
fn a_network_without_ipv6_has_nothing_to_do_with_chains_of_ipv6() {
    need_tool!("ip6tables-nft");
    let world = World::new();
    detached(&world, &["--name", "a"], &["sleep", "1000"]);
    world.sh("ip6tables-nft -P FORWARD DROP; nft 'table ip6 mine { chain strict {
         type filter hook forward priority 10; policy drop; }; }'");
    let six = || world.sh("ip6tables-nft -S; nft list table ip6 mine");
    let before = six();
    let doctor = world.nsrun(["doctor"]).run().stdout;
    assert!(doctor.contains("no rules of others"), "{doctor}");
    for command in [&["run", "true"][..], &["publish", "a", "9001:80"], &["firewall", "reload"]] {
        assert_eq!(world.nsrun(command).run().ok().stderr, "", "{command:?}");
    }
    assert_eq!(six(), before);
    // With IPv6 both are in the way.
    let output = world.nsrun(["network", "create", "six", "--ipv6"]).run().ok();
    assert!(output.stderr.contains("nft insert rule ip6 mine strict iifname"), "{output}");
    assert_eq!(world.sh("ip6tables-nft -S").matches("nsrun network six").count(), 2);
}

#[test]
fn a_run_does_not_read_through_long_chains_of_others_but_a_reload_does() {
    need_tool!("iptables-nft");
    let world = World::new();
    world.nsrun(["run", "true"]).run().ok();
    // Where another chain leads to it.
    world.sh("{ echo '*filter'; echo ':own - [0:0]'; echo '-A FORWARD -j own'
         for n in $(seq 1 1100); do echo \"-A own -s 10.$((n / 250)).$((n % 250)).1 -j DROP\"; done
         echo '-A own -j DROP'; echo COMMIT; } | iptables-nft-restore -n");
    assert_eq!(world.nsrun(["run", "true"]).run().ok().stderr, "");
    world.nsrun(["firewall", "reload"]).run().ok();
    assert_eq!(rules(&world).matches("nsrun network bridge").count(), 2);
    // A short one is read.
    world.sh("iptables-nft -F; iptables-nft -A own -j DROP; iptables-nft -A FORWARD -j own");
    assert!(world.nsrun(["run", "true"]).run().ok().stderr.contains(ADMITTED));
}

#[test]
fn iptables_that_comes_later_is_passed_from_the_next_command_on() {
    need_tool!("iptables-nft");
    let world = World::builder().lan().build();
    detached(&world, &["--name", "a"], &["sleep", "1000"]);
    world.nsrun(["netns", "add", "web"]).run().ok();
    for (n, command) in [
        &["run", "true"][..],
        &["run", "-p", "9000:80", "true"],
        &["publish", "a", "9001:80"],
        &["connect", "ns:web", "bridge"],
        &["gc"],
    ]
    .iter()
    .enumerate()
    {
        world.sh("iptables-nft -P FORWARD DROP; iptables-nft -F");
        assert!(!pings(&inside(&world, "a"), "203.0.113.1"));
        let doctor = world.nsrun(["doctor"]).run().stdout;
        let told = doctor.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains("iptables (ip) drops what network \"bridge\" sends"), "{doctor}");
        let output = world.nsrun(*command).run().ok();
        assert!(output.stderr.contains(ADMITTED), "{command:?}: {output}");
        assert!(pings(&inside(&world, "a"), "203.0.113.1"), "{command:?}");
        let again = world.nsrun(["run", "true"]).run().ok();
        assert_eq!(again.stderr, "", "{n}");
        assert_eq!(rules(&world).matches("nsrun network bridge").count(), 2);
    }
}

#[test]
fn a_chain_of_others_that_comes_later_is_told_of_until_it_knows_the_network() {
    let world = World::new();
    detached(&world, &["--name", "a"], &["sleep", "1000"]);
    world.nsrun(["netns", "add", "web"]).run().ok();
    world.nsrun(["netns", "add", "web2"]).run().ok();
    world.sh("nft 'table inet mine { chain strict { type filter hook forward priority 10
         ct state established accept; reject with icmpx admin-prohibited; }; }'");
    let rule = "nft insert rule inet mine strict oifname nsrun0 accept";
    let told = |words: &[&str]| world.nsrun(words).run().ok().stderr.contains(rule);
    assert!(told(&["run", "-p", "9000:80", "true"]));
    assert!(told(&["publish", "a", "9001:80"]));
    assert!(told(&["connect", "ns:web", "bridge"]));
    assert!(told(&["gc"]));
    assert!(told(&["firewall", "reload"]));
    assert!(!pings(&inside(&world, "a"), "203.0.113.1"), "what is told is not true");
    world.sh(&format!("{rule}; {}", rule.replace("oifname", "iifname")));
    assert!(pings(&inside(&world, "a"), "203.0.113.1"), "the rule does not help");
    assert!(!told(&["run", "-p", "9002:80", "true"]));
    assert!(!told(&["connect", "ns:web2", "bridge"]));
    assert!(!told(&["gc"]));
}

#[test]
fn a_table_whose_rules_were_flushed_comes_back_with_the_next_run() {
    let world = World::builder().lan().build();
    need_tool!("python3");
    served(&world, &["--name", "a", "-p", "8080:80"], &["80"]);
    world.sh("nft flush table inet nsrun");
    assert_ne!(seen(world.lan(), "tcp 192.0.2.1 8080").as_deref(), Some("192.0.2.10"));
    let output = world.nsrun(["run", "true"]).run().ok();
    assert!(output.stderr.contains("firewall rules: they were made anew"), "{output}");
    assert_eq!(seen(world.lan(), "tcp 192.0.2.1 8080").as_deref(), Some("192.0.2.10"));
}

/// The rules of a chain that drops all else, by which a network passes.
const KNOWING: [&str; 6] = [
    "iifname nsrun0 accept; oifname nsrun0 accept",
    "iifname { lo, nsrun0 } accept; oifname { lo, nsrun0 } accept",
    "iifname @lans accept; oifname @lans accept",
    "iifname vmap { nsrun0 : accept }; oifname . iifname vmap { nsrun0 . up0 : accept }",
    "iifname \"nsrun*\" accept; oifname \"nsrun*\" accept",
    "iifname { lo, \"nsrun*\" } accept; oifname { lo, \"nsrun*\" } accept",
];

fn strict(world: &World, lan: &str, rules: &str) {
    world.sh(&format!(
        "nft 'table inet mine {{ counter seen {{ }}; set lans {{ type ifname; elements = {{ {lan} }}; }}
         chain strict {{ type filter hook forward priority 10; {rules}; }}; }}'"
    ));
}

#[test]
fn a_chain_of_others_that_knows_a_network_is_not_told_of_not_even_before_that_is_made() {
    for rules in KNOWING {
        let world = World::new();
        strict(&world, "nsrun0", &format!("{rules}; drop"));
        let dry = world.nsrun(["run", "--dry-run", "true"]).run().ok();
        let run = world.nsrun(["run", "ping", "-c", "1", "-W", "1", "203.0.113.1"]).run().ok();
        let port = world.nsrun(["run", "-p", "9000:80", "true"]).run().ok();
        for output in [dry, run, port] {
            assert!(!output.stderr.contains("reaches the world"), "{rules}: {output}");
        }
        let doctor = world.nsrun(["doctor"]).run().stdout;
        assert!(doctor.contains("no rules of others"), "{rules}: {doctor}");
    }
}

#[test]
fn a_chain_of_others_that_drops_is_told_of_whatever_else_it_knows() {
    for rules in [
        "iifname @lans accept; iifname { lo, nsrun7 } accept; drop",
        "counter name seen drop",
        // To this host is another way.
        "drop; }; chain mine { type filter hook input priority 10
         iifname { lo, nsrun0 } accept; iifname nsrun0 accept",
    ] {
        let world = World::new();
        strict(&world, "nsrun7", rules);
        let told =
            |output: &str| output.contains("nft insert rule inet mine strict iifname nsrun0");
        assert!(told(&world.nsrun(["run", "--dry-run", "true"]).run().ok().stderr), "{rules}");
        assert!(told(&world.nsrun(["run", "true"]).run().ok().stderr), "{rules}");
        let doctor = world.nsrun(["doctor"]).run().stdout;
        assert!(!doctor.contains("no rules of others"), "{rules}: {doctor}");
    }
}

#[test]
fn rules_that_let_another_link_pass_do_not_stand_for_those_of_a_network() {
    need_tool!("iptables-nft");
    let world = World::new();
    // As iptables-save kept them when networks were made in another order.
    world.sh("iptables-nft -P FORWARD DROP
         for way in i o; do iptables-nft -A FORWARD -$way nsrun7 -m comment \
         --comment 'nsrun network web' -j ACCEPT; done");
    world.nsrun(["network", "create", "web"]).run().ok();
    detached(&world, &["--net", "web", "--name", "a"], &["sleep", "1000"]);
    assert!(pings(&inside(&world, "a"), "203.0.113.1"), "{}", rules(&world));
    let all = rules(&world);
    assert_eq!(all.matches("nsrun network web").count(), 2, "{all}");
    assert!(!all.contains("nsrun7"), "{all}");
}

#[test]
fn rules_of_ours_that_iptables_saved_and_restored_are_known_again() {
    need_tool!("iptables-nft");
    let world = World::new();
    world.sh("iptables-nft -P FORWARD DROP; ip6tables-nft -P FORWARD DROP");
    let all = || world.sh("iptables-nft -S; ip6tables-nft -S");
    let before = all();
    world.nsrun(["network", "create", "--ipv6", "web"]).run().ok();
    let during = all();
    for way in ["iptables-nft", "ip6tables-nft"] {
        world.sh(&format!("{way}-save >/dev/shm/saved; {way}-restore </dev/shm/saved"));
    }
    assert_eq!(world.nsrun(["run", "--net", "web", "true"]).run().ok().stderr, "");
    assert_eq!(all(), during, "none twice");
    let removed = || world.nsrun(["network", "rm", "web"]).run().code() == Some(0);
    assert!(settle(removed, SOON));
    assert_eq!(all(), before);
}

#[test]
fn members_of_an_internal_network_reach_each_other_also_where_bridges_are_filtered() {
    need_tool!("iptables-nft");
    let switch = "/proc/sys/net/bridge/bridge-nf-call-iptables";
    let dropping = [
        "iptables-nft -P FORWARD DROP",
        "nft 'table inet mine { chain strict {
        type filter hook forward priority 10; drop; }; }'",
    ];
    for (n, drops) in dropping.iter().enumerate() {
        let world = World::new();
        if !world.succeeds(&format!("echo 1 >{switch}")) {
            skip!("needs br_netfilter");
        }
        world.sh("iptables-nft -P FORWARD ACCEPT");
        let before = rules(&world);
        world.nsrun(["network", "create", "--internal", "db"]).run().ok();
        let (a, b) = (["--net", "db", "--name", "a"], ["--net", "db", "--name", "b"]);
        detached(&world, &a, &["sleep", "1000"]);
        detached(&world, &b, &["sleep", "1000"]);
        let address = crate::runs::inspect(&world, "b")["networks"][0]["address"].clone();
        let address = address.as_str().unwrap_or_default().split('/').next().unwrap_or_default();
        assert!(pings(&inside(&world, "a"), address));
        world.sh(drops);
        assert!(!pings(&inside(&world, "a"), address), "{drops} drops nothing");
        assert!(!world.nsrun(["doctor"]).run().stdout.contains("no rules of others"), "{drops}");
        let output = world.nsrun(["firewall", "reload"]).run().ok();
        if n == 0 {
            assert!(rules(&world).contains("-A FORWARD -i nsrun1 -o nsrun1 "), "{}", rules(&world));
        } else {
            let (_, command) = output.stderr.split_once("reach each other: ").expect("it is told");
            world.sh(command);
        }
        assert!(pings(&inside(&world, "a"), address), "{drops}: {output}");
        assert!(world.nsrun(["doctor"]).run().stdout.contains("no rules of others"), "{drops}");
        world.sh("iptables-nft -P FORWARD ACCEPT");
        world.nsrun(["stop", "-t", "0", "a", "b"]).run().ok();
        assert!(settle(|| world.nsrun(["network", "rm", "db"]).run().code() == Some(0), SOON));
        assert_eq!(rules(&world), before);
    }
}

#[test]
fn a_run_does_not_read_through_long_tables_of_others_but_a_reload_does() {
    let world = World::new();
    world.nsrun(["run", "true"]).run().ok();
    let told = |words: &[&str]| {
        let output = world.nsrun(words).run().ok();
        output.stderr.contains("nft insert rule inet mine strict iifname nsrun0")
    };
    for (rules, is_read) in [(900, true), (1100, false)] {
        // Of another chain than the one that drops.
        world.sh(&format!(
            "{{ echo 'table inet mine; delete table inet mine; table inet mine {{ chain long {{'
             for n in $(seq 1 {rules}); do echo \"ip saddr 10.$((n / 250)).$((n % 250)).1 drop\"; done
             echo '}}; chain strict {{ type filter hook forward priority 10; policy drop'
             echo '}}; }}'; }} | nft -f -"
        ));
        assert_eq!(told(&["run", "-p", "9000:80", "true"]), is_read, "{rules}");
        assert!(told(&["firewall", "reload"]), "{rules}");
    }
}
