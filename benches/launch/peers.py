"""What a launch is compared with: each peer as a shell script of the words its users type.

In a script $1 is a number that no two launches share, $2 an address of 10.89.0.0/16 likewise. Each
ends with everything removed that it made: a launch is start, command and end.
"""

import json
import shutil

CNI_PLUGINS = ("/usr/lib/cni", "/opt/cni/bin")

IP_BEST = """
ip netns add n$1
echo "link add v$1 up master br0 type veth peer name eth0 netns n$1" | ip -batch -
ip -n n$1 -batch - <<EOF
link set lo up
link set eth0 up
address add $2/16 dev eth0
route add default via 10.89.0.1
EOF
ip netns exec n$1 /bin/true
ip netns delete n$1
"""

IP_CLASSIC = """
ip netns add n$1
ip link add v$1 type veth peer name p$1
ip link set p$1 netns n$1
ip link set v$1 master br0
ip link set v$1 up
ip netns exec n$1 ip link set dev p$1 name eth0
ip netns exec n$1 ip link set lo up
ip netns exec n$1 ip link set eth0 up
ip netns exec n$1 ip address add $2/16 dev eth0
ip netns exec n$1 ip route add default via 10.89.0.1
ip netns exec n$1 /bin/true
ip netns delete n$1
"""

# busybox ip knows neither netns nor peers: the namespace is unshare's and its links go by a pid.
IP_BUSYBOX = """
b=busybox
mkfifo f$1 g$1
unshare -n sh -c 'echo $$ >f'$1'; read go <g'$1'
    busybox ip link set lo up; busybox ip link set p'$1' name eth0; busybox ip link set eth0 up
    busybox ip addr add '$2'/16 dev eth0; busybox ip route add default via 10.89.0.1; exec /bin/true' &
read pid <f$1
$b ip link add v$1 type veth peer name p$1
$b ip link set v$1 master br0
$b ip link set v$1 up
$b ip link set p$1 netns $pid
echo go >g$1
wait $!
rm f$1 g$1
"""

# What stays: the namespace, and a process in it that says when it is there.
IP_STAY = IP_BEST.replace("ip netns exec n$1 /bin/true\nip netns delete n$1\n", "exec ip netns exec n$1 %s\n")


def cni(masquerade, port):
    """The plugins bridge and host-local, and portmap, as a container engine calls them."""
    path = next((p for p in CNI_PLUGINS if shutil.which("bridge", path=p)), CNI_PLUGINS[0])
    network = {
        "cniVersion": "0.4.0", "name": "bench", "type": "bridge", "bridge": "cni0", "isGateway": True,
        "ipMasq": masquerade,
        "ipam": {"type": "host-local", "subnet": "10.90.0.0/16", "routes": [{"dst": "0.0.0.0/0"}]},
    }
    map_port = {
        "cniVersion": "0.4.0", "name": "bench", "type": "portmap", "snat": True, "capabilities": {"portMappings": True},
    }
    start = json.dumps(map_port)[:-1]
    ports = '"runtimeConfig":{"portMappings":[{"hostPort":\'$((10000 + $1 % 50000))\',"containerPort":80,"protocol":"tcp"}]}'
    script = [
        f"export CNI_PATH={path} CNI_IFNAME=eth0 CNI_CONTAINERID=c$1 CNI_NETNS=/run/netns/n$1",
        "ip netns add n$1",
        f"result=$(echo '{json.dumps(network)}' | CNI_COMMAND=ADD {path}/bridge) || exit",
    ]
    mapped = f"echo '{start},{ports},\"prevResult\":'\"$result\"'}}' | CNI_COMMAND=VERB {path}/portmap"
    if port:
        script.append(mapped.replace("VERB", "ADD") + " >/dev/null || exit")
    script.append("ip netns exec n$1 /bin/true")
    if port:
        script.append(mapped.replace("VERB", "DEL") + " || exit")
    script += [f"echo '{json.dumps(network)}' | CNI_COMMAND=DEL {path}/bridge || exit", "ip netns delete n$1"]
    return "\n".join(script)


