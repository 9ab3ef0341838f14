//! 定向选用: never a draw. The requester names experts and says why chance cannot find them; the
//! manager's approver agrees to the names or not (DG 第九条(二); A-DG-14).

use domain::actor::Action;
use domain::event::{Event, EventKind};
use domain::frame::{Place, Question};
use domain::id::TaskId;
use domain::relaxation;
use domain::task::Mode;

use crate::ctx::Ctx;
use crate::error::{Error, Reason, Result};
use crate::service::Service;

impl Service {
    /// 同意定向选用: the named are published and invited. Recusal and standing are checked as in a
    /// draw; a designation does not advance the rest rule.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] naming every expert who cannot be used, and why.
    pub async fn consent_designation(
        &self,
        ctx: &Ctx,
        id: TaskId,
        status_confirmed: bool,
    ) -> Result<()> {
        let view = self.task(ctx, id).await?;
        self.check_status(ctx, &view.pool, status_confirmed)?;
        let (mut change, mut row) = self
            .task_change(ctx, id, Action::ConsentDesignation)
            .await?;
        let Mode::Designated { experts, .. } = row.body.request.mode.clone() else {
            return Err(Error::state(
                "task.random",
                "这是随机抽取的需求，不需要同意人选。",
            ));
        };
        let prospects = self.prospects(&view.pool, &row.body.request).await?;
        let question = Question {
            pack: &view.pool.pack,
            request: &row.body.request,
            today: ctx.today(),
            rest_waived: true,
        };
        let places = relaxation::place_all(&question, &prospects);
        let article = view.pool.pack.draw.designation.as_ref().map_or_else(
            || view.pool.pack.draw.citation.to_string(),
            |rule| rule.citation.to_string(),
        );
        let mut reasons = Vec::new();
        let mut chosen: Vec<&Place> = Vec::new();
        for expert in &experts {
            let name = || {
                prospects
                    .iter()
                    .find(|prospect| prospect.expert.id == *expert)
                    .map_or_else(
                        || "所选专家".to_owned(),
                        |prospect| prospect.profile.name.clone(),
                    )
            };
            match places.iter().find(|place| place.expert == *expert) {
                None => reasons.push(Reason::law(
                    "designation.outside",
                    &article,
                    "所选人员不在本库相关专业领域内，不能定向选用。请改选在库专家。",
                )),
                Some(place) if place.is_candidate() => chosen.push(place),
                Some(place) => reasons.extend(place.reasons.iter().map(|reason| {
                    Reason::law(
                        &reason.code,
                        &reason.article,
                        format!("{}：{}", name(), reason.fact),
                    )
                })),
            }
        }
        if !reasons.is_empty() {
            return Err(Error::Refused(reasons));
        }
        let seats = seat(&row.body.request.demands, &chosen).ok_or_else(|| {
            Error::Refused(vec![Reason::law(
                "designation.seats",
                &article,
                "所选专家与各组名额对不上：有的组人数不足。请核对每组的专业领域和人数。",
            )])
        })?;
        let by = ctx.actor.account.ok_or(Error::LoggedOut)?;
        let accepted = row.body.state.clone().accept(by, ctx.now, None)?;
        row.body.state = accepted.publish(ctx.now)?;
        crate::tasks::save(&mut change, &mut row).await?;
        change
            .record(
                Event::new(
                    EventKind::DesignationConsented,
                    crate::tasks::subject(&row.body),
                )
                .fact("experts", experts.len())
                .detail(serde_json::json!({ "experts": experts })),
            )
            .await?;
        for (place, demand) in seats {
            let who = (place.expert, place.person);
            self.engage(&mut change, ctx, &row.body, None, who, demand, 1)
                .await?;
        }
        change.commit().await?;
        Ok(())
    }

    /// 不同意定向选用: the request goes back, to be filed as a random draw.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::Refused`], [`Error::Invalid`] without a reason.
    pub async fn refuse_designation(&self, ctx: &Ctx, id: TaskId, reason: &str) -> Result<()> {
        let reason = crate::tasks::required(reason, "reason", "没有写明不同意的理由。请填写。")?;
        let (mut change, mut row) = self
            .task_change(ctx, id, Action::ConsentDesignation)
            .await?;
        row.body.state = row.body.state.clone().send_back(reason.clone(), ctx.now)?;
        row.body.request.mode = Mode::Random;
        crate::tasks::save(&mut change, &mut row).await?;
        let event = Event::new(
            EventKind::DesignationRefused,
            crate::tasks::subject(&row.body),
        )
        .fact("reason", reason);
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }
}

/// One seat for each chosen expert: a matching of experts to demands, by augmenting paths.
fn seat<'p>(
    demands: &[domain::task::Demand],
    chosen: &[&'p Place],
) -> Option<Vec<(&'p Place, u32)>> {
    let mut seats: Vec<u32> = Vec::new();
    for (index, demand) in demands.iter().enumerate() {
        let index = u32::try_from(index).ok()?;
        seats.extend((0..demand.seats).map(|_| index));
    }
    if seats.len() != chosen.len() {
        return None;
    }
    let mut holder: Vec<Option<usize>> = vec![None; seats.len()];
    for person in 0..chosen.len() {
        let mut seen = vec![false; seats.len()];
        if !augment(person, chosen, &seats, &mut holder, &mut seen) {
            return None;
        }
    }
    Some(
        holder
            .into_iter()
            .zip(seats)
            .filter_map(|(person, demand)| Some((*chosen.get(person?)?, demand)))
            .collect(),
    )
}

fn augment(
    person: usize,
    chosen: &[&Place],
    seats: &[u32],
    holder: &mut [Option<usize>],
    seen: &mut [bool],
) -> bool {
    for seat in 0..seats.len() {
        if seen[seat] || !chosen[person].demands.contains(&seats[seat]) {
            continue;
        }
        seen[seat] = true;
        if holder[seat].is_none_or(|other| augment(other, chosen, seats, holder, seen)) {
            holder[seat] = Some(person);
            return true;
        }
    }
    false
}
