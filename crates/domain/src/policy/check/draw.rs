//! The pool, kinds of work, the draw and what follows it up to the evaluation.

use super::checker::Name;
use super::section::Section;
use crate::policy::citation::Citation;
use crate::policy::pack::{
    Accompanied, AttendanceRules, Axis, Consent, Designation, DrawMode, DrawRules, Evaluated,
    EvaluationRules, Evaluator, Force, Hit, Insufficiency, Judged, LeadCount, LeaveRules,
    NotificationRules, ObjectRules, PoolRules, Representative, Rest, Round, Sequence, SubKind,
    SuggestedValue, Suggestion, TaskField, TaskKind, TaskRules, Team, TeamSize, TopUp,
};
use crate::policy::problem::{Code, closest};

pub(super) fn pool(root: &Section<'_>) -> PoolRules {
    let section = root.needed("pool");
    let Some(s) = &section else {
        return PoolRules {
            label: String::new(),
            member: String::new(),
            shared: false,
            representative: None,
            axes: Vec::new(),
            teams: Vec::new(),
            citation: Citation::article(0),
        };
    };
    PoolRules {
        label: s.text("label"),
        member: s.text("member"),
        shared: s.truth_or("shared", false),
        axes: s.sections("axis").iter().map(axis).collect(),
        representative: s.section("representative").map(|s| Representative {
            seat: s.word("seat"),
            recheck: s.name_list("recheck", Name::Leaf),
            citation: s.citation(),
        }),
        teams: s
            .sections("team")
            .iter()
            .map(|s| Team {
                id: s.text("id"),
                label: s.text("label"),
                part_of: s.name_opt("part_of", Name::Team),
                owner: s.name_opt("owner", Name::Party),
                channels: s.name_list("channels", Name::Channel),
                citation: s.citation(),
            })
            .collect(),
        citation: s.citation(),
    }
}

fn axis(s: &Section<'_>) -> Axis {
    let axis = Axis {
        id: s.text("id"),
        label: s.text("label"),
        values: s.texts("values"),
        at_least: s.whole_opt("at_least", 0, 1000).unwrap_or(0),
        at_most: s.whole_opt("at_most", 1, 1000),
        assigned_by: s.name_opt("assigned_by", Name::Party),
        dynamic: s.truth_or("dynamic", false),
        name_template: s.text_opt("name_template"),
        fallback: s.text_opt("fallback"),
        fallback_axis: s.name_opt("fallback_axis", Name::Axis),
        suggestion: s.section("suggestion").map(|s| Suggestion {
            list: s.name("list", Name::List),
            pairs: s
                .sections("pair")
                .iter()
                .map(|s| SuggestedValue {
                    ticked: s.text("ticked"),
                    value: s.text("value"),
                })
                .collect(),
        }),
        judged: s.word_or("judged", Judged::Together),
        citation: s.citation(),
    };
    if axis.values.is_empty() && !axis.dynamic {
        s.report(
            Code::Conflict,
            format!("分类维度“{}”没有固定的值，也没有说可以增减。", axis.id),
            "请补上 values = […]，或写 dynamic = true。",
        );
    }
    if axis.at_most.is_some_and(|most| most < axis.at_least) {
        s.report_at(
            "at_most",
            Code::Conflict,
            "at_most 小于 at_least。".to_owned(),
            "",
        );
    }
    axis
}

pub(super) fn tasks(root: &Section<'_>) -> TaskRules {
    let section = root.section("task");
    let s = section.as_ref();
    TaskRules {
        kinds: root
            .sections("task_kind")
            .iter()
            .map(|s| TaskKind {
                id: s.text("id"),
                label: s.text("label"),
                sub_kinds: s
                    .sections("sub_kind")
                    .iter()
                    .map(|s| SubKind {
                        label: s.text("label"),
                        duty: s.text_opt("duty"),
                        required: s.name_list("required", Name::TaskField),
                        procedure: s.text_opt("procedure"),
                    })
                    .collect(),
                required: s.name_list("required", Name::TaskField),
                teams: s.name_list("teams", Name::Team),
                called: s.text_opt("called"),
                roles: s.section("roles").map(|s| super::work::roles(&s)),
                report: s.name_opt("report", Name::Report),
                citation: s.citation(),
            })
            .collect(),
        fields: root
            .sections("task_field")
            .iter()
            .map(|s| TaskField {
                id: s.text("id"),
                label: s.text("label"),
                list: s.name_opt("list", Name::List),
                when: s.conditions("when"),
            })
            .collect(),
        scope: s.and_then(|s| s.name_opt("scope", Name::List)),
        team_size: s.and_then(|s| s.section("team_size")).map(|s| TeamSize {
            bound: s.bound(),
            force: s.word_or("force", Force::Must),
            citation: s.citation(),
        }),
        accompanied: s
            .and_then(|s| s.section("accompanied"))
            .map(|s| Accompanied {
                needed: s.truth_or("needed", false),
                citation: s.citation(),
            }),
        object: s.and_then(|s| s.section("object")).map(|s| ObjectRules {
            list: s.name("list", Name::List),
            registered_in: s.text_opt("registered_in"),
            citation: s.citation(),
        }),
    }
}

