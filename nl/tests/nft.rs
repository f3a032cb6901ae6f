//! The ruleset that was recorded, decoded and written in nft's two forms, equals what
//! `nft -j list ruleset` and `nft --debug=netlink list ruleset` said at the same moment.
// The recordings are little-endian.
#![cfg(target_endian = "little")]

use std::collections::BTreeMap;
use std::fs;

use nl::netfilter::expr::expression::{self, Expression};
use nl::netfilter::expr::{
    bitwise, byteorder, cmp, connlimit, counter, ct, dup, dynset, exthdr, fib, fwd, hash,
    immediate, limit, log, lookup, masq, meta, nat, numgen, objref, payload, quota, range, redir,
    reject, rt, socket,
};
use nl::netfilter::verdict::{self, Code, Verdict};
use nl::netfilter::{
    Family, Register, chain, conntrack, data, element, elements, generation, hook, object,
    object_helper, rule, set, set_description, table, userdata,
};
use nl::{Attr, Messages, Nest, Text, Value, View};
use serde_json::{Value as Json, json};

fn fixture(file: &str) -> Vec<u8> {
    fs::read(format!("{}/../fixtures/nl/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The objects of one kind that `nft -j` listed.
fn listed(kind: &str) -> Vec<Json> {
    let all: Json = serde_json::from_slice(&fixture("nft-ruleset.nft.json")).unwrap();
    let all = all["nftables"].as_array().unwrap();
    all.iter().filter_map(|entry| entry.get(kind)).cloned().collect()
}

fn family(number: u8) -> &'static str {
    match Family(number) {
        Family::INET => "inet",
        Family::IPV4 => "ip",
        Family::IPV6 => "ip6",
        Family::ARP => "arp",
        Family::BRIDGE => "bridge",
        Family::NETDEV => "netdev",
        other => panic!("{other:?}"),
    }
}

/// A value that must be there.
fn get<'a, S: nl::Set, V: Value>(view: &View<'a, S>, key: Attr<S, V>) -> V::Out<'a> {
    view.get(key).unwrap().expect("it must be there")
}

fn nested<'a, S: nl::Set, T: nl::Set>(view: &View<'a, S>, key: Attr<S, Nest<T>>) -> View<'a, T> {
    view.nest(key).unwrap().expect("it must be there")
}

fn register(register: Register) -> u32 {
    register.0
}

/// Bytes as libnftnl prints them: words of 32 bits in host byte order.
fn words(bytes: &[u8]) -> String {
    let word = |chunk: &[u8]| {
        let mut word = [0; 4];
        word[..chunk.len()].copy_from_slice(chunk);
        u32::from_ne_bytes(word)
    };
    let words: Vec<_> = bytes.chunks(4).map(word).collect();
    words.iter().map(|word| format!("0x{word:08x}")).collect::<Vec<_>>().join(" ")
}

fn verdict(view: View<'_, Verdict>) -> String {
    let code = get(&view, verdict::CODE);
    let name = code.name().unwrap().to_lowercase();
    match view.get(verdict::CHAIN).unwrap() {
        Some(chain) => {
            assert!(matches!(code, Code::JUMP | Code::GOTO));
            format!("{name} -> {chain}")
        }
        None => name,
    }
}

fn value(view: View<'_, data::Data>) -> String {
    match view.nest(data::VERDICT).unwrap() {
        Some(view) => verdict(view),
        None => words(get(&view, data::VALUE)),
    }
}

fn a_limit(view: View<'_, limit::Limit>) -> String {
    let unit = match get(&view, limit::UNIT) {
        1 => "second",
        60 => "minute",
        other => panic!("{other}"),
    };
    let kind = match get(&view, limit::TYPE) {
        limit::Type::PKTS => "packets",
        limit::Type::PKT_BYTES => "bytes",
        other => panic!("{other:?}"),
    };
    let (rate, burst) = (get(&view, limit::RATE), get(&view, limit::BURST));
    let flags = get(&view, limit::FLAGS).bits();
    format!("limit rate {rate}/{unit} burst {burst} type {kind} flags 0x{flags:x}")
}

