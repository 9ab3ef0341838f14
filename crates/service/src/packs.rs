//! The packs an installation carries, by id.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use domain::policy::Problem;
use domain::policy::pack::Pack;
use domain::policy::source::Setting;
use domain::pool::Pool;

use crate::error::{Error, Result};

/// Packs by id. Old versions stay beside new ones, so that an old decision is explained by the
/// pack it was made under.
#[derive(Debug, Clone, Default)]
pub struct Packs {
    by_id: BTreeMap<String, Arc<Pack>>,
    /// Packs with parameters set, as pools asked for them: checking a text takes milliseconds.
    changed: Arc<RwLock<BTreeMap<Changed, Arc<Pack>>>>,
}

/// Id of a pack, and path and value of every parameter set.
type Changed = (String, Vec<(String, String)>);

/// Changed packs that are kept; far more than an installation has pools.
const KEPT: usize = 200;

impl Packs {
    /// These packs.
    pub fn new(packs: impl IntoIterator<Item = Pack>) -> Self {
        Self {
            by_id: packs
                .into_iter()
                .map(|pack| (pack.id().to_owned(), Arc::new(pack)))
                .collect(),
            changed: Arc::default(),
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

    /// The pack a pool obeys, with the parameters set for it.
    ///
    /// # Errors
    /// Every setting that does not fit the pack, which may have been replaced since.
    pub fn under(&self, pool: &Pool) -> std::result::Result<Arc<Pack>, Vec<Problem>> {
        let Some(plain) = self.find(&pool.pack) else {
            return Err(Vec::new());
        };
        if pool.settings.is_empty() {
            return Ok(Arc::clone(plain));
        }
        let settings: Vec<Setting> = pool
            .settings
            .iter()
            .map(|one| one.setting.clone())
            .collect();
        let pairs = settings
            .iter()
            .map(|one| (one.path.clone(), one.value.clone()));
        let key = (pool.pack.clone(), pairs.collect());
        let known = self.changed.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(pack) = known.get(&key) {
            return Ok(Arc::clone(pack));
        }
        drop(known);
        let pack = Arc::new(domain::policy::reset(plain, &settings)?);
        let mut known = self.changed.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(key, Arc::clone(&pack));
        Ok(pack)
    }

    /// The pack a pool was bound to, as the program carries it, without the parameters set since.
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
