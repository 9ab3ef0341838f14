//! 会议审定: the body that decides meets on everybody who waits for it. The agenda is assembled from the
//! applications that stand there, under the headings of the pack, and from the cases of leaving; the
//! record is saved whole, for everybody on it at once, or not at all (DG 第七条(二), 第十九条).

mod dossier;
mod holding;
mod minutes;

use domain::actor::Action;
use domain::event::{Event, EventKind, Subject};
use domain::id::{ExpertId, PoolId, RecordId};
use domain::meeting::{AgendaItem, Matter, Meeting, Refused, Rules, State};
use domain::policy::pack::{MinutesField, Station};
use domain::policy::words::Word as _;
use jiff::civil::Date;
use store::document::{self, Direction, Page, PageRequest};
use store::records::{RecordFilter, RecordKeys};

use crate::applications::{self, by};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::exits;
use crate::experts::Membership;
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;
use crate::typed;

/// Kind of the stored records.
const KIND: &str = "meeting";

type Row = store::records::Record<Meeting>;

/// A meeting with everything its page shows.
#[derive(Debug, Clone, serde::Serialize)]
pub struct MeetingView {
    /// The meeting.
    pub meeting: Meeting,
    /// Its agenda, with what stands in the way of each person today.
    pub agenda: Vec<AgendaView>,
    /// The articles it decides by: of entry, of leaving, of both.
    pub citation: String,
    /// May the actor enter the record?
    pub may_record: bool,
    /// Does the record need everybody's opinion?
    pub asks_opinions: bool,
    /// How many wait who are not on the agenda.
    pub others: usize,
}

/// One person on the agenda, as of now.
#[derive(Debug, Clone, serde::Serialize)]
pub struct AgendaView {
    /// The person.
    pub item: AgendaItem,
    /// The word for where the matter stands.
    pub status: &'static str,
    /// It is no longer before the committee.
    pub gone: bool,
    /// What stands in the way, in sentences with articles.
    pub in_the_way: Vec<String>,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let field = match &refused {
            Refused::WrongState { .. } => return Self::state("meeting.state", refused),
            Refused::NoMinutes => "minutes",
            Refused::NoAttendees | Refused::TooFew { .. } => "attendees",
            Refused::NoOpinion(_) | Refused::StrangeOpinion(_) => "opinions",
            Refused::Ahead(_) => "met_on",
            Refused::NoCancelReason => "reason",
            Refused::Undecided(_)
            | Refused::NoReason(_)
            | Refused::NotPresent { .. }
            | Refused::NobodyLeft(_)
            | Refused::NoVotes { .. }
            | Refused::TooFewVotes { .. }
            | Refused::TooManyVotes { .. } => "results",
        };
        Self::field(field, refused.to_string())
    }
}

fn keys(one: &Meeting) -> RecordKeys {
    RecordKeys {
        pool: one.pool,
        kind: KIND.to_owned(),
        number: Some(one.number.clone()),
        status: one.state.code().to_owned(),
        parent: None,
        subject: None,
        team: String::new(),
        due_on: (one.state == State::Called).then_some(one.on),
        sort: one.number.clone(),
        title: format!("{} {}", one.on, one.place),
    }
}

fn event(kind: EventKind, one: &Meeting) -> Event {
    Event::new(kind, Subject::new(KIND, one.id)).fact("number", &one.number)
}

async fn find(db: &mut impl store::Db, pool: PoolId, id: RecordId) -> Result<Row> {
    records::find_in(db, pool, id, KIND).await
}

fn committee(pool: &OpenPool) -> Result<Rules<'_>> {
    Rules::of(&pool.pack).ok_or_else(|| {
        Error::state(
            "meeting.none",
            "本库的办法没有规定会议审定。请按办法规定的环节办理。",
        )
    })
}

/// The articles by which a meeting decides what is on its agenda.
fn articles(pool: &OpenPool, rules: &Rules<'_>, meeting: &Meeting) -> String {
    let on = |matter| meeting.agenda.iter().any(|item| item.matter == matter);
    let entry = (on(Matter::Entry) || meeting.agenda.is_empty()).then_some(rules.citation);
    let exit = pool.pack.exit.as_ref().filter(|_| on(Matter::Exit));
    let mut found: Vec<String> = Vec::new();
    for citation in entry.into_iter().chain(exit.map(|rules| &rules.citation)) {
        let article = citation.to_string();
        if !found.contains(&article) {
            found.push(article);
        }
    }
    found.join("、")
}

