//! 届: the cohort everybody's term belongs to.

use serde::Serialize;

use super::Duration;
use crate::policy::citation::Citation;
use crate::policy::words::words;

words! {
    /// Who is in one cohort (A-GZ-4).
    CohortPer {
        /// The whole pool.
        Pool = "pool", "全库同届";
        /// Each group has its own.
        Group = "group", "每个专家组各自成届";
    }
    /// When the term of somebody appointed in the course of a cohort ends.
    SupplementEnd {
        /// With the cohort.
        CohortEnd = "cohort_end", "与同届同日届满";
        /// After as many years as everybody else's.
        FullLength = "full_length", "自聘任起满期";
    }
}

/// 届
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CohortRules {
    /// Who is in one.
    pub per: CohortPer,
    /// When a supplement ends.
    pub supplement_end: SupplementEnd,
    /// A supplement needs its need stated.
    pub reason: bool,
    /// A supplement with less than this left is worth a warning.
    pub warn_under: Option<Duration>,
    /// Where.
    pub citation: Citation,
}
