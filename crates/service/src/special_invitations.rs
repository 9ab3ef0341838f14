//! 特约邀请: proposed by the requester of a request that cannot be filled or by the manager, signed by
//! whom the pack names, answered by the invited person, decided by the committee, entered. Whoever
//! has entered takes part in the random draw like everybody else (DG 第五条(三), 第九条(一)).

mod letter;
mod propose;
mod reading;

use domain::actor::{Action, Role, Target};
use domain::event::{Event, EventKind, Subject};
use domain::id::{ExpertId, RecordId, TaskId};
use domain::policy::checklist;
use domain::policy::pack::{Channel, InvitationRule, Pack};
use domain::special_invitation::{By, Decision, Refused, Reply, SpecialInvitation, State, Verdict};
use jiff::civil::Date;
use store::Db;
use store::document;
use store::records::{RecordFilter, RecordKeys};

pub use letter::Invited;

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Reason, Result};
use crate::persons::Masked;
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;
use crate::typed::Fields;

/// Kind of the stored records.
pub(crate) const KIND: &str = "special_invitation";

type Row = store::records::Record<SpecialInvitation>;

/// Who is to be asked, and why.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Proposal {
    /// The request that cannot be filled; the manager may leave it out.
    pub task: Option<TaskId>,
    /// 姓名
    pub name: String,
    /// 工作单位
    pub employer: String,
    /// 手机
    pub phone: String,
    /// 电子邮箱
    pub email: String,
    /// 专业领域, as an id.
    pub specialty: String,
    /// Why somebody has to be asked.
    pub reason: String,
    /// Why this person.
    pub fitness: String,
}

/// One line of the list.
#[derive(Debug, Clone, serde::Serialize)]
pub struct InvitationLine {
    /// The invitation.
    pub invitation: SpecialInvitation,
    /// Name of the specialty.
    pub specialty: String,
    /// Number of the request, if it belongs to one.
    pub task: Option<String>,
}

/// One item of the materials the pack asks for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MaterialLine {
    /// Id.
    pub id: String,
    /// What it is.
    pub label: String,
    /// The article.
    pub article: String,
    /// It has come in.
    pub received: bool,
}

/// What this actor may do with an invitation as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 签发
    Send,
    /// 不予发出
    Refuse,
    /// 撤回
    Withdraw,
    /// 打印函件
    Print,
    /// 登记书面答复
    RecordReply,
    /// 登记资料
    Receive,
    /// 登记会议审定
    Decide,
    /// 入库
    Enter,
}

/// One invitation with everything its page shows.
#[derive(Debug, Clone, serde::Serialize)]
pub struct InvitationView {
    /// The invitation.
    pub invitation: SpecialInvitation,
    /// Name of the specialty.
    pub specialty: String,
    /// The request: number and content.
    pub task: Option<(TaskId, String, String)>,
    /// The requester's name.
    pub requester: Option<String>,
    /// How the person is reached, masked.
    pub masked: Masked,
    /// The party that signs, and its article.
    pub signer: (String, String),
    /// The materials of the channel.
    pub materials: Vec<MaterialLine>,
    /// What follows after acceptance, in the pack's words.
    pub committee: String,
    /// What this actor may do.
    pub steps: Vec<Step>,
    /// The last day to answer that is suggested to the signer.
    pub suggested: Date,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NoReason => Self::field("reason", refused.to_string()),
            Refused::NoMinutes => Self::field("minutes", refused.to_string()),
            Refused::WrongState { .. } => Self::state("invitation.state", refused),
            Refused::MaterialsMissing(_) => Self::state("invitation.materials", refused),
            Refused::TooLate => Self::state("invitation.too_late", refused),
        }
    }
}

fn subject(one: &SpecialInvitation) -> Subject {
    Subject::new("special_invitation", one.id)
}

fn target(one: &SpecialInvitation) -> Target<'static> {
    Target {
        organisation: one.requester,
        ..Target::pool(one.pool)
    }
}

fn keys(one: &SpecialInvitation) -> RecordKeys {
    RecordKeys {
        pool: one.pool,
        kind: KIND.to_owned(),
        number: Some(one.number.clone()),
        status: one.state.code().to_owned(),
        parent: one.task.map(|task| task.to_string()),
        subject: Some(one.person.to_string()),
        team: String::new(),
        due_on: match &one.state {
            State::Sent { reply_by, .. } => Some(*reply_by),
            _ => None,
        },
        sort: one.number.clone(),
        title: one.name.clone(),
    }
}

async fn save(change: &mut Change<'_>, row: &mut Row) -> Result<()> {
    row.keys = keys(&row.body);
    document::save(change, row).await?;
    Ok(())
}

