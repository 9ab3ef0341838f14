//! What a draw leaves on paper: 抽取记录, 结果确认表, 签到表, 邀请函. Names are printed only once the
//! result is unsealed, and only for those who may see them.

use documents::check_ins::{ExpectedExpert, SignInSheet};
use documents::dates;
use documents::draws::{
    ConfirmedExpert, DrawEvent, DrawGroup, DrawParty, DrawRecordSheet, FunnelStep, PanelSeat,
    ResultConfirmation, Verification, VoidAttempt,
};
use documents::form::Field;
use documents::invitations::{Invitation as Letter, Standing};
use documents::pdf::Printable;
use domain::actor::Action;
use domain::draw_process::{Attempt, Party, State};
use domain::engagement::{Engagement, State as Answer};
use domain::id::{DrawId, EngagementId, TaskId};
use domain::person::Profile;
use domain::policy::pack::Pack;
use domain::task::Task;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::ctx::{Ctx, shanghai};
use crate::draws::{DrawView, read_record};
use crate::engagements::Seat;
use crate::error::{Error, Result};
use crate::publications::leaving_zh;
use crate::service::Service;

/// A printed document.
#[derive(Debug, Clone)]
pub struct Printed {
    /// Name of the file, with its ending.
    pub name: String,
    /// PDF.
    pub bytes: Vec<u8>,
}

fn civil(at: Timestamp) -> DateTime {
    at.to_zoned(shanghai()).datetime()
}

impl Service {
    /// Typesets a view under the name of its file.
    pub(crate) async fn print(
        &self,
        view: impl Printable + Send + 'static,
        at: Timestamp,
        name: String,
    ) -> Result<Printed> {
        let bytes = self.typeset(view, at).await?;
        Ok(Printed { name, bytes })
    }

    /// 抽取记录, for everybody who may see the draw; with names once unsealed, for those who may see
    /// the panel.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Refused`] before anything was drawn; [`Error::Document`].
    pub async fn print_draw_record(&self, ctx: &Ctx, id: DrawId) -> Result<Printed> {
        let view = self.draw(ctx, id).await?;
        let Some(json) = view.attempt.record() else {
            return Err(Error::state(
                "draw.no_record",
                "本场次还没有抽取，没有抽取记录。请在三方揭示之后打印。",
            ));
        };
        let record = read_record(json)?;
        let pool = self.any_pool(view.attempt.pool).await?;
        let header = record.frame().header();
        let seated = self.seated(ctx, &view).await?;
        let labels = |group: u32| {
            let demand = view.task.request.demands.get(group as usize);
            demand
                .map(|demand| demand.label.clone())
                .unwrap_or_default()
        };
        let seat = |reference: draw::Ref, group: u32, state: &str| {
            let (name, employer) = seated
                .iter()
                .find(|(known, _)| *known == reference)
                .map_or(("未启封".to_owned(), String::new()), |(_, seat)| {
                    (seat.name.clone(), seat.employer.clone())
                });
            let reference = reference.to_hex().chars().take(12).collect();
            PanelSeat {
                group: labels(group),
                reference,
                name,
                employer,
                state: state.to_owned(),
            }
        };
        let present = record.present();
        let panel = record.outcome().panel.iter().map(|one| {
            let held = present.iter().any(|now| now.reference == one.reference);
            seat(
                one.reference,
                one.group,
                if held { "在席" } else { "已递补" },
            )
        });
        let reserves = (0..)
            .zip(&record.outcome().reserves)
            .flat_map(|(group, line)| {
                line.iter()
                    .map(move |reference| (*reference, group))
                    .collect::<Vec<(draw::Ref, u32)>>()
            });
        let reserves: Vec<PanelSeat> = reserves
            .map(|(reference, group)| {
                let held = present.iter().any(|now| now.reference == reference);
                seat(reference, group, if held { "已递补" } else { "候补" })
            })
            .collect();
        let short = |reference: &draw::Ref| seat(*reference, 0, "");
        let who = |reference: &draw::Ref| {
            let seat = short(reference);
            if seat.name == "未启封" {
                seat.reference
            } else {
                seat.name
            }
        };
        let events = record.events().iter().filter_map(|event| match event {
            draw::Event::Left {
                kind,
                reference,
                at,
                replacement,
                ..
            } => Some(DrawEvent {
                at: at.parse::<Timestamp>().map(civil).ok()?,
                kind: leaving_zh(*kind).to_owned(),
                who: who(reference),
                replacement: replacement.as_ref().map(who).unwrap_or_default(),
                note: seated
                    .iter()
                    .find(|(known, _)| known == reference)
                    .map(|(_, seat)| left_because(&pool.pack, &seat.engagement.state))
                    .unwrap_or_default(),
            }),
            draw::Event::Void { reason, at } => Some(DrawEvent {
                at: at.parse::<Timestamp>().map(civil).ok()?,
                kind: "作废".to_owned(),
                who: String::new(),
                replacement: String::new(),
                note: reason.clone(),
            }),
        });
        let sheet = DrawRecordSheet {
            pool: pool.pool.name.clone(),
            number: view.attempt.number.clone(),
            standing: standing(&view.attempt),
            marks: pool.standing(ctx.today()).banner().into_iter().collect(),
            task: task_fields(&view),
            groups: groups(&view),
            funnel: funnel(&view.attempt, &pool.pack.draw.citation.to_string()),
            parties: Party::ALL
                .into_iter()
                .map(|party| DrawParty {
                    name: party.zh().to_owned(),
                    commitment: record
                        .commitments()
                        .find(|(code, _)| *code == party.code())
                        .map(|(_, digest)| digest.to_hex())
                        .unwrap_or_default(),
                    share: record
                        .shares()
                        .find(|(code, _)| *code == party.code())
                        .map(|(_, share)| share.to_hex()),
                })
                .collect(),
            attempt: view.attempt.attempt,
            void_attempts: void_attempts(&view),
            drawn_at: drawn_at(&view.attempt).map(civil),
            suite: header.suite.name().to_owned(),
            frame_digest: view.attempt.frame_digest.to_hex(),
            seed: record.seed().to_hex(),
            record_digest: record.digest().to_hex(),
            panel: panel.collect(),
            reserves,
            events: events.collect(),
            checkpoint: checkpoint(&record),
            verification: Some(self.verification(&view.attempt)?),
            signatures: vec!["经办人".into(), "使用方".into(), "监督人".into()],
        };
        self.print(
            sheet.view(),
            ctx.now,
            format!("抽取记录-{}.pdf", view.attempt.number),
        )
        .await
    }

