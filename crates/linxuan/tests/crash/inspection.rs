//! What a crash left: is every acknowledged write there, does the ledger hold, and does every row
//! say what the ledger says? A write that was cut off is wholly there or not at all.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::draw_process::{Attempt, State as DrawState};
use domain::engagement::Engagement;
use domain::id::{PoolId, SpecialtyId};
use domain::organisation::Organisation;
use domain::pool::{Pool, Specialty, SpecialtyStatus};
use domain::task::Task;
use store::ledger::{self, EntryFilter};
use store::messages::{self, Delivery, MessageFilter, Queued};
use store::{Db, Direction, PageRequest, Store};

use crate::load::{Acknowledged, Open};

/// One unchanging state of the whole place.
pub(crate) struct Inspection {
    /// The pool people work in.
    pool: PoolId,
    /// Of each object, what was recorded, in order.
    history: HashMap<String, Vec<String>>,
    specialties: Vec<store::pools::Specialty<Specialty>>,
    organisations: Vec<(String, String)>,
    tasks: Vec<store::tasks::Task<Task>>,
    draws: Vec<store::draws::Draw<Attempt>>,
    engagements: Vec<store::engagements::Engagement<Engagement>>,
    messages: Vec<Queued>,
    tails: HashMap<domain::id::PersonId, String>,
}

/// Every row of a list that comes in pages.
macro_rules! every {
    ($page:ident => $read:expr) => {{
        let mut $page = PageRequest::first(1_000);
        let mut rows = Vec::new();
        loop {
            let found = $read.await.expect("readable");
            rows.extend(found.items);
            match found.next {
                Some(next) => $page.after = Some(next),
                None => break rows,
            }
        }
    }};
}

impl Inspection {
    /// Proves the ledgers and reads everything.
    pub(crate) async fn of(store: &Store) -> Self {
        store.check_ledgers().await.expect("the ledgers hold");
        let mut db = store.snapshot().await.expect("a snapshot");
        let pools = store::pools::all::<Pool>(&mut db).await.expect("readable");
        let pool: PoolId = pools.first().expect("the demonstration's pool").id;
        let mut history: HashMap<String, Vec<String>> = HashMap::new();
        // Of every ledger: the outbox sends for all pools.
        let entries = ledger::list(&mut db, &EntryFilter::default(), 1_000_000).await;
        for entry in entries.expect("readable").into_iter().rev() {
            history
                .entry(entry.object.id)
                .or_default()
                .push(entry.action);
        }
        let mut specialties = Vec::new();
        for pool in &pools {
            let of_one = store::pools::specialties(&mut db, pool.id).await;
            specialties.extend(of_one.expect("readable"));
        }
        let tasks = every!(page => store::tasks::page::<Task>(
            &mut db, &Default::default(), Direction::Ascending, &page));
        let draws = every!(page => store::draws::page::<Attempt>(
            &mut db, &Default::default(), Direction::Ascending, &page));
        let messages = every!(page => messages::page(
            &mut db, store.seals(), &MessageFilter::default(), &page));
        let organisations = every!(page => store::organisations::page::<Organisation>(
            &mut db, &Default::default(), &page));
        let engagements = store::engagements::all::<Engagement>(&mut db, &Default::default()).await;
        let engagements = engagements.expect("readable");
        let invited = engagements
            .iter()
            .filter(|row| row.keys.status == "invited");
        let persons: BTreeSet<_> = invited.map(|row| row.body.person).collect();
        Self {
            tails: tails(&mut db, store, persons).await,
            pool,
            specialties,
            organisations: organisations
                .into_iter()
                .map(|row| (row.id.to_string(), row.body.name))
                .collect(),
            history,
            tasks,
            draws,
            engagements,
            messages,
        }
    }

    /// Compares everything with everything.
    ///
    /// # Panics
    /// With what does not agree.
    pub(crate) fn check(&self, acknowledged: &[Acknowledged]) {
        self.check_acknowledged(acknowledged);
        self.check_lists();
        self.check_tasks();
        for draw in &self.draws {
            self.check_draw(draw);
        }
        for engagement in &self.engagements {
            self.check_engagement(engagement);
        }
        self.check_outbox();
    }

    fn recorded(&self, object: &impl ToString, action: &str) -> usize {
        let history = self.history.get(&object.to_string());
        history.map_or(0, |actions| {
            actions.iter().filter(|known| *known == action).count()
        })
    }

