//! 征集公告 in official-document style.

use jiff::civil::{Date, DateTime};

use crate::dates;
use crate::letter::{LetterPart, LetterView};

/// How to apply by one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HowToApply {
    /// Name of the channel.
    pub label: String,
    /// Who applies.
    pub submitter: String,
    /// What is handed in.
    pub materials: Vec<String>,
}

/// A public call for applications.
#[derive(Debug, Clone)]
pub struct CallForExperts {
    /// Number; empty in a draft.
    pub number: String,
    /// 标题
    pub title: String,
    /// What stands before the headings, line by line.
    pub body: String,
    /// Headings with their texts, line by line.
    pub paragraphs: Vec<(String, String)>,
    /// What the instrument calls the numbers wanted.
    pub headcount: Option<String>,
    /// Numbers wanted.
    pub wanted: Vec<(String, u32)>,
    /// First and last second applications are taken.
    pub window: Option<(DateTime, DateTime)>,
    /// Channels.
    pub channels: Vec<HowToApply>,
    /// Where it can be read, once it is published.
    pub address: Option<String>,
    /// Who to ask.
    pub contact: String,
    /// 署名
    pub sign: String,
    /// 成文日期
    pub on: Date,
    /// Status words for the marked line.
    pub marks: Vec<String>,
    /// Not yet published: every page says so.
    pub draft: bool,
}

/// 2026年6月30日23:59:59; whole minutes without seconds.
fn to_the_second(at: DateTime) -> String {
    match at.second() {
        0 => dates::long_time(at),
        second => format!("{}:{second:02}", dates::long_time(at)),
    }
}

/// 一 to 二十; more headings than that no notice has.
fn ordinal(place: usize) -> String {
    const DIGITS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    let digit = |n: usize| DIGITS.get(n).copied().unwrap_or_default();
    match place {
        0..10 => digit(place).to_owned(),
        10..19 => format!("十{}", digit(place - 10)),
        _ => "二十".to_owned(),
    }
}

fn ended(text: &str) -> String {
    let text = text.trim_end_matches(['。', '；', '，']);
    format!("{text}。")
}

impl CallForExperts {
    /// The printable notice.
    pub fn view(&self) -> LetterView {
        let mut parts: Vec<LetterPart> = self.body.lines().map(LetterPart::paragraph).collect();
        let mut place = 0;
        let mut section = |parts: &mut Vec<LetterPart>, heading: &str, lines: Vec<String>| {
            parts.push(LetterPart::heading(format!(
                "{}、{heading}",
                ordinal(place)
            )));
            parts.extend(lines.into_iter().map(LetterPart::paragraph));
            place += 1;
        };
        if let Some(label) = &self.headcount {
            let lines: Vec<String> = self
                .wanted
                .iter()
                .map(|(whom, number)| format!("{whom} {number} 人"))
                .collect();
            section(&mut parts, label, vec![ended(&lines.join("；"))]);
        }
        for (heading, text) in &self.paragraphs {
            section(
                &mut parts,
                heading,
                text.lines().map(str::to_owned).collect(),
            );
        }
        if let Some((opens, closes)) = self.window {
            let span = format!(
                "自{}起，至{}止。逾期不再受理。",
                to_the_second(opens),
                to_the_second(closes)
            );
            section(&mut parts, "征集时间", vec![span]);
        }
        let lines = self.channels.iter().enumerate().map(|(n, channel)| {
            format!(
                "（{}）{}。由{}提出申请，提交：{}",
                ordinal(n),
                channel.label,
                channel.submitter,
                ended(&channel.materials.join("；"))
            )
        });
        let mut lines: Vec<String> = lines.collect();
        if let Some(address) = &self.address {
            lines.push(format!("申请表和办理进度见 {address} 。"));
        }
        section(&mut parts, "申请方式和材料", lines);
        section(&mut parts, "联系方式", vec![ended(&self.contact)]);
        LetterView {
            number: Some(self.number.clone()).filter(|number| !number.is_empty()),
            title: vec![self.title.clone()],
            parts,
            sign: self.sign.clone(),
            date: dates::long(self.on),
            marks: self.marks.clone(),
            watermark: self.draft.then(|| "草稿　未发布".to_owned()),
            ..LetterView::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_counted_and_the_window_is_to_the_second() {
        assert_eq!(ordinal(0), "一");
        assert_eq!(ordinal(10), "十一");
        assert_eq!(ordinal(18), "十九");
        assert_eq!(ordinal(19), "二十");
        let last = jiff::civil::datetime(2026, 6, 30, 23, 59, 59, 0);
        assert_eq!(to_the_second(last), "2026年6月30日23:59:59");
        let whole = jiff::civil::datetime(2026, 6, 1, 9, 0, 0, 0);
        assert_eq!(to_the_second(whole), "2026年6月1日09:00");
    }
}
