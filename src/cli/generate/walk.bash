# The first words of the lines of what the command prints, after its first $1 lines.
_nsrun_names() {
    local name skip=$1
    shift
    "$@" 2>/dev/null </dev/null | while read -r name _; do
        ((skip-- > 0)) || printf '%s\n' "$name"
    done
}

# Offers what begins with $cur and is of kind $1.
_nsrun_offer() {
    local nsrun=${COMP_WORDS[0]} words=''
    case $1 in
    run) words=$(_nsrun_names 1 "$nsrun" ps) ;;
    network) words=$(_nsrun_names 1 "$nsrun" network list) ;;
    net) words="bridge ptp none host $(_nsrun_names 1 "$nsrun" network list)" ;;
    namespace) words=$(_nsrun_names 0 "$nsrun" netns list) ;;
    target) words="$(_nsrun_names 1 "$nsrun" ps) $(_nsrun_names 0 "$nsrun" netns list)" ;;
    link) words=$(cd /sys/class/net 2>/dev/null && printf '%s\n' *) ;;
    file | directory)
        compopt -o filenames 2>/dev/null
        [[ $1 == file ]] && mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        [[ $1 == directory ]] && mapfile -t COMPREPLY < <(compgen -d -- "$cur")
        return
        ;;
    program) mapfile -t COMPREPLY < <(compgen -c -- "$cur"; compgen -f -- "$cur") ;;
    *'|'*) words=${1//|/ } ;;
    esac
    [[ $words ]] && mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

_nsrun() {
    local cur=${COMP_WORDS[COMP_CWORD]} word kind='' ended='' path='' i
    local commands aliases options values operands
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
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
    elif [[ $commands ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur")
    else
        kind=${operands%% *}
        _nsrun_offer "${kind%\*}"
    fi
}

complete -F _nsrun nsrun
