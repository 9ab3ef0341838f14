//! 回避关系: dated facts about an expert that may call for recusal, with who says so and on what
//! evidence. The kinds are those the pack's grounds name.

use domain::actor::Action;
use domain::event::{Event, EventKind, Subject};
use domain::id::{ExpertId, OrganisationId, RelationId};
use domain::organisation::{Organisation, OrganisationRef};
use domain::relation::{Other, Refused, Relation, Source};
use jiff::civil::Date;
use store::document;
use store::organisations;
use store::relations::{self, RelationKeys};

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::experts::Member;
use crate::pools::OpenPool;
use crate::service::Service;
use crate::specialties::need_reason;
use crate::typed;

/// With whom a relation is, as the form offers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum With {
    /// 单位
    Organisation,
    /// 个人
    Person,
    /// 项目申报
    Call,
}

impl With {
    /// Every kind of other side.
    pub const ALL: [Self; 3] = [Self::Organisation, Self::Person, Self::Call];

    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Person => "person",
            Self::Call => "call",
        }
    }

    /// The word users see.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Organisation => "单位",
            Self::Person => "个人",
            Self::Call => "同期申报的项目",
        }
    }
}

/// A relation as typed.
#[derive(Debug, Clone, Default)]
pub struct RelationDraft {
    /// Kind, one of [`kinds`].
    pub kind: String,
    /// Code of [`With`].
    pub with: String,
    /// 单位名称
    pub organisation: String,
    /// The register entry chosen for it, or empty.
    pub organisation_id: String,
    /// 姓名
    pub person: String,
    /// 指南
    pub guideline: String,
    /// 批次
    pub round: String,
    /// 起
    pub from: String,
    /// 止; empty or 至今 = still so
    pub to: String,
    /// 依据
    pub note: String,
}

/// A relation with its version.
#[derive(Debug, Clone, serde::Serialize)]
pub struct RelationRow {
    /// Version of the stored row.
    pub version: i64,
    /// The relation.
    pub relation: Relation,
}

impl RelationRow {
    /// With whom, in words.
    pub fn with(&self) -> String {
        match &self.relation.other {
            Other::Organisation { organisation } => organisation.name.clone(),
            Other::Person {
                name,
                organisation: Some(organisation),
            } => format!("{name}（{}）", organisation.name),
            Other::Person {
                name,
                organisation: None,
            } => name.clone(),
            Other::Call { guideline, round } => format!("{guideline}（{round}）"),
        }
    }

    /// That and why the expert took it back, in words.
    pub fn withdrawal(&self) -> Option<String> {
        let withdrawn = self.relation.withdrawn.as_ref()?;
        Some(format!(
            "本人于 {} 撤回：{}",
            withdrawn.on, withdrawn.reason
        ))
    }

    /// From when to when, in words.
    pub fn period(&self) -> String {
        let day = |day: Option<Date>, other: &str| {
            day.map_or_else(|| other.to_owned(), |day| day.to_string())
        };
        format!(
            "{} 至 {}",
            day(self.relation.from, "不详"),
            day(self.relation.to, "今")
        )
    }
}

/// The kinds of relation the pack's grounds name, in the order of the text, each once.
pub fn kinds(pool: &OpenPool) -> Vec<String> {
    let mut kinds: Vec<String> = Vec::new();
    for ground in pool.pack.recusal.iter().flat_map(|rules| &rules.grounds) {
        for kind in &ground.relations {
            if !kinds.contains(&kind.name) {
                kinds.push(kind.name.clone());
            }
        }
    }
    kinds
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NoReason => Self::field("reason", refused.to_string()),
            Refused::NotDeclared(_) => Self::state("relation.not_declared", refused),
            Refused::Withdrawn(_) => Self::state("relation.withdrawn", refused),
        }
    }
}

/// What an expert took back is left as it is; whoever objects says so with a fact of his own.
fn stands(relation: &Relation) -> Result<()> {
    match &relation.withdrawn {
        None => Ok(()),
        Some(withdrawn) => Err(Error::state(
            "relation.withdrawn",
            format!(
                "本人已于 {} 撤回这项申报，记录保留原样，不再变更。认为关系仍然存在的，请登记一项新的回避关系。",
                withdrawn.on
            ),
        )),
    }
}

