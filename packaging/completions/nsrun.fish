# Completion of nsrun for fish, printed by "nsrun generate fish".

# The first name of the command $argv; "group", "verb", or how many operands come before
# the command that it launches; its options that take a value.
function __nsrun_command
    switch "$argv"
        case 'run'
            echo 'run'
            echo 0
            printf '%s\n' --net --network --ip --mac --mtu --ifname --publish -p --sysctl --name --network-alias --hostname --dns --dns-search --dns-option --add-host --log --env -e --env-file --workdir -w --user -u --preserve-fds --cap-add --cap-drop --pid --ipc --uts --cgroup --uidmap --gidmap --rootfs --bind --tmpfs --json-status-fd --format
        case 'exec'
            echo 'exec'
            echo 1
        case 'ps'
            echo 'ps'
            echo verb
        case 'inspect'
            echo 'inspect'
            echo verb
        case 'stop'
            echo 'stop'
            echo verb
            printf '%s\n' --time -t
        case 'wait'
            echo 'wait'
            echo verb
        case 'publish'
            echo 'publish'
            echo verb
        case 'unpublish'
            echo 'unpublish'
            echo verb
        case 'port'
            echo 'port'
            echo verb
        case 'firewall'
            echo 'firewall'
            echo group
        case 'firewall show'
            echo 'firewall show'
            echo verb
        case 'firewall reload'
            echo 'firewall reload'
            echo verb
        case 'network' 'net'
            echo 'network'
            echo group
        case 'network create'
            echo 'network create'
            echo verb
            printf '%s\n' --subnet --gateway --ip-range --exclude --subnet6 --driver --parent --mode --vlan --mtu --bridge-name --uplink --snat --masquerade
        case 'network list' 'network ls'
            echo 'network list'
            echo verb
        case 'network inspect'
            echo 'network inspect'
            echo verb
        case 'network rm' 'network remove' 'network delete'
            echo 'network rm'
            echo verb
        case 'network prune'
            echo 'network prune'
            echo verb
        case 'connect'
            echo 'connect'
            echo verb
            printf '%s\n' --ip --mac --mtu --ifname --route
        case 'disconnect'
            echo 'disconnect'
            echo verb
        case 'netns'
            echo 'netns'
            echo group
        case 'netns add'
            echo 'netns add'
            echo verb
        case 'netns attach'
            echo 'netns attach'
            echo verb
        case 'netns delete' 'netns del' 'netns rm'
            echo 'netns delete'
            echo verb
        case 'netns list' 'netns ls'
            echo 'netns list'
            echo verb
        case 'netns monitor'
            echo 'netns monitor'
            echo verb
        case 'netns exec'
            echo 'netns exec'
            echo 1
        case 'netns identify'
            echo 'netns identify'
            echo verb
        case 'netns pids'
            echo 'netns pids'
            echo verb
        case 'netns set'
            echo 'netns set'
            echo verb
        case 'netns list-id'
            echo 'netns list-id'
            echo verb
            printf '%s\n' --target-nsid --nsid
        case 'link'
            echo 'link'
            echo group
        case 'link move'
            echo 'link move'
            echo verb
            printf '%s\n' --name
        case 'link return'
            echo 'link return'
            echo verb
            printf '%s\n' --name
        case 'link promisc'
            echo 'link promisc'
            echo verb
            printf '%s\n' --in
        case 'ip'
            echo 'ip'
            echo verb
        case 'bridge'
            echo 'bridge'
            echo verb
        case 'gc'
            echo 'gc'
            echo verb
        case 'decode'
            echo 'decode'
            echo verb
            printf '%s\n' --family
        case 'doctor'
            echo 'doctor'
            echo verb
        case 'generate'
            echo 'generate'
            echo group
        case 'generate man'
            echo 'generate man'
            echo verb
        case 'generate bash'
            echo 'generate bash'
            echo verb
        case 'generate zsh'
            echo 'generate zsh'
            echo verb
        case 'generate fish'
            echo 'generate fish'
            echo verb
        case 'help'
            echo 'help'
            echo verb
    end
end

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

