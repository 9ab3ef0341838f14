//! 信息集中更新: once a year everybody in the pool is asked by every channel an address is known for
//! whether what is held about them is still right; who is silent is listed (DG 第十六条(一); A-DG-27).

mod answers;
mod export;

use domain::actor::{Action, Target};
use domain::campaign::{Answer, Campaign, Refused, State};
use domain::event::{Event, EventKind, Subject};
use domain::expert::Standing;
use domain::id::{CampaignId, ExpertId, PersonId, PoolId};
use domain::policy::due;
use domain::policy::pack::{Campaign as Rules, NonResponse, ObligationCount};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::campaigns::{self, CampaignKeys};
use store::document::{self, PageRequest};

pub use answers::OwnUpdate;

use crate::change::Change;
use crate::ctx::{Ctx, shanghai};
use crate::error::{Error, Reason, Result};
use crate::experts::{Membership, index_standing};
use crate::pools::OpenPool;
use crate::questions::{LinkTo, Words, end_of};
use crate::service::Service;

/// How many people are asked in one transaction.
const ROUND: u32 = 200;
/// Purpose of the link in the message.
const PURPOSE: &str = "campaign";
/// What messages refer to.
const REFERENCE: &str = "campaign";

type Row = campaigns::Campaign<Campaign>;

/// What a link leads to.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Pointer {
    campaign: CampaignId,
    expert: ExpertId,
}

/// One campaign with its counts.
#[derive(Debug, Clone, Serialize)]
pub struct CampaignLine {
    /// The campaign.
    pub campaign: Campaign,
    /// Everybody asked.
    pub asked: u64,
    /// 未答复
    pub silent: u64,
    /// 确认无变化
    pub unchanged: u64,
    /// 有变化，待登记
    pub changed: u64,
    /// 有变化，已办理
    pub entered: u64,
}

/// One expert of a campaign.
#[derive(Debug, Clone, Serialize)]
pub struct AnswerLine {
    /// The expert.
    pub expert: ExpertId,
    /// Name.
    pub name: String,
    /// 专家编号
    pub number: String,
    /// 工作单位
    pub employer: String,
    /// The answer.
    pub answer: Answer,
}

/// Where the yearly duty stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct YearlyDuty {
    /// What has to be done.
    pub label: String,
    /// Where it stands.
    pub state: due::State,
    /// How often it was done this year.
    pub count: u32,
    /// By when.
    pub last_day: Date,
    /// The article.
    pub article: String,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Closed => Self::state("campaign.closed", refused),
            Refused::NothingNamed => Self::field("changed", refused.to_string()),
            Refused::NothingToEnter => Self::state("campaign.entered", refused),
            Refused::NoNote => Self::field("note", refused.to_string()),
        }
    }
}

fn subject(campaign: &Campaign) -> Subject {
    Subject::new("campaign", campaign.id)
}

fn keys(campaign: &Campaign) -> CampaignKeys {
    CampaignKeys {
        pool: campaign.pool,
        title: format!("{}年专家信息集中更新", campaign.year),
        status: campaign.state.code().to_owned(),
        opens_on: campaign.opens_on,
        closes_on: campaign.closes_on,
    }
}

fn rules(pool: &OpenPool) -> Result<&Rules> {
    pool.pack
        .information
        .as_ref()
        .and_then(|rules| rules.campaign.as_ref())
        .ok_or_else(|| {
            Error::state(
                "campaign.none",
                "本库的办法没有规定信息集中更新。信息变化由专家本人随时申请变更。",
            )
        })
}

