# Networks: drivers, subnets, families, reach.

default_made() {
    nsrun network prune >/dev/null
    [ ! -e /sys/class/net/nsrun0 ]
    nsrun run -- true
    [ "$(cat /sys/class/net/nsrun0/address | cut -c1-5)" = 02:14 ]
    [ -d /sys/class/net/nsrun0/bridge ]
    nsrun network list | grep -q '^bridge '
    within 5 no_leases
}
check "the default network is made on first use" default_made

two_families() {
    nsrun network create --ipv6 six
    nsrun run -d --name six1 --net six -- sleep 1000
    address=$(nsrun exec six1 busybox ip -6 address show eth0 | sed -n 's/.*inet6 \(fd[^/]*\).*/\1/p')
    [ -n "$address" ]
    nsrun run --net six -- ping6 -c 1 -W 5 "$address"
    ping6 -c 1 -W 5 "$address"
    nsrun stop -t 0 six1
    within 5 nsrun network rm six
}
check "a network of both families" two_families

kept_apart() {
    nsrun network create --subnet 10.81.0.0/24 one
    nsrun network create --subnet 10.82.0.0/24 two
    nsrun run -d --name one1 --net one,ip=10.81.0.9 -- sleep 1000
    nsrun run --net one -- ping -c 1 -W 5 10.81.0.9
    fails any nsrun run --net two -- ping -c 1 -W 2 10.81.0.9
    # One on both reaches both.
    nsrun run --net one --net two -- ping -c 1 -W 5 10.81.0.9
    nsrun stop -t 0 one1
    within 5 nsrun network rm one two
}
check "networks are kept apart" kept_apart

internal() {
    nsrun network create --internal --subnet 10.83.0.0/24 in
    nsrun run --net in -- ping -c 1 -W 5 10.83.0.1
    fails any nsrun run --net in -- ping -c 1 -W 2 203.0.113.9
    within 5 nsrun network rm in
}
check "an internal network does not lead out" internal

isolated_members() {
    nsrun network create --isolated --subnet 10.84.0.0/24 alone
    nsrun run -d --name a1 --net alone,ip=10.84.0.9 -- sleep 1000
    ping -c 1 -W 5 10.84.0.9
    fails any nsrun run --net alone -- ping -c 1 -W 2 10.84.0.9
    nsrun stop -t 0 a1
    within 5 nsrun network rm alone
}
check "isolated members do not reach each other" isolated_members

point_to_point() {
    nsrun run -d --name p1 --net ptp -- sleep 1000
    address=$(nsrun exec p1 busybox ip -4 address show eth0 | sed -n 's/.*inet \([^/ ]*\).*/\1/p')
    ping -c 1 -W 5 "$address"
    busybox ip route show | grep -q "^$address dev ns"
    nsrun run --net ptp -- ping -c 1 -W 5 "$address"
    nsrun run --net ptp -- ping -c 1 -W 5 203.0.113.9
    nsrun stop -t 0 p1
    within 5 no_leases
    nsrun network prune
}
check "a network without a bridge: each member is routed to" point_to_point

lan_port() {
    nsrun ip link add nic0 type veth peer name nic1 netns /tmp/lab/lan
    in_lan busybox ip link set nic1 up
    in_lan busybox ip address add 192.168.77.1/24 dev nic1
    nsrun network create --uplink nic0 --subnet 192.168.77.0/24 --gateway 192.168.77.1 lan
    [ -e /sys/class/net/nic0/master/brif/nic0 ]
    nsrun run --net lan,ip=192.168.77.9 -- ping -c 3 -W 5 192.168.77.1
    within 5 nsrun network rm lan
    busybox ip link del nic0
}
check "members on the LAN behind a port of the bridge" lan_port

# A network on lan0, with a member that the LAN and another member reach.
on_a_link() {
    needs_module "$1"
    nsrun network create --driver "$@" drv
    nsrun run -d --name d1 --net "drv,ip=$member" -- sleep 1000
    in_lan ping -c 1 -W 5 "$member"
    nsrun run --net drv -- ping -c 1 -W 5 "$member"
    nsrun run --net drv -- ping -c 1 -W 5 192.0.2.1
    fails 1 nsrun network rm drv
    nsrun stop -t 0 d1
    within 5 nsrun network rm drv
}
macvlans() {
    member=192.0.2.130
    on_a_link macvlan --parent lan0 --gateway 192.0.2.1 --ip-range 192.0.2.128/25
}
check "a network of macvlans" macvlans
ipvlans() {
    member=192.0.2.130
    on_a_link ipvlan --parent lan0 --gateway 192.0.2.1 --ip-range 192.0.2.128/25
}
check "a network of ipvlans" ipvlans

routed_ipvlans() {
    member=10.67.0.9
    in_lan busybox ip route add 10.67.0.0/24 via 192.0.2.10
    on_a_link ipvlan --parent lan0 --mode "$1" --subnet 10.67.0.0/24
    in_lan busybox ip route del 10.67.0.0/24
}
ipvlans_l3() { routed_ipvlans l3; }
ipvlans_l3s() { routed_ipvlans l3s; }
check "a network of ipvlans on layer 3" ipvlans_l3
check "a network of ipvlans of mode l3s" ipvlans_l3s

on_a_vlan() {
    needs_module 8021q "$1"
    in_lan vconfig add eth0 30
    in_lan busybox ip address add 192.168.30.1/24 dev eth0.30
    in_lan busybox ip link set eth0.30 up
    nsrun network create --driver "$1" --parent lan0 --vlan 30 --subnet 192.168.30.0/24 tagged
    grep -q '^lan0.30 *| 30 *| lan0$' /proc/net/vlan/config
    nsrun run --net tagged,ip=192.168.30.9 -- ping -c 1 -W 5 192.168.30.1
    within 5 nsrun network rm tagged
    within 5 no_link lan0.30
    in_lan vconfig rem eth0.30
}
macvlans_on_a_vlan() { on_a_vlan macvlan; }
ipvlans_on_a_vlan() { on_a_vlan ipvlan; }
check "a network of macvlans on a VLAN of its own" macvlans_on_a_vlan
check "a network of ipvlans on a VLAN of its own" ipvlans_on_a_vlan

bridged_vlan() {
    needs_module 8021q
    in_lan vconfig add eth0 31
    in_lan busybox ip address add 192.168.31.1/24 dev eth0.31
    in_lan busybox ip link set eth0.31 up
    nsrun network create --uplink lan0 --vlan 31 --subnet 192.168.31.0/24 --gateway 192.168.31.1 tagged
    nsrun run --net tagged,ip=192.168.31.9 -- ping -c 3 -W 5 192.168.31.1
    within 5 nsrun network rm tagged
    within 5 no_link lan0.31
    in_lan vconfig rem eth0.31
}
check "a bridge with a VLAN of its own as its port" bridged_vlan
