//! State of LACP on a bond (`linux/if_link.h`).

use crate::attr::attributes;
use crate::value::{Mac, U16};

attributes! {
    /// State of LACP (`IFLA_BOND_AD_INFO_*`).
    AdInfo = "IFLA_BOND_AD_INFO" {
        /// Active aggregator.
        AGGREGATOR: U16 = 1;
        /// Its ports.
        NUM_PORTS: U16 = 2;
        /// Own key.
        ACTOR_KEY: U16 = 3;
        /// Partner's key.
        PARTNER_KEY: U16 = 4;
        /// Partner's address.
        PARTNER_MAC: Mac = 5;
    }
}
