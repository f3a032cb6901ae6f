//! The ruleset: what there is before any network, what a network adds, what a port adds.
//!
//! ```text
//! prerouting, output   address_ports, then ports: where a published port leads
//! forward              guard: as before nsrun; out_of, then into: one chain per network
//! postrouting          this host's own and a network's own packets to a published port come
//!                      from the gateway; a network's packets to the world from this host
//! ```
//!
//! A network is one or two chains and a few elements, a run nothing, a port one element (and one
//! that says where to look). So neither packets nor changes take longer with more of them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net};

use super::rule::{Base, Chain, Family, Hook, Kind, Rule, Side, Term};
use super::set::{
    ADDRESS_PORTS4, ADDRESS_PORTS6, BRIDGES, Element, Given, INTO, OPEN, OTHERS, OUT_OF, PORTS4,
    PORTS6, PUBLISHERS, SETS, SINGLE4, SINGLE6, SOURCE4, SOURCE6, SUBNETS4, SUBNETS6, Set, Value,
};
use super::{Change, FORWARD, Owner};
use crate::facts::{Forwarding, Lease, Network, Run, Status};
use crate::spec::{Driver, Publication, Source};

/// Chain that gives packets the address of the link they go out by. "masquerade" is no name that
/// nft(8) reads back.
const MASQUERADE: &str = "outbound";

/// Chain that keeps the host from routing for others.
const GUARD: &str = "guard";

/// Everything that is there before any network.
pub fn skeleton() -> Vec<Change> {
    let mut changes = vec![Change::AddTable];
    changes.extend(SETS.into_iter().map(Change::AddSet));
    let base = |name: &str, kind, hook, priority| chain(name, Some(Base { kind, hook, priority }));
    changes.extend([
        base("raw", Kind::Filter, Hook::Prerouting, -300),
        chain("published", None),
        base("prerouting", Kind::Nat, Hook::Prerouting, -100),
        base("output", Kind::Nat, Hook::Output, -100),
        chain(MASQUERADE, None),
        base("postrouting", Kind::Nat, Hook::Postrouting, 100),
        chain(GUARD, None),
        base(FORWARD, Kind::Filter, Hook::Forward, 0),
    ]);
    let loopback = Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8);
    let multicast = Ipv4Net::new_assert(Ipv4Addr::new(224, 0, 0, 0), 4);
    let published = || Term::Jump("published".into());
    let (v4, v6) = (Family::V4, Family::V6);
    changes.extend([
        // Bridges route 127/8, so that this host reaches published ports by it; nobody else may.
        rule("raw", [Term::NotLink(Side::In, "lo".into()), Term::To(loopback), Term::Drop]),
        // A host that does not route believes whoever says on a link to be a router: members may.
        rule("raw", [Term::RouterAdvertisement, Term::LinkIn(Side::In, &BRIDGES), Term::Drop]),
        rule("published", [Term::Publish(v4, &ADDRESS_PORTS4, true)]),
        rule("published", [Term::Publish(v4, &PORTS4, false)]),
        rule("published", [Term::Publish(v6, &ADDRESS_PORTS6, true)]),
        // The kernel routes ::1 nowhere else.
        rule("published", [Term::NotToLoopback6, Term::Publish(v6, &PORTS6, false)]),
        rule("prerouting", [Term::ToHost, published()]),
        rule("output", [Term::ToHost, published()]),
        rule(MASQUERADE, [Term::Masquerade]),
        rule("postrouting", [Term::LinkIn(Side::Out, &BRIDGES), Term::FromHost, Term::Masquerade]),
        rule("postrouting", hairpin(v4, &SUBNETS4)),
        rule("postrouting", hairpin(v6, &SUBNETS6)),
        rule(
            "postrouting",
            [
                Term::LinkNotIn(Side::Out, &BRIDGES),
                Term::NotTo(multicast),
                Term::SourceVerdict(v4, &SOURCE4),
            ],
        ),
        rule(
            "postrouting",
            [
                Term::LinkNotIn(Side::Out, &BRIDGES),
                Term::NotToMulticast6,
                Term::SourceVerdict(v6, &SOURCE6),
            ],
        ),
        rule(FORWARD, [Term::Jump(GUARD.into())]),
        rule(FORWARD, [Term::LinkVerdict(Side::In, &OUT_OF)]),
        rule(FORWARD, [Term::LinkVerdict(Side::Out, &INTO)]),
    ]);
    changes
}

