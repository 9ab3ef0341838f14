//! 单位: every public body, school, enterprise or association that employs experts, asks for them,
//! recommends them or is reviewed by them. Recusal compares organisations, so there is one register.

use serde::{Deserialize, Serialize};

use crate::id::OrganisationId;

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
    /// The same legal person? By register entry, else by credit code, else by the exact name when
    /// neither side has a code (A-DG-17: different legal persons of one group are different).
    pub fn is_same(&self, other: &Self) -> bool {
        if let (Some(a), Some(b)) = (self.id, other.id)
            && a == b
        {
            return true;
        }
        match (&self.credit_code, &other.credit_code) {
            (Some(a), Some(b)) => a == b,
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
