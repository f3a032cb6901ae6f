//! Moving a link to another namespace and back.

use crate::error::{Error, Result};
use crate::facts::{Lease, Traveller};
use crate::plan::step::{Destination, Step};

/// What a link was called before it was moved is kept as an alternative name with this in front:
/// it goes where the link goes, and no link can have such a name by itself.
const HOME: &str = "home:";

/// How to move a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// What comes before, where it is.
    pub prepare: Vec<Step>,
    /// The move.
    pub leave: Step,
    /// What is left to do where it has come to.
    pub arrive: Vec<Step>,
    /// What takes `prepare` back when it cannot leave.
    pub stay: Vec<Step>,
}

/// Plans to move a link away; there it is called `name`, or as before. `taken` says which names
/// links there have.
///
/// # Errors
/// It belongs to something that would break, or the name is taken.
pub fn send_away(
    link: &Traveller,
    to: Destination,
    name: Option<String>,
    taken: &[String],
) -> Result<Transfer> {
    let refuse = |why: &str| {
        Err(Error::new(format!("cannot move link \"{}\" to {}", link.name, to.title)).because(why))
    };
    if link.name == "lo" {
        return refuse("every namespace has a loopback link of its own");
    }
    if Lease::parse(&link.name).is_some() && link.kind.as_deref() == Some("veth") {
        return refuse("it is this host's end of a run's link, and stands for the run's address")
            .map_err(|error| error.hint("nsrun ps lists what runs"));
    }
    let name = name.filter(|name| *name != link.name);
    let home = format!("{HOME}{}", link.name);
    let renamed = name.is_some();
    let mut transfer = transfer(link, to, name);
    // A link that was moved on from elsewhere remembers its first home.
    if renamed && remembered(link).is_none() {
        transfer.prepare.push(add_name(link, &home));
        transfer.stay.push(remove_name(link, &home));
    }
    free_name(transfer, taken)
}

/// Plans to take a link back; here it is called `name`, or as before it was moved. `taken` says
/// which names links here have.
///
/// # Errors
/// The name is taken.
pub fn take_back(
    link: &Traveller,
    to: Destination,
    name: Option<String>,
    taken: &[String],
) -> Result<Transfer> {
    let home = remembered(link);
    let first = home.and_then(|home| home.strip_prefix(HOME));
    let name = name.as_deref().or(first).filter(|name| *name != link.name);
    let mut transfer = transfer(link, to, name.map(Into::into));
    if let Some(home) = home {
        transfer.prepare.push(remove_name(link, home));
        transfer.stay.push(add_name(link, home));
    }
    free_name(transfer, taken)
}

/// Refuses a name that is taken. The kernel would refuse it too late: after the move, when the
/// addresses are lost.
fn free_name(transfer: Transfer, taken: &[String]) -> Result<Transfer> {
    if let Step::Move { link, to, name, .. } = &transfer.leave
        && let wanted = name.as_ref().unwrap_or(link)
        && taken.contains(wanted)
    {
        return Err(Error::new(format!("cannot move link \"{link}\" to {}", to.title))
            .because(format!("a link there is called \"{wanted}\""))
            .hint("give another name with --name"));
    }
    Ok(transfer)
}

fn remembered(link: &Traveller) -> Option<&str> {
    link.names.iter().map(String::as_str).find(|name| name.starts_with(HOME))
}

fn add_name(link: &Traveller, name: &str) -> Step {
    Step::AddName { link: link.name.clone(), name: name.into() }
}

fn remove_name(link: &Traveller, name: &str) -> Step {
    Step::RemoveName { link: link.name.clone(), index: link.index, name: name.into() }
}

fn transfer(link: &Traveller, to: Destination, name: Option<String>) -> Transfer {
    let there = name.clone().unwrap_or_else(|| link.name.clone());
    // A move takes a link down.
    let up = link.up.then_some(Step::SetUp { link: there });
    let leave = Step::Move { link: link.name.clone(), index: link.index, to, name };
    Transfer { prepare: Vec::new(), leave, arrive: up.into_iter().collect(), stay: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn destination() -> Destination {
        Destination { fd: 7, title: "run \"web\"".into() }
    }

    fn link(name: &str, names: &[&str], up: bool) -> Traveller {
        let names = names.iter().map(ToString::to_string).collect();
        Traveller { name: name.into(), index: 4, kind: None, names, up }
    }

    fn words(steps: &[Step]) -> Vec<String> {
        steps.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_link_that_was_up_is_up_again_where_it_comes_to() {
        let away = send_away(&link("eth1", &[], true), destination(), None, &[]).unwrap();
        assert_eq!(away.leave.to_string(), "move link \"eth1\" to run \"web\"");
        assert_eq!(words(&away.arrive), ["bring link \"eth1\" up"]);
        assert_eq!(words(&away.prepare), [""; 0]);
        let away =
            send_away(&link("eth1", &[], false), destination(), Some("eth1".into()), &[]).unwrap();
        assert_eq!(words(&away.arrive), [""; 0]);
        assert_eq!(away.leave.to_string(), "move link \"eth1\" to run \"web\"");
    }

    #[test]
    fn a_renamed_link_gets_its_name_back() {
        let away =
            send_away(&link("enp3s0", &["mine"], true), destination(), Some("eth1".into()), &[]);
        let away = away.unwrap();
        assert_eq!(away.leave.to_string(), "move link \"enp3s0\" to run \"web\" as \"eth1\"");
        assert_eq!(words(&away.arrive), ["bring link \"eth1\" up"]);
        assert_eq!(words(&away.prepare), ["add name \"home:enp3s0\" to link \"enp3s0\""]);
        assert_eq!(words(&away.stay), ["remove name \"home:enp3s0\" from link \"enp3s0\""]);
        let inside = link("eth1", &["mine", "home:enp3s0"], true);
        let back = take_back(&inside, destination(), None, &[]).unwrap();
        assert_eq!(back.leave.to_string(), "move link \"eth1\" to run \"web\" as \"enp3s0\"");
        assert_eq!(words(&back.prepare), ["remove name \"home:enp3s0\" from link \"eth1\""]);
        assert_eq!(words(&back.stay), ["add name \"home:enp3s0\" to link \"eth1\""]);
        assert_eq!(words(&back.arrive), ["bring link \"enp3s0\" up"]);
        let other = take_back(&inside, destination(), Some("eth1".into()), &[]).unwrap();
        assert_eq!(other.leave.to_string(), "move link \"eth1\" to run \"web\"");
        let on = send_away(&inside, destination(), Some("eth2".into()), &[]).unwrap();
        assert_eq!(words(&on.prepare), [""; 0]);
    }

    #[test]
    fn a_taken_name_is_refused_before_anything_is_lost() {
        let card = link("card", &[], true);
        let refused = |name: Option<&str>, taken: &str| {
            let (name, taken) = (name.map(String::from), [taken.to_owned()]);
            let away = send_away(&card, destination(), name.clone(), &taken);
            let back = take_back(&card, destination(), name, &taken);
            assert_eq!(away.is_err(), back.is_err());
            away.is_err()
        };
        assert!(refused(None, "card") && refused(Some("eth0"), "eth0"));
        assert!(!refused(None, "eth0") && !refused(Some("eth0"), "card"));
    }

    #[test]
    fn what_a_run_or_a_namespace_lives_on_stays() {
        let lease = Traveller { kind: Some("veth".into()), ..link("ns0.2", &[], true) };
        for refused in [lease, link("lo", &[], true)] {
            assert!(send_away(&refused, destination(), None, &[]).is_err(), "{}", refused.name);
        }
    }
}
