//! The table printed for people: at most 80 columns, descriptions aligned.

use std::env;
use std::ffi::OsStr;
use std::fmt::Write as _;

use super::command::{Command, Opt, Takes, full};
use super::table::NSRUN;

const WIDTH: usize = 80;
/// Where descriptions begin at the latest; a longer left side gets a line of its own.
const COLUMN: usize = 27;

/// Whether headings stand out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Letters only.
    Plain,
    /// Bold headings.
    Colour,
}

impl Style {
    /// Colour on a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`.
    pub fn detect(is_terminal: bool) -> Style {
        let no_color = env::var_os("NO_COLOR");
        Style::choose(is_terminal, no_color.as_deref(), env::var_os("TERM").as_deref())
    }

    /// An empty `NO_COLOR` counts as unset (no-color.org).
    fn choose(is_terminal: bool, no_color: Option<&OsStr>, term: Option<&OsStr>) -> Style {
        let refused =
            no_color.is_some_and(|value| !value.is_empty()) || term == Some("dumb".as_ref());
        if is_terminal && !refused { Style::Colour } else { Style::Plain }
    }

    fn heading(self, text: &str) -> String {
        match self {
            Style::Plain => format!("{text}:"),
            Style::Colour => format!("\x1b[1m{text}:\x1b[0m"),
        }
    }
}

/// The program's name and version, without a line end.
pub fn version() -> String {
    format!("nsrun {}", env!("CARGO_PKG_VERSION"))
}

/// What `nsrun` alone prints.
pub fn overview(style: Style) -> String {
    command(&NSRUN, "", style)
}

/// The help of one command; `path` is its name after `nsrun`, with the groups it is in.
pub fn command(command: &Command, path: &str, style: Style) -> String {
    let mut out = String::new();
    for paragraph in command.about {
        flow(&mut out, 0, paragraph);
        out.push('\n');
    }
    let _ = writeln!(out, "{} {}", style.heading("Usage"), command.usage(path));

    tables(&mut out, &listings(command), style);
    for (heading, text) in command.notes {
        let _ = write!(out, "\n{}\n  ", style.heading(heading));
        flow(&mut out, 2, text);
    }
    if !command.examples.is_empty() {
        let _ = writeln!(out, "\n{}", style.heading("Examples"));
    }
    for (purpose, line) in command.examples {
        let _ = writeln!(out, "  # {purpose}\n  {line}");
    }
    if !command.subcommands.is_empty() {
        let _ = writeln!(out, "\nMore about one of them: {} COMMAND --help", full(path));
    }
    out
}

/// A heading and its rows: what to type, what it means.
type Listing = (&'static str, Vec<(String, &'static str)>);

/// The subcommands by group, then the options by section.
fn listings(command: &Command) -> Vec<Listing> {
    let mut listings: Vec<Listing> = Vec::new();
    for below in command.subcommands.iter().filter(|c| !c.hidden) {
        let row = (below.names().collect::<Vec<_>>().join(", "), below.summary);
        match listings.iter_mut().find(|(group, _)| *group == below.group) {
            Some((_, rows)) => rows.push(row),
            None => listings.push((below.group, vec![row])),
        }
    }
    listings.extend(command.sections.iter().map(|section| {
        let rows = section.options.iter().map(|o| (left_side(o), o.help));
        (section.heading, rows.collect())
    }));
    listings
}

/// `-e, --env NAME=VALUE`; options without a letter are indented to where their name lines up.
fn left_side(option: &Opt) -> String {
    let mut out = match option.short {
        Some(letter) => format!("-{letter}, "),
        None => "    ".into(),
    };
    let longs: Vec<_> = option.longs().map(|long| format!("--{long}")).collect();
    out += &longs.join(", ");
    if option.takes != Takes::Nothing {
        out.push(' ');
        out += &option.metavar();
    }
    if option.repeat {
        out += "...";
    }
    out
}