# nsrun 
complete -c nsrun -n '__nsrun_at 0 ' -a run -d 'launch a command in a wired-up network namespace'
complete -c nsrun -n '__nsrun_at 0 ' -a exec -d 'launch a command beside a running one'
complete -c nsrun -n '__nsrun_at 0 ' -a ps -d 'list what runs'
complete -c nsrun -n '__nsrun_at 0 ' -a inspect -d 'show everything about one run'
complete -c nsrun -n '__nsrun_at 0 ' -a stop -d 'end runs'
complete -c nsrun -n '__nsrun_at 0 ' -a wait -d 'wait for a run to end and give its exit status'
complete -c nsrun -n '__nsrun_at 0 ' -a publish -d 'let ports of this host lead to a run'
complete -c nsrun -n '__nsrun_at 0 ' -a unpublish -d 'take published ports back'
complete -c nsrun -n '__nsrun_at 0 ' -a port -d 'list the published ports of a run'
complete -c nsrun -n '__nsrun_at 0 ' -a firewall -d 'show the firewall rules of nsrun, or make them anew'
complete -c nsrun -n '__nsrun_at 0 ' -a network -d 'make, list and remove networks'
complete -c nsrun -n '__nsrun_at 0 ' -a connect -d 'give a link to what runs already'
complete -c nsrun -n '__nsrun_at 0 ' -a disconnect -d 'take a link from what runs'
complete -c nsrun -n '__nsrun_at 0 ' -a netns -d 'network namespaces with a name'
complete -c nsrun -n '__nsrun_at 0 ' -a link -d 'move links between namespaces'
complete -c nsrun -n '__nsrun_at 0 ' -a ip -d 'links, addresses and routes, as iproute2'\''s ip'
complete -c nsrun -n '__nsrun_at 0 ' -a bridge -d 'ports and forwarding entries, as iproute2'\''s bridge'
complete -c nsrun -n '__nsrun_at 0 ' -a gc -d 'remove what killed runs left'
complete -c nsrun -n '__nsrun_at 0 ' -a decode -d 'show netlink messages in words'
complete -c nsrun -n '__nsrun_at 0 ' -a doctor -d 'check whether this machine has what nsrun needs'
complete -c nsrun -n '__nsrun_at 0 ' -a generate -d 'print man pages and shell completions'
complete -c nsrun -n '__nsrun_at 0 ' -a help -d 'show the help of a command'
complete -c nsrun -n '__nsrun_at - ' -l trace -d 'print each netlink message, sent or received, to standard error'
complete -c nsrun -n '__nsrun_at - ' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at - ' -l version -s V -d 'show the version'

