//! 解聘通知书: tells an expert that the appointment has ended, on which ground, by which article, from which
//! day on, and what follows.

use jiff::civil::Date;

use crate::dates;
use crate::letter::{LetterPart, LetterView};

/// The letter.
#[derive(Debug, Clone, Default)]
pub struct ExitLetter {
    /// What the instrument calls it: 解聘, 终止任用.
    pub title: String,
    /// 文号, where one was given.
    pub number: Option<String>,
    /// 姓名
    pub name: String,
    /// 专家编号
    pub expert_number: String,
    /// 专家库
    pub pool: String,
    /// The instrument, with its title marks.
    pub instrument: String,
    /// The article of the ground.
    pub article: String,
    /// The ground in words.
    pub ground: String,
    /// 理由, where the ground asks for one.
    pub reason: String,
    /// From this day on; `None` while it is not decided.
    pub on: Option<Date>,
    /// The steps taken: word, day, paper.
    pub steps: Vec<(String, String)>,
    /// What follows, a sentence each.
    pub effects: Vec<String>,
    /// 署名
    pub sign: String,
    /// Who to ask.
    pub contact: Option<String>,
    /// Status words.
    pub marks: Vec<String>,
}

impl ExitLetter {
    /// The printable letter.
    pub fn view(&self) -> LetterView {
        let on = self
            .on
            .map_or_else(|| "____年__月__日".to_owned(), dates::long);
        let number = if self.expert_number.is_empty() {
            String::new()
        } else {
            format!("（专家编号 {}）", self.expert_number)
        };
        let mut parts = vec![LetterPart::paragraph(format!(
            "根据{}{}的规定，自{on}起，您{number}不再担任{}专家。",
            self.instrument, self.article, self.pool
        ))];
        parts.push(LetterPart::item("一、情形：", format!("{}。", self.ground)));
        let mut ordinals = ["二", "三", "四"].into_iter();
        let mut next = |label: &str, text: String| {
            if let Some(ordinal) = ordinals.next() {
                parts.push(LetterPart::item(format!("{ordinal}、{label}："), text));
            }
        };
        if !self.reason.is_empty() {
            next("理由", self.reason.clone());
        }
        if !self.steps.is_empty() {
            let steps: Vec<String> = self
                .steps
                .iter()
                .map(|(step, when)| format!("{step}（{when}）"))
                .collect();
            next("办理经过", format!("{}。", steps.join("；")));
        }
        if !self.effects.is_empty() {
            next("有关事项", self.effects.concat());
        }
        LetterView {
            number: self.number.clone(),
            title: vec![format!("{}通知书", self.title)],
            to: Some(format!("{}同志", self.name)),
            parts,
            sign: self.sign.clone(),
            date: on,
            contact: self.contact.as_ref().map(|who| format!("联系人：{who}")),
            marks: self.marks.clone(),
            ..LetterView::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn letter() -> ExitLetter {
        ExitLetter {
            title: "解聘".into(),
            name: "甲".into(),
            instrument: "《办法》".into(),
            article: "第十九条(三)".into(),
            ground: "本人主动书面申请".into(),
            on: Some(date(2022, 6, 20)),
            ..ExitLetter::default()
        }
    }

    fn words(view: &LetterView) -> String {
        view.parts
            .iter()
            .map(|part| match part {
                LetterPart::Paragraph { text } | LetterPart::Heading { text } => text.clone(),
                LetterPart::Item { label, text } => format!("{label}{text}"),
                LetterPart::Code { .. } => String::new(),
            })
            .collect()
    }

    #[test]
    fn it_names_the_article_the_day_and_only_what_there_is() {
        let plain = letter().view();
        let text = words(&plain);
        assert!(text.contains("《办法》第十九条(三)"), "{text}");
        assert!(text.contains("2022年6月20日起"), "{text}");
        assert!(
            !text.contains("理由") && !text.contains("专家编号"),
            "{text}"
        );
        assert_eq!(plain.title, ["解聘通知书"]);
        let full = ExitLetter {
            reason: "调离".into(),
            steps: vec![("初核".into(), "2022年6月10日".into())],
            effects: vec!["聘书自即日起作废。".into()],
            ..letter()
        };
        let text = words(&full.view());
        assert!(
            text.contains("二、理由：调离三、办理经过：初核（2022年6月10日）。四、有关事项：聘书")
        );
    }
}
