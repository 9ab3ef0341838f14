//! 入库申请: entered or received by a channel of the pack, checked against its materials and conditions,
//! vetted, returned, refused or withdrawn. Which stations there are, who acts at each and what must
//! hold is the pack's (DG 第五条 to 第七条).

mod batch;
mod checking;
mod checklist;
mod claim;
mod conditions;
mod duplicates;
mod entering;
mod filled;
mod list;
mod materials;
pub mod online;
mod papers;
mod received;
mod recommending;
mod reminders;
mod statistics;
mod steps;
mod submitting;
mod vetting;
mod view;

use std::collections::BTreeMap;

use domain::actor::{Action, Role, Target};
use domain::application::guard::{Call, Case};
use domain::application::{Application, By, Hand, Refused, State};
use domain::event::{Event, EventKind, Subject};
use domain::id::{MessageId, PoolId, RecordId};
use domain::policy::facts::Facts;
use domain::policy::pack::{Act, Channel, Field, Medium, Situation, Station};
use domain::policy::words::Word as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::messages::Message;
use store::persons::Private;
use store::records::RecordKeys;
use store::sealed::{Column, Shape};
use store::{Db, Secret, document};

pub use batch::{BatchEntered, EnteredRow};
pub use checklist::{FileLine, MaterialLine};
pub use claim::{PRIVACY_NOTICE, branches, open_channels, pledges};
pub use conditions::{ConditionLine, ExceptionLine, PointLine, RegisterLine};
pub(crate) use list::of_pool;
pub use list::{ApplicationLine, ApplicationQuery};
pub use statistics::{AdmissionStatistics, ChannelCount, Relaxed};
pub use vetting::{Corrections, PassedBatch};
pub use view::ApplicationView;

use crate::change::Change;
use crate::ctx::{Ctx, shanghai};
use crate::error::{Error, Reason, Result};
use crate::persons::PersonFile;
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;
use crate::solicitations;

/// Kind of the stored records, and of the owner of their files.
pub(crate) const KIND: &str = "application";

/// Status of a draft its applicant is still filling in: in no list of anybody's.
const PRIVATE: &str = "private";

/// What identifies and reaches the applicant, sealed as one.
const APPLICANT: Column = Column {
    table: "record",
    name: "applicant",
    pad: 512,
    shape: Shape::Text,
};

/// An application as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The application.
    pub(crate) application: Application,
    /// Identity number and contacts, sealed, hex.
    pub(crate) sealed: String,
    /// Blind index of the identity number, hex.
    pub(crate) identity: Option<String>,
    /// The form as the applicant typed it, sealed, hex, as long as it cannot be read as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) typed: Option<String>,
    /// What was last said of its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reminded: Option<reminders::Reminded>,
}

pub(crate) type Row = store::records::Record<Kept>;

/// What an actor may do with an application now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 修改
    Edit,
    /// 上传材料、登记收到的材料
    Material,
    /// 提交
    Submit,
    /// 核对条件
    Check,
    /// 出具推荐意见
    Recommend,
    /// 通过
    Pass,
    /// 退回补正
    Return,
    /// 不予通过
    Refuse,
    /// 分类
    Classify,
    /// 撤回
    Withdraw,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NoReason => Self::field("reason", refused.to_string()),
            Refused::NothingToCorrect => Self::field("corrections", refused.to_string()),
            Refused::NoTime(_) => Self::field("until", refused.to_string()),
            Refused::NoMinutes => Self::field("minutes", refused.to_string()),
            Refused::WrongState { .. } => Self::state("application.state", refused),
            Refused::Blocked(findings) => Self::Refused(
                findings
                    .into_iter()
                    .map(|one| Reason::law(&one.code, &one.citation, one.sentence))
                    .collect(),
            ),
            Refused::NeedsReason(findings) => Self::field(
                "discretion",
                findings
                    .into_iter()
                    .map(|one| {
                        format!(
                            "{}（{}）",
                            one.sentence.trim_end_matches('。'),
                            one.citation
                        )
                    })
                    .fold(
                        "有原则性条件不符合，通过须写明理由".to_owned(),
                        |text, one| text + "：" + &one,
                    ),
            ),
        }
    }
}

pub(crate) fn subject(one: &Application) -> Subject {
    Subject::new(KIND, one.id)
}

/// Whose it is: what a unit recommends is the unit's.
pub(crate) fn target(one: &Application) -> Target<'_> {
    let pool = Target::pool(one.pool).of_team(one.team.as_deref());
    match one.unit() {
        Some(organisation) => pool.of_organisation(organisation),
        None => pool,
    }
}

/// The facts as a person's file.
pub(crate) fn file_of(one: &Application) -> PersonFile {
    PersonFile {
        profile: one.profile.clone(),
        office_phone: one.office_phone.clone(),
    }
}

pub(crate) fn by(ctx: &Ctx) -> Result<By> {
    Ok(By {
        account: ctx.actor.account.ok_or(Error::LoggedOut)?,
        name: ctx.actor.name.clone(),
        at: ctx.now,
    })
}

