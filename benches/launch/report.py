"""The figures as a page and a chart."""

import datetime
import math
import os
import subprocess

import peers


def versions():
    """Those of the packages that the peers come from."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version} ${db:Status-Status}\n", *peers.PACKAGES],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    lines = (line.split() for line in done.stdout.splitlines())
    return {words[0]: words[1] for words in lines if words[-1] == "installed"}


def about(nsrun):
    """Machine, versions, date: without them a figure means nothing."""
    with open("/proc/cpuinfo") as file:
        cpu = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown processor")
    return {
        "date": datetime.date.today().isoformat(), "cpu": cpu, "cores": os.cpu_count(),
        "kernel": os.uname().release.split("-")[0], "nsrun_bytes": os.path.getsize(nsrun),
        "load": os.getloadavg()[0], "versions": versions(),
    }


def table(head, rows):
    """A table in Markdown: the first column left, figures right."""
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def ms(value):
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def targets(results):
    """What was asked of nsrun, what was measured."""
    rows = []
    if "launch" in results:
        by_name = {row["name"]: row for row in results["launch"]["rows"]}
        ours = by_name["nsrun run"]
        rows.append(("`nsrun run true` / floor", 1.25, ours["of_floor"]))
        for name, most in (("ip, best script", 0.33), ("CNI bridge, ipMasq", 0.10), ("podman", 0.02), ("docker", 0.02)):
            if name in by_name:
                rows.append((f"`nsrun run true` / {name}", most, by_name[name]["nsrun_takes"]))
        rows.append(("`run -p` / `run`", 1.5, results["launch"]["port_of_plain"]))
        rows.append(("system calls until the command is executed", 100, ours["calls_to_command"]))
    for row in results.get("alive", []):
        if row["count"] == 1000:
            rows.append(("1,000 alive on one bridge / floor", 1.3, row["of_floor"]))
    for row in results.get("parallel", []):
        if row["copies"] == 30:
            rows.append(("30 at once / floor", 1.5, row["of_floor"]))
    if "supervisor" in results:
        for who, memory in results["supervisor"].items():
            rows.append((f"resident memory of the {who}, MB", 1.5, memory["rss_kb"] / 1000))
            rows.append((f"of which the {who}'s alone, KB", 300, memory["unique_kb"]))
    rows.append(("the binary, MB", 1.6, results["about"]["nsrun_bytes"] / 1e6))
    return [(what, most, f"{value:.3g}", "met" if value <= most else "missed") for what, most, value in rows]


def markdown(results):
    facts = results["about"]
    parts = [
        "# Launches, measured\n",
        f"`make bench` on {facts['date']}: {facts['cpu']}, {facts['cores']} cores, Linux {facts['kernel']}, load"
        f" {facts['load']:.1f} at the start. Whole processes in a private world, one of each in a round, in an order that"
        " changes, 15 ms apart; a ratio is the median of the ratios of each round, and the only figure that means something"
        " on another machine.\n",
        "## Targets\n", table(["what", "at most", "measured", ""], targets(results)),
    ]
    if "launch" in results:
        parts += ["## One launch of `true`\n", "![One launch](launch.svg)\n", table(
            ["", "", "ms", "min–max", "/ floor", "nsrun takes", "CPU ms", "peak MB", "system calls", "failed"],
            [(row["name"], row["what"], ms(row["wall_ms"]), f"{ms(row['wall_min_ms'])}–{ms(row['wall_max_ms'])}",
              f"{row['of_floor']:.2f}", f"{row['nsrun_takes']:.3f}", ms(row["cpu_ms"]), f"{row['peak_kb'] / 1000:.1f}",
              row["calls"], f"{row['failed']} of {row['rounds']}")
             for row in results["launch"]["rows"]])]
        parts.append("\"nsrun takes\" is the time of `nsrun run` as a part of this row's. A peer is started, runs the"
                     " command, and is taken down again. System calls are those of all its processes.\n")
        parts += [f"- skipped: {line}" for line in results["launch"]["skipped"]]
        parts.append("")
        if results["launch"]["skipped"]:
            parts.append("What is skipped for want of a program is in the packages " + ", ".join(peers.PACKAGES) + ".\n")
        ours, floor = ({row["name"]: row for row in results["launch"]["rows"]}[name] for name in ("nsrun run", "floor"))
        names = sorted({**ours["calls_by_name"], **floor["calls_by_name"]})
        counts = [(name, *(row["calls_by_name"].get(name, 0) for row in (ours, floor))) for name in names]
        parts += ["## System calls until the command is executed\n", table(
            ["", "nsrun run", "floor", "more"],
            [(name, a, b, a - b) for name, a, b in sorted(counts, key=lambda count: count[2] - count[1]) if a != b]
            + [("all", ours["calls_to_command"], floor["calls_to_command"], ours["calls_to_command"] - floor["calls_to_command"])])]
    if "parallel" in results:
        parts += ["## Many at once\n", table(
            ["copies", "floor ms", "nsrun ms", "nsrun -p ms", "ip ms", "nsrun / floor", "nsrun / ip", "failed"],
            [(row["copies"], *(ms(row[name]["wall_ms"]) for name in ("floor", "nsrun", "port", "ip")),
              f"{row['of_floor']:.2f}", f"{row['of_ip']:.3f}",
              " / ".join(str(row[name]["failed"]) for name in ("floor", "nsrun", "port", "ip"))) for row in results["parallel"]])]
    if "alive" in results:
        parts += ["## Many that stay\n", table(
            ["alive", "floor s", "nsrun s", "nsrun / floor", "ip s", "nsrun ms, first tenth", "last tenth", "`ps` ms",
             "end of all, nsrun ms", "floor ms"],
            [(row["count"], f"{row['floor']['total_ms'] / 1e3:.2f}", f"{row['nsrun']['total_ms'] / 1e3:.2f}",
              f"{row['of_floor']:.2f}", f"{row['ip']['total_ms'] / 1e3:.2f}" if "ip" in row else "",
              ms(row["nsrun"]["first_tenth_ms"]), ms(row["nsrun"]["last_tenth_ms"]), ms(row["nsrun"]["ps_ms"]),
              ms(row["nsrun"]["end_ms"]), ms(row["floor"]["end_ms"])) for row in results["alive"]])]
    if "supervisor" in results:
        parts += ["## Memory while CMD runs\n", table(
            ["", "resident KB", "its own KB", "proportional KB, two runs"],
            [(who, memory["rss_kb"], memory["unique_kb"], memory["pss_kb"]) for who, memory in results["supervisor"].items()])]
    if "verbs" in results:
        parts += ["## Other commands\n", table(
            ["", "nsrun ms", "beside", "ms", "ratio"],
            [(row["what"], ms(row["nsrun"]["wall_ms"]), row["other"], ms(row["peer"]["wall_ms"]), f"{row['ratio']:.2f}")
             for row in results["verbs"]])]
    if "names" in results:
        row = results["names"]
        parts += ["## Names\n", f"A member's name, asked {row['queries']} times one after another by a script:"
                  f" {row['per_second']:.0f} answers a second, {row['median_us']:.0f} µs in the median, {row['p99_us']:.0f} µs"
                  " at the 99th percentile.\n"]
    if "data" in results:
        parts += ["## Data path\n", "The same path made by hand with ip and nft; the sender and receiver are one script,"
                  " so only the ratio means something.\n", table(
                      ["", "", "nsrun", "by hand", "ratio"],
                      [(row["what"], row["unit"].replace("_per_", "/").replace("_", " "), f"{row['nsrun']:,.4g}", f"{row['hand']:,.4g}",
                        f"{row['ratio']:.2f}") for row in results["data"]])]
    parts += ["## Versions\n", *(f"- {name} {version}" for name, version in facts["versions"].items())]
    return "\n".join(parts) + "\n"


def chart(rows):
    """Bars on a scale where each step is ten times the one before."""
    rows = sorted(rows, key=lambda row: row["wall_ms"])
    left, width, step = 190, 520, 22
    low, high = 0.5, max(row["wall_ms"] for row in rows) * 1.6
    def x(value):
        return left + width * math.log(value / low) / math.log(high / low)
    height = 60 + step * len(rows)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 20} {height}" font-family="sans-serif" font-size="12">',
           f'<rect width="{left + width + 20}" height="{height}" fill="#fff"/>',
           '<text x="10" y="20" font-size="14">One launch of "true", start to end: milliseconds, median</text>']
    mark = 1
    while mark < high:
        out.append(f'<line x1="{x(mark):.1f}" y1="32" x2="{x(mark):.1f}" y2="{height - 10}" stroke="#ddd"/>'
                   f'<text x="{x(mark):.1f}" y="{height - 1}" font-size="10" fill="#666" text-anchor="middle">{mark}</text>')
        mark *= 10
    for number, row in enumerate(rows):
        y = 36 + number * step
        color = "#c0392b" if row["name"].startswith("nsrun") else "#2c3e50" if row["name"].startswith("floor") else "#95a5a6"
        out.append(f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{row["name"]}</text>'
                   f'<rect x="{left}" y="{y}" width="{x(row["wall_ms"]) - left:.1f}" height="{step - 6}" fill="{color}"/>'
                   f'<text x="{x(row["wall_ms"]) + 5:.1f}" y="{y + 13}">{ms(row["wall_ms"])}</text>')
    return "\n".join(out) + "\n</svg>\n"
