//! Golden cases: facts and the expected answer, written by officials beside the pack and run by
//! anybody. A case names the rows of the requirements it proves.

mod admission;
mod classification;
mod cohort;
mod conduct;
mod eligibility;
mod filled_form;
mod money;
mod posts;
mod procedure;
mod reading;
mod reports;
mod requests;
mod teams;
mod use_of_experts;
mod values;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::Serialize;

use super::citation::Citation;
use super::pack::Pack;
use crate::calendar::Calendar;
pub use reading::{Day, facts};

/// A case file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct CaseError {
    /// File name.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// How one case went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// File name.
    pub file: String,
    /// Kind of case (`eligibility`, `counter` …).
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Rows it proves.
    pub covers: Vec<String>,
    /// Articles it is about, for the coverage of the text.
    pub articles: Vec<Citation>,
    /// What differs from what is expected; empty = passed.
    pub failures: Vec<String>,
}

impl Report {
    /// Did it go as expected?
    pub const fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// One kind of case.
trait Case {
    const KIND: &'static str;
    fn name(&self) -> &str;
    fn covers(&self) -> &[String];
    /// Articles named by the case itself.
    fn articles(&self) -> &[String];
    /// What differs from what is expected.
    fn run(&self, setting: &Scene<'_>) -> Vec<String>;
}

/// What cases run in.
struct Scene<'a> {
    pack: &'a Pack,
    /// The rules as data, for cases on plain values.
    rules: serde_json::Value,
    people: &'a BTreeMap<String, toml::Table>,
    /// Working days as shipped.
    calendar: Calendar,
}

/// Declares a kind of case: `name`, `covers` and `about` come with every kind.
macro_rules! case {
    ($(#[$doc:meta])* $name:ident = $kind:literal { $($(#[$fdoc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            name: String,
            #[serde(default)]
            covers: Vec<String>,
            #[serde(default)]
            about: Vec<String>,
            $($(#[$fdoc])* $field: $type,)*
        }
        impl super::Case for $name {
            const KIND: &'static str = $kind;
            fn name(&self) -> &str { &self.name }
            fn covers(&self) -> &[String] { &self.covers }
            fn articles(&self) -> &[String] { &self.about }
            fn run(&self, scene: &super::Scene<'_>) -> Vec<String> { self.failures(scene) }
        }
    };
}
use case;

macro_rules! file {
    ($($field:ident: $type:ty),+ $(,)?) => {
        /// A case file: people to start from, and cases by kind.
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(default)]
            person: BTreeMap<String, toml::Table>,
            $(#[serde(default)] $field: Vec<$type>,)+
        }
        impl File {
            fn run(&self, file: &str, scene: &Scene<'_>, reports: &mut Vec<Report>) {
                $(for case in &self.$field { reports.push(report(file, case, scene)); })+
            }
        }
    };
}

file! {
    eligibility: eligibility::Eligibility,
    renewal: eligibility::Renewal,
    listed: eligibility::ListedParty,
    classification: classification::ClassificationCase,
    judged: classification::Judged,
    post: posts::PostCase,
    exception: posts::ExceptionCase,
    channel: admission::ChannelCase,
    materials: admission::Materials,
    term: admission::TermCase,
    certificate: admission::CertificateCase,
    cohort: cohort::CohortCase,
    level: use_of_experts::Level,
    rest: use_of_experts::RestCase,
    recusal: use_of_experts::Recusal,
    declaration: use_of_experts::Declaration,
    counter: conduct::CounterCase,
    exit: conduct::ExitCase,
    exit_file: conduct::ExitFile,
    request: requests::RequestCase,
    object: requests::ObjectCase,
    notice: procedure::NoticeCase,
    review: procedure::ReviewCase,
    public_notice: procedure::PublicNoticeCase,
    objection: procedure::ObjectionCase,
    dispatch: work::DispatchCase,
    leave: work::LeaveCase,
    report: reports::ReportCase,
    feedback: reports::FeedbackCase,
    gathering: reports::GatheringCase,
    register: reports::RegisterCase,
    legal_status: values::LegalStatus,
    permission: values::PermissionCase,
    party: values::PartyCase,
    obligation: values::ObligationCase,
    setting: values::SettingCase,
    form: values::FormCase,
    filled: filled_form::FilledCase,
    picture: filled_form::PictureCase,
    value: values::ValueCase,
    team: teams::TeamCase,
    selection: teams::SelectionCase,
    appointment: teams::AppointmentCase,
    fee: money::FeeCase,
    fund: money::FundCase,
    half_days: money::HalfDaysCase,
    budget: money::BudgetCase,
    recovery: money::RecoveryCase,
    liability: money::LiabilityCase,
    notification: work::NotificationCase,
    arrival: work::ArrivalCase,
    unpaid: work::UnpaidCase,
    roles: work::RolesCase,
    payment: money::PaymentCase,
    undertaking: work::UndertakingCase,
}

fn report<C: Case>(file: &str, case: &C, scene: &Scene<'_>) -> Report {
    let mut failures = case.run(scene);
    let mut articles = Vec::new();
    for text in case.articles() {
        match text.parse::<Citation>() {
            Ok(citation) => articles.push(citation),
            Err(_) => failures.push(format!("“{text}”不是条文出处的写法。")),
        }
    }
    Report {
        file: file.to_owned(),
        kind: C::KIND,
        name: case.name().to_owned(),
        covers: case.covers().to_vec(),
        articles,
        failures,
    }
}

/// Cases read and ready to run, on any pack.
pub struct Cases {
    people: BTreeMap<String, toml::Table>,
    files: Vec<(String, File)>,
}

impl Cases {
    /// Reads some files, as (file name, text). People of one file can be used in all.
    ///
    /// # Errors
    /// Every file that cannot be read.
    pub fn read(files: &[(&str, &str)]) -> Result<Self, Vec<CaseError>> {
        let mut errors = Vec::new();
        let mut cases = Self {
            people: BTreeMap::new(),
            files: Vec::new(),
        };
        for (name, text) in files {
            match toml::from_str::<File>(text) {
                Ok(mut file) => {
                    cases.people.append(&mut file.person);
                    cases.files.push(((*name).to_owned(), file));
                }
                Err(error) => errors.push(CaseError {
                    file: (*name).to_owned(),
                    line: error
                        .span()
                        .and_then(|at| text.get(..at.start))
                        .map_or(1, |before| before.matches('\n').count() + 1),
                    message: error.message().to_owned(),
                }),
            }
        }
        if errors.is_empty() {
            Ok(cases)
        } else {
            Err(errors)
        }
    }

    /// Runs every case.
    pub fn run(&self, pack: &Pack) -> Vec<Report> {
        let rules = serde_json::to_value(&**pack).unwrap_or_default();
        let scene = Scene {
            pack,
            rules,
            people: &self.people,
            calendar: Calendar::built_in(),
        };
        let mut reports = Vec::new();
        for (name, file) in &self.files {
            file.run(name, &scene, &mut reports);
        }
        let mut seen = BTreeSet::new();
        for report in &mut reports {
            if !seen.insert(report.name.clone()) {
                report
                    .failures
                    .push("还有一个案例用同样的名称，请改名以便分辨。".to_owned());
            }
        }
        reports
    }
}

/// Reads and runs every case of some files.
///
/// # Errors
/// Every file that cannot be read.
pub fn run(pack: &Pack, files: &[(&str, &str)]) -> Result<Vec<Report>, Vec<CaseError>> {
    Cases::read(files).map(|cases| cases.run(pack))
}

/// `Some` sentence when two things differ.
fn differs<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Option<String> {
    (found != expected).then(|| format!("{what}应为 {expected:?}，实为 {found:?}。"))
}
