//! Who may do what: the whole role × action matrix in one function, denied by default, and the one
//! rule that compares a grant with the pool, team, unit and person an action is about.

mod action;
mod matrix;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, OrganisationId, PersonId, PoolId};

pub use action::{Action, Role, Scope};
pub use matrix::{Reach, exclusive, reach};

/// How much of an actor's roles is at hand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "within", content = "scopes", rename_all = "snake_case")]
pub enum Within {
    /// All of it: the person is here.
    #[default]
    Everything,
    /// A program acts with a token: reading, and these scopes.
    Scopes(BTreeSet<Scope>),
}

impl Within {
    /// Is this action inside?
    pub fn admits(&self, action: Action) -> bool {
        match (self, action.scope()) {
            (Self::Everything, _) | (_, None) => true,
            (Self::Scopes(scopes), Some(needed)) => scopes.contains(&needed),
        }
    }
}

/// 职责范围: how much of a pool somebody answers for. Where a pack divides people and money of a pool
/// among departments, each answers for the teams it owns (CY 第五条).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(tag = "remit", content = "teams", rename_all = "snake_case")]
pub enum Remit {
    /// All of it.
    #[default]
    Pool,
    /// The memberships, applications and tasks of these teams, and nothing that belongs to none.
    Teams(BTreeSet<String>),
}

impl Remit {
    /// Does something of this team, or of none, lie within?
    pub fn covers(&self, team: Option<&str>) -> bool {
        match self {
            Self::Pool => true,
            Self::Teams(teams) => team.is_some_and(|team| teams.contains(team)),
        }
    }

    /// The teams it is bounded by, if it is.
    pub fn teams(self) -> Option<BTreeSet<String>> {
        match self {
            Self::Pool => None,
            Self::Teams(teams) => Some(teams),
        }
    }

    /// What lies within either.
    fn joined(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Teams(mine), Self::Teams(others)) => Self::Teams(&mine | others),
            _ => Self::Pool,
        }
    }
}

/// A role and where it counts. The three administrators have no pool.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Grant {
    /// What the holder is.
    pub role: Role,
    /// In which pool; `None` only for roles of the system.
    pub pool: Option<PoolId>,
    /// How much of the pool.
    #[serde(default)]
    pub remit: Remit,
}

impl Grant {
    /// A role in the whole of a pool.
    pub const fn whole(role: Role, pool: PoolId) -> Self {
        Self {
            role,
            pool: Some(pool),
            remit: Remit::Pool,
        }
    }

    /// A role of the system.
    pub const fn of_system(role: Role) -> Self {
        Self {
            role,
            pool: None,
            remit: Remit::Pool,
        }
    }

    /// How far the grant goes for an action.
    pub fn reach(&self, action: Action) -> Reach {
        match (reach(self.role, action), &self.remit) {
            (Reach::Pool, Remit::Teams(_)) => Reach::Teams,
            (reach, _) => reach,
        }
    }
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The account, or `None` for the public and for the system's own scheduled work.
    pub account: Option<AccountId>,
    /// Name as it is printed in the ledger.
    pub name: String,
    /// The organisation the account belongs to.
    pub organisation: Option<OrganisationId>,
    /// The natural person behind an expert's account.
    pub person: Option<PersonId>,
    /// Roles held.
    pub grants: Vec<Grant>,
    /// How much of them is at hand.
    #[serde(default)]
    pub within: Within,
}

/// What an action is about. Leave out what does not apply; what is left out matches nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Target<'t> {
    /// The pool.
    pub pool: Option<PoolId>,
    /// The organisation the object belongs to (a task's requester).
    pub organisation: Option<OrganisationId>,
    /// The person the object belongs to (an invitation's expert).
    pub person: Option<PersonId>,
    /// The team the object belongs to (a membership's, an application's, a task's).
    pub team: Option<&'t str>,
}

impl<'t> Target<'t> {
    /// The system itself.
    pub const SYSTEM: Self = Self {
        pool: None,
        organisation: None,
        person: None,
        team: None,
    };

    /// Anything in this pool.
    pub const fn pool(pool: PoolId) -> Self {
        Self {
            pool: Some(pool),
            organisation: None,
            person: None,
            team: None,
        }
    }

