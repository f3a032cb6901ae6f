//! `nsrun link`: move links between namespaces, and have them listen to everything.

use std::os::fd::AsRawFd;

use super::{operand, target};
use crate::apply;
use crate::cli::Args;
use crate::error::{Error, Result};
use crate::facts::Traveller;
use crate::kernel::{Kernel, named};
use crate::plan::{self, Destination, Step};
use crate::spec::{NetworkOf, link_name};
use crate::sys::namespace;

/// This network namespace, or the one that was asked for, with a connection to its kernel side.
struct Place {
    kernel: Kernel,
    target: target::Target,
}

impl Place {
    fn here() -> Result<Self> {
        let cannot = |errno: crate::sys::Errno| {
            Error::new("cannot open this network namespace").because(errno.desc())
        };
        let file = namespace::network().map_err(cannot)?;
        let identity = named::identity(&file).map_err(|error| cannot(crate::sys::errno(&error)))?;
        let title = "this namespace".into();
        let target = target::Target { namespace: file, identity, title };
        Ok(Place { kernel: Kernel::open()?, target })
    }

    fn there(args: &Args, here: &mut Place) -> Result<Self> {
        let word = args.operands().get(1).map(|word| word.as_os_str()).unwrap_or_default();
        let target = target::find(&mut here.kernel, &NetworkOf::parse(word)?)?;
        if target.identity == here.target.identity {
            return Err(Error::new(format!("cannot move a link to {}", target.title))
                .because("that is this namespace"));
        }
        Ok(Place { kernel: Kernel::open_in(&target.namespace)?, target })
    }

    fn link(&mut self, name: &str) -> Result<Traveller> {
        let found = self.kernel.link(name)?.ok_or_else(|| {
            Error::new(format!("cannot find link \"{name}\" in {}", self.target.title))
                .because("there is none of that name")
        })?;
        let (name, index, up) = (found.name, found.index, found.up);
        Ok(Traveller { name, index, up, kind: found.kind, names: found.names })
    }

    /// All names that links have.
    fn names(&mut self) -> Result<Vec<String>> {
        let links = self.kernel.links(None)?.into_iter();
        Ok(links.flat_map(|link| [vec![link.name], link.names].concat()).collect())
    }

    fn destination(&self) -> Destination {
        let fd = self.target.namespace.as_raw_fd();
        Destination { fd, title: self.target.title.clone() }
    }
}

pub(super) fn send_away(args: &Args) -> Result<u8> {
    let name = new_name(args)?;
    let mut here = Place::here()?;
    let mut there = Place::there(args, &mut here)?;
    let link = here.link(operand(args, 0)?)?;
    let transfer = plan::send_away(&link, there.destination(), name, &there.names()?)?;
    apply::transfer(&mut here.kernel, &mut there.kernel, &transfer).map(|()| 0)
}

pub(super) fn take_back(args: &Args) -> Result<u8> {
    let name = new_name(args)?;
    let mut here = Place::here()?;
    let mut there = Place::there(args, &mut here)?;
    let link = there.link(operand(args, 0)?)?;
    let transfer = plan::take_back(&link, here.destination(), name, &here.names()?)?;
    apply::transfer(&mut there.kernel, &mut here.kernel, &transfer).map(|()| 0)
}

fn new_name(args: &Args) -> Result<Option<String>> {
    args.text("name")?.map(link_name).transpose()
}

pub(super) fn promisc(args: &Args) -> Result<u8> {
    let on = match operand(args, 1)? {
        "on" => true,
        "off" => false,
        other => {
            return Err(Error::usage(format!("\"{other}\" is neither on nor off"))
                .hint("write \"on\" or \"off\""));
        }
    };
    let mut kernel = Kernel::open()?;
    if let Some(word) = args.value("in") {
        let target = target::find(&mut kernel, &NetworkOf::parse(word)?)?;
        kernel = Kernel::open_in(&target.namespace)?;
    }
    let link = operand(args, 0)?.to_owned();
    apply::send(&mut kernel, &[Step::SetPromiscuous { link, on }]).map(|()| 0)
}
