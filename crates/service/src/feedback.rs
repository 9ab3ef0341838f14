//! 意见反馈: anybody writes to the office of a pool without a log-in, and comes back with a code to read the
//! answer. What is said and who says it are sealed.

mod reading;

use domain::actor::Action;
use domain::contact::{Email, Mobile};
use domain::event::{Event, EventKind, Subject};
use domain::feedback::{About, Feedback, Refused, State, Thing, Topic, said};
use domain::id::{MessageId, PoolId, RecordId};
use domain::policy::pack::Medium;
use domain::policy::words::Word as _;
use jiff::{SignedDuration, Timestamp};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use store::messages::Message;
use store::records::RecordKeys;
use store::sealed::{Column, Shape};
use store::{Db, Secret, document};

pub use reading::{FeedbackView, Reply, Writer};

use crate::applications::by;
use crate::certificates;
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::pools::OpenPool;
use crate::records;
use crate::service::Service;
use crate::typed;

/// Kind of the stored records.
const KIND: &str = "feedback";

/// What is said.
const TEXT: Column = Column {
    table: "record",
    name: "feedback",
    pad: 512,
    shape: Shape::Text,
};
/// Who says it.
const WRITER: Column = Column {
    table: "record",
    name: "feedback_writer",
    pad: 256,
    shape: Shape::Text,
};

/// Later than this nobody needs to be told any more that there is an answer.
const TELLING: SignedDuration = SignedDuration::from_hours(24 * 7);

/// A message as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    /// The message.
    feedback: Feedback,
    /// What is said, sealed, hex.
    text: String,
    /// Name and contact, sealed, hex; none where neither was given.
    writer: Option<String>,
    /// Keyed hash of the code by which it is looked up, hex.
    code: String,
}

type Row = store::records::Record<Kept>;

/// A message as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Letter {
    /// Code of the topic.
    pub topic: String,
    /// What is said.
    pub text: String,
    /// Number of a notice, a public list, a draw or a certificate; empty: of none in particular.
    pub about: String,
    /// 姓名; may be empty.
    pub name: String,
    /// 联系方式; may be empty.
    pub contact: String,
}

/// What its writer keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Acknowledged {
    /// 编号
    pub number: String,
    /// 查询码, told only now.
    pub code: String,
    /// What it is about.
    pub topic: Topic,
    /// When it came in.
    pub received: Timestamp,
}

/// The office somebody may write to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Office {
    /// Number of the pool.
    pub no: i64,
    /// Name of the pool.
    pub pool: String,
    /// Who manages it.
    pub manager: String,
    /// Its telephone.
    pub phone: Option<String>,
    /// What is to be known of the instrument's force.
    pub banner: Option<String>,
    /// It belongs to a demonstration.
    pub demonstration: bool,
}

/// What was typed, read.
struct Said {
    topic: Topic,
    text: String,
    about: Option<About>,
    writer: Option<(String, String)>,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let sentence = refused.to_string();
        let field = match refused {
            Refused::Over(..) => return Self::state("feedback.state", sentence),
            Refused::NoTopic => "topic",
            Refused::Nothing | Refused::TooLong(_) => "text",
            Refused::NoAnswer | Refused::AnswerTooLong(_) => "answer",
            Refused::NoReason | Refused::ReasonTooLong(_) => "reason",
        };
        Self::field(field, sentence)
    }
}

fn keys(one: &Feedback) -> RecordKeys {
    RecordKeys {
        pool: one.pool,
        kind: KIND.to_owned(),
        number: Some(one.number.clone()),
        status: one.state.code().to_owned(),
        parent: None,
        subject: None,
        team: String::new(),
        due_on: None,
        sort: one.number.clone(),
        title: one.topic.zh().to_owned(),
    }
}

fn event(kind: EventKind, one: &Feedback) -> Event {
    let about = one.about.as_ref().map(About::words);
    Event::new(kind, Subject::new(KIND, one.id))
        .fact("number", &one.number)
        .fact("topic", one.topic.zh())
        .fact("concerns", about.unwrap_or_default())
}

async fn save(change: &mut Change<'_>, row: &mut Row) -> Result<()> {
    row.keys = keys(&row.body.feedback);
    document::save(change, row).await?;
    Ok(())
}

async fn find(db: &mut impl Db, pool: PoolId, id: RecordId) -> Result<Row> {
    records::find_in(db, pool, id, KIND).await
}

/// What is not there is nothing.
fn known<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

