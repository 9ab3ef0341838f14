//! 征集公告: drafted, approved by a second person of the party the pack names, published on the public
//! site, recorded in the media the pack asks for, withdrawn with a reason. Which channels a notice
//! opens, and for how long, decides whether an application is taken.

mod draft;
mod duty;
mod public;
mod reading;

use domain::actor::{Action, Role};
use domain::event::{Event, EventKind, Subject};
use domain::id::{PoolId, RecordId};
use domain::policy::pack::{Act, Channel, Solicitation};
use domain::solicitation::{Notice, Publication, Refused, admits};
use domain::special_invitation::By;
use jiff::Timestamp;
use jiff::civil::DateTime;
use store::Db;
use store::document;
use store::records::{RecordFilter, RecordKeys};

pub use draft::{Outline, WantedRow, Wording};
pub use duty::{Counted, NoticeDuty};
pub use public::{ChannelGuide, GuideMaterial, PublicNotice, Shown};
pub use reading::{NoticeLine, NoticeView, Step};

use crate::change::Change;
use crate::ctx::{Ctx, shanghai};
use crate::error::{Error, Problem, Reason, Result};
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;
use crate::typed;

/// Kind of the stored records.
pub(crate) const KIND: &str = "solicitation";

type Row = store::records::Record<Notice>;

/// An appearance in a medium, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct Appearance {
    /// 媒体
    pub medium: String,
    /// 网址或版面
    pub address: String,
    /// 日期
    pub on: String,
    /// 时间, e.g. 09:30 or 09:30:00.
    pub time: String,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let sentence = refused.to_string();
        match refused {
            Refused::Incomplete(lacking) => Self::Invalid(
                lacking
                    .iter()
                    .map(|lack| Problem::new(lack.field(), lack.to_string()))
                    .collect(),
            ),
            Refused::NoReason => Self::field("reason", sentence),
            Refused::NoMedium => Self::field("medium", sentence),
            Refused::NoAddress | Refused::Twice => Self::field("address", sentence),
            Refused::NotYet(_) | Refused::BeforeApproval(_) => Self::field("on", sentence),
            Refused::WrongState { .. } => Self::state("solicitation.state", sentence),
            Refused::SamePerson => Self::state("solicitation.same_person", sentence),
            Refused::WindowOver => Self::state("solicitation.window", sentence),
        }
    }
}

fn subject(notice: &Notice) -> Subject {
    Subject::new(KIND, notice.id)
}

pub(crate) fn keys(notice: &Notice) -> RecordKeys {
    RecordKeys {
        pool: notice.pool,
        kind: KIND.to_owned(),
        number: notice.number.clone(),
        status: notice.state.code().to_owned(),
        parent: None,
        subject: None,
        team: String::new(),
        due_on: notice.content.closes.map(DateTime::date),
        sort: notice.drafted.at.to_string(),
        title: notice.content.title.clone(),
    }
}

async fn save(change: &mut Change<'_>, row: &mut Row) -> Result<()> {
    row.keys = keys(&row.body);
    document::save(change, row).await?;
    Ok(())
}

/// Who acts, as the record keeps it.
fn by(ctx: &Ctx) -> Result<By> {
    Ok(By {
        account: ctx.actor.account.ok_or(Error::LoggedOut)?,
        name: ctx.actor.name.clone(),
        at: ctx.now,
    })
}

pub(crate) fn civil(at: Timestamp) -> DateTime {
    at.to_zoned(shanghai()).datetime()
}

/// A time of the day, to the second; `usual` when nothing was typed.
fn clock(
    problems: &mut Vec<Problem>,
    field: &str,
    typed: &str,
    usual: jiff::civil::Time,
) -> jiff::civil::Time {
    let text = domain::text::compact(typed).replace('：', ":");
    if text.is_empty() {
        return usual;
    }
    let read = ["%H:%M:%S", "%H:%M"]
        .into_iter()
        .find_map(|format| jiff::civil::Time::strptime(format, &text).ok());
    read.unwrap_or_else(|| {
        problems.push(Problem::new(
            field,
            format!("“{text}”不是时间。请按 24 小时制填写，例如 09:00 或 17:30:00。"),
        ));
        usual
    })
}

