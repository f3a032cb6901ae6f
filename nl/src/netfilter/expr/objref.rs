//! Use of an object (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;
use crate::netfilter::object::Type;
use crate::value::{Be32, Str};

attributes! {
    /// `objref` (`NFTA_OBJREF_*`).
    Objref = "NFTA_OBJREF" {
        /// Type of the object.
        IMM_TYPE: Type = 1;
        /// Name of the object.
        IMM_NAME: Str = 2;
        /// Register with the key of a map of objects.
        SET_SREG: Register = 3;
        /// Name of the map.
        SET_NAME: Str = 4;
        /// The map, by its number inside the batch.
        SET_ID: Be32 = 5;
    }
}
