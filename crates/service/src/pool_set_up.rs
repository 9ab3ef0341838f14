//! Setting up a 专家库 under a pack, in the knowledge of what its instrument is worth today.

use domain::actor::{Action, Target};
use domain::event::{Event, EventKind, Subject};
use domain::id::{OrganisationId, PoolId};
use domain::organisation::Organisation;
use domain::policy::in_force::{Standing, legal_status};
use domain::pool::Pool;
use store::LedgerId;
use store::pools::PoolKeys;

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::service::Service;

/// What is typed to set up a pool.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
pub struct NewPool {
    /// Name.
    pub name: String,
    /// Id of the pack it obeys.
    pub pack: String,
    /// 联系电话 of the office, or empty.
    #[serde(default)]
    pub phone: String,
    /// The officer has read that the instrument is a draft, expired or repealed, and goes on.
    #[serde(default)]
    pub despite_standing: bool,
}

/// A pack to choose from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PackChoice {
    /// Its id.
    pub id: String,
    /// Title of the instrument.
    pub title: String,
    /// 文号, or empty.
    pub document: String,
    /// Its standing today, in words.
    pub standing: String,
    /// Whether it has to be confirmed explicitly.
    pub needs_confirmation: bool,
}

impl Service {
    /// The packs a pool may be set up under, with their standing today.
    pub fn pack_choices(&self, ctx: &Ctx) -> Vec<PackChoice> {
        self.packs
            .all()
            .filter(|pack| pack.identity.kind == domain::policy::pack::Kind::ExpertPool)
            .map(|pack| {
                let standing = legal_status(&pack.identity, ctx.today(), None);
                PackChoice {
                    id: pack.id().to_owned(),
                    title: pack.identity.title.clone(),
                    document: pack.identity.document.clone().unwrap_or_default(),
                    standing: standing_words(&standing),
                    needs_confirmation: standing.effect().is_some(),
                }
            })
            .collect()
    }

    /// Sets up a pool of this bureau. Returns its number.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Invalid`].
    pub async fn create_pool(
        &self,
        ctx: &Ctx,
        manager: OrganisationId,
        new: &NewPool,
    ) -> Result<i64> {
        let mut change = self.change(ctx, LedgerId::System).await?;
        change.authorize(Action::CreatePool, Target::SYSTEM)?;
        let problems = self.pool_problems(ctx, new);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        if store::organisations::find::<Organisation>(&mut *change, manager)
            .await?
            .is_none()
        {
            return Err(Error::field("manager", "没有这个单位。请先登记管理单位。"));
        }
        let (_, no) = self.add_pool(&mut change, ctx, manager, new).await?;
        change.commit().await?;
        Ok(no)
    }

    /// What is wrong with a new pool, all at once.
    pub(crate) fn pool_problems(&self, ctx: &Ctx, new: &NewPool) -> Vec<Problem> {
        let mut problems = Vec::new();
        let length = new.name.trim().chars().count();
        if !(2..=60).contains(&length) {
            problems.push(Problem::new(
                "pool",
                format!("专家库名称应为 2 至 60 个字，现在是 {length} 个。请重新填写。"),
            ));
        }
        match self.packs.find(&new.pack) {
            None => problems.push(Problem::new(
                "pack",
                "还没有选择办法。专家库按所选办法运行，请选择一部。",
            )),
            Some(pack) => {
                let standing = legal_status(&pack.identity, ctx.today(), None);
                if standing.effect().is_some() && !new.despite_standing {
                    let (title, words) = (&pack.identity.title, standing_words(&standing));
                    problems.push(Problem::new(
                        "despite_standing",
                        format!("《{title}》{words}，采用前须由经办单位确认。仍要采用时，请勾选确认；否则请另选一部。"),
                    ));
                }
            }
        }
        problems
    }

    /// Adds a checked pool inside a change of the system ledger.
    pub(crate) async fn add_pool(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        manager: OrganisationId,
        new: &NewPool,
    ) -> Result<(PoolId, i64)> {
        let pack = self.packs.find(&new.pack).ok_or(Error::NotFound)?;
        let pool = Pool {
            id: self.id(ctx),
            name: new.name.trim().to_owned(),
            pack: pack.id().to_owned(),
            pack_digest: pack.digest().to_string(),
            manager,
            phone: Some(new.phone.trim().to_owned()).filter(|phone| !phone.is_empty()),
            extension: None,
            settings: Vec::new(),
            demonstration: self.settings.demonstration,
        };
        let standing = legal_status(&pack.identity, ctx.today(), None);
        let keys = PoolKeys {
            no: 0,
            name: pool.name.clone(),
            pack: pool.pack.clone(),
            pack_digest: pool.pack_digest.clone(),
            status: "active".to_owned(),
        };
        let row = store::pools::insert(change, pool.id, keys, pool).await?;
        let created = Event::new(EventKind::PoolCreated, Subject::new("pool", row.id))
            .fact("no", row.keys.no)
            .fact("name", &row.keys.name)
            .fact("pack", &row.keys.pack)
            .fact("pack_digest", &row.keys.pack_digest)
            .fact("standing", standing_words(&standing));
        change.record(created).await?;
        Ok((row.id, row.keys.no))
    }
}

/// The standing in words, also when it simply binds.
pub fn standing_words(standing: &Standing) -> String {
    standing.banner().unwrap_or_else(|| "现行有效".to_owned())
}