impl Service {
    /// The relations of an expert.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn relations_of(
        &self,
        ctx: &Ctx,
        no: i64,
        expert: ExpertId,
    ) -> Result<Vec<RelationRow>> {
        let pool = self.open_part(ctx, no, Action::ReadRelations).await?;
        let mut db = self.store.read();
        let person = self.member(&mut db, &pool, expert).await?.keys.person;
        let found = relations::of_persons::<Relation>(&mut db, [person]).await?;
        Ok(found
            .into_iter()
            .map(|row| RelationRow {
                version: row.version,
                relation: row.body,
            })
            .collect())
    }

    /// 登记回避关系, by an officer with evidence.
    ///
    /// # Errors
    /// Denied, or everything wrong with what was typed.
    pub async fn add_relation(
        &self,
        ctx: &Ctx,
        no: i64,
        expert: ExpertId,
        draft: &RelationDraft,
    ) -> Result<RelationId> {
        let pool = self.open_part(ctx, no, Action::EditRelations).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::EditRelations, &pool)?;
        let member = self.member(&mut *change, &pool, expert).await?;
        let id = self
            .enter_relation(&mut change, ctx, &pool, &member, draft, Source::Officer)
            .await?;
        change.commit().await?;
        Ok(id)
    }

    /// Checks and enters a relation of a member inside a change somebody authorized.
    pub(crate) async fn enter_relation(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        member: &Member,
        draft: &RelationDraft,
        source: Source,
    ) -> Result<RelationId> {
        let mut problems = Vec::new();
        let kind = typed::required(
            &mut problems,
            "kind",
            &draft.kind,
            "没有选择关系。回避事由按关系认定，请选择一种。",
        );
        if !kind.is_empty() && !kinds(pool).contains(&kind) {
            problems.push(Problem::new(
                "kind",
                format!("“{kind}”不是《办法》规定的回避关系。请从列表中选择。"),
            ));
        }
        let other = self.other_side(change, &mut problems, draft).await?;
        let from = typed::from_day(&mut problems, "from", &draft.from, "开始时间");
        let to = typed::last_day(&mut problems, "to", &draft.to, "结束时间");
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            problems.push(Problem::new(
                "to",
                format!("结束时间 {to} 早于开始时间 {from}。请核对两个日期。"),
            ));
        }
        let note = typed::required(
            &mut problems,
            "note",
            &draft.note,
            "没有写明情况。登记后会影响能否被抽取，请写明材料名称、来源或经过。",
        );
        typed::at_most(&mut problems, "note", "依据", &note, 300);
        let Some(other) = other.filter(|_| problems.is_empty()) else {
            return Err(Error::Invalid(problems));
        };
        let relation = Relation {
            id: self.id(ctx),
            person: member.keys.person,
            kind,
            other,
            from,
            to,
            source,
            note: Some(note),
            withdrawn: None,
        };
        document::insert(change, relation.id, keys(&relation), relation.clone()).await?;
        let event = Event::new(EventKind::RelationAdded, Subject::new("expert", member.id))
            .fact("relation", relation.id)
            .fact("kind", &relation.kind)
            .detail(serde_json::json!({ "relation": relation }));
        change.record(event).await?;
        Ok(relation.id)
    }

    /// 结束: the relation is over since a day; the fact stays, so that look-backs still find it.
    ///
    /// # Errors
    /// Denied, stale, withdrawn by the expert, or the day is before the beginning.
    pub async fn end_relation(
        &self,
        ctx: &Ctx,
        no: i64,
        expert: ExpertId,
        id: RelationId,
        version: i64,
        to: &str,
    ) -> Result<()> {
        let (mut change, mut row) = self.relation_change(ctx, no, expert, id).await?;
        if row.version != version {
            return Err(Error::Stale);
        }
        stands(&row.body)?;
        let mut problems = Vec::new();
        let day = typed::date(&mut problems, "to", to, "结束时间");
        let problems = typed::missing(problems, &[("to", &to.to_owned(), "结束时间")]);
        let Some(day) = day.filter(|_| problems.is_empty()) else {
            return Err(Error::Invalid(problems));
        };
        if row.body.from.is_some_and(|from| day < from) {
            return Err(Error::field(
                "to",
                format!("结束时间 {day} 早于开始时间。请核对。"),
            ));
        }
        row.body.to = Some(day);
        row.keys.to_day = Some(day);
        document::save(&mut change, &mut row).await?;
        let event = Event::new(EventKind::RelationChanged, Subject::new("expert", expert))
            .fact("relation", id)
            .fact("kind", &row.body.kind)
            .fact("to", day);
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// 撤销: the fact was wrong. What stood there stays in the ledger.
    ///
    /// # Errors
    /// Denied, stale, withdrawn by the expert, or without a reason.
    pub async fn remove_relation(
        &self,
        ctx: &Ctx,
        no: i64,
        expert: ExpertId,
        id: RelationId,
        version: i64,
        reason: &str,
    ) -> Result<()> {
        let (mut change, row) = self.relation_change(ctx, no, expert, id).await?;
        stands(&row.body)?;
        let reason = need_reason(reason)?;
        document::remove::<RelationKeys>(&mut change, id, version).await?;
        let event = Event::new(EventKind::RelationRemoved, Subject::new("expert", expert))
            .fact("relation", id)
            .fact("kind", &row.body.kind)
            .fact("reason", reason)
            .detail(serde_json::json!({ "relation": row.body }));
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// Opens the door for a change of one relation of an expert.
    async fn relation_change<'c>(
        &self,
        ctx: &'c Ctx,
        no: i64,
        expert: ExpertId,
        id: RelationId,
    ) -> Result<(Change<'c>, relations::Relation<Relation>)> {
        let pool = self.open_part(ctx, no, Action::EditRelations).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::EditRelations, &pool)?;
        let member = self.member(&mut *change, &pool, expert).await?;
        let row = relations::find::<Relation>(&mut *change, id)
            .await?
            .filter(|row| row.keys.person == member.keys.person)
            .ok_or(Error::NotFound)?;
        Ok((change, row))
    }

    async fn other_side(
        &self,
        change: &mut crate::change::Change<'_>,
        problems: &mut Vec<Problem>,
        draft: &RelationDraft,
    ) -> Result<Option<Other>> {
        Ok(match draft.with.as_str() {
            "organisation" => {
                let name = typed::required(
                    problems,
                    "organisation",
                    &draft.organisation,
                    "没有填写单位。请输入名称或拼音首字母后选择。",
                );
                if name.is_empty() {
                    None
                } else {
                    Some(Other::Organisation {
                        organisation: resolve(change, &name, &draft.organisation_id).await?,
                    })
                }
            }
            "person" => {
                let name = typed::required(
                    problems,
                    "person",
                    &draft.person,
                    "没有填写姓名。请填写与专家有关系的人的姓名。",
                );
                let organisation = match typed::optional(&draft.organisation) {
                    Some(unit) => Some(resolve(change, &unit, &draft.organisation_id).await?),
                    None => None,
                };
                (!name.is_empty()).then_some(Other::Person { name, organisation })
            }
            "call" => {
                let guideline = typed::required(
                    problems,
                    "guideline",
                    &draft.guideline,
                    "没有填写申报指南。同期申报按指南和批次认定，请填写。",
                );
                let round = typed::required(
                    problems,
                    "round",
                    &draft.round,
                    "没有填写申报批次。请按指南填写，如“2026 年第一批”。",
                );
                (!guideline.is_empty() && !round.is_empty())
                    .then_some(Other::Call { guideline, round })
            }
            _ => {
                problems.push(Problem::new(
                    "with",
                    "没有选择与谁有关系。请选择单位、个人或同期申报的项目。",
                ));
                None
            }
        })
    }
}

