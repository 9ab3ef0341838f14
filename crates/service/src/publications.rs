//! 公开核验: what everybody may know of a draw. Times, sizes and fingerprints always; the record, which
//! holds references and no names, once it is unsealed.

use std::collections::HashMap;

use domain::draw_process::{Attempt, Party, State};
use domain::id::{DrawId, PoolId, TaskId};
use domain::pool::Pool;
use domain::task::{Demand, Task};
use draw::EventKind as Leaving;
use jiff::Timestamp;
use store::document::{Direction, Page, PageRequest};
use store::draws::DrawFilter;
use store::tasks::TaskKeys;

use crate::error::{Error, Result};
use crate::service::Service;

/// A party as the public sees it: no person's name.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PublicParty {
    /// Which side.
    pub side: &'static str,
    /// Its commitment, lower hex, once handed in.
    pub commitment: Option<String>,
    /// When it was handed in.
    pub committed_at: Option<Timestamp>,
    /// When the share was revealed.
    pub revealed_at: Option<Timestamp>,
}

/// One attempt of a draw, by its number.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PublicAttempt {
    /// The attempt, for its address.
    pub id: DrawId,
    /// 1, 2, …
    pub attempt: u32,
    /// Code of its state.
    pub state: &'static str,
    /// The word for it.
    pub state_zh: &'static str,
    /// When the list was frozen.
    pub at: Timestamp,
    /// Why it is void.
    pub void_reason: Option<String>,
}

/// A group of seats.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PublicGroup {
    /// What users call it.
    pub label: String,
    /// 名额
    pub seats: u32,
    /// 候补
    pub reserves: u32,
    /// How many could be drawn for it.
    pub candidates: u32,
}

/// A draw as everybody may see it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PublicDraw {
    /// The attempt shown.
    pub id: DrawId,
    /// Number of the draw.
    pub number: String,
    /// The pool.
    pub pool: String,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// A rehearsal.
    pub rehearsal: bool,
    /// Code of its state.
    pub state: &'static str,
    /// The word for it.
    pub state_zh: &'static str,
    /// When the list was frozen.
    pub frozen_at: Timestamp,
    /// When it was drawn.
    pub drawn_at: Option<Timestamp>,
    /// When it was unsealed.
    pub unsealed_at: Option<Timestamp>,
    /// People in scope.
    pub scope: u32,
    /// People who could be drawn.
    pub drawable: u32,
    /// Groups of seats.
    pub groups: Vec<PublicGroup>,
    /// Fingerprint of the frozen list, lower hex.
    pub frame_digest: String,
    /// Suite of the fingerprints.
    pub suite: &'static str,
    /// The three parties.
    pub parties: Vec<PublicParty>,
    /// Every attempt of this number, this one included.
    pub attempts: Vec<PublicAttempt>,
    /// Fingerprint of the record, once unsealed.
    pub record_digest: Option<String>,
    /// The verdict of the server's own replay, once unsealed.
    pub verdict: Option<Verdict>,
    /// How many people were invited into the pool for this request and entered it; they were drawn
    /// like everybody else.
    pub invited: u32,
}

/// What a replay of a record says.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Everything follows from the frozen list and the shares.
    Holds(Checked),
    /// It does not, and why.
    Fails {
        /// The sentence.
        why: String,
    },
}

/// Facts of a record that holds.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Checked {
    /// Number of the draw.
    pub number: String,
    /// Attempt, from 1.
    pub attempt: u32,
    /// A rehearsal.
    pub rehearsal: bool,
    /// Suite of the fingerprints.
    pub suite: &'static str,
    /// Candidates in the list.
    pub candidates: usize,
    /// People kept out of it.
    pub excluded: usize,
    /// Seats the draw filled.
    pub drawn: usize,
    /// Seats held now.
    pub present: usize,
    /// What happened since, in order.
    pub events: Vec<String>,
    /// Fingerprint of the list.
    pub frame_digest: String,
    /// The seed.
    pub seed: String,
    /// Fingerprint of the record.
    pub record_digest: String,
    /// References of the panel as it stands.
    pub panel: Vec<String>,
}

/// The word for a way of leaving a seat.
pub const fn leaving_zh(kind: Leaving) -> &'static str {
    match kind {
        Leaving::Declined => "不能参加",
        Leaving::NoAnswer => "未答复",
        Leaving::Recused => "回避",
        Leaving::Stopped => "停止参与",
        Leaving::Absent => "请假或缺席",
        Leaving::Ineligible => "不再具备资格",
    }
}

