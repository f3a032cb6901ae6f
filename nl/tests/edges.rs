//! The limits of the format: each is met exactly, or refused with an exact, small error.

use nl::netfilter::{NfGen, element, elements, rule};
use nl::route::link::{self, IfInfo};
use nl::route::{address, info};
use nl::{
    ATTR_MAX, Ack, Attributes, Batch, DecodeError, DecodeErrorKind, EncodeError, Flags, Messages,
    Protocol, View,
};

fn is_small_and_copy<T: Copy>() -> usize {
    size_of::<T>()
}

#[test]
fn errors_are_small_and_copy() {
    assert!(is_small_and_copy::<DecodeError>() <= 32);
    assert!(is_small_and_copy::<EncodeError>() <= 40);
}

/// One link message whose alias has `len` bytes.
fn aliased(buf: &mut [u8], len: usize) -> Result<&[u8], EncodeError> {
    let value = vec![b'x'; len];
    let mut batch = Batch::new(buf, 1);
    batch.push(link::NEW, Flags::empty(), IfInfo::default(), |m| {
        m.put_raw(link::IFALIAS.code(), &value);
    });
    batch.finish()
}

#[test]
fn an_attribute_holds_65531_bytes_and_not_one_more() {
    let mut buf = vec![0; 80_000];
    let bytes = aliased(&mut buf, 65_531).unwrap();
    assert_eq!(bytes.len(), 32 + 4 + 65_532);
    let message = Messages::new(bytes).next().unwrap().unwrap();
    let (_, view) = message.decode(link::NEW).unwrap();
    assert_eq!(view.find(link::IFALIAS.code()).unwrap().unwrap().value.len(), ATTR_MAX);
    let code = link::IFALIAS.code();
    let error = EncodeError::AttributeTooLong { set: "IFLA", code, len: 65_532 };
    assert_eq!(aliased(&mut buf, 65_532), Err(error));
    assert_eq!(error.to_string(), "65532 bytes do not fit attribute 20 of IFLA");
}

#[test]
fn the_nul_of_a_text_counts() {
    let mut buf = vec![0; 80_000];
    let text = "x".repeat(65_531);
    let mut batch = Batch::new(&mut buf, 1);
    batch.push(link::NEW, Flags::empty(), IfInfo::default(), |m| {
        m.put(link::IFALIAS, &text);
    });
    let code = link::IFALIAS.code();
    let error = EncodeError::AttributeTooLong { set: "IFLA", code, len: 65_532 };
    assert_eq!(batch.finish(), Err(error));
}

#[test]
fn a_text_with_a_nul_inside_is_refused() {
    let code = link::IFNAME.code();
    for (text, at) in
        [("\0", 0), ("web\0", 3), ("web\0x", 3), ("a name of more\0than 16 bytes\0", 14)]
    {
        let mut buf = [0; 128];
        let mut batch = Batch::new(&mut buf, 1);
        batch.push(link::NEW, Flags::empty(), IfInfo::default(), |m| {
            m.put(link::IFNAME, text).put(link::MTU, 1500).put(link::IFALIAS, "second\0");
        });
        let error = EncodeError::NulInText { set: "IFLA", code, at };
        assert_eq!(batch.finish(), Err(error), "{text:?}");
        let mut batch = Batch::new(&mut buf, 1);
        batch.push(link::NEW, Flags::empty(), IfInfo::default(), |m| {
            m.put_text(link::IFNAME, text.as_bytes());
        });
        assert_eq!(batch.finish(), Err(error), "{text:?}");
    }
    let error = EncodeError::NulInText { set: "IFLA", code, at: 3 };
    assert_eq!(error.to_string(), "the text of attribute 3 of IFLA has a NUL at byte 3");
    // Bytes are no text.
    let mut buf = [0; 64];
    let mut batch = Batch::new(&mut buf, 1);
    batch.push(link::NEW, Flags::empty(), IfInfo::default(), |m| {
        m.put(link::ADDRESS, &[2, 0, 0, 0, 0, 1]).put_raw(code, b"a\0b\0");
    });
    assert_eq!(batch.finish().map(<[u8]>::len), Ok(32 + 12 + 8));
}