/// All right sides aligned, behind the longest left side that fits.
fn tables(out: &mut String, listings: &[Listing], style: Style) {
    let lefts = listings.iter().flat_map(|(_, rows)| rows).map(|(left, _)| left);
    let widths = lefts.map(|left| left.chars().count() + 4);
    let column = widths.filter(|width| *width <= COLUMN).max().unwrap_or(COLUMN);
    for (heading, rows) in listings {
        let _ = writeln!(out, "\n{}", style.heading(heading));
        for (left, right) in rows {
            if left.chars().count() + 4 <= column {
                let _ = write!(out, "  {left:<fill$}", fill = column - 2);
            } else {
                let _ = write!(out, "  {left}\n{:column$}", "");
            }
            flow(out, column, right);
        }
    }
}

/// Appends words, breaking lines before column 80; the cursor stands at column `indent` already.
pub fn flow(out: &mut String, indent: usize, text: &str) {
    let mut column = indent;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > indent {
            if column + 1 + length > WIDTH {
                let _ = write!(out, "\n{:indent$}", "");
                column = indent;
            } else {
                out.push(' ');
                column += 1;
            }
        }
        out.push_str(word);
        column += length;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every(c: &'static Command, path: &str, look: &mut dyn FnMut(&'static Command, &str)) {
        look(c, path);
        for below in c.subcommands {
            every(below, format!("{path} {}", below.name).trim_start(), look);
        }
    }

    #[test]
    fn no_line_of_help_is_wider_than_the_screen() {
        every(&NSRUN, "", &mut |c, path| {
            for line in command(c, path, Style::Plain).lines() {
                assert!(line.chars().count() <= WIDTH, "{path:?}: {line}");
                assert_eq!(line, line.trim_end(), "{path:?}: trailing space");
            }
        });
    }

    #[test]
    fn help_names_every_option_and_every_command() {
        every(&NSRUN, "", &mut |c, path| {
            let help = command(c, path, Style::Plain);
            for name in c.options().flat_map(Opt::longs) {
                assert!(help.contains(&format!("--{name}")), "{path}: --{name}");
            }
            for below in c.subcommands {
                assert_eq!(help.contains(below.summary), !below.hidden, "{}", below.name);
            }
        });
    }

    #[test]
    fn colour_changes_nothing_but_the_headings() {
        let plain = overview(Style::Plain);
        let colour = overview(Style::Colour);
        assert!(colour.contains("\x1b[1mUsage:\x1b[0m nsrun COMMAND"));
        assert_eq!(colour.replace("\x1b[1m", "").replace("\x1b[0m", ""), plain);
    }

    #[test]
    fn colour_needs_a_terminal_that_nobody_declared_plain() {
        let choose = |terminal, no_color: Option<&str>, term: Option<&str>| {
            Style::choose(terminal, no_color.map(OsStr::new), term.map(OsStr::new))
        };
        assert_eq!(choose(true, None, Some("xterm")), Style::Colour);
        assert_eq!(choose(true, Some(""), None), Style::Colour);
        assert_eq!(choose(false, None, Some("xterm")), Style::Plain);
        assert_eq!(choose(true, Some("1"), Some("xterm")), Style::Plain);
        assert_eq!(choose(true, None, Some("dumb")), Style::Plain);
    }

    #[test]
    fn a_long_left_side_gets_a_line_of_its_own() {
        let mut out = String::new();
        let long = "--an-option-that-is-too-long VALUE".to_string();
        let rows = vec![("--a".into(), "first"), (long, "second")];
        tables(&mut out, &[("H", rows)], Style::Plain);
        assert_eq!(
            out,
            "\nH:\n  --a  first\n  --an-option-that-is-too-long VALUE\n       second\n"
        );
    }

    #[test]
    fn the_version_is_the_packages() {
        assert_eq!(version(), concat!("nsrun ", env!("CARGO_PKG_VERSION")));
    }
}
