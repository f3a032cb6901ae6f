//! What a query is answered with, where it can be answered here (RFC 1035, RFC 3596).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use simple_dns::rdata::{A, AAAA, OPT, PTR, RData};
use simple_dns::{
    CLASS, Name, OPCODE, Packet, PacketFlag, QCLASS, QTYPE, RCODE, ResourceRecord, TYPE,
    header_buffer,
};

/// What is known of the members of the networks a run is on.
pub trait Directory {
    /// Addresses of the member with this name; `None` when there is no such member.
    fn addresses(&mut self, name: &str) -> Option<Vec<IpAddr>>;
    /// Name of the member with this address; outer `None` when no member could have it.
    fn name(&mut self, address: IpAddr) -> Option<Option<String>>;
}

/// What becomes of a query.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is answered with this message.
    Reply(Vec<u8>),
    /// Others have to know.
    Forward,
    /// It is none, and gets no answer.
    Ignore,
}

/// Members come and go: nobody shall remember them.
const TTL: u32 = 0;
/// Bytes of a message's header.
const HEADER: usize = 12;
/// What everybody takes over UDP (RFC 1035).
const LEAST_UDP: usize = 512;
/// Longest query over UDP.
pub(super) const MAX_QUERY: usize = 4096;

/// Answers `query`; names of one label, alone or with one of the `search` domains behind, may be
/// members.
pub fn answer(query: &[u8], search: &[String], directory: &mut impl Directory) -> Answer {
    if query.len() < HEADER || header_buffer::has_flags(query, PacketFlag::RESPONSE) != Ok(false) {
        return Answer::Ignore;
    }
    // Looked at before parsing, which believes these counts.
    let counts = [
        header_buffer::questions(query),
        header_buffer::answers(query),
        header_buffer::name_servers(query),
        header_buffer::additional_records(query),
    ];
    match counts.map(|count| count.unwrap_or(u16::MAX)) {
        [1, 0, 0, 0..=4] => {}
        _ => return Answer::Reply(refusal(query, RCODE::FormatError)),
    }
    let Ok(packet) = Packet::parse(query) else {
        return Answer::Reply(refusal(query, RCODE::FormatError));
    };
    if packet.opcode() != OPCODE::StandardQuery {
        return Answer::Reply(refusal(query, RCODE::NotImplemented));
    }
    let Some(question) = packet.questions.first() else { return Answer::Forward };
    if !matches!(question.qclass, QCLASS::CLASS(CLASS::IN) | QCLASS::ANY) {
        return Answer::Forward;
    }
    let name = question.qname.to_string().to_ascii_lowercase();
    let records = if let Some(address) = reversed(&name) {
        match directory.name(address) {
            None => return Answer::Forward,
            Some(None) => return Answer::Reply(unknown(query)),
            Some(Some(found)) => {
                let Ok(found) = Name::new(&found).map(Name::into_owned) else {
                    return Answer::Forward;
                };
                vec![RData::PTR(PTR(found))]
            }
        }
    } else {
        let Some(member) = member(&name, search) else { return Answer::Forward };
        match directory.addresses(member) {
            None => return Answer::Forward,
            Some(addresses) => addresses
                .into_iter()
                .map(|address| match address {
                    IpAddr::V4(v4) => RData::A(A::from(v4)),
                    IpAddr::V6(v6) => RData::AAAA(AAAA::from(v6)),
                })
                .collect(),
        }
    };
    let mut reply = reply_to(&packet);
    reply.set_flags(PacketFlag::AUTHORITATIVE_ANSWER);
    let asked = |data: &RData<'_>| match question.qtype {
        QTYPE::TYPE(TYPE::A) => matches!(data, RData::A(_)),
        QTYPE::TYPE(TYPE::AAAA) => matches!(data, RData::AAAA(_)),
        QTYPE::TYPE(TYPE::PTR) => matches!(data, RData::PTR(_)),
        QTYPE::ANY => true,
        _ => false,
    };
    for data in records.into_iter().filter(asked) {
        let record = ResourceRecord::new(question.qname.clone(), CLASS::IN, TTL, data);
        reply.answers.push(record);
    }
    match reply.build_bytes_vec_compressed() {
        Ok(bytes) => Answer::Reply(bytes),
        Err(_) => Answer::Reply(refusal(query, RCODE::ServerFailure)),
    }
}

/// The part of a name that may be a member's.
fn member<'a>(name: &'a str, search: &[String]) -> Option<&'a str> {
    let (label, rest) = name.split_once('.').unwrap_or((name, ""));
    let known = rest.is_empty() || search.iter().any(|domain| domain.eq_ignore_ascii_case(rest));
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (known && !label.is_empty() && label.chars().all(plain)).then_some(label)
}

