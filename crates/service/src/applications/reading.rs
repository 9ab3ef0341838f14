//! The applications as lists and pages show them: each condition with its verdict, fact, article and the
//! evidence beside it, each material with what lacks, and what the reader may do.

use domain::actor::{Action, Denied, Reach};
use domain::application::guard::Case;
use domain::application::{Application, State};
use domain::finding::{Finding, Verdict};
use domain::id::{FileId, PoolId, RecordId};
use domain::policy::checklist::{self, HandedIn};
use domain::policy::decide::{Decision, Outcome};
use domain::policy::pack::{Guard, How, Leaf, Need, Station, Test};
use domain::policy::words::Word as _;
use jiff::Timestamp;
use jiff::civil::Date;
use store::attachments;
use store::document::{Direction, Page, PageRequest};
use store::records::RecordFilter;

use super::{KIND, Row, Step, channel_of, materials::places, target};
use crate::attachments::Body;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::persons::{Masked, PersonFile};
use crate::pools::OpenPool;
use crate::service::Service;

/// Most applications of one state that are looked at for the next one.
const QUEUE: u32 = 200;

/// Which applications a list shows.
#[derive(Debug, Clone, Default)]
pub struct ApplicationQuery {
    /// Codes of states; none: all.
    pub statuses: Vec<String>,
    /// Id of a channel; empty: all.
    pub channel: String,
    /// Part of the name.
    pub name: String,
}

/// One line of the list.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ApplicationLine {
    /// Identifier.
    pub id: RecordId,
    /// Number.
    pub number: String,
    /// 姓名
    pub name: String,
    /// 现工作单位
    pub employer: String,
    /// Name of the channel.
    pub channel: String,
    /// Day it was received.
    pub received_on: Date,
    /// Last day of what is waited for.
    pub due: Option<Date>,
    /// Where it stands.
    pub state: State,
    /// The word for it.
    pub status: &'static str,
}

/// One condition with what there is to see.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ConditionLine {
    /// Code of the condition.
    pub code: String,
    /// What it is.
    pub label: String,
    /// Article.
    pub citation: String,
    /// Whether it holds.
    pub verdict: Verdict,
    /// The fact in a sentence.
    pub sentence: String,
    /// How strongly it binds, in words.
    pub force: &'static str,
    /// Whether it stands in the way.
    pub blocks: bool,
    /// An officer has to confirm it: what was said so far.
    pub confirm: Option<Option<bool>>,
    /// A register has to be looked up: its id, its name, what was found and where.
    pub register: Option<RegisterLine>,
    /// Files that prove it.
    pub evidence: Vec<FileLine>,
}

/// A register to be looked up.
#[derive(Debug, Clone, serde::Serialize)]
pub struct RegisterLine {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// Found by hand: listed or not.
    pub listed: Option<bool>,
    /// Where.
    pub source: String,
}

/// One material of the channel's list.
#[derive(Debug, Clone, serde::Serialize)]
pub struct MaterialLine {
    /// Id.
    pub id: String,
    /// What it is.
    pub label: String,
    /// Article.
    pub citation: String,
    /// Whether it is complete.
    pub verdict: Verdict,
    /// What lacks, in a sentence.
    pub sentence: String,
    /// Whether it is always needed.
    pub always: bool,
    /// Whose opinion it must carry.
    pub opinion: Option<String>,
    /// It must be sealed.
    pub seal: bool,
    /// It must be valid on the day it comes in.
    pub expires: bool,
    /// The reason for which it may be waived.
    pub waiver: Option<String>,
    /// Its parts: id, label.
    pub parts: Vec<(String, String)>,
    /// What came in.
    pub handed: HandedIn,
    /// Its files.
    pub files: Vec<FileLine>,
}

/// A file of an application.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FileLine {
    /// Identifier.
    pub id: FileId,
    /// Where it stands: `item` or `item/part`.
    pub place: String,
    /// What it proves.
    pub label: String,
    /// Name as uploaded.
    pub name: String,
    /// It is a picture that pages can show.
    pub picture: bool,
    /// Bytes.
    pub size: u64,
    /// When.
    pub at: Timestamp,
}

