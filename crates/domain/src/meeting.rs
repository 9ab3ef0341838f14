//! 会议审定: one meeting of the body that decides, for everybody who waits for it, to come in or to be
//! put out: the agenda by the pack's headings, who attended, who recused themselves from whom, the result
//! for each person, and the minutes without which nothing counts (DG 第七条(二), 第十九条).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use crate::application::By;
use crate::id::{PoolId, RecordId};
use crate::policy::citation::Citation;
use crate::policy::pack::{MinutesField, Pack, Panel, PanelVote, Station, Step};
use crate::policy::words::Word as _;

/// What is decided of a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// 入库
    #[default]
    Entry,
    /// 解聘
    Exit,
}

/// What the pack asks of the body that decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules<'p> {
    /// The party that decides.
    pub party: &'p str,
    /// What its record must hold.
    pub minutes: &'p [MinutesField],
    /// How it is composed and concludes, where the text says.
    pub panel: Option<Panel>,
    /// Where.
    pub citation: &'p Citation,
}

/// What the record of a meeting holds where the pack speaks of it only for exits.
const OF_EXITS: &[MinutesField] = &[MinutesField::Number, MinutesField::Attendees];

impl<'p> Rules<'p> {
    /// The rules of a pack in which some body decides in meetings: on entry, or only on exits.
    pub fn of(pack: &'p Pack) -> Option<Self> {
        let entry = pack.admission.step(Station::Committee);
        entry.map(Self::from).or_else(|| {
            let exit = pack.exit.as_ref()?;
            let step = exit.meeting_step()?;
            Some(Self {
                party: &step.by,
                minutes: OF_EXITS,
                panel: None,
                citation: &exit.citation,
            })
        })
    }
}

impl<'p> From<&'p Step> for Rules<'p> {
    fn from(step: &'p Step) -> Self {
        Self {
            party: step.party.as_deref().unwrap_or_default(),
            minutes: &step.minutes,
            panel: step.panel,
            citation: &step.citation,
        }
    }
}

/// One person on the agenda.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaItem {
    /// What is decided.
    #[serde(default)]
    pub matter: Matter,
    /// The application, or the case of leaving.
    #[serde(alias = "application")]
    pub record: RecordId,
    /// Its number.
    pub number: String,
    /// 姓名
    pub name: String,
    /// 工作单位
    pub employer: String,
    /// The list the person is on (审核通过名单).
    pub heading: String,
}

/// What the meeting said of one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// 通过
    Approved,
    /// 不通过
    NotApproved {
        /// Why.
        reason: String,
    },
    /// 暂缓: stays on the list for the next meeting.
    Deferred,
}

impl Verdict {
    /// The words for what was said of a person.
    pub fn words(&self, matter: Matter) -> String {
        let (yes, no) = match matter {
            Matter::Entry => ("通过", "不通过"),
            Matter::Exit => ("同意", "不同意"),
        };
        match self {
            Self::Approved => yes.to_owned(),
            Self::NotApproved { reason } => format!("{no}：{reason}"),
            Self::Deferred => "暂缓".to_owned(),
        }
    }
}

/// 表决, where votes were counted. Nothing is concluded from them: the record says what was decided
/// (A-DG-12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Votes {
    /// 同意
    pub yes: u16,
    /// 不同意
    pub no: u16,
    /// 弃权
    pub abstained: u16,
}

/// The record of one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonResult {
    /// What of the agenda it is about.
    #[serde(alias = "application")]
    pub record: RecordId,
    /// What was decided.
    pub verdict: Verdict,
    /// Who of those attending recused themselves from this person.
    #[serde(default)]
    pub recused: Vec<String>,
    /// Votes, where counted.
    #[serde(default)]
    pub votes: Option<Votes>,
}

/// What one of those attending said of the list (CY 第十二条).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// The department or person, as among the attendees.
    pub of: String,
    /// The opinion.
    pub text: String,
}

impl Opinion {
    /// Reads opinions as typed, one a line, the name before a colon. A line without one goes on with
    /// the opinion before it.
    pub fn read(text: &str) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match (line.split_once(['：', ':']), found.last_mut()) {
                (Some((of, text)), _) => found.push(Self {
                    of: of.trim().to_owned(),
                    text: text.trim().to_owned(),
                }),
                (None, Some(before)) => {
                    before.text.push('\n');
                    before.text.push_str(line);
                }
                (None, None) => found.push(Self {
                    of: line.to_owned(),
                    text: String::new(),
                }),
            }
        }
        found
    }
}

