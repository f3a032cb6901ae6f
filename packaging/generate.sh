#!/bin/sh
# Writes the man pages and the completion scripts that BINARY prints to DIR (default: here), where
# "make install" takes them from. They are kept so that a package for another machine can be built
# without running its program; a test compares them with what the program prints.
set -eu
binary=$1
to=${2:-$(dirname "$0")}
mkdir -p "$to/man" "$to/completions"
rm -f "$to"/man/*.1
"$binary" generate man >"$to/man/nsrun.1"
sed -n 's/^\.BR nsrun\\-\([a-z\\-]*\) (1)$/\1/p' "$to/man/nsrun.1" | tr -d '\\' |
    while read -r command; do
        "$binary" generate man "$command" >"$to/man/nsrun-$command.1"
    done
"$binary" generate bash >"$to/completions/nsrun.bash"
"$binary" generate zsh >"$to/completions/_nsrun"
"$binary" generate fish >"$to/completions/nsrun.fish"
