//! What must hold before a station is passed: the guards the pack's steps name, each answered with
//! findings that carry the fact and the article.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Application;
use crate::finding::{FactUsed, Finding, Verdict};
use crate::policy::checklist;
use crate::policy::decide::{Decision, Outcome, decide};
use crate::policy::exception::{self, Exception};
use crate::policy::facts::{Facts, Ticks};
use crate::policy::pack::{Channel, Force, Guard, How, Pack, Station, Step};
use crate::policy::public_notice::Candidate;
use crate::policy::words::{Word as _, day};

/// Whether a notice calls for this application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// The channel needs no notice.
    NotNeeded,
    /// A notice is open.
    Open {
        /// Its number.
        number: String,
    },
    /// The notice answered was closed when the application came.
    Closed {
        /// Its number.
        number: String,
        /// Last day of its window.
        on: Date,
    },
    /// No notice is open.
    Nowhere,
}

/// Whether the public notice an application has to pass is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posting {
    /// It was not posted yet.
    NotYet,
    /// It is on the list of a notice.
    Listed {
        /// Number of the notice.
        number: String,
        /// Its last day.
        until: Date,
        /// What the notice means for this person.
        stands: Candidate,
    },
}

/// An application before its pack.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The pack.
    pub pack: &'a Pack,
    /// Its channel.
    pub channel: &'a Channel,
    /// The application.
    pub application: &'a Application,
    /// Its facts, with what the registers say.
    pub facts: &'a Facts,
    /// Whether a notice calls for it.
    pub call: &'a Call,
    /// Whether its public notice is over.
    pub posting: &'a Posting,
}