/// The record of a meeting, as it is entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minutes {
    /// 会议纪要编号
    pub number: String,
    /// Day of the meeting.
    pub on: Date,
    /// 出席人员
    pub attendees: Vec<String>,
    /// 各成员意见, where the pack asks for them.
    #[serde(default)]
    pub opinions: Vec<Opinion>,
    /// Each person's result, in the order of the agenda.
    pub results: Vec<PersonResult>,
}

/// Where a meeting stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 已安排
    Called,
    /// 已登记
    Held {
        /// The record.
        minutes: Minutes,
        /// Who entered it.
        by: By,
    },
    /// 已取消
    Cancelled {
        /// By whom.
        by: By,
        /// Why.
        reason: String,
    },
}

/// Why a record is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The meeting stands elsewhere.
    #[error("这次会议现在是“{now}”，不能{step}。请刷新页面查看最新状态。")]
    WrongState {
        /// The word for the present state.
        now: &'static str,
        /// The verb that was tried.
        step: &'static str,
    },
    /// Without minutes nothing is saved.
    #[error("没有填写会议纪要编号。审定以会议纪要为据，请填写编号后再保存。")]
    NoMinutes,
    /// Nobody attended.
    #[error("没有填写出席人员。请按会议纪要逐人填写。")]
    NoAttendees,
    /// Fewer attended than the pack asks.
    #[error("出席 {present} 人，少于办法要求的 {needed} 人。请核对出席人员，人数不足的另行开会。")]
    TooFew {
        /// Who attended.
        present: usize,
        /// Fewest.
        needed: u32,
    },
    /// Somebody attending gave no opinion.
    #[error("没有填写{0}的意见。各成员的意见都要记录，请补填，每行一个，如“{0}：同意”。")]
    NoOpinion(String),
    /// An opinion of somebody who was not there.
    #[error("“{0}”有意见，但不在出席人员中。请核对名称。")]
    StrangeOpinion(String),
    /// Votes decide, and none are recorded.
    #[error("{name}没有登记表决。办法规定{rule}方为通过，请填写票数。")]
    NoVotes {
        /// The applicant.
        name: String,
        /// The rule.
        rule: &'static str,
    },
    /// Approved against the rule.
    #[error(
        "{name}同意 {yes} 票，可表决的出席人员 {voters} 人，没有达到{rule}，不能登记为通过。请核对票数或结论。"
    )]
    TooFewVotes {
        /// The applicant.
        name: String,
        /// 同意
        yes: u16,
        /// Who could vote.
        voters: usize,
        /// The rule.
        rule: &'static str,
    },
    /// The day is ahead.
    #[error("会议日期 {0} 还没有到。请按会议纪要填写。")]
    Ahead(Date),
    /// Somebody has no result.
    #[error("{0}还没有结论。会议审定逐人登记，请为每个人选择结论。")]
    Undecided(String),
    /// Somebody was not approved without a reason.
    #[error("{0}没有通过，但没有写明理由。理由会告知本人，请写明。")]
    NoReason(String),
    /// Who recused themselves was not there.
    #[error("{name}的回避人员“{who}”不在出席人员中。请核对姓名。")]
    NotPresent {
        /// The applicant.
        name: String,
        /// The name typed.
        who: String,
    },
    /// Nobody was left to decide.
    #[error("{0}：出席人员全部回避，没有人参加审定。请改在下一次会议审定。")]
    NobodyLeft(String),
    /// More votes than people who could vote.
    #[error("{name}的表决共 {votes} 票，可表决的出席人员 {voters} 人。请核对票数。")]
    TooManyVotes {
        /// The applicant.
        name: String,
        /// Votes.
        votes: usize,
        /// Who could vote.
        voters: usize,
    },
    /// A reason is missing.
    #[error("没有写明取消会议的原因。原因会留痕，请写明。")]
    NoCancelReason,
}

impl State {
    /// Stable code, as indexed.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Called => "called",
            Self::Held { .. } => "held",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// The word users see.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Called => "待登记",
            Self::Held { .. } => "已登记",
            Self::Cancelled { .. } => "已取消",
        }
    }

    const fn refuse(&self, step: &'static str) -> Refused {
        Refused::WrongState {
            now: self.zh(),
            step,
        }
    }
}

/// One meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// Identifier.
    pub id: RecordId,
    /// The pool.
    pub pool: PoolId,
    /// Number, e.g. SD01-2026-0002.
    pub number: String,
    /// How the pack calls the body that decides.
    pub body: String,
    /// The day it is called for.
    pub on: Date,
    /// 地点
    pub place: String,
    /// Everybody it decides on, by heading and number.
    pub agenda: Vec<AgendaItem>,
    /// Who called it.
    pub called: By,
    /// Where it stands.
    pub state: State,
}

