//! 年度征集次数: how many notices count this year, what is missing, and since when it is late (JM 第七条(一)).

use domain::actor::Action;
use domain::id::{PoolId, RecordId};
use domain::policy::due;
use domain::policy::pack::ObligationCount;
use domain::solicitation::Notice;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::KIND;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::records;
use crate::service::Service;

/// A notice that counts this year.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Counted {
    /// The notice.
    pub id: RecordId,
    /// Its number.
    pub number: String,
    /// The day it was first published anywhere.
    pub on: Date,
    /// Media the pack names in which it has not appeared: shown, not a failure (A-JM-2).
    pub uncovered: Vec<String>,
}

/// Where the yearly number of notices stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct NoticeDuty {
    /// What has to be done.
    pub label: String,
    /// The article.
    pub article: String,
    /// Where it stands.
    pub state: due::State,
    /// How many count.
    pub count: u32,
    /// How many there must be.
    pub at_least: u32,
    /// Last day of the period.
    pub last_day: Date,
    /// Too few since this day, and how many there should have been by it.
    pub behind: Option<(Date, u32)>,
    /// Those that count, first published first.
    pub notices: Vec<Counted>,
}

/// A notice that is not begun so many days before the end of the period hardly comes out within it: it is
/// drafted, approved and published in its media first.
const LEAD: i32 = 60;

impl NoticeDuty {
    /// Is somebody to be reminded? By the days the pack names, and when the period runs out.
    pub fn presses(&self, today: Date) -> bool {
        let soon = self.last_day <= today.saturating_add(LEAD.days());
        match self.state {
            due::State::Missed => true,
            due::State::Due => soon || self.behind.is_some(),
            due::State::Kept | due::State::Exceeded | due::State::Spared => self.behind.is_some(),
        }
    }
}

impl Service {
    /// Where the yearly number of notices stands; `None` where the pack asks for none.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn notice_duty(&self, ctx: &Ctx, pool: PoolId) -> Result<Option<NoticeDuty>> {
        let pool = self.part_of(ctx, pool, Action::ReadNotices).await?;
        let counts = |one: &domain::policy::pack::Obligation| one.counts == ObligationCount::Notice;
        let Some(rules) = &pool.pack.admission.solicitation else {
            return Ok(None);
        };
        if !pool.pack.obligations.iter().any(counts) {
            return Ok(None);
        }
        let filter = records::of_kind(pool.id(), KIND, &["published"]);
        let rows = store::records::all::<Notice>(&mut self.store.read(), &filter).await?;
        let published: Vec<(Date, Notice)> = rows
            .into_iter()
            .filter_map(|row| Some((row.body.counts_on()?, row.body)))
            .collect();
        let done: Vec<(ObligationCount, Date)> = published
            .iter()
            .map(|(day, _)| (ObligationCount::Notice, *day))
            .collect();
        let today = ctx.today();
        let found = due::standings(&pool.pack, &done, today);
        let Some(standing) = found.iter().find(|one| counts(one.obligation)) else {
            return Ok(None);
        };
        let mut notices: Vec<Counted> = published
            .iter()
            .filter(|(day, _)| day.year() == today.year())
            .map(|(day, notice)| Counted {
                id: notice.id,
                number: notice.number.clone().unwrap_or_default(),
                on: *day,
                uncovered: notice
                    .uncovered(rules)
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
            })
            .collect();
        notices.sort_by_key(|one| one.on);
        let behind = standing.behind.and_then(|reminder| {
            let from = Date::new(today.year(), reminder.month, reminder.day).ok()?;
            Some((from, reminder.at_least))
        });
        Ok(Some(NoticeDuty {
            label: standing.obligation.label.clone(),
            article: standing.obligation.citation.to_string(),
            state: standing.state,
            count: standing.count,
            at_least: standing.obligation.at_least,
            last_day: standing.last_day,
            behind,
            notices,
        }))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_notice_that_lacks_presses_when_the_year_runs_out_also_where_the_pack_names_no_day() {
        let duty = |state| NoticeDuty {
            label: "公开征集".to_owned(),
            article: "第七条(一)".to_owned(),
            state,
            count: 1,
            at_least: 2,
            last_day: date(2026, 12, 31),
            behind: None,
            notices: Vec::new(),
        };
        let (autumn, late) = (date(2026, 9, 30), date(2026, 11, 23));
        assert!(!duty(due::State::Due).presses(autumn));
        assert!(duty(due::State::Due).presses(late));
        assert!(!duty(due::State::Kept).presses(late));
        assert!(!duty(due::State::Spared).presses(late));
    }
}
