//! What is known of an expert is replaced, and what differs is told.

use domain::actor::Action;
use domain::event::{Event, EventKind, Subject};
use domain::id::ExpertId;
use store::persons::Private;
use store::{Db, experts, persons as stored_persons};

use super::{Draft, Member, Membership, Person, PersonFile, person_keys, refresh_keys};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::persons::{self, Difference};
use crate::pools::OpenPool;
use crate::service::Service;
use crate::typed::{self, Fields};

impl Service {
    /// 变更: replaces what is known of an expert; sealed fields left empty keep their value.
    ///
    /// # Errors
    /// Denied, stale, without a reason, or everything wrong with what was typed.
    pub async fn change_expert(
        &self,
        ctx: &Ctx,
        no: i64,
        id: ExpertId,
        versions: (i64, i64),
        fields: &Fields,
    ) -> Result<Vec<Difference>> {
        let pool = self.open_part(ctx, no, Action::EditExperts).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::EditExperts, &pool)?;
        let member = self.member(&mut *change, &pool, id).await?;
        let person = self.person(&mut *change, member.keys.person).await?;
        if (member.version, person.version) != versions {
            return Err(Error::Stale);
        }
        let before = self.private_of(&mut *change, person.id).await?;
        let mut problems = Vec::new();
        let held = member.body.expert.team.clone();
        let mut fields = fields.clone();
        if let Some(team) = held.as_ref().filter(|_| fields.text("team").is_empty()) {
            fields.push("team", team);
        }
        let fields = &fields;
        let draft = self
            .read_draft(ctx, &pool, fields, Some(&before), &mut problems)
            .await?;
        if draft.team.is_some() {
            pool.within(draft.team.as_deref())?;
        }
        problems.extend(
            self.team_problem(&mut *change, &pool, &member, &draft)
                .await?,
        );
        let reason = typed::required(
            &mut problems,
            "reason",
            fields.text("reason"),
            "没有填写变更原因。变更会留痕，请写明依据，如“本人申请并附新聘书”。",
        );
        if let Some(secret) = &draft.private.id_number
            && let Some(other) =
                stored_persons::by_id_number::<PersonFile>(&mut *change, self.store.seals(), secret)
                    .await?
            && other.id != person.id
        {
            problems.push(Problem::new(
                "id_number",
                "这个身份证号码已登记给另一个人。请核对号码；确属同一人的，请联系系统管理员合并。",
            ));
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let found = self
            .replace(
                &mut change,
                &pool,
                (member, person),
                (&before, draft),
                &reason,
            )
            .await?;
        if found.is_empty() {
            return Err(Error::state(
                "expert.unchanged",
                "没有改动任何内容，因此没有保存。请修改后再提交，或返回专家详情。",
            ));
        }
        change.commit().await?;
        Ok(found)
    }

    /// A membership stays of its team; one whose team is not settled becomes of one the person is not in.
    async fn team_problem(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        member: &Member,
        draft: &Draft,
    ) -> Result<Option<Problem>> {
        let held = &member.body.expert.team;
        if draft.team.is_none() || draft.team == *held {
            return Ok(None);
        }
        let words = |team: &Option<String>| {
            let words = pool.pack.pool.team_words(team.as_deref());
            words.unwrap_or_default().to_owned()
        };
        if held.is_some() {
            return Ok(Some(Problem::new(
                "team",
                format!(
                    "这是“{}”的聘任，不能改成“{}”。聘期和证件都按队伍，请为另一支队伍另办聘任。",
                    words(held),
                    words(&draft.team)
                ),
            )));
        }
        let person = member.keys.person;
        let other = experts::in_team::<Membership>(db, pool.id(), person, draft.team.as_deref());
        Ok(other.await?.map(|other| {
            let sentence = format!(
                "此人已有“{}”的聘任（{}）。请改选队伍，或办理这条记录的出库。",
                words(&draft.team),
                other.body.expert.number
            );
            Problem::new("team", sentence)
        }))
    }

