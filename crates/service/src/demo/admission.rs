//! People on their way into the pools of the demonstration, station by station, as their pack has them.

use domain::actor::Role;
use domain::application::State;
use domain::id::RecordId;
use domain::meeting::{Minutes, Opinion, PersonResult, Verdict};
use domain::person::{Honour, Skill, Title};
use domain::policy::checklist;
use domain::policy::pack::{Channel, How, Station, Test};
use domain::synthetic::{Cast, Person};
use jiff::Span;
use store::PageRequest;

use super::cities::{Claim, Stop};
use super::{Office, back};
use crate::certificates::Order;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::experts::ExpertQuery;
use crate::objections::Statement;
use crate::persons::PersonFile;
use crate::pools::OpenPool;
use crate::postings::Draft;
use crate::service::Service;
use crate::typed::Fields;

/// Papers everybody here has; of other papers people say that they have none.
const HELD: [&str; 6] = [
    "education_proof",
    "qualification_proof",
    "title_proof",
    "skill_proof",
    "honour_proof",
    "post_proof",
];
/// Nobody who applies is older, so that no condition on the age is in the way.
const OLDEST: i64 = 58;

impl Service {
    /// The notice is published, and the first people apply and come as far as people bring them.
    pub(super) async fn demo_beginning(&self, office: &mut Office, cast: &mut Cast) -> Result<()> {
        office.notice = self.demo_notice(office).await?;
        for claim in office.city.first {
            let id = self.demo_applies(office, *claim, cast).await?;
            self.demo_walk(office, id, None).await?;
            office.first.push(id);
        }
        self.demo_decides(office, &office.first).await?;
        self.demo_posts(office, &office.first).await?;
        Ok(())
    }

    /// The first people get their certificates, all but the last.
    pub(super) async fn demo_appointment(&self, office: &Office) -> Result<()> {
        let officer = self.demo_desk(office, Role::Officer).await?;
        if self.cohorts(&officer, office.no).await?.is_some() {
            self.open_cohort(&officer, office.no, Some(officer.today()))
                .await?;
        }
        let Some((_, appointed)) = office.first.split_last() else {
            return Ok(());
        };
        let order = Order {
            chosen: appointed,
            status_confirmed: true,
            ..Order::default()
        };
        self.issue_certificates(&officer, office.no, order).await?;
        if let Some(team) = office.city.second_team {
            self.demo_second_team(office, &officer, team).await?;
        }
        Ok(())
    }

