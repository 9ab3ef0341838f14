//! How far imports are that run in this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::id::ImportId;

/// How far a running import is. Kept in memory: what is running ends with the process and leaves
/// nothing behind.
#[derive(Debug, Clone, Default)]
pub struct Running(Arc<Mutex<HashMap<ImportId, Step>>>);

/// A running import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// At so many of so many rows.
    At {
        /// Rows done.
        done: usize,
        /// Rows in all; 0 while not known.
        of: usize,
    },
    /// Ended without effect, with the reason.
    Failed(String),
}

impl Running {
    /// How far it is; `None` when it is not running.
    pub fn of(&self, id: ImportId) -> Option<Step> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .cloned()
    }

    /// Says that an import is about to be read: whoever asks for it at once is told so, too.
    pub fn begin(&self, id: ImportId) {
        self.set(id, Step::At { done: 0, of: 0 });
    }

    pub(super) fn set(&self, id: ImportId, step: Step) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, step);
    }

    pub(super) fn clear(&self, id: ImportId) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id);
    }
}

/// An import counts as running until this is dropped: until what was read is saved, so that nobody finds
/// it neither running nor read.
pub(super) struct BeingRead<'a> {
    pub(super) running: &'a Running,
    pub(super) id: ImportId,
}

impl Drop for BeingRead<'_> {
    fn drop(&mut self) {
        self.running.clear(self.id);
    }
}