/// An expression as libnftnl prints it.
fn words_of(view: View<'_, Expression>) -> String {
    let name = get(&view, expression::NAME).to_string();
    let low = |name: Option<&str>| name.expect("a known number").to_lowercase();
    match name.as_str() {
        "meta" => {
            let e = nested(&view, expression::META);
            let key = low(get(&e, meta::KEY).name());
            match e.get(meta::SREG).unwrap() {
                Some(from) => format!("meta set {key} with reg {}", register(from)),
                None => format!("meta load {key} => reg {}", register(get(&e, meta::DREG))),
            }
        }
        "payload" => {
            let e = nested(&view, expression::PAYLOAD);
            let base = match get(&e, payload::BASE) {
                payload::Base::LL_HEADER => "link",
                payload::Base::NETWORK_HEADER => "network",
                payload::Base::TRANSPORT_HEADER => "transport",
                other => panic!("{other:?}"),
            };
            let place = format!(
                "{}b @ {base} header + {}",
                get(&e, payload::LEN),
                get(&e, payload::OFFSET)
            );
            match e.get(payload::SREG).unwrap() {
                Some(from) => format!(
                    "payload write reg {} => {place} csum_type {} csum_off {} csum_flags 0x{:x}",
                    register(from),
                    get(&e, payload::CSUM_TYPE),
                    get(&e, payload::CSUM_OFFSET),
                    get(&e, payload::CSUM_FLAGS).bits(),
                ),
                None => {
                    format!("payload load {place} => reg {}", register(get(&e, payload::DREG)))
                }
            }
        }
        "cmp" => {
            let e = nested(&view, expression::CMP);
            let (op, from) = (low(get(&e, cmp::OP).name()), register(get(&e, cmp::SREG)));
            format!("cmp {op} reg {from} {}", value(nested(&e, cmp::DATA)))
        }
        "range" => {
            let e = nested(&view, expression::RANGE);
            format!(
                "range {} reg {} {} {}",
                low(get(&e, range::OP).name()),
                register(get(&e, range::SREG)),
                value(nested(&e, range::FROM_DATA)),
                value(nested(&e, range::TO_DATA)),
            )
        }
        "bitwise" => {
            let e = nested(&view, expression::BITWISE);
            assert_eq!(get(&e, bitwise::OP), bitwise::Op::MASK_XOR);
            let mask = nested(&e, bitwise::MASK);
            assert_eq!(get(&mask, data::VALUE).len(), get(&e, bitwise::LEN) as usize);
            format!(
                "bitwise reg {} = ( reg {} & {} ) ^ {}",
                register(get(&e, bitwise::DREG)),
                register(get(&e, bitwise::SREG)),
                value(mask),
                value(nested(&e, bitwise::XOR)),
            )
        }
        "byteorder" => {
            let e = nested(&view, expression::BYTEORDER);
            format!(
                "byteorder reg {} = {}(reg {}, {}, {})",
                register(get(&e, byteorder::DREG)),
                low(get(&e, byteorder::OP).name()),
                register(get(&e, byteorder::SREG)),
                get(&e, byteorder::SIZE),
                get(&e, byteorder::LEN),
            )
        }
        "lookup" => {
            let e = nested(&view, expression::LOOKUP);
            let to = e.get(lookup::DREG).unwrap();
            let to = to.map_or(String::new(), |to| format!("dreg {} ", register(to)));
            format!(
                "lookup reg {} set {} {to}0x{:x}",
                register(get(&e, lookup::SREG)),
                get(&e, lookup::SET),
                e.get(lookup::FLAGS).unwrap().unwrap_or_default().bits(),
            )
        }
        "nat" => {
            let e = nested(&view, expression::NAT);
            let family = match get(&e, nat::FAMILY) {
                2 => "ip",
                other => panic!("{other}"),
            };
            let mut text = format!("nat {} {family}", low(get(&e, nat::TYPE).name()));
            for (name, key) in [
                ("addr_min", nat::REG_ADDR_MIN),
                ("addr_max", nat::REG_ADDR_MAX),
                ("proto_min", nat::REG_PROTO_MIN),
                ("proto_max", nat::REG_PROTO_MAX),
            ] {
                if let Some(from) = e.get(key).unwrap() {
                    text += &format!(" {name} reg {}", register(from));
                }
            }
            format!("{text} flags 0x{:x}", get(&e, nat::FLAGS).bits())
        }
        "masq" => {
            let e = nested(&view, expression::MASQ);
            format!("masq flags 0x{:x}", get(&e, masq::FLAGS).bits())
        }
        "redir" => {
            let e = nested(&view, expression::REDIR);
            format!(
                "redir proto_min reg {} proto_max reg {} flags 0x{:x}",
                register(get(&e, redir::REG_PROTO_MIN)),
                register(get(&e, redir::REG_PROTO_MAX)),
                get(&e, redir::FLAGS).bits(),
            )
        }
        "ct" => {
            let e = nested(&view, expression::CT);
            let key = low(get(&e, ct::KEY).name());
            let direction = e.get(ct::DIRECTION).unwrap();
            let direction =
                direction.map_or("", |n| [" , dir original", " , dir reply"][n as usize]);
            match e.get(ct::SREG).unwrap() {
                Some(from) => format!("ct set {key} with reg {}", register(from)),
                None => {
                    format!("ct load {key} => reg {}{direction}", register(get(&e, ct::DREG)))
                }
            }
        }
        "fib" => {
            let e = nested(&view, expression::FIB);
            let mut by: Vec<_> =
                get(&e, fib::FLAGS).iter_names().map(|(name, _)| name.to_lowercase()).collect();
            let present = by.last().is_some_and(|last| last == "present");
            if present {
                by.pop();
            }
            format!(
                "fib {} {}{} => reg {}",
                by.join(" . "),
                low(get(&e, fib::RESULT).name()),
                if present { " present" } else { "" },
                register(get(&e, fib::DREG)),
            )
        }
        "immediate" => {
            let e = nested(&view, expression::IMMEDIATE);
            let to = register(get(&e, immediate::DREG));
            format!("immediate reg {to} {}", value(nested(&e, immediate::DATA)))
        }
        "counter" => {
            let e = nested(&view, expression::COUNTER);
            let (packets, bytes) = (get(&e, counter::PACKETS), get(&e, counter::BYTES));
            format!("counter pkts {packets} bytes {bytes}")
        }
        "limit" => a_limit(nested(&view, expression::LIMIT)),
        "quota" => {
            let e = nested(&view, expression::QUOTA);
            let (bytes, used) = (get(&e, quota::BYTES), get(&e, quota::CONSUMED));
            format!("quota bytes {bytes} consumed {used} flags {}", get(&e, quota::FLAGS).bits())
        }
        "log" => {
            let e = nested(&view, expression::LOG);
            let prefix = get(&e, log::PREFIX);
            match e.get(log::GROUP).unwrap() {
                Some(group) => format!(
                    "log prefix {prefix} group {group} snaplen {} qthreshold {}",
                    e.get(log::SNAPLEN).unwrap().unwrap_or(0),
                    e.get(log::QTHRESHOLD).unwrap().unwrap_or(0),
                ),
                None => format!("log prefix {prefix} level {}", get(&e, log::LEVEL).0),
            }
        }
        "reject" => {
            let e = nested(&view, expression::REJECT);
            let code = e.get(reject::ICMP_CODE).unwrap().unwrap_or(0);
            format!("reject type {} code {code}", get(&e, reject::TYPE).0)
        }
        "objref" => {
            let e = nested(&view, expression::OBJREF);
            format!(
                "objref type {} name {}",
                get(&e, objref::IMM_TYPE).0,
                get(&e, objref::IMM_NAME)
            )
        }
        "dynset" => {
            let e = nested(&view, expression::DYNSET);
            format!(
                "dynset {} reg_key {} set {} timeout {}ms expr [ {} ]",
                low(get(&e, dynset::OP).name()),
                register(get(&e, dynset::SREG_KEY)),
                get(&e, dynset::SET_NAME),
                e.get(dynset::TIMEOUT).unwrap().unwrap_or(0),
                words_of(nested(&e, dynset::EXPR)),
            )
        }
        "connlimit" => {
            let e = nested(&view, expression::CONNLIMIT);
            format!(
                "connlimit count {} flags {}",
                get(&e, connlimit::COUNT),
                get(&e, connlimit::FLAGS)
            )
        }
        "exthdr" => {
            let e = nested(&view, expression::EXTHDR);
            let of = get(&e, exthdr::OP);
            let place = format!(
                "{}b @ {} + {}",
                get(&e, exthdr::LEN),
                get(&e, exthdr::TYPE),
                get(&e, exthdr::OFFSET)
            );
            let of = low(of.name());
            let present = e.get(exthdr::FLAGS).unwrap().unwrap_or(0) == 1;
            match e.get(exthdr::SREG).unwrap() {
                Some(from) => format!("exthdr write {of} reg {} => {place}", register(from)),
                None => format!(
                    "exthdr load {of} {place}{} => reg {}",
                    if present { " present" } else { "" },
                    register(get(&e, exthdr::DREG)),
                ),
            }
        }
        "numgen" => {
            let e = nested(&view, expression::NUMGEN);
            let kind = low(get(&e, numgen::TYPE).name());
            let to = register(get(&e, numgen::DREG));
            format!("numgen reg {to} = {kind} mod {}", get(&e, numgen::MODULUS))
        }
        "hash" => {
            let e = nested(&view, expression::HASH);
            assert_eq!(get(&e, hash::TYPE), hash::Type::JENKINS);
            format!(
                "hash reg {} = jhash(reg {}, {}, 0x{:x}) % mod {}",
                register(get(&e, hash::DREG)),
                register(get(&e, hash::SREG)),
                get(&e, hash::LEN),
                get(&e, hash::SEED),
                get(&e, hash::MODULUS),
            )
        }
        "rt" => {
            let e = nested(&view, expression::RT);
            format!(
                "rt load {} => reg {}",
                low(get(&e, rt::KEY).name()),
                register(get(&e, rt::DREG))
            )
        }
        "socket" => {
            let e = nested(&view, expression::SOCKET);
            let key = low(get(&e, socket::KEY).name());
            format!("socket load {key} => reg {}", register(get(&e, socket::DREG)))
        }
        "fwd" => {
            let e = nested(&view, expression::FWD);
            format!("fwd sreg_dev {}", register(get(&e, fwd::SREG_DEV)))
        }
        "dup" => {
            let e = nested(&view, expression::DUP);
            format!("dup sreg_dev {}", register(get(&e, dup::SREG_DEV)))
        }
        "notrack" => name,
        other => panic!("{other}"),
    }
}

