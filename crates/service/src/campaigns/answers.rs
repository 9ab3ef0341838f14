//! What experts answer in a campaign, by the link of the message or in their own space, and what the
//! manager makes of it.

use domain::actor::Action;
use domain::campaign::{Answer, Campaign, Said, State};
use domain::event::{Event, EventKind};
use domain::expert::Standing;
use domain::id::{CampaignId, ExpertId};
use domain::person::Profile;
use store::campaigns;

use super::{PURPOSE, Pointer, subject};
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::experts::{Member, Membership};
use crate::persons::Masked;
use crate::pools::OpenPool;
use crate::service::Service;

/// A campaign as the expert sees it: what is held, what was answered, what can be changed.
#[derive(Debug, Clone)]
pub struct OwnUpdate {
    /// The campaign.
    pub campaign: Campaign,
    /// The membership it is about.
    pub expert: ExpertId,
    /// The pool.
    pub pool: OpenPool,
    /// Name of the expert.
    pub name: String,
    /// What is held, label and value; identity number and addresses masked.
    pub held: Vec<(String, String)>,
    /// The fields the instrument names, each with whether proof is needed.
    pub fields: Vec<(String, bool)>,
    /// The answer so far.
    pub answer: Answer,
    /// The last four characters of the identity number must be given with an answer.
    pub asks_tail: bool,
}

impl Service {
    /// The open campaigns that ask this person, in every pool.
    ///
    /// # Errors
    /// [`Error::LoggedOut`] unless logged in as an expert.
    pub async fn own_updates(&self, ctx: &Ctx) -> Result<Vec<OwnUpdate>> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let mut read = self.store.read();
        let members = store::experts::all_of_person::<Membership>(&mut read, person).await?;
        let open = campaigns::with_status::<Campaign>(&mut read, State::Open.code()).await?;
        let mut found = Vec::new();
        for row in open {
            // Whoever is in several teams is shown it once; whoever left is asked nothing.
            let pool = row.body.pool;
            let here = |member: &&Member| {
                let left = matches!(member.body.expert.standing, Standing::Left { .. });
                member.keys.pool == pool && !left
            };
            for member in members.iter().filter(here) {
                let asked = campaigns::answer::<Answer>(&mut read, row.id, member.id).await?;
                if let Some(asked) = asked {
                    found.push(self.own_update(row.body, member, asked.body, false).await?);
                    break;
                }
            }
        }
        Ok(found)
    }

    /// The campaign behind a link.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a link that leads nowhere or has run out.
    pub async fn update_by_link(&self, token: &str) -> Result<OwnUpdate> {
        let pointer = self.update_behind(token).await?;
        let mut read = self.store.read();
        let row = campaigns::find::<Campaign>(&mut read, pointer.campaign).await?;
        let member = store::experts::find::<Membership>(&mut read, pointer.expert).await?;
        let asked =
            campaigns::answer::<Answer>(&mut read, pointer.campaign, pointer.expert).await?;
        let (Some(row), Some(member), Some(asked)) = (row, member, asked) else {
            return Err(Error::NotFound);
        };
        self.own_update(row.body, &member, asked.body, true).await
    }

    async fn update_behind(&self, token: &str) -> Result<Pointer> {
        let mut read = self.store.read();
        let link = store::accounts::link::<Pointer>(&mut read, &self.token_hash(token)).await?;
        let link =
            link.filter(|link| link.purpose == PURPOSE && link.expires_at > self.clock.now());
        Ok(link.ok_or(Error::NotFound)?.body)
    }

    async fn own_update(
        &self,
        campaign: Campaign,
        member: &Member,
        answer: Answer,
        by_link: bool,
    ) -> Result<OwnUpdate> {
        let pool = self.any_pool(campaign.pool).await?;
        let mut read = self.store.read();
        let person = self.person(&mut read, member.keys.person).await?;
        let private = self.private_of(&mut read, member.keys.person).await?;
        let specialties = self.specialties_of(pool.id()).await?;
        let fields = pool
            .pack
            .information
            .iter()
            .flat_map(|rules| &rules.fields)
            .map(|field| (field.label.clone(), field.proof))
            .chain([("其他".to_owned(), false)])
            .collect();
        Ok(OwnUpdate {
            expert: member.id,
            name: person.body.profile.name.clone(),
            held: held(
                &person.body.profile,
                &Masked::of(&private),
                &Self::names_of(&specialties, &member.body.expert.specialties),
            ),
            fields,
            answer,
            asks_tail: by_link && private.id_number.is_some(),
            campaign,
            pool,
        })
    }

    /// The expert answers in their own space.
    ///
    /// # Errors
    /// [`Error::NotFound`] unless asked; [`Error::Refused`] when it is over; [`Error::Invalid`].
    pub async fn answer_update(&self, ctx: &Ctx, id: CampaignId, said: Said) -> Result<Answer> {
        let person = ctx.actor.person.ok_or(Error::LoggedOut)?;
        let row = campaigns::find::<Campaign>(&mut self.store.read(), id).await?;
        let pool = row.ok_or(Error::NotFound)?.body.pool;
        let held =
            store::experts::of_person::<Membership>(&mut self.store.read(), pool, person).await?;
        ctx.actor
            .allow(
                Action::AnswerInvitation,
                domain::actor::Target::pool(pool).of_person(person),
            )
            .map_err(|_| Error::NotFound)?;
        // Whoever is in several teams confirms their data once for all of them.
        let mut answered = Err(Error::NotFound);
        for member in held {
            let mut read = self.store.read();
            if campaigns::answer::<Answer>(&mut read, id, member.id)
                .await?
                .is_some()
            {
                answered = Ok(self.take_update(ctx, id, member.id, said.clone()).await?);
            }
        }
        answered
    }

    /// The expert answers by the link of the message.
    ///
    /// # Errors
    /// As [`Service::answer_update`]; [`Error::TooMany`] after too many wrong digits.
    pub async fn answer_update_by_link(
        &self,
        source: &str,
        token: &str,
        tail: &str,
        said: Said,
    ) -> Result<Answer> {
        let pointer = self.update_behind(token).await?;
        let member =
            store::experts::find::<Membership>(&mut self.store.read(), pointer.expert).await?;
        let member = member.ok_or(Error::NotFound)?;
        self.check_tail(member.keys.person, token, tail).await?;
        let ctx = self.link_ctx(member.keys.person, source).await?;
        self.take_update(&ctx, pointer.campaign, pointer.expert, said)
            .await
    }

    async fn take_update(
        &self,
        ctx: &Ctx,
        id: CampaignId,
        expert: ExpertId,
        said: Said,
    ) -> Result<Answer> {
        let seen = campaigns::find::<Campaign>(&mut self.store.read(), id).await?;
        let pool = seen.ok_or(Error::NotFound)?.body.pool;
        let mut change = self.change(ctx, pool).await?;
        let row = campaigns::find::<Campaign>(&mut *change, id).await?;
        let row = row.ok_or(Error::NotFound)?;
        let before = campaigns::answer::<Answer>(&mut *change, id, expert).await?;
        let mut stored = before.ok_or(Error::NotFound)?;
        stored.body = row.body.answer(&stored.body, said, ctx.now)?;
        store_answer(&mut change, &mut stored).await?;
        let event = Event::new(EventKind::CampaignAnswered, subject(&row.body))
            .fact("year", row.body.year)
            .fact("answer", stored.body.code())
            .detail(serde_json::json!({ "expert": expert, "answer": stored.body }));
        change.record(event).await?;
        change.commit().await?;
        Ok(stored.body)
    }

    /// 登记变化: the manager has changed the record, or found that nothing had to be changed.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] when nothing waits, [`Error::Invalid`] without a note.
    pub async fn enter_update(
        &self,
        ctx: &Ctx,
        id: CampaignId,
        expert: ExpertId,
        note: &str,
    ) -> Result<()> {
        let (mut change, row, _) = self.campaign_change(ctx, id).await?;
        let before = campaigns::answer::<Answer>(&mut *change, id, expert).await?;
        let mut stored = before.ok_or(Error::NotFound)?;
        stored.body = stored.body.enter(ctx.actor.name.clone(), ctx.now, note)?;
        store_answer(&mut change, &mut stored).await?;
        let event = Event::new(EventKind::CampaignChangeEntered, subject(&row.body))
            .fact("note", note.trim())
            .detail(serde_json::json!({ "expert": expert }));
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }
}

