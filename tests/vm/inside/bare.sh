# A root directory that cannot be written to, no /etc, no /run.

mount -o remount,ro /

as_stated() {
    ! touch /x 2>/dev/null
    [ ! -e /etc ] && [ ! -e /run ]
}
check "the root is read-only, without /etc and /run" as_stated
mkdir /run 2>/dev/null

main_job() {
    nsrun run -- ping -c 1 -W 5 203.0.113.9
    [ "$(nsrun run -- cat /proc/net/route | grep -c eth0)" = 2 ]
}
check "bare: a run reaches the world" main_job

detached() {
    [ "$(nsrun run -d --name web -- busybox httpd -f -p 80 -h /tmp/lab/www)" = web ]
    nsrun ps | grep -q '^web '
    nsrun exec web wget -q -O - http://127.0.0.1/ | grep -q hello
    nsrun stop -t 0 web
    within 5 nobody_listed
}
check "bare: detached runs with a name" detached

mount -o remount,rw /
