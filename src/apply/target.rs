//! What carries steps out: the kernel.

use std::net::Ipv4Addr;
use std::os::fd::{AsFd, BorrowedFd};

use nl::route::route;
use nl::socket::Refusal;

use super::encode::encode_all;
use super::firewall;
use crate::error::{Error, Result};
use crate::facts::{Holder, Lease, Network};
use crate::kernel::{Kernel, Lock};
use crate::plan::firewall::Publisher;
use crate::plan::{self, Step};
use crate::spec::Publication;
use crate::sys::Errno;

/// What carries steps out. The kernel does; tests put one in its place that refuses.
pub trait Target {
    /// Carries out steps as one send. Returns those that were refused; the others took effect.
    ///
    /// # Errors
    /// It is unknown what took effect.
    fn send(&mut self, steps: &[Step]) -> Result<Vec<Refusal>>;

    /// Who holds a link's name or alternative name.
    ///
    /// # Errors
    /// It cannot be found out.
    fn holder(&mut self, name: &str) -> Result<Option<Holder>>;

    /// Leases that nobody holds.
    ///
    /// # Errors
    /// It cannot be found out.
    fn free_leases(&mut self, network: &Network, random: u64, count: usize) -> Result<Vec<Lease>>;

    /// Index of a link; `None` when there is none of that name.
    fn index(&mut self, link: &str) -> Option<u32>;

    /// Whether any link belongs to this bridge.
    ///
    /// # Errors
    /// It cannot be found out.
    fn has_members(&mut self, bridge: &str) -> Result<bool>;

    /// Whether somebody on the LAN that a network sits on has an address.
    ///
    /// # Errors
    /// Nobody can be asked there.
    fn answers(&mut self, network: &Network, address: Ipv4Addr) -> Result<bool>;

    /// Keeps other runs from taking an address on a link of this host, as long as what is returned
    /// is kept; nothing where there is no place for locks, so that nobody has one.
    ///
    /// # Errors
    /// A run has it that is no member of a network.
    fn hold(&mut self, link: &str, address: Ipv4Addr) -> Result<Option<Lock>>;

    /// A number that is another every time.
    fn random(&mut self) -> u64;

    /// Takes away what an address, and its lease, still has of another that had it before.
    ///
    /// # Errors
    /// The kernel refused.
    fn sweep_ports(&mut self, address: Ipv4Addr, lease: Lease) -> Result<()>;

    /// Makes the rules of networks anew when somebody has flushed them, or rules of others have
    /// come that stop them; what to say about that.
    ///
    /// # Errors
    /// The kernel refused.
    fn restore_rules(&mut self, networks: &[&Network]) -> Result<Vec<String>>;

    /// Publishes ports, all or none, as they are.
    ///
    /// # Errors
    /// One is taken, or the kernel refused.
    fn publish_ports(
        &mut self,
        publisher: &Publisher,
        ports: &[Publication],
    ) -> Result<Vec<Publication>>;

    /// A socket of the host's network.
    fn socket(&self) -> Option<BorrowedFd<'_>>;
}

