//! IPv4 settings of a link: `IFLA_AF_SPEC`, `AF_INET` (`linux/if_link.h`, `linux/ip.h`).

use crate::attr::{Attr, Indexed, Nest, attributes};
use crate::value::{U32, counters};

attributes! {
    /// IPv4 settings of a link (`IFLA_INET_*`).
    Inet = "IFLA_INET" {
        /// Settings, as replies hold them. To change some, see [`CHANGE`].
        CONF: Conf4<'static> = 1;
    }
}

/// `IFLA_INET_CONF` as requests hold it: one attribute per setting, its number the index in
/// [`Conf4`] plus 1 (`IPV4_DEVCONF_*`).
pub const CHANGE: Attr<Inet, Nest<Indexed<U32>>> = Attr::new(1);

counters! {
    /// `IPV4_DEVCONF_*` minus 1 (`linux/ip.h`): an array that grows from kernel to kernel.
    Conf4: u32 = "ipv4_devconf" {
        /// Sysctl `net.ipv4.conf.*.forwarding`.
        forwarding, 0;
        /// Sysctl `net.ipv4.conf.*.mc_forwarding`.
        mc_forwarding, 1;
        /// Sysctl `net.ipv4.conf.*.proxy_arp`.
        proxy_arp, 2;
        /// Sysctl `net.ipv4.conf.*.accept_redirects`.
        accept_redirects, 3;
        /// Sysctl `net.ipv4.conf.*.secure_redirects`.
        secure_redirects, 4;
        /// Sysctl `net.ipv4.conf.*.send_redirects`.
        send_redirects, 5;
        /// Sysctl `net.ipv4.conf.*.shared_media`.
        shared_media, 6;
        /// Sysctl `net.ipv4.conf.*.rp_filter`.
        rp_filter, 7;
        /// Sysctl `net.ipv4.conf.*.accept_source_route`.
        accept_source_route, 8;
        /// Sysctl `net.ipv4.conf.*.bootp_relay`.
        bootp_relay, 9;
        /// Sysctl `net.ipv4.conf.*.log_martians`.
        log_martians, 10;
        /// Sysctl `net.ipv4.conf.*.tag`.
        tag, 11;
        /// Sysctl `net.ipv4.conf.*.arpfilter`.
        arpfilter, 12;
        /// Sysctl `net.ipv4.conf.*.medium_id`.
        medium_id, 13;
        /// Sysctl `net.ipv4.conf.*.noxfrm`.
        noxfrm, 14;
        /// Sysctl `net.ipv4.conf.*.nopolicy`.
        nopolicy, 15;
        /// Sysctl `net.ipv4.conf.*.force_igmp_version`.
        force_igmp_version, 16;
        /// Sysctl `net.ipv4.conf.*.arp_announce`.
        arp_announce, 17;
        /// Sysctl `net.ipv4.conf.*.arp_ignore`.
        arp_ignore, 18;
        /// Sysctl `net.ipv4.conf.*.promote_secondaries`.
        promote_secondaries, 19;
        /// Sysctl `net.ipv4.conf.*.arp_accept`.
        arp_accept, 20;
        /// Sysctl `net.ipv4.conf.*.arp_notify`.
        arp_notify, 21;
        /// Sysctl `net.ipv4.conf.*.accept_local`.
        accept_local, 22;
        /// Sysctl `net.ipv4.conf.*.src_vmark`.
        src_vmark, 23;
        /// Sysctl `net.ipv4.conf.*.proxy_arp_pvlan`.
        proxy_arp_pvlan, 24;
        /// Sysctl `net.ipv4.conf.*.route_localnet`.
        route_localnet, 25;
        /// Sysctl `net.ipv4.conf.*.igmpv2_unsolicited_report_interval`.
        igmpv2_unsolicited_report_interval, 26;
        /// Sysctl `net.ipv4.conf.*.igmpv3_unsolicited_report_interval`.
        igmpv3_unsolicited_report_interval, 27;
        /// Sysctl `net.ipv4.conf.*.ignore_routes_with_linkdown`.
        ignore_routes_with_linkdown, 28;
        /// Sysctl `net.ipv4.conf.*.drop_unicast_in_l2_multicast`.
        drop_unicast_in_l2_multicast, 29;
        /// Sysctl `net.ipv4.conf.*.drop_gratuitous_arp`.
        drop_gratuitous_arp, 30;
        /// Sysctl `net.ipv4.conf.*.bc_forwarding`.
        bc_forwarding, 31;
        /// Sysctl `net.ipv4.conf.*.arp_evict_nocarrier`.
        arp_evict_nocarrier, 32;
    }
}
