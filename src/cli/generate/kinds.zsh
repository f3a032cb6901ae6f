# Offers the names there are of kind $1; "nsrun" itself says them.
_nsrun_of_kind() {
    local nsrun=${service:-nsrun}
    local -a names
    case $1 in
    run | target) names+=(${(f)"$($nsrun ps --quiet 2>/dev/null)"}) ;;
    network | net) names+=(${${(f)"$($nsrun network list 2>/dev/null)"}[2,-1]%% *}) ;;
    esac
    case $1 in
    namespace | target) names+=(${${(f)"$($nsrun netns list 2>/dev/null)"}% \(*\)}) ;;
    net) names+=(bridge ptp none host) ;;
    link) names+=(/sys/class/net/*(N:t)) ;;
    esac
    compadd -a names
}
