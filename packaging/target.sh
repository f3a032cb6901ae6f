#!/bin/sh
# target.sh: prints Rust's target of the binary that ships, musl for this machine, and adds it where
# rustup can; nothing where it is not to be had.
musl=$(rustc -vV | sed -n "s/^host: //p" | sed s/-gnu/-musl/)
there() { [ -d "$(rustc --print target-libdir --target "$musl" 2>/dev/null)" ]; }

if ! there && command -v rustup >/dev/null; then
    echo "adding Rust's target $musl" >&2
    timeout 120 rustup target add "$musl" </dev/null >&2 || true
fi
if there; then
    echo "$musl"
else
    echo "Rust's target $musl is not there (rustup target add $musl): building with glibc" >&2
fi
