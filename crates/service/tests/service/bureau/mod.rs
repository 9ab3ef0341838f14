//! A small bureau for tests: one pool under the Dongguan pack, its people and its roles.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::sync::Arc;

use documents::worker::Isolation;
use domain::actor::{Actor, Grant, Role};
use domain::draw_process::{Attempt, Party};
use domain::expert::{Expert, Standing, Term};
use domain::half_day::{HalfDay, Slot};
use domain::id::{
    AccountId, DrawId, ExpertId, OrganisationId, PersonId, PoolId, RecordId, SpecialtyId, TaskId,
};
use domain::meeting::{Minutes, PersonResult, Verdict};
use domain::organisation::{Organisation, OrganisationRef};
use domain::person::{Employer, Profile, Title};
use domain::policy::facts::Ticks;
use domain::policy::library::shipped;
use domain::policy::pack::Station;
use domain::pool::{Pool, Specialty, SpecialtyStatus};
use domain::task::{
    Call, Demand, Level, Mode, RecusalDemand, Request, Reviewed, ReviewedPerson, State, Task, Venue,
};
use draw::{Digest, Share, Suite, commitment};
use jiff::civil::{Date, date};
use service::experts::Membership;
use service::port::{StoppedClock, SystemEntropy};
use service::typed::Fields;
use service::{Ctx, Packs, Service, Settings};
use store::experts::ExpertKeys;
use store::ledger::EntryFilter;
use store::organisations::OrganisationKeys;
use store::persons::{PersonKeys, Private};
use store::pools::{PoolKeys, SpecialtyKeys};
use store::testing::TestStore;
use store::{LedgerId, Secret, document};
use uuid::Uuid;

/// Monday 2022-06-06, 09:00 in Shanghai: the instrument is in force.
pub(crate) const NOW: &str = "2022-06-06T01:00:00Z";

pub(crate) struct Bureau {
    pub(crate) service: Service,
    pub(crate) clock: Arc<StoppedClock>,
    pub(crate) store: store::Store,
    pub(crate) pool: PoolId,
    pub(crate) specialty: SpecialtyId,
    pub(crate) requester: OrganisationId,
    pub(crate) officer: Ctx,
    pub(crate) approver: Ctx,
    pub(crate) asking: Ctx,
    pub(crate) supervisor: Ctx,
}

fn id<T: From<Uuid>>(n: u128) -> T {
    T::from(Uuid::from_u128(n))
}

fn ctx(service: &Service, n: u128, role: Role, pool: PoolId, organisation: u128) -> Ctx {
    let actor = Actor {
        account: Some(id(n)),
        name: format!("{}甲", role.zh()),
        organisation: Some(id(organisation)),
        grants: vec![Grant::whole(role, pool)],
        ..Actor::system()
    };
    service.ctx(actor, "test", "test")
}

/// People who apply: names and identity numbers.
pub(crate) const APPLICANTS: [(&str, &str); 5] = [
    ("何申甲", "440000197001010002"),
    ("何申乙", "440000197001010010"),
    ("何申丙", "440000197001010029"),
    ("何申丁", "440000198001010007"),
    ("何申戊", "440000198001010015"),
];

/// The n-th of them; after these, others who are called alike.
fn applicant(n: usize) -> (String, String) {
    if let Some((name, number)) = APPLICANTS.get(n) {
        return ((*name).to_owned(), (*number).to_owned());
    }
    let born = date(1975, 1, 1).saturating_add(jiff::Span::new().days(n as i64));
    let first = format!("440000{}000", born.strftime("%Y%m%d"));
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = first.bytes().map(|digit| usize::from(digit - b'0'));
    let sum: usize = digits
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    let check = char::from(b"10X98765432"[sum % 11]);
    let called = |n: usize| char::from_u32(0x5e00 + n as u32).expect("a character");
    (format!("何申{}", called(n)), format!("{first}{check}"))
}

/// The day of the meeting that decides on those who apply.
const MEETING: Date = date(2022, 6, 6);

