//! What can be typed: every command and option, once.
//!
//! The parser, the help, the manual and the shells' completions are made of this table and nothing
//! else; after a change, "make generate" prints the latter two anew. To add a command, write a
//! `const` of type [`Command`] and list it in the `subcommands` of its parent, [`NSRUN`] or a
//! group; to add an option, add one [`Opt`] to a section of its command.

mod decode;
mod doctor;
mod generate;
mod help;
mod ip;
mod link;
mod netns;
mod network;
mod ports;
mod processes;
mod run;
mod shared;

use super::command::{Command, Opt, Section};
use decode::DECODE;
use doctor::DOCTOR;
use generate::GENERATE;
use help::HELP_COMMAND;
use ip::{BRIDGE, IP};
use link::LINK;
use netns::NETNS;
use network::{CONNECT, DISCONNECT, NETWORK};
use ports::{FIREWALL, PORT, PUBLISH, UNPUBLISH};
use processes::{EXEC, GC, INSPECT, PS, STOP, WAIT};
use run::RUN;
use shared::{HELP, OPTIONS};

const TRACE: Opt = Opt::flag(
    "trace",
    "print each netlink message, sent or received, to standard error; for every command, before or \
     after its name",
)
.everywhere();

/// The root of the table.
pub static NSRUN: Command = Command {
    name: "nsrun",
    about: &[
        "nsrun launches a process inside a network namespace that is already wired up: link, \
         address, default route and resolv.conf, within milliseconds. It needs no daemon and keeps no \
         files.",
    ],
    sections: &[Section {
        heading: OPTIONS,
        options: &[TRACE, HELP, Opt::flag("version", "show the version").short('V')],
    }],
    subcommands: &[
        RUN,
        EXEC,
        PS,
        INSPECT,
        STOP,
        WAIT,
        PUBLISH,
        UNPUBLISH,
        PORT,
        FIREWALL,
        NETWORK,
        CONNECT,
        DISCONNECT,
        NETNS,
        LINK,
        IP,
        BRIDGE,
        GC,
        DECODE,
        DOCTOR,
        GENERATE,
        HELP_COMMAND,
    ],
    notes: &[(
        "Exit status",
        "0 done, 1 failed, 2 wrong usage. run, exec, netns exec and wait give the status of the \
         launched command instead.",
    )],
    examples: &[
        (
            "Launch a web server in a network of its own",
            "nsrun run --name web -- python3 -m http.server 80",
        ),
        ("See what runs, with its addresses", "nsrun ps"),
    ],
    files: &[
        (
            "/etc/nsrun/networks/NAME.json",
            "Declares a network that is made when it is first joined.",
        ),
        ("/run/nsrun", "Locks, by which names are taken; what is in the files means nothing."),
        ("/run/netns", "Network namespaces with a name, the same that ip-netns(8) has."),
    ],
    see: &[("ip-netns", "8"), ("namespaces", "7"), ("network_namespaces", "7"), ("unshare", "1")],
    ..Command::EMPTY
};

#[cfg(test)]
mod tests {
    use super::*;

    fn check(c: &'static Command) {
        assert!(c.options().any(|o| o.long == "help"), "{} has no --help", c.name);
        assert!(!c.about.is_empty(), "{} says nothing about itself", c.name);
        assert!(
            c.subcommands.is_empty() || c.operands.required.is_empty(),
            "{} is a group; its operands are never read",
            c.name
        );
        let mut seen = std::collections::BTreeSet::new();
        for option in c.options() {
            assert!(option.long.len() > 1 && !option.help.is_empty(), "--{}", option.long);
            assert!(!option.help.ends_with('.'), "--{}: full stop", option.long);
            let letter = option.short.map(String::from);
            for name in option.longs().map(String::from).chain(letter) {
                assert!(seen.insert(name.clone()), "{} has {name} twice", c.name);
            }
        }
        let mut names = std::collections::BTreeSet::new();
        for below in c.subcommands {
            assert!(!below.group.is_empty() && !below.summary.is_empty(), "{}", below.name);
            for name in below.names() {
                assert!(names.insert(name), "{name} names two commands");
            }
            check(below);
        }
    }

    #[test]
    fn every_entry_is_complete_and_no_name_is_taken_twice() {
        check(&NSRUN);
    }

    #[test]
    fn every_example_is_a_command_line_the_parser_takes() {
        fn examples(c: &'static Command) -> Vec<&'static str> {
            let own = c.examples.iter().map(|(_, line)| *line);
            own.chain(c.subcommands.iter().flat_map(examples)).collect()
        }
        let commands = examples(&NSRUN).into_iter().flat_map(|line| line.split(" && "));
        // Anything else is the shell's own, and so is what follows a pipe.
        for line in commands.filter(|line| line.starts_with("nsrun ")) {
            let own = |word: &&str| !["|", ">"].contains(word);
            let words = line.split(' ').skip(1).take_while(own).map(Into::into);
            crate::cli::parse(words).unwrap_or_else(|usage| panic!("{line}: {usage}"));
        }
    }

    #[test]
    fn usage_lines_follow_from_the_table() {
        assert_eq!(NSRUN.usage(""), "nsrun COMMAND [ARG...]");
        assert_eq!(RUN.usage("run"), "nsrun run [OPTIONS] [--] CMD [ARG...]");
        assert_eq!(EXEC.usage("exec"), "nsrun exec NAME|PID [--] CMD [ARG...]");
        assert_eq!(STOP.usage("stop"), "nsrun stop [OPTIONS] NAME|PID [NAME|PID...]");
        assert_eq!(HELP_COMMAND.usage("help"), "nsrun help [COMMAND...]");
    }
}
