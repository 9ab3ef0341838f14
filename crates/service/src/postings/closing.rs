//! 期满: what the end of a list means for each person on it, worked out from where things stand. Doing it
//! again changes nothing, so that it may be done at any time and after any interruption.

use std::collections::BTreeMap;

use domain::application::guard::Posting as Found;
use domain::application::{Application, By, Hand};
use domain::event::EventKind;
use domain::id::{PoolId, RecordId};
use domain::policy::pack::{Guard, Station};
use domain::policy::public_notice::{Candidate, Objection as Counted, candidate};
use domain::policy::words::Word as _;
use domain::posting::{Posting, State};
use jiff::civil::Date;
use store::Db;
use store::records::RecordFilter;

use super::{KIND, Row, civil, event, find, of_pool, save};
use crate::applications;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::objections;
use crate::service::Service;

/// How many pass behind one closed door.
const PORTION: usize = 100;

/// What is to be done about a list whose last day is over.
#[derive(Debug, Default, PartialEq, Eq)]
struct Due {
    /// Whom nothing holds up.
    clear: Vec<RecordId>,
    /// Whom an objection holds up.
    held: Vec<RecordId>,
}

impl Due {
    /// Nothing changes, if this is how it was left.
    fn is_settled(&self, state: &State) -> bool {
        match state {
            State::Over { left, .. } => self.clear.is_empty() && *left == self.held,
            _ => false,
        }
    }
}

/// Those at the station, with what is said against them, on a list whose last day is over.
async fn due(db: &mut impl Db, one: &Posting, last_day: Date, today: Date) -> Result<Due> {
    let filter = RecordFilter {
        statuses: vec![Station::PublicNotice.word().to_owned()],
        ..applications::of_pool(one.pool)
    };
    let here = store::records::all::<serde_json::Value>(db, &filter).await?;
    let here: std::collections::BTreeSet<RecordId> = here.iter().map(|row| row.id).collect();
    let mut against: BTreeMap<RecordId, Vec<Counted>> = BTreeMap::new();
    for objection in objections::of_pool(db, one.pool).await? {
        if let Some(counted) = objection.counted() {
            against
                .entry(objection.application)
                .or_default()
                .push(counted);
        }
    }
    let mut due = Due::default();
    for person in &one.content.people {
        let id = person.application;
        if !here.contains(&id) {
            continue;
        }
        let objections = against.get(&id).map_or(&[][..], Vec::as_slice);
        match candidate(last_day, objections, today) {
            Candidate::Clear => due.clear.push(id),
            Candidate::Held => due.held.push(id),
            Candidate::NotOver | Candidate::Barred => {}
        }
    }
    Ok(due)
}

impl Service {
    /// Closes every list whose last day is over, and passes whoever nothing holds up. Scheduled work.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn close_postings(&self, ctx: &Ctx) -> Result<usize> {
        let filter = RecordFilter {
            kinds: vec![KIND.to_owned()],
            statuses: ["posted", "held"].map(str::to_owned).to_vec(),
            ..RecordFilter::default()
        };
        let rows = store::records::all::<Posting>(&mut self.store.read(), &filter).await?;
        let mut passed = 0;
        for row in rows {
            let Some(posted) = row.body.state.standing() else {
                continue;
            };
            if ctx.today() <= posted.last_day {
                continue;
            }
            let mut read = self.store.read();
            let found = due(&mut read, &row.body, posted.last_day, ctx.today()).await?;
            if found.is_settled(&row.body.state) {
                continue;
            }
            drop(read);
            while let Some(some) = self.close_portion(ctx, row.body.pool, row.id).await? {
                passed += some;
            }
        }
        Ok(passed)
    }

    /// The next portion of a list; `None` once there is nothing more to do.
    async fn close_portion(&self, ctx: &Ctx, pool: PoolId, id: RecordId) -> Result<Option<usize>> {
        let open = self.any_pool(pool).await?;
        let mut change = self.change(ctx, pool).await?;
        let mut row: Row = find(&mut *change, pool, id).await?;
        let Some(posted) = row.body.state.standing().cloned() else {
            return Ok(None);
        };
        let mut found = due(&mut *change, &row.body, posted.last_day, ctx.today()).await?;
        if found.is_settled(&row.body.state) {
            return Ok(None);
        }
        // The law passes them, on the order of whoever put the list up.
        let hand = Hand {
            by: By {
                account: posted.by.account,
                name: "公示期满".to_owned(),
                at: ctx.now,
            },
            on: posted.last_day,
            document: Some(posted.number.clone()),
        };
        let rest = found.clear.split_off(found.clear.len().min(PORTION));
        let mut passed = 0;
        for id in found.clear {
            let mut application = applications::find(&mut *change, id).await?;
            match self
                .pass_row(&mut change, &open, &mut application, hand.clone(), "")
                .await
            {
                Ok(()) => passed += 1,
                // What else the pack asks for is missing: the person stays, and the reason is on the
                // page of the application.
                Err(Error::Refused(_) | Error::Invalid(_)) => found.held.push(id),
                Err(error) => return Err(error),
            }
        }
        if let (State::Over { left, .. }, 0) = (&row.body.state, passed)
            && *left == found.held
        {
            return Ok(None);
        }
        if rest.is_empty() {
            row.body.close(found.held.clone(), civil(ctx.now))?;
            save(&mut change, &mut row).await?;
        }
        let over = event(EventKind::PostingOver, &row.body)
            .fact("last_day", posted.last_day)
            .fact("passed", passed)
            .fact("held", found.held.len());
        change.record(over).await?;
        change.commit().await?;
        Ok((!rest.is_empty()).then_some(passed))
    }

    /// What the public notice means for an application before a station on a day. Nothing is looked up
    /// for a station that does not ask.
    pub(crate) async fn posting_before(
        &self,
        db: &mut impl Db,
        pool: &crate::pools::OpenPool,
        one: &Application,
        station: Station,
        on: Date,
    ) -> Result<Found> {
        let asks = station == Station::PublicNotice
            || pool
                .pack
                .admission
                .step(station)
                .is_some_and(|step| step.guards.contains(&Guard::NoticeClear));
        if !asks {
            return Ok(Found::NotYet);
        }
        // Whoever passed the station passed on a list that is over.
        let passed = one
            .state
            .passed()
            .iter()
            .find(|passed| passed.station == Station::PublicNotice);
        if let Some(passed) = passed {
            let counted = objections::counted_against(db, pool.id(), one.id).await?;
            return Ok(Found::Listed {
                number: passed.document.clone().unwrap_or_default(),
                until: passed.on,
                stands: candidate(passed.on, &counted, on),
            });
        }
        let rows =
            store::records::all::<Posting>(db, &of_pool(pool.id(), &["posted", "held", "over"]))
                .await?;
        let Some(posted) = rows
            .iter()
            .rev()
            .filter(|row| row.body.lists(one.id))
            .find_map(|row| row.body.state.standing())
        else {
            return Ok(Found::NotYet);
        };
        let counted = objections::counted_against(db, pool.id(), one.id).await?;
        Ok(Found::Listed {
            number: posted.number.clone(),
            until: posted.last_day,
            stands: candidate(posted.last_day, &counted, on),
        })
    }
}