/// A moment of a record to the minute, as it is written there: `2026-11-22 15:30`.
fn when(at: &str) -> String {
    at.get(..16).unwrap_or(at).replace('T', " ")
}

/// Replays a record, whoever hands it in. Needs no database.
pub fn check_record(bytes: &[u8]) -> Verdict {
    match draw::verify(bytes) {
        Err(error) => Verdict::Fails {
            why: error.to_string(),
        },
        Ok(verified) => {
            let record = verified.record;
            let header = record.frame().header();
            let present = record.present();
            let events = record.events().iter().map(|event| match event {
                draw::Event::Left {
                    kind,
                    at,
                    replacement,
                    ..
                } => format!(
                    "{}　{}，{}",
                    when(at),
                    leaving_zh(*kind),
                    if replacement.is_some() {
                        "按次序递补"
                    } else {
                        "名额不再递补"
                    }
                ),
                draw::Event::Void { reason, at } => format!("{}　作废：{reason}", when(at)),
            });
            Verdict::Holds(Checked {
                number: header.draw.clone(),
                attempt: header.attempt,
                rehearsal: header.rehearsal,
                suite: header.suite.name(),
                candidates: record.frame().len(),
                excluded: record.frame().excluded().len(),
                drawn: record.outcome().panel.len(),
                present: present.len(),
                events: events.collect(),
                frame_digest: record.frame().digest().to_hex(),
                seed: record.seed().to_hex(),
                record_digest: record.digest().to_hex(),
                panel: present.iter().map(|seat| seat.reference.to_hex()).collect(),
            })
        }
    }
}

impl Service {
    /// Recent attempts, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn published_draws(&self, page: &PageRequest) -> Result<Page<PublicDraw>> {
        let found = {
            let mut read = self.store.read();
            let filter = DrawFilter::default();
            store::draws::page::<Attempt>(&mut read, &filter, Direction::Descending, page).await?
        };
        let tasks = found.items.iter().map(|row| row.body.task);
        let demands: HashMap<TaskId, Vec<Demand>> =
            store::document::find_all::<TaskKeys, Task>(&mut self.store.read(), tasks)
                .await?
                .into_iter()
                .map(|row| (row.id, row.body.request.demands))
                .collect();
        let pools: HashMap<PoolId, String> = store::pools::all::<Pool>(&mut self.store.read())
            .await?
            .into_iter()
            .map(|row| (row.id, row.body.name))
            .collect();
        // A list is not replayed, nor are its frames read.
        let listed = found.items.into_iter().map(|row| {
            let demands = demands.get(&row.body.task).map_or(&[][..], Vec::as_slice);
            let pool = pools.get(&row.body.pool).cloned().unwrap_or_default();
            published(row.body, pool, demands)
        });
        Ok(Page {
            items: listed.collect(),
            next: found.next,
        })
    }

    /// A draw by its number (the last attempt) or by the identifier of an attempt.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn published_draw(&self, key: &str) -> Result<PublicDraw> {
        let (attempt, attempts) = self.public_attempt(key).await?;
        self.publish(attempt, attempts).await
    }

    /// The record of an unsealed draw, as anybody may download it: name of the file and JSON.
    ///
    /// # Errors
    /// [`Error::NotFound`] while it is sealed.
    pub async fn published_record(&self, key: &str) -> Result<(String, String)> {
        let (attempt, _) = self.public_attempt(key).await?;
        let record = public_record(&attempt).ok_or(Error::NotFound)?;
        Ok((
            format!("{}-{}.json", attempt.number, attempt.attempt),
            record.to_owned(),
        ))
    }

    pub(crate) async fn public_attempt(&self, key: &str) -> Result<(Attempt, Vec<Attempt>)> {
        let mut read = self.store.read();
        let (task, id) = match key.parse::<uuid::Uuid>() {
            Ok(uuid) => {
                let row = store::draws::find::<Attempt>(&mut read, DrawId(uuid)).await?;
                let row = row.ok_or(Error::NotFound)?;
                (row.body.task, Some(row.id))
            }
            Err(_) => {
                let number = key.trim().to_uppercase();
                let rest = number.strip_prefix("CQ").ok_or(Error::NotFound)?;
                let row = store::tasks::by_number::<Task>(&mut read, &format!("XQ{rest}")).await?;
                (row.ok_or(Error::NotFound)?.id, None)
            }
        };
        let rows = store::draws::of_task::<Attempt>(&mut read, task).await?;
        let attempts: Vec<Attempt> = rows.into_iter().map(|row| row.body).collect();
        let shown = attempts
            .iter()
            .rfind(|attempt| id.is_none_or(|id| attempt.id == id));
        Ok((shown.ok_or(Error::NotFound)?.clone(), attempts))
    }

    async fn publish(&self, attempt: Attempt, attempts: Vec<Attempt>) -> Result<PublicDraw> {
        let pool = self.any_pool(attempt.pool).await?;
        let task = store::tasks::find::<Task>(&mut self.store.read(), attempt.task).await?;
        let demands = task.map(|row| row.body.request.demands).unwrap_or_default();
        let verdict = public_record(&attempt).map(|record| check_record(record.as_bytes()));
        let record_digest = match &verdict {
            Some(Verdict::Holds(checked)) => Some(checked.record_digest.clone()),
            _ => None,
        };
        let attempts = attempts.iter().map(|one| PublicAttempt {
            id: one.id,
            attempt: one.attempt,
            state: one.state.code(),
            state_zh: one.state.zh(),
            at: one.frozen.at,
            void_reason: match &one.state {
                State::Void { reason, .. } => Some(reason.clone()),
                _ => None,
            },
        });
        Ok(PublicDraw {
            parties: parties(&attempt),
            attempts: attempts.collect(),
            record_digest,
            verdict,
            invited: self
                .entered_by_invitation(attempt.pool, attempt.task)
                .await?,
            ..published(attempt, pool.pool.name, &demands)
        })
    }
}

