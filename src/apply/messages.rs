//! A plan as the netlink messages that carry it out.

use std::fmt::Write;

use nl::netfilter::{NfGen, batch};
use nl::{Batch, Flags, Protocol};

use super::encode::encode_all;
use super::responder;
use crate::annotate;
use crate::facts::Run;
use crate::kernel::LinkEvents;
use crate::plan::{Namespace, Plan, Step, firewall};

/// Room for the messages of one send.
const ROOM: usize = 64 * 1024;

/// The sends of a run in words: those on the host, then those inside. What only the kernel will say
/// is 0: process ids, ports, and the indexes of links that are not there yet (2147483647 for a
/// bridge).
pub fn messages(plan: &Plan) -> String {
    let run = Run { pid: 0, supervisor: 0, started: 0 };
    let mut host = Sends::new("host");
    plan.network.iter().for_each(|steps| host.steps(steps));
    for (member, lease) in plan.first_choice() {
        let mut steps = member.questions(lease);
        steps.push(member.claim(lease, Namespace::Process(0)));
        host.steps(&steps);
        host.steps(&member.protect(lease));
        host.steps(&member.publish(lease, &run.to_string(), Namespace::Process(0)));
    }
    let (elements, noted) = plan.publication(run);
    if !elements.is_empty() {
        let titles: Vec<String> = elements.iter().map(ToString::to_string).collect();
        host.transaction(&titles, |batch| super::firewall::write(&elements, batch));
    }
    host.steps(&noted);
    for link in &plan.direct {
        host.steps(&[link.create(Namespace::Process(0))]);
        host.steps(&link.publish());
    }
    let mut inside = Sends::new("inside");
    if plan.share.is_none() {
        inside.steps(&[Plan::loopback()]);
        if !plan.members.is_empty() {
            inside.events();
        }
    }
    if plan.responder.is_some() {
        inside.rules();
    }
    if plan.share.is_none() {
        let leases = plan.first_leases();
        plan.first_inside(&leases).iter().for_each(|steps| inside.steps(steps));
        inside.steps(&plan.inside(&leases));
    }
    host.out + &inside.out
}

/// The sends in one place.
struct Sends {
    place: &'static str,
    count: usize,
    /// Number of the next message to rtnetlink.
    seq: u32,
    out: String,
}

impl Sends {
    fn new(place: &'static str) -> Self {
        Sends { place, count: 0, seq: 1, out: String::new() }
    }

    /// Steps that travel together.
    fn steps(&mut self, steps: &[Step]) {
        if steps.is_empty() {
            return;
        }
        let titles: Vec<String> = steps.iter().map(ToString::to_string).collect();
        let changes = match steps {
            [Step::AddRules(network, guard)] => {
                let own = [firewall::network(network), firewall::guard(guard)];
                [firewall::skeleton(), own.concat()].concat()
            }
            [Step::RemoveRules(network)] => firewall::forget(network),
            _ => Vec::new(),
        };
        if !changes.is_empty() {
            self.transaction(&titles, |batch| super::firewall::write(&changes, batch));
            return;
        }
        let seq = self.seq;
        self.seq += steps.len() as u32;
        self.show(Protocol::Route, &titles, seq, |batch| encode_all(steps, &[], batch));
    }

    /// Who tells that a link was deleted.
    fn events(&mut self) {
        let title = "ask who tells of links".to_owned();
        self.show(Protocol::Generic, &[title], 1, LinkEvents::question);
    }

    /// The way to those who answer names.
    fn rules(&mut self) {
        let title = "lead queries for names to nsrun".to_owned();
        self.transaction(&[title], |batch| responder::rules(batch, 0));
    }

    /// A transaction of nf_tables.
    fn transaction(&mut self, titles: &[String], fill: impl Fn(&mut Batch<'_>)) {
        self.show(Protocol::Netfilter, titles, 1, |out| {
            out.push(batch::BEGIN, Flags::empty(), NfGen::BATCH, |_| {});
            fill(out);
            out.push(batch::END, Flags::empty(), NfGen::BATCH, |_| {});
        });
    }

    fn show(
        &mut self,
        protocol: Protocol,
        titles: &[String],
        seq: u32,
        fill: impl Fn(&mut Batch<'_>),
    ) {
        self.count += 1;
        let (place, count, family) = (self.place, self.count, annotate::family(protocol));
        for title in titles {
            let _ = writeln!(self.out, "# {place}, send {count}, {family}: {title}");
        }
        let mut buf = vec![0; ROOM];
        let mut batch = Batch::new(&mut buf, seq);
        fill(&mut batch);
        match batch.finish() {
            Ok(bytes) => self.out.push_str(&annotate::text(protocol, bytes)),
            Err(error) => {
                let _ = writeln!(self.out, "# {error}");
            }
        }
    }
}
