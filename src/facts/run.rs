//! A run: what the host's end of its veth says about it.

use std::fmt;
use std::net::Ipv4Addr;

use crate::facts::Lease;
use crate::spec::{Publication, run_name, sort};

/// The description of a run, kept as the alias of its link (at most 255 bytes, readable by
/// everyone).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Process that all others of the run descend from: its init, or CMD itself with `--pid host`.
    pub pid: i32,
    /// The nsrun that watches over it.
    pub supervisor: i32,
    /// When it started, in seconds since 1970.
    pub started: u64,
}

/// First word of a description, with the version of what follows.
const VERSION: &str = "nsrun/1";

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Run { pid, supervisor, started } = self;
        write!(f, "{VERSION} pid={pid} supervisor={supervisor} started={started}")
    }
}

impl Run {
    /// Whose ports are that lead to what was connected without being a run: they end with the link.
    pub const NOBODY: Run = Run { pid: 0, supervisor: 0, started: 0 };

    /// Whose ports are that lead to a link with this description; `None` when it is none of ours.
    pub fn owner(alias: &str) -> Option<Run> {
        Run::parse(alias).or_else(|| Status::connected(alias).map(|_| Run::NOBODY))
    }

    /// Reads a description; `None` when it is none of ours. Words it does not know are skipped.
    pub fn parse(alias: &str) -> Option<Run> {
        let mut words = alias.split(' ');
        if words.next() != Some(VERSION) {
            return None;
        }
        let mut run = Run { pid: 0, supervisor: 0, started: 0 };
        for word in words {
            match word.split_once('=')? {
                ("pid", value) => run.pid = value.parse().ok()?,
                ("supervisor", value) => run.supervisor = value.parse().ok()?,
                ("started", value) => run.started = value.parse().ok()?,
                _ => {}
            }
        }
        (run.pid > 0).then_some(run)
    }
}

/// A run as it was found: its links on this host and what is known by them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The name it was given.
    pub name: Option<String>,
    /// Of what is no run: how whoever connected it called it.
    pub connected: Option<String>,
    /// Its description; `None` in the moment between claim and description.
    pub run: Option<Run>,
    /// Whether its process is there, in the namespace at the other end.
    pub alive: bool,
    /// Id of its namespace, as this one knows it.
    pub namespace_id: Option<i32>,
    /// The networks it is on, as its links on this host say, oldest first.
    pub joined: Vec<Joined>,
    /// How it is connected, where no link on this host says it: "none", "host".
    pub mode: Option<String>,
    /// Its networks as JSON, where they cannot be looked up from this host.
    pub networks: Option<String>,
}

/// A network that a run is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The lease: the name of its link on this host.
    pub lease: Lease,
    /// Index of that link.
    pub link_index: u32,
    /// The network's name; empty when it is not known.
    pub network: String,
    /// Address and prefix length.
    pub address: Option<(Ipv4Addr, u8)>,
    /// Address of the network's gateway.
    pub gateway: Option<Ipv4Addr>,
    /// Ports published there.
    pub ports: Vec<Publication>,
}

impl Joined {
    /// The alternative name of a link which says that ports are published there. So whoever
    /// rebuilds the firewall knows, and it is gone with the run. The lease in it makes it another
    /// for each link: that nobody publishes the same port is not decided here. Without slashes, which
    /// ip(8) refuses in names.
    pub fn port_altname(lease: Lease, ports: &str) -> String {
        format!("port:{lease}:{}", ports.replace('/', "+"))
    }

    /// The description of a link inside which has a lease, where the link that stands for the lease
    /// is another.
    pub fn of_lease(lease: Lease) -> String {
        format!("{VERSION} lease={lease}")
    }

    /// The lease that such a description says.
    pub fn lease_of(alias: &str) -> Option<Lease> {
        let word = alias.strip_prefix(VERSION)?.strip_prefix(" lease=")?;
        Lease::parse(word)
    }

    /// The published ports that the alternative names of a link say.
    pub fn ports(lease: Lease, names: &[String]) -> Vec<Publication> {
        let start = Joined::port_altname(lease, "");
        let specs = names.iter().filter_map(|name| name.strip_prefix(start.as_str()));
        let mut ports: Vec<Publication> =
            specs.filter_map(|spec| spec.replace('+', "/").parse().ok()).collect();
        let key = |port: &Publication| (port.first, port.protocol, port.host);
        sort(&mut ports, |a, b| key(a) < key(b));
        ports
    }
}

/// Begins the alternative name of a link that holds a run's name.
const NAME_PREFIX: &str = "run:";
/// Begins the description of a link that leads to no run.
const CONNECTED: &str = "nsrun/1 connected=";

impl Status {
    /// The alternative name of a link that holds a run's name.
    pub fn altname(name: &str) -> String {
        format!("{NAME_PREFIX}{name}")
    }

    /// The name of a run that the alternative names of a link say. Anybody who may name links can
    /// have written anything there: only what could have been asked for is a name.
    pub fn name_of(names: &[String]) -> Option<String> {
        names.iter().find_map(|name| run_name(name.strip_prefix(NAME_PREFIX)?).ok())
    }

    /// What it is called: its name, or its lease.
    pub fn title(&self) -> String {
        let lease = || self.joined.first().map(|joined| joined.lease.to_string());
        let pid = || self.run.map(|run| run.pid.to_string());
        let name = self.name.as_ref().or(self.connected.as_ref());
        name.cloned().or_else(lease).or_else(pid).unwrap_or_default()
    }

    /// Whose its ports are; `None` in the moment between claim and description.
    pub fn owner(&self) -> Option<Run> {
        self.run.or_else(|| self.connected.as_ref().map(|_| Run::NOBODY))
    }

    /// The description of a link on the host that leads to no run, but to what `title` says.
    pub fn of_connected(title: &str) -> String {
        // The kernel keeps 255 bytes.
        format!("{CONNECTED}{}", title.chars().take(50).collect::<String>())
    }

    /// What such a description says.
    pub fn connected(alias: &str) -> Option<&str> {
        alias.strip_prefix(CONNECTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_read_as_it_was_written() {
        let run = Run { pid: 4711, supervisor: 4710, started: 1_795_000_000 };
        assert_eq!(Run::parse(&run.to_string()), Some(run));
        let longer = format!("{run} later=1");
        assert_eq!(Run::parse(&longer), Some(run));
    }

    #[test]
    fn a_link_says_the_lease_that_another_stands_for() {
        let lease = Lease { network: 3, host: 7 };
        assert_eq!(Joined::lease_of(&Joined::of_lease(lease)), Some(lease));
        assert_eq!(Joined::lease_of("nsrun/1 lease=eth0"), None);
    }

    #[test]
    fn only_what_could_be_asked_for_is_a_name() {
        let names = |name: &str| vec!["port:x".to_owned(), Status::altname(name)];
        assert_eq!(Status::name_of(&names("web")).as_deref(), Some("web"));
        for odd in ["", "-a", "a b", "$(reboot)", "a\x1b[2J", "../a"] {
            assert_eq!(Status::name_of(&names(odd)), None, "{odd:?}");
        }
    }

    #[test]
    fn what_others_wrote_is_no_description() {
        for alias in ["", "nsrun", "nsrun/2 pid=1", "nsrun/1 pid=x", "nsrun/1 pid=-1", "nsrun/1 "] {
            assert_eq!(Run::parse(alias), None, "{alias:?}");
        }
    }
}