    fn check_acknowledged(&self, acknowledged: &[Acknowledged]) {
        let specialties: BTreeSet<&str> = self
            .specialties
            .iter()
            .map(|row| row.body.name.as_str())
            .collect();
        let organisations: BTreeSet<&str> = self
            .organisations
            .iter()
            .map(|(_, name)| name.as_str())
            .collect();
        let mut times: HashMap<(&str, &str), usize> = HashMap::new();
        for one in acknowledged {
            match one {
                Acknowledged::Specialty(name) => {
                    assert!(specialties.contains(name.as_str()), "lost: {one:?}");
                }
                Acknowledged::Organisation(name) => {
                    assert!(organisations.contains(name.as_str()), "lost: {one:?}");
                }
                Acknowledged::Entry(action, object) => {
                    *times.entry((action, object)).or_default() += 1;
                }
            }
        }
        for ((action, object), times) in times {
            let kept = self.recorded(&object, action);
            assert!(
                kept >= times,
                "lost: {action} of {object}, {kept} of {times}"
            );
        }
    }

    /// What is on a list was recorded once, and what was recorded is on the list.
    fn check_lists(&self) {
        let listed = |action: &str| -> BTreeSet<&str> {
            let objects = self.history.iter();
            objects
                .filter(|(_, actions)| actions.iter().any(|known| known == action))
                .map(|(object, _)| object.as_str())
                .collect()
        };
        // The demonstration's own came with the experts, in one event of the pool.
        let specialties: BTreeSet<String> = self
            .specialties
            .iter()
            .map(|row| row.id.to_string())
            .collect();
        let organisations: BTreeSet<&str> = self
            .organisations
            .iter()
            .map(|(id, _)| id.as_str())
            .collect();
        for id in listed("specialty.added") {
            assert!(specialties.contains(id), "specialty {id} was never written");
        }
        for id in listed("organisation.added") {
            assert!(
                organisations.contains(id),
                "organisation {id} was never written"
            );
        }
        for row in self
            .specialties
            .iter()
            .filter(|row| row.body.name.starts_with("领域"))
        {
            assert_eq!(self.recorded(&row.id, "specialty.added"), 1, "{}", row.id);
        }
        for (id, name) in &self.organisations {
            if name.starts_with("单位") {
                assert_eq!(self.recorded(id, "organisation.added"), 1, "{id}");
            }
        }
        let tasks: BTreeSet<String> = self.tasks.iter().map(|row| row.id.to_string()).collect();
        assert_eq!(
            listed("task.filed"),
            tasks.iter().map(String::as_str).collect()
        );
        let draws: BTreeSet<String> = self.draws.iter().map(|row| row.id.to_string()).collect();
        assert_eq!(
            listed("draw.frozen"),
            draws.iter().map(String::as_str).collect()
        );
        let seats: BTreeSet<String> = self
            .engagements
            .iter()
            .map(|row| row.id.to_string())
            .collect();
        assert_eq!(
            listed("engagement.notified"),
            seats.iter().map(String::as_str).collect()
        );
    }

    /// A task stands where its own events and those of its draw have brought it.
    fn check_tasks(&self) {
        let draw_of: HashMap<_, _> = self
            .draws
            .iter()
            .map(|row| (row.body.task, row.id))
            .collect();
        for task in &self.tasks {
            let own = self.history.get(&task.id.to_string()).into_iter().flatten();
            let draw = draw_of.get(&task.id).map(ToString::to_string);
            let drawn = draw
                .and_then(|draw| self.history.get(&draw))
                .into_iter()
                .flatten();
            let status = own
                .chain(drawn)
                .fold("", |status, action| match action.as_str() {
                    "task.filed" => "filed",
                    "task.accepted" => "accepted",
                    "task.returned" => "returned",
                    "task.withdrawn" => "withdrawn",
                    "draw.frozen" => "drawing",
                    "draw.drawn" => "drawn",
                    "draw.unsealed" => "published",
                    _ => status,
                });
            assert_eq!(task.body.state.code(), status, "task {}", task.id);
            assert_eq!(task.keys.status, status, "index of task {}", task.id);
        }
    }

