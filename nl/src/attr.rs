//! Typed attribute keys, and the tables that describe each attribute set.
//!
//! A key says which set it belongs to and what it holds, so a key of another set, or a value of
//! the wrong type, does not compile. The same table gives every attribute its name: for error
//! paths (`linkinfo.data.peer.ifname`) and annotated dumps.

use core::marker::PhantomData;

use crate::decode::Attributes;
use crate::value::{Be32, Text, Value};
use crate::wire::{Header, align};

/// [`Field::code`] of the one entry of a set whose numbers are indexes.
pub const ANY: u16 = u16::MAX;

/// A set of attributes that share one number space, such as `IFLA_*`.
pub trait Set: 'static {
    /// Name of the set in the kernel, such as `IFLA`.
    const NAME: &'static str;
    /// Names and shapes of its attributes. A function, because sets hold each other.
    fn schema() -> &'static Schema;
}

/// Key of an attribute: number, set `S` and shape `V`.
pub struct Attr<S, V> {
    code: u16,
    types: PhantomData<fn() -> (S, V)>,
}

impl<S, V> Attr<S, V> {
    /// The key of attribute number `code`.
    pub const fn new(code: u16) -> Self {
        Attr { code, types: PhantomData }
    }

    /// The attribute's number.
    #[inline(always)]
    pub const fn code(self) -> u16 {
        self.code
    }
}

impl<S, V> Clone for Attr<S, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S, V> Copy for Attr<S, V> {}

/// Shape of an attribute that holds attributes of set `S`.
pub struct Nest<S>(PhantomData<S>);

/// Shape of an attribute that holds a fixed struct `H`, then attributes of set `S`.
pub struct HeaderNest<H, S>(PhantomData<(H, S)>);

/// Shape of an attribute that holds several structs `H`, each followed by attributes of set `S`
/// and beginning with the bytes of both: `RTA_MULTIPATH`.
pub struct Hops<H, S>(PhantomData<(H, S)>);

/// A set whose numbers are indexes: each attribute holds a `V`.
///
/// The kernel counts from 0 in some lists, from 1 in others, and mostly does not look.
pub struct Indexed<V>(PhantomData<V>);

impl<V: Shaped> Indexed<V> {
    const SCHEMA: &'static Schema =
        &Schema { name: "index", fields: &[Field { code: ANY, name: "", shape: V::SHAPE }] };

    /// The key of entry number `index`.
    pub const fn at(index: u16) -> Attr<Self, V> {
        Attr::new(index)
    }
}

impl<V: Shaped + 'static> Set for Indexed<V> {
    const NAME: &'static str = "index";

    fn schema() -> &'static Schema {
        Self::SCHEMA
    }
}

/// A message type: its number, the fixed struct and the attributes it carries.
pub struct MessageType<H, S> {
    code: u16,
    types: PhantomData<fn() -> (H, S)>,
}

impl<H, S> MessageType<H, S> {
    /// The message type with number `code`.
    pub const fn new(code: u16) -> Self {
        MessageType { code, types: PhantomData }
    }

    /// The type's number.
    #[inline(always)]
    pub const fn code(self) -> u16 {
        self.code
    }
}

impl<H, S> Clone for MessageType<H, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H, S> Copy for MessageType<H, S> {}

/// The attributes of a set, described.
#[derive(Debug)]
pub struct Schema {
    /// Name of the set in the kernel, such as `IFLA`.
    pub name: &'static str,
    /// One entry per known attribute, in no promised order; two entries may share a number when
    /// a sibling decides (see [`Shape::Chosen`]).
    pub fields: &'static [Field],
}

impl Schema {
    /// The entry of attribute number `code`.
    pub fn field(&self, code: u16) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.code == code || field.code == ANY)
    }
}

/// One attribute of a [`Schema`], or one field of a fixed struct.
#[derive(Debug)]
pub struct Field {
    /// Its number; [`ANY`] when every number is meant. Of a struct's field: its offset in bytes.
    pub code: u16,
    /// The kernel's name without the set's prefix, such as `IFNAME`.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
}

