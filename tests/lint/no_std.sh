#!/bin/bash
# Proves that nl, without its feature "socket", needs neither std nor alloc.
set -e
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}/no_std
cargo build --quiet --locked --package nl --target-dir "$target"
rustc --edition 2024 --crate-type staticlib --emit metadata -C panic=abort \
    --extern nl="$target/debug/libnl.rlib" -L "dependency=$target/debug/deps" \
    --out-dir "$target" tests/lint/no_std.rs
echo "nl needs no standard library"
