//! Macros that define types for the named numbers, bits and counters of the kernel.

/// Defines a type for a number of the kernel's that has named values. Unknown values are kept.
///
/// `native` or `big` is the byte order of the number as an attribute.
macro_rules! numbers {
    (
        $(#[$doc:meta])*
        $Name:ident: $int:ty, $order:ident, $prefix:literal {
            $( $(#[$ndoc:meta])* $NAME:ident = $value:expr; )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $Name(pub $int);

        impl $Name {
            $(
                $(#[$ndoc])*
                #[doc = concat!("\n\n`", $prefix, stringify!($NAME), "`")]
                pub const $NAME: Self = $Name($value);
            )*

            /// The value's name, without the kernel's prefix.
            pub fn name(self) -> Option<&'static str> {
                Self::NAMES.name(self.0 as u64)
            }

            /// The named values.
            pub const NAMES: &'static $crate::attr::NameTable = &$crate::attr::NameTable {
                prefix: $prefix,
                entries: &[$(($Name::$NAME.0 as u64, stringify!($NAME))),*],
            };
        }

        impl core::fmt::Debug for $Name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, "{}", self.0),
                }
            }
        }

        impl From<$int> for $Name {
            fn from(value: $int) -> Self {
                $Name(value)
            }
        }

        impl From<$Name> for $int {
            fn from(value: $Name) -> Self {
                value.0
            }
        }

        $crate::value::numbers!(@int $Name, $int, Values, $Name, .0);
        $crate::value::numbers!(@value $order $Name);
    };
    (@int $Name:ident, $int:ty, $Names:ident, $from:path, $($to:tt)*) => {
        impl $crate::wire::Int for $Name {
            type Bytes = [u8; size_of::<$int>()];
            const SHAPE: $crate::attr::Shape = $crate::attr::Shape::Int {
                bytes: size_of::<$int>() as u8,
                signed: <$int>::MIN != 0,
                big: false,
                names: $crate::attr::Names::$Names($Name::NAMES),
            };
            const BIG_SHAPE: $crate::attr::Shape = $crate::attr::Shape::Int {
                bytes: size_of::<$int>() as u8,
                signed: <$int>::MIN != 0,
                big: size_of::<$int>() > 1,
                names: $crate::attr::Names::$Names($Name::NAMES),
            };
            #[inline(always)]
            fn to_native(self) -> Self::Bytes {
                $crate::wire::Int::to_native(self $($to)*)
            }
            #[inline(always)]
            fn from_native(bytes: Self::Bytes) -> Self {
                $from(<$int as $crate::wire::Int>::from_native(bytes))
            }
            #[inline(always)]
            fn to_big(self) -> Self::Bytes {
                $crate::wire::Int::to_big(self $($to)*)
            }
            #[inline(always)]
            fn from_big(bytes: Self::Bytes) -> Self {
                $from(<$int as $crate::wire::Int>::from_big(bytes))
            }
        }
    };
    (@value native $Name:ident) => {
        $crate::value::numbers!(@value $Name, to_native, from_native, SHAPE);
    };
    (@value big $Name:ident) => {
        $crate::value::numbers!(@value $Name, to_big, from_big, BIG_SHAPE);
    };
    (@value $Name:ident, $to:ident, $from:ident, $SHAPE:ident) => {
        impl $crate::value::Value for $Name {
            type In<'a> = Self;
            type Out<'a> = Self;
            const SHAPE: $crate::attr::Shape = <$Name as $crate::wire::Int>::$SHAPE;
            #[inline(always)]
            fn encode<R>(value: Self, write: impl FnOnce(&[u8], bool) -> R) -> R {
                write(&$crate::wire::Int::$to(value), false)
            }
            #[inline(always)]
            fn decode(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(<$Name as $crate::wire::Int>::$from)
            }
        }
    };
}
pub(crate) use numbers;

/// Defines a type for a set of named bits. Unknown bits are kept.
///
/// `native` or `big` is the byte order of the bits as an attribute.
macro_rules! bits {
    (
        $(#[$doc:meta])*
        $Name:ident: $int:ty, $order:ident, $prefix:literal {
            $( $(#[$bdoc:ident $($bargs:tt)*])* $NAME:ident = $value:expr; )*
        }
    ) => {
        bitflags::bitflags! {
            $(#[$doc])*
            #[doc = "\n\nBits without a name are kept, so `all()` is every bit, not only the named."]
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
            pub struct $Name: $int {
                $(
                    $(#[$bdoc $($bargs)*])*
                    #[doc = concat!("\n\n`", $prefix, stringify!($NAME), "`")]
                    const $NAME = $value;
                )*
                const _ = !0;
            }
        }

        impl $Name {
            /// The named bits.
            pub const NAMES: &'static $crate::attr::NameTable = &$crate::attr::NameTable {
                prefix: $prefix,
                entries: &[$(($Name::$NAME.bits() as u64, stringify!($NAME))),*],
            };
        }

        $crate::value::numbers!(@int $Name, $int, Bits, $Name::from_bits_retain, .bits());
        $crate::value::numbers!(@value $order $Name);
    };
}
pub(crate) use bits;

/// Defines a view of a struct that grows from kernel to kernel: each field is there when the
/// bytes reach it.
macro_rules! counters {
    (
        $(#[$doc:meta])*
        $Name:ident: $int:ty = $kernel:literal {
            $( $(#[$fdoc:meta])* $field:ident, $index:literal; )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub struct $Name<'a>(&'a [u8]);

        impl<'a> $Name<'a> {
            /// The view of `bytes`.
            pub const fn new(bytes: &'a [u8]) -> Self {
                $Name(bytes)
            }

            /// The bytes as they were received.
            pub const fn as_bytes(self) -> &'a [u8] {
                self.0
            }

            /// The integer at `index`, named or not.
            #[inline]
            pub fn nth(self, index: usize) -> Option<$int> {
                let (all, _) = self.0.as_chunks::<{ size_of::<$int>() }>();
                all.get(index).map(|bytes| <$int as $crate::wire::Int>::from_native(*bytes))
            }

            $(
                $(#[$fdoc])*
                #[inline]
                pub fn $field(self) -> Option<$int> {
                    self.nth($index)
                }
            )*
        }

        impl core::fmt::Debug for $Name<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct($kernel)$(.field(stringify!($field), &self.$field()))*.finish()
            }
        }

        impl $crate::value::Value for $Name<'static> {
            type In<'a> = &'a [u8];
            type Out<'a> = $Name<'a>;
            const SHAPE: $crate::attr::Shape = $crate::attr::Shape::Struct(&[$(
                $crate::attr::Field {
                    code: $index * size_of::<$int>() as u16,
                    name: stringify!($field),
                    shape: <$int as $crate::wire::Int>::SHAPE,
                },
            )*]);
            #[inline(always)]
            fn encode<R>(value: &[u8], write: impl FnOnce(&[u8], bool) -> R) -> R {
                write(value, false)
            }
            #[inline(always)]
            fn decode(bytes: &[u8]) -> Option<$Name<'_>> {
                Some($Name(bytes))
            }
        }
    };
}
pub(crate) use counters;