fn by(ctx: &Ctx) -> Result<By> {
    Ok(By {
        account: ctx.actor.account.ok_or(Error::LoggedOut)?,
        name: ctx.actor.name.clone(),
        at: ctx.now,
    })
}

/// The channel by which people are invited into a pool under this pack, with its rule; `None` where the
/// instrument invites nobody.
pub fn channel(pack: &Pack) -> Option<(&Channel, &InvitationRule)> {
    pack.admission
        .channels
        .iter()
        .find_map(|channel| Some((channel, channel.invitation.as_ref()?)))
}

fn needed_channel(pool: &OpenPool) -> Result<(&Channel, &InvitationRule)> {
    channel(&pool.pack).ok_or_else(|| {
        Error::state(
            "invitation.none",
            "本库的办法没有规定特约邀请。请按办法规定的渠道入库。",
        )
    })
}

/// The roles that act for a party.
fn roles_of<'p>(pool: &'p OpenPool, party: &str) -> &'p [Role] {
    pool.pack.party(party).map_or(&[], |party| &party.roles)
}

impl Service {
    /// 签发: the letter goes out by every channel an address is known for.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] when the pack names another signer, the invitation
    /// stands elsewhere, or the instrument's status was not confirmed; [`Error::Invalid`].
    pub async fn send_special_invitation(
        &self,
        ctx: &Ctx,
        id: RecordId,
        reply_by: Option<Date>,
        status_confirmed: bool,
    ) -> Result<()> {
        let (mut change, mut row, pool) = self.invitation_change(ctx, id).await?;
        let role = change.authorize(Action::SendInvitation, target(&row.body))?;
        self.check_signer(&pool, role)?;
        self.check_status(ctx, &pool, status_confirmed)?;
        let reply_by =
            reply_by.unwrap_or_else(|| letter::reply_by_default(ctx.today(), &self.calendar));
        if reply_by <= ctx.today() {
            return Err(Error::field(
                "reply_by",
                format!("答复期限 {reply_by} 不晚于今天，受邀人来不及答复。请改到今天以后。"),
            ));
        }
        row.body.state = row.body.state.clone().send(by(ctx)?, reply_by)?;
        save(&mut change, &mut row).await?;
        self.send_letter(&mut change, ctx, &pool, &row.body, reply_by)
            .await?;
        change
            .record(
                Event::new(EventKind::InvitationSent, subject(&row.body))
                    .fact("number", &row.body.number)
                    .fact("reply_by", reply_by),
            )
            .await?;
        change.commit().await?;
        Ok(())
    }

    fn check_signer(&self, pool: &OpenPool, role: Role) -> Result<()> {
        let (channel, rule) = needed_channel(pool)?;
        let roles = roles_of(pool, &rule.sent_by);
        if roles.contains(&role) {
            return Ok(());
        }
        let posts: Vec<&str> = roles.iter().map(|role| role.zh()).collect();
        Err(Error::Refused(vec![Reason::law(
            "invitation.signer",
            &channel.citation,
            format!(
                "特约邀请函由{}发出。请由{}岗位签发。",
                pool.pack.party_label(&rule.sent_by),
                posts.join("、")
            ),
        )]))
    }