/// What an attribute holds.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Nothing: being there is the message.
    Flag,
    /// An integer of so many bytes.
    Int {
        /// 1, 2, 4 or 8.
        bytes: u8,
        /// Whether it has a sign.
        signed: bool,
        /// Whether it is big-endian.
        big: bool,
        /// What its values are called.
        names: Names,
    },
    /// An unsigned integer of 4 or 8 bytes, host byte order.
    Uint,
    /// Text, NUL-terminated.
    Text,
    /// A link-layer address.
    Mac,
    /// An IPv4 or IPv6 address, by its length.
    Ip,
    /// An address family of 16 bits, then an address.
    Via,
    /// Bytes this crate gives no further meaning.
    Bytes,
    /// So many bytes, inside a struct.
    Opaque(usize),
    /// Attributes of a set.
    Nest(fn() -> &'static Schema),
    /// A fixed struct of so many bytes and these fields, then attributes of a set.
    HeaderNest(usize, &'static [Field], fn() -> &'static Schema),
    /// A fixed struct, or as many of its fields as there are bytes for.
    Struct(&'static [Field]),
    /// Next hops of a route: each a `struct rtnexthop`, then attributes of a set.
    ///
    /// Bytes of the struct, its fields, and the set.
    Hops(usize, &'static [Field], fn() -> &'static Schema),
    /// What the address family in the first byte of the message's fixed struct chooses; the
    /// last entry stands for every other family.
    ByFamily(&'static [(u8, Shape)]),
    /// Attributes of a set that the text in a sibling attribute chooses.
    Chosen {
        /// Number of the sibling.
        by: u16,
        /// Its values and the shape each stands for.
        among: &'static [(&'static str, Shape)],
    },
    /// What the big-endian number in a sibling attribute chooses.
    Numbered {
        /// Number of the sibling.
        by: u16,
        /// Its values and the shape each stands for.
        among: &'static [(u32, Shape)],
    },
}

/// What an attribute's value is made of.
#[derive(Clone, Copy, Debug)]
pub enum Inner {
    /// A value.
    Value,
    /// Attributes.
    Attributes {
        /// Bytes of the fixed struct before them, padding included.
        skip: usize,
        /// Their set.
        set: &'static Schema,
    },
    /// Next hops.
    Hops {
        /// Bytes of the struct each begins with, padding included.
        skip: usize,
        /// The set of the attributes that follow it.
        set: &'static Schema,
    },
}

impl Shape {
    /// The shape it stands for in a message of address family `family` beside the attributes
    /// `siblings`, which may decide.
    pub fn chosen(self, family: u8, siblings: &[u8]) -> Shape {
        match self {
            Shape::ByFamily(among) => {
                let mut among = among.iter();
                let fallback = among.next_back().map_or(Shape::Bytes, |(_, shape)| *shape);
                let own = among.find(|(own, _)| *own == family);
                own.map_or(fallback, |(_, shape)| *shape)
            }
            Shape::Chosen { by, among } => sibling(siblings, by)
                .map(Text::until_nul)
                .and_then(|text| among.iter().find(|(name, _)| text == *name))
                .map_or(Shape::Bytes, |(_, shape)| *shape),
            Shape::Numbered { by, among } => sibling(siblings, by)
                .and_then(Be32::decode)
                .and_then(|number| among.iter().find(|(own, _)| *own == number))
                .map_or(Shape::Bytes, |(_, shape)| *shape),
            _ => self,
        }
    }

    /// What it is made of, see [`chosen`](Self::chosen).
    pub fn inner(self, family: u8, siblings: &[u8]) -> Inner {
        match self.chosen(family, siblings) {
            Shape::Nest(set) => Inner::Attributes { skip: 0, set: set() },
            Shape::HeaderNest(len, _, set) => Inner::Attributes { skip: align(len), set: set() },
            Shape::Hops(len, _, set) => Inner::Hops { skip: align(len), set: set() },
            _ => Inner::Value,
        }
    }
}

fn sibling(siblings: &[u8], code: u16) -> Option<&[u8]> {
    Attributes::raw(siblings).flatten().find(|attr| attr.code() == code).map(|attr| attr.value)
}

/// What the values of an integer are called.
#[derive(Clone, Copy, Debug)]
pub enum Names {
    /// They have no names.
    None,
    /// Each value has one.
    Values(&'static NameTable),
    /// Each bit has one.
    Bits(&'static NameTable),
}

/// Values and their names.
#[derive(Debug)]
pub struct NameTable {
    /// What the kernel's names begin with, such as `RTN_`; empty when they differ.
    pub prefix: &'static str,
    /// Value and name of each. Negative values are those of an `i64`.
    pub entries: &'static [(u64, &'static str)],
}

impl NameTable {
    /// The name of `value`.
    pub fn name(&self, value: u64) -> Option<&'static str> {
        self.entries.iter().find(|(own, _)| *own == value).map(|(_, name)| *name)
    }

    /// The bits of `value` that have names, and their names.
    pub fn bits(&self, value: u64) -> impl Iterator<Item = (u64, &'static str)> {
        let there = move |(bits, _): &(u64, _)| *bits != 0 && value & bits == *bits;
        self.entries.iter().copied().filter(there)
    }
}

