//! One link, as the kernel describes it.

use nl::route::{LinkFlags, info, link};
use nl::{DecodeError, Message};

/// What nsrun wants to know of a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// Its index.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// Alternative names.
    pub names: Vec<String>,
    /// Its kind; `None` for a physical link.
    pub kind: Option<String>,
    /// Link-layer address.
    pub mac: Vec<u8>,
    /// Largest packet, in bytes.
    pub mtu: u32,
    /// Whether it is up.
    pub up: bool,
    /// Description.
    pub alias: Option<String>,
    /// Index of the bridge it belongs to.
    pub master: Option<u32>,
    /// Id of the namespace its other end is in, when that is another.
    pub link_namespace: Option<i32>,
    /// Index of its other end, in that namespace.
    pub link_index: Option<u32>,
}

impl Link {
    /// Reads a link from a reply, in one pass over its attributes.
    pub(super) fn decode(message: &Message<'_>) -> Result<Link, DecodeError> {
        let (header, view) = message.decode(link::NEW)?;
        let up = header.flags.contains(LinkFlags::UP);
        let mut found = Link { index: header.index as u32, up, ..Link::default() };
        for attr in view.iter() {
            let attr = attr?;
            match attr.code() {
                c if c == link::IFNAME.code() => {
                    found.name = attr.read(link::IFNAME)?.to_string();
                }
                c if c == link::ADDRESS.code() => found.mac = attr.value.to_vec(),
                c if c == link::MTU.code() => found.mtu = attr.read(link::MTU)?,
                c if c == link::MASTER.code() => found.master = Some(attr.read(link::MASTER)?),
                c if c == link::LINK.code() => found.link_index = Some(attr.read(link::LINK)?),
                c if c == link::LINK_NETNSID.code() => {
                    found.link_namespace = Some(attr.read(link::LINK_NETNSID)?);
                }
                c if c == link::IFALIAS.code() => {
                    found.alias = Some(attr.read(link::IFALIAS)?.to_string());
                }
                c if c == link::LINKINFO.code() => {
                    let kind = attr.attributes::<info::Info>().get(info::KIND)?;
                    found.kind = kind.map(|kind| kind.to_string());
                }
                c if c == link::PROP_LIST.code() => {
                    for name in attr.attributes::<link::Link>().all(link::ALT_IFNAME) {
                        found.names.push(name?.to_string());
                    }
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// Its kind, for people.
    pub fn kind_name(&self) -> String {
        match &self.kind {
            Some(kind) => format!("a {kind}"),
            None => "a physical link".into(),
        }
    }
}
