//! The processes of a run, by what /proc says (proc(5)).

use std::fs;

/// The process that was launched: the init's first child, or the run's first process itself.
pub fn cmd_pid(first: i32) -> Option<i32> {
    if !is_init(first) {
        return Some(first);
    }
    let children = fs::read_to_string(format!("/proc/{first}/task/{first}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}

/// Whether a process is the init of a process id namespace below this one.
fn is_init(pid: i32) -> bool {
    let ids = field(pid, "NSpid:").unwrap_or_default();
    let ids: Vec<&str> = ids.split_whitespace().collect();
    ids.len() > 1 && ids.last() == Some(&"1")
}

/// A line of /proc/PID/status.
pub fn field(pid: i32, name: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix(name)).map(|rest| rest.trim().to_owned())
}
