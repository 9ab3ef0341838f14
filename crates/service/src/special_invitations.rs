//! 特约邀请: proposed by the requester of a request that cannot be filled or by the manager, signed by
//! whom the pack names, answered by the invited person, decided by the committee, entered. Whoever
//! has entered takes part in the random draw like everybody else (DG 第五条(三), 第九条(一)).

mod letter;

use domain::actor::{Action, Role, Target};
use domain::contact::{Email, Mobile};
use domain::event::{Event, EventKind, Subject};
use domain::expert::Status;
use domain::id::{ExpertId, PersonId, PoolId, RecordId, SpecialtyId, TaskId};
use domain::person::{Employer, Profile};
use domain::policy::checklist;
use domain::policy::pack::{Channel, InvitationRule};
use domain::pool::SpecialtyStatus;
use domain::special_invitation::{By, Decision, Refused, Reply, SpecialInvitation, State, Verdict};
use domain::task::Task;
use jiff::civil::Date;
use store::document::{self, Direction, Page, PageRequest};
use store::persons::Private;
use store::records::{RecordFilter, RecordKeys};
use store::{Db, Secret};

pub use letter::Invited;

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Reason, Result};
use crate::experts::{Membership, PersonFile, person_keys};
use crate::persons::Masked;
use crate::pools::OpenPool;
use crate::service::Service;
use crate::typed::{self, Fields};

/// Kind of the stored records.
const KIND: &str = "special_invitation";

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

