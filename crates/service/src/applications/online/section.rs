//! The sections of the form, each saved by itself, and which field stands in which.

use domain::policy::pack::Channel;
use serde::Serialize;

use super::{Hand, hand};
use crate::applications::claim::branches;
use crate::pools::OpenPool;
use crate::typed::Fields;

/// A section of the form, in the order it is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// 申报类别: team, range, as what, for which unit.
    Claim,
    /// 基本情况
    Person,
    /// 专业领域和可承担的工作
    Classes,
    /// 学历、职称和技能等级
    Records,
    /// 工作经历、业绩和荣誉
    Work,
    /// 承诺
    Declaration,
}

impl Section {
    const ALL: [Self; 6] = [
        Self::Claim,
        Self::Person,
        Self::Classes,
        Self::Records,
        Self::Work,
        Self::Declaration,
    ];

    /// Its word in addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Person => "person",
            Self::Classes => "classes",
            Self::Records => "records",
            Self::Work => "work",
            Self::Declaration => "declaration",
        }
    }

    /// The section of this word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// What users call it.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Claim => "申报类别",
            Self::Person => "基本情况",
            Self::Classes => "专业领域和工作",
            Self::Records => "学历、职称和技能等级",
            Self::Work => "工作经历、业绩和荣誉",
            Self::Declaration => "承诺",
        }
    }

    /// The sections a channel of a pool has.
    pub fn of(pool: &OpenPool, channel: &Channel) -> Vec<Self> {
        let pack = &pool.pack;
        let lists = ["category", "member_kind"];
        let chooses = !pack.pool.teams.is_empty()
            || lists
                .iter()
                .any(|list| pack.vocabulary.list(list).is_some())
            || hand(pack, channel) == Some(Hand::FillsFor)
            || !branches(pool, channel).is_empty();
        Self::ALL
            .into_iter()
            .filter(|one| *one != Self::Claim || chooses)
            .collect()
    }

    /// Whether a field stands here.
    pub fn holds(self, field: &str) -> bool {
        let table = field.split('.').next().unwrap_or_default();
        match self {
            Self::Claim => {
                matches!(
                    field,
                    "team" | "category" | "member_kind" | "relies_on" | "unit"
                )
            }
            Self::Person => {
                matches!(table, "flag" | "particular")
                    || matches!(
                        field,
                        "name"
                            | "sex"
                            | "born"
                            | "id_number"
                            | "mobile"
                            | "office_phone"
                            | "email"
                            | "address"
                            | "employer"
                            | "employer_kind"
                            | "credit_code"
                            | "represents"
                            | "represents_kind"
                            | "post"
                            | "expertise"
                            | "retires_on"
                    )
            }
            Self::Classes => matches!(field, "specialty" | "duty" | "task_kinds"),
            Self::Records => matches!(table, "education" | "title" | "skill" | "credential"),
            Self::Work => matches!(table, "work" | "achievement" | "honour"),
            Self::Declaration => matches!(field, "declared" | "pledge"),
        }
    }

    /// The form with this section as it was just typed.
    pub(super) fn replaced(self, form: &Fields, typed: &Fields) -> Fields {
        let others = form.pairs().iter().filter(|(name, _)| !self.holds(name));
        let own = typed.pairs().iter().filter(|(name, _)| self.holds(name));
        Fields::from(others.chain(own).cloned().collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_a_person_stands_in_one_section() {
        let form = crate::persons::fields(&crate::persons::PersonFile::default());
        let typed = [
            "id_number",
            "mobile",
            "email",
            "address",
            "flag.in_city",
            "particular.ethnicity",
        ];
        let tables = [
            "work.0.from",
            "title.3.name",
            "honour.1.by",
            "skill.0.level",
            "credential.0.name",
        ];
        let more = ["specialty", "declared", "pledge", "team", "category"];
        let names = form.pairs().iter().map(|(name, _)| name.as_str());
        for field in names.chain(typed).chain(tables).chain(more) {
            let holding: Vec<_> = Section::ALL
                .into_iter()
                .filter(|one| one.holds(field))
                .collect();
            assert_eq!(holding.len(), 1, "{field}: {holding:?}");
        }
        assert!(Section::ALL.iter().all(|one| !one.holds("state")));
    }

    #[test]
    fn a_section_saved_leaves_the_others_as_they_were() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let form = Fields::from(vec![pair("name", "甲"), pair("work.0.employer", "旧")]);
        let typed = Fields::from(vec![pair("work.0.employer", "新"), pair("name", "乙")]);
        let saved = Section::Work.replaced(&form, &typed);
        assert_eq!(saved.text("name"), "甲", "not this section's to change");
        assert_eq!(saved.text("work.0.employer"), "新");
    }
}
