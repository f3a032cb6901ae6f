//! The responder for names of members.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nsrun::dns::{Answer, Directory, answer};

/// One member, "web", and one without a name.
struct Web;

impl Directory for Web {
    fn addresses(&mut self, name: &str) -> Option<Vec<IpAddr>> {
        assert!(!name.is_empty() && !name.contains(['.', '\0', '/', ' ']), "{name:?}");
        let addresses = [Ipv4Addr::new(10, 0, 0, 2).into(), Ipv6Addr::LOCALHOST.into()];
        (name == "web").then(|| addresses.to_vec())
    }

    fn name(&mut self, address: IpAddr) -> Option<Option<String>> {
        match address {
            IpAddr::V4(v4) if v4.octets()[3] == 2 => Some(Some("web".into())),
            IpAddr::V4(_) => Some(None),
            IpAddr::V6(_) => None,
        }
    }
}

/// Any bytes at the port where names of members are asked for.
pub fn dns_query(data: &[u8]) {
    match answer(data, &["lan.example".into()], &mut Web) {
        Answer::Reply(reply) => {
            // The header (RFC 1035, 4.1.1): the same id, a response, a code that is known.
            assert!(reply.len() >= 12 && reply.len() <= data.len() + 512, "{} bytes", reply.len());
            assert_eq!(reply[..2], data[..2]);
            assert!(reply[2] & 0x80 != 0 && reply[3] & 0x0f <= 4);
            // A reply is no query: two of us never talk to each other.
            assert_eq!(answer(&reply, &[], &mut Web), Answer::Ignore);
        }
        Answer::Forward => assert!(data.len() >= 12 && data[2] & 0x80 == 0),
        Answer::Ignore => assert!(data.len() < 12 || data[2] & 0x80 != 0),
    }
}
