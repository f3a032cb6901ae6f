#!/usr/bin/env python3
"""size.py BINARY DIRECTORY: prints what takes the room in the release binary BINARY.

Sizes of sections are those of BINARY. Which crate and which part of nsrun the code and data belong
to is said by the symbols, which BINARY has lost: so the same is built again in DIRECTORY, with
symbols. Generic code counts for the crate that wrote it, not for the one that uses it.
"""

import collections
import os
import re
import subprocess
import sys

binary, directory = sys.argv[1:]
# Memory that takes no room in the file.
EMPTY = (".bss", ".tbss")
# What a path of core may begin with besides its name.
PRIMITIVE = {"bool", "char", "str", "u8", "u16", "u32", "u64", "usize", "i32", "i64", "f64", "T"}


def output(*words, **more):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, **more).stdout


def with_symbols():
    """The path of the same binary with symbols."""
    environment = {**os.environ, "CARGO_PROFILE_RELEASE_STRIP": "none"}
    subprocess.run(["sh", "packaging/release.sh", directory], check=True, stdout=sys.stderr,
                   env={**environment, "CARGO_TARGET_DIR": directory})
    return os.path.join(directory, "release", "nsrun")


def sections(path):
    rows = []
    for line in output("size", "-A", path).splitlines():
        words = line.split()
        # Without an address it is not loaded.
        if len(words) == 3 and words[1].isdigit() and words[2] != "0" and words[0] not in EMPTY:
            rows.append((words[0], int(words[1])))
    return rows


def path_of(symbol):
    """The words of a Rust path: `<nl::a::B as core::fmt::Debug>::fmt` is nl, a, B; none for C."""
    symbol = re.sub(r"^(<[&*\[(]*(mut |const |dyn )*)+", "", symbol)
    found = re.match(r"[A-Za-z_]\w*(::[A-Za-z_]\w*)*", symbol)
    words = found.group(0).split("::") if found else []
    if words and words[0] in PRIMITIVE:
        return ["core", *words]
    return words if "::" in symbol else []


def symbols(path):
    """(size, path), each place once: some have several names."""
    seen = set()
    for line in output("nm", "--print-size", "--demangle", path).splitlines():
        words = line.split(" ", 3)
        if len(words) < 4 or words[2] not in "tTdDrRwWvV":
            continue
        address, size, _, name = words
        if address not in seen:
            seen.add(address)
            yield int(size, 16), path_of(name)


def table(heading, rows, total, least=0):
    print(f"\n{heading}")
    small = 0
    for name, size in sorted(rows, key=lambda row: -row[1]):
        if size >= least:
            print(f"  {name:<30} {size:>9} {100 * size / total:>5.1f} %")
        else:
            small += size
    if small:
        print(f"  {'(smaller ones)':<30} {small:>9} {100 * small / total:>5.1f} %")


total = os.path.getsize(binary)
found = list(symbols(with_symbols()))
print(f"{total} bytes  {binary}")
table("Sections", sections(binary), total, 1000)

crates, parts, verbs = (collections.Counter() for _ in range(3))
for size, words in found:
    crates[words[0] if words else "C library and compiler"] += size
    if words[:1] == ["nsrun"] and len(words) > 1:
        parts[words[1]] += size
        if words[1] in ("commands", "ip") and len(words) > 2:
            verbs[f"{words[1]} {words[2]}"] += size
crates["(in no symbol: texts, tables)"] = total - sum(crates.values())
table("Crates", crates.items(), total, 1000)
table("nsrun, by layer", parts.items(), total, 1000)
table("nsrun, by command", verbs.items(), total, 2000)
