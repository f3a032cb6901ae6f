//! What resolv.conf and hosts say inside (resolv.conf(5), hosts(5)).

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};

use crate::facts::HostFiles;
use crate::spec::{HostLine, Resolver};

/// What to do about a file inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResolvConf {
    /// Its text; `None`: the host's serves as it is.
    pub text: Option<String>,
    /// What will not work.
    pub warning: Option<String>,
}

/// The resolv.conf of a namespace that this host's loopback addresses do not reach.
pub(super) fn resolv_conf(asked: &Resolver, host: &HostFiles) -> ResolvConf {
    let own = host.resolv_conf.as_deref().unwrap_or_default();
    let upstream = host.upstream_resolv_conf.as_deref();
    let reachable = |text: &str| servers(text).any(|server| !server.is_loopback());
    // glibc asks 127.0.0.1 when no server is named: as good as naming it.
    let (base, warning) = match upstream {
        _ if reachable(own) || !asked.servers.is_empty() => (own, None),
        Some(upstream) if reachable(upstream) => (upstream, None),
        _ => (
            own,
            Some(
                "/etc/resolv.conf names no server that can be reached from inside; use --dns"
                    .to_owned(),
            ),
        ),
    };
    if asked.is_default() && base == own {
        return ResolvConf { text: None, warning };
    }
    let mut text = String::new();
    let keeps = |word: &str| match word {
        "nameserver" => asked.servers.is_empty(),
        "search" | "domain" => asked.search.is_empty(),
        "options" => asked.options.is_empty(),
        _ => true,
    };
    for line in base.lines() {
        let word = line.split_whitespace().next().unwrap_or_default();
        if keeps(word) && !word.starts_with(['#', ';']) && !word.is_empty() {
            let _ = writeln!(text, "{line}");
        }
    }
    if !asked.search.is_empty() && asked.search != ["."] {
        let _ = writeln!(text, "search {}", asked.search.join(" "));
    }
    if !asked.options.is_empty() {
        let _ = writeln!(text, "options {}", asked.options.join(" "));
    }
    for server in &asked.servers {
        let _ = writeln!(text, "nameserver {server}");
    }
    ResolvConf { text: Some(text), warning }
}

/// How the names of members are answered inside, and what else is asked where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Responder {
    /// Domains that may stand behind a member's name.
    pub search: Vec<String>,
    /// Servers for all other names, reached from the host.
    pub upstreams: Vec<IpAddr>,
    /// Whether they were asked for.
    pub chosen: bool,
}

/// Where the programs inside ask.
pub(crate) const RESPONDER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 11);

/// The resolv.conf of a namespace whose queries the supervisor answers, and what it needs to know.
pub(super) fn answered(asked: &Resolver, host: &HostFiles) -> (String, Responder) {
    let own = host.resolv_conf.as_deref().unwrap_or_default();
    let inside = Resolver { servers: vec![RESPONDER.into()], ..asked.clone() };
    let text = resolv_conf(&inside, host).text.unwrap_or_default();
    let search = text.lines().rev().find_map(|line| {
        let domains = line.strip_prefix("search ").or(line.strip_prefix("domain "))?;
        Some(domains.split_whitespace().map(Into::into).collect())
    });
    let mut upstreams =
        if asked.servers.is_empty() { servers(own).collect() } else { asked.servers.clone() };
    if upstreams.is_empty() {
        // As programs on the host do when resolv.conf names none.
        upstreams.push(Ipv4Addr::LOCALHOST.into());
    }
    let chosen = !asked.servers.is_empty();
    (text, Responder { search: search.unwrap_or_default(), upstreams, chosen })
}

fn servers(resolv_conf: &str) -> impl Iterator<Item = IpAddr> {
    resolv_conf.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (keyword, address) = (words.next()?, words.next()?);
        // A scope, as in fe80::1%eth0, says a link of the host.
        let address = address.split('%').next()?;
        (keyword == "nameserver").then(|| address.parse().ok())?
    })
}