    /// Somebody of the pool is appointed to another team as well.
    async fn demo_second_team(&self, office: &Office, officer: &Ctx, team: &str) -> Result<()> {
        let query = ExpertQuery {
            team: "teaching".to_owned(),
            ..ExpertQuery::default()
        };
        let found = self
            .experts(officer, office.no, &query, &PageRequest::first(1))
            .await?;
        let Some(row) = found.rows.first() else {
            return Ok(());
        };
        let view = self.expert(officer, office.no, row.id).await?;
        let person = view.member.expert.person;
        let private = self.private_of(&mut self.store.read(), person).await?;
        let sealed = [
            ("id_number", private.id_number),
            ("mobile", private.phone),
            ("email", private.email),
            ("address", private.address),
        ];
        let mut form = Fields::default();
        for (name, secret) in sealed {
            if let Some(secret) = secret {
                form.push(name, secret.reveal());
            }
        }
        let own = view.fields();
        let kept = own
            .pairs()
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "number" | "team"));
        for (name, value) in kept {
            form.push(name.clone(), value.clone());
        }
        form.push("team", team);
        form.push("basis", "演示聘任通知");
        form.push("basis_on", officer.today().to_string());
        self.add_expert(officer, office.no, &form).await?;
        Ok(())
    }

    /// Others are put on public notice; the number of the list.
    pub(super) async fn demo_posting(
        &self,
        office: &Office,
        cast: &mut Cast,
    ) -> Result<Option<String>> {
        let mut chosen = Vec::new();
        for claim in office.city.posted {
            let id = self.demo_applies(office, *claim, cast).await?;
            self.demo_walk(office, id, None).await?;
            chosen.push(id);
        }
        self.demo_posts(office, &chosen).await
    }

    /// Somebody objects to the second on the list.
    pub(super) async fn demo_objection(&self, number: &str) -> Result<()> {
        let statement = Statement {
            person: "2".to_owned(),
            fact: "申报材料中的高级技师证书，发证日期早于本人参加鉴定的日期，请核实。（演示）"
                .to_owned(),
            ..Statement::default()
        };
        let visitor = self.visitor("cli", "");
        self.file_objection(&visitor, number, &statement, Vec::new())
            .await?;
        Ok(())
    }

    /// Everybody else applies now, and comes as far as they come; a meeting is called for those who wait for one.
    pub(super) async fn demo_under_way(&self, office: &Office, cast: &mut Cast) -> Result<()> {
        let mut waits = false;
        for (claim, stop) in office.city.under_way {
            let id = self.demo_enters(office, *claim, cast).await?;
            if *stop == Stop::Draft {
                continue;
            }
            self.demo_hands_in(office, *claim, id).await?;
            match stop {
                Stop::Returned => {
                    self.demo_walk(office, id, Some(Station::Vetting)).await?;
                    self.demo_returns(office, *claim, id).await?;
                }
                Stop::At(station) => self.demo_walk(office, id, Some(*station)).await?,
                Stop::Draft => {}
            }
            waits |= *stop == Stop::At(Station::Committee);
        }
        if waits {
            let secretary = self.demo_desk(office, Role::Secretary).await?;
            let on = secretary.today().saturating_add(Span::new().days(3));
            self.call_meeting(&secretary, office.no, Some(on), "三楼会议室")
                .await?;
        }
        Ok(())
    }

    async fn demo_desk(&self, office: &Office, role: Role) -> Result<Ctx> {
        let login = office.city.login(role).ok_or(Error::NotFound)?;
        self.as_demo(login, role, office.pool).await
    }

    /// Who acts at a station: somebody of the party that the pack names, the approver first where it approves.
    async fn demo_actor(&self, office: &Office, pool: &OpenPool, station: Station) -> Result<Ctx> {
        let step = pool.pack.admission.step(station);
        let party = step.and_then(|step| pool.pack.party(step.party.as_deref()?));
        let [one, other] = match station {
            Station::Approval => [Role::Approver, Role::Officer],
            _ => [Role::Officer, Role::Approver],
        };
        let role = match party {
            Some(party) if !party.roles.contains(&one) && party.roles.contains(&other) => other,
            _ => one,
        };
        self.demo_desk(office, role).await
    }

    /// Who enters applications by a channel: the unit that recommends, where one has a log-in here.
    async fn demo_applicant(&self, office: &Office, claim: usize) -> Result<(Ctx, OpenPool)> {
        let officer = self.demo_desk(office, Role::Officer).await?;
        let pool = self.pool_numbered(&officer, office.no).await?;
        let (_, channel) = way(office, &pool, claim)?;
        let party = pool.pack.party(&channel.submitter);
        let unit = party.is_some_and(|party| party.roles.contains(&Role::Recommender));
        if unit && office.city.login(Role::Recommender).is_some() {
            return Ok((self.demo_desk(office, Role::Recommender).await?, pool));
        }
        Ok((officer, pool))
    }

    /// The next person applies and hands everything in.
    async fn demo_applies(
        &self,
        office: &Office,
        claim: usize,
        cast: &mut Cast,
    ) -> Result<RecordId> {
        let id = self.demo_enters(office, claim, cast).await?;
        self.demo_hands_in(office, claim, id).await?;
        Ok(id)
    }

    async fn demo_enters(
        &self,
        office: &Office,
        place: usize,
        cast: &mut Cast,
    ) -> Result<RecordId> {
        let (who, pool) = self.demo_applicant(office, place).await?;
        let (claim, _) = way(office, &pool, place)?;
        let youngest = back(who.today(), OLDEST * 365);
        let person = loop {
            let person = cast.person();
            let young = person.profile.born.is_some_and(|born| youngest < born);
            if let (true, Some(craft)) = (young, craft(office, &person)) {
                break fitted(person, claim, craft, &pool);
            }
        };
        let form = form(office, &pool, claim, &person);
        self.enter_application(&who, office.no, &form).await
    }

    async fn demo_hands_in(&self, office: &Office, place: usize, id: RecordId) -> Result<()> {
        let (who, pool) = self.demo_applicant(office, place).await?;
        let (_, channel) = way(office, &pool, place)?;
        let papers = papers(&pool, channel, &who);
        self.record_materials(&who, office.no, id, &papers).await?;
        self.submit_application(&who, office.no, id).await?;
        Ok(())
    }

    /// Brings an application on until it waits at this station, or at one where many are concluded at once.
    async fn demo_walk(&self, office: &Office, id: RecordId, until: Option<Station>) -> Result<()> {
        let officer = self.demo_desk(office, Role::Officer).await?;
        loop {
            let view = self.application(&officer, office.no, id).await?;
            let State::At { station, .. } = view.application.state else {
                return Ok(());
            };
            if Some(station) == until {
                return Ok(());
            }
            let pool = self.pool_numbered(&officer, office.no).await?;
            let who = self.demo_actor(office, &pool, station).await?;
            let mut claims = office.city.claims.iter();
            let claim = claims.find(|claim| claim.channel == view.application.channel);
            match station {
                Station::Recommendation => {
                    self.pass_application(&who, office.no, id, "").await?;
                }
                Station::Vetting | Station::Approval => {
                    let found = claim.map_or(&[][..], |claim| claim.found);
                    self.check_application(&officer, office.no, id, &checks(&pool, found))
                        .await?;
                    self.pass_application(&who, office.no, id, "").await?;
                }
                Station::Classify => {
                    let duties = view.application.duties.clone();
                    let specialties = view.application.specialties.clone();
                    self.classify_application(&who, office.no, id, &specialties, &duties)
                        .await?;
                }
                _ => return Ok(()),
            }
        }
    }

    async fn demo_returns(&self, office: &Office, place: usize, id: RecordId) -> Result<()> {
        let officer = self.demo_desk(office, Role::Officer).await?;
        let pool = self.pool_numbered(&officer, office.no).await?;
        let (_, channel) = way(office, &pool, place)?;
        let items = checklist::items(&pool.pack, channel);
        let Some(item) = items.last() else {
            return Ok(());
        };
        let fix = vec![(item.id.clone(), "复印件不清晰，请重新扫描".to_owned())];
        let until = officer.today().saturating_add(Span::new().days(10));
        self.return_application(&officer, office.no, id, &fix, Some(until))
            .await
    }

    /// Whoever waits for a meeting is approved by one, and goes on.
    async fn demo_decides(&self, office: &Office, ids: &[RecordId]) -> Result<()> {
        let officer = self.demo_desk(office, Role::Officer).await?;
        let waiting = self
            .demo_waiting(office, &officer, ids, Station::Committee)
            .await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let secretary = self.demo_desk(office, Role::Secretary).await?;
        let on = secretary.today();
        let meeting = self
            .call_meeting(&secretary, office.no, Some(on), "三楼会议室")
            .await?;
        let attendees = ["委员甲（演示）", "委员乙（演示）"].map(str::to_owned);
        let opinion = |of: &String| Opinion {
            of: of.clone(),
            text: "同意".to_owned(),
        };
        let minutes = Minutes {
            number: format!("会议纪要〔{}〕1号（演示）", on.year()),
            on,
            opinions: attendees.iter().map(opinion).collect(),
            attendees: attendees.to_vec(),
            results: waiting
                .iter()
                .map(|id| PersonResult {
                    record: *id,
                    verdict: Verdict::Approved,
                    recused: Vec::new(),
                    votes: None,
                })
                .collect(),
        };
        self.hold_meeting(&secretary, office.no, meeting, minutes)
            .await?;
        for id in waiting {
            self.demo_walk(office, id, None).await?;
        }
        Ok(())
    }

    /// Whoever waits for a public notice is put on one; its number.
    async fn demo_posts(&self, office: &Office, ids: &[RecordId]) -> Result<Option<String>> {
        let officer = self.demo_desk(office, Role::Officer).await?;
        let waiting = self
            .demo_waiting(office, &officer, ids, Station::PublicNotice)
            .await?;
        if waiting.is_empty() {
            return Ok(None);
        }
        let list = Draft {
            title: format!("{}拟任用名单公示", office.city.name),
            body: "经征集、审核，现将拟任用名单予以公示。公示期内，任何单位和个人对名单所列人员有异议的，可以向我局反映。".to_owned(),
            contact: format!("{}，电话 {}", office.city.office, office.city.phone),
            applications: waiting,
        };
        let id = self.draft_posting(&officer, office.no, &list).await?;
        self.post_posting(&officer, office.no, id, true).await?;
        let view = self.posting(&officer, office.no, id).await?;
        Ok(view.posting.state.posted().map(|up| up.number.clone()))
    }

    async fn demo_waiting(
        &self,
        office: &Office,
        officer: &Ctx,
        ids: &[RecordId],
        station: Station,
    ) -> Result<Vec<RecordId>> {
        let mut waiting = Vec::new();
        for id in ids {
            let view = self.application(officer, office.no, *id).await?;
            if view.application.state.station() == Some(station) {
                waiting.push(*id);
            }
        }
        Ok(waiting)
    }
}

