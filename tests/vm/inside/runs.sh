# The main job: a process in a namespace that is wired up; and all verbs on what runs.

exit_status() {
    fails 7 nsrun run -- sh -c 'exit 7'
    fails 127 nsrun run -- /no/such/command
    fails 143 nsrun run -- sh -c 'kill -TERM $$'
}
check "the exit status of a run is that of its command" exit_status

wired() {
    nsrun run -- busybox ip address show eth0 | grep -q 'inet 10\.'
    nsrun run -- busybox ip route | grep -q '^default via 10\.'
    gateway=$(nsrun run -- busybox ip route | sed -n 's/^default via \([^ ]*\).*/\1/p')
    busybox ip address show nsrun0 | grep -qF "$gateway/"
    nsrun run -- ping -c 1 -W 5 "$gateway"
    [ "$(nsrun run -- ls /sys/class/net | tr '\n' ' ')" = "eth0 lo " ]
    within 5 no_leases
}
check "a run has an address, a default route and a gateway that answers" wired

isolated() {
    nsrun run -- sh -c 'ps -o pid,comm | grep -c .' | grep -qE '^[2-6]$'
    [ "$(nsrun run --hostname box -- hostname)" = box ]
    # CAP_NET_ADMIN is bit 12, CAP_SYS_ADMIN bit 21.
    caps=$(nsrun run -- sed -n 's/^CapEff:\t//p' /proc/self/status)
    [ $((0x$caps & 0x201000)) = 0 ]
    fails any nsrun run -- busybox ip link set eth0 down
}
check "a run sees its own processes and host name, and has no power over links" isolated

user_namespace() {
    [ "$(nsrun run --userns -- id -u)" = 0 ]
    fails any nsrun run --userns -- busybox ip link set eth0 down
    nsrun run --userns --cap-add net_admin -- busybox ip link set eth0 down
    nsrun run --userns --net none -- sh -c '[ "$(cat /proc/self/uid_map | tr -s " ")" = " 0 0 1" ]'
}
check "root of a user namespace rules its own links" user_namespace

named() {
    [ "$(nsrun run -d --name web -- busybox httpd -f -p 80 -h /tmp/lab/www)" = web ]
    within 5 nsrun run -- wget -q -O /dev/null http://web/
    nsrun run -- wget -q -O - http://web/ | grep -q hello
    # Seen without nsrun: the link is the lease.
    lease=$(nsrun inspect web --json | sed -n 's/.*"host_link": *"\([^"]*\)".*/\1/p' | head -n 1)
    [ -e "/sys/class/net/$lease/master" ]
    grep -q '^nsrun/1' "/sys/class/net/$lease/ifalias"
    nsrun ps | grep -q '^web .*httpd'
    pid=$(nsrun ps --json | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p' | head -n 1)
    tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q httpd
    fails 125 nsrun run --name web -- true | grep -q '"web"'
}
check "runs find each other by name, and are listed" named

exec_beside() {
    [ "$(nsrun exec web readlink /proc/self/ns/net)" = "$(readlink /proc/"$(pidof httpd | cut -d' ' -f1)"/ns/net)" ] ||
        nsrun exec web busybox netstat -ltn | grep -q ':80 '
    nsrun exec web wget -q -O - http://127.0.0.1/ | grep -q hello
    fails 3 nsrun exec web -- sh -c 'exit 3'
}
check "exec launches beside what runs" exec_beside

second_link() {
    nsrun network create --subnet 10.77.0.0/24 back
    nsrun connect web back --ip 10.77.0.9
    nsrun exec web busybox ip address show eth1 | grep -q 'inet 10.77.0.9/24'
    ping -c 1 -W 5 10.77.0.9
    nsrun run --net back -- wget -q -O - http://10.77.0.9/ | grep -q hello
    nsrun disconnect web back
    fails any nsrun exec web busybox ip link show eth1
    within 5 nsrun network rm back
    [ ! -e /sys/class/net/nsrun1 ]
}
check "connect and disconnect give and take a further link" second_link

stopped() {
    nsrun run -d --name short -- sh -c 'sleep 1; exit 5'
    fails 5 nsrun wait short
    nsrun stop web
    within 5 nobody_listed
    within 5 no_leases
    [ -z "$(pidof httpd | tr ' ' '\n' | while read -r pid; do [ "$(readlink /proc/$pid/ns/net)" = "$(readlink /proc/1/ns/net)" ] && echo "$pid"; done)" ]
}
check "stop and wait end and await runs, and nothing is left" stopped

killed() {
    nsrun run --ip 10.192.0.7 -- sleep 1000 &
    supervisor=$!
    lease() { [ -e /sys/class/net/ns0.7 ]; }
    within 10 lease || { busybox ip link >&2; false; }
    kill -9 $supervisor
    within 5 no_leases
    gone() { ! pidof sleep; }
    within 5 gone
    nsrun gc
    nsrun run --ip 10.192.0.7 -- true
}
check "a killed nsrun takes its run along, and the address is free" killed

parallel() {
    pids=
    for n in 1 2 3 4 5 6 7 8; do
        nsrun run -- ping -c 1 -W 10 198.51.100.2 >/dev/null &
        pids="$pids $!"
    done
    for pid in $pids; do
        wait "$pid"
    done
    within 5 no_leases
}
check_long "eight runs at once" parallel

not_wired() {
    [ "$(nsrun run --net none -- ls /sys/class/net)" = lo ]
    [ "$(nsrun run --net host -- readlink /proc/self/ns/net)" = "$(readlink /proc/self/ns/net)" ]
}
check "loopback only, or the host's network" not_wired

shown() {
    nsrun run --dry-run -- true | grep -q veth
    nsrun run --trace -- true 2>&1 | grep -q -i newlink
}
check_long "a plan and its messages can be shown" shown

root_directory() {
    mkdir -p /tmp/rootfs/bin
    cp /bin/busybox /tmp/rootfs/bin/
    [ "$(nsrun run --rootfs /tmp/rootfs -- /bin/busybox ls / | tr '\n' ' ')" = "bin dev etc proc sys " ]
    nsrun run --rootfs /tmp/rootfs -- /bin/busybox ping -c 1 -W 5 198.51.100.2
    nsrun run --rootfs /tmp/rootfs -u 1000:1000 -- /bin/busybox id | grep -q 'uid=1000 gid=1000'
    # What lies below is out of reach, unless root inside may unmount.
    fails any nsrun run --rootfs /tmp/rootfs -- /bin/busybox sh -c 'busybox umount -l / && busybox ls /checks'
    nsrun run --rootfs /tmp/rootfs --userns -- /bin/busybox true 2>&1 | grep -q 'its initramfs'
}
check "another root directory, on a machine whose own is the initramfs" root_directory

read_only() {
    needs_linux 5 12
    nsrun run --bind /checks:/checks:ro -- sh -c '! touch /checks/x'
    nsrun run --bind /checks:/checks -- touch /checks/x
    rm /checks/x
}
check_long "a directory is shown read-only" read_only
