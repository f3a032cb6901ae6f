#!/bin/bash
# Boots a kernel in an emulated machine that has busybox and nsrun and nothing else, and runs the
# checks of tests/vm/inside there. Prints a line for each, and the counts last.
#
#   run.sh [--short] BINARY
#
#   KINDS=program                a static build of nl/tests/kinds.rs, to run there too (kinds.sh)
#   KERNEL=bzImage MODULES=dir   this kernel, with /lib/modules/VERSION of it (or no MODULES: all
#                                is built in); default: Debian's, package linux-image-amd64
#   SUITE=trixie                 Debian's of that release, whatever this machine runs
#   ACCEL=kvm                    default tcg: plain emulation, which works everywhere
#   ONLY="runs ip"               these files of checks only
#   SECONDS_ALLOWED=300          when the machine counts as hanging
set -o pipefail
here=$(cd "$(dirname "$0")" && pwd)

short=
if [ "$1" = --short ]; then
    short=short
    shift
fi
binary=$1
[ -x "$binary" ] || { echo "usage: run.sh [--short] BINARY" >&2; exit 2; }

# Program, and the Debian package that has it.
tools='qemu-system-x86_64 qemu-system-x86
cpio cpio
busybox busybox-static
depmod kmod
xz xz-utils
zstd zstd'
missing() {
    local tool package
    while read -r tool package; do
        PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || printf '%s ' "$package"
    done <<<"$tools"
}
packages=$(missing)
if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing: $packages"
    # shellcheck disable=SC2086 # one word a package
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq --no-install-recommends $packages; } </dev/null >/dev/null
    packages=$(missing)
fi
if [ -n "$packages" ]; then
    echo "missing, please install: apt-get install $packages" >&2
    exit 3
fi
PATH=$PATH:/usr/sbin:/sbin

store=${CARGO_TARGET_DIR:-target}/vm
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
if [ -z "$KERNEL" ]; then
    # The last two lines: kernel, modules.
    { read -r KERNEL && read -r MODULES; } < <("$here/kernel.sh" "$store" "$SUITE") || exit 3
fi
"$here/initramfs.sh" "$scratch" "$binary" "$MODULES" "$short" "$ONLY" "$KINDS" || exit 1

# A machine with one network card, which no check lets talk to anybody outside.
timeout "${SECONDS_ALLOWED:-300}" qemu-system-x86_64 -accel "${ACCEL:-tcg}" -machine pc -m 512 \
    -display none -monitor none -serial stdio -no-reboot \
    -nic user,model=virtio-net-pci,restrict=on \
    -kernel "$KERNEL" -initrd "$scratch/initramfs.gz" \
    -append "console=ttyS0 quiet loglevel=1 panic=-1" </dev/null 2>&1 |
    tr -d '\r' | tee "$scratch/console" | grep --line-buffered -a -E '^(ok|not ok|skipped) |^# '
status=${PIPESTATUS[0]}

count() {
    grep -a -c "^$1 " "$scratch/console"
}
passed=$(count ok) failed=$(count 'not ok') skipped=$(count skipped)
if ! grep -a -q "^end of checks: $((passed + failed + skipped))$" "$scratch/console"; then
    failed=$((failed + 1))
    case $status in
    124) why="it hung: no end after ${SECONDS_ALLOWED:-300} seconds" ;;
    *) why="it ended early (qemu: $status)" ;;
    esac
    echo "not ok the machine runs to its end: $why; the last of its console:"
    tail -n 30 "$scratch/console" | cut -c1-300
fi
if [ -n "$CONSOLE" ]; then
    cp "$scratch/console" "$CONSOLE"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$passed" -gt 0 ] && [ "$failed" = 0 ]
