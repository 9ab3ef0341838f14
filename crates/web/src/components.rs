//! What the component macros of `templates/components/ui.html` take: plain values that say what is to be shown,
//! never how. A page fills them, a macro draws them.

use std::fmt::Write as _;

/// The shape that goes with a status word, so that colour never works alone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shape {
    /// Full circle: in order.
    Good,
    /// Half circle: waiting for somebody.
    Waiting,
    /// Square: stopped or failed.
    Stopped,
    /// Ring: not started.
    Idle,
    /// Blue circle: in progress, nothing to do.
    Notice,
}

impl Shape {
    /// The style class.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Good => "",
            Self::Waiting => "half",
            Self::Stopped => "sq",
            Self::Idle => "ring",
            Self::Notice => "blue",
        }
    }
}

/// Shape and word.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Status {
    /// The shape.
    pub shape: Shape,
    /// The word in full, such as 待答复，剩 1 小时 12 分.
    pub word: String,
}

impl Status {
    /// In order.
    pub fn good(word: impl Into<String>) -> Self {
        Self {
            shape: Shape::Good,
            word: word.into(),
        }
    }
    /// Waiting for somebody.
    pub fn waiting(word: impl Into<String>) -> Self {
        Self {
            shape: Shape::Waiting,
            word: word.into(),
        }
    }
    /// Stopped or failed.
    pub fn stopped(word: impl Into<String>) -> Self {
        Self {
            shape: Shape::Stopped,
            word: word.into(),
        }
    }
    /// Not started.
    pub fn idle(word: impl Into<String>) -> Self {
        Self {
            shape: Shape::Idle,
            word: word.into(),
        }
    }
    /// In progress, nothing to do.
    pub fn notice(word: impl Into<String>) -> Self {
        Self {
            shape: Shape::Notice,
            word: word.into(),
        }
    }
}

/// The tone of a tag, note or banner.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Tone {
    /// No meaning beyond the word.
    #[default]
    Plain,
    /// Confirmed by the system.
    Good,
    /// Waiting, or worth a look.
    Warn,
    /// Overdue, failed, stopped.
    Bad,
    /// Where I am, what can be pressed.
    Primary,
}

impl Tone {
    /// The style class.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Good => "ok",
            Self::Warn => "warn",
            Self::Bad => "red",
            Self::Primary => "pri",
        }
    }
    /// The style class of text in this tone.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Plain | Self::Primary => "",
            Self::Good => "tg",
            Self::Warn => "tw",
            Self::Bad => "tr",
        }
    }
}

/// A link with its words.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Link {
    /// The words.
    pub label: String,
    /// The address.
    pub href: String,
}

impl Link {
    /// A link.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
        }
    }
}

/// One tab of a view: a real link with an optional count.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tab {
    /// Words and address.
    pub link: Link,
    /// How many things are behind it.
    pub count: Option<String>,
    /// Whether this is the view shown.
    pub here: Here,
}

impl Tab {
    /// A tab without a count.
    pub fn plain(label: impl Into<String>, href: impl Into<String>, here: bool) -> Self {
        Self {
            link: Link::new(label, href),
            count: None,
            here: Here::when(here),
        }
    }
}

/// Whether a link leads to what is already shown.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Here {
    /// It leads elsewhere.
    #[default]
    Elsewhere,
    /// It is the current one.
    Current,
}

impl Here {
    /// `Current` when the condition holds.
    #[must_use]
    pub fn when(condition: bool) -> Self {
        if condition {
            Self::Current
        } else {
            Self::Elsewhere
        }
    }
    /// For templates.
    #[must_use]
    pub fn is_current(self) -> bool {
        self == Self::Current
    }
}

/// One cell of the number strip; at most four stand side by side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stat {
    /// What is counted.
    pub label: String,
    /// The number, already formatted: 1,286.
    pub value: String,
    /// Its unit: 人.
    pub unit: String,
    /// What it is compared with: 本月 +23.
    pub compared: String,
    /// Where its parts are listed; empty for none.
    pub href: String,
    /// A line of past values, oldest first; empty for none.
    pub trend: Vec<f64>,
}

impl Stat {
    /// The trend as the points of a 72 × 30 line.
    #[must_use]
    pub fn points(&self) -> String {
        let low = self.trend.iter().copied().fold(f64::INFINITY, f64::min);
        let high = self.trend.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let span = if high > low { high - low } else { 1.0 };
        let step = 68.0 / self.trend.len().saturating_sub(1).max(1) as f64;
        let mut points = String::new();
        for (index, value) in self.trend.iter().enumerate() {
            let (x, y) = (
                2.0 + step * index as f64,
                26.0 - (value - low) / span * 22.0,
            );
            let _ = write!(points, "{x:.1},{y:.1} ");
        }
        points
    }
}

/// How pressing a to-do is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Urgency {
    /// Some days left.
    #[default]
    Later,
    /// Two days or less.
    Soon,
    /// Due today.
    Today,
    /// The deadline has passed.
    Overdue,
}

