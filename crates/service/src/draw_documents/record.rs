//! 抽取记录: how an attempt went, on paper and as the record itself.

use documents::draws::{
    DrawEvent, DrawGroup, DrawParty, DrawRecordSheet, FunnelStep, PanelSeat, VoidAttempt,
};
use documents::form::Field;
use domain::actor::Action;
use domain::draw_process::{Attempt, Party, State};
use domain::engagement::State as Answer;
use domain::id::DrawId;
use domain::policy::pack::Pack;
use jiff::Timestamp;

use super::{Printed, checkpoint, civil, request_fields, standing};
use crate::ctx::Ctx;
use crate::draws::{DrawView, read_record};
use crate::engagements::Seat;
use crate::error::{Error, Result};
use crate::publications::leaving_zh;
use crate::service::Service;

impl Service {
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
}

fn drawn_at(attempt: &Attempt) -> Option<Timestamp> {
    match &attempt.state {
        State::Sealed { at, .. } | State::Void { at, .. } => Some(*at),
        State::Unsealed { drawn, .. } => Some(*drawn),
        _ => None,
    }
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
    let attempts = view.attempts.iter();
    attempts
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
        Answer::Left { .. } => "已退出专家库".to_owned(),
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
