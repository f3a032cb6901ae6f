//! `--dry-run`: what it says is what would be done, and nothing is.

use serde_json::{Map, Value, json};

use crate::runs::{SOON, process, staying};
use crate::world::{Place, World, assert_same, settle};

#[test]
fn a_dry_run_changes_nothing() {
    let world = World::new();
    let before = world.snapshot();
    for options in
        [&[][..], &["--format", "ip"], &["--format", "tree", "--name", "web"], &["--detach"]]
    {
        let run =
            world.nsrun(["run", "--dry-run"]).args(options).args(["--", "touch", "/run/made"]);
        let output = run.run().ok();
        assert!(output.stdout.contains("nsrun0"), "{output}");
        assert!(output.stdout.contains("touch /run/made"), "{output}");
    }
    assert_same(&before, &world.snapshot());
}

#[test]
fn a_dry_run_refuses_what_a_run_refuses() {
    let world = World::new();
    world
        .nsrun(["run", "--dry-run", "--ip", "192.0.2.1", "true"])
        .run()
        .exits(2)
        .says("not inside");
    world.nsrun(["run", "--dry-run", "--format", "xml", "true"]).run().exits(2).says("xml");
    world.sh("ip link add nsrun0 type bridge");
    world.nsrun(["run", "--dry-run", "true"]).run().exits(125).says("not ours");
}

#[test]
fn the_tree_names_every_step() {
    let world = World::new();
    let options = ["--name", "web", "--ip", "10.192.0.9", "--sysctl", "net.ipv4.ip_forward=1"];
    let tree = world.nsrun(["run", "--dry-run"]).args(options).arg("true").run().ok().stdout;
    for step in [
        "create bridge \"nsrun0\"",
        "add address 10.192.0.1/20 to link \"nsrun0\"",
        "new: network, mount, pid, ipc, uts",
        "create veth \"ns0.9\" (in bridge \"nsrun0\", mtu 1500, other end \"eth0\"",
        "add name \"run:web\" to link \"ns0.9\"",
        "add address 10.192.0.9/20 to link \"eth0\"",
        "add default route via 10.192.0.1",
        "set net.ipv4.ip_forward to \"1\"",
        "set host name \"web\"",
        "true",
    ] {
        assert!(tree.contains(step), "no {step:?} in\n{tree}");
    }
    world.nsrun(["run", "true"]).run().ok();
    let tree = world.nsrun(["run", "--dry-run"]).args(options).arg("true").run().ok().stdout;
    assert!(!tree.contains("create bridge"), "{tree}");
}

#[test]
fn the_json_names_every_step_with_its_fields() {
    let world = World::new();
    let before = world.snapshot();
    let options = ["--name", "web", "--ip", "10.192.0.9", "--sysctl", "net.ipv4.ip_forward=1"];
    let dry = world.nsrun(["run", "--dry-run", "--format", "json"]).args(options);
    let plan = dry.args(["true", "it's"]).run().ok().json();
    assert_eq!(
        plan["network"][0][0],
        json!({ "do": "create_bridge", "link": "nsrun0", "mac": "02:14:0a:c0:00:01", "mtu": 68 })
    );
    let member = &plan["members"][0];
    assert_eq!(
        member["claim"],
        json!({
            "do": "create_veth", "link": "ns0.9", "bridge": "nsrun0", "bridge_index": null,
            "mtu": 1500, "peer": "eth0", "peer_mac": "0a:6e:0a:c0:00:09",
        })
    );
    assert_eq!(member["address"], "10.192.0.9/20");
    let has = |list: &Value, step: Value| list.as_array().expect("a list").contains(&step);
    let publish = &member["publish"];
    assert!(has(publish, json!({ "do": "add_name", "link": "ns0.9", "name": "run:web" })));
    let route =
        json!({ "do": "add_route", "to": "0.0.0.0/0", "gateway": "10.192.0.1", "link": null });
    assert!(has(&plan["inside"], json!({ "do": "set_up", "link": "lo" })));
    assert!(has(&plan["inside"], route));
    let sysctl =
        json!({ "do": "set_sysctl", "key": "net.ipv4.ip_forward", "value": "1", "asked": true });
    assert!(has(&plan["finish"], sysctl));
    assert_eq!(plan["process"]["command"], json!(["true", "it's"]));
    assert_eq!(plan["namespaces"], json!(["network", "mount", "pid", "ipc", "uts"]));
    assert_same(&before, &world.snapshot());
}