impl Bureau {
    /// A sound application of the n-th applicant, handed in with its papers, checked and, where the
    /// channel is vetted, passed.
    pub(crate) async fn applied(
        &self,
        channel: &str,
        n: usize,
        invitation: Option<RecordId>,
    ) -> RecordId {
        let service = &self.service;
        let desk = &self.officer;
        let (name, number) = applicant(n);
        let mut form = Fields::default();
        for (field, value) in [
            ("channel", channel),
            ("notice", "ZJ01-2022-0001"),
            ("notice_closes", "2022-06-30"),
            ("source", "省职业技能专家库"),
            ("recommender", "示例推荐单位"),
            ("name", &name),
            ("id_number", &number),
            ("mobile", "16400000001"),
            ("employer", "示例理工大学"),
            ("title.0.name", "高级工程师"),
            ("task_kinds", "8-4"),
            ("declared", "L1"),
            ("declared", "L2"),
            ("declared", "HEALTH"),
            ("pledge", "yes"),
            ("privacy", "yes"),
        ] {
            form.push(field, value);
        }
        if let Some(invitation) = invitation {
            form.push("invitation", invitation.to_string());
        }
        let id = service
            .enter_application(desk, 1, &form)
            .await
            .expect("entered");
        let mut papers = Fields::default();
        for item in ["form1", "list2", "identity", "licence"] {
            for what in ["given", "opinion", "sealed"] {
                papers.push(format!("{what}.{item}"), "yes");
            }
        }
        papers.push("part.certs", "title_proof");
        papers.push("valid_to.identity", "2030-01-01");
        service
            .record_materials(desk, 1, id, &papers)
            .await
            .expect("papers");
        let state = service
            .submit_application(desk, 1, id)
            .await
            .expect("submitted");
        let mut checked = Fields::default();
        for (field, value) in [
            ("confirm.L1", "yes"),
            ("confirm.L5", "yes"),
            ("register.dishonesty", "clear"),
            ("register_source.dishonesty", "信用中国网站"),
        ] {
            checked.push(field, value);
        }
        service
            .check_application(desk, 1, id, &checked)
            .await
            .expect("checked");
        if state.station() == Some(Station::Vetting) {
            service
                .pass_application(desk, 1, id, "")
                .await
                .expect("passed");
        }
        id
    }

    /// Under Jiangmen's pack: the n-th applicant, vetted, waits for the public notice.
    pub(crate) async fn waiting_for_posting(&self, n: usize) -> RecordId {
        let service = &self.service;
        let desk = self.now(&self.officer);
        let (name, number) = &applicant(n);
        let specialty = self.specialty.to_string();
        let form = fields(&[
            ("channel", "applied"),
            ("notice", "ZJ01-2022-0001"),
            ("notice_closes", "2022-06-30"),
            ("name", name),
            ("id_number", number),
            ("mobile", "16400000001"),
            ("employer", "示例理工大学"),
            ("employer_kind", "高等院校"),
            ("category", "高等院校、技师学院教职员"),
            ("member_kind", "个人"),
            ("specialty", &specialty),
            ("declared", "P1"),
            ("declared", "P2"),
            ("declared", "P4A"),
            ("declared", "P4B"),
            ("pledge", "yes"),
            ("privacy", "yes"),
        ]);
        let id = service
            .enter_application(&desk, 1, &form)
            .await
            .expect("entered");
        let papers = fields(&[
            ("given.application", "yes"),
            ("given.commitment", "yes"),
            ("given.range", "yes"),
            ("part.range", "staff_proof"),
            ("given.qualification", "yes"),
        ]);
        service
            .record_materials(&desk, 1, id, &papers)
            .await
            .expect("papers");
        service
            .submit_application(&desk, 1, id)
            .await
            .expect("submitted");
        let checked = fields(&[
            ("confirm.P2", "yes"),
            ("confirm.P3", "yes"),
            ("register.criminal", "clear"),
            ("point.0", "yes"),
            ("point.1", "yes"),
            ("point.2", "yes"),
            ("register_source.criminal", "公安机关证明"),
            ("register.dishonesty", "clear"),
            ("register_source.dishonesty", "信用中国网站"),
        ]);
        service
            .check_application(&desk, 1, id, &checked)
            .await
            .expect("checked");
        let state = service
            .pass_application(&desk, 1, id, "")
            .await
            .expect("passed");
        assert_eq!(state.station(), Some(Station::PublicNotice));
        id
    }