def netavark(port):
    """netavark as podman calls it."""
    program = shutil.which("netavark") or "/usr/lib/podman/netavark"
    options = {
        "container_id": "c$1", "container_name": "c$1",
        "networks": {"bench": {"static_ips": ["10.91.$(($1 / 250 % 250 + 1)).$(($1 % 250 + 2))"], "interface_name": "eth0"}},
        "network_info": {"bench": {
            "name": "bench", "id": "b" * 64, "driver": "bridge", "network_interface": "navark0",
            "subnets": [{"subnet": "10.91.0.0/16", "gateway": "10.91.0.1"}],
            "ipv6_enabled": False, "internal": False, "dns_enabled": False, "ipam_options": {"driver": "host-local"},
        }},
    }
    if port:
        options["port_mappings"] = [
            {"container_port": 80, "host_ip": "", "host_port": 65001, "protocol": "tcp", "range": 1}]
    text = json.dumps(options).replace('"', '\\"').replace("65001", "$((10000 + $1 % 50000))")
    return f"""
options="{text}"
ip netns add n$1
echo "$options" | {program} --config /run/netavark setup /run/netns/n$1 >/dev/null || exit
ip netns exec n$1 /bin/true
echo "$options" | {program} --config /run/netavark teardown /run/netns/n$1 || exit
ip netns delete n$1
"""


def launches(nsrun, floor, scratch):
    """(name, what it does, arguments): {n} and {ip} are filled in at each launch."""
    def script(name, text):
        path = f"{scratch}/{name}.sh"
        with open(path, "w") as file:
            file.write(text)
        return ["sh", path, "{n}", "{ip}"]

    place = ["br0", "v{n}", "{ip}", "16", "10.89.0.1", "/bin/true"]
    root = f"{scratch}/root"
    engine = ["run", "--rm", "--cgroups=disabled", "--rootfs"]
    wired, bare = "wired", "no wiring"
    return [
        ("true", "the command alone", ["/bin/true"]),
        ("floor", "the same kernel work, C", [floor, "full", *place]),
        ("nsrun run", wired, [nsrun, "run", "/bin/true"]),
        ("nsrun run --dns none", wired, [nsrun, "run", "--dns", "none", "/bin/true"]),
        ("floor plain", "no mounts, pids, names, C", [floor, "plain", *place]),
        ("floor port", "one published port, C", [floor, "port={n}", *place]),
        ("nsrun run -p", "one published port", [nsrun, "run", "-p", "0:80", "/bin/true"]),
        ("ip, best script", wired, script("ip-best", IP_BEST)),
        ("ip, classic script", wired, script("ip-classic", IP_CLASSIC)),
        ("busybox ip", wired, script("ip-busybox", IP_BUSYBOX)),
        ("unshare -n", bare, ["unshare", "-n", "/bin/true"]),
        ("bwrap", bare, ["bwrap", "--dev-bind", "/", "/", "--unshare-net", "--unshare-pid", "/bin/true"]),
        ("crun", bare, ["crun", "--root", "/run/crun", "--cgroup-manager=disabled", "run", "-b", f"{scratch}/bundle", "c{n}"]),
        ("runc", bare, ["runc", "--root", "/run/runc", "run", "-b", f"{scratch}/bundle", "c{n}"]),
        ("CNI bridge", "wired, ADD and DEL", script("cni", cni(False, False))),
        ("CNI bridge, ipMasq", "wired, ADD and DEL", script("cni-masq", cni(True, False))),
        ("CNI bridge, portmap", "one published port", script("cni-port", cni(True, True))),
        ("netavark", "wired, setup and teardown", script("netavark", netavark(False))),
        ("netavark, one port", "one published port", script("netavark-port", netavark(True))),
        ("systemd-nspawn", wired, ["systemd-nspawn", "-q", "--register=no", "--keep-unit", "-M", "m{n}", "--volatile=yes",
                                   "-D", root, "--network-bridge=br0", "/bin/true"]),
        ("podman, no network", bare, ["podman", *engine, "--network", "none", root, "/bin/true"]),
        ("podman", wired, ["podman", *engine, root, "/bin/true"]),
        ("podman -p", "one published port", ["podman", *engine, "-p", "80", root, "/bin/true"]),
        ("docker", wired, ["docker", "run", "--rm", "bench", "/bin/true"]),
    ]


FAST = 9  # the first so many are measured in more rounds
PACKAGES = ["iproute2", "busybox-static", "util-linux", "bubblewrap", "crun", "runc", "containernetworking-plugins",
            "iptables", "netavark", "systemd-container", "podman", "docker.io"]