impl Target for Kernel {
    fn send(&mut self, steps: &[Step]) -> Result<Vec<Refusal>> {
        if let [step] = steps
            && let Some(done) = alone(self, step)
        {
            return done.map(|()| Vec::new());
        }
        let unknown = |error: Error| {
            let first = steps.first().map(ToString::to_string).unwrap_or_default();
            let more = if steps.len() > 1 { ", and what belongs to it" } else { "" };
            Error { what: format!("cannot {first}{more}"), ..error }
        };
        let kernel: &Kernel = self;
        // Links that steps name by index exist before: asked before the batch, not in it.
        let indexes: Vec<u32> = steps
            .iter()
            .map(|step| match step {
                Step::AddAddress { link, .. } => kernel.index(link),
                Step::AddRoute(route) => kernel.index(route.link.as_ref()?),
                Step::AddPort { bridge, .. } => kernel.index(bridge),
                Step::SetNeighbour { link, index: None, .. } => kernel.index(link),
                Step::CreateChild(child) => kernel.index(&child.parent),
                Step::CreateVlan { parent, .. } => kernel.index(parent),
                Step::CreateVeth(veth) => {
                    let master = veth.master.as_ref().filter(|master| master.index.is_none());
                    kernel.index(&master?.link)
                }
                _ => None,
            })
            .map(Option::unwrap_or_default)
            .collect();
        // Only looking addresses up is answered by more than a refusal.
        let mut own = Vec::new();
        let mut refusals = self
            .exchange(
                |batch| encode_all(steps, &indexes, batch),
                |message| {
                    let (header, view) = message.decode(route::NEW)?;
                    own.extend(view.get(route::DST)?.filter(|_| header.kind == route::Kind::LOCAL));
                    Ok(())
                },
            )
            .map_err(unknown)?;
        let in_use = |(index, step): (usize, &Step)| match step {
            Step::Vacant { address } if own.contains(address) => {
                Some(Refusal { index, errno: Errno::EADDRINUSE as i32, message: None, path: None })
            }
            _ => None,
        };
        refusals.extend(steps.iter().enumerate().filter_map(in_use));
        Ok(refusals)
    }

    fn holder(&mut self, name: &str) -> Result<Option<Holder>> {
        Kernel::holder(self, name)
    }

    fn free_leases(&mut self, network: &Network, random: u64, count: usize) -> Result<Vec<Lease>> {
        Kernel::free_leases(self, network, random, count)
    }

    fn index(&mut self, link: &str) -> Option<u32> {
        Kernel::index(self, link)
    }

    fn has_members(&mut self, bridge: &str) -> Result<bool> {
        let index = Kernel::index(self, bridge);
        Ok(index.is_some() && self.links(None)?.iter().any(|link| link.master == index))
    }

    fn answers(&mut self, network: &Network, address: Ipv4Addr) -> Result<bool> {
        super::probe::answers_on(self, network, address)
    }

    fn hold(&mut self, link: &str, address: Ipv4Addr) -> Result<Option<Lock>> {
        match Lock::take(&plan::address_lock(link, address)) {
            Ok(None) => Err(plan::held(link, address)),
            taken => Ok(taken.ok().flatten()),
        }
    }

    fn random(&mut self) -> u64 {
        crate::sys::file::random()
    }

    fn sweep_ports(&mut self, address: Ipv4Addr, lease: Lease) -> Result<()> {
        firewall::sweep(self, address, lease)
    }

    fn restore_rules(&mut self, networks: &[&Network]) -> Result<Vec<String>> {
        firewall::restore(self, networks)
    }

    fn publish_ports(
        &mut self,
        publisher: &Publisher,
        ports: &[Publication],
    ) -> Result<Vec<Publication>> {
        firewall::publish(self, publisher, ports)
    }

    fn socket(&self) -> Option<BorrowedFd<'_>> {
        Some(self.as_fd())
    }
}

/// Carries out a step that is no message of rtnetlink; `None` when it is one.
fn alone(kernel: &mut Kernel, step: &Step) -> Option<Result<()>> {
    Some(match step {
        Step::AddRules(network, guard) => firewall::add_rules(kernel, network, guard),
        Step::RemoveRules(network) => firewall::remove_rules(kernel, network),
        Step::SetParameter { key, value } => crate::sys::file::set(key, value)
            .map_err(|errno| Error::new(format!("cannot {step}")).because(errno.desc())),
        Step::IgnoreRouters { link } => {
            match crate::sys::file::set(&Step::router_parameter(link), "0") {
                // Without IPv6 nobody is believed; and where parameters are read-only, whoever made
                // them so decides about them.
                Ok(()) | Err(Errno::ENOENT | Errno::EROFS) => Ok(()),
                Err(errno) => Err(Error::new(format!("cannot {step}")).because(errno.desc())),
            }
        }
        _ => return None,
    })
}
