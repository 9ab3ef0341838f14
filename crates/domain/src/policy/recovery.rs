//! Money got back, and what the record of a liability still has to say (CY 第二十三条, 第二十七条).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::pack::LiabilityField;
use crate::money::Fen;

/// More was got back than was owed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("第 {number} 笔追回后超过应追回的 {owed} 元。请核对金额。", owed = owed.plain())]
pub struct TooMuch {
    /// Which entry, from 1.
    pub number: usize,
    /// What was owed.
    pub owed: Fen,
}

/// What is still owed after some entries.
///
/// # Errors
/// An entry is not more than nothing, or more than what was left.
pub fn outstanding(owed: Fen, recovered: &[Fen]) -> Result<Fen, TooMuch> {
    let mut left = owed;
    for (place, amount) in recovered.iter().enumerate() {
        left = left
            .minus(*amount)
            .ok()
            .filter(|left| *left >= Fen::ZERO && *amount > Fen::ZERO)
            .ok_or(TooMuch {
                number: place + 1,
                owed,
            })?;
    }
    Ok(left)
}

/// 追究责任、移送: what its record says so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Liability {
    /// 受理机关
    pub authority: Option<String>,
    /// 日期
    pub date: Option<Date>,
    /// 文书号
    pub document: Option<String>,
    /// 处理结果
    pub result: Option<String>,
}

impl Liability {
    /// What must still be said before the case is closed, in the pack's order.
    pub fn open(&self, asked: &[LiabilityField]) -> Vec<LiabilityField> {
        let said = |text: &Option<String>| text.as_ref().is_some_and(|t| !t.trim().is_empty());
        asked
            .iter()
            .copied()
            .filter(|field| !match field {
                LiabilityField::Authority => said(&self.authority),
                LiabilityField::Date => self.date.is_some(),
                LiabilityField::Document => said(&self.document),
                LiabilityField::Result => said(&self.result),
            })
            .collect()
    }
}
