//! What registers and elements hold (`linux/netfilter/nf_tables.h`).

use crate::attr::{Nest, attributes};
use crate::encode::Attrs;
use crate::netfilter::verdict::{self, Code, Verdict};
use crate::value::{Bytes, numbers};

attributes! {
    /// A value or a verdict (`NFTA_DATA_*`).
    Data = "NFTA_DATA" {
        /// A value.
        VALUE: Bytes = 1;
        /// A verdict.
        VERDICT: Nest<Verdict> = 2;
    }
}

impl Attrs<'_, Data> {
    /// Writes a verdict; `chain` is where [`Code::JUMP`] and [`Code::GOTO`] lead.
    #[inline]
    pub fn verdict(&mut self, code: Code, chain: Option<&str>) -> &mut Self {
        self.nest(VERDICT, |v| {
            v.put(verdict::CODE, code).put_some(verdict::CHAIN, chain);
        })
    }
}

numbers! {
    /// A register. [`R1`](Self::R1) to [`R4`](Self::R4) hold 16 bytes each; [`W0`](Self::W0) to
    /// [`W15`](Self::W15) are the same bytes, 4 at a time: a key of several fields begins in a
    /// register and goes on in the next words.
    Register: u32, big, "" {
        /// `NFT_REG_VERDICT`: where verdicts go.
        VERDICT = 0;
        /// `NFT_REG_1`: 16 bytes, from [`W0`](Self::W0) on.
        R1 = 1;
        /// `NFT_REG_2`: 16 bytes, from [`W4`](Self::W4) on.
        R2 = 2;
        /// `NFT_REG_3`: 16 bytes, from [`W8`](Self::W8) on.
        R3 = 3;
        /// `NFT_REG_4`: 16 bytes, from [`W12`](Self::W12) on.
        R4 = 4;
        /// `NFT_REG32_00`: 4 bytes.
        W0 = 8;
        /// `NFT_REG32_01`: 4 bytes.
        W1 = 9;
        /// `NFT_REG32_02`: 4 bytes.
        W2 = 10;
        /// `NFT_REG32_03`: 4 bytes.
        W3 = 11;
        /// `NFT_REG32_04`: 4 bytes.
        W4 = 12;
        /// `NFT_REG32_05`: 4 bytes.
        W5 = 13;
        /// `NFT_REG32_06`: 4 bytes.
        W6 = 14;
        /// `NFT_REG32_07`: 4 bytes.
        W7 = 15;
        /// `NFT_REG32_08`: 4 bytes.
        W8 = 16;
        /// `NFT_REG32_09`: 4 bytes.
        W9 = 17;
        /// `NFT_REG32_10`: 4 bytes.
        W10 = 18;
        /// `NFT_REG32_11`: 4 bytes.
        W11 = 19;
        /// `NFT_REG32_12`: 4 bytes.
        W12 = 20;
        /// `NFT_REG32_13`: 4 bytes.
        W13 = 21;
        /// `NFT_REG32_14`: 4 bytes.
        W14 = 22;
        /// `NFT_REG32_15`: 4 bytes.
        W15 = 23;
    }
}
