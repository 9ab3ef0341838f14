//! The one way to change anything: authorize, load, decide, save, append to the ledger, queue
//! messages, commit — inside one transaction of the store's write door.

use std::ops::{Deref, DerefMut};

use domain::actor::{Action, Denied, Role, Target};
use domain::event::Event;
use store::ledger::{Actor as LedgerActor, Event as LedgerEvent, Object, Outcome};
use store::{LedgerId, Receipt, WriteTx};

use crate::ctx::Ctx;
use crate::error::Result;
use crate::pools::OpenPool;
use crate::service::Service;

/// A change under way. Dropped without [`Change::commit`], it never happened.
#[must_use = "a change that is not committed never happened"]
pub struct Change<'c> {
    tx: WriteTx,
    ctx: &'c Ctx,
    role: Option<Role>,
}

impl Service {
    /// Opens the door to a ledger: of a pool, or of the system.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn change<'c>(
        &self,
        ctx: &'c Ctx,
        ledger: impl Into<LedgerId>,
    ) -> Result<Change<'c>> {
        let tx = self.store.write(ledger).await?;
        Ok(Change {
            tx,
            ctx,
            role: None,
        })
    }
}

impl Change<'_> {
    /// The actor may do this to that, or nothing is changed. The role found is the one the ledger
    /// names.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn authorize(&mut self, action: Action, target: Target<'_>) -> Result<Role, Denied> {
        let role = self.ctx.actor.allow(action, target)?;
        self.role = Some(role);
        Ok(role)
    }

    /// The same for the part of a pool that is open; [`OpenPool::within`] says of each object whether
    /// it belongs there.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn authorize_in(&mut self, action: Action, pool: &OpenPool) -> Result<Role, Denied> {
        let role = self.ctx.actor.allow_in(action, pool.id(), &pool.remit)?;
        self.role = Some(role);
        Ok(role)
    }

    /// Appends an event; returns its number in the ledger.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn record(&mut self, event: Event) -> Result<u64> {
        let entry = ledger_event(self.ctx, self.role, event, Outcome::Done);
        Ok(self.tx.append(&entry).await?)
    }

    /// Commits; the receipt carries the signed checkpoint.
    ///
    /// # Errors
    /// When the store fails; then nothing was changed.
    pub async fn commit(self) -> Result<Receipt> {
        Ok(self.tx.commit().await?)
    }
}

impl Deref for Change<'_> {
    type Target = WriteTx;
    fn deref(&self) -> &WriteTx {
        &self.tx
    }
}

impl DerefMut for Change<'_> {
    fn deref_mut(&mut self) -> &mut WriteTx {
        &mut self.tx
    }
}

/// A domain event as the ledger takes it. Names and everything else personal go into the sealed
/// body; the tree itself holds only ids, roles and times.
pub(crate) fn ledger_event(
    ctx: &Ctx,
    role: Option<Role>,
    event: Event,
    outcome: Outcome,
) -> LedgerEvent {
    let actor = &ctx.actor;
    let system = if actor.person.is_some() {
        "expert"
    } else {
        "system"
    };
    LedgerEvent {
        action: event.kind.code().to_owned(),
        actor: LedgerActor {
            factors: ctx.factors.clone(),
            id: actor
                .account
                .map_or_else(|| system.to_owned(), |id| id.to_string()),
            role: role.map_or("", Role::code).to_owned(),
            unit: actor
                .organisation
                .map(|id| id.to_string())
                .unwrap_or_default(),
        },
        object: Object {
            id: event.subject.id,
            kind: event.subject.kind,
        },
        outcome,
        at: ctx.now,
        body: serde_json::json!({
            "by": actor.name,
            "facts": event.facts,
            "detail": event.detail,
            "source": ctx.source,
        }),
    }
}
