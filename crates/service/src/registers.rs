//! 名单: registers that bar people and organisations (DG 第二十条, 失信联合惩戒). Entered with their
//! source by whoever keeps the pool; of the identity number or credit code only an index is kept.

use std::collections::HashMap;

use domain::actor::Action;
use domain::credit_code::CreditCode;
use domain::event::{Event, EventKind, Subject};
use domain::id::PersonId;
use domain::identity::IdentityNumber;
use domain::policy::pack::{Pack, Test};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::registers::{self, RegisterEntry};
use store::{Page, PageRequest, Secret};
use uuid::Uuid;

use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::pools::OpenPool;
use crate::service::Service;
use crate::specialties::need_reason;
use crate::typed;

/// A register a pack names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegisterHead {
    /// Id in the pack.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// Who keeps the original.
    pub kept_by: Option<String>,
    /// The article that makes it count.
    pub article: String,
}

/// One entry as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct EntryDraft {
    /// Name of the person or organisation.
    pub name: String,
    /// 身份证号码 or 统一社会信用代码
    pub code: String,
    /// 列入日期
    pub from: String,
    /// 移出日期, when known
    pub to: String,
    /// Where it was read.
    pub source: String,
}

/// Whom an entry concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listed {
    /// 个人
    Person,
    /// 单位
    Organisation,
}

impl Listed {
    /// The word users see.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Person => "个人",
            Self::Organisation => "单位",
        }
    }
}

/// What is stored of an entry besides its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Body {
    listed: Listed,
    /// Last characters of the number, to tell two of the same name apart.
    tail: String,
    by: String,
}

/// One entry as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryRow {
    /// Identifier.
    pub id: Uuid,
    /// Name as listed.
    pub name: String,
    /// Person or organisation.
    pub listed: Listed,
    /// Last characters of the number.
    pub tail: String,
    /// 列入
    pub from: Option<Date>,
    /// 移出; the day itself no longer counts.
    pub to: Option<Date>,
    /// Where it was read.
    pub source: String,
    /// Who entered it.
    pub by: String,
    /// Counts today.
    pub in_force: bool,
}

/// The register a pack bars people by, with the article, if it has one.
pub fn barring(pack: &Pack) -> Option<(String, String)> {
    pack.eligibility
        .leaves
        .iter()
        .find_map(|leaf| match &leaf.test {
            Some(Test::NotListed { register, .. }) => {
                Some((register.clone(), leaf.citation.to_string()))
            }
            _ => None,
        })
}

/// Is an entry in force on a day? The day of removal no longer counts.
fn in_force<B>(entry: &RegisterEntry<B>, on: Date) -> bool {
    entry.from_day.is_none_or(|from| from <= on) && entry.to_day.is_none_or(|to| on < to)
}

