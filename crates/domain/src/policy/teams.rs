//! Teams: who owns them, how one gets into them, and as which of them experts do a task (CY 第二条,
//! 第三条, 第五条).

use super::pack::{Field, PoolRules, Rules, Situation, TaskKind, Team};

/// Why it is not settled as which team experts do a task.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoTeam {
    /// Several teams do this kind of work, and the task does not say which.
    #[error("“{kind}”可由“{teams}”承担，没有写明按哪一类专家选派。请选择一类，费用也按它计算。")]
    Unsaid {
        /// Kind of task.
        kind: String,
        /// Names of the teams.
        teams: String,
    },
    /// The expert is a member of other teams only.
    #[error("“{kind}”按“{team}”选派，该专家不是其成员：队伍不符。请改选其他专家。")]
    NotMember {
        /// Kind of task.
        kind: String,
        /// Name of the team.
        team: String,
    },
    /// The team said does not do this kind of work.
    #[error("“{kind}”不由“{said}”承担。请改选：{teams}。")]
    Wrong {
        /// Kind of task.
        kind: String,
        /// What the task says.
        said: String,
        /// Names of the teams that do it.
        teams: String,
    },
}

impl PoolRules {
    /// A team by id.
    pub fn team(&self, id: &str) -> Option<&Team> {
        self.teams.iter().find(|team| team.id == id)
    }

    /// Is the team made of others? Nobody is a member of such a team itself, only of its parts.
    pub fn has_parts(&self, team: &Team) -> bool {
        self.teams
            .iter()
            .any(|other| other.part_of.as_ref() == Some(&team.id))
    }

    /// The teams one is a member of, in the order of the pack.
    pub fn memberships(&self) -> impl Iterator<Item = &Team> {
        self.teams.iter().filter(|team| !self.has_parts(team))
    }

    /// The team around another.
    fn around(&self, team: &Team) -> Option<&Team> {
        self.team(team.part_of.as_deref()?)
    }

    /// Party that owns people and money of a team: its own owner, or that of the team around it.
    pub fn owner(&self, id: &str) -> Option<&str> {
        let team = self.team(id)?;
        let around = || self.around(team).and_then(|around| around.owner.as_deref());
        team.owner.as_deref().or_else(around)
    }

    /// Does this channel lead into this team?
    pub fn admits(&self, team: &Team, channel: &str) -> bool {
        let listed = |team: &Team| (!team.channels.is_empty()).then(|| team.channels.clone());
        listed(team)
            .or_else(|| self.around(team).and_then(listed))
            .is_none_or(|channels| channels.iter().any(|id| id == channel))
    }
}

impl Rules {
    /// Does `party` act as `group` in this situation? A member of a party made of several does so when
    /// the situation names teams and it owns every one of them.
    pub fn stands_for(&self, party: &str, group: &str, situation: &Situation) -> bool {
        let member = self
            .party(group)
            .is_some_and(|group| group.members.iter().any(|member| member == party));
        let mut teams = situation.values(Field::Team).peekable();
        member && teams.peek().is_some() && teams.all(|team| self.pool.owner(team) == Some(party))
    }

    /// The one party meant by `party` where a team is concerned: of a party made of several the member
    /// that owns the team, else the party itself.
    pub fn meant<'a>(&'a self, party: &'a str, team: &str) -> Option<&'a str> {
        match self.party(party) {
            Some(group) if !group.members.is_empty() => self
                .pool
                .owner(team)
                .filter(|owner| group.members.iter().any(|member| member == owner)),
            Some(_) => Some(party),
            None => None,
        }
    }

    /// The team as which experts do a task of this kind: the only one that does it, or the one said.
    /// `Ok(None)` where the pack has no teams for it.
    ///
    /// # Errors
    /// Several do it and none is said, or one that does not do it.
    pub fn team_of_task(
        &self,
        kind: &TaskKind,
        said: Option<&str>,
    ) -> Result<Option<&Team>, NoTeam> {
        let label = |id: &str| {
            self.pool
                .team(id)
                .map_or_else(|| id.to_owned(), |team| team.label.clone())
        };
        let teams = || {
            let labels: Vec<String> = kind.teams.iter().map(|id| label(id)).collect();
            labels.join("、")
        };
        match (kind.teams.as_slice(), said) {
            ([], _) => Ok(None),
            ([only], None) => Ok(self.pool.team(only)),
            (_, None) => Err(NoTeam::Unsaid {
                kind: kind.label.clone(),
                teams: teams(),
            }),
            (listed, Some(said)) if listed.iter().any(|id| id == said) => Ok(self.pool.team(said)),
            (_, Some(said)) => Err(NoTeam::Wrong {
                kind: kind.label.clone(),
                said: label(said),
                teams: teams(),
            }),
        }
    }

    /// May a member of these teams be chosen for a task of this kind?
    ///
    /// # Errors
    /// The team is not settled, or the expert is no member of it.
    pub fn team_fits(
        &self,
        kind: &TaskKind,
        said: Option<&str>,
        member_of: &[String],
    ) -> Result<(), NoTeam> {
        match self.team_of_task(kind, said)? {
            Some(team) if !member_of.contains(&team.id) => Err(NoTeam::NotMember {
                kind: kind.label.clone(),
                team: team.label.clone(),
            }),
            _ => Ok(()),
        }
    }
}
