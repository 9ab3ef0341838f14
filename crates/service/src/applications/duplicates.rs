//! 同一人: whoever applies is found by identity number, whatever the channel and the pool.

use domain::expert::Status;
use domain::id::RecordId;
use store::Db;
use store::persons::Private;
use store::records::RecordFilter;

use super::{KIND, Row, channel_of};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Problem, Result};
use crate::experts::{Membership, called};
use crate::persons::PersonFile;
use crate::pools::OpenPool;
use crate::service::Service;

impl Service {
    /// One person, one application, for each team where there are some: found by identity number, whatever
    /// the channel.
    pub(super) async fn refuse_second_application(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        (private, team): (&Private, Option<&str>),
        own: Option<RecordId>,
        problems: &mut Vec<Problem>,
    ) -> Result<()> {
        let Some(number) = &private.id_number else {
            return Ok(());
        };
        for row in self.same_person(&mut **change, private).await? {
            let other = &row.body.application;
            let open = !other.state.is_over() && !other.is_private();
            let rival = team.is_none() || other.team.is_none() || other.team.as_deref() == team;
            if other.pool == pool.id() && Some(row.id) != own && open && rival {
                problems.push(Problem::new(
                    "id_number",
                    format!(
                        "这个身份证号码已有一份入库申请在办：{}（{}，{}）。请在那一份上办理，或先撤回。",
                        other.number,
                        channel_of(pool, other)?.label,
                        other.state.zh()
                    ),
                ));
            }
        }
        let seals = self.store.seals();
        let person =
            store::persons::by_id_number::<PersonFile>(&mut **change, seals, number).await?;
        if let Some(person) = person
            && let Some(member) = self.member_as(&mut **change, pool, person.id, team).await?
        {
            let status = member.body.expert.standing.on(ctx.today());
            if !matches!(status, Status::Left | Status::Expired) {
                problems.push(Problem::new(
                    "id_number",
                    format!(
                        "这个身份证号码的专家已在库：{}（{}，{}）。不用再申请入库。",
                        member.keys.name,
                        called(pool, &member),
                        status.zh()
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Every application of the person with this identity number, in any pool.
    pub(super) async fn same_person(
        &self,
        db: &mut impl Db,
        private: &Private,
    ) -> Result<Vec<Row>> {
        let Some(identity) = self.identity_index(private) else {
            return Ok(Vec::new());
        };
        let filter = RecordFilter {
            kinds: vec![KIND.to_owned()],
            subject: Some(identity),
            ..RecordFilter::default()
        };
        Ok(store::records::all(db, &filter).await?)
    }

    /// The same person's other applications and memberships, in words.
    pub(super) async fn elsewhere(
        &self,
        ctx: &Ctx,
        here: &OpenPool,
        own: RecordId,
        private: &Private,
    ) -> Result<Vec<String>> {
        let mut read = self.store.read();
        let mut elsewhere = Vec::new();
        for other in self.same_person(&mut read, private).await? {
            let application = &other.body.application;
            if other.id != own && !application.is_private() {
                let name = self.any_pool(application.pool).await?.pool.name;
                elsewhere.push(format!(
                    "{name}：入库申请 {}，{}",
                    application.number,
                    application.state.zh()
                ));
            }
        }
        elsewhere.extend(
            self.memberships_elsewhere(&mut read, ctx, here, private)
                .await?,
        );
        Ok(elsewhere)
    }

    /// Memberships of other pools (A-G-19: information, not a bar).
    async fn memberships_elsewhere(
        &self,
        db: &mut impl Db,
        ctx: &Ctx,
        here: &OpenPool,
        private: &Private,
    ) -> Result<Vec<String>> {
        let Some(number) = &private.id_number else {
            return Ok(Vec::new());
        };
        let seals = self.store.seals();
        let person = store::persons::by_id_number::<PersonFile>(db, seals, number).await?;
        let Some(person) = person else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for member in store::experts::all_of_person::<Membership>(db, person.id).await? {
            if member.keys.pool != here.id() {
                let pool = self.any_pool(member.keys.pool).await?.pool.name;
                let status = member.body.expert.standing.on(ctx.today());
                found.push(format!(
                    "{pool}：专家 {}，{}",
                    member.body.expert.number,
                    status.zh()
                ));
            }
        }
        Ok(found)
    }
}
