//! 公示: a list of those who passed the vetting is drafted, put up for everybody to see, and closed when
//! its last day is over. Whoever has no open objection then goes on to the next station, each exactly
//! once, however late the program notices (JM 第七条(四)(五)).

mod closing;
mod public;
mod reading;

use domain::actor::{Action, Role};
use domain::application::Application;
use domain::event::{Event, EventKind, Subject};
use domain::id::{PoolId, RecordId};
use domain::policy::pack::{Act, PublicNotice, Station};
use domain::policy::words::Word as _;
use domain::posting::{Content, Frame, Listed, Posting, Refused, State, cell};
use jiff::civil::DateTime;
use store::Db;
use store::document;
use store::records::{RecordFilter, RecordKeys};

pub use public::{PublicLine, Shown, Standing};
pub use reading::{Candidate, PersonLine, PostingView, Step};

use crate::applications::{self, by};
use crate::change::Change;
use crate::ctx::{Ctx, shanghai};
use crate::error::{Error, Reason, Result};
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;

/// Kind of the stored records.
pub(crate) const KIND: &str = "posting";

pub(crate) type Row = store::records::Record<Posting>;

/// A list as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct Draft {
    /// 标题
    pub title: String,
    /// 正文
    pub body: String,
    /// 异议受理方式
    pub contact: String,
    /// The applications on it, in the order they are to stand.
    pub applications: Vec<RecordId>,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let sentence = refused.to_string();
        match refused {
            Refused::WrongState { .. } | Refused::NotOver(_) => {
                Self::state("posting.state", sentence)
            }
            Refused::UnknownColumn(_) => Self::state("posting.column", sentence),
            Refused::Nobody => Self::field("application", sentence),
            Refused::NoTitle => Self::field("title", sentence),
            Refused::NoContact => Self::field("contact", sentence),
            Refused::TooLong { field, .. } => Self::field(field, sentence),
            Refused::NoReason => Self::field("reason", sentence),
        }
    }
}

pub(crate) fn civil(at: jiff::Timestamp) -> DateTime {
    at.to_zoned(shanghai()).datetime()
}

pub(crate) fn keys(one: &Posting) -> RecordKeys {
    let posted = one.state.posted();
    RecordKeys {
        pool: one.pool,
        kind: KIND.to_owned(),
        number: posted.map(|posted| posted.number.clone()),
        status: one.state.code().to_owned(),
        parent: None,
        subject: None,
        team: String::new(),
        due_on: match &one.state {
            State::Posted { posted } => Some(posted.last_day),
            _ => None,
        },
        sort: one.drafted.at.to_string(),
        title: one.content.title.clone(),
    }
}

pub(crate) fn event(kind: EventKind, one: &Posting) -> Event {
    let number = one.state.posted().map(|posted| posted.number.as_str());
    Event::new(kind, Subject::new(KIND, one.id))
        .fact("number", number.unwrap_or_default())
        .fact("title", &one.content.title)
}

async fn save(change: &mut Change<'_>, row: &mut Row) -> Result<()> {
    row.keys = keys(&row.body);
    document::save(change, row).await?;
    Ok(())
}

pub(crate) async fn find(db: &mut impl Db, pool: PoolId, id: RecordId) -> Result<Row> {
    records::find_in(db, pool, id, KIND).await
}

pub(crate) fn of_pool(pool: PoolId, statuses: &[&str]) -> RecordFilter {
    records::of_kind(pool, KIND, statuses)
}

/// The pack's rules, for pools that have any.
pub(crate) fn rules(pool: &OpenPool) -> Result<&PublicNotice> {
    pool.pack.admission.public_notice.as_ref().ok_or_else(|| {
        Error::state(
            "posting.none",
            "本库的办法没有规定公示。请按办法规定的环节办理。",
        )
    })
}

/// Does the instrument let this role do an act about public notices? The parties of the permission do
/// it; without one, the party of the station.
pub(crate) fn acts(pool: &OpenPool, act: Act, role: Role) -> bool {
    let parties = parties(pool, act);
    parties.is_empty()
        || parties
            .iter()
            .filter_map(|id| pool.pack.party(id))
            .any(|party| party.roles.contains(&role))
}

