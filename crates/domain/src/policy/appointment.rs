//! Appointments for a term or for one task, and what may still be done with them (CY 第三条, 第十三条).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::pack::{Pack, RenewalTimes, TermMode};
use super::term;
use super::words::words;
use crate::expert::Term;

words! {
    /// Where an appointment stands on a day.
    Currency {
        /// Not yet begun.
        NotYet = "not_yet", "聘期未开始";
        /// It runs.
        Active = "active", "聘期内";
        /// It is over.
        Lapsed = "lapsed", "已到期";
    }
}

/// One appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Appointment {
    /// For a term, renewed so often.
    Term {
        /// First and last day.
        term: Term,
        /// Renewals before it.
        #[serde(default)]
        renewals: u32,
    },
    /// 一次性聘用: for one task.
    OneOff {
        /// The task, by any stable text.
        task: String,
        /// First day.
        from: Date,
        /// Day on which the task was closed.
        #[serde(default)]
        closed: Option<Date>,
    },
}

impl Appointment {
    /// Where it stands on a day. A one-off appointment is over on the very day its task is closed.
    pub fn on(&self, on: Date) -> Currency {
        let (from, over) = match self {
            Self::Term { term, .. } => (term.from, on > term.to),
            Self::OneOff { from, closed, .. } => (*from, closed.is_some_and(|day| day <= on)),
        };
        match (on < from, over) {
            (true, _) => Currency::NotYet,
            (false, true) => Currency::Lapsed,
            (false, false) => Currency::Active,
        }
    }

    /// May the person be chosen for a task on a day?
    pub fn serves(&self, task: &str, on: Date) -> bool {
        self.on(on) == Currency::Active
            && match self {
                Self::Term { .. } => true,
                Self::OneOff { task: own, .. } => own == task,
            }
    }

    /// May it be renewed, as far as its kind and the number of renewals go?
    pub fn renewable(&self, pack: &Pack) -> bool {
        match (self, &pack.admission.renewal) {
            (Self::OneOff { .. }, _) | (_, None) => false,
            (Self::Term { renewals, .. }, Some(rules)) => match rules.times {
                RenewalTimes::Unlimited => true,
                RenewalTimes::Once => *renewals < 1,
                RenewalTimes::Twice => *renewals < 2,
            },
        }
    }

    /// Does a certificate go with it, and is that certificate valid on a day?
    pub fn certified(&self, pack: &Pack, on: Date) -> bool {
        let issued = pack.admission.certificate.is_some()
            && match (self, pack.admission.term.one_off) {
                (Self::Term { .. }, _) => true,
                (Self::OneOff { .. }, Some(rules)) => rules.certificate,
                (Self::OneOff { .. }, None) => false,
            };
        issued && self.on(on) == Currency::Active
    }

    /// May such an appointment be made under this pack at all? A term must be one the pack allows;
    /// where terms are only bounded above, any shorter one is.
    pub fn allowed(&self, pack: &Pack) -> bool {
        match self {
            Self::OneOff { .. } => pack.admission.term.one_off.is_some(),
            Self::Term { term, .. } => {
                let full = term::first(pack, term.from, None, None).to;
                match pack.admission.term.mode {
                    TermMode::Fixed => term.to == full,
                    TermMode::Max | TermMode::Cohort => term.from <= term.to && term.to <= full,
                }
            }
        }
    }
}
