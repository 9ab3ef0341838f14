//! Recusal, misconduct, exit.

use super::checker::Name;
use super::section::Section;
use crate::policy::citation::Citation;
use crate::policy::pack::{
    AfterFiring, ConductRules, Counter, Counting, Exception, ExitGround, ExitRules, ExitStep,
    Ground, LookBack, LookBackFrom, MisconductKind, NothingAccepted, OrganisationMatch,
    PeriodCounting, RecusalRules, RelationKind, RetirementScope, Transfer, Trigger, TriggerMode,
    TriggerOn, Watch,
};
use crate::policy::problem::{Code, closest};
use crate::policy::source::Value;

pub(super) fn recusal(root: &Section<'_>) -> Option<RecusalRules> {
    root.section("recusal").map(|s| {
        let citation = s.citation();
        RecusalRules {
            grounds: s.sections("ground").iter().map(|s| ground(s)).collect(),
            declare_before_confirming: s.truth_only(
                "declare_before_confirming",
                true,
                "专家确认参加之前须先答复有无应当回避的情形，没有略去这一步的办理流程。",
            ),
            declare_on_discovery: s.truth_or("declare_on_discovery", false),
            stopped_by: s.name_list("stopped_by", Name::Party),
            stop_suggests: s.name_opt("stop_suggests", Name::Misconduct),
            organisation_match: s.word_or("organisation_match", OrganisationMatch::CreditCode),
            stop_citation: s
                .section("stop")
                .map_or_else(|| citation.clone(), |s| s.citation()),
            citation,
        }
    })
}

/// How a ground says that only present relations count, where a parameter may make it look back.
const PRESENT: &str = "现任";

fn ground(s: &Section<'_>) -> Ground {
    let present_only =
        s.node.field("look_back").map(|node| &node.value) == Some(&Value::Text(PRESENT.to_owned()));
    let look_back = if present_only {
        s.has("look_back");
        None
    } else {
        s.duration_opt("look_back")
    };
    let look_back = look_back.and_then(|length| match length.as_months() {
        Some(months) => Some(LookBack {
            months,
            from: s.word_or("look_back_from", LookBackFrom::Work),
        }),
        None => {
            s.report_at(
                "look_back",
                Code::OutOfRange,
                "回溯期应以年或月计。".to_owned(),
                "如 \"24个月\"、\"3年\"。",
            );
            None
        }
    });
    let relations: Vec<RelationKind> = s
        .sections("relation")
        .iter()
        .map(|s| RelationKind {
            name: s.text("name"),
            lasting: s.truth_or("lasting", false),
        })
        .collect();
    let exceptions = s
        .sections("exception")
        .iter()
        .map(|e| {
            let relation = e.text("relation");
            if !relations.iter().any(|kind| kind.name == relation) {
                let names = relations.iter().map(|kind| kind.name.as_str());
                let hint = closest(&relation, names).map_or_else(
                    || "例外只能针对本情形列出的关系。".to_owned(),
                    |meant| format!("是不是“{meant}”？"),
                );
                e.report_at(
                    "relation",
                    Code::UnknownName,
                    format!("本情形没有“{relation}”这种关系。"),
                    hint,
                );
            }
            Exception {
                relation,
                when: e.word("when"),
            }
        })
        .collect();
    Ground {
        id: s.text("id"),
        label: s.text("label"),
        subject: s.word("subject"),
        matches: s.words("matches"),
        look_back,
        detect: s.some_words("detect"),
        text_required: s.truth_or("text_required", false),
        citation: s.citation(),
        relations,
        exceptions,
    }
}

pub(super) fn conduct(root: &Section<'_>) -> Option<ConductRules> {
    root.section("conduct").map(|s| ConductRules {
        register: s.text("register"),
        kinds: s.sections("kind").iter().map(kind).collect(),
        proposed_by: s.some_names("proposed_by", Name::Party),
        confirmed_by: s.name("confirmed_by", Name::Party),
        evidence: s.words("evidence"),
        statement: s.truth_or("statement", true),
        citation: s.citation(),
    })
}

fn kind(s: &Section<'_>) -> MisconductKind {
    MisconductKind {
        id: s.text("id"),
        label: s.text("label"),
        evidence: s.words("evidence"),
        raised_by: s.word_opt("raised_by"),
        counter: s.section("counter").map(|s| counter(&s)),
        transferable: s.truth_or("transferable", false),
        liability: s.words("liability"),
        reasons: s.texts("reasons"),
        citation: s.citation(),
    }
}

fn counter(s: &Section<'_>) -> Counter {
    let counter = Counter {
        counts: s.some_words("counts"),
        kinds: s.name_list("kinds", Name::Misconduct),
        at: s.whole("at", 1, 1000),
        counting: s.word("counting"),
        window: s.word_opt("window"),
        within: s.duration_opt("within"),
        breaks: s.words("breaks"),
        without: s.words("without"),
        once_per_task: s.truth_or("once_per_task", false),
        after: s.word_or("after", AfterFiring::Restart),
    };
    if counter.counting == Counting::Cumulative && !counter.breaks.is_empty() {
        s.report_at(
            "breaks",
            Code::Conflict,
            "累计计数没有“中断”一说。".to_owned(),
            "请删去 breaks，或把 counting 改成 \"consecutive\"。",
        );
    }
    if !counter.without.is_empty() && counter.within.and_then(|w| w.as_months()).is_none() {
        s.report_at(
            "without",
            Code::Conflict,
            "“其间没有”须说明是多长时间之内。".to_owned(),
            "请补上 within，以年或月计，如 \"12个月\"。",
        );
    }
    if let Some(both) = counter
        .counts
        .iter()
        .find(|what| counter.breaks.contains(what) || counter.without.contains(what))
    {
        use crate::policy::words::Word;
        s.report_at(
            "breaks",
            Code::Conflict,
            format!("“{}”不能既计数又中断计数。", both.zh()),
            "",
        );
    }
    counter
}

