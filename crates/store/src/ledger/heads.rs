//! The last checkpoint of every ledger, kept in a file outside the database and its backups. A
//! database that is older than its head, or differs from it, was rolled back or rewritten.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Mutex;

use super::{LedgerError, LedgerId, PublicKey, SignedCheckpoint};

/// The folder of heads, next to the keys. One file per ledger, replaced atomically under a lock
/// that other servers on the same folder respect.
pub(crate) struct Heads {
    folder: PathBuf,
    key: PublicKey,
    /// Heads that could not be written; the ledger takes no further entry until they are.
    owed: Mutex<HashMap<LedgerId, SignedCheckpoint>>,
    /// Heads whose signature was checked, to check each only once.
    seen: Mutex<HashMap<LedgerId, SignedCheckpoint>>,
}

impl Heads {
    pub(crate) fn new(folder: PathBuf, key: PublicKey) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        Ok(Self {
            folder,
            key,
            owed: Mutex::default(),
            seen: Mutex::default(),
        })
    }

    fn path(&self, ledger: LedgerId) -> PathBuf {
        self.folder.join(format!("{ledger}.head"))
    }

    /// The stored head of one ledger.
    pub(crate) fn read(&self, ledger: LedgerId) -> Result<Option<SignedCheckpoint>, LedgerError> {
        let note = match fs::read_to_string(self.path(ledger)) {
            Ok(note) => note,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(LedgerError::Head(cause)),
        };
        if let Ok(seen) = self.seen.lock()
            && let Some(known) = seen.get(&ledger).filter(|known| known.note == note)
        {
            return Ok(Some(known.clone()));
        }
        let head =
            SignedCheckpoint::verify(&note, &self.key).ok_or(LedgerError::ForgedHead(ledger))?;
        if let Ok(mut seen) = self.seen.lock() {
            seen.insert(ledger, head.clone());
        }
        Ok(Some(head))
    }

    /// Every ledger that has a head.
    pub(crate) fn ledgers(&self) -> io::Result<Vec<LedgerId>> {
        let mut ledgers = Vec::new();
        for file in fs::read_dir(&self.folder)? {
            let name = file?.file_name();
            if let Some(ledger) = name
                .to_str()
                .and_then(|name| name.strip_suffix(".head")?.parse().ok())
            {
                ledgers.push(ledger);
            }
        }
        ledgers.sort();
        Ok(ledgers)
    }

    /// Replaces the head if `new` is not behind it. The caller has proven that the database of
    /// `new` extends the old head; a head of equal size must be equal.
    pub(crate) fn advance(
        &self,
        ledger: LedgerId,
        new: &SignedCheckpoint,
    ) -> Result<(), LedgerError> {
        let result = self.replace(ledger, new, false);
        if let Ok(mut owed) = self.owed.lock() {
            match &result {
                Ok(()) => owed.remove(&ledger),
                Err(_) => owed.insert(ledger, new.clone()),
            };
        }
        result
    }

    /// Writes a head that an earlier commit still owes.
    pub(crate) fn settle(&self, ledger: LedgerId) -> Result<(), LedgerError> {
        let owed = self
            .owed
            .lock()
            .ok()
            .and_then(|owed| owed.get(&ledger).cloned());
        owed.map_or(Ok(()), |head| self.advance(ledger, &head))
    }

    /// Replaces the head whatever it was: only for a recovery that three people answer for.
    pub(crate) fn overwrite(
        &self,
        ledger: LedgerId,
        new: &SignedCheckpoint,
    ) -> Result<(), LedgerError> {
        self.replace(ledger, new, true)
    }

    /// Removes the head of a ledger that no longer exists.
    pub(crate) fn forget(&self, ledger: LedgerId) -> Result<(), LedgerError> {
        fs::remove_file(self.path(ledger)).map_err(LedgerError::Head)
    }

    fn replace(
        &self,
        ledger: LedgerId,
        new: &SignedCheckpoint,
        whatever: bool,
    ) -> Result<(), LedgerError> {
        let lock = fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.folder.join("heads.lock"))
            .map_err(LedgerError::Head)?;
        lock.lock().map_err(LedgerError::Head)?;
        if !whatever && let Some(old) = self.read(ledger)? {
            let (old, new) = (&old.checkpoint, &new.checkpoint);
            if old.size > new.size {
                return Ok(());
            }
            if old.size == new.size {
                return if old.root == new.root {
                    Ok(())
                } else {
                    Err(LedgerError::Forked {
                        ledger,
                        size: old.size,
                    })
                };
            }
        }
        let write = || -> io::Result<()> {
            let temporary = self.folder.join(format!("{ledger}.new"));
            let mut file = fs::File::create(&temporary)?;
            file.write_all(new.note.as_bytes())?;
            file.sync_all()?;
            fs::rename(&temporary, self.path(ledger))?;
            fs::File::open(&self.folder)?.sync_all()
        };
        write().map_err(LedgerError::Head)
    }
}
