//! Hand a connection to a flow table (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::value::Str;

attributes! {
    /// `flow_offload` (`NFTA_FLOW_*`).
    FlowOffload = "NFTA_FLOW" {
        /// Name of the flow table.
        TABLE_NAME: Str = 1;
    }
}