pub(super) fn exit(root: &Section<'_>) -> Option<ExitRules> {
    root.section("exit").map(|s| {
        let citation = s.citation();
        ExitRules {
            label: s.text("label"),
            grounds: exit_grounds(&s),
            steps: exit_steps(&s),
            effects: s.some_words("effects"),
            no_compensation: s
                .section("no_compensation")
                .as_ref()
                .map(super::identity::statement),
            earned_fees_payable: s.truth_or("earned_fees_payable", true),
            transfer: s.section("transfer").map(|s| Transfer {
                label: s.text("label"),
                needs: s.some_words("needs"),
                citation: s.citation(),
            }),
            citation,
        }
    })
}

fn exit_steps(s: &Section<'_>) -> Vec<ExitStep> {
    let sections = s.sections("step");
    if sections.is_empty() {
        s.report(
            Code::OutOfRange,
            "没有写明办理环节，提出的事项办不结。".to_owned(),
            "请写 [[exit.step]]，至少一步。",
        );
    }
    let last = sections.len().saturating_sub(1);
    let mut steps: Vec<ExitStep> = Vec::new();
    for (place, s) in sections.iter().enumerate() {
        let opens = s.truth_or("opens", false);
        if opens && (place > 0 || last == 0) {
            s.report_at(
                "opens",
                Code::Conflict,
                "提出即完成的只能是第一步，其后还要有决定的一步。".to_owned(),
                "请删去 opens，或补上后面的步骤。",
            );
        }
        let step = ExitStep {
            id: s.text_opt("id"),
            by: s.name("by", Name::Party),
            label: s.text("label"),
            minutes: s.truth_or("minutes", false),
            opens,
        };
        if step.minutes && opens {
            s.report_at(
                "minutes",
                Code::Conflict,
                "以会议纪要为据的环节不能在提出时完成。".to_owned(),
                "请删去 opens 或 minutes。",
            );
        }
        if steps.iter().any(|before| before.label == step.label) {
            s.report_at(
                "label",
                Code::Duplicate,
                format!("有两个环节叫“{}”，办理时分不清是哪一步。", step.label),
                "请改用不同的名称。",
            );
        }
        steps.push(step);
    }
    steps
}

fn exit_grounds(s: &Section<'_>) -> Vec<ExitGround> {
    let sections = s.sections("ground");
    let grounds: Vec<ExitGround> = sections.iter().map(exit_ground).collect();
    let own = sections.iter().zip(&grounds).filter(|(_, one)| one.own);
    for (place, (s, one)) in own.enumerate() {
        if place > 0 || !one.kinds.is_empty() || !one.triggers.is_empty() {
            s.report_at(
                "own",
                Code::Conflict,
                "本人申请的情形只能有一种，不再分种类，也不由系统提请。".to_owned(),
                "请只在一种情形写 own = true，并删去它的 kinds 和 trigger。",
            );
        }
    }
    grounds
}

fn exit_ground(s: &Section<'_>) -> ExitGround {
    let citation: Citation = s.citation();
    ExitGround {
        id: s.text("id"),
        label: s.text("label"),
        reason: s.truth_or("reason", false),
        document: s.text_opt("document"),
        kinds: s.texts("kinds"),
        sensitive: s.truth_or("sensitive", false),
        own: s.truth_or("own", false),
        becomes: s.text_opt("becomes"),
        application_becomes: s.text_opt("application_becomes"),
        triggers: s.sections("trigger").iter().map(trigger).collect(),
        citation,
    }
}

fn trigger(s: &Section<'_>) -> Trigger {
    let flag = match (s.text_opt("with_flag"), s.text_opt("without_flag")) {
        (Some(flag), None) => Some((flag, true)),
        (None, Some(flag)) => Some((flag, false)),
        (None, None) => None,
        (Some(_), Some(_)) => {
            s.report_at(
                "without_flag",
                Code::Conflict,
                "with_flag 和 without_flag 只写其一。".to_owned(),
                "",
            );
            None
        }
    };
    Trigger {
        id: s.text_opt("id"),
        mode: s.word_or("mode", TriggerMode::Propose),
        flag,
        on: match s.word::<Watch>("watch") {
            Watch::Retirement => TriggerOn::Retirement {
                of: s.word_or("of", RetirementScope::DuringTerm),
            },
            Watch::Age => TriggerOn::Age {
                bound: s.bound(),
                alert_at: s.whole_opt("alert_at", 1, 150),
            },
            Watch::SpecialtiesRetired => TriggerOn::SpecialtiesRetired,
            Watch::Counter => match s.needed("counter") {
                Some(inner) => TriggerOn::Counter {
                    counter: counter(&inner),
                },
                None => TriggerOn::SpecialtiesRetired,
            },
            Watch::Listed => TriggerOn::Listed {
                register: s.name("register", Name::Register),
            },
            Watch::NothingAccepted => TriggerOn::NothingAccepted(NothingAccepted {
                periods: s.whole("periods", 1, 100),
                offers_each: s.whole("offers_each", 1, 100),
                counting: s.word_or("counting", PeriodCounting::Rolling),
            }),
        },
    }
}