/// A nest of elements that takes `bytes` in all, its header included.
fn elements_of(buf: &mut [u8], bytes: usize) -> Result<usize, EncodeError> {
    // An element with an empty key takes 4 + 4 + 4.
    assert_eq!((bytes - 4) % 12, 0);
    let mut batch = Batch::new(buf, 1);
    batch.push(elements::NEW, Flags::empty(), NfGen::INET, |m| {
        m.nest(elements::ELEMENTS, |l| {
            for _ in 0..(bytes - 4) / 12 {
                l.element(|e| {
                    e.nest(element::KEY, |d| {
                        d.put(nl::netfilter::data::VALUE, &[]);
                    });
                });
            }
        });
    });
    batch.finish().map(<[u8]>::len)
}

#[test]
fn a_nest_holds_65535_bytes_and_not_one_more() {
    let mut buf = vec![0; 100_000];
    // The largest such nest: 65,524 bytes; the next would be 65,536.
    assert_eq!(elements_of(&mut buf, 65_524), Ok(20 + 65_524));
    let code = elements::ELEMENTS.code();
    let error = EncodeError::AttributeTooLong { set: "NFTA_SET_ELEM_LIST", code, len: 65_532 };
    assert_eq!(elements_of(&mut buf, 65_536), Err(error));
}

#[test]
fn the_first_error_is_the_one_reported() {
    let mut small = [0; 8];
    let long = vec![0; 70_000];
    let mut batch = Batch::new(&mut small, 1);
    batch.push(rule::NEW, Flags::empty(), NfGen::INET, |m| {
        m.put(rule::USERDATA, &long).put_raw(99, &long[..66_000]);
    });
    let code = rule::USERDATA.code();
    let error = EncodeError::AttributeTooLong { set: "NFTA_RULE", code, len: 70_000 };
    assert_eq!(batch.finish(), Err(error), "not the buffer, and not the second attribute");
}

#[test]
fn a_buffer_that_fits_exactly_is_enough_and_one_byte_less_is_not() {
    let mut big = [0; 256];
    let needed = aliased(&mut big, 5).unwrap().len();
    for have in 0..needed {
        let mut small = vec![0; have];
        assert_eq!(aliased(&mut small, 5), Err(EncodeError::BufferTooSmall { needed, have }));
    }
    let mut exact = vec![0xff; needed];
    let bytes = aliased(&mut exact, 5).unwrap();
    assert_eq!(bytes[bytes.len() - 3..], [0, 0, 0], "padding is written, not left as it was");
    assert_eq!(
        EncodeError::BufferTooSmall { needed, have: 3 }.to_string(),
        format!("a batch of {needed} bytes does not fit a buffer of 3")
    );
}

/// A link message around these bytes of attributes.
fn around(attributes: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 32];
    bytes[0..4].copy_from_slice(&(32 + attributes.len() as u32).to_ne_bytes());
    bytes[4..6].copy_from_slice(&16u16.to_ne_bytes());
    bytes.extend(attributes);
    bytes
}

fn attr(len: u16, kind: u16, value: &[u8]) -> Vec<u8> {
    [&len.to_ne_bytes()[..], &kind.to_ne_bytes(), value].concat()
}

fn names(bytes: &[u8]) -> Result<Option<String>, DecodeError> {
    let message = Messages::new(bytes).next().unwrap()?;
    let (_, view) = message.decode(link::NEW)?;
    // Both ways of reading must agree.
    let one = view.get(link::IFNAME);
    let all = view.pick((link::IFNAME, link::MTU)).map(|(name, _)| name);
    if all.is_ok() || one.is_err() {
        assert_eq!(one, all);
    }
    Ok(all?.map(|name| name.to_string()))
}

#[test]
fn the_last_attribute_and_the_last_message_may_lack_their_padding() {
    let name = attr(7, 3, b"lo\0");
    assert_eq!(names(&around(&name)), Ok(Some("lo".into())), "no padding");
    assert_eq!(names(&around(&[&name[..], &[0]].concat())), Ok(Some("lo".into())), "padding");
    // Two messages: only the second may lack it.
    let mut two = around(&[&name[..], &[0]].concat());
    two.extend(around(&name));
    assert_eq!(Messages::new(&two).filter(Result::is_ok).count(), 2);
}