fn target(one: &SpecialInvitation) -> Target {
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

/// The channel by which people are invited into a pool, with its rule.
pub(crate) fn channel(pool: &OpenPool) -> Option<(&Channel, &InvitationRule)> {
    pool.pack
        .admission
        .channels
        .iter()
        .find_map(|channel| Some((channel, channel.invitation.as_ref()?)))
}

fn needed_channel(pool: &OpenPool) -> Result<(&Channel, &InvitationRule)> {
    channel(pool).ok_or_else(|| {
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
    /// 提议特约邀请. A requester proposes for a request of its own that cannot be filled by chance; the
    /// manager for any such request, or for the pool as a whole.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] when the pack has no such channel, does not let this
    /// party propose, or there is no shortage; [`Error::Invalid`] with everything wrong.
    pub async fn propose_special_invitation(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        proposal: &Proposal,
    ) -> Result<RecordId> {
        let open = self.any_pool(pool).await?;
        let task = match proposal.task {
            Some(id) => Some(self.task(ctx, id).await?.task),
            None => None,
        };
        if task.as_ref().is_some_and(|task| task.pool != pool) {
            return Err(Error::NotFound);
        }
        let organisation = match &task {
            Some(task) => Some(task.requester),
            None => ctx.actor.organisation,
        };
        let mut change = self.change(ctx, pool).await?;
        let role = change.authorize(
            Action::ProposeInvitation,
            Target {
                organisation,
                ..Target::pool(pool)
            },
        )?;
        let (channel, rule) = needed_channel(&open)?;
        if !rule
            .proposed_by
            .iter()
            .any(|party| roles_of(&open, party).contains(&role))
        {
            return Err(Error::Refused(vec![Reason::law(
                "invitation.proposer",
                &channel.citation,
                "您所在的一方不能提议特约邀请。请由办法规定的一方提议。",
            )]));
        }
        let article = match &task {
            Some(task) => self.short_of(ctx, &open, task).await?,
            None if role == Role::Requester => {
                return Err(Error::field(
                    "task",
                    "没有指明是哪一份使用需求。请从人数不足的使用需求页面提议。",
                ));
            }
            None => channel.citation.to_string(),
        };
        let (specialty, private) = self.check_proposal(ctx, &open, proposal).await?;
        let person = self
            .invitee(&mut change, ctx, &open, proposal, &private)
            .await?;
        let number = next_number(&mut change, &open, ctx.today().year()).await?;
        let one = SpecialInvitation {
            id: self.id(ctx),
            pool,
            number,
            task: proposal.task,
            requester: task.as_ref().map(|task| task.requester),
            person,
            name: domain::text::tidy(&proposal.name),
            employer: domain::text::tidy(&proposal.employer),
            specialty,
            reason: domain::text::tidy(&proposal.reason),
            fitness: domain::text::tidy(&proposal.fitness),
            article,
            proposed: by(ctx)?,
            state: State::Proposed,
        };
        document::insert(&mut change, one.id, keys(&one), &one).await?;
        let mut event = Event::new(EventKind::InvitationProposed, subject(&one))
            .fact("number", &one.number)
            .fact("article", &one.article)
            .detail(serde_json::json!({
                "name": one.name, "employer": one.employer,
                "reason": one.reason, "fitness": one.fitness,
            }));
        if let Some(task) = &task {
            event = event.fact("task", &task.number);
        }
        change.record(event).await?;
        change.commit().await?;
        Ok(one.id)
    }

    /// The article a proposal for a request rests on; enough people to draw from leave none.
    async fn short_of(&self, ctx: &Ctx, pool: &OpenPool, task: &Task) -> Result<String> {
        match self.shortage(ctx, task.id).await? {
            Some(shortage) => Ok(shortage.article),
            None => Err(Error::Refused(vec![Reason::law(
                "invitation.no_shortage",
                pool.pack
                    .draw
                    .insufficiency
                    .as_ref()
                    .map_or(&pool.pack.draw.citation, |rule| &rule.citation),
                "这份使用需求的在库专家数量能够保证随机抽取，不能以人数不足提议特约邀请。请直接组织抽取。",
            )])),
        }
    }

    async fn check_proposal(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        proposal: &Proposal,
    ) -> Result<(SpecialtyId, Private)> {
        let mut problems = Vec::new();
        let mut needed = |field: &str, text: &str, sentence: &str, most: usize, label: &str| {
            let text = typed::required(&mut problems, field, text, sentence);
            typed::at_most(&mut problems, field, label, &text, most);
        };
        needed(
            "name",
            &proposal.name,
            "没有填写姓名。请填写受邀人的姓名。",
            40,
            "姓名",
        );
        needed(
            "employer",
            &proposal.employer,
            "没有填写工作单位。函件寄到单位，请填写全称；没有单位的填“无”。",
            60,
            "工作单位",
        );
        needed(
            "reason",
            &proposal.reason,
            "没有写明为什么需要特约邀请。请写明工作需要和在库专家不足的情况。",
            300,
            "邀请理由",
        );
        needed(
            "fitness",
            &proposal.fitness,
            "没有写明受邀人符合哪些条件。请写明职称、资历或荣誉。",
            300,
            "符合条件的情况",
        );
        let phone = typed::parsed(&mut problems, "phone", &proposal.phone, Mobile::parse);
        let email = typed::parsed(&mut problems, "email", &proposal.email, Email::parse);
        let reachable = [&proposal.phone, &proposal.email];
        if reachable.iter().all(|text| text.trim().is_empty()) {
            problems.push(Problem::new(
                "phone",
                "手机和电子邮箱都没有填写，邀请函发不出去。请至少填写一项。",
            ));
        }
        let specialties = self.specialties_of(pool.id()).await?;
        let specialty = specialties.iter().find(|specialty| {
            specialty.status == SpecialtyStatus::Active
                && specialty.id.to_string() == proposal.specialty
        });
        if specialty.is_none() {
            problems.push(Problem::new(
                "specialty",
                "没有选择专业领域。请选择受邀人参加抽取的专业领域。",
            ));
        }
        let private = Private {
            phone: phone.map(|phone| Secret::new(phone.expose())),
            email: email.map(|email| Secret::new(email.expose())),
            ..Private::default()
        };
        let known = self.known_member(ctx, pool, proposal, &private).await?;
        problems.extend(known);
        match specialty {
            Some(specialty) if problems.is_empty() => Ok((specialty.id, private)),
            _ => Err(Error::Invalid(problems)),
        }
    }

    /// Somebody who is in the pool is drawn, or designated; nobody invites them.
    async fn known_member(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        proposal: &Proposal,
        private: &Private,
    ) -> Result<Option<Problem>> {
        let mut read = self.store.read();
        let mut persons = match &private.phone {
            Some(phone) => {
                store::persons::by_phone::<PersonFile>(&mut read, self.store.seals(), phone).await?
            }
            None => Vec::new(),
        };
        let name = domain::text::tidy(&proposal.name);
        let employer = domain::text::tidy(&proposal.employer);
        let namesakes = store::persons::named::<PersonFile>(&mut read, &name).await?;
        persons.extend(namesakes.into_iter().filter(|row| {
            let known = row.body.profile.employer.as_ref();
            known.is_some_and(|known| known.name == employer)
        }));
        for person in persons {
            let member =
                store::experts::of_person::<Membership>(&mut read, pool.id(), person.id).await?;
            let Some(member) = member else { continue };
            let status = member.body.expert.standing.on(ctx.today());
            let what = match status {
                Status::Active | Status::NotYet | Status::Suspended => {
                    "直接参加随机抽取；确需指定的，请改提定向选用"
                }
                Status::Expired => "聘期已满，请办理续聘",
                Status::Left => "已出库，请由库管方核实后重新办理入库",
            };
            return Ok(Some(Problem::new(
                "name",
                format!(
                    "{}已是本库专家（{}，{}），不用特约邀请。{what}。",
                    member.keys.name,
                    member.body.expert.number,
                    status.zh()
                ),
            )));
        }
        Ok(None)
    }

    /// The person to be asked: known by phone and name, or new. How to reach them is sealed.
    async fn invitee(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        proposal: &Proposal,
        private: &Private,
    ) -> Result<PersonId> {
        let name = domain::text::tidy(&proposal.name);
        if let Some(phone) = &private.phone {
            let seals = self.store.seals();
            let known = store::persons::by_phone::<PersonFile>(&mut **change, seals, phone).await?;
            if let Some(person) = known.into_iter().find(|row| row.body.profile.name == name) {
                self.refuse_second(change, pool, person.id).await?;
                return Ok(person.id);
            }
        }
        let mut file = PersonFile {
            profile: Profile {
                name,
                employer: Some(Employer {
                    organisation: None,
                    name: domain::text::tidy(&proposal.employer),
                    credit_code: None,
                    kind: None,
                }),
                ..Profile::default()
            },
            office_phone: None,
        };
        self.match_employer(change, &mut file).await?;
        let id: PersonId = self.id(ctx);
        store::persons::insert(change, id, person_keys(&file), private, file).await?;
        Ok(id)
    }

    async fn refuse_second(
        &self,
        change: &mut Change<'_>,
        pool: &OpenPool,
        person: PersonId,
    ) -> Result<()> {
        let filter = RecordFilter {
            pool: Some(pool.id()),
            kinds: vec![KIND.to_owned()],
            subject: Some(person.to_string()),
            ..RecordFilter::default()
        };
        let rows = store::records::all::<SpecialInvitation>(&mut **change, &filter).await?;
        match rows.iter().find(|row| !row.body.state.is_over()) {
            None => Ok(()),
            Some(row) => Err(Error::field(
                "name",
                format!(
                    "{}已有一份特约邀请在办：{}（{}）。请在那一份上办理。",
                    row.body.name,
                    row.body.number,
                    row.body.state.zh()
                ),
            )),
        }
    }

    /// The invitations of a pool the actor may see, newest first; a requester sees those of its own
    /// requests.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn special_invitations(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        statuses: &[String],
        page: &PageRequest,
    ) -> Result<Page<InvitationLine>> {
        let pool = self.any_pool(pool).await?;
        let wide = READERS
            .iter()
            .any(|action| ctx.actor.allow(*action, pool.target()).is_ok());
        if !wide
            && ctx.actor.reach_in(Action::ProposeInvitation, pool.id())
                == domain::actor::Reach::None
        {
            return Err(domain::actor::Denied {
                action: Action::ProposeInvitation,
            }
            .into());
        }
        let filter = RecordFilter {
            pool: Some(pool.id()),
            kinds: vec![KIND.to_owned()],
            statuses: statuses.to_vec(),
            ..RecordFilter::default()
        };
        let mut read = self.store.read();
        let found = store::records::page::<SpecialInvitation>(
            &mut read,
            &filter,
            Direction::Descending,
            page,
        )
        .await?;
        let specialties = self.specialties_of(pool.id()).await?;
        let mut items = Vec::new();
        for row in found.items {
            let one = row.body;
            if !wide && self.readable(ctx, &one).is_err() {
                continue;
            }
            items.push(InvitationLine {
                specialty: Self::names_of(&specialties, &[one.specialty]).join(""),
                task: match one.task {
                    Some(id) => store::tasks::find::<Task>(&mut read, id)
                        .await?
                        .map(|row| row.body.number),
                    None => None,
                },
                invitation: one,
            });
        }
        Ok(Page {
            items,
            next: found.next,
        })
    }

    /// The invitations of one request, for its page.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a request the actor may not see.
    pub async fn invitations_of_task(
        &self,
        ctx: &Ctx,
        task: TaskId,
    ) -> Result<Vec<SpecialInvitation>> {
        let view = self.task(ctx, task).await?;
        let rows = self.of_task(view.task.pool, task).await?;
        Ok(rows
            .into_iter()
            .map(|row| row.body)
            .filter(|one| self.readable(ctx, one).is_ok())
            .collect())
    }

    async fn of_task(&self, pool: PoolId, task: TaskId) -> Result<Vec<Row>> {
        let filter = RecordFilter {
            pool: Some(pool),
            kinds: vec![KIND.to_owned()],
            parent: Some(task.to_string()),
            ..RecordFilter::default()
        };
        Ok(store::records::all(&mut self.store.read(), &filter).await?)
    }

    /// How many people entered by invitation for a request; anybody may know the number.
    pub(crate) async fn entered_by_invitation(&self, pool: PoolId, task: TaskId) -> Result<u32> {
        let rows = self.of_task(pool, task).await?;
        let entered = rows
            .iter()
            .filter(|row| matches!(row.body.state, State::Entered { .. }))
            .count();
        Ok(u32::try_from(entered).unwrap_or(u32::MAX))
    }

    /// The invitations that are not over and what this actor may do with each.
    pub(crate) async fn open_special_invitations(
        &self,
        ctx: &Ctx,
        pool: PoolId,
    ) -> Result<Vec<(SpecialInvitation, Vec<Step>)>> {
        let pool = self.any_pool(pool).await?;
        let Some((_, rule)) = channel(&pool) else {
            return Ok(Vec::new());
        };
        let filter = RecordFilter {
            pool: Some(pool.id()),
            kinds: vec![KIND.to_owned()],
            statuses: ["proposed", "accepted", "approved"]
                .map(str::to_owned)
                .to_vec(),
            ..RecordFilter::default()
        };
        let rows =
            store::records::all::<SpecialInvitation>(&mut self.store.read(), &filter).await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let steps = steps(ctx, &pool, rule, &row.body);
                (row.body, steps)
            })
            .collect())
    }

    fn readable(&self, ctx: &Ctx, one: &SpecialInvitation) -> Result<()> {
        READERS
            .iter()
            .chain(&[Action::ProposeInvitation])
            .any(|action| ctx.actor.allow(*action, target(one)).is_ok())
            .then_some(())
            .ok_or(Error::NotFound)
    }

    /// One invitation.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one that does not exist or is not the actor's to see.
    pub async fn special_invitation(&self, ctx: &Ctx, id: RecordId) -> Result<InvitationView> {
        let mut read = self.store.read();
        let one = find(&mut read, id).await?.body;
        self.readable(ctx, &one)?;
        let pool = self.any_pool(one.pool).await?;
        let task = match one.task {
            Some(id) => store::tasks::find::<Task>(&mut read, id).await?,
            None => None,
        };
        let requester = match one.requester {
            Some(id) => Some(self.organisation_name(id).await?),
            None => None,
        };
        let private = self.private_of(&mut read, one.person).await?;
        let specialties = self.specialties_of(pool.id()).await?;
        let (channel, rule) = needed_channel(&pool)?;
        let signer = pool.pack.party(&rule.sent_by);
        Ok(InvitationView {
            specialty: Self::names_of(&specialties, &[one.specialty]).join(""),
            task: task.map(|row| (row.id, row.body.number, row.body.request.content)),
            requester,
            masked: Masked::of(&private),
            signer: (
                signer.map_or_else(|| rule.sent_by.clone(), |party| party.label.clone()),
                channel.citation.to_string(),
            ),
            materials: materials(&pool, channel, &one.state),
            committee: letter::committee(&pool),
            steps: steps(ctx, &pool, rule, &one),
            suggested: letter::reply_by_default(ctx.today(), &self.calendar),
            invitation: one,
        })
    }

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
    let row = store::records::find::<serde_json::Value>(db, id)
        .await?
        .filter(|row| row.keys.kind == KIND)
        .ok_or(Error::NotFound)?;
    Ok(Row {
        id: row.id,
        version: row.version,
        keys: row.keys,
        body: serde_json::from_value(row.body)
            .map_err(|error| Error::Internal(error.to_string()))?,
    })
}