impl Meeting {
    /// The headings in order, each with its people.
    pub fn headings(&self) -> Vec<(&str, Vec<&AgendaItem>)> {
        let mut found: Vec<(&str, Vec<&AgendaItem>)> = Vec::new();
        for item in &self.agenda {
            match found
                .iter_mut()
                .find(|(heading, _)| *heading == item.heading)
            {
                Some((_, items)) => items.push(item),
                None => found.push((&item.heading, vec![item])),
            }
        }
        found
    }

    /// 登记: the meeting was held. `rules` say what its record must hold and how it concludes; `gone` is
    /// what of the agenda was withdrawn meanwhile and gets no result.
    ///
    /// # Errors
    /// [`Refused`] unless called, or when the record is not whole.
    pub fn hold(
        self,
        minutes: Minutes,
        by: By,
        today: Date,
        rules: &Rules<'_>,
        gone: &[RecordId],
    ) -> Result<Self, Refused> {
        if self.state != State::Called {
            return Err(self.state.refuse("登记审定结果"));
        }
        let needed = |field| rules.minutes.contains(&field);
        if minutes.number.trim().is_empty() && needed(MinutesField::Number) {
            return Err(Refused::NoMinutes);
        }
        if today < minutes.on {
            return Err(Refused::Ahead(minutes.on));
        }
        if minutes.attendees.is_empty() && needed(MinutesField::Attendees) {
            return Err(Refused::NoAttendees);
        }
        let present = minutes.attendees.len();
        if let Some(panel) = rules.panel
            && u32::try_from(present).is_ok_and(|present| present < panel.at_least)
        {
            let needed = panel.at_least;
            return Err(Refused::TooFew { present, needed });
        }
        check_opinions(&minutes, needed(MinutesField::Opinions))?;
        let vote = rules
            .panel
            .map_or(PanelVote::Conclusion, |panel| panel.vote);
        for item in &self.agenda {
            if !gone.contains(&item.record) {
                check(item, &minutes, vote)?;
            }
        }
        Ok(Self {
            on: minutes.on,
            state: State::Held { minutes, by },
            ..self
        })
    }

    /// 取消, with a reason.
    ///
    /// # Errors
    /// [`Refused`] unless called, or without a reason.
    pub fn cancel(self, by: By, reason: &str) -> Result<Self, Refused> {
        if self.state != State::Called {
            return Err(self.state.refuse("取消"));
        }
        match reason.trim() {
            "" => Err(Refused::NoCancelReason),
            reason => Ok(Self {
                state: State::Cancelled {
                    by,
                    reason: reason.to_owned(),
                },
                ..self
            }),
        }
    }
}

/// Where opinions are asked for, everybody attending gave one; nobody else ever does.
fn check_opinions(minutes: &Minutes, asked: bool) -> Result<(), Refused> {
    let opinions = &minutes.opinions;
    if let Some(strange) = opinions
        .iter()
        .find(|opinion| !minutes.attendees.contains(&opinion.of))
    {
        return Err(Refused::StrangeOpinion(strange.of.clone()));
    }
    let said = |who: &&String| {
        opinions
            .iter()
            .any(|opinion| opinion.of == **who && !opinion.text.is_empty())
    };
    match minutes.attendees.iter().find(|who| asked && !said(who)) {
        Some(silent) => Err(Refused::NoOpinion(silent.clone())),
        None => Ok(()),
    }
}

/// Is this enough to approve? Of those who could vote, absences and abstentions counting against.
fn carries(vote: PanelVote, yes: u16, voters: usize) -> bool {
    let yes = usize::from(yes);
    match vote {
        PanelVote::Conclusion => true,
        PanelVote::Majority => voters < yes * 2,
        PanelVote::TwoThirds => voters * 2 <= yes * 3,
    }
}

