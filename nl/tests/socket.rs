//! The socket: what goes wrong between a program and the kernel is told, soon, and leaves a socket
//! that can be used further. Against a real kernel, in network namespaces of the tests' own.

mod world;

use std::collections::BTreeSet;
use std::error::Error;
use std::os::fd::{AsFd, AsRawFd};
use std::time::{Duration, Instant};

use nl::netfilter::{NfGen, batch, table};
use nl::route::link::{self, IfInfo};
use nl::route::{Group, info};
use nl::socket::{Refusal, Socket, SocketError};
use nl::{Batch, DecodeError, DecodeErrorKind, Flags, Messages, Protocol};
use world::{leave_the_machine, send, skipped};

/// Runs a test on a thread of its own, in a network namespace that goes with it.
fn in_a_world(test: impl FnOnce() + Send + 'static) {
    let world = std::thread::spawn(|| match leave_the_machine() {
        Ok(()) => test(),
        Err(error) => skipped(&format!("no network namespace of its own: {error}")),
    });
    if let Err(panic) = world.join() {
        std::panic::resume_unwind(panic);
    }
}

/// Makes a bridge.
fn create(socket: &mut Socket, name: &str) {
    send(socket, |batch| {
        batch.push(link::NEW, Flags::CREATE | Flags::ACK, IfInfo::default(), |m| {
            m.put(link::IFNAME, name).nest(link::LINKINFO, |i| {
                i.put(info::KIND, "bridge");
            });
        });
    });
}

/// The request for a list of all links.
fn all_links(socket: &Socket) -> Vec<u8> {
    let mut buf = [0; 64];
    let mut batch = Batch::new(&mut buf, socket.seq());
    batch.push(link::GET, Flags::DUMP, IfInfo::default(), |_| {});
    batch.finish().unwrap().to_vec()
}

/// The names of all links.
fn names(socket: &mut Socket) -> Result<Vec<String>, SocketError> {
    let request = all_links(socket);
    let listed = socket.dump(&request, |message| {
        let (_, view) = message.decode(link::NEW)?;
        Ok(view.get(link::IFNAME)?.map(|name| name.to_string()))
    });
    Ok(listed?.expect("a list of links"))
}

/// A transaction that begins with number 1, whatever was sent before: one new table, only if the
/// ruleset is of `generation`.
fn transaction(generation: Option<u32>) -> Vec<u8> {
    let mut buf = [0; 256];
    let mut changes = Batch::new(&mut buf, 1);
    changes.push(batch::BEGIN, Flags::empty(), NfGen::BATCH, |m| {
        m.put_some(batch::GENID, generation);
    });
    changes.push(table::NEW, Flags::CREATE | Flags::ACK, NfGen::INET, |m| {
        m.put(table::NAME, "mine");
    });
    changes.push(batch::END, Flags::empty(), NfGen::BATCH, |_| {});
    changes.finish().unwrap().to_vec()
}

/// Takes all rights from this thread, and from no other.
fn give_up_all_rights() {
    // struct __user_cap_header_struct, version 3, of this thread; and twice three empty sets.
    let (header, none) = ([0x2008_0522_u32, 0], [0_u32; 6]);
    // SAFETY: both are valid for reads of what capset(2) reads.
    let result = unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), none.as_ptr()) };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
}

#[test]
fn a_transaction_refused_at_its_begin_is_told_at_once_whatever_its_numbers() {
    in_a_world(|| {
        let mut socket = match Socket::open(Protocol::Netfilter) {
            Ok(socket) => socket,
            Err(error) => return skipped(&format!("no nf_tables: {error}")),
        };
        let refused = |socket: &mut Socket, generation, errno| {
            // Waiting for another answer would be an error: Timeout.
            let refusals = socket.transact(&transaction(generation), |_| Ok(())).unwrap();
            let told: Vec<_> = refusals.iter().map(|one| (one.index, one.errno)).collect();
            assert_eq!(told, [(0, errno)]);
        };
        for _ in 0..2 {
            refused(&mut socket, Some(4711), libc::ERESTART);
        }
        assert_eq!(socket.transact(&transaction(None), |_| Ok(())).unwrap(), []);
        give_up_all_rights();
        for _ in 0..2 {
            refused(&mut socket, None, libc::EPERM);
        }
    });
}