/// The next number of a pool's invitations in a year: no gaps, because the pool's door is held.
async fn next_number(change: &mut Change<'_>, pool: &OpenPool, year: i16) -> Result<String> {
    let beginning = format!("TY{:02}-{year}-", pool.no);
    let last = store::records::last_number(&mut **change, pool.id(), KIND, &beginning).await?;
    let last = last
        .and_then(|number| number.rsplit('-').next()?.parse::<u32>().ok())
        .unwrap_or(0);
    Ok(format!("{beginning}{:04}", last + 1))
}

fn materials(pool: &OpenPool, channel: &Channel, state: &State) -> Vec<MaterialLine> {
    let received: &[String] = match state {
        State::Accepted { materials, .. } => materials,
        _ => &[],
    };
    let all = matches!(
        state,
        State::NotApproved { .. } | State::Approved { .. } | State::Entered { .. }
    );
    checklist::items(&pool.pack, channel)
        .into_iter()
        .map(|item| MaterialLine {
            id: item.id.clone(),
            label: item.label.clone(),
            article: item.citation.to_string(),
            received: all || received.contains(&item.id),
        })
        .collect()
}

fn steps(ctx: &Ctx, pool: &OpenPool, rule: &InvitationRule, one: &SpecialInvitation) -> Vec<Step> {
    let role = |action| ctx.actor.allow(action, target(one)).ok();
    let signs = role(Action::SendInvitation)
        .is_some_and(|role| roles_of(pool, &rule.sent_by).contains(&role));
    let notifies = role(Action::NotifyExperts).is_some();
    let proposes = role(Action::ProposeInvitation).is_some();
    let edits = role(Action::EditExperts).is_some();
    let decides = role(Action::RecordDecision).is_some();
    let offered: &[(Step, bool)] = match &one.state {
        State::Proposed => &[
            (Step::Send, signs),
            (Step::Refuse, signs),
            (Step::Withdraw, proposes),
        ],
        State::Sent { .. } => &[
            (Step::RecordReply, notifies),
            (Step::Print, notifies || signs),
            (Step::Withdraw, proposes),
        ],
        State::Lapsed { .. } => &[(Step::RecordReply, notifies)],
        State::Accepted { .. } => &[
            (Step::Receive, edits),
            (Step::Decide, decides),
            (Step::Withdraw, proposes),
        ],
        State::Approved { .. } => &[(Step::Enter, edits)],
        _ => &[],
    };
    offered
        .iter()
        .filter(|(_, may)| *may)
        .map(|(step, _)| *step)
        .collect()
}
