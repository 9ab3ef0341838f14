//! 续聘与届满: whose term is about to end, what their work was, whether they want to go on, what is
//! decided; and the natural end of whoever nothing was decided about (DG 第七条(四), CY 第三条,
//! GZ 第十五条, JM 第十一条).

mod asking;
mod deciding;
mod dossier;
mod ending;
mod papers;
mod pending;
mod reading;

use std::collections::HashMap;
use std::sync::Mutex;

use domain::actor::Role;
use domain::event::{Event, EventKind, Subject};
use domain::expert::Term;
use domain::id::{ExpertId, PoolId};
use domain::policy::pack::Renewal as Rules;
use domain::renewal::{Refused, Renewal, State};
use store::Db;
use store::document;
use store::records::{RecordFilter, RecordKeys};

pub use asking::OwnRenewal;
pub use deciding::{Decided, Decision, Verdict};
pub use dossier::Dossier;
pub use pending::Pending;
pub use reading::{RenewalLine, RenewalList, RenewalView, View};

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Reason, Result};
use crate::experts::Member;
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;

/// Kind of the stored records.
pub(crate) const KIND: &str = "renewal";
/// How many are worked through behind one closed door.
const PORTION: usize = 200;

pub(crate) type Row = store::records::Record<Renewal>;

/// Whom the last round of questions of a pool reached: as long as the same people's terms are about to
/// end, nobody has to be looked up. Forgotten at a restart, which costs one more look.
#[derive(Debug, Default)]
pub(crate) struct Rounds(Mutex<HashMap<PoolId, u64>>);

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let sentence = refused.to_string();
        match refused {
            Refused::Decided(_) | Refused::AskedToday | Refused::Answered(_) => {
                Self::state("renewal.state", sentence)
            }
            Refused::NoReason | Refused::TooLong(_) => Self::field("reason", sentence),
            Refused::NoBasis => Self::field("basis", sentence),
        }
    }
}

/// A term of an expert, as records are found by it.
fn number(expert: ExpertId, term: Term) -> String {
    format!("{expert}:{}", term.to)
}

fn keys(one: &Renewal, name: &str) -> RecordKeys {
    RecordKeys {
        pool: one.pool,
        kind: KIND.to_owned(),
        number: Some(number(one.expert, one.term)),
        status: one.status().to_owned(),
        parent: None,
        subject: Some(one.expert.to_string()),
        team: String::new(),
        due_on: match one.state {
            State::Open | State::NotRenewed { .. } => Some(one.term.to),
            State::Renewed { .. } | State::Lapsed { .. } => None,
        },
        sort: format!("{} {name}", one.term.to),
        title: name.to_owned(),
    }
}

fn event(kind: EventKind, one: &Renewal) -> Event {
    Event::new(kind, Subject::new("expert", one.expert))
        .fact("term", format!("{} — {}", one.term.from, one.term.to))
}

fn of_pool(pool: PoolId, statuses: &[&str]) -> RecordFilter {
    records::of_kind(pool, KIND, statuses)
}

/// The record of the last term of a member, if there is one.
async fn of_member(db: &mut impl Db, pool: PoolId, member: &Member) -> Result<Option<Row>> {
    let number = number(member.id, member.body.last_term());
    Ok(store::records::by_number::<Renewal>(db, pool, KIND, &number).await?)
}

/// The records of the last terms of some members.
async fn of_members(
    db: &mut impl Db,
    pool: PoolId,
    members: &[Member],
) -> Result<HashMap<ExpertId, Row>> {
    if members.is_empty() {
        return Ok(HashMap::new());
    }
    let filter = RecordFilter {
        subjects: members.iter().map(|one| one.id.to_string()).collect(),
        ..of_pool(pool, &[])
    };
    let rows = store::records::all::<Renewal>(db, &filter).await?;
    let current = |row: &Row| {
        let member = members.iter().find(|one| one.id == row.body.expert);
        member.is_some_and(|one| one.body.last_term().to == row.body.term.to)
    };
    Ok(rows
        .into_iter()
        .filter(current)
        .map(|row| (row.body.expert, row))
        .collect())
}

fn rules(pool: &OpenPool) -> Result<&Rules> {
    pool.pack.admission.renewal.as_ref().ok_or_else(|| {
        Error::Refused(vec![Reason::law(
            domain::policy::renewal::NONE,
            &pool.pack.admission.term.citation,
            "本库的办法没有规定续聘。期满后请按入库程序重新申请。",
        )])
    })
}

/// Is somebody in this role of the party that decides?
fn decides(pool: &OpenPool, rules: &Rules, role: Role) -> bool {
    let party = pool.pack.party(&rules.by);
    party.is_some_and(|party| party.roles.contains(&role))
}

impl Service {
    /// The record of the last term of a member; made where there is none yet.
    async fn renewal_of(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        member: &Member,
    ) -> Result<Row> {
        if let Some(row) = of_member(&mut **change, pool.id(), member).await? {
            return Ok(row);
        }
        let term = member.body.last_term();
        let one = Renewal::new(self.id(ctx), pool.id(), member.id, term);
        let keys = keys(&one, &member.keys.name);
        let row = document::insert(change, one.id, keys, one).await?;
        Ok(row)
    }
}

async fn save(change: &mut Change<'_>, row: &mut Row) -> Result<()> {
    let name = row.keys.title.clone();
    row.keys = keys(&row.body, &name);
    document::save(change, row).await?;
    Ok(())
}