/// What a member sends to a published port comes back to it through this host only when it seems
/// to come from here.
fn hairpin(family: Family, subnets: &'static Set) -> [Term; 4] {
    [
        Term::LinkIn(Side::Out, &BRIDGES),
        Term::Translated,
        Term::SourceIn(family, subnets),
        Term::Masquerade,
    ]
}

/// What this host routes for networks only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// IPv4.
    pub v4: bool,
    /// IPv6.
    pub v6: bool,
    /// Bridges without rules of ours that were there before.
    pub bridges: Vec<String>,
}

impl Guard {
    /// By whose wish it routes.
    pub fn of(forwards4: Forwarding, forwards6: Forwarding) -> Guard {
        let is_ours = |forwards| forwards == Forwarding::Networks;
        Guard { v4: is_ours(forwards4), v6: is_ours(forwards6), bridges: Vec::new() }
    }

    /// Whether there is something to keep from being routed.
    pub fn is_on(&self) -> bool {
        self.v4 || self.v6
    }
}

/// Keeps a host from routing between links that are none of ours, if it did not do so before.
/// Bridges that come later are left out: whoever makes one that leads somewhere may have found
/// forwarding on. With bridge netfilter packets that stay on a bridge pass here too.
pub fn guard(guard: &Guard) -> Vec<Change> {
    let mut changes = vec![Change::Flush(GUARD.into())];
    if !guard.is_on() {
        return changes;
    }
    let (come, go) = (Side::In, Side::Out);
    changes.extend([
        rule(GUARD, [Term::LinkIn(come, &BRIDGES), Term::Return]),
        rule(GUARD, [Term::LinkIn(go, &BRIDGES), Term::Return]),
        rule(GUARD, [Term::LinksIn(come, go, &OTHERS), Term::Return]),
    ]);
    for side in [come, go] {
        let later = Term::LinksNotIn(side, side, &OTHERS);
        changes.push(rule(GUARD, [later, Term::IsBridge(side), Term::Return]));
    }
    for (family, guarded) in [(Family::V4, guard.v4), (Family::V6, guard.v6)] {
        if guarded {
            changes.push(rule(GUARD, [Term::Of(family), Term::Drop]));
        }
    }
    let other = |name: &String| {
        let link = || Value::Link(name.clone());
        Change::Add(Element::of(&OTHERS, vec![link(), link()]))
    };
    changes.extend(guard.bridges.iter().map(other));
    changes
}

/// What a network adds, if nsrun makes rules for it. All the same when it is there already.
pub fn network(network: &Network) -> Vec<Change> {
    if !network.is_managed() {
        return Vec::new();
    }
    let names = Chains::of(network);
    let mut changes = vec![Change::AddChain(plain(&names.into)), Change::Flush(names.into.clone())];
    let rules = |chain: &str, all: Vec<Vec<Term>>| {
        let rule = |terms| Change::AddRule(Rule { chain: chain.into(), terms });
        all.into_iter().map(rule).collect::<Vec<_>>()
    };
    changes.extend(rules(&names.into, into(network)));
    for (name, terms) in [
        (&names.out_of, network.options.internal.then(|| vec![not_itself(network), Term::Drop])),
        (&names.source, fixed_source(network).map(|address| vec![Term::Source(address)])),
    ] {
        if let Some(terms) = terms {
            changes.extend([Change::AddChain(plain(name)), Change::Flush(name.clone())]);
            changes.extend(rules(name, vec![terms]));
        }
    }
    changes.extend(elements(network, &names).into_iter().map(Change::Add));
    changes
}

