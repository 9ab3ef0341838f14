//! 岗位: the security administrator says who may do what. Nobody changes their own roles, and
//! nobody holds two that check each other.

use domain::account::AccountStatus;
use domain::actor::{Action, Role, Target, exclusive};
use domain::event::{Event, EventKind};
use domain::id::{AccountId, PoolId};
use domain::pool::Pool;
use store::LedgerId;
use store::accounts::RoleGrant;

use crate::accounts::{AccountBody, grants, subject};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::service::Service;

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

    /// Grants a role, in a pool by its number or, without one, in the system.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`]; refused for oneself, for a role that excludes one
    /// already held, and for a role outside its scope.
    pub async fn grant_role(
        &self,
        ctx: &Ctx,
        id: AccountId,
        role: Role,
        pool: Option<i64>,
    ) -> Result<()> {
        let mut change = self.change(ctx, LedgerId::System).await?;
        change.authorize(Action::GrantRoles, Target::SYSTEM)?;
        let row = others_account(&mut change, ctx, id).await?;
        if row.keys.status == AccountStatus::Disabled.code() {
            return Err(Error::state(
                "disabled",
                "账号已停用，不能授予岗位。请先由系统管理员启用账号",
            ));
        }
        let pool = scope(&mut change, role, pool).await?;
        let mut roles = store::accounts::roles(&mut *change, id).await?;
        let mut held = grants(&roles);
        // The same person may have an account as expert and one as officer.
        if let Some(person) = row.keys.person {
            for other in store::accounts::of_person::<AccountBody>(&mut *change, person).await? {
                held.extend(grants(
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
        if let Some(conflict) = held.iter().find(|grant| exclusive(grant.role, role)) {
            return Err(Error::state(
                "exclusive_roles",
                format!(
                    "{}已是{}，不能再担任{}：这两个岗位相互制约，须由不同的人担任。请先收回原岗位，或授予另一个人",
                    row.keys.name,
                    conflict.role.zh(),
                    role.zh()
                ),
            ));
        }
        let grant = RoleGrant {
            role: role.code().to_owned(),
            pool,
            unit: String::new(),
        };
        if roles.contains(&grant) {
            return Ok(());
        }
        roles.push(grant);
        self.save_roles(change, id, &roles, EventKind::RoleGranted, (role, pool))
            .await
    }

    /// Withdraws a role; it is gone with the next request of its holder.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::NotFound`]; refused for oneself.
    pub async fn withdraw_role(
        &self,
        ctx: &Ctx,
        id: AccountId,
        role: Role,
        pool: Option<i64>,
    ) -> Result<()> {
        let mut change = self.change(ctx, LedgerId::System).await?;
        change.authorize(Action::GrantRoles, Target::SYSTEM)?;
        others_account(&mut change, ctx, id).await?;
        let pool = scope(&mut change, role, pool).await?;
        let mut roles = store::accounts::roles(&mut *change, id).await?;
        let before = roles.len();
        roles.retain(|grant| grant.role != role.code() || grant.pool != pool);
        if roles.len() == before {
            return Err(Error::NotFound);
        }
        self.save_roles(change, id, &roles, EventKind::RoleWithdrawn, (role, pool))
            .await
    }

    async fn save_roles(
        &self,
        mut change: Change<'_>,
        id: AccountId,
        roles: &[RoleGrant],
        kind: EventKind,
        (role, pool): (Role, Option<PoolId>),
    ) -> Result<()> {
        store::accounts::set_roles(&mut change, id, roles).await?;
        let event = Event::new(kind, subject(id))
            .fact("role", role.code())
            .fact(
                "pool",
                pool.map(|pool| pool.to_string()).unwrap_or_default(),
            );
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }
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

/// A role of the system has no pool, any other role has one.
async fn scope(change: &mut Change<'_>, role: Role, pool: Option<i64>) -> Result<Option<PoolId>> {
    match (is_of_system(role), pool) {
        (true, None) => Ok(None),
        (true, Some(_)) => Err(Error::field(
            "pool",
            format!("{}管整个系统，不属于某个专家库。请不选专家库。", role.zh()),
        )),
        (false, None) => Err(Error::field(
            "pool",
            format!("{}的岗位只在一个专家库内有效。请选择专家库。", role.zh()),
        )),
        (false, Some(no)) => {
            let found = store::pools::numbered::<Pool>(&mut **change, no).await?;
            found.map(|row| Some(row.id)).ok_or(Error::NotFound)
        }
    }
}
