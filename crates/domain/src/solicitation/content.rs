//! What a notice says: title, window, what the pack asks for in its own words, how many are wanted,
//! which channels it opens, who answers questions.

use jiff::civil::{Date, DateTime, time};
use jiff::{SignedDuration, ToSpan};
use serde::{Deserialize, Serialize};

use crate::policy::pack::{Admission, Channel, Force, HeadcountPer, Solicitation};
use crate::policy::solicitation::over_headcount;

/// Does the engine keep this in a field of its own for every notice? Everything else a pack names is a
/// text under its own heading.
fn has_own_field(label: &str) -> bool {
    matches!(label, "标题" | "联系方式")
        || label.ends_with("开始时间")
        || label.ends_with("截止时间")
}

/// Longest title, characters.
pub const TITLE_MOST: usize = 80;
/// Longest text under one heading, characters.
pub const TEXT_MOST: usize = 4_000;
/// Largest number wanted in one line.
pub const WANTED_MOST: u32 = 10_000;

/// When applications are taken, in the time of Shanghai, both ends to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First second.
    pub opens: DateTime,
    /// Last second; it counts whole.
    pub closes: DateTime,
}

/// Where an instant lies to a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Before it.
    Before,
    /// In it.
    Open,
    /// After it.
    Over,
}

impl Window {
    /// Whole days: from the first second of the first to the last second of the last (A-G-10).
    pub fn days(first: Date, last: Date) -> Self {
        Self {
            opens: first.to_datetime(time(0, 0, 0, 0)),
            closes: last.to_datetime(time(23, 59, 59, 0)),
        }
    }

    /// Where an instant of Shanghai lies.
    pub fn phase(&self, at: DateTime) -> Phase {
        let after = self.closes.saturating_add(1.second());
        if at < self.opens {
            Phase::Before
        } else if at < after {
            Phase::Open
        } else {
            Phase::Over
        }
    }

    /// How long is left; none outside the window.
    pub fn left(&self, at: DateTime) -> Option<SignedDuration> {
        (self.phase(at) == Phase::Open).then(|| self.closes.duration_since(at))
    }
}

/// A text under a heading of the pack (入库条件, 行业 …).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paragraph {
    /// The heading.
    pub label: String,
    /// What stands under it; may be empty in a draft.
    pub text: String,
}

/// How many are wanted of one team or specialty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Id of the team or specialty; empty for the pool as a whole.
    pub key: String,
    /// Its name when the notice was written.
    pub label: String,
    /// How many; zero: none from this call.
    pub number: u32,
}

/// Everything a notice says. A draft may lack anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// 标题
    pub title: String,
    /// 正文: what stands before the headings; may be empty.
    pub body: String,
    /// The texts the pack asks for, in its order.
    pub paragraphs: Vec<Paragraph>,
    /// 拟聘人数, where the pack asks for it.
    pub wanted: Vec<Wanted>,
    /// What is to be handed in besides the pack's list, on channels whose list leaves that to the notice
    /// (JM 第七条(二)); each is checked on its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<String>,
    /// Ids of the channels applications come by.
    pub channels: Vec<String>,
    /// First second applications are taken.
    pub opens: Option<DateTime>,
    /// Last second.
    pub closes: Option<DateTime>,
    /// 联系方式
    pub contact: String,
}

/// Something a notice must say and does not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lack {
    /// No title.
    #[error("没有填写标题。公告按标题列在公开页面上，请填写。")]
    Title,
    /// No beginning.
    #[error("没有填写征集开始时间。只有在征集期内才能提交申请，请填写。")]
    Opens,
    /// No end.
    #[error("没有填写征集截止时间。只有在征集期内才能提交申请，请填写。")]
    Closes,
    /// The end is not after the beginning.
    #[error("征集截止时间不晚于开始时间，没有人来得及申请。请改填截止时间。")]
    Order,
    /// A text the pack asks for is missing.
    #[error("没有填写{label}。{article}要求征集公告写明这一项，请填写。")]
    Paragraph {
        /// Its place among the pack's texts.
        place: usize,
        /// The heading.
        label: String,
        /// The article that asks for it.
        article: String,
    },
    /// No number wanted.
    #[error("没有填写{label}。{article}要求公布人数，请至少在一行填写人数。")]
    Wanted {
        /// What the pack calls it.
        label: String,
        /// The article that asks for it.
        article: String,
    },
    /// No channel.
    #[error("没有选择入库渠道。申请人按渠道提交材料，请至少选择一个。")]
    Channel,
    /// Nobody to ask.
    #[error("没有填写联系方式。申请人有疑问时要能找到人，请填写联系人和电话。")]
    Contact,
    /// Longer than anybody reads.
    #[error("{label}最多 {most} 个字，现在是 {count} 个。请精简。")]
    TooLong {
        /// Name of the form's field.
        field: String,
        /// What users call it.
        label: String,
        /// How many there are.
        count: usize,
        /// How many may be.
        most: usize,
    },
}

