//! What is installed: by make, as a Debian package, and as a service that is restarted.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::runs::{inspect, started};
use crate::world::{Place, World};

/// For what is busy with a large file.
const PATIENCE: Duration = Duration::from_secs(120);

fn source(path: &str) -> String {
    format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))
}

/// All files below a directory.
fn files(place: &Place, directory: &str) -> Vec<String> {
    let list = place.sh(&format!("cd {directory} && find . -type f -o -type l | sort"));
    list.lines().map(|line| line.trim_start_matches("./").to_owned()).collect()
}

#[test]
fn what_is_installed_is_all_there_and_all_removed() {
    let world = World::new();
    let script = source("packaging/install.sh");
    let binary = env!("CARGO_BIN_EXE_nsrun");
    world.cmd(["sh", &script, binary, "/run/root", "/usr"]).run().ok();
    let there = files(&world, "/run/root/usr");
    for expected in [
        "bin/nsrun",
        "share/man/man1/nsrun.1",
        "share/man/man1/nsrun-run.1",
        "share/bash-completion/completions/nsrun",
        "share/zsh/site-functions/_nsrun",
        "share/fish/vendor_completions.d/nsrun.fish",
        "share/doc/nsrun/README.md",
        "share/doc/nsrun/examples/nsrun-web.service",
    ] {
        assert!(there.iter().any(|file| file == expected), "{expected} of {there:?}");
    }
    world.cmd(["/run/root/usr/bin/nsrun", "--version"]).run().ok();
    world.write("/run/root/usr/bin/other", "somebody else's");
    world.cmd(["sh", &script, "--remove", "/run/root", "/usr"]).run().ok();
    assert_eq!(files(&world, "/run/root/usr"), ["bin/other"]);
}

/// Makes the package from a binary like that of a release; its path.
fn package(world: &World) -> String {
    world.sh(&format!("mkdir /run/deb; strip -o /run/nsrun {}", env!("CARGO_BIN_EXE_nsrun")));
    let make = world.cmd(["sh", &source("packaging/deb.sh"), "/run/nsrun", "/run/deb"]);
    // How well it is compressed is dpkg's affair.
    make.env("DPKG_DEB_COMPRESSOR_LEVEL", "0").timeout(PATIENCE).run().ok();
    world.sh("ls /run/deb/*.deb").trim().to_owned()
}

#[test]
fn the_debian_package_installs_into_an_empty_root_runs_there_and_is_removed_whole() {
    need_tool!("dpkg-deb");
    let world = World::new();
    let package = package(&world);
    world.sh("cd /run; mkdir -p root/var/lib/dpkg/info root/var/lib/dpkg/updates root/tmp
         touch root/var/lib/dpkg/status");
    let dpkg = "dpkg --root=/run/root --log=/dev/null --force-not-root";
    world.sh(&format!("{dpkg} --install {package}"));
    let version = concat!("nsrun ", env!("CARGO_PKG_VERSION"), "\n");
    // Nothing else is in that root: no C library, no shell.
    assert_eq!(world.sh("chroot /run/root /usr/bin/nsrun --version"), version);
    assert_eq!(world.sh("dpkg --root=/run/root --verify nsrun"), "");
    world.sh(&format!("{dpkg} --purge nsrun"));
    assert!(!world.succeeds("test -e /run/root/usr"), "{:?}", files(&world, "/run/root/usr"));
}

#[test]
fn paths_with_spaces_and_the_umask_of_who_makes_it_change_nothing() {
    need_tool!("make");
    need_tool!("dpkg-deb");
    let world = World::new();
    // Where make(1) is at home: what it needs of the source, and a binary as if it were built.
    world.sh("mkdir -p '/run/a b/source' '/run/a b/target/release'");
    for part in ["Makefile", "Cargo.toml", "LICENSE-MIT", "packaging", "docs"] {
        world.cmd(["cp", "-r", &source(part), "/run/a b/source/"]).run().ok();
    }
    world.sh(&format!("cp {}/*.md '/run/a b/source/'", env!("CARGO_MANIFEST_DIR")));
    let binary = "/run/a b/target/release/nsrun";
    world.cmd(["strip", "-o", binary, env!("CARGO_BIN_EXE_nsrun")]).run().ok();
    let make = |umask: &str, goal: &str| {
        let make = format!("umask {umask}; cd '/run/a b/source'; exec make \"$@\"");
        let cmd = world.cmd(["sh", "-c", &make, "sh", "CARGO_TARGET_DIR=/run/a b/target"]);
        let cmd = cmd.args(["DESTDIR=/run/a b/root", "PREFIX=/usr local", goal]);
        cmd.env("SOURCE_DATE_EPOCH", "1795219200")
            .env("DPKG_DEB_COMPRESSOR_LEVEL", "0")
            .timeout(PATIENCE)
            .run()
            .ok()
    };
    make("077", "install");
    let hidden = "cd '/run/a b/root'; find . ! -perm -o=r -o -type d ! -perm -o=x";
    assert_eq!(world.sh(hidden), "");
    world.cmd(["/run/a b/root/usr local/bin/nsrun", "--version"]).run().ok();
    make("077", "uninstall");
    assert!(files(&world, "'/run/a b/root'").is_empty());

    let sum = "cd '/run/a b/target'; sha256sum *.deb; rm *.deb";
    make("022", "deb");
    let usual = world.sh(sum);
    make("077", "deb");
    assert_eq!(world.sh(sum), usual);
}

#[test]
fn lintian_finds_no_fault_in_the_debian_package() {
    need_tool!("lintian");
    let world = World::new();
    let package = package(&world);
    let check = ["lintian", "--allow-root", "--fail-on=error,warning", &package];
    let output = world.cmd(check).timeout(PATIENCE).run().ok();
    assert_eq!(output.stdout, "");
}

#[test]
fn systemd_takes_the_unit_example() {
    need_tool!("systemd-analyze");
    let world = World::new();
    let unit = world.read(&source("packaging/examples/nsrun-web.service"));
    world.write("/run/web.service", unit.replace("/usr/bin/nsrun", env!("CARGO_BIN_EXE_nsrun")));
    let output =
        world.cmd(["systemd-analyze", "verify", "--man=no", "/run/web.service"]).run().ok();
    assert_eq!(output.stderr, "");
}

#[test]
fn a_service_that_is_killed_and_restarted_gets_its_name_address_and_port_every_time() {
    let world = World::new();
    // The words of the unit example, but for the server itself.
    let unit = world.read(&source("packaging/examples/nsrun-web.service"));
    let line = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).expect("a command");
    let (words, _) = line.split_once(" -- ").expect("a command behind the options");
    let options: Vec<&str> = words.split(' ').skip(2).collect();
    assert!(options.contains(&"--ip") && options.contains(&"--publish"), "{options:?}");
    for round in 0..20 {
        let mut run = started(&world, &options);
        let web = inspect(&world, "web");
        assert_eq!(web["networks"][0]["address"], "10.192.0.80/20", "round {round}");
        let port = world.nsrun(["port", "web"]).run().ok().stdout;
        assert_eq!(port, "8080:80/tcp\n", "round {round}");
        match round % 2 {
            // As the kernel does when memory is short.
            0 => run.kill(Signal::SIGKILL),
            // As systemd does with all that is in the control group.
            _ => {
                let pids = format!("{} {} {}", web["supervisor"], web["init"], web["pid"]);
                world.sh(&format!("kill -KILL {pids} 2>/dev/null || true"));
            }
        }
    }
}
