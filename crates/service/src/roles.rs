//! 岗位: the security administrator says who may do what. Nobody changes their own roles, and
//! nobody holds two that check each other.

use domain::account::AccountStatus;
use std::collections::BTreeSet;

use domain::actor::{Action, Grant, Remit, Role, Target, exclusive};
use domain::event::{Event, EventKind};
use domain::id::AccountId;
use domain::pool::Pool;
use store::LedgerId;
use store::accounts::RoleGrant;

use crate::accounts::{AccountBody, subject};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::pools::OpenPool;
use crate::service::Service;

/// A role and where it is to count, as asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleIn {
    /// The role.
    pub role: Role,
    /// Number of the pool; `None` for roles of the system.
    pub pool: Option<i64>,
    /// The party of the pack for whose teams alone it counts; empty = the whole pool.
    pub party: String,
}

impl RoleIn {
    /// A role in the whole of a pool, or of the system.
    pub const fn new(role: Role, pool: Option<i64>) -> Self {
        Self {
            role,
            pool,
            party: String::new(),
        }
    }

    /// Only for the teams of a party.
    #[must_use]
    pub fn for_party(self, party: impl Into<String>) -> Self {
        Self {
            party: party.into(),
            ..self
        }
    }
}

/// Somebody who owns teams of a pool, and so may be answered for alone.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Owner {
    /// Id of the party in the pack.
    pub party: String,
    /// What the pack calls it.
    pub label: String,
    /// The teams it owns.
    pub teams: Vec<String>,
}

/// Is it a role of the system rather than of a pool?
pub const fn is_of_system(role: Role) -> bool {
    matches!(
        role,
        Role::SystemAdmin | Role::SecurityAdmin | Role::Auditor
    )
}

impl Service {
    /// Every pool by number and name, for whoever sets them up or grants roles in them.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn every_pool(&self, ctx: &Ctx) -> Result<Vec<(i64, Pool)>> {
        ctx.actor
            .allow(Action::GrantRoles, Target::SYSTEM)
            .or_else(|_| ctx.actor.allow(Action::CreatePool, Target::SYSTEM))?;
        let rows = store::pools::all::<Pool>(&mut self.store.read()).await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.keys.no, row.body))
            .collect())
    }

    /// The owners of a pool's teams, for whoever grants roles.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`].
    pub async fn owners_of_teams(&self, ctx: &Ctx, no: i64) -> Result<Vec<Owner>> {
        ctx.actor.allow(Action::GrantRoles, Target::SYSTEM)?;
        let row = store::pools::numbered::<Pool>(&mut self.store.read(), no).await?;
        let pool = self.any_pool(row.ok_or(Error::NotFound)?.id).await?;
        let owner = |party: &domain::policy::pack::Party| {
            let teams: Vec<String> = pool
                .pack
                .pool
                .owned_by(&party.id)
                .map(|team| team.label.clone())
                .collect();
            (!teams.is_empty()).then(|| Owner {
                party: party.id.clone(),
                label: party.label.clone(),
                teams,
            })
        };
        Ok(pool.pack.parties.iter().filter_map(owner).collect())
    }

    /// What stored roles grant. A role for one party reaches the teams it owns under the rules of
    /// today; for a party the rules no longer know, none.
    pub(crate) async fn grants(&self, roles: &[RoleGrant]) -> Result<Vec<Grant>> {
        let mut grants = Vec::new();
        for stored in roles {
            let Some(role) = Role::from_code(&stored.role) else {
                continue;
            };
            let remit = match stored.pool {
                Some(pool) if !stored.unit.is_empty() => {
                    let pool = self.any_pool(pool).await?;
                    let teams = pool.pack.pool.owned_by(&stored.unit);
                    Remit::Teams(teams.map(|team| team.id.clone()).collect())
                }
                None if !stored.unit.is_empty() => Remit::Teams(BTreeSet::new()),
                _ => Remit::Pool,
            };
            grants.push(Grant {
                role,
                pool: stored.pool,
                remit,
            });
        }
        Ok(grants)
    }

    /// Grants a role, in a pool by its number or, without one, in the system.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`]; refused for oneself, for a role that excludes one
    /// already held, for a role outside its scope, and for a party that owns no team or does not act
    /// in this role.
    pub async fn grant_role(&self, ctx: &Ctx, id: AccountId, wanted: RoleIn) -> Result<()> {
        let mut change = self.change(ctx, LedgerId::System).await?;
        change.authorize(Action::GrantRoles, Target::SYSTEM)?;
        let row = others_account(&mut change, ctx, id).await?;
        if row.keys.status == AccountStatus::Disabled.code() {
            return Err(Error::state(
                "disabled",
                "账号已停用，不能授予岗位。请先由系统管理员启用账号",
            ));
        }
        let role = wanted.role;
        let grant = self.scoped(&mut change, &wanted).await?;
        if let Some(pool) = grant.pool.filter(|_| !grant.unit.is_empty()) {
            acts_as(&self.any_pool(pool).await?, role, &grant.unit)?;
        }
        let mut roles = store::accounts::roles(&mut *change, id).await?;
        let mut held: Vec<Role> = held_roles(&roles).collect();
        // The same person may have an account as expert and one as officer.
        if let Some(person) = row.keys.person {
            for other in store::accounts::of_person::<AccountBody>(&mut *change, person).await? {
                held.extend(held_roles(
                    &store::accounts::roles(&mut *change, other.id).await?,
                ));
            }
        }
        if role == Role::Expert && row.keys.person.is_none() {
            return Err(Error::state(
                "no_person",
                "这个账号没有对应的专家本人，不能授予专家岗位。请从专家档案中为本人开通",
            ));
        }
        if let Some(conflict) = held.into_iter().find(|held| exclusive(*held, role)) {
            return Err(Error::state(
                "exclusive_roles",
                format!(
                    "{}已是{}，不能再担任{}：这两个岗位相互制约，须由不同的人担任。请先收回原岗位，或授予另一个人",
                    row.keys.name,
                    conflict.zh(),
                    role.zh()
                ),
            ));
        }
        if roles.contains(&grant) {
            return Ok(());
        }
        roles.push(grant.clone());
        save_roles(change, id, &roles, EventKind::RoleGranted, &grant).await
    }

    /// Withdraws a role; it is gone with the next request of its holder.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`]; refused for oneself.
    pub async fn withdraw_role(&self, ctx: &Ctx, id: AccountId, given: RoleIn) -> Result<()> {
        let mut change = self.change(ctx, LedgerId::System).await?;
        change.authorize(Action::GrantRoles, Target::SYSTEM)?;
        others_account(&mut change, ctx, id).await?;
        let grant = self.scoped(&mut change, &given).await?;
        let mut roles = store::accounts::roles(&mut *change, id).await?;
        let before = roles.len();
        roles.retain(|held| *held != grant);
        if roles.len() == before {
            return Err(Error::NotFound);
        }
        save_roles(change, id, &roles, EventKind::RoleWithdrawn, &grant).await
    }

    /// The grant as it is stored: a role of the system has no pool, any other role has one.
    async fn scoped(&self, change: &mut Change<'_>, wanted: &RoleIn) -> Result<RoleGrant> {
        let RoleIn { role, pool, party } = wanted;
        let pool = match (is_of_system(*role), pool) {
            (true, None) => None,
            (true, Some(_)) => {
                return Err(Error::field(
                    "pool",
                    format!("{}管整个系统，不属于某个专家库。请不选专家库。", role.zh()),
                ));
            }
            (false, None) => {
                return Err(Error::field(
                    "pool",
                    format!("{}的岗位只在一个专家库内有效。请选择专家库。", role.zh()),
                ));
            }
            (false, Some(no)) => {
                let found = store::pools::numbered::<Pool>(&mut **change, *no).await?;
                Some(found.ok_or(Error::NotFound)?.id)
            }
        };
        if pool.is_none() && !party.is_empty() {
            return Err(Error::field(
                "party",
                "管整个系统的岗位不分部门。请不选部门。",
            ));
        }
        Ok(RoleGrant {
            role: role.code().to_owned(),
            pool,
            unit: party.clone(),
        })
    }
}

