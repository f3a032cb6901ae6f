#!/bin/sh
# install.sh BINARY DESTDIR PREFIX     copies nsrun and what belongs to it to PREFIX below DESTDIR
# install.sh --remove DESTDIR PREFIX   removes the same files again
set -eu
binary=$1
root=$2$3
cd "$(dirname "$0")/.."

# Mode, file here, place below PREFIX; one a line.
files() {
    echo "755 $binary bin/nsrun"
    for page in packaging/man/*.1; do
        echo "644 $page share/man/man1/${page##*/}"
    done
    echo "644 packaging/completions/nsrun.bash share/bash-completion/completions/nsrun"
    echo "644 packaging/completions/_nsrun share/zsh/site-functions/_nsrun"
    echo "644 packaging/completions/nsrun.fish share/fish/vendor_completions.d/nsrun.fish"
    for text in README.md DESIGN.md CHANGELOG.md docs/embedded.md docs/ip.md; do
        echo "644 $text share/doc/nsrun/${text##*/}"
    done
    for example in packaging/examples/*; do
        echo "644 $example share/doc/nsrun/examples/${example##*/}"
    done
}

files | while read -r mode from to; do
    if [ "$binary" = --remove ]; then
        rm -f "$root/$to"
    else
        install -D -m "$mode" "$from" "$root/$to"
    fi
done
if [ "$binary" = --remove ]; then
    rmdir "$root/share/doc/nsrun/examples" "$root/share/doc/nsrun" 2>/dev/null || true
fi