impl Urgency {
    /// The style class of the deadline.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Later => "",
            Self::Soon => "tw",
            Self::Today | Self::Overdue => "tr",
        }
    }
    /// For templates.
    #[must_use]
    pub fn is_overdue(self) -> bool {
        self == Self::Overdue
    }
}

/// One row of the inbox. The caller sorts: overdue, due today, then by date.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Todo {
    /// Kind, at most six characters: 抽取复核.
    pub kind: String,
    /// Tone of the kind.
    pub tone: Tone,
    /// What it is about.
    pub title: String,
    /// Where it is done.
    pub href: String,
    /// The facts needed to decide, in one line.
    pub facts: String,
    /// How pressing.
    pub urgency: Urgency,
    /// The deadline in words: 今天 17:00 前.
    pub due: String,
    /// How long it has waited, in words.
    pub waited: String,
    /// The verb of the button: 复核.
    pub verb: String,
}

/// How far a step is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Progress {
    /// Finished.
    Done,
    /// Where things stand.
    Now,
    /// Still ahead.
    Ahead,
}

impl Progress {
    /// For templates.
    #[must_use]
    pub fn is_now(self) -> bool {
        self == Self::Now
    }
}

/// One step of a linear process.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Step {
    /// Its name.
    pub title: String,
    /// One short fact: 37 人，10:01.
    pub detail: String,
    /// How far it is.
    pub progress: Progress,
}

impl Step {
    /// The style class.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self.progress {
            Progress::Done => "done",
            Progress::Now => "now",
            Progress::Ahead => "",
        }
    }
}

/// One event of a history (newest first) or a plan (oldest first).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Moment {
    /// When, in words.
    pub time: String,
    /// What happened, by whom.
    pub text: String,
    /// The document it left.
    pub link: Option<Link>,
    /// Past, present or planned.
    pub progress: Progress,
}

impl Moment {
    /// The style class.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self.progress {
            Progress::Done => "",
            Progress::Now => "now",
            Progress::Ahead => "todo-s",
        }
    }
}

/// A removable condition of a list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Chip {
    /// The condition: 聘期至：2028-12-31 以前.
    pub text: String,
    /// The list without it.
    pub without: String,
}

/// How a column stands in the order of a list.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Order {
    /// It can be sorted by.
    #[default]
    Sortable,
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

impl Order {
    /// The value of `aria-sort`.
    #[must_use]
    pub fn aria(self) -> &'static str {
        match self {
            Self::Sortable => "none",
            Self::Ascending => "ascending",
            Self::Descending => "descending",
        }
    }
}

/// One column head.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Column {
    /// Its words.
    pub label: String,
    /// `num` for numbers, `p3` and `p4` for columns that narrow windows drop.
    pub class: &'static str,
    /// The list sorted by it, where it can be.
    pub sort: Option<(String, Order)>,
}

impl Column {
    /// A column that cannot be sorted by.
    pub fn plain(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            ..Self::default()
        }
    }
    /// A column that can: `href` is the list with this column's order turned.
    pub fn sorted(label: impl Into<String>, href: impl Into<String>, order: Order) -> Self {
        Self {
            label: label.into(),
            sort: Some((href.into(), order)),
            ..Self::default()
        }
    }
    /// With a style class.
    #[must_use]
    pub fn class(mut self, class: &'static str) -> Self {
        self.class = class;
        self
    }
}

/// Paging by key: there is a way back to the start, one page back and one page on, never page numbers.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Pager {
    /// What is shown, in words: 本页 20 人，共 214 人.
    pub range: String,
    /// First page, when it is not this one.
    pub first: Option<String>,
    /// Page before.
    pub previous: Option<String>,
    /// Page after.
    pub next: Option<String>,
    /// Other page sizes.
    pub sizes: Vec<Tab>,
}

/// How many can be drawn against how many are needed, on a fixed scale: the tick is what is needed, the full length
/// four times that.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Meter {
    /// Who can be drawn.
    pub eligible: u32,
    /// Seats and reserves together.
    pub needed: u32,
}

impl Meter {
    /// Ratio of eligible to needed; infinite when nothing is needed.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        f64::from(self.eligible) / f64::from(self.needed)
    }
    /// Length of the bar in percent.
    #[must_use]
    pub fn length(&self) -> u32 {
        match self.needed {
            0 => 100,
            needed => (u64::from(self.eligible) * 25 / u64::from(needed)).min(100) as u32,
        }
    }
    /// The chance of each, in percent, when all are alike.
    #[must_use]
    pub fn chance(&self) -> String {
        match self.eligible {
            0 => "0".to_owned(),
            eligible => {
                format!(
                    "{:.1}",
                    f64::from(self.needed.min(eligible)) / f64::from(eligible) * 100.0
                )
            }
        }
    }
    /// The verdict as shape and word.
    #[must_use]
    pub fn verdict(&self) -> Status {
        let (eligible, needed) = (u64::from(self.eligible), u64::from(self.needed));
        if eligible < needed {
            Status::stopped(format!("不足 {} 人", needed - eligible))
        } else if eligible >= 3 * needed {
            Status::good("充足")
        } else if 2 * eligible >= 3 * needed {
            Status::waiting("偏紧")
        } else if eligible == needed {
            Status::waiting("全部抽中，不算随机")
        } else {
            Status::waiting("很紧，随机性弱")
        }
    }
    /// What a screen reader says.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self.needed {
            0 => format!("可抽 {} 人，不需要人", self.eligible),
            _ => format!(
                "可抽 {} 人，是需要人数的 {:.1} 倍",
                self.eligible,
                self.ratio()
            ),
        }
    }
}

