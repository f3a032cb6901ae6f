"""A host of its own for the measurements: namespaces, a way out that leads nowhere, a bridge."""

import json
import os
import subprocess
import sys

HIDDEN = ["/run", "/var/lib/cni", "/var/lib/containers", "/var/lib/docker", "/etc/cni", "/etc/containers"]

RULES = """
table inet floor {
    map ports { type inet_proto . inet_service : ipv4_addr . inet_service; }
    chain out { type nat hook postrouting priority srcnat; ip saddr 10.89.0.0/16 ip daddr != 10.89.0.0/16 masquerade; }
    chain in { type nat hook prerouting priority dstnat; dnat ip to meta l4proto . th dport map @ports; }
}
"""


def enter():
    """Starts this program again in namespaces of its own; returns in there."""
    if os.environ.get("BENCH_WORLD") == "1":
        return
    os.environ["BENCH_WORLD"] = "1"
    os.execvp("unshare", ["unshare", "--net", "--mount", "--pid", "--ipc", "--uts", "--fork", "--mount-proc",
                          "--propagation", "private", sys.executable, *sys.argv])


def shell(text, **options):
    """Runs shell lines; the first that fails ends it all."""
    return subprocess.run(["sh", "-ec", text], check=True, text=True, **options)


def prepare(scratch):
    """Hides what a peer would write to, makes the bridge "br0" and the host "inet" behind "up0"."""
    for path in HIDDEN:
        if os.path.isdir(path):
            subprocess.run(["mount", "-t", "tmpfs", "none", path], check=True)
    shell("""
        mount -t sysfs none /sys && mount -t cgroup2 none /sys/fs/cgroup || true
        ip link set lo up
        ip netns add inet
        ip link add up0 type veth peer name eth0 netns inet
        ip address add 198.51.100.1/24 dev up0 && ip link set up0 up
        ip -n inet address add 198.51.100.2/24 dev eth0 && ip -n inet link set eth0 up
        ip -n inet link set lo up
        ip route add default via 198.51.100.2
        ip link add br0 type bridge && ip address add 10.89.0.1/16 dev br0 && ip link set br0 up
    """, stderr=subprocess.DEVNULL)
    subprocess.run(["nft", "-f", "-"], input=RULES, text=True, check=True)
    shell(f"""
        mkdir -p {scratch}/root/bin {scratch}/root/proc {scratch}/root/sys {scratch}/root/dev {scratch}/root/etc
        mkdir -p {scratch}/root/usr {scratch}/root/run {scratch}/root/tmp {scratch}/bundle
        cp "$(command -v busybox)" {scratch}/root/bin/true
        ln -sf true {scratch}/root/bin/sh
        echo root:x:0:0::/:/bin/sh >{scratch}/root/etc/passwd
        echo ID=bench >{scratch}/root/etc/os-release
        echo nameserver 127.0.0.11 >{scratch}/resolv.conf
    """)
    spaces = [{"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount")]
    config = {
        "ociVersion": "1.0.2", "hostname": "bench", "root": {"path": f"{scratch}/root"},
        "process": {"args": ["/bin/true"], "cwd": "/", "env": ["PATH=/bin"], "user": {"uid": 0, "gid": 0}},
        "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}], "linux": {"namespaces": spaces},
    }
    with open(f"{scratch}/bundle/config.json", "w") as file:
        json.dump(config, file)
