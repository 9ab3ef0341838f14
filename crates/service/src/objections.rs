//! 异议: filed by anybody on the public page or entered by an officer, verified, decided. One that is
//! upheld refuses the application; one that is dismissed lets the person go on at the end of the public
//! notice. What is said and who says it are sealed (JM 第七条(四)(五); A-JM-16).

mod filing;
mod reading;

use domain::actor::Action;
use domain::application::Hand;
use domain::event::{Event, EventKind, Subject};
use domain::id::{PoolId, RecordId};
use domain::objection::{Objection, Outcome, Refused, Taken};
use domain::policy::pack::{Act, Station};
use domain::policy::public_notice::Objection as Counted;
use serde::{Deserialize, Serialize};
use store::records::{RecordFilter, RecordKeys};
use store::sealed::{Column, Shape};
use store::{Db, document};

pub use filing::{Acknowledged, Statement, Upload};
pub use reading::{Answer, ObjectionView, Objector, StatedFile};

use crate::applications::{self, by};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::pools::OpenPool;
use crate::postings::check_party;
use crate::records;
use crate::service::Service;

/// Kind of the stored records, and of the owner of their files.
pub(crate) const KIND: &str = "objection";

/// What is said.
const FACT: Column = Column {
    table: "record",
    name: "objection",
    pad: 512,
    shape: Shape::Text,
};
/// Who says it.
const OBJECTOR: Column = Column {
    table: "record",
    name: "objector",
    pad: 256,
    shape: Shape::Text,
};

/// An objection as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The objection.
    pub(crate) objection: Objection,
    /// What is said, sealed, hex.
    fact: String,
    /// Name and contact, sealed, hex; none for an anonymous one.
    objector: Option<String>,
    /// Keyed hash of the code by which it is looked up, hex.
    code: String,
}

pub(crate) type Row = store::records::Record<Kept>;

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let sentence = refused.to_string();
        let field = match refused {
            Refused::Late(_) => return Self::state("objection.late", sentence),
            Refused::Decided(..) => return Self::state("objection.state", sentence),
            Refused::Anonymous => "name",
            Refused::NoContact => "contact",
            Refused::NoFact | Refused::Nothing | Refused::TooLong(_) => "fact",
            Refused::NoFindings => "findings",
            Refused::NoReason => "reason",
        };
        Self::field(field, sentence)
    }
}

/// Index columns: `parent` is the list, `subject` the application.
fn keys(one: &Objection) -> RecordKeys {
    RecordKeys {
        pool: one.pool,
        kind: KIND.to_owned(),
        number: Some(one.number.clone()),
        status: match one.taken {
            Taken::Objection => one.state.code().to_owned(),
            Taken::TipOff => format!("tip_off.{}", one.state.code()),
        },
        parent: Some(one.posting.to_string()),
        subject: Some(one.application.to_string()),
        team: String::new(),
        due_on: None,
        sort: one.number.clone(),
        title: one.person.clone(),
    }
}

fn event(kind: EventKind, one: &Objection) -> Event {
    Event::new(kind, Subject::new(KIND, one.id))
        .fact("number", &one.number)
        .fact("posting", &one.posting_number)
        .fact("taken", one.taken.zh())
}

async fn save(change: &mut Change<'_>, row: &mut Row) -> Result<()> {
    row.keys = keys(&row.body.objection);
    document::save(change, row).await?;
    Ok(())
}

async fn find(db: &mut impl Db, pool: PoolId, id: RecordId) -> Result<Row> {
    records::find_in(db, pool, id, KIND).await
}

async fn all(db: &mut impl Db, filter: RecordFilter) -> Result<Vec<Objection>> {
    let filter = RecordFilter {
        kinds: vec![KIND.to_owned()],
        ..filter
    };
    let rows = store::records::all::<Kept>(db, &filter).await?;
    Ok(rows.into_iter().map(|row| row.body.objection).collect())
}

