//! Looking at a place with `ip -j`, never with the program under test.

use serde_json::Value;

use super::place::Place;

impl Place {
    /// Runs a shell command and parses the JSON it prints; nothing printed is `[]`.
    #[track_caller]
    pub(crate) fn json(&self, command: &str) -> Value {
        self.cmd(["sh", "-ec", command]).run().ok().json()
    }

    /// The names of all links but `lo`.
    #[track_caller]
    pub(crate) fn links(&self) -> Vec<String> {
        let all = names(&self.json("ip -j link"));
        all.into_iter().filter(|name| name != "lo").collect()
    }

    /// The names of the links attached to this one.
    #[track_caller]
    pub(crate) fn ports(&self, master: &str) -> Vec<String> {
        names(&self.json(&format!("ip -j link show master '{master}'")))
    }

    /// The link of this name or alternative name, as `ip -d` describes it.
    #[track_caller]
    pub(crate) fn link(&self, name: &str) -> Option<Value> {
        let all = self.json("ip -j -d link");
        let is_it = |link: &&Value| {
            link["ifname"] == name || records(&link["altnames"]).iter().any(|other| other == name)
        };
        records(&all).iter().find(is_it).cloned()
    }

    /// The addresses of a link, as `10.0.0.2/24`, in the kernel's order.
    #[track_caller]
    pub(crate) fn addresses(&self, link: &str) -> Vec<String> {
        let all = self.json("ip -j address");
        let link = records(&all).iter().find(|record| record["ifname"] == link);
        let addresses = link.map_or(&[][..], |link| records(&link["addr_info"]));
        let text = |it: &Value| Some(format!("{}/{}", it["local"].as_str()?, it["prefixlen"]));
        addresses.iter().filter_map(text).collect()
    }

    /// The gateway of the default route of IPv4.
    #[track_caller]
    pub(crate) fn gateway(&self) -> Option<String> {
        let routes = self.json("ip -j route show default");
        Some(routes[0]["gateway"].as_str()?.to_owned())
    }
}

/// The elements of an array; none when it is something else.
pub(super) fn records(array: &Value) -> &[Value] {
    array.as_array().map_or(&[], Vec::as_slice)
}

fn names(links: &Value) -> Vec<String> {
    let names = records(links).iter().map(|link| link["ifname"].as_str());
    names.flatten().map(String::from).collect()
}
