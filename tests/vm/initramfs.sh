#!/bin/bash
# Puts together the only file system the machine has: busybox, nsrun, the checks, and those modules
# that docs/embedded.md says nsrun needs, with what they depend on.
#
#   initramfs.sh SCRATCH BINARY MODULES short|"" ONLY KINDS|""
set -eo pipefail
here=$(cd "$(dirname "$0")" && pwd)
scratch=$1 binary=$2 modules=$3 short=$4 only=$5 kinds=$6
root=$scratch/root
mkdir -p "$root"/{bin,sbin,dev,proc,sys,tmp,checks}

cp "$(command -v busybox)" "$root/bin/busybox"
cp "$binary" "$root/bin/nsrun"
if [ -n "$kinds" ]; then
    cp "$kinds" "$root/bin/nl-kinds"
fi
# As the kernel calls it for a module that it needs.
ln -s ../bin/busybox "$root/sbin/modprobe"
cp "$here"/inside/*.sh "$root/checks/"
cp "$here/inside/init" "$root/init"
echo "short=$short only=\"$only\"" >"$root/checks/settings"

# The files of a module and of all it depends on.
with_dependencies() {
    local name file
    for name; do
        [ -z "${seen[$name]}" ] || continue
        seen[$name]=1
        file=${files[$name]}
        [ -n "$file" ] || continue
        echo "$file"
        # shellcheck disable=SC2046 # words
        with_dependencies $(modinfo -F depends "$file" | tr ',-' ' _')
    done
}

if [ -n "$modules" ]; then
    version=$(basename "$modules")
    target=$root/lib/modules/$version
    mkdir -p "$target"
    cp "$modules"/modules.{builtin,builtin.modinfo,order} "$target/" 2>/dev/null || true
    declare -A files seen
    while read -r file; do
        name=${file##*/}
        name=${name%%.ko*}
        files[${name//-/_}]=$file
    done < <(find "$modules/" -name '*.ko*')
    # The third column of the table. The network card of the machine comes on top.
    wanted=$(sed -n '/^| feature /,/^$/p' "$here/../../docs/embedded.md" | cut -d'|' -f4 |
        grep -o '`[^`]*`' | tr -d '`')
    if [ -n "$kinds" ]; then
        wanted="$wanted ifb wireguard macvtap ipvtap bonding geneve netkit"
        wanted="$wanted ip_gre ip6_gre ipip sit ip6_tunnel ip_vti ip6_vti"
    fi
    # libcrc32c, which nf_tables may depend on, asks for an algorithm by its name.
    # shellcheck disable=SC2086 # words
    for file in $(with_dependencies $wanted crc32c_generic virtio_net virtio_pci); do
        name=${file##*/}
        case $file in
        *.xz) xz -dc "$file" >"$target/${name%.xz}" ;;
        *.zst) zstd -qdc "$file" >"$target/${name%.zst}" ;;
        *.gz) gzip -dc "$file" >"$target/${name%.gz}" ;;
        *) cp "$file" "$target/$name" ;;
        esac
    done
    depmod -b "$root" "$version"
fi
(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0) | gzip -1 >"$scratch/initramfs.gz"
