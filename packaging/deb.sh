#!/bin/sh
# deb.sh BINARY DIR   makes nsrun_VERSION_ARCHITECTURE.deb in DIR, with dpkg-deb alone
set -eu
# Whoever installs, everybody can read.
umask 022
binary=$(readlink -f "$1")
to=$(readlink -f "$2")
cd "$(dirname "$0")/.."
command -v dpkg-deb >/dev/null || { echo "missing dpkg-deb: apt-get install dpkg" >&2; exit 1; }

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
architecture=$(dpkg --print-architecture)
# The same source makes the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH
maintainer="nsrun maintainers <maintainers@nsrun.invalid>"

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
sh packaging/install.sh "$binary" "$root" /usr

# Debian's own places, where they are others.
mkdir -p "$root/usr/share/zsh/vendor-completions"
mv "$root/usr/share/zsh/site-functions/_nsrun" "$root/usr/share/zsh/vendor-completions/_nsrun"
rmdir "$root/usr/share/zsh/site-functions"
doc=$root/usr/share/doc/nsrun
mv "$doc/CHANGELOG.md" "$doc/changelog"
{
    printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n'
    printf 'Upstream-Name: nsrun\n\nFiles: *\nCopyright: %s\n' \
        "$(sed -n 's/^Copyright (c) //p' LICENSE-MIT)"
    printf 'License: Expat or Apache-2.0\n\nLicense: Expat\n'
    # The text after title and copyright, an empty line written as a dot.
    sed -n '/^Permission is hereby/,$ { s/^$/./; s/^/ /; p }' LICENSE-MIT
    printf '\nLicense: Apache-2.0\n'
    printf ' On Debian systems, the text is in /usr/share/common-licenses/Apache-2.0.\n'
} >"$doc/copyright"
{
    printf 'nsrun (%s) unstable; urgency=medium\n\n' "$version"
    printf '  * Release %s; what changed is in changelog.gz.\n\n' "$version"
    printf ' -- %s  %s\n' "$maintainer" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")"
} >"$doc/changelog.Debian"
mkdir -p "$root/usr/share/lintian/overrides"
# On purpose: it runs where there are no libraries.
echo 'nsrun: statically-linked-binary [usr/bin/nsrun]' >"$root/usr/share/lintian/overrides/nsrun"
gzip -9 -n "$doc/changelog" "$doc/changelog.Debian" "$root"/usr/share/man/man1/*.1

mkdir -p "$root/DEBIAN"
cat >"$root/DEBIAN/control" <<END
Package: nsrun
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -k -s "$root/usr" | cut -f 1)
Section: net
Priority: optional
Description: run processes in network namespaces that are already wired up
 Launches a process inside a network namespace with a link, an address, a
 default route and a resolv.conf of its own, within milliseconds. It is one
 static program that needs no daemon, keeps no state files and calls no other
 program; what it knows is kept in objects of the kernel, which end together
 with the process.
END
(cd "$root" && find usr -type f -exec md5sum {} + | LC_ALL=C sort -k 2) >"$root/DEBIAN/md5sums"
find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
package=$to/nsrun_${version}_$architecture.deb
dpkg-deb --root-owner-group --build "$root" "$package" >/dev/null
echo "$package"