# nsrun run
complete -c nsrun -n '__nsrun_at - run' -l net -l network -x -a '(__nsrun_names net)' -d 'network to join'
complete -c nsrun -n '__nsrun_at - run' -l ip -x -a '' -d 'IPv4 address from the network'\''s subnet'
complete -c nsrun -n '__nsrun_at - run' -l mac -x -a '' -d 'hardware address, such as 02:00:00:00:00:07'
complete -c nsrun -n '__nsrun_at - run' -l mtu -x -a '' -d 'largest packet'
complete -c nsrun -n '__nsrun_at - run' -l ifname -x -a '' -d 'name of the link inside, like --ip, --mac and --mtu for a single network'
complete -c nsrun -n '__nsrun_at - run' -l publish -s p -x -a '' -d 'let a port of this host lead to a port inside'
complete -c nsrun -n '__nsrun_at - run' -l sysctl -x -a '' -d 'set a parameter of the namespace'\''s network, such as net.ipv4.ip_forward=1'
complete -c nsrun -n '__nsrun_at - run' -l name -x -a '' -d 'name of the run for ps, inspect, stop, exec and wait'
complete -c nsrun -n '__nsrun_at - run' -l network-alias -x -a '' -d 'further name by which the other members of its networks find the run'
complete -c nsrun -n '__nsrun_at - run' -l hostname -x -a '' -d 'host name inside'
complete -c nsrun -n '__nsrun_at - run' -l dns -x -a '' -d 'name server to ask for all names but those of members'
complete -c nsrun -n '__nsrun_at - run' -l dns-search -x -a '' -d 'domain to try short names in'
complete -c nsrun -n '__nsrun_at - run' -l dns-option -x -a '' -d 'option line of resolv.conf, such as ndots:2'
complete -c nsrun -n '__nsrun_at - run' -l add-host -x -a '' -d 'further line for /etc/hosts inside'
complete -c nsrun -n '__nsrun_at - run' -l detach -s d -d 'return once CMD has started, and print the name of the run'
complete -c nsrun -n '__nsrun_at - run' -l log -r -d 'with --detach: write output and errors of CMD to FILE'
complete -c nsrun -n '__nsrun_at - run' -l env -s e -x -a '' -d 'set an environment variable, besides those of the caller'
complete -c nsrun -n '__nsrun_at - run' -l env-file -r -d 'read environment variables from FILE, one NAME=VALUE a line'
complete -c nsrun -n '__nsrun_at - run' -l workdir -s w -x -a '(__fish_complete_directories)' -d 'directory to start in'
complete -c nsrun -n '__nsrun_at - run' -l user -s u -x -a '' -d 'user to run CMD as, by number or name, and its group'
complete -c nsrun -n '__nsrun_at - run' -l preserve-fds -x -a '' -d 'pass N open file descriptors, from 3 on, to CMD'
complete -c nsrun -n '__nsrun_at - run' -l survive -d 'let CMD live on when nsrun is killed'
complete -c nsrun -n '__nsrun_at - run' -l cap-add -x -a '' -d 'keep a capability besides the default ones'
complete -c nsrun -n '__nsrun_at - run' -l cap-drop -x -a '' -d 'drop a capability'
complete -c nsrun -n '__nsrun_at - run' -l no-new-privs -d 'let no set-uid program or file capability give CMD more rights'
complete -c nsrun -n '__nsrun_at - run' -l unconfined -d 'with --rootfs or --userns, neither cover what is the host'\''s in /proc and /sys nor refuse the system calls that container engines refuse'
complete -c nsrun -n '__nsrun_at - run' -l pid -x -a 'private host' -d 'process ids'
complete -c nsrun -n '__nsrun_at - run' -l ipc -x -a 'private host' -d 'System V IPC and message queues'
complete -c nsrun -n '__nsrun_at - run' -l uts -x -a 'private host' -d 'host name'
complete -c nsrun -n '__nsrun_at - run' -l cgroup -x -a 'private host' -d 'view of the control groups'
complete -c nsrun -n '__nsrun_at - run' -l userns -d 'run in a user namespace'
complete -c nsrun -n '__nsrun_at - run' -l uidmap -x -a '' -d 'with --userns: COUNT user ids from INSIDE on are those from OUTSIDE on'
complete -c nsrun -n '__nsrun_at - run' -l gidmap -x -a '' -d 'the same for group ids'
complete -c nsrun -n '__nsrun_at - run' -l rootfs -x -a '(__fish_complete_directories)' -d 'make DIR the root directory of CMD'
complete -c nsrun -n '__nsrun_at - run' -l bind -x -a '' -d 'show SRC of this host at DST inside'
complete -c nsrun -n '__nsrun_at - run' -l tmpfs -x -a '(__fish_complete_directories)' -d 'put an empty file system, kept in memory, at DIR inside'
complete -c nsrun -n '__nsrun_at - run' -l json-status-fd -x -a '' -d 'write one JSON object about the run to file descriptor N once CMD has started'
complete -c nsrun -n '__nsrun_at - run' -l timings -d 'print to standard error where the time of the launch went, in microseconds'
complete -c nsrun -n '__nsrun_at - run' -l dry-run -d 'print what would be done, and do nothing'
complete -c nsrun -n '__nsrun_at - run' -l format -x -a 'tree ip json netlink' -d 'how --dry-run prints'
complete -c nsrun -n '__nsrun_at - run' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0 run' -a '(__nsrun_launched)'

# nsrun exec
complete -c nsrun -n '__nsrun_at - exec' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0 exec' -a '(__nsrun_names run)'
complete -c nsrun -n '__nsrun_at 1 exec' -a '(__nsrun_launched)'

# nsrun ps
complete -c nsrun -n '__nsrun_at - ps' -l json -d 'print JSON instead of text'
complete -c nsrun -n '__nsrun_at - ps' -l quiet -s q -d 'print names alone, one a line, as "nsrun stop" takes them'
complete -c nsrun -n '__nsrun_at - ps' -l help -s h -d 'show this text'

# nsrun inspect
complete -c nsrun -n '__nsrun_at - inspect' -l json -d 'print JSON instead of text'
complete -c nsrun -n '__nsrun_at - inspect' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0 inspect' -a '(__nsrun_names run)'

# nsrun stop
complete -c nsrun -n '__nsrun_at - stop' -l time -s t -x -a '' -d 'how long to wait before SIGKILL'
complete -c nsrun -n '__nsrun_at - stop' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0+ stop' -a '(__nsrun_names run)'

