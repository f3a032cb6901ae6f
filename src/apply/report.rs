//! What the new process tells its supervisor, and the other way round: one datagram each.

use crate::error::{Error, Kind, Result};
use crate::facts::Lease;
use crate::plan::{Process, Setup};
use crate::sys::Errno;

/// Longest datagram.
pub(super) const MAX: usize = 1024;

/// From the supervisor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The ids of the user namespace are set: begin.
    Begin,
    /// The links are there: wire them up, with these leases, and go.
    Go(Vec<Lease>),
}

impl Order {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        match self {
            Order::Begin => b"begin".to_vec(),
            Order::Go(leases) => {
                let words = leases.iter().map(|lease| format!(" {lease}"));
                format!("go{}", words.collect::<String>()).into_bytes()
            }
        }
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Order> {
        let mut words = std::str::from_utf8(bytes).ok()?.split(' ');
        match words.next()? {
            "begin" => Some(Order::Begin),
            "go" => words.map(Lease::parse).collect::<Option<_>>().map(Order::Go),
            _ => None,
        }
    }
}

/// Where in its preparations a process failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// Joining the network namespace that is shared.
    Network,
    /// A step of `Plan::prepare`.
    Prepare(u16),
    /// The wiring inside.
    Inside,
    /// A step of `Plan::finish`.
    Finish(u16),
    /// Entering the directory to start in.
    Workdir,
    /// Becoming the user.
    User,
    /// Giving up capabilities.
    Capabilities,
    /// Making the process that becomes CMD.
    Clone,
    /// Executing CMD.
    Execute,
    /// Anything else.
    Other,
}

const AT: [At; 10] = [
    At::Network,
    At::Prepare(0),
    At::Inside,
    At::Finish(0),
    At::Workdir,
    At::User,
    At::Capabilities,
    At::Clone,
    At::Execute,
    At::Other,
];

/// From the new process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// CMD was executed.
    Started,
    /// The sockets to answer names at, if it has any, and the one that tells of its links, if it is
    /// told; they come along.
    Sockets,
    /// When its phases ended, see [`timings`](super::timings).
    Timings(Vec<u8>),
    /// It went on without something.
    Warning(String),
    /// It could not be.
    Failed(Failure),
}

/// Why a process could not become CMD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) at: At,
    pub(super) errno: i32,
    /// Words of the failing step, where our own process had to find them.
    pub(super) text: String,
}

impl Failure {
    pub(super) fn new(at: At, errno: Errno) -> Self {
        Failure { at, errno: errno as i32, text: String::new() }
    }
}

impl Report {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        match self {
            Report::Started => vec![b'S'],
            Report::Sockets => vec![b'D'],
            Report::Timings(times) => [b"T", times.as_slice()].concat(),
            Report::Warning(text) => [b"W", text.as_bytes()].concat(),
            Report::Failed(Failure { at, errno, text }) => {
                let same = |known: &At| std::mem::discriminant(known) == std::mem::discriminant(at);
                let number = AT.iter().position(same).unwrap_or_default() as u8;
                let index = match at {
                    At::Prepare(index) | At::Finish(index) => *index,
                    _ => 0,
                };
                let mut bytes = vec![b'F', number];
                bytes.extend(index.to_ne_bytes());
                bytes.extend(errno.to_ne_bytes());
                bytes.extend(text.as_bytes());
                bytes.truncate(MAX);
                bytes
            }
        }
    }

    pub(super) fn parse(bytes: &[u8]) -> Option<Report> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match bytes {
            [b'S'] => Some(Report::Started),
            [b'D'] => Some(Report::Sockets),
            [b'T', times @ ..] => Some(Report::Timings(times.to_vec())),
            [b'W', rest @ ..] => Some(Report::Warning(text(rest))),
            &[b'F', at, a, b, c, d, e, f, ref rest @ ..] => {
                let index = u16::from_ne_bytes([a, b]);
                let at = match *AT.get(usize::from(at))? {
                    At::Prepare(_) => At::Prepare(index),
                    At::Finish(_) => At::Finish(index),
                    at => at,
                };
                let errno = i32::from_ne_bytes([c, d, e, f]);
                Some(Report::Failed(Failure { at, errno, text: text(rest) }))
            }
            _ => None,
        }
    }
}

/// The error that people read about a failure.
pub(super) fn error(
    failure: &Failure,
    prepare: &[Setup],
    finish: &[Setup],
    process: &Process,
) -> Error {
    let errno = Errno::from_raw(failure.errno);
    let command = || process.command.first().map(|word| word.display().to_string());
    let setup = |steps: &[Setup], index: u16| {
        steps.get(usize::from(index)).map_or("prepare the process".into(), ToString::to_string)
    };
    let what = match failure.at {
        At::Prepare(index) => setup(prepare, index),
        At::Finish(index) => setup(finish, index),
        At::Inside => failure.text.clone(),
        At::Workdir => {
            let directory = process.workdir.as_ref();
            let directory = directory.map_or(".".into(), |path| path.display().to_string());
            format!("start in directory \"{directory}\"")
        }
        At::Network => "join the network namespace".into(),
        At::User => "become the user asked for".into(),
        At::Capabilities => "give up capabilities".into(),
        At::Clone => "make a process".into(),
        At::Execute => format!("execute \"{}\"", command().unwrap_or_default()),
        At::Other => "prepare the process".into(),
    };
    let mut error = Error::new(format!("cannot {what}"));
    // Inside, the text already has the kernel's words, and the hint on a line of its own.
    if failure.at == At::Inside {
        if let Some((what, hint)) = failure.text.split_once('\n') {
            error = Error::new(format!("cannot {what}")).hint(hint);
        }
    } else {
        error = error.because(errno.desc());
        if !failure.text.is_empty() {
            error = error.hint(failure.text.clone());
        }
    }
    if failure.at == At::User && errno == Errno::EINVAL {
        error = error.hint("the user namespace has no such id: see --uidmap and --gidmap");
    }
    if failure.at == At::Execute {
        let missing = matches!(errno, Errno::ENOENT | Errno::ENOTDIR);
        error.kind = if missing { Kind::NotFound } else { Kind::NotExecutable };
    }
    error
}

/// The report in a datagram.
pub(super) fn read(bytes: &[u8]) -> Result<Report> {
    if bytes.is_empty() {
        return Err(Error::new("cannot launch the process").because("it ended unexpectedly"));
    }
    Report::parse(bytes)
        .ok_or_else(|| Error::new("cannot launch the process").because("it said something unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_and_orders_are_read_as_they_were_written() {
        for at in AT.into_iter().chain([At::Prepare(7), At::Finish(300)]) {
            let report = Report::Failed(Failure { at, errno: 13, text: "why".into() });
            assert_eq!(Report::parse(&report.to_bytes()), Some(report));
        }
        for report in [
            Report::Started,
            Report::Sockets,
            Report::Timings(vec![7]),
            Report::Warning("w".into()),
        ] {
            assert_eq!(Report::parse(&report.to_bytes()), Some(report));
        }
        let lease = Lease { network: 36, host: 0x2a };
        for order in [Order::Begin, Order::Go(vec![]), Order::Go(vec![lease, lease])] {
            assert_eq!(Order::parse(&order.to_bytes()), Some(order));
        }
        for wrong in [&b""[..], b"x", b"F", b"F\xff1234567", b"go nowhere"] {
            assert_eq!(Report::parse(wrong), None);
            assert_eq!(Order::parse(wrong), None);
        }
    }
}