async fn store_answer(
    change: &mut crate::change::Change<'_>,
    stored: &mut campaigns::Answer<Answer>,
) -> Result<()> {
    stored.status = stored.body.code().to_owned();
    stored.answered_at = stored.body.at();
    campaigns::set_answer(change, stored).await?;
    Ok(())
}

/// What is held of an expert, as far as a campaign asks whether it is still right.
fn held(profile: &Profile, masked: &Masked, specialties: &[String]) -> Vec<(String, String)> {
    let employer = profile
        .employer
        .as_ref()
        .map(|employer| employer.name.as_str());
    let titles: Vec<&str> = profile
        .titles
        .iter()
        .map(|title| title.name.as_str())
        .collect();
    let skills: Vec<String> = profile
        .skills
        .iter()
        .map(|skill| format!("{}（{}）", skill.occupation, skill.level))
        .collect();
    let rows = [
        ("姓名", profile.name.clone()),
        ("工作单位", employer.unwrap_or_default().to_owned()),
        ("职务", profile.post.clone().unwrap_or_default()),
        ("职称", titles.join("、")),
        ("技能等级", skills.join("、")),
        ("专业领域", specialties.join("、")),
        ("证件号", masked.id_number.clone()),
        ("手机", masked.phone.clone()),
        ("电子邮箱", masked.email.clone()),
        ("通讯地址", masked.address.clone()),
    ];
    rows.into_iter()
        .map(|(label, value)| {
            let value = if value.is_empty() {
                "未登记".to_owned()
            } else {
                value
            };
            (label.to_owned(), value)
        })
        .collect()
}
