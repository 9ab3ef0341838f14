//! Reading what has a form of its own: places in the text, lengths of time, money, bounds, conditions.

use jiff::civil::Time;

use super::checker::Name;
use super::section::Section;
use crate::money::Fen;
use crate::policy::citation::{Citation, Place};
use crate::policy::pack::{self, Bound, Condition, Duration, Field, Relation};
use crate::policy::problem::{Code, closest};
use crate::policy::source::{Node, Value};
use crate::policy::words::Word as _;

impl Section<'_> {
    /// The place in the text, under `ref`. It must be one the list of articles has.
    pub(super) fn citation(&self) -> Citation {
        let Some(node) = self.node("ref") else {
            return Citation::article(0);
        };
        self.citation_of(node)
    }

    fn citation_of(&self, node: &Node) -> Citation {
        let text = self.text_of("ref", node);
        if text.is_empty() {
            return Citation::article(0);
        }
        let Ok(citation) = text.parse::<Citation>() else {
            self.checker.report(
                node.at.start,
                Code::Citation,
                format!("“{text}”不是条文出处的写法。"),
                "请写成“第九条(一)”“第十条第二款”“附件1”这样的形式。",
            );
            return Citation::article(0);
        };
        let known = &self.checker.citations;
        let heading = citation.place == Some(Place::Heading);
        if citation.instrument.is_none() && !heading {
            let bare = Citation {
                paragraph: None,
                ..citation.clone()
            };
            if !known
                .iter()
                .any(|known| *known == citation || *known == bare)
            {
                let printed: Vec<String> = known.iter().map(ToString::to_string).collect();
                let hint = closest(&citation.to_string(), printed.iter().map(String::as_str))
                    .map_or_else(
                        || "请核对条号，或在 [[article]] 中补上这一条。".to_owned(),
                        |meant| format!("是不是“{meant}”？"),
                    );
                self.checker.report(
                    node.at.start,
                    Code::Citation,
                    format!("条文目录（article）中没有“{citation}”。"),
                    hint,
                );
            }
        }
        citation
    }

    /// The place in the text, or that of the table around this one.
    pub(super) fn citation_or(&self, around: &Citation) -> Citation {
        self.node_opt("ref")
            .map_or_else(|| around.clone(), |node| self.citation_of(node))
    }

    pub(super) fn duration(&self, key: &'static str) -> Duration {
        self.node(key)
            .map_or(Duration::Days(1), |node| self.duration_of(key, node))
    }

    pub(super) fn duration_opt(&self, key: &'static str) -> Option<Duration> {
        self.node_opt(key).map(|node| self.duration_of(key, node))
    }

    fn duration_of(&self, key: &str, node: &Node) -> Duration {
        let text = self.text_of(key, node);
        pack::duration(&text).unwrap_or_else(|| {
            if !text.is_empty() {
                self.checker.report(
                    node.at.start,
                    Code::OutOfRange,
                    format!("“{key}”的“{text}”不是一段时间。"),
                    "请写数字加单位：3年、24个月、7日、10个工作日、24小时。",
                );
            }
            Duration::Days(1)
        })
    }

    /// A time of day, written HH:MM.
    pub(super) fn time_or(&self, key: &'static str, default: Time) -> Time {
        let Some(node) = self.node_opt(key) else {
            return default;
        };
        let text = self.text_of(key, node);
        let read = text.split_once(':').and_then(|(hour, minute)| {
            Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
        });
        read.unwrap_or_else(|| {
            if !text.is_empty() {
                self.checker.report(
                    node.at.start,
                    Code::OutOfRange,
                    format!("“{key}”的“{text}”不是时刻。"),
                    "请写时和分，如 \"12:30\"。",
                );
            }
            default
        })
    }

    pub(super) fn money_opt(&self, key: &'static str) -> Option<Fen> {
        let node = self.node_opt(key)?;
        let text = self.text_of(key, node);
        Some(
            Fen::parse(&text)
                .ok()
                .filter(|fen| fen.0 >= 0)
                .unwrap_or_else(|| {
                    if !text.is_empty() {
                        self.checker.report(
                            node.at.start,
                            Code::OutOfRange,
                            format!("“{key}”的“{text}”不是金额。"),
                            "请写以元为单位的数，如 \"1000.00\"。",
                        );
                    }
                    Fen::ZERO
                }),
        )
    }

    /// Exactly one of `at_least`, `more_than`, `at_most`, `less_than`.
    pub(super) fn bound(&self) -> Bound {
        let mut found = None;
        for (key, relation) in [
            ("at_least", Relation::AtLeast),
            ("more_than", Relation::MoreThan),
            ("at_most", Relation::AtMost),
            ("less_than", Relation::LessThan),
        ] {
            if let Some(value) = self.whole_opt(key, 0, 10_000)
                && found.replace(Bound { relation, value }).is_some()
            {
                self.report_at(
                    key,
                    Code::Conflict,
                    "一个条件只能有一个界限。".to_owned(),
                    "at_least、more_than、at_most、less_than 只留一个。",
                );
            }
        }
        found.unwrap_or_else(|| {
            self.report(Code::MissingKey, format!("[{}]缺少界限。", self.path), "请补上 at_least（不少于）、more_than（超过）、at_most（不超过）或 less_than（未满）。");
            Bound { relation: Relation::AtLeast, value: 0 }
        })
    }

    /// Where the pack has a list named like the field, the values must be ones it offers.
    fn of_list(&self, condition: &Condition) {
        let root = &self.checker.source;
        let list = format!("list.{}", condition.field.word());
        let Some(Value::List(values)) = root
            .at_path(&format!("{list}.values"))
            .map(|node| &node.value)
        else {
            return;
        };
        let open = root
            .at_path(&format!("{list}.open"))
            .is_some_and(|node| node.value == Value::Truth(true));
        let offered = || {
            let written = values.iter().filter_map(|node| match &node.value {
                Value::Text(text) => Some(text.as_str()),
                _ => None,
            });
            written.chain(open.then_some(pack::OTHER))
        };
        for value in &condition.one_of {
            if !value.is_empty() && !offered().any(|known| known == value) {
                let hint = closest(value, offered()).map_or_else(
                    || format!("可以填：{}。", offered().collect::<Vec<_>>().join("、")),
                    |meant| format!("是不是“{meant}”？"),
                );
                self.report_at(
                    "one_of",
                    Code::UnknownWord,
                    format!("“{value}”不在词表 {} 里。", condition.field.word()),
                    hint,
                );
            }
        }
    }

    /// A list of `{ field, one_of }`.
    pub(super) fn conditions(&self, key: &'static str) -> Vec<Condition> {
        self.sections(key)
            .into_iter()
            .map(|section| {
                let condition = Condition {
                    field: section.word("field"),
                    one_of: section.some_texts("one_of"),
                };
                if condition.field == Field::Channel {
                    for value in &condition.one_of {
                        let at = section
                            .node
                            .field("one_of")
                            .map_or(section.at(), |n| n.at.start);
                        section.known(value, at, "one_of", Name::Channel);
                    }
                }
                section.of_list(&condition);
                condition
            })
            .collect()
    }
}