/// Every objection of a pool.
pub(crate) async fn of_pool(db: &mut impl Db, pool: PoolId) -> Result<Vec<Objection>> {
    let filter = RecordFilter {
        pool: Some(pool),
        ..RecordFilter::default()
    };
    all(db, filter).await
}

/// Those about the people of one list, oldest first.
pub(crate) async fn of_posting(db: &mut impl Db, posting: RecordId) -> Result<Vec<Objection>> {
    let filter = RecordFilter {
        parent: Some(posting.to_string()),
        ..RecordFilter::default()
    };
    all(db, filter).await
}

/// What counts against one application, whichever list it came by.
pub(crate) async fn counted_against(
    db: &mut impl Db,
    pool: PoolId,
    application: RecordId,
) -> Result<Vec<Counted>> {
    let filter = RecordFilter {
        pool: Some(pool),
        subject: Some(application.to_string()),
        ..RecordFilter::default()
    };
    let found = all(db, filter).await?;
    Ok(found.iter().filter_map(Objection::counted).collect())
}

impl Service {
    /// Opens the door for a step with one objection, by somebody of the party that decides.
    async fn objection_change<'c>(
        &self,
        ctx: &'c Ctx,
        no: i64,
        id: RecordId,
    ) -> Result<(Change<'c>, Row, OpenPool)> {
        let pool = self.pool_numbered(ctx, no).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        let seen = find(&mut *change, pool.id(), id).await;
        let role = change.authorize(Action::DecideObjections, pool.target())?;
        check_party(&pool, Act::DecideObjection, role)?;
        Ok((change, seen?, pool))
    }

    /// 登记核查情况.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] for a party that does not decide, or once decided;
    /// [`Error::Invalid`].
    pub async fn investigate_objection(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        findings: &str,
    ) -> Result<()> {
        let (mut change, mut row, _) = self.objection_change(ctx, no, id).await?;
        row.body.objection.investigate(findings, by(ctx)?)?;
        save(&mut change, &mut row).await?;
        let noted = event(EventKind::ObjectionInvestigated, &row.body.objection)
            .detail(serde_json::json!({ "findings": findings }));
        change.record(noted).await?;
        change.commit().await?;
        Ok(())
    }

    /// 作出结论. Upheld: the application is refused with the reason, in the same step. Dismissed after the
    /// last day: the person goes on at once.
    ///
    /// # Errors
    /// As [`Service::investigate_objection`]; [`Error::Invalid`] before an investigation or without a
    /// reason.
    pub async fn decide_objection(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        outcome: Outcome,
        reason: &str,
    ) -> Result<()> {
        let (mut change, mut row, pool) = self.objection_change(ctx, no, id).await?;
        row.body.objection.decide(outcome, reason, by(ctx)?)?;
        save(&mut change, &mut row).await?;
        let one = row.body.objection.clone();
        let kind = match outcome {
            Outcome::Upheld => EventKind::ObjectionUpheld,
            Outcome::Dismissed => EventKind::ObjectionDismissed,
        };
        let decided = event(kind, &one)
            .fact("reason", domain::text::tidy(reason))
            .detail(serde_json::json!({ "person": one.person }));
        change.record(decided).await?;
        if (outcome, one.taken) == (Outcome::Upheld, Taken::Objection) {
            let mut application = applications::find(&mut *change, one.application).await?;
            let here = application.body.application.state.station() == Some(Station::PublicNotice);
            // Whoever withdrew in the meantime is not refused on top.
            if here {
                let hand = Hand {
                    by: by(ctx)?,
                    on: ctx.today(),
                    document: Some(one.posting_number.clone()),
                };
                let reason = format!("公示期间的异议经核查成立：{}", domain::text::tidy(reason));
                self.refuse_row(&mut change, ctx, &pool, &mut application, hand, &reason)
                    .await?;
            }
        }
        change.commit().await?;
        // What the conclusion set free goes on now; if not, scheduled work sees to it.
        if let Err(error) = self.close_postings(&self.schedule()).await {
            tracing::error!(%error, "closing a list after a decision failed");
        }
        Ok(())
    }
}
