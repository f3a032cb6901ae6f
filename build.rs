//! Settings of the release binary that Cargo.toml has no place for.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=packaging/link.ld");
    let is = |key, value| env::var(key).is_ok_and(|found| found == value);
    // The tables by which panics unwind, which it never does: 0.14 MB.
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_ENV", "musl") {
        let directory = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
        println!("cargo::rustc-link-arg-bins=-Wl,-T,{directory}/packaging/link.ld");
        // Of what src/sys/unwind.rs and the unwinder both define, the first is taken: nsrun's.
        println!("cargo::rustc-link-arg-bins=-Wl,--allow-multiple-definition");
        // Nothing is relocated at start, and padding between code and constants protects nothing.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,noseparate-code,-z,norelro,--build-id=none");
    }
}