/// Takes away what [`network`] adds.
pub fn forget(network: &Network) -> Vec<Change> {
    let names = Chains::of(network);
    let mut changes: Vec<Change> =
        elements(network, &names).into_iter().map(Change::Remove).collect();
    let own = [
        (true, names.into),
        (network.options.internal, names.out_of),
        (fixed_source(network).is_some(), names.source),
    ];
    for (_, name) in own.into_iter().filter(|(used, _)| *used) {
        changes.extend([Change::Flush(name.clone()), Change::RemoveChain(name)]);
    }
    changes
}

/// Names of a network's chains.
struct Chains {
    into: String,
    out_of: String,
    source: String,
}

impl Chains {
    fn of(network: &Network) -> Chains {
        let name = |what: &str| format!("{what}_{}", network.number);
        Chains { into: name("into"), out_of: name("out_of"), source: name("source") }
    }
}

/// Who may send into a network.
fn into(network: &Network) -> Vec<Vec<Term>> {
    let own = match network.options.driver {
        Driver::Bridge => Term::Link(Side::In, network.bridge.clone()),
        _ => Term::LinksFrom(Side::In, Lease::links(network.number)),
    };
    let mut rules = vec![vec![Term::Established, Term::Accept]];
    if !network.options.internal {
        rules.push(vec![Term::Translated, Term::Accept]);
    }
    // What does not pass here still passes inside the bridge: there its ports keep it apart.
    if !network.options.isolated {
        rules.push(vec![own, Term::Accept]);
    }
    if network.options.open && !network.options.internal {
        rules.push(vec![Term::LinkIn(Side::In, &OPEN), Term::Accept]);
    }
    rules.push(vec![Term::Drop]);
    rules
}

fn not_itself(network: &Network) -> Term {
    match network.options.driver {
        Driver::Bridge => Term::NotLink(Side::Out, network.bridge.clone()),
        _ => Term::NotLinksFrom(Side::Out, Lease::links(network.number)),
    }
}

/// The source that packets to the world get, when it is a certain one.
fn fixed_source(network: &Network) -> Option<IpAddr> {
    match network.options.source {
        Source::Fixed(address) if !network.options.internal => Some(address.into()),
        _ => None,
    }
}

/// The link of a network, or what the names of its links begin with, as a key of sets.
pub fn link_key(network: &Network) -> Value {
    match network.options.driver {
        Driver::Bridge => Value::Link(network.bridge.clone()),
        _ => Value::Links(Lease::links(network.number)),
    }
}

fn elements(network: &Network, names: &Chains) -> Vec<Element> {
    let options = &network.options;
    let link = link_key(network);
    let jump = |set, key: Value, chain: &str| Element {
        gives: Given::Jump(chain.into()),
        ..Element::of(set, vec![key])
    };
    let subnet = Value::Prefix(IpNet::V4(network.gateway.trunc()));
    let subnet6 = options.gateway6.map(|gateway| Value::Prefix(IpNet::V6(gateway.trunc())));
    let mut elements = vec![
        Element::of(&BRIDGES, vec![link.clone()]),
        Element::of(&SUBNETS4, vec![subnet.clone()]),
        jump(&INTO, link.clone(), &names.into),
    ];
    elements.extend(subnet6.clone().map(|subnet| Element::of(&SUBNETS6, vec![subnet])));
    if options.internal {
        elements.push(jump(&OUT_OF, link, &names.out_of));
        return elements;
    }
    if options.open {
        elements.push(Element::of(&OPEN, vec![link]));
    }
    match options.source {
        Source::Own => {}
        Source::Masquerade => elements.push(jump(&SOURCE4, subnet, MASQUERADE)),
        Source::Fixed(_) => elements.push(jump(&SOURCE4, subnet, &names.source)),
    }
    if options.source != Source::Own {
        elements.extend(subnet6.map(|subnet| jump(&SOURCE6, subnet, MASQUERADE)));
    }
    elements
}

/// Where published ports lead: a member of a network, and whose they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publisher {
    /// Its address.
    pub address: Ipv4Addr,
    /// Its address in IPv6.
    pub address6: Option<Ipv6Addr>,
    /// Its run, for the comment of elements.
    pub owner: Owner,
}

