//! `nsrun network create`: make a network.

use super::remove::settle;
use crate::apply::{self, Made};
use crate::cli::Args;
use crate::commands::attach::Vlan;
use crate::commands::declared::{declared, path};
use crate::commands::operand;
use crate::commands::output::print_done;
use crate::commands::ports::in_the_way;
use crate::commands::run::warn;
use crate::error::{Error, Result};
use crate::kernel::{Kernel, Lock};
use crate::plan;
use crate::spec::NewNetwork;
use crate::sys::file;

/// Options with a value, and options without.
const VALUES: [&str; 14] = [
    "driver",
    "subnet",
    "gateway",
    "ip-range",
    "exclude",
    "subnet6",
    "mtu",
    "bridge-name",
    "uplink",
    "parent",
    "mode",
    "vlan",
    "snat",
    "masquerade",
];
const FLAGS: [&str; 5] = ["ipv6", "internal", "isolated", "open", "unmanaged"];

pub(in crate::commands) fn create(args: &Args) -> Result<u8> {
    let mut new = NewNetwork::named(operand(args, 0)?)?;
    for key in VALUES {
        for value in args.texts(key)? {
            new.set(key, value)?;
        }
    }
    for key in FLAGS {
        if args.flag(key) {
            new.set(key, "true")?;
        }
    }
    let new = match declared(&new.name)? {
        None => new,
        // As declared, whether or not that is said once more.
        Some(declared) if new == declared || new == NewNetwork::named(&new.name)? => declared,
        Some(_) => {
            return Err(Error::new(format!("cannot make network \"{}\"", new.name))
                .because(format!("{} declares it otherwise", path(&new.name)))
                .hint("give no options to make it as it is declared, or choose another name"));
        }
    };
    let lock = Lock::networks();
    let mut kernel = Kernel::open()?;
    if lock.is_some() {
        settle(&mut kernel)?;
    }
    let mut warnings = Vec::new();
    let (network, sends) =
        plan::create_network(&new, &kernel.host()?, file::random(), &mut warnings)?;
    // Until the network that uses it is there to be seen.
    let vlan = network.below().map(Vlan::hold).transpose()?.flatten();
    let made = apply::make_network(&mut kernel, &sends);
    drop(vlan);
    match made? {
        Made::Done(_) => {
            warn(&warnings);
            warn(&in_the_way(&mut kernel, &network, &sends));
            print_done(&format!("{}\n", network.name))?;
            Ok(0)
        }
        Made::Raced => Err(Error::new(format!("cannot make network \"{}\"", network.name))
            .because(format!("somebody made link \"{}\" in this moment", network.bridge))
            .hint("try again")),
    }
}