/// What `--debug=netlink` said: each heading and the lines under it, without surrounding blanks.
fn debugged() -> Vec<(String, Vec<String>)> {
    let text = String::from_utf8(fixture("nft-ruleset.debug.txt")).unwrap();
    let mut blocks: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match line.strip_prefix([' ', '\t']) {
            None => blocks.push((line.trim().to_owned(), Vec::new())),
            Some(line) => blocks.last_mut().unwrap().1.push(line.trim().to_owned()),
        }
    }
    blocks
}

#[test]
fn rules() {
    let bytes = fixture("nft-rules.bin");
    let mut ours = Vec::new();
    for message in Messages::new(&bytes).map(Result::unwrap) {
        let Ok((header, view)) = message.decode(rule::NEW) else { continue };
        let mut heading = format!(
            "{} {} {} {}",
            family(header.family),
            get(&view, rule::TABLE),
            get(&view, rule::CHAIN),
            get(&view, rule::HANDLE),
        );
        if let Some(position) = view.get(rule::POSITION).unwrap() {
            heading += &format!(" {position}");
        }
        let list = nested(&view, rule::EXPRESSIONS);
        let mut lines: Vec<String> = list
            .iter()
            .map(|entry| format!("[ {} ]", words_of(entry.unwrap().attributes())))
            .collect();
        if let Some(bytes) = view.get(rule::USERDATA).unwrap() {
            let shown: String = bytes
                .iter()
                .map(|&byte| match byte {
                    b' '..=b'~' => char::from(byte).to_string(),
                    _ => format!("\\x{byte:02x}"),
                })
                .collect();
            lines.push(format!("userdata = {{ {shown} }}"));
            assert_eq!(
                userdata::comment(bytes).map(|text| text.to_string()).as_deref(),
                Some("from veth")
            );
            let again = userdata::Comment::new("from veth").unwrap();
            assert_eq!(again.as_bytes(), bytes);
        }
        ours.push((heading, lines));
    }
    let theirs: Vec<_> = debugged()
        .into_iter()
        .filter(|(heading, _)| {
            heading.starts_with(|c: char| c.is_ascii_lowercase())
                && !heading.contains('@')
                && !heading.contains('{')
        })
        .collect();
    assert_eq!(ours.len(), 54);
    // The kernel dumps family by family, nft lists table by table.
    let sorted = |rules: Vec<(String, Vec<String>)>| rules.into_iter().collect::<BTreeMap<_, _>>();
    let (ours, theirs) = (sorted(ours), sorted(theirs));
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    for (heading, lines) in &ours {
        // Blanks at the end of a log prefix are lost in the blanks around it.
        let plain =
            |lines: &[String]| lines.iter().map(|line| line.replace("  ", " ")).collect::<Vec<_>>();
        assert_eq!(plain(lines), plain(&theirs[heading]), "{heading}");
    }
}