#[test]
fn zero_length_attributes_are_values() {
    let bytes = around(&[attr(4, 20, b""), attr(7, 3, b"lo\0")].concat());
    let message = Messages::new(&bytes).next().unwrap().unwrap();
    let (_, view) = message.decode(link::NEW).unwrap();
    assert!(view.get(link::IFALIAS).unwrap().unwrap() == "");
    assert!(view.get(link::IFNAME).unwrap().unwrap() == "lo");
    // An integer of no bytes is an error, and says which.
    let bytes = around(&attr(4, 4, b""));
    let message = Messages::new(&bytes).next().unwrap().unwrap();
    let (_, view) = message.decode(link::NEW).unwrap();
    let error = DecodeError { kind: DecodeErrorKind::BadValue, offset: 32, set: "IFLA", code: 4 };
    assert_eq!(view.get(link::MTU), Err(error));
    assert_eq!(view.pick((link::MTU,)), Err(error));
    assert_eq!(error.to_string(), "value of the wrong size at byte 32: IFLA attribute 4");
}

#[test]
fn trailing_garbage_shorter_than_a_header_is_ignored_as_the_kernel_does() {
    let name = [attr(7, 3, b"lo\0"), vec![0]].concat();
    for garbage in 1..4 {
        let bytes = around(&[&name[..], &[0xaa, 0xbb, 0xcc][..garbage]].concat());
        assert_eq!(names(&bytes), Ok(Some("lo".into())));
        let message = Messages::new(&bytes).next().unwrap().unwrap();
        let (_, view) = message.decode(link::NEW).unwrap();
        assert_eq!(view.iter().count(), 1);
    }
}

#[test]
fn lengths_that_lie_end_the_iteration_with_an_exact_error() {
    let error = |kind, code| DecodeError { kind, offset: 40, set: "IFLA", code };
    let name = [attr(7, 3, b"lo\0"), vec![0]].concat();
    for (len, kind) in [
        (0, DecodeErrorKind::BadLength),
        (1, DecodeErrorKind::BadLength),
        (3, DecodeErrorKind::BadLength),
        (9, DecodeErrorKind::TruncatedAttribute),
        (u16::MAX, DecodeErrorKind::TruncatedAttribute),
    ] {
        let bytes = around(&[&name[..], &attr(len, 4, &[1, 2, 3, 4])].concat());
        let message = Messages::new(&bytes).next().unwrap().unwrap();
        let (_, view) = message.decode(link::NEW).unwrap();
        let mut attributes = view.iter();
        assert!(attributes.next().unwrap().is_ok());
        assert_eq!(attributes.next().unwrap().unwrap_err(), error(kind, 4), "length {len}");
        assert!(attributes.next().is_none(), "ends after one error");
        assert_eq!(view.get(link::MTU), Err(error(kind, 4)));
        assert_eq!(view.pick((link::MTU,)), Err(error(kind, 4)));
        // What comes before is still there.
        assert!(view.get(link::IFNAME).unwrap().unwrap() == "lo");
    }
}

