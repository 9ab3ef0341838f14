//! 结果公告: what became of a list on public notice or of a notice, for everybody. Where the instrument
//! has the names put up before anybody is appointed, those appointed are named again, with nothing that
//! did not stand on the list; where it does not, only the numbers are told. Nothing of it is stored: it
//! follows from the lists, the notices and the applications.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use domain::application::{NoticeAnswered, State as Applied};
use domain::id::{PoolId, RecordId};
use domain::posting::Posting;
use domain::solicitation::{Notice, Standing};
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use store::document::{self, Direction, Page, PageRequest};
use store::records::{Record, RecordFilter, RecordKeys};

use crate::applications;
use crate::ctx::shanghai;
use crate::error::{Error, Result};
use crate::pools::OpenPool;
use crate::postings;
use crate::service::Service;
use crate::solicitations;

/// A result in the list of results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResultLine {
    /// Number of the list or of the notice, for its address.
    pub number: String,
    /// Title of the list or of the notice.
    pub title: String,
    /// The pool, by number.
    pub pool: i64,
    /// Name of the pool.
    pub pool_name: String,
    /// How many were appointed.
    pub appointed: usize,
    /// Day of the first appointment.
    pub first: Date,
    /// Day of the last one.
    pub last: Date,
}

/// Somebody appointed, as the list showed them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppointedRow {
    /// What the list showed, in the order of its columns.
    pub cells: Vec<String>,
    /// Day of the appointment.
    pub on: Date,
}

/// What may be told of a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "after", rename_all = "snake_case")]
pub enum Told {
    /// After a public notice: who was appointed.
    Posting {
        /// First day of the public notice.
        from: Date,
        /// Its last day.
        to: Date,
        /// How many stood on the list.
        listed: usize,
        /// What the columns are called.
        columns: Vec<String>,
        /// Those appointed, in the order of the list.
        rows: Vec<AppointedRow>,
    },
    /// After a notice without public notice of names: how many.
    Notice {
        /// First second of the window.
        opens: Option<DateTime>,
        /// Last second of the window.
        closes: Option<DateTime>,
        /// How many applications were handed in.
        applied: usize,
    },
}

/// A result as everybody reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicResult {
    /// Its line.
    pub line: ResultLine,
    /// What may be told.
    pub told: Told,
    /// The instrument.
    pub basis: String,
    /// Who signs it.
    pub signed: String,
    /// What is to be known of the instrument's force.
    pub banner: Option<String>,
    /// It belongs to a demonstration.
    pub demonstration: bool,
}

/// Of an application, what a result is made of.
#[derive(Debug, Deserialize)]
struct Answered {
    application: Outcome,
}

#[derive(Debug, Deserialize)]
struct Outcome {
    #[serde(default)]
    notice: Option<NoticeAnswered>,
    state: Applied,
}

impl Answered {
    fn appointed_on(&self) -> Option<Date> {
        match &self.application.state {
            Applied::Appointed { at, .. } => Some(at.to_zoned(shanghai()).date()),
            _ => None,
        }
    }

    fn answers(&self, number: &str) -> bool {
        let notice = self.application.notice.as_ref();
        notice.is_some_and(|notice| notice.number == number)
    }

    fn was_handed_in(&self) -> bool {
        !self.application.state.passed().is_empty()
    }
}

/// Lists whose last day is over, and published notices, of every pool.
fn concluded() -> RecordFilter {
    RecordFilter {
        kinds: [postings::KIND, solicitations::KIND]
            .map(str::to_owned)
            .to_vec(),
        statuses: ["over", "held", "published"].map(str::to_owned).to_vec(),
        ..RecordFilter::default()
    }
}

/// `None` as long as nobody is appointed: there is no result to tell.
fn line(number: &str, title: &str, pool: &OpenPool, days: &[Date]) -> Option<ResultLine> {
    Some(ResultLine {
        number: number.to_owned(),
        title: title.to_owned(),
        pool: pool.no,
        pool_name: pool.pool.name.clone(),
        appointed: days.len(),
        first: *days.iter().min()?,
        last: *days.iter().max()?,
    })
}

fn unread(error: serde_json::Error) -> Error {
    Error::Internal(error.to_string())
}