/// One application with everything its page shows.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ApplicationView {
    /// Version of the stored row.
    pub version: i64,
    /// The application.
    pub application: Application,
    /// Name of the channel.
    pub channel: String,
    /// Its article.
    pub citation: String,
    /// The words for its route.
    pub stations: Vec<(Station, String, String)>,
    /// Identity number and contacts, masked.
    pub masked: Masked,
    /// The facts in lines, as pages show them.
    #[serde(skip)]
    pub lines: Vec<(&'static str, String)>,
    /// What the conditions as a whole say today.
    pub outcome: Outcome,
    /// The alternatives that carry it.
    pub branches: Vec<String>,
    /// Every condition.
    pub conditions: Vec<ConditionLine>,
    /// Every material.
    pub materials: Vec<MaterialLine>,
    /// Where files may stand.
    pub places: Vec<(String, String)>,
    /// What may be asked to be put right.
    pub correctable: Vec<(String, String)>,
    /// What stands in the way of the next step.
    pub in_the_way: Vec<Finding>,
    /// The same person elsewhere, in words.
    pub elsewhere: Vec<String>,
    /// Names of the specialties.
    pub specialties: Vec<String>,
    /// Last day of what is waited for.
    pub due: Option<Date>,
    /// What this actor may do.
    pub steps: Vec<Step>,
}

