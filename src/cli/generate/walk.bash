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