fn way<'p>(
    office: &Office,
    pool: &'p OpenPool,
    place: usize,
) -> Result<(&'static Claim, &'p Channel)> {
    let claim = office.city.claims.get(place).ok_or(Error::NotFound)?;
    let channel = pool.pack.admission.channel(claim.channel);
    Ok((claim, channel.ok_or(Error::NotFound)?))
}

/// The specialty of the pool that somebody works in; nobody applies for another.
fn craft(office: &Office, person: &Person) -> Option<&'static str> {
    let own = person.profile.expertise.as_deref()?;
    let mut known = office.city.specialties.iter().copied();
    known.find(|name| own.contains(*name))
}

/// Somebody who meets the conditions: a senior title, a craft, work of the kind asked for, no honour but the one of the
/// claim, and an employer of a kind the pack knows or of none.
fn fitted(mut person: Person, claim: &Claim, craft: &str, pool: &OpenPool) -> Person {
    let profile = &mut person.profile;
    if let Some(employer) = &mut profile.employer {
        let known = pool.offered("employer_kind");
        employer.kind = employer.kind.take().filter(|kind| known.contains(kind));
    }
    profile.titles.retain(|title| title.level == "副高级");
    if profile.titles.is_empty() {
        profile.titles.push(Title {
            name: "高级工程师".to_owned(),
            level: "副高级".to_owned(),
            field: None,
            obtained: None,
            authority: None,
        });
    }
    profile.skills.retain(|skill| skill.level == "高级技师");
    if profile.skills.is_empty() {
        profile.skills.push(Skill {
            occupation: craft.to_owned(),
            level: "高级技师".to_owned(),
            obtained: None,
            certificate: None,
        });
    }
    for work in &mut profile.work {
        let tags = claim.work.iter().map(|tag| (*tag).to_owned());
        work.tags = tags.collect();
    }
    let known = pool.rungs("education");
    profile.education.retain(|one| known.contains(&one.level));
    profile.achievements.clear();
    profile.honours = claim
        .honour
        .iter()
        .map(|name| Honour {
            name: (*name).to_owned(),
            level: "市级".to_owned(),
            awarded: None,
            by: None,
        })
        .collect();
    person
}