fn check(item: &AgendaItem, minutes: &Minutes, vote: PanelVote) -> Result<(), Refused> {
    let name = || item.name.clone();
    let result = minutes
        .results
        .iter()
        .find(|result| result.record == item.record)
        .ok_or_else(|| Refused::Undecided(name()))?;
    for who in &result.recused {
        if !minutes.attendees.contains(who) {
            return Err(Refused::NotPresent {
                name: name(),
                who: who.clone(),
            });
        }
    }
    let voters = minutes
        .attendees
        .iter()
        .filter(|who| !result.recused.contains(who))
        .count();
    if result.verdict == Verdict::Deferred {
        return Ok(());
    }
    if voters == 0 && !minutes.attendees.is_empty() {
        return Err(Refused::NobodyLeft(name()));
    }
    if let Some(votes) = result.votes {
        let cast = usize::from(votes.yes) + usize::from(votes.no) + usize::from(votes.abstained);
        if voters < cast {
            return Err(Refused::TooManyVotes {
                name: name(),
                votes: cast,
                voters,
            });
        }
    }
    let rule = vote.zh();
    match (&result.verdict, result.votes) {
        (Verdict::NotApproved { reason }, _) if reason.trim().is_empty() => {
            Err(Refused::NoReason(name()))
        }
        (Verdict::Approved, None) if vote != PanelVote::Conclusion => {
            Err(Refused::NoVotes { name: name(), rule })
        }
        (Verdict::Approved, Some(Votes { yes, .. })) if !carries(vote, yes, voters) => {
            Err(Refused::TooFewVotes {
                name: name(),
                yes,
                voters,
                rule,
            })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::AccountId;

    use jiff::Timestamp;
    use jiff::civil::date;
    use uuid::Uuid;

    fn by() -> By {
        By {
            account: AccountId(Uuid::from_u128(1)),
            name: "秘书".into(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn id(n: u128) -> RecordId {
        RecordId(Uuid::from_u128(n))
    }

    fn meeting() -> Meeting {
        let item = |n: u128, heading: &str| AgendaItem {
            matter: Matter::Entry,
            record: id(n),
            number: format!("SQ{n}"),
            name: format!("甲{n}"),
            employer: "示例学院".into(),
            heading: heading.into(),
        };
        Meeting {
            id: id(100),
            pool: PoolId(Uuid::from_u128(2)),
            number: "SD01-2022-0001".into(),
            body: "委员会".into(),
            on: date(2022, 6, 1),
            place: "三楼会议室".into(),
            agenda: vec![
                item(1, "审核通过名单"),
                item(2, "互通遴选名单"),
                item(3, "审核通过名单"),
            ],
            called: by(),
            state: State::Called,
        }
    }

    fn result(n: u128, verdict: Verdict) -> PersonResult {
        PersonResult {
            record: id(n),
            verdict,
            recused: Vec::new(),
            votes: None,
        }
    }

    fn minutes() -> Minutes {
        Minutes {
            number: "纪要〔2022〕3号".into(),
            on: date(2022, 6, 2),
            attendees: vec!["委员甲".into(), "委员乙".into()],
            opinions: Vec::new(),
            results: (1..=3).map(|n| result(n, Verdict::Approved)).collect(),
        }
    }

    /// The station of a shipped pack.
    fn step(pack: &str) -> Step {
        let text = crate::policy::library::shipped(pack).expect("shipped").pack;
        let pack = crate::policy::check(text).expect("sound");
        let step = pack.admission.step(Station::Committee);
        step.expect("the station").clone()
    }

    fn held(minutes: Minutes) -> Result<Meeting, Refused> {
        meeting().hold(
            minutes,
            by(),
            date(2022, 6, 3),
            &Rules::from(&step("dg-2021")),
            &[],
        )
    }

    /// Covers: CY-12-d.
    #[test]
    fn everybody_attending_gives_an_opinion_where_the_pack_asks() {
        let step = step("cy-2021");
        let held = |typed: &str| {
            let one = Minutes {
                opinions: Opinion::read(typed),
                ..minutes()
            };
            meeting().hold(one, by(), date(2022, 6, 3), &Rules::from(&step), &[])
        };
        assert_eq!(held(""), Err(Refused::NoOpinion("委员甲".into())));
        assert_eq!(
            held("委员甲：同意"),
            Err(Refused::NoOpinion("委员乙".into()))
        );
        assert_eq!(
            held("委员甲：同意\n委员乙："),
            Err(Refused::NoOpinion("委员乙".into()))
        );
        assert_eq!(
            held("委员甲：同意\n委员乙:同意\n委员丙：同意"),
            Err(Refused::StrangeOpinion("委员丙".into()))
        );
        let done = held("委员甲：同意，\n其中一人需补证\n委员乙: 同意").expect("whole");
        let State::Held { minutes, .. } = done.state else {
            panic!("held");
        };
        assert_eq!(minutes.opinions[0].text, "同意，\n其中一人需补证");
    }

    #[test]
    fn a_panel_concludes_the_way_its_pack_says() {
        let held = |vote, at_least, votes: Option<(u16, u16)>| {
            let step = Step {
                panel: Some(Panel { at_least, vote }),
                ..step("dg-2021")
            };
            let mut one = minutes();
            for result in &mut one.results {
                result.votes = votes.map(|(yes, no)| Votes {
                    yes,
                    no,
                    abstained: 0,
                });
            }
            let done = meeting().hold(one, by(), date(2022, 6, 3), &Rules::from(&step), &[]);
            done.map(drop)
        };
        assert!(held(PanelVote::Conclusion, 2, None).is_ok());
        let few = Refused::TooFew {
            present: 2,
            needed: 3,
        };
        assert_eq!(held(PanelVote::Conclusion, 3, None), Err(few));
        let silent = held(PanelVote::Majority, 1, None);
        assert!(matches!(silent, Err(Refused::NoVotes { .. })));
        let half = held(PanelVote::Majority, 1, Some((1, 1)));
        assert!(matches!(half, Err(Refused::TooFewVotes { .. })));
        assert!(held(PanelVote::Majority, 1, Some((2, 0))).is_ok());
        assert!(held(PanelVote::TwoThirds, 1, Some((2, 0))).is_ok());
        assert!(!carries(PanelVote::TwoThirds, 1, 2));
        assert!(carries(PanelVote::TwoThirds, 2, 3));
    }

    /// Covers: DG-7-2-b.
    #[test]
    fn the_agenda_stands_under_the_headings_of_the_pack() {
        let meeting = meeting();
        let headings: Vec<(&str, usize)> = meeting
            .headings()
            .into_iter()
            .map(|(heading, items)| (heading, items.len()))
            .collect();
        assert_eq!(headings, [("审核通过名单", 2), ("互通遴选名单", 1)]);
    }

    /// Covers: DG-7-2-a, DG-7-2-b.
    #[test]
    fn a_record_is_whole_or_not_taken() {
        assert!(held(minutes()).is_ok());
        type Spoil = fn(&mut Minutes);
        let spoilt: [(Spoil, Refused); 8] = [
            (|one| one.number = " ".into(), Refused::NoMinutes),
            (|one| one.attendees.clear(), Refused::NoAttendees),
            (
                |one| one.on = date(2022, 6, 4),
                Refused::Ahead(date(2022, 6, 4)),
            ),
            (
                |one| drop(one.results.remove(1)),
                Refused::Undecided("甲2".into()),
            ),
            (
                |one| one.results[0].verdict = Verdict::NotApproved { reason: " ".into() },
                Refused::NoReason("甲1".into()),
            ),
            (
                |one| one.results[0].recused = vec!["委员丙".into()],
                Refused::NotPresent {
                    name: "甲1".into(),
                    who: "委员丙".into(),
                },
            ),
            (
                |one| one.results[2].recused = one.attendees.clone(),
                Refused::NobodyLeft("甲3".into()),
            ),
            (
                |one| {
                    one.results[0].recused = vec!["委员甲".into()];
                    one.results[0].votes = Some(Votes {
                        yes: 2,
                        no: 0,
                        abstained: 0,
                    });
                },
                Refused::TooManyVotes {
                    name: "甲1".into(),
                    votes: 2,
                    voters: 1,
                },
            ),
        ];
        for (spoil, refused) in spoilt {
            let mut one = minutes();
            spoil(&mut one);
            assert_eq!(held(one), Err(refused));
        }
    }

    #[test]
    fn whoever_withdrew_needs_no_result_and_all_recused_may_be_deferred() {
        let mut two = minutes();
        two.results.remove(1);
        let held = meeting().hold(
            two,
            by(),
            date(2022, 6, 3),
            &Rules::from(&step("dg-2021")),
            &[id(2)],
        );
        assert!(held.is_ok());
        let mut deferred = minutes();
        deferred.results[0].verdict = Verdict::Deferred;
        deferred.results[0].recused = deferred.attendees.clone();
        assert!(super::tests::held(deferred).is_ok());
    }

    #[test]
    fn a_meeting_is_held_once_or_cancelled_with_a_reason() {
        let done = held(minutes()).expect("whole");
        let again = done.clone().hold(
            minutes(),
            by(),
            date(2022, 6, 3),
            &Rules::from(&step("dg-2021")),
            &[],
        );
        assert!(matches!(again, Err(Refused::WrongState { .. })));
        assert!(done.cancel(by(), "改期").is_err());
        assert_eq!(meeting().cancel(by(), " "), Err(Refused::NoCancelReason));
        let cancelled = meeting().cancel(by(), "改期").expect("called");
        assert_eq!(cancelled.state.code(), "cancelled");
    }
}