# nsrun wait
complete -c nsrun -n '__nsrun_at - wait' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0 wait' -a '(__nsrun_names run)'

# nsrun publish
complete -c nsrun -n '__nsrun_at - publish' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0 publish' -a '(__nsrun_names target)'

# nsrun unpublish
complete -c nsrun -n '__nsrun_at - unpublish' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0 unpublish' -a '(__nsrun_names target)'

# nsrun port
complete -c nsrun -n '__nsrun_at - port' -l json -d 'print JSON instead of text'
complete -c nsrun -n '__nsrun_at - port' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0 port' -a '(__nsrun_names target)'

# nsrun firewall
complete -c nsrun -n '__nsrun_at 0 firewall' -a show -d 'show the rules, and whether they are there'
complete -c nsrun -n '__nsrun_at 0 firewall' -a reload -d 'make all rules anew'
complete -c nsrun -n '__nsrun_at - firewall' -l help -s h -d 'show this text'

# nsrun firewall show
complete -c nsrun -n '__nsrun_at - firewall show' -l json -d 'print JSON instead of text'
complete -c nsrun -n '__nsrun_at - firewall show' -l help -s h -d 'show this text'

# nsrun firewall reload
complete -c nsrun -n '__nsrun_at - firewall reload' -l help -s h -d 'show this text'

# nsrun network
complete -c nsrun -n '__nsrun_at 0 network' -a create -d 'make a network'
complete -c nsrun -n '__nsrun_at 0 network' -a list -d 'list networks'
complete -c nsrun -n '__nsrun_at 0 network' -a inspect -d 'show everything about one network'
complete -c nsrun -n '__nsrun_at 0 network' -a rm -d 'remove networks'
complete -c nsrun -n '__nsrun_at 0 network' -a prune -d 'remove all networks that nobody is on'
complete -c nsrun -n '__nsrun_at - network' -l help -s h -d 'show this text'

# nsrun network create
complete -c nsrun -n '__nsrun_at - network create' -l subnet -x -a '' -d 'IPv4 subnet of 8 to 30 bits'
complete -c nsrun -n '__nsrun_at - network create' -l gateway -x -a '' -d 'address of the gateway'
complete -c nsrun -n '__nsrun_at - network create' -l ip-range -x -a '' -d 'addresses to choose from, as PREFIX or FIRST-LAST'
complete -c nsrun -n '__nsrun_at - network create' -l exclude -x -a '' -d 'address or range that no member gets'
complete -c nsrun -n '__nsrun_at - network create' -l ipv6 -d 'give members IPv6 too, from a random local prefix'
complete -c nsrun -n '__nsrun_at - network create' -l subnet6 -x -a '' -d 'the same from this prefix of 8 to 96 bits'
complete -c nsrun -n '__nsrun_at - network create' -l driver -x -a 'bridge ptp macvlan ipvlan' -d 'how members are connected'
complete -c nsrun -n '__nsrun_at - network create' -l parent -x -a '(__nsrun_names link)' -d 'link of this host that macvlans or ipvlans sit on'
complete -c nsrun -n '__nsrun_at - network create' -l mode -x -a '' -d 'of macvlans'
complete -c nsrun -n '__nsrun_at - network create' -l vlan -x -a '' -d 'use the VLAN LINK.TAG of --parent or --uplink, which is made, and removed with the network, if it is not there'
complete -c nsrun -n '__nsrun_at - network create' -l mtu -x -a '' -d 'largest packet'
complete -c nsrun -n '__nsrun_at - network create' -l bridge-name -x -a '' -d 'name of the bridge'
complete -c nsrun -n '__nsrun_at - network create' -l uplink -x -a '(__nsrun_names link)' -d 'link of this host to put into the bridge, so that members sit on its LAN'
complete -c nsrun -n '__nsrun_at - network create' -l internal -d 'members reach each other and this host only, and resolve no other names'
complete -c nsrun -n '__nsrun_at - network create' -l isolated -d 'members do not reach each other'
complete -c nsrun -n '__nsrun_at - network create' -l open -d 'members reach those of other open networks'
complete -c nsrun -n '__nsrun_at - network create' -l snat -x -a '' -d 'source of what members send to the world'
complete -c nsrun -n '__nsrun_at - network create' -l masquerade -x -a 'on off' -d 'off'
complete -c nsrun -n '__nsrun_at - network create' -l unmanaged -d 'make no firewall rules for it'
complete -c nsrun -n '__nsrun_at - network create' -l help -s h -d 'show this text'