/// The actor, today, on this paper.
pub(crate) fn hand(ctx: &Ctx, document: Option<String>) -> Result<Hand> {
    Ok(Hand {
        by: by(ctx)?,
        on: ctx.today(),
        document,
    })
}

pub(crate) fn channel_of<'p>(pool: &'p OpenPool, one: &Application) -> Result<&'p Channel> {
    pool.pack
        .admission
        .channel(&one.channel)
        .ok_or_else(|| Error::Internal(format!("申请 {} 的渠道不在规则包里", one.number)))
}

pub(crate) async fn find(db: &mut impl Db, id: RecordId) -> Result<Row> {
    records::find(db, id, KIND).await
}

impl Service {
    /// Index columns: `parent` is the channel, `subject` the blind index of the identity number.
    fn keys(&self, pool: &OpenPool, kept: &Kept) -> RecordKeys {
        let one = &kept.application;
        RecordKeys {
            pool: one.pool,
            kind: KIND.to_owned(),
            number: Some(one.number.clone()),
            status: if one.is_private() {
                PRIVATE.to_owned()
            } else {
                one.state.code().to_owned()
            },
            parent: Some(one.channel.clone()),
            subject: kept.identity.clone(),
            team: one.team.clone().unwrap_or_default(),
            due_on: self.due(pool, one),
            sort: one.number.clone(),
            title: one.profile.name.clone(),
        }
    }

    /// The last day of what is waited for: the time the step of the pack allows, or the time to put
    /// things right.
    pub(crate) fn due(&self, pool: &OpenPool, one: &Application) -> Option<Date> {
        match &one.state {
            State::At { station, since, .. } => {
                let allowed = pool.pack.admission.step(*station)?.due?;
                let since = since.to_zoned(shanghai()).datetime();
                Some(allowed.after(since, &self.calendar).value.date())
            }
            State::Returned { until, .. } => *until,
            _ => None,
        }
    }

    pub(crate) async fn save_application(
        &self,
        change: &mut Change<'_>,
        pool: &OpenPool,
        row: &mut Row,
    ) -> Result<()> {
        row.keys = self.keys(pool, &row.body);
        document::save(change, row).await?;
        Ok(())
    }

