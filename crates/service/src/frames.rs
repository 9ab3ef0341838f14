//! 候选范围: why each person in scope could or could not be drawn, by name, after unsealing. Before
//! that there are only counts, for everybody.

use std::collections::HashMap;

use domain::actor::Action;
use domain::draw_process::State;
use domain::event::{Event, EventKind};
use domain::frame::Reason;
use domain::id::{DrawId, ExpertId, PersonId};
use domain::person::Profile;

use crate::ctx::Ctx;
use crate::draws::{read_record, subject};
use crate::error::{Error, Result};
use crate::service::Service;

/// What the draw made of somebody in scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Holds, or held, a seat.
    Seated,
    /// Could be drawn and was not.
    NotDrawn,
    /// Was not a candidate.
    Excluded,
}

impl Fate {
    /// The word users see.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Seated => "抽中",
            Self::NotDrawn => "可抽，未抽中",
            Self::Excluded => "不可抽",
        }
    }
}

/// One person of a frame.
#[derive(Debug, Clone, serde::Serialize)]
pub struct FrameLine {
    /// The expert.
    pub expert: ExpertId,
    /// Name.
    pub name: String,
    /// The employer.
    pub employer: String,
    /// Reference in the record.
    pub reference: String,
    /// What the draw made of it.
    pub fate: Fate,
    /// Labels of the demands it could fill.
    pub demands: Vec<String>,
    /// Why not, each with its article and fact.
    pub reasons: Vec<Reason>,
    /// Was to rest, but the rest was waived for this request.
    pub rest_waived: bool,
}

impl Service {
    /// Everybody in the scope of an attempt, with the reasons: 为什么没有抽到我、为什么是他. Reading
    /// it is an event of the ledger, with its purpose.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Refused`] before unsealing;
    /// [`Error::Invalid`] without a purpose.
    pub async fn frame_lines(
        &self,
        ctx: &Ctx,
        id: DrawId,
        purpose: &str,
    ) -> Result<Vec<FrameLine>> {
        let view = self.draw(ctx, id).await?;
        ctx.actor
            .allow(Action::ReadFrame, crate::tasks::target(&view.task))?;
        let State::Unsealed { record, .. } = &view.attempt.state else {
            return Err(Error::state(
                "frame.sealed",
                "结果还没有启封，候选名单仍在封存。启封之前任何人都只能看人数，请在启封后查看。",
            ));
        };
        let purpose = crate::tasks::required(
            purpose,
            "purpose",
            "没有选择查看用途。查看候选名单会留痕，请先选择用途。",
        )?;
        let record = read_record(record)?;
        let seated = |reference| {
            let ever = record
                .outcome()
                .panel
                .iter()
                .any(|seat| seat.reference == reference);
            ever || record.present().iter().any(|seat| seat.reference == reference)
                || record.events().iter().any(|event| {
                    matches!(event, draw::Event::Left { replacement: Some(next), .. } if *next == reference)
                })
        };
        let annex = self.annex(id).await?;
        let persons = annex.entries.iter().map(|entry| entry.place.person);
        let names: HashMap<PersonId, Profile> =
            store::persons::find_all::<Profile>(&mut self.store.read(), persons)
                .await?
                .into_iter()
                .map(|row| (row.id, row.body))
                .collect();
        let mut change = self.change(ctx, view.attempt.pool).await?;
        change.authorize(Action::ReadFrame, crate::tasks::target(&view.task))?;
        let event = Event::new(EventKind::PlainValueRead, subject(&view.attempt))
            .fact("what", "frame")
            .fact("purpose", purpose)
            .fact("people", annex.entries.len());
        change.record(event).await?;
        change.commit().await?;
        let labels = |demands: &[u32]| {
            let demands = demands
                .iter()
                .filter_map(|index| view.task.request.demands.get(*index as usize));
            demands.map(|demand| demand.label.clone()).collect()
        };
        let mut lines: Vec<FrameLine> = annex
            .entries
            .into_iter()
            .map(|entry| {
                let profile = names.get(&entry.place.person);
                FrameLine {
                    expert: entry.place.expert,
                    name: profile.map_or_else(|| "—".to_owned(), |profile| profile.name.clone()),
                    employer: profile
                        .and_then(|profile| profile.employer.as_ref())
                        .map(|employer| employer.name.clone())
                        .unwrap_or_default(),
                    fate: if seated(entry.reference) {
                        Fate::Seated
                    } else if entry.place.is_candidate() {
                        Fate::NotDrawn
                    } else {
                        Fate::Excluded
                    },
                    reference: entry.reference.to_hex(),
                    demands: labels(&entry.place.demands),
                    reasons: entry.place.reasons,
                    rest_waived: entry.place.rest_waived,
                }
            })
            .collect();
        lines.sort_by(|a, b| (a.fate, &a.name, a.expert).cmp(&(b.fate, &b.name, b.expert)));
        Ok(lines)
    }
}
