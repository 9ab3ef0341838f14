//! The certificate of the next term: a new number, the same holder, linked with the one before.

use domain::certificate::{Certificate, Detail, State};
use domain::expert::Term;
use domain::policy::pack::Certificate as Rule;
use store::document;

use super::issue::Held;
use super::{KIND, keys};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::experts::{Member, Person};
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;
use domain::id::{ExpertId, PoolId};
use store::records::RecordFilter;

impl Service {
    /// Issues the certificate of the next term under a new number, which the membership bears from now
    /// on.
    pub(crate) async fn certify_renewal(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        member: &mut Member,
        person: &Person,
        term: Term,
    ) -> Result<Certificate> {
        let held = self
            .certificates_of(&mut **change, pool.id(), member.id)
            .await?;
        let before = held.last();
        let rule = pool.pack.admission.certificate.as_ref();
        let carried = |detail| before.and_then(|before| carried(rule, before, detail));
        let number = self.next_number(&mut **change, pool, term.from).await?;
        let known = self.specialties_of(pool.id()).await?;
        let expert = &mut member.body.expert;
        expert.number.clone_from(&number);
        let held = Held {
            team: match &expert.team {
                Some(team) => pool.pack.pool.team_words(Some(team)),
                None => carried(Detail::Team),
            },
            range: carried(Detail::Range),
            duties: &expert.duties,
        };
        let shown = self.shown_of(&mut **change, pool, held, term).await?;
        let certificate = Certificate {
            id: self.id(ctx),
            pool: pool.id(),
            number,
            code: self.verification_code(),
            title: pool.pack.certificate_word().to_owned(),
            expert: member.id,
            name: person.body.profile.name.clone(),
            specialties: Self::names_of(&known, &expert.specialties),
            shown,
            term,
            issued_on: ctx.today(),
            application: None,
            renews: before.map(|before| before.id),
            reissued: Vec::new(),
            ended: None,
            state: State::InForce,
        };
        document::insert(change, certificate.id, keys(&certificate), &certificate).await?;
        Ok(certificate)
    }

    /// Every certificate of a membership, oldest term first.
    pub(crate) async fn certificates_of(
        &self,
        db: &mut impl store::Db,
        pool: PoolId,
        expert: ExpertId,
    ) -> Result<Vec<Certificate>> {
        let filter = RecordFilter {
            subject: Some(expert.to_string()),
            ..records::of_kind(pool, KIND, &[])
        };
        let rows = store::records::all::<Certificate>(db, &filter).await?;
        let mut held: Vec<Certificate> = rows.into_iter().map(|row| row.body).collect();
        held.sort_by_key(|one| one.term.from);
        Ok(held)
    }
}

/// What the certificate before names; a membership does not know it otherwise.
fn carried<'c>(rule: Option<&Rule>, before: &'c Certificate, detail: Detail) -> Option<&'c str> {
    let names = rule?
        .fields
        .iter()
        .filter(|field| Detail::named(field) == Some(detail));
    names
        .filter_map(|name| before.shown.iter().find(|(known, _)| known == name))
        .map(|(_, value)| value.as_str())
        .next()
}
