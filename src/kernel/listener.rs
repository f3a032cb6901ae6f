//! Who has a port of this host, and what is bound in other namespaces: from /proc/net and
//! /proc/PID/fd (proc(5)).

use std::fs;
use std::net::Ipv4Addr;
use std::os::fd::AsFd;

use crate::sys::namespace::in_network;

/// Whether a socket of UDP in another network namespace is bound to an address.
pub fn is_bound(namespace: &impl AsFd, address: Ipv4Addr) -> bool {
    // As a number of the machine's own byte order.
    let address = format!(" {:08X}:", u32::from_ne_bytes(address.octets()));
    let table = in_network(namespace, || fs::read_to_string("/proc/self/net/udp"));
    table.is_ok_and(|table| table.is_ok_and(|table| table.contains(&address)))
}

/// A process that has a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Its id.
    pub pid: u32,
    /// Its name.
    pub name: String,
}

/// A process that has a port of protocol "tcp" or "udp"; `None` when none can be seen from here.
/// Looks through all processes: for messages only.
pub fn listener(protocol: &str, port: u16) -> Option<Listener> {
    let tables = [format!("/proc/net/{protocol}"), format!("/proc/net/{protocol}6")];
    let tables: String = tables.iter().filter_map(|path| fs::read_to_string(path).ok()).collect();
    let sockets: Vec<String> = tables
        .lines()
        .filter_map(|line| inode(line, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    let pids = fs::read_dir("/proc").ok()?.flatten();
    let mut pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let has = |pid: &u32| {
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd"));
        descriptors.into_iter().flatten().flatten().any(|entry| {
            let target = fs::read_link(entry.path()).unwrap_or_default();
            sockets.iter().any(|socket| target.to_str() == Some(socket))
        })
    };
    let pid = pids.find(has)?;
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    Some(Listener { pid, name: name.trim_end().into() })
}

/// The inode of a socket that is bound to `port`: a line of /proc/net/tcp, "sl local remote st …".
fn inode(line: &str, port: u16) -> Option<&str> {
    let mut words = line.split_whitespace();
    let (_, own) = words.nth(1)?.rsplit_once(':')?;
    (u16::from_str_radix(own, 16).ok()? == port).then(|| words.nth(7))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_found_by_its_own_port() {
        let line = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     \
                    0        0 12345 1 0000000000000000 100 0 0 10 0";
        assert_eq!(inode(line, 8080), Some("12345"));
        assert_eq!(inode(line, 80), None);
        assert_eq!(inode("  sl  local_address rem_address   st tx_queue rx_queue", 80), None);
    }
}