    /// Something of this team, where the pool has teams.
    pub const fn of_team(self, team: Option<&'t str>) -> Self {
        Self { team, ..self }
    }

    /// Something of this organisation in this pool.
    pub const fn of_organisation(self, organisation: OrganisationId) -> Self {
        Self {
            organisation: Some(organisation),
            ..self
        }
    }

    /// Something of this person.
    pub const fn of_person(self, person: PersonId) -> Self {
        Self {
            person: Some(person),
            ..self
        }
    }
}

/// The answer "no", with what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("您的岗位不能{}", .action.zh())]
pub struct Denied {
    /// What was asked.
    pub action: Action,
}

impl Actor {
    /// Scheduled work of the program itself; it holds no grant, and use cases for it are separate.
    pub fn system() -> Self {
        Self {
            account: None,
            name: "系统".to_owned(),
            organisation: None,
            person: None,
            grants: Vec::new(),
            within: Within::Everything,
        }
    }

    /// May this actor do this to that?
    ///
    /// # Errors
    /// [`Denied`] unless one grant reaches the target.
    pub fn allow(&self, action: Action, target: Target<'_>) -> Result<Role, Denied> {
        self.grants
            .iter()
            .filter(|_| self.within.admits(action))
            .find(|grant| self.reaches(grant, action, target))
            .map(|grant| grant.role)
            .ok_or(Denied { action })
    }

    /// May this actor do this everywhere in this part of a pool? Which object it is about is checked
    /// when it is at hand.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn allow_in(&self, action: Action, pool: PoolId, part: &Remit) -> Result<Role, Denied> {
        let target = Target::pool(pool);
        match part {
            Remit::Pool => self.allow(action, target),
            Remit::Teams(teams) => {
                let each = teams.iter();
                let roles: Result<Vec<Role>, Denied> = each
                    .map(|team| self.allow(action, target.of_team(Some(team))))
                    .collect();
                roles?.first().copied().ok_or(Denied { action })
            }
        }
    }

    /// How much of a pool this action reaches, for a list or another piece of work that is not about
    /// one object. Whoever asks shows and changes nothing outside.
    ///
    /// # Errors
    /// [`Denied`] unless some grant reaches the pool or a part of it.
    pub fn remit(&self, action: Action, pool: PoolId) -> Result<Remit, Denied> {
        self.grants
            .iter()
            .filter(|grant| self.within.admits(action) && grant.pool == Some(pool))
            .filter(|grant| matches!(grant.reach(action), Reach::Pool | Reach::Teams))
            .map(|grant| grant.remit.clone())
            .reduce(|all, one| all.joined(&one))
            .ok_or(Denied { action })
    }

    /// The pools in which some grant reaches this action at all (for lists and menus).
    pub fn pools_for(&self, action: Action) -> Vec<PoolId> {
        let mut pools: Vec<_> = self
            .grants
            .iter()
            .filter(|_| self.within.admits(action))
            .filter(|grant| !matches!(grant.reach(action), Reach::None | Reach::System))
            .filter_map(|grant| grant.pool)
            .collect();
        pools.sort_unstable();
        pools.dedup();
        pools
    }

    /// The widest reach of this action in this pool.
    pub fn reach_in(&self, action: Action, pool: PoolId) -> Reach {
        self.grants
            .iter()
            .filter(|_| self.within.admits(action))
            .filter(|grant| grant.pool == Some(pool))
            .map(|grant| grant.reach(action))
            .max_by_key(|reach| *reach as u8)
            .unwrap_or(Reach::None)
    }

    /// Does the actor hold this role anywhere?
    pub fn is(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }

    fn reaches(&self, grant: &Grant, action: Action, target: Target<'_>) -> bool {
        let in_pool = grant.pool.is_some() && grant.pool == target.pool;
        match grant.reach(action) {
            Reach::None => false,
            Reach::System => grant.pool.is_none() && target.pool.is_none(),
            Reach::Pool => in_pool,
            Reach::Teams => in_pool && grant.remit.covers(target.team),
            Reach::Unit => {
                in_pool
                    && grant.remit.covers(target.team)
                    && self.organisation.is_some()
                    && self.organisation == target.organisation
            }
            Reach::Own => self.person.is_some() && self.person == target.person,
        }
    }
}
