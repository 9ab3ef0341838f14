//! Where a rule stands in the text: instrument, article, paragraph, item.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The part of an instrument a citation points into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// 标题、文号、印发通知: what stands before the first article.
    Heading,
    /// 第 n 条
    Article(u16),
    /// 附件 n; 0 is the one annex of a text that does not number it (附件).
    Annex(u16),
    /// 文末: what stands after the last article and is no annex (联系人及联系电话).
    Closing,
}

/// Which of two items, where the text gives one number to both (GZ 第四条 has two items (七)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Twin {
    /// 前
    First,
    /// 后
    Second,
}

/// 条、款、项. Prints as in a Chinese document: 第九条(一), 第十条第二款, 附件1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Citation {
    /// Another instrument, by number (东财〔2018〕334号); `None` is the pack's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instrument: Option<String>,
    /// Article or annex; `None` cites the other instrument as a whole.
    pub place: Option<Place>,
    /// 款, counted from 1, where the article has several and the text means one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paragraph: Option<u16>,
    /// 项 and anything below it, as nested numbers: `[1, 2]` is (一)2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<u16>,
    /// 前 or 后, where the text gives the number of the last item to two items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twin: Option<Twin>,
}

/// A text that is no citation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a citation: {0}")]
pub struct NotACitation(pub String);

impl Citation {
    /// 第 n 条, nothing more.
    pub const fn article(number: u16) -> Self {
        Self {
            instrument: None,
            place: Some(Place::Article(number)),
            paragraph: None,
            items: Vec::new(),
            twin: None,
        }
    }

    /// Item `number` of an article.
    pub fn item(article: u16, number: u16) -> Self {
        Self {
            items: vec![number],
            ..Self::article(article)
        }
    }

    /// Does this citation lie inside `other` (第九条(一) inside 第九条)?
    pub fn within(&self, other: &Self) -> bool {
        self.instrument == other.instrument
            && self.place == other.place
            && (other.paragraph.is_none() || other.paragraph == self.paragraph)
            && self.items.starts_with(&other.items)
            && (other.twin.is_none() || other.twin == self.twin)
    }
}

impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(instrument) = &self.instrument {
            f.write_str(instrument)?;
        }
        match self.place {
            Some(Place::Heading) => f.write_str("标题")?,
            Some(Place::Article(n)) => write!(f, "第{}条", Numeral(n))?,
            Some(Place::Annex(0)) => f.write_str("附件")?,
            Some(Place::Annex(n)) => write!(f, "附件{n}")?,
            Some(Place::Closing) => f.write_str("文末")?,
            None => {}
        }
        if let Some(paragraph) = self.paragraph {
            write!(f, "第{}款", Numeral(paragraph))?;
        }
        for (depth, item) in self.items.iter().enumerate() {
            match depth {
                0 => write!(f, "({})", Numeral(*item))?,
                1 => write!(f, "{item}")?,
                _ => write!(f, "({item})")?,
            }
        }
        match self.twin {
            Some(Twin::First) => f.write_str("(前)"),
            Some(Twin::Second) => f.write_str("(后)"),
            None => Ok(()),
        }
    }
}

impl FromStr for Citation {
    type Err = NotACitation;

    fn from_str(text: &str) -> Result<Self, NotACitation> {
        let wrong = || NotACitation(text.to_owned());
        let plain: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| match c {
                '（' => '(',
                '）' => ')',
                c => c,
            })
            .collect();
        let (instrument, mut rest) = match plain.split_once('号') {
            Some((head, tail)) if head.contains('〔') => (Some(format!("{head}号")), tail),
            _ => (None, plain.as_str()),
        };
        let mut cited = Self {
            instrument,
            place: None,
            paragraph: None,
            items: Vec::new(),
            twin: None,
        };
        if rest.is_empty() {
            return if cited.instrument.is_some() {
                Ok(cited)
            } else {
                Err(wrong())
            };
        }
        if let Some(tail) = rest.strip_prefix("标题") {
            cited.place = Some(Place::Heading);
            rest = tail;
        } else if let Some(tail) = rest.strip_prefix("文末") {
            cited.place = Some(Place::Closing);
            rest = tail;
        } else if let Some(tail) = rest.strip_prefix("附件") {
            let digits = tail.len() - tail.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let number = match &tail[..digits] {
                "" => 0,
                // 附件0 is no annex of any text.
                text => text.parse().ok().filter(|n| *n > 0).ok_or_else(wrong)?,
            };
            cited.place = Some(Place::Annex(number));
            rest = &tail[digits..];
        } else {
            let tail = rest.strip_prefix('第').ok_or_else(wrong)?;
            let (number, tail) = tail.split_once('条').ok_or_else(wrong)?;
            cited.place = Some(Place::Article(from_numeral(number).ok_or_else(wrong)?));
            rest = tail;
        }
        if let Some(tail) = rest.strip_prefix('第') {
            let (number, tail) = tail.split_once('款').ok_or_else(wrong)?;
            cited.paragraph = Some(from_numeral(number).ok_or_else(wrong)?);
            rest = tail;
        }
        while !rest.is_empty() {
            cited.twin = match rest {
                "(前)" => Some(Twin::First),
                "(后)" => Some(Twin::Second),
                _ => None,
            };
            if cited.twin.is_some() {
                return if cited.items.is_empty() {
                    Err(wrong())
                } else {
                    Ok(cited)
                };
            }
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            if digits > 0 {
                cited
                    .items
                    .push(rest[..digits].parse().map_err(|_| wrong())?);
                rest = &rest[digits..];
            } else {
                let tail = rest.strip_prefix('(').ok_or_else(wrong)?;
                let (inside, tail) = tail.split_once(')').ok_or_else(wrong)?;
                let number = inside.parse().ok().or_else(|| from_numeral(inside));
                cited.items.push(number.ok_or_else(wrong)?);
                rest = tail;
            }
        }
        Ok(cited)
    }
}

