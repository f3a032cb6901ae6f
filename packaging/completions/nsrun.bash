# Completion of nsrun for bash, printed by "nsrun generate bash".
# shellcheck shell=bash disable=SC2034

# What may follow the command $1: "values" says which kind of value an option takes; the
# operands are kinds too, and * stands for any number.
_nsrun_table() {
    commands='' aliases='' options='' values='' operands=''
    case $1 in
    '')
        commands='run exec ps inspect stop wait publish unpublish port firewall network connect disconnect netns link ip bridge gc decode doctor generate help'
        aliases=' net=network '
        options='--trace --help --version' ;;
    'run')
        options='--net --ip --mac --mtu --ifname --publish --sysctl --name --network-alias --hostname --dns --dns-search --dns-option --add-host --detach --log --env --env-file --workdir --user --preserve-fds --survive --cap-add --cap-drop --no-new-privs --unconfined --pid --ipc --uts --cgroup --userns --uidmap --gidmap --rootfs --bind --tmpfs --json-status-fd --timings --dry-run --format --help'
        values=' --net=net --network=net --ip=other --mac=other --mtu=other --ifname=other --publish=other -p=other --sysctl=other --name=other --network-alias=other --hostname=other --dns=other --dns-search=other --dns-option=other --add-host=other --log=file --env=other -e=other --env-file=file --workdir=directory -w=directory --user=other -u=other --preserve-fds=other --cap-add=other --cap-drop=other --pid=private|host --ipc=private|host --uts=private|host --cgroup=private|host --uidmap=other --gidmap=other --rootfs=directory --bind=other --tmpfs=directory --json-status-fd=other --format=tree|ip|json|netlink '
        operands='program*' ;;
    'exec')
        options='--help'
        operands='run program*' ;;
    'ps')
        options='--json --quiet --help' ;;
    'inspect')
        options='--json --help'
        operands='run' ;;
    'stop')
        options='--time --help'
        values=' --time=other -t=other '
        operands='run*' ;;
    'wait')
        options='--help'
        operands='run' ;;
    'publish')
        options='--help'
        operands='target other*' ;;
    'unpublish')
        options='--help'
        operands='target other*' ;;
    'port')
        options='--json --help'
        operands='target' ;;
    'firewall')
        commands='show reload'
        options='--help' ;;
    'firewall show')
        options='--json --help' ;;
    'firewall reload')
        options='--help' ;;
    'network')
        commands='create list inspect rm prune'
        aliases=' ls=list remove=rm delete=rm '
        options='--help' ;;
    'network create')
        options='--subnet --gateway --ip-range --exclude --ipv6 --subnet6 --driver --parent --mode --vlan --mtu --bridge-name --uplink --internal --isolated --open --snat --masquerade --unmanaged --help'
        values=' --subnet=other --gateway=other --ip-range=other --exclude=other --subnet6=other --driver=bridge|ptp|macvlan|ipvlan --parent=link --mode=other --vlan=other --mtu=other --bridge-name=other --uplink=link --snat=other --masquerade=on|off '
        operands='other' ;;
    'network list')
        options='--json --help' ;;
    'network inspect')
        options='--json --help'
        operands='network' ;;
    'network rm')
        options='--help'
        operands='network*' ;;
    'network prune')
        options='--help' ;;
    'connect')
        options='--ip --mac --mtu --ifname --route --help'
        values=' --ip=other --mac=other --mtu=other --ifname=other --route=other '
        operands='target network' ;;
    'disconnect')
        options='--help'
        operands='target network' ;;
    'netns')
        commands='add attach delete list monitor exec identify pids set list-id'
        aliases=' del=delete rm=delete ls=list '
        options='--help' ;;
    'netns add')
        options='--help'
        operands='other' ;;
    'netns attach')
        options='--help'
        operands='other other' ;;
    'netns delete')
        options='--help'
        operands='namespace*' ;;
    'netns list')
        options='--json --help' ;;
    'netns monitor')
        options='--help' ;;
    'netns exec')
        options='--help'
        operands='namespace program*' ;;
    'netns identify')
        options='--help'
        operands='other*' ;;
    'netns pids')
        options='--help'
        operands='namespace' ;;
    'netns set')
        options='--help'
        operands='namespace other' ;;
    'netns list-id')
        options='--target-nsid --nsid --json --help'
        values=' --target-nsid=other --nsid=other ' ;;
    'link')
        commands='move return promisc'
        options='--help' ;;
    'link move')
        options='--name --help'
        values=' --name=other '
        operands='link target' ;;
    'link return')
        options='--name --help'
        values=' --name=other '
        operands='link target' ;;
    'link promisc')
        options='--in --help'
        values=' --in=target '
        operands='link on|off' ;;
    'ip')
        options='--help'
        operands='other*' ;;
    'bridge')
        options='--help'
        operands='other*' ;;
    'gc')
        options='--json --help' ;;
    'decode')
        options='--family --json --help'
        values=' --family=route|netfilter|generic '
        operands='file*' ;;
    'doctor')
        options='--json --help' ;;
    'generate')
        commands='man bash zsh fish'
        options='--help' ;;
    'generate man')
        options='--help'
        operands='run|exec|ps|inspect|stop|wait|publish|unpublish|port|firewall|network|connect|disconnect|netns|link|ip|bridge|gc|decode|doctor|generate|help*' ;;
    'generate bash')
        options='--help' ;;
    'generate zsh')
        options='--help' ;;
    'generate fish')
        options='--help' ;;
    'help')
        options='--help'
        operands='run|exec|ps|inspect|stop|wait|publish|unpublish|port|firewall|network|connect|disconnect|netns|link|ip|bridge|gc|decode|doctor|generate|help*' ;;
    esac
}

