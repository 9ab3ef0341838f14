//! A populated demonstration: a bureau with its people, a pool under the Dongguan pack marked as a
//! demonstration, synthetic experts, requests in several states and draws that really took place.

mod applications;
mod notices;

use domain::actor::{Actor, Grant, Role};
use domain::draw_process::{Attempt, Party};
use domain::engagement::Answer;
use domain::event::{Event, EventKind, Subject};
use domain::expert::{Expert, Standing, Term};
use domain::half_day::{HalfDay, Slot};
use domain::id::{AccountId, DrawId, OrganisationId, PersonId, PoolId, SpecialtyId, TaskId};
use domain::organisation::OrganisationRef;
use domain::pinyin::sort_key;
use domain::pool::{Pool, Specialty, SpecialtyStatus};
use domain::synthetic::{Cast, Place};
use domain::task::{
    Call, Demand, Level, Mode, RecusalDemand, Request, Reviewed, ReviewedPerson, Venue,
};
use draw::{Share, Suite, commitment};
use jiff::Span;
use jiff::civil::Date;
use store::experts::ExpertKeys;
use store::persons::{PersonKeys, Private};
use store::pools::SpecialtyKeys;
use store::{Secret, document};

use crate::accounts::NewAccount;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::pool_set_up::NewPool;
use crate::service::Service;
use crate::set_up::{NewPerson, SetUp};
use crate::special_invitations::Proposal;

/// Experts of the demonstration.
const EXPERTS: usize = 240;
/// Specialties of the demonstration's pool.
const SPECIALTIES: [&str; 10] = [
    "焊接",
    "电工",
    "机械加工",
    "汽车维修",
    "中式烹调",
    "养老护理",
    "美容美发",
    "计算机应用",
    "电子商务",
    "质量管理",
];

/// The roles that get a log-in: role, log-in name, person, and the unit where it is not the bureau.
const PEOPLE: [(Role, &str, &str, &str); 5] = [
    (Role::Officer, "jingban", "周敏", ""),
    (Role::Approver, "shenpi", "梁远", ""),
    (Role::Supervisor, "jiandu", "罗静", ""),
    (
        Role::Requester,
        "shiyong",
        "吴倩",
        "东莞市示例镇人力资源和社会保障分局",
    ),
    (Role::Secretary, "mishu", "谭雅", ""),
];

/// One log-in of the demonstration.
#[derive(Debug, Clone)]
pub struct DemoLogin {
    /// Role.
    pub role: Role,
    /// Log-in name.
    pub login: String,
}

impl Service {
    /// Fills an empty installation. Every account has this password.
    ///
    /// # Errors
    /// [`Error::Refused`] when the installation is not empty: a demonstration never mixes with real
    /// data.
    pub async fn fill_demonstration(&self, password: &str) -> Result<Vec<DemoLogin>> {
        let ctx = self.console();
        let link = self.set_up_link().await?.ok_or_else(|| {
            Error::state(
                "demo.not_empty",
                "数据目录里已有数据，演示只能在空目录中运行。请换一个目录。",
            )
        })?;
        let token = link.rsplit('/').next().unwrap_or_default().to_owned();
        let person = |login: &str, name: &str| NewPerson {
            login: login.to_owned(),
            name: name.to_owned(),
        };
        let done = self
            .set_up(
                &ctx,
                &token,
                &SetUp {
                    bureau: "东莞市示例人力资源和社会保障局".to_owned(),
                    help_phone: "0769-00000000".to_owned(),
                    pool: NewPool {
                        name: "职业能力建设专家库（演示）".to_owned(),
                        pack: "dg-2021".to_owned(),
                        phone: "0769-00000000".to_owned(),
                        despite_standing: true,
                    },
                    system_admin: person("xitong", "冯凯"),
                    password: password.to_owned(),
                    password_again: password.to_owned(),
                    security_admin: person("anquan", "邓然"),
                    auditor: person("shenji", "叶青"),
                    colleagues: Vec::new(),
                },
            )
            .await?;
        for link in done.links {
            self.take_link(&ctx, &link.address, password).await?;
        }
        let security = self.account_by_login(&ctx, "anquan").await?;
        let granting = self.ctx(
            Actor {
                account: Some(security.id),
                name: security.name,
                grants: vec![Grant {
                    role: Role::SecurityAdmin,
                    pool: None,
                }],
                ..Actor::system()
            },
            "cli",
            "",
        );
        for (role, login, name, unit) in PEOPLE {
            let new = NewAccount {
                login: login.to_owned(),
                name: name.to_owned(),
                organisation: None,
                unit: if unit.is_empty() {
                    "东莞市示例人力资源和社会保障局"
                } else {
                    unit
                }
                .to_owned(),
                person: None,
            };
            let (id, link) = self.create_account(&ctx, &new).await?;
            self.take_link(&ctx, &link.address, password).await?;
            self.grant_role(&granting, id, role, Some(done.pool))
                .await?;
        }
        let pool = self.populate(done.pool).await?;
        self.demo_notices(pool).await?;
        let expert = self.demo_expert(done.pool, password).await?;
        // What is to be sent is sent before anybody looks: a demonstration at rest changes nothing.
        self.deliver_messages(&self.schedule()).await?;
        let officers = [
            (Role::SystemAdmin, "xitong"),
            (Role::SecurityAdmin, "anquan"),
            (Role::Auditor, "shenji"),
        ];
        Ok(PEOPLE
            .iter()
            .map(|(role, login, ..)| (*role, *login))
            .chain(officers)
            .chain(expert.as_deref().map(|login| (Role::Expert, login)))
            .map(|(role, login)| DemoLogin {
                role,
                login: login.to_owned(),
            })
            .collect())
    }