# nsrun network list
complete -c nsrun -n '__nsrun_at - network list' -l json -d 'print JSON instead of text'
complete -c nsrun -n '__nsrun_at - network list' -l help -s h -d 'show this text'

# nsrun network inspect
complete -c nsrun -n '__nsrun_at - network inspect' -l json -d 'print JSON instead of text'
complete -c nsrun -n '__nsrun_at - network inspect' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0 network inspect' -a '(__nsrun_names network)'

# nsrun network rm
complete -c nsrun -n '__nsrun_at - network rm' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0+ network rm' -a '(__nsrun_names network)'

# nsrun network prune
complete -c nsrun -n '__nsrun_at - network prune' -l help -s h -d 'show this text'

# nsrun connect
complete -c nsrun -n '__nsrun_at - connect' -l ip -x -a '' -d 'address'
complete -c nsrun -n '__nsrun_at - connect' -l mac -x -a '' -d 'hardware address'
complete -c nsrun -n '__nsrun_at - connect' -l mtu -x -a '' -d 'largest packet'
complete -c nsrun -n '__nsrun_at - connect' -l ifname -x -a '' -d 'name of the link'
complete -c nsrun -n '__nsrun_at - connect' -l route -x -a '' -d 'further route by this link'
complete -c nsrun -n '__nsrun_at - connect' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0 connect' -a '(__nsrun_names target)'
complete -c nsrun -n '__nsrun_at 1 connect' -a '(__nsrun_names network)'

# nsrun disconnect
complete -c nsrun -n '__nsrun_at - disconnect' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0 disconnect' -a '(__nsrun_names target)'
complete -c nsrun -n '__nsrun_at 1 disconnect' -a '(__nsrun_names network)'

# nsrun netns
complete -c nsrun -n '__nsrun_at 0 netns' -a add -d 'add a namespace'
complete -c nsrun -n '__nsrun_at 0 netns' -a attach -d 'give a process'\''s namespace a name'
complete -c nsrun -n '__nsrun_at 0 netns' -a delete -d 'delete names of namespaces'
complete -c nsrun -n '__nsrun_at 0 netns' -a list -d 'list namespaces with a name'
complete -c nsrun -n '__nsrun_at 0 netns' -a monitor -d 'report names as they come and go'
complete -c nsrun -n '__nsrun_at 0 netns' -a exec -d 'launch a command in a namespace'
complete -c nsrun -n '__nsrun_at 0 netns' -a identify -d 'show the name of a process'\''s namespace'
complete -c nsrun -n '__nsrun_at 0 netns' -a pids -d 'list the processes in a namespace'
complete -c nsrun -n '__nsrun_at 0 netns' -a set -d 'give a namespace an id'
complete -c nsrun -n '__nsrun_at 0 netns' -a list-id -d 'list ids of namespaces'
complete -c nsrun -n '__nsrun_at - netns' -l help -s h -d 'show this text'

# nsrun netns add
complete -c nsrun -n '__nsrun_at - netns add' -l help -s h -d 'show this text'

# nsrun netns attach
complete -c nsrun -n '__nsrun_at - netns attach' -l help -s h -d 'show this text'

# nsrun netns delete
complete -c nsrun -n '__nsrun_at - netns delete' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0+ netns delete' -a '(__nsrun_names namespace)'

# nsrun netns list
complete -c nsrun -n '__nsrun_at - netns list' -l json -d 'print JSON instead of text'
complete -c nsrun -n '__nsrun_at - netns list' -l help -s h -d 'show this text'

# nsrun netns monitor
complete -c nsrun -n '__nsrun_at - netns monitor' -l help -s h -d 'show this text'

# nsrun netns exec
complete -c nsrun -n '__nsrun_at - netns exec' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0 netns exec' -a '(__nsrun_names namespace)'
complete -c nsrun -n '__nsrun_at 1 netns exec' -a '(__nsrun_launched)'

# nsrun netns identify
complete -c nsrun -n '__nsrun_at - netns identify' -l help -s h -d 'show this text'

# nsrun netns pids
complete -c nsrun -n '__nsrun_at - netns pids' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0 netns pids' -a '(__nsrun_names namespace)'

# nsrun netns set
complete -c nsrun -n '__nsrun_at - netns set' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0 netns set' -a '(__nsrun_names namespace)'