/// An organisation as a fact names it: the register entry chosen, or the only one of that name, or
/// just the name.
pub(crate) async fn resolve(
    db: &mut crate::change::Change<'_>,
    name: &str,
    chosen: &str,
) -> Result<OrganisationRef> {
    if let Ok(id) = chosen.parse::<OrganisationId>()
        && let Some(found) = organisations::find::<Organisation>(&mut **db, id).await?
        && found.body.name == name
    {
        return Ok(OrganisationRef::from(&found.body));
    }
    let named = organisations::named::<Organisation>(&mut **db, name).await?;
    Ok(match &named[..] {
        [only] => OrganisationRef::from(&only.body),
        _ => OrganisationRef {
            id: None,
            name: name.to_owned(),
            credit_code: None,
        },
    })
}

fn keys(relation: &Relation) -> RelationKeys {
    let organisation = match &relation.other {
        Other::Organisation { organisation } => organisation.id,
        Other::Person { organisation, .. } => organisation.as_ref().and_then(|o| o.id),
        Other::Call { .. } => None,
    };
    let (other_name, other_code) = match &relation.other {
        Other::Organisation { organisation } => {
            (&organisation.name, organisation.credit_code.clone())
        }
        Other::Person { name, .. } => (name, None),
        Other::Call { guideline, .. } => (guideline, None),
    };
    RelationKeys {
        person: relation.person,
        organisation,
        other: None,
        other_name: other_name.clone(),
        other_code,
        kind: relation.kind.clone(),
        from_day: relation.from,
        to_day: relation.to,
        source: match relation.source {
            Source::Declared => "declared",
            Source::Officer => "officer",
            Source::Imported => "imported",
            Source::Reviewed => "reviewed",
        }
        .to_owned(),
    }
}