    /// A log-in for one of the experts who still have an invitation to answer.
    async fn demo_expert(&self, no: i64, password: &str) -> Result<Option<String>> {
        let rows = store::pools::all::<Pool>(&mut self.store.read()).await?;
        let pool = rows.into_iter().find(|row| row.keys.no == no);
        let pool = pool.ok_or(Error::NotFound)?.id;
        let officer = self.as_demo("jingban", Role::Officer, pool).await?;
        let filter = store::engagements::EngagementFilter {
            pool: Some(pool),
            statuses: vec!["invited".to_owned()],
            ..store::engagements::EngagementFilter::default()
        };
        let mut read = self.store.read();
        let waiting =
            store::engagements::all::<domain::engagement::Engagement>(&mut read, &filter).await?;
        let Some(seat) = waiting.first() else {
            return Ok(None);
        };
        let link = self
            .open_expert_account(&officer, no, seat.body.expert)
            .await?;
        let Some(link) = link else { return Ok(None) };
        self.take_link(&officer, &link.address, password).await?;
        Ok(Some(link.login))
    }

    async fn take_link(&self, ctx: &Ctx, address: &str, password: &str) -> Result<()> {
        let token = address.rsplit('/').next().unwrap_or_default();
        self.use_password_link(ctx, token, password, password).await
    }

    /// The context of one of the demonstration's people.
    async fn as_demo(&self, login: &str, role: Role, pool: PoolId) -> Result<Ctx> {
        let console = self.console();
        let line = self.account_by_login(&console, login).await?;
        let mut read = self.store.read();
        let row = store::accounts::find::<serde_json::Value>(&mut read, line.id).await?;
        let organisation: Option<OrganisationId> = row.and_then(|row| row.keys.organisation);
        let actor = Actor {
            account: Some(line.id),
            name: line.name,
            organisation,
            grants: vec![Grant {
                role,
                pool: Some(pool),
            }],
            ..Actor::system()
        };
        Ok(self.ctx(actor, "cli", ""))
    }

    async fn populate(&self, no: i64) -> Result<PoolId> {
        let rows = store::pools::all::<Pool>(&mut self.store.read()).await?;
        let mut row = rows
            .into_iter()
            .find(|row| row.keys.no == no)
            .ok_or(Error::NotFound)?;
        let pool = row.id;
        let officer = self.as_demo("jingban", Role::Officer, pool).await?;
        let mut change = self.change(&officer, pool).await?;
        row.body.demonstration = true;
        document::save(&mut change, &mut row).await?;
        let mut specialties = Vec::new();
        for (position, name) in SPECIALTIES.iter().enumerate() {
            let id: SpecialtyId = self.id(&officer);
            let body = Specialty {
                id,
                pool,
                name: (*name).to_owned(),
                occupation: None,
                status: SpecialtyStatus::Active,
            };
            let keys = SpecialtyKeys {
                pool,
                name: body.name.clone(),
                status: "active".to_owned(),
                position: i64::try_from(position).unwrap_or(0),
            };
            document::insert(&mut change, id, keys, &body).await?;
            specialties.push(id);
        }
        let mut cast = Cast::new(20_211_015, officer.today(), Place::Dongguan);
        for (n, person) in cast.people(EXPERTS).into_iter().enumerate() {
            self.add_demo_expert(&mut change, &officer, pool, &specialties, n, person)
                .await?;
        }
        change
            .record(
                Event::new(EventKind::ExpertsImported, Subject::new("pool", pool))
                    .fact("added", EXPERTS)
                    .fact("demonstration", "yes"),
            )
            .await?;
        change.commit().await?;
        self.demo_tasks(pool, &specialties).await?;
        self.demo_applications(no, pool, &specialties).await?;
        Ok(pool)
    }