    /// 不予发出.
    ///
    /// # Errors
    /// As [`Service::send_special_invitation`]; [`Error::Invalid`] without a reason.
    pub async fn refuse_special_invitation(
        &self,
        ctx: &Ctx,
        id: RecordId,
        reason: &str,
    ) -> Result<()> {
        let (mut change, mut row, pool) = self.invitation_change(ctx, id).await?;
        let role = change.authorize(Action::SendInvitation, target(&row.body))?;
        self.check_signer(&pool, role)?;
        row.body.state = row.body.state.clone().refuse_to_send(reason, by(ctx)?)?;
        save(&mut change, &mut row).await?;
        let event = Event::new(EventKind::InvitationRefused, subject(&row.body))
            .fact("number", &row.body.number)
            .fact("reason", reason.trim());
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// 撤回, by a party that may propose, until the committee has decided.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Invalid`] without a reason.
    pub async fn withdraw_special_invitation(
        &self,
        ctx: &Ctx,
        id: RecordId,
        reason: &str,
    ) -> Result<()> {
        let (mut change, mut row, _) = self.invitation_change(ctx, id).await?;
        change.authorize(Action::ProposeInvitation, target(&row.body))?;
        row.body.state = row.body.state.clone().withdraw(reason, by(ctx)?)?;
        save(&mut change, &mut row).await?;
        store::messages::cancel(&mut change, KIND, &id.to_string()).await?;
        let event = Event::new(EventKind::InvitationWithdrawn, subject(&row.body))
            .fact("number", &row.body.number)
            .fact("reason", reason.trim());
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// 登记书面答复: what came back on paper, entered by an officer.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Invalid`] without saying where it is kept.
    pub async fn record_special_reply(
        &self,
        ctx: &Ctx,
        id: RecordId,
        answer: domain::special_invitation::Answer,
        note: &str,
    ) -> Result<()> {
        let note = crate::tasks::required(
            note,
            "note",
            "没有写明书面答复的来源。请写明，例如“6月18日回函，存档号 3”。",
        )?;
        let (mut change, mut row, _) = self.invitation_change(ctx, id).await?;
        change.authorize(Action::NotifyExperts, target(&row.body))?;
        let reply = Reply::Written {
            officer: ctx.actor.name.clone(),
            note,
        };
        self.take_special_reply(&mut change, ctx, &mut row, answer, reply)
            .await?;
        change.commit().await?;
        Ok(())
    }

    async fn take_special_reply(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        row: &mut Row,
        answer: domain::special_invitation::Answer,
        reply: Reply,
    ) -> Result<()> {
        let by_link = if reply == Reply::Link {
            "link"
        } else {
            "written"
        };
        row.body.state = row
            .body
            .state
            .clone()
            .answer(answer, reply, ctx.now, ctx.today())?;
        save(change, row).await?;
        let event = Event::new(EventKind::InvitationAnswered, subject(&row.body))
            .fact("number", &row.body.number)
            .fact("answer", row.body.state.code())
            .fact("by", by_link);
        change.record(event).await?;
        Ok(())
    }

    /// 登记入库资料: which items of the pack's list have come in.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] before the invitation is accepted.
    pub async fn receive_special_materials(
        &self,
        ctx: &Ctx,
        id: RecordId,
        received: &[String],
    ) -> Result<()> {
        let (mut change, mut row, pool) = self.invitation_change(ctx, id).await?;
        change.authorize(Action::EditExperts, target(&row.body))?;
        let (channel, _) = needed_channel(&pool)?;
        let received: Vec<String> = checklist::items(&pool.pack, channel)
            .into_iter()
            .map(|item| item.id.clone())
            .filter(|id| received.contains(id))
            .collect();
        let event = Event::new(EventKind::InvitationMaterials, subject(&row.body))
            .fact("number", &row.body.number)
            .fact("received", received.join(","));
        row.body.state = row.body.state.clone().receive(received)?;
        save(&mut change, &mut row).await?;
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// 会议审定, entered by the committee's secretary: everything the pack asks for has come in, and
    /// the minutes have a number (DG 第七条(二)).
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Invalid`].
    pub async fn decide_special_invitation(
        &self,
        ctx: &Ctx,
        id: RecordId,
        verdict: Verdict,
        minutes: &str,
        on: Option<Date>,
    ) -> Result<()> {
        let (mut change, mut row, pool) = self.invitation_change(ctx, id).await?;
        change.authorize(Action::RecordDecision, target(&row.body))?;
        let Some(on) = on else {
            return Err(Error::field(
                "met_on",
                "没有填写会议日期。请按会议纪要填写。",
            ));
        };
        if ctx.today() < on {
            return Err(Error::field(
                "met_on",
                format!("会议日期 {on} 还没有到。请按会议纪要填写。"),
            ));
        }
        let (channel, _) = needed_channel(&pool)?;
        let needed: Vec<(String, String)> = checklist::items(&pool.pack, channel)
            .into_iter()
            .map(|item| (item.id.clone(), item.label.clone()))
            .collect();
        let decision = Decision {
            minutes: minutes.trim().to_owned(),
            on,
            by: by(ctx)?,
        };
        row.body.state = row.body.state.clone().decide(verdict, decision, &needed)?;
        save(&mut change, &mut row).await?;
        let event = Event::new(EventKind::InvitationDecided, subject(&row.body))
            .fact("number", &row.body.number)
            .fact("minutes", minutes.trim())
            .fact("on", on)
            .fact("result", row.body.state.code());
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// The invitation a new expert enters by, if the form names one; what the committee decided goes
    /// before what the form says.
    pub(crate) async fn entering(
        &self,
        change: &mut Change<'_>,
        pool: &OpenPool,
        fields: &Fields,
    ) -> Result<Option<(Row, Fields)>> {
        let typed = fields.text("invitation");
        if typed.is_empty() {
            return Ok(None);
        }
        let id: RecordId = typed.parse().map_err(|_| Error::NotFound)?;
        let row = find(&mut **change, id).await?;
        if row.body.pool != pool.id() {
            return Err(Error::NotFound);
        }
        let (channel, _) = needed_channel(pool)?;
        let State::Approved { decision } = &row.body.state else {
            return Err(Refused::WrongState {
                now: row.body.state.zh(),
                step: "入库",
            }
            .into());
        };
        let mut own = Fields::default();
        own.push("basis", &decision.minutes);
        own.push("basis_on", decision.on.to_string());
        own.push("channel", &channel.id);
        for (name, value) in fields.pairs() {
            own.push(name.clone(), value.clone());
        }
        Ok(Some((row, own)))
    }

    /// 入库: the invitation ends in the membership it led to.
    pub(crate) async fn entered(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        row: &mut Row,
        expert: ExpertId,
    ) -> Result<()> {
        row.body.state = row.body.state.clone().enter(expert, ctx.now)?;
        save(change, row).await?;
        let event = Event::new(EventKind::InvitationEntered, subject(&row.body))
            .fact("number", &row.body.number)
            .detail(serde_json::json!({ "expert": expert }));
        change.record(event).await?;
        Ok(())
    }

    /// 会议审定 of the application an invitation led to: the invitation says the same.
    pub(crate) async fn decided_by_application(
        &self,
        change: &mut Change<'_>,
        pool: &OpenPool,
        id: RecordId,
        verdict: Verdict,
        decision: Decision,
    ) -> Result<()> {
        let mut row = find(&mut **change, id).await?;
        let (channel, _) = needed_channel(pool)?;
        let needed: Vec<(String, String)> = checklist::items(&pool.pack, channel)
            .into_iter()
            .map(|item| (item.id.clone(), item.label.clone()))
            .collect();
        let received = needed.iter().map(|(id, _)| id.clone()).collect();
        let minutes = decision.minutes.clone();
        let on = decision.on;
        let state = row.body.state.clone().receive(received)?;
        row.body.state = state.decide(verdict, decision, &needed)?;
        save(change, &mut row).await?;
        let event = Event::new(EventKind::InvitationDecided, subject(&row.body))
            .fact("number", &row.body.number)
            .fact("minutes", minutes)
            .fact("on", on)
            .fact("result", row.body.state.code());
        change.record(event).await?;
        Ok(())
    }

    /// 入库 of whoever was invited and came by an application.
    pub(crate) async fn entered_by_application(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        id: RecordId,
        expert: ExpertId,
    ) -> Result<()> {
        let mut row = find(&mut **change, id).await?;
        self.entered(change, ctx, &mut row, expert).await
    }

    /// Every invitation whose last day is past counts as unanswered. Scheduled work, once for each.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn lapse_special_invitations(&self, ctx: &Ctx) -> Result<u32> {
        let Ok(yesterday) = ctx.today().yesterday() else {
            return Ok(0);
        };
        let filter = RecordFilter {
            kinds: vec![KIND.to_owned()],
            statuses: vec!["sent".to_owned()],
            due_on: Some(yesterday),
            ..RecordFilter::default()
        };
        let due = store::records::all::<SpecialInvitation>(&mut self.store.read(), &filter).await?;
        let mut lapsed = 0;
        for seen in due {
            let (mut change, mut row, _) = self.invitation_change(ctx, seen.id).await?;
            let Ok(state) = row.body.state.clone().lapse(ctx.today()) else {
                continue;
            };
            row.body.state = state;
            save(&mut change, &mut row).await?;
            let event = Event::new(EventKind::InvitationLapsed, subject(&row.body))
                .fact("number", &row.body.number);
            change.record(event).await?;
            change.commit().await?;
            lapsed += 1;
        }
        Ok(lapsed)
    }

    /// Opens the door for a change of one invitation. Callers authorize.
    async fn invitation_change<'c>(
        &self,
        ctx: &'c Ctx,
        id: RecordId,
    ) -> Result<(Change<'c>, Row, OpenPool)> {
        let seen = find(&mut self.store.read(), id).await?;
        let pool = self.any_pool(seen.body.pool).await?;
        let mut change = self.change(ctx, seen.body.pool).await?;
        let row = find(&mut *change, id).await?;
        Ok((change, row, pool))
    }
}

/// Whoever may do one of these in a pool sees all its invitations.
const READERS: [Action; 4] = [
    Action::SendInvitation,
    Action::RecordDecision,
    Action::ReadFrame,
    Action::NotifyExperts,
];

async fn find(db: &mut impl Db, id: RecordId) -> Result<Row> {
    records::find(db, id, KIND).await
}