fn parties(pool: &OpenPool, act: Act) -> Vec<String> {
    match pool.pack.permission(act) {
        Some(permission) => permission.parties.clone(),
        None => pool
            .pack
            .admission
            .step(Station::PublicNotice)
            .and_then(|step| step.party.clone())
            .into_iter()
            .collect(),
    }
}

pub(crate) fn check_party(pool: &OpenPool, act: Act, role: Role) -> Result<()> {
    if acts(pool, act, role) {
        return Ok(());
    }
    let labels: Vec<String> = parties(pool, act)
        .iter()
        .map(|id| pool.pack.party_label(id).to_owned())
        .collect();
    let citation = match pool.pack.permission(act) {
        Some(permission) => permission.citation.to_string(),
        None => rules(pool)?.citation.to_string(),
    };
    Err(Error::Refused(vec![Reason::law(
        "posting.party",
        citation,
        format!(
            "这一步由{}办理，您的岗位不代表这一方。请转交办理。",
            labels.join("、")
        ),
    )]))
}

impl Service {
    /// What the columns of the pack show of an application.
    async fn listed(&self, pool: &OpenPool, one: &Application) -> Result<Listed> {
        let known = self.specialties_of(pool.id()).await?;
        let specialties = Self::names_of(&known, &one.specialties);
        let mut cells = Vec::new();
        for column in &rules(pool)?.columns {
            let text = cell(column, one, &specialties)
                .ok_or_else(|| Refused::UnknownColumn(column.clone()))?;
            cells.push(text);
        }
        Ok(Listed {
            application: one.id,
            number: one.number.clone(),
            cells,
        })
    }

    /// The people chosen, each checked to wait here and to be on no other list.
    async fn chosen(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        chosen: &[RecordId],
        except: Option<RecordId>,
    ) -> Result<Vec<Listed>> {
        let waiting = self.waiting_for_posting(db, pool, except).await?;
        let mut people = Vec::new();
        let mut gone = Vec::new();
        for id in chosen {
            match waiting.iter().find(|one| one.id == *id) {
                Some(one) if people.iter().any(|had: &Listed| had.application == one.id) => {}
                Some(one) => people.push(self.listed(pool, one).await?),
                None => {
                    let row = applications::find(db, *id).await?;
                    let one = row.body.application;
                    if one.pool != pool.id() {
                        return Err(Error::NotFound);
                    }
                    gone.push(format!("{} {}", one.profile.name, one.number));
                }
            }
        }
        if gone.is_empty() {
            Ok(people)
        } else {
            Err(Error::field(
                "application",
                format!(
                    "{}不在等待公示，可能已撤回申请，或已在另一份名单上。请去掉后再保存。",
                    gone.join("、")
                ),
            ))
        }
    }

    /// Applications at the station that are on no draft and no list in force.
    pub(crate) async fn waiting_for_posting(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        except: Option<RecordId>,
    ) -> Result<Vec<Application>> {
        let filter = RecordFilter {
            statuses: vec![Station::PublicNotice.word().to_owned()],
            ..applications::of_pool(pool.id())
        };
        let waiting = store::records::all::<applications::Kept>(db, &filter).await?;
        let lists =
            store::records::all::<Posting>(db, &of_pool(pool.id(), &["draft", "posted", "held"]))
                .await?;
        let taken: std::collections::BTreeSet<RecordId> = lists
            .iter()
            .filter(|row| Some(row.id) != except)
            .flat_map(|row| &row.body.content.people)
            .map(|one| one.application)
            .collect();
        Ok(waiting
            .into_iter()
            .filter(|row| !taken.contains(&row.id))
            .map(|row| row.body.application)
            .collect())
    }

    /// 起草公示名单.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] for a pack without public notice or a party that does
    /// not publish; [`Error::Invalid`].
    pub async fn draft_posting(&self, ctx: &Ctx, no: i64, typed: &Draft) -> Result<RecordId> {
        let pool = self.pool_numbered(ctx, no).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        let role = change.authorize(Action::PostCandidates, pool.target())?;
        rules(&pool)?;
        check_party(&pool, Act::PublishCandidates, role)?;
        let people = self
            .chosen(&mut *change, &pool, &typed.applications, None)
            .await?;
        let mut one = Posting {
            id: self.id(ctx),
            pool: pool.id(),
            content: Content::default(),
            drafted: by(ctx)?,
            state: State::Draft,
        };
        one.rewrite(Content::new(
            &typed.title,
            &typed.body,
            &typed.contact,
            people,
        ))?;
        document::insert(&mut change, one.id, keys(&one), &one).await?;
        let drafted =
            event(EventKind::PostingDrafted, &one).fact("people", one.content.people.len());
        change.record(drafted).await?;
        change.commit().await?;
        Ok(one.id)
    }

