//! 劳务费 and 预算.

use jiff::civil::Date;
use serde::Serialize;

use super::{Bound, Condition, Situation};
use crate::actor::Role;
use crate::half_day::SlotClock;
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
    /// Which amount of a range is proposed (A-CY-5).
    FeePick {
        /// 下限; whoever settles may choose another inside the range.
        Least = "least", "下限";
        /// 上限; whoever settles may choose another inside the range.
        Most = "most", "上限";
        /// None: whoever settles chooses.
        Chosen = "chosen", "由经办选定";
    }
    /// What is looked for before money goes out (CY 第二十六条).
    FeeCheck {
        /// The same person twice in one half-day.
        SameSlot = "same_slot", "同一半天重复";
        /// An amount outside the range.
        OutOfRange = "out_of_range", "金额超出标准";
        /// Paid without a report.
        NoReport = "no_report", "没有工作成果";
    }
    /// Where a person's part in a task stands when it is settled.
    Participation {
        /// 已完成
        Completed = "completed", "已完成";
        /// 没有提交评审意见或检查情况
        Unreported = "unreported", "未提交工作成果";
        /// 缺席
        Absent = "absent", "缺席";
        /// 请假
        OnLeave = "on_leave", "请假";
        /// 回避
        Recused = "recused", "回避";
    }
    /// Of which whole a line is a share (A-CY-4).
    ShareOver {
        /// All holders together; each holder above it is only told.
        Whole = "whole", "全库合计";
        /// Each holder alone.
        Holder = "holder", "各部门分别";
    }
    /// Against which total a share is measured (A-CY-4).
    ShareBase {
        /// 预算总额
        Planned = "planned", "预算总额";
        /// 实际支出
        Spent = "spent", "实际支出总额";
    }
    /// What becomes of a begun class hour (A-JM-5).
    UnitRounding {
        /// 舍去
        Down = "down", "不足一学时不计";
        /// 进一
        Up = "up", "不足一学时按一学时计";
    }
    /// Is work paid for that a pack does not list?
    Otherwise {
        /// When somebody says why (等).
        WithReason = "with_reason", "写明理由方可";
        /// Not at all.
        Never = "never", "不给付";
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
    /// The work that is paid for; empty = all.
    pub when: Vec<Condition>,
    /// What becomes of other work.
    pub otherwise: Otherwise,
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
    /// Flags of persons before whose payment the officer is warned (A-G-20).
    pub warned_flags: Vec<String>,
    /// Amount proposed where a row gives a range.
    pub pick: FeePick,
    /// Where the day is cut, for rows by the half-day; `None` = not said.
    pub half_day: Option<HalfDayRule>,
    /// Steps of a payment in order; no two steps in a row by one hand.
    pub steps: Vec<PayStep>,
    /// What is looked for before every payment.
    pub checks: Vec<FeeCheck>,
    /// Later tables, each replacing the whole one before it from its day on (CY 第二十五条), by day.
    pub revisions: Vec<FeeRevision>,
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

/// 半天: where the day is cut, and how many count a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HalfDayRule {
    /// Cuts and least presence.
    pub clock: SlotClock,
    /// More half-days of one day than this need a reason; `None` = no limit.
    pub per_day: Option<u32>,
}

/// 办理环节 of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PayStep {
    /// Name.
    pub label: String,
    /// Party.
    pub by: String,
    /// Role of that party that acts; `None` = any.
    pub role: Option<Role>,
}

/// A table that replaces the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeeRevision {
    /// First day of work it is for.
    pub since: Date,
    /// Document that adjusts the figures.
    pub basis: String,
    /// The whole new table.
    pub rows: Vec<FeeRow>,
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeeRow {
    /// Id, where something refers to the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// How the table calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
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
    /// Another document the figure rests on, as the voucher prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
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
    /// Parties each of which has a budget of its own and pays from no other (CY 第五条); empty = one
    /// budget.
    pub held_by: Vec<String>,
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

/// A share of the whole, and of which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Share {
    /// In hundredths.
    pub bound: Bound,
    /// Of whose total.
    pub over: ShareOver,
    /// Of which total.
    pub base: ShareBase,
}

/// One line of a budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BudgetLine {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// At most so many hundredths of the whole.
    pub percent_of_total: Option<Share>,
    /// What the line may be spent on; empty = not said.
    pub purposes: Vec<String>,
    /// Every charge names a task and the person paid.
    pub per_task: bool,
    /// Where.
    pub citation: Citation,
}
