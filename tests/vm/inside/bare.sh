# A root directory that cannot be written to, no /etc, no /run: what docs/embedded.md says of it.

mount -o remount,ro /

as_stated() {
    ! touch /x 2>/dev/null
    [ ! -e /etc ] && [ ! -e /run ]
}
check "the root is read-only, without /etc and /run" as_stated

main_job() {
    nsrun run -- ping -c 1 -W 5 203.0.113.9
    [ "$(nsrun run -- cat /proc/net/route | grep -c eth0)" = 2 ]
    fails 7 nsrun run --net none -- sh -c 'exit 7'
}
check "bare: a run reaches the world" main_job

no_names() {
    nsrun run -d --name named -- sleep 1000
    nsrun run -- true 2>&1 | grep -q 'there is no /etc/resolv.conf to replace'
    fails any nsrun run -- ping -c 1 named
    # With a root directory of its own it has these files.
    mkdir -p /tmp/rootfs/bin
    cp /bin/busybox /tmp/rootfs/bin/
    nsrun run --rootfs /tmp/rootfs -- /bin/busybox ping -c 1 -W 5 named
    nsrun run --rootfs /tmp/rootfs -- /bin/busybox grep -q 127.0.0.11 /etc/resolv.conf
    rm -r /tmp/rootfs
    nsrun stop -t 0 named
}
check "bare: without /etc no names inside, but in a root directory of its own" no_names

detached() {
    [ "$(nsrun run -d --name web -p 8080:80 -- busybox httpd -f -p 80 -h /tmp/lab/www)" = web ]
    nsrun ps | grep -q '^web '
    within 5 nsrun exec web wget -q -O /dev/null http://127.0.0.1/
    in_far wget -q -O - http://198.51.100.2:8080/ | grep -q hello
    nsrun stop -t 0 web
    within 5 nobody_listed
    nsrun gc
}
check "bare: detached runs with a name and a port" detached

networks() {
    nsrun network create --subnet 10.91.0.0/24 own
    nsrun run --net own -- ping -c 1 -W 5 203.0.113.9
    within 5 nsrun network rm own
    needs_module macvlan
    nsrun network create --driver macvlan --parent lan0 --gateway 192.0.2.1 --ip-range 192.0.2.128/25 lan
    nsrun run --net lan -- ping -c 1 -W 5 192.0.2.1
    within 5 nsrun network rm lan
}
check "bare: networks" networks

refused() {
    fails any nsrun run --net none --name x -- true | grep -q 'needs a /run that it can write to'
    fails any nsrun run --net macvlan:lan0,ip=192.0.2.77/24 -- true |
        grep -q 'needs a /run that it can write to'
    fails any nsrun netns add blue | grep -q '/run/netns must be writable'
}
check "bare: what needs /run says so" refused

no_sys() {
    umount /sys
    nsrun run -- ping -c 1 -W 5 203.0.113.9
    nsrun ps
    mount -t sysfs sysfs /sys
}
check "bare: without /sys" no_sys

no_dev() {
    umount -l /dev
    nsrun run -- ping -c 1 -W 5 203.0.113.9
    fails 125 nsrun run -d -- true | grep -q /dev/null
    mount -t devtmpfs devtmpfs /dev
}
check "bare: without /dev" no_dev

diagnosed() {
    if ! nsrun help doctor >/dev/null 2>&1; then
        echo "this nsrun has no doctor"
        exit 77
    fi
    nsrun doctor
}
check "bare: the doctor finds nothing missing" diagnosed

mount -o remount,rw /