fn form(office: &Office, pool: &OpenPool, claim: &Claim, person: &Person) -> Fields {
    let file = PersonFile {
        profile: person.profile.clone(),
        office_phone: None,
    };
    let mut form = crate::persons::fields(&file);
    let craft = craft(office, person);
    let mut places = office.city.specialties.iter().zip(&office.specialties);
    let specialty = places.find(|(name, _)| Some(**name) == craft);
    for (field, value) in [
        ("channel", claim.channel.to_owned()),
        ("id_number", person.identity.expose().to_owned()),
        ("mobile", person.mobile.expose().to_owned()),
        ("email", person.email.expose().to_owned()),
        ("pledge", "yes".to_owned()),
        ("privacy", "yes".to_owned()),
    ] {
        form.push(field, value);
    }
    if let Some((number, closes)) = &office.notice {
        form.push("notice", number.as_str());
        form.push("notice_closes", closes.to_string());
    }
    if let Some((_, id)) = specialty {
        form.push("specialty", id.to_string());
    }
    for (field, value) in claim.fields {
        form.push(*field, *value);
    }
    for leaf in &pool.pack.eligibility.leaves {
        if leaf.how.contains(&How::Declared) {
            form.push("declared", leaf.id.as_str());
        }
    }
    form
}

/// Everything the channel asks for, as far as people have it.
fn papers(pool: &OpenPool, channel: &Channel, who: &Ctx) -> Fields {
    let mut papers = Fields::default();
    let valid = who.today().saturating_add(Span::new().years(5));
    for item in checklist::items(&pool.pack, channel) {
        for what in ["given", "opinion", "sealed"] {
            papers.push(format!("{what}.{}", item.id), "yes");
        }
        for part in &item.parts {
            let held = HELD.contains(&part.id.as_str());
            let field = if held { "part" } else { "not_held" };
            papers.push(format!("{field}.{}", item.id), part.id.as_str());
        }
        papers.push(format!("valid_to.{}", item.id), valid.to_string());
    }
    papers
}

/// What a reviewer confirms: every condition that all must meet, and the alternatives found.
fn checks(pool: &OpenPool, found: &[&str]) -> Fields {
    let eligibility = &pool.pack.eligibility;
    let (mut asked, mut alternative) = (Vec::new(), Vec::new());
    eligibility.rule.leaves(&mut |leaf, _| asked.push(leaf));
    for branch in &eligibility.branches {
        branch.rule.leaves(&mut |leaf, _| alternative.push(leaf));
    }
    let mut checks = Fields::default();
    let points = pool
        .pack
        .admission
        .steps
        .iter()
        .flat_map(|step| &step.points);
    for (place, _) in points.enumerate() {
        checks.push(format!("point.{place}"), "yes");
    }
    for (place, leaf) in (0_u16..).zip(&eligibility.leaves) {
        let all_must = asked.contains(&place) && !alternative.contains(&place);
        if leaf.how.contains(&How::Reviewed) && (all_must || found.contains(&leaf.id.as_str())) {
            checks.push(format!("confirm.{}", leaf.id), "yes");
            checks.push(format!("note.{}", leaf.id), "已核对证明材料原件（演示）");
        }
        if let Some(Test::NotListed { register, .. }) = &leaf.test {
            checks.push(format!("register.{register}"), "clear");
            checks.push(
                format!("register_source.{register}"),
                "公开网站查询（演示）",
            );
        }
    }
    checks
}
