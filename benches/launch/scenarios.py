"""What is measured. Each function returns plain data: dictionaries of names and figures."""

import json
import os
import re
import subprocess
import time
from collections import Counter
from statistics import median

import peers
from measured import filled, ratio, samples, summary


class Bench:
    """The programs under test, and where they may write."""

    def __init__(self, nsrun, tools, scratch, quick):
        self.nsrun, self.scratch, self.quick = nsrun, scratch, quick
        self.measure, self.floor, self.stay = (f"{tools}/{name}" for name in ("measure", "floor", "stay"))

    def samples(self, arguments, commands, between=None):
        return samples(self.measure, arguments, commands, self.scratch, between)

    def floor_launch(self, *command):
        return [self.floor, "full", "br0", "v{n}", "{ip}", "16", "10.89.0.1", *command]

    def script(self, name, text):
        path = f"{self.scratch}/{name}.sh"
        with open(path, "w") as file:
            file.write(text)
        return ["sh", path, "{n}", "{ip}"]

    def say(self, *arguments):
        """nsrun's answer; a failure ends the measurement."""
        return subprocess.run([self.nsrun, *arguments], check=True, text=True, stdout=subprocess.PIPE).stdout.strip()


def trial(arguments, cwd):
    """Why a peer cannot be measured here; None if it can."""
    words = filled(arguments)
    try:
        done = subprocess.run(words, cwd=cwd, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=30)
    except FileNotFoundError:
        return f"{words[0]} is not installed"
    except subprocess.TimeoutExpired:
        return "did not end within 30 s"
    if done.returncode == 0:
        return None
    said = (done.stderr + done.stdout).strip().splitlines()
    return f"exit status {done.returncode}: {said[0] if said else 'no message'}"


