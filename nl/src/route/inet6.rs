//! IPv6 settings of a link: `IFLA_AF_SPEC`, `AF_INET6` (`linux/if_link.h`).

use crate::attr::attributes;
use crate::value::{Bytes, Ip, Struct, U32, counters, numbers};
use crate::wire::header;

attributes! {
    /// IPv6 settings of a link (`IFLA_INET6_*`).
    Inet6 = "IFLA_INET6" {
        /// `IF_RA_*` and others.
        FLAGS: U32 = 1;
        /// Settings.
        CONF: Conf6<'static> = 2;
        /// Counters.
        STATS: Stats6<'static> = 3;
        /// Multicast counters.
        MCAST: Bytes = 4;
        /// Age of the entries, reachable time and so on.
        CACHEINFO: Struct<CacheInfo> = 5;
        /// ICMPv6 counters.
        ICMP6STATS: Icmp6Stats<'static> = 6;
        /// Token of automatic addresses.
        TOKEN: Ip = 7;
        /// How link-local addresses are made.
        ADDR_GEN_MODE: AddrGenMode = 8;
        /// MTU learnt from router advertisements.
        RA_MTU: U32 = 9;
    }
}

/// `ADDR_GEN_MODE`: no automatic IPv6 addresses.
pub const ADDR_GEN_NONE: AddrGenMode = AddrGenMode::NONE;

numbers! {
    /// How link-local addresses are made.
    AddrGenMode: u8, native, "IN6_ADDR_GEN_MODE_" {
        /// From the hardware address.
        EUI64 = 0;
        /// Not at all.
        NONE = 1;
        /// From a secret, stable (RFC 7217).
        STABLE_PRIVACY = 2;
        /// At random.
        RANDOM = 3;
    }
}

header! {
    /// `struct ifla_cacheinfo`. Times are in milliseconds, `tstamp` in hundredths of a second.
    CacheInfo = "ifla_cacheinfo", 16 {
        /// Largest packet put together from fragments, in bytes.
        max_reasm_len: u32, 0, native;
        /// When it was last changed, since boot.
        tstamp: u32, 4, native;
        /// How long a neighbour counts as reachable.
        reachable_time: u32, 8, native;
        /// Time between neighbour solicitations.
        retrans_time: u32, 12, native;
    }
}