    /// Replaces what is known of somebody and tells the ledger what differs; does nothing when nothing
    /// does.
    pub(crate) async fn replace(
        &self,
        change: &mut Change<'_>,
        pool: &OpenPool,
        (mut member, mut person): (Member, Person),
        (before, mut draft): (&Private, Draft),
        reason: &str,
    ) -> Result<Vec<Difference>> {
        self.match_employer(change, &mut draft.file).await?;
        let mut found = persons::differences((&person.body, before), (&draft.file, &draft.private));
        found.extend(
            self.membership_differences(pool, &member.body, &draft)
                .await?,
        );
        if found.is_empty() {
            return Ok(found);
        }
        let public = found
            .iter()
            .map(|difference| difference.label.as_str())
            .collect::<Vec<_>>()
            .join("、");
        let event = Event::new(EventKind::ExpertChanged, Subject::new("expert", member.id))
            .fact("fields", public)
            .detail(serde_json::json!({ "reason": reason, "changes": found }));
        person.keys = person_keys(&draft.file);
        person.body = draft.file;
        stored_persons::save_with_private(change, &mut person, &draft.private).await?;
        self.follow_person(change, Some(member.id), &person).await?;
        let body = &mut member.body;
        body.expert.specialties.clone_from(&draft.specialties);
        body.expert.team = draft.team;
        body.expert.duties = draft.duties;
        body.declared = draft.declared;
        body.reviewed = draft.reviewed;
        refresh_keys(pool, &mut member, &person.body);
        experts::save(change, &mut member).await?;
        experts::set_specialties(change, member.keys.seq, &draft.specialties).await?;
        change.record(event).await?;
        Ok(found)
    }

    /// What other memberships index of a person follows the person; the one being written is not among
    /// them.
    pub(crate) async fn follow_person(
        &self,
        change: &mut Change<'_>,
        written: Option<ExpertId>,
        person: &Person,
    ) -> Result<()> {
        let members = experts::all_of_person::<Membership>(&mut **change, person.id).await?;
        for mut member in members {
            if Some(member.id) == written {
                continue;
            }
            let pool = self.any_pool(member.keys.pool).await?;
            refresh_keys(&pool, &mut member, &person.body);
            experts::save(change, &mut member).await?;
        }
        Ok(())
    }

    pub(crate) async fn membership_differences(
        &self,
        pool: &OpenPool,
        before: &Membership,
        after: &Draft,
    ) -> Result<Vec<Difference>> {
        let known = self.specialties_of(pool.id()).await?;
        let leaf = |id: &String| {
            pool.pack
                .eligibility
                .leaf(id)
                .map_or(id.clone(), |leaf| leaf.label.clone())
        };
        let mut found = Vec::new();
        let mut compare = |label: &str, before: Vec<String>, after: Vec<String>| {
            if before != after {
                found.push(Difference {
                    label: label.to_owned(),
                    before: before.join("、"),
                    after: after.join("、"),
                });
            }
        };
        let mut old = before.expert.specialties.clone();
        old.sort_unstable();
        compare(
            "专业领域",
            Self::names_of(&known, &old),
            Self::names_of(&known, &after.specialties),
        );
        let team = |team: &Option<String>| {
            let words = pool.pack.pool.team_words(team.as_deref());
            words.into_iter().map(str::to_owned).collect()
        };
        compare("队伍", team(&before.expert.team), team(&after.team));
        compare("职责", before.expert.duties.clone(), after.duties.clone());
        compare(
            "本人承诺",
            before.declared.keys().map(leaf).collect(),
            after.declared.keys().map(leaf).collect(),
        );
        compare(
            "审核确认",
            before.reviewed.keys().map(leaf).collect(),
            after.reviewed.keys().map(leaf).collect(),
        );
        Ok(found)
    }
}