    /// 结果确认表: the experts who take part.
    ///
    /// # Errors
    /// [`Error::NotFound`] unless the actor may see the panel; [`Error::Document`].
    pub async fn print_confirmation(&self, ctx: &Ctx, task: TaskId) -> Result<Printed> {
        let (view, seats, draw) = self.unsealed(ctx, task).await?;
        let pool = self.any_pool(view.pool).await?;
        let requester = self.organisation_name(view.requester).await?;
        let mut experts = Vec::new();
        for seat in seats
            .iter()
            .filter(|seat| seat.engagement.state.holds_seat())
        {
            let profile = self.profile(seat.engagement.person).await?;
            experts.push(ConfirmedExpert {
                name: match &seat.post {
                    Some(post) => format!("{}（{post}）", seat.name),
                    None => seat.name.clone(),
                },
                group: seat.demand.clone(),
                employer: seat.employer.clone(),
                qualification: qualification(&profile),
                chosen_by: {
                    let how = match (seat.engagement.draw, seat.engagement.round) {
                        (None, _) => "定向选用".to_owned(),
                        (Some(_), 1) => "抽取".to_owned(),
                        (Some(_), round) => format!("补抽（第 {} 轮）", round - 1),
                    };
                    match &seat.invited {
                        Some(channel) => format!("{how}（{channel}入库）"),
                        None => how,
                    }
                },
                answer: match &seat.engagement.state {
                    Answer::Accepted { at, .. } => {
                        format!("同意参加 {}", civil(*at).strftime("%m-%d %H:%M"))
                    }
                    other => other.zh().to_owned(),
                },
            });
        }
        let left = seats
            .iter()
            .filter(|seat| !seat.engagement.state.holds_seat())
            .count();
        let mut remarks = Vec::new();
        if let Some(draw) = &draw {
            remarks.push(format!(
                "本结果为第 {} 次抽取产生，抽取编号 {}。",
                draw.attempt, draw.number
            ));
        }
        if left > 0 {
            remarks.push(format!(
                "另有 {left} 人未参加，已按同一次抽取排定的次序处理。"
            ));
        }
        let form = ResultConfirmation {
            pool: pool.pool.name.clone(),
            number: draw
                .as_ref()
                .map_or_else(|| view.number.clone(), |draw| draw.number.clone()),
            standing: draw
                .as_ref()
                .map_or(real(pool.pool.demonstration), standing),
            marks: pool.standing(ctx.today()).banner().into_iter().collect(),
            task: request_fields(&view, &requester),
            experts,
            remarks,
            checkpoint: match draw.as_ref().and_then(Attempt::record) {
                Some(json) => checkpoint(&read_record(json)?),
                None => String::new(),
            },
            verification: draw
                .as_ref()
                .map(|draw| self.verification(draw))
                .transpose()?,
            signatures: vec!["经办人".into(), "使用方".into(), "监督人".into()],
        };
        self.print(
            form.view(),
            ctx.now,
            format!("结果确认表-{}.pdf", view.number),
        )
        .await
    }