impl<'a> Case<'a> {
    /// The conditions of entry, decided for a day.
    pub fn decision(&self, on: Date) -> Decision<'a> {
        decide(self.pack, self.facts, on)
    }

    /// What must hold before `station` is passed: the guards of its step, in the order of the pack. The
    /// vetting of materials concludes on every condition of entry as well: what is not met there never
    /// becomes a list of those to be admitted.
    pub fn before(&self, station: Station, on: Date) -> Vec<Finding> {
        let Some(step) = self.pack.admission.step(station) else {
            return Vec::new();
        };
        let vetting = (station == Station::Vetting && !step.guards.contains(&Guard::Eligible))
            .then_some(Guard::Eligible);
        step.guards
            .iter()
            .copied()
            .chain(vetting)
            .flat_map(|guard| self.findings(guard, on))
            .chain(self.points(step))
            .collect()
    }

    /// The points of a step each of which must be found in order before anybody passes.
    fn points(&self, step: &'a Step) -> Vec<Finding> {
        let said = &self.application.review.points;
        let concluded: BTreeMap<String, bool> = said
            .iter()
            .map(|(point, said)| (point.clone(), said.holds))
            .collect();
        step.open_points(&concluded)
            .into_iter()
            .map(|point| {
                let (verdict, sentence) = match concluded.get(point) {
                    None => (
                        Verdict::Undetermined,
                        format!("{point}：还没有核实结论。请核实后逐项作出结论。"),
                    ),
                    Some(_) => (Verdict::Unmet, format!("{point}：核实结论为不符。")),
                };
                Finding {
                    code: point.to_owned(),
                    force: Force::Must,
                    verdict,
                    citation: step.citation.clone(),
                    facts: Vec::new(),
                    sentence,
                }
            })
            .collect()
    }

    /// What one guard finds on a day. Conditions that hold are left out where there are many.
    pub fn findings(&self, guard: Guard, on: Date) -> Vec<Finding> {
        match guard {
            Guard::OpenNotice => self.open_notice(),
            Guard::MaterialsComplete => self.materials(on),
            Guard::DeclaredLeaves => self.declared(on),
            Guard::ComputedLeaves => self.computed(on),
            Guard::Eligible => {
                blocking(&self.decision(on), Some(&self.application.review.granted()))
            }
            Guard::Classified => self.classified(),
            Guard::NoticeClear => self.notice_clear(),
        }
    }

    fn open_notice(&self) -> Vec<Finding> {
        if !self.channel.needs_notice {
            return Vec::new();
        }
        let (verdict, sentence) = match self.call {
            Call::NotNeeded => return Vec::new(),
            Call::Open { number } => (Verdict::Met, format!("征集公告 {number} 在征集期内。")),
            Call::Closed { number, on } => (
                Verdict::Unmet,
                format!(
                    "征集公告 {number} 的征集期到 {} 为止，申请在此之后收到，不能受理。",
                    day(*on)
                ),
            ),
            Call::Nowhere => (
                Verdict::Unmet,
                "没有征集公告在征集期内。请在公告发布后、截止前提交申请。".to_owned(),
            ),
        };
        let value = match self.call {
            Call::Open { number } | Call::Closed { number, .. } => Some(number.clone()),
            Call::NotNeeded | Call::Nowhere => None,
        };
        vec![Finding {
            code: Guard::OpenNotice.word().to_owned(),
            force: Force::Must,
            verdict,
            citation: self.channel.citation.clone(),
            facts: vec![FactUsed {
                name: "征集公告".to_owned(),
                value,
            }],
            sentence,
        }]
    }

    fn notice_clear(&self) -> Vec<Finding> {
        let (verdict, number, sentence) = match self.posting {
            Posting::NotYet => (
                Verdict::Undetermined,
                None,
                "还没有公示。请先制作公示名单并发布。".to_owned(),
            ),
            Posting::Listed {
                number,
                until,
                stands,
            } => {
                let until = day(*until);
                let (verdict, sentence) = match stands {
                    Candidate::NotOver => (
                        Verdict::Undetermined,
                        format!("公示 {number} 到 {until} 为止，期满后才能通过。"),
                    ),
                    Candidate::Held => (
                        Verdict::Undetermined,
                        format!("公示 {number} 中有对本人的异议没有办结。请先核查并作出结论。"),
                    ),
                    Candidate::Barred => (
                        Verdict::Unmet,
                        format!("公示 {number} 中对本人的异议经核查成立，本次不能通过。"),
                    ),
                    Candidate::Clear => (
                        Verdict::Met,
                        format!("公示 {number} 已于 {until} 期满，没有未办结的异议。"),
                    ),
                };
                (verdict, Some(number), sentence)
            }
        };
        let rules = self.pack.admission.public_notice.as_ref();
        vec![Finding {
            code: Guard::NoticeClear.word().to_owned(),
            force: Force::Must,
            verdict,
            citation: rules.map_or_else(
                || self.channel.citation.clone(),
                |rules| rules.citation.clone(),
            ),
            facts: vec![FactUsed {
                name: "公示".to_owned(),
                value: number.cloned(),
            }],
            sentence,
        }]
    }

    /// Every item of the material list and of the notice answered, found on the day the application came
    /// in.
    fn materials(&self, on: Date) -> Vec<Finding> {
        let decision = self.decision(on);
        let branches: Vec<_> = decision.branches().collect();
        let one = self.application;
        let mut found = checklist::review(
            self.pack,
            self.channel,
            &one.handed,
            &branches,
            one.received_on,
        );
        if let Some(notice) = &one.notice {
            found.extend(checklist::named(
                self.pack,
                self.channel,
                &notice.materials,
                &one.handed,
            ));
        }
        found
    }

    fn declared(&self, on: Date) -> Vec<Finding> {
        self.decision(on)
            .leaves
            .iter()
            .filter_map(|leaf| {
                let verdict = leaf.declared?;
                (verdict != Verdict::Met).then(|| Finding {
                    verdict,
                    force: Force::Must,
                    ..leaf.finding(self.pack)
                })
            })
            .collect()
    }

    /// The conditions a machine can tell, as if everything to be ticked were ticked. A register nobody
    /// has looked up yet is looked up at the next station.
    fn computed(&self, on: Date) -> Vec<Finding> {
        let mut facts = self.facts.clone();
        let relied_on = self.relied_on();
        for (number, leaf) in (0_u16..).zip(&self.pack.eligibility.leaves) {
            if leaf.how.contains(&How::Declared) {
                facts.declared.insert(leaf.id.clone(), Ticks::Whole(true));
            }
            if leaf.how.contains(&How::Reviewed) {
                let may_hold = relied_on
                    .as_ref()
                    .is_none_or(|them| !them.rules_out(number));
                facts.reviewed.insert(leaf.id.clone(), may_hold);
                facts.notes.insert(leaf.id.clone(), "尚待核对".to_owned());
            }
        }
        for register in &self.pack.vocabulary.registers {
            facts.registers.entry(register.id.clone()).or_default();
        }
        blocking(&decide(self.pack, &facts, on), None)
    }

    /// The alternative the person says they rely on; judgement on the others is not waited for.
    fn relied_on(&self) -> Option<ReliedOn> {
        let id = self.application.relies_on.as_ref()?;
        let branches = &self.pack.eligibility.branches;
        let mut relied = ReliedOn::default();
        for branch in branches {
            let leaves = match branch.id == *id {
                true => &mut relied.chosen,
                false => &mut relied.others,
            };
            branch.rule.leaves(&mut |number, _| leaves.push(number));
        }
        (!relied.chosen.is_empty()).then_some(relied)
    }

    fn classified(&self) -> Vec<Finding> {
        let application = self.application;
        self.pack
            .pool
            .axes
            .iter()
            .map(|axis| {
                let chosen = match axis.id.as_str() {
                    "specialty" => application.specialties.len(),
                    _ => application
                        .duties
                        .iter()
                        .filter(|value| axis.values.contains(value))
                        .count(),
                };
                let least = usize::try_from(axis.at_least).unwrap_or(usize::MAX);
                let most = axis.at_most.and_then(|most| usize::try_from(most).ok());
                let few = chosen < least;
                let many = most.filter(|most| *most < chosen);
                Finding {
                    code: axis.id.clone(),
                    force: Force::Must,
                    verdict: Verdict::of(!few && many.is_none()),
                    citation: axis.citation.clone(),
                    facts: vec![FactUsed {
                        name: axis.label.clone(),
                        value: Some(chosen.to_string()),
                    }],
                    sentence: match many {
                        None if few => format!(
                            "{}：至少 {least} 项，现有 {chosen} 项。请选择后再入库。",
                            axis.label
                        ),
                        None => format!("{}：已选 {chosen} 项。", axis.label),
                        Some(most) => format!(
                            "{}：最多 {most} 项，现有 {chosen} 项。请去掉多出的。",
                            axis.label
                        ),
                    },
                }
            })
            .collect()
    }
}

