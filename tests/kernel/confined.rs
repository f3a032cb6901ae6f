//! How far a root inside is held, and what a plain CMD can do, tried as an attacker would.

use std::path::Path;

use crate::runs::{SOON, detached, with_network};
use crate::world::{Output, World, settle};

/// A root directory with busybox, and a shell script in it.
pub(crate) fn in_rootfs(world: &World, options: &[&str], script: &str) -> Output {
    world.sh("mkdir -p /run/root; cp $(command -v busybox) /run/root/");
    let run = world.nsrun(["run", "--net", "none", "--rootfs", "/run/root"]).args(options);
    // For test(1): the shell in busybox takes root for one who may write everything.
    let libraries =
        ["/usr", "/bin", "/lib", "/lib64"].into_iter().filter(|path| Path::new(path).exists());
    let run = libraries.fold(run, |run, path| run.args(["--bind", &format!("{path}:{path}:ro")]));
    let path = "PATH=/; for it in cat ls mkdir mount umount unshare hostname nsenter chroot; do alias $it=\"/busybox $it\"; done";
    run.args(["--", "/busybox", "sh", "-c", &format!("{path}\n{script}")]).run()
}

/// What could be written of the host's kernel; nothing is.
const STEER: &str = "for file in /proc/sys/kernel/core_pattern /proc/sysrq-trigger \
                     /sys/kernel/uevent_seqnum /sys/kernel/mm /sys/fs/cgroup; \
                     do /usr/bin/test -w $file && echo $file; done; true";

/// Takes away what covers it, in every way there is.
const UNCOVER: &str = "mkdir -p /tmp/p; for it in /proc/sys /proc/sysrq-trigger /sys; do \
                       umount $it; umount -l $it; mount -o remount,rw,bind $it; \
                       mount -o remount,rw $it; done; mount -t proc none /tmp/p; \
                       unshare -m umount /proc/sys; \
                       unshare -Urm umount /proc/sys";

#[test]
fn root_in_another_root_directory_cannot_steer_the_host() {
    need_tool!("busybox");
    let world = World::new();
    let held = in_rootfs(&world, &[], STEER);
    assert_eq!(held.stdout, "", "{held}");
    for file in ["/proc/keys", "/proc/timer_list", "/proc/interrupts", "/sys/firmware"] {
        let seen = in_rootfs(&world, &[], &format!("ls {file} && cat {file} 2>/dev/null")).stdout;
        assert!(seen.trim() == file || seen.trim().is_empty(), "{file}: {seen}");
    }
    for call in ["mount -t tmpfs none /sys", "unshare -U true", "unshare -n true", "hostname x"] {
        let refused = in_rootfs(&world, &[], call);
        assert_ne!(refused.code(), Some(0), "{call}: {refused}");
    }
    in_rootfs(&world, &[], "echo x >/sys/kernel/mm/ksm/run").says("Read-only file system");
    // What it is for still works.
    in_rootfs(&world, &[], "chroot / /busybox true && cat /proc/self/status >/dev/null").ok();
}

#[test]
fn root_in_another_root_directory_has_no_devices_but_those_in_dev() {
    need_tool!("busybox");
    let world = World::new();
    if !world.is_real_root() {
        skip!("only root makes devices");
    }
    let own = "mkdir -p /run/root/own; mount -t tmpfs -o dev none /run/root/own";
    let make =
        "mount -o remount,dev /run; mknod /run/root/null c 1 3; mknod /run/root/own/null c 1 3";
    world.sh(&format!("{own}; {make}; : >/run/root/null; : >/run/root/own/null"));
    let open =
        "(: >/null) && echo opened; (: >/own/null) && echo opened; : >/dev/null && echo null";
    assert_eq!(in_rootfs(&world, &[], open).stdout, "null\n");
    let make =
        "/busybox mknod /n c 1 3 || /busybox mknod /dev/n c 1 3; echo $?; : >/dev/n && echo opened";
    assert_eq!(in_rootfs(&world, &[], make).stdout.lines().next(), Some("1"));
    let made =
        in_rootfs(&world, &["--cap-add", "mknod"], "/busybox mknod /dev/n c 1 3 && : >/dev/n");
    made.ok().says("nsrun: warning: mknod without --userns reaches this host");
    in_rootfs(&world, &["--userns", "--cap-add", "mknod"], make).says("Operation not permitted");
}

/// Gives another mode and owner to all that leads to a device of the host.
const CHANGE: &str = "for it in /dev/* /proc/interrupts /proc/keys /proc/timer_list \
                      /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2; \
                      do /busybox chmod 640 $it; /busybox chown 42 $it; done";

