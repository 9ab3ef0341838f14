//! Reading one table of a source: every getter reports what is wrong and goes on with a stand-in, so
//! that one run finds every problem. A stand-in never reaches a [`Pack`](crate::policy::Pack): one
//! problem is enough to refuse the whole.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use jiff::civil::Date;

use super::checker::{Checker, Name};
use crate::policy::problem::{Code, closest};
use crate::policy::source::{Node, Value};
use crate::policy::words::Word;

/// One table while it is read.
pub(super) struct Section<'c> {
    pub(super) checker: &'c Checker<'c>,
    pub(super) node: &'c Node,
    pub(super) path: String,
    read: RefCell<Vec<&'static str>>,
    quiet: Cell<bool>,
}

impl<'c> Section<'c> {
    pub(super) fn new(checker: &'c Checker<'c>, node: &'c Node, path: String) -> Self {
        Self {
            checker,
            node,
            path,
            read: RefCell::new(Vec::new()),
            quiet: Cell::new(false),
        }
    }

    /// Where the table stands.
    pub(super) fn at(&self) -> usize {
        self.node.at.start
    }

    /// This table is read completely elsewhere: say nothing of keys not read here.
    pub(super) fn quiet(&self) {
        self.quiet.set(true);
    }

    /// Reports a problem of the table as a whole.
    pub(super) fn report(&self, code: Code, sentence: String, hint: impl Into<String>) {
        self.checker.report(self.at(), code, sentence, hint);
    }

    /// Reports a problem of the value under a key.
    pub(super) fn report_at(
        &self,
        key: &str,
        code: Code,
        sentence: String,
        hint: impl Into<String>,
    ) {
        let at = self.node.field(key).map_or(self.at(), |node| node.at.start);
        self.checker.report(at, code, sentence, hint);
    }

    /// Is there such a key? Counts as reading it.
    pub(super) fn has(&self, key: &'static str) -> bool {
        self.node_opt(key).is_some()
    }

