//! 入库统计: how many came and were appointed by each way in, and who entered with a condition relaxed
//! (CY 第三条, GZ 第十一条(七)).

use domain::actor::Action;
use domain::application::State;
use domain::id::RecordId;
use domain::policy::pack::Team;
use serde::Serialize;
use store::records::RecordFilter;

use super::{Kept, of_pool};
use crate::ctx::Ctx;
use crate::error::Result;
use crate::service::Service;

/// How many came by one way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChannelCount {
    /// Name of the channel.
    pub channel: String,
    /// Name of the team, for packs with teams; empty where none was chosen.
    pub team: String,
    /// Handed in.
    pub handed_in: u64,
    /// Still at work.
    pub open: u64,
    /// Appointed.
    pub appointed: u64,
    /// Refused or withdrawn.
    pub ended: u64,
}

/// One condition relaxed for one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Relaxed {
    /// The application.
    pub id: RecordId,
    /// Its number.
    pub number: String,
    /// 姓名
    pub name: String,
    /// The condition.
    pub condition: String,
    /// To what extent.
    pub extent: String,
    /// Why.
    pub reason: String,
    /// The article it rests on.
    pub article: String,
    /// Who granted it.
    pub by: String,
    /// Where the application stands.
    pub state: State,
}

/// The figures of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AdmissionStatistics {
    /// By channel and team, in the order of the pack.
    pub channels: Vec<ChannelCount>,
    /// Everybody with a condition relaxed, by number.
    pub relaxed: Vec<Relaxed>,
}

impl Service {
    /// The figures of a pool's applications, for whoever sees all of them, or all of a team.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`].
    pub async fn admission_statistics(&self, ctx: &Ctx, no: i64) -> Result<AdmissionStatistics> {
        let pool = self.open_part(ctx, no, Action::ReadApplications).await?;
        let filter = RecordFilter {
            teams: pool.experts_of(),
            ..of_pool(pool.id())
        };
        let rows = store::records::all::<Kept>(&mut self.store.read(), &filter).await?;
        let handed_in: Vec<_> = rows
            .into_iter()
            .map(|row| row.body.application)
            .filter(|one| one.handed_in().is_some())
            .collect();
        let mut teams: Vec<(Option<&str>, &str)> = vec![(None, "")];
        let open = |team: &&Team| {
            let mut leaves = pool.pack.pool.leaves_of(&team.id);
            leaves.any(|leaf| pool.remit.covers(Some(&leaf.id)))
        };
        for team in pool.pack.pool.teams.iter().filter(open) {
            teams.push((Some(&team.id), &team.label));
        }
        let mut channels = Vec::new();
        for channel in &pool.pack.admission.channels {
            for (team, label) in &teams {
                let mut count = ChannelCount {
                    channel: channel.label.clone(),
                    team: (*label).to_owned(),
                    handed_in: 0,
                    open: 0,
                    appointed: 0,
                    ended: 0,
                };
                let here = handed_in
                    .iter()
                    .filter(|one| one.channel == channel.id && one.team.as_deref() == *team);
                for one in here {
                    count.handed_in += 1;
                    match &one.state {
                        State::Appointed { .. } => count.appointed += 1,
                        State::Refused { .. } | State::Withdrawn { .. } => count.ended += 1,
                        _ => count.open += 1,
                    }
                }
                // A pack with teams has a line without one only for those who named none.
                if count.handed_in > 0 || team.is_some() || teams.len() == 1 {
                    channels.push(count);
                }
            }
        }
        let mut relaxed = Vec::new();
        for one in handed_in {
            for granted in &one.review.exceptions {
                let leaf = pool.pack.eligibility.leaf(&granted.exception.leaf);
                relaxed.push(Relaxed {
                    id: one.id,
                    number: one.number.clone(),
                    name: one.profile.name.clone(),
                    condition: leaf.map(|leaf| leaf.label.clone()).unwrap_or_default(),
                    extent: granted.exception.extent.clone().unwrap_or_default(),
                    reason: granted.exception.reason.clone(),
                    article: granted.article.clone(),
                    by: granted.by.name.clone(),
                    state: one.state.clone(),
                });
            }
        }
        relaxed.sort_by(|a, b| a.number.cmp(&b.number));
        Ok(AdmissionStatistics { channels, relaxed })
    }
}
