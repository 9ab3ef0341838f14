//! 参与: one expert's part in one task, and the half-days people are taken.

use domain::half_day::{HalfDay, Slot};
use domain::id::{DrawId, EngagementId, ExpertId, PersonId, PoolId, TaskId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::DeserializeOwned;

use crate::document::{
    self, ByText, Count, Direction, Page, PageRequest, Select, Stored, document,
};
use crate::door::WriteTx;
use crate::error::{Error, Result};
use crate::experts::Often;
use crate::sql;
use crate::sql::Sql;
use crate::store::Db;

document! {
    /// Index columns of an engagement. Added and saved with [`document`]'s functions.
    EngagementKeys in "engagement" by EngagementId {
        /// The pool.
        pool: PoolId,
        /// For this task.
        task: TaskId,
        /// From this draw; `None` for a designation.
        draw: Option<DrawId>,
        /// Who.
        expert: ExpertId,
        /// Status code.
        status: String,
        /// An answer is awaited until then.
        answer_by: Option<Timestamp>,
    }
}

/// A stored engagement.
pub type Engagement<B> = Stored<EngagementKeys, B>;

/// The engagement with this id.
pub async fn find<B: DeserializeOwned>(
    db: &mut impl Db,
    id: EngagementId,
) -> Result<Option<Engagement<B>>> {
    document::find(db, id).await
}

/// Which engagements to list. Conditions left empty do not narrow.
#[derive(Debug, Clone, Default)]
pub struct EngagementFilter {
    /// Of this pool.
    pub pool: Option<PoolId>,
    /// Of this task.
    pub task: Option<TaskId>,
    /// Of this draw.
    pub draw: Option<DrawId>,
    /// Of any of these experts.
    pub experts: Vec<ExpertId>,
    /// Any of these status codes.
    pub statuses: Vec<String>,
    /// An answer is awaited until then at the latest.
    pub answer_by: Option<Timestamp>,
}

impl EngagementFilter {
    fn select(&self) -> Select<EngagementKeys> {
        Select::new()
            .equal_if("pool", self.pool)
            .equal_if("task", self.task)
            .equal_if("draw", self.draw)
            .one_of_if("expert", &self.experts)
            .one_of_if("status", &self.statuses)
            .upto_if("answer_by", self.answer_by)
    }
}

/// All that match, by id, which is the order they were made in.
pub async fn all<B: DeserializeOwned>(
    db: &mut impl Db,
    filter: &EngagementFilter,
) -> Result<Vec<Engagement<B>>> {
    filter.select().all(db).await
}

/// One page, by id.
pub async fn page<B: DeserializeOwned>(
    db: &mut impl Db,
    filter: &EngagementFilter,
    direction: Direction,
    request: &PageRequest,
) -> Result<Page<Engagement<B>>> {
    filter
        .select()
        .page::<ByText, B>(db, "id", direction, request)
        .await
}

/// How many match.
pub async fn count(db: &mut impl Db, filter: &EngagementFilter) -> Result<Count> {
    filter.select().count(db).await
}

/// Whoever serves and has had engagements in any of these status codes so often.
pub async fn often(
    db: &mut impl Db,
    often: &Often<'_>,
    statuses: &[&'static str],
) -> Result<Vec<ExpertId>> {
    let mut which = Sql::new("t.status IN (");
    which.bind_list(statuses).push(")");
    // Identifiers are in the order they were made in.
    often.among(db, "engagement", which, "t.id").await
}

/// Whether a half-day may be shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// No second exclusive hold on the same half-day of the same person.
    Exclusive,
    /// Beside others, e.g. a tentative invitation.
    Shared,
}

/// A half-day a person is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// Who.
    pub person: PersonId,
    /// When.
    pub half_day: HalfDay,
    /// By what, usually an engagement.
    pub reference: String,
    /// In which pool.
    pub pool: PoolId,
    /// Shared or not.
    pub hold: Hold,
}

const fn slot_code(slot: Slot) -> &'static str {
    match slot {
        Slot::Morning => "1",
        Slot::Afternoon => "2",
        Slot::Evening => "3",
    }
}

fn slot_of(code: &str) -> Result<Slot> {
    let unknown = || Error::Corrupt {
        table: "busy_slot",
        column: "half",
        why: code.to_owned(),
    };
    Slot::ALL
        .into_iter()
        .find(|slot| slot_code(*slot) == code)
        .ok_or_else(unknown)
}

/// Takes a half-day. The row is the reservation: of two that want the same one, in whatever pools,
/// one gets [`Error::Duplicate`].
pub async fn take(tx: &mut WriteTx, busy: &Busy) -> Result<()> {
    let hold = match busy.hold {
        Hold::Exclusive => "",
        Hold::Shared => &busy.reference,
    };
    tx.execute(sql!(
        "INSERT INTO busy_slot (person, day, half, hold, reference, pool) VALUES ($1, $2, $3, $4, $5, $6)",
        busy.person,
        busy.half_day.date,
        slot_code(busy.half_day.slot),
        hold,
        &busy.reference,
        busy.pool
    ))
    .await
    .map(drop)
}

/// Gives back every half-day taken by a reference.
pub async fn release(tx: &mut WriteTx, reference: &str) -> Result<u64> {
    tx.execute(sql!(
        "DELETE FROM busy_slot WHERE reference = $1",
        reference
    ))
    .await
}

/// Everybody taken on any of these half-days, in whatever pool.
pub async fn busy(db: &mut impl Db, half_days: &[HalfDay]) -> Result<Vec<Busy>> {
    let mut found = Vec::new();
    for some in half_days.chunks(200) {
        let mut sql =
            Sql::new("SELECT person, day, half, hold, reference, pool FROM busy_slot WHERE ");
        for (n, half_day) in some.iter().enumerate() {
            sql.push(if n == 0 { "(day = " } else { " OR (day = " })
                .bind(half_day.date);
            sql.push(" AND half = ")
                .bind(slot_code(half_day.slot))
                .push(")");
        }
        sql.push(" ORDER BY day, half, person, hold");
        if !some.is_empty() {
            found.extend(
                db.rows(sql)
                    .await?
                    .iter()
                    .map(read_busy)
                    .collect::<Result<Vec<_>>>()?,
            );
        }
    }
    Ok(found)
}

/// When a person is taken from a day on.
pub async fn busy_days(db: &mut impl Db, person: PersonId, from: Date) -> Result<Vec<Busy>> {
    let rows = db
        .rows(sql!(
            "SELECT person, day, half, hold, reference, pool FROM busy_slot WHERE person = $1 AND day >= $2 \
             ORDER BY day, half, hold",
            person,
            from
        ))
        .await?;
    rows.iter().map(read_busy).collect()
}

fn read_busy(row: &crate::Row) -> Result<Busy> {
    let hold: String = row.get(3)?;
    Ok(Busy {
        person: row.get(0)?,
        half_day: HalfDay {
            date: row.get(1)?,
            slot: slot_of(&row.get::<String>(2)?)?,
        },
        reference: row.get(4)?,
        pool: row.get(5)?,
        hold: if hold.is_empty() {
            Hold::Exclusive
        } else {
            Hold::Shared
        },
    })
}
