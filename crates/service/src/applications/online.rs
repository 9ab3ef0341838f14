//! 网上申报: the applicant's own form. There is no account of the bureau: whoever shows that a phone or a
//! mailbox is theirs holds the applications begun with it, and nothing else. What is typed is kept as
//! typed, section by section; it becomes the application once it can be read as a whole.

mod contact;
mod draft;
mod materials;
mod own;
mod section;

use domain::actor::{Actor, Role};
use domain::id::{AccountId, PoolId, RecordId};
use domain::policy::pack::{Channel, Pack};
use serde::{Deserialize, Serialize};

pub use contact::{Asked, Opening};
pub use own::{Begun, OwnApplication, OwnApplications, OwnLine};
pub use section::Section;

pub use super::submitting::Receipt;
use crate::ctx::Ctx;
use crate::pools::OpenPool;
use crate::service::Service;

/// Kind of the records that say which applications were begun with which phone or mailbox.
const HOLDER: &str = "applicant";

/// That an application was begun with a phone or a mailbox. Index columns: `parent` is the application,
/// `subject` the keyed hash of the phone or mailbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Holder {
    application: RecordId,
}

/// What a channel lets an applicant do by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Hand {
    /// 本人申报: fills the form in and hands it in.
    Applies,
    /// 为推荐单位填写: fills the form in for the unit that hands it in (GZ 第十四条).
    FillsFor,
}

/// What a person may do by this channel themselves; `None` for channels that are others', or begin with
/// an invitation.
pub fn hand(pack: &Pack, channel: &Channel) -> Option<Hand> {
    let is = |party: &str, role| {
        let party = pack.party(party);
        party.is_some_and(|party| party.roles.contains(&role))
    };
    if channel.invitation.is_some() {
        return None;
    }
    if is(&channel.submitter, Role::Expert) {
        return Some(Hand::Applies);
    }
    let fills = channel.filled_by.as_deref();
    let fills = fills.is_some_and(|party| is(party, Role::Expert));
    (fills && is(&channel.submitter, Role::Recommender)).then_some(Hand::FillsFor)
}

/// What somebody wants to apply for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Wanted {
    pool: PoolId,
    channel: String,
    /// Number of the notice, for channels that need one.
    notice: Option<String>,
}

impl Service {
    /// The applicant as an actor: no role, no account; what they do, they do on one application.
    pub(super) fn applicant(&self, source: &str, application: RecordId, name: &str) -> Ctx {
        let name = if name.is_empty() { "申请人" } else { name };
        let actor = Actor {
            account: Some(AccountId(application.0)),
            name: name.to_owned(),
            ..Actor::system()
        };
        self.ctx(actor, source, "")
    }

    /// The channels of a pool by which somebody may fill a form in without an account, with what they
    /// may do.
    pub fn own_channels(pool: &OpenPool) -> impl Iterator<Item = (&Channel, Hand)> {
        let channels = pool.pack.admission.channels.iter();
        channels.filter_map(|channel| Some((channel, hand(&pool.pack, channel)?)))
    }
}