pub(super) fn draw(root: &Section<'_>) -> DrawRules {
    let section = root.needed("draw");
    let Some(s) = &section else {
        return DrawRules {
            default_mode: DrawMode::Random,
            modes: Vec::new(),
            request: Vec::new(),
            executor: String::new(),
            level_at_least: true,
            exclude: Vec::new(),
            publish_to: Vec::new(),
            order: Vec::new(),
            shares: Vec::new(),
            ratio: (1, 1),
            rest: None,
            insufficiency: None,
            designation: None,
            top_up: None,
            citation: Citation::article(0),
        };
    };
    let rules = DrawRules {
        default_mode: s.word("default_mode"),
        modes: s.some_words("modes"),
        request: s.some_words("request"),
        executor: s.name("executor", Name::Party),
        level_at_least: s.truth_or("level_at_least", true),
        exclude: s.words("exclude"),
        publish_to: s.words("publish_to"),
        order: s.words("order"),
        shares: s.name_list("shares", Name::Party),
        ratio: ratio(s),
        rest: s.section("rest").map(|s| rest(&s)),
        insufficiency: s.section("insufficiency").map(|s| Insufficiency {
            remedies: s.some_words("remedies"),
            warn_when_equal: s.truth_or("warn_when_equal", true),
            use_invitees_directly: s.truth_only(
                "use_invitees_directly",
                false,
                "受邀人须经会议审定入库，再与其他专家一起随机抽取，没有不经抽取直接使用的办理流程。",
            ),
            citation: s.citation(),
        }),
        designation: s.section("designation").map(|s| Designation {
            grounds: s.texts("grounds"),
            besides: s.text_opt("besides"),
            consent_by: s.name_opt("consent_by", Name::Party),
            consent: s.word_only(
                "consent",
                Consent::Names,
                "管理方对方式和人选一并同意，没有只同意方式、另定人选的办理流程。",
            ),
            pool_only: s.truth_only(
                "pool_only",
                true,
                "定向选用只能从在库专家中选，没有选用库外人员的办理流程。",
            ),
            specialty_match: s.truth_only(
                "specialty_match",
                true,
                "定向选用只能选需求所列专业领域的专家，没有选用其他领域专家的办理流程。",
            ),
            citation: s.citation(),
        }),
        top_up: s.section("top_up").map(|s| TopUp {
            not_again: s.some_words("not_again"),
            answer_within: s.duration("answer_within"),
            citation: s.citation(),
        }),
        citation: s.citation(),
    };
    if !rules.modes.is_empty() && !rules.modes.contains(&rules.default_mode) {
        s.report_at(
            "default_mode",
            Code::Conflict,
            "默认方式不在 modes 之中。".to_owned(),
            "",
        );
    }
    if rules.modes.contains(&DrawMode::Designation) && rules.designation.is_none() {
        s.report_at(
            "modes",
            Code::MissingKey,
            "modes 有定向选用，却没有 [draw.designation]。".to_owned(),
            "请补上定向选用的情形和同意方。",
        );
    }
    rules
}

/// Candidates per seat: `"1"` or `"2:1"`.
fn ratio(s: &Section<'_>) -> (u32, u32) {
    let Some(text) = s.text_opt("ratio") else {
        return (1, 1);
    };
    let (candidates, seats) = text.split_once(':').unwrap_or((&text, "1"));
    match (candidates.trim().parse(), seats.trim().parse()) {
        (Ok(candidates), Ok(seats)) if candidates >= seats && seats > 0 => (candidates, seats),
        _ => {
            if !text.is_empty() {
                s.report_at(
                    "ratio",
                    Code::OutOfRange,
                    format!("“ratio”的“{text}”不是候选人数与名额之比。"),
                    "请写 \"1\" 或 \"2:1\"。",
                );
            }
            (1, 1)
        }
    }
}

