//! 届: the cohorts of a pool whose instrument appoints by cohort. One is open at a time, the next starts
//! the day after; whoever is appointed in its course ends with it (GZ 第十五条).

use domain::actor::Action;
use domain::event::{Event, EventKind, Subject};
use domain::expert::Term;
use domain::id::{PoolId, RecordId};
use domain::policy::cohort;
use domain::policy::pack::TermMode;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::document::{self};
use store::records::RecordKeys;

use crate::applications::by;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Reason, Result};
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;

/// Kind of the stored records.
const KIND: &str = "cohort";

/// One cohort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cohort {
    /// Identifier.
    pub id: RecordId,
    /// Which it is, from one.
    pub place: u32,
    /// Its first and last day.
    pub term: Term,
    /// Who opened it.
    pub opened: domain::application::By,
}

impl Cohort {
    /// 第几届
    pub fn label(&self) -> String {
        format!("第{}届", self.place)
    }
}

/// The cohorts of a pool, and what may be done.
#[derive(Debug, Clone, Serialize)]
pub struct Cohorts {
    /// Oldest first.
    pub all: Vec<Cohort>,
    /// First day of the one to be opened next; `None` = any day.
    pub next: Option<Date>,
    /// The article.
    pub article: String,
}

/// Does the pool's instrument appoint by cohort?
pub(crate) fn by_cohort(pool: &OpenPool) -> bool {
    pool.pack.admission.term.mode == TermMode::Cohort
}

async fn all(db: &mut impl store::Db, pool: PoolId) -> Result<Vec<Cohort>> {
    let filter = records::of_kind(pool, KIND, &[]);
    let rows = store::records::all::<Cohort>(db, &filter).await?;
    let mut all: Vec<Cohort> = rows.into_iter().map(|row| row.body).collect();
    all.sort_by_key(|one| one.place);
    Ok(all)
}

impl Service {
    /// The cohorts of a pool; `None` where the instrument knows none.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn cohorts(&self, ctx: &Ctx, no: i64) -> Result<Option<Cohorts>> {
        let pool = self.open_part(ctx, no, Action::IssueCertificates).await?;
        if !by_cohort(&pool) {
            return Ok(None);
        }
        let all = all(&mut self.store.read(), pool.id()).await?;
        let last = all.last().map(|one| one.term);
        Ok(Some(Cohorts {
            next: last.map(|last| cohort::following(&pool.pack, last).from),
            all,
            article: pool.pack.admission.term.citation.to_string(),
        }))
    }

    /// 开届: the first from a given day, every other from the day after the one before it.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Invalid`] without a first day; [`Error::Refused`] where the
    /// instrument knows no cohorts, or the next one was opened already.
    pub async fn open_cohort(&self, ctx: &Ctx, no: i64, from: Option<Date>) -> Result<RecordId> {
        let pool = self.pool_numbered(ctx, no).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize(Action::IssueCertificates, pool.target())?;
        if !by_cohort(&pool) {
            return Err(Error::state(
                "cohort.none",
                "本库的办法没有规定届。聘期按每人的聘任日期计算。",
            ));
        }
        let all = all(&mut *change, pool.id()).await?;
        let term = match (all.last(), from) {
            (Some(last), _) if ctx.today() < last.term.from => {
                return Err(Error::state(
                    "cohort.ahead",
                    format!("{}还没有开始，不能再开下一届。", last.label()),
                ));
            }
            (Some(last), _) => cohort::following(&pool.pack, last.term),
            (None, Some(from)) => cohort::opened(&pool.pack, from),
            (None, None) => {
                return Err(Error::Invalid(vec![Problem::new(
                    "from",
                    "没有填写第一届从哪一天开始。请选择日期。",
                )]));
            }
        };
        let one = Cohort {
            id: self.id(ctx),
            place: all.last().map_or(1, |last| last.place + 1),
            term,
            opened: by(ctx)?,
        };
        let keys = RecordKeys {
            pool: pool.id(),
            kind: KIND.to_owned(),
            number: Some(one.place.to_string()),
            status: "open".to_owned(),
            parent: None,
            subject: None,
            team: String::new(),
            due_on: Some(term.to),
            sort: format!("{:04}", one.place),
            title: one.label(),
        };
        document::insert(&mut change, one.id, keys, &one).await?;
        let event = Event::new(EventKind::CohortOpened, Subject::new("cohort", one.id))
            .fact("cohort", one.label())
            .fact("term", format!("{} — {}", term.from, term.to))
            .fact("article", pool.pack.admission.term.citation.to_string());
        change.record(event).await?;
        change.commit().await?;
        Ok(one.id)
    }

    /// The cohort a day lies in.
    pub(crate) async fn cohort_on(
        &self,
        db: &mut impl store::Db,
        pool: &OpenPool,
        on: Date,
    ) -> Result<Option<Cohort>> {
        let all = all(db, pool.id()).await?;
        Ok(all.into_iter().find(|one| one.term.covers(on)))
    }

    /// The term of somebody appointed from a day: the pack's, and in the course of a cohort the rest of
    /// it. `need` is the need for a supplement.
    pub(crate) async fn term_from(
        &self,
        db: &mut impl store::Db,
        pool: &OpenPool,
        from: Date,
        need: &str,
    ) -> Result<std::result::Result<Term, Vec<Reason>>> {
        if !by_cohort(pool) {
            return Ok(Ok(domain::policy::term::first(
                &pool.pack, from, None, None,
            )));
        }
        let article = pool.pack.admission.term.citation.to_string();
        let Some(current) = self.cohort_on(db, pool, from).await? else {
            return Ok(Err(vec![Reason::law(
                "cohort.closed",
                &article,
                format!("{from} 不在任何一届之内。请先开届，再颁发聘书。"),
            )]));
        };
        // Whoever comes with the cohort is no supplement.
        if current.term.from == from {
            return Ok(Ok(current.term));
        }
        let supplement = cohort::supplement(&pool.pack, current.term, from, None, need);
        let reasons: Vec<Reason> = supplement
            .findings
            .iter()
            .filter(|finding| finding.blocks())
            .map(|finding| {
                Reason::law(
                    &finding.code,
                    finding.citation.to_string(),
                    finding.sentence.clone(),
                )
            })
            .collect();
        Ok(if reasons.is_empty() {
            Ok(supplement.term)
        } else {
            Err(reasons)
        })
    }
}