/// The phone or mailbox a contact is, if it is one.
fn reached(contact: &str) -> Option<(Medium, Secret)> {
    if let Ok(phone) = Mobile::parse(contact) {
        return Some((Medium::Sms, Secret::new(phone.expose())));
    }
    let mailbox = Email::parse(contact).ok()?;
    Some((Medium::Email, Secret::new(mailbox.expose())))
}

impl Service {
    /// The offices anybody may write to, by the numbers of their pools.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn feedback_offices(&self) -> Result<Vec<Office>> {
        let mut offices = Vec::new();
        for pool in self.public_pools().await? {
            offices.push(self.office_of(&pool).await?);
        }
        Ok(offices)
    }

    /// The office of one pool.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a number no pool has.
    pub async fn feedback_office(&self, no: i64) -> Result<Office> {
        self.office_of(&self.written_to(no).await?).await
    }

    async fn written_to(&self, no: i64) -> Result<OpenPool> {
        let mut pools = self.public_pools().await?.into_iter();
        pools.find(|pool| pool.no == no).ok_or(Error::NotFound)
    }

    async fn office_of(&self, pool: &OpenPool) -> Result<Office> {
        Ok(Office {
            no: pool.no,
            pool: pool.pool.name.clone(),
            manager: self.organisation_name(pool.pool.manager).await?,
            phone: pool.pool.phone.clone(),
            banner: pool.standing(self.schedule().today()).banner(),
            demonstration: pool.pool.demonstration,
        })
    }

    /// The public thing of this number, with the number of its pool; `None` where there is no such thing.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn feedback_about(&self, number: &str) -> Result<Option<(i64, About)>> {
        for pool in self.public_pools().await? {
            if let Some(about) = self.named_by(&pool, number).await? {
                return Ok(Some((pool.no, about)));
            }
        }
        Ok(None)
    }

    /// The public thing of this number in this pool.
    async fn named_by(&self, pool: &OpenPool, typed: &str) -> Result<Option<About>> {
        let number = domain::text::compact(typed);
        let about = |thing, number| Some(About { thing, number });
        if let Some(shown) = known(self.published_notice(&number).await)?
            && shown.line.pool == pool.no
        {
            return Ok(about(Thing::Notice, shown.line.number));
        }
        let row = known(self.put_up(&mut self.store.read(), &number).await)?;
        if let Some(posting) = row.map(|row| row.body).filter(|one| one.pool == pool.id())
            && let Some(posted) = posting.state.posted()
        {
            return Ok(about(Thing::Posting, posted.number.clone()));
        }
        if let Some((attempt, _)) = known(self.public_attempt(&number).await)?
            && attempt.pool == pool.id()
        {
            return Ok(about(Thing::Draw, attempt.number));
        }
        // What stands on a certificate is written by the pack, brackets and all.
        let printed = domain::text::tidy(typed);
        for number in [printed.to_uppercase(), printed] {
            let kind = certificates::KIND;
            let mut read = self.store.read();
            let row = store::records::by_number::<IgnoredAny>(&mut read, pool.id(), kind, &number)
                .await?;
            if row.is_some() {
                return Ok(about(Thing::Certificate, number));
            }
        }
        Ok(None)
    }

    /// What was typed, or everything wrong with it.
    async fn read_letter(&self, pool: &OpenPool, letter: &Letter) -> Result<Said> {
        let mut problems = Vec::new();
        let topic = Topic::from_code(letter.topic.trim());
        if topic.is_none() {
            problems.push(Problem::new("topic", Refused::NoTopic.to_string()));
        }
        let text = said(&letter.text)
            .map_err(|refused| problems.push(Problem::new("text", refused.to_string())))
            .ok();
        let number = domain::text::tidy(&letter.about);
        let name = domain::text::tidy(&letter.name);
        let contact = domain::text::tidy(&letter.contact);
        typed::at_most(&mut problems, "about", "有关编号", &number, 60);
        typed::at_most(&mut problems, "name", "姓名", &name, 40);
        typed::at_most(&mut problems, "contact", "联系方式", &contact, 100);
        let about = match number.is_empty() {
            true => None,
            false => self.named_by(pool, &number).await?,
        };
        if about.is_none() && !number.is_empty() {
            problems.push(Problem::new(
                "about",
                format!(
                    "本库没有编号为“{number}”的公告、公示、抽取或证书。请对照原件核对，或留空，在内容里写明。"
                ),
            ));
        }
        match (topic, text) {
            (Some(topic), Some(text)) if problems.is_empty() => Ok(Said {
                topic,
                text,
                about,
                writer: (!name.is_empty() || !contact.is_empty()).then_some((name, contact)),
            }),
            _ => Err(Error::Invalid(problems)),
        }
    }

    /// 提交意见 on the public page.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a number no pool has; [`Error::Invalid`] with everything wrong.
    pub async fn send_feedback(&self, ctx: &Ctx, no: i64, letter: &Letter) -> Result<Acknowledged> {
        let pool = self.written_to(no).await?;
        let letter = self.read_letter(&pool, letter).await?;
        let id: RecordId = self.id(ctx);
        let code = self.verification_code();
        let writer = self.seal_writer(&WRITER, id, letter.writer.as_ref())?;
        let text = self.seal_for(&TEXT, id, &letter.text)?;
        let mut change = self.change(ctx, pool.id()).await?;
        let year = ctx.today().year();
        let kept = Kept {
            feedback: Feedback {
                id,
                pool: pool.id(),
                number: records::next_number(&mut change, &pool, year, KIND, "FK").await?,
                topic: letter.topic,
                about: letter.about,
                received: ctx.now,
                state: State::Open,
            },
            text,
            writer,
            code: self.code_hash(KIND, &code),
        };
        let one = &kept.feedback;
        document::insert(&mut change, id, keys(one), &kept).await?;
        change
            .record(event(EventKind::FeedbackReceived, one))
            .await?;
        change.commit().await?;
        Ok(Acknowledged {
            number: one.number.clone(),
            code: certificates::grouped(&code),
            topic: one.topic,
            received: one.received,
        })
    }

    /// Opens the door for a step with one message.
    async fn feedback_change<'c>(
        &self,
        ctx: &'c Ctx,
        no: i64,
        id: RecordId,
    ) -> Result<(Change<'c>, Row, OpenPool)> {
        let pool = self.open_pool(ctx, no, Action::AnswerFeedback).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize(Action::AnswerFeedback, pool.target())?;
        let row = find(&mut *change, pool.id(), id).await?;
        Ok((change, row, pool))
    }

    /// 答复; whoever left a phone or a mailbox is told that there is an answer, not what it says.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::Refused`] once answered or closed;
    /// [`Error::Invalid`].
    pub async fn answer_feedback(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        answer: &str,
    ) -> Result<()> {
        let (mut change, mut row, pool) = self.feedback_change(ctx, no, id).await?;
        row.body.feedback.answer(answer, by(ctx)?)?;
        save(&mut change, &mut row).await?;
        let one = &row.body.feedback;
        let answered = event(EventKind::FeedbackAnswered, one)
            .detail(serde_json::json!({ "answer": one.reply() }));
        change.record(answered).await?;
        self.tell_writer(&mut change, ctx, &pool, &row).await?;
        change.commit().await?;
        Ok(())
    }

    /// 关闭 without an answer, with a reason its writer reads.
    ///
    /// # Errors
    /// As [`Service::answer_feedback`].
    pub async fn close_feedback(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        reason: &str,
    ) -> Result<()> {
        let (mut change, mut row, pool) = self.feedback_change(ctx, no, id).await?;
        row.body.feedback.close(reason, by(ctx)?)?;
        save(&mut change, &mut row).await?;
        let closed = event(EventKind::FeedbackClosed, &row.body.feedback)
            .fact("reason", domain::text::tidy(reason));
        change.record(closed).await?;
        self.tell_writer(&mut change, ctx, &pool, &row).await?;
        change.commit().await?;
        Ok(())
    }

    async fn tell_writer(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        row: &Row,
    ) -> Result<()> {
        let writer = self.writer_of(row)?;
        let Some((medium, recipient)) = writer.and_then(|(_, contact)| reached(&contact)) else {
            return Ok(());
        };
        let one = &row.body.feedback;
        let message = Message {
            id: self.id::<MessageId>(ctx),
            pool: Some(one.pool),
            channel: medium.word().to_owned(),
            recipient,
            account: None,
            subject: format!("您的意见{}", one.state.zh()),
            content: Secret::new(format!(
                "【{}】您的意见 {} {}，请凭查询码查看：{}/public/feedback",
                pool.pool.name,
                one.number,
                one.state.zh(),
                self.settings.public_url
            )),
            reference_kind: KIND.to_owned(),
            reference_id: one.id.to_string(),
            created_at: ctx.now,
            send_at: ctx.now,
            deadline: Some(ctx.now + TELLING),
        };
        change.enqueue(&message).await?;
        Ok(())
    }
}
