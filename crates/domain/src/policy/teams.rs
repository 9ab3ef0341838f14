//! Teams: who owns them, how one gets into them, and as which of them experts do a task (CY 第二条,
//! 第三条, 第五条).

use super::pack::{Channel, Field, PoolRules, Rules, Situation, TaskKind, Team};
use crate::task::Request;
use crate::text::match_key;

/// What is said of a membership that names no team where it should.
pub const UNSETTLED: &str = "队伍未定";

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

/// Why nobody can be a member of the team said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoMembership {
    /// None is said where membership is of a team.
    #[error("没有选择队伍。聘期、证件和经费都按队伍，请选择一支：{teams}。")]
    Unsaid {
        /// Names of the teams.
        teams: String,
    },
    /// The team said is made of others.
    #[error("“{team}”下面还分队伍，保存前须选定其中一支：{parts}。")]
    HasParts {
        /// Name of the team.
        team: String,
        /// Names of its parts.
        parts: String,
    },
    /// There is no such team.
    #[error("本库没有“{said}”这支队伍。可以选：{teams}。")]
    Unknown {
        /// What was said.
        said: String,
        /// Names of the teams.
        teams: String,
    },
    /// The channel does not lead into it.
    #[error("“{channel}”不能聘入“{team}”。请改选入库渠道或队伍。")]
    NotByChannel {
        /// Name of the channel.
        channel: String,
        /// Name of the team.
        team: String,
    },
}

impl PoolRules {
    /// The team of a membership, by id or name; `Ok(None)` where the pool has no teams.
    ///
    /// # Errors
    /// [`NoMembership`] unless it is one of those people are members of.
    pub fn membership(&self, said: &str) -> Result<Option<&Team>, NoMembership> {
        if self.teams.is_empty() {
            return Ok(None);
        }
        let names = |teams: Vec<&Team>| {
            let labels: Vec<&str> = teams.iter().map(|team| team.label.as_str()).collect();
            labels.join("、")
        };
        let all = || names(self.memberships().collect());
        let said = said.trim();
        if said.is_empty() {
            return Err(NoMembership::Unsaid { teams: all() });
        }
        let key = match_key(said);
        let known = |team: &&Team| team.id == said || match_key(&team.label) == key;
        let Some(team) = self.teams.iter().find(known) else {
            return Err(NoMembership::Unknown {
                said: said.to_owned(),
                teams: all(),
            });
        };
        if self.has_parts(team) {
            let parts = self.memberships();
            return Err(NoMembership::HasParts {
                team: team.label.clone(),
                parts: names(
                    parts
                        .filter(|part| part.part_of.as_ref() == Some(&team.id))
                        .collect(),
                ),
            });
        }
        Ok(Some(team))
    }

    /// The teams that are part of no other, in the order of the pack.
    pub fn whole_teams(&self) -> impl Iterator<Item = &Team> {
        self.teams.iter().filter(|team| team.part_of.is_none())
    }

    /// The teams one is a member of that are, or are part of, this one.
    pub fn leaves_of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Team> {
        self.memberships()
            .filter(move |team| team.id == id || team.part_of.as_deref() == Some(id))
    }

    /// The teams a party owns.
    pub fn owned_by<'a>(&'a self, party: &'a str) -> impl Iterator<Item = &'a Team> {
        self.memberships()
            .filter(move |team| self.owner(&team.id) == Some(party))
    }

    /// What users read of the team of a membership; nothing where the pool has no teams.
    pub fn team_words(&self, team: Option<&str>) -> Option<&str> {
        match team {
            _ if self.teams.is_empty() => None,
            None => Some(UNSETTLED),
            Some(id) => Some(self.team(id).map_or(UNSETTLED, |team| &team.label)),
        }
    }

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

    /// The team of a membership one enters by this channel.
    ///
    /// # Errors
    /// As [`PoolRules::membership`], and when the channel does not lead there.
    pub fn membership_by(
        &self,
        said: &str,
        channel: Option<&Channel>,
    ) -> Result<Option<&Team>, NoMembership> {
        let team = self.membership(said)?;
        match (team, channel) {
            (Some(team), Some(channel)) if !self.admits(team, &channel.id) => {
                Err(NoMembership::NotByChannel {
                    channel: channel.label.clone(),
                    team: team.label.clone(),
                })
            }
            _ => Ok(team),
        }
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

    /// The team as which experts do what a request asks, as [`Rules::team_of_task`]; `Ok(None)` for a
    /// kind of work the pack does not know.
    ///
    /// # Errors
    /// As [`Rules::team_of_task`].
    pub fn team_of_request(&self, request: &Request) -> Result<Option<&Team>, NoTeam> {
        match self.task_kind(&request.kind) {
            Some(kind) => self.team_of_task(kind, request.team()),
            None => Ok(None),
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
