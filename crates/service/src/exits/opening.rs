//! 提出: a case is opened whole, with what its ground asks for, or not at all.

use domain::actor::Action;
use domain::event::EventKind;
use domain::exit::{Exit, Opened, State, Taken, words};
use domain::expert::Standing;
use domain::id::{ExpertId, RecordId};
use domain::policy::pack::ExitGround;
use serde::Serialize;
use store::document;

use super::documents::Sealed;
use super::{Ground, KIND, RaisedExit, event, ground, hears, keys, of_party, rules};
use crate::applications::by;
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Reason, Result};
use crate::experts::Member;
use crate::objections::Upload;
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;

/// A case as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct NewExit {
    /// A ground of the pack.
    pub ground: String,
    /// Which of the kinds it names.
    pub kind: String,
    /// 理由
    pub reason: String,
}

/// What the form for opening a case shows.
#[derive(Debug, Clone, Serialize)]
pub struct OpenForm {
    /// 姓名
    pub name: String,
    /// 专家编号
    pub number: String,
    /// What the instrument calls it.
    pub title: String,
    /// The article.
    pub article: String,
    /// The grounds.
    pub grounds: Vec<Ground>,
    /// Grounds the records say are reached.
    pub raised: Vec<RaisedExit>,
    /// The case that is open already.
    pub open: Option<RecordId>,
    /// Opening it is the first step (CY: 提出并附证明材料).
    pub first_step: Option<String>,
}

/// How a case came up, with what its opener brings.
pub(super) struct Brought {
    pub(super) opened: Opened,
    pub(super) raised: Option<String>,
    pub(super) documents: Vec<Sealed>,
    /// The first step, where opening takes it.
    pub(super) taken: Vec<Taken>,
}

impl Service {
    /// The form for opening a case on an expert.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Refused`] where the pack knows no exits.
    pub async fn exit_form(&self, ctx: &Ctx, no: i64, expert: ExpertId) -> Result<OpenForm> {
        let pool = self.open_part(ctx, no, Action::HandleExits).await?;
        let rules = rules(&pool)?;
        let mut read = self.store.read();
        let member = self.member(&mut read, &pool, expert).await?;
        let open = self.open_case(&mut read, pool.id(), &member).await?;
        let first = rules.steps.first().filter(|step| step.opens);
        Ok(OpenForm {
            title: rules.label.clone(),
            article: rules.citation.to_string(),
            grounds: rules.grounds.iter().map(Ground::from).collect(),
            raised: self.raised_of(&mut read, ctx, &pool, &member).await?,
            open: open.map(|row| row.id),
            first_step: first.map(|step| step.label.clone()),
            name: member.keys.name,
            number: member.keys.number.unwrap_or_default(),
        })
    }

    /// 提出解聘: by the office, with the documents the ground asks for.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Refused`] when the expert has left, a case is
    /// open, or the ground rests on records that do not say so; [`Error::Invalid`] with everything that
    /// is missing.
    pub async fn open_exit(
        &self,
        ctx: &Ctx,
        no: i64,
        expert: ExpertId,
        new: &NewExit,
        uploads: Vec<Upload>,
    ) -> Result<RecordId> {
        let pool = self.open_part(ctx, no, Action::HandleExits).await?;
        let rules = rules(&pool)?;
        let ground = ground(rules, &new.ground)?;
        let documents = self.seal_documents(ctx, uploads).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        let role = change.authorize_in(Action::HandleExits, &pool)?;
        let member = self.member(&mut *change, &pool, expert).await?;
        let raised = self
            .raised_of(&mut *change, ctx, &pool, &member)
            .await?
            .into_iter()
            .find(|one| one.ground == ground.id && one.is_reached());
        if ground.rests_on_records() && raised.is_none() {
            return Err(Error::Refused(vec![Reason::law(
                "exit.not_reached",
                &ground.citation,
                format!(
                    "“{}”以系统记录为准，现有记录没有达到这一情形。请先登记有关事实，或选择其他情形。",
                    ground.label
                ),
            )]));
        }
        let by = by(ctx)?;
        let mut taken = Vec::new();
        if let Some(step) = rules.steps.first().filter(|step| step.opens) {
            of_party(&pool, step, role, &rules.citation)?;
            taken.push(Taken {
                step: step.label.clone(),
                by: by.clone(),
                on: ctx.today(),
                document: None,
                opinion: String::new(),
            });
        }
        let brought = Brought {
            opened: Opened::Office { by },
            raised: raised.map(|one| one.reason),
            documents,
            taken,
        };
        let exit = self
            .enter_exit(&mut change, ctx, &pool, &member, ground, (new, brought))
            .await?;
        let why = match ground.sensitive {
            true => format!("（{}）", rules.citation),
            false => format!("，情形为“{}”（{}）", ground.label, ground.citation),
        };
        let may = match hears(&pool) {
            true => "陈述意见",
            false => "查看",
        };
        let text = format!(
            "专家库办公室已提出对您的{}{why}，您可以登录后{may}",
            rules.label
        );
        let subject = format!("{}事项", rules.label);
        self.tell_leaver(&mut change, ctx, &pool, &exit, &subject, text)
            .await?;
        change.commit().await?;
        Ok(exit.id)
    }