/// The address a name of in-addr.arpa or ip6.arpa stands for.
fn reversed(name: &str) -> Option<IpAddr> {
    if let Some(rest) = name.strip_suffix(".in-addr.arpa") {
        let mut bytes = [0; 4];
        let mut labels = rest.rsplit('.');
        for byte in &mut bytes {
            *byte = labels.next()?.parse().ok()?;
        }
        return labels.next().is_none().then(|| Ipv4Addr::from(bytes).into());
    }
    let rest = name.strip_suffix(".ip6.arpa")?;
    let mut address: u128 = 0;
    let mut labels = rest.rsplit('.');
    for _ in 0..32 {
        let digit = labels.next().filter(|label| label.len() == 1)?;
        address = address << 4 | u128::from(u8::from_str_radix(digit, 16).ok()?);
    }
    labels.next().is_none().then(|| Ipv6Addr::from(address).into())
}

/// A reply that says only why there is no other: the query's header, and its question unless it is
/// malformed.
fn refusal(query: &[u8], code: RCODE) -> Vec<u8> {
    let mut reply = match code {
        // Not parsed: it may claim to have any number of records.
        RCODE::FormatError => None,
        _ => Packet::parse(query).ok().map(|packet| reply_to(&packet)),
    }
    .unwrap_or_else(|| Packet::new_reply(header_buffer::id(query).unwrap_or_default()));
    *reply.rcode_mut() = code;
    reply.build_bytes_vec().unwrap_or_default()
}

/// What says that nobody could be asked.
pub(super) fn unanswered(query: &[u8]) -> Vec<u8> {
    refusal(query, RCODE::ServerFailure)
}

/// What says that there is no such name.
pub(super) fn unknown(query: &[u8]) -> Vec<u8> {
    refusal(query, RCODE::NameError)
}

/// A reply as far as whoever sent the query over UDP can take it: one that is longer is only said to
/// be there, and asked for again over TCP.
pub(super) fn fitting(query: &[u8], reply: Vec<u8>) -> Vec<u8> {
    if reply.len() <= LEAST_UDP {
        return reply;
    }
    let Ok(packet) = Packet::parse(query) else { return Vec::new() };
    let room = packet.opt().map_or(0, |edns| usize::from(edns.udp_packet_size));
    if reply.len() <= room {
        return reply;
    }
    let mut cut = reply_to(&packet);
    cut.set_flags(PacketFlag::TRUNCATION);
    cut.build_bytes_vec().unwrap_or_default()
}

/// What every reply to a query begins with: its id and question, and EDNS where that has it.
fn reply_to<'a>(query: &Packet<'a>) -> Packet<'a> {
    let mut reply = Packet::new_reply(query.id());
    *reply.opcode_mut() = query.opcode();
    reply.set_flags(PacketFlag::RECURSION_AVAILABLE);
    if query.has_flags(PacketFlag::RECURSION_DESIRED) {
        reply.set_flags(PacketFlag::RECURSION_DESIRED);
    }
    reply.questions = query.questions.clone();
    let udp_packet_size = MAX_QUERY as u16;
    let edns = |_: &OPT<'_>| OPT { opt_codes: Vec::new(), udp_packet_size, version: 0 };
    *reply.opt_mut() = query.opt().map(edns);
    reply
}

#[cfg(test)]
mod tests {
    use simple_dns::Question;

    use super::*;

    struct Web;

    impl Directory for Web {
        fn addresses(&mut self, name: &str) -> Option<Vec<IpAddr>> {
            (name == "web").then(|| vec!["10.0.0.2".parse().unwrap(), "fd00::2".parse().unwrap()])
        }
        fn name(&mut self, address: IpAddr) -> Option<Option<String>> {
            let v4: Ipv4Addr = match address {
                IpAddr::V4(v4) => v4,
                IpAddr::V6(_) => return None,
            };
            match v4.octets() {
                [10, 0, 0, 2] => Some(Some("web".into())),
                [10, 0, 0, _] => Some(None),
                _ => None,
            }
        }
    }

    fn ask(name: &str, kind: QTYPE) -> Answer {
        let mut query = Packet::new_query(0x1234);
        query.set_flags(PacketFlag::RECURSION_DESIRED);
        let name = Name::new_unchecked(name);
        query.questions.push(Question::new(name, kind, CLASS::IN.into(), false));
        answer(&query.build_bytes_vec().unwrap(), &["lan.example".into()], &mut Web)
    }

