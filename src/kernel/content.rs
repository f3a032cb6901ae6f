//! What a table of nf_tables says, to compare it with another that should say the same.

use std::collections::{BTreeMap, HashSet};

use nl::netfilter::{NfGen, chain, elements, rule, set};
use nl::{Flags, View};

use super::Netfilter;
use crate::error::{Error, Result};
use crate::sys::Errno;
use crate::sys::namespace::{in_network, new_network};

/// Each chain with all its rules, and each element, in the words of the kernel.
pub type Content = HashSet<(String, Vec<u8>)>;

impl Netfilter {
    /// nf_tables of a network namespace that nobody else is in and that ends with the connection;
    /// nothing when this process may make none.
    ///
    /// # Errors
    /// There are too many namespaces, or too little memory.
    pub fn elsewhere() -> Result<Option<Self>> {
        let cannot = |errno: Errno| {
            Error::new("cannot make a network namespace to compare rules in").because(errno.desc())
        };
        match new_network() {
            Err(Errno::EPERM) => Ok(None),
            namespace => {
                in_network(&namespace.map_err(cannot)?, Netfilter::open).map_err(cannot)?.map(Some)
            }
        }
    }

    /// What a table of family inet says; nothing when it is not there.
    pub fn content(&mut self, table: &str) -> Result<Content> {
        let mut chains = BTreeMap::new();
        // Where packets meet it, and what becomes of them in the end.
        let body = |view: &View<'_, chain::Chain>| {
            let mut body = Vec::new();
            for key in [chain::HOOK.code(), chain::POLICY.code()] {
                body.extend(view.find(key)?.iter().flat_map(|attr| attr.value));
            }
            Ok(body)
        };
        chains.extend(self.chains(NfGen::INET, table, body)?);
        for (chain, body) in self.expressions(table)? {
            chains.entry(chain).or_default().extend(body);
        }
        let mut content: Content = chains.into_iter().collect();
        for (set, _) in self.sets(NfGen::INET, table)? {
            for body in self.raw_elements(NfGen::INET, table, &set)? {
                content.insert((set.clone(), body));
            }
        }
        Ok(content)
    }

    /// What the rules of a table do, in order, each with its chain.
    fn expressions(&mut self, table: &str) -> Result<Vec<(String, Vec<u8>)>> {
        self.dump(
            |batch| {
                batch.push(rule::GET, Flags::DUMP, NfGen::INET, |m| {
                    m.put(rule::TABLE, table);
                });
            },
            |message| {
                let (_, view) = message.decode(rule::NEW)?;
                let chain = view.get(rule::CHAIN)?.unwrap_or_default().to_string();
                let body = view.find(rule::EXPRESSIONS.code())?;
                Ok(body.map(|attr| (chain, attr.value.to_vec())))
            },
        )
    }

    /// The sets of a table, each with what its keys are.
    pub(super) fn sets(
        &mut self,
        family: NfGen,
        table: &str,
    ) -> Result<Vec<(String, set::DataType)>> {
        self.dump(
            |batch| {
                batch.push(set::GET, Flags::DUMP, family, |m| {
                    m.put(set::TABLE, table);
                });
            },
            |message| {
                let (_, view) = message.decode(set::NEW)?;
                let key = view.get(set::KEY_TYPE)?.unwrap_or_default();
                Ok(view.get(set::NAME)?.map(|name| (name.to_string(), key)))
            },
        )
    }

    pub(super) fn raw_elements(
        &mut self,
        family: NfGen,
        table: &str,
        set: &str,
    ) -> Result<Vec<Vec<u8>>> {
        let all = self.dump(
            |batch| {
                batch.push(elements::GET, Flags::DUMP, family, |m| {
                    m.put(elements::TABLE, table).put(elements::SET, set);
                });
            },
            |message| {
                let (_, view) = message.decode(elements::NEW)?;
                let Some(list) = view.nest(elements::ELEMENTS)? else { return Ok(None) };
                list.iter()
                    .map(|one| one.map(|one| one.value.to_vec()))
                    .collect::<std::result::Result<Vec<_>, _>>()
                    .map(Some)
            },
        )?;
        Ok(all.into_iter().flatten().collect())
    }
}
