//! libmnl, through `mnl.c`.

#[cfg(mnl)]
pub use self::with::Libmnl;

#[cfg(mnl)]
mod with {
    use std::ffi::{CStr, c_char, c_int, c_void};
    use std::net::Ipv4Addr;

    use crate::codec::{Codec, Link, RouteFields, Scratch};
    use crate::fixtures::{Address, Route, Veth};

    pub struct Libmnl;

    #[repr(C)]
    struct LinkC {
        index: u32,
        mtu: u32,
        master: u32,
        mac_len: u32,
        name: *const c_char,
        kind: *const c_char,
        mac: *const u8,
        rx_packets: u64,
        tx_packets: u64,
        rx_bytes: u64,
        tx_bytes: u64,
    }

    #[repr(C)]
    struct RouteC {
        prefix: u32,
        table: u32,
        destination: u32,
        gateway: u32,
        oif: u32,
        metric: u32,
    }

    unsafe extern "C" {
        fn rivals_mnl_veth(
            buf: *mut u8,
            name: *const c_char,
            mtu: u32,
            master: u32,
            peer: *const c_char,
            mac: *const u8,
            namespace: u32,
        ) -> usize;
        fn rivals_mnl_address(
            buf: *mut u8,
            index: u32,
            local: u32,
            prefix: u8,
            broad: u32,
        ) -> usize;
        fn rivals_mnl_route(buf: *mut u8, gateway: u32, index: u32) -> usize;
        fn rivals_mnl_links(
            bytes: *const u8,
            size: usize,
            visit: extern "C" fn(*const LinkC, *mut c_void),
            data: *mut c_void,
        ) -> c_int;
        fn rivals_mnl_routes(
            bytes: *const u8,
            size: usize,
            visit: extern "C" fn(*const RouteC, *mut c_void),
            data: *mut c_void,
        ) -> c_int;
    }

    fn network_order(address: Ipv4Addr) -> u32 {
        u32::from_ne_bytes(address.octets())
    }

    extern "C" fn link<F: FnMut(&Link<'_>)>(link: *const LinkC, visit: *mut c_void) {
        let text = |text: *const c_char| match text.is_null() {
            true => &[],
            // SAFETY: libmnl has found the NUL inside the attribute.
            false => unsafe { CStr::from_ptr(text) }.to_bytes(),
        };
        // SAFETY: `rivals_mnl_links` passes a struct of its own, and the pointer it was given.
        let (link, visit) = unsafe { (&*link, &mut *visit.cast::<F>()) };
        let mac = match link.mac.is_null() {
            true => &[],
            // SAFETY: the attribute's payload, of that length, in the caller's buffer.
            false => unsafe { std::slice::from_raw_parts(link.mac, link.mac_len as usize) },
        };
        visit(&Link {
            index: link.index,
            name: text(link.name),
            mtu: link.mtu,
            mac,
            master: link.master,
            kind: text(link.kind),
            rx_packets: link.rx_packets,
            tx_packets: link.tx_packets,
            rx_bytes: link.rx_bytes,
            tx_bytes: link.tx_bytes,
        });
    }

    extern "C" fn route<F: FnMut(&RouteFields)>(route: *const RouteC, visit: *mut c_void) {
        // SAFETY: `rivals_mnl_routes` passes a struct of its own, and the pointer it was given.
        let (route, visit) = unsafe { (&*route, &mut *visit.cast::<F>()) };
        visit(&RouteFields {
            prefix: route.prefix as u8,
            table: route.table,
            destination: route.destination.to_ne_bytes().into(),
            gateway: route.gateway.to_ne_bytes().into(),
            oif: route.oif,
            metric: route.metric,
        });
    }

    impl Codec for Libmnl {
        fn veth<'s>(spec: &Veth, scratch: &'s mut Scratch) -> &'s [u8] {
            // libmnl 1.0.4 leaves the padding as it was: zeros, in a buffer used for nothing else.
            // SAFETY: the texts end with NUL, and the message fits the buffer.
            let len = unsafe {
                rivals_mnl_veth(
                    scratch.buf.as_mut_ptr(),
                    spec.name_c.as_ptr(),
                    spec.mtu,
                    spec.master,
                    spec.peer_c.as_ptr(),
                    spec.mac.as_ptr(),
                    spec.namespace,
                )
            };
            &scratch.buf[..len]
        }

        fn address<'s>(spec: &Address, scratch: &'s mut Scratch) -> &'s [u8] {
            let (local, broadcast) = (network_order(spec.local), network_order(spec.broadcast));
            let buf = scratch.buf.as_mut_ptr();
            // SAFETY: the message fits the buffer.
            let len = unsafe { rivals_mnl_address(buf, spec.index, local, spec.prefix, broadcast) };
            &scratch.buf[..len]
        }

        fn route<'s>(spec: &Route, scratch: &'s mut Scratch) -> &'s [u8] {
            let gateway = network_order(spec.gateway);
            // SAFETY: the message fits the buffer.
            let len = unsafe { rivals_mnl_route(scratch.buf.as_mut_ptr(), gateway, spec.index) };
            &scratch.buf[..len]
        }

        fn links(datagram: &[u8], visit: impl FnMut(&Link<'_>)) {
            fn call<F: FnMut(&Link<'_>)>(datagram: &[u8], mut visit: F) {
                let data = (&raw mut visit).cast();
                // SAFETY: `link::<F>` gets the `F` back while it lives.
                let result =
                    unsafe { rivals_mnl_links(datagram.as_ptr(), datagram.len(), link::<F>, data) };
                assert_eq!(result, 0);
            }
            call(datagram, visit);
        }

        fn routes(datagram: &[u8], visit: impl FnMut(&RouteFields)) {
            fn call<F: FnMut(&RouteFields)>(datagram: &[u8], mut visit: F) {
                let data = (&raw mut visit).cast();
                // SAFETY: `route::<F>` gets the `F` back while it lives.
                let result = unsafe {
                    rivals_mnl_routes(datagram.as_ptr(), datagram.len(), route::<F>, data)
                };
                assert_eq!(result, 0);
            }
            call(datagram, visit);
        }
    }
}
