//! What the kernel accepts in an attribute: policies, as acknowledgements and the controller of
//! generic netlink give them (`linux/netlink.h`).

use crate::attr::attributes;
use crate::value::{Bytes, I64, U32, U64, numbers};

attributes! {
    /// What the kernel accepts in an attribute (`NL_POLICY_TYPE_ATTR_*`).
    Policy = "NL_POLICY_TYPE_ATTR" {
        /// Type of the value.
        TYPE: Type = 1;
        /// Least value, with a sign.
        MIN_VALUE_S: I64 = 2;
        /// Greatest value, with a sign.
        MAX_VALUE_S: I64 = 3;
        /// Least value.
        MIN_VALUE_U: U64 = 4;
        /// Greatest value.
        MAX_VALUE_U: U64 = 5;
        /// Fewest bytes.
        MIN_LENGTH: U32 = 6;
        /// Most bytes.
        MAX_LENGTH: U32 = 7;
        /// Number of the policy of the attributes inside.
        POLICY_IDX: U32 = 8;
        /// Greatest number of the attributes inside.
        POLICY_MAXTYPE: U32 = 9;
        /// Bits that may be set in a `struct nla_bitfield32`.
        BITFIELD32_MASK: U32 = 10;
        /// Padding.
        PAD: Bytes = 11;
        /// Bits that may be set.
        MASK: U64 = 12;
    }
}

numbers! {
    /// Type of a value.
    Type: u32, native, "NL_ATTR_TYPE_" {
        /// Not checked.
        INVALID = 0;
        /// No value.
        FLAG = 1;
        /// 8 bits.
        U8 = 2;
        /// 16 bits.
        U16 = 3;
        /// 32 bits.
        U32 = 4;
        /// 64 bits.
        U64 = 5;
        /// 8 bits with a sign.
        S8 = 6;
        /// 16 bits with a sign.
        S16 = 7;
        /// 32 bits with a sign.
        S32 = 8;
        /// 64 bits with a sign.
        S64 = 9;
        /// Bytes.
        BINARY = 10;
        /// Text.
        STRING = 11;
        /// Text that ends in NUL.
        NUL_STRING = 12;
        /// Attributes.
        NESTED = 13;
        /// Attributes that hold attributes.
        NESTED_ARRAY = 14;
        /// Bits and which of them count.
        BITFIELD32 = 15;
        /// 32 or 64 bits with a sign.
        SINT = 16;
        /// 32 or 64 bits.
        UINT = 17;
    }
}
