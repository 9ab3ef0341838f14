//! 定期更新: how many joined, left and remain in a period (JM 第十四条).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::pack::RegisterPeriod;
use super::words::words;

words! {
    /// What happened to the list of experts.
    Change {
        /// 新增
        Joined = "joined", "新增";
        /// 退出
        Left = "left", "退出";
    }
}

/// One change of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// When.
    pub on: Date,
    /// What.
    pub what: Change,
}

/// The count of one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Joined in it.
    pub joined: usize,
    /// Left in it.
    pub left: usize,
    /// On the list at its end.
    pub held: usize,
}

/// First and last day of the period a day lies in.
pub fn period(every: RegisterPeriod, day: Date) -> (Date, Date) {
    let months = match every {
        RegisterPeriod::Month => 1,
        RegisterPeriod::Quarter => 3,
        RegisterPeriod::HalfYear => 6,
        RegisterPeriod::Year => 12,
    };
    let first = (day.month() - 1) / months * months + 1;
    let from = Date::new(day.year(), first, 1).unwrap_or(day);
    let to =
        Date::new(day.year(), first + months - 1, 1).map_or(day, |month| month.last_of_month());
    (from, to)
}

/// The last period that is over on a day.
pub fn last_whole(every: RegisterPeriod, day: Date) -> (Date, Date) {
    let (from, _) = period(every, day);
    period(every, from.yesterday().unwrap_or(from))
}

/// The count of the period a day lies in, from every change there ever was.
pub fn summary(every: RegisterPeriod, changes: &[Changed], day: Date) -> Summary {
    let (from, to) = period(every, day);
    let count = |what: Change, from: Date| {
        let counted = changes
            .iter()
            .filter(|c| c.what == what && from <= c.on && c.on <= to);
        counted.count()
    };
    Summary {
        from,
        to,
        joined: count(Change::Joined, from),
        left: count(Change::Left, from),
        held: count(Change::Joined, Date::MIN).saturating_sub(count(Change::Left, Date::MIN)),
    }
}