    /// 修改 of a draft.
    ///
    /// # Errors
    /// As [`Service::draft_posting`]; [`Error::Stale`]; [`Error::Refused`] once it was put up.
    pub async fn rewrite_posting(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        version: i64,
        typed: &Draft,
    ) -> Result<()> {
        let (mut change, mut row, pool) = self.posting_change(ctx, no, id).await?;
        if row.version != version {
            return Err(Error::Stale);
        }
        let people = self
            .chosen(&mut *change, &pool, &typed.applications, Some(id))
            .await?;
        row.body.rewrite(Content::new(
            &typed.title,
            &typed.body,
            &typed.contact,
            people,
        ))?;
        save(&mut change, &mut row).await?;
        let changed = event(EventKind::PostingChanged, &row.body)
            .fact("people", row.body.content.people.len());
        change.record(changed).await?;
        change.commit().await?;
        Ok(())
    }

    /// 发布公示: gives the number, freezes what is shown and fixes the last day. What is shown is what the
    /// applications say now, not when the draft was written.
    ///
    /// # Errors
    /// As [`Service::draft_posting`]; [`Error::Refused`] when the instrument's status was not confirmed.
    pub async fn post_posting(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        status_confirmed: bool,
    ) -> Result<()> {
        let (mut change, mut row, pool) = self.posting_change(ctx, no, id).await?;
        self.check_status(ctx, &pool, status_confirmed)?;
        let rules = rules(&pool)?;
        if row.body.state != State::Draft {
            return Err(Refused::WrongState {
                now: row.body.state.zh(),
                step: "发布",
            }
            .into());
        }
        let chosen: Vec<RecordId> = row
            .body
            .content
            .people
            .iter()
            .map(|one| one.application)
            .collect();
        let people = self.chosen(&mut *change, &pool, &chosen, Some(id)).await?;
        let year = ctx.today().year();
        let frame = Frame {
            number: records::next_number(&mut change, &pool, year, KIND, "GS").await?,
            basis: format!("《{}》{}", pool.pack.identity.title, rules.citation),
            signed: self.organisation_name(pool.pool.manager).await?,
        };
        let at = civil(ctx.now);
        row.body
            .post(people, frame, rules, &self.calendar, by(ctx)?, at)?;
        save(&mut change, &mut row).await?;
        let mut posted = event(EventKind::PostingPosted, &row.body)
            .fact("people", row.body.content.people.len())
            .fact("pack", pool.pack.id())
            .fact("pack_digest", pool.pack.digest().to_string());
        if let Some(up) = row.body.state.posted() {
            posted = posted
                .fact("last_day", up.last_day)
                .fact("list_digest", &up.digest);
        }
        change.record(posted).await?;
        change.commit().await?;
        Ok(())
    }

    /// 撤回, with a reason. Those on it wait for another list.
    ///
    /// # Errors
    /// As [`Service::draft_posting`]; [`Error::Refused`] once it is over; [`Error::Invalid`].
    pub async fn withdraw_posting(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        reason: &str,
    ) -> Result<()> {
        let (mut change, mut row, _) = self.posting_change(ctx, no, id).await?;
        row.body.withdraw(reason, by(ctx)?)?;
        save(&mut change, &mut row).await?;
        let withdrawn = event(EventKind::PostingWithdrawn, &row.body)
            .fact("reason", domain::text::tidy(reason));
        change.record(withdrawn).await?;
        change.commit().await?;
        Ok(())
    }

    /// Opens the door for a change of one list by somebody of the party that publishes.
    async fn posting_change<'c>(
        &self,
        ctx: &'c Ctx,
        no: i64,
        id: RecordId,
    ) -> Result<(Change<'c>, Row, OpenPool)> {
        let pool = self.pool_numbered(ctx, no).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        let seen = find(&mut *change, pool.id(), id).await;
        let role = change.authorize(Action::PostCandidates, pool.target())?;
        check_party(&pool, Act::PublishCandidates, role)?;
        Ok((change, seen?, pool))
    }
}
