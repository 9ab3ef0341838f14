//! The conditions as pages show them: verdict, fact, article, the evidence beside it, and what an officer
//! has to confirm or look up.

use documents::meetings::Line;
use domain::application::Application;
use domain::finding::Verdict;
use domain::policy::decide::{Decision, Outcome};
use domain::policy::exception::needed;
use domain::policy::pack::{How, Leaf, Pack, Station, Test};
use domain::policy::words::Word as _;

use super::checking;
use super::checklist::FileLine;
use crate::pools::OpenPool;

/// One condition with what there is to see.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ConditionLine {
    /// Code of the condition.
    pub code: String,
    /// What it is.
    pub label: String,
    /// Article.
    pub citation: String,
    /// Whether it holds.
    pub verdict: Verdict,
    /// The fact in a sentence.
    pub sentence: String,
    /// How strongly it binds, in words.
    pub force: &'static str,
    /// Whether it stands in the way.
    pub blocks: bool,
    /// An officer has to confirm it: what was said so far.
    pub confirm: Option<Option<bool>>,
    /// What the confirmation rests on has to be said: what was said so far.
    pub note: Option<String>,
    /// A register has to be looked up: its id, its name, what was found and where.
    pub register: Option<RegisterLine>,
    /// Files that prove it.
    pub evidence: Vec<FileLine>,
}

impl From<&ConditionLine> for Line {
    fn from(line: &ConditionLine) -> Self {
        Self {
            verdict: line.verdict.zh().to_owned(),
            text: line.sentence.clone(),
            article: line.citation.clone(),
        }
    }
}

/// A register to be looked up.
#[derive(Debug, Clone, serde::Serialize)]
pub struct RegisterLine {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// Found by hand: listed or not.
    pub listed: Option<bool>,
    /// Where.
    pub source: String,
}

pub(super) fn conditions(
    pool: &OpenPool,
    one: &Application,
    decision: &Decision<'_>,
    files: &[FileLine],
) -> Vec<ConditionLine> {
    let blocking: Vec<&str> = decision
        .blocking()
        .iter()
        .map(|finding| finding.leaf.id.as_str())
        .collect();
    // What only a post asks for is nobody's condition of entry.
    let eligibility = &pool.pack.eligibility;
    let mut asked = std::collections::BTreeSet::new();
    let grounds = eligibility.relaxations.iter().map(|one| &one.grounds);
    for rule in grounds.chain([&eligibility.rule]) {
        rule.leaves(&mut |leaf, _| {
            asked.insert(leaf);
        });
    }
    decision
        .leaves
        .iter()
        .zip(0u16..)
        .filter(|(_, number)| asked.contains(number))
        .map(|(finding, number)| {
            let leaf = finding.leaf;
            ConditionLine {
                code: leaf.id.clone(),
                label: leaf.label.clone(),
                citation: leaf.citation.to_string(),
                verdict: finding.stands(),
                sentence: finding.sentence(&pool.pack),
                force: leaf.force.zh(),
                blocks: decision.outcome != Outcome::Met && blocking.contains(&leaf.id.as_str()),
                confirm: leaf
                    .how
                    .contains(&How::Reviewed)
                    .then(|| one.review.confirmed.get(&leaf.id).map(|said| said.holds)),
                note: leaf.note.then(|| {
                    let said = one.review.confirmed.get(&leaf.id);
                    said.and_then(|said| said.note.clone()).unwrap_or_default()
                }),
                register: register(pool, one, leaf),
                evidence: evidence(pool, leaf, number, files),
            }
        })
        .collect()
}

fn register(pool: &OpenPool, one: &Application, leaf: &Leaf) -> Option<RegisterLine> {
    let Some(Test::NotListed { register, .. }) = &leaf.test else {
        return None;
    };
    let known = one.review.looked_up.get(register);
    Some(RegisterLine {
        label: pool
            .pack
            .vocabulary
            .register(register)
            .map_or_else(|| register.clone(), |known| known.label.clone()),
        listed: known.map(|known| known.listed),
        source: known.map(|known| known.source.clone()).unwrap_or_default(),
        id: register.clone(),
    })
}

/// The files that speak for a condition: the proofs of the alternatives it belongs to, and the identity
/// papers for what is read off them.
fn evidence(pool: &OpenPool, leaf: &Leaf, number: u16, files: &[FileLine]) -> Vec<FileLine> {
    let mut proofs: Vec<&str> = Vec::new();
    for branch in &pool.pack.eligibility.branches {
        let mut belongs = false;
        branch
            .rule
            .leaves(&mut |known, _| belongs |= known == number);
        if belongs {
            proofs.extend(branch.proof.iter().map(String::as_str));
        }
    }
    if matches!(leaf.test, Some(Test::Age { .. })) {
        let lists = &pool.pack.admission.materials;
        let papers = lists.iter().flat_map(|list| &list.items);
        proofs.extend(
            papers
                .filter(|item| item.valid_on_submission)
                .map(|item| item.id.as_str()),
        );
    }
    files
        .iter()
        .filter(|file| {
            let part = file.place.rsplit('/').next().unwrap_or_default();
            proofs.contains(&part)
        })
        .cloned()
        .collect()
}

/// A point the vetting concludes on.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PointLine {
    /// Name of the form's field.
    pub field: String,
    /// What it is.
    pub label: String,
    /// What was concluded.
    pub holds: Option<bool>,
}

/// The points of the steps of an application; none where its route has no step with any.
pub(super) fn points(pack: &Pack, one: &Application, station: Option<Station>) -> Vec<PointLine> {
    let step = station.and_then(|station| pack.admission.step(station));
    let here = step.is_some_and(|step| !step.points.is_empty());
    if !here && one.review.points.is_empty() {
        return Vec::new();
    }
    checking::points(pack)
        .map(|(field, point)| PointLine {
            field,
            label: point.clone(),
            holds: one.review.points.get(point).map(|said| said.holds),
        })
        .collect()
}

/// A condition that may be relaxed or let pass, and what was granted.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ExceptionLine {
    /// Code of the condition.
    pub code: String,
    /// The conditions of the part of the rule that do not hold.
    pub label: String,
    /// The article it may rest on.
    pub article: String,
    /// To what extent has to be said.
    pub needs_extent: bool,
    /// To what extent, if it was granted.
    pub extent: String,
    /// Why, if it was granted.
    pub reason: String,
}

/// What needs a grant today.
pub(super) fn exceptions(decision: &Decision<'_>, one: &Application) -> Vec<ExceptionLine> {
    needed(decision)
        .into_iter()
        .filter_map(|part| {
            let first = part.leaves.first()?.leaf;
            let granted = one.review.exceptions.iter().map(|one| &one.exception);
            let granted = granted.into_iter().find(|one| one.leaf == first.id);
            let labels: Vec<&str> = part
                .leaves
                .iter()
                .map(|finding| finding.leaf.label.as_str())
                .collect();
            Some(ExceptionLine {
                code: first.id.clone(),
                label: labels.join("；"),
                article: match part.relaxation {
                    Some(relaxation) => format!("{} {}", relaxation.citation, relaxation.label),
                    None => first.citation.to_string(),
                },
                needs_extent: part.relaxation.is_some(),
                extent: granted
                    .and_then(|one| one.extent.clone())
                    .unwrap_or_default(),
                reason: granted.map(|one| one.reason.clone()).unwrap_or_default(),
            })
        })
        .collect()
}
