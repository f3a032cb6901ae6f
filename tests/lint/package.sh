#!/bin/bash
# Packs nl as a registry gets it, and builds what is in the package. Its README shall lead to nothing
# that is not in there.
set -eo pipefail
cd "$(dirname "$0")/../.."
package() {
    "${CARGO:-cargo}" package --package nl --locked --offline --allow-dirty --quiet "$@"
}
package --all-features
files=$(package --list)
grep -o '](\([^)]*\))' nl/README.md | sed 's/^](//; s/)$//' | while read -r link; do
    case $link in
    http://* | https://* | '#'*) continue ;;
    esac
    grep -qxF "$link" <<<"$files" || {
        echo "nl/README.md leads out of the package: $link" >&2
        exit 1
    }
done
echo "nl can be packed"