/// What the row of an attempt says by itself; its frame and record stay unread.
fn published(attempt: Attempt, pool: String, demands: &[Demand]) -> PublicDraw {
    let (drawn_at, unsealed_at) = match &attempt.state {
        State::Sealed { at, .. } => (Some(*at), None),
        State::Unsealed {
            drawn, confirmed, ..
        } => (Some(*drawn), Some(confirmed.at)),
        _ => (None, None),
    };
    let groups = demands.iter().zip(&attempt.candidates);
    let groups = groups.map(|(demand, candidates)| PublicGroup {
        label: demand.label.clone(),
        seats: demand.seats,
        reserves: demand.reserves,
        candidates: *candidates,
    });
    PublicDraw {
        id: attempt.id,
        pool,
        attempt: attempt.attempt,
        rehearsal: attempt.rehearsal,
        state: attempt.state.code(),
        state_zh: attempt.state.zh(),
        frozen_at: attempt.frozen.at,
        drawn_at,
        unsealed_at,
        scope: attempt.scope,
        drawable: attempt
            .funnel
            .last()
            .map_or(attempt.scope, |step| step.left),
        groups: groups.collect(),
        frame_digest: attempt.frame_digest.to_hex(),
        suite: draw::Suite::Sm3.name(),
        parties: Vec::new(),
        attempts: Vec::new(),
        record_digest: None,
        verdict: None,
        invited: 0,
        number: attempt.number,
    }
}

/// Only what was unsealed is public.
fn public_record(attempt: &Attempt) -> Option<&str> {
    match &attempt.state {
        State::Unsealed { record, .. } => Some(record),
        _ => None,
    }
}

fn parties(attempt: &Attempt) -> Vec<PublicParty> {
    let record = match &attempt.state {
        State::Unsealed { record, .. } | State::Sealed { record, .. } => {
            draw::verify(record.as_bytes())
                .ok()
                .map(|verified| verified.record)
        }
        _ => None,
    };
    Party::ALL
        .into_iter()
        .map(|party| {
            let (commitment, committed_at, revealed_at) = match &attempt.state {
                State::Committing { commitments } => {
                    let one = commitments.get(&party);
                    (
                        one.map(|one| one.commitment),
                        one.map(|one| one.by.at),
                        None,
                    )
                }
                State::Revealing {
                    commitments,
                    shares,
                } => {
                    let one = commitments.get(&party);
                    let shown = shares.get(&party).map(|share| share.by.at);
                    (
                        one.map(|one| one.commitment),
                        one.map(|one| one.by.at),
                        shown,
                    )
                }
                _ => {
                    let mut all = record.iter().flat_map(draw::Record::commitments);
                    let one = all.find(|(code, _)| *code == party.code());
                    (one.map(|(_, digest)| digest), None, None)
                }
            };
            PublicParty {
                side: party.zh(),
                commitment: commitment.map(|digest| digest.to_hex()),
                committed_at,
                revealed_at,
            }
        })
        .collect()
}
