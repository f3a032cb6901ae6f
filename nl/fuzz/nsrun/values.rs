//! Single values: on the command line, and in what the kernel keeps.

use std::ffi::OsStr;
use std::fmt::Display;
use std::os::unix::ffi::OsStrExt;
use std::str::FromStr;

use nsrun::error::{Error, Result};
use nsrun::facts::{Description, Lease, Run, parse_network_mac};
use nsrun::plan::firewall::Owner;
use nsrun::spec::{
    self, Attach, Bind, Driver, IdMap, Mac, Membership, NetnsName, NetworkOf, NewNetwork,
    Publication, Range, Share, Sysctl, User, capability,
};

use super::assert_usage;

/// Any text where a value is to be, and what is kept in the kernel as names and descriptions.
pub fn values(data: &[u8]) {
    let _ = taken(NetworkOf::parse(OsStr::from_bytes(data)));
    if let Ok(name) = taken(NetnsName::parse(OsStr::from_bytes(data))) {
        assert_eq!(name.as_os_str().as_bytes(), data);
        assert!(!name.to_string().chars().any(char::is_control));
    }
    let _ = parse_network_mac(data).map(|gateway| assert!(gateway.contains(&gateway.addr())));
    // All others are text.
    let Ok(text) = str::from_utf8(data) else { return };

    same::<Mac>(text);
    same::<Driver>(text);
    same::<Range>(text);
    same::<Publication>(text);
    let ports: Vec<Publication> = text.split(' ').map_while(|text| text.parse().ok()).collect();
    if let Ok(()) = taken(spec::check_overlaps(&ports)) {
        // One by one: no port of this host twice.
        let each = ports.iter().flat_map(|port| port.each().take(4));
        let each: Vec<_> = each.filter(|port| port.first != 0).collect();
        for (n, port) in each.iter().enumerate() {
            let key = |port: &Publication| (port.host, port.first, port.protocol);
            assert!(!each[..n].iter().any(|other| key(other) == key(port)), "{port} twice");
        }
    }

    if let Ok(mut member) = taken(Membership::parse(text, 1)) {
        assert!(!member.network.is_empty() && spec::link_name(&member.link).is_ok());
        assert_eq!(
            member.prefix_len.is_some(),
            member.address.is_some() && member.attach != Attach::Network
        );
        let before = member.clone();
        if taken(member.set("mtu", "1400")).is_ok() {
            let given = before.given.clone();
            assert_eq!(Membership { mtu: before.mtu, given, ..member }, before);
        }
    }
    if let Ok(Some(share)) = taken(Share::parse(text))
        && !text.chars().any(char::is_control)
    {
        assert_eq!(Share::parse(&share.to_string()).expect("as it is written"), Some(share));
    }
    if let Ok(sysctl) = taken(Sysctl::parse(text)) {
        assert!(sysctl.path().starts_with("/proc/sys/net") && !sysctl.key.contains(".."));
    }
    if let Ok(bind) = taken(Bind::parse(text)) {
        assert!(bind.target.is_absolute() && !bind.target.ends_with(".."));
    }
    if let Ok(map) = taken(IdMap::parse(text)) {
        assert!(map.count > 0);
    }
    let _ = taken(User::parse(text));
    let _ = taken(spec::run_name(text));
    let _ = taken(spec::host_name(text));
    let _ = taken(capability::adjust(capability::DEFAULT, &[text], &[text]));
    assert!(!spec::printable(text).chars().any(char::is_control));
    if let Some((key, value)) = text.split_once('=') {
        let mut new = NewNetwork::default();
        if taken(new.set(key, value)).is_err() {
            assert_eq!(new.bridge, None);
        }
    }

    if let Some(lease) = Lease::parse(text) {
        assert_eq!(lease.to_string(), text);
    }
    if let Some(owner) = Owner::parse(text) {
        assert_eq!(Owner::parse(&owner.to_string()), Some(owner));
    }
    if let Some(run) = Run::parse(text) {
        assert_eq!(Run::parse(&run.to_string()), Some(run));
    }
    let _ = Description::parse(text);
}

/// An error says that it is one of usage.
fn taken<T>(result: Result<T>) -> Result<T> {
    result.inspect_err(assert_usage)
}

/// What was read and written is read as the same.
fn same<T: FromStr<Err = Error> + Display + PartialEq + std::fmt::Debug>(text: &str) {
    if let Ok(value) = taken(text.parse::<T>()) {
        assert_eq!(value.to_string().parse::<T>().expect("as it is written"), value);
    }
}