const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// A number from 1 to 999 as articles are numbered: 一, 十, 二十一, 一百零三.
struct Numeral(u16);

impl fmt::Display for Numeral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digit = |n: u16| DIGITS[usize::from(n % 10)];
        let (hundreds, tens, ones) = (self.0 / 100, self.0 / 10 % 10, self.0 % 10);
        if self.0 == 0 || hundreds > 9 {
            return write!(f, "{}", self.0);
        }
        if hundreds > 0 {
            write!(f, "{}百", digit(hundreds))?;
        }
        match (hundreds, tens) {
            (0, 0) => {}
            (0, 1) => f.write_str("十")?,
            (_, 0) if ones > 0 => f.write_str("零")?,
            (_, 0) => {}
            (_, tens) => write!(f, "{}十", digit(tens))?,
        }
        if ones > 0 {
            write!(f, "{}", digit(ones))?;
        }
        Ok(())
    }
}

/// Reads what [`Numeral`] writes, and nothing else.
fn from_numeral(text: &str) -> Option<u16> {
    let mut total = 0;
    let mut digit: Option<u16> = None;
    for c in text.chars() {
        match c {
            '百' => total += digit.take()? * 100,
            '十' => total += digit.take().unwrap_or(1) * 10,
            '零' if total >= 100 && digit.is_none() => {}
            c => {
                let value = DIGITS
                    .iter()
                    .position(|d| *d == c)
                    .filter(|value| *value > 0)?;
                if digit.replace(u16::try_from(value).ok()?).is_some() {
                    return None;
                }
            }
        }
    }
    let number = total + digit.unwrap_or(0);
    (Numeral(number).to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, printed: &str) {
        let citation: Citation = text.parse().unwrap();
        assert_eq!(citation.to_string(), printed);
        assert_eq!(printed.parse::<Citation>().unwrap(), citation);
    }

    #[test]
    fn reads_what_it_prints() {
        check("第九条(一)", "第九条(一)");
        check("第九条（一）", "第九条(一)");
        check("第二十二条", "第二十二条");
        check("第十条第二款", "第十条第二款");
        check("第六条(二)5", "第六条(二)5");
        check("第一百零三条", "第一百零三条");
        check("附件1", "附件1");
        check("附件", "附件");
        check("第四条（七）（前）", "第四条(七)(前)");
        check("第四条(七)(后)", "第四条(七)(后)");
        check("标题", "标题");
        check("文末", "文末");
        check("东财〔2018〕334号", "东财〔2018〕334号");
        check("东财〔2018〕334号第三条", "东财〔2018〕334号第三条");
    }

    #[test]
    fn every_number_survives_a_round_trip() {
        for number in 1..=999 {
            assert_eq!(
                from_numeral(&Numeral(number).to_string()),
                Some(number),
                "{number}"
            );
        }
        for nonsense in ["", "十百", "一一", "二零", "一百三", "百"] {
            assert_eq!(from_numeral(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn refuses_what_is_no_citation() {
        for text in [
            "",
            "第条",
            "九条",
            "第九",
            "第九条(x)",
            "第九条(一",
            "附件0",
            "第九条(前)",
            "第九条(一)(前)(二)",
            "第九条甲",
        ] {
            assert!(text.parse::<Citation>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_item_lies_within_its_article() {
        let article: Citation = "第九条".parse().unwrap();
        let item: Citation = "第九条(一)".parse().unwrap();
        assert!(item.within(&article) && !article.within(&item));
        assert!(!Citation::article(8).within(&article));
    }

    #[test]
    fn two_items_of_one_number_are_told_apart_and_both_lie_within_the_number() {
        let cited = |text: &str| text.parse::<Citation>().unwrap();
        let (number, first, second) = (
            cited("第四条(七)"),
            cited("第四条(七)(前)"),
            cited("第四条(七)(后)"),
        );
        assert!(first.within(&number) && second.within(&number));
        assert!(!first.within(&second) && !second.within(&first) && !number.within(&first));
    }
}
