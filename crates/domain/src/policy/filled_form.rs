//! What a filled form still lacks: fields left empty, too many names, a box that is not on the form,
//! a picture of the wrong kind (GZ 附件).

use std::collections::BTreeMap;

use super::citation::Citation;
use super::pack::{Force, Form, FormField, Input, PictureRules};
use crate::finding::{FactUsed, Finding, Verdict};

/// One finding per field that does not do, in the order of the form. Answers are by field id; a
/// picture's answer is any text that says which file.
pub fn lacking(form: &Form, answers: &BTreeMap<String, Vec<String>>) -> Vec<Finding> {
    form.fields
        .iter()
        .filter_map(|field| {
            let given: Vec<&str> = answers
                .get(&field.id)
                .into_iter()
                .flatten()
                .map(|answer| answer.trim())
                .filter(|answer| !answer.is_empty())
                .collect();
            wrong(field, &given).map(|sentence| finding(&form.citation, field, &given, sentence))
        })
        .collect()
}

fn wrong(field: &FormField, given: &[&str]) -> Option<String> {
    let label = &field.label;
    if given.is_empty() {
        return field.required.then(|| match field.input {
            Input::TickOne | Input::TickSeveral => {
                format!("“{label}”一项也没有勾选。请至少勾选一项。")
            }
            Input::Picture => format!("没有上传“{label}”。请上传。"),
            _ => format!("“{label}”没有填写。请填写。"),
        });
    }
    let strange = given
        .iter()
        .find(|answer| !field.choices.is_empty() && !field.choices.iter().any(|c| c == *answer));
    if let Some(answer) = strange {
        return Some(format!(
            "“{label}”没有“{answer}”这一项。请从列出的各项中勾选。"
        ));
    }
    let most = match field.input {
        Input::TickOne => Some(1),
        _ => field.at_most,
    };
    most.filter(|most| u32::try_from(given.len()).is_ok_and(|count| count > *most))
        .map(|most| {
            format!(
                "“{label}”不超过 {most} 个，现在是 {} 个。请删去多填的。",
                given.len()
            )
        })
}

/// Does a picture do? Its shape must be that of one of the sizes, as far off as the pack lets it be.
/// `None` = it does, otherwise the sentence that says what is wrong.
pub fn picture_wrong(
    rules: &PictureRules,
    format: &str,
    width: u32,
    height: u32,
) -> Option<String> {
    if !rules.formats.iter().any(|known| known == format) {
        return Some(format!(
            "照片是 {format} 文件，不能使用。请上传 {} 格式的照片。",
            rules.formats.join("、")
        ));
    }
    let (width, height) = (u64::from(width), u64::from(height));
    let tolerance = u64::from(rules.tolerance_percent);
    // Compared crosswise, so that nothing is rounded.
    let shaped = |(across, down): &(u32, u32)| {
        let (is, should) = (width * u64::from(*down), height * u64::from(*across));
        width > 0 && height > 0 && is.abs_diff(should) * 100 <= should * tolerance
    };
    (!rules.sizes.iter().any(shaped)).then(|| {
        let sizes: Vec<String> = rules
            .sizes
            .iter()
            .map(|(across, down)| format!("{across}×{down} 毫米"))
            .collect();
        format!(
            "照片的宽高比例不合要求。请上传 {} 的照片。",
            sizes.join("或")
        )
    })
}

fn finding(citation: &Citation, field: &FormField, given: &[&str], sentence: String) -> Finding {
    Finding {
        code: field.id.clone(),
        force: Force::Must,
        verdict: Verdict::Unmet,
        citation: citation.clone(),
        facts: vec![FactUsed {
            name: field.label.clone(),
            value: (!given.is_empty()).then(|| given.join("、")),
        }],
        sentence,
    }
}