impl Lack {
    /// The field of the form it stands beside.
    pub fn field(&self) -> String {
        match self {
            Self::Title => "title".to_owned(),
            Self::Opens => "opens_on".to_owned(),
            Self::Closes | Self::Order => "closes_on".to_owned(),
            Self::Paragraph { place, .. } => format!("paragraph.{place}"),
            Self::Wanted { .. } => "wanted.0".to_owned(),
            Self::Channel => "channels".to_owned(),
            Self::Contact => "contact".to_owned(),
            Self::TooLong { field, .. } => field.clone(),
        }
    }
}

/// The headings of a pack's notices that are texts of their own, in the pack's order.
pub fn headings(rules: &Solicitation) -> Vec<&str> {
    let counted = rules.headcount.as_ref().map(|rule| rule.label.as_str());
    let all = rules.fields.iter().map(String::as_str);
    all.filter(|label| !has_own_field(label) && Some(*label) != counted)
        .collect()
}

/// The channels a notice can open: those that take applications only while one is open; where the
/// instrument ties none to a notice, all that need no invitation.
pub fn channels(admission: &Admission) -> Vec<&Channel> {
    let all = || admission.channels.iter();
    let tied: Vec<&Channel> = all().filter(|channel| channel.needs_notice).collect();
    if tied.is_empty() {
        return all()
            .filter(|channel| channel.invitation.is_none())
            .collect();
    }
    tied
}

impl Content {
    /// The window, once both ends are known and in order.
    pub fn window(&self) -> Option<Window> {
        let (opens, closes) = (self.opens?, self.closes?);
        (opens < closes).then_some(Window { opens, closes })
    }

    /// Everything a notice under these rules must say and this one does not, in the order of the form.
    pub fn lacking(&self, rules: &Solicitation) -> Vec<Lack> {
        let mut lacking = self.too_long();
        let blank = |text: &str| text.trim().is_empty();
        if blank(&self.title) {
            lacking.push(Lack::Title);
        }
        if self.opens.is_none() {
            lacking.push(Lack::Opens);
        }
        match (self.opens, self.closes) {
            (_, None) => lacking.push(Lack::Closes),
            (Some(opens), Some(closes)) if closes <= opens => lacking.push(Lack::Order),
            _ => {}
        }
        let article = rules.citation.to_string();
        if let Some(rule) = &rules.headcount
            && self.wanted.iter().all(|line| line.number == 0)
        {
            lacking.push(Lack::Wanted {
                label: rule.label.clone(),
                article: article.clone(),
            });
        }
        for (place, label) in headings(rules).into_iter().enumerate() {
            let said = self
                .paragraphs
                .iter()
                .find(|paragraph| paragraph.label == label);
            if said.is_none_or(|paragraph| blank(&paragraph.text)) {
                lacking.push(Lack::Paragraph {
                    place,
                    label: label.to_owned(),
                    article: article.clone(),
                });
            }
        }
        if self.channels.is_empty() {
            lacking.push(Lack::Channel);
        }
        if blank(&self.contact) {
            lacking.push(Lack::Contact);
        }
        lacking
    }

    /// What is longer than a notice may be; looked at in drafts too.
    pub fn too_long(&self) -> Vec<Lack> {
        let paragraphs = self.paragraphs.iter().enumerate().map(|(place, one)| {
            let field = format!("paragraph.{place}");
            (field, one.label.as_str(), &one.text, TEXT_MOST)
        });
        [
            ("title".to_owned(), "标题", &self.title, TITLE_MOST),
            ("body".to_owned(), "正文", &self.body, TEXT_MOST),
            ("contact".to_owned(), "联系方式", &self.contact, 200),
        ]
        .into_iter()
        .chain(paragraphs)
        .filter_map(|(field, label, text, most)| {
            let count = text.chars().count();
            (count > most).then(|| Lack::TooLong {
                field,
                label: label.to_owned(),
                count,
                most,
            })
        })
        .collect()
    }