fn rules(pool: &OpenPool) -> Result<&Solicitation> {
    pool.pack.admission.solicitation.as_ref().ok_or_else(|| {
        Error::state(
            "solicitation.none",
            "本库的办法没有规定征集公告。请按办法规定的渠道办理入库。",
        )
    })
}

/// The roles that may publish a pool's notices, and the words for the parties behind them.
fn publishers(pool: &OpenPool) -> (Vec<Role>, String) {
    let permission = pool.pack.permission(Act::PublishNotice);
    let parties = permission.map_or(&[][..], |permission| &permission.parties);
    let roles = parties
        .iter()
        .filter_map(|id| pool.pack.party(id))
        .flat_map(|party| party.roles.iter().copied())
        .collect();
    let labels: Vec<&str> = parties.iter().map(|id| pool.pack.party_label(id)).collect();
    (roles, labels.join("、"))
}

/// The roles that may approve them.
fn approvers(pool: &OpenPool, rules: &Solicitation) -> (Vec<Role>, String) {
    match rules.approved_by.as_deref() {
        Some(id) => (
            pool.pack
                .party(id)
                .map(|party| party.roles.clone())
                .unwrap_or_default(),
            pool.pack.party_label(id).to_owned(),
        ),
        None => publishers(pool),
    }
}

fn check_party(
    (roles, parties): (Vec<Role>, String),
    role: Role,
    rules: &Solicitation,
    act: &str,
) -> Result<()> {
    if roles.contains(&role) {
        return Ok(());
    }
    Err(Error::Refused(vec![Reason::law(
        "solicitation.party",
        &rules.citation,
        format!(
            "{}由{parties}{act}。您的岗位不属于这一方，请转交办理。",
            rules.label
        ),
    )]))
}

/// The notice of a pool with this number, at any stage.
pub(crate) async fn numbered(
    db: &mut impl Db,
    pool: PoolId,
    number: &str,
) -> Result<Option<Notice>> {
    let filter = RecordFilter {
        number: Some(domain::text::tidy(number).to_ascii_uppercase()),
        ..records::of_kind(pool, KIND, &[])
    };
    let rows = store::records::all::<Notice>(db, &filter).await?;
    Ok(rows.into_iter().next().map(|row| row.body))
}

/// The notices of a pool that are open at an instant, those that opened first before the others.
pub(crate) async fn open_notices(
    db: &mut impl Db,
    pool: PoolId,
    now: Timestamp,
) -> Result<Vec<Notice>> {
    let filter = records::of_kind(pool, KIND, &["published"]);
    let rows = store::records::all::<Notice>(db, &filter).await?;
    let at = civil(now);
    let mut open: Vec<Notice> = rows
        .into_iter()
        .map(|row| row.body)
        .filter(|notice| notice.standing(at) == domain::solicitation::Standing::Open)
        .collect();
    open.sort_by_key(|notice| notice.content.opens);
    Ok(open)
}

/// The notice under which an application by this channel is taken at an instant: the first to have
/// opened, if several are. `None` for a channel that needs none while none is open.
///
/// # Errors
/// [`Error::Refused`] with the article when the channel needs an open notice and there is none.
pub(crate) async fn admitting_notice(
    db: &mut impl Db,
    pool: &OpenPool,
    channel: &Channel,
    now: Timestamp,
) -> Result<Option<Notice>> {
    let open = open_notices(db, pool.id(), now).await?;
    let at = civil(now);
    admits(
        &pool.pack.admission,
        channel,
        &open.iter().collect::<Vec<_>>(),
        at,
    )
    .map_err(|refused| {
        Error::Refused(vec![Reason::law(
            "open_notice",
            &refused.article,
            refused.to_string(),
        )])
    })?;
    Ok(open
        .into_iter()
        .find(|notice| notice.takes(&channel.id, at)))
}

