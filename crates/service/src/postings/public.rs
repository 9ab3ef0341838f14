//! The lists as everybody reads them without a log-in, and on paper. Nothing but the columns of the pack
//! leaves here: no application, no number of one, no identifier of a person (A-G-18).

use documents::form::FormView;
use documents::postings::PublicList;
use domain::actor::Action;
use domain::id::RecordId;
use domain::policy::pack::{LateObjection, PublicNotice};
use domain::posting::{Posting, State, days_left};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use store::document::{Direction, Page, PageRequest};
use store::records::RecordFilter;

use super::{KIND, Row, civil, find, reading, rules};
use crate::ctx::{Ctx, shanghai};
use crate::draw_documents::Printed;
use crate::error::{Error, Result};
use crate::exports::MadeFile;
use crate::papers::PaperFile;
use crate::pools::OpenPool;
use crate::service::Service;

/// Where a list stands, as everybody sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// 公示中
    Open,
    /// 公示期满
    Over,
    /// 已撤回
    Withdrawn,
}

impl Standing {
    /// The word users see.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Open => "公示中",
            Self::Over => "公示期满",
            Self::Withdrawn => "已撤回",
        }
    }
}

/// A list in the public list of lists.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PublicLine {
    /// Number, for its address.
    pub number: String,
    /// 标题
    pub title: String,
    /// Name of the pool.
    pub pool: String,
    /// Its number.
    pub pool_no: i64,
    /// Where it stands today.
    pub standing: Standing,
    /// When it was put up.
    pub posted: DateTime,
    /// Its last day.
    pub last_day: Date,
    /// Days left, the last one counted.
    pub days_left: i32,
}

/// A list as everybody reads it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Shown {
    /// Its line.
    pub line: PublicLine,
    /// What stands before the list.
    pub body: String,
    /// What the columns are called.
    pub columns: Vec<String>,
    /// What is shown of each person, numbered from 1 as on the page; nobody once withdrawn.
    pub rows: Vec<Vec<String>>,
    /// 异议受理
    pub contact: String,
    /// The instrument and its article.
    pub basis: String,
    /// Who signs it.
    pub signed: String,
    /// SM3 of its text.
    pub digest: String,
    /// Must an objection be signed?
    pub signature_needed: bool,
    /// Must it name a fact?
    pub fact_needed: bool,
    /// Is one taken after the last day, as a tip-off?
    pub late_taken: bool,
    /// Why it was withdrawn.
    pub withdrawn: Option<String>,
    /// What is to be known of the instrument's force.
    pub banner: Option<String>,
    /// It belongs to a demonstration.
    pub demonstration: bool,
}

fn day(now: Timestamp) -> Date {
    now.to_zoned(shanghai()).date()
}

/// `None` for what was never put up.
fn line(one: &Posting, pool: &OpenPool, now: Timestamp) -> Option<PublicLine> {
    let posted = one.state.posted()?;
    let left = days_left(posted.last_day, day(now));
    Some(PublicLine {
        number: posted.number.clone(),
        title: one.content.title.clone(),
        pool: pool.pool.name.clone(),
        pool_no: pool.no,
        standing: match one.state {
            State::Withdrawn { .. } => Standing::Withdrawn,
            _ if left > 0 => Standing::Open,
            _ => Standing::Over,
        },
        posted: posted.at,
        last_day: posted.last_day,
        days_left: left,
    })
}

fn published() -> RecordFilter {
    RecordFilter {
        kinds: vec![KIND.to_owned()],
        statuses: ["posted", "held", "over", "withdrawn"]
            .map(str::to_owned)
            .to_vec(),
        ..RecordFilter::default()
    }
}

