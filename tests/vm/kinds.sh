#!/bin/bash
# Builds nl/tests/kinds.rs for a machine that has no libraries, and prints where it is; prints nothing
# where Rust's target for that is missing.
target=$(uname -m)-unknown-linux-musl
[ -d "$(rustc --print target-libdir --target "$target" 2>/dev/null)" ] || exit 0
"${CARGO:-cargo}" test --quiet --locked --package nl --features socket --test kinds --no-run \
    --target "$target" --config 'profile.dev.strip="symbols"' --message-format json |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p'
