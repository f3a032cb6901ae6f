//! Builds the part in C, which uses libmnl, when that is installed and can be linked; and tells
//! the versions of what is compared.

use std::env;
use std::process::Command;

fn main() {
    versions();
    println!("cargo::rustc-check-cfg=cfg(mnl)");
    println!("cargo::rerun-if-changed=mnl.c");
    // libmnl comes as a shared library only.
    let features = env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    if features.split(',').any(|feature| feature == "crt-static") {
        return;
    }
    let built =
        cc::Build::new().file("mnl.c").opt_level(3).cargo_warnings(false).try_compile("rivals-mnl");
    if built.is_ok() {
        println!("cargo::rustc-link-lib=mnl");
        println!("cargo::rustc-cfg=mnl");
        let version = output("pkg-config", &["--modversion", "libmnl"]);
        println!("cargo::rustc-env=LIBMNL_VERSION={version}");
    }
}

/// `NAME_VERSION` for each contender, from the lock file.
fn versions() {
    println!("cargo::rerun-if-changed=Cargo.lock");
    let lock = std::fs::read_to_string("Cargo.lock").unwrap_or_default();
    for name in ["nl", "neli", "netlink-bindings", "netlink-packet-route", "nlink"] {
        let version = lock
            .split_once(&format!("name = \"{name}\"\nversion = \""))
            .and_then(|(_, rest)| rest.split_once('"'))
            .map_or("?", |(version, _)| version);
        let variable = name.to_uppercase().replace('-', "_");
        println!("cargo::rustc-env={variable}_VERSION={version}");
    }
    let rustc = env::var("RUSTC").unwrap_or("rustc".into());
    println!("cargo::rustc-env=RUSTC_VERSION={}", output(&rustc, &["--version"]));
}

fn output(program: &str, args: &[&str]) -> String {
    match Command::new(program).args(args).output() {
        Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Err(_) => String::new(),
    }
}
