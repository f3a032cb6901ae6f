"""Runs ./measure and keeps its account: one Sample for each process or round."""

import subprocess
from collections import namedtuple
from statistics import median

Sample = namedtuple("Sample", "wall user system peak status")  # ms, ms, ms, KB


SERIALS = 60000  # what 10.89.0.0/16 and the ports have room for
serial = 0


def numbers(count):
    """The first of COUNT numbers that nothing has used lately: what ends is removed a little later."""
    global serial
    first = serial if serial + count < SERIALS else 0
    serial = first + count
    return first


def filled(arguments):
    """The words of one launch; measure.c fills them in the same way."""
    n = numbers(1)
    address = f"10.89.{1 + n // 250}.{2 + n % 250}"
    return [word.replace("{n}", str(n)).replace("{ip}", address) for word in arguments]


def samples(measure, arguments, commands, cwd, between=None):
    """One list of samples for each command, in the order measured: index N of all lists is one round."""
    words, started = [], len(commands)
    for argument in arguments[1:]:
        started *= argument + 1
    for command in commands:
        words += ["::"] * bool(words) + list(command)
    process = subprocess.Popen([measure, str(numbers(started)), *map(str, arguments), *words], cwd=cwd, text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    found = {}
    for line in process.stdout:
        if line == "ready\n":
            if between:
                between()
            process.stdin.write("\n")
            process.stdin.flush()
            continue
        which, wall, user, system, peak, status = map(int, line.split())
        found.setdefault(which, []).append(Sample(wall / 1e6, user / 1e3, system / 1e3, peak, status))
    if process.wait() != 0:
        raise SystemExit(f"measure ended with {process.returncode}: {words}")
    return [found[which] for which in sorted(found)]


def summary(list_of_samples):
    """Median and extremes of the wall clock, medians of the rest, and how many failed."""
    walls = [s.wall for s in list_of_samples]
    return {
        "wall_ms": median(walls), "wall_min_ms": min(walls), "wall_max_ms": max(walls),
        "cpu_ms": median(s.user + s.system for s in list_of_samples),
        "peak_kb": median(s.peak for s in list_of_samples),
        "failed": sum(s.status != 0 for s in list_of_samples), "rounds": len(walls),
    }


def ratio(ours, theirs):
    """Median of the ratios of one round each: what stays when the machine's speed drifts."""
    return median(a.wall / b.wall for a, b in zip(ours, theirs))
