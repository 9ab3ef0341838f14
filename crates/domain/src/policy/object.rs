//! 被监督、被评审单位: may this organisation be one (JM 第三条)?

use super::pack::{Force, Pack};
use crate::finding::{FactUsed, Finding, Verdict};

/// What stands in the way of an organisation of some kind, registered in some place, being reviewed
/// or supervised. A kind or place not known blocks as well, with `undetermined`. Nothing when the
/// text sets no limit.
pub fn bars(pack: &Pack, kind: Option<&str>, registered_in: Option<&str>) -> Vec<Finding> {
    let Some(rules) = &pack.tasks.object else {
        return Vec::new();
    };
    let finding = |code: &str, name: &str, value: Option<&str>, verdict, sentence| Finding {
        code: code.to_owned(),
        force: Force::Must,
        verdict,
        citation: rules.citation.clone(),
        facts: vec![FactUsed {
            name: name.to_owned(),
            value: value.map(str::to_owned),
        }],
        sentence,
    };
    let mut bars = Vec::new();
    if let Some(list) = pack.vocabulary.list(&rules.list) {
        let verdict = known(kind.map(|kind| list.offers(kind)));
        if verdict != Verdict::Met {
            let sentence = match kind {
                Some(kind) => format!("“{kind}”不在{}之列。", list.label),
                None => format!("缺少：{}。", list.label),
            };
            bars.push(finding("object.kind", &list.label, kind, verdict, sentence));
        }
    }
    if let Some(place) = &rules.registered_in {
        let verdict = known(registered_in.map(|actual| actual.contains(place.as_str())));
        if verdict != Verdict::Met {
            let sentence = match registered_in {
                Some(actual) => format!("登记注册地为{actual}，只对在{place}登记注册的单位开展。"),
                None => "缺少：登记注册地。".to_owned(),
            };
            let name = "登记注册地";
            bars.push(finding(
                "object.place",
                name,
                registered_in,
                verdict,
                sentence,
            ));
        }
    }
    bars
}

fn known(holds: Option<bool>) -> Verdict {
    holds.map_or(Verdict::Undetermined, Verdict::of)
}
