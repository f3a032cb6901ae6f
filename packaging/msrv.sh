#!/bin/sh
# msrv.sh DIR: checks, in DIR, that the oldest Rust that Cargo.toml names compiles every package.
set -eu
version=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
command -v rustup >/dev/null || { echo "missing rustup, which fetches Rust $version" >&2; exit 1; }
rustup toolchain list | grep -q "^$version" ||
    rustup toolchain install "$version" --profile minimal --no-self-update
rustup run "$version" cargo check --locked --workspace --target-dir "$1"
echo "Rust $version is enough"
