# The names there are of kind $argv[1]; nsrun itself says them.
function __nsrun_names
    switch $argv[1]
        case run target
            nsrun ps --quiet 2>/dev/null
    end
    switch $argv[1]
        case network net
            nsrun network list 2>/dev/null | tail -n +2 | string split -f 1 ' '
        case namespace target
            nsrun netns list 2>/dev/null | string replace -r ' \(.*\)$' ''
        case link
            path basename /sys/class/net/* 2>/dev/null; or command ls /sys/class/net
    end
    test $argv[1] = net; and printf '%s\n' bridge ptp none host
end

# The command that is typed so far, how many operands follow it, and the number of the word that is
# the first of a launched command, if there is one.
function __nsrun_walk
    set -l tokens (commandline -opc)
    set -l known '' group
    set -l operands 0
    set -l ended 0
    set -l i 2
    while test $i -le (count $tokens)
        set -l token $tokens[$i]
        if test $ended = 0; and string match -q -- '-*' $token
            test "$token" = --; and set ended 1
            contains -- $token $known[3..-1]; and set i (math $i + 1)
        else if test "$known[2]" = group
            set known (__nsrun_command (string trim "$known[1] $token"))
            test -n "$known"; or set known unknown verb
        else
            if test "$operands" = "$known[2]"
                printf '%s\n' '(launched)' 0 $i
                return
            end
            set operands (math $operands + 1)
        end
        set i (math $i + 1)
    end
    printf '%s\n' "$known[1]" $operands
end

# Whether the command $argv[2..] has $argv[1] operands so far; "N+" is N or more, "-" any number.
function __nsrun_at
    set -l walked (__nsrun_walk)
    test "$walked[1]" = "$argv[2..-1]"; or return 1
    switch $argv[1]
        case -
            return 0
        case '*+'
            test $walked[2] -ge (string trim -r -c + -- $argv[1])
        case '*'
            test $walked[2] -eq $argv[1]
    end
end

# The launched command completes as it does by itself.
function __nsrun_launched
    set -l tokens (commandline -opc)
    set -l walked (__nsrun_walk)
    set -l typed
    test -n "$walked[3]"; and set typed (string escape -- $tokens[$walked[3]..-1])
    complete --do-complete=(string join ' ' -- $typed (commandline -ct))
end
complete -c nsrun -f
complete -c nsrun -n "__nsrun_at 0 '(launched)'" -a '(__nsrun_launched)'
