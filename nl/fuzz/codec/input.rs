//! Values made of bytes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Bytes to make values of; zeroes when they are used up.
pub(super) struct Input<'a>(pub(super) &'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        for byte in &mut out {
            if let Some((first, rest)) = self.0.split_first() {
                (*byte, self.0) = (*first, rest);
            }
        }
        out
    }

    pub(super) fn u8(&mut self) -> u8 {
        let [byte] = self.take();
        byte
    }

    pub(super) fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    pub(super) fn bytes(&mut self, most: usize) -> &'a [u8] {
        let len = (usize::from(self.u8()) % (most + 1)).min(self.0.len());
        let (head, rest) = self.0.split_at(len);
        self.0 = rest;
        head
    }

    /// Text that netlink can carry: no NUL.
    pub(super) fn text(&mut self, most: usize) -> String {
        self.bytes(most).iter().map(|byte| char::from(byte % 94 + 33)).collect()
    }

    pub(super) fn ip(&mut self) -> IpAddr {
        match self.u8() & 1 {
            0 => Ipv4Addr::from(self.take::<4>()).into(),
            _ => Ipv6Addr::from(self.take::<16>()).into(),
        }
    }

    pub(super) fn some<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.u8() & 1 == 1 { Some(make(self)) } else { None }
    }
}