/// One message type, described.
#[derive(Clone, Copy, Debug)]
pub struct MessageSchema {
    /// Its number.
    pub code: u16,
    /// The kernel's name, such as `RTM_NEWLINK`.
    pub name: &'static str,
    /// The kernel's name of its fixed struct.
    pub header_name: &'static str,
    /// Bytes of the fixed struct.
    pub header_len: usize,
    /// Fields of the fixed struct.
    pub header_fields: &'static [Field],
    /// Its attributes.
    pub attributes: fn() -> &'static Schema,
}

impl MessageSchema {
    /// The description of a message with fixed struct `H` and attributes `S`.
    pub const fn of<H: Header, S: Set>(code: u16, name: &'static str) -> Self {
        MessageSchema {
            code,
            name,
            header_name: H::NAME,
            header_len: H::LEN,
            header_fields: H::FIELDS,
            attributes: S::schema,
        }
    }
}

/// Has a [`Shape`]: every value type, and both kinds of nest.
pub trait Shaped {
    /// Its shape.
    const SHAPE: Shape;
}

impl<S: Set> Shaped for Nest<S> {
    const SHAPE: Shape = Shape::Nest(S::schema);
}

impl<H: Header, S: Set> Shaped for HeaderNest<H, S> {
    const SHAPE: Shape = Shape::HeaderNest(H::LEN, H::FIELDS, S::schema);
}

impl<H: Header, S: Set> Shaped for Hops<H, S> {
    const SHAPE: Shape = Shape::Hops(H::LEN, H::FIELDS, S::schema);
}

impl<V: Value> Shaped for V {
    const SHAPE: Shape = V::SHAPE;
}

/// Defines an attribute set: a marker type, one typed key per attribute, and the schema.
///
/// `NAME: Type = number` gives a key; `NAME: Type = number => by OTHER { "text": Shape, … }`
/// gives a raw key whose meaning a sibling decides, and the schema says how;
/// `NAME: Type = number => OTHER number { 1: Shape, … }` likewise, where the sibling holds a
/// big-endian number;
/// `NAME: Type = number => family { 7: Shape, … }` gives a key whose shape in the schema depends
/// on the address family of the message.
macro_rules! attributes {
    (
        $(#[$doc:meta])*
        $Set:ident = $prefix:literal {
            $( $(#[$adoc:meta])* $NAME:ident: $V:ty = $code:literal $(=> $by:ident $($how:ident)? { $($text:literal: $Kind:ty),* $(,)? })? ; )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $Set {}

        impl $crate::attr::Set for $Set {
            const NAME: &'static str = $prefix;

            fn schema() -> &'static $crate::attr::Schema {
                static SCHEMA: $crate::attr::Schema = $crate::attr::Schema {
                    name: $prefix,
                    fields: &[$(
                        $crate::attr::Field {
                            code: $code,
                            name: stringify!($NAME),
                            shape: $crate::attr::attributes!(@shape $V $(, $by $($how)? { $($text: $Kind),* })?),
                        },
                    )*],
                };
                &SCHEMA
            }
        }

        $(
            $(#[$adoc])*
            #[doc = concat!("\n\n`", $prefix, "_", stringify!($NAME), "`")]
            pub const $NAME: $crate::attr::Attr<$Set, $V> = $crate::attr::Attr::new($code);
        )*
    };
    (@shape $V:ty, family { $($family:literal: $Kind:ty),* }) => {
        $crate::attr::Shape::ByFamily(&[
            $(($family, <$Kind as $crate::attr::Shaped>::SHAPE),)*
            (0, <$V as $crate::attr::Shaped>::SHAPE),
        ])
    };
    (@shape $V:ty, $by:ident number { $($number:literal: $Kind:ty),* }) => {
        $crate::attr::Shape::Numbered {
            by: $by.code(),
            among: &[$(($number, <$Kind as $crate::attr::Shaped>::SHAPE)),*],
        }
    };
    (@shape $V:ty) => { <$V as $crate::attr::Shaped>::SHAPE };
    (@shape $V:ty, $by:ident { $($text:literal: $Kind:ty),* }) => {
        $crate::attr::Shape::Chosen {
            by: $by.code(),
            among: &[$(($text, <$Kind as $crate::attr::Shaped>::SHAPE)),*],
        }
    };
}
pub(crate) use attributes;

/// Defines message types: one typed constant each, and the table `MESSAGES` that describes them.
macro_rules! messages {
    ($( $(#[$doc:meta])* $NAME:ident: $H:ty, $S:ty = $code:literal, $kernel:literal; )*) => {
        $(
            #[doc = concat!("`", $kernel, "`\n\n")]
            $(#[$doc])*
            pub const $NAME: $crate::attr::MessageType<$H, $S> =
                $crate::attr::MessageType::new($code);
        )*

        pub(crate) static MESSAGES: &[$crate::attr::MessageSchema] =
            &[$($crate::attr::MessageSchema::of::<$H, $S>($code, $kernel)),*];
    };
}
pub(crate) use messages;