/// The leaves of the alternative relied on, and of the others.
#[derive(Default)]
struct ReliedOn {
    chosen: Vec<u16>,
    others: Vec<u16>,
}

impl ReliedOn {
    /// The leaf carries only alternatives the person does not rely on.
    fn rules_out(&self, leaf: u16) -> bool {
        self.others.contains(&leaf) && !self.chosen.contains(&leaf)
    }
}

/// The conditions in the way. Those that bind 原则上 can be set aside with a reason; those that may be
/// relaxed only by saying which, how far and why (GZ 第十一条(七)). `granted` is `None` while nobody
/// could grant anything yet: then neither stands in the way.
fn blocking(decision: &Decision<'_>, granted: Option<&[Exception]>) -> Vec<Finding> {
    match (decision.outcome, granted) {
        (Outcome::Met, _) => Vec::new(),
        (Outcome::Discretion, Some(granted)) => discretion(decision, granted),
        (outcome, _) => decision
            .blocking()
            .into_iter()
            .map(|leaf| {
                let mut finding = leaf.finding(decision.pack);
                if outcome == Outcome::Discretion {
                    finding.force = Force::InPrinciple;
                }
                finding
            })
            .collect(),
    }
}

fn discretion(decision: &Decision<'_>, granted: &[Exception]) -> Vec<Finding> {
    let lacking = exception::lacking(decision, granted);
    let mut found = Vec::new();
    for part in exception::needed(decision) {
        let concerns = |finding: &&Finding| {
            let mut leaves = part.leaves.iter();
            leaves.any(|one| one.leaf.id == finding.code)
        };
        if let Some(lack) = lacking.iter().find(concerns) {
            let mut finding = lack.clone();
            finding.force = match part.relaxation {
                Some(_) => Force::Must,
                None => Force::InPrinciple,
            };
            found.push(finding);
        }
    }
    found
}
