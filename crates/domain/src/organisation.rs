//! 单位: every public body, school, enterprise or association that employs experts, asks for them,
//! recommends them or is reviewed by them. Recusal compares organisations, so there is one register.

use serde::{Deserialize, Serialize};

use crate::id::OrganisationId;
use crate::policy::pack::OrganisationMatch;

/// One organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Identifier.
    pub id: OrganisationId,
    /// Full name.
    pub name: String,
    /// 统一社会信用代码; the identity of a legal person (A-DG-17).
    #[serde(default)]
    pub credit_code: Option<String>,
    /// 单位属性, a value of the pack's list.
    #[serde(default)]
    pub kind: Option<String>,
    /// 上市公司: shares in it are no ground for recusal where the pack says so (DG 第十条(六)).
    #[serde(default)]
    pub listed: bool,
    /// 行政事业单位: pays experts out of its yearly budget (DG 第十五条).
    #[serde(default)]
    pub public_body: bool,
    /// 联系人, without a phone.
    #[serde(default)]
    pub contact: Option<String>,
}

/// An organisation as named in a fact, matched to the register or not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationRef {
    /// The register entry, once matched.
    #[serde(default)]
    pub id: Option<OrganisationId>,
    /// Name as stated.
    pub name: String,
    /// 统一社会信用代码, when known.
    #[serde(default)]
    pub credit_code: Option<String>,
}

impl OrganisationRef {
    /// The same legal person? One entry of the register always is. Otherwise as the pack says
    /// (A-DG-17): by credit code, and by the exact name where one side has none, so that different
    /// legal persons of one group are different; or by the exact name alone.
    pub fn is_same(&self, other: &Self, by: OrganisationMatch) -> bool {
        if let (Some(a), Some(b)) = (self.id, other.id)
            && a == b
        {
            return true;
        }
        match (by, &self.credit_code, &other.credit_code) {
            (OrganisationMatch::CreditCode, Some(a), Some(b)) => a == b,
            _ => !self.name.is_empty() && self.name == other.name,
        }
    }
}

impl From<&Organisation> for OrganisationRef {
    fn from(organisation: &Organisation) -> Self {
        Self {
            id: Some(organisation.id),
            name: organisation.name.clone(),
            credit_code: organisation.credit_code.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, code: Option<&str>) -> OrganisationRef {
        OrganisationRef {
            id: None,
            name: name.into(),
            credit_code: code.map(Into::into),
        }
    }

    /// Covers: DG-10-1.
    #[test]
    fn one_legal_person_is_one_code_or_one_name_as_the_pack_says() {
        use OrganisationMatch::{CreditCode, Name};
        let school = named("某技工学校", Some("A"));
        let renamed = named("某高级技工学校", Some("A"));
        let namesake = named("某技工学校", Some("B"));
        let on_paper = named("某技工学校", None);
        assert!(school.is_same(&renamed, CreditCode));
        assert!(!school.is_same(&renamed, Name));
        assert!(!school.is_same(&namesake, CreditCode));
        assert!(school.is_same(&namesake, Name));
        assert!(school.is_same(&on_paper, CreditCode), "no code to go by");
        assert!(!named("", None).is_same(&named("", None), Name));
    }
}