#[test]
fn elements_of_sets_and_maps() {
    let theirs: BTreeMap<_, _> =
        debugged().into_iter().filter(|(heading, _)| heading.contains('@')).collect();
    let mut seen = 0;
    for (file, heading) in [
        ("filter-s4", "inet filter @s4"),
        ("filter-s6", "inet filter @s6"),
        ("filter-dyn", "inet filter @dyn"),
        ("filter-cat", "inet filter @cat"),
        ("filter-m1", "inet filter @m1"),
        ("filter-vm", "inet filter @vm"),
        ("filter-__set0", "inet filter @__set0"),
        ("filter-__map0", "inet filter @__map0"),
        ("nat-m1", "ip nat @m1"),
    ] {
        let bytes = fixture(&format!("nft-setelems-{file}.bin"));
        let mut ours = Vec::new();
        for message in Messages::new(&bytes).map(Result::unwrap) {
            let Ok((header, view)) = message.decode(elements::NEW) else { continue };
            let name = format!(
                "{} {} @{}",
                family(header.family),
                get(&view, elements::TABLE),
                get(&view, elements::SET)
            );
            assert_eq!(name, heading);
            let Some(list) = view.nest(elements::ELEMENTS).unwrap() else { continue };
            for entry in list.iter() {
                let one: View<'_, element::Element> = entry.unwrap().attributes();
                // Here libnftnl leaves out the 0x.
                let bare = |text: String| text.replace("0x", "");
                let key = bare(value(nested(&one, element::KEY)));
                let end = one.nest(element::KEY_END).unwrap();
                let end = end.map_or(String::new(), |end| format!(" - {}", bare(value(end))));
                let data = one.nest(element::DATA).unwrap();
                let data = data.map_or(String::new(), |data| bare(value(data)) + " ");
                let flags = one.get(element::FLAGS).unwrap().unwrap_or_default().bits();
                ours.push(format!("element {key} {end} : {data}{flags} [end]"));
            }
        }
        let plain = |lines: &[String]| {
            let squeezed =
                lines.iter().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
            let mut lines: Vec<String> = squeezed.collect();
            lines.sort();
            lines
        };
        assert_eq!(plain(&ours), plain(&theirs[heading]), "{heading}");
        seen += ours.len();
    }
    assert_eq!(seen, 24);
}

