//! 解聘通知书 as a file.

use documents::dates;
use documents::exits::ExitLetter;
use domain::actor::Action;
use domain::exit::State;
use domain::id::RecordId;
use domain::policy::pack::ExitEffect;

use super::rules;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::exports::MadeFile;
use crate::papers::PaperFile;
use crate::service::Service;

const fn sentence(effect: ExitEffect) -> &'static str {
    match effect {
        ExitEffect::LeavesPool => "自该日起不再从专家库中抽取、选用。",
        ExitEffect::CertificateVoid => "所持聘书（证书、工作证）自该日起失效。",
        ExitEffect::TasksReassigned => "尚未完成的任务另行安排其他专家承担。",
    }
}

impl Service {
    /// The letter to whoever leaves; until it is decided, a draft that says so.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`], [`crate::Error::Forbidden`], [`crate::Error::Document`].
    pub async fn exit_letter(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        file: PaperFile,
    ) -> Result<MadeFile> {
        let view = self.exit(ctx, no, id).await?;
        let pool = self.open_part(ctx, no, Action::ReadExits).await?;
        let rules = rules(&pool)?;
        let one = &view.exit;
        let mut marks = self.marks(&pool, ctx.now);
        let on = match &one.state {
            State::Left { on, .. } => Some(*on),
            State::Open { .. } => {
                marks.push("未办结，草稿".to_owned());
                None
            }
            State::Refused { .. } | State::Withdrawn { .. } => {
                marks.push(format!("{}，不发出", one.state.zh()));
                None
            }
        };
        let taken = one.state.taken();
        let step = |step: &domain::exit::Taken| {
            let paper = step.document.as_deref();
            let paper = paper.map_or_else(String::new, |paper| format!("，{paper}"));
            (
                step.step.clone(),
                format!("{}{paper}", dates::long(step.on)),
            )
        };
        let mut effects: Vec<String> = rules
            .effects
            .iter()
            .map(|effect| sentence(*effect).to_owned())
            .collect();
        if rules.earned_fees_payable {
            effects.push("此前已完成工作的劳务报酬照常支付。".to_owned());
        }
        if let Some(clause) = &rules.no_compensation {
            effects.push(format!("{}（{}）", clause.text, clause.citation));
        }
        let kind = one.kind.as_deref();
        let letter = ExitLetter {
            title: view.title.clone(),
            number: on.and_then(|_| taken.last()?.document.clone()),
            name: one.name.clone(),
            expert_number: view.expert_number,
            pool: pool.pool.name.clone(),
            instrument: format!("《{}》", pool.pack.identity.title),
            article: view.ground.article,
            ground: kind.map_or_else(
                || view.ground.label.clone(),
                |kind| format!("{}（{kind}）", view.ground.label),
            ),
            reason: one.reason.clone(),
            on,
            steps: taken.iter().map(step).collect(),
            effects,
            sign: self.manager_name(&pool).await?,
            contact: None,
            marks,
        };
        let name = format!("{}通知书-{}", view.title, one.number);
        self.made_letter(letter.view(), file, &name, ctx.now).await
    }
}
