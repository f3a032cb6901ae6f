//! Elements of sets (`linux/netfilter/nf_tables.h`).

use crate::attr::{Indexed, Nest, attributes, messages};
use crate::encode::Attrs;
use crate::netfilter::NfGen;
use crate::netfilter::element::Element;
use crate::value::{Be32, Str};

messages! {
    /// Add elements; also every reply and notification about some.
    NEW: NfGen, Elements = 0xa0c, "NFT_MSG_NEWSETELEM";
    /// Ask for elements.
    GET: NfGen, Elements = 0xa0d, "NFT_MSG_GETSETELEM";
    /// Remove elements; without any all of the set.
    DEL: NfGen, Elements = 0xa0e, "NFT_MSG_DELSETELEM";
    /// As [`DEL`], without an error when there is none (kernel 6.3).
    DESTROY: NfGen, Elements = 0xa1e, "NFT_MSG_DESTROYSETELEM";
    /// As [`GET`], and sets counters to zero.
    GET_RESET: NfGen, Elements = 0xa21, "NFT_MSG_GETSETELEM_RESET";
}

attributes! {
    /// Elements and where they belong (`NFTA_SET_ELEM_LIST_*`).
    Elements = "NFTA_SET_ELEM_LIST" {
        /// Name of the table.
        TABLE: Str = 1;
        /// Name of the set.
        SET: Str = 2;
        /// The elements.
        ELEMENTS: Nest<List> = 3;
        /// The set, by its number inside the batch.
        SET_ID: Be32 = 4;
    }
}

/// A list of elements. The kernel numbers each 1, nft counts them.
pub type List = Indexed<Nest<Element>>;

impl Attrs<'_, List> {
    /// Writes one element. All elements of a message must fit 65,531 bytes.
    #[inline]
    pub fn element(&mut self, fill: impl FnOnce(&mut Attrs<'_, Element>)) -> &mut Self {
        self.nest(List::at(1), fill)
    }
}