# nsrun netns list-id
complete -c nsrun -n '__nsrun_at - netns list-id' -l target-nsid -x -a '' -d 'list those that the namespace with this id has given'
complete -c nsrun -n '__nsrun_at - netns list-id' -l nsid -x -a '' -d 'list only this one'
complete -c nsrun -n '__nsrun_at - netns list-id' -l json -d 'print JSON instead of text'
complete -c nsrun -n '__nsrun_at - netns list-id' -l help -s h -d 'show this text'

# nsrun link
complete -c nsrun -n '__nsrun_at 0 link' -a move -d 'move a link of this namespace to another'
complete -c nsrun -n '__nsrun_at 0 link' -a return -d 'take a link of another namespace back'
complete -c nsrun -n '__nsrun_at 0 link' -a promisc -d 'have a link receive all that passes by'
complete -c nsrun -n '__nsrun_at - link' -l help -s h -d 'show this text'

# nsrun link move
complete -c nsrun -n '__nsrun_at - link move' -l name -x -a '' -d 'what it is called there'
complete -c nsrun -n '__nsrun_at - link move' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0 link move' -a '(__nsrun_names link)'
complete -c nsrun -n '__nsrun_at 1 link move' -a '(__nsrun_names target)'

# nsrun link return
complete -c nsrun -n '__nsrun_at - link return' -l name -x -a '' -d 'what it is called here'
complete -c nsrun -n '__nsrun_at - link return' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0 link return' -a '(__nsrun_names link)'
complete -c nsrun -n '__nsrun_at 1 link return' -a '(__nsrun_names target)'

# nsrun link promisc
complete -c nsrun -n '__nsrun_at - link promisc' -l in -x -a '(__nsrun_names target)' -d 'network namespace of LINK, as in "nsrun link move"'
complete -c nsrun -n '__nsrun_at - link promisc' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0 link promisc' -a '(__nsrun_names link)'
complete -c nsrun -n '__nsrun_at 1 link promisc' -a 'on off'

# nsrun ip
complete -c nsrun -n '__nsrun_at - ip' -l help -s h -d 'show this text'

# nsrun bridge
complete -c nsrun -n '__nsrun_at - bridge' -l help -s h -d 'show this text'

# nsrun gc
complete -c nsrun -n '__nsrun_at - gc' -l json -d 'print JSON instead of text'
complete -c nsrun -n '__nsrun_at - gc' -l help -s h -d 'show this text'

# nsrun decode
complete -c nsrun -n '__nsrun_at - decode' -l family -x -a 'route netfilter generic' -d 'kind of socket the messages are for'
complete -c nsrun -n '__nsrun_at - decode' -l json -d 'print JSON instead of text'
complete -c nsrun -n '__nsrun_at - decode' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0+ decode' -F

# nsrun doctor
complete -c nsrun -n '__nsrun_at - doctor' -l json -d 'print JSON instead of text'
complete -c nsrun -n '__nsrun_at - doctor' -l help -s h -d 'show this text'

# nsrun generate
complete -c nsrun -n '__nsrun_at 0 generate' -a man -d 'print a manual page'
complete -c nsrun -n '__nsrun_at 0 generate' -a bash -d 'print the completion script for bash'
complete -c nsrun -n '__nsrun_at 0 generate' -a zsh -d 'print the completion script for zsh'
complete -c nsrun -n '__nsrun_at 0 generate' -a fish -d 'print the completion script for fish'
complete -c nsrun -n '__nsrun_at - generate' -l help -s h -d 'show this text'

# nsrun generate man
complete -c nsrun -n '__nsrun_at - generate man' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0+ generate man' -a 'run exec ps inspect stop wait publish unpublish port firewall network connect disconnect netns link ip bridge gc decode doctor generate help'

# nsrun generate bash
complete -c nsrun -n '__nsrun_at - generate bash' -l help -s h -d 'show this text'

# nsrun generate zsh
complete -c nsrun -n '__nsrun_at - generate zsh' -l help -s h -d 'show this text'

# nsrun generate fish
complete -c nsrun -n '__nsrun_at - generate fish' -l help -s h -d 'show this text'

# nsrun help
complete -c nsrun -n '__nsrun_at - help' -l help -s h -d 'show this text'
complete -c nsrun -n '__nsrun_at 0+ help' -a 'run exec ps inspect stop wait publish unpublish port firewall network connect disconnect netns link ip bridge gc decode doctor generate help'
