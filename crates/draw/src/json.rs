//! Strict JSON in, canonical JSON out.
//!
//! Only what the protocol uses is accepted: no fractions or exponents, no
//! negative numbers, no repeated keys, no unknown or missing fields. Nothing is
//! coerced, so that one record has exactly one reading.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// The largest integer of RFC 8785 (I-JSON): 2^53 − 1.
const LARGEST: u64 = (1 << 53) - 1;

/// A JSON value of the protocol's subset.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Integer(u64),
    Text(String),
    List(Vec<Value>),
    Map(BTreeMap<String, Value>),
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "真假值",
            Self::Integer(_) => "整数",
            Self::Text(_) => "字符串",
            Self::List(_) => "数组",
            Self::Map(_) => "对象",
        }
    }
}

/// Why bytes are not a JSON document of the expected shape.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Not JSON of the restricted kind: syntax, repeated keys, fractions,
    /// nesting deeper than 128, anything after the document.
    #[error(
        "不是合格的 JSON：第 {line} 行第 {column} 列，{detail}。请核对文件是否完整、是否被改写"
    )]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser found.
        detail: String,
    },
    /// A field the protocol requires is absent.
    #[error("缺少字段 {path}。记录必须包含协议规定的全部字段")]
    Missing {
        /// Where, e.g. `groups[1].seats`.
        path: String,
    },
    /// A field the protocol does not know.
    #[error("多出字段 {path}。记录只能包含协议规定的字段")]
    Unknown {
        /// Where.
        path: String,
    },
    /// A value of the wrong kind or outside its bounds.
    #[error("{path} 应为{expected}，实为{found}")]
    Wrong {
        /// Where.
        path: String,
        /// What the protocol requires, in Chinese.
        expected: String,
        /// What is there, in Chinese.
        found: String,
    },
}

/// Parses a whole document.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, ReadError> {
    serde_json::from_slice(bytes).map_err(|error| ReadError::Syntax {
        line: error.line(),
        column: error.column(),
        detail: error.to_string(),
    })
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a boolean, an integer from 0 to 2^53-1, text, a list or an object")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        if value > LARGEST {
            return Err(E::custom("an integer above 2^53-1"));
        }
        Ok(Value::Integer(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some(key) = map.next_key_seed(Key)? {
            let value = map.next_value()?;
            if fields.contains_key(&key) {
                return Err(de::Error::custom(format_args!("the key {key:?} twice")));
            }
            fields.insert(key, value);
        }
        Ok(Value::Map(fields))
    }
}

/// Reads an object key as plain text whatever features serde_json was built with.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        String::deserialize(deserializer)
    }
}

/// A value together with its place in the document.
pub(crate) struct At {
    path: String,
    value: Value,
}

impl At {
    pub(crate) fn root(value: Value) -> Self {
        Self {
            path: String::new(),
            value,
        }
    }

