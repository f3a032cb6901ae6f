//! User space decides (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;
use crate::value::Be16;

attributes! {
    /// `queue` (`NFTA_QUEUE_*`).
    Queue = "NFTA_QUEUE" {
        /// First queue.
        NUM: Be16 = 1;
        /// How many queues.
        TOTAL: Be16 = 2;
        /// Bit 0 accept when nobody listens, bit 1 by processor.
        FLAGS: Be16 = 3;
        /// Register with the queue.
        SREG_QNUM: Register = 4;
    }
}
