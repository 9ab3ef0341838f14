//! Requests and draws of the demonstration, in several states; the draws really took place.

use domain::actor::{Actor, Grant, Role};
use domain::draw_process::{Attempt, Party};
use domain::engagement::Answer;
use domain::half_day::{HalfDay, Slot};
use domain::id::{AccountId, DrawId, PoolId, SpecialtyId, TaskId};
use domain::organisation::OrganisationRef;
use domain::task::{
    Call, Demand, Level, Mode, RecusalDemand, Request, Reviewed, ReviewedPerson, Venue,
};
use draw::{Share, Suite, commitment};
use jiff::Span;
use jiff::civil::Date;

use super::Office;
use super::cities::Asked;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::service::Service;
use crate::special_invitations::Proposal;

impl Service {
    /// Requests in several states: one waiting for review, one ready for the ceremony, one drawn and
    /// published with answers.
    pub(super) async fn demo_tasks(&self, pool: PoolId, specialties: &[SpecialtyId]) -> Result<()> {
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

    /// What a pool without draws is asked for, as far as it came.
    pub(super) async fn demo_asked(&self, office: &Office) -> Result<()> {
        let Some(asked) = &office.city.asked else {
            return Ok(());
        };
        let login = office.city.login(Role::Requester).ok_or(Error::NotFound)?;
        let asking = self.as_demo(login, Role::Requester, office.pool).await?;
        let day = asking.today().saturating_add(Span::new().days(12));
        let wanted = asked.request(day, &office.specialties);
        let task = self.file_task(&asking, office.pool, wanted).await?;
        if asked.accepted {
            let login = office.city.login(Role::Officer).ok_or(Error::NotFound)?;
            let officer = self.as_demo(login, Role::Officer, office.pool).await?;
            self.accept_task(&officer, task).await?;
        }
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
                grants: vec![Grant::whole(Role::Expert, seat.engagement.pool)],
                ..Actor::system()
            };
            let ctx = self.ctx(actor, "cli", "");
            self.answer_invitation(&ctx, seat.engagement.id, answer)
                .await?;
        }
        Ok(())
    }
}

impl Asked {
    /// Two of them on a morning; by specialty unless by duty.
    fn request(&self, day: Date, specialties: &[SpecialtyId]) -> Request {
        let fields = self.fields.iter();
        let specialties = match self.duty {
            Some(_) => Vec::new(),
            None => specialties.to_vec(),
        };
        Request {
            content: self.content.to_owned(),
            scope: self.scope.to_owned(),
            kind: self.kind.to_owned(),
            sub_kind: self.sub_kind.map(str::to_owned),
            fields: fields
                .map(|(field, value)| ((*field).to_owned(), (*value).to_owned()))
                .collect(),
            half_days: vec![HalfDay {
                date: day,
                slot: Slot::Morning,
            }],
            starts_at: Some("09:00".to_owned()),
            place: self.place.to_owned(),
            venue: Venue::OnSite,
            reviewed: vec![Reviewed {
                organisation: OrganisationRef {
                    id: None,
                    name: self.reviewed.to_owned(),
                    credit_code: None,
                },
                listed: false,
                people: Vec::new(),
                call: None,
            }],
            demands: vec![Demand {
                label: "专家组".to_owned(),
                specialties,
                level: Level::Any,
                duty: self.duty.map(str::to_owned),
                seats: 2,
                reserves: 0,
            }],
            per_employer: None,
            recusal: RecusalDemand::Nobody,
            mode: Mode::Random,
        }
    }
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
