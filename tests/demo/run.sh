#!/bin/bash
# Shows the main job: a web server in one network namespace, fetched from
# another. All of it happens in a private world, so nothing on this machine
# changes: not its links, not its /run, not its processes.
#
# usage: run.sh NSRUN
set -e
export LC_ALL=C

if [ "$2" != inside ]; then
    world=(unshare --net --mount --pid --fork --kill-child --mount-proc)
    [ "$(id -u)" = 0 ] || world+=(--map-root-user)
    if ! why=$("${world[@]}" true 2>&1); then
        echo "make run: cannot make a private world: $why" >&2
        echo "hint: run it as root, or where ordinary users may make user namespaces" >&2
        exit 1
    fi
    exec "${world[@]}" bash "$0" "$(realpath "$1")" inside
fi

nsrun=$1
demo=$(realpath "$(dirname "$0")")
PATH=$(dirname "$nsrun"):$PATH
mount -t tmpfs tmpfs /run

say() { printf '\n# %s\n' "$*"; }
# Shows a command line, then does it.
show() {
    printf '$ %s\n' "$*"
    "$@"
}
links() {
    local line
    while IFS=: read -r line _; do
        case $line in *\|*) ;; *) printf ' %s' $line ;; esac
    done </proc/net/dev
}

say "This is a private world: its host has the links:$(links)"

say "Launch a web server in the background, in a network namespace of its own."
cd "$demo"
show nsrun run --detach --name web -- perl web.pl

say "What runs? The kernel knows; there is no daemon and no state file."
show nsrun ps
address=$(nsrun inspect web | sed -n 's/^ *address: \([0-9.]*\).*/\1/p')

say "From another namespace, with an address of its own, fetch its page by name, through the bridge."
page=
for _ in {1..50}; do # until the server listens
    page=$(nsrun run -- bash fetch.sh web 2>/dev/null) && break
    sleep 0.05
done
printf '$ nsrun run -- bash fetch.sh web\n%s\n' "$page"
case $page in
*"this is $address"*) ;;
*)
    echo "make run: the web server at $address did not answer" >&2
    exit 1
    ;;
esac

say "How it is wired: a bridge, and one link for each process that runs.$(links)"

say "How long does it take, from start to exit?"
times=()
for _ in {1..21}; do
    start=${EPOCHREALTIME/./}
    nsrun run -- true 2>/dev/null
    times+=($((${EPOCHREALTIME/./} - start)))
done
median=$(printf '%s\n' "${times[@]}" | sort -n | sed -n 11p)
printf '$ nsrun run -- true: %d.%d ms, median of 21\n' $((median / 1000)) $((median % 1000 / 100))

say "Stop it. Its link, address and name go with its namespace; the bridge stays for the next."
show nsrun stop web
show nsrun ps
for _ in {1..40}; do # the kernel takes namespaces apart in the background
    case $(links) in *' ns0.'*) sleep 0.05 ;; *) break ;; esac
done
echo "links:$(links)"

say "Done. This world ends now; the machine is as it was. Next: make install, nsrun help run"
