# Namespaces with a name.

names() {
    nsrun netns add blue
    # As ip-netns(8) keeps them: a mount that anybody can enter.
    grep -q ' /run/netns/blue ' /proc/mounts
    [ "$(nsenter --net=/run/netns/blue ls /proc/self/ns | grep -c net)" = 1 ]
    [ "$(nsrun netns list)" = blue ]
    [ "$(nsrun netns exec blue cat /proc/net/dev | grep -c :)" = 1 ]
    [ "$(nsrun netns exec blue readlink /proc/self/ns/net)" = \
        "$(nsenter --net=/run/netns/blue readlink /proc/self/ns/net)" ]
}
check "a namespace with a name, as ip netns makes it" names

foreign() {
    touch /run/netns/red
    unshare --net=/run/netns/red true
    nsrun netns list | grep -qx red
    nsrun netns exec red busybox ip link show lo
    nsrun netns delete red
    [ ! -e /run/netns/red ]
}
check "those that others made are known too" foreign

wired_up() {
    nsrun connect blue bridge
    nsrun netns exec blue busybox ip route | grep -q '^default'
    nsrun netns exec blue ping -c 1 -W 5 203.0.113.9
    nsrun run --net ns:blue -- ping -c 1 -W 5 203.0.113.9
    nsrun disconnect blue bridge
    fails any nsrun netns exec blue busybox ip link show eth0
}
check "a named namespace joins a network, and runs share it" wired_up

ids() {
    nsrun netns add green
    nsrun netns set green 12
    nsrun netns list-id | grep -q 'nsid 12'
    # What a veth across says it leads to.
    nsrun ip link add v8 type veth peer name v9 netns green
    busybox ip link show v8 | grep -q 'link-netnsid 12' || nsrun ip link show v8 | grep -q 'link-netns green'
    nsrun netns exec green sleep 1000 &
    sleeper=$!
    inside() { [ "$(nsrun netns pids green)" = $sleeper ]; }
    within 5 inside
    [ "$(nsrun netns identify $sleeper)" = green ]
    kill $sleeper
    nsrun netns delete green
}
check "ids and processes of namespaces" ids

deleted() {
    nsrun netns delete blue
    ! grep -q netns/blue /proc/mounts
    [ -z "$(nsrun netns list)" ]
}
check "a deleted name is gone" deleted
