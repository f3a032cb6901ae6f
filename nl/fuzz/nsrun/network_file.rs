//! Networks as files describe them.

use nsrun::spec::{MAX_MTU, MIN_MTU, NewNetwork, link_name};
use serde_json::Value;

use super::assert_usage;

/// Any bytes in /etc/nsrun/networks/NAME.json.
pub fn network_file(data: &[u8]) {
    let new = match NewNetwork::from_json("web", data) {
        Err(error) => return assert_usage(&error),
        Ok(new) => new,
    };
    assert_eq!(new.name, "web");
    assert!(new.mtu.is_none_or(|mtu| (MIN_MTU..=MAX_MTU).contains(&mtu)));
    assert!(new.subnet.is_none_or(|subnet| (8..=30).contains(&subnet.prefix_len())));
    assert!(new.subnet6.is_none_or(|subnet| (8..=96).contains(&subnet.prefix_len())));
    assert!(new.range.is_none_or(|range| range.first <= range.last));
    for link in [&new.bridge, &new.uplink].into_iter().flatten() {
        assert_eq!(&link_name(link).expect("a name the kernel takes"), link);
    }
    // Nothing is made up: what differs from the defaults was said, in an object.
    let said: Value = serde_json::from_slice(data).expect("it was read");
    let said = said.as_object().expect("it was taken");
    assert!(said.contains_key("mtu") || new.mtu.is_none());
    assert!(said.contains_key("exclude") || new.exclude.is_empty());
    assert!(!said.is_empty() || Ok(new) == NewNetwork::named("web"));
}