    fn check_draw(&self, row: &store::draws::Draw<Attempt>) {
        let recorded = |action: &str| self.recorded(&row.id, action);
        let (commitments, shares, drawn, proposed, unsealed) = match &row.body.state {
            DrawState::Committing { commitments } => (commitments.len(), 0, 0, 0, 0),
            DrawState::Revealing {
                commitments,
                shares,
            } => (commitments.len(), shares.len(), 0, 0, 0),
            DrawState::Sealed { proposed, .. } => (3, 3, 1, usize::from(proposed.is_some()), 0),
            DrawState::Unsealed { .. } => (3, 3, 1, 1, 1),
            DrawState::Void { .. } => panic!("nobody voided draw {}", row.id),
        };
        let found = [
            recorded("draw.frozen"),
            recorded("draw.committed"),
            recorded("draw.revealed"),
            recorded("draw.drawn"),
            // Whoever got no answer may propose again; the later proposal takes the place of the first.
            recorded("draw.unseal_proposed").min(1),
            recorded("draw.unsealed"),
        ];
        let expected = [1, commitments, shares, drawn, proposed, unsealed];
        assert_eq!(found, expected, "draw {}", row.id);
        if let Some(record) = row.body.record() {
            let verified = draw::verify(record.as_bytes()).expect("the record replays");
            let panel = verified.record.outcome().panel.len();
            let seats = self
                .engagements
                .iter()
                .filter(|seat| seat.keys.draw == Some(row.id));
            let expected = unsealed * panel + recorded("engagement.filled");
            assert_eq!(seats.count(), expected, "seats of draw {}", row.id);
        }
    }

    fn check_engagement(&self, row: &store::engagements::Engagement<Engagement>) {
        let recorded = |action: &str| self.recorded(&row.id, action);
        let expected = match row.keys.status.as_str() {
            "invited" => [1, 0, 0],
            "accepted" => [1, 1, 0],
            "declined" => [1, 0, 1],
            other => panic!("nobody brought engagement {} to {other}", row.id),
        };
        let found = [
            recorded("engagement.notified"),
            recorded("engagement.accepted"),
            recorded("engagement.declined"),
        ];
        assert_eq!(found, expected, "engagement {}", row.id);
    }

    /// Every invitation was queued once on each channel, and left once or not yet.
    fn check_outbox(&self) {
        let seats: BTreeSet<String> = self
            .engagements
            .iter()
            .map(|row| row.id.to_string())
            .collect();
        let mut queued: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for one in &self.messages {
            let message = &one.message;
            if message.reference_kind == "engagement" {
                let channels = queued.entry(&message.reference_id).or_default();
                channels.push(&message.channel);
            }
            let sent = self.recorded(&message.id, "message.sent");
            match one.delivery {
                Delivery::Sent => assert_eq!(sent, 1, "message {} left", message.id),
                Delivery::Waiting | Delivery::Sending => {
                    assert_eq!(sent, 0, "message {} has not left", message.id);
                }
                other => panic!("message {} is {other:?}", message.id),
            }
        }
        for seat in queued.keys() {
            assert!(seats.contains(*seat), "an invitation to nothing: {seat}");
        }
        for seat in &seats {
            let mut channels = queued.remove(seat.as_str()).unwrap_or_default();
            channels.sort_unstable();
            assert_eq!(channels, ["email", "in_app", "sms"], "channels of {seat}");
        }
    }

    /// Specialties that experts of the demonstration have.
    pub(crate) fn specialties(&self) -> Vec<SpecialtyId> {
        let rows = self.specialties.iter();
        rows.filter(|row| {
            row.body.pool == self.pool
                && row.body.status == SpecialtyStatus::Active
                && !row.body.name.starts_with("领域")
        })
        .map(|row| row.id)
        .collect()
    }

    /// Invitations somebody could answer now.
    pub(crate) fn invitations(&self) -> Vec<Open> {
        let waiting = self
            .engagements
            .iter()
            .filter(|row| row.keys.status == "invited");
        waiting
            .filter_map(|row| {
                let id = row.id.to_string();
                let letters = self.messages.iter().map(|queued| &queued.message);
                let mut own = letters.filter(|message| message.reference_id == id);
                let text = own
                    .find(|message| message.channel == "sms")?
                    .content
                    .reveal();
                let (_, token) = text.split_once("/m/i/")?;
                Some(Open {
                    engagement: id,
                    token: token.trim().to_owned(),
                    tail: self.tails.get(&row.body.person)?.clone(),
                })
            })
            .collect()
    }

    /// Draws that came to their end.
    pub(crate) fn unsealed(&self) -> usize {
        let draws = self.draws.iter();
        draws.filter(|row| row.keys.status == "unsealed").count()
    }
}

async fn tails(
    db: &mut impl Db,
    store: &Store,
    persons: BTreeSet<domain::id::PersonId>,
) -> HashMap<domain::id::PersonId, String> {
    let private = store::persons::private(db, store.seals(), persons).await;
    let numbers = private
        .expect("readable")
        .into_iter()
        .filter_map(|(person, private)| {
            let number = private.id_number?;
            let number: Vec<char> = number.reveal().chars().collect();
            Some((person, number[number.len() - 4..].iter().collect()))
        });
    numbers.collect()
}