counters! {
    /// `DEVCONF_*` (`linux/ipv6.h`): an array that grows from kernel to kernel. Times are in
    /// hundredths of a second or in milliseconds, as the kernel prints them.
    Conf6: u32 = "ipv6_devconf" {
        /// Sysctl `net.ipv6.conf.*.forwarding`.
        forwarding, 0;
        /// Sysctl `net.ipv6.conf.*.hoplimit`.
        hoplimit, 1;
        /// Sysctl `net.ipv6.conf.*.mtu6`.
        mtu6, 2;
        /// Sysctl `net.ipv6.conf.*.accept_ra`.
        accept_ra, 3;
        /// Sysctl `net.ipv6.conf.*.accept_redirects`.
        accept_redirects, 4;
        /// Sysctl `net.ipv6.conf.*.autoconf`.
        autoconf, 5;
        /// Sysctl `net.ipv6.conf.*.dad_transmits`.
        dad_transmits, 6;
        /// Sysctl `net.ipv6.conf.*.rtr_solicits`.
        rtr_solicits, 7;
        /// Sysctl `net.ipv6.conf.*.rtr_solicit_interval`.
        rtr_solicit_interval, 8;
        /// Sysctl `net.ipv6.conf.*.rtr_solicit_delay`.
        rtr_solicit_delay, 9;
        /// Sysctl `net.ipv6.conf.*.use_tempaddr`.
        use_tempaddr, 10;
        /// Sysctl `net.ipv6.conf.*.temp_valid_lft`.
        temp_valid_lft, 11;
        /// Sysctl `net.ipv6.conf.*.temp_prefered_lft`.
        temp_prefered_lft, 12;
        /// Sysctl `net.ipv6.conf.*.regen_max_retry`.
        regen_max_retry, 13;
        /// Sysctl `net.ipv6.conf.*.max_desync_factor`.
        max_desync_factor, 14;
        /// Sysctl `net.ipv6.conf.*.max_addresses`.
        max_addresses, 15;
        /// Sysctl `net.ipv6.conf.*.force_mld_version`.
        force_mld_version, 16;
        /// Sysctl `net.ipv6.conf.*.accept_ra_defrtr`.
        accept_ra_defrtr, 17;
        /// Sysctl `net.ipv6.conf.*.accept_ra_pinfo`.
        accept_ra_pinfo, 18;
        /// Sysctl `net.ipv6.conf.*.accept_ra_rtr_pref`.
        accept_ra_rtr_pref, 19;
        /// Sysctl `net.ipv6.conf.*.rtr_probe_interval`.
        rtr_probe_interval, 20;
        /// Sysctl `net.ipv6.conf.*.accept_ra_rt_info_max_plen`.
        accept_ra_rt_info_max_plen, 21;
        /// Sysctl `net.ipv6.conf.*.proxy_ndp`.
        proxy_ndp, 22;
        /// Sysctl `net.ipv6.conf.*.optimistic_dad`.
        optimistic_dad, 23;
        /// Sysctl `net.ipv6.conf.*.accept_source_route`.
        accept_source_route, 24;
        /// Sysctl `net.ipv6.conf.*.mc_forwarding`.
        mc_forwarding, 25;
        /// Sysctl `net.ipv6.conf.*.disable_ipv6`.
        disable_ipv6, 26;
        /// Sysctl `net.ipv6.conf.*.accept_dad`.
        accept_dad, 27;
        /// Sysctl `net.ipv6.conf.*.force_tllao`.
        force_tllao, 28;
        /// Sysctl `net.ipv6.conf.*.ndisc_notify`.
        ndisc_notify, 29;
        /// Sysctl `net.ipv6.conf.*.mldv1_unsolicited_report_interval`.
        mldv1_unsolicited_report_interval, 30;
        /// Sysctl `net.ipv6.conf.*.mldv2_unsolicited_report_interval`.
        mldv2_unsolicited_report_interval, 31;
        /// Sysctl `net.ipv6.conf.*.suppress_frag_ndisc`.
        suppress_frag_ndisc, 32;
        /// Sysctl `net.ipv6.conf.*.accept_ra_from_local`.
        accept_ra_from_local, 33;
        /// Sysctl `net.ipv6.conf.*.use_optimistic`.
        use_optimistic, 34;
        /// Sysctl `net.ipv6.conf.*.accept_ra_mtu`.
        accept_ra_mtu, 35;
        /// Sysctl `net.ipv6.conf.*.stable_secret`.
        stable_secret, 36;
        /// Sysctl `net.ipv6.conf.*.use_oif_addrs_only`.
        use_oif_addrs_only, 37;
        /// Sysctl `net.ipv6.conf.*.accept_ra_min_hop_limit`.
        accept_ra_min_hop_limit, 38;
        /// Sysctl `net.ipv6.conf.*.ignore_routes_with_linkdown`.
        ignore_routes_with_linkdown, 39;
        /// Sysctl `net.ipv6.conf.*.drop_unicast_in_l2_multicast`.
        drop_unicast_in_l2_multicast, 40;
        /// Sysctl `net.ipv6.conf.*.drop_unsolicited_na`.
        drop_unsolicited_na, 41;
        /// Sysctl `net.ipv6.conf.*.keep_addr_on_down`.
        keep_addr_on_down, 42;
        /// Sysctl `net.ipv6.conf.*.rtr_solicit_max_interval`.
        rtr_solicit_max_interval, 43;
        /// Sysctl `net.ipv6.conf.*.seg6_enabled`.
        seg6_enabled, 44;
        /// Sysctl `net.ipv6.conf.*.seg6_require_hmac`.
        seg6_require_hmac, 45;
        /// Sysctl `net.ipv6.conf.*.enhanced_dad`.
        enhanced_dad, 46;
        /// Sysctl `net.ipv6.conf.*.addr_gen_mode`.
        addr_gen_mode, 47;
        /// Sysctl `net.ipv6.conf.*.disable_policy`.
        disable_policy, 48;
        /// Sysctl `net.ipv6.conf.*.accept_ra_rt_info_min_plen`.
        accept_ra_rt_info_min_plen, 49;
        /// Sysctl `net.ipv6.conf.*.ndisc_tclass`.
        ndisc_tclass, 50;
        /// Sysctl `net.ipv6.conf.*.rpl_seg_enabled`.
        rpl_seg_enabled, 51;
        /// Sysctl `net.ipv6.conf.*.ra_defrtr_metric`.
        ra_defrtr_metric, 52;
        /// Sysctl `net.ipv6.conf.*.ioam6_enabled`.
        ioam6_enabled, 53;
        /// Sysctl `net.ipv6.conf.*.ioam6_id`.
        ioam6_id, 54;
        /// Sysctl `net.ipv6.conf.*.ioam6_id_wide`.
        ioam6_id_wide, 55;
        /// Sysctl `net.ipv6.conf.*.ndisc_evict_nocarrier`.
        ndisc_evict_nocarrier, 56;
        /// Sysctl `net.ipv6.conf.*.accept_untracked_na`.
        accept_untracked_na, 57;
        /// Sysctl `net.ipv6.conf.*.accept_ra_min_lft`.
        accept_ra_min_lft, 58;
        /// Sysctl `net.ipv6.conf.*.force_forwarding`.
        force_forwarding, 59;
    }
}

counters! {
    /// Counters (`IPSTATS_MIB_*`, `linux/snmp.h`). The kernel has changed their order, so only
    /// their number has a name here; see [`nth`](Self::nth).
    Stats6: u64 = "ipstats_mib" {
        /// How many integers there are, this one included.
        count, 0;
    }
}

counters! {
    /// ICMPv6 counters (`ICMP6_MIB_*`, `linux/snmp.h`).
    Icmp6Stats: u64 = "icmp6_mib" {
        /// How many integers there are, this one included.
        count, 0;
        /// Messages received.
        in_messages, 1;
        /// Of these, with errors.
        in_errors, 2;
        /// Messages sent.
        out_messages, 3;
        /// Of these, with errors.
        out_errors, 4;
        /// Messages received with a wrong checksum.
        checksum_errors, 5;
        /// Messages not sent because of the rate limit.
        rate_limited, 6;
    }
}
