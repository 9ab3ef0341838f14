//! Title and dates, the clock, vocabularies, parties and permissions.

use super::checker::Name;
use super::section::Section;
use crate::actor::Role;
use crate::period::{AgeClock, AgeTurns, Exceeds, LeapBirthday, TermEnd, YearsMode};
use crate::policy::citation::Citation;
use crate::policy::pack::{
    Basis, Clock, Consequence, Contact, Equivalence, Identity, Ladder, List, Moment, Party,
    Permission, Register, Rung, Statement, Superseded, VersionBinding, Vocabulary,
};
use crate::policy::problem::{Code, closest};

pub(super) fn statement(section: &Section<'_>) -> Statement {
    Statement {
        text: section.text("text"),
        citation: section.citation(),
    }
}

pub(super) fn identity(root: &Section<'_>) -> Identity {
    let section = root.needed("policy");
    let Some(s) = &section else { return nobody() };
    let binding = s.section("binding");
    let moment = |key, default| {
        binding
            .as_ref()
            .map_or(default, |b| b.word_or(key, default))
    };
    let identity = Identity {
        id: s.text("id"),
        kind: s.word("kind"),
        title: s.text("title"),
        issuer: s.text("issuer"),
        jurisdiction: s.text("jurisdiction"),
        document: s.text_opt("document"),
        normative_code: s.text_opt("normative_code"),
        legality_review: s.text_opt("legality_review"),
        status: s.word("status"),
        trial: s.truth_or("trial", false),
        issued: s.date_opt("issued"),
        from: s.date("from"),
        to: s.date_opt("to"),
        on_expired: s.word_or("on_expired", Consequence::Warn),
        on_draft: s.word_or("on_draft", Consequence::Warn),
        appointments_survive: s.truth_or("appointments_survive", true),
        supersedes: s
            .sections("supersedes")
            .iter()
            .map(|s| Superseded {
                document: s.text("document"),
                scope: s.text_opt("scope"),
            })
            .collect(),
        interpreter: s.section("interpreter").as_ref().map(statement),
        principles: s.section("principles").map_or_else(Vec::new, |p| {
            p.citation();
            p.some_texts("values")
        }),
        principles_citation: s.section("principles").map(|p| {
            p.has("values");
            p.citation()
        }),
        purpose: s.section("purpose").as_ref().map(statement),
        addressees: s.texts("addressees"),
        basis: s
            .sections("basis")
            .iter()
            .map(|s| Basis {
                document: s.text("document"),
                title: s.text_opt("title"),
                citation: s.citation(),
            })
            .collect(),
        questions: s.section("questions").as_ref().map(statement),
        contacts: s
            .sections("contact")
            .iter()
            .map(|s| Contact {
                department: s.text("department"),
                phone: s.text_opt("phone"),
                citation: s.citation(),
            })
            .collect(),
        force_citation: s.citation(),
        binding: VersionBinding {
            term: moment("term", Moment::Appointment),
            act: moment("act", Moment::Act),
            fee: moment("fee", Moment::Work),
        },
    };
    if identity.to.is_some_and(|to| to < identity.from) {
        s.report_at(
            "to",
            Code::Conflict,
            "失效日期早于施行日期。".to_owned(),
            "请核对 from 与 to。",
        );
    }
    identity
}

fn nobody() -> Identity {
    Identity {
        id: String::new(),
        kind: crate::policy::pack::Kind::ExpertPool,
        title: String::new(),
        issuer: String::new(),
        jurisdiction: String::new(),
        document: None,
        normative_code: None,
        legality_review: None,
        status: crate::policy::pack::LegalStatus::Draft,
        trial: false,
        issued: None,
        from: jiff::civil::Date::MIN,
        to: None,
        on_expired: Consequence::Warn,
        on_draft: Consequence::Warn,
        appointments_survive: true,
        supersedes: Vec::new(),
        interpreter: None,
        principles: Vec::new(),
        principles_citation: None,
        purpose: None,
        addressees: Vec::new(),
        basis: Vec::new(),
        questions: None,
        contacts: Vec::new(),
        force_citation: Citation::article(0),
        binding: VersionBinding {
            term: Moment::Appointment,
            act: Moment::Act,
            fee: Moment::Work,
        },
    }
}

pub(super) fn clock(root: &Section<'_>) -> Clock {
    let section = root.section("clock");
    let s = section.as_ref();
    Clock {
        ages: AgeClock {
            turns: s.map_or(AgeTurns::default(), |s| {
                s.word_or("age_turns", AgeTurns::default())
            }),
            leap_birthday: s.map_or(LeapBirthday::default(), |s| {
                s.word_or("leap_birthday", LeapBirthday::default())
            }),
        },
        exceeds: s.map_or(Exceeds::default(), |s| {
            s.word_or("exceeds", Exceeds::default())
        }),
        term_end: s.map_or(TermEnd::default(), |s| {
            s.word_or("term_end", TermEnd::default())
        }),
        years: s.map_or(YearsMode::default(), |s| {
            s.word_or("years", YearsMode::default())
        }),
    }
}

