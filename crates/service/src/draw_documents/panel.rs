//! 结果确认表 and 签到表: who takes part, printed once the result is unsealed.

use documents::check_ins::{ExpectedExpert, SignInSheet};
use documents::draws::{ConfirmedExpert, ResultConfirmation};
use domain::draw_process::{Attempt, State};
use domain::engagement::State as Answer;
use domain::id::TaskId;
use domain::person::Profile;
use domain::task::Task;

use super::{Printed, checkpoint, civil, real, request_fields, standing};
use crate::ctx::Ctx;
use crate::draws::read_record;
use crate::engagements::Seat;
use crate::error::{Error, Result};
use crate::service::Service;

impl Service {
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
}

/// The highest title and skill, as they are printed beside a name.
fn qualification(profile: &Profile) -> String {
    let titles = profile.titles.iter().map(|title| title.name.clone());
    let skills = profile.skills.iter().map(|skill| skill.level.clone());
    titles.chain(skills).take(2).collect::<Vec<_>>().join("/")
}
