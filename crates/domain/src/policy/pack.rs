//! The validated law: what [`check`](super::check) makes of a source without problems. Nothing else
//! can build a [`Pack`], and nobody can change one.

mod admission;
mod clock;
mod cohort;
mod condition;
mod conduct;
mod draw;
mod duties;
mod eligibility;
mod fee;
mod form;
mod gathering;
mod identity;
mod party;
mod pool;
mod post;
mod recusal;
mod report;
mod undertaking;
mod vocabulary;
mod work;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;

pub use admission::*;
pub use clock::*;
pub use cohort::*;
pub use condition::*;
pub use conduct::*;
pub use draw::*;
pub use duties::*;
pub use eligibility::*;
pub use fee::*;
pub use form::*;
pub use gathering::*;
pub use identity::*;
pub use party::*;
pub use pool::*;
pub use post::*;
pub use recusal::*;
pub use report::*;
pub use undertaking::*;
pub use vocabulary::*;
pub use work::*;

use super::citation::Citation;
use super::source::{Setting, Source as Text, Value};
use crate::half_day::SlotClock;

/// A sentence of the instrument in short, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Our own short wording, or a name or clause the text fixes verbatim.
    pub text: String,
    /// Where.
    pub citation: Citation,
}

/// SM3 over the canonical form of a pack: values count, layout, order of keys and comments do not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One instrument, checked and immutable. Its parts are read through [`Rules`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    rules: Rules,
    digest: Digest,
    source: Arc<Text>,
}

/// Everything an instrument fixes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// Title, number, dates.
    pub identity: Identity,
    /// How time is counted.
    pub clock: Clock,
    /// Ladders and lists.
    pub vocabulary: Vocabulary,
    /// Parties.
    pub parties: Vec<Party>,
    /// Who may do what.
    pub permissions: Vec<Permission>,
    /// The pool.
    pub pool: PoolRules,
    /// Kinds of work.
    pub tasks: TaskRules,
    /// Who may be an expert.
    pub eligibility: Eligibility,
    /// The way in.
    pub admission: Admission,
    /// How experts are chosen.
    pub draw: DrawRules,
    /// Who must stand back.
    pub recusal: Option<RecusalRules>,
    /// How the drawn are told.
    pub notification: Option<NotificationRules>,
    /// Leave.
    pub leave: Option<LeaveRules>,
    /// Attendance.
    pub attendance: Option<AttendanceRules>,
    /// Evaluations.
    pub evaluations: Vec<EvaluationRules>,
    /// Misconduct.
    pub conduct: Option<ConductRules>,
    /// Exit.
    pub exit: Option<ExitRules>,
    /// Fees.
    pub fee: Option<FeeRules>,
    /// Budget.
    pub budget: Option<BudgetRules>,
    /// Reports experts file.
    pub reports: Vec<ReportRules>,
    /// The ledger.
    pub ledger: Option<LedgerRules>,
    /// Money to be got back.
    pub recovery: Option<RecoveryRules>,
    /// Keeping data up to date.
    pub information: Option<InformationRules>,
    /// Rights, duties, secrecy.
    pub duties: Duties,
    /// Meetings and trainings.
    pub gatherings: Vec<Gathering>,
    /// What experts pass on.
    pub feedback: Vec<Feedback>,
    /// What is undertaken, and when.
    pub undertakings: Vec<Undertaking>,
    /// Forms.
    pub forms: Vec<Form>,
    /// What is due every year.
    pub obligations: Vec<Obligation>,
    /// Values an authority may switch.
    pub parameters: Vec<Parameter>,
    /// The articles of the text.
    pub articles: Vec<Article>,
}

impl Deref for Pack {
    type Target = Rules;

    fn deref(&self) -> &Rules {
        &self.rules
    }
}

impl Pack {
    /// Only the checker comes here.
    pub(super) fn new(rules: Rules, digest: Digest, source: Text) -> Self {
        Self {
            rules,
            digest,
            source: Arc::new(source),
        }
    }

    /// How organisations are recognised; a pack without rules on recusal goes by credit code.
    pub fn organisation_match(&self) -> OrganisationMatch {
        self.recusal
            .as_ref()
            .map_or(OrganisationMatch::CreditCode, |rules| {
                rules.organisation_match
            })
    }

    /// Where it cuts the day; the usual hours where it says nothing.
    pub fn slot_clock(&self) -> SlotClock {
        let rule = self.fee.as_ref().and_then(|fee| fee.half_day);
        rule.map(|rule| rule.clock).unwrap_or_default()
    }