#[test]
fn a_truncated_datagram_is_an_error_at_the_message_that_was_cut() {
    let whole = around(&[attr(7, 3, b"lo\0"), vec![0]].concat());
    let two = [&whole[..], &whole].concat();
    for cut in whole.len() + 1..two.len() {
        let mut messages = Messages::new(&two[..cut]);
        assert!(messages.next().unwrap().is_ok());
        let error = messages.next().unwrap().unwrap_err();
        let kind = DecodeErrorKind::TruncatedMessage;
        assert_eq!(error, DecodeError { kind, offset: 40, set: "nlmsghdr", code: 0 });
        assert!(messages.next().is_none());
    }
    // The recording of a real one, which is little-endian.
    if cfg!(target_endian = "big") {
        return;
    }
    let path = format!("{}/../fixtures/nl/trunc-2000.bin", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(path).unwrap();
    let last = Messages::new(&bytes).last().unwrap().unwrap_err();
    assert_eq!((last.kind, last.offset), (DecodeErrorKind::TruncatedMessage, 1468));
}

#[test]
fn a_message_shorter_than_its_own_header_is_an_error() {
    let mut bytes = around(&[]);
    for len in 0..16u32 {
        bytes[0..4].copy_from_slice(&len.to_ne_bytes());
        let error = Messages::new(&bytes).next().unwrap().unwrap_err();
        assert_eq!((error.kind, error.offset), (DecodeErrorKind::BadLength, 0));
    }
    bytes[0..4].copy_from_slice(&20u32.to_ne_bytes());
    let message = Messages::new(&bytes).next().unwrap().unwrap();
    let error = message.decode(link::NEW).unwrap_err();
    let kind = DecodeErrorKind::TruncatedMessage;
    assert_eq!(error, DecodeError { kind, offset: 0, set: "ifinfomsg", code: 0 });
    let error = message.decode(address::NEW).unwrap_err();
    assert_eq!((error.kind, error.set), (DecodeErrorKind::WrongType, "ifaddrmsg"));
}

#[test]
fn unknown_attributes_types_and_bits_pass_through_untouched() {
    let strange = attr(7, 0x7fff, &[9, 8, 7]);
    let bytes = around(&[&strange[..], &[0], &attr(7, 3, b"lo\0")].concat());
    assert_eq!(names(&bytes), Ok(Some("lo".into())));
    let message = Messages::new(&bytes).next().unwrap().unwrap();
    let (header, view) = message.decode(link::NEW).unwrap();
    let first = view.iter().next().unwrap().unwrap();
    assert_eq!((first.kind, first.value), (0x7fff, &[9, 8, 7][..]));
    let mut buf = [0; 64];
    let mut batch = Batch::new(&mut buf, 0);
    let unknown = Flags::from_bits_retain(0xf000);
    batch.push(link::NEW, unknown, header, |m| {
        m.put_raw(first.kind, first.value);
    });
    let again = batch.finish().unwrap();
    assert_eq!(&again[32..39], &strange[..], "kind, flags and value as received");
    let flags = Messages::new(again).next().unwrap().unwrap().header.flags;
    assert_eq!(flags, unknown | Flags::REQUEST);
}

#[test]
fn sequence_numbers_wrap() {
    let mut buf = [0; 128];
    let mut batch = Batch::new(&mut buf, u32::MAX);
    for _ in 0..3 {
        batch.push(link::GET, Flags::empty(), IfInfo::default(), |_| {});
    }
    assert_eq!(batch.next_seq(), 2);
    let bytes = batch.finish().unwrap();
    let seqs: Vec<u32> = Messages::new(bytes).map(|message| message.unwrap().header.seq).collect();
    assert_eq!(seqs, [u32::MAX, 0, 1]);
}

/// An acknowledgement of `request` with these attributes.
fn answer(request: &[u8], errno: i32, flags: Flags, attributes: &[u8]) -> Vec<u8> {
    let body = [&errno.to_ne_bytes()[..], request, attributes].concat();
    let header =
        nl::MessageHeader { len: 16 + body.len() as u32, kind: nl::ERROR, flags, seq: 1, port: 9 };
    [&header.to_bytes()[..], &body].concat()
}

#[test]
fn a_missing_attribute_is_named_inside_its_nest() {
    let mut buf = [0; 128];
    let mut batch = Batch::new(&mut buf, 1);
    batch.push(link::NEW, Flags::CREATE, IfInfo::default(), |m| {
        m.nest(link::LINKINFO, |i| {
            i.put(info::KIND, "vxlan").nest(info::VXLAN, |_| {});
        });
    });
    let request = batch.finish().unwrap();
    let word = |kind: u16, value: u32| attr(8, kind, &value.to_ne_bytes());
    let told = |attributes: Vec<u8>| {
        let flags = Flags::CAPPED | Flags::ACK_TLVS;
        let bytes = answer(&request[..16], -22, flags, &attributes);
        let message = Messages::new(&bytes).next().unwrap().unwrap();
        let ack = Ack::decode(&message).unwrap().unwrap();
        assert_eq!(ack.errno, 22);
        ack.path(Protocol::Route, request).map(|path| path.to_string())
    };
    // NLMSGERR_ATTR_MISS_TYPE 5, NLMSGERR_ATTR_MISS_NEST 6: data begins at 32 + 4 + 12.
    let path = told([word(5, 1), word(6, 48)].concat());
    assert_eq!(path.as_deref(), Some("linkinfo.data.id"));
    assert_eq!(told(word(5, 3)).as_deref(), Some("ifname"), "of the message itself");
    assert_eq!(told(word(2, 4000)), None, "an offset outside of the request");
    assert_eq!(told(vec![]), None);
}

#[test]
fn a_done_carries_its_error() {
    for (errno, body) in [(22, (-22i32).to_ne_bytes().to_vec()), (0, vec![])] {
        let header = nl::MessageHeader {
            len: 16 + body.len() as u32,
            kind: nl::DONE,
            flags: Flags::MULTI,
            seq: 5,
            port: 9,
        };
        let bytes = [&header.to_bytes()[..], &body].concat();
        let message = Messages::new(&bytes).next().unwrap().unwrap();
        let ack = Ack::decode(&message).unwrap().unwrap();
        assert!(ack.done);
        assert_eq!((ack.errno, ack.seq), (errno, 5));
    }
}

#[test]
fn integers_are_in_the_byte_order_their_table_says() {
    let mut buf = [0; 128];
    let mut batch = Batch::new(&mut buf, 0x0102_0304);
    batch.push(elements::NEW, Flags::CREATE, NfGen { res_id: 0x0a0b, ..NfGen::INET }, |m| {
        m.put(elements::SET_ID, 0x1122_3344);
    });
    let bytes = batch.finish().unwrap();
    let expected = [
        &28u32.to_ne_bytes()[..],
        &0x0a0cu16.to_ne_bytes(),
        &0x0401u16.to_ne_bytes(),
        &0x0102_0304u32.to_ne_bytes(),
        &[0; 4],
        &[1, 0, 0x0a, 0x0b],
        &8u16.to_ne_bytes(),
        &4u16.to_ne_bytes(),
        &[0x11, 0x22, 0x33, 0x44],
    ]
    .concat();
    assert_eq!(bytes, expected, "headers in host order, nf_tables values big-endian");
    let mut batch = Batch::new(&mut buf, 0);
    batch.push(link::NEW, Flags::empty(), IfInfo { index: -2, ..IfInfo::default() }, |m| {
        m.put(link::MTU, 0x0102_0304);
    });
    let bytes = batch.finish().unwrap();
    assert_eq!(bytes[20..24], (-2i32).to_ne_bytes());
    assert_eq!(bytes[36..40], 0x0102_0304u32.to_ne_bytes());
    // Every integer type, both ways and there and back.
    macro_rules! both {
        ($($int:ty)*) => {$(
            let value = 0x0123_4567_89ab_cdefu64 as $int;
            assert_eq!(nl::Int::to_native(value), value.to_ne_bytes());
            assert_eq!(nl::Int::to_big(value), value.to_be_bytes());
            assert_eq!(<$int as nl::Int>::from_native(value.to_ne_bytes()), value);
            assert_eq!(<$int as nl::Int>::from_big(value.to_be_bytes()), value);
        )*};
    }
    both!(u8 u16 u32 u64 i32 i64);
}

#[test]
fn broken_attributes_of_an_unknown_set_end_too() {
    let broken = [attr(8, 1, &[1, 2, 3, 4]), attr(2, 1, &[])].concat();
    assert_eq!(Attributes::raw(&broken).filter(Result::is_ok).count(), 1);
    assert!(Attributes::raw(&broken).last().unwrap().is_err());
    let view: View<'_, link::Link> = View::new(&broken);
    assert_eq!(view.iter().last().unwrap().unwrap_err().offset, 8);
}