#[test]
fn timeouts_and_counters_of_elements() {
    let bytes = fixture("nft-setelems-filter-s6.bin");
    let message = Messages::new(&bytes).next().unwrap().unwrap();
    let (_, view) = message.decode(elements::NEW).unwrap();
    let mut timeouts = Vec::new();
    for entry in nested(&view, elements::ELEMENTS).iter() {
        let one: View<'_, element::Element> = entry.unwrap().attributes();
        let left = get(&one, element::EXPIRATION);
        let timeout = one.get(element::TIMEOUT).unwrap().unwrap_or(3_600_000);
        assert!(left <= timeout && left > timeout - 60_000, "{left} of {timeout}");
        timeouts.push(timeout);
    }
    timeouts.sort_unstable();
    assert_eq!(timeouts, [1_800_000, 3_600_000]);
    let bytes = fixture("nft-setelems-filter-cat.bin");
    let message = Messages::new(&bytes).next().unwrap().unwrap();
    let (_, view) = message.decode(elements::NEW).unwrap();
    for entry in nested(&view, elements::ELEMENTS).iter() {
        let one: View<'_, element::Element> = entry.unwrap().attributes();
        assert_eq!(words_of(nested(&one, element::EXPR)), "counter pkts 0 bytes 0");
    }
}

#[test]
fn tables() {
    let bytes = fixture("nft-tables.bin");
    let mut ours = Vec::new();
    for message in Messages::new(&bytes).map(Result::unwrap) {
        let Ok((header, view)) = message.decode(table::NEW) else { continue };
        let name = get(&view, table::NAME).to_string();
        let dormant = get(&view, table::FLAGS) == table::TableFlags::DORMANT;
        assert_eq!(dormant, name == "t6");
        let comment = view.get(table::USERDATA).unwrap().and_then(userdata::comment);
        assert_eq!(comment.is_some_and(|text| text == "main table"), name == "filter");
        let handle = get(&view, table::HANDLE);
        ours.push(json!({"family": family(header.family), "name": name, "handle": handle}));
    }
    let mut theirs = listed("table");
    for table in &mut theirs {
        // nft 1.0.6 prints the name in place of the flags, and no comments.
        table.as_object_mut().unwrap().shift_remove("flags");
    }
    assert_eq!(ours, theirs);
}