#[test]
fn root_in_another_root_directory_uses_the_devices_of_the_host_and_cannot_change_them() {
    need_tool!("busybox");
    let world = World::new();
    if !world.is_real_root() {
        skip!("only root makes devices");
    }
    // The machine's are not put at risk.
    let make = "for it in 'null 1 3' 'zero 1 5' 'full 1 7' 'random 1 8' 'urandom 1 9' 'tty 5 0'; \
                do set -- $it; mknod -m 666 /run/dev/$1 c $2 $3; done";
    world.sh(&format!(
        "mkdir -p /run/root /run/dev; cp $(command -v busybox) /run/root/; \
         mount -t tmpfs -o dev none /run/dev; {make}; mount --move /run/dev /dev"
    ));
    let devices = || world.sh("stat -c '%n %a %u' /dev/*");
    let before = devices();
    for (name, options) in [("root", ""), ("user", "--userns")] {
        let nsrun = env!("CARGO_BIN_EXE_nsrun");
        let run = format!("{nsrun} run --net none --rootfs /run/root {options}");
        let streams = "</dev/null >/dev/null 2>&1";
        world.sh(&format!("{run} -- /busybox sh -c '{CHANGE}; true' {streams}"));
        assert_eq!(devices(), before, "{name}");
        let stay = format!("{CHANGE}; >/{name}; /busybox sleep 60");
        world.sh(&format!("{run} -d --name {name} -- /busybox sh -c '{stay}'"));
        assert!(settle(|| world.sh("ls /run/root").lines().any(|it| it == name), SOON));
        assert_eq!(devices(), before, "{name}, in the background");
        world.sh(&format!("{nsrun} exec {name} /busybox sh -c '{CHANGE}; true' {streams}"));
        assert_eq!(devices(), before, "{name}, exec");
    }
    let used = "echo >/dev/null && /busybox head -c 1 /dev/urandom >/dev/null && \
                echo told >/dev/tty && test -c /proc/self/fd/0";
    let run = world.nsrun(["run", "--net", "none", "--rootfs", "/run/root"]);
    let mut pty = run.args(["--", "/busybox", "sh", "-c", used]).pty();
    pty.wait();
    assert_eq!(pty.text().trim(), "told");
}

#[test]
fn no_working_directory_leads_out_of_the_root_directory() {
    need_tool!("busybox");
    let world = World::new();
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    for options in ["", "--userns", "--pid host"] {
        let script = format!(
            "mkdir -p /run/root /run/host/there; cp $(command -v busybox) /run/root/
            ln -sfn /proc/self/fd/7 /run/root/app; exec 7</run/host/there
            {nsrun} run --net none --rootfs /run/root {options} -w /app -- /busybox ls ../.."
        );
        let refused = world.cmd(["sh", "-c", &script]).run().exits(125);
        refused.says("cannot start in directory \"/app\"");
    }
}

#[test]
fn only_personalities_that_open_nothing_can_be_taken_on() {
    need_tool!("busybox");
    need_tool!("setarch");
    let world = World::new();
    let older = in_rootfs(&world, &[], "/usr/bin/setarch --uname-2.6 /busybox uname -r").ok();
    assert!(older.stdout.starts_with("2.6."), "{older}");
    let refused = in_rootfs(&world, &[], "/usr/bin/setarch -R /busybox true");
    assert_ne!(refused.code(), Some(0), "{refused}");
    refused.says("Operation not permitted");
    in_rootfs(&world, &["--unconfined"], "/usr/bin/setarch -R /busybox true").ok();
}