    /// Enters a case, if the expert is still in the pool, none is open, and nothing its ground asks for is
    /// missing.
    pub(super) async fn enter_exit(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        member: &Member,
        ground: &ExitGround,
        (new, brought): (&NewExit, Brought),
    ) -> Result<Exit> {
        if let Standing::Left { on, .. } = &member.body.expert.standing {
            return Err(Error::state(
                "exit.left",
                format!("该专家已于 {on} 出库，不需要再办理。"),
            ));
        }
        if let Some(row) = self.open_case(&mut **change, pool.id(), member).await? {
            return Err(Error::state(
                "exit.open",
                format!(
                    "{} 正在办理，一名专家同时只有一件。请在该事项上继续办理，或撤回后重新提出。",
                    row.body.number
                ),
            ));
        }
        let kind = Some(new.kind.trim().to_owned())
            .filter(|kind| !kind.is_empty() && !ground.kinds.is_empty());
        let exit = Exit {
            id: self.id(ctx),
            pool: pool.id(),
            number: records::next_number(change, pool, ctx.today().year(), KIND, "TC").await?,
            expert: member.id,
            name: member.keys.name.clone(),
            ground: ground.id.clone(),
            kind,
            reason: words(&new.reason)?,
            raised: brought.raised,
            opened: brought.opened,
            statement: None,
            state: State::Open {
                taken: brought.taken,
            },
        };
        // What takes effect by itself rests on records that were confirmed: nobody is there to bring more.
        let automatic = matches!(exit.opened, Opened::Automatic { .. });
        let lacking = exit.lacks(ground, brought.documents.len());
        if !automatic && !lacking.is_empty() {
            return Err(Error::Invalid(lacking.iter().map(problem).collect()));
        }
        document::insert(change, exit.id, keys(&exit), &exit).await?;
        let opened = event(EventKind::ExitOpened, &exit).detail(serde_json::json!({
            "expert": exit.expert,
            "name": exit.name,
            "ground": exit.ground,
            "article": ground.citation.to_string(),
            "kind": exit.kind,
            "reason": exit.reason,
            "raised": exit.raised,
        }));
        change.record(opened).await?;
        let kind = ground.document.as_deref().unwrap_or("证明材料");
        self.keep_documents(change, ctx, &exit, kind, brought.documents)
            .await?;
        Ok(exit)
    }
}

/// What is missing, at the field of the form where it goes.
fn problem(finding: &domain::finding::Finding) -> Problem {
    let fact = finding.facts.first().map(|fact| fact.name.as_str());
    let field = match fact {
        Some("文件") => "attachment",
        Some("种类") => "kind",
        _ => "reason",
    };
    Problem::new(
        field,
        format!(
            "{}（{}）",
            finding.sentence.trim_end_matches('。'),
            finding.citation
        ),
    )
}
