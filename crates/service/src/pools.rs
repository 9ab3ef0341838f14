//! 专家库: which pools an actor may know of, under which pack, with which specialties.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::actor::{Actor, Denied, Reach, Remit};
use domain::id::{PoolId, SpecialtyId};
use domain::policy::in_force::{Standing, legal_status};
use domain::policy::pack::{Pack, Team};
use domain::pool::{Pool, Specialty};
use jiff::civil::Date;

use crate::ctx::Ctx;
use crate::error::{Error, Reason, Result};
use crate::service::Service;

/// A pool with its number (as in addresses) and its law.
#[derive(Debug, Clone)]
pub struct OpenPool {
    /// The pool.
    pub pool: Pool,
    /// Its number on this installation, from 1.
    pub no: i64,
    /// The pack it obeys.
    pub pack: Arc<Pack>,
    /// How much of it is open: all, or what whoever opened it answers for.
    pub remit: Remit,
}

impl OpenPool {
    /// The teams whose experts are open, for the records about them; `None` = everybody's.
    pub(crate) fn experts_of(&self) -> Option<BTreeSet<String>> {
        self.remit.clone().teams()
    }

    /// The teams one may enter people into, as far as they are open.
    pub(crate) fn open_teams(&self) -> impl Iterator<Item = &Team> {
        let teams = self.pack.pool.memberships();
        teams.filter(|team| self.remit.covers(Some(&team.id)))
    }

    /// Is it divided into teams, or into groups with names of their own?
    pub fn is_grouped(&self) -> bool {
        let rules = &self.pack.pool;
        let mut axes = rules.axes.iter();
        !rules.teams.is_empty() || axes.any(|axis| axis.name_template.is_some())
    }

    /// How many specialties one expert may have.
    pub(crate) fn most_specialties(&self) -> usize {
        let axis = self.pack.axis("specialty");
        axis.and_then(|axis| axis.at_most)
            .and_then(|most| usize::try_from(most).ok())
            .unwrap_or(usize::MAX)
    }

    /// Refuses what belongs to a team outside the part that is open, naming whose it is and by which
    /// article (CY 第五条).
    ///
    /// # Errors
    /// [`Error::OutsideRemit`].
    pub(crate) fn within(&self, team: Option<&str>) -> Result<()> {
        if self.remit.covers(team) {
            return Ok(());
        }
        let rules = &self.pack.pool;
        let team = team.and_then(|team| rules.team(team));
        let owner = team.and_then(|team| self.pack.party(rules.owner(&team.id)?));
        let reason = match (team, owner) {
            (Some(team), Some(owner)) => Reason::law(
                "remit",
                &owner.citation,
                format!(
                    "“{}”的队伍和经费由{}管理，不在您的职责范围内（{}）",
                    team.label, owner.label, owner.citation
                ),
            ),
            _ => Reason::state("remit", "这一项没有列入您负责的队伍，不在您的职责范围内"),
        };
        Err(Error::OutsideRemit(reason))
    }

    /// The denial of something of a team, in the words of [`OpenPool::within`] where only the team
    /// stands in the way.
    pub(crate) fn refused(&self, actor: &Actor, denied: Denied, team: Option<&str>) -> Error {
        let of_pool = actor
            .grants
            .iter()
            .filter(|grant| grant.pool == Some(self.pool.id));
        let part = of_pool
            .filter(|grant| domain::actor::reach(grant.role, denied.action) != Reach::None)
            .map(|grant| grant.remit.clone())
            .next();
        let outside = part.map(|remit| Self {
            remit,
            ..self.clone()
        });
        match outside.map(|part| part.within(team)) {
            Some(Err(error)) => error,
            _ => denied.into(),
        }
    }

    /// Where the instrument stands on a day, with any registered extension.
    pub fn standing(&self, on: Date) -> Standing {
        legal_status(&self.pack.identity, on, self.pool.extension.as_ref())
    }
}

impl Service {
    /// The pools in which the actor holds any role, by number.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn pools(&self, ctx: &Ctx) -> Result<Vec<OpenPool>> {
        let all = store::pools::all::<Pool>(&mut self.store.read()).await?;
        all.into_iter()
            .filter(|row| {
                ctx.actor
                    .grants
                    .iter()
                    .any(|grant| grant.pool == Some(row.id))
            })
            .map(|row| self.open(row))
            .collect()
    }

    /// Every pool by number, for the pages everybody reads: its name, its office and its instrument are
    /// public.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn public_pools(&self) -> Result<Vec<OpenPool>> {
        let mut all = store::pools::all::<Pool>(&mut self.store.read()).await?;
        all.sort_by_key(|row| row.keys.no);
        all.into_iter().map(|row| self.open(row)).collect()
    }

    /// The pool with this number, if the actor holds any role in it.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a pool the actor may not know of.
    pub async fn pool_numbered(&self, ctx: &Ctx, no: i64) -> Result<OpenPool> {
        self.pools(ctx)
            .await?
            .into_iter()
            .find(|pool| pool.no == no)
            .ok_or(Error::NotFound)
    }

    /// Any pool, for use cases that authorize by themselves.
    pub(crate) async fn any_pool(&self, id: PoolId) -> Result<OpenPool> {
        let row = store::pools::find::<Pool>(&mut self.store.read(), id).await?;
        self.open(row.ok_or(Error::NotFound)?)
    }

    fn open(&self, row: store::pools::Pool<Pool>) -> Result<OpenPool> {
        self.packs.of(&row.body)?;
        let pack = self.packs.under(&row.body).map_err(|problems| {
            let sentences = problems.iter().map(|problem| problem.sentence.as_str());
            Error::Internal(format!(
                "专家库“{}”的规则参数与规则包不合：{}",
                row.body.name,
                sentences.collect::<String>()
            ))
        })?;
        Ok(OpenPool {
            pool: row.body,
            no: row.keys.no,
            pack,
            remit: Remit::Pool,
        })
    }

    /// Name of the office that manages a pool.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn manager_name(&self, pool: &OpenPool) -> Result<String> {
        self.organisation_name(pool.pool.manager).await
    }

    /// Every specialty of a pool, retired ones included, in order.
    pub(crate) async fn specialties_of(&self, pool: PoolId) -> Result<Vec<Specialty>> {
        let rows = store::pools::specialties::<Specialty>(&mut self.store.read(), pool).await?;
        Ok(rows.into_iter().map(|row| row.body).collect())
    }

    /// Names of specialties, for lists.
    pub(crate) fn names_of(specialties: &[Specialty], ids: &[SpecialtyId]) -> Vec<String> {
        ids.iter()
            .filter_map(|id| specialties.iter().find(|specialty| specialty.id == *id))
            .map(|specialty| specialty.name.clone())
            .collect()
    }
}
