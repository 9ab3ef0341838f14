//! 解聘、退任、取消资格: a case for every expert who is to leave before the term ends, or asks to: opened
//! with what its ground asks for, taken through the steps of the pack, in a meeting where the pack wants
//! one, and carried out with the last (DG 第十九条).

mod automatic;
mod deciding;
mod documents;
mod letter;
mod opening;
mod own;
mod raised;
mod reading;

use domain::actor::{Action, Role};
use domain::event::{Event, EventKind, Subject};
use domain::exit::{Exit, Refused};
use domain::expert::Standing;
use domain::id::{PoolId, RecordId};
use domain::policy::citation::Citation;
use domain::policy::pack::{ExitGround, ExitRules, ExitStep};
use serde::Serialize;
use store::document;
use store::records::{RecordFilter, RecordKeys};

pub(crate) use automatic::LookedThrough;
pub(crate) use deciding::{heading, is_before_meeting};
pub use opening::{NewExit, OpenForm};
pub use own::{Asking, OwnExit};
pub use raised::RaisedExit;
pub use reading::{ConfirmedRecord, ExitDocument, ExitView, NextStep, opened_words};

use crate::change::Change;
use crate::error::{Error, Reason, Result};
use crate::pools::OpenPool;
use crate::records;

/// Kind of the stored records, and of the owner of their documents.
pub(crate) const KIND: &str = "exit";

type Row = store::records::Record<Exit>;

/// A ground as forms and pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ground {
    /// Id of the pack.
    pub id: String,
    /// In a few words.
    pub label: String,
    /// The article.
    pub article: String,
    /// A reason in words is asked for.
    pub reason: bool,
    /// The document asked for.
    pub document: Option<String>,
    /// Kinds one of which is named.
    pub kinds: Vec<String>,
    /// It holds when the records say so, and only then.
    pub rests_on_records: bool,
}

impl From<&ExitGround> for Ground {
    fn from(ground: &ExitGround) -> Self {
        Self {
            id: ground.id.clone(),
            label: ground.label.clone(),
            article: ground.citation.to_string(),
            reason: ground.reason,
            document: ground.document.clone(),
            kinds: ground.kinds.clone(),
            rests_on_records: ground.rests_on_records(),
        }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let field = match &refused {
            Refused::Over(_) | Refused::Order(_) => return Self::state("exit.state", refused),
            Refused::NoReason | Refused::TooLong(_) => "reason",
            Refused::NoStatement => "statement",
            // Only minutes carry a day somebody typed.
            Refused::Ahead(_) | Refused::Before { .. } => "met_on",
        };
        Self::field(field, refused.to_string())
    }
}

/// Index columns: `subject` is the membership.
fn keys(one: &Exit) -> RecordKeys {
    RecordKeys {
        pool: one.pool,
        kind: KIND.to_owned(),
        number: Some(one.number.clone()),
        status: one.state.code().to_owned(),
        parent: None,
        subject: Some(one.expert.to_string()),
        team: String::new(),
        due_on: None,
        sort: one.number.clone(),
        title: one.name.clone(),
    }
}

/// An event about a case. Why somebody leaves may be of their health: it is sealed with the rest.
fn event(kind: EventKind, one: &Exit) -> Event {
    Event::new(kind, Subject::new(KIND, one.id)).fact("number", &one.number)
}

fn of_pool(pool: PoolId, statuses: &[&str]) -> RecordFilter {
    records::of_kind(pool, KIND, statuses)
}

pub(crate) async fn find(db: &mut impl store::Db, pool: PoolId, id: RecordId) -> Result<Row> {
    records::find_in(db, pool, id, KIND).await
}

async fn save(change: &mut Change<'_>, row: &mut Row) -> Result<()> {
    row.keys = keys(&row.body);
    document::save(change, row).await?;
    Ok(())
}

/// What a pack says of leaving.
pub(crate) fn rules(pool: &OpenPool) -> Result<&ExitRules> {
    pool.pack.exit.as_ref().ok_or_else(|| {
        Error::state(
            "exit.none",
            "本库的办法没有规定任期届满前的退出。期满后不再续聘即可。",
        )
    })
}

fn ground<'p>(rules: &'p ExitRules, id: &str) -> Result<&'p ExitGround> {
    rules
        .ground(id)
        .ok_or_else(|| Error::field("ground", "没有选择情形。请从办法列出的情形中选择。"))
}

/// What leaving on a ground is called: by the ground, or by the instrument as a whole.
fn called<'p>(rules: &'p ExitRules, ground: &'p ExitGround) -> &'p str {
    ground.becomes.as_deref().unwrap_or(&rules.label)
}

/// The same with the article, in a message that others may come to read: nothing of the ground where it is
/// nobody's business.
fn in_a_message(rules: &ExitRules, ground: &ExitGround) -> String {
    let article = match ground.sensitive {
        true => &rules.citation,
        false => &ground.citation,
    };
    format!("{}（{article}）", called(rules, ground))
}

/// How whoever left is spoken of: 解聘（第十九条(三)）. Nothing of the ground where it is nobody's business.
pub fn left_words(pool: &OpenPool, standing: &Standing) -> Option<String> {
    let Standing::Left { ground: id, .. } = standing else {
        return None;
    };
    let rules = pool.pack.exit.as_ref()?;
    let ground = rules.ground(id)?;
    let word = called(rules, ground);
    Some(if ground.sensitive {
        format!("{word}（{}）", rules.citation)
    } else {
        format!("{word}（{}，{}）", ground.label, ground.citation)
    })
}

/// Is the expert heard before it is decided (A-G-16)?
fn hears(pool: &OpenPool) -> bool {
    pool.pack.conduct.as_ref().is_none_or(|one| one.statement)
}

/// Is there a membership to end: one that runs, suspended or not?
fn runs(standing: &Standing) -> bool {
    matches!(
        standing,
        Standing::Appointed { .. } | Standing::Suspended { .. }
    )
}

/// Is this role of the party whose step it is?
fn is_of(pool: &OpenPool, step: &ExitStep, role: Role) -> bool {
    let party = pool.pack.party(&step.by);
    party.is_some_and(|party| party.roles.contains(&role))
}

/// The same as a refusal with the article.
fn of_party(pool: &OpenPool, step: &ExitStep, role: Role, citation: &Citation) -> Result<()> {
    if is_of(pool, step, role) {
        return Ok(());
    }
    Err(Error::Refused(vec![Reason::law(
        "exit.party",
        citation,
        format!(
            "“{}”由{}办理，您的岗位不代表这一方。",
            step.label,
            pool.pack.party_label(&step.by)
        ),
    )]))
}

/// The action behind a step: the last is a decision, the others prepare it.
fn action_of(rules: &ExitRules, step: &ExitStep) -> Action {
    match rules.steps.last() {
        _ if step.minutes => Action::RecordDecision,
        Some(last) if last.label == step.label => Action::DismissExperts,
        _ => Action::HandleExits,
    }
}
