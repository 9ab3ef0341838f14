//! The text of a pack as a tree in which every key and value remembers where it stands.
//!
//! Nothing is interpreted here: a source may be wrong in every way but TOML itself.

use std::ops::Range;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Code, Problem};

/// A value and where it stands (byte offsets into the text).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where.
    pub at: Range<usize>,
    /// What.
    pub value: Value,
}

/// What a value is. Fractions, times and moments do not occur in packs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// Yes or no.
    Truth(bool),
    /// A day.
    Date(Date),
    /// A list.
    List(Vec<Node>),
    /// Named values in the order they were written.
    Table(Vec<Entry>),
    /// Anything else TOML can write.
    Foreign(String),
}

/// A named value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where the key stands.
    pub at: Range<usize>,
    /// The key.
    pub key: String,
    /// The value.
    pub node: Node,
}

/// A parsed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The text, for line and column.
    pub text: String,
    /// Its tree; a table.
    pub root: Node,
}

/// A value given to a path of a pack by the authority that may.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Setting {
    /// Path: keys and ids joined by dots (`draw.rest.streak`, `leaf.AGE.less_than`).
    pub path: String,
    /// Value as a pack writes it: a whole number, `true`, `false`, or a text.
    pub value: String,
}

impl Source {
    /// Reads a text.
    ///
    /// # Errors
    /// Every place where it is no TOML.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let (root, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            return Ok(Self {
                text: text.to_owned(),
                root: Node {
                    at: root.span(),
                    value: table(root.into_inner()),
                },
            });
        }
        Err(errors
            .into_iter()
            .map(|error| {
                let at = error.span().unwrap_or(0..0);
                Problem::new(text, at.start, Code::Syntax, syntax(error.message()), None)
            })
            .collect())
    }

    /// The node at a path, where a segment names a key of a table or the id of an item of a list.
    pub fn at_path(&self, path: &str) -> Option<&Node> {
        path.split('.')
            .try_fold(&self.root, |node, segment| match &node.value {
                Value::Table(entries) => entries
                    .iter()
                    .find(|entry| entry.key == segment)
                    .map(|entry| &entry.node),
                Value::List(items) => items.iter().find(|item| item.id() == Some(segment)),
                _ => None,
            })
    }

    /// Gives the node at a path another value of the same kind. `false` when there is no such node
    /// or the value is of another kind.
    pub fn set(&mut self, setting: &Setting) -> bool {
        let node =
            setting
                .path
                .split('.')
                .try_fold(&mut self.root, |node, segment| match &mut node.value {
                    Value::Table(entries) => entries
                        .iter_mut()
                        .find(|entry| entry.key == segment)
                        .map(|entry| &mut entry.node),
                    Value::List(items) => items.iter_mut().find(|item| item.id() == Some(segment)),
                    _ => None,
                });
        let Some(node) = node else { return false };
        let value = match &node.value {
            Value::Text(_) => Some(Value::Text(setting.value.clone())),
            Value::Whole(_) => setting.value.parse().ok().map(Value::Whole),
            Value::Truth(_) => setting.value.parse().ok().map(Value::Truth),
            _ => None,
        };
        match value {
            Some(value) => {
                node.value = value;
                true
            }
            None => false,
        }
    }

    /// The canonical form a digest is taken of: keys in byte order, no layout, no comments.
    pub fn canonical(&self) -> String {
        let mut text = String::with_capacity(self.text.len());
        canonical(&self.root, &mut text);
        text
    }
}

impl Node {
    /// The text under the key `id`, for items of lists.
    pub fn id(&self) -> Option<&str> {
        match self.field("id").map(|node| &node.value) {
            Some(Value::Text(id)) => Some(id),
            _ => None,
        }
    }

    /// The value under a key.
    pub fn field(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Table(entries) => entries
                .iter()
                .find(|entry| entry.key == key)
                .map(|entry| &entry.node),
            _ => None,
        }
    }

    /// What kind of value this is, in Chinese.
    pub const fn kind(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "文字",
            Value::Whole(_) => "整数",
            Value::Truth(_) => "是否值",
            Value::Date(_) => "日期",
            Value::List(_) => "列表",
            Value::Table(_) => "表",
            Value::Foreign(_) => "小数或时刻",
        }
    }
}

fn table(table: DeTable<'_>) -> Value {
    let mut entries: Vec<Entry> = table
        .into_iter()
        .map(|(key, value)| Entry {
            at: key.span(),
            key: key.into_inner().into_owned(),
            node: node(value),
        })
        .collect();
    entries.sort_by_key(|entry| entry.at.start);
    Value::Table(entries)
}

fn node(value: Spanned<DeValue<'_>>) -> Node {
    let at = value.span();
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::Foreign(number.to_string()), Value::Whole),
        DeValue::Float(number) => Value::Foreign(number.to_string()),
        DeValue::Boolean(truth) => Value::Truth(truth),
        DeValue::Datetime(moment) => match (moment.date, moment.time) {
            (Some(date), None) => i16::try_from(date.year)
                .ok()
                .zip(i8::try_from(date.month).ok())
                .zip(i8::try_from(date.day).ok())
                .and_then(|((year, month), day)| Date::new(year, month, day).ok())
                .map_or_else(|| Value::Foreign(moment.to_string()), Value::Date),
            _ => Value::Foreign(moment.to_string()),
        },
        DeValue::Array(items) => Value::List(items.into_iter().map(node).collect()),
        DeValue::Table(inner) => table(inner),
    };
    Node { at, value }
}

fn canonical(node: &Node, text: &mut String) {
    use std::fmt::Write;
    // Writing to a String cannot fail.
    let _ = match &node.value {
        Value::Text(value) => write!(text, "{}", serde_json::Value::from(value.as_str())),
        Value::Whole(value) => write!(text, "{value}"),
        Value::Truth(value) => write!(text, "{value}"),
        Value::Date(value) => write!(text, "d{value}"),
        Value::Foreign(value) => write!(text, "f{value}"),
        Value::List(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                canonical(item, text);
            }
            text.push(']');
            Ok(())
        }
        Value::Table(entries) => {
            let mut sorted: Vec<&Entry> = entries.iter().collect();
            sorted.sort_by(|a, b| a.key.cmp(&b.key));
            text.push('{');
            for (place, entry) in sorted.into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                let _ = write!(text, "{}:", serde_json::Value::from(entry.key.as_str()));
                canonical(&entry.node, text);
            }
            text.push('}');
            Ok(())
        }
    };
}

fn syntax(message: &str) -> String {
    format!("文件在此处不符合 TOML 写法，读不下去（{message}）。请检查引号、等号和括号是否成对。")
}