#[test]
fn chains() {
    let bytes = fixture("nft-chains.bin");
    let mut ours = Vec::new();
    for message in Messages::new(&bytes).map(Result::unwrap) {
        let Ok((header, view)) = message.decode(chain::NEW) else { continue };
        let mut chain = json!({
            "family": family(header.family),
            "table": get(&view, chain::TABLE).to_string(),
            "name": get(&view, chain::NAME).to_string(),
            "handle": get(&view, chain::HANDLE),
        });
        if let Some(at) = view.nest(chain::HOOK).unwrap() {
            let number = chain::Hook(get(&at, hook::HOOKNUM));
            chain["type"] = get(&view, chain::TYPE).to_string().into();
            chain["hook"] = match (Family(header.family), number) {
                (Family::NETDEV, chain::Hook(0)) => "ingress",
                // NF_ARP_IN.
                (Family::ARP, chain::Hook(0)) => "input",
                (_, chain::Hook::PRE_ROUTING) => "prerouting",
                (_, chain::Hook::LOCAL_IN) => "input",
                (_, chain::Hook::FORWARD) => "forward",
                (_, chain::Hook::POST_ROUTING) => "postrouting",
                other => panic!("{other:?}"),
            }
            .into();
            chain["prio"] = get(&at, hook::PRIORITY).into();
            if let Some(link) = at.get(hook::DEV).unwrap() {
                // nft 1.0.6 leaves it out when it is the only one.
                assert!(link == "veth1p" && family(header.family) == "netdev");
            }
            chain["policy"] = get(&view, chain::POLICY).name().unwrap().to_lowercase().into();
        }
        ours.push(chain);
    }
    let key = |chain: &Json| chain.to_string();
    let mut theirs = listed("chain");
    for chain in theirs.iter_mut() {
        // Objects compare without regard to order; only the list is sorted.
        let object = chain.as_object_mut().unwrap();
        let order = ["family", "table", "name", "handle", "type", "hook", "prio", "policy"];
        let sorted: Vec<_> = order
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), object.shift_remove(*key)?)))
            .collect();
        assert!(object.is_empty(), "more keys: {object:?}");
        object.extend(sorted);
    }
    ours.sort_by_key(key);
    theirs.sort_by_key(key);
    assert_eq!(ours, theirs);
}

#[test]
fn sets() {
    let types: BTreeMap<u32, &str> = [
        (7, "ipv4_addr"),
        (8, "ipv6_addr"),
        (12, "inet_proto"),
        (13, "inet_service"),
        (41, "ifname"),
    ]
    .into();
    let named = |number: u32| -> Json {
        let fields: Vec<u32> = [number >> 12 & 63, number >> 6 & 63, number & 63]
            .into_iter()
            .filter(|n| *n != 0)
            .collect();
        match fields[..] {
            [one] => types[&one].into(),
            _ => fields.iter().map(|field| types[field]).collect(),
        }
    };
    let bytes = fixture("nft-sets.bin");
    let mut ours = BTreeMap::new();
    let mut counts = BTreeMap::new();
    for message in Messages::new(&bytes).map(Result::unwrap) {
        let Ok((header, view)) = message.decode(set::NEW) else { continue };
        let flags = get(&view, set::FLAGS);
        let name = get(&view, set::NAME).to_string();
        let whose = format!("{} {} {name}", family(header.family), get(&view, set::TABLE));
        counts.insert(whose.clone(), get(&view, set::COUNT));
        if flags.contains(set::SetFlags::ANONYMOUS) {
            continue;
        }
        let mut set = json!({
            "family": family(header.family),
            "name": name,
            "table": get(&view, set::TABLE).to_string(),
            "type": named(get(&view, set::KEY_TYPE).0),
            "handle": get(&view, set::HANDLE),
        });
        if flags.contains(set::SetFlags::MAP) {
            set["map"] = match get(&view, set::DATA_TYPE) {
                set::DataType::VERDICT => "verdict".into(),
                other => named(other.0),
            };
        }
        let description = nested(&view, set::DESC);
        if let Some(size) = description.get(set_description::SIZE).unwrap() {
            set["size"] = size.into();
        }
        let shown: Vec<_> =
            [(set::SetFlags::INTERVAL, "interval"), (set::SetFlags::TIMEOUT, "timeout")]
                .into_iter()
                .filter(|(flag, _)| flags.contains(*flag))
                .map(|(_, name)| name)
                .collect();
        if let Some(timeout) = view.get(set::TIMEOUT).unwrap() {
            set["timeout"] = (timeout / 1000).into();
        }
        if flags.intersects(set::SetFlags::INTERVAL | set::SetFlags::TIMEOUT) || !shown.is_empty() {
            set["flags"] = shown.into();
        } else if view.get(set::TIMEOUT).unwrap().is_some() {
            set["flags"] = json!(["timeout"]);
        }
        if let Some(one) = view.nest(set::EXPR).unwrap() {
            assert_eq!(words_of(one), "counter pkts 0 bytes 0");
            set["stmt"] = json!([{"counter": null}]);
        }
        if flags.contains(set::SetFlags::CONCAT) {
            let lengths: Vec<u32> = nested(&description, set_description::CONCAT)
                .iter()
                .map(|field| field.unwrap().attributes::<nl::netfilter::set_field::SetField>())
                .map(|field| get(&field, nl::netfilter::set_field::LEN))
                .collect();
            assert_eq!(lengths, [4, 2, 1], "address, port, protocol");
        }
        ours.insert(whose, set);
    }
    let mut theirs = BTreeMap::new();
    for mut set in listed("set").into_iter().chain(listed("map")) {
        let object = set.as_object_mut().unwrap();
        object.shift_remove("elem");
        let text = |key| object[key].as_str().unwrap();
        let whose = format!("{} {} {}", text("family"), text("table"), text("name"));
        theirs.insert(whose, set);
    }
    for (whose, set) in &theirs {
        // s6 has a timeout and hence the flag, which the kernel does not send back.
        let (mut ours, mut theirs) = (ours[whose].clone(), set.clone());
        if whose == "inet filter s6" {
            ours.as_object_mut().unwrap().shift_remove("flags");
            theirs.as_object_mut().unwrap().shift_remove("flags");
        }
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.len(), theirs.len());
    assert_eq!((counts["inet filter s6"], counts["inet filter cat"]), (2, 2));
}

