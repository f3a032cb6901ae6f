//! Recorded acknowledgements: errno, words, place and policy, and the path to the attribute.
// The recordings are little-endian.
#![cfg(target_endian = "little")]

use std::fs;

use nl::policy::{self, Type};
use nl::{Ack, Messages, Protocol};

/// What is expected: file, protocol, which message, errno, the kernel's words, offset, path.
type Expected =
    (&'static str, Protocol, usize, i32, Option<&'static str>, Option<u32>, Option<&'static str>);

const POLICY: Option<&str> = Some("Attribute failed policy validation");

const RECORDED: &[Expected] = &[
    ("ack-ok", Protocol::Route, 0, 0, None, None, None),
    ("ack-capped-err", Protocol::Route, 0, 0, None, None, None),
    ("err-eexist", Protocol::Route, 0, libc::EEXIST, None, None, None),
    (
        "err-extack-msg",
        Protocol::Route,
        0,
        libc::EOPNOTSUPP,
        Some("Unknown device type"),
        None,
        None,
    ),
    ("err-extack-noextack", Protocol::Route, 0, libc::EINVAL, None, None, None),
    ("err-extack-offs", Protocol::Route, 0, libc::ERANGE, POLICY, Some(32), Some("ifname")),
    (
        "err-extack-vxlan",
        Protocol::Route,
        0,
        libc::EINVAL,
        Some("Required attributes not provided to perform the operation"),
        None,
        None,
    ),
    ("err-genl-miss", Protocol::Generic, 0, libc::EINVAL, None, None, None),
    ("err-miss-attr", Protocol::Route, 0, libc::ENODEV, None, None, None),
    (
        "err-newnsid",
        Protocol::Route,
        0,
        libc::EINVAL,
        Some("Peer netns reference is invalid"),
        Some(28),
        Some("fd"),
    ),
    ("err-nft-miss", Protocol::Netfilter, 0, libc::EINVAL, None, None, None),
    ("err-nft-noent", Protocol::Netfilter, 0, libc::ENOENT, None, Some(20), Some("name")),
    ("err-policy", Protocol::Route, 0, libc::ERANGE, POLICY, Some(28), Some("dst")),
    (
        "err-strict-hdr",
        Protocol::Route,
        0,
        libc::EINVAL,
        Some("Invalid values in header for link dump request"),
        None,
        None,
    ),
    ("err-strict", Protocol::Route, 0, libc::ENODEV, None, None, None),
    ("linkprop-none", Protocol::Route, 0, libc::ENODEV, None, None, None),
    ("nft-batch-err", Protocol::Netfilter, 0, 0, None, None, None),
    ("nft-batch-err", Protocol::Netfilter, 1, libc::ENOENT, None, Some(20), Some("table")),
    ("nft-flowtables", Protocol::Netfilter, 0, 0, None, None, None),
];

fn fixture(name: &str) -> Vec<u8> {
    fs::read(format!("{}/../fixtures/nl/{name}.bin", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn recorded_acknowledgements_say_what_the_kernel_meant() {
    for &(name, protocol, n, errno, words, offset, path) in RECORDED {
        let bytes = fixture(name);
        let message = Messages::new(&bytes).nth(n).unwrap().unwrap();
        let ack = Ack::decode(&message).unwrap().expect("an acknowledgement");
        assert_eq!((ack.errno, ack.offset, ack.missing), (errno, offset, None), "{name}");
        assert_eq!(ack.message.and_then(|text| text.to_str()), words, "{name}");
        assert_eq!((ack.seq, ack.cookie), (message.header.seq, None), "{name}");
        assert_eq!(ack.done, message.header.kind == nl::DONE, "{name}");
        // What was refused is repeated behind the errno.
        let request = message.body.get(4..).unwrap_or_default();
        let told = ack.path(protocol, request).map(|path| path.to_string());
        assert_eq!(told.as_deref(), path, "{name}");
    }
    // All that were recorded are here.
    let folder = format!("{}/../fixtures/nl", env!("CARGO_MANIFEST_DIR"));
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let refused = ["err-", "ack-"].iter().any(|start| name.starts_with(start));
        let known = RECORDED.iter().any(|(known, ..)| name == format!("{known}.bin"));
        assert!(known || !refused, "{name}");
    }
}

#[test]
fn a_broken_policy_says_what_would_have_been_taken() {
    for (name, kind, least, most, length) in [
        ("err-extack-offs", Type::STRING, None, None, Some(15)),
        ("err-policy", Type::U32, Some(0), Some(u64::from(u32::MAX)), None),
    ] {
        let bytes = fixture(name);
        let message = Messages::new(&bytes).next().unwrap().unwrap();
        let view = Ack::decode(&message).unwrap().unwrap().policy.expect(name);
        assert_eq!(view.get(policy::TYPE), Ok(Some(kind)), "{name}");
        assert_eq!(view.get(policy::MIN_VALUE_U), Ok(least), "{name}");
        assert_eq!(view.get(policy::MAX_VALUE_U), Ok(most), "{name}");
        assert_eq!(view.get(policy::MAX_LENGTH), Ok(length), "{name}");
    }
}
