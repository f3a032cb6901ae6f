# The codec beside a kernel that has the kinds of links that others lack.

kinds() {
    if ! [ -x /bin/nl-kinds ]; then
        echo "no program for this machine was built"
        exit 77
    fi
    : >/tmp/kinds
    NSRUN_SKIPS=/tmp/kinds nl-kinds --nocapture >/tmp/told 2>&1 || {
        grep -A 3 panicked /tmp/told | head -n 4
        false
    }
    lacking=$(sed 's/.*links of kind //' /tmp/kinds)
    # netkit is of Linux 6.7.
    if [ -n "$lacking" ] && [ "$lacking" != netkit ]; then
        echo "the kernel lacks links of kind $lacking"
        exit 77
    fi
}
check "links of all kinds are made and read back by the codec" kinds