#[test]
fn kernels_without_mount_setattr_hold_root_as_far() {
    need_tool!("strace");
    let world = World::new();
    world.sh("mkdir -p /run/root/own /run/shown/below; \
              for it in /run/shown/below /run/root/own; do mount -t tmpfs -o dev none $it; done; \
              mknod /run/root/own/null c 1 3 || :");
    let run = |options: &[&str], script: &str| {
        let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e"];
        let old = world.cmd(strace).args(["inject=mount_setattr:error=ENOSYS"]);
        let run = old.args([env!("CARGO_BIN_EXE_nsrun"), "run", "--net", "none"]).args(options);
        run.args(["--", "/bin/sh", "-c", script]).run()
    };
    let rootfs = ["--rootfs", "/run/root", "--bind", "/usr:/usr", "--bind", "/bin:/bin", "--bind"];
    let rootfs = [&rootfs[..], &["/lib:/lib", "--bind", "/lib64:/lib64"]].concat();
    let open = format!("{STEER}\n(: >/own/null) && echo opened; : >/made && echo written");
    let held = run(&rootfs, &open);
    assert_eq!(held.stdout, "written\n", "{held}");
    let devices = "grep -cE ' /dev/(null|zero|full|random|urandom|tty) ro,' /proc/self/mountinfo";
    for options in [&[][..], &["--userns"]] {
        let held = run(&[&rootfs[..], options].concat(), devices);
        assert_eq!(held.stdout, "6\n", "{held}");
    }
    let write =
        "(: >/mnt/x) && echo made; (: >/mnt/below/x) && echo made; : >/run/x && echo written";
    let shown = run(&["--bind", "/run/shown:/mnt:ro"], write);
    assert_eq!(shown.stdout, "written\n", "{shown}");
    let shown = run(&[&rootfs[..], &["--bind", "/run/shown:/mnt:ro"]].concat(), write);
    shown.exits(125).says("cannot show \"/run/shown\" at \"/mnt\", read-only");
}

#[test]
fn root_of_the_host_in_a_user_namespace_cannot_steer_the_host() {
    need_tool!("busybox");
    let world = World::new();
    if !world.is_real_root() {
        skip!("this needs root outside of a user namespace");
    }
    let script = format!("({UNCOVER}) >/tmp/said 2>&1\n{STEER}");
    let on_host = |options: &[&str], script: &str| {
        let run = world.nsrun(["run", "--net", "none", "--userns", "--tmpfs", "/tmp"]);
        run.args(options).args(["--", "sh", "-c", script]).run().ok()
    };
    let held = on_host(&[], &script);
    assert_eq!((held.stdout.as_str(), held.stderr.as_str()), ("", ""), "{held}");
    let held = in_rootfs(&world, &["--userns", "--tmpfs", "/tmp"], &script);
    assert_eq!(held.stdout, "", "{held}");
    // The same attempts do tell, where they shall succeed.
    let free = on_host(&["--cap-add", "sys_admin"], &script);
    assert!(free.stdout.contains("/proc/sys/kernel/core_pattern"), "{free}");
    free.says("nsrun: warning: sys_admin with root of this host in the user namespace");
    let free = on_host(&["--cap-add", "all"], "true");
    assert_eq!(free.stderr.lines().count(), 1, "{free}");
    let other = ["--uidmap", "0:100000:65536", "--gidmap", "0:100000:65536"];
    let other = on_host(&other, &script);
    assert_eq!((other.stdout.as_str(), other.stderr.as_str()), ("", ""), "{other}");
}

#[test]
fn root_in_another_root_directory_is_held_no_further_when_told_so() {
    need_tool!("busybox");
    let world = World::new();
    let free = in_rootfs(&world, &["--unconfined"], "cat /proc/self/status").ok();
    assert!(free.stdout.contains("Seccomp:\t0"), "{free}");
    let kept = in_rootfs(&world, &["--cap-add", "sys_admin"], "unshare -n true");
    assert_eq!(kept.code(), Some(0), "a capability brings its calls back: {kept}");
}

#[test]
fn what_is_executed_beside_a_confined_command_is_confined() {
    need_tool!("busybox");
    let world = World::new();
    with_network(&world);
    world.sh("mkdir -p /run/root; cp $(command -v busybox) /run/root/");
    let rootfs = ["--rootfs", "/run/root", "--name", "box"];
    detached(&world, &rootfs, &["/busybox", "sleep", "60"]);
    let exec = |script: &str| world.nsrun(["exec", "box", "/busybox", "sh", "-c", script]).run();
    let refused = exec("/busybox unshare -n /busybox true");
    assert_ne!(refused.code(), Some(0), "{refused}");
    exec("true").ok();
}

/// Lets nothing be refused by one more filter, and executes its arguments.
const FILTERED: &str = r"
import ctypes, os, struct, sys
allow = ctypes.create_string_buffer(struct.pack('HBBI', 0x06, 0, 0, 0x7fff0000))
class Program(ctypes.Structure):
    _fields_ = [('len', ctypes.c_ushort), ('filter', ctypes.c_void_p)]
program = Program(1, ctypes.addressof(allow))
assert ctypes.CDLL(None).prctl(22, 2, ctypes.byref(program)) == 0
os.execvp(sys.argv[1], sys.argv[1:])
";