    /// 签到表 of a task.
    ///
    /// # Errors
    /// As [`Service::print_confirmation`].
    pub async fn print_sign_in(&self, ctx: &Ctx, task: TaskId) -> Result<Printed> {
        let (view, seats, draw) = self.unsealed(ctx, task).await?;
        let pool = self.any_pool(view.pool).await?;
        let mut experts = Vec::new();
        for seat in seats
            .iter()
            .filter(|seat| seat.engagement.state.holds_seat())
        {
            let profile = self.profile(seat.engagement.person).await?;
            experts.push(ExpectedExpert {
                name: seat.name.clone(),
                employer: seat.employer.clone(),
                qualification: qualification(&profile),
                signed_in: String::new(),
            });
        }
        let sheet = SignInSheet {
            title: vec![pool.pool.name.clone(), "专家签到表".to_owned()],
            task: view.request.content.clone(),
            on: view.request.work_date(),
            place: view.request.place.clone(),
            host: self.organisation_name(view.requester).await?,
            experts,
            spare_rows: 3,
            standing: draw
                .as_ref()
                .map_or(real(pool.pool.demonstration), standing),
            marks: pool.standing(ctx.today()).banner().into_iter().collect(),
        };
        self.print(sheet.view(), ctx.now, format!("签到表-{}.pdf", view.number))
            .await
    }

    /// 邀请函 of one expert. The link of the invitation is not in it: only the expert ever has that.
    ///
    /// # Errors
    /// [`Error::NotFound`] unless the actor may notify experts of the pool; [`Error::Document`].
    pub async fn print_invitation(&self, ctx: &Ctx, id: EngagementId) -> Result<Printed> {
        let row = store::engagements::find::<Engagement>(&mut self.store.read(), id).await?;
        let engagement = row.ok_or(Error::NotFound)?.body;
        let task = store::tasks::find::<Task>(&mut self.store.read(), engagement.task).await?;
        let task = task.ok_or(Error::NotFound)?.body;
        ctx.actor
            .allow(Action::NotifyExperts, crate::tasks::target(&task))
            .map_err(|_| Error::NotFound)?;
        let Answer::Invited { at, answer_by } = engagement.state else {
            return Err(Error::state(
                "engagement.state",
                format!(
                    "这位专家现在是“{}”，不再需要邀请函。",
                    engagement.state.zh()
                ),
            ));
        };
        let pool = self.any_pool(engagement.pool).await?;
        let profile = self.profile(engagement.person).await?;
        let recusal = pool
            .pack
            .recusal
            .as_ref()
            .map(|rules| rules.citation.to_string());
        let office = self.organisation_name(pool.pool.manager).await?;
        let phone = pool.pool.phone.as_ref();
        let letter = Letter {
            head: None,
            number: None,
            expert: profile.name,
            pool: pool.pool.name.clone(),
            task: task.request.content.clone(),
            work: task.request.content.clone(),
            time: when(&task),
            place: task.request.place.clone(),
            arrival: task
                .request
                .starts_at
                .as_ref()
                .map(|hour| format!("请于 {hour} 前到场签到")),
            answer_by: civil(answer_by),
            answer_how: match phone {
                Some(_) => "可在短信或邮件中的链接内答复，也可致电联系人。".to_owned(),
                None => "请在短信或邮件中的链接内答复。".to_owned(),
            },
            answer_code: None,
            recusal_basis: recusal.map_or_else(
                || pool.pack.identity.title.clone(),
                |article| format!("《{}》{article}", pool.pack.identity.title),
            ),
            contact: phone.map_or_else(|| office.clone(), |phone| format!("{office}，电话{phone}")),
            sign: office,
            on: civil(at).date(),
            standing: real(pool.pool.demonstration),
            marks: pool.standing(ctx.today()).banner().into_iter().collect(),
        };
        self.print(
            letter.view(),
            ctx.now,
            format!("邀请函-{}.pdf", task.number),
        )
        .await
    }

