#!/bin/bash
# Runs the tests of nl on other machines than this one: 32 bits (i686, run by this kernel) and
# big-endian (s390x, run by qemu-user). Needs, and skips what is missing of:
#   rustup target add i686-unknown-linux-musl s390x-unknown-linux-gnu
#   apt-get install qemu-user gcc-s390x-linux-gnu libc6-dev-s390x-cross
cd "$(dirname "$0")/.." || exit 1
status=0
installed=$(rustup target list --installed)

if grep -q i686-unknown-linux-musl <<<"$installed"; then
    RUSTFLAGS="-Clinker=rust-lld -Clink-self-contained=yes" \
        cargo test --locked --package nl --features socket --target i686-unknown-linux-musl \
        --tests -- --skip the_codec_holds_no_call_that_panics || status=1
else
    echo "skipped: 32 bits: no rust target i686-unknown-linux-musl"
fi

if ! grep -q s390x-unknown-linux-gnu <<<"$installed"; then
    echo "skipped: big-endian: no rust target s390x-unknown-linux-gnu"
elif ! command -v qemu-s390x s390x-linux-gnu-gcc >/dev/null; then
    echo "skipped: big-endian: no qemu-s390x, or no s390x-linux-gnu-gcc"
else
    CARGO_TARGET_S390X_UNKNOWN_LINUX_GNU_RUNNER=qemu-s390x \
        RUSTFLAGS="-Clinker=s390x-linux-gnu-gcc -Ctarget-feature=+crt-static" \
        cargo test --locked --package nl --target s390x-unknown-linux-gnu \
        --tests -- --skip the_codec_holds_no_call_that_panics || status=1
fi
exit $status