    /// How many are wanted of a team or specialty; `None` when the notice says nothing of it.
    pub fn wanted_of(&self, key: &str) -> Option<u32> {
        self.wanted
            .iter()
            .find(|line| line.key == key)
            .map(|line| line.number)
    }

    /// Everybody wanted.
    pub fn wanted_in_all(&self) -> u32 {
        self.wanted
            .iter()
            .fold(0, |sum, line| sum.saturating_add(line.number))
    }
}

/// Why one more person is not put on the final list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{label}公布的人数是 {wanted} 人，这次办理后共 {placed} 人，超出 {} 人。确需超出的，请写明理由；理由会留痕。",
    .placed - .wanted
)]
pub struct BeyondWanted {
    /// Team or specialty.
    pub label: String,
    /// How many the notice said.
    pub wanted: u32,
    /// How many there would be.
    pub placed: u32,
}

/// 按需配备 (CY 第十条): as many as the notice wanted pass. Beyond that: what the pack says of it
/// decides — never, only with a reason, or freely; a pack that plans no headcount lets everybody pass.
///
/// # Errors
/// [`BeyondWanted`] when `placed` people exceed the number published and may not.
pub fn within_wanted(
    rules: &Solicitation,
    content: &Content,
    key: &str,
    placed: u32,
    reason: &str,
) -> Result<(), BeyondWanted> {
    let Some(line) = content.wanted.iter().find(|line| line.key == key) else {
        return Ok(());
    };
    let passes = match over_headcount(rules, line.number, placed) {
        None | Some(Force::May) => true,
        Some(Force::InPrinciple) => !reason.trim().is_empty(),
        Some(Force::Must) => false,
    };
    if passes {
        return Ok(());
    }
    Err(BeyondWanted {
        label: line.label.clone(),
        wanted: line.number,
        placed,
    })
}