pub(super) fn vocabulary(root: &Section<'_>) -> Vocabulary {
    let ladders = root.sections("ladder").iter().map(ladder).collect();
    let mut vocabulary = Vocabulary {
        ladders,
        equivalences: Vec::new(),
        lists: Vec::new(),
        registers: Vec::new(),
    };
    vocabulary.equivalences = root
        .sections("equivalence")
        .iter()
        .filter_map(|s| {
            let (a, b) = (rung(s, "a", &vocabulary), rung(s, "b", &vocabulary));
            let citation = s.citation();
            Some(Equivalence {
                a: a?,
                b: b?,
                citation,
            })
        })
        .collect();
    vocabulary.lists = root
        .sections("list")
        .iter()
        .map(|s| List {
            id: s.text("id"),
            label: s.text("label"),
            values: s.some_texts("values"),
            open: s.truth_or("open", false),
            citation: s.citation(),
        })
        .collect();
    vocabulary.registers = root
        .sections("register")
        .iter()
        .map(|s| Register {
            id: s.text("id"),
            label: s.text("label"),
            kept_by: s.text_opt("kept_by"),
            citation: s.citation(),
        })
        .collect();
    vocabulary
}

fn ladder(s: &Section<'_>) -> Ladder {
    let mut ladder = Ladder {
        id: s.text("id"),
        label: s.text("label"),
        rungs: s.some_texts("rungs"),
        aliases: Vec::new(),
    };
    for alias in s.sections("alias") {
        let (name, same_as) = (alias.text("name"), alias.text("is"));
        match ladder.rung(&same_as) {
            Some(rung) => ladder.aliases.push((name, rung)),
            None => alias.report_at(
                "is",
                Code::UnknownWord,
                format!("“{same_as}”不是“{}”的一级。", ladder.label),
                format!("可以填：{}。", ladder.rungs.join("、")),
            ),
        }
    }
    ladder
}

/// A rung written `ladder:rung`.
pub(super) fn rung(s: &Section<'_>, key: &'static str, vocabulary: &Vocabulary) -> Option<Rung> {
    let text = s.text(key);
    let found = text
        .split_once(':')
        .and_then(|(ladder, name)| vocabulary.rung(ladder, name));
    if found.is_none() && !text.is_empty() {
        let hint = match text.split_once(':') {
            None => "请写成“等级:级别”，如 \"title:中级\"。".to_owned(),
            Some((ladder, name)) => vocabulary.ladder(ladder).map_or_else(
                || {
                    let ids = vocabulary.ladders.iter().map(|ladder| ladder.id.as_str());
                    closest(ladder, ids).map_or_else(
                        || "冒号前应是 [[ladder]] 的 id。".to_owned(),
                        |meant| format!("是不是“{meant}:{name}”？"),
                    )
                },
                |ladder| {
                    closest(name, ladder.rungs.iter().map(String::as_str)).map_or_else(
                        || format!("可以填：{}。", ladder.rungs.join("、")),
                        |meant| format!("是不是“{}:{meant}”？", ladder.id),
                    )
                },
            ),
        };
        s.report_at(
            key,
            Code::UnknownWord,
            format!("“{text}”不是已定义的级别。"),
            hint,
        );
    }
    found
}

pub(super) fn parties(root: &Section<'_>) -> Vec<Party> {
    root.sections("party")
        .iter()
        .map(|s| Party {
            id: s.text("id"),
            label: s.text("label"),
            body: s.text_opt("body"),
            organisation_kinds: s.texts("organisation_kinds"),
            roles: s
                .texts("roles")
                .iter()
                .filter_map(|code| role(s, "roles", code))
                .collect(),
            members: s.name_list("members", Name::Party),
            citation: s.citation(),
        })
        .collect()
}

/// A role by its code.
fn role(s: &Section<'_>, key: &str, code: &str) -> Option<Role> {
    let role = Role::from_code(code);
    if role.is_none() && !code.is_empty() {
        let codes = Role::ALL.iter().map(|role| role.code());
        let hint = closest(code, codes.clone()).map_or_else(
            || format!("可以填：{}。", codes.collect::<Vec<_>>().join("、")),
            |meant| format!("是不是“{meant}”？"),
        );
        s.report_at(
            key,
            Code::UnknownWord,
            format!("没有“{code}”这个岗位。"),
            hint,
        );
    }
    role
}

pub(super) fn role_opt(s: &Section<'_>, key: &'static str) -> Option<Role> {
    s.text_opt(key).and_then(|code| role(s, key, &code))
}

pub(super) fn permissions(root: &Section<'_>) -> Vec<Permission> {
    root.sections("permission")
        .iter()
        .map(|s| Permission {
            act: s.word("act"),
            parties: s.some_names("parties", Name::Party),
            when: s.conditions("when"),
            citation: s.citation(),
        })
        .collect()
}
