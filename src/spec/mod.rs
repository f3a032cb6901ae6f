//! What was asked for, validated: values that make sense by themselves, without a look at the
//! machine.

mod attach;
pub mod capability;
#[cfg(test)]
pub(crate) mod example;
mod mac;
mod membership;
mod name;
mod netns_name;
mod network;
mod network_file;
mod network_of;
mod port;
mod run;
mod share;
mod sort;

pub use attach::{Attach, IpvlanMode, MacvlanMode};
pub use mac::Mac;
pub use membership::Membership;
pub use name::{UNFINISHED, host_name, link_name, network_name, printable, run_name};
pub use netns_name::{NAMES, NetnsName};
pub use network::{
    Driver, MAX_MTU, MAX_SUBNET, MAX_VLAN, MIN_MTU, MIN_MTU6, MIN_SUBNET, NewNetwork, Range, Source,
};
pub use network_of::NetworkOf;
pub use port::{Protocol, Publication, check_overlaps};
pub use run::{
    Bind, HostLine, IdMap, Isolation, Resolver, Root, Run, Sysctl, User, UserNamespace, UserPart,
    absolute,
};
pub use share::Share;
pub use sort::sort;
