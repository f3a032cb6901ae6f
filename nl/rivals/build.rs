//! Builds the part in C, which uses libmnl, when that is installed and can be linked.

use std::env;

fn main() {
    println!("cargo::rustc-check-cfg=cfg(mnl)");
    println!("cargo::rerun-if-changed=mnl.c");
    // libmnl comes as a shared library only.
    let features = env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    if features.split(',').any(|feature| feature == "crt-static") {
        return;
    }
    let built = cc::Build::new()
        .file("mnl.c")
        .opt_level(3)
        .cargo_warnings(false)
        .try_compile("rivals-mnl");
    if built.is_ok() {
        println!("cargo::rustc-link-lib=mnl");
        println!("cargo::rustc-cfg=mnl");
    }
}
