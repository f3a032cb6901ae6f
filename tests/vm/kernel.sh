#!/bin/bash
# Fetches Debian's kernel without installing it, since that would run hooks of this machine.
# Prints where the kernel is, then where its modules are.
#
#   kernel.sh STORE [SUITE]    SUITE: a release of Debian other than this machine's
set -eo pipefail
mkdir -p "$1"
store=$(cd "$1" && pwd)
suite=$2

options=()
if [ -n "$suite" ]; then
    # An index of its own: what this machine installs from stays as it is.
    index=$store/index-$suite
    mkdir -p "$index/lists/partial" "$index/cache/archives/partial"
    mirror=${MIRROR:-http://deb.debian.org}
    key='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
    release=${suite%-backports}
    {
        echo "deb $key $mirror/debian $suite main"
        echo "deb $key $mirror/debian-security $release-security main"
    } >"$index/sources.list"
    options=(-o "Dir::Etc::sourcelist=$index/sources.list" -o Dir::Etc::sourceparts=-
        -o "Dir::State::lists=$index/lists" -o "Dir::Cache=$index/cache"
        -o Acquire::Languages=none -o APT::Sandbox::User=root)
    [ -n "$(find "$index/lists" -name '*Packages*' -mtime -1)" ] ||
        apt-get "${options[@]}" update -qq >&2
fi

# linux-image-amd64 only says which package it is today; a package of backports is never the
# candidate by itself.
records=$(apt-cache "${options[@]}" show linux-image-amd64)
case $suite in
*-backports) package=$(sed -n 's/^Depends: \(linux-image-[^ ,]*+deb[^ ,]*\).*/\1/p' <<<"$records") ;;
*) package=$(sed -n 's/^Depends: \(linux-image-[^ ,]*\).*/\1/p' <<<"$records") ;;
esac
package=$(head -n1 <<<"$package")
[ -n "$package" ] || { echo "the index of packages has no linux-image-amd64" >&2; exit 1; }

place=$store/$package
if [ ! -e "$place/whole" ]; then
    rm -rf "$place"
    mkdir -p "$place"
    cd "$place"
    echo "fetching $package" >&2
    apt-get "${options[@]}" -o APT::Sandbox::User=root download -qq "$package" >&2
    dpkg -x ./*.deb .
    rm ./*.deb
    touch whole
fi
version=${package#linux-image-}
echo "$place/boot/vmlinuz-$version"
modules=$place/lib/modules/$version
[ -d "$modules" ] || modules=$place/usr/lib/modules/$version
echo "$modules"