impl Service {
    /// The applications of a pool the actor may see, newest first; a recommending unit sees its own.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn applications(
        &self,
        ctx: &Ctx,
        no: i64,
        query: &ApplicationQuery,
        page: &PageRequest,
    ) -> Result<Page<ApplicationLine>> {
        let pool = self.pool_numbered(ctx, no).await?;
        let action = Action::ReadApplications;
        if ctx.actor.reach_in(action, pool.id()) == Reach::None {
            return Err(Denied { action }.into());
        }
        let filter = RecordFilter {
            statuses: query.statuses.clone(),
            parent: Some(query.channel.clone()).filter(|channel| !channel.is_empty()),
            title: Some(query.name.clone()).filter(|name| !name.is_empty()),
            ..of_pool(pool.id())
        };
        let mut read = self.store.read();
        let found =
            store::records::page::<super::Kept>(&mut read, &filter, Direction::Descending, page)
                .await?;
        let mut items = Vec::new();
        for row in found.items {
            if Self::readable_application(ctx, &row.body.application).is_ok() {
                items.push(self.application_line(&pool, row.body.application)?);
            }
        }
        Ok(Page {
            items,
            next: found.next,
        })
    }

    fn application_line(&self, pool: &OpenPool, one: Application) -> Result<ApplicationLine> {
        Ok(ApplicationLine {
            id: one.id,
            channel: channel_of(pool, &one)?.label.clone(),
            due: self.due(pool, &one),
            status: one.state.zh(),
            employer: one
                .profile
                .employer
                .as_ref()
                .map(|employer| employer.name.clone())
                .unwrap_or_default(),
            name: one.profile.name,
            number: one.number,
            received_on: one.received_on,
            state: one.state,
        })
    }

    /// How many applications stand in each state, for the tabs of the list.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn count_applications(&self, ctx: &Ctx, no: i64, statuses: &[String]) -> Result<u64> {
        let pool = self.open_pool(ctx, no, Action::ReadApplications).await?;
        let filter = RecordFilter {
            statuses: statuses.to_vec(),
            ..of_pool(pool.id())
        };
        Ok(
            match store::records::count(&mut self.store.read(), &filter).await? {
                store::Count::Exactly(count) | store::Count::AtLeast(count) => count,
            },
        )
    }

    /// The one that comes after `number` in the queue of a state: by number, and from the front again.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub async fn next_application(
        &self,
        ctx: &Ctx,
        no: i64,
        status: &str,
        number: &str,
    ) -> Result<Option<RecordId>> {
        let pool = self.open_pool(ctx, no, Action::ReadApplications).await?;
        let filter = RecordFilter {
            statuses: vec![status.to_owned()],
            ..of_pool(pool.id())
        };
        let found = store::records::page::<serde::de::IgnoredAny>(
            &mut self.store.read(),
            &filter,
            Direction::Ascending,
            &PageRequest::first(QUEUE),
        )
        .await?;
        let others = || found.items.iter().filter(|row| row.keys.sort != number);
        let next = others().find(|row| row.keys.sort.as_str() > number);
        Ok(next.or_else(|| others().next()).map(|row| row.id))
    }

    /// The fields of the form of an application, for changing it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn application_fields(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
    ) -> Result<(crate::typed::Fields, i64, Masked)> {
        let (_, row) = self.seen_application(ctx, no, id).await?;
        let one = &row.body.application;
        let mut fields = crate::persons::fields(&file_of(one));
        fields.push("channel", &one.channel);
        fields.push("received_on", one.received_on.to_string());
        if let Some(notice) = &one.notice {
            fields.push("notice", &notice.number);
            fields.push("notice_closes", notice.closes_on.to_string());
        }
        for (name, value) in [
            ("recommender", &one.recommender),
            ("source", &one.source),
            ("team", &one.team),
            ("category", &one.category),
            ("member_kind", &one.member_kind),
        ] {
            if let Some(value) = value {
                fields.push(name, value);
            }
        }
        for id in &one.specialties {
            fields.push("specialty", id.to_string());
        }
        for duty in &one.duties {
            fields.push("duty", duty);
        }
        for leaf in one.declared.keys() {
            fields.push("declared", leaf);
        }
        for (name, agreed) in [("pledge", &one.pledge), ("privacy", &one.privacy)] {
            if agreed.is_some() {
                fields.push(name, "yes");
            }
        }
        Ok((fields, row.version, Masked::of(&self.open_applicant(&row)?)))
    }

    /// One application.
    ///
    /// # Errors
    /// [`Error::NotFound`] for one that does not exist or is not the actor's to see.
    pub async fn application(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<ApplicationView> {
        let (pool, row) = self.seen_application(ctx, no, id).await?;
        let one = &row.body.application;
        let channel = channel_of(&pool, one)?;
        let mut read = self.store.read();
        let facts = self.facts_of_application(&mut read, &pool, &row).await?;
        let on = ctx.today();
        let station = match &one.state {
            State::Draft | State::Returned { .. } => Some(Station::Submit),
            state => state.station(),
        };
        let posting = match station {
            Some(station) => {
                self.posting_before(&mut read, &pool, one, station, on)
                    .await?
            }
            None => domain::application::guard::Posting::NotYet,
        };
        let case = Case {
            pack: &pool.pack,
            channel,
            application: one,
            facts: &facts,
            call: &Self::call(channel, one),
            posting: &posting,
        };
        let decision = case.decision(on);
        let places = places(&pool, one)?;
        let files = self.files_of_application(&mut read, id, &places).await?;
        let private = self.open_applicant(&row)?;
        let mut elsewhere = Vec::new();
        for other in self.same_person(&mut read, &private).await? {
            if other.id != id {
                let application = &other.body.application;
                let name = self.any_pool(application.pool).await?.pool.name;
                elsewhere.push(format!(
                    "{name}：入库申请 {}，{}",
                    application.number,
                    application.state.zh()
                ));
            }
        }
        elsewhere.extend(
            self.memberships_elsewhere(&mut read, ctx, &pool, &private)
                .await?,
        );
        let known = self.specialties_of(pool.id()).await?;
        Ok(ApplicationView {
            version: row.version,
            channel: channel.label.clone(),
            citation: channel.citation.to_string(),
            stations: channel
                .stations
                .iter()
                .map(|station| {
                    let step = pool.pack.admission.step(*station);
                    let label = step.map_or(station.zh(), |step| &step.label);
                    let article = step.map(|step| step.citation.to_string());
                    (*station, label.to_owned(), article.unwrap_or_default())
                })
                .collect(),
            masked: Masked::of(&private),
            lines: crate::persons::lines(&file_of(one)),
            outcome: decision.outcome,
            branches: decision
                .branches()
                .map(|branch| format!("{} {}", branch.citation, branch.label))
                .collect(),
            conditions: conditions(&pool, one, &decision, &files),
            materials: materials(&pool, &case, on, &files)?,
            correctable: self.correctable(&pool, one)?,
            in_the_way: station
                .map(|station| case.before(station, on))
                .unwrap_or_default()
                .into_iter()
                .filter(Finding::blocks)
                .collect(),
            specialties: Self::names_of(&known, &one.specialties),
            due: self.due(&pool, one),
            steps: steps(ctx, &row),
            application: row.body.application.clone(),
            places,
            elsewhere,
        })
    }

    async fn files_of_application(
        &self,
        db: &mut impl store::Db,
        id: RecordId,
        places: &[(String, String)],
    ) -> Result<Vec<FileLine>> {
        let files = attachments::of::<Body>(db, KIND, &id.to_string()).await?;
        Ok(files
            .into_iter()
            .map(|file| FileLine {
                id: file.id,
                label: places
                    .iter()
                    .find(|(place, _)| *place == file.body.kind)
                    .map_or_else(|| "其他".to_owned(), |(_, label)| label.clone()),
                place: file.body.kind,
                name: file.keys.name,
                picture: file.keys.media_type.starts_with("image/"),
                size: u64::try_from(file.keys.size).unwrap_or_default(),
                at: file.keys.created_at,
            })
            .collect())
    }

    /// Memberships of other pools (A-G-19: information, not a bar).
    async fn memberships_elsewhere(
        &self,
        db: &mut impl store::Db,
        ctx: &Ctx,
        here: &OpenPool,
        private: &store::persons::Private,
    ) -> Result<Vec<String>> {
        let Some(number) = &private.id_number else {
            return Ok(Vec::new());
        };
        let seals = self.store.seals();
        let person = store::persons::by_id_number::<PersonFile>(db, seals, number).await?;
        let Some(person) = person else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for member in
            store::experts::all_of_person::<crate::experts::Membership>(db, person.id).await?
        {
            if member.keys.pool != here.id() {
                let pool = self.any_pool(member.keys.pool).await?.pool.name;
                let status = member.body.expert.standing.on(ctx.today());
                found.push(format!(
                    "{pool}：专家 {}，{}",
                    member.body.expert.number,
                    status.zh()
                ));
            }
        }
        Ok(found)
    }

    /// Applications that wait for this actor, for the inbox.
    pub(crate) async fn waiting_applications(
        &self,
        ctx: &Ctx,
        pool: PoolId,
    ) -> Result<Vec<(Application, Option<Date>, Vec<Step>)>> {
        if ctx.actor.reach_in(Action::ReadApplications, pool) == Reach::None {
            return Ok(Vec::new());
        }
        let open = self.any_pool(pool).await?;
        let filter = RecordFilter {
            statuses: [
                Station::Recommendation.word(),
                Station::Vetting.word(),
                Station::Approval.word(),
                Station::Classify.word(),
                "returned",
            ]
            .map(str::to_owned)
            .to_vec(),
            ..of_pool(pool)
        };
        let found = store::records::page::<super::Kept>(
            &mut self.store.read(),
            &filter,
            Direction::Ascending,
            &PageRequest::first(QUEUE),
        )
        .await?;
        Ok(found
            .items
            .into_iter()
            .filter(|row| Self::readable_application(ctx, &row.body.application).is_ok())
            .map(|row| {
                let steps = steps(ctx, &row);
                let due = self.due(&open, &row.body.application);
                (row.body.application, due, steps)
            })
            .collect())
    }
}

