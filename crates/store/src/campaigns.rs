//! 信息集中更新: yearly campaigns and who answered.

use domain::id::{CampaignId, ExpertId, PoolId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::document::{self, ByText, Direction, Page, PageRequest, Select, Stored, document};
use crate::door::WriteTx;
use crate::error::Result;
use crate::sql;
use crate::sql::Sql;
use crate::store::Db;

document! {
    /// Index columns of a campaign. Added and saved with [`document`]'s functions.
    CampaignKeys in "campaign" by CampaignId {
        /// The pool.
        pool: PoolId,
        /// Title.
        title: String,
        /// Status code.
        status: String,
        /// First day.
        opens_on: Date,
        /// Last day.
        closes_on: Date,
    }
}

/// A stored campaign.
pub type Campaign<B> = Stored<CampaignKeys, B>;

/// The campaign with this id.
pub async fn find<B: DeserializeOwned>(
    db: &mut impl Db,
    id: CampaignId,
) -> Result<Option<Campaign<B>>> {
    document::find(db, id).await
}

/// The campaigns of a pool, newest first.
pub async fn page<B: DeserializeOwned>(
    db: &mut impl Db,
    pool: PoolId,
    request: &PageRequest,
) -> Result<Page<Campaign<B>>> {
    Select::<CampaignKeys>::new()
        .equal("pool", pool)
        .page::<ByText, B>(db, "opens_on", Direction::Descending, request)
        .await
}

/// One expert's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<B> {
    /// To this campaign.
    pub campaign: CampaignId,
    /// Of this expert.
    pub expert: ExpertId,
    /// Status code.
    pub status: String,
    /// When.
    pub answered_at: Option<Timestamp>,
    /// What was confirmed or changed.
    pub body: B,
}

/// Adds or replaces an answer.
pub async fn set_answer<B: Serialize>(tx: &mut WriteTx, answer: &Answer<B>) -> Result<()> {
    tx.execute(sql!(
        "DELETE FROM campaign_answer WHERE campaign = $1 AND expert = $2",
        answer.campaign,
        answer.expert
    ))
    .await?;
    tx.execute(sql!(
        "INSERT INTO campaign_answer (campaign, expert, status, answered_at, body) VALUES ($1, $2, $3, $4, $5)",
        answer.campaign,
        answer.expert,
        &answer.status,
        answer.answered_at,
        document::encode("campaign_answer", &answer.body)?
    ))
    .await
    .map(drop)
}

/// The answer of an expert.
pub async fn answer<B: DeserializeOwned>(
    db: &mut impl Db,
    campaign: CampaignId,
    expert: ExpertId,
) -> Result<Option<Answer<B>>> {
    let rows = db
        .rows(sql!(
            "SELECT campaign, expert, status, answered_at, body FROM campaign_answer WHERE campaign = $1 AND expert = $2",
            campaign,
            expert
        ))
        .await?;
    rows.first().map(read).transpose()
}

/// The answers to a campaign with a status, or all; by expert, after the given one.
pub async fn answers<B: DeserializeOwned>(
    db: &mut impl Db,
    campaign: CampaignId,
    status: Option<&str>,
    after: Option<ExpertId>,
    limit: u32,
) -> Result<Vec<Answer<B>>> {
    let mut sql = Sql::new(
        "SELECT campaign, expert, status, answered_at, body FROM campaign_answer WHERE campaign = ",
    );
    sql.bind(campaign);
    if let Some(status) = status {
        sql.push(" AND status = ").bind(status);
    }
    if let Some(after) = after {
        sql.push(" AND expert > ").bind(after);
    }
    sql.push(" ORDER BY expert LIMIT ").bind(limit);
    db.rows(sql).await?.iter().map(read).collect()
}

/// How many answers have each status.
pub async fn by_status(db: &mut impl Db, campaign: CampaignId) -> Result<Vec<(String, u64)>> {
    let rows = db
        .rows(sql!(
            "SELECT status, COUNT(*) FROM campaign_answer WHERE campaign = $1 GROUP BY status ORDER BY status",
            campaign
        ))
        .await?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

fn read<B: DeserializeOwned>(row: &crate::Row) -> Result<Answer<B>> {
    let body: String = row.get(4)?;
    Ok(Answer {
        campaign: row.get(0)?,
        expert: row.get(1)?,
        status: row.get(2)?,
        answered_at: row.get(3)?,
        body: document::decode("campaign_answer", &body)?,
    })
}

/// An expert who has not been asked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unasked {
    /// The membership.
    pub expert: ExpertId,
    /// The person.
    pub person: domain::id::PersonId,
}

/// Experts in the pool on a day who have no answer to a campaign, not even an empty one.
pub async fn unasked(
    db: &mut impl Db,
    campaign: CampaignId,
    pool: PoolId,
    on: Date,
    limit: u32,
) -> Result<Vec<Unasked>> {
    let rows = db
        .rows(sql!(
            "SELECT e.id, e.person FROM expert e \
             LEFT JOIN campaign_answer a ON a.campaign = $1 AND a.expert = e.id \
             WHERE e.pool = $2 AND e.status <> 'left' AND e.term_to >= $3 AND a.expert IS NULL \
             ORDER BY e.seq LIMIT $4",
            campaign,
            pool,
            on,
            limit
        ))
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Unasked {
                expert: row.get(0)?,
                person: row.get(1)?,
            })
        })
        .collect()
}

/// The campaigns with a status, of all pools.
pub async fn with_status<B: DeserializeOwned>(
    db: &mut impl Db,
    status: &str,
) -> Result<Vec<Campaign<B>>> {
    Select::<CampaignKeys>::new()
        .equal("status", status)
        .all(db)
        .await
}