    /// The text it was checked from.
    pub fn source(&self) -> &Text {
        &self.source
    }

    /// The value a path has in this pack, as a pack writes it; `None` where there is no single value.
    pub fn value_of(&self, path: &str) -> Option<String> {
        match &self.source.at_path(path)?.value {
            Value::Text(text) => Some(text.clone()),
            Value::Whole(number) => Some(number.to_string()),
            Value::Truth(truth) => Some(truth.to_string()),
            Value::Date(_) | Value::List(_) | Value::Table(_) | Value::Foreign(_) => None,
        }
    }

    /// The digest every decision stores beside the id.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Short stable name (`dg-2021`).
    pub fn id(&self) -> &str {
        &self.rules.identity.id
    }
}

impl Rules {
    /// A party by id.
    pub fn party(&self, id: &str) -> Option<&Party> {
        self.parties.iter().find(|party| party.id == id)
    }

    /// How the text calls a party; the id itself when the pack has none such.
    pub fn party_label<'a>(&'a self, id: &'a str) -> &'a str {
        self.party(id).map_or(id, |party| &party.label)
    }

    /// The rule on an act, if the instrument assigns it to somebody.
    pub fn permission(&self, act: Act) -> Option<&Permission> {
        self.permissions
            .iter()
            .find(|permission| permission.act == act)
    }

    /// May this party do this? Acts the instrument assigns to nobody are open to nobody. A member of
    /// a party made of several may do what that party may, for the teams it owns and no others.
    pub fn may(&self, party: &str, act: Act, situation: &Situation) -> bool {
        self.permissions.iter().any(|permission| {
            permission.act == act
                && permission
                    .parties
                    .iter()
                    .any(|allowed| allowed == party || self.stands_for(party, allowed, situation))
                && situation.meets(&permission.when) == Some(true)
        })
    }

    /// Would this pack accept the setting? (第二十一条 in DG: the interpreting authority may switch
    /// what the text leaves open.)
    ///
    /// # Errors
    /// Why not, in Chinese.
    pub fn accepts(&self, setting: &Setting) -> Result<&Parameter, String> {
        let parameter = self
            .parameters
            .iter()
            .find(|parameter| parameter.path == setting.path)
            .ok_or_else(|| "规则包没有把它列为可调整的参数。".to_owned())?;
        let fits = match parameter.range {
            Some((least, most)) => setting
                .value
                .parse::<i64>()
                .is_ok_and(|value| (least..=most).contains(&value)),
            None => parameter.choices.contains(&setting.value),
        };
        match (fits, parameter.range) {
            (true, _) => Ok(parameter),
            (false, Some((least, most))) => Err(format!("应为 {least} 到 {most} 之间的整数。")),
            (false, None) => Err(format!("只能是：{}。", parameter.choices.join("、"))),
        }
    }

    /// A form by id.
    pub fn form(&self, id: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.id == id)
    }

    /// The form a person applies with, where the text has one.
    pub fn application_form(&self) -> Option<&Form> {
        self.forms.iter().find(|form| form.is_of_one_person())
    }

    /// What the paper of an appointment is called here: 聘书, 任用证书, 专项工作证.
    pub fn certificate_word(&self) -> &str {
        let rule = self.admission.certificate.as_ref();
        rule.map_or("聘书", |rule| rule.title.as_str())
    }

    /// What forms ask of a person besides the facts of conditions, each once.
    pub fn particulars(&self) -> Vec<&FormField> {
        let mut found: Vec<&FormField> = Vec::new();
        for field in self.forms.iter().flat_map(|form| &form.fields) {
            if Source::PARTICULARS.contains(&field.source)
                && !found.iter().any(|known| known.source == field.source)
            {
                found.push(field);
            }
        }
        found
    }

    /// A task kind by id.
    pub fn task_kind(&self, id: &str) -> Option<&TaskKind> {
        self.tasks.kinds.iter().find(|kind| kind.id == id)
    }

    /// The report each expert files at the end of a task of a kind.
    pub fn report_of(&self, kind: &TaskKind) -> Option<&ReportRules> {
        let id = kind.report.as_ref()?;
        self.reports.iter().find(|report| report.id == *id)
    }

    /// A field of tasks by id.
    pub fn task_field(&self, id: &str) -> Option<&TaskField> {
        self.tasks.fields.iter().find(|field| field.id == id)
    }

    /// An axis by id.
    pub fn axis(&self, id: &str) -> Option<&Axis> {
        self.pool.axes.iter().find(|axis| axis.id == id)
    }
}
