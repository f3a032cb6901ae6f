//! Rules that choose a routing table: `RTM_NEWRULE` and its family (`linux/fib_rules.h`).

use crate::attr::{attributes, messages};
use crate::route::route::Protocol;
use crate::value::{Be32, Be64, Bytes, Ip, Str, Struct, U8, U16, U32, bits, numbers};
use crate::wire::header;

messages! {
    /// Add a rule; also every reply and notification about a rule.
    NEW: FibRule, Rule = 32, "RTM_NEWRULE";
    /// Remove a rule.
    DEL: FibRule, Rule = 33, "RTM_DELRULE";
    /// Ask for the rules.
    GET: FibRule, Rule = 34, "RTM_GETRULE";
}

header! {
    /// `struct fib_rule_hdr`.
    ///
    /// ```text
    ///  0    1    2    3    4    5         7    8                   12
    ///  +----+----+----+----+----+---------+----+-------------------+
    ///  | fam| dst| src| tos| tbl|         | act| flags             |
    ///  +----+----+----+----+----+---------+----+-------------------+
    /// ```
    FibRule = "fib_rule_hdr", 12 {
        /// Address family.
        family: u8, 0, family;
        /// Length of the destination prefix, in bits.
        dst_len: u8, 1, native;
        /// Length of the source prefix, in bits.
        src_len: u8, 2, native;
        /// Type of service.
        tos: u8, 3, native;
        /// Table, when below 256; see [`TABLE`].
        table: u8, 4, native;
        /// What the rule does.
        action: Action, 7, native;
        /// Flags.
        flags: RuleFlags, 8, native;
    }
}

attributes! {
    /// Attributes of a rule (`FRA_*`).
    Rule = "FRA" {
        /// Destination prefix.
        DST: Ip = 1;
        /// Source prefix.
        SRC: Ip = 2;
        /// Link packets come in by.
        IIFNAME: Str = 3;
        /// Priority of the rule to go on with.
        GOTO: U32 = 4;
        /// Without effect.
        UNUSED2: Bytes = 5;
        /// Priority: the smallest comes first.
        PRIORITY: U32 = 6;
        /// Without effect.
        UNUSED3: Bytes = 7;
        /// Without effect.
        UNUSED4: Bytes = 8;
        /// Without effect.
        UNUSED5: Bytes = 9;
        /// Mark.
        FWMARK: U32 = 10;
        /// Realms.
        FLOW: U32 = 11;
        /// Tunnel identifier.
        TUN_ID: Be64 = 12;
        /// Ignore routes by links of this group.
        SUPPRESS_IFGROUP: U32 = 13;
        /// Ignore routes of prefixes this short.
        SUPPRESS_PREFIXLEN: U32 = 14;
        /// Table, all 32 bits.
        TABLE: U32 = 15;
        /// Which bits of the mark count.
        FWMASK: U32 = 16;
        /// Link packets go out by.
        OIFNAME: Str = 17;
        /// Padding.
        PAD: Bytes = 18;
        /// Use the table of the VRF: 1.
        L3MDEV: U8 = 19;
        /// Users.
        UID_RANGE: Struct<UidRange> = 20;
        /// Who made the rule.
        PROTOCOL: Protocol = 21;
        /// IP protocol.
        IP_PROTO: U8 = 22;
        /// Source ports.
        SPORT_RANGE: Struct<PortRange> = 23;
        /// Destination ports.
        DPORT_RANGE: Struct<PortRange> = 24;
        /// Differentiated services code point.
        DSCP: U8 = 25;
        /// Flow label.
        FLOWLABEL: Be32 = 26;
        /// Which bits of the flow label count.
        FLOWLABEL_MASK: Be32 = 27;
        /// Which bits of the source port count.
        SPORT_MASK: U16 = 28;
        /// Which bits of the destination port count.
        DPORT_MASK: U16 = 29;
        /// Which bits of the code point count.
        DSCP_MASK: U8 = 30;
    }
}

header! {
    /// `struct fib_rule_uid_range`.
    UidRange = "fib_rule_uid_range", 8 {
        /// First user.
        start: u32, 0, native;
        /// Last user.
        end: u32, 4, native;
    }
}

header! {
    /// `struct fib_rule_port_range`; host byte order.
    PortRange = "fib_rule_port_range", 4 {
        /// First port.
        start: u16, 0, native;
        /// Last port.
        end: u16, 2, native;
    }
}

numbers! {
    /// What a rule does.
    Action: u8, native, "FR_ACT_" {
        /// Nothing said.
        UNSPEC = 0;
        /// Look in a table.
        TO_TBL = 1;
        /// Go on with another rule.
        GOTO = 2;
        /// Nothing.
        NOP = 3;
        /// Drop.
        BLACKHOLE = 6;
        /// Destination is unreachable.
        UNREACHABLE = 7;
        /// Administratively prohibited.
        PROHIBIT = 8;
    }
}

bits! {
    /// Flags of a rule.
    RuleFlags: u32, native, "FIB_RULE_" {
        /// May not be removed.
        PERMANENT = 0x1;
        /// Matches when the selectors do not.
        INVERT = 0x2;
        /// The target of a goto does not exist.
        UNRESOLVED = 0x4;
        /// The incoming link does not exist.
        IIF_DETACHED = 0x8;
        /// The outgoing link does not exist.
        OIF_DETACHED = 0x10;
        /// Replace a source address by the one of the route (IPv6).
        FIND_SADDR = 0x10000;
    }
}