    /// The record as JSON: references and fingerprints, no names. Sealed results stay sealed.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Refused`] before unsealing.
    pub async fn draw_record(&self, ctx: &Ctx, id: DrawId) -> Result<(String, String)> {
        let view = self.draw(ctx, id).await?;
        match &view.attempt.state {
            State::Unsealed { record, .. }
            | State::Void {
                record: Some(record),
                ..
            } => Ok((
                format!("{}-{}.json", view.attempt.number, view.attempt.attempt),
                record.clone(),
            )),
            _ => Err(Error::state(
                "draw.sealed",
                "结果还没有启封，记录不能下载。请由两个岗位启封后再下载。",
            )),
        }
    }

    /// Everybody who ever held a seat, if the actor may know them now.
    async fn seated(&self, ctx: &Ctx, view: &DrawView) -> Result<Vec<(draw::Ref, Seat)>> {
        let target = crate::tasks::target(&view.task);
        let unsealed = matches!(view.attempt.state, State::Unsealed { .. });
        if !unsealed || ctx.actor.allow(Action::ReadPanel, target).is_err() {
            return Ok(Vec::new());
        }
        let annex = self.annex(view.attempt.id).await?;
        let seats = self.seats(ctx, view.task.id).await?.into_iter();
        let known = seats.filter_map(|seat| {
            let entry = annex.of(seat.engagement.expert)?;
            Some((entry.reference, seat))
        });
        Ok(known.collect())
    }

    async fn unsealed(&self, ctx: &Ctx, id: TaskId) -> Result<(Task, Vec<Seat>, Option<Attempt>)> {
        let view = self.task(ctx, id).await?;
        let seats = self.seats(ctx, id).await?;
        if seats.is_empty() {
            return Err(Error::state(
                "task.no_panel",
                "专家组名单还没有启封，不能打印。请在启封之后打印。",
            ));
        }
        let attempts = store::draws::of_task::<Attempt>(&mut self.store.read(), id).await?;
        let draw = attempts
            .into_iter()
            .map(|row| row.body)
            .rfind(|attempt| matches!(attempt.state, State::Unsealed { .. }));
        Ok((view.task, seats, draw))
    }

    fn verification(&self, attempt: &Attempt) -> Result<Verification> {
        let address = format!(
            "{}/public/draws/{}",
            self.settings.public_url, attempt.number
        );
        Verification::new(attempt.number.clone(), address)
            .map_err(|error| Error::Document(error.to_string()))
    }
}

const fn real(demonstration: bool) -> Standing {
    if demonstration {
        Standing::Rehearsal
    } else {
        Standing::Real
    }
}

fn standing(attempt: &Attempt) -> Standing {
    real(attempt.rehearsal)
}

fn drawn_at(attempt: &Attempt) -> Option<Timestamp> {
    match &attempt.state {
        State::Sealed { at, .. } | State::Void { at, .. } => Some(*at),
        State::Unsealed { drawn, .. } => Some(*drawn),
        _ => None,
    }
}

fn checkpoint(record: &draw::Record) -> String {
    record.digest().to_hex().chars().take(12).collect()
}

fn half_days(task: &Task) -> String {
    let all = task
        .request
        .half_days
        .iter()
        .map(|half| format!("{}{}", half.date, half.slot.label()));
    all.collect::<Vec<_>>().join("、")
}

fn request_fields(task: &Task, requester: &str) -> Vec<Field> {
    vec![
        Field::new("使用方", requester),
        Field::new("工作内容", &task.request.content),
        Field::new("时间", half_days(task)),
        Field::new("地点", &task.request.place),
    ]
}

fn task_fields(view: &DrawView) -> Vec<Field> {
    let mut fields = request_fields(&view.task, &view.requester);
    // A pack without a list of scopes asks for none.
    let scope = Some(&view.task.request.scope).filter(|scope| !scope.is_empty());
    fields.extend(scope.map(|scope| Field::new("业务范围", scope)));
    fields.push(Field::new("需求编号", &view.task.number));
    fields
}

fn groups(view: &DrawView) -> Vec<DrawGroup> {
    let demands = view.task.request.demands.iter().enumerate();
    demands
        .map(|(index, demand)| DrawGroup {
            name: demand.label.clone(),
            seats: demand.seats,
            reserves: demand.reserves,
            conditions: match &demand.level {
                domain::task::Level::Any => "不限等级".to_owned(),
                domain::task::Level::Title { rung } | domain::task::Level::Skill { rung } => {
                    format!("{rung}以上或相当等级")
                }
            },
            eligible: view
                .attempt
                .candidates
                .get(index)
                .copied()
                .unwrap_or_default(),
        })
        .collect()
}