impl Service {
    /// The notice under which an application by this channel is taken at an instant, the first to have
    /// opened; `None` for a channel that needs none while none is open.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a channel the pack does not have; [`Error::Refused`] with the article when
    /// the channel needs an open notice and there is none.
    pub async fn open_notice(
        &self,
        pool: PoolId,
        channel: &str,
        now: Timestamp,
    ) -> Result<Option<Notice>> {
        let pool = self.any_pool(pool).await?;
        let channel = pool.pack.admission.channel(channel);
        let channel = channel.ok_or(Error::NotFound)?;
        admitting_notice(&mut self.store.read(), &pool, channel, now).await
    }

    /// 提请审批.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] for a party that does not publish or a notice that
    /// stands elsewhere; [`Error::Invalid`] with everything that is missing.
    pub async fn submit_notice(&self, ctx: &Ctx, id: RecordId) -> Result<()> {
        let (mut change, mut row, pool) = self.notice_change(ctx, id, Action::DraftNotice).await?;
        row.body.submit(by(ctx)?, rules(&pool)?)?;
        save(&mut change, &mut row).await?;
        self.noted(change, &row.body, EventKind::SolicitationSubmitted, &[])
            .await
    }

    /// 审批: gives the number.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] for a party that does not approve, for the person who
    /// drafted it, or when the instrument's status was not confirmed; [`Error::Invalid`].
    pub async fn approve_notice(
        &self,
        ctx: &Ctx,
        id: RecordId,
        status_confirmed: bool,
    ) -> Result<()> {
        let (mut change, mut row, pool) =
            self.notice_change(ctx, id, Action::ApproveNotice).await?;
        self.check_status(ctx, &pool, status_confirmed)?;
        row.body.approve(by(ctx)?, rules(&pool)?)?;
        if row.body.number.is_none() {
            row.body.number = Some(
                records::next_number(&mut change, &pool, ctx.today().year(), KIND, "ZJ").await?,
            );
        }
        save(&mut change, &mut row).await?;
        let facts = [("pack_digest", pool.pack.digest().to_string())];
        self.noted(change, &row.body, EventKind::SolicitationApproved, &facts)
            .await
    }

    /// 退回修改.
    ///
    /// # Errors
    /// As [`Service::approve_notice`]; [`Error::Invalid`] without a reason.
    pub async fn return_notice(&self, ctx: &Ctx, id: RecordId, reason: &str) -> Result<()> {
        let (mut change, mut row, _) = self.notice_change(ctx, id, Action::ApproveNotice).await?;
        row.body.send_back(reason, by(ctx)?)?;
        save(&mut change, &mut row).await?;
        let facts = [("reason", reason.trim().to_owned())];
        self.noted(change, &row.body, EventKind::SolicitationReturned, &facts)
            .await
    }

    /// 发布 on the public site.
    ///
    /// # Errors
    /// As [`Service::submit_notice`]; [`Error::Refused`] when the window is over.
    pub async fn publish_notice(&self, ctx: &Ctx, id: RecordId) -> Result<()> {
        let (mut change, mut row, pool) = self.notice_change(ctx, id, Action::DraftNotice).await?;
        row.body.publish(by(ctx)?, civil(ctx.now), rules(&pool)?)?;
        save(&mut change, &mut row).await?;
        let content = &row.body.content;
        let end = |at: Option<DateTime>| at.map(|at| at.to_string()).unwrap_or_default();
        let facts = [
            ("opens", end(content.opens)),
            ("closes", end(content.closes)),
            ("channels", content.channels.join(",")),
        ];
        self.noted(change, &row.body, EventKind::SolicitationPublished, &facts)
            .await
    }