#[test]
fn objects() {
    let bytes = fixture("nft-objs.bin");
    let mut seen = 0;
    for message in Messages::new(&bytes).map(Result::unwrap) {
        let Ok((header, view)) = message.decode(object::NEW) else { continue };
        let mut ours = json!({
            "family": family(header.family),
            "name": get(&view, object::NAME).to_string(),
            "table": get(&view, object::TABLE).to_string(),
            "handle": get(&view, object::HANDLE),
        });
        let kind = match get(&view, object::TYPE) {
            object::Type::COUNTER => {
                let data = nested(&view, object::COUNTER);
                ours["packets"] = get(&data, counter::PACKETS).into();
                ours["bytes"] = get(&data, counter::BYTES).into();
                "counter"
            }
            object::Type::QUOTA => {
                let data = nested(&view, object::QUOTA);
                ours["bytes"] = get(&data, quota::BYTES).into();
                ours["used"] = get(&data, quota::CONSUMED).into();
                ours["inv"] = get(&data, quota::FLAGS).contains(quota::QuotaFlags::INV).into();
                "quota"
            }
            object::Type::LIMIT => {
                let data = nested(&view, object::LIMIT);
                ours["rate"] = get(&data, limit::RATE).into();
                assert_eq!(get(&data, limit::UNIT), 1);
                ours["per"] = "second".into();
                ours["inv"] = get(&data, limit::FLAGS).contains(limit::LimitFlags::INV).into();
                ours["burst"] = get(&data, limit::BURST).into();
                "limit"
            }
            object::Type::CT_HELPER => {
                let data = nested(&view, object::HELPER);
                ours["type"] = get(&data, object_helper::NAME).to_string().into();
                assert_eq!(get(&data, object_helper::L4PROTO), 6);
                ours["protocol"] = "tcp".into();
                ours["l3proto"] = family(get(&data, object_helper::L3PROTO) as u8).into();
                "ct helper"
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(vec![ours], listed(kind));
        seen += 1;
    }
    assert_eq!(seen, 4);
}

#[test]
fn the_generation_and_the_events_of_a_batch() {
    let bytes = fixture("nft-gen.bin");
    let message = Messages::new(&bytes).next().unwrap().unwrap();
    let (header, view) = message.decode(generation::NEW).unwrap();
    assert_eq!(get(&view, generation::ID), 65);
    assert_eq!(header.res_id, 65, "the low 16 bits of it, in every reply");
    assert!(view.get(generation::PROC_NAME).unwrap().is_some_and(|name| name == "python3"));

    // nft monitor, in the order of the events: what happened to what.
    let said = String::from_utf8(fixture("notify-nft.nftmonitor.txt")).unwrap();
    let bytes = fixture("notify-nft.bin");
    let mut lines = said.lines();
    for message in Messages::new(&bytes).map(Result::unwrap) {
        let line = lines.next().unwrap();
        let text = |text: Text<'_>| text.to_string();
        let ours = if let Ok((_, v)) = message.decode(table::NEW) {
            format!(
                "add table ip {} # handle {}",
                text(get(&v, table::NAME)),
                get(&v, table::HANDLE)
            )
        } else if let Ok((_, v)) = message.decode(table::DEL) {
            format!(
                "delete table ip {} # handle {}",
                text(get(&v, table::NAME)),
                get(&v, table::HANDLE)
            )
        } else if let Ok((_, v)) = message.decode(chain::NEW) {
            format!("add chain ip mon {}", text(get(&v, chain::NAME)))
        } else if let Ok((_, v)) = message.decode(chain::DEL) {
            format!("delete chain ip mon {}", text(get(&v, chain::NAME)))
        } else if let Ok((_, v)) = message.decode(rule::NEW) {
            format!("add rule ip mon {}", text(get(&v, rule::CHAIN)))
        } else if let Ok((_, v)) = message.decode(rule::DEL) {
            format!(
                "delete rule ip mon {} handle {}",
                text(get(&v, rule::CHAIN)),
                get(&v, rule::HANDLE)
            )
        } else if let Ok((_, v)) = message.decode(set::NEW) {
            format!("add set ip mon {}", text(get(&v, set::NAME)))
        } else if let Ok((_, v)) = message.decode(set::DEL) {
            format!("delete set ip mon {}", text(get(&v, set::NAME)))
        } else if let Ok((_, v)) = message.decode(generation::NEW) {
            format!(
                "# new generation {} by process {} ({})",
                get(&v, generation::ID),
                get(&v, generation::PROC_PID),
                get(&v, generation::PROC_NAME)
            )
        } else {
            let (verb, (_, v)) = match message.decode(elements::NEW) {
                Ok(decoded) => ("add", decoded),
                Err(_) => ("delete", message.decode(elements::DEL).unwrap()),
            };
            let list = nested(&v, elements::ELEMENTS);
            let one: View<'_, element::Element> = list.iter().next().unwrap().unwrap().attributes();
            let key = get(&nested(&one, element::KEY), data::VALUE).to_vec();
            let [a, b, c, d] = key[..] else { panic!("{key:?}") };
            format!("{verb} element ip mon s {{ {a}.{b}.{c}.{d} }}")
        };
        assert!(line.starts_with(&ours), "{ours}\n{line}");
    }
    assert_eq!(lines.next(), None);
}

#[test]
fn connections() {
    let bytes = fixture("ct.bin");
    let mut ours = Vec::new();
    for message in Messages::new(&bytes).map(Result::unwrap) {
        let Ok((_, view)) = message.decode(conntrack::NEW) else { continue };
        let status: Vec<_> =
            get(&view, conntrack::STATUS).iter_names().map(|(name, _)| name).collect();
        let mut line = format!("{} s, {}:", get(&view, conntrack::TIMEOUT), status.join("|"));
        for key in [conntrack::TUPLE_ORIG, conntrack::TUPLE_REPLY] {
            let tuple = nested(&view, key);
            let ip = nested(&tuple, conntrack::tuple::IP);
            let proto = nested(&tuple, conntrack::tuple::PROTO);
            let (from, to) = (get(&ip, conntrack::ip::V4_SRC), get(&ip, conntrack::ip::V4_DST));
            line += &format!(" {from} > {to} protocol {}", get(&proto, conntrack::proto::NUM));
            if let Some(id) = proto.get(conntrack::proto::ICMP_ID).unwrap() {
                let kind = get(&proto, conntrack::proto::ICMP_TYPE);
                line += &format!(" id {id:#x} type {kind}");
            }
        }
        ours.push(line);
    }
    // No conntrack(8) was there to ask: these are the bytes, read by eye.
    assert_eq!(
        ours,
        [
            "597 s, CONFIRMED|SRC_NAT_DONE|DST_NAT_DONE: \
             10.1.2.1 > 224.0.0.22 protocol 2 224.0.0.22 > 10.1.2.1 protocol 2",
            "27 s, CONFIRMED|SRC_NAT|DST_NAT|SRC_NAT_DONE|DST_NAT_DONE: \
             10.1.2.2 > 10.1.2.1 protocol 1 id 0x24f6 type 8 \
             10.1.2.50 > 10.1.2.1 protocol 1 id 0xe7ce type 0",
        ]
    );
}
