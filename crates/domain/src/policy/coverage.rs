//! Is every article and item of the text carried by something? By a rule, a form, an obligation, a
//! statement that is shown, or a case.

use serde::Serialize;
use serde_json::Value;

use super::cases::Report;
use super::citation::Citation;
use super::pack::{Article, Pack};

/// One article or item and what carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Carried {
    /// The article or item.
    pub citation: Citation,
    /// What it is about.
    pub about: String,
    /// Depth below the article.
    pub depth: usize,
    /// Rules, forms, obligations and statements.
    pub rules: Vec<Carrier>,
    /// Cases about it.
    pub cases: Vec<String>,
    /// Carried by being shown only.
    pub shown: bool,
}

/// What carries an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Carrier {
    /// Part of the pack.
    pub part: String,
    /// Its name there.
    pub label: String,
}

impl Carried {
    /// Is anything there?
    pub const fn accounted_for(&self) -> bool {
        self.shown || !self.rules.is_empty() || !self.cases.is_empty()
    }
}

/// Every article and item in the order of the text.
pub fn coverage(pack: &Pack, reports: &[Report]) -> Vec<Carried> {
    let carriers = carriers(pack);
    let mut list = Vec::new();
    for article in &pack.articles {
        flatten(article, 0, &carriers, reports, &mut list);
    }
    list
}

fn flatten(
    article: &Article,
    depth: usize,
    carriers: &[(Citation, Carrier)],
    reports: &[Report],
    list: &mut Vec<Carried>,
) {
    let mut rules: Vec<Carrier> = carriers
        .iter()
        .filter(|(citation, _)| citation.within(&article.citation))
        .map(|(_, carrier)| carrier.clone())
        .collect();
    rules.dedup();
    list.push(Carried {
        citation: article.citation.clone(),
        about: article.about.clone(),
        depth,
        rules,
        cases: reports
            .iter()
            .filter(|report| {
                report
                    .articles
                    .iter()
                    .any(|about| about.within(&article.citation))
            })
            .map(|report| report.name.clone())
            .collect(),
        shown: article.shown,
    });
    for item in &article.items {
        flatten(item, depth + 1, carriers, reports, list);
    }
}

/// Every citation in the rules, with the part it stands in. Found by looking at the rules as data, so
/// that no part can be forgotten here; the list of articles and the parameters carry nothing.
fn carriers(pack: &Pack) -> Vec<(Citation, Carrier)> {
    let mut found = Vec::new();
    if let Ok(Value::Object(parts)) = serde_json::to_value(&**pack) {
        for (part, value) in &parts {
            if part != "articles" && part != "parameters" {
                collect(part_zh(part), value, "", &mut found);
            }
        }
    }
    found
}

fn collect(part: &str, value: &Value, around: &str, found: &mut Vec<(Citation, Carrier)>) {
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect(part, item, around, found)),
        Value::Object(fields) => {
            let own = ["label", "title", "text", "id", "document"]
                .iter()
                .find_map(|key| fields.get(*key).and_then(Value::as_str));
            let label = own.unwrap_or(around);
            for (key, value) in fields {
                if key.ends_with("citation") {
                    if let Ok(citation) = serde_json::from_value::<Citation>(value.clone()) {
                        let carrier = Carrier {
                            part: part.to_owned(),
                            label: label.to_owned(),
                        };
                        found.push((citation, carrier));
                    }
                } else {
                    collect(part, value, label, found);
                }
            }
        }
        _ => {}
    }
}

fn part_zh(part: &str) -> &str {
    match part {
        "identity" => "基本信息",
        "vocabulary" => "词表",
        "parties" => "主体",
        "permissions" => "权限",
        "pool" => "专家库",
        "tasks" => "工作类别",
        "eligibility" => "入库条件",
        "admission" => "入库程序",
        "draw" => "抽取",
        "recusal" => "回避",
        "notification" => "通知",
        "leave" => "请假",
        "attendance" => "出勤",
        "evaluations" => "评价",
        "conduct" => "不良行为",
        "exit" => "解聘",
        "fee" => "劳务费",
        "budget" => "预算",
        "reports" => "工作报告",
        "ledger" => "台账",
        "gatherings" => "培训与会议",
        "recovery" => "追回资金",
        "information" => "信息更新",
        "duties" => "权利义务",
        "forms" => "表格",
        "obligations" => "年度应办",
        "feedback" => "反馈",
        "undertakings" => "承诺",
        other => other,
    }
}