impl Service {
    /// 启动: asks everybody in the pool. One campaign at a time; a second one in the same year only when
    /// the officer says so.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] when one runs, or for a second one in the year that was
    /// not confirmed; [`Error::Invalid`] for a deadline that is past.
    pub async fn start_campaign(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        closes_on: Option<Date>,
        again: bool,
    ) -> Result<CampaignId> {
        let open = self.any_pool(pool).await?;
        let mut change = self.change(ctx, pool).await?;
        change.authorize(Action::RunCampaign, Target::pool(pool))?;
        let rules = rules(&open)?;
        let today = ctx.today();
        let Some(closes_on) = closes_on else {
            return Err(Error::field(
                "closes_on",
                "没有填写截止日期。请填写专家最晚哪一天确认。",
            ));
        };
        if closes_on <= today || closes_on.year() != today.year() {
            return Err(Error::field(
                "closes_on",
                format!("截止日期 {closes_on} 应在今天以后、本年以内。请改填。"),
            ));
        }
        let page =
            campaigns::page::<Campaign>(&mut *change, pool, &PageRequest::first(100)).await?;
        let this_year: Vec<&Row> = page
            .items
            .iter()
            .filter(|row| row.body.year == today.year())
            .collect();
        if let Some(row) = page.items.iter().find(|row| row.body.state == State::Open) {
            return Err(Error::Refused(vec![Reason::law(
                "campaign.running",
                &rules.citation,
                format!(
                    "{}年的信息集中更新还在进行。请先结束它，或在其中催办。",
                    row.body.year
                ),
            )]));
        }
        if !this_year.is_empty() && !again {
            return Err(Error::Refused(vec![Reason::law(
                "campaign.second",
                &rules.citation,
                format!(
                    "{}年已经组织过一次信息集中更新，办法规定每年一次。确需再组织的，请勾选确认后再启动。",
                    today.year()
                ),
            )]));
        }
        let campaign = Campaign {
            id: self.id(ctx),
            pool,
            year: today.year(),
            opens_on: today,
            closes_on,
            started_by: ctx.actor.name.clone(),
            reminded: Vec::new(),
            state: State::Open,
        };
        document::insert(&mut change, campaign.id, keys(&campaign), &campaign).await?;
        change
            .record(
                Event::new(EventKind::CampaignStarted, subject(&campaign))
                    .fact("year", campaign.year)
                    .fact("closes_on", closes_on),
            )
            .await?;
        change.commit().await?;
        self.ask_all(ctx, &campaign).await?;
        Ok(campaign.id)
    }

    /// Asks everybody who has not been asked, a round at a time, so that a large pool never holds its
    /// door for long. Started again after an interruption, it goes on where it stopped.
    async fn ask_all(&self, ctx: &Ctx, campaign: &Campaign) -> Result<u64> {
        let pool = self.any_pool(campaign.pool).await?;
        let mut asked = 0;
        loop {
            let mut read = self.store.read();
            let waiting =
                campaigns::unasked(&mut read, campaign.id, campaign.pool, ctx.today(), 1).await?;
            if waiting.is_empty() {
                return Ok(asked);
            }
            let mut change = self.change(ctx, campaign.pool).await?;
            let round =
                campaigns::unasked(&mut *change, campaign.id, campaign.pool, ctx.today(), ROUND)
                    .await?;
            for one in &round {
                let answer = campaigns::Answer {
                    campaign: campaign.id,
                    expert: one.expert,
                    status: Answer::Silent.code().to_owned(),
                    answered_at: None,
                    body: Answer::Silent,
                };
                campaigns::set_answer(&mut change, &answer).await?;
                self.ask(
                    &mut change,
                    ctx,
                    &pool,
                    campaign,
                    (one.expert, one.person),
                    false,
                )
                .await?;
            }
            if round.is_empty() {
                return Ok(asked);
            }
            asked += u64::try_from(round.len()).unwrap_or(0);
            change
                .record(
                    Event::new(EventKind::CampaignAsked, subject(campaign))
                        .fact("count", round.len()),
                )
                .await?;
            change.commit().await?;
        }
    }

