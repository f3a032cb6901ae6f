# nsrun as "ip". What it did is looked at with busybox, /proc and /sys.

mkdir -p /tmp/ours
ln -sf /bin/nsrun /tmp/ours/ip
ours=/tmp/ours/ip

kind() {
    needs_module "$1"
    shift
    $ours link add probe0 "$@"
    [ -e /sys/class/net/probe0 ]
    $ours -d link show probe0 >/tmp/shown
    $ours link del probe0
    no_link probe0
}

dummy() {
    kind dummy type dummy
    $ours link add d0 type dummy
    $ours address add 10.99.0.1/24 dev d0
    $ours link set d0 up mtu 1400
    [ "$(cat /sys/class/net/d0/mtu)" = 1400 ]
    busybox ip address show d0 | grep -q 'inet 10.99.0.1/24'
    $ours route add 10.98.0.0/16 via 10.99.0.2 metric 7
    busybox ip route | grep -q '^10.98.0.0/16 via 10.99.0.2 dev d0 *metric 7'
    $ours neigh add 10.99.0.2 lladdr 02:00:00:00:00:02 dev d0
    grep -q '^10.99.0.2 .*02:00:00:00:00:02' /proc/net/arp
    $ours route get 10.98.1.1 | grep -q 'via 10.99.0.2 dev d0'
    $ours link del d0
}
check "ip: dummy, address, route, neighbour" dummy

vlan_link() {
    kind 8021q link lan0 type vlan id 20
    $ours link add link lan0 name lan0.20 type vlan id 20
    grep -q '^lan0.20 *| 20 *| lan0$' /proc/net/vlan/config
    $ours -d link show lan0.20 | grep -q 'vlan protocol 802.1Q id 20'
    $ours link del lan0.20
}
check "ip: vlan" vlan_link

macvlan_link() { kind macvlan link lan0 type macvlan mode bridge; grep -q 'macvlan mode bridge' /tmp/shown; }
check "ip: macvlan" macvlan_link
ipvlan_link() {
    for mode in l2 l3 l3s; do
        kind ipvlan link lan0 type ipvlan mode $mode
        grep -q "ipvlan *mode $mode" /tmp/shown
    done
}
check "ip: ipvlan of each mode" ipvlan_link

vrf() {
    needs_module vrf dummy
    $ours link add red type vrf table 10
    $ours link set red up
    $ours link add d1 type dummy
    $ours link set d1 master red
    [ "$(basename "$(readlink /sys/class/net/d1/master)")" = red ]
    $ours address add 10.97.0.1/24 dev d1
    $ours link set d1 up
    # Its routes are in the table of the VRF.
    busybox ip route show table 10 | grep -q '^10.97.0.0/24 dev d1'
    ! busybox ip route show | grep -q '^10.97.0.0/24'
    ping -c 1 -W 5 -I red 10.97.0.1
    $ours link show vrf red | grep -q d1
    $ours link set d1 nomaster
    no_link d1/master
    $ours link del d1
    $ours link del red
}
check "ip: membership in a VRF" vrf

bridge_ports() {
    $ours link add br8 type bridge
    $ours link add v0 type veth peer name v1
    $ours link set v0 master br8
    [ -e /sys/class/net/br8/brif/v0 ]
    $ours link set v0 nomaster
    [ ! -e /sys/class/net/br8/brif/v0 ]
    $ours link del v0
    no_link v1
    $ours link del br8
}
check "ip: bridges and their ports" bridge_ports

rules() {
    $ours rule add from 10.9.9.0/24 table 77 priority 500
    busybox ip rule | grep -q '^500:.*from 10.9.9.0/24 lookup 77'
    $ours rule del priority 500
    ! busybox ip rule | grep -q '^500:'
}
check "ip: rules" rules

namespaces() {
    $ours netns add green
    $ours link add v2 type veth peer name v3 netns green
    [ "$(nsenter --net=/run/netns/green ls /sys/class/net 2>/dev/null | grep -c .)" -ge 1 ]
    nsenter --net=/run/netns/green busybox ip link show v3
    $ours -n green link set v3 up
    $ours -netns green -br link show v3 | grep -q '^v3'
    $ours netns exec green busybox ip link show v3
    $ours netns del green
    within 5 no_link v2
}
check "ip: links in named namespaces" namespaces

same_as_busybox() {
    $ours -o link show | sed 's/^[0-9]*: \([^:@]*\).*/\1/' | sort >/tmp/a
    ls /sys/class/net | sort >/tmp/b
    cmp /tmp/a /tmp/b
    fails 1 $ours link show nowhere
    fails 255 $ours no-such-object || fails 1 $ours no-such-object
}
check "ip: all links are listed, and errors have iproute2's exit status" same_as_busybox
