use std::os::unix::ffi::OsStringExt;

use super::*;
use crate::cli::command::Operands;

static GROUPED: Command = Command {
    name: "nsrun",
    subcommands: &[
        Command {
            name: "netns",
            aliases: &["ns"],
            subcommands: &[Command {
                name: "add",
                operands: Operands { required: &["NAME"], more: More::None },
                ..Command::EMPTY
            }],
            ..Command::EMPTY
        },
        Command {
            name: "help",
            operands: Operands { required: &[], more: More::Any("COMMAND") },
            ..Command::EMPTY
        },
        Command { name: "generate", hidden: true, ..Command::EMPTY },
    ],
    ..Command::EMPTY
};

fn words(line: &str) -> impl Iterator<Item = OsString> {
    line.split_whitespace().map(OsString::from)
}

#[track_caller]
fn good(line: &str) -> Invocation {
    parse(words(line)).unwrap_or_else(|usage| panic!("{usage}"))
}

#[track_caller]
fn refused(line: &str, text: &str) {
    match parse(words(line)) {
        Ok(taken) => panic!("taken: {taken:?}"),
        Err(usage) => assert_eq!(usage.to_string(), text),
    }
}

#[test]
fn options_end_at_the_first_word_of_the_command() {
    for line in ["run -d ping -c1 -- x", "run -d -- ping -c1 -- x"] {
        let run = good(line);
        assert_eq!((run.path.as_str(), run.what), ("run", What::Run));
        assert!(run.args.flag("detach"));
        assert_eq!(run.args.operands(), ["ping", "-c1", "--", "x"]);
    }
    assert_eq!(good("run -- --odd -h").args.operands(), ["--odd", "-h"]);
}

#[test]
fn a_trace_can_be_asked_of_every_command() {
    for line in ["--trace ps", "ps --trace", "netns --trace list", "run --trace -d true"] {
        assert!(good(line).trace, "{line}");
    }
    for line in ["ps", "run true --trace", "exec web true --trace"] {
        assert!(!good(line).trace, "{line}");
    }
}

#[test]
fn exec_takes_a_name_before_its_command() {
    for line in ["exec web ping -c1", "exec web -- ping -c1", "exec -- web ping -c1"] {
        assert_eq!(good(line).args.operands(), ["web", "ping", "-c1"]);
    }
}

#[test]
fn a_value_is_joined_or_the_next_word() {
    for line in ["run --ip 192.0.2.7 x", "run --ip=192.0.2.7 x"] {
        assert_eq!(good(line).args.text("ip"), Ok(Some("192.0.2.7")));
    }
    for line in ["run -e A=B x", "run -eA=B x", "run -de A=B x", "run --env=A=B x"] {
        assert_eq!(good(line).args.value("env"), Some(OsStr::new("A=B")));
    }
    assert_eq!(good("run --hostname=-x y").args.text("hostname"), Ok(Some("-x")));
    assert_eq!(good("run --rootfs - y").args.text("rootfs"), Ok(Some("-")));
    assert_eq!(good("run --name= y").args.text("name"), Ok(Some("")));
}

#[test]
fn repeated_values_keep_their_order() {
    let run = good("run --dns 192.0.2.1 --name a --dns=192.0.2.2 x");
    assert_eq!(run.args.texts("dns").unwrap(), ["192.0.2.1", "192.0.2.2"]);
    assert_eq!(run.args.values("dns").count(), 2);
    assert_eq!(run.args.value("dns"), Some(OsStr::new("192.0.2.2")));
    assert_eq!(run.args.value("mtu"), None);
    assert!(!run.args.flag("dry-run"));
}

#[test]
fn an_alias_counts_as_the_option_it_stands_for() {
    assert_eq!(good("run --network none x").args.text("net"), Ok(Some("none")));
    let run = good("run --network a --net b x");
    assert_eq!(run.args.texts("net").unwrap(), ["a", "b"]);
}

#[test]
fn an_option_given_twice_is_refused_by_name() {
    refused(
        "run --name web --name=db x",
        "nsrun: option \"--name\" given twice for \"nsrun run\"\n\
         hint: give either \"web\" or \"db\"",
    );
    assert!(good("run -d --detach x").args.flag("detach"));
}

#[test]
fn an_unknown_option_names_the_closest_one() {
    refused(
        "run --nmae web x",
        "nsrun: unknown option \"--nmae\" for \"nsrun run\"\n\
         hint: did you mean \"--name\"?  see: nsrun run --help",
    );
    refused(
        "run --volume=x y",
        "nsrun: unknown option \"--volume\" for \"nsrun run\"\nhint: see: nsrun run --help",
    );
    refused("ps -x", "nsrun: unknown option \"-x\" for \"nsrun ps\"\nhint: see: nsrun ps --help");
}

#[test]
fn an_abbreviation_is_not_an_option() {
    refused(
        "run --det x",
        "nsrun: unknown option \"--det\" for \"nsrun run\"\n\
         hint: did you mean \"--detach\"?  see: nsrun run --help",
    );
}

#[test]
fn a_long_option_short_of_a_dash_is_recognised() {
    refused(
        "run -net none x",
        "nsrun: unknown option \"-n\" for \"nsrun run\"\n\
         hint: did you mean \"--net\"?  see: nsrun run --help",
    );
}

#[test]
fn an_option_without_its_command_names_the_command() {
    refused(
        "--net none x",
        "nsrun: unknown option \"--net\" for \"nsrun\"\n\
         hint: did you mean \"nsrun run --net\"?  see: nsrun --help",
    );
}

