//! Sets, maps and verdict maps (`linux/netfilter/nf_tables.h`).

use crate::attr::{Nest, attributes, messages};
use crate::netfilter::NfGen;
use crate::netfilter::expr::list::{Expression, Expressions};
use crate::netfilter::set_description::Description;
use crate::value::{Be32, Be64, Bytes, Str, bits, numbers};

messages! {
    /// Add a set; also every reply and notification about one.
    NEW: NfGen, SetAttrs = 0xa09, "NFT_MSG_NEWSET";
    /// Ask for sets.
    GET: NfGen, SetAttrs = 0xa0a, "NFT_MSG_GETSET";
    /// Remove a set; it must be unused.
    DEL: NfGen, SetAttrs = 0xa0b, "NFT_MSG_DELSET";
    /// As [`DEL`], without an error when there is none (kernel 6.3).
    DESTROY: NfGen, SetAttrs = 0xa1d, "NFT_MSG_DESTROYSET";
}

attributes! {
    /// Attributes of a set (`NFTA_SET_*`).
    SetAttrs = "NFTA_SET" {
        /// Name of the table.
        TABLE: Str = 1;
        /// Name; `%d` in it is replaced by a free number.
        NAME: Str = 2;
        /// Flags.
        FLAGS: SetFlags = 3;
        /// What user space calls the type of the key.
        KEY_TYPE: DataType = 4;
        /// Bytes of a key; of several fields each rounded up to 4.
        KEY_LEN: Be32 = 5;
        /// The type of the data: [`DataType::VERDICT`], else for user space.
        DATA_TYPE: DataType = 6;
        /// Bytes of the data; 0 for verdicts.
        DATA_LEN: Be32 = 7;
        /// What to optimise.
        POLICY: Policy = 8;
        /// Size and fields.
        DESC: Nest<Description> = 9;
        /// A number that names it inside the batch; required.
        ID: Be32 = 10;
        /// Time until elements are removed, in milliseconds.
        TIMEOUT: Be64 = 11;
        /// Time between removals, in milliseconds.
        GC_INTERVAL: Be32 = 12;
        /// Bytes for user space: how nft prints it.
        USERDATA: Bytes = 13;
        /// Padding.
        PAD: Bytes = 14;
        /// Type of the objects elements refer to.
        OBJ_TYPE: Be32 = 15;
        /// Handle.
        HANDLE: Be64 = 16;
        /// What happens at each element.
        EXPR: Nest<Expression> = 17;
        /// The same, several.
        EXPRESSIONS: Nest<Expressions> = 18;
        /// The kernel's back end; only in replies (kernel 6.16).
        TYPE: Str = 19;
        /// Elements; only in replies (kernel 6.16).
        COUNT: Be32 = 20;
    }
}

bits! {
    /// Flags of a set.
    SetFlags: u32, big, "NFT_SET_" {
        /// Belongs to the one rule that uses it.
        ANONYMOUS = 0x1;
        /// Does not change once bound.
        CONSTANT = 0x2;
        /// Holds ranges.
        INTERVAL = 0x4;
        /// Elements have data.
        MAP = 0x8;
        /// Elements time out.
        TIMEOUT = 0x10;
        /// Rules add elements.
        EVAL = 0x20;
        /// Elements refer to objects.
        OBJECT = 0x40;
        /// Keys of several fields are ranges.
        CONCAT = 0x80;
        /// Several expressions per element.
        EXPR = 0x100;
    }
}

numbers! {
    /// What to optimise.
    Policy: u32, big, "NFT_SET_POL_" {
        /// Speed.
        PERFORMANCE = 0;
        /// Memory.
        MEMORY = 1;
    }
}

numbers! {
    /// Types of keys and data. Only [`VERDICT`](Self::VERDICT) means something to the kernel; the others
    /// are nft's (`include/datatype.h`), to print by.
    DataType: u32, big, "TYPE_" {
        /// A verdict (`NFT_DATA_VERDICT`).
        VERDICT = 0xffff_ff00;
        /// An integer.
        INTEGER = 4;
        /// An IPv4 address.
        IPADDR = 7;
        /// An IPv6 address.
        IP6ADDR = 8;
        /// A hardware address.
        ETHERADDR = 9;
        /// An Ethernet type.
        ETHERTYPE = 10;
        /// An IP protocol.
        INET_PROTOCOL = 12;
        /// A port.
        INET_SERVICE = 13;
        /// A mark.
        MARK = 19;
        /// Index of a link.
        IFINDEX = 20;
        /// Name of a link, 16 bytes.
        IFNAME = 41;
    }
}

impl DataType {
    /// A key of several fields: this type, then `next`.
    pub const fn then(self, next: DataType) -> DataType {
        DataType(self.0 << 6 | next.0)
    }

    /// Whether one of the fields of a key is of this type.
    pub fn has(self, field: DataType) -> bool {
        (0..5).any(|n| self.0 >> (6 * n) & 0x3f == field.0)
    }
}

/// A set as a rule refers to it: by name, and when it was made in the same batch also by
/// [`ID`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetRef<'a> {
    /// Name.
    pub name: &'a str,
    /// The number that names it inside the batch.
    pub id: Option<u32>,
}

impl<'a> From<&'a str> for SetRef<'a> {
    fn from(name: &'a str) -> Self {
        SetRef { name, id: None }
    }
}

impl<'a> From<(&'a str, u32)> for SetRef<'a> {
    fn from((name, id): (&'a str, u32)) -> Self {
        SetRef { name, id: Some(id) }
    }
}