    /// Everybody who waits through one meeting, approved; these classified.
    pub(crate) async fn classified(&self, ids: &[RecordId]) -> RecordId {
        let service = &self.service;
        let secretary = self.as_role(Role::Secretary);
        let meeting = service
            .call_meeting(&secretary, 1, Some(MEETING), "三楼会议室")
            .await
            .expect("called");
        let minutes = Minutes {
            number: "标委纪〔2022〕3号".into(),
            on: MEETING,
            attendees: vec!["委员甲".into(), "委员乙".into(), "委员丙".into()],
            opinions: Vec::new(),
            results: ids
                .iter()
                .map(|id| PersonResult {
                    record: *id,
                    verdict: Verdict::Approved,
                    recused: Vec::new(),
                    votes: None,
                })
                .collect(),
        };
        service
            .hold_meeting(&secretary, 1, meeting, minutes)
            .await
            .expect("held");
        for id in ids {
            service
                .classify_application(&self.approver, 1, *id, &[self.specialty], &[])
                .await
                .expect("classified");
        }
        meeting
    }

    /// A bureau with this many senior experts, each of an employer of their own.
    pub(crate) async fn open(engine: &TestStore, experts: u32) -> Self {
        let text = shipped("dg-2021").expect("shipped").pack;
        Self::open_under(engine, experts, text).await
    }

    /// The same under another text of the pack.
    pub(crate) async fn open_under(engine: &TestStore, experts: u32, text: &str) -> Self {
        let clock = Arc::new(StoppedClock::at(NOW.parse().expect("a time")));
        let pack = domain::policy::check::check(text).expect("the pack is sound");
        let digest = pack.digest().to_string();
        let pack_id = pack.identity.id.clone();
        let service = Service::new(
            engine.store.clone(),
            Packs::new([pack]),
            clock.clone(),
            Arc::new(SystemEntropy),
            Settings {
                isolation: Some(Isolation::InProcess),
                ..Settings::default()
            },
        );
        let pool: PoolId = id(100);
        let specialty: SpecialtyId = id(200);
        let mut tx = engine.store.write(LedgerId::System).await.expect("door");
        for (n, name) in [
            (10, "示例市人社局"),
            (11, "示例市云岭分局"),
            (12, "示例市第二分局"),
        ] {
            let body = Organisation {
                id: id(n),
                name: name.into(),
                credit_code: None,
                kind: Some("机关".into()),
                listed: false,
                public_body: true,
                contact: None,
            };
            let keys = OrganisationKeys {
                name: name.into(),
                name_sort: name.into(),
                credit_code: None,
                kind: "机关".into(),
            };
            let search = store::SearchText::new().text(name);
            store::organisations::insert(&mut tx, id(n), keys, &search, &body)
                .await
                .expect("saved");
        }
        let body = Pool {
            id: pool,
            name: "示例专家库".into(),
            pack: pack_id,
            pack_digest: digest.clone(),
            manager: id(10),
            phone: None,
            extension: None,
            settings: Vec::new(),
            demonstration: false,
        };
        let keys = PoolKeys {
            no: 0,
            name: body.name.clone(),
            pack: body.pack.clone(),
            pack_digest: digest,
            status: "active".into(),
        };
        store::pools::insert(&mut tx, pool, keys, &body)
            .await
            .expect("saved");
        tx.append(&store::testing::event(
            "test.bureau",
            NOW.parse().expect("a time"),
        ))
        .await
        .expect("recorded");
        tx.commit().await.expect("committed");
        let mut tx = engine.store.write(pool).await.expect("door");
        let body = Specialty {
            id: specialty,
            pool,
            name: "焊接".into(),
            occupation: None,
            status: SpecialtyStatus::Active,
        };
        let keys = SpecialtyKeys {
            pool,
            name: "焊接".into(),
            status: "active".into(),
            position: 1,
        };
        document::insert(&mut tx, specialty, keys, &body)
            .await
            .expect("saved");
        for n in 0..experts {
            insert_expert(&mut tx, pool, specialty, n).await;
        }
        tx.append(&store::testing::event(
            "test.experts",
            NOW.parse().expect("a time"),
        ))
        .await
        .expect("recorded");
        tx.commit().await.expect("committed");
        Self {
            officer: ctx(&service, 1, Role::Officer, pool, 10),
            approver: ctx(&service, 2, Role::Approver, pool, 10),
            asking: ctx(&service, 3, Role::Requester, pool, 11),
            supervisor: ctx(&service, 4, Role::Supervisor, pool, 10),
            store: engine.store.clone(),
            clock,
            pool,
            specialty,
            requester: id(11),
            service,
        }
    }

