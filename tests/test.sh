#!/bin/bash
# Runs every test and says in one last line how it went; arguments are for cargo. Installs the programs
# that tests compare with when they are missing (Debian, as root); as anybody
# else it says what to install.
set -o pipefail
cd "$(dirname "$0")/.." || exit 1

# Program, and the Debian package that has it.
tools='cc gcc
c++ g++
ip iproute2
fish fish
lintian lintian
systemd-analyze systemd
strip binutils
zsh zsh
mandoc mandoc
groff groff-base
bridge iproute2
nft nftables
iptables-nft iptables
conntrack conntrack
crun crun
flock util-linux
strace strace
unshare util-linux
setpriv util-linux
ipcmk util-linux
script bsdutils
ps procps
sysctl procps
ping iputils-ping
busybox busybox-static
perl perl-base
bash bash
python3 python3'

missing() {
    local tool package
    while read -r tool package; do
        PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || printf '%s ' "$package"
    done <<<"$tools"
    # The C library to link statically with, wherever this machine's compiler looks for it.
    [ "$(cc -print-file-name=libc.a 2>/dev/null)" != libc.a ] || printf 'libc6-dev '
}

packages=$(missing)
if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing: $packages"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # one word a package
    { apt-get update && apt-get install -y --no-install-recommends $packages; } </dev/null
    packages=$(missing)
fi
if [ -n "$packages" ]; then
    # A test that needs one of them says so and is counted as skipped, or fails where CI is set.
    echo "missing, please install: apt-get install $packages" >&2
fi

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
export NSRUN_SKIPS=$scratch/skips
touch "$NSRUN_SKIPS"

status=0
run() {
    echo "+ $*"
    # Programs inside inherit an ignored hangup, as under nohup(1): the tests count on none.
    env --default-signal=HUP "$@" </dev/null 2>&1 | tee -a "$scratch/log" || status=1
}
run cargo test --locked --no-fail-fast --workspace "$@"
# The same codec without a socket: what a program without std gets.
run cargo test --locked --no-fail-fast --package nl "$@"

passed=0 failed=0
while read -r _ _ _ p _ f _; do
    passed=$((passed + p)) failed=$((failed + f))
done < <(grep '^test result: ' "$scratch/log")
# cargo takes a test that ended itself by skip! for a passed one.
passed=$((passed - $(wc -l <"$NSRUN_SKIPS")))
# And "ignored" is a skip too, unless another test runs it as a part of itself.
sed -n 's/^test \(.*\) \.\.\. ignored,* *\(.*\)/skipped: \2 (\1)/p' "$scratch/log" |
    grep -v '^skipped: run by ' >>"$NSRUN_SKIPS"

# The same program on a bare machine with another kernel; run.sh says what it needs if it lacks it.
if [ $# = 0 ]; then
    run make build
    run tests/vm/run.sh --short "${CARGO_TARGET_DIR:-target}/release/nsrun"
    if read -r p _ f _ _ _ < <(grep -E '^[0-9]+ passed, ' "$scratch/log"); then
        passed=$((passed + p)) failed=$((failed + f))
    else
        failed=$((failed + 1))
    fi
    sed -n 's/^skipped \([^:].*\): \(.*\)/skipped: \2 (\1)/p' "$scratch/log" >>"$NSRUN_SKIPS"
fi

echo
cat "$NSRUN_SKIPS"
echo "$passed passed, $failed failed, $(wc -l <"$NSRUN_SKIPS") skipped"
[ "$passed" -gt 0 ] && exit $status
echo "no test ran" >&2
exit 1