/// The hosts file with further lines.
pub(super) fn hosts(host: &HostFiles, asked: &[HostLine]) -> String {
    let mut text = match &host.hosts {
        Some(text) => text.clone(),
        None => "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n".into(),
    };
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for line in asked {
        let _ = writeln!(text, "{}\t{}", line.address, line.name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(own: &str, upstream: Option<&str>) -> HostFiles {
        HostFiles {
            resolv_conf: Some(own.into()),
            upstream_resolv_conf: upstream.map(Into::into),
            ..HostFiles::default()
        }
    }

    fn asked(servers: &[&str], search: &[&str], options: &[&str]) -> Resolver {
        let own = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        Resolver {
            off: false,
            servers: servers.iter().map(|server| server.parse().unwrap()).collect(),
            search: own(search),
            options: own(options),
        }
    }

    #[test]
    fn a_usable_file_of_the_host_is_left_as_it_is() {
        let host = files("nameserver 192.0.2.53\n", Some("nameserver 198.51.100.1\n"));
        let result = resolv_conf(&Resolver::default(), &host);
        assert_eq!(result, ResolvConf { text: None, warning: None });
    }

    #[test]
    fn a_stub_on_loopback_is_replaced_by_the_servers_behind_it() {
        let host = files(
            "nameserver 127.0.0.53\noptions edns0\n",
            Some("# real ones\nnameserver 192.0.2.53\nsearch lan\n"),
        );
        let result = resolv_conf(&Resolver::default(), &host);
        assert_eq!(result.text.as_deref(), Some("nameserver 192.0.2.53\nsearch lan\n"));
        assert_eq!(result.warning, None);
    }

    #[test]
    fn no_reachable_server_is_a_warning() {
        for host in [files("nameserver 127.0.0.53\n", None), files("", Some("nameserver ::1\n"))] {
            let result = resolv_conf(&Resolver::default(), &host);
            assert_eq!(result.text, None);
            assert!(result.warning.unwrap().contains("--dns"));
        }
        let host = files("nameserver 127.0.0.53\n", None);
        assert_eq!(resolv_conf(&asked(&["192.0.2.1"], &[], &[]), &host).warning, None);
    }

    #[test]
    fn what_is_asked_for_replaces_only_its_own_lines() {
        let host = files("search lan\noptions ndots:1\nnameserver 192.0.2.53\nsortlist x\n", None);
        let text = |asked| resolv_conf(&asked, &host).text.unwrap();
        assert_eq!(
            text(asked(&["198.51.100.1", "fd00::1"], &[], &[])),
            "search lan\noptions ndots:1\nsortlist x\nnameserver 198.51.100.1\nnameserver fd00::1\n"
        );
        assert_eq!(
            text(asked(&[], &["a.example", "b.example"], &["ndots:2", "timeout:1"])),
            "nameserver 192.0.2.53\nsortlist x\nsearch a.example b.example\n\
             options ndots:2 timeout:1\n"
        );
        assert_eq!(
            text(asked(&[], &["."], &[])),
            "options ndots:1\nnameserver 192.0.2.53\nsortlist x\n"
        );
    }

    #[test]
    fn with_a_responder_inside_the_hosts_servers_are_asked_from_the_host() {
        let host = files("search lan\noptions edns0\nnameserver 127.0.0.53\n", None);
        let (text, responder) = answered(&Resolver::default(), &host);
        assert_eq!(text, "search lan\noptions edns0\nnameserver 127.0.0.11\n");
        let upstreams = vec!["127.0.0.53".parse().unwrap()];
        assert_eq!(responder, Responder { search: vec!["lan".into()], upstreams, chosen: false });
        let (text, responder) = answered(&asked(&["192.0.2.1"], &["a.example"], &[]), &host);
        assert_eq!(text, "options edns0\nsearch a.example\nnameserver 127.0.0.11\n");
        assert_eq!(responder.upstreams, ["192.0.2.1".parse::<IpAddr>().unwrap()]);
        let (_, responder) = answered(&Resolver::default(), &HostFiles::default());
        assert_eq!(responder.upstreams, [IpAddr::from(Ipv4Addr::LOCALHOST)]);
    }

    #[test]
    fn lines_are_added_to_the_hosts_file() {
        let line = HostLine { name: "db".into(), address: "192.0.2.7".parse().unwrap() };
        let host = HostFiles { hosts: Some("127.0.0.1 localhost".into()), ..Default::default() };
        assert_eq!(hosts(&host, &[line]), "127.0.0.1 localhost\n192.0.2.7\tdb\n");
    }
}
