# Links inside that sit on a link of this machine: lan0, with the LAN behind it.

attached_to() {
    needs_module "${1%%:*}"
    nsrun run -d --name one --net "$1:lan0,$2ip=192.0.2.77/24,gateway=192.0.2.1" -- sleep 1000
    nsrun exec one busybox ip address show eth0 | grep -q 'inet 192.0.2.77/24'
    nsrun exec one busybox ip route | grep -q '^default via 192.0.2.1'
    nsrun exec one ping -c 1 -W 5 192.0.2.1
    in_lan ping -c 1 -W 5 192.0.2.77
}

ended() {
    nsrun stop -t 0 one
    # The link is gone when the LAN no longer hears it.
    silent() { ! in_lan ping -c 1 -W 1 192.0.2.77 >/dev/null; }
    within 10 silent
}

macvlan() {
    attached_to macvlan ""
    nsrun run --net macvlan:lan0,ip=192.0.2.78/24 -- ping -c 1 -W 5 192.0.2.77
    # The neighbour has seen a hardware address of its own.
    ! in_lan cat /proc/net/arp | grep -q "^192.0.2.77 .*$(cat /sys/class/net/lan0/address)"
    fails 125 nsrun run --net macvlan:lan0,ip=192.0.2.77/24 -- true
    ended
}
check "a macvlan: members reach the LAN and each other" macvlan

macvlan_private() {
    attached_to macvlan mode=private,
    fails any nsrun run --net macvlan:lan0,mode=private,ip=192.0.2.78/24 -- ping -c 1 -W 2 192.0.2.77
    ended
}
check "a private macvlan: members reach the LAN, not each other" macvlan_private

macvlan_other_modes() {
    needs_module macvlan
    nsrun run --net macvlan:lan0,mode=vepa,ip=192.0.2.79/24 -- ping -c 1 -W 5 192.0.2.1
    # The only macvlan of its link: those before it go in the background.
    within 5 nsrun run --net macvlan:lan0,mode=passthru,ip=192.0.2.79/24 -- ping -c 1 -W 5 192.0.2.1
}
check_long "macvlans of the modes vepa and passthru" macvlan_other_modes

# Links of another kind, or in another mode, go in the background.
free_for() {
    within 10 nsrun run --net "ipvlan:lan0,mode=$1,ip=192.0.2.79/24" -- true
}

ipvlan_l2() {
    needs_module ipvlan
    free_for l2
    attached_to ipvlan mode=l2,
    nsrun run --net ipvlan:lan0,ip=192.0.2.78/24 -- ping -c 1 -W 5 192.0.2.77
    in_lan cat /proc/net/arp | grep -q "^192.0.2.77 .*$(cat /sys/class/net/lan0/address)"
    ended
}
check "an ipvlan of layer 2 has the hardware address of the link below" ipvlan_l2

ipvlan_layer_3() {
    needs_module ipvlan
    free_for "$1"
    # No ARP on layer 3: the LAN needs a route.
    in_lan busybox ip route add 10.66.0.0/24 via 192.0.2.10
    nsrun run -d --name one --net "ipvlan:lan0,mode=$1,ip=10.66.0.7/24" -- sleep 1000
    nsrun exec one busybox ip route | grep -q '^default dev eth0'
    nsrun exec one ping -c 1 -W 5 192.0.2.1
    in_lan ping -c 1 -W 5 10.66.0.7
    nsrun run --net "ipvlan:lan0,mode=$1,ip=10.66.0.8/24" -- ping -c 1 -W 5 10.66.0.7
    in_lan busybox ip route del 10.66.0.0/24
    nsrun stop -t 0 one
}
ipvlan_l3() { ipvlan_layer_3 l3; }
ipvlan_l3s() { ipvlan_layer_3 l3s; }
check "an ipvlan of layer 3 is routed to" ipvlan_l3
check "an ipvlan of mode l3s is routed to" ipvlan_l3s