fn rest(s: &Section<'_>) -> Rest {
    Rest {
        streak: s.whole("streak", 1, 100),
        uses: s.whole("uses", 1, 100),
        sequence: s.word_only(
            "sequence",
            Sequence::Candidate,
            "连续次数只按本人参加的各次抽取计算，没有另按全库、使用方或专业领域计算的台账。",
        ),
        hit: s.word_only(
            "hit",
            Hit::Drawn,
            "抽中即计，没有等到答复或到场之后再计的台账。",
        ),
        round: s.word_only(
            "round",
            Round::Request,
            "同一需求的补抽合为一次使用，没有按轮计算的台账。",
        ),
        modes: s.some_words("modes"),
        force: s.word_or("force", Force::Must),
        citation: s.citation(),
    }
}

pub(super) fn notification(root: &Section<'_>) -> Option<NotificationRules> {
    root.section("notification").map(|s| NotificationRules {
        by: s.name("by", Name::Party),
        channels: s.some_words("channels"),
        fields: s.texts("fields"),
        lead: s
            .duration_opt("lead")
            .map(|lead| (lead, s.word_or("lead_force", Force::Must))),
        answers: s.some_words("answers"),
        reason_for: s.words("reason_for"),
        citation: s.citation(),
    })
}

pub(super) fn leave(root: &Section<'_>) -> Option<LeaveRules> {
    root.section("leave").map(|s| {
        let rules = LeaveRules {
            to: s.name("to", Name::Party),
            told: s.name_opt("told", Name::Party),
            written: s.truth_or("written", false),
            kinds: s.texts("kinds"),
            lead: s.duration_opt("lead"),
            lead_count: s.word_or("lead_count", LeadCount::Subtract),
            lead_kinds: s.texts("lead_kinds"),
            proof_kinds: s.texts("proof_kinds"),
            late_suggests: s.name_opt("late_suggests", Name::Misconduct),
            follow_up: s.words("follow_up"),
            citation: s.citation(),
        };
        for (key, named) in [
            ("lead_kinds", &rules.lead_kinds),
            ("proof_kinds", &rules.proof_kinds),
        ] {
            for kind in named.iter().filter(|kind| !rules.kinds.contains(kind)) {
                let hint = closest(kind, rules.kinds.iter().map(String::as_str)).map_or_else(
                    || "请先写进 kinds。".to_owned(),
                    |meant| format!("是不是“{meant}”？"),
                );
                let sentence = format!("“{kind}”不是 kinds 列出的请假种类。");
                s.report_at(key, Code::UnknownWord, sentence, hint);
            }
        }
        rules
    })
}

pub(super) fn attendance(root: &Section<'_>) -> Option<AttendanceRules> {
    root.section("attendance").map(|s| AttendanceRules {
        values: s.some_words("values"),
        grace_minutes: s.whole_opt("grace_minutes", 0, 1440).unwrap_or(0),
        citation: s.citation(),
    })
}

pub(super) fn evaluations(root: &Section<'_>) -> Vec<EvaluationRules> {
    root.sections("evaluation")
        .iter()
        .map(|s| EvaluationRules {
            id: s.text("id"),
            label: s.text("label"),
            from: match (
                s.name_opt("from_party", Name::Party),
                s.text_opt("from_duty"),
            ) {
                (Some(party), None) if party == "requester" => Evaluator::Requester,
                (Some(party), None) => Evaluator::Party(party),
                (None, Some(duty)) => Evaluator::Duty(duty),
                _ => {
                    s.report(
                        Code::Conflict,
                        "评价人应当写明一个，且只写一个。".to_owned(),
                        "from_party（主体）和 from_duty（职责）只写其一。",
                    );
                    Evaluator::Requester
                }
            },
            of: s
                .text_opt("of_duty")
                .map_or(Evaluated::EveryExpert, Evaluated::Duty),
            indicators: s.some_texts("indicators"),
            opinion: s.truth_or("opinion", false),
            due: s.duration("due"),
            when: s.conditions("when"),
            citation: s.citation(),
        })
        .collect()
}
