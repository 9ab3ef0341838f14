//! May this person be an expert on that day? Three-valued, with the reason of everything.

use jiff::civil::Date;

use super::citation::Citation;
use super::evidence::Evidence;
use super::expression::Expression;
use super::facts::Facts;
use super::pack::{Branch, Force, How, Leaf, Pack, RelaxMode, Relaxation};
use super::test;
use super::words::{Word, day, words};
use crate::finding::{FactUsed, Finding, Verdict};

words! {
    /// The answer as a whole.
    Outcome {
        /// Every condition holds.
        Met = "met", "符合";
        /// Only conditions that bind 原则上, or that a relaxation covers, do not hold: an authorised
        /// person may decide with a reason.
        Discretion = "discretion", "须经批准方可";
        /// Nothing fails, but facts are missing.
        Undetermined = "undetermined", "资料不足";
        /// A condition does not hold.
        Unmet = "unmet", "不符合";
    }
}

/// The answer, borrowing pack and facts. Sentences are made when asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision<'a> {
    /// The pack decided by.
    pub pack: &'a Pack,
    /// The day decided for.
    pub on: Date,
    /// The answer.
    pub outcome: Outcome,
    /// One finding per leaf, in the order of the pack.
    pub leaves: Vec<LeafFinding<'a>>,
    /// The relaxation that would let the person pass, if one is needed.
    pub relaxation: Option<&'a Relaxation>,
}

/// What one leaf found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafFinding<'a> {
    /// The leaf.
    pub leaf: &'a Leaf,
    /// Whether it holds.
    pub verdict: Verdict,
    /// The rule asks for the contrary.
    pub negated: bool,
    /// What the test looked at; `None` when there is no test or the leaf does not apply.
    pub evidence: Option<Evidence<'a>>,
    /// The declaration, where one is needed.
    pub declared: Option<Verdict>,
    /// Elements of the declaration not ticked.
    pub open: Vec<usize>,
    /// The review, where one is needed.
    pub reviewed: Option<Verdict>,
    /// A review confirmed it without the note the leaf asks for.
    pub note_missing: bool,
}

/// Decides.
pub fn decide<'a>(pack: &'a Pack, facts: &'a Facts, on: Date) -> Decision<'a> {
    let rules = &pack.eligibility;
    let mut leaves: Vec<LeafFinding<'a>> = rules
        .leaves
        .iter()
        .map(|leaf| look(pack, facts, on, leaf))
        .collect();
    for number in &rules.negated {
        if let Some(finding) = leaves.get_mut(usize::from(*number)) {
            finding.negated = true;
        }
    }
    let plain = |number: u16| verdict(&leaves, number);
    let advice_aside = |number: u16| pass(&leaves, number, |leaf| leaf.force == Force::May);
    let in_principle_aside = |number: u16| pass(&leaves, number, |leaf| leaf.force != Force::Must);
    let not_must = |leaf: &Leaf| leaf.force != Force::Must;
    let advice = |leaf: &Leaf| leaf.force == Force::May;
    let with = |relaxation: &Relaxation, lets: &dyn Fn(&Leaf) -> bool| {
        relaxed(&rules.rule, relaxation, &leaves, lets)
    };
    let (mut outcome, mut relaxation) = (Outcome::Unmet, None);
    match (
        rules.rule.verdict(&plain),
        rules.rule.verdict(&advice_aside),
    ) {
        (Verdict::Met | Verdict::NotApplicable, _) | (_, Verdict::Met | Verdict::NotApplicable) => {
            outcome = Outcome::Met;
        }
        (_, strict) => {
            if rules.rule.verdict(&in_principle_aside) == Verdict::Met {
                outcome = Outcome::Discretion;
            } else if let Some(found) = rules
                .relaxations
                .iter()
                .find(|r| with(r, &not_must) == Verdict::Met)
            {
                relaxation = Some(found);
                let alone = || with(found, &advice) == Verdict::Met;
                // What binds 原则上 besides still needs somebody who decides.
                outcome = if found.mode == RelaxMode::Automatic && alone() {
                    Outcome::Met
                } else {
                    Outcome::Discretion
                };
            } else if strict == Verdict::Undetermined
                || rules.rule.verdict(&in_principle_aside) == Verdict::Undetermined
                || rules
                    .relaxations
                    .iter()
                    .any(|r| with(r, &not_must) == Verdict::Undetermined)
            {
                // What fails could be let pass; what is missing has to be known first.
                outcome = Outcome::Undetermined;
            }
        }
    }
    Decision {
        pack,
        on,
        outcome,
        leaves,
        relaxation,
    }
}

