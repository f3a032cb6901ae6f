//! Counters of a link (`linux/if_link.h`). Newer kernels count more: the views take any length.

use crate::value::counters;

counters! {
    /// `struct rtnl_link_stats`.
    LinkStats: u32 = "rtnl_link_stats" {
        /// Packets received.
        rx_packets, 0;
        /// Packets sent.
        tx_packets, 1;
        /// Bytes received.
        rx_bytes, 2;
        /// Bytes sent.
        tx_bytes, 3;
        /// Packets received with errors.
        rx_errors, 4;
        /// Packets not sent because of errors.
        tx_errors, 5;
        /// Received packets dropped for want of memory.
        rx_dropped, 6;
        /// Packets to send dropped.
        tx_dropped, 7;
        /// Multicast packets received.
        multicast, 8;
        /// Collisions.
        collisions, 9;
        /// Received packets of a wrong length.
        rx_length_errors, 10;
        /// Received packets that overflowed the ring.
        rx_over_errors, 11;
        /// Received packets with a wrong checksum.
        rx_crc_errors, 12;
        /// Received packets with a framing error.
        rx_frame_errors, 13;
        /// Receive queue overflows.
        rx_fifo_errors, 14;
        /// Packets missed for want of buffers.
        rx_missed_errors, 15;
        /// Sends aborted.
        tx_aborted_errors, 16;
        /// Sends that lost the carrier.
        tx_carrier_errors, 17;
        /// Send queue underruns.
        tx_fifo_errors, 18;
        /// Heartbeat errors.
        tx_heartbeat_errors, 19;
        /// Late collisions.
        tx_window_errors, 20;
        /// Compressed packets received.
        rx_compressed, 21;
        /// Compressed packets sent.
        tx_compressed, 22;
        /// Received packets dropped on an inactive port.
        rx_nohandler, 23;
    }
}

counters! {
    /// `struct rtnl_link_stats64`.
    LinkStats64: u64 = "rtnl_link_stats64" {
        /// Packets received.
        rx_packets, 0;
        /// Packets sent.
        tx_packets, 1;
        /// Bytes received.
        rx_bytes, 2;
        /// Bytes sent.
        tx_bytes, 3;
        /// Packets received with errors.
        rx_errors, 4;
        /// Packets not sent because of errors.
        tx_errors, 5;
        /// Received packets dropped for want of memory.
        rx_dropped, 6;
        /// Packets to send dropped.
        tx_dropped, 7;
        /// Multicast packets received.
        multicast, 8;
        /// Collisions.
        collisions, 9;
        /// Received packets of a wrong length.
        rx_length_errors, 10;
        /// Received packets that overflowed the ring.
        rx_over_errors, 11;
        /// Received packets with a wrong checksum.
        rx_crc_errors, 12;
        /// Received packets with a framing error.
        rx_frame_errors, 13;
        /// Receive queue overflows.
        rx_fifo_errors, 14;
        /// Packets missed for want of buffers.
        rx_missed_errors, 15;
        /// Sends aborted.
        tx_aborted_errors, 16;
        /// Sends that lost the carrier.
        tx_carrier_errors, 17;
        /// Send queue underruns.
        tx_fifo_errors, 18;
        /// Heartbeat errors.
        tx_heartbeat_errors, 19;
        /// Late collisions.
        tx_window_errors, 20;
        /// Compressed packets received.
        rx_compressed, 21;
        /// Compressed packets sent.
        tx_compressed, 22;
        /// Received packets dropped on an inactive port.
        rx_nohandler, 23;
        /// Received packets for another host.
        rx_otherhost_dropped, 24;
    }
}
