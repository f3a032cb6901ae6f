# How a check is run, and what checks have in common.

checks=0

# check NAME FUNCTION: every command of the function must succeed.
check() {
    checks=$((checks + 1))
    # Not in a condition, where "set -e" would mean nothing.
    said=$(
        set -e
        exec 2>&1
        set -x
        "$2"
    )
    status=$?
    case $status in
    0) echo "ok $1" ;;
    77) echo "skipped $1: $(echo "$said" | grep -v '^+' | tail -n 1)" ;;
    *) echo "not ok $1: exit $status after: $(echo "$said" | tail -n 6 | cut -c1-300 | tr '\n' ';')" ;;
    esac
}

# Leaves out of the short form.
check_long() {
    [ -n "$short" ] || check "$@"
}

# Ends a check that this kernel cannot do.
needs_module() {
    for module; do
        if ! modprobe -q "$module" 2>/dev/null; then
            echo "the kernel lacks module $module"
            exit 77
        fi
    done
}

# Ends a check that needs a newer kernel: MAJOR MINOR.
needs_linux() {
    IFS=.- read -r major minor rest </proc/sys/kernel/osrelease
    if [ $((major * 1000 + minor)) -lt $(($1 * 1000 + $2)) ]; then
        echo "it needs Linux $1.$2"
        exit 77
    fi
}

# within SECONDS COMMAND...: until it succeeds.
within() {
    tries=$(($1 * 10))
    shift
    until "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        usleep 100000
    done
}

# fails STATUS|any COMMAND...: ends with this status; what it says goes to standard output.
fails() {
    expected=$1
    shift
    set +e
    "$@" 2>&1
    ended=$?
    set -e
    [ "$ended" = "$expected" ] || [ "$ended$expected" != 0any -a "$expected" = any ]
}

no_link() {
    ! [ -e "/sys/class/net/$1" ]
}

# The links of this namespace that nsrun made for its runs.
no_leases() {
    ! ls /sys/class/net | grep -q '^ns[0-9a-z]*\.'
}

nobody_listed() {
    [ "$(nsrun ps --json | tr -d ' \n')" = '[]' ]
}
