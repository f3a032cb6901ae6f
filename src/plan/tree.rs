//! A plan as a tree to read.

use std::fmt::Write;

use crate::plan::{Plan, Step};

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
    section("namespaces", vec![format!("new: {}", namespaces(plan).join(", "))]);
    if let Some(member) = &plan.member
        && let Some(&lease) = member.claims.first()
    {
        let run = crate::facts::Run { pid: 0, supervisor: 0, started: 0 };
        let mut lines = vec![step_line(&member.claim(lease, 0))];
        if !member.fixed {
            lines.push("when that is taken: the next free address".into());
        }
        lines.extend(member.publish(lease, run).iter().map(step_line));
        section("host", lines);
        section("inside", member.inside(lease).iter().map(step_line).collect());
    } else {
        section("inside", vec!["bring link \"lo\" up".into()]);
    }
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

fn namespaces(plan: &Plan) -> Vec<&'static str> {
    let isolation = &plan.isolation;
    let all = [
        (true, "network"),
        (true, "mount"),
        (isolation.pid, "pid"),
        (isolation.ipc, "ipc"),
        (isolation.uts, "uts"),
        (isolation.cgroup, "cgroup"),
        (isolation.user.is_some(), "user"),
    ];
    all.into_iter().filter_map(|(own, name)| own.then_some(name)).collect()
}