impl Service {
    /// The register that bars people from this pool; `None` where the pack has none.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn register_head(&self, ctx: &Ctx, no: i64) -> Result<Option<RegisterHead>> {
        let pool = self.open_part(ctx, no, Action::ReadRelations).await?;
        Ok(head(&pool))
    }

    /// The entries of the pool's register, by name.
    ///
    /// # Errors
    /// Not found or denied; refused where the pack has no register.
    pub async fn register_entries(
        &self,
        ctx: &Ctx,
        no: i64,
        page: &PageRequest,
    ) -> Result<Page<EntryRow>> {
        let pool = self.open_part(ctx, no, Action::ReadRelations).await?;
        let head = needed(&pool)?;
        let mut read = self.store.read();
        let found = registers::page::<serde_json::Value>(&mut read, &head.id, page).await?;
        let today = ctx.today();
        Ok(Page {
            items: found
                .items
                .into_iter()
                .map(|entry| row(entry, today))
                .collect(),
            next: found.next,
        })
    }

    /// 登记: an entry with its source.
    ///
    /// # Errors
    /// Denied; everything wrong with what was typed; refused when the subject is listed already.
    pub async fn add_register_entry(&self, ctx: &Ctx, no: i64, draft: &EntryDraft) -> Result<Uuid> {
        let pool = self.open_part(ctx, no, Action::EditRelations).await?;
        let head = needed(&pool)?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::EditRelations, &pool)?;
        let mut problems = Vec::new();
        let name = typed::required(
            &mut problems,
            "name",
            &draft.name,
            "没有填写姓名或单位名称。请按名单填写。",
        );
        typed::at_most(&mut problems, "name", "姓名或单位名称", &name, 60);
        let source = typed::required(
            &mut problems,
            "source",
            &draft.source,
            "没有填写来源。列入后会影响入库和使用，请写明文件名称、文号或查询网址。",
        );
        typed::at_most(&mut problems, "source", "来源", &source, 200);
        let subject = read_code(&mut problems, &draft.code, ctx.today());
        let from = typed::date(&mut problems, "from", &draft.from, "列入日期");
        if draft.from.trim().is_empty() {
            problems.push(Problem::new("from", "没有填写列入日期。请按名单填写。"));
        }
        let to = typed::date(&mut problems, "to", &draft.to, "移出日期");
        if let (Some(from), Some(to)) = (from, to)
            && to <= from
        {
            problems.push(Problem::new(
                "to",
                format!("移出日期 {to} 不晚于列入日期 {from}。请核对两个日期。"),
            ));
        }
        let Some((code, listed)) = subject.filter(|_| problems.is_empty()) else {
            return Err(Error::Invalid(problems));
        };
        let secret = Secret::new(code.as_str());
        let known =
            registers::about::<serde_json::Value>(&mut *change, self.store.seals(), &secret)
                .await?;
        if let Some(entry) = known
            .iter()
            .find(|entry| entry.register == head.id && in_force(entry, ctx.today()))
        {
            return Err(Error::field(
                "code",
                format!(
                    "这个号码已在名单中（{}，来源：{}）。请核对，不要重复登记。",
                    entry.name, entry.source
                ),
            ));
        }
        let tail: Vec<char> = code.chars().rev().take(4).collect();
        let entry = RegisterEntry {
            id: self.id(ctx),
            register: head.id.clone(),
            name,
            from_day: from,
            to_day: to,
            source,
            body: Body {
                listed,
                tail: tail.into_iter().rev().collect(),
                by: ctx.actor.name.clone(),
            },
        };
        registers::add(&mut change, &entry, Some(&secret)).await?;
        let event = Event::new(
            EventKind::RegisterEntryAdded,
            Subject::new("register_entry", entry.id),
        )
        .fact("register", &entry.register)
        .fact("source", &entry.source)
        .detail(serde_json::json!({ "name": entry.name, "listed": listed.zh() }));
        change.record(event).await?;
        change.commit().await?;
        Ok(entry.id)
    }

    /// 移除: the subject was taken off, or the entry was wrong. What stood there stays in the ledger.
    ///
    /// # Errors
    /// Not found, denied, or without a reason.
    pub async fn remove_register_entry(
        &self,
        ctx: &Ctx,
        no: i64,
        id: Uuid,
        reason: &str,
    ) -> Result<()> {
        let pool = self.open_part(ctx, no, Action::EditRelations).await?;
        let head = needed(&pool)?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::EditRelations, &pool)?;
        let entry = registers::find::<serde_json::Value>(&mut *change, id)
            .await?
            .filter(|entry| entry.register == head.id)
            .ok_or(Error::NotFound)?;
        let reason = need_reason(reason)?;
        registers::remove(&mut change, id).await?;
        let event = Event::new(
            EventKind::RegisterEntryRemoved,
            Subject::new("register_entry", id),
        )
        .fact("register", &entry.register)
        .fact("reason", reason)
        .detail(serde_json::json!({ "name": entry.name, "source": entry.source }));
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// Is an organisation on the register on a day, by credit code?
    pub(crate) async fn is_listed(
        &self,
        register: &str,
        credit_code: Option<&str>,
        on: Date,
    ) -> Result<bool> {
        let Some(code) = credit_code else {
            return Ok(false);
        };
        let mut read = self.store.read();
        let code = Secret::new(code);
        let entries =
            registers::about::<serde_json::Value>(&mut read, self.store.seals(), &code).await?;
        Ok(entries
            .iter()
            .any(|entry| entry.register == register && in_force(entry, on)))
    }

    /// The people of a pool who are on its barring register today, and what it is called.
    pub(crate) async fn listed_persons(
        &self,
        pool: &OpenPool,
    ) -> Result<HashMap<PersonId, String>> {
        let Some(head) = head(pool) else {
            return Ok(HashMap::new());
        };
        let on = self.clock.now().to_zoned(crate::ctx::shanghai()).date();
        let mut read = self.store.read();
        let found = registers::persons_listed(&mut read, pool.pool.id).await?;
        let mut listed = HashMap::new();
        for (person, entry) in found {
            let entry = registers::find::<serde_json::Value>(&mut read, entry).await?;
            if entry.is_some_and(|entry| entry.register == head.id && in_force(&entry, on)) {
                listed.insert(person, head.label.clone());
            }
        }
        Ok(listed)
    }
}

fn head(pool: &OpenPool) -> Option<RegisterHead> {
    let (id, article) = barring(&pool.pack)?;
    let known = pool.pack.vocabulary.register(&id);
    Some(RegisterHead {
        label: known.map_or_else(|| id.clone(), |register| register.label.clone()),
        kept_by: known.and_then(|register| register.kept_by.clone()),
        article,
        id,
    })
}

fn needed(pool: &OpenPool) -> Result<RegisterHead> {
    head(pool).ok_or_else(|| {
        Error::state(
            "register.none",
            "本库的办法没有规定名单核查，不用登记名单。",
        )
    })
}

/// An identity number or a credit code, by its form.
fn read_code(problems: &mut Vec<Problem>, text: &str, today: Date) -> Option<(String, Listed)> {
    let compact = domain::text::compact(text);
    if compact.is_empty() {
        problems.push(Problem::new(
            "code",
            "没有填写证件号码。按号码核对才不会错认同名的人，请填写身份证号码或统一社会信用代码。",
        ));
        return None;
    }
    if let Ok(number) = IdentityNumber::parse_on(&compact, today) {
        return Some((number.expose().to_owned(), Listed::Person));
    }
    match CreditCode::parse(&compact) {
        Ok(code) => Some((code.as_str().to_owned(), Listed::Organisation)),
        Err(_) => {
            problems.push(Problem::new(
                "code",
                "这个号码既不是有效的身份证号码，也不是有效的统一社会信用代码。请核对后重新填写。",
            ));
            None
        }
    }
}

fn row(entry: RegisterEntry<serde_json::Value>, today: Date) -> EntryRow {
    let body: Option<Body> = serde_json::from_value(entry.body.clone()).ok();
    EntryRow {
        in_force: in_force(&entry, today),
        id: entry.id,
        name: entry.name,
        listed: body.as_ref().map_or(Listed::Person, |body| body.listed),
        tail: body
            .as_ref()
            .map(|body| body.tail.clone())
            .unwrap_or_default(),
        by: body.map(|body| body.by).unwrap_or_default(),
        from: entry.from_day,
        to: entry.to_day,
        source: entry.source,
    }
}
