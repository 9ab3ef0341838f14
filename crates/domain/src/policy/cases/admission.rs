//! Cases on the way in: channels, materials, terms, certificates.

use std::collections::BTreeMap;

use super::reading::{Day, typed};
use super::{Scene, case, differs};
use crate::expert::Term;
use crate::finding::Verdict;
use crate::policy::checklist::{self, HandedIn};
use crate::policy::term;
use crate::policy::words::Word;

case! {
    /// 渠道与环节
    ChannelCase = "channel" {
        /// Channel.
        channel: String,
        /// Party that submits.
        #[serde(default)]
        submitter: Option<String>,
        /// Party that fills the form in.
        #[serde(default)]
        filled_by: Option<String>,
        /// Stations in order.
        #[serde(default)]
        stations: Option<Vec<String>>,
        /// Who acts at each station.
        #[serde(default)]
        parties: Option<Vec<String>>,
        /// Guards of one station.
        #[serde(default)]
        guards: BTreeMap<String, Vec<String>>,
        /// Must a notice be open?
        #[serde(default)]
        needs_notice: Option<bool>,
        /// Heading on the committee's agenda.
        #[serde(default)]
        agenda: Option<String>,
        /// Must an invitation be accepted first, and by whom may it be proposed?
        #[serde(default)]
        proposed_by: Option<Vec<String>>,
    }
}

impl ChannelCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let admission = &scene.pack.admission;
        let Some(channel) = admission.channel(&self.channel) else {
            return vec![format!("没有“{}”这个渠道。", self.channel)];
        };
        let mut failures = Vec::new();
        if let Some(expected) = &self.submitter {
            failures.extend(differs("提交人", &channel.submitter, expected));
        }
        if let Some(expected) = &self.filled_by {
            let found = channel.filled_by.as_ref().unwrap_or(&channel.submitter);
            failures.extend(differs("填表人", found, expected));
        }
        if let Some(expected) = &self.stations {
            let found: Vec<String> = channel
                .stations
                .iter()
                .map(|s| s.word().to_owned())
                .collect();
            failures.extend(differs("环节", &found, expected));
        }
        if let Some(expected) = &self.parties {
            let found: Vec<String> = channel
                .stations
                .iter()
                .map(|station| {
                    admission
                        .step(*station)
                        .and_then(|step| step.party.clone())
                        .unwrap_or_else(|| channel.submitter.clone())
                })
                .collect();
            failures.extend(differs("办理主体", &found, expected));
        }
        for (station, expected) in &self.guards {
            let found: Vec<String> = admission
                .steps
                .iter()
                .filter(|step| step.station.word() == station)
                .flat_map(|step| step.guards.iter().map(|guard| guard.word().to_owned()))
                .collect();
            failures.extend(differs(&format!("{station} 的前提"), &found, expected));
        }
        if let Some(expected) = &self.needs_notice {
            failures.extend(differs("须在征集期内", &channel.needs_notice, expected));
        }
        if let Some(expected) = &self.agenda {
            let found = channel.agenda_heading.clone().unwrap_or_default();
            failures.extend(differs("议程分组", &found, expected));
        }
        if let Some(expected) = &self.proposed_by {
            let found = channel
                .invitation
                .as_ref()
                .map(|i| i.proposed_by.clone())
                .unwrap_or_default();
            failures.extend(differs("可提议邀请的主体", &found, expected));
        }
        failures
    }
}

case! {
    /// 材料清单
    Materials = "materials" {
        /// Channel.
        channel: String,
        /// Items of the list, in order.
        #[serde(default)]
        items: Option<Vec<String>>,
        /// What was handed in.
        #[serde(default)]
        handed_in: toml::Table,
        /// Further items the notice names.
        #[serde(default)]
        notice: Vec<String>,
        /// Alternatives of the eligibility rule relied on.
        #[serde(default)]
        branches: Vec<String>,
        /// Day of submission.
        #[serde(default)]
        on: Option<Day>,
        /// Items that are lacking.
        #[serde(default)]
        lacking: Option<Vec<String>>,
        /// Items whose lack blocks; those that only warn are not among them.
        #[serde(default)]
        blocking: Option<Vec<String>>,
        /// Words the findings must have.
        #[serde(default)]
        says: Vec<String>,
    }
}