    fn reply(answer: &Answer) -> Packet<'_> {
        let Answer::Reply(bytes) = answer else { panic!("{answer:?}") };
        Packet::parse(bytes).unwrap()
    }

    #[test]
    fn a_member_is_found_by_its_name_in_any_case_and_with_a_search_domain() {
        for name in ["web", "WEB", "web.lan.example", "Web.LAN.example"] {
            let answer = ask(name, TYPE::A.into());
            let reply = reply(&answer);
            assert_eq!(reply.id(), 0x1234);
            assert_eq!(reply.rcode(), RCODE::NoError);
            assert!(reply.has_flags(PacketFlag::RESPONSE | PacketFlag::RECURSION_DESIRED));
            let addresses: Vec<_> = reply.answers.iter().map(|a| a.rdata.clone()).collect();
            assert_eq!(addresses, [RData::A(A::from(Ipv4Addr::new(10, 0, 0, 2)))], "{name}");
        }
        assert_eq!(reply(&ask("web", TYPE::AAAA.into())).answers.len(), 1);
        assert_eq!(reply(&ask("web", QTYPE::ANY)).answers.len(), 2);
    }

    #[test]
    fn a_member_without_such_a_record_exists_all_the_same() {
        let answer = ask("web", TYPE::MX.into());
        let reply = reply(&answer);
        assert_eq!((reply.rcode(), reply.answers.len()), (RCODE::NoError, 0));
    }

    #[test]
    fn an_address_of_a_member_has_its_name_and_one_of_nobody_has_none() {
        let answer = ask("2.0.0.10.in-addr.arpa", TYPE::PTR.into());
        let name = reply(&answer).answers.first().map(|a| a.rdata.clone());
        assert_eq!(name, Some(RData::PTR(PTR(Name::new_unchecked("web")))));
        let answer = ask("3.0.0.10.in-addr.arpa", TYPE::PTR.into());
        assert_eq!(reply(&answer).rcode(), RCODE::NameError);
        assert_eq!(ask("1.2.0.192.in-addr.arpa", TYPE::PTR.into()), Answer::Forward);
        assert_eq!(ask("0.0.10.in-addr.arpa", TYPE::PTR.into()), Answer::Forward);
    }

    #[test]
    fn what_is_not_known_here_is_for_others() {
        for name in ["db", "example.org", "web.example.org", "web.lan", "_tcp.web"] {
            assert_eq!(ask(name, TYPE::A.into()), Answer::Forward, "{name}");
        }
    }

    #[test]
    fn what_is_no_query_is_answered_shortly_or_not_at_all() {
        let mut web = Web;
        let mut give = |bytes: &[u8]| answer(bytes, &[], &mut web);
        assert_eq!(give(b""), Answer::Ignore);
        assert_eq!(give(&[0; 11]), Answer::Ignore);
        let mut response = [0; 12];
        response[2] = 0x80;
        assert_eq!(give(&response), Answer::Ignore);
        let mut many = [0; 12];
        many[4..6].copy_from_slice(&[0xff, 0xff]);
        assert_eq!(reply(&give(&many)).rcode(), RCODE::FormatError);
        // A name that points at itself.
        let loops = [&[0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0][..], &[0xc0, 12, 0, 1, 0, 1]].concat();
        assert_eq!(reply(&give(&loops)).rcode(), RCODE::FormatError);
        let update = [0, 1, 0x28, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1];
        assert_eq!(reply(&give(&update)).rcode(), RCODE::NotImplemented);
    }

    /// A query with EDNS that takes `room` bytes.
    fn query(room: Option<u16>) -> Vec<u8> {
        let mut query = Packet::new_query(0x1234);
        let name = Name::new_unchecked("web");
        query.questions.push(Question::new(name, TYPE::A.into(), CLASS::IN.into(), false));
        let edns = |udp_packet_size| OPT { opt_codes: Vec::new(), udp_packet_size, version: 0 };
        *query.opt_mut() = room.map(edns);
        query.build_bytes_vec().unwrap()
    }

    #[test]
    fn a_reply_is_as_long_as_the_query_says_that_it_may_be() {
        for (room, len, fits) in [
            (None, 512, true),
            (None, 513, false),
            (Some(100), 512, true),
            (Some(1232), 1232, true),
            (Some(1232), 1233, false),
            (Some(65535), 60000, true),
        ] {
            let query = query(room);
            let fitted = fitting(&query, vec![0; len]);
            if fits {
                assert_eq!(fitted, vec![0; len]);
                continue;
            }
            let cut = Packet::parse(&fitted).unwrap();
            assert!(cut.has_flags(PacketFlag::TRUNCATION | PacketFlag::RESPONSE));
            assert_eq!((cut.id(), cut.questions.len(), cut.answers.len()), (0x1234, 1, 0));
            assert_eq!(cut.opt().is_some(), room.is_some());
        }
    }

    #[test]
    fn a_reply_has_edns_where_the_query_has_it() {
        for room in [None, Some(1232)] {
            let answer = answer(&query(room), &[], &mut Web);
            assert_eq!(reply(&answer).opt().is_some(), room.is_some());
            assert_eq!(reply(&answer).answers.len(), 1);
        }
    }
}
