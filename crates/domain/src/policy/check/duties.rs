//! Rights, duties, secrecy, keeping data up to date, yearly obligations, parameters, articles.

use jiff::civil::Date;

use super::checker::Name;
use super::identity::statement;
use super::section::Section;
use crate::policy::pack::{
    Article, Campaign, Confidentiality, Duties, Enquiry, InformationRules, LastPeriod, NonResponse,
    Obligation, Parameter, Reconcile, Reminder, SignedPer, SpecialtyUpdate, UpdateField,
};
use crate::policy::problem::Code;

pub(super) fn duties(root: &Section<'_>) -> Duties {
    Duties {
        rights: root.sections("right").iter().map(statement).collect(),
        duties: root.sections("duty").iter().map(statement).collect(),
        confidentiality: root.section("confidentiality").map(|s| Confidentiality {
            documents: s.texts("documents"),
            per: s.word_or("per", SignedPer::Term),
            covers: s.some_texts("covers"),
            log_downloads: s.truth_or("log_downloads", true),
            leak: s.name_opt("leak", Name::Misconduct),
            citation: s.citation(),
        }),
        enquiry: root.section("enquiry").map(|s| Enquiry {
            kinds: s.some_texts("kinds"),
            from: s.name("from", Name::Party),
            due: s.duration("due"),
            refusal: s.name_opt("refusal", Name::Misconduct),
            citation: s.citation(),
        }),
        disclaimer: root.section("disclaimer").as_ref().map(statement),
    }
}

pub(super) fn information(root: &Section<'_>) -> Option<InformationRules> {
    root.section("information").map(|s| InformationRules {
        fields: s
            .sections("field")
            .iter()
            .map(|s| UpdateField {
                label: s.text("label"),
                proof: s.truth_or("proof", false),
            })
            .collect(),
        open: s.truth_or("open", false),
        approved_by: s.name("approved_by", Name::Party),
        confirmed_by_expert: s.truth_or("confirmed_by_expert", false),
        campaign: s.section("campaign").map(|s| Campaign {
            channels: s.some_words("channels"),
            answers: s.some_texts("answers"),
            non_response: s.word_or("non_response", NonResponse::List),
            citation: s.citation(),
        }),
        specialties: s.section("specialties").map(|s| SpecialtyUpdate {
            added_for: s.name("added_for", Name::Party),
            retired_by: s.name("retired_by", Name::Party),
            leaves: s.name_opt("leaves", Name::ExitGround),
            citation: s.citation(),
        }),
        reconcile: s.section("reconcile").map(|s| Reconcile {
            every: s.word("every"),
            citation: s.citation(),
        }),
        citation: s.citation(),
    })
}

pub(super) fn obligations(root: &Section<'_>) -> Vec<Obligation> {
    root.sections("obligation")
        .iter()
        .map(|s| {
            let at_least = s.whole("at_least", 1, 1000);
            Obligation {
                id: s.text("id"),
                label: s.text("label"),
                counts: s.word("counts"),
                at_least,
                warn_above: s.whole_opt("warn_above", at_least, 1000),
                per: s.word("per"),
                reminders: s
                    .sections("reminder")
                    .iter()
                    .map(|s| reminder(s, at_least))
                    .collect(),
                last_period: s.word_or("last_period", LastPeriod::Due),
                each: s.name_opt("each", Name::Axis),
                citation: s.citation(),
            }
        })
        .collect()
}

fn reminder(s: &Section<'_>, most: u32) -> Reminder {
    let written = s.text("from");
    let read = written
        .split_once('-')
        .and_then(|(month, day)| Some((month.parse().ok()?, day.parse().ok()?)))
        // A year without 29 February has such a day too.
        .filter(|(month, day)| Date::new(2023, *month, *day).is_ok());
    if read.is_none() && !written.is_empty() {
        s.report_at(
            "from",
            Code::OutOfRange,
            format!("“from”应是月和日，现在是“{written}”。"),
            "例如 from = \"06-30\"。",
        );
    }
    let (month, day) = read.unwrap_or((1, 1));
    Reminder {
        month,
        day,
        at_least: s.whole("at_least", 1, most),
    }
}

pub(super) fn parameters(root: &Section<'_>) -> Vec<Parameter> {
    root.sections("parameter")
        .iter()
        .map(|s| {
            let parameter = Parameter {
                path: s.text("path"),
                label: s.text("label"),
                choices: s.texts("choices"),
                words: s.texts("words"),
                range: s.range_opt("range"),
                by: s.name("by", Name::Party),
                citation: s.citation(),
            };
            if parameter.choices.is_empty() == parameter.range.is_none() {
                s.report(
                    Code::Conflict,
                    format!("参数“{}”应写 choices 或 range 之一。", parameter.path),
                    "choices 列出可选的值，range 给出整数的上下限。",
                );
            }
            if !parameter.words.is_empty() && parameter.words.len() != parameter.choices.len() {
                s.report(
                    Code::Conflict,
                    format!(
                        "参数“{}”的 words 有 {} 个，choices 有 {} 个。",
                        parameter.path,
                        parameter.words.len(),
                        parameter.choices.len()
                    ),
                    "words 与 choices 一一对应；取值本身就能看懂时不写 words。",
                );
            }
            parameter
        })
        .collect()
}

pub(super) fn articles(root: &Section<'_>) -> Vec<Article> {
    root.sections("article").iter().map(article).collect()
}

fn article(s: &Section<'_>) -> Article {
    Article {
        citation: s.citation(),
        about: s.text("about"),
        shown: s.truth_or("shown", false),
        items: s.sections("item").iter().map(article).collect(),
    }
}