    /// Goes on asking in every open campaign: whoever entered meanwhile, and what an interruption
    /// left. Scheduled work.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn continue_campaigns(&self, ctx: &Ctx) -> Result<u64> {
        let open =
            campaigns::with_status::<Campaign>(&mut self.store.read(), State::Open.code()).await?;
        let mut asked = 0;
        for row in open {
            if ctx.today() <= row.body.closes_on {
                asked += self.ask_all(ctx, &row.body).await?;
            }
        }
        Ok(asked)
    }

    /// Queues the question to one expert, by the campaign's channels and as a message in the program.
    async fn ask(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        campaign: &Campaign,
        (expert, person): (ExpertId, PersonId),
        reminder: bool,
    ) -> Result<()> {
        let (sentence, more) = words(pool, campaign, reminder);
        let words = Words {
            pool: campaign.pool,
            person,
            channels: &rules(pool)?.channels,
            subject: format!("{}年专家信息集中更新", campaign.year),
            sentence,
            more,
            about: (REFERENCE, campaign.id.to_string()),
            until: end_of(campaign.closes_on),
        };
        let link = LinkTo {
            purpose: PURPOSE,
            pointer: Pointer {
                campaign: campaign.id,
                expert,
            },
            path: "/m/u",
        };
        self.put(change, ctx, words, Some(link)).await
    }

    /// 催办: asks everybody who is silent once more, at most once a day.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] when it is over, was done today, or nobody is silent.
    pub async fn remind_campaign(&self, ctx: &Ctx, id: CampaignId) -> Result<u64> {
        let (mut change, mut row, pool) = self.campaign_change(ctx, id).await?;
        if row.body.state != State::Open {
            return Err(Refused::Closed.into());
        }
        let today = |at: &jiff::Timestamp| at.to_zoned(shanghai()).date() == ctx.today();
        if row.body.reminded.iter().any(today) || row.body.opens_on == ctx.today() {
            return Err(Error::state(
                "campaign.reminded",
                "今天已经通知过，不再重复发送。请明天再催办，急需的请电话联系。",
            ));
        }
        let mut after = None;
        let mut count = 0_u64;
        loop {
            let silent = campaigns::answers::<Answer>(
                &mut *change,
                id,
                Some(Answer::Silent.code()),
                after,
                ROUND,
            )
            .await?;
            let Some(last) = silent.last() else { break };
            after = Some(last.expert);
            let ids = silent.iter().map(|answer| answer.expert);
            let members = store::experts::find_all::<Membership>(&mut *change, ids).await?;
            let left = |standing: &Standing| matches!(standing, Standing::Left { .. });
            for member in members {
                if left(&member.body.expert.standing) {
                    continue;
                }
                let who = (member.id, member.keys.person);
                self.ask(&mut change, ctx, &pool, &row.body, who, true)
                    .await?;
                count += 1;
            }
        }
        if count == 0 {
            return Err(Error::state(
                "campaign.nobody",
                "没有未答复的专家，不用催办。可以结束本次更新。",
            ));
        }
        row.body.reminded.push(ctx.now);
        document::save(&mut change, &mut row).await?;
        let event =
            Event::new(EventKind::CampaignReminded, subject(&row.body)).fact("count", count);
        change.record(event).await?;
        change.commit().await?;
        Ok(count)
    }

    /// 结束: nothing more is taken; who is silent stays listed, or is suspended where the pack says so
    /// (A-DG-27).
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] when it is over.
    pub async fn close_campaign(&self, ctx: &Ctx, id: CampaignId) -> Result<()> {
        let (mut change, mut row, pool) = self.campaign_change(ctx, id).await?;
        let counts = campaigns::by_status(&mut *change, id).await?;
        let silent = counted(&counts, Answer::Silent.code());
        row.body.state = row.body.close(ctx.actor.name.clone(), ctx.now, silent)?;
        row.keys = keys(&row.body);
        document::save(&mut change, &mut row).await?;
        store::messages::cancel(&mut change, REFERENCE, &id.to_string()).await?;
        if rules(&pool)?.non_response == NonResponse::Pause {
            self.suspend_silent(&mut change, &row.body).await?;
        }
        let event = Event::new(EventKind::CampaignClosed, subject(&row.body))
            .fact("year", row.body.year)
            .fact("silent", silent);
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// Suspends everybody who said nothing, until they do and an officer lifts it.
    async fn suspend_silent(&self, change: &mut Change<'_>, campaign: &Campaign) -> Result<()> {
        let reason = format!("未答复{}年信息集中更新", campaign.year);
        let mut after = None;
        loop {
            let silent = campaigns::answers::<Answer>(
                &mut **change,
                campaign.id,
                Some(Answer::Silent.code()),
                after,
                ROUND,
            )
            .await?;
            let Some(last) = silent.last() else {
                return Ok(());
            };
            after = Some(last.expert);
            let ids = silent.iter().map(|answer| answer.expert);
            for mut member in store::experts::find_all::<Membership>(&mut **change, ids).await? {
                let standing = member.body.expert.standing.clone();
                // Who is suspended already keeps that reason; who left is not touched.
                if !matches!(standing, Standing::Appointed { .. }) {
                    continue;
                }
                let Ok(standing) = standing.suspend(reason.clone(), None) else {
                    continue;
                };
                member.body.expert.standing = standing;
                let person = self.person(&mut **change, member.keys.person).await?;
                index_standing(&mut member, &person.body);
                store::experts::save(change, &mut member).await?;
                let event = Event::new(
                    EventKind::ExpertSuspended,
                    Subject::new("expert", member.id),
                );
                change.record(event.fact("reason", &reason)).await?;
            }
        }
    }

    /// The campaigns of a pool, newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn campaigns(&self, ctx: &Ctx, pool: PoolId) -> Result<Vec<CampaignLine>> {
        ctx.actor.allow(Action::RunCampaign, Target::pool(pool))?;
        let mut read = self.store.read();
        let page = campaigns::page::<Campaign>(&mut read, pool, &PageRequest::first(100)).await?;
        let mut lines = Vec::with_capacity(page.items.len());
        for row in page.items {
            let counts = campaigns::by_status(&mut read, row.id).await?;
            lines.push(line(row.body, &counts));
        }
        Ok(lines)
    }

    /// Where the yearly duty stands (达标、未到期、不达标); `None` where the pack has none.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn yearly_duty(&self, ctx: &Ctx, pool: PoolId) -> Result<Option<YearlyDuty>> {
        let open = self.any_pool(pool).await?;
        let done: Vec<(ObligationCount, Date)> = self
            .campaigns(ctx, pool)
            .await?
            .into_iter()
            .map(|line| (ObligationCount::Campaign, line.campaign.opens_on))
            .collect();
        Ok(due::standings(&open.pack, &done, ctx.today())
            .into_iter()
            .find(|standing| standing.obligation.counts == ObligationCount::Campaign)
            .map(|standing| YearlyDuty {
                label: standing.obligation.label.clone(),
                state: standing.state,
                count: standing.count,
                last_day: standing.last_day,
                article: standing.obligation.citation.to_string(),
            }))
    }

    /// One campaign with its counts.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one that is not the actor's to see.
    pub async fn campaign(&self, ctx: &Ctx, id: CampaignId) -> Result<CampaignLine> {
        let mut read = self.store.read();
        let row = campaigns::find::<Campaign>(&mut read, id).await?;
        let row = row.ok_or(Error::NotFound)?;
        ctx.actor
            .allow(Action::RunCampaign, Target::pool(row.body.pool))
            .map_err(|_| Error::NotFound)?;
        let counts = campaigns::by_status(&mut read, id).await?;
        Ok(line(row.body, &counts))
    }

    /// Experts of a campaign with an answer of this status, or all; after the given one.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a campaign that is not the actor's to see.
    pub async fn campaign_answers(
        &self,
        ctx: &Ctx,
        id: CampaignId,
        status: Option<&str>,
        after: Option<ExpertId>,
        limit: u32,
    ) -> Result<Vec<AnswerLine>> {
        self.campaign(ctx, id).await?;
        let mut read = self.store.read();
        let answers = campaigns::answers::<Answer>(&mut read, id, status, after, limit).await?;
        let ids = answers.iter().map(|answer| answer.expert);
        let members = store::experts::find_all::<Membership>(&mut read, ids).await?;
        Ok(answers
            .into_iter()
            .filter_map(|answer| {
                let member = members.iter().find(|member| member.id == answer.expert)?;
                Some(AnswerLine {
                    expert: answer.expert,
                    name: member.keys.name.clone(),
                    number: member.body.expert.number.clone(),
                    employer: member.keys.employer.clone(),
                    answer: answer.body,
                })
            })
            .collect())
    }

    /// Opens the door for a change of one campaign by whoever runs it.
    async fn campaign_change<'c>(
        &self,
        ctx: &'c Ctx,
        id: CampaignId,
    ) -> Result<(Change<'c>, Row, OpenPool)> {
        let seen = campaigns::find::<Campaign>(&mut self.store.read(), id).await?;
        let seen = seen.ok_or(Error::NotFound)?;
        let pool = self.any_pool(seen.body.pool).await?;
        let mut change = self.change(ctx, seen.body.pool).await?;
        change.authorize(Action::RunCampaign, pool.target())?;
        let row = campaigns::find::<Campaign>(&mut *change, id).await?;
        Ok((change, row.ok_or(Error::NotFound)?, pool))
    }
}

/// The question, and what longer messages add.
fn words(pool: &OpenPool, campaign: &Campaign, reminder: bool) -> (String, String) {
    let due = campaign.closes_on.strftime("%-m月%-d日");
    let again = if reminder { "再次提醒：" } else { "" };
    (
        format!(
            "【{}】{again}请您在{due}前确认入库信息有无变化",
            pool.pool.name
        ),
        "工作单位、联系方式、职称等有变化的，请在页面中写明。".to_owned(),
    )
}

fn counted(counts: &[(String, u64)], code: &str) -> u64 {
    counts
        .iter()
        .filter(|(status, _)| status == code)
        .map(|(_, count)| count)
        .sum()
}

fn line(campaign: Campaign, counts: &[(String, u64)]) -> CampaignLine {
    CampaignLine {
        asked: counts.iter().map(|(_, count)| count).sum(),
        silent: counted(counts, "silent"),
        unchanged: counted(counts, "unchanged"),
        changed: counted(counts, "changed"),
        entered: counted(counts, "entered"),
        campaign,
    }
}
