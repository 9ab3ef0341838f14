//! The experts of the demonstration's large pool, as a roster brought them in.

use domain::event::{Event, EventKind, Subject};
use domain::expert::{Expert, Standing, Term};
use domain::id::{PersonId, PoolId, SpecialtyId};
use domain::pinyin::sort_key;
use domain::synthetic::Person;
use jiff::Span;
use store::Secret;
use store::experts::ExpertKeys;
use store::persons::{PersonKeys, Private};

use super::back;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::service::Service;

impl Service {
    /// These people become experts, in one event.
    pub(super) async fn demo_experts(
        &self,
        officer: &Ctx,
        pool: PoolId,
        specialties: &[SpecialtyId],
        people: Vec<Person>,
    ) -> Result<()> {
        let mut change = self.change(officer, pool).await?;
        let added = people.len();
        for (n, person) in people.into_iter().enumerate() {
            self.add_demo_expert(&mut change, officer, pool, specialties, n, person)
                .await?;
        }
        change
            .record(
                Event::new(EventKind::ExpertsImported, Subject::new("pool", pool))
                    .fact("added", added)
                    .fact("demonstration", "yes"),
            )
            .await?;
        change.commit().await?;
        Ok(())
    }

    async fn add_demo_expert(
        &self,
        change: &mut crate::change::Change<'_>,
        ctx: &Ctx,
        pool: PoolId,
        specialties: &[SpecialtyId],
        n: usize,
        person: Person,
    ) -> Result<()> {
        let today = ctx.today();
        let id: PersonId = self.id(ctx);
        let profile = person.profile;
        let private = Private {
            id_number: Some(Secret::new(person.identity.expose())),
            phone: Some(Secret::new(person.mobile.expose())),
            email: Some(Secret::new(person.email.expose())),
            address: None,
        };
        let keys = PersonKeys {
            name: profile.name.clone(),
            name_sort: sort_key(&profile.name),
        };
        match store::persons::insert(change, id, keys, &private, &profile).await {
            Ok(_) => {}
            Err(store::Error::Duplicate) => return Ok(()),
            Err(other) => return Err(other.into()),
        }
        let from = back(today, i64::try_from(n * 5 % 1000).unwrap_or(0));
        let to = from
            .saturating_add(Span::new().years(3))
            .yesterday()
            .unwrap_or(from);
        let term = Term { from, to };
        let standing = match n % 40 {
            39 => Standing::Suspended {
                term,
                reason: "材料核实中".to_owned(),
                until: None,
            },
            _ => Standing::Appointed { term },
        };
        let own = [
            specialties.get(n % specialties.len()),
            specialties.get(n / 3 % specialties.len()),
        ];
        let mut own: Vec<SpecialtyId> = own.into_iter().flatten().copied().collect();
        own.dedup();
        let expert = Expert {
            id: self.id(ctx),
            pool,
            person: id,
            team: None,
            number: format!("DG{}{:04}", from.year(), n + 1),
            specialties: own.clone(),
            duties: if n.is_multiple_of(6) {
                vec!["督导".to_owned()]
            } else {
                vec!["考评".to_owned()]
            },
            standing,
            channel: None,
            basis: Some("演示数据".to_owned()),
        };
        let rank = |ladder: &str, level: Option<&String>| {
            let pack = self.packs.find("dg-2021");
            let rung = level.and_then(|l| pack.and_then(|p| p.vocabulary.rung(ladder, l)));
            rung.map_or(0, |rung| i64::from(rung.rung) + 1)
        };
        let employer = profile
            .employer
            .as_ref()
            .map(|e| e.name.clone())
            .unwrap_or_default();
        let keys = ExpertKeys {
            seq: 0,
            pool,
            person: id,
            team: String::new(),
            number: Some(expert.number.clone()),
            number_sort: String::new(),
            status: expert.standing.on(today).code().to_owned(),
            term_from: Some(term.from),
            term_to: Some(term.to),
            name: profile.name.clone(),
            name_sort: sort_key(&profile.name),
            employer: employer.clone(),
            employer_organisation: None,
            title_rank: rank("title", profile.titles.first().map(|title| &title.level)),
            skill_rank: rank("skill", profile.skills.first().map(|skill| &skill.level)),
            card: domain::roster::card(&expert, &profile),
        };
        store::experts::insert(change, expert.id, keys, &own, &expert).await?;
        Ok(())
    }
}
