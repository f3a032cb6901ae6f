# The world outside: translation, and ports of this machine that lead to runs.

forwarding() {
    nsrun network prune >/dev/null
    within 5 no_leases
    [ "$(cat /proc/sys/net/ipv4/conf/default/forwarding)" = 0 ]
    nsrun run -- ping -c 1 -W 5 203.0.113.9
    [ "$(cat /proc/sys/net/ipv4/conf/default/forwarding)" = 1 ]
    # Who asks is this machine.
    nsrun run -- wget -q -O - http://203.0.113.9/cgi-bin/who | grep -q 'from .*198\.51\.100\.2\]*$'
    # The machine does not become a router between its neighbours.
    in_lan busybox ip route add default via 192.0.2.10
    in_far busybox ip route add 192.0.2.0/24 via 198.51.100.2
    fails any in_lan ping -c 1 -W 2 203.0.113.9
    in_lan busybox ip route del default
    within 5 no_leases
    nsrun network prune
    [ "$(cat /proc/sys/net/ipv4/conf/default/forwarding)" = 0 ]
}
check "runs reach the world by this machine's address, and nobody else does" forwarding

published() {
    nsrun run -d --name pub -p 8080:80 -- busybox httpd -f -p 80 -h /tmp/lab/www
    within 5 wget -q -O /dev/null http://127.0.0.1:8080/
    in_far wget -q -O - http://198.51.100.2:8080/cgi-bin/who | grep -q 'from .*198\.51\.100\.1\]*$'
    wget -q -O - http://127.0.0.1:8080/ | grep -q hello
    wget -q -O - http://198.51.100.2:8080/ | grep -q hello
    nsrun run -- wget -q -O - http://198.51.100.2:8080/ | grep -q hello
    fails 125 nsrun run -p 8080:80 -- true | grep -q 8080
}
check "a published port is reached from outside, from here and from other members" published

unpublished() {
    nsrun unpublish pub 8080:80
    fails any in_far wget -T 3 -q -O - http://198.51.100.2:8080/
    nsrun publish pub 198.51.100.2:8081:80
    in_far wget -q -O - http://198.51.100.2:8081/ | grep -q hello
    nsrun port pub | grep -q 8081
}
check "ports are published and taken back while it runs" unpublished

udp() {
    nsrun run -d --name udp -p 53:5353/udp -- sleep 1000
    # Busybox has nothing that listens: counted are the datagrams that reached a closed port.
    unheard() { nsrun exec udp cat /proc/net/snmp | awk '/^Udp: [0-9]/ { print $3 }'; }
    [ "$(unheard)" = 0 ]
    fails any in_far timeout 3 nslookup name.test 198.51.100.2
    [ "$(unheard)" -gt 0 ]
    nsrun stop -t 0 udp
}
check "UDP too" udp

reloaded() {
    nsrun firewall show | grep -q dnat
    nsrun firewall reload
    in_far wget -q -O - http://198.51.100.2:8081/ | grep -q hello
}
check "all rules can be made anew" reloaded

swept() {
    # Children first: kill what supervises "pub".
    supervisor=$(nsrun inspect pub --json | sed -n 's/.*"supervisor": *\([0-9]*\).*/\1/p' | head -n 1)
    kill -9 "$supervisor"
    within 5 no_leases
    fails any in_far wget -T 3 -q -O - http://198.51.100.2:8081/
    nsrun gc | grep -q 8081
    nsrun run -p 8081:80 -- true
    within 5 nobody_listed
}
check "gc sweeps the ports of a killed nsrun" swept