#[test]
fn a_refusal_behind_the_last_acknowledgement_is_told_too() {
    in_a_world(|| {
        let mut socket = match Socket::open(Protocol::Netfilter) {
            Ok(socket) => socket,
            Err(error) => return skipped(&format!("no nf_tables: {error}")),
        };
        let mut buf = [0; 256];
        let mut changes = Batch::new(&mut buf, socket.seq());
        changes.push(batch::BEGIN, Flags::empty(), NfGen::BATCH, |_| {});
        for (kind, flags) in
            [(table::NEW, Flags::CREATE | Flags::ACK), (table::DEL, Flags::empty())]
        {
            let name = if kind.code() == table::NEW.code() { "mine" } else { "not there" };
            changes.push(kind, flags, NfGen::INET, |m| {
                m.put(table::NAME, name);
            });
        }
        changes.push(batch::END, Flags::empty(), NfGen::BATCH, |_| {});
        let refusals = socket.transact(changes.finish().unwrap(), |_| Ok(())).unwrap();
        // So the table was not made either.
        let told: Vec<_> = refusals.iter().map(|one| (one.index, one.errno)).collect();
        assert_eq!(told, [(2, libc::ENOENT)]);

        let mut socket = Socket::open(Protocol::Route).unwrap();
        let mut buf = [0; 256];
        let mut requests = Batch::new(&mut buf, socket.seq());
        for (name, flags) in [("lo", Flags::ACK), ("no", Flags::empty()), ("nor", Flags::empty())] {
            requests.push(link::SET, flags, IfInfo::default(), |m| {
                m.put(link::IFNAME, name);
            });
        }
        let refusals = socket.transact(requests.finish().unwrap(), |_| Ok(())).unwrap();
        let told: Vec<_> = refusals.iter().map(|one| (one.index, one.errno)).collect();
        assert_eq!(told, [(1, libc::ENODEV), (2, libc::ENODEV)]);
    });
}

#[test]
fn each_of_several_questions_to_netfilter_is_answered() {
    in_a_world(|| {
        let mut socket = match Socket::open(Protocol::Netfilter) {
            Ok(socket) => socket,
            Err(error) => return skipped(&format!("no nf_tables: {error}")),
        };
        let mut buf = [0; 256];
        let mut questions = Batch::new(&mut buf, socket.seq());
        for name in ["no", "nor this"] {
            questions.push(table::GET, Flags::ACK, NfGen::INET, |m| {
                m.put(table::NAME, name);
            });
        }
        let refusals = socket.transact(questions.finish().unwrap(), |_| Ok(())).unwrap();
        let told: Vec<_> = refusals.iter().map(|one| (one.index, one.errno)).collect();
        assert_eq!(told, [(0, libc::ENOENT), (1, libc::ENOENT)]);
    });
}

#[test]
fn a_caller_that_cannot_use_a_reply_gets_its_own_error_and_keeps_the_socket() {
    in_a_world(|| {
        let mut socket = Socket::open(Protocol::Route).unwrap();
        // More than one datagram of 32 KiB.
        for n in 0..60 {
            create(&mut socket, &format!("l{n}"));
        }
        let own = |offset| DecodeError {
            kind: DecodeErrorKind::BadValue,
            offset,
            set: "the caller's",
            code: 7,
        };
        let mut seen = 0;
        let request = all_links(&socket);
        let listed = socket.dump(&request, |_| {
            seen += 1;
            Err::<Option<()>, _>(own(seen))
        });
        assert!(matches!(listed, Err(SocketError::Decode(error)) if error == own(1)), "the first");
        assert_eq!(names(&mut socket).unwrap().len(), 61);

        // The same of a batch, whose acknowledgement comes after what could not be used.
        let mut buf = [0; 128];
        let mut batch = Batch::new(&mut buf, socket.seq());
        for name in ["l1", "l2"] {
            batch.push(link::GET, Flags::ACK, IfInfo::default(), |m| {
                m.put(link::IFNAME, name);
            });
        }
        let bytes = batch.finish().unwrap().to_vec();
        let asked = socket.transact(&bytes, |_| Err(own(1)));
        assert!(matches!(asked, Err(SocketError::Decode(error)) if error == own(1)));
        // With the same numbers again: nothing of the first is left to be taken for an answer.
        let mut replies = 0;
        let again = socket.transact(&bytes, |_| {
            replies += 1;
            Ok(())
        });
        assert_eq!((again.unwrap(), replies), (vec![], 2));
    });
}

#[test]
fn a_reply_that_is_too_long_is_read_with_more_room() {
    in_a_world(|| {
        let mut socket = Socket::open(Protocol::Route).unwrap();
        // More than one datagram, so that there is more to read behind the one that is cut.
        for n in 0..60 {
            create(&mut socket, &format!("l{n}"));
        }
        socket.set_receive_buffer(1000);
        let Err(SocketError::Truncated { needed, have: 1000 }) = names(&mut socket) else {
            panic!("61 links in 1,000 bytes");
        };
        assert!(needed > 1000);
        socket.set_receive_buffer(32 * 1024);
        assert_eq!(names(&mut socket).unwrap().len(), 61);
    });
}

