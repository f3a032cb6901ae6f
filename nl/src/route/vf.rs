//! Virtual functions of a link (`linux/if_link.h`): `IFLA_VFINFO_LIST`, read-only here except
//! for what the structs say.

use crate::attr::{Nest, attributes};
use crate::route::vf_stats::VfStats;
use crate::value::{Bytes, Struct};
use crate::wire::header;

attributes! {
    /// The virtual functions of a link (`IFLA_VF_INFO_*`); [`INFO`] repeats.
    List = "IFLA_VF" {
        /// One virtual function.
        INFO: Nest<Vf> = 1;
    }
}

attributes! {
    /// One virtual function (`IFLA_VF_*`).
    Vf = "IFLA_VF" {
        /// `struct ifla_vf_mac`.
        MAC: Bytes = 1;
        /// VLAN and priority.
        VLAN: Struct<VfVlan> = 2;
        /// Transmit rate, in Mbit/s.
        TX_RATE: Struct<VfSetting> = 3;
        /// Whether spoofed source addresses are dropped.
        SPOOFCHK: Struct<VfSetting> = 4;
        /// 0 as the physical link, 1 up, 2 down.
        LINK_STATE: Struct<VfSetting> = 5;
        /// Least and greatest transmit rate.
        RATE: Struct<VfRate> = 6;
        /// Whether the RSS configuration may be read.
        RSS_QUERY_EN: Struct<VfSetting> = 7;
        /// Counters.
        STATS: Nest<VfStats> = 8;
        /// Whether it is trusted.
        TRUST: Struct<VfSetting> = 9;
        /// InfiniBand node.
        IB_NODE_GUID: Bytes = 10;
        /// InfiniBand port.
        IB_PORT_GUID: Bytes = 11;
        /// Stacked VLANs.
        VLAN_LIST: Bytes = 12;
        /// Broadcast address.
        BROADCAST: Bytes = 13;
    }
}

header! {
    /// `struct ifla_vf_vlan`.
    VfVlan = "ifla_vf_vlan", 12 {
        /// Number of the function.
        vf: u32, 0, native;
        /// VLAN; 0 is none.
        vlan: u32, 4, native;
        /// Priority.
        qos: u32, 8, native;
    }
}

header! {
    /// `struct ifla_vf_rate`.
    VfRate = "ifla_vf_rate", 12 {
        /// Number of the function.
        vf: u32, 0, native;
        /// Least, in Mbit/s.
        min_tx_rate: u32, 4, native;
        /// Greatest, in Mbit/s; 0 is no limit.
        max_tx_rate: u32, 8, native;
    }
}

header! {
    /// `struct ifla_vf_spoofchk` and others of the same layout.
    VfSetting = "ifla_vf_spoofchk", 8 {
        /// Number of the function.
        vf: u32, 0, native;
        /// The setting; `u32::MAX` when there is none.
        setting: u32, 4, native;
    }
}
