//! 劳务费 and 预算.

use serde::Serialize;

use super::{Bound, Condition, Situation};
use crate::money::Fen;
use crate::policy::citation::Citation;
use crate::policy::words::words;

words! {
    /// What one fee row is paid for.
    FeeUnit {
        /// 半天
        HalfDay = "half_day", "半天";
        /// 学时
        ClassHour = "class_hour", "学时";
        /// 天
        Day = "day", "天";
        /// 次
        Task = "task", "次";
    }
    /// Before or after tax (A-G-8).
    TaxBasis {
        /// 税前
        Gross = "gross", "税前";
        /// 税后
        Net = "net", "税后";
        /// The text does not say.
        Unspecified = "unspecified", "未规定";
    }
    /// What to do while no table is filled in.
    WhenEmpty {
        /// No payment.
        Block = "block", "不得支付";
        /// No payment without an amount typed in together with its basis.
        ManualWithBasis = "manual_with_basis", "须录入金额及依据";
    }
    /// Two tasks of one person in one half-day (A-G-7).
    SameSlot {
        /// Paid once.
        Once = "once", "只计一次";
        /// Each.
        Each = "each", "分别计";
    }
    /// What becomes of a begun class hour (A-JM-5).
    UnitRounding {
        /// 舍去
        Down = "down", "不足一学时不计";
        /// 进一
        Up = "up", "不足一学时按一学时计";
    }
    /// When a budget is asked for.
    BudgetPer {
        /// Calendar year.
        CalendarYear = "calendar_year", "年度";
        /// Cycle of a programme.
        Cycle = "cycle", "项目周期";
    }
}

/// 劳务报酬
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeeRules {
    /// Party that pays.
    pub payer: String,
    /// Only work done is paid.
    pub only_completed: bool,
    /// Items (劳务费, 交通费, 工作餐费).
    pub items: Vec<FeeItem>,
    /// Rows of the table; empty where the text gives no figures.
    pub rows: Vec<FeeRow>,
    /// Document that gives the figures, where the text does not.
    pub standard: Option<String>,
    /// While there are no rows.
    pub when_empty: WhenEmpty,
    /// Before or after tax.
    pub tax: TaxBasis,
    /// Two tasks in one half-day.
    pub same_slot: SameSlot,
    /// Flags of persons who are not paid (公务员).
    pub excluded_flags: Vec<String>,
    /// Sources of the money; where there are any, a payment names one its payer may draw on.
    pub funds: Vec<Fund>,
    /// How class hours are counted, for rows paid by them.
    pub class_hour: Option<ClassHour>,
    /// Where.
    pub citation: Citation,
}

/// A source of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fund {
    /// Name.
    pub label: String,
    /// For these payers only (A-JM-13).
    pub when: Vec<Condition>,
}

/// 学时
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ClassHour {
    /// Minutes of one.
    pub minutes: u32,
    /// What becomes of a begun one.
    pub rounding: UnitRounding,
}

impl ClassHour {
    /// Class hours in so many minutes of work.
    pub const fn of(self, minutes: u32) -> u32 {
        match self.rounding {
            UnitRounding::Down => minutes / self.minutes,
            UnitRounding::Up => minutes.div_ceil(self.minutes),
        }
    }
}

impl FeeRules {
    /// The sources a payer may draw on.
    pub fn funds_for(&self, situation: &Situation) -> impl Iterator<Item = &Fund> {
        self.funds
            .iter()
            .filter(|fund| situation.meets(&fund.when) == Some(true))
    }
}

/// One item of a fee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeeItem {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// Where.
    pub citation: Citation,
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeeRow {
    /// Item it belongs to.
    pub item: String,
    /// For what.
    pub when: Vec<Condition>,
    /// Per what.
    pub unit: FeeUnit,
    /// Least amount.
    pub from: Fen,
    /// Greatest amount; equal to `from` for a fixed rate.
    pub to: Fen,
    /// At most so many units in a half-day.
    pub cap_per_half_day: Option<u32>,
    /// Where.
    pub citation: Citation,
}

/// 预算
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BudgetRules {
    /// Asked of these payers only.
    pub when: Vec<Condition>,
    /// For which time.
    pub per: BudgetPer,
    /// Lines.
    pub lines: Vec<BudgetLine>,
    /// Floor of the whole.
    pub floor: Option<Fen>,
    /// Ceiling per head.
    pub per_head_at_most: Option<Fen>,
    /// What it may be spent on; empty = not said.
    pub purposes: Vec<String>,
    /// Where.
    pub citation: Citation,
}

/// One line of a budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BudgetLine {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// At most so many hundredths of the whole.
    pub percent_of_total: Option<Bound>,
    /// Where.
    pub citation: Citation,
}