# Offers those of the words given that begin with $cur. Anybody chooses the names there are, and a
# name may be "$(reboot)": none is ever expanded, and the command line gets it quoted.
_nsrun_add() {
    local word quoted begin=${cur#[\'\"]}
    for word; do
        printf -v quoted %q "$word"
        # Behind a quote that was typed, what needs none.
        [[ $begin == "$cur" || $quoted == "$word" ]] || continue
        [[ $word && ($word == "$begin"* || $quoted == "$begin"*) ]] && COMPREPLY+=("$quoted")
    done
}

# Offers the names of kind $1; nsrun itself says them.
_nsrun_names() {
    local -a names=()
    case $1 in
    run) mapfile -t names < <("$nsrun" ps --quiet 2>/dev/null </dev/null) ;;
    network)
        mapfile -t names < <("$nsrun" network list 2>/dev/null </dev/null)
        names=("${names[@]:1}")
        names=("${names[@]%% *}")
        ;;
    namespace)
        mapfile -t names < <("$nsrun" netns list 2>/dev/null </dev/null)
        # What is known of it comes behind the name.
        names=("${names[@]% (*)}")
        ;;
    link)
        names=(/sys/class/net/*)
        names=("${names[@]##*/}")
        ;;
    esac
    _nsrun_add "${names[@]}"
}

# Offers what begins with $cur and is of kind $1.
_nsrun_offer() {
    local nsrun=${COMP_WORDS[0]}
    local -a words
    case $1 in
    run | network | namespace | link) _nsrun_names "$1" ;;
    net)
        _nsrun_add bridge ptp none host
        _nsrun_names network
        ;;
    target)
        _nsrun_names run
        _nsrun_names namespace
        ;;
    file | directory)
        compopt -o filenames 2>/dev/null
        [[ $1 == file ]] && mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        [[ $1 == directory ]] && mapfile -t COMPREPLY < <(compgen -d -- "$cur")
        ;;
    program)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -c -- "$cur"; compgen -f -- "$cur")
        ;;
    *'|'*)
        IFS='|' read -ra words <<<"$1"
        _nsrun_add "${words[@]}"
        ;;
    esac
}

_nsrun() {
    local cur=${COMP_WORDS[COMP_CWORD]} word kind='' ended='' path='' i
    local commands aliases options values operands
    local -a words
    COMPREPLY=()
    _nsrun_table ''
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $kind ]]; then
            # The value of the option before; "--option=value" comes as three words.
            [[ $word == = ]] || kind=''
        elif [[ $word == [=:]* ]]; then
            # The rest of a word that bash takes apart.
            ((++i))
        elif [[ ! $ended && $word == -- ]]; then
            ended=1
        elif [[ ! $ended && $word == -?* ]]; then
            kind=${values#* "$word"=}
            [[ $kind == "$values" ]] && kind=''
            kind=${kind%% *}
        elif [[ $commands ]]; then
            if [[ $aliases == *" $word="* ]]; then
                word=${aliases#* "$word"=}
                word=${word%% *}
            fi
            path+="${path:+ }$word"
            _nsrun_table "$path"
        elif [[ $operands == program* ]]; then
            # The launched command completes as it does by itself.
            if declare -F _command_offset >/dev/null; then
                _command_offset "$i"
            else
                _nsrun_offer file
            fi
            return
        elif [[ $operands != *'*' || $operands == *' '* ]]; then
            word=$operands
            operands=${operands#* }
            [[ $operands == "$word" ]] && operands=''
        fi
    done
    # "container:we" comes as three words too.
    local before=${COMP_WORDS[COMP_CWORD - 1]}
    if [[ $cur == : ]]; then
        word=$before
    elif [[ $before == : ]]; then
        word=${COMP_WORDS[COMP_CWORD - 2]}
    else
        word=''
    fi
    [[ $cur == [=:] ]] && cur=''
    case $word in
    '') ;;
    container | run) kind=run ;;
    ns) kind=namespace ;;
    bridge | macvlan | ipvlan) kind=link ;;
    *) kind=other ;;
    esac
    if [[ $kind ]]; then
        _nsrun_offer "$kind"
    elif [[ ! $ended && $cur == -* ]]; then
        IFS=' ' read -ra words <<<"$options"
        _nsrun_add "${words[@]}"
    elif [[ $commands ]]; then
        IFS=' ' read -ra words <<<"$commands"
        _nsrun_add "${words[@]}"
    else
        kind=${operands%% *}
        _nsrun_offer "${kind%\*}"
    fi
}

complete -F _nsrun nsrun