    /// The value under a key, if there is one.
    pub(super) fn node_opt(&self, key: &'static str) -> Option<&'c Node> {
        self.read.borrow_mut().push(key);
        self.node.field(key)
    }

    pub(super) fn node(&self, key: &'static str) -> Option<&'c Node> {
        let node = self.node_opt(key);
        if node.is_none() {
            let place = if self.path.is_empty() {
                "文件".to_owned()
            } else {
                format!("[{}]", self.path)
            };
            self.report(
                Code::MissingKey,
                format!("{place}缺少必填的“{key}”。"),
                format!("请补上 {key} = …。"),
            );
        }
        node
    }

    fn wrong(&self, key: &str, node: &Node, wanted: &str) {
        self.checker.report(
            node.at.start,
            Code::WrongType,
            format!("“{key}”应填{wanted}，现在是{}。", node.kind()),
            "",
        );
    }

    pub(super) fn text_of(&self, key: &str, node: &Node) -> String {
        match &node.value {
            Value::Text(text) if !text.trim().is_empty() => text.clone(),
            Value::Text(_) => {
                self.checker.report(
                    node.at.start,
                    Code::OutOfRange,
                    format!("“{key}”是空的。"),
                    "请填写内容，或删去这一行。",
                );
                String::new()
            }
            _ => {
                self.wrong(key, node, "文字（加引号）");
                String::new()
            }
        }
    }

    pub(super) fn text(&self, key: &'static str) -> String {
        self.node(key)
            .map(|node| self.text_of(key, node))
            .unwrap_or_default()
    }

    pub(super) fn text_opt(&self, key: &'static str) -> Option<String> {
        self.node_opt(key).map(|node| self.text_of(key, node))
    }

    /// A list of texts; none when the key is absent.
    pub(super) fn texts(&self, key: &'static str) -> Vec<String> {
        self.items(key)
            .map(|item| self.text_of(key, item))
            .collect()
    }

    /// A list of texts with at least one.
    pub(super) fn some_texts(&self, key: &'static str) -> Vec<String> {
        let texts = self.texts(key);
        if self.node(key).is_some() && texts.is_empty() {
            self.report_at(key, Code::OutOfRange, format!("“{key}”至少要有一项。"), "");
        }
        texts
    }

    fn items(&self, key: &'static str) -> std::slice::Iter<'c, Node> {
        match self.node_opt(key) {
            Some(Node {
                value: Value::List(items),
                ..
            }) => items.iter(),
            Some(node) => {
                self.wrong(key, node, "列表（方括号）");
                [].iter()
            }
            None => [].iter(),
        }
    }

    pub(super) fn whole_of(&self, key: &str, node: &Node, least: i64, most: i64) -> i64 {
        match node.value {
            Value::Whole(number) if (least..=most).contains(&number) => number,
            Value::Whole(number) => {
                self.checker.report(
                    node.at.start,
                    Code::OutOfRange,
                    format!("“{key}”应在 {least} 到 {most} 之间，现在是 {number}。"),
                    "",
                );
                least
            }
            _ => {
                self.wrong(key, node, "整数（不加引号）");
                least
            }
        }
    }

    /// A whole number in a range.
    pub(super) fn whole(&self, key: &'static str, least: u32, most: u32) -> u32 {
        self.node(key)
            .map_or(least, |node| self.count_of(key, node, least, most))
    }

    pub(super) fn whole_opt(&self, key: &'static str, least: u32, most: u32) -> Option<u32> {
        self.node_opt(key)
            .map(|node| self.count_of(key, node, least, most))
    }

    fn count_of(&self, key: &str, node: &Node, least: u32, most: u32) -> u32 {
        u32::try_from(self.whole_of(key, node, least.into(), most.into())).unwrap_or(least)
    }

    /// Two whole numbers, least and greatest.
    pub(super) fn range_opt(&self, key: &'static str) -> Option<(i64, i64)> {
        self.node_opt(key)?;
        let numbers: Vec<i64> = self
            .items(key)
            .map(|item| self.whole_of(key, item, -1_000_000, 1_000_000))
            .collect();
        match numbers[..] {
            [least, most] if least <= most => Some((least, most)),
            _ => {
                self.report_at(
                    key,
                    Code::OutOfRange,
                    format!("“{key}”应是两个整数，先小后大。"),
                    "例如 [1, 10]。",
                );
                None
            }
        }
    }

    pub(super) fn truth_or(&self, key: &'static str, default: bool) -> bool {
        self.node_opt(key)
            .map_or(default, |node| self.truth_of(key, node))
    }

    /// A truth of which the engine has a procedure for one value only. The other is refused and said why:
    /// no key of a pack is without effect.
    pub(super) fn truth_only(&self, key: &'static str, only: bool, why: &str) -> bool {
        if let Some(node) = self.node_opt(key)
            && self.truth_of(key, node) != only
            && matches!(node.value, Value::Truth(_))
        {
            self.report_at(
                key,
                Code::Unsupported,
                format!("“{key}”不能是 {}：{why}", !only),
                format!("请写 {key} = {only}，或删去这一行。"),
            );
        }
        only
    }

    /// A word of a vocabulary of which the program has a procedure for one alone; `why` says what is
    /// missing for the others.
    pub(super) fn word_only<W: Word + PartialEq>(
        &self,
        key: &'static str,
        only: W,
        why: &str,
    ) -> W {
        if let Some(node) = self.node_opt(key) {
            let written: W = self.word_of(key, node);
            if written != only && matches!(&node.value, Value::Text(text) if text == written.word())
            {
                self.report_at(
                    key,
                    Code::Unsupported,
                    format!("“{key}”不能是“{}”：{why}", written.zh()),
                    format!("请写 {key} = \"{}\"，或删去这一行。", only.word()),
                );
            }
        }
        only
    }

    fn truth_of(&self, key: &str, node: &Node) -> bool {
        match node.value {
            Value::Truth(truth) => truth,
            _ => {
                self.wrong(key, node, " true 或 false（不加引号）");
                false
            }
        }
    }

    pub(super) fn date(&self, key: &'static str) -> Date {
        self.node(key)
            .map_or(Date::MIN, |node| self.date_of(key, node))
    }

    pub(super) fn date_opt(&self, key: &'static str) -> Option<Date> {
        self.node_opt(key).map(|node| self.date_of(key, node))
    }

    fn date_of(&self, key: &str, node: &Node) -> Date {
        match node.value {
            Value::Date(date) => date,
            _ => {
                self.wrong(key, node, "日期（如 2021-01-15，不加引号）");
                Date::MIN
            }
        }
    }

    fn word_of<W: Word>(&self, key: &str, node: &Node) -> W {
        let Value::Text(text) = &node.value else {
            self.wrong(key, node, "文字（加引号）");
            return W::ALL[0];
        };
        W::from_word(text).unwrap_or_else(|| {
            let meant = W::ALL
                .iter()
                .copied()
                .find(|word| word.zh() == text)
                .map(Word::word);
            let all = W::ALL.iter().map(|word| word.word());
            let hint = meant.or_else(|| closest(text, all.clone())).map_or_else(
                || format!("可以填：{}。", all.collect::<Vec<_>>().join("、")),
                |meant| format!("是不是“{meant}”？"),
            );
            self.checker.report(
                node.at.start,
                Code::UnknownWord,
                format!("“{key}”不能填“{text}”。"),
                hint,
            );
            W::ALL[0]
        })
    }

    pub(super) fn word<W: Word>(&self, key: &'static str) -> W {
        self.node(key)
            .map_or(W::ALL[0], |node| self.word_of(key, node))
    }

    pub(super) fn word_or<W: Word>(&self, key: &'static str, default: W) -> W {
        self.node_opt(key)
            .map_or(default, |node| self.word_of(key, node))
    }

    pub(super) fn word_opt<W: Word>(&self, key: &'static str) -> Option<W> {
        self.node_opt(key).map(|node| self.word_of(key, node))
    }

    pub(super) fn words<W: Word>(&self, key: &'static str) -> Vec<W> {
        self.items(key)
            .map(|item| self.word_of(key, item))
            .collect()
    }

    pub(super) fn some_words<W: Word>(&self, key: &'static str) -> Vec<W> {
        let words = self.words(key);
        if self.node(key).is_some() && words.is_empty() {
            self.report_at(key, Code::OutOfRange, format!("“{key}”至少要有一项。"), "");
        }
        words
    }

    /// An id defined elsewhere in the pack.
    fn named(&self, key: &str, node: &Node, name: Name) -> String {
        let written = self.text_of(key, node);
        self.known(&written, node.at.start, key, name);
        written
    }

    pub(super) fn known(&self, written: &str, at: usize, key: &str, name: Name) {
        let known = self.checker.names(name);
        if written.is_empty() || known.iter().any(|id| id == written) {
            return;
        }
        let hint = closest(written, known.iter().map(String::as_str)).map_or_else(
            || format!("请先定义它，或改用：{}。", known.join("、")),
            |meant| format!("是不是“{meant}”？"),
        );
        self.checker.report(
            at,
            Code::UnknownName,
            format!("“{key}”引用的{}“{written}”没有定义。", name.zh()),
            hint,
        );
    }

    pub(super) fn name(&self, key: &'static str, name: Name) -> String {
        self.node(key)
            .map(|node| self.named(key, node, name))
            .unwrap_or_default()
    }

    pub(super) fn name_opt(&self, key: &'static str, name: Name) -> Option<String> {
        self.node_opt(key).map(|node| self.named(key, node, name))
    }

    pub(super) fn name_list(&self, key: &'static str, name: Name) -> Vec<String> {
        self.items(key)
            .map(|item| self.named(key, item, name))
            .collect()
    }

    pub(super) fn some_names(&self, key: &'static str, name: Name) -> Vec<String> {
        let names = self.name_list(key, name);
        if self.node(key).is_some() && names.is_empty() {
            self.report_at(key, Code::OutOfRange, format!("“{key}”至少要有一项。"), "");
        }
        names
    }

    /// A table below, if it is there.
    pub(super) fn section(&self, key: &'static str) -> Option<Section<'c>> {
        let node = self.node_opt(key)?;
        if matches!(node.value, Value::Table(_)) {
            return Some(Section::new(self.checker, node, self.below(key)));
        }
        self.wrong(key, node, "表");
        None
    }

    /// A table below that must be there.
    pub(super) fn needed(&self, key: &'static str) -> Option<Section<'c>> {
        self.node(key)?;
        self.section(key)
    }

    /// A list of tables below; none when the key is absent.
    pub(super) fn sections(&self, key: &'static str) -> Vec<Section<'c>> {
        self.items(key)
            .filter_map(|item| {
                if matches!(item.value, Value::Table(_)) {
                    Some(Section::new(self.checker, item, self.below(key)))
                } else {
                    self.wrong(key, item, "表");
                    None
                }
            })
            .collect()
    }

    fn below(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// Where inside the text under a key byte `offset` of the value stands.
    pub(super) fn inside(&self, key: &str, offset: Range<usize>) -> usize {
        let start = self.node.field(key).map_or(self.at(), |node| node.at.start);
        // A text in single quotes begins one byte after its node; triple quotes are not used for these.
        start + 1 + offset.start
    }
}

impl Drop for Section<'_> {
    /// Whatever nobody asked for is unknown.
    fn drop(&mut self) {
        let Value::Table(entries) = &self.node.value else {
            return;
        };
        if self.quiet.get() {
            return;
        }
        let read = self.read.borrow();
        for entry in entries {
            if read.contains(&entry.key.as_str()) {
                continue;
            }
            let hint = closest(&entry.key, read.iter().copied()).map_or_else(
                || "请删去这一行。".to_owned(),
                |meant| format!("是不是“{meant}”？"),
            );
            let place = if self.path.is_empty() {
                "文件".to_owned()
            } else {
                format!("[{}]", self.path)
            };
            self.checker.report(
                entry.at.start,
                Code::UnknownKey,
                format!("{place}没有“{}”这个键，写在这里不会起作用。", entry.key),
                hint,
            );
        }
    }
}