fn verdict(leaves: &[LeafFinding<'_>], number: u16) -> Verdict {
    leaves
        .get(usize::from(number))
        .map_or(Verdict::Undetermined, |finding| finding.verdict)
}

/// The verdict, with leaves of some force let pass.
fn pass(leaves: &[LeafFinding<'_>], number: u16, lets: impl Fn(&Leaf) -> bool) -> Verdict {
    match leaves.get(usize::from(number)) {
        Some(finding) if finding.stands() == Verdict::Unmet && lets(finding.leaf) => {
            finding.verdict.not()
        }
        Some(finding) => finding.verdict,
        None => Verdict::Undetermined,
    }
}

/// The rule with what the relaxation covers, and what `lets` lets pass, set aside; unmet without the
/// grounds of the relaxation.
fn relaxed(
    rule: &Expression,
    relaxation: &Relaxation,
    leaves: &[LeafFinding<'_>],
    lets: impl Fn(&Leaf) -> bool,
) -> Verdict {
    let grounds = &relaxation.grounds;
    if relaxation.mode == RelaxMode::Never
        || grounds.verdict(&|number| verdict(leaves, number)) != Verdict::Met
    {
        return Verdict::Unmet;
    }
    rule.verdict(&|number| {
        let relaxed = relaxation.relaxes.contains(&number);
        // What is waived by itself need not even be known; at discretion only what failed passes.
        if relaxed && relaxation.mode == RelaxMode::Automatic {
            return Verdict::Met;
        }
        pass(leaves, number, |leaf| relaxed || lets(leaf))
    })
}

fn look<'a>(pack: &'a Pack, facts: &'a Facts, on: Date, leaf: &'a Leaf) -> LeafFinding<'a> {
    let mut finding = LeafFinding {
        leaf,
        verdict: Verdict::NotApplicable,
        negated: false,
        evidence: None,
        declared: None,
        open: Vec::new(),
        reviewed: None,
        note_missing: false,
    };
    match facts.situation.meets(&leaf.when) {
        Some(true) => {}
        Some(false) => return finding,
        None => {
            finding.verdict = Verdict::Undetermined;
            return finding;
        }
    }
    if let Some(test) = &leaf.test {
        let (verdict, evidence) = test::run(pack, facts, on, test);
        finding.verdict = verdict;
        finding.evidence = Some(evidence);
    }
    if leaf.how.contains(&How::Declared) {
        let declared = match facts.declared.get(&leaf.id) {
            Some(ticks) => {
                if !ticks.complete(leaf.elements.len()) {
                    finding.open = ticks.open(leaf.elements.len());
                }
                Verdict::of(ticks.complete(leaf.elements.len()))
            }
            None => Verdict::Undetermined,
        };
        finding.declared = Some(declared);
        finding.verdict = finding.verdict.and(declared);
    }
    if leaf.how.contains(&How::Reviewed) {
        let noted = facts
            .notes
            .get(&leaf.id)
            .is_some_and(|note| !note.trim().is_empty());
        let reviewed = match facts.reviewed.get(&leaf.id) {
            Some(true) if leaf.note && !noted => {
                finding.note_missing = true;
                Verdict::Undetermined
            }
            Some(confirmed) => Verdict::of(*confirmed),
            None => Verdict::Undetermined,
        };
        finding.reviewed = Some(reviewed);
        finding.verdict = finding.verdict.and(reviewed);
    }
    finding
}

impl LeafFinding<'_> {
    /// Whether it is as the rule wants it: the verdict, turned round where the rule asks for the
    /// contrary.
    pub const fn stands(&self) -> Verdict {
        if self.negated {
            self.verdict.not()
        } else {
            self.verdict
        }
    }

    /// What was found, in one Chinese sentence without the citation.
    pub fn sentence(&self, pack: &Pack) -> String {
        let mut parts = Vec::new();
        if let Some(evidence) = &self.evidence {
            parts.push(evidence.words(pack));
        }
        match self.declared {
            Some(Verdict::Met) => parts.push("本人已承诺".to_owned()),
            Some(Verdict::Unmet) if self.open.is_empty() => parts.push("本人未承诺".to_owned()),
            Some(Verdict::Unmet) => {
                let open = self
                    .open
                    .iter()
                    .filter_map(|place| self.leaf.elements.get(*place));
                let open: Vec<&str> = open.map(String::as_str).collect();
                parts.push(format!("本人未承诺：{}", open.join("、")));
            }
            Some(_) => parts.push("缺少：本人承诺".to_owned()),
            None => {}
        }
        match self.reviewed {
            Some(Verdict::Met) => parts.push("审核已确认".to_owned()),
            Some(Verdict::Unmet) => parts.push("审核未予确认".to_owned()),
            Some(_) if self.note_missing => parts.push("缺少：审核确认的依据说明".to_owned()),
            Some(_) => parts.push("缺少：审核确认".to_owned()),
            None => {}
        }
        if parts.is_empty() {
            parts.push(match self.verdict {
                Verdict::NotApplicable => "本项不适用".to_owned(),
                _ => "缺少：判断本项是否适用的信息".to_owned(),
            });
        }
        format!("{}：{}。", self.leaf.label, parts.join("；"))
    }

    /// As a finding that stands on its own.
    pub fn finding(&self, pack: &Pack) -> Finding {
        let mut facts: Vec<FactUsed> = self
            .evidence
            .as_ref()
            .map_or_else(Vec::new, |evidence| evidence.facts(pack));
        let said = |verdict: Verdict| match verdict {
            Verdict::Met => Some("是".to_owned()),
            Verdict::Unmet => Some("否".to_owned()),
            Verdict::Undetermined | Verdict::NotApplicable => None,
        };
        facts.extend(self.declared.map(|v| FactUsed {
            name: "本人承诺".to_owned(),
            value: said(v),
        }));
        facts.extend(self.reviewed.map(|v| FactUsed {
            name: "审核确认".to_owned(),
            value: said(v),
        }));
        Finding {
            code: self.leaf.id.clone(),
            force: self.leaf.force,
            verdict: self.stands(),
            citation: self.leaf.citation.clone(),
            facts,
            sentence: self.sentence(pack),
        }
    }
}

