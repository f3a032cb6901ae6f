//! nsrun is killed at a bad moment.

use std::time::Duration;

use super::world::{World, settle};

#[test]
fn killed_before_the_new_process_asked_to_die_with_it_nothing_is_left() {
    need_tool!("strace");
    let world = World::new();
    // The first prctl(2) of the new process asks for that. Held up there, it has its order to go
    // on when nsrun dies, and no signal will tell it.
    let script = r#"
        strace -f -qq -o /run/trace -e trace=prctl,exit_group \
            -e inject=prctl:delay_enter=600000:when=1 \
            "$NSRUN" run -- sleep 1234 >/dev/null 2>&1 &
        tracer=$!
        until ip link show master nsrun0 up | grep -q ns0; do sleep 0.01; done
        kill -9 $(cat /proc/$tracer/task/$tracer/children)
        cat /run/trace
    "#;
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    let trace = world.cmd(["sh", "-ec", script]).env("NSRUN", nsrun).run().ok().stdout;
    assert!(!trace.contains("PR_CAPBSET_DROP"), "it was killed too late: {trace}");

    let left = "pgrep -f '^sleep 1234' || ip link show type veth | grep -q ns0";
    let gone = settle(|| !world.succeeds(left), Duration::from_secs(5));
    assert!(gone, "left: {}", world.sh("ps -ef; ip -br link; cat /run/trace"));
    assert!(world.read("/run/trace").contains("PR_SET_PDEATHSIG"), "it was killed too early");
}
