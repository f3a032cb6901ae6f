//! Traffic control: queueing disciplines, classes and filters.

use nl::route::{traffic, traffic_stats};
use serde_json::Value;

use crate::{compare, each, fixture, name, object, said, some, when};

fn handle(handle: u32) -> String {
    match (handle >> 16, handle & 0xffff) {
        (0, 0) => "0:".into(),
        (0, minor) => format!(":{minor:x}"),
        (major, 0) => format!("{major:x}:"),
        (major, minor) => format!("{major:x}:{minor:x}"),
    }
}

#[test]
fn queueing_disciplines() {
    let ours = each("qdisc.bin", traffic::NEW_QDISC, |header, view| {
        let stats = view.nest(traffic::STATS2).unwrap().unwrap();
        let basic = stats.get(traffic_stats::BASIC).unwrap().unwrap();
        let queue = stats.get(traffic_stats::QUEUE).unwrap().unwrap();
        let root = header.parent == traffic::ROOT;
        let major = if header.handle == 0 { "0:".into() } else { handle(header.handle) };
        Some(object([
            ("kind", view.get(traffic::KIND).unwrap().map(|kind| kind.to_string().into())),
            ("handle", some(major)),
            ("dev", some(name(header.index))),
            ("root", when(root, true)),
            ("parent", when(!root, handle(header.parent))),
            ("refcnt", when(header.info > 1, header.info)),
            ("bytes", some(basic.bytes)),
            ("packets", some(basic.packets)),
            ("drops", some(queue.drops)),
            ("overlimits", some(queue.overlimits)),
            ("requeues", some(queue.requeues)),
            ("backlog", some(queue.backlog)),
            ("qlen", some(queue.qlen)),
        ]))
    });
    let mut theirs = said("qdisc.tc.json");
    for qdisc in theirs.as_array_mut().unwrap() {
        // Raw here, except for tbf: see the next test.
        qdisc.as_object_mut().unwrap().shift_remove("options");
    }
    compare("qdisc", &ours, &theirs);
}

#[test]
fn a_token_bucket_filter() {
    let theirs = said("qdisc.tc.json");
    let theirs = theirs.as_array().unwrap().iter().find(|qdisc| qdisc["kind"] == "tbf").unwrap();
    let mut seen = 0;
    each("qdisc.bin", traffic::NEW_QDISC, |_, view| {
        if view.get(traffic::KIND).unwrap().unwrap() != "tbf" {
            return None;
        }
        let tbf = view.nest(traffic::TBF).unwrap().unwrap();
        let p = tbf.get(nl::route::tbf::PARMS).unwrap().unwrap();
        assert_eq!(theirs["options"]["rate"], p.rate);
        assert_eq!(theirs["options"]["mpu"], p.rate_mpu);
        assert_eq!(p.rate_linklayer, 1, "ethernet");
        // Ticks of 64 ns: the time the bucket lasts at this rate.
        let burst = u64::from(p.rate) * u64::from(p.buffer) * 64 / 1_000_000_000;
        assert_eq!(burst, 32 * 1024, "32Kb");
        let latency = (u64::from(p.limit) - burst) * 1_000_000 / u64::from(p.rate);
        assert_eq!(theirs["options"]["lat"], latency);
        seen += 1;
        None
    });
    assert_eq!(seen, 1);
}

#[test]
fn filters() {
    for file in ["filter-veth1", "filter-veth1p"] {
        let ours = each(&format!("{file}.bin"), traffic::NEW_FILTER, |header, view| {
            let protocol = match u16::from_be(header.info as u16) {
                0x0800 => "ip",
                0x0003 => "all",
                other => panic!("{other:#x}"),
            };
            Some(object([
                ("protocol", some(protocol)),
                ("pref", some(header.info >> 16)),
                ("kind", view.get(traffic::KIND).unwrap().map(|kind| kind.to_string().into())),
                ("chain", view.get(traffic::CHAIN).unwrap().map(Value::from)),
            ]))
        });
        let mut theirs = said(&format!("{file}.tc.json"));
        for filter in theirs.as_array_mut().unwrap() {
            filter.as_object_mut().unwrap().shift_remove("options");
        }
        compare(file, &ours, &theirs);
    }
}

#[test]
fn classes() {
    // tc prints classes as text only.
    let theirs = String::from_utf8(fixture("class-veth1.tc.json")).unwrap();
    let ours = each("class-veth1.bin", traffic::NEW_CLASS, |header, view| {
        let stats = view.nest(traffic::STATS2).unwrap().unwrap();
        let basic = stats.get(traffic_stats::BASIC).unwrap().unwrap();
        let queue = stats.get(traffic_stats::QUEUE).unwrap().unwrap();
        let parent = match header.parent {
            traffic::ROOT => "root".into(),
            parent => format!("parent {}", handle(parent)),
        };
        let leaf =
            if header.info == 0 { String::new() } else { format!(" leaf {}", handle(header.info)) };
        let kind = view.get(traffic::KIND).unwrap().unwrap();
        Some(Value::from(format!(
            "class {kind} {} {parent}{leaf}| Sent {} bytes {} pkt (dropped {}, overlimits {} requeues {}) ",
            handle(header.handle),
            basic.bytes,
            basic.packets,
            queue.drops,
            queue.overlimits,
            queue.requeues,
        )))
    });
    for class in ours.as_array().unwrap() {
        let (begin, sent) = class.as_str().unwrap().split_once('|').unwrap();
        let paragraph = theirs.split("\n\n").find(|class| class.starts_with(begin));
        let paragraph = paragraph.unwrap_or_else(|| panic!("{begin} is not in\n{theirs}"));
        assert!(paragraph.lines().any(|line| line == sent), "{sent}\n{paragraph}");
    }
    assert_eq!(ours.as_array().unwrap().len(), 2);
}
