//! 提议: who is asked, for what shortage, and that nobody is asked twice.

use domain::actor::{Action, Role, Target};
use domain::contact::{Email, Mobile};
use domain::event::{Event, EventKind};
use domain::expert::Status;
use domain::id::{PersonId, PoolId, RecordId, SpecialtyId};
use domain::person::{Employer, Profile};
use domain::pool::SpecialtyStatus;
use domain::special_invitation::{SpecialInvitation, State};
use domain::task::Task;
use store::Secret;
use store::document;
use store::persons::Private;
use store::records::RecordFilter;

use super::{KIND, Proposal, by, keys, needed_channel, roles_of, subject};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Reason, Result};
use crate::experts::{Membership, PersonFile, person_keys};
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;
use crate::typed;

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
        let number =
            records::next_number(&mut change, &open, ctx.today().year(), KIND, "TY").await?;
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
            let held =
                store::experts::of_person::<Membership>(&mut read, pool.id(), person.id).await?;
            let Some(member) = held.into_iter().next() else {
                continue;
            };
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
            subject: Some(person.to_string()),
            ..records::of_kind(pool.id(), KIND, &[])
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
}