    /// Opens the door for a change of one application. Callers authorize.
    pub(crate) async fn application_change<'c>(
        &self,
        ctx: &'c Ctx,
        pool: PoolId,
        id: RecordId,
    ) -> Result<(Change<'c>, Row, OpenPool)> {
        let open = self.any_pool(pool).await?;
        let mut change = self.change(ctx, pool).await?;
        let row = find(&mut *change, id).await?;
        if row.body.application.pool != pool {
            return Err(Error::NotFound);
        }
        Ok((change, row, open))
    }

    /// Whoever may not see an application is told that there is none.
    pub(crate) fn readable_application(ctx: &Ctx, one: &Application) -> Result<()> {
        let seen = ctx.actor.allow(Action::ReadApplications, target(one));
        match seen {
            Ok(_) if !one.is_private() => Ok(()),
            _ => Err(Error::NotFound),
        }
    }

    /// The stored application with this id, for somebody who may see it.
    pub(crate) async fn seen_application(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
    ) -> Result<(OpenPool, Row)> {
        let pool = self.pool_numbered(ctx, no).await?;
        let row = find(&mut self.store.read(), id).await?;
        if row.body.application.pool != pool.id() {
            return Err(Error::NotFound);
        }
        Self::readable_application(ctx, &row.body.application)?;
        Ok((pool, row))
    }

    pub(crate) fn seal_applicant(&self, id: RecordId, private: &Private) -> Result<String> {
        let plain = |secret: &Option<Secret>| {
            secret
                .as_ref()
                .map(|secret| secret.reveal().to_owned())
                .unwrap_or_default()
        };
        let parts = [
            plain(&private.id_number),
            plain(&private.phone),
            plain(&private.email),
            plain(&private.address),
        ];
        let text =
            serde_json::to_string(&parts).map_err(|error| Error::Internal(error.to_string()))?;
        let sealed = self
            .store
            .seals()
            .seal(&APPLICANT, &id.to_string(), &Secret::new(text))
            .map_err(store::Error::from)?;
        Ok(hex::encode(sealed))
    }

    pub(crate) fn open_applicant(&self, row: &Row) -> Result<Private> {
        let broken = || Error::Internal("申请人的证件与联系方式读不出来".to_owned());
        let sealed = hex::decode(&row.body.sealed).map_err(|_| broken())?;
        let text = self
            .store
            .seals()
            .open(&APPLICANT, &row.id.to_string(), &sealed)
            .map_err(store::Error::from)?;
        let [id_number, phone, email, address]: [String; 4] =
            serde_json::from_str(text.reveal()).map_err(|_| broken())?;
        let secret = |text: String| (!text.is_empty()).then(|| Secret::new(text));
        Ok(Private {
            id_number: secret(id_number),
            phone: secret(phone),
            email: secret(email),
            address: secret(address),
        })
    }

    /// The blind index of an identity number: the same for the same person, whatever the channel and
    /// the pool.
    pub(crate) fn identity_index(&self, private: &Private) -> Option<String> {
        let number = private.id_number.as_ref()?;
        let index = self.store.seals().index(&store::persons::ID_NUMBER, number);
        Some(hex::encode(index))
    }

    /// The facts of an application, with what the registers of this installation say.
    pub(crate) async fn facts_of_application(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        row: &Row,
    ) -> Result<Facts> {
        let private = self.open_applicant(row)?;
        let mut looked = Facts {
            registers: BTreeMap::new(),
            ..Facts::default()
        };
        self.look_up(db, pool, &mut looked, private.id_number.as_ref())
            .await?;
        Ok(row.body.application.facts(looked.registers))
    }

    /// Whether a notice calls for an application. What is handed in through this system is in time by
    /// the server's clock, to the second (A-G-10); what came on paper, by the day it came.
    pub(crate) async fn call(
        &self,
        db: &mut impl Db,
        channel: &Channel,
        one: &Application,
    ) -> Result<Call> {
        if !channel.needs_notice {
            return Ok(Call::NotNeeded);
        }
        let Some(answered) = &one.notice else {
            return Ok(Call::Nowhere);
        };
        let number = answered.number.clone();
        if one.is_private() {
            let notice = solicitations::numbered(db, one.pool, &number).await?;
            let at = solicitations::civil(self.clock.now());
            return Ok(match notice {
                Some(notice) if notice.takes(&channel.id, at) => Call::Open { number },
                _ => Call::Closed {
                    number,
                    on: answered.closes_on,
                },
            });
        }
        Ok(if answered.closes_on < one.received_on {
            Call::Closed {
                number,
                on: answered.closes_on,
            }
        } else {
            Call::Open { number }
        })
    }

    /// What must hold before the application passes `station` on a day.
    pub(crate) async fn before_station(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        row: &Row,
        station: Station,
        on: Date,
    ) -> Result<Vec<domain::finding::Finding>> {
        let facts = self.facts_of_application(db, pool, row).await?;
        let application = &row.body.application;
        let channel = channel_of(pool, application)?;
        let case = Case {
            pack: &pool.pack,
            channel,
            application,
            facts: &facts,
            call: &self.call(db, channel, application).await?,
            posting: &self
                .posting_before(db, pool, application, station, on)
                .await?,
        };
        let mut findings = case.before(station, on);
        if station == Station::Submit {
            findings.extend(self.lacking(pool, row).await?);
        }
        Ok(findings)
    }

    /// Does the instrument let somebody in this role do this to the application?
    pub(crate) fn check_act(
        pool: &OpenPool,
        act: Act,
        role: Role,
        one: &Application,
    ) -> Result<()> {
        let situation = Situation::EMPTY.with(Field::Channel, &one.channel);
        let acts = |party: &domain::policy::pack::Party| {
            party.roles.contains(&role) && pool.pack.may(&party.id, act, &situation)
        };
        // An instrument that assigns an act to nobody leaves it to the manager.
        let Some(permission) = pool.pack.permission(act) else {
            return Ok(());
        };
        if pool.pack.parties.iter().any(acts) {
            return Ok(());
        }
        let parties: Vec<&str> = permission
            .parties
            .iter()
            .map(|party| pool.pack.party_label(party))
            .collect();
        Err(Error::Refused(vec![Reason::law(
            "application.party",
            &permission.citation,
            format!(
                "{}由{}办理，您的岗位不代表这一方。",
                act.zh(),
                parties.join("、")
            ),
        )]))
    }

    /// Tells the applicant by every channel an address is known for.
    pub(crate) async fn tell_applicant(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        row: &Row,
        title: &str,
        text: &str,
    ) -> Result<()> {
        let private = self.open_applicant(row)?;
        let one = &row.body.application;
        let text = format!("【{}】您的入库申请 {} {text}", pool.pool.name, one.number);
        for (medium, recipient) in [(Medium::Sms, private.phone), (Medium::Email, private.email)] {
            let Some(recipient) = recipient else { continue };
            let message = Message {
                id: self.id::<MessageId>(ctx),
                pool: Some(one.pool),
                channel: medium.word().to_owned(),
                recipient,
                account: None,
                subject: title.to_owned(),
                content: Secret::new(text.as_str()),
                reference_kind: KIND.to_owned(),
                reference_id: one.id.to_string(),
                created_at: ctx.now,
                send_at: ctx.now,
                deadline: None,
            };
            change.enqueue(&message).await?;
        }
        Ok(())
    }
}

/// An event about an application, with its number.
pub(crate) fn event(kind: EventKind, one: &Application) -> Event {
    Event::new(kind, subject(one)).fact("number", &one.number)
}
