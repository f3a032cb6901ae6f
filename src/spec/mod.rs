//! What was asked for, validated: values that make sense by themselves, without a look at the
//! machine.

pub mod capability;
mod mac;
mod name;
mod network;
mod port;
mod run;

pub use mac::Mac;
pub use name::{host_name, link_name, network_name, run_name};
pub use network::{Driver, MAX_MTU, MIN_MTU, Membership, NewNetwork, Range, Source};
pub use port::{Protocol, Publication, check_overlaps};
pub use run::{
    Bind, HostLine, IdMap, Isolation, Resolver, Root, Run, Sysctl, User, UserNamespace, UserPart,
    absolute,
};
