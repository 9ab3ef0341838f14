//! 聘书: what an appointed expert holds in the hand, and what anybody may ask of it: valid, expired,
//! revoked. The number is kept for ever; a lost one is issued again under the same number.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use crate::application::By;
use crate::expert::Term;
use crate::id::{ExpertId, PoolId, RecordId};

/// Whether it counts at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// 有效
    InForce,
    /// 已注销
    Revoked {
        /// By whom.
        by: By,
        /// On which day.
        on: Date,
        /// Why.
        reason: String,
    },
}

/// What anybody is told of it on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// 有效
    Valid,
    /// 聘期未开始
    NotYet,
    /// 已到期
    Expired,
    /// 已失效: the membership ended before its term did.
    Ended,
    /// 已注销
    Revoked,
}

impl Standing {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::NotYet => "not_yet",
            Self::Expired => "expired",
            Self::Ended => "ended",
            Self::Revoked => "revoked",
        }
    }

    /// The word users see.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Valid => "有效",
            Self::NotYet => "聘期未开始",
            Self::Expired => "已到期",
            Self::Ended => "已失效",
            Self::Revoked => "已注销",
        }
    }
}

/// What a certificate shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// 姓名
    Name,
    /// 编号
    Number,
    /// 照片
    Photo,
    /// What the expert is appointed for: specialties.
    Specialties,
    /// What the expert is appointed as: the value of the list `category` the application rests on.
    Range,
    /// The groups the expert serves in: values of the axis `duty`.
    Duties,
    /// 队伍
    Team,
    /// 届别
    Cohort,
    /// First and last day.
    Term,
    /// Whoever issues it.
    Authority,
}

impl Detail {
    const ALL: [(&'static str, Self); 12] = [
        ("姓名", Self::Name),
        ("编号", Self::Number),
        ("照片", Self::Photo),
        ("专业领域", Self::Specialties),
        ("任用范围", Self::Range),
        ("专家组", Self::Duties),
        ("队伍", Self::Team),
        ("届别", Self::Cohort),
        ("聘期", Self::Term),
        ("任期", Self::Term),
        ("有效期", Self::Term),
        ("发证部门", Self::Authority),
    ];

    /// The names packs may use, in the order officials read them.
    pub const NAMES: [&'static str; 12] = {
        let mut names = [""; 12];
        let mut place = 0;
        while place < names.len() {
            names[place] = Self::ALL[place].0;
            place += 1;
        }
        names
    };

    /// What a pack means by a name.
    pub fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, detail)| *detail)
    }
}

/// 补发: the paper was lost or spoilt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reissue {
    /// By whom, when.
    pub by: By,
    /// Why.
    pub reason: String,
}

/// Why a step is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It counts no more.
    #[error("聘书 {0} 已注销，不能再补发或注销。请核对编号。")]
    Revoked(String),
    /// Its holder left the pool.
    #[error("聘书 {0} 已随专家出库失效，不能再补发。请核对编号。")]
    Ended(String),
    /// A reason is missing.
    #[error("没有写明理由。理由会留痕，请写明后再提交。")]
    NoReason,
}

/// One certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Identifier.
    pub id: RecordId,
    /// The pool.
    pub pool: PoolId,
    /// Number by the pattern of the pack.
    pub number: String,
    /// 核验码: what the square code leads to. Random, so that nobody finds a certificate by counting.
    pub code: String,
    /// What the pack calls it.
    pub title: String,
    /// The membership.
    pub expert: ExpertId,
    /// 姓名
    pub name: String,
    /// 专业领域
    pub specialties: Vec<String>,
    /// What else the pack has it show, by its name, as it stood on the day it was issued.
    #[serde(default)]
    pub shown: Vec<(String, String)>,
    /// 聘期
    pub term: Term,
    /// Day it was issued.
    pub issued_on: Date,
    /// The application it ends.
    pub application: Option<RecordId>,
    /// The certificate of the term before, where this one renews it.
    #[serde(default)]
    pub renews: Option<RecordId>,
    /// Issued again so often, each time with a reason.
    #[serde(default)]
    pub reissued: Vec<Reissue>,
    /// 失效: the day its holder left the pool before the term was over; it does not count again when the
    /// holder comes back.
    #[serde(default)]
    pub ended: Option<Date>,
    /// Whether it counts at all.
    pub state: State,
}

impl Certificate {
    /// What holds on a day.
    pub fn standing(&self, day: Date) -> Standing {
        match &self.state {
            State::Revoked { .. } => Standing::Revoked,
            State::InForce if self.ended.is_some_and(|on| on <= day) => Standing::Ended,
            State::InForce if self.term.covers(day) => Standing::Valid,
            State::InForce if day < self.term.from => Standing::NotYet,
            State::InForce => Standing::Expired,
        }
    }

    /// What holds on a day, and from which day on it counts no more, where that day has come; `left` is
    /// the day on which the membership ended before its time, if it did (rosters of old bring people who
    /// left without a case).
    pub fn checked(&self, left: Option<Date>, day: Date) -> (Standing, Option<Date>) {
        let left = self.ended.or(left);
        let left = left.filter(|on| *on <= day && *on <= self.term.to);
        let over = || self.term.to.tomorrow().ok();
        match (&self.state, self.standing(day), left) {
            (State::Revoked { on, .. }, standing, _) => (standing, Some(*on)),
            (State::InForce, _, Some(on)) => (Standing::Ended, Some(on)),
            (State::InForce, Standing::Expired, None) => (Standing::Expired, over()),
            (State::InForce, standing, None) => (standing, None),
        }
    }