/// A party that owns teams acts in the roles its pack lists.
fn acts_as(pool: &OpenPool, role: Role, party: &str) -> Result<()> {
    let rules = &pool.pack;
    let owners = || {
        let labels: Vec<&str> = rules
            .parties
            .iter()
            .filter(|party| rules.pool.owned_by(&party.id).next().is_some())
            .map(|party| party.label.as_str())
            .collect();
        labels.join("、")
    };
    let Some(known) = rules
        .party(party)
        .filter(|_| rules.pool.owned_by(party).next().is_some())
    else {
        let owners = owners();
        let sentence = if owners.is_empty() {
            format!(
                "“{}”没有分部门管理的队伍，岗位管整个专家库。请不选部门。",
                pool.pool.name
            )
        } else {
            format!("“{party}”不是分管队伍的部门。请从列表中选择：{owners}。")
        };
        return Err(Error::field("party", sentence));
    };
    if known.roles.contains(&role) {
        return Ok(());
    }
    let words: Vec<&str> = known.roles.iter().map(|role| role.zh()).collect();
    Err(Error::field(
        "party",
        format!(
            "{}在本库的岗位是{}（{}），不包括{}。请改选岗位，或不选部门。",
            known.label,
            words.join("、"),
            known.citation,
            role.zh()
        ),
    ))
}

/// The roles stored grants name.
pub(crate) fn held_roles(roles: &[RoleGrant]) -> impl Iterator<Item = Role> {
    roles
        .iter()
        .filter_map(|grant| Role::from_code(&grant.role))
}

async fn save_roles(
    mut change: Change<'_>,
    id: AccountId,
    roles: &[RoleGrant],
    kind: EventKind,
    grant: &RoleGrant,
) -> Result<()> {
    store::accounts::set_roles(&mut change, id, roles).await?;
    let pool = grant.pool.map(|pool| pool.to_string());
    let mut event = Event::new(kind, subject(id))
        .fact("role", &grant.role)
        .fact("pool", pool.unwrap_or_default());
    if !grant.unit.is_empty() {
        event = event.fact("party", &grant.unit);
    }
    change.record(event).await?;
    change.commit().await?;
    Ok(())
}

async fn others_account(
    change: &mut Change<'_>,
    ctx: &Ctx,
    id: AccountId,
) -> Result<store::accounts::Account<AccountBody>> {
    if ctx.actor.account == Some(id) {
        return Err(Error::state(
            "own_roles",
            "不能授予或收回本人的岗位，以免一人独揽。请由另一名安全管理员办理",
        ));
    }
    store::accounts::find::<AccountBody>(&mut **change, id)
        .await?
        .ok_or(Error::NotFound)
}
