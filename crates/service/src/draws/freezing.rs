//! 封存候选名单: the list is fixed and fingerprinted before any chance exists.

use std::collections::BTreeMap;

use domain::actor::Action;
use domain::assembly::{self, Heading};
use domain::draw_process::{Attempt, State};
use domain::event::{Event, EventKind};
use domain::frame::{self, Question};
use domain::id::{DrawId, TaskId};
use domain::policy::pack::Pack;
use domain::policy::words::Word as _;
use domain::relaxation;
use domain::task::Mode;
use draw::Digest;

use super::{keys, signature, subject};
use crate::ctx::Ctx;
use crate::error::{Error, Reason, Result};
use crate::feasibility::rest_waived;
use crate::service::Service;

impl Service {
    /// 封存候选名单: the list is fixed and fingerprinted before any chance exists.
    ///
    /// `status_confirmed` says that the officer was told the instrument is past its validity, or a
    /// draft, and goes on (A-G-12).
    ///
    /// # Errors
    /// [`Error::Refused`] when too few can be drawn (DG 第九条(一)), with what is short.
    pub async fn freeze_frame(
        &self,
        ctx: &Ctx,
        task: TaskId,
        status_confirmed: bool,
    ) -> Result<DrawId> {
        let view = self.task(ctx, task).await?;
        self.check_status(ctx, &view.pool, status_confirmed)?;
        let (mut change, mut row) = self.task_change(ctx, task, Action::RunDraw).await?;
        if !matches!(row.body.request.mode, Mode::Random) {
            return Err(Error::state(
                "draw.designation",
                "定向选用不抽取。请由审批岗位办理同意。",
            ));
        }
        let id: DrawId = self.id(ctx);
        let waived = rest_waived(&row.body.state);
        row.body.state = row.body.state.clone().freeze(id)?;
        let request = &row.body.request;
        let prospects = self.prospects(&view.pool, request).await?;
        let pack = &view.pool.pack;
        let question = Question {
            pack,
            request,
            today: ctx.today(),
            rest_waived: waived,
        };
        let places = relaxation::place_all(&question, &prospects);
        let (scope, funnel) = frame::funnel(frame::each(&places));
        let candidates = relaxation::candidates(request, frame::each(&places));
        let earlier = store::draws::of_task::<Attempt>(&mut *change, task).await?;
        let last = earlier
            .iter()
            .map(|row| &row.body)
            .max_by_key(|attempt| attempt.attempt);
        let previous = match last.map(|attempt| &attempt.state) {
            Some(State::Void { digest, .. }) => *digest,
            _ => Digest([0; 32]),
        };
        let number = match last {
            Some(attempt) => attempt.number.clone(),
            None => row.body.number.replacen("XQ", "CQ", 1),
        };
        let attempt = last.map_or(1, |attempt| attempt.attempt + 1);
        let rehearsal = view.pool.pool.demonstration;
        let heading = Heading {
            id,
            number: &number,
            attempt,
            previous,
            rehearsal,
        };
        let key = self.entropy.secret();
        let (frame, annex) = assembly::assemble(pack, request, &heading, places, &key)
            .map_err(|error| Error::state("draw.frame", error))?;
        if let Err(short) = frame.feasibility() {
            return Err(too_few(pack, short.to_string()));
        }
        if !relaxation::ratio_kept(pack.draw.ratio, request, &candidates) {
            let (people, seats) = pack.draw.ratio;
            return Err(too_few(
                pack,
                format!("每 {seats} 席至少要有 {people} 名候选人"),
            ));
        }
        let drawn = Attempt {
            id,
            pool: row.body.pool,
            task,
            number: number.clone(),
            attempt,
            rehearsal,
            frozen: signature(ctx)?,
            frame: frame.to_json(),
            frame_digest: frame.digest(),
            scope,
            funnel,
            candidates,
            void_proposed: None,
            state: State::Committing {
                commitments: BTreeMap::new(),
            },
        };
        let sealed = serde_json::to_vec(&annex).map_err(|e| Error::Internal(e.to_string()))?;
        store::document::insert(&mut change, id, keys(&drawn), &drawn).await?;
        store::draws::seal_annex(&mut change, id, &sealed).await?;
        crate::tasks::save(&mut change, &mut row).await?;
        change
            .record(
                Event::new(EventKind::FrameFrozen, subject(&drawn))
                    .fact("task", &row.body.number)
                    .fact("number", &number)
                    .fact("attempt", attempt)
                    .fact("pack", pack.id())
                    .fact("pack_digest", pack.digest())
                    .fact("frame_digest", drawn.frame_digest.to_hex())
                    .fact("scope", scope)
                    .fact("candidates", frame.len()),
            )
            .await?;
        change.commit().await?;
        Ok(id)
    }
}

/// DG 第九条(一)后段: not enough for a random draw; the remedies follow in the order of the text.
fn too_few(pack: &Pack, what: String) -> Error {
    let (article, remedies) = pack.draw.insufficiency.as_ref().map_or_else(
        || (pack.draw.citation.to_string(), String::new()),
        |rule| {
            let names: Vec<_> = rule.remedies.iter().map(|remedy| remedy.zh()).collect();
            (
                rule.citation.to_string(),
                format!("。可按规定依次{}", names.join("、")),
            )
        },
    );
    Error::Refused(vec![Reason::law(
        "draw.too_few",
        article,
        format!("可抽专家数量不足，不能随机抽取：{what}{remedies}，或放宽使用要求。"),
    )])
}
