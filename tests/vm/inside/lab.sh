# Two neighbours of this machine, each in a namespace that busybox made:
#
#   far   198.51.100.1 on up0's other end, and 203.0.113.9: the internet. It has no route to the
#         subnets of this machine, so that what comes back was translated.
#   lan   192.0.2.1 on lan0's other end, and 192.168.10.1 with VLAN tag 10: a LAN

ip() {
    nsrun ip "$@"
}

mkdir -p /tmp/lab
for name in far lan; do
    touch /tmp/lab/$name
    unshare --net=/tmp/lab/$name true
done
in_far() {
    nsenter --net=/tmp/lab/far "$@"
}
in_lan() {
    nsenter --net=/tmp/lab/lan "$@"
}

# neighbour LINK NAMESPACE: a veth, with "eth0" on the other side.
neighbour() {
    nsrun ip link add "$1" type veth peer name eth0 netns "/tmp/lab/$2"
    busybox ip link set "$1" up
    nsenter --net="/tmp/lab/$2" busybox ip link set lo up
    nsenter --net="/tmp/lab/$2" busybox ip link set eth0 up
}

busybox ip link set lo up
neighbour up0 far
busybox ip address add 198.51.100.2/24 dev up0
in_far busybox ip address add 198.51.100.1/24 dev eth0
in_far busybox ip address add 203.0.113.9/32 dev lo
busybox ip route add default via 198.51.100.1

neighbour lan0 lan
busybox ip address add 192.0.2.10/24 dev lan0
in_lan busybox ip address add 192.0.2.1/24 dev eth0

# The far host says who asks.
mkdir -p /tmp/lab/www/cgi-bin
cat >/tmp/lab/www/cgi-bin/who <<'W'
#!/bin/busybox sh
echo "Content-Type: text/plain"
echo
echo "from $REMOTE_ADDR"
W
chmod +x /tmp/lab/www/cgi-bin/who
echo "hello" >/tmp/lab/www/index.html
in_far busybox httpd -p 80 -h /tmp/lab/www

# What most machines have, and the barest lack.
furnish() {
    mkdir -p /run /etc
    echo "nameserver 203.0.113.9" >/etc/resolv.conf
    echo "127.0.0.1 localhost" >/etc/hosts
}
