//! Reports and feedback.

use super::checker::Name;
use super::section::Section;
use crate::policy::pack::{Feedback, ReportMark, ReportRules};
use crate::policy::problem::{Code, closest};

pub(super) fn reports(root: &Section<'_>) -> Vec<ReportRules> {
    root.sections("report")
        .iter()
        .map(|s| {
            let citation = s.citation();
            ReportRules {
                id: s.text("id"),
                label: s.text("label"),
                to: s.name("to", Name::Party),
                parts: s.texts("parts"),
                open: s.truth_or("open", false),
                not_applicable: s.truth_or("not_applicable", false),
                overall: s.text_opt("overall"),
                per_problem: s.text_opt("per_problem"),
                statement: s.text_opt("statement"),
                due: s.duration_opt("due"),
                problems_to: s.name_opt("problems_to", Name::Party),
                marks: s
                    .sections("mark")
                    .iter()
                    .map(|s| ReportMark {
                        label: s.text("label"),
                        alerts: s.name("alerts", Name::Party),
                        suggests: s.name_opt("suggests", Name::Misconduct),
                        citation: s.citation_or(&citation),
                    })
                    .collect(),
                citation,
            }
        })
        .collect()
}

pub(super) fn feedback(root: &Section<'_>) -> Vec<Feedback> {
    root.sections("feedback")
        .iter()
        .map(|s| {
            let feedback = Feedback {
                id: s.text("id"),
                label: s.text("label"),
                sources: s.texts("sources"),
                kinds: s.some_texts("kinds"),
                to: s.name("to", Name::Party),
                readers: s.name_list("readers", Name::Party),
                restricted: s.texts("restricted"),
                states: s.some_texts("states"),
                result: s.truth_or("result", false),
                citation: s.citation(),
            };
            for kind in &feedback.restricted {
                if !feedback.kinds.contains(kind) {
                    let kinds = feedback.kinds.iter().map(String::as_str);
                    let hint = closest(kind, kinds).map_or_else(
                        || "请先写进 kinds。".to_owned(),
                        |meant| format!("是不是“{meant}”？"),
                    );
                    let sentence = format!("“{kind}”不是 kinds 列出的种类。");
                    s.report_at("restricted", Code::UnknownWord, sentence, hint);
                }
            }
            feedback
        })
        .collect()
}