    /// A bureau whose experts serve from 2024-03-01 to a day, every condition declared and confirmed.
    pub(crate) async fn serving(engine: &TestStore, text: &str, experts: u32, to: Date) -> Self {
        let bureau = Self::open_under(engine, experts, text).await;
        let pack = domain::policy::check::check(text).expect("the pack is sound");
        let term = Term {
            from: date(2024, 3, 1),
            to,
        };
        for n in 0..experts {
            let declare = |member: &mut Membership| {
                member.expert.standing = Standing::Appointed { term };
                for leaf in &pack.eligibility.leaves {
                    let ticks = match leaf.elements.len() {
                        0 => Ticks::Whole(true),
                        many => Ticks::Each(vec![true; many]),
                    };
                    member.declared.insert(leaf.id.clone(), ticks);
                    member.reviewed.insert(leaf.id.clone(), true);
                }
            };
            bureau
                .change_member(id(101_000 + u128::from(n)), declare)
                .await;
        }
        bureau
    }

    /// Changes a stored member behind the back of the use cases.
    pub(crate) async fn change_member(&self, id: ExpertId, how: impl FnOnce(&mut Membership)) {
        let mut tx = self.store.write(self.pool).await.expect("door");
        let member = store::experts::find::<Membership>(&mut tx, id).await;
        let mut member = member.expect("read").expect("there");
        how(&mut member.body);
        let person = store::persons::find::<Profile>(&mut tx, member.keys.person).await;
        let person = person.expect("read").expect("there");
        member.keys.card = domain::roster::card(&member.body.expert, &person.body);
        member.keys.team = member.body.expert.team.clone().unwrap_or_default();
        store::experts::save(&mut tx, &mut member)
            .await
            .expect("saved");
        let now = self.now(&self.officer).now;
        tx.append(&store::testing::event("test.member", now))
            .await
            .expect("recorded");
        tx.commit().await.expect("committed");
    }

    /// Closes a task behind the back of the use cases, whatever is open.
    pub(crate) async fn close_anyhow(&self, id: TaskId) {
        let mut tx = self.store.write(self.pool).await.expect("door");
        let task = store::tasks::find::<Task>(&mut tx, id).await;
        let mut task = task.expect("read").expect("there");
        let now = self.now(&self.officer).now;
        task.body.state = State::Closed { at: now };
        task.keys.status = task.body.state.code().to_owned();
        document::save(&mut tx, &mut task).await.expect("saved");
        tx.append(&store::testing::event("test.task", now))
            .await
            .expect("recorded");
        tx.commit().await.expect("committed");
    }

    /// A requester of another unit.
    pub(crate) fn stranger(&self) -> Ctx {
        ctx(&self.service, 5, Role::Requester, self.pool, 12)
    }

    /// Somebody who recommends for a unit.
    pub(crate) fn unit(&self, organisation: u128) -> Ctx {
        let account = 700 + organisation;
        let role = Role::Recommender;
        ctx(&self.service, account, role, self.pool, organisation)
    }

    /// Somebody of the manager with this role.
    pub(crate) fn as_role(&self, role: Role) -> Ctx {
        ctx(&self.service, 6, role, self.pool, 10)
    }