/// Per what the numbers of a pack's notices are given; `None` when it asks for none.
pub fn counted_per(rules: &Solicitation) -> Option<HeadcountPer> {
    rules.headcount.as_ref().map(|rule| rule.per)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::citation::Citation;
    use crate::policy::pack::{Headcount, MediaNeeded};
    use jiff::civil::{date, datetime};

    fn rules(fields: &[&str], headcount: bool) -> Solicitation {
        Solicitation {
            label: "聘任通知".into(),
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            media: Vec::new(),
            media_needed: MediaNeeded::All,
            standing: false,
            approved_by: None,
            headcount: headcount.then(|| Headcount {
                label: "拟聘人数".into(),
                per: HeadcountPer::Team,
                beyond: Some(Force::InPrinciple),
            }),
            citation: Citation::article(10),
        }
    }

    fn complete() -> Content {
        Content {
            title: "公告".into(),
            materials: Vec::new(),
            channels: vec!["self_nominated".into()],
            opens: Some(datetime(2026, 6, 1, 9, 0, 0, 0)),
            closes: Some(datetime(2026, 6, 30, 23, 59, 59, 0)),
            contact: "某科，电话 0000".into(),
            ..Content::default()
        }
    }

    #[test]
    fn the_last_second_of_the_last_day_counts_and_the_next_does_not() {
        let window = Window::days(date(2026, 6, 1), date(2026, 6, 30));
        for (at, phase) in [
            (
                datetime(2026, 5, 31, 23, 59, 59, 999_999_999),
                Phase::Before,
            ),
            (datetime(2026, 6, 1, 0, 0, 0, 0), Phase::Open),
            (datetime(2026, 6, 30, 23, 59, 59, 0), Phase::Open),
            (datetime(2026, 6, 30, 23, 59, 59, 999_999_999), Phase::Open),
            (datetime(2026, 7, 1, 0, 0, 0, 0), Phase::Over),
        ] {
            assert_eq!(window.phase(at), phase, "{at}");
        }
        // To the second, where the notice says so.
        let window = Window {
            opens: datetime(2026, 6, 1, 9, 0, 0, 0),
            closes: datetime(2026, 6, 1, 17, 30, 0, 0),
        };
        assert_eq!(
            window.phase(datetime(2026, 6, 1, 8, 59, 59, 0)),
            Phase::Before
        );
        assert_eq!(
            window.phase(datetime(2026, 6, 1, 17, 30, 0, 5)),
            Phase::Open
        );
        assert_eq!(
            window.phase(datetime(2026, 6, 1, 17, 30, 1, 0)),
            Phase::Over
        );
        assert_eq!(window.left(datetime(2026, 6, 1, 17, 30, 1, 0)), None);
    }

    #[test]
    fn what_the_pack_names_must_be_said_and_nothing_else() {
        let plain = rules(&["标题", "征集开始时间", "征集截止时间", "联系方式"], false);
        assert!(complete().lacking(&plain).is_empty());
        let all = Content::default().lacking(&plain);
        assert_eq!(
            all,
            [
                Lack::Title,
                Lack::Opens,
                Lack::Closes,
                Lack::Channel,
                Lack::Contact
            ]
        );
        let mut backwards = complete();
        backwards.closes = backwards.opens;
        assert_eq!(backwards.lacking(&plain), [Lack::Order]);
        assert_eq!(backwards.window(), None);
        let mut long = complete();
        long.title = "公".repeat(TITLE_MOST + 1);
        assert_eq!(long.lacking(&plain).len(), 1);
        long.title.pop();
        assert_eq!(long.title.chars().count(), TITLE_MOST);
        assert!(long.lacking(&plain).is_empty());
    }

    /// Covers: CY-10-a, JM-7-1-a.
    #[test]
    fn a_notice_without_numbers_conditions_or_kinds_of_work_is_incomplete() {
        let cy = rules(
            &[
                "拟聘人数",
                "聘用条件",
                "申报开始时间",
                "申报截止时间",
                "联系方式",
            ],
            true,
        );
        assert_eq!(headings(&cy), ["聘用条件"]);
        let fields = |content: &Content, rules| -> Vec<String> {
            content.lacking(rules).iter().map(Lack::field).collect()
        };
        let mut content = complete();
        assert_eq!(fields(&content, &cy), ["wanted.0", "paragraph.0"]);
        content.wanted = vec![Wanted {
            key: "supervisor".into(),
            label: "督导员".into(),
            number: 0,
        }];
        content.paragraphs = vec![Paragraph {
            label: "聘用条件".into(),
            text: " ".into(),
        }];
        assert_eq!(fields(&content, &cy), ["wanted.0", "paragraph.0"]);
        content.wanted[0].number = 10;
        content.paragraphs[0].text = "见办法第八条".into();
        assert!(content.lacking(&cy).is_empty());

        let jm = rules(&["行业", "专业", "工种"], false);
        assert_eq!(
            fields(&complete(), &jm),
            ["paragraph.0", "paragraph.1", "paragraph.2"]
        );
    }

    #[test]
    fn the_eleventh_of_ten_needs_a_reason() {
        let content = Content {
            wanted: vec![Wanted {
                key: "supervisor".into(),
                label: "督导员".into(),
                number: 10,
            }],
            ..Content::default()
        };
        let mut cy = rules(&["拟聘人数"], true);
        let beyond = |rules: &mut Solicitation, force| {
            rules.headcount.as_mut().expect("counted").beyond = Some(force);
        };
        let within = |rules: &Solicitation, key: &str, placed, reason: &str| {
            within_wanted(rules, &content, key, placed, reason)
        };
        assert_eq!(within(&cy, "supervisor", 10, ""), Ok(()));
        let one_more = within(&cy, "supervisor", 11, " ").expect_err("one too many");
        assert!(one_more.to_string().contains("超出 1 人"), "{one_more}");
        assert_eq!(within(&cy, "supervisor", 11, "新增任务"), Ok(()));
        assert_eq!(within(&cy, "lecturer", 99, ""), Ok(()), "nothing was said");
        beyond(&mut cy, Force::Must);
        assert!(within(&cy, "supervisor", 11, "新增任务").is_err());
        beyond(&mut cy, Force::May);
        assert_eq!(within(&cy, "supervisor", 11, ""), Ok(()));
        assert_eq!(content.wanted_of("supervisor"), Some(10));
        assert_eq!(content.wanted_of("lecturer"), None);
    }
}