impl Service {
    /// The lists up for objections today, those that end first before the others.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn current_postings(&self) -> Result<Vec<PublicLine>> {
        let filter = RecordFilter {
            statuses: vec!["posted".to_owned()],
            ..published()
        };
        let rows = store::records::all::<Posting>(&mut self.store.read(), &filter).await?;
        let mut current = Vec::new();
        for row in rows {
            let pool = self.any_pool(row.body.pool).await?;
            let line = line(&row.body, &pool, self.clock.now());
            current.extend(line.filter(|line| line.standing == Standing::Open));
        }
        current.sort_by_key(|one| (one.last_day, one.number.clone()));
        Ok(current)
    }

    /// Every list that was ever put up, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn public_postings(&self, page: &PageRequest) -> Result<Page<PublicLine>> {
        let mut read = self.store.read();
        let filter = published();
        let found =
            store::records::page::<Posting>(&mut read, &filter, Direction::Descending, page)
                .await?;
        let mut items = Vec::with_capacity(found.items.len());
        for row in found.items {
            let pool = self.any_pool(row.body.pool).await?;
            items.extend(line(&row.body, &pool, self.clock.now()));
        }
        Ok(Page {
            items,
            next: found.next,
        })
    }

    /// A list by its number, which was put up.
    pub(crate) async fn put_up(&self, db: &mut impl store::Db, number: &str) -> Result<Row> {
        let filter = RecordFilter {
            number: Some(number.trim().to_uppercase()),
            ..published()
        };
        let rows = store::records::all::<Posting>(db, &filter).await?;
        rows.into_iter().next().ok_or(Error::NotFound)
    }

    /// A list by its number, as everybody reads it.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what does not exist or was never put up.
    pub async fn public_posting(&self, number: &str) -> Result<Shown> {
        let row = self.put_up(&mut self.store.read(), number).await?;
        self.shown_posting(&row.body).await
    }

    async fn shown_posting(&self, one: &Posting) -> Result<Shown> {
        let pool = self.any_pool(one.pool).await?;
        let rules: &PublicNotice = rules(&pool)?;
        let now = self.clock.now();
        let line = line(one, &pool, now).ok_or(Error::NotFound)?;
        let posted = one.state.posted().ok_or(Error::NotFound)?;
        let withdrawn = match &one.state {
            State::Withdrawn { reason, .. } => Some(reason.clone()),
            _ => None,
        };
        Ok(Shown {
            body: one.content.body.clone(),
            columns: posted.columns.clone(),
            // A list taken back is no longer shown: it may have been put up by mistake.
            rows: match withdrawn {
                Some(_) => Vec::new(),
                None => one
                    .content
                    .people
                    .iter()
                    .map(|person| person.cells.clone())
                    .collect(),
            },
            contact: one.content.contact.clone(),
            basis: posted.basis.clone(),
            signed: posted.signed.clone(),
            digest: posted.digest.clone(),
            signature_needed: !rules.anonymous_objection,
            fact_needed: rules.objection_needs_fact,
            late_taken: rules.late == LateObjection::TipOff,
            withdrawn,
            banner: pool.standing(day(now)).banner(),
            demonstration: pool.pool.demonstration,
            line,
        })
    }

    /// The text the digest covers, for whoever wants to compute it.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what was never put up, and for what was withdrawn.
    pub async fn public_posting_text(&self, number: &str) -> Result<String> {
        let row = self.put_up(&mut self.store.read(), number).await?;
        row.body.state.standing().ok_or(Error::NotFound)?;
        row.body.text().ok_or(Error::NotFound)
    }

    /// 公示名单 as a document, for everybody.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Document`].
    pub async fn print_public_posting(&self, number: &str) -> Result<Printed> {
        let row = self.put_up(&mut self.store.read(), number).await?;
        row.body.state.standing().ok_or(Error::NotFound)?;
        self.print_list(&row.body, self.clock.now()).await
    }

    /// 公示名单 as a document, at any stage; a draft says so on every page.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Document`].
    pub async fn print_posting(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<Printed> {
        let pool = self.open_pool(ctx, no, Action::ReadPostings).await?;
        let row = find(&mut self.store.read(), pool.id(), id).await?;
        self.print_list(&row.body, ctx.now).await
    }

    /// 公示名单 as a file to be edited.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Document`].
    pub async fn edit_posting(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        file: PaperFile,
    ) -> Result<MadeFile> {
        let pool = self.open_pool(ctx, no, Action::ReadPostings).await?;
        let row = find(&mut self.store.read(), pool.id(), id).await?;
        let (view, name) = self.public_list(&row.body, ctx.now).await?;
        self.made_paper(view, file, &name, ctx.now).await
    }

    async fn print_list(&self, one: &Posting, now: Timestamp) -> Result<Printed> {
        let (view, name) = self.public_list(one, now).await?;
        self.print(view, now, format!("{name}.pdf")).await
    }

    /// The list as it is printed, and the name of its file without its ending.
    async fn public_list(&self, one: &Posting, now: Timestamp) -> Result<(FormView, String)> {
        let pool = self.any_pool(one.pool).await?;
        let rules = rules(&pool)?;
        let posted = one.state.posted();
        let mut marks: Vec<String> = pool.standing(day(now)).banner().into_iter().collect();
        if pool.pool.demonstration {
            marks.push("演示".to_owned());
        }
        if matches!(one.state, State::Withdrawn { .. }) {
            marks.push("已撤回".to_owned());
        }
        let address = posted.map(|posted| {
            format!(
                "{}/public/postings/{}",
                self.settings.public_url, posted.number
            )
        });
        let list = PublicList {
            number: posted.map(|posted| posted.number.clone()),
            title: one.content.title.clone(),
            body: one.content.body.clone(),
            columns: match posted {
                Some(posted) => posted.columns.clone(),
                None => rules.columns.clone(),
            },
            rows: one
                .content
                .people
                .iter()
                .map(|person| person.cells.clone())
                .collect(),
            period: posted.map(|posted| (posted.at.date(), posted.last_day)),
            length: reading::length(rules),
            contact: one.content.contact.clone(),
            basis: match posted {
                Some(posted) => posted.basis.clone(),
                None => format!("《{}》{}", pool.pack.identity.title, rules.citation),
            },
            sign: match posted {
                Some(posted) => posted.signed.clone(),
                None => self.organisation_name(pool.pool.manager).await?,
            },
            on: posted.map_or_else(|| civil(now), |posted| posted.at).date(),
            digest: posted.map(|posted| posted.digest.clone()),
            address,
            marks,
        };
        let name = match posted {
            Some(posted) => format!("公示名单-{}", posted.number),
            None => "公示名单-草稿".to_owned(),
        };
        Ok((list.view(), name))
    }
}