#[test]
fn exec_holds_as_the_run_is_held_whoever_calls_it() {
    need_tool!("python3");
    let world = World::new();
    with_network(&world);
    if !world.is_real_root() {
        skip!("a filter without root needs no_new_privs");
    }
    let filters = |how: &[&str], name: &str| {
        let nsrun = [env!("CARGO_BIN_EXE_nsrun"), "exec", name, "cat", "/proc/self/status"];
        let status = world.cmd(how).args(nsrun).run().ok().stdout;
        let line = status.lines().find_map(|line| line.strip_prefix("Seccomp_filters:\t"));
        line.expect("a count").to_owned()
    };
    let filtered = ["python3", "-c", FILTERED];
    detached(&world, &["--userns", "--name", "held"], &["sleep", "60"]);
    assert_eq!([filters(&["env"], "held"), filters(&filtered, "held")], ["1", "2"]);
    let free = ["run", "-d", "--name", "free", "sleep", "60"];
    world.cmd(filtered).arg(env!("CARGO_BIN_EXE_nsrun")).args(free).run().ok();
    assert_eq!([filters(&["env"], "free"), filters(&filtered, "free")], ["0", "1"]);
}

#[test]
fn a_confined_command_cannot_type_into_its_callers_terminal() {
    need_tool!("python3");
    let world = World::new();
    let script = "import fcntl, termios\n\
                  try: fcntl.ioctl(0, termios.TIOCSTI, b'x'); print('typed')\n\
                  except OSError as error: print('errno', error.errno)";
    let typed = |options: &[&str]| {
        let run = world.nsrun(["run", "--net", "none"]).args(options);
        let mut pty = run.args(["--", "python3", "-c", script]).pty();
        pty.wait();
        pty.text()
    };
    if !typed(&[]).contains("typed") {
        skip!("this kernel lets nobody type (dev.tty.legacy_tiocsti)");
    }
    let held = typed(&["--userns"]);
    assert!(held.contains("errno 1"), "{held}");
}

#[test]
fn nsrun_itself_is_out_of_reach_of_what_it_launches() {
    need_tool!("strace");
    need_tool!("setpriv");
    let world = World::new();
    with_network(&world);
    if !world.is_real_root() {
        skip!("this needs a second user");
    }
    // An ordinary user's has all capabilities in the user namespace, and so has the init.
    let user = ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups"];
    let init = world.cmd(user).args([env!("CARGO_BIN_EXE_nsrun"), "run", "--net", "none", "--"]);
    let init = init.args(["sh", "-c", "readlink /proc/1/exe || readlink /proc/1/fd/0"]).run();
    assert_eq!(init.stdout, "", "{init}");
    // Between joining and executing, which takes a second here, exec is a process of the run's.
    let watch = "while :; do for it in /proc/[2-9]* /proc/1?*; do \
                 read name <$it/comm && [ $name = nsrun ] && echo seen && (: <$it/mem) && \
                 read name <$it/comm && [ $name = nsrun ] && echo reached; done 2>/dev/null; done";
    detached(&world, &["--name", "bad", "--log", "/run/log"], &["sh", "-c", watch]);
    let slow = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=execve:delay_enter=500000"];
    world.cmd(slow).args([env!("CARGO_BIN_EXE_nsrun"), "exec", "bad", "true"]).run().ok();
    let log = world.read("/run/log");
    assert!(log.contains("seen"), "it had the time");
    assert!(!log.contains("reached"), "{}", log.lines().count());
}

/// Keeps the program of an nsrun that is executed beside it open, and writes to it when nobody
/// executes it any more.
const KEEP: &str = r"
import glob, os, time
kept = None
while not kept:
    for path in glob.glob('/proc/[1-9]*/exe'):
        try: kept = open(path) if 'nsrun' in os.readlink(path) else kept
        except OSError: pass
print('kept', flush=True)
for attempt in range(10):
    try: open(f'/proc/self/fd/{kept.fileno()}', 'ab', 0).write(b'hostile'); print('written'); break
    except OSError: time.sleep(0.2)
print('tried', flush=True)
time.sleep(60)
";

