//! 半天: the slots a day is cut into for scheduling and pay.

use jiff::civil::{Date, DateTime, Time, time};
use serde::{Deserialize, Serialize};

/// Part of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// 上午
    Morning,
    /// 下午
    Afternoon,
    /// 晚间
    Evening,
}

impl Slot {
    /// All slots of a day, in order.
    pub const ALL: [Self; 3] = [Self::Morning, Self::Afternoon, Self::Evening];

    /// 上午, 下午, 晚间.
    pub fn label(self) -> &'static str {
        match self {
            Self::Morning => "上午",
            Self::Afternoon => "下午",
            Self::Evening => "晚间",
        }
    }
}

/// One slot of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HalfDay {
    /// The day.
    pub date: Date,
    /// The part of it.
    pub slot: Slot,
}

/// Where a pack cuts the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct SlotClock {
    /// End of the morning; belongs to it.
    pub morning_until: Time,
    /// End of the afternoon; belongs to it.
    pub afternoon_until: Time,
    /// Minutes of presence that make a slot count.
    pub min_minutes: u16,
}

impl Default for SlotClock {
    fn default() -> Self {
        Self {
            morning_until: time(12, 30, 0, 0),
            afternoon_until: time(18, 0, 0, 0),
            min_minutes: 1,
        }
    }
}

impl SlotClock {
    /// The end of a slot; it belongs to the slot.
    pub fn end_of(self, half: HalfDay) -> DateTime {
        match half.slot {
            Slot::Morning => half.date.to_datetime(self.morning_until),
            Slot::Afternoon => half.date.to_datetime(self.afternoon_until),
            Slot::Evening => midnight_after(half.date),
        }
    }

    /// The slot in which a moment lies.
    pub fn of(self, moment: DateTime) -> HalfDay {
        let slot = match moment.time() {
            time if time <= self.morning_until => Slot::Morning,
            time if time <= self.afternoon_until => Slot::Afternoon,
            _ => Slot::Evening,
        };
        HalfDay {
            date: moment.date(),
            slot,
        }
    }

    /// The slots in which somebody present from `from` until `until` spent at least `min_minutes`,
    /// in order. Empty when `until` is not after `from`, or more than 366 days after.
    pub fn touched(self, from: DateTime, until: DateTime) -> Vec<HalfDay> {
        let mut touched = Vec::new();
        let days = from.date().series(jiff::Span::new().days(1)).take(367);
        for date in days.take_while(|date| *date <= until.date()) {
            let cuts = [
                date.to_datetime(Time::midnight()),
                date.to_datetime(self.morning_until),
                date.to_datetime(self.afternoon_until),
                midnight_after(date),
            ];
            for (slot, cut) in Slot::ALL.into_iter().zip(cuts.windows(2)) {
                let (begin, end) = (from.max(cut[0]), until.min(cut[1]));
                let minutes = begin.duration_until(end).as_mins();
                if begin < end && minutes >= i64::from(self.min_minutes) {
                    touched.push(HalfDay { date, slot });
                }
            }
        }
        touched
    }
}

fn midnight_after(date: Date) -> DateTime {
    date.tomorrow()
        .map_or(DateTime::MAX, |next| next.to_datetime(Time::midnight()))
}
