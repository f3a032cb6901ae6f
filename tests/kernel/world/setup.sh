# Runs as process 1 of a new world; see world.rs. Everything below is already
# inside namespaces of its own, so nothing here reaches the machine.
#
# In: stdin, a pipe with "ready" in it, whose end means "die"; LAN, IPV6 and
# SHARED_MOUNTS and NO_FORWARDING, each empty or 1.
# Out: "internet PID", "lan PID" with the pids of this world, then "ready".
set -e

private_mounts() {
    # /etc: the machine's, with all writes going to memory. The tmpfs that takes
    # them needs no path once the overlay holds it.
    mount -t tmpfs tmpfs /run
    mkdir /run/upper /run/work
    if ! mount -t overlay overlay \
        -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc 2>/dev/null
    then
        cp -a /etc/. /run/upper 2>/dev/null || :
        mount --bind /run/upper /etc
    fi
    umount -l /run
    mount -t tmpfs -o mode=755 tmpfs /run

    # A sysfs shows the links of the namespace it was mounted in. The old one
    # cannot be unmounted in a user namespace; being covered is enough.
    mkdir /run/sys
    mount -t sysfs sysfs /run/sys
    mount --rbind /sys/fs/cgroup /run/sys/fs/cgroup
    umount -l /sys 2>/dev/null || :
    mount --move /run/sys /sys
    rmdir /run/sys

    mount -t tmpfs -o mode=1777 tmpfs /dev/shm
    rm -f /etc/resolv.conf /etc/hosts
    echo 'nameserver 203.0.113.1' >/etc/resolv.conf
    printf '127.0.0.1 localhost\n::1 localhost\n' >/etc/hosts
    [ -z "$SHARED_MOUNTS" ] || mount --make-rshared /
    rm -rf /run/mount # where mount(8) keeps notes
}

# A new namespace copies some of these from the machine, whatever it was set to.
default_sysctls() {
    cd /proc/sys/net
    # First: it resets the others.
    echo 1 >ipv4/ip_forward
    [ -z "$NO_FORWARDING" ] || echo 0 >ipv4/ip_forward
    for conf in all default; do
        echo 0 >ipv4/conf/$conf/rp_filter
        echo 0 >ipv4/conf/$conf/route_localnet
        [ ! -d ipv6 ] || echo 0 >ipv6/conf/$conf/disable_ipv6
        [ ! -d ipv6 ] || echo 0 >ipv6/conf/$conf/forwarding
    done
    cd /
}

# neighbour BATCH: a namespace wired by the ip commands in BATCH, in which
# "netns 1" is the host; prints the pid that holds it.
neighbour() {
    BATCH=$1 unshare --net sh -ec '
        echo "$BATCH" | ip -batch - >&2
        echo $$
        exec sleep infinity >/dev/null' </dev/null &
}

# Without a link-local address there is no duplicate address detection, which
# would change the state of a link a second after it came up.
INTERNET="link set lo up
link add eth0 type veth peer name up0 netns 1
link set eth0 addrgenmode none
link set eth0 up
address add 198.51.100.2/24 dev eth0
address add 203.0.113.1/32 dev lo"
INTERNET6="
address add fe80::2/64 dev eth0 nodad
address add fd00:198::2/64 dev eth0 nodad
address add fd00:203::1/128 dev lo nodad"
LAN_CLIENT="link set lo up
link add eth0 type veth peer name lan0 netns 1
link set eth0 addrgenmode none
link set eth0 up
address add 192.0.2.10/24 dev eth0
route add default via 192.0.2.1"
LAN_CLIENT6="
address add fe80::10/64 dev eth0 nodad
address add fd00:192::10/64 dev eth0 nodad
route add default via fd00:192::1"
HOST="link set lo up
link set up0 addrgenmode none
link set up0 up
address add 198.51.100.1/24 dev up0
route add default via 198.51.100.2"
HOST6="
address add fe80::1/64 dev up0 nodad
address add fd00:198::1/64 dev up0 nodad
route add default via fd00:198::2"
HOST_LAN="
link set lan0 addrgenmode none
link set lan0 up
address add 192.0.2.1/24 dev lan0"
HOST_LAN6="
address add fe80::1/64 dev lan0 nodad
address add fd00:192::1/64 dev lan0 nodad"

hostname host
private_mounts
default_sysctls
internet=$(neighbour "$INTERNET${IPV6:+$INTERNET6}")
lan=${LAN:+$(neighbour "$LAN_CLIENT${IPV6:+$LAN_CLIENT6}")}
echo "$HOST${IPV6:+$HOST6}${LAN:+$HOST_LAN${IPV6:+$HOST_LAN6}}" | ip -batch -

# The kernel announces a link that came up from a work queue; a snapshot taken
# before that would differ from every later one.
for link in up0 ${LAN:+lan0}; do
    tries=0
    until read -r state <"/sys/class/net/$link/operstate" && [ "$state" = up ]; do
        tries=$((tries + 1))
        [ $tries -lt 1000 ] || { echo "$link does not come up" >&2; exit 1; }
        sleep 0.002
    done
done

echo "internet $internet"
[ -z "$lan" ] || echo "lan $lan"

# Waiting in the shell reaps orphans, as process 1 must. When the test process
# dies, however it dies, the pipe ends and with this process the whole world.
# cat gives back the "ready" it was sent: the last process is in its place.
exec 3<&0 4>&1 </dev/null >/dev/null
cat <&3 >&4 4>&- &
exec 3<&- 4>&-
wait $!