impl Service {
    /// Every result, newest first, a page at a time.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn results(&self, page: &PageRequest) -> Result<Page<ResultLine>> {
        let mut request = page.clone();
        let mut appointed = HashMap::new();
        loop {
            let found = store::records::page::<serde_json::Value>(
                &mut self.store.read(),
                &concluded(),
                Direction::Descending,
                &request,
            )
            .await?;
            let mut items = Vec::new();
            for row in found.items {
                items.extend(self.result_line(row, &mut appointed).await?);
            }
            match found.next {
                // A page of lists and notices without any result is passed over.
                Some(next) if items.is_empty() => {
                    request = PageRequest::after(Some(next), request.limit);
                }
                next => return Ok(Page { items, next }),
            }
        }
    }

    async fn result_line(
        &self,
        row: Record<serde_json::Value>,
        appointed: &mut HashMap<PoolId, Vec<Answered>>,
    ) -> Result<Option<ResultLine>> {
        let pool = self.any_pool(row.keys.pool).await?;
        let number = row.keys.number.unwrap_or_default();
        let title = &row.keys.title;
        if row.keys.kind == postings::KIND {
            let posting: Posting = serde_json::from_value(row.body).map_err(unread)?;
            let days: Vec<Date> = self.appointed_of(&posting).await?.into_values().collect();
            return Ok(line(&number, title, &pool, &days));
        }
        let notice: Notice = serde_json::from_value(row.body).map_err(unread)?;
        if !self.tells_numbers(&pool, &notice) {
            return Ok(None);
        }
        let of_pool = match appointed.entry(pool.id()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(self.answered(pool.id(), &["appointed"]).await?),
        };
        let days: Vec<Date> = of_pool
            .iter()
            .filter(|one| one.answers(&number))
            .filter_map(Answered::appointed_on)
            .collect();
        Ok(line(&number, title, &pool, &days))
    }

    /// A result by the number of its list or notice.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what does not exist, or has no result yet.
    pub async fn public_result(&self, number: &str) -> Result<PublicResult> {
        let filter = RecordFilter {
            number: Some(number.trim().to_uppercase()),
            ..concluded()
        };
        let rows =
            store::records::all::<serde_json::Value>(&mut self.store.read(), &filter).await?;
        let row = rows.into_iter().next().ok_or(Error::NotFound)?;
        let pool = self.any_pool(row.keys.pool).await?;
        let number = row.keys.number.unwrap_or_default();
        let title = &row.keys.title;
        let (days, told) = if row.keys.kind == postings::KIND {
            let posting: Posting = serde_json::from_value(row.body).map_err(unread)?;
            self.named(&posting).await?
        } else {
            let notice: Notice = serde_json::from_value(row.body).map_err(unread)?;
            if !self.tells_numbers(&pool, &notice) {
                return Err(Error::NotFound);
            }
            self.counted(&notice, &number).await?
        };
        Ok(PublicResult {
            line: line(&number, title, &pool, &days).ok_or(Error::NotFound)?,
            told,
            basis: format!("《{}》", pool.pack.identity.title),
            signed: self.organisation_name(pool.pool.manager).await?,
            banner: pool.standing(self.schedule().today()).banner(),
            demonstration: pool.pool.demonstration,
        })
    }

    /// Days of appointment and names, of a list whose last day is over.
    async fn named(&self, posting: &Posting) -> Result<(Vec<Date>, Told)> {
        let posted = posting.state.standing().ok_or(Error::NotFound)?;
        let appointed = self.appointed_of(posting).await?;
        let people = &posting.content.people;
        let told = Told::Posting {
            from: posted.at.date(),
            to: posted.last_day,
            listed: people.len(),
            columns: posted.columns.clone(),
            rows: people
                .iter()
                .filter_map(|person| {
                    Some(AppointedRow {
                        cells: person.cells.clone(),
                        on: *appointed.get(&person.application)?,
                    })
                })
                .collect(),
        };
        Ok((appointed.into_values().collect(), told))
    }

    /// Days of appointment and numbers, of a notice that is closed.
    async fn counted(&self, notice: &Notice, number: &str) -> Result<(Vec<Date>, Told)> {
        let all = self.answered(notice.pool, &[]).await?;
        let answering: Vec<&Answered> = all.iter().filter(|one| one.answers(number)).collect();
        let told = Told::Notice {
            opens: notice.content.opens,
            closes: notice.content.closes,
            applied: answering.iter().filter(|one| one.was_handed_in()).count(),
        };
        let days = answering.iter().filter_map(|one| one.appointed_on());
        Ok((days.collect(), told))
    }

    /// Does a notice end in numbers? Where names are put up for public notice, the list tells the result.
    fn tells_numbers(&self, pool: &OpenPool, notice: &Notice) -> bool {
        let now = solicitations::civil(self.clock.now());
        pool.pack.admission.public_notice.is_none() && notice.standing(now) == Standing::Closed
    }

    /// Who on a list was appointed, and on which day.
    async fn appointed_of(&self, posting: &Posting) -> Result<HashMap<RecordId, Date>> {
        let ids = posting.content.people.iter().map(|one| one.application);
        let mut read = self.store.read();
        let rows = document::find_all::<RecordKeys, Answered>(&mut read, ids).await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| Some((row.id, row.body.appointed_on()?)))
            .collect())
    }

    /// The applications of a pool with any of these status codes; all when there are none.
    async fn answered(&self, pool: PoolId, statuses: &[&str]) -> Result<Vec<Answered>> {
        let filter = RecordFilter {
            statuses: statuses.iter().map(|code| (*code).to_owned()).collect(),
            ..applications::of_pool(pool)
        };
        let rows = store::records::all::<Answered>(&mut self.store.read(), &filter).await?;
        Ok(rows.into_iter().map(|row| row.body).collect())
    }
}