fn funnel(attempt: &Attempt, article: &str) -> Vec<FunnelStep> {
    let first = FunnelStep {
        label: "专业领域相符的专家".to_owned(),
        removed: None,
        left: attempt.scope,
        basis: article.to_owned(),
    };
    let rest = attempt.funnel.iter().map(|step| FunnelStep {
        label: step.label.clone(),
        removed: Some(step.out),
        left: step.left,
        basis: article.to_owned(),
    });
    std::iter::once(first).chain(rest).collect()
}

fn void_attempts(view: &DrawView) -> Vec<VoidAttempt> {
    Service::void_attempts(&view.attempts)
        .filter(|attempt| attempt.attempt < view.attempt.attempt)
        .filter_map(|attempt| match &attempt.state {
            State::Void {
                reason,
                proposed,
                confirmed,
                at,
                digest,
                ..
            } => Some(VoidAttempt {
                number: attempt.attempt,
                at: civil(*at),
                reason: reason.clone(),
                decided_by: match (proposed, confirmed) {
                    (Some(first), Some(second)) => format!("{}、{}", first.name, second.name),
                    _ => "揭示与密签不符，依协议作废".to_owned(),
                },
                record_digest: digest.to_hex(),
            }),
            _ => None,
        })
        .collect()
}

/// The highest title and skill, as they are printed beside a name.
fn qualification(profile: &Profile) -> String {
    let titles = profile.titles.iter().map(|title| title.name.clone());
    let skills = profile.skills.iter().map(|skill| skill.level.clone());
    titles.chain(skills).take(2).collect::<Vec<_>>().join("/")
}

/// Why somebody left a seat, as it was said or found; of a relation declared, only the ground.
fn left_because(pack: &Pack, state: &Answer) -> String {
    let ground = |id: &str| {
        let known = pack.recusal.as_ref().and_then(|rules| rules.ground(id));
        known.map_or_else(|| id.to_owned(), |ground| ground.label.clone())
    };
    match state {
        Answer::Declined { reason, .. } => {
            reason.clone().unwrap_or_else(|| "没有说明理由".to_owned())
        }
        Answer::OnLeave { reason, .. } => reason.clone(),
        Answer::Recused { declared, .. } => {
            let grounds = declared.iter().map(|one| ground(&one.ground));
            grounds.collect::<Vec<_>>().join("、")
        }
        Answer::Stopped { found, .. } => format!("{}：{}", ground(&found.ground), found.note),
        Answer::Invited { .. }
        | Answer::Accepted { .. }
        | Answer::NoAnswer { .. }
        | Answer::Void { .. } => String::new(),
    }
}

/// The half-days day by day, and the hour if one was filed: 2026年11月26日上午、下午，09:00开始.
fn when(task: &Task) -> String {
    let mut halves = task.request.half_days.clone();
    halves.sort_unstable();
    let mut days: Vec<(Date, Vec<&str>)> = Vec::new();
    for half in halves {
        match days.last_mut() {
            Some((day, slots)) if *day == half.date => slots.push(half.slot.label()),
            _ => days.push((half.date, vec![half.slot.label()])),
        }
    }
    let days = days
        .into_iter()
        .map(|(day, slots)| format!("{}{}", dates::long(day), slots.join("、")));
    let days = days.collect::<Vec<_>>().join("，");
    match &task.request.starts_at {
        Some(hour) => format!("{days}，{hour}开始"),
        None => days,
    }
}

#[cfg(test)]
mod tests {
    use domain::engagement::{Answered, Declaration};

    use super::*;

    #[test]
    fn the_record_says_why_a_seat_was_left_but_nothing_of_a_relation() {
        let shipped = domain::policy::library::shipped("dg-2021").expect("shipped");
        let pack = domain::policy::check(shipped.pack).expect("sound");
        let rules = pack.recusal.as_ref().expect("grounds");
        let ground = rules.grounds.first().expect("a ground");
        let at = Timestamp::UNIX_EPOCH;
        let why = |state: &Answer| left_because(&pack, state);
        let leave = Answer::OnLeave {
            at,
            reason: "出差".to_owned(),
        };
        assert_eq!(why(&leave), "出差");
        let silent = Answer::Declined {
            at,
            reason: None,
            answered: Answered::Expert,
        };
        assert_eq!(why(&silent), "没有说明理由");
        let recused = Answer::Recused {
            at,
            declared: vec![Declaration {
                ground: ground.id.clone(),
                relation: None,
                note: "负责人是本人亲属".to_owned(),
            }],
        };
        assert_eq!(why(&recused), ground.label);
    }
}
