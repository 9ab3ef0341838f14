//! The lists as the office reads them, and what the reader may do with each.

use domain::actor::Action;
use domain::id::{PoolId, RecordId};
use domain::objection::Objection;
use domain::policy::pack::{Act, PublicNotice, Station};
use domain::policy::words::Word as _;
use domain::posting::{Listed, Posting, State};
use store::document::{Direction, Page, PageRequest};

use super::{acts, find, of_pool, rules};
use crate::applications;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::objections;
use crate::pools::OpenPool;
use crate::service::Service;

/// What this actor may do with a list as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 修改
    Edit,
    /// 发布
    Post,
    /// 撤回
    Withdraw,
    /// 登记异议
    Record,
}

/// Somebody who waits for a list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Candidate {
    /// What would be shown, and of whom.
    pub listed: Listed,
    /// Since when.
    pub since: Option<jiff::Timestamp>,
}

/// One person on a list, as of now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PersonLine {
    /// What is shown, and of whom.
    pub listed: Listed,
    /// The word for where the application stands.
    pub status: &'static str,
    /// What the notice means for the person, in a word; empty in a draft and once the application has
    /// left the station.
    pub stands: &'static str,
}

/// One list with everything its page shows.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PostingView {
    /// The list.
    pub posting: Posting,
    /// Version of the stored row.
    pub version: i64,
    /// What the columns are called.
    pub columns: Vec<String>,
    /// Its people.
    pub people: Vec<PersonLine>,
    /// Objections to them, and tip-offs, oldest first.
    pub objections: Vec<Objection>,
    /// What the actor may do.
    pub steps: Vec<Step>,
    /// The article.
    pub article: String,
    /// How long a list stands, in words.
    pub length: String,
    /// What is stored is still what was put up.
    pub intact: bool,
}

fn steps(ctx: &Ctx, pool: &OpenPool, one: &Posting) -> Vec<Step> {
    let may = |action, act| {
        let role = ctx.actor.allow(action, pool.target());
        role.is_ok_and(|role| acts(pool, act, role))
    };
    let posts = may(Action::PostCandidates, Act::PublishCandidates);
    let records = may(Action::DecideObjections, Act::DecideObjection);
    let offered: &[(Step, bool)] = match &one.state {
        State::Draft => &[
            (Step::Edit, posts),
            (Step::Post, posts),
            (Step::Withdraw, posts),
        ],
        State::Posted { .. } => &[(Step::Record, records), (Step::Withdraw, posts)],
        State::Over { .. } => &[(Step::Record, records)],
        State::Withdrawn { .. } => &[],
    };
    offered
        .iter()
        .filter(|(_, may)| *may)
        .map(|(step, _)| *step)
        .collect()
}

/// How long a list stands, as the pack has it: 7 天，发布当日不计入.
pub(super) fn length(rules: &PublicNotice) -> String {
    let first = if rules.first_day_counts {
        "发布当日计入"
    } else {
        "发布当日不计入"
    };
    format!("{}，{first}，末日{}", rules.length.words(), rules.roll.zh())
}

impl Service {
    /// The lists of a pool with any of these status codes, newest first; all when there are none.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn postings(
        &self,
        ctx: &Ctx,
        no: i64,
        statuses: &[&str],
        page: &PageRequest,
    ) -> Result<Page<Posting>> {
        let pool = self.open_pool(ctx, no, Action::ReadPostings).await?;
        let filter = of_pool(pool.id(), statuses);
        let mut read = self.store.read();
        let found =
            store::records::page::<Posting>(&mut read, &filter, Direction::Descending, page)
                .await?;
        Ok(Page {
            items: found.items.into_iter().map(|row| row.body).collect(),
            next: found.next,
        })
    }

    /// Who waits for a list, and what would be shown of them; those of a draft too while it is edited.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`]; [`crate::Error::Refused`] for a pack without public notice.
    pub async fn candidates(
        &self,
        ctx: &Ctx,
        no: i64,
        except: Option<RecordId>,
    ) -> Result<Vec<Candidate>> {
        let pool = self.open_pool(ctx, no, Action::PostCandidates).await?;
        rules(&pool)?;
        let waiting = self
            .waiting_for_posting(&mut self.store.read(), &pool, except)
            .await?;
        let mut candidates = Vec::with_capacity(waiting.len());
        for one in &waiting {
            let since = match &one.state {
                domain::application::State::At { since, .. } => Some(*since),
                _ => None,
            };
            let listed = self.listed(&pool, one).await?;
            candidates.push(Candidate { listed, since });
        }
        Ok(candidates)
    }

    /// The article, and how long a list stands, for the form of a draft.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`]; [`crate::Error::Refused`] for a pack without public notice.
    pub async fn posting_rules(&self, ctx: &Ctx, no: i64) -> Result<(String, String, Vec<String>)> {
        let pool = self.open_pool(ctx, no, Action::ReadPostings).await?;
        let rules = rules(&pool)?;
        Ok((
            rules.citation.to_string(),
            length(rules),
            rules.columns.clone(),
        ))
    }

    /// One list.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`], [`crate::Error::Forbidden`].
    pub async fn posting(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<PostingView> {
        let pool = self.open_pool(ctx, no, Action::ReadPostings).await?;
        let mut read = self.store.read();
        let row = find(&mut read, pool.id(), id).await?;
        let posting = row.body;
        let rules = rules(&pool)?;
        let objections = objections::of_posting(&mut read, id).await?;
        let mut people = Vec::new();
        for listed in &posting.content.people {
            let application = applications::find(&mut read, listed.application).await?;
            let application = application.body.application;
            let here = application.state.station() == Some(Station::PublicNotice);
            let stands = match posting.state.standing() {
                Some(posted) if here => {
                    let counted =
                        objections::counted_against(&mut read, pool.id(), application.id).await?;
                    domain::policy::public_notice::candidate(posted.last_day, &counted, ctx.today())
                        .zh()
                }
                _ => "",
            };
            people.push(PersonLine {
                listed: listed.clone(),
                status: application.state.zh(),
                stands,
            });
        }
        Ok(PostingView {
            version: row.version,
            columns: match posting.state.posted() {
                Some(posted) => posted.columns.clone(),
                None => rules.columns.clone(),
            },
            people,
            objections,
            steps: steps(ctx, &pool, &posting),
            article: rules.citation.to_string(),
            length: length(rules),
            intact: posting.is_intact(),
            posting,
        })
    }

    /// For the inbox of whoever puts lists up: since when people wait for one, and the drafts.
    pub(crate) async fn postings_due(
        &self,
        ctx: &Ctx,
        pool: PoolId,
    ) -> Result<(Vec<jiff::Timestamp>, Vec<Posting>)> {
        let open = self.any_pool(pool).await?;
        let role = ctx.actor.allow(Action::PostCandidates, open.target());
        let posts = role.is_ok_and(|role| acts(&open, Act::PublishCandidates, role));
        if !posts || open.pack.admission.public_notice.is_none() {
            return Ok((Vec::new(), Vec::new()));
        }
        let mut read = self.store.read();
        let waiting = self.waiting_for_posting(&mut read, &open, None).await?;
        let drafts = store::records::all::<Posting>(&mut read, &of_pool(pool, &["draft"])).await?;
        Ok((
            waiting
                .iter()
                .filter_map(|one| match &one.state {
                    domain::application::State::At { since, .. } => Some(*since),
                    _ => None,
                })
                .collect(),
            drafts.into_iter().map(|row| row.body).collect(),
        ))
    }
}