    fn reasoned(&self, reason: &str) -> Result<String, Refused> {
        match (&self.state, reason.trim()) {
            (State::Revoked { .. }, _) => Err(Refused::Revoked(self.number.clone())),
            (State::InForce, "") => Err(Refused::NoReason),
            (State::InForce, reason) => Ok(reason.to_owned()),
        }
    }

    /// 失效: its holder leaves the pool on this day. The same where its term was over by then.
    #[must_use]
    pub fn end(self, on: Date) -> Self {
        let counts = self.state == State::InForce && on <= self.term.to;
        Self {
            ended: self.ended.or(counts.then_some(on)),
            ..self
        }
    }

    /// 补发 under the same number.
    ///
    /// # Errors
    /// [`Refused`] once revoked or ended, or without a reason.
    pub fn reissue(mut self, by: By, reason: &str) -> Result<Self, Refused> {
        let reason = self.reasoned(reason)?;
        if self.ended.is_some() {
            return Err(Refused::Ended(self.number));
        }
        self.reissued.push(Reissue { by, reason });
        Ok(self)
    }

    /// 注销.
    ///
    /// # Errors
    /// [`Refused`] once revoked, or without a reason.
    pub fn revoke(mut self, by: By, on: Date, reason: &str) -> Result<Self, Refused> {
        let reason = self.reasoned(reason)?;
        self.state = State::Revoked { by, on, reason };
        Ok(self)
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
            name: "经办".into(),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn certificate() -> Certificate {
        Certificate {
            id: RecordId(Uuid::from_u128(1)),
            pool: PoolId(Uuid::from_u128(2)),
            number: "DG20220001".into(),
            code: "ABCD".into(),
            title: "聘书".into(),
            expert: ExpertId(Uuid::from_u128(3)),
            name: "何申甲".into(),
            specialties: vec!["焊接".into()],
            shown: Vec::new(),
            term: Term {
                from: date(2022, 6, 10),
                to: date(2025, 6, 9),
            },
            issued_on: date(2022, 6, 10),
            application: None,
            renews: None,
            reissued: Vec::new(),
            ended: None,
            state: State::InForce,
        }
    }

    #[test]
    fn it_is_valid_from_the_first_to_the_last_day_of_its_term() {
        let one = certificate();
        for (day, standing) in [
            (date(2022, 6, 9), Standing::NotYet),
            (date(2022, 6, 10), Standing::Valid),
            (date(2025, 6, 9), Standing::Valid),
            (date(2025, 6, 10), Standing::Expired),
        ] {
            assert_eq!(one.standing(day), standing, "{day}");
        }
        let revoked = one
            .revoke(by(), date(2023, 1, 1), "本人申请")
            .expect("in force");
        assert_eq!(revoked.standing(date(2022, 7, 1)), Standing::Revoked);
    }

    /// Covers: CY-13-b.
    #[test]
    fn it_counts_no_more_from_the_day_the_membership_ended() {
        let one = certificate();
        let left = Some(date(2023, 4, 5));
        assert_eq!(one.checked(left, date(2023, 4, 4)), (Standing::Valid, None));
        assert_eq!(one.checked(left, date(2023, 4, 5)), (Standing::Ended, left));
        assert_eq!(
            one.checked(None, date(2025, 6, 10)),
            (Standing::Expired, Some(date(2025, 6, 10)))
        );
        // Somebody who left in a later term had served this one to its end.
        assert_eq!(
            one.checked(Some(date(2026, 1, 1)), date(2026, 2, 1)),
            (Standing::Expired, Some(date(2025, 6, 10)))
        );
    }

    /// Covers: JM-12-0.
    #[test]
    fn whose_holder_left_counts_no_more_even_when_the_holder_comes_back() {
        let on = date(2023, 4, 5);
        let ended = certificate().end(on);
        assert_eq!(ended.standing(date(2023, 4, 4)), Standing::Valid);
        assert_eq!(ended.standing(on), Standing::Ended);
        assert_eq!(ended.checked(None, on), (Standing::Ended, Some(on)));
        // Whoever leaves again ends the certificate of that time, not this one.
        assert_eq!(ended.clone().end(date(2024, 1, 1)), ended);
        let refused = Err(Refused::Ended("DG20220001".into()));
        assert_eq!(ended.reissue(by(), "遗失"), refused);
        assert_eq!(certificate().end(date(2025, 6, 10)), certificate());
    }

    /// Covers: DG-7-4-a.
    #[test]
    fn a_reissue_keeps_the_number_and_a_revoked_one_stays_revoked() {
        assert_eq!(certificate().reissue(by(), " "), Err(Refused::NoReason));
        let again = certificate().reissue(by(), "遗失").expect("in force");
        assert_eq!(
            (again.number.as_str(), again.reissued.len()),
            ("DG20220001", 1)
        );
        let revoked = again
            .revoke(by(), date(2023, 1, 1), "解聘")
            .expect("in force");
        let refused = Err(Refused::Revoked("DG20220001".into()));
        assert_eq!(revoked.clone().reissue(by(), "遗失"), refused);
        assert_eq!(revoked.revoke(by(), date(2023, 1, 2), "再注销"), refused);
    }
}