/// One line of a funnel: how the count came about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FunnelRow {
    /// The condition, or the reason of a cut.
    pub label: String,
    /// How many remain, or how many were cut.
    pub count: String,
    /// Which of the three.
    pub kind: FunnelKind,
}

impl FunnelRow {
    /// From who is in scope, where that is said, by what takes somebody out, to who can be drawn.
    pub fn all(
        scope: Option<u32>,
        steps: &[domain::frame::Step],
        drawable: impl std::fmt::Display,
    ) -> Vec<Self> {
        let row = |kind, label: String, count: String| Self { label, count, kind };
        let scope = scope.map(|count| {
            let label = "专业领域相符".to_owned();
            row(FunnelKind::Remain, label, count.to_string())
        });
        let cuts = steps.iter().filter(|step| step.out > 0).map(|step| {
            let label = format!("－ {}", step.label);
            row(FunnelKind::Cut, label, step.out.to_string())
        });
        let left = row(FunnelKind::Sum, "可抽".to_owned(), drawable.to_string());
        scope.into_iter().chain(cuts).chain([left]).collect()
    }
}

/// What a line of a funnel counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FunnelKind {
    /// How many meet the condition.
    Remain,
    /// How many were taken out.
    Cut,
    /// The sum at the end.
    Sum,
}

impl FunnelKind {
    /// The style class.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Remain => "",
            Self::Cut => "cut",
            Self::Sum => "sum",
        }
    }
}

/// What one party of a draw has done so far.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Party {
    /// Which party: 纪检监督.
    pub side: String,
    /// Who acts for it.
    pub person: String,
    /// What has been done.
    pub state: PartyState,
}

/// The states of a party's share.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PartyState {
    /// Nothing handed in; the words say what to do.
    Waiting {
        /// What the party has to do.
        ask: String,
    },
    /// The fingerprint is in.
    Committed {
        /// Fingerprint in hexadecimal digits.
        commitment: String,
        /// When.
        at: String,
    },
    /// The share is revealed and matches.
    Revealed {
        /// Fingerprint in hexadecimal digits.
        commitment: String,
        /// When it was handed in.
        at: String,
        /// When the share was revealed.
        revealed: String,
    },
    /// The share did not match, which voided the attempt.
    Failed {
        /// Fingerprint in hexadecimal digits; empty where it was not kept.
        commitment: String,
        /// When it was handed in.
        at: String,
        /// Why, in words.
        why: String,
    },
    /// The attempt was void before this party handed anything in.
    Void {
        /// What was not done, in words.
        why: String,
    },
}

impl Party {
    /// The style class.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self.state {
            PartyState::Waiting { .. } => "wait",
            PartyState::Failed { .. } => "void",
            PartyState::Void { .. } => "wait",
            PartyState::Committed { .. } | PartyState::Revealed { .. } => "",
        }
    }
}

/// Hexadecimal digits in groups of four, as people read them aloud.
#[must_use]
pub fn hash_groups(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 5 / 4 + 1);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A QR code as one path: runs of dark modules, quiet zone left to the view box.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Qr {
    /// Modules per side, without quiet zone.
    pub size: usize,
    /// The path.
    pub path: String,
    /// What a screen reader says.
    pub label: String,
}

impl Qr {
    /// Encodes `text` at level M. None when it does not fit (about 2,300 bytes).
    #[must_use]
    pub fn new(text: &str, label: impl Into<String>) -> Option<Self> {
        let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).ok()?;
        let (size, colors) = (code.width(), code.to_colors());
        let mut path = String::new();
        for (y, row) in colors.chunks(size).enumerate() {
            let mut x = 0;
            while x < size {
                let run = row[x..]
                    .iter()
                    .take_while(|&&color| color == qrcode::Color::Dark)
                    .count();
                if run > 0 {
                    let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
                }
                x += run.max(1);
            }
        }
        Some(Self {
            size,
            path,
            label: label.into(),
        })
    }
    /// The view box with a quiet zone of four modules.
    #[must_use]
    pub fn view_box(&self) -> String {
        format!("-4 -4 {0} {0}", self.size + 8)
    }
}

/// A note above or beside content; the bold lead states the point.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Note {
    /// Its tone.
    pub tone: Tone,
    /// The point.
    pub lead: String,
    /// The rest.
    pub text: String,
}

impl Note {
    /// A note.
    pub fn new(tone: Tone, lead: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            tone,
            lead: lead.into(),
            text: text.into(),
        }
    }
}

/// What a list shows when it has nothing to show.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Empty {
    /// What is not there: 没有符合条件的专家.
    pub what: String,
    /// What would help: 去掉“聘期至”可看到 31 人.
    pub hint: String,
    /// What to do; the first is the main one.
    pub actions: Vec<Link>,
}