    /// 登记媒体发布: where else it appeared, and when.
    ///
    /// # Errors
    /// As [`Service::submit_notice`]; [`Error::Invalid`].
    pub async fn record_appearance(
        &self,
        ctx: &Ctx,
        id: RecordId,
        typed: &Appearance,
    ) -> Result<()> {
        let (mut change, mut row, _) = self.notice_change(ctx, id, Action::DraftNotice).await?;
        let mut problems = Vec::new();
        let day = typed::date(&mut problems, "on", &typed.on, "发布日期");
        if day.is_none() && problems.is_empty() {
            problems.push(Problem::new(
                "on",
                "没有填写发布日期。请按实际登出的日期填写。",
            ));
        }
        let midnight = jiff::civil::Time::midnight();
        let time = clock(&mut problems, "time", &typed.time, midnight);
        let (Some(day), true) = (day, problems.is_empty()) else {
            return Err(Error::Invalid(problems));
        };
        let approved = row.body.approved_at().map_or(DateTime::MIN, civil);
        // A day without a time is that day, not its first second.
        let at = match typed.time.trim() {
            "" if day == approved.date() => approved,
            _ => day.to_datetime(time),
        };
        let publication = Publication {
            medium: domain::text::tidy(&typed.medium),
            address: domain::text::tidy(&typed.address),
            at,
            by: by(ctx)?,
        };
        let facts = [
            ("medium", publication.medium.clone()),
            ("address", publication.address.clone()),
            ("at", publication.at.to_string()),
        ];
        row.body.appear(publication, approved, civil(ctx.now))?;
        save(&mut change, &mut row).await?;
        self.noted(change, &row.body, EventKind::SolicitationAppeared, &facts)
            .await
    }

    /// 撤回, by a party that publishes. What was published stays to be read, marked as withdrawn.
    ///
    /// # Errors
    /// As [`Service::submit_notice`]; [`Error::Invalid`] without a reason.
    pub async fn withdraw_notice(&self, ctx: &Ctx, id: RecordId, reason: &str) -> Result<()> {
        let (mut change, mut row, _) = self.notice_change(ctx, id, Action::DraftNotice).await?;
        row.body.withdraw(reason, by(ctx)?)?;
        save(&mut change, &mut row).await?;
        let facts = [("reason", reason.trim().to_owned())];
        self.noted(change, &row.body, EventKind::SolicitationWithdrawn, &facts)
            .await
    }

    /// Records the event and commits.
    async fn noted(
        &self,
        mut change: Change<'_>,
        notice: &Notice,
        kind: EventKind,
        facts: &[(&str, String)],
    ) -> Result<()> {
        let mut event = Event::new(kind, subject(notice))
            .fact("number", notice.number.as_deref().unwrap_or_default())
            .fact("title", &notice.content.title);
        for (name, value) in facts {
            event = event.fact(name, value);
        }
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// Opens the door for a change of one notice by somebody of the party the pack names.
    async fn notice_change<'c>(
        &self,
        ctx: &'c Ctx,
        id: RecordId,
        action: Action,
    ) -> Result<(Change<'c>, Row, OpenPool)> {
        let seen = find(&mut self.store.read(), id).await?;
        reading::readable(ctx, &seen.body)?;
        let pool = self.part_of(ctx, seen.body.pool, action).await?;
        let mut change = self.change(ctx, seen.body.pool).await?;
        let role = change.authorize_in(action, &pool)?;
        let rules = rules(&pool)?;
        if action == Action::ApproveNotice {
            check_party(approvers(&pool, rules), role, rules, "审批")?;
        } else {
            check_party(publishers(&pool), role, rules, "发布")?;
        }
        let row = find(&mut *change, id).await?;
        Ok((change, row, pool))
    }
}

async fn find(db: &mut impl Db, id: RecordId) -> Result<Row> {
    records::find(db, id, KIND).await
}
