//! The packs an installation carries, by id.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::policy::pack::Pack;
use domain::pool::Pool;

use crate::error::{Error, Result};

/// Packs by id. Old versions stay beside new ones, so that an old decision is explained by the
/// pack it was made under.
#[derive(Debug, Clone, Default)]
pub struct Packs {
    by_id: BTreeMap<String, Arc<Pack>>,
}

impl Packs {
    /// These packs.
    pub fn new(packs: impl IntoIterator<Item = Pack>) -> Self {
        Self {
            by_id: packs
                .into_iter()
                .map(|pack| (pack.id().to_owned(), Arc::new(pack)))
                .collect(),
        }
    }

    /// Every pack.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Pack>> {
        self.by_id.values()
    }

    /// The pack with this id.
    pub fn find(&self, id: &str) -> Option<&Arc<Pack>> {
        self.by_id.get(id)
    }

    /// The pack a pool obeys.
    ///
    /// # Errors
    /// When this installation does not carry it.
    pub fn of(&self, pool: &Pool) -> Result<&Arc<Pack>> {
        self.find(&pool.pack).ok_or_else(|| {
            Error::Internal(format!(
                "专家库“{}”所用的规则包 {} 不在本程序中",
                pool.name, pool.pack
            ))
        })
    }
}
