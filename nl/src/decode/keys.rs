//! Keys of which several are read in one pass.

use super::{RawAttr, View, split_header};
use crate::attr::{Attr, HeaderNest, Nest, Set};
use crate::value::Value;
use crate::wire::{ATTR_HEADER, Header};

/// What a [`View`] can [`pick`](View::pick): every value type, and both kinds of nest.
pub trait Readable {
    /// What is read; borrows the received bytes.
    type Out<'a>;
    /// Reads an attribute; `None` when it has not the right size.
    fn read<'a>(attr: &RawAttr<'a>) -> Option<Self::Out<'a>>;
}

impl<V: Value> Readable for V {
    type Out<'a> = V::Out<'a>;
    #[inline(always)]
    fn read<'a>(attr: &RawAttr<'a>) -> Option<V::Out<'a>> {
        V::decode(attr.value)
    }
}

impl<T: Set> Readable for Nest<T> {
    type Out<'a> = View<'a, T>;
    #[inline(always)]
    fn read<'a>(attr: &RawAttr<'a>) -> Option<View<'a, T>> {
        Some(attr.attributes())
    }
}

impl<H: Header, T: Set> Readable for HeaderNest<H, T> {
    type Out<'a> = (H, View<'a, T>);
    #[inline(always)]
    fn read<'a>(attr: &RawAttr<'a>) -> Option<(H, View<'a, T>)> {
        split_header(attr.value, attr.offset as usize + ATTR_HEADER)
    }
}

/// Keys to [`pick`](View::pick): a tuple of up to 16.
pub trait Keys<S> {
    /// An `Option` for each key.
    type Values<'a>;
    /// No value for any key.
    fn none<'a>() -> Self::Values<'a>;
    /// Reads the attribute with number `code` for each key that asks for it and has no value yet;
    /// `false` when it cannot be read.
    fn take<'a>(
        &self,
        code: u16,
        attr: impl Fn() -> Option<RawAttr<'a>>,
        values: &mut Self::Values<'a>,
    ) -> bool;
    /// [`Keys::take`] as a chain of comparisons. With constant keys it is one jump table, behind
    /// each entry of which the number is known: there `take` shrinks to the one key that has it.
    fn choose<'a>(
        &self,
        code: u16,
        attr: impl Fn() -> Option<RawAttr<'a>>,
        values: &mut Self::Values<'a>,
    ) -> bool;
}

macro_rules! keys {
    ($($V:ident $n:tt),*) => {
        impl<S, $($V: Readable),*> Keys<S> for ($(Attr<S, $V>,)*) {
            type Values<'a> = ($(Option<$V::Out<'a>>,)*);

            #[inline(always)]
            fn none<'a>() -> Self::Values<'a> {
                ($(None::<$V::Out<'a>>,)*)
            }

            #[inline(always)]
            fn take<'a>(
                &self,
                code: u16,
                attr: impl Fn() -> Option<RawAttr<'a>>,
                values: &mut Self::Values<'a>,
            ) -> bool {
                $(
                    if code == self.$n.code() && values.$n.is_none() {
                        let Some(value) = attr().and_then(|attr| $V::read(&attr)) else {
                            return false;
                        };
                        values.$n = Some(value);
                    }
                )*
                true
            }

            #[inline(always)]
            fn choose<'a>(
                &self,
                code: u16,
                attr: impl Fn() -> Option<RawAttr<'a>>,
                values: &mut Self::Values<'a>,
            ) -> bool {
                $(
                    if code == self.$n.code() {
                        return self.take(self.$n.code(), attr, values);
                    }
                )*
                true
            }
        }
    };
}

keys!(A 0);
keys!(A 0, B 1);
keys!(A 0, B 1, C 2);
keys!(A 0, B 1, C 2, D 3);
keys!(A 0, B 1, C 2, D 3, E 4);
keys!(A 0, B 1, C 2, D 3, E 4, F 5);
keys!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
keys!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
keys!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
keys!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
keys!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
keys!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
keys!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12);
keys!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13);
keys!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14);
keys!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14, P 15);
