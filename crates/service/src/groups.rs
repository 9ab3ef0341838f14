//! 队伍与分组: into which teams and groups a pool is divided, who owns them, and how many are in each,
//! counted by membership and by person.

use domain::actor::Action;
use domain::expert::Status;
use domain::policy::classification;
use domain::policy::pack::Team;
use domain::policy::teams::UNSETTLED;
use domain::pool::SpecialtyStatus;
use serde::Serialize;

use crate::ctx::Ctx;
use crate::error::Result;
use crate::experts::NO_TEAM;
use crate::pools::OpenPool;
use crate::service::Service;

/// One group of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// How lists are narrowed to it.
    pub id: String,
    /// Name.
    pub name: String,
    /// Who owns its people and money, where the instrument says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Memberships of those in the pool today, suspended or not.
    pub members: usize,
    /// What it is made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Group>,
}

/// One way of dividing a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Division {
    /// How lists are narrowed by it (`team`, `specialty`, `duty`).
    pub by: &'static str,
    /// What it is called.
    pub label: String,
    /// The article that makes it.
    pub article: String,
    /// The groups, in the order of the instrument or of the register.
    pub groups: Vec<Group>,
}

/// How a pool is divided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Groups {
    /// Teams, then axes.
    pub divisions: Vec<Division>,
    /// Different people in the pool.
    pub people: u64,
    /// Memberships: whoever is in two teams counts twice.
    pub memberships: usize,
}

impl Service {
    /// The teams and groups of a pool with their members, counted from those in the pool today.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn groups(&self, ctx: &Ctx, no: i64) -> Result<Groups> {
        let pool = self.open_part(ctx, no, Action::ReadExperts).await?;
        let today = ctx.today();
        let kept = self.roster(pool.id()).await?;
        let tally = kept
            .roster
            .tally(|standing| matches!(standing.on(today), Status::Active | Status::Suspended));
        drop(kept);
        let has_teams = !pool.pack.pool.teams.is_empty();
        let people = if has_teams {
            let mut db = self.store.read();
            store::experts::people_on(&mut db, pool.id(), today).await?
        } else {
            u64::try_from(tally.members).unwrap_or_default()
        };
        let mut divisions = Vec::new();
        if has_teams {
            let members = |id: &str| tally.teams.get(&Some(id.to_owned())).copied();
            divisions.push(teams(
                &pool,
                &|id| members(id).unwrap_or(0),
                tally.teams.get(&None),
            ));
        }
        let known = self.specialties_of(pool.id()).await?;
        for axis in &pool.pack.pool.axes {
            let group = |id: String, value: &str, members: Option<&usize>| Group {
                id,
                name: classification::group_name(axis, value),
                owner: None,
                members: members.copied().unwrap_or(0),
                parts: Vec::new(),
            };
            let (by, groups) = match axis.id.as_str() {
                // Plain specialties are no groups; they have a register of their own.
                "specialty" if axis.name_template.is_some() => {
                    let used = known
                        .iter()
                        .filter(|one| one.status == SpecialtyStatus::Active);
                    let groups = used.map(|one| {
                        let members = tally.specialties.get(&one.id);
                        group(one.id.to_string(), &one.name, members)
                    });
                    ("specialty", groups.collect())
                }
                "duty" => {
                    let values = axis.values.iter();
                    let groups =
                        values.map(|value| group(value.clone(), value, tally.duties.get(value)));
                    ("duty", groups.collect())
                }
                _ => continue,
            };
            divisions.push(Division {
                by,
                label: axis.label.clone(),
                article: axis.citation.to_string(),
                groups,
            });
        }
        Ok(Groups {
            divisions,
            people,
            memberships: tally.members,
        })
    }
}

/// The teams, each with its parts.
fn teams(pool: &OpenPool, members: &dyn Fn(&str) -> usize, unsettled: Option<&usize>) -> Division {
    let rules = &pool.pack.pool;
    let owner = |team: &Team| {
        let owner = rules.owner(&team.id)?;
        Some(pool.pack.party_label(owner).to_owned())
    };
    let group = |team: &Team, parts: Vec<Group>| Group {
        id: team.id.clone(),
        name: team.label.clone(),
        owner: owner(team),
        members: members(&team.id) + parts.iter().map(|part| part.members).sum::<usize>(),
        parts,
    };
    let open = |team: &Team| pool.remit.covers(Some(&team.id));
    let mut groups: Vec<Group> = rules
        .whole_teams()
        .filter_map(|whole| {
            let parts = rules
                .leaves_of(&whole.id)
                .filter(|part| part.id != whole.id && open(part));
            let parts: Vec<Group> = parts.map(|part| group(part, Vec::new())).collect();
            (open(whole) || !parts.is_empty()).then(|| group(whole, parts))
        })
        .collect();
    if let Some(members) = unsettled.filter(|_| pool.remit.covers(None)) {
        groups.push(Group {
            id: NO_TEAM.to_owned(),
            name: UNSETTLED.to_owned(),
            owner: None,
            members: *members,
            parts: Vec::new(),
        });
    }
    Division {
        by: "team",
        label: "队伍".to_owned(),
        article: rules
            .teams
            .first()
            .map(|team| team.citation.to_string())
            .unwrap_or_default(),
        groups,
    }
}