#[test]
fn an_unknown_command_names_the_closest_one() {
    refused(
        "rnu x",
        "nsrun: unknown command \"rnu\"\nhint: did you mean \"run\"?  see: nsrun --help",
    );
    refused("frobnicate", "nsrun: unknown command \"frobnicate\"\nhint: see: nsrun --help");
    refused(
        "help rum",
        "nsrun: unknown command \"rum\"\nhint: did you mean \"run\"?  see: nsrun --help",
    );
    refused(
        "help run x",
        "nsrun: unexpected argument \"x\" for \"nsrun run\"\n\
         hint: \"nsrun run\" has no commands below it",
    );
}

#[test]
fn a_missing_value_is_not_taken_from_the_next_option() {
    refused(
        "run --name",
        "nsrun: missing value for option \"--name\" of \"nsrun run\"\nhint: write --name=NAME",
    );
    refused(
        "run --name -d x",
        "nsrun: missing value for option \"--name\" of \"nsrun run\"\n\
         hint: write --name=NAME; if the value is to be \"-d\", write --name=-d",
    );
    refused(
        "run -w -- x",
        "nsrun: missing value for option \"--workdir\" of \"nsrun run\"\n\
         hint: write --workdir=DIR; if the value is to be \"--\", write --workdir=--",
    );
}

#[test]
fn a_value_for_a_flag_is_refused() {
    for line in ["run --detach=yes x", "run --detach=yes"] {
        refused(
            line,
            "nsrun: option \"--detach\" takes no value, but got \"yes\"\n\
             hint: see: nsrun run --help",
        );
    }
    refused(
        "run -d=yes x",
        "nsrun: option \"-d\" takes no value, but got \"yes\"\nhint: see: nsrun run --help",
    );
}

#[test]
fn a_value_that_is_not_among_the_choices_is_refused_with_them() {
    assert_eq!(good("run --pid host x").args.text("pid"), Ok(Some("host")));
    refused(
        "run --pid hots x",
        "nsrun: unknown value \"hots\" for option \"--pid\"\n\
         hint: give one of private, host; see: nsrun run --help",
    );
}

#[test]
fn operands_are_counted() {
    refused(
        "run --name web",
        "nsrun: missing CMD for \"nsrun run\"\n\
         hint: usage: nsrun run [OPTIONS] [--] CMD [ARG...]  see: nsrun run --help",
    );
    refused(
        "exec web --",
        "nsrun: missing CMD for \"nsrun exec\"\n\
         hint: usage: nsrun exec NAME|PID [--] CMD [ARG...]  see: nsrun exec --help",
    );
    refused(
        "inspect",
        "nsrun: missing NAME|PID for \"nsrun inspect\"\n\
         hint: usage: nsrun inspect [OPTIONS] NAME|PID  see: nsrun inspect --help",
    );
    refused(
        "ps web",
        "nsrun: unexpected argument \"web\" for \"nsrun ps\"\n\
         hint: usage: nsrun ps [OPTIONS]  see: nsrun ps --help",
    );
    assert_eq!(good("stop a --time 3 b").args.operands(), ["a", "b"]);
}

#[test]
fn help_and_version_are_found_before_anything_is_missing() {
    for (line, path) in
        [("", ""), ("-h", ""), ("help", ""), ("help run", "run"), ("stop --help", "stop")]
    {
        let asked = good(line);
        assert_eq!((asked.what, asked.path.as_str()), (What::Help, path), "{line:?}");
        assert_eq!(asked.command.name, if path.is_empty() { "nsrun" } else { path });
    }
    assert_eq!(good("--version").what, What::Version);
    assert_eq!(good("-V").what, What::Version);
    assert_eq!(good("run sh -h").what, What::Run);
}

#[test]
fn a_value_that_is_not_text_is_refused_by_name() {
    let bad = OsString::from_vec(b"--name=\xff".to_vec());
    let run = parse(["run".into(), bad, "x".into()].into_iter()).unwrap();
    assert_eq!(run.args.value("name"), Some(OsString::from_vec(vec![0xff]).as_os_str()));
    let usage = run.args.text("name").unwrap_err();
    assert_eq!(usage.message, "value \"\u{fffd}\" of option \"--name\" is not valid UTF-8");
}

#[test]
fn commands_nest() {
    for line in ["netns add web", "ns add web"] {
        let add = parse_with(&GROUPED, words(line)).unwrap();
        assert_eq!((add.path.as_str(), add.command.name), ("netns add", "add"));
        assert_eq!(add.args.operands(), ["web"]);
    }
    let help = parse_with(&GROUPED, words("help ns add")).unwrap();
    assert_eq!((help.path.as_str(), help.what), ("netns add", What::Help));
    let messages = ["netns", "netns ad", "generat"]
        .map(|line| parse_with(&GROUPED, words(line)).unwrap_err().to_string());
    assert_eq!(
        messages,
        [
            "nsrun: missing COMMAND for \"nsrun netns\"\nhint: see: nsrun netns --help",
            "nsrun: unknown command \"ad\" for \"nsrun netns\"\n\
             hint: did you mean \"add\"?  see: nsrun netns --help",
            "nsrun: unknown command \"generat\"\nhint: see: nsrun --help",
        ]
    );
}

#[test]
#[should_panic(expected = "the table of \"ps\" has no such option: --name")]
#[cfg(debug_assertions)]
fn asking_for_an_option_the_table_lacks_is_a_bug() {
    let _ = good("ps").args.value("name");
}