    pub(crate) fn wrong(
        path: &str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> ReadError {
        ReadError::Wrong {
            path: if path.is_empty() { "文档" } else { path }.to_owned(),
            expected: expected.into(),
            found: found.into(),
        }
    }

    fn mismatch<T>(&self, expected: &str) -> Result<T, ReadError> {
        Err(Self::wrong(&self.path, expected, self.value.kind()))
    }

    pub(crate) fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    pub(crate) fn fields(self) -> Result<Fields, ReadError> {
        match self.value {
            Value::Map(fields) => Ok(Fields {
                path: self.path,
                fields,
            }),
            _ => self.mismatch("对象"),
        }
    }

    pub(crate) fn list<T>(
        self,
        mut read: impl FnMut(At) -> Result<T, ReadError>,
    ) -> Result<Vec<T>, ReadError> {
        match self.value {
            Value::List(items) => items
                .into_iter()
                .enumerate()
                .map(|(index, value)| {
                    read(At {
                        path: format!("{}[{index}]", self.path),
                        value,
                    })
                })
                .collect(),
            _ => self.mismatch("数组"),
        }
    }

    pub(crate) fn text(self) -> Result<String, ReadError> {
        match self.value {
            Value::Text(text) => Ok(text),
            _ => self.mismatch("字符串"),
        }
    }

    pub(crate) fn optional<T>(
        self,
        read: impl FnOnce(At) -> Result<T, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        if self.is_null() {
            return Ok(None);
        }
        read(self).map(Some)
    }

    /// Text that must be written exactly in the form `T` prints.
    pub(crate) fn parsed<T: std::str::FromStr<Err = crate::suite::NotHex>>(
        self,
    ) -> Result<T, ReadError> {
        let path = self.path.clone();
        let text = self.text()?;
        text.parse().map_err(|error: crate::suite::NotHex| {
            Self::wrong(
                &path,
                format!("{} 字节的小写十六进制数", error.bytes),
                format!("“{}”", error.text),
            )
        })
    }

    pub(crate) fn flag(self) -> Result<bool, ReadError> {
        match self.value {
            Value::Bool(value) => Ok(value),
            _ => self.mismatch("true 或 false"),
        }
    }

    /// An integer from 0 to 2^32 − 1.
    pub(crate) fn number(self) -> Result<u32, ReadError> {
        match self.value {
            Value::Integer(number) => u32::try_from(number)
                .map_err(|_| Self::wrong(&self.path, "0 至 4294967295 的整数", number.to_string())),
            _ => self.mismatch("0 至 4294967295 的整数"),
        }
    }

    /// One of a fixed set of words.
    pub(crate) fn word<T>(
        self,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, ReadError> {
        let path = self.path.clone();
        let text = self.text()?;
        read(&text).ok_or_else(|| {
            let shown: String = text.chars().take(80).collect();
            Self::wrong(&path, expected, format!("“{shown}”"))
        })
    }
}

/// The fields of one object; each is taken once and none may be left over.
pub(crate) struct Fields {
    path: String,
    fields: BTreeMap<String, Value>,
}

impl Fields {
    fn inner(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    pub(crate) fn take(&mut self, name: &str) -> Result<At, ReadError> {
        let path = self.inner(name);
        match self.fields.remove(name) {
            Some(value) => Ok(At { path, value }),
            None => Err(ReadError::Missing { path }),
        }
    }

    pub(crate) fn done(self) -> Result<(), ReadError> {
        match self.fields.keys().next() {
            Some(name) => Err(ReadError::Unknown {
                path: self.inner(&name.chars().take(80).collect::<String>()),
            }),
            None => Ok(()),
        }
    }

    /// All entries, for objects whose keys are data.
    pub(crate) fn entries<T>(
        self,
        mut read: impl FnMut(At) -> Result<T, ReadError>,
    ) -> Result<BTreeMap<String, T>, ReadError> {
        let Self { path, fields } = self;
        fields
            .into_iter()
            .map(|(name, value)| {
                let at = At {
                    path: format!("{path}.{name}"),
                    value,
                };
                Ok((name, read(at)?))
            })
            .collect()
    }
}

/// Canonical JSON (RFC 8785) of a value of the protocol: keys sorted, no spaces,
/// shortest escapes. Values of this crate have ASCII keys and integers only.
pub(crate) fn canonical(value: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::new();
    // Serializing the crate's own types to memory has no failing path: keys are text, numbers are u32.
    if let Ok(value) = serde_json::to_value(value) {
        write_canonical(&value, &mut out);
    }
    out
}

fn write_canonical(value: &serde_json::Value, out: &mut Vec<u8>) {
    match value {
        serde_json::Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_canonical(item, out);
            }
            out.push(b']');
        }
        serde_json::Value::Object(fields) => {
            // Sorted here: whether serde_json's map is sorted depends on features other crates switch on.
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_unstable_by_key(|(key, _)| key.as_str());
            out.push(b'{');
            for (index, (key, item)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_text(key, out);
                out.push(b':');
                write_canonical(item, out);
            }
            out.push(b'}');
        }
        serde_json::Value::String(text) => write_text(text, out),
        plain => out.extend_from_slice(plain.to_string().as_bytes()),
    }
}

/// A JSON string with the escapes of RFC 8785 section 3.2.2.2.
pub(crate) fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0x00..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_sorts_keys_and_escapes_like_rfc_8785() {
        let value = serde_json::json!({
            "b": [true, null, 7], "a": "\u{20ac}$\u{f}\nA'\u{42}\"\\\\\"/\u{7f}", "": {"z": 0, "B": 1}
        });
        assert_eq!(
            String::from_utf8(canonical(&value)).unwrap(),
            "{\"\":{\"B\":1,\"z\":0},\"a\":\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7f}\",\"b\":[true,null,7]}"
        );
    }

    #[test]
    fn hostile_documents_are_refused() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for bad in [
            "",
            "{",
            "nul",
            "[1,]",
            "{\"a\":1,\"a\":1}",
            "{\"a\":1,\"\\u0061\":1}",
            "1.0",
            "1e3",
            "-1",
            "-0",
            "9007199254740992",
            "18446744073709551616",
            "1e999",
            "\"\\ud800\"",
            "\"a\nb\"",
            "1 2",
            "NaN",
            &deep,
            "{a:1}",
            "// x\n1",
            "\u{feff}1",
            "01",
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{:?}", bad.get(..40));
        }
        assert!(parse(b"\"\xff\"").is_err());
        assert!(parse(b"9007199254740991").is_ok());
    }
}