pub(crate) fn of_pool(pool: PoolId) -> RecordFilter {
    RecordFilter {
        pool: Some(pool),
        kinds: vec![KIND.to_owned()],
        ..RecordFilter::default()
    }
}

/// The facts as a person's file.
pub(crate) fn file_of(one: &Application) -> PersonFile {
    PersonFile {
        profile: one.profile.clone(),
        office_phone: one.office_phone.clone(),
    }
}

fn conditions(
    pool: &OpenPool,
    one: &Application,
    decision: &Decision<'_>,
    files: &[FileLine],
) -> Vec<ConditionLine> {
    let blocking: Vec<&str> = decision
        .blocking()
        .iter()
        .map(|finding| finding.leaf.id.as_str())
        .collect();
    decision
        .leaves
        .iter()
        .zip(0u16..)
        .map(|(finding, number)| {
            let leaf = finding.leaf;
            ConditionLine {
                code: leaf.id.clone(),
                label: leaf.label.clone(),
                citation: leaf.citation.to_string(),
                verdict: finding.stands(),
                sentence: finding.sentence(&pool.pack),
                force: leaf.force.zh(),
                blocks: decision.outcome != Outcome::Met && blocking.contains(&leaf.id.as_str()),
                confirm: leaf
                    .how
                    .contains(&How::Reviewed)
                    .then(|| one.review.confirmed.get(&leaf.id).map(|said| said.holds)),
                register: register(pool, one, leaf),
                evidence: evidence(pool, leaf, number, files),
            }
        })
        .collect()
}

fn register(pool: &OpenPool, one: &Application, leaf: &Leaf) -> Option<RegisterLine> {
    let Some(Test::NotListed { register, .. }) = &leaf.test else {
        return None;
    };
    let known = one.review.looked_up.get(register);
    Some(RegisterLine {
        label: pool
            .pack
            .vocabulary
            .register(register)
            .map_or_else(|| register.clone(), |known| known.label.clone()),
        listed: known.map(|known| known.listed),
        source: known.map(|known| known.source.clone()).unwrap_or_default(),
        id: register.clone(),
    })
}

