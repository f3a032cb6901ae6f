//! Typed attribute keys, and the tables that describe each attribute set.
//!
//! A key says which set it belongs to and what it holds, so a key of another set, or a value of
//! the wrong type, does not compile. The same table gives every attribute its name: for error
//! paths (`linkinfo.data.peer.ifname`) and annotated dumps.

use core::marker::PhantomData;

use crate::value::Value;
use crate::wire::Header;

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
        self.fields.iter().find(|field| field.code == code)
    }
}

/// One attribute of a [`Schema`].
#[derive(Debug)]
pub struct Field {
    /// Its number.
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
    },
    /// Text, NUL-terminated.
    Text,
    /// A link-layer address.
    Mac,
    /// An IPv4 or IPv6 address, by its length.
    Ip,
    /// Bytes this crate gives no further meaning.
    Bytes,
    /// Attributes of a set.
    Nest(fn() -> &'static Schema),
    /// A fixed struct of so many bytes, then attributes of a set.
    HeaderNest(usize, fn() -> &'static Schema),
    /// Attributes of a set that the text in a sibling attribute chooses.
    Chosen {
        /// Number of the sibling.
        by: u16,
        /// Its values and the shape each stands for.
        among: &'static [(&'static str, Shape)],
    },
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
    const SHAPE: Shape = Shape::HeaderNest(H::LEN, S::schema);
}

impl<V: Value> Shaped for V {
    const SHAPE: Shape = V::SHAPE;
}

/// Defines an attribute set: a marker type, one typed key per attribute, and the schema.
///
/// `NAME: Type = number` gives a key; `NAME: Type = number => by OTHER { "text": Shape, … }`
/// gives a raw key whose meaning a sibling decides, and the schema says how.
macro_rules! attributes {
    (
        $(#[$doc:meta])*
        $Set:ident = $prefix:literal {
            $( $(#[$adoc:meta])* $NAME:ident: $V:ty = $code:literal $(=> $by:ident { $($text:literal: $Kind:ty),* $(,)? })? ; )*
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
                            shape: $crate::attr::attributes!(@shape $V $(, $by { $($text: $Kind),* })?),
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
    (@shape $V:ty) => { <$V as $crate::attr::Shaped>::SHAPE };
    (@shape $V:ty, $by:ident { $($text:literal: $Kind:ty),* }) => {
        $crate::attr::Shape::Chosen {
            by: $by.code(),
            among: &[$(($text, <$Kind as $crate::attr::Shaped>::SHAPE)),*],
        }
    };
}
pub(crate) use attributes;
