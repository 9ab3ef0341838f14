//! One run of the checker: the problems found so far, and what the pack defines by id.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::section::Section;
use crate::policy::citation::Citation;
use crate::policy::problem::{Code, Problem};
use crate::policy::source::{Node, Source, Value};

/// Things a pack defines by id and refers to by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    Party,
    Axis,
    Team,
    TaskKind,
    TaskField,
    Leaf,
    Channel,
    Materials,
    Item,
    Form,
    Ladder,
    List,
    Register,
    Misconduct,
    ExitGround,
    FeeItem,
    Report,
}

impl Name {
    pub(super) const fn zh(self) -> &'static str {
        match self {
            Self::Party => "主体（party）",
            Self::Axis => "分类维度（pool.axis）",
            Self::Team => "队伍（pool.team）",
            Self::TaskKind => "工作类别（task_kind）",
            Self::TaskField => "需求字段（task_field）",
            Self::Leaf => "条件（leaf）",
            Self::Channel => "入库渠道（channel）",
            Self::Materials => "材料清单（materials）",
            Self::Item => "材料（materials.item）",
            Self::Form => "表格（form）",
            Self::Ladder => "等级（ladder）",
            Self::List => "词表（list）",
            Self::Register => "名单（register）",
            Self::Misconduct => "不良行为（conduct.kind）",
            Self::ExitGround => "解聘情形（exit.ground）",
            Self::FeeItem => "费用项目（fee.item）",
            Self::Report => "工作报告（report）",
        }
    }
}

/// One run of the checker.
pub(super) struct Checker<'s> {
    pub(super) source: &'s Source,
    problems: RefCell<Vec<(usize, Problem)>>,
    names: BTreeMap<Name, Vec<String>>,
    pub(super) citations: Vec<Citation>,
}

impl<'s> Checker<'s> {
    pub(super) fn new(source: &'s Source) -> Self {
        let mut checker = Self {
            source,
            problems: RefCell::new(Vec::new()),
            names: BTreeMap::new(),
            citations: Vec::new(),
        };
        for (name, path) in [
            (Name::Party, "party"),
            (Name::Axis, "pool.axis"),
            (Name::Team, "pool.team"),
            (Name::TaskKind, "task_kind"),
            (Name::TaskField, "task_field"),
            (Name::Leaf, "leaf"),
            (Name::Channel, "channel"),
            (Name::Materials, "materials"),
            (Name::Form, "form"),
            (Name::Ladder, "ladder"),
            (Name::List, "list"),
            (Name::Register, "register"),
            (Name::Misconduct, "conduct.kind"),
            (Name::ExitGround, "exit.ground"),
            (Name::FeeItem, "fee.item"),
            (Name::Report, "report"),
        ] {
            let ids = checker.collect(source.at_path(path));
            checker.names.insert(name, ids);
        }
        // Nothing refers to these by id, but a case or a page finds them by it.
        for path in ["gathering", "feedback"] {
            checker.collect(source.at_path(path));
        }
        let mut items = Vec::new();
        if let Some(Node {
            value: Value::List(lists),
            ..
        }) = source.at_path("materials")
        {
            for list in lists {
                items.extend(checker.collect(list.field("item")));
                if let Some(Node {
                    value: Value::List(inner),
                    ..
                }) = list.field("item")
                {
                    for item in inner {
                        items.extend(checker.collect(item.field("part")));
                    }
                }
            }
        }
        checker.names.insert(Name::Item, items);
        if let Some(Node {
            value: Value::List(articles),
            ..
        }) = source.at_path("article")
        {
            checker.collect_citations(articles);
        }
        checker
    }

    /// Ids of the items of a list; twice the same in one list is a problem.
    fn collect(&self, node: Option<&Node>) -> Vec<String> {
        let Some(Node {
            value: Value::List(items),
            ..
        }) = node
        else {
            return Vec::new();
        };
        let mut ids: Vec<String> = Vec::new();
        for item in items {
            let Some(id) = item.id() else { continue };
            if ids.iter().any(|known| known == id) {
                let at = item.field("id").map_or(item.at.start, |node| node.at.start);
                self.report(
                    at,
                    Code::Duplicate,
                    format!("id “{id}” 在同一列表中出现两次，引用时无法区分。"),
                    "请改成不同的 id。",
                );
            }
            ids.push(id.to_owned());
        }
        ids
    }

    fn collect_citations(&mut self, articles: &[Node]) {
        for article in articles {
            if let Some(Node {
                value: Value::Text(text),
                ..
            }) = article.field("ref")
            {
                self.citations.extend(text.parse::<Citation>());
            }
            if let Some(Node {
                value: Value::List(items),
                ..
            }) = article.field("item")
            {
                self.collect_citations(items);
            }
        }
    }

    pub(super) fn names(&self, name: Name) -> &[String] {
        self.names.get(&name).map_or(&[], Vec::as_slice)
    }

    /// Reports a problem at a byte of the text.
    pub(super) fn report(&self, at: usize, code: Code, sentence: String, hint: impl Into<String>) {
        let hint = hint.into();
        let hint = (!hint.is_empty()).then_some(hint);
        let problem = Problem::new(&self.source.text, at, code, sentence, hint);
        self.problems.borrow_mut().push((at, problem));
    }

    /// Is something wrong exactly there already? Then nothing more needs saying about the value.
    pub(super) fn reported_at(&self, at: usize) -> bool {
        self.problems.borrow().iter().any(|(there, _)| *there == at)
    }

    /// Every problem, in the order of the text.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self
            .problems
            .into_inner()
            .into_iter()
            .map(|(_, problem)| problem)
            .collect();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        problems.dedup();
        problems
    }

    pub(super) fn root(&self) -> Section<'_> {
        Section::new(self, &self.source.root, String::new())
    }
}