    /// The same person, now.
    pub(crate) fn now(&self, ctx: &Ctx) -> Ctx {
        self.service.ctx(ctx.actor.clone(), "test", "test")
    }

    pub(crate) fn request(&self, seats: u32) -> Request {
        Request {
            content: "焊接项目评审".into(),
            scope: "考核评价".into(),
            kind: "8-4".into(),
            sub_kind: Some("项目评审".into()),
            fields: [].into(),
            half_days: vec![HalfDay {
                date: date(2022, 6, 20),
                slot: Slot::Morning,
            }],
            starts_at: Some("09:00".into()),
            place: "示例市云岭区会议室".into(),
            venue: Venue::OnSite,
            reviewed: vec![Reviewed {
                organisation: OrganisationRef {
                    id: None,
                    name: "受评单位".into(),
                    credit_code: None,
                },
                listed: false,
                people: vec![ReviewedPerson {
                    name: "项目负责人甲".into(),
                    leads: true,
                }],
                call: Some(Call {
                    guideline: "G1".into(),
                    round: "2022-1".into(),
                }),
            }],
            demands: vec![Demand {
                label: "焊接组".into(),
                specialties: vec![self.specialty],
                level: Level::Title {
                    rung: "副高级".into(),
                },
                duty: None,
                seats,
                reserves: 1,
            }],
            per_employer: None,
            recusal: RecusalDemand::Nobody,
            mode: Mode::Random,
        }
    }

    /// Files and accepts.
    pub(crate) async fn accepted(&self, seats: u32) -> TaskId {
        let filed = self
            .service
            .file_task(&self.asking, self.pool, self.request(seats))
            .await;
        let task = filed.expect("filed");
        self.service
            .accept_task(&self.officer, task)
            .await
            .expect("accepted");
        task
    }

    pub(crate) async fn attempt(&self, draw: DrawId) -> Attempt {
        let mut read = self.store.read();
        let row = store::draws::find::<Attempt>(&mut read, draw)
            .await
            .expect("read");
        row.expect("there").body
    }

    pub(crate) fn party(&self, party: Party) -> &Ctx {
        match party {
            Party::Manager => &self.officer,
            Party::Requester => &self.asking,
            Party::Supervisor => &self.supervisor,
        }
    }

    /// All three commit and reveal.
    pub(crate) async fn ceremony(&self, draw: DrawId, seed: u8) {
        let digest = self.attempt(draw).await.frame_digest;
        for party in Party::ALL {
            let commitment = committed(digest, party, seed);
            let ctx = self.party(party);
            let done = self
                .service
                .commit_share(ctx, draw, party, &commitment.to_hex())
                .await;
            done.expect("committed");
        }
        for party in Party::ALL {
            let share = Share([seed; 32]).to_hex();
            let done = self
                .service
                .reveal_share(self.party(party), draw, party, &share)
                .await;
            done.expect("revealed");
        }
    }

    /// From filing to the unsealed result.
    pub(crate) async fn unsealed(&self, seats: u32, seed: u8) -> (TaskId, DrawId) {
        let task = self.accepted(seats).await;
        (task, self.drawn(task, seed).await)
    }

    /// The same without reserves, for a day of its own.
    pub(crate) async fn unsealed_on(&self, seats: u32, seed: u8, day: Date) -> (TaskId, DrawId) {
        let mut request = self.request(seats);
        request.demands[0].reserves = 0;
        request.half_days[0].date = day;
        let filed = self
            .service
            .file_task(&self.asking, self.pool, request)
            .await;
        let task = filed.expect("filed");
        self.service
            .accept_task(&self.officer, task)
            .await
            .expect("accepted");
        (task, self.drawn(task, seed).await)
    }

    /// From the accepted request to the unsealed result.
    pub(crate) async fn drawn(&self, task: TaskId, seed: u8) -> DrawId {
        let draw = self
            .service
            .freeze_frame(&self.officer, task, false)
            .await
            .expect("frozen");
        self.ceremony(draw, seed).await;
        self.service
            .propose_unsealing(&self.officer, draw)
            .await
            .expect("proposed");
        self.service
            .confirm_unsealing(&self.supervisor, draw)
            .await
            .expect("unsealed");
        draw
    }