impl Materials {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(channel) = scene.pack.admission.channel(&self.channel) else {
            return vec![format!("没有“{}”这个渠道。", self.channel)];
        };
        let mut failures = Vec::new();
        if let Some(expected) = &self.items {
            let items = checklist::items(scene.pack, channel);
            let found: Vec<String> = items.iter().map(|item| item.id.clone()).collect();
            failures.extend(differs("应交材料", &found, expected));
        }
        let Some(expected) = &self.lacking else {
            return failures;
        };
        let Some(on) = self.on else {
            failures.push("请写明提交日期 on。".to_owned());
            return failures;
        };
        let handed: BTreeMap<String, HandedIn> = match typed(self.handed_in.clone()) {
            Ok(handed) => handed,
            Err(error) => return vec![error],
        };
        let branches: Vec<_> = scene
            .pack
            .eligibility
            .branches
            .iter()
            .filter(|branch| self.branches.contains(&branch.id))
            .collect();
        failures.extend(differs(
            "依据的情形个数",
            &branches.len(),
            &self.branches.len(),
        ));
        let mut findings = checklist::review(scene.pack, channel, &handed, &branches, on.0);
        findings.extend(checklist::named(scene.pack, channel, &self.notice, &handed));
        let found: Vec<String> = findings
            .iter()
            .filter(|finding| finding.verdict != Verdict::Met)
            .map(|finding| finding.code.clone())
            .collect();
        failures.extend(differs("缺少的材料", &found, expected));
        if let Some(expected) = &self.blocking {
            let blocking = findings.iter().filter(|finding| finding.blocks());
            let found: Vec<String> = blocking.map(|finding| finding.code.clone()).collect();
            failures.extend(differs("不予受理的材料", &found, expected));
        }
        let sentences: String = findings
            .iter()
            .map(|finding| finding.sentence.as_str())
            .collect();
        for words in &self.says {
            if !sentences.contains(words.as_str()) {
                failures.push(format!("说明中应有“{words}”，实为：{sentences}"));
            }
        }
        failures
    }
}

case! {
    /// 聘期
    TermCase = "term" {
        /// First day.
        start: Day,
        /// Last day.
        end: Day,
        /// First and last day of the next term.
        #[serde(default)]
        next: Option<(Day, Day)>,
        /// Day from which renewal is due.
        #[serde(default)]
        remind: Option<Day>,
    }
}

impl TermCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let found = term::first(scene.pack, self.start.0, None, None);
        let mut failures: Vec<String> = differs(
            "聘期",
            &found,
            &Term {
                from: self.start.0,
                to: self.end.0,
            },
        )
        .into_iter()
        .collect();
        if let Some((from, to)) = self.next {
            let next = term::next(scene.pack, found);
            failures.extend(differs(
                "续聘聘期",
                &next,
                &Term {
                    from: from.0,
                    to: to.0,
                },
            ));
        }
        if let Some(remind) = self.remind {
            failures.extend(differs(
                "提醒日",
                &term::reminder(scene.pack, found),
                &Some(remind.0),
            ));
        }
        failures
    }
}

case! {
    /// 聘书编号
    CertificateCase = "certificate" {
        /// Year.
        year: i16,
        /// Which of the year.
        sequence: u32,
        /// Number.
        number: String,
    }
}

impl CertificateCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let certificate = scene.pack.admission.certificate.as_ref();
        let found = certificate
            .map(|c| c.number(self.year, self.sequence))
            .unwrap_or_default();
        differs("聘书编号", &found, &self.number)
            .into_iter()
            .collect()
    }
}
