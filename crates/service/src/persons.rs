//! Persons: the facts of 附件1 as stored; below, as typed in a form, and in words with what differs
//! between two versions.

mod form;
mod lines;

use domain::contact::{Email, Mobile};
use domain::identity::IdentityNumber;
use domain::person::Profile;
use domain::policy::evidence;
use domain::policy::pack::{Pack, Test};
use serde::{Deserialize, Serialize};
use store::Secret;
use store::persons::Private;

pub(crate) use form::read;
pub use form::{fields, particular};
pub use lines::{differences, lines};

use crate::pools::OpenPool;

/// What is stored of a person in the open; identity number, mobile, mail and address are sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonFile {
    /// The facts conditions are tested against.
    #[serde(flatten)]
    pub profile: Profile,
    /// 办公电话
    #[serde(default)]
    pub office_phone: Option<String>,
}

/// One fact that changed, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What it is (工作单位).
    pub label: String,
    /// Before; empty when there was nothing.
    pub before: String,
    /// After; empty when there is nothing.
    pub after: String,
}

/// The names of plain facts the pack's conditions ask about, with what users call them.
pub fn flags(pack: &Pack) -> Vec<(String, String)> {
    let mut names = asked(pack, |test| match test {
        Test::Flag { name } | Test::Stated { name } => Some(name),
        _ => None,
    });
    let spared = pack
        .admission
        .renewal
        .as_ref()
        .and_then(|renewal| renewal.spared.as_ref());
    names.extend(spared.map(|spared| spared.flag.clone()));
    named(names, evidence::flag)
}

/// The tags by which the pack counts years of work, with what users call them.
pub fn work_tags(pack: &Pack) -> Vec<(String, String)> {
    let names = asked(pack, |test| match test {
        Test::Years { tag, .. } => tag.as_ref(),
        _ => None,
    });
    named(names, evidence::work_tag)
}

/// What the pack's conditions name, test by test.
fn asked(pack: &Pack, name: fn(&Test) -> Option<&String>) -> Vec<String> {
    fn walk(test: &Test, name: fn(&Test) -> Option<&String>, names: &mut Vec<String>) {
        match test {
            Test::All { of } | Test::Any { of } => {
                of.iter().for_each(|test| walk(test, name, names));
            }
            test => names.extend(name(test).cloned()),
        }
    }
    let mut names = Vec::new();
    pack.eligibility
        .leaves
        .iter()
        .filter_map(|leaf| leaf.test.as_ref())
        .for_each(|test| walk(test, name, &mut names));
    names
}

fn named(mut names: Vec<String>, words: impl Fn(&str) -> &str) -> Vec<(String, String)> {
    names.dedup();
    names
        .into_iter()
        .map(|name| {
            let label = words(&name).to_owned();
            (name, label)
        })
        .collect()
}

/// The masked forms a page shows: identity number, mobile, mail, address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Masked {
    /// 身份证号码
    pub id_number: String,
    /// 手机
    pub phone: String,
    /// 电子邮箱
    pub email: String,
    /// 通讯地址, first characters only
    pub address: String,
}

impl Masked {
    /// The masks of these values; empty where nothing is on file.
    pub fn of(private: &Private) -> Self {
        let number = |s: &Secret| {
            IdentityNumber::parse(s.reveal()).map_or_else(|_| "****".to_owned(), |n| n.masked())
        };
        let phone = |s: &Secret| {
            Mobile::parse(s.reveal()).map_or_else(|_| "****".to_owned(), |n| n.masked())
        };
        let email = |s: &Secret| {
            Email::parse(s.reveal()).map_or_else(|_| "****".to_owned(), |n| n.masked())
        };
        let address = |s: &Secret| s.reveal().chars().take(6).collect::<String>() + "****";
        Self {
            id_number: private.id_number.as_ref().map(number).unwrap_or_default(),
            phone: private.phone.as_ref().map(phone).unwrap_or_default(),
            email: private.email.as_ref().map(email).unwrap_or_default(),
            address: private.address.as_ref().map(address).unwrap_or_default(),
        }
    }
}

/// 最高级别荣誉: the one the form prints (附件1 填表说明2).
pub fn highest_honour(pool: &OpenPool, profile: &Profile) -> String {
    let best = profile
        .honours
        .iter()
        .max_by_key(|honour| pool.rank("admin", std::iter::once(honour.level.as_str())));
    best.map(|honour| honour.name.clone()).unwrap_or_default()
}
