//! 公示: its last day, what becomes of an objection, and who may be appointed afterwards (JM
//! 第七条(四)(五); A-JM-1, A-JM-16).

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use super::pack::{LateObjection, PublicNotice, Roll};
use super::words::words;
use crate::calendar::{Answer, Calendar};
use crate::period::Duration;

words! {
    /// Where an objection stands.
    ObjectionState {
        /// 核实中
        Open = "open", "核实中";
        /// 成立
        Upheld = "upheld", "成立";
        /// 不成立
        Dismissed = "dismissed", "不成立";
    }
    /// What the notice means for one person on its list.
    Candidate {
        /// Its last day is not over.
        NotOver = "not_over", "公示期未满";
        /// An objection is being verified; the others go on.
        Held = "held", "异议核实中";
        /// An objection was upheld: not in this round.
        Barred = "barred", "异议成立，本次不予任用";
        /// Nothing stands in the way.
        Clear = "clear", "公示无异议";
    }
    /// What becomes of an objection when it comes in.
    Receipt {
        /// It holds up the person it is about.
        Admitted = "admitted", "受理";
        /// It names nobody although it must.
        Anonymous = "anonymous", "须署名";
        /// It names no fact that could be verified.
        NoFact = "no_fact", "须写明具体事实";
        /// Too late, and no longer taken.
        Refused = "refused", "公示期已满，不再受理";
        /// Too late for the notice; taken as a tip-off, which holds up nobody.
        TipOff = "tip_off", "公示期已满，转作举报";
    }
}

/// An objection to one person that was admitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// Day it came in.
    pub on: Date,
    /// Where it stands.
    pub state: ObjectionState,
}

/// The last day of a notice published on a day. Objections are taken until its end.
pub fn last_day(notice: &PublicNotice, published: Date, calendar: &Calendar) -> Answer<Date> {
    // Of a length in working days, the first day is one only if it is worked.
    let counts = notice.first_day_counts;
    let still = match notice.length {
        Duration::Days(days) if counts => Duration::Days(days.saturating_sub(1)),
        Duration::WorkingDays(days) if counts && calendar.is_workday(published).value => {
            Duration::WorkingDays(days.saturating_sub(1))
        }
        length => length,
    };
    let last = still
        .after(published.to_datetime(Time::midnight()), calendar)
        .map(|moment| moment.date());
    match notice.roll {
        Roll::None => last,
        Roll::NextWorkday => {
            let mut rolled = calendar.roll(last.value);
            rolled.assumed_years.extend(last.assumed_years);
            rolled
        }
    }
}

/// What becomes of an objection that comes in on a day.
pub fn receive(
    notice: &PublicNotice,
    last_day: Date,
    on: Date,
    signed: bool,
    fact: bool,
) -> Receipt {
    if on > last_day {
        return match notice.late {
            LateObjection::Refuse => Receipt::Refused,
            LateObjection::TipOff => Receipt::TipOff,
        };
    }
    if !signed && !notice.anonymous_objection {
        Receipt::Anonymous
    } else if !fact && notice.objection_needs_fact {
        Receipt::NoFact
    } else {
        Receipt::Admitted
    }
}

/// What the notice means on a day for somebody with these objections. Those that came in after the
/// last day hold up nobody.
pub fn candidate(last_day: Date, objections: &[Objection], on: Date) -> Candidate {
    let in_time = |objection: &Objection| objection.on <= last_day && objection.on <= on;
    let any = |state: ObjectionState| objections.iter().any(|o| in_time(o) && o.state == state);
    if any(ObjectionState::Upheld) {
        Candidate::Barred
    } else if any(ObjectionState::Open) {
        Candidate::Held
    } else if on <= last_day {
        Candidate::NotOver
    } else {
        Candidate::Clear
    }
}