/// What `ip -j` says about a place, without what differs from one making to the next.
fn state(place: &Place) -> Value {
    let all = place.json("ip -j -d address");
    let mut list: Vec<Value> = all.as_array().cloned().unwrap_or_default();
    list.retain(|link| link["ifname"] != "up0");
    let routes = place.json("ip -j route show table all");
    let routes: Vec<Value> = routes.as_array().cloned().unwrap_or_default();
    let mut routes =
        routes.iter().filter(|route| route["dev"] != "up0").map(comparable).collect::<Vec<_>>();
    routes.sort_by_key(Value::to_string);
    json!({ "links": list.iter().map(comparable).collect::<Vec<_>>(), "routes": routes })
}

fn comparable(value: &Value) -> Value {
    const OWN: [&str; 10] = [
        "ifindex",
        "link_index",
        "link_netnsid",
        "link_netns",
        "link",
        "gc_timer",
        "hello_timer",
        "tcn_timer",
        "topology_change_timer",
        "permaddr",
    ];
    match value {
        Value::Object(fields) => {
            let mut kept = Map::new();
            for (key, value) in fields.iter().filter(|(key, _)| !OWN.contains(&key.as_str())) {
                kept.insert(key.clone(), comparable(value));
            }
            // Which process, and when.
            if kept.get("ifalias").and_then(Value::as_str).is_some_and(|it| it.contains("pid=")) {
                kept.insert("ifalias".into(), "a run".into());
            }
            // The host's end has a random address.
            if kept.get("ifname").and_then(Value::as_str).is_some_and(|it| it.starts_with("ns0.")) {
                kept.remove("address");
            }
            Value::Object(kept)
        }
        Value::Array(values) => values.iter().map(comparable).collect(),
        other => other.clone(),
    }
}

const SYSCTLS: &str =
    "cd /proc/sys/net/ipv4; cat ping_group_range ip_unprivileged_port_start ip_forward";

#[test]
fn the_ip_commands_do_what_the_plan_does() {
    need_tool!("sysctl");
    for options in [
        &["--name", "web", "--ip", "10.192.0.9", "--sysctl", "net.ipv4.ip_forward=1"][..],
        &["--ip", "10.192.3.1", "--mac", "02:00:00:00:00:07", "--mtu", "1400", "--ifname", "wan0"],
    ] {
        let (applied, scripted) =
            (World::builder().ipv6().build(), World::builder().ipv6().build());
        let running = staying(&applied, options, "echo ready; exec sleep 1000");
        let pid = process(&applied, "sleep 1000");
        let run = applied.net_of(pid);

        let dry = scripted.nsrun(["run", "--dry-run", "--format", "ip"]).args(options);
        let script = dry.args(["--", "echo", "it's", "done"]).run().ok().stdout;
        let last = scripted.cmd(["sh", "-s"]).stdin(&script).run().ok().stdout;
        assert_eq!(last, "it's done\n");
        let holder = scripted.cmd([
            "ip",
            "netns",
            "exec",
            "nsrun-demo",
            "sh",
            "-c",
            "echo ready; exec sleep 1000",
        ]);
        let holder = holder.spawn();
        assert_eq!(holder.line(SOON), "ready");
        let made = scripted.net_of(holder.pid());

        // Carrier and addresses are told a moment late.
        let same = || state(&applied) == state(&scripted) && state(&run) == state(&made);
        if !settle(same, SOON) {
            assert_eq!(state(&applied), state(&scripted), "host, by\n{script}");
            assert_eq!(state(&run), state(&made), "inside, by\n{script}");
        }
        assert_eq!(run.sh(SYSCTLS), made.sh(SYSCTLS));
        drop(running);
    }
}

#[test]
fn the_script_needs_no_network_for_a_run_without() {
    let world = World::new();
    let script = world
        .nsrun(["run", "--net", "none", "--dry-run", "--format", "ip", "true"])
        .run()
        .ok()
        .stdout;
    assert!(!script.contains("nsrun0"), "{script}");
    world.cmd(["sh", "-s"]).stdin(&script).run().ok();
    let link = world.json("ip -n nsrun-demo -j link");
    assert_eq!(link[0]["flags"], json!(["LOOPBACK", "UP", "LOWER_UP"]));
}