#[test]
fn the_file_of_nsrun_is_out_of_reach_of_the_run_that_exec_enters() {
    need_tool!("python3");
    need_tool!("strace");
    let world = World::new();
    if !world.is_real_root() {
        skip!("one who is root inside of a user namespace owns no file of nsrun's");
    }
    with_network(&world);
    // As after an update: the nsrun that launched the run executes another file.
    let ours = env!("CARGO_BIN_EXE_nsrun");
    world.sh(
        "mkdir /run/root; printf '#!/proc/self/exe\\n' >/run/root/cmd; chmod 755 /run/root/cmd",
    );
    let attacked = |name: &str, options: &[&str]| {
        world.sh(&format!("cp {ours} /run/nsrun"));
        let log = format!("/run/{name}.log");
        let shown = ["--bind", "/usr:/usr", "--bind", "/bin:/bin", "--bind", "/lib:/lib", "--bind"];
        let run = ["--rootfs", "/run/root", "--name", name, "--log", &log];
        let run = [&run[..], &shown, &["/lib64:/lib64"], options].concat();
        detached(&world, &run, &["python3", "-c", KEEP]);
        let kept = || {
            let execute = world.cmd(["/run/nsrun", "exec", name, "/cmd"]).run().exits(2);
            execute.says("unknown command \"/cmd\"");
            world.read(&log).contains("kept")
        };
        assert!(settle(kept, SOON), "{}", world.read(&log));
        assert!(settle(|| world.read(&log).contains("tried"), SOON), "{}", world.read(&log));
        let same = world.cmd(["cmp", "-s", ours, "/run/nsrun"]).run();
        (world.read(&log), same.code() == Some(0))
    };
    let held = ("kept\ntried\n".to_owned(), true);
    assert_eq!(attacked("root", &[]), held);
    assert_eq!(attacked("user", &["--userns"]), held);
    // The same attempt does tell, where root inside is not held.
    assert_eq!(attacked("free", &["--unconfined"]), ("kept\nwritten\ntried\n".into(), false));
    let refused = ["strace", "-qq", "-o", "/dev/null", "-e", "inject=memfd_create:error=EACCES"];
    let refused = world.cmd(refused).args([ours, "exec", "root", "true"]).run().exits(125);
    refused.says("nsrun: cannot execute a copy of nsrun in memory: Permission denied");
}

#[test]
fn a_user_namespace_has_no_keys_of_the_host() {
    need_tool!("python3");
    let world = World::new();
    // keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0)
    let keys = "import ctypes; c = ctypes.CDLL(None, use_errno=True); \
                print(c.syscall(250, 0, -3, 0), ctypes.get_errno())";
    let run = |options: &[&str]| {
        let cmd = world.nsrun(["run", "--net", "none"]).args(options);
        cmd.args(["--", "python3", "-c", keys]).run().ok().stdout
    };
    assert_eq!(run(&["--userns"]), "-1 1\n");
    assert_ne!(run(&[]), "-1 1\n");
    let mount = world.nsrun(["run", "--net", "none", "--userns", "--cap-add", "sys_admin", "--"]);
    mount.args(["mount", "-t", "tmpfs", "none", "/mnt"]).run().ok();
}

#[test]
fn a_plain_command_shares_the_hosts_files_and_not_its_namespaces() {
    let world = World::new();
    let run = |script: &str| world.nsrun(["run", "--", "sh", "-c", script]).run();
    let status = run("grep -E '^(NoNewPrivs|Seccomp|CapBnd):' /proc/self/status").ok().stdout;
    assert_eq!(status, "CapBnd:\t00000000a80425fb\nNoNewPrivs:\t0\nSeccomp:\t0\n");
    assert_eq!(
        run("ls /proc/self/fd | wc -l; sleep 0.3; ls /proc/1/fd | wc -l").ok().stdout,
        "4\n3\n"
    );
    // No process of the host is in its /proc, so there is no way into the host's namespaces.
    let own = world.sh("readlink /proc/self/ns/net");
    assert!(!run("readlink /proc/[0-9]*/ns/net || :").ok().stdout.contains(own.trim()));
    assert_ne!(run("nsenter -t 1 -m true").code(), Some(0));
    assert_ne!(run("mount -t tmpfs none /mnt").code(), Some(0));
    // Its files are the host's: root writes them.
    run("echo written >/dev/shm/shared").ok();
    assert_eq!(world.read("/dev/shm/shared"), "written\n");
}

#[test]
fn a_set_uid_copy_of_nsrun_refuses_to_run() {
    need_tool!("setpriv");
    let world = World::new();
    if !world.is_real_root() {
        skip!("this needs a second user");
    }
    let copy =
        format!("cp {} /dev/shm/nsrun; chmod 4755 /dev/shm/nsrun", env!("CARGO_BIN_EXE_nsrun"));
    world.sh(&format!("mount -o remount,suid,exec /dev/shm; {copy}"));
    let user =
        ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups", "/dev/shm/nsrun"];
    let refused = world.cmd(user).args(["run", "true"]).run();
    refused.exits(2).says("nsrun: cannot be run set-uid");
}
