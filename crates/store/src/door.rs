//! The write transaction: what a use case changes, the events that say so and the messages that
//! follow are committed together or not at all. Dropping it rolls everything back.

use domain::id::PoolId;

use crate::engine::{Kind, Session};
use crate::error::{Error, Result};
use crate::ledger::{Code, Event, Head, LedgerError, LedgerId, SignedCheckpoint};
use crate::sealed::Seals;
use crate::sql::{Row, Sql};
use crate::store::{Db, Store};

/// One use case's transaction. Not committed, it leaves nothing.
#[must_use = "a transaction that is not committed leaves nothing"]
pub struct WriteTx {
    store: Store,
    session: Session,
    head: Option<Head>,
    /// Size of the ledger when the door opened.
    opened_at: u64,
    changed: bool,
}

/// What a commit left in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The signed checkpoint, when events were appended.
    pub checkpoint: Option<SignedCheckpoint>,
}

impl Receipt {
    /// The code to print on a sheet.
    pub fn code(&self) -> Option<Code> {
        self.checkpoint
            .as_ref()
            .map(|signed| signed.checkpoint.code())
    }
}

impl WriteTx {
    pub(crate) fn new(store: Store, session: Session, head: Option<Head>) -> Self {
        let opened_at = head.as_ref().map_or(0, |head| head.frontier.size());
        Self {
            store,
            session,
            head,
            opened_at,
            changed: false,
        }
    }

    /// Appends an event to the ledger this door was opened for. Returns its number.
    ///
    /// # Errors
    /// [`LedgerError::ClockBehind`] when its time is more than five minutes before the last entry.
    pub async fn append(&mut self, event: &Event) -> Result<u64> {
        let head = self.head.as_mut().ok_or(Error::Unrecorded)?;
        head.append(&mut self.session, &self.store.inner.seals, event)
            .await
    }

    /// Never sign beside a checkpoint that was signed before: the ledger must extend it.
    pub(crate) async fn extends(&mut self, known: &SignedCheckpoint) -> Result<()> {
        let Some(head) = &self.head else {
            return Ok(());
        };
        let ledger = head.ledger;
        let current = known.checkpoint.size == head.frontier.size()
            && known.checkpoint.root == head.frontier.root();
        if current {
            Ok(())
        } else {
            crate::startup::compare(self, ledger, known).await
        }
    }

    /// Makes the ledger of a new pool.
    pub(crate) async fn open_ledger(&mut self, ledger: LedgerId) -> Result<()> {
        Head::open(&mut self.session, ledger).await
    }

    /// The position in a pool's ledger that the changes of this transaction count from; `None`
    /// when the door was opened for another ledger.
    pub(crate) fn position_in(&self, pool: PoolId) -> Option<i64> {
        let head = self.head.as_ref()?;
        (head.ledger == LedgerId::Pool(pool))
            .then(|| i64::try_from(self.opened_at + 1).unwrap_or(i64::MAX))
    }

    /// Runs a changing statement; returns how many rows it touched.
    pub(crate) async fn execute(&mut self, sql: Sql) -> Result<u64> {
        self.changed = true;
        self.session.execute(sql).await
    }

    /// Seals, opens and indexes sensitive fields.
    pub fn seals(&self) -> &Seals {
        self.store.seals()
    }

    /// The store this transaction belongs to.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What the ledger will be when this is committed; to be printed on what this use case makes.
    /// `None` for an upkeep transaction.
    pub fn code(&self) -> Option<Code> {
        let head = self.head.as_ref()?;
        Some(head.checkpoint(&self.store.public_key().name).code())
    }

    /// Commits. Events appended are covered by a checkpoint signed in the same transaction, whose
    /// copy outside the database is then replaced.
    ///
    /// # Errors
    /// [`Error::Unrecorded`] when rows changed and no event was appended; nothing is kept then.
    pub async fn commit(mut self) -> Result<Receipt> {
        let Some(head) = self.head.take() else {
            self.session.commit().await?;
            return Ok(Receipt { checkpoint: None });
        };
        if head.frontier.size() == self.opened_at {
            if self.changed {
                return Err(Error::Unrecorded);
            }
            self.session.commit().await?;
            return Ok(Receipt { checkpoint: None });
        }
        let signed = head
            .save(&mut self.session, &self.store.inner.signer)
            .await?;
        self.session.commit().await?;
        // The change is durable now; a head that cannot be written blocks the next write instead.
        if let Err(cause) = self.store.inner.heads.advance(head.ledger, &signed) {
            if let LedgerError::Forked { .. } = cause {
                return Err(cause.into());
            }
            tracing::error!(ledger = %head.ledger, %cause, "ledger head outside the database not written");
        }
        Ok(Receipt {
            checkpoint: Some(signed),
        })
    }

    /// Undoes everything at once instead of when dropped.
    pub async fn roll_back(self) {
        drop(self);
    }
}

impl Db for WriteTx {
    async fn rows(&mut self, sql: Sql) -> Result<Vec<Row>> {
        self.session.rows(sql).await
    }
    async fn each(
        &mut self,
        sql: Sql,
        visit: &mut (dyn FnMut(Row) -> Result<()> + Send),
    ) -> Result<()> {
        self.session.each(sql, visit).await
    }
    fn kind(&self) -> Kind {
        self.session.kind()
    }
}
