//! A plan as a tree to read.

use std::fmt::Write;

use crate::plan::{Namespace, Plan, Step};

/// What a plan will do, for people. What only the kernel can say (ids, which of the free
/// addresses) stands as it will be tried first.
pub fn tree(plan: &Plan) -> String {
    let mut out = String::new();
    let mut section = |title: &str, lines: Vec<String>| {
        if lines.is_empty() {
            return;
        }
        let _ = writeln!(out, "{title}");
        let last = lines.len() - 1;
        for (n, line) in lines.into_iter().enumerate() {
            let branch = if n == last { "└─" } else { "├─" };
            let _ = writeln!(out, "{branch} {line}");
        }
    };
    section("network", plan.network.iter().flatten().map(step_line).collect());
    let mut own = vec![format!("new: {}", namespaces(plan).join(", "))];
    own.extend(plan.share.as_ref().map(|share| format!("network: {share}")));
    section("namespaces", own);
    let run = crate::facts::Run { pid: 0, supervisor: 0, started: 0 };
    let mut host = Vec::new();
    for (member, lease) in plan.first_choice() {
        host.push(step_line(&member.claim(lease, Namespace::Process(0))));
        if !member.fixed {
            host.push("when that is taken: the next free address".into());
        }
        host.extend(member.protect(lease).iter().map(step_line));
        host.extend(
            member.publish(lease, &run.to_string(), Namespace::Process(0)).iter().map(step_line),
        );
    }
    for link in &plan.direct {
        host.push(step_line(&link.create(Namespace::Process(0))));
        host.extend(link.publish().iter().map(step_line));
    }
    section("host", host);
    let (elements, noted) = plan.publication(run);
    let mut ports: Vec<String> = elements.iter().map(ToString::to_string).collect();
    ports.extend(noted.iter().map(step_line));
    section("ports", ports);
    let mut inside = vec![Plan::loopback()];
    let leases = plan.first_leases();
    inside.extend(plan.first_inside(&leases).concat());
    inside.extend(plan.inside(&leases));
    section("inside", inside.iter().map(step_line).collect());
    let setup = plan.prepare.iter().chain(&plan.finish);
    section("process", setup.map(|step| with_details(step.to_string(), step.details())).collect());
    let mut command = String::new();
    for word in &plan.process.command {
        let _ = write!(command, " {}", word.display());
    }
    section("execute", vec![command.trim_start().into()]);
    out
}

fn step_line(step: &Step) -> String {
    with_details(step.to_string(), step.details())
}

fn with_details(text: String, details: Option<String>) -> String {
    match details {
        Some(details) => format!("{text} ({details})"),
        None => text,
    }
}

pub(super) fn namespaces(plan: &Plan) -> Vec<&'static str> {
    let isolation = &plan.isolation;
    let all = [
        (plan.share.is_none(), "network"),
        (true, "mount"),
        (isolation.pid, "pid"),
        (isolation.ipc, "ipc"),
        (isolation.uts, "uts"),
        (isolation.cgroup, "cgroup"),
        (isolation.user.is_some(), "user"),
    ];
    all.into_iter().filter_map(|(own, name)| own.then_some(name)).collect()
}