#[test]
fn nobody_waits_longer_than_was_said() {
    in_a_world(|| {
        let mut events = Socket::open(Protocol::Route).unwrap();
        events.join(Group::LINK.0).unwrap();
        for timeout in [Duration::ZERO, Duration::from_millis(20)] {
            events.set_receive_timeout(Some(timeout)).unwrap();
            let began = Instant::now();
            assert!(matches!(events.receive(), Err(SocketError::Timeout)));
            assert!((timeout..Duration::from_secs(10)).contains(&began.elapsed()));
        }
        // For ever: past the 20 ms, until something happens.
        events.set_receive_timeout(None).unwrap();
        let mut socket = Socket::open(Protocol::Route).unwrap();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            create(&mut socket, "late");
        });
        assert!(events.receive().is_ok());
    });
}

#[test]
fn errors_are_words_and_say_what_caused_them() {
    let refusal = Refusal {
        index: 0,
        errno: libc::ERANGE,
        message: Some("Attribute failed policy validation".into()),
        path: Some("linkinfo.data.peer.ifname".into()),
    };
    let bare = Refusal { message: None, path: None, ..refusal.clone() };
    let words = bare.to_string();
    assert!(words.contains(&format!("(os error {})", libc::ERANGE)), "{words}");
    let more = ": Attribute failed policy validation: linkinfo.data.peer.ifname";
    assert_eq!(refusal.to_string(), words + more);

    let io = SocketError::Io("recvfrom", std::io::Error::from_raw_os_error(libc::ENOMEM));
    let source = io.source().unwrap().downcast_ref::<std::io::Error>().unwrap();
    assert_eq!(source.raw_os_error(), Some(libc::ENOMEM));
    assert!(SocketError::Timeout.source().is_none());
}

#[test]
fn events_arrive_once_a_group_is_joined() {
    in_a_world(|| {
        let mut socket = Socket::open(Protocol::Route).unwrap();
        let mut events = Socket::open(Protocol::Route).unwrap();
        for group in [Group::LINK, Group::NEIGH] {
            events.join(group.0).unwrap();
        }
        create(&mut socket, "seen");
        // A forwarding entry of the new bridge may come first.
        let name = (0..5).find_map(|_| {
            let datagram = events.receive().unwrap();
            let message = Messages::new(datagram).next().unwrap().unwrap();
            let (_, view) = message.decode(link::NEW).ok()?;
            Some(view.get(link::IFNAME).unwrap().unwrap().to_string())
        });
        assert_eq!(name.as_deref(), Some("seen"));
    });
}

#[test]
fn lost_events_are_an_error_and_not_silence() {
    in_a_world(|| {
        let mut socket = Socket::open(Protocol::Route).unwrap();
        let mut events = Socket::open(Protocol::Route).unwrap();
        events.join(Group::LINK.0).unwrap();
        let small: libc::c_int = 2048;
        // SAFETY: `small` is valid for reads of 4 bytes.
        let result = unsafe {
            let small: *const libc::c_int = &small;
            let fd = events.as_fd().as_raw_fd();
            libc::setsockopt(fd, libc::SOL_SOCKET, libc::SO_RCVBUF, small.cast(), 4)
        };
        assert_eq!(result, 0);
        for n in 0..20 {
            create(&mut socket, &format!("l{n}"));
        }
        let lost = (0..20).any(|_| matches!(events.receive(), Err(SocketError::Overrun)));
        assert!(lost);
    });
}

#[test]
fn a_dump_that_a_change_interrupts_is_read_again() {
    in_a_world(|| {
        let mut socket = Socket::open(Protocol::Route).unwrap();
        let mut other = Socket::open(Protocol::Route).unwrap();
        // More than one datagram of 32 KiB.
        for n in 0..60 {
            create(&mut socket, &format!("l{n}"));
        }
        let request = all_links(&socket);
        let (mut changed, mut seen) = (false, 0);
        let names = socket.dump(&request, |message| {
            let (_, view) = message.decode(link::NEW)?;
            seen += 1;
            if seen == 5 && !changed {
                changed = true;
                create(&mut other, "late");
            }
            Ok(view.get(link::IFNAME)?.map(|name| name.to_string()))
        });
        let names = names.unwrap().unwrap();
        assert!(seen > names.len(), "read once only: {seen}");
        let different: BTreeSet<_> = names.iter().collect();
        assert_eq!(different.len(), names.len(), "none twice");
        assert!(names.iter().any(|name| name == "late"));
    });
}