def system_calls(arguments, cwd):
    """System calls of all processes of one launch; those until COMMAND is executed, and how many of each."""
    words = filled(arguments)
    log = f"{cwd}/strace.log"
    subprocess.run(["strace", "-f", "-o", log, *words], cwd=cwd, check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(log, errors="replace") as file:
        calls = [line for line in file if re.match(r"\d+ +\w+\(", line)]
    until = next((n for n, line in enumerate(calls) if n and 'execve("/bin/true"' in line), None)
    names = Counter(re.match(r"\d+ +(\w+)", line)[1] for line in calls[:until])
    return len(calls), until, dict(names.most_common())


def one_launch(bench):
    """Start, command and end, of nsrun, of the floor and of the peers, in turn."""
    table, skipped, able = [], [], []
    for name, what, arguments in peers.launches(bench.nsrun, bench.floor, bench.scratch):
        why = trial(arguments, bench.scratch)
        if why:
            skipped.append(f"{name}: {why}")
        else:
            able.append((name, what, arguments))
    fast = able[:peers.FAST]
    slow = [peer for peer in able[peers.FAST:]]
    reference = [peer for peer in fast if peer[0] in ("nsrun run", "floor")]
    for group, rounds in ((fast, 20 if bench.quick else 100), (reference + slow, 3 if bench.quick else 15)):
        measured = bench.samples(["rounds", rounds], [arguments for _, _, arguments in group])
        by_name = {peer[0]: found for peer, found in zip(group, measured)}
        for (name, what, arguments), found in zip(group, measured):
            if group is not fast and (name, what, arguments) in reference:
                continue
            row = {"name": name, "what": what, **summary(found)}
            row["of_floor"] = ratio(found, by_name["floor"])
            row["nsrun_takes"] = ratio(by_name["nsrun run"], found)
            row["calls"], row["calls_to_command"], row["calls_by_name"] = system_calls(arguments, bench.scratch)
            table.append(row)
    port = {row["name"]: row for row in table}
    return {"rows": table, "skipped": skipped,
            "port_of_plain": port["nsrun run -p"]["wall_ms"] / port["nsrun run"]["wall_ms"]}


def parallel(bench):
    """N at once, until the last has ended."""
    best = bench.script("ip-best", peers.IP_BEST)
    run = [bench.nsrun, "run"]
    commands = [bench.floor_launch("/bin/true"), [*run, "/bin/true"], [*run, "-p", "0:80", "/bin/true"], best]
    out = []
    for copies, rounds in ((30, 3 if bench.quick else 15), *([] if bench.quick else [(200, 5)])):
        floor, ours, port, script = bench.samples(["parallel", copies, rounds], commands)
        out.append({"copies": copies, "floor": summary(floor), "nsrun": summary(ours), "port": summary(port),
                    "ip": summary(script), "of_floor": ratio(ours, floor), "of_ip": ratio(ours, script)})
    return out


def alive(bench):
    """N that stay on one bridge: what each costs, what a look at them costs, the end of all."""
    out = []
    for count in (100,) if bench.quick else (100, 500, 1000):
        row = {"count": count}
        for name, command in (("floor", bench.floor_launch(bench.stay)), ("nsrun", [bench.nsrun, "run", bench.stay])):
            look = {}

            def between():
                if name == "nsrun":
                    began = time.perf_counter()
                    listed = json.loads(bench.say("ps", "--json"))
                    look.update(ps_ms=(time.perf_counter() - began) * 1e3, listed=len(listed))

            began, ended = bench.samples(["alive", count], [command], between)
            walls = [sample.wall for sample in began]
            tenth = max(1, count // 10)
            row[name] = {"total_ms": sum(walls), "first_tenth_ms": median(walls[:tenth]),
                         "last_tenth_ms": median(walls[-tenth:]), "end_ms": ended[0].wall,
                         "failed": sum(sample.status != 0 for sample in began), **look}
        if count == 100:
            script = bench.script("ip-stay", peers.IP_STAY % bench.stay)
            began, _ = bench.samples(["alive", count], [script])
            row["ip"] = {"total_ms": sum(sample.wall for sample in began),
                         "failed": sum(sample.status != 0 for sample in began)}
            subprocess.run("for n in $(ip netns list | sed -n 's/^\\(n[0-9]*\\).*/\\1/p'); do ip netns delete $n; done",
                           shell=True, check=True)
        row["of_floor"] = row["nsrun"]["total_ms"] / row["floor"]["total_ms"]
        out.append(row)
    return out


def supervisor(bench):
    """Memory of the two processes that wait for CMD, while two more of their kind run as well."""
    running = [subprocess.Popen([bench.nsrun, "run", bench.stay], stdout=subprocess.PIPE) for _ in range(2)]
    for process in running:
        process.stdout.read(1)
    time.sleep(0.2)
    with open(f"/proc/{running[0].pid}/task/{running[0].pid}/children") as file:
        init = file.read().split()[0]
    sizes = {}
    for who, pid in (("supervisor", running[0].pid), ("init", init)):
        with open(f"/proc/{pid}/smaps_rollup") as file:
            found = dict(re.findall(r"^(\w+): +(\d+) kB", file.read(), re.M))
        sizes[who] = {"rss_kb": int(found["Rss"]), "pss_kb": int(found["Pss"]),
                      "unique_kb": int(found["Private_Clean"]) + int(found["Private_Dirty"])}
    for process in running:
        process.terminate()
        process.wait()
    return sizes


def verbs(bench):
    """Other commands beside the scripts that they replace."""
    rounds = ["rounds", 10 if bench.quick else 60]
    nsrun = bench.nsrun
    bench.say("network", "create", "second", "--subnet", "10.94.0.0/24")
    name = bench.say("run", "-d", "--name", "target", "/bin/sleep", "1000")
    bench.say("netns", "add", "plain")
    subprocess.run("ip link add br1 type bridge && ip link set br1 up", shell=True, check=True)
    connect = bench.script("connect", f"{nsrun} connect target second && {nsrun} disconnect target second")
    connect_ip = bench.script("connect-ip", """
        ip link add w$1 up master br1 type veth peer name eth9 netns plain
        printf 'address add 10.95.0.2/24 dev eth9\\nlink set eth9 up\\n' | ip -n plain -batch -
        ip link delete w$1""")
    create = bench.script("create", f"{nsrun} network create third --subnet 10.96.0.0/24 && {nsrun} network rm third")
    create_ip = bench.script("create-ip", """
        ip link add br3 type bridge && ip address add 10.96.0.1/24 dev br3 && ip link set br3 up
        nft 'table ip t$1 { chain c { type nat hook postrouting priority 100; ip saddr 10.96.0.0/24 masquerade; }; }'
        nft delete table ip t$1; ip link delete br3""".replace("t$1", "bench3"))
    ports = [nsrun, "run", "-p", "20000-20999:20000-20999", "/bin/true"]
    pairs = [
        ("exec into what runs", [nsrun, "exec", name, "/bin/true"], "ip netns exec", ["ip", "netns", "exec", "plain", "/bin/true"]),
        ("connect and disconnect a link", connect, "ip, 3 calls", connect_ip),
        ("make and remove a network", create, "ip and nft, 6 calls", create_ip),
        ("1,000 published ports", ports, "nsrun run -p, one port", [nsrun, "run", "-p", "20000:20000", "/bin/true"]),
    ]
    out = []
    for what, ours, other, theirs in pairs:
        a, b = bench.samples(rounds, [ours, theirs])
        out.append({"what": what, "other": other, "nsrun": summary(a), "peer": summary(b), "ratio": ratio(a, b)})
    bench.say("stop", "target")
    bench.say("network", "rm", "second")
    return out


def names(bench):
    """Questions to the name server of a run: one after another, a member's name."""
    bench.say("run", "-d", "--name", "other", "/bin/sleep", "1000")
    here = os.path.dirname(__file__)
    count = 500 if bench.quick else 5000
    text = bench.say("run", "python3", f"{here}/ask.py", "other", str(count))
    bench.say("stop", "other")
    rate, middle, most = map(float, text.split())
    return {"queries": count, "per_second": rate, "median_us": middle, "p99_us": most}


def data_path(bench):
    """Bytes and round trips between two members, from a LAN through a published port, and outward:
    through networks of nsrun, and through the same made by hand with ip and nft."""
    here = f"{os.path.dirname(__file__)}/stream.py"
    seconds = "0.5" if bench.quick else "3"
    out = []

    def listen(command):
        process = subprocess.Popen([*command, "python3", here, "listen", "5001"], stdout=subprocess.PIPE)
        process.stdout.readline()
        return process

    def talk(command, address, port="5001"):
        text = subprocess.run([*command, "python3", here, "talk", address, port, seconds], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        rate, trips = map(float, text.split())
        return {"gbit_per_s": rate, "round_trips_per_s": trips}

    subprocess.run("""
        for n in 1 2; do
            ip netns add h$n
            ip link add hand$n up master br0 type veth peer name eth0 netns h$n
            ip -n h$n link set lo up; ip -n h$n link set eth0 up
            ip -n h$n address add 10.89.0.1$n/16 dev eth0; ip -n h$n route add default via 10.89.0.1
        done
        nft add element inet floor ports '{ tcp . 5001 : 10.89.0.11 . 5001 }'
        sysctl -qw net.ipv4.ip_forward=1""", shell=True, check=True)
    inside = [bench.nsrun, "run", "--name", "server", "-p", "5002:5001"]
    processes = [listen(inside), listen(["ip", "netns", "exec", "h1"]), listen(["ip", "netns", "exec", "inet"])]
    lan = ["ip", "netns", "exec", "inet"]
    ours, hand = [bench.nsrun, "run"], ["ip", "netns", "exec", "h2"]
    address = bench.say("ps", "--json")
    address = re.search(r"10\.\d+\.\d+\.\d+|172\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+", address)[0]
    for what, first, second in (
        ("between two members", (ours, address), (hand, "10.89.0.11")),
        ("from the LAN to a published port", (lan, "198.51.100.1", "5002"), (lan, "198.51.100.1", "5001")),
        ("outward, masqueraded", (ours, "198.51.100.2"), (hand, "198.51.100.2")),
    ):
        turns = [(talk(*first), talk(*second)) for _ in range(1 if bench.quick else 3)]
        for key in ("gbit_per_s", "round_trips_per_s"):
            a, b = ([turn[side][key] for turn in turns] for side in (0, 1))
            out.append({"what": what, "unit": key, "nsrun": median(a), "hand": median(b),
                        "ratio": median(x / y for x, y in zip(a, b))})
    for process in processes:
        process.terminate()
        process.wait()
    return out
