//! What a command and an option are.

/// A command, or a group of commands.
#[derive(Debug)]
pub struct Command {
    /// The word that calls it.
    pub name: &'static str,
    /// Other words that call it.
    pub aliases: &'static [&'static str],
    /// Heading under which the parent's help lists it.
    pub group: &'static str,
    /// One line for the parent's help.
    pub summary: &'static str,
    /// What it does, in paragraphs.
    pub about: &'static [&'static str],
    /// The words that follow the options.
    pub operands: Operands,
    /// Options, in the order the help shows them.
    pub sections: &'static [Section],
    /// Not empty: this is a group, and one of these must follow.
    pub subcommands: &'static [Command],
    /// Further parts of the help: heading and text.
    pub notes: &'static [(&'static str, &'static str)],
    /// Purpose and command line.
    pub examples: &'static [(&'static str, &'static str)],
    /// For the manual: paths that matter to it, and why.
    pub files: &'static [(&'static str, &'static str)],
    /// For the manual: pages of others to read, with their section.
    pub see: &'static [(&'static str, &'static str)],
    /// Works, but no help lists it and no hint suggests it.
    pub hidden: bool,
}

impl Command {
    /// The base of `..Command::EMPTY`.
    pub const EMPTY: Command = Command {
        name: "",
        aliases: &[],
        group: "",
        summary: "",
        about: &[],
        operands: Operands { required: &[], more: More::None },
        sections: &[],
        subcommands: &[],
        notes: &[],
        examples: &[],
        files: &[],
        see: &[],
        hidden: false,
    };

    /// The options of all sections.
    pub fn options(&self) -> impl Iterator<Item = &'static Opt> + use<> {
        self.sections.iter().flat_map(|section| section.options)
    }

    /// Name and aliases.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// One line: `nsrun exec NAME|PID [--] CMD [ARG...]`.
    pub fn usage(&self, path: &str) -> String {
        let mut words = vec![full(path)];
        if !self.subcommands.is_empty() {
            words.push("COMMAND [ARG...]".into());
            return words.join(" ");
        }
        if self.options().any(|option| option.long != "help") {
            words.push("[OPTIONS]".into());
        }
        words.extend(self.operands.required.iter().map(ToString::to_string));
        match self.operands.more {
            More::None => {}
            More::Any(name) => words.push(format!("[{name}...]")),
            More::Command => words.push("[--] CMD [ARG...]".into()),
        }
        words.join(" ")
    }
}

/// The words of a command that are not options.
#[derive(Clone, Copy, Debug)]
pub struct Operands {
    /// Names of those that must be there.
    pub required: &'static [&'static str],
    /// What may or must follow them.
    pub more: More,
}

/// What follows the required operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum More {
    /// Nothing.
    None,
    /// Any number of these.
    Any(&'static str),
    /// A command to launch with its arguments; options end at its first word.
    Command,
}

/// Options under one heading.
#[derive(Debug)]
pub struct Section {
    /// The heading.
    pub heading: &'static str,
    /// The options.
    pub options: &'static [Opt],
}

/// An option.
#[derive(Debug)]
pub struct Opt {
    /// Name, without the dashes; what [`Args`](super::Args) is asked for.
    pub long: &'static str,
    /// The letter for one dash.
    pub short: Option<char>,
    /// Other long names.
    pub aliases: &'static [&'static str],
    /// The value it takes.
    pub takes: Takes,
    /// Whether it may be given more than once.
    pub repeat: bool,
    /// Whether every command below the one that has it takes it too.
    pub everywhere: bool,
    /// What it does: default and unit included.
    pub help: &'static str,
}

/// The value of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// None: it is a flag.
    Nothing,
    /// Any value; the name says what kind.
    Value(&'static str),
    /// One of these words.
    OneOf(&'static [&'static str]),
}

impl Opt {
    /// An option without a value.
    pub const fn flag(long: &'static str, help: &'static str) -> Opt {
        Opt {
            long,
            short: None,
            aliases: &[],
            takes: Takes::Nothing,
            repeat: false,
            everywhere: false,
            help,
        }
    }

    /// An option with a value, called `metavar` in the help.
    pub const fn value(long: &'static str, metavar: &'static str, help: &'static str) -> Opt {
        Opt { takes: Takes::Value(metavar), ..Opt::flag(long, help) }
    }

    /// An option whose value is one of a few words.
    pub const fn one_of(
        long: &'static str,
        words: &'static [&'static str],
        help: &'static str,
    ) -> Opt {
        Opt { takes: Takes::OneOf(words), ..Opt::flag(long, help) }
    }

    /// The same, with a letter.
    pub const fn short(self, letter: char) -> Opt {
        Opt { short: Some(letter), ..self }
    }

    /// The same, with other names.
    pub const fn aliases(self, aliases: &'static [&'static str]) -> Opt {
        Opt { aliases, ..self }
    }

    /// The same, allowed more than once.
    pub const fn repeat(self) -> Opt {
        Opt { repeat: true, ..self }
    }

    /// The same, for every command below too.
    pub const fn everywhere(self) -> Opt {
        Opt { everywhere: true, ..self }
    }

    /// Long name and aliases.
    pub fn longs(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.long).chain(self.aliases.iter().copied())
    }

    /// The value's name in help and hints; empty for a flag.
    pub fn metavar(&self) -> String {
        match self.takes {
            Takes::Nothing => String::new(),
            Takes::Value(name) => name.into(),
            Takes::OneOf(words) => words.join("|"),
        }
    }
}

/// What to type to call the command at `path`.
pub fn full(path: &str) -> String {
    if path.is_empty() { "nsrun".into() } else { format!("nsrun {path}") }
}
