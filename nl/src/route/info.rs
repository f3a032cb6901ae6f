//! What kind a link is: `IFLA_LINKINFO` (`linux/if_link.h`).
//!
//! Kinds without attributes of their own (dummy, ifb, nlmon, wireguard, …) need the name only.

use crate::attr::{Attr, Nest, attributes};
use crate::route::bond::Bond;
use crate::route::bond_port::BondPort;
use crate::route::bridge::Bridge;
use crate::route::bridge_port::BridgePort;
use crate::route::geneve::Geneve;
use crate::route::gre::Gre;
use crate::route::ipvlan::Ipvlan;
use crate::route::macvlan::Macvlan;
use crate::route::netkit::Netkit;
use crate::route::tun::Tun;
use crate::route::tunnel::Tunnel;
use crate::route::veth::Veth;
use crate::route::vlan::Vlan;
use crate::route::vrf::Vrf;
use crate::route::vrf_port::VrfPort;
use crate::route::vti::Vti;
use crate::route::vxlan::Vxlan;
use crate::value::{Bytes, Str};

attributes! {
    /// What kind a link is (`IFLA_INFO_*`).
    Info = "IFLA_INFO" {
        /// The kind, such as `veth` or `bridge`.
        KIND: Str = 1;
        /// What is particular to the kind, raw; typed under the name of each kind.
        DATA: Bytes = 2 => KIND {
            "veth": Nest<Veth>,
            "bridge": Nest<Bridge>,
            "vlan": Nest<Vlan>,
            "macvlan": Nest<Macvlan>,
            "macvtap": Nest<Macvlan>,
            "ipvlan": Nest<Ipvlan>,
            "ipvtap": Nest<Ipvlan>,
            "vxlan": Nest<Vxlan>,
            "tun": Nest<Tun>,
            "vrf": Nest<Vrf>,
            "bond": Nest<Bond>,
            "geneve": Nest<Geneve>,
            "gre": Nest<Gre>,
            "gretap": Nest<Gre>,
            "erspan": Nest<Gre>,
            "ip6gre": Nest<Gre>,
            "ip6gretap": Nest<Gre>,
            "ip6erspan": Nest<Gre>,
            "ipip": Nest<Tunnel>,
            "sit": Nest<Tunnel>,
            "ip6tnl": Nest<Tunnel>,
            "vti": Nest<Vti>,
            "vti6": Nest<Vti>,
            "netkit": Nest<Netkit>,
        };
        /// Statistics of the kind.
        XSTATS: Bytes = 3;
        /// Kind of the master.
        SLAVE_KIND: Str = 4;
        /// What the master's kind keeps about this port, raw.
        SLAVE_DATA: Bytes = 5 => SLAVE_KIND {
            "bridge": Nest<BridgePort>,
            "bond": Nest<BondPort>,
            "vrf": Nest<VrfPort>,
        };
    }
}

/// Defines the typed keys of `IFLA_INFO_DATA` and `IFLA_INFO_SLAVE_DATA`.
macro_rules! kinds {
    ($( $NAME:ident: $Set:ty = $code:literal, $kind:literal; )*) => {$(
        #[doc = concat!("What is particular to a link of kind ", $kind, ".")]
        pub const $NAME: Attr<Info, Nest<$Set>> = Attr::new($code);
    )*};
}

kinds! {
    VETH: Veth = 2, "veth";
    BRIDGE: Bridge = 2, "bridge";
    VLAN: Vlan = 2, "vlan";
    MACVLAN: Macvlan = 2, "macvlan or macvtap";
    IPVLAN: Ipvlan = 2, "ipvlan or ipvtap";
    VXLAN: Vxlan = 2, "vxlan";
    TUN: Tun = 2, "tun";
    VRF: Vrf = 2, "vrf";
    BOND: Bond = 2, "bond";
    GENEVE: Geneve = 2, "geneve";
    GRE: Gre = 2, "gre, gretap, erspan, ip6gre, ip6gretap or ip6erspan";
    TUNNEL: Tunnel = 2, "ipip, sit or ip6tnl";
    VTI: Vti = 2, "vti or vti6";
    NETKIT: Netkit = 2, "netkit";
    BRIDGE_PORT: BridgePort = 5, "bridge, as the master";
    BOND_PORT: BondPort = 5, "bond, as the master";
    VRF_PORT: VrfPort = 5, "vrf, as the master";
}