impl Publisher {
    /// The member of `network` with this lease, of this run.
    pub fn new(network: &Network, lease: Lease, run: Run) -> Publisher {
        Publisher {
            address: network.address(lease).addr(),
            address6: network.address6(lease).map(|address| address.addr()),
            owner: Owner::new(lease, run),
        }
    }

    /// The elements of a publication: the first of each pair claims the port, the second says
    /// where to look for it.
    pub fn elements(&self, ports: Publication) -> Vec<(Element, Option<Element>)> {
        ports.each().flat_map(|port| self.port(port)).collect()
    }

    fn port(&self, port: Publication) -> Vec<(Element, Option<Element>)> {
        let key = vec![Value::Protocol(port.protocol), Value::Port(port.first)];
        let lead = |map, key, address: IpAddr| Element {
            set: map,
            key,
            gives: Given::Values(vec![Value::Address(address), Value::Port(port.to)]),
            comment: Some(self.owner.to_string()),
        };
        let address6 = self.address6.map(IpAddr::V6);
        let families = [
            (Some(IpAddr::V4(self.address)), &PORTS4, &ADDRESS_PORTS4, &SINGLE4),
            (address6, &PORTS6, &ADDRESS_PORTS6, &SINGLE6),
        ];
        let mut elements = Vec::new();
        for (to, any, single, hint) in families {
            let Some(to) = to else { continue };
            match port.host {
                None => elements.push((lead(any, key.clone(), to), None)),
                Some(host) if host.is_ipv4() != to.is_ipv4() => {}
                Some(host) if host.is_unspecified() => {
                    elements.push((lead(any, key.clone(), to), None));
                }
                Some(host) => {
                    let full = [&[Value::Address(host)], &key[..]].concat();
                    let hint = Element::of(hint, key.clone());
                    elements.push((lead(single, full, to), Some(hint)));
                }
            }
        }
        elements
    }

    /// Where to begin looking for its ports.
    pub fn index(&self) -> Element {
        Element::of(&PUBLISHERS, vec![Value::Address(self.address.into())])
    }
}

/// What publishing adds. Ports that are taken are refused.
pub fn publish(publisher: &Publisher, ports: &[Publication]) -> Vec<Change> {
    let mut changes = vec![Change::Add(publisher.index())];
    let elements = ports.iter().flat_map(|&port| publisher.elements(port));
    for (claim, hint) in elements {
        changes.push(Change::Claim(claim));
        changes.extend(hint.map(Change::Add));
    }
    changes
}

/// The whole ruleset of a host: its networks, and the ports of its runs.
pub fn whole(networks: &[&Network], runs: &[Status], guard: &Guard) -> Vec<Change> {
    let mut changes = skeleton();
    let managed = || networks.iter().filter(|network| network.is_managed());
    changes.extend(managed().flat_map(|own| self::network(own)));
    changes.extend(self::guard(guard));
    let mut taken = std::collections::HashSet::new();
    for (run, joined) in runs.iter().flat_map(|run| run.joined.iter().map(move |one| (run, one))) {
        let number = joined.lease.network;
        let network = managed().find(|network| network.number == number);
        let Some((network, description)) = network.zip(run.owner()) else { continue };
        if joined.ports.is_empty() {
            continue;
        }
        let publisher = Publisher::new(network, joined.lease, description);
        for change in publish(&publisher, &joined.ports) {
            match change {
                // The ruleset would be refused as a whole; whoever had it first keeps the port.
                Change::Claim(own) if !taken.insert(own.place()) => {}
                other => changes.push(other),
            }
        }
    }
    changes
}

fn chain(name: &str, base: Option<Base>) -> Change {
    Change::AddChain(Chain { name: name.into(), base })
}

fn plain(name: &str) -> Chain {
    Chain { name: name.into(), base: None }
}

fn rule<const N: usize>(chain: &str, terms: [Term; N]) -> Change {
    Change::AddRule(Rule { chain: chain.into(), terms: terms.into() })
}