impl Service {
    /// The meetings of a pool, newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn meetings(&self, ctx: &Ctx, no: i64, page: &PageRequest) -> Result<Page<Meeting>> {
        let pool = self.open_pool(ctx, no, Action::ReadApplications).await?;
        let filter = of_pool(pool.id(), &[]);
        let mut read = self.store.read();
        let found =
            store::records::page::<Meeting>(&mut read, &filter, Direction::Descending, page)
                .await?;
        Ok(Page {
            items: found.items.into_iter().map(|row| row.body).collect(),
            next: found.next,
        })
    }

    /// Everybody who waits for the committee and is on no agenda yet, in the order of the pack's
    /// channels.
    async fn waiting_for_committee(
        &self,
        db: &mut impl store::Db,
        pool: &OpenPool,
        except: Option<RecordId>,
    ) -> Result<Vec<AgendaItem>> {
        let filter = RecordFilter {
            statuses: vec![Station::Committee.word().to_owned()],
            ..applications::of_pool(pool.id())
        };
        let waiting = store::records::all::<applications::Kept>(db, &filter).await?;
        let open = store::records::all::<Meeting>(db, &of_pool(pool.id(), &["called"])).await?;
        let taken = |id: RecordId| {
            open.iter()
                .filter(|row| Some(row.id) != except)
                .any(|row| row.body.agenda.iter().any(|item| item.record == id))
        };
        let mut items = Vec::new();
        for channel in &pool.pack.admission.channels {
            for row in &waiting {
                let one = &row.body.application;
                if one.channel != channel.id || taken(row.id) {
                    continue;
                }
                let employer = one.profile.employer.as_ref();
                items.push(AgendaItem {
                    matter: Matter::Entry,
                    record: row.id,
                    number: one.number.clone(),
                    name: one.profile.name.clone(),
                    employer: employer.map(|known| known.name.clone()).unwrap_or_default(),
                    heading: channel
                        .agenda_heading
                        .clone()
                        .unwrap_or_else(|| channel.label.clone()),
                });
            }
        }
        // Channels that share a heading stand together.
        let mut ordered: Vec<AgendaItem> = Vec::with_capacity(items.len());
        while let Some(first) = items.first().map(|item| item.heading.clone()) {
            let (same, rest): (Vec<_>, Vec<_>) =
                items.into_iter().partition(|item| item.heading == first);
            ordered.extend(same);
            items = rest;
        }
        for exit in self.exits_before_meeting(&mut *db, pool).await? {
            if taken(exit.id) {
                continue;
            }
            ordered.push(AgendaItem {
                matter: Matter::Exit,
                record: exit.id,
                employer: self.employer_of(&mut *db, exit.expert).await?,
                heading: exits::heading(exits::rules(pool)?),
                number: exit.number,
                name: exit.name,
            });
        }
        Ok(ordered)
    }

    async fn employer_of(&self, db: &mut impl store::Db, expert: ExpertId) -> Result<String> {
        let member = store::experts::find::<Membership>(&mut *db, expert).await?;
        let member = member.ok_or(Error::NotFound)?;
        Ok(member.keys.employer)
    }

    /// 安排会议: the agenda is everybody who waits.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] when the pack has no such station, or nobody waits;
    /// [`Error::Invalid`].
    pub async fn call_meeting(
        &self,
        ctx: &Ctx,
        no: i64,
        on: Option<Date>,
        place: &str,
    ) -> Result<RecordId> {
        let pool = self.pool_numbered(ctx, no).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize(Action::RecordDecision, pool.target())?;
        let rules = committee(&pool)?;
        let mut problems = Vec::new();
        let place = typed::required(
            &mut problems,
            "place",
            place,
            "没有填写会议地点。请填写，例如“三楼会议室”。",
        );
        typed::at_most(&mut problems, "place", "会议地点", &place, 60);
        if on.is_none() {
            problems.push(Problem::new("met_on", "没有填写会议日期。请填写。"));
        }
        let (Some(on), true) = (on, problems.is_empty()) else {
            return Err(Error::Invalid(problems));
        };
        let agenda = self
            .waiting_for_committee(&mut *change, &pool, None)
            .await?;
        if agenda.is_empty() {
            return Err(Error::state(
                "meeting.nobody",
                "没有人等待会议审定。资料审核通过、互通遴选、接受邀请，或解聘初核通过后，会列入议程。",
            ));
        }
        let one = Meeting {
            id: self.id(ctx),
            pool: pool.id(),
            number: records::next_number(&mut change, &pool, ctx.today().year(), KIND, "SD")
                .await?,
            body: pool.pack.party_label(rules.party).to_owned(),
            on,
            place,
            agenda,
            called: by(ctx)?,
            state: State::Called,
        };
        document::insert(&mut change, one.id, keys(&one), &one).await?;
        let called = event(EventKind::MeetingCalled, &one)
            .fact("on", one.on)
            .fact("people", one.agenda.len());
        change.record(called).await?;
        change.commit().await?;
        Ok(one.id)
    }

    /// 更新议程: everybody who waits by now is on it.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] unless called.
    pub async fn refresh_agenda(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<()> {
        let (mut change, mut row, pool) = self.meeting_change(ctx, no, id).await?;
        change.authorize(Action::RecordDecision, pool.target())?;
        if row.body.state != State::Called {
            return Err(Refused::WrongState {
                now: row.body.state.zh(),
                step: "更新议程",
            }
            .into());
        }
        row.body.agenda = self
            .waiting_for_committee(&mut *change, &pool, Some(id))
            .await?;
        row.keys = keys(&row.body);
        document::save(&mut change, &mut row).await?;
        let called = event(EventKind::MeetingCalled, &row.body)
            .fact("on", row.body.on)
            .fact("people", row.body.agenda.len());
        change.record(called).await?;
        change.commit().await?;
        Ok(())
    }

    async fn meeting_change<'c>(
        &self,
        ctx: &'c Ctx,
        no: i64,
        id: RecordId,
    ) -> Result<(Change<'c>, Row, OpenPool)> {
        let pool = self.pool_numbered(ctx, no).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        let row = find(&mut *change, pool.id(), id).await?;
        Ok((change, row, pool))
    }

    /// One meeting.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn meeting(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<MeetingView> {
        let pool = self.open_pool(ctx, no, Action::ReadApplications).await?;
        let mut read = self.store.read();
        let meeting = find(&mut read, pool.id(), id).await?.body;
        let rules = committee(&pool)?;
        let on = meeting.on.max(ctx.today());
        let mut agenda = Vec::new();
        for item in &meeting.agenda {
            agenda.push(self.agenda_view(&mut read, &pool, item, on).await?);
        }
        let now = self
            .waiting_for_committee(&mut read, &pool, Some(id))
            .await?;
        let listed = |item: &AgendaItem| {
            meeting
                .agenda
                .iter()
                .any(|known| known.record == item.record)
        };
        Ok(MeetingView {
            others: now.iter().filter(|item| !listed(item)).count(),
            citation: articles(&pool, &rules, &meeting),
            asks_opinions: rules.minutes.contains(&MinutesField::Opinions),
            may_record: meeting.state == State::Called
                && ctx
                    .actor
                    .allow(Action::RecordDecision, pool.target())
                    .is_ok(),
            agenda,
            meeting,
        })
    }

    /// One matter of the agenda, as of now.
    async fn agenda_view(
        &self,
        db: &mut impl store::Db,
        pool: &OpenPool,
        item: &AgendaItem,
        on: Date,
    ) -> Result<AgendaView> {
        let (gone, status, findings) = match item.matter {
            Matter::Entry => {
                let row = applications::find(&mut *db, item.record).await?;
                let state = &row.body.application.state;
                let gone = state.station() != Some(Station::Committee);
                let findings = if gone {
                    Vec::new()
                } else {
                    self.before_station(&mut *db, pool, &row, Station::Committee, on)
                        .await?
                };
                (gone, state.zh(), findings)
            }
            Matter::Exit => {
                let exit = exits::find(&mut *db, pool.id(), item.record).await?.body;
                let gone = !exits::is_before_meeting(pool, &exit);
                (gone, exit.state.zh(), Vec::new())
            }
        };
        let in_the_way = findings
            .iter()
            .filter(|finding| finding.blocks())
            .map(|finding| {
                let sentence = finding.sentence.trim_end_matches('。');
                format!("{sentence}（{}）", finding.citation)
            })
            .collect();
        Ok(AgendaView {
            item: item.clone(),
            status,
            gone,
            in_the_way,
        })
    }

    /// 取消会议, with a reason; everybody waits for the next.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`] unless called, [`Error::Invalid`].
    pub async fn cancel_meeting(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        reason: &str,
    ) -> Result<()> {
        let (mut change, mut row, pool) = self.meeting_change(ctx, no, id).await?;
        change.authorize(Action::RecordDecision, pool.target())?;
        row.body = row.body.clone().cancel(by(ctx)?, reason)?;
        row.keys = keys(&row.body);
        document::save(&mut change, &mut row).await?;
        let cancelled = event(EventKind::MeetingCancelled, &row.body).fact("reason", reason.trim());
        change.record(cancelled).await?;
        change.commit().await?;
        Ok(())
    }

    /// For the inbox of whoever records decisions: how many wait for a meeting, and the meetings called.
    pub(crate) async fn meetings_due(
        &self,
        ctx: &Ctx,
        pool: PoolId,
    ) -> Result<(usize, Vec<Meeting>)> {
        let open = self.any_pool(pool).await?;
        if ctx
            .actor
            .allow(Action::RecordDecision, open.target())
            .is_err()
            || Rules::of(&open.pack).is_none()
        {
            return Ok((0, Vec::new()));
        }
        let mut read = self.store.read();
        let waiting = self.waiting_for_committee(&mut read, &open, None).await?;
        let called = store::records::all::<Meeting>(&mut read, &of_pool(pool, &["called"])).await?;
        Ok((
            waiting.len(),
            called.into_iter().map(|row| row.body).collect(),
        ))
    }
}

fn of_pool(pool: PoolId, statuses: &[&str]) -> RecordFilter {
    RecordFilter {
        pool: Some(pool),
        kinds: vec![KIND.to_owned()],
        statuses: statuses.iter().map(|code| (*code).to_owned()).collect(),
        ..RecordFilter::default()
    }
}