    async fn add_demo_expert(
        &self,
        change: &mut crate::change::Change<'_>,
        ctx: &Ctx,
        pool: PoolId,
        specialties: &[SpecialtyId],
        n: usize,
        person: domain::synthetic::Person,
    ) -> Result<()> {
        let today = ctx.today();
        let id: PersonId = self.id(ctx);
        let profile = person.profile;
        let private = Private {
            id_number: Some(Secret::new(person.identity.expose())),
            phone: Some(Secret::new(person.mobile.expose())),
            email: Some(Secret::new(person.email.expose())),
            address: None,
        };
        let keys = PersonKeys {
            name: profile.name.clone(),
            name_sort: sort_key(&profile.name),
        };
        match store::persons::insert(change, id, keys, &private, &profile).await {
            Ok(_) => {}
            Err(store::Error::Duplicate) => return Ok(()),
            Err(other) => return Err(other.into()),
        }
        let from = back(today, i64::try_from(n * 5 % 1000).unwrap_or(0));
        let to = from
            .saturating_add(Span::new().years(3))
            .yesterday()
            .unwrap_or(from);
        let term = Term { from, to };
        let standing = match n % 40 {
            39 => Standing::Suspended {
                term,
                reason: "材料核实中".to_owned(),
                until: None,
            },
            _ => Standing::Appointed { term },
        };
        let own = [
            specialties.get(n % specialties.len()),
            specialties.get(n / 3 % specialties.len()),
        ];
        let mut own: Vec<SpecialtyId> = own.into_iter().flatten().copied().collect();
        own.dedup();
        let expert = Expert {
            id: self.id(ctx),
            pool,
            person: id,
            number: format!("DG{}{:04}", from.year(), n + 1),
            specialties: own.clone(),
            duties: if n.is_multiple_of(6) {
                vec!["督导".to_owned()]
            } else {
                vec!["考评".to_owned()]
            },
            standing,
            channel: None,
            basis: Some("演示数据".to_owned()),
        };
        let rank = |ladder: &str, level: Option<&String>| {
            let pack = self.packs.find("dg-2021");
            let rung = level.and_then(|l| pack.and_then(|p| p.vocabulary.rung(ladder, l)));
            rung.map_or(0, |rung| i64::from(rung.rung) + 1)
        };
        let employer = profile
            .employer
            .as_ref()
            .map(|e| e.name.clone())
            .unwrap_or_default();
        let keys = ExpertKeys {
            seq: 0,
            pool,
            person: id,
            number: Some(expert.number.clone()),
            number_sort: String::new(),
            status: expert.standing.on(today).code().to_owned(),
            term_from: Some(term.from),
            term_to: Some(term.to),
            name: profile.name.clone(),
            name_sort: sort_key(&profile.name),
            employer: employer.clone(),
            employer_organisation: None,
            title_rank: rank("title", profile.titles.first().map(|title| &title.level)),
            skill_rank: rank("skill", profile.skills.first().map(|skill| &skill.level)),
            card: domain::roster::card(&expert, &profile),
        };
        store::experts::insert(change, expert.id, keys, &own, &expert).await?;
        Ok(())
    }

    /// Requests in several states: one waiting for review, one ready for the ceremony, one drawn and
    /// published with answers.
    async fn demo_tasks(&self, pool: PoolId, specialties: &[SpecialtyId]) -> Result<()> {
        let officer = self.as_demo("jingban", Role::Officer, pool).await?;
        let supervisor = self.as_demo("jiandu", Role::Supervisor, pool).await?;
        let asking = self.as_demo("shiyong", Role::Requester, pool).await?;
        let work = |days| officer.today().saturating_add(Span::new().days(days));
        let done = self
            .file_task(
                &asking,
                pool,
                request("焊接实训基地项目评审", work(9), specialties, 0, 3),
            )
            .await?;
        self.accept_task(&officer, done).await?;
        let draw = self.freeze_frame(&officer, done, true).await?;
        self.demo_ceremony(draw, [&officer, &asking, &supervisor])
            .await?;
        self.propose_unsealing(&officer, draw).await?;
        self.confirm_unsealing(&supervisor, draw).await?;
        self.demo_answers(&officer, done).await?;

        let sealed = self
            .file_task(
                &asking,
                pool,
                request("养老护理培训项目评审", work(11), specialties, 5, 3),
            )
            .await?;
        self.accept_task(&officer, sealed).await?;
        let draw = self.freeze_frame(&officer, sealed, true).await?;
        self.demo_ceremony(draw, [&officer, &asking, &supervisor])
            .await?;

        let ready = self
            .file_task(
                &asking,
                pool,
                request("汽车维修实训项目评审", work(14), specialties, 3, 5),
            )
            .await?;
        self.accept_task(&officer, ready).await?;
        self.file_task(
            &asking,
            pool,
            request("中式烹调竞赛方案评审", work(16), specialties, 4, 3),
        )
        .await?;
        let mut short = request("电子商务师竞赛命题评审", work(20), specialties, 8, 5);
        for demand in &mut short.demands {
            demand.duty = Some("督导".to_owned());
            demand.level = Level::Title {
                rung: "正高级".to_owned(),
            };
        }
        let short = self.file_task(&asking, pool, short).await?;
        self.accept_task(&officer, short).await?;
        if self.shortage(&asking, short).await?.is_none() {
            return Ok(());
        }
        let invited = Proposal {
            task: Some(short),
            name: "苏受邀（演示）".to_owned(),
            employer: "东莞市示例理工学院".to_owned(),
            phone: "16000000001".to_owned(),
            specialty: specialties
                .get(8)
                .map(ToString::to_string)
                .unwrap_or_default(),
            reason: "电子商务专业在库专家少于名额，不能保证随机抽取".to_owned(),
            fitness: "正高级职称，从事电子商务教学和竞赛命题十二年".to_owned(),
            ..Proposal::default()
        };
        self.propose_special_invitation(&asking, pool, &invited)
            .await?;
        Ok(())
    }

