# Kernels that lack something: its module is not to be found.

modules=/lib/modules/$(uname -r)

hide() {
    for module; do
        find "$modules" -name "$module.ko" -exec mv {} {}.hidden \;
    done
}
show() {
    find "$modules" -name '*.ko.hidden' | while read -r file; do
        mv "$file" "${file%.hidden}"
    done
}

# Fails for want of a module, says so, and leaves nothing.
says() {
    text=$1
    shift
    before=$(ls /sys/class/net)
    fails any "$@" >/tmp/said
    cat /tmp/said
    grep -qF "$text" /tmp/said
    [ "$(ls /sys/class/net)" = "$before" ]
}

without_modules() {
    [ -d "$modules" ] || { echo "this kernel has no modules"; exit 77; }
    ! grep -qE '^(nf_tables|bridge|macvlan|ipvlan|8021q) ' /proc/modules
    nsrun run --net none -- true
}
check "loopback only needs no module" without_modules

if [ -d "$modules" ]; then
    hide nf_tables
    no_firewall() {
        nsrun run -- ping -c 1 -W 5 198.51.100.2 2>/tmp/said
        grep -q 'the kernel lacks nf_tables' /tmp/said
        [ "$(cat /proc/sys/net/ipv4/conf/default/forwarding)" = 0 ]
        nsrun gc
        within 5 no_leases
        nsrun network prune
    }
    check "without nf_tables members reach this machine only, and are told" no_firewall
    show
    hide nft_masq
    no_masquerade() {
        says "CONFIG_NFT_MASQ" nsrun run -- true
        [ "$(cat /proc/sys/net/ipv4/conf/default/forwarding)" = 0 ]
    }
    check "an expression that the firewall lacks is named, and nothing is left" no_masquerade
    show
    hide macvlan ipvlan 8021q
    kinds() {
        mkdir /run
        says "CONFIG_MACVLAN" nsrun run --net macvlan:lan0 -- true
        says "CONFIG_IPVLAN" nsrun run --net ipvlan:lan0 -- true
        says "CONFIG_VLAN_8021Q" nsrun run --net macvlan:lan0.10 -- true
        rm -r /run
    }
    check "a kind of link that the kernel lacks is named, and nothing is left" kinds
    show
fi
