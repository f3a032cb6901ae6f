//! Token bucket filter: a queueing discipline that limits the rate (`linux/pkt_sched.h`,
//! tc-tbf(8)).

use crate::attr::attributes;
use crate::value::{Bytes, Struct, U32, U64};
use crate::wire::header;

attributes! {
    /// A token bucket filter (`TCA_TBF_*`).
    Tbf = "TCA_TBF" {
        /// Rates and sizes.
        PARMS: Struct<Parameters> = 1;
        /// 256 transmission times by packet size; only their number counts on kernels since 3.8.
        RTAB: Bytes = 2;
        /// The same for the peak rate.
        PTAB: Bytes = 3;
        /// Rate, in bytes per second, when above 32 bits.
        RATE64: U64 = 4;
        /// Peak rate, in bytes per second, when above 32 bits.
        PRATE64: U64 = 5;
        /// Bucket, in bytes; instead of `buffer` in the parameters.
        BURST: U32 = 6;
        /// Bucket of the peak rate, in bytes; instead of `mtu` in the parameters.
        PBURST: U32 = 7;
        /// Padding.
        PAD: Bytes = 8;
    }
}

header! {
    /// `struct tc_tbf_qopt`: two `struct tc_ratespec`, then three integers.
    Parameters = "tc_tbf_qopt", 36 {
        /// Size of a cell of [`RTAB`], as a power of 2.
        rate_cell_log: u8, 0, native;
        /// Link layer: 0 not known, 1 Ethernet, 2 ATM.
        rate_linklayer: u8, 1, native;
        /// Bytes added to each packet.
        rate_overhead: u16, 2, native;
        /// Not used: -1.
        rate_cell_align: u16, 4, native;
        /// Smallest packet, in bytes.
        rate_mpu: u16, 6, native;
        /// Rate, in bytes per second.
        rate: u32, 8, native;
        /// As [`rate_cell_log`](Self::rate_cell_log), of the peak rate.
        peak_cell_log: u8, 12, native;
        /// As [`rate_linklayer`](Self::rate_linklayer), of the peak rate.
        peak_linklayer: u8, 13, native;
        /// As [`rate_overhead`](Self::rate_overhead), of the peak rate.
        peak_overhead: u16, 14, native;
        /// As [`rate_cell_align`](Self::rate_cell_align), of the peak rate.
        peak_cell_align: u16, 16, native;
        /// As [`rate_mpu`](Self::rate_mpu), of the peak rate.
        peak_mpu: u16, 18, native;
        /// Peak rate, in bytes per second; 0 is none.
        peak: u32, 20, native;
        /// Most bytes that wait.
        limit: u32, 24, native;
        /// Bucket, as transmission time in ticks of 64 ns.
        buffer: u32, 28, native;
        /// Bucket of the peak rate, as transmission time in ticks of 64 ns.
        mtu: u32, 32, native;
    }
}