/// The files that speak for a condition: the proofs of the alternatives it belongs to, and the identity
/// papers for what is read off them.
fn evidence(pool: &OpenPool, leaf: &Leaf, number: u16, files: &[FileLine]) -> Vec<FileLine> {
    let mut proofs: Vec<&str> = Vec::new();
    for branch in &pool.pack.eligibility.branches {
        let mut belongs = false;
        branch
            .rule
            .leaves(&mut |known, _| belongs |= known == number);
        if belongs {
            proofs.extend(branch.proof.iter().map(String::as_str));
        }
    }
    if matches!(leaf.test, Some(Test::Age { .. })) {
        let lists = &pool.pack.admission.materials;
        let papers = lists.iter().flat_map(|list| &list.items);
        proofs.extend(
            papers
                .filter(|item| item.valid_on_submission)
                .map(|item| item.id.as_str()),
        );
    }
    files
        .iter()
        .filter(|file| {
            let part = file.place.rsplit('/').next().unwrap_or_default();
            proofs.contains(&part)
        })
        .cloned()
        .collect()
}

fn materials(
    pool: &OpenPool,
    case: &Case<'_>,
    on: Date,
    files: &[FileLine],
) -> Result<Vec<MaterialLine>> {
    let findings = case.findings(Guard::MaterialsComplete, on);
    let items = checklist::items(&pool.pack, case.channel);
    Ok(items
        .into_iter()
        .zip(findings)
        .map(|(item, finding)| MaterialLine {
            id: item.id.clone(),
            label: item.label.clone(),
            citation: item.citation.to_string(),
            verdict: finding.verdict,
            sentence: finding.sentence,
            always: item.need == Need::Always,
            opinion: item.opinion.clone(),
            seal: !item.seal.is_empty(),
            expires: item.valid_on_submission,
            waiver: item.waiver.as_ref().map(|waiver| waiver.reason.clone()),
            parts: item
                .parts
                .iter()
                .map(|part| (part.id.clone(), part.label.clone()))
                .collect(),
            handed: case
                .application
                .handed
                .get(&item.id)
                .cloned()
                .unwrap_or_default(),
            files: files
                .iter()
                .filter(|file| file.place.split('/').next() == Some(item.id.as_str()))
                .cloned()
                .collect(),
        })
        .collect())
}

fn steps(ctx: &Ctx, row: &Row) -> Vec<Step> {
    let one = &row.body.application;
    let may = |action| ctx.actor.allow(action, target(one)).is_ok();
    let (enters, vets) = (may(Action::EnterApplications), may(Action::VetApplications));
    let offered: &[(Step, bool)] = match &one.state {
        State::Draft => &[
            (Step::Edit, enters),
            (Step::Material, enters),
            (Step::Submit, enters),
            (Step::Withdraw, enters),
        ],
        State::Returned { .. } => &[
            (Step::Edit, enters),
            (Step::Material, enters),
            (Step::Submit, enters),
            (Step::Refuse, vets),
            (Step::Withdraw, enters),
        ],
        State::At { station, .. } => match station {
            Station::Vetting => &[
                (Step::Check, vets),
                (Step::Material, vets),
                (Step::Pass, vets),
                (Step::Return, vets),
                (Step::Refuse, vets),
                (Step::Withdraw, enters),
            ],
            Station::Recommendation | Station::Approval => &[
                (Step::Check, vets),
                (Step::Material, vets),
                (Step::Pass, vets),
                (Step::Refuse, vets),
                (Step::Withdraw, enters),
            ],
            Station::Classify => &[(Step::Classify, vets), (Step::Withdraw, enters)],
            _ => &[
                (Step::Check, vets),
                (Step::Material, vets),
                (Step::Withdraw, enters),
            ],
        },
        State::Refused { .. } | State::Withdrawn { .. } | State::Appointed { .. } => &[],
    };
    offered
        .iter()
        .filter(|(_, may)| *may)
        .map(|(step, _)| *step)
        .collect()
}

impl Service {
    /// The specialties an applicant may name. They are no secret.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn specialties_to_apply_for(
        &self,
        pool: PoolId,
    ) -> Result<Vec<domain::pool::Specialty>> {
        let all = self.specialties_of(pool).await?;
        let active =
            |one: &domain::pool::Specialty| one.status == domain::pool::SpecialtyStatus::Active;
        Ok(all.into_iter().filter(active).collect())
    }
}
