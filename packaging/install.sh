#!/bin/sh
# install.sh BINARY DESTDIR PREFIX     copies nsrun and what belongs to it to PREFIX below DESTDIR
# install.sh --remove DESTDIR PREFIX   removes the same files again
set -eu
# Whoever installs, everybody can read.
umask 022
binary=$1
root=$2$3
cd "$(dirname "$0")/.."

# Mode, place below PREFIX, file here, whose path may have spaces; one a line.
files() {
    echo "755 bin/nsrun $binary"
    for page in packaging/man/*.1; do
        echo "644 share/man/man1/${page##*/} $page"
    done
    echo "644 share/bash-completion/completions/nsrun packaging/completions/nsrun.bash"
    echo "644 share/zsh/site-functions/_nsrun packaging/completions/_nsrun"
    echo "644 share/fish/vendor_completions.d/nsrun.fish packaging/completions/nsrun.fish"
    for text in README.md DESIGN.md CHANGELOG.md docs/embedded.md docs/ip.md; do
        echo "644 share/doc/nsrun/${text##*/} $text"
    done
    for example in packaging/examples/*; do
        echo "644 share/doc/nsrun/examples/${example##*/} $example"
    done
}

files | while read -r mode to from; do
    if [ "$binary" = --remove ]; then
        rm -f "$root/$to"
    else
        install -D -m "$mode" "$from" "$root/$to"
    fi
done
if [ "$binary" = --remove ]; then
    rmdir "$root/share/doc/nsrun/examples" "$root/share/doc/nsrun" 2>/dev/null || true
fi
