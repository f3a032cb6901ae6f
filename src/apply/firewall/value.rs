//! Keys and data of sets as the kernel has them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::plan::firewall::set::{Field, Value};
use crate::spec::Protocol;

/// Bytes of a link's name.
const NAME: usize = 16;

/// Bytes of a field, without padding.
pub(super) fn width(field: Field) -> usize {
    match field {
        Field::Ipv4 => 4,
        Field::Ipv6 | Field::Link => 16,
        Field::Protocol => 1,
        Field::Port => 2,
    }
}

/// Bytes of fields together: each takes a multiple of 4, except a single one.
pub(super) fn length(fields: &[Field]) -> usize {
    match fields {
        [one] => width(*one),
        several => several.iter().map(|field| width(*field).next_multiple_of(4)).sum(),
    }
}

/// A key, or what a map gives.
pub(super) fn bytes(values: &[Value]) -> Vec<u8> {
    let mut out = Vec::with_capacity(32);
    for value in values {
        match value {
            Value::Address(IpAddr::V4(address)) => out.extend(address.octets()),
            Value::Address(IpAddr::V6(address)) => out.extend(address.octets()),
            Value::Prefix(IpNet::V4(prefix)) => out.extend(prefix.network().octets()),
            Value::Prefix(IpNet::V6(prefix)) => out.extend(prefix.network().octets()),
            Value::Protocol(protocol) => out.push(protocol.number()),
            Value::Port(port) => out.extend(port.to_be_bytes()),
            Value::Link(name) | Value::Links(name) => {
                out.extend(name.bytes().chain(std::iter::repeat(0)).take(NAME));
            }
        }
        if values.len() > 1 {
            out.resize(out.len().next_multiple_of(4), 0);
        }
    }
    out
}

/// The first key after those a value stands for; `None` when there is none.
pub(super) fn end(value: &Value) -> Option<Vec<u8>> {
    let (mut bytes, fixed) = match value {
        Value::Prefix(prefix) => {
            let last = match prefix {
                IpNet::V4(prefix) => prefix.broadcast().octets().to_vec(),
                IpNet::V6(prefix) => prefix.broadcast().octets().to_vec(),
            };
            let len = last.len();
            (last, len)
        }
        Value::Links(start) => (bytes(std::slice::from_ref(value)), start.len()),
        other => {
            let bytes = bytes(std::slice::from_ref(other));
            let len = bytes.len();
            (bytes, len)
        }
    };
    // One more, as one large number.
    for byte in bytes.get_mut(..fixed)?.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            return Some(bytes);
        }
    }
    None
}

/// Reads what [`bytes`] wrote; `None` when it has not the right length.
pub(super) fn read(fields: &[Field], mut bytes: &[u8]) -> Option<Vec<Value>> {
    let mut values = Vec::with_capacity(fields.len());
    let several = fields.len() > 1;
    for &field in fields {
        let width = width(field);
        let (own, rest) = bytes.split_at_checked(width)?;
        values.push(match field {
            Field::Ipv4 => Value::Address(Ipv4Addr::from(<[u8; 4]>::try_from(own).ok()?).into()),
            Field::Ipv6 => Value::Address(Ipv6Addr::from(<[u8; 16]>::try_from(own).ok()?).into()),
            Field::Protocol => Value::Protocol(Protocol::from_number(*own.first()?)?),
            Field::Port => Value::Port(u16::from_be_bytes(own.try_into().ok()?)),
            Field::Link => {
                let name = own.split(|&byte| byte == 0).next()?;
                Value::Link(String::from_utf8_lossy(name).into_owned())
            }
        });
        let padding = if several { width.next_multiple_of(4) - width } else { 0 };
        bytes = rest.get(padding..)?;
    }
    bytes.is_empty().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(name: &str) -> Value {
        Value::Link(name.into())
    }

    #[test]
    fn fields_of_a_key_are_padded_when_there_are_several() {
        let key = [Value::Protocol(Protocol::Tcp), Value::Port(8080)];
        assert_eq!(bytes(&key), [6, 0, 0, 0, 0x1f, 0x90, 0, 0]);
        assert_eq!(read(&[Field::Protocol, Field::Port], &bytes(&key)), Some(key.to_vec()));
        assert_eq!(bytes(&[link("nsrun0")]), *b"nsrun0\0\0\0\0\0\0\0\0\0\0");
        assert_eq!(length(&[Field::Ipv4, Field::Protocol, Field::Port]), 12);
        assert_eq!(length(&[Field::Ipv6, Field::Port]), 20);
    }

    #[test]
    fn a_prefix_ends_before_the_next_key() {
        let prefix = |text: &str| end(&Value::Prefix(text.parse().unwrap()));
        assert_eq!(prefix("10.192.0.0/20"), Some(vec![10, 192, 16, 0]));
        assert_eq!(prefix("10.255.0.0/16"), Some(vec![11, 0, 0, 0]));
        assert_eq!(prefix("255.255.0.0/16"), None);
        assert_eq!(end(&link("a")), Some(b"a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01".to_vec()));
        let all = end(&Value::Links("ns1.".into()));
        assert_eq!(all, Some(b"ns1/\0\0\0\0\0\0\0\0\0\0\0\0".to_vec()));
    }
}