impl<'a> Decision<'a> {
    /// The finding of a leaf.
    pub fn leaf(&self, id: &str) -> Option<&LeafFinding<'a>> {
        self.leaves.iter().find(|finding| finding.leaf.id == id)
    }

    /// The alternatives that carried, in the order of the pack (DG 第四条(三): which branch was used).
    pub fn branches(&self) -> impl Iterator<Item = &'a Branch> {
        self.pack
            .eligibility
            .branches
            .iter()
            .filter(|branch| branch.rule.verdict(&|n| verdict(&self.leaves, n)) == Verdict::Met)
    }

    /// The parts of the rule all of which are needed, each with its verdict and its leaves.
    pub fn conjuncts(&self) -> impl Iterator<Item = Conjunct<'_, 'a>> {
        self.pack.eligibility.rule.conjuncts().iter().map(|part| {
            let mut numbers = Vec::new();
            part.leaves(&mut |number, _| numbers.push(number));
            Conjunct {
                verdict: part.verdict(&|number| verdict(&self.leaves, number)),
                leaves: numbers
                    .iter()
                    .filter_map(|n| self.leaves.get(usize::from(*n)))
                    .collect(),
            }
        })
    }

    /// The leaves that stand in the way, in the order of the rule. Of a choice none of whose
    /// alternatives holds, every leaf that fails or lacks a fact is among them.
    pub fn blocking(&self) -> Vec<&LeafFinding<'a>> {
        self.conjuncts()
            .filter(|part| matches!(part.verdict, Verdict::Unmet | Verdict::Undetermined))
            .flat_map(|part| part.leaves)
            .filter(|finding| matches!(finding.stands(), Verdict::Unmet | Verdict::Undetermined))
            .filter(|finding| finding.leaf.force != Force::May)
            .collect()
    }

    /// Every finding on who may be an expert, standing on its own.
    pub fn findings(&self) -> Vec<Finding> {
        self.leaves
            .iter()
            .zip(0_u16..)
            .filter(|(_, number)| self.pack.eligibility.asks_for(*number))
            .map(|(finding, _)| finding.finding(self.pack))
            .collect()
    }

    /// The verdict of a leaf by its number.
    pub fn verdict_of(&self, number: u16) -> Verdict {
        verdict(&self.leaves, number)
    }

    /// The whole in Chinese: the answer, what carried it or what stands in the way, each with its
    /// article and fact.
    pub fn explanation(&self) -> String {
        let mut text = format!(
            "按《{}》，{} 判断：{}入库条件。\n",
            self.pack.identity.title,
            day(self.on),
            self.outcome.zh()
        );
        for branch in self.branches() {
            text.push_str(&format!("依据 {}：{}。\n", branch.citation, branch.label));
        }
        if let Some(relaxation) = self.relaxation {
            text.push_str(&format!(
                "可放宽 {}：{}。\n",
                relaxation.citation, relaxation.label
            ));
        }
        for part in self.conjuncts() {
            for line in part.lines(self.pack) {
                text.push_str(&line);
                text.push('\n');
            }
        }
        text
    }
}

/// A part of the rule all of which are needed.
#[derive(Debug, Clone)]
pub struct Conjunct<'d, 'a> {
    /// Whether it holds.
    pub verdict: Verdict,
    /// Its leaves.
    pub leaves: Vec<&'d LeafFinding<'a>>,
}

impl Conjunct<'_, '_> {
    /// Where the part stands: the citation all its leaves share, or that of the first.
    pub fn citation(&self) -> Option<&Citation> {
        self.leaves.first().map(|finding| &finding.leaf.citation)
    }

    fn lines(&self, pack: &Pack) -> Vec<String> {
        let mark = match self.verdict {
            Verdict::Met => "符合",
            Verdict::Unmet => "不符合",
            Verdict::Undetermined => "资料不足",
            Verdict::NotApplicable => "不适用",
        };
        // Of a choice that holds, only what carries it is worth a line.
        let shown = |finding: &&&LeafFinding<'_>| {
            self.verdict != Verdict::Met
                || self.leaves.len() == 1
                || finding.stands() == Verdict::Met
        };
        self.leaves
            .iter()
            .filter(shown)
            .map(|finding| {
                let mark = if self.leaves.len() == 1 {
                    mark
                } else {
                    finding.stands().zh()
                };
                format!(
                    "{mark} {}：{}",
                    finding.leaf.citation,
                    finding.sentence(pack)
                )
            })
            .collect()
    }
}