    /// All three shares are made here: a demonstration is a rehearsal, and its records say so.
    async fn demo_ceremony(&self, id: DrawId, people: [&Ctx; 3]) -> Result<()> {
        let row = store::draws::find::<Attempt>(&mut self.store.read(), id).await?;
        let digest = row.ok_or(Error::NotFound)?.body.frame_digest;
        let shares = Party::ALL.map(|_| Share(self.entropy.secret()));
        for ((party, ctx), share) in Party::ALL.into_iter().zip(people).zip(&shares) {
            let sealed = commitment(Suite::Sm3, digest, party.code(), share);
            self.commit_share(ctx, id, party, &sealed.to_hex()).await?;
        }
        for ((party, ctx), share) in Party::ALL.into_iter().zip(people).zip(&shares) {
            self.reveal_share(ctx, id, party, &share.to_hex()).await?;
        }
        Ok(())
    }

    async fn demo_answers(&self, officer: &Ctx, task: TaskId) -> Result<()> {
        let seats = self.seats(officer, task).await?;
        let answers = [
            Answer::Accept {
                declared_none: true,
            },
            Answer::Decline {
                reason: Some("当天有教学任务".to_owned()),
            },
        ];
        for (seat, answer) in seats.iter().zip(answers) {
            let actor = Actor {
                account: Some(AccountId(seat.engagement.person.0)),
                name: seat.name.clone(),
                person: Some(seat.engagement.person),
                grants: vec![Grant {
                    role: Role::Expert,
                    pool: Some(seat.engagement.pool),
                }],
                ..Actor::system()
            };
            let ctx = self.ctx(actor, "cli", "");
            self.answer_invitation(&ctx, seat.engagement.id, answer)
                .await?;
        }
        Ok(())
    }
}

fn back(day: Date, days: i64) -> Date {
    day.checked_sub(Span::new().days(days)).unwrap_or(day)
}

fn request(
    content: &str,
    day: Date,
    specialties: &[SpecialtyId],
    index: usize,
    seats: u32,
) -> Request {
    Request {
        content: content.to_owned(),
        scope: "考核评价".to_owned(),
        kind: "8-4".to_owned(),
        sub_kind: Some("项目评审".to_owned()),
        fields: std::collections::BTreeMap::new(),
        half_days: vec![HalfDay {
            date: day,
            slot: Slot::Morning,
        }],
        starts_at: Some("09:00".to_owned()),
        place: "东莞市示例镇政务服务中心三楼会议室".to_owned(),
        venue: Venue::OnSite,
        reviewed: vec![Reviewed {
            organisation: OrganisationRef {
                id: None,
                name: "东莞市示例职业培训学校".to_owned(),
                credit_code: None,
            },
            listed: false,
            people: vec![ReviewedPerson {
                name: "项目负责人（演示）".to_owned(),
                leads: true,
            }],
            call: Some(Call {
                guideline: "技能人才培养项目指南".to_owned(),
                round: "第一批".to_owned(),
            }),
        }],
        demands: vec![Demand {
            label: "专业组".to_owned(),
            specialties: specialties.get(index).copied().into_iter().collect(),
            level: Level::Title {
                rung: "中级".to_owned(),
            },
            duty: None,
            seats,
            reserves: 2,
        }],
        per_employer: None,
        recusal: RecusalDemand::Nobody,
        mode: Mode::Random,
    }
}