    /// An expert logged in on the phone.
    pub(crate) fn expert(&self, person: PersonId) -> Ctx {
        let actor = Actor {
            account: Some(AccountId(person.0)),
            name: "专家".into(),
            person: Some(person),
            grants: vec![Grant::whole(Role::Expert, self.pool)],
            ..Actor::system()
        };
        self.service.ctx(actor, "test", "test")
    }

    /// Actions of the pool's ledger about anything, in order.
    pub(crate) async fn ledger(&self) -> Vec<String> {
        let mut read = self.store.read();
        let filter = EntryFilter {
            ledger: Some(LedgerId::Pool(self.pool)),
            ..EntryFilter::default()
        };
        let entries = store::ledger::list(&mut read, &filter, 1_000)
            .await
            .expect("read");
        entries.into_iter().map(|entry| entry.action).collect()
    }
}

pub(crate) fn committed(digest: Digest, party: Party, seed: u8) -> Digest {
    commitment(Suite::Sm3, digest, party.code(), &Share([seed; 32]))
}

/// What is known of the n-th expert.
fn profile(n: u32) -> Profile {
    Profile {
        name: format!("专家{n:03}"),
        born: Some(date(1975, 3, 1)),
        employer: Some(Employer {
            organisation: None,
            name: format!("示例单位{n}"),
            credit_code: None,
            kind: Some("企业".into()),
        }),
        titles: vec![Title {
            name: "高级工程师".into(),
            level: "副高级".into(),
            field: None,
            obtained: None,
            authority: None,
        }],
        ..Profile::default()
    }
}

async fn insert_expert(tx: &mut store::WriteTx, pool: PoolId, specialty: SpecialtyId, n: u32) {
    let number = 1_000 + u128::from(n);
    let (person, profile): (PersonId, Profile) = (id(number), profile(n));
    let name = profile.name.clone();
    let private = Private {
        phone: Some(Secret::new(format!("154{n:08}"))),
        ..Private::default()
    };
    let keys = PersonKeys {
        name: name.clone(),
        name_sort: name,
    };
    store::persons::insert(tx, person, keys, &private, &profile)
        .await
        .expect("saved");
    insert_membership(tx, pool, specialty, n, id(100_000 + number)).await;
}

/// Appoints the n-th expert to a pool.
pub(crate) async fn insert_membership(
    tx: &mut store::WriteTx,
    pool: PoolId,
    specialty: SpecialtyId,
    n: u32,
    expert: ExpertId,
) {
    let (person, profile): (PersonId, Profile) = (id(1_000 + u128::from(n)), profile(n));
    let name = profile.name.clone();
    let term = Term {
        from: date(2021, 7, 1),
        to: date(2024, 6, 30),
    };
    let body = Expert {
        id: expert,
        pool,
        person,
        team: None,
        number: format!("DG2021{n:04}"),
        specialties: vec![specialty],
        duties: Vec::new(),
        standing: Standing::Appointed { term },
        channel: None,
        basis: None,
    };
    let keys = ExpertKeys {
        seq: 0,
        pool,
        person,
        team: String::new(),
        number: Some(body.number.clone()),
        number_sort: String::new(),
        status: "appointed".into(),
        term_from: Some(term.from),
        term_to: Some(term.to),
        name: name.clone(),
        name_sort: name.clone(),
        employer: format!("示例单位{n}"),
        employer_organisation: None,
        title_rank: 4,
        skill_rank: 0,
        card: domain::roster::card(&body, &profile),
    };
    store::experts::insert(tx, expert, keys, &[specialty], &body)
        .await
        .expect("saved");
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in pairs {
        fields.push(*name, *value);
    }
    fields
}

/// The words of a PDF.
pub(crate) fn words_of(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("print.pdf");
    std::fs::write(&file, pdf).expect("written");
    let output = std::process::Command::new("pdftotext")
        .arg(&file)
        .arg("-")
        .output()
        .expect("pdftotext runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
