#!/bin/bash
# Tries everything of tests/chaos, or the parts that are given, with the binary that ships, and writes
# the tables of docs/reliability.md. Installs what it compares with (Debian, as root).
cd "$(dirname "$0")/../.." || exit 1
packages=''
while read -r file package; do
    [ -e "$file" ] || packages="$packages $package"
done <<'END'
/usr/bin/perl perl-base
/usr/bin/strace strace
/usr/sbin/nft nftables
/usr/bin/busybox busybox-static
/usr/lib/cni/bridge containernetworking-plugins
/usr/lib/podman/netavark netavark
END
if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # one word a package
    { apt-get update && apt-get install -y --no-install-recommends $packages; } </dev/null
elif [ -n "$packages" ]; then
    echo "missing, please install: apt-get install$packages" >&2
fi
export CHAOS_EACH=${CHAOS_EACH:-1} CHAOS_DOCUMENT=$PWD/docs/reliability.md
target=$(sh packaging/target.sh)
exec nice "${CARGO:-cargo}" test --release --locked ${target:+--target "$target"} --test chaos -- "$@"
