//! A port of a bond (`linux/if_link.h`).

use crate::attr::attributes;
use crate::value::{I32, Mac, U8, U16, U32};

attributes! {
    /// A port of a bond (`IFLA_BOND_SLAVE_*`).
    BondPort = "IFLA_BOND_SLAVE" {
        /// 0 active, 1 backup.
        STATE: U8 = 1;
        /// Carrier: 0 up, 1 going down, 2 down, 3 coming up.
        MII_STATUS: U8 = 2;
        /// Times the carrier was lost.
        LINK_FAILURE_COUNT: U32 = 3;
        /// Permanent hardware address.
        PERM_HWADDR: Mac = 4;
        /// Queue.
        QUEUE_ID: U16 = 5;
        /// Aggregator.
        AD_AGGREGATOR_ID: U16 = 6;
        /// Own LACP state.
        AD_ACTOR_OPER_PORT_STATE: U8 = 7;
        /// Partner's LACP state.
        AD_PARTNER_OPER_PORT_STATE: U16 = 8;
        /// Priority, which may be negative.
        PRIO: I32 = 9;
        /// LACP port priority.
        ACTOR_PORT_PRIO: U16 = 10;
    }
}