vlan() {
    needs_module 8021q "$1"
    in_lan vconfig add eth0 10
    in_lan busybox ip address add 192.168.10.1/24 dev eth0.10
    in_lan busybox ip link set eth0.10 up
    no_link lan0.10
    nsrun run -d --name one --net "$1:lan0.10,ip=192.168.10.7/24,gateway=192.168.10.1" -- sleep 1000
    nsrun run -d --name two --net "$1:lan0.10,ip=192.168.10.8/24" -- sleep 1000
    grep -q '^lan0.10 *| 10 *| lan0$' /proc/net/vlan/config
    nsrun exec one ping -c 1 -W 5 192.168.10.1
    nsrun exec one ping -c 1 -W 5 192.168.10.8
    in_lan ping -c 1 -W 5 192.168.10.7
    nsrun stop -t 0 one
    nsrun exec two ping -c 1 -W 5 192.168.10.1
    nsrun stop -t 0 two
    within 5 no_link lan0.10
    in_lan vconfig rem eth0.10
}
vlan_macvlan() { vlan macvlan; }
vlan_ipvlan() { vlan ipvlan; }
check "macvlans on a VLAN that goes with its last user" vlan_macvlan
check "ipvlans on a VLAN that goes with its last user" vlan_ipvlan

vlan_of_others() {
    needs_module 8021q macvlan
    vconfig add lan0 11
    busybox ip link set lan0.11 up
    nsrun run --net macvlan:lan0.11 -- busybox ip link show eth0
    sleep 1
    [ -e /sys/class/net/lan0.11 ]
    vconfig rem lan0.11
}
check_long "a VLAN that others made stays" vlan_of_others

vlan_of_the_killed() {
    needs_module 8021q macvlan
    nsrun run --net macvlan:lan0.12 -- sleep 1000 &
    supervisor=$!
    made() { [ -e /sys/class/net/lan0.12 ]; }
    within 5 made
    kill -9 $supervisor
    nsrun run --net macvlan:lan0.12 -- true
    within 5 no_link lan0.12
}
check_long "a VLAN whose nsrun was killed goes with the next user" vlan_of_the_killed

foreign_bridge() {
    brctl addbr br9
    busybox ip address add 172.17.0.1/16 dev br9
    busybox ip link set br9 up
    nsrun run --net bridge:br9,ip=172.17.0.9/16,gateway=172.17.0.1 -- ping -c 1 -W 5 172.17.0.1
    busybox ip link set br9 down
    within 5 brctl delbr br9
}
check "a bridge that others made" foreign_bridge

connected() {
    needs_module macvlan ipvlan
    nsrun run -d --name one --net none -- sleep 1000
    nsrun connect one macvlan:lan0,ip=192.0.2.77/24
    nsrun exec one ping -c 1 -W 5 192.0.2.1
    nsrun disconnect one eth0
    nsrun stop -t 0 one
}
check "a macvlan for what runs already" connected

moved() {
    needs_module dummy
    nsrun ip link add gift type dummy
    nsrun run -d --name one --net none -- sleep 1000
    nsrun link move gift one --name eth7
    nsrun exec one busybox ip link show eth7
    no_link gift
    nsrun link return eth7 one
    [ -e /sys/class/net/gift ]
    busybox ip link del gift
    nsrun stop -t 0 one
}
check "a link is moved into a run, and back" moved

card() {
    modprobe -a virtio_pci virtio_net || true
    card_there() { ! no_link eth0; }
    within 3 card_there || { echo "the machine has no network card that this kernel knows"; exit 77; }
    nsrun run -d --name one --net none -- sleep 1000
    nsrun link move eth0 one
    no_link eth0
    nsrun exec one busybox ip link show eth0
    nsrun stop -t 0 one
    back() { ! no_link eth0; }
    within 10 back
}
check "a network card comes back when its run ends" card
