//! 单位: the one register of organisations that recusal compares, with the officers who keep it.

use domain::actor::Action;
use domain::credit_code::CreditCode;
use domain::event::{Event, EventKind, Subject};
use domain::id::OrganisationId;
use domain::organisation::Organisation;
use domain::pinyin::{self, SearchKeys};
use store::SearchText;
use store::document::{Count, Page, PageRequest};
use store::organisations::{self, OrganisationFilter, OrganisationKeys};

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::pools::OpenPool;
use crate::service::Service;
use crate::typed;

/// Longest name, in characters.
const LONGEST: usize = 100;

/// An organisation as typed.
#[derive(Debug, Clone, Default)]
pub struct OrganisationDraft {
    /// 全称
    pub name: String,
    /// 统一社会信用代码
    pub credit_code: String,
    /// 单位属性
    pub kind: String,
    /// 上市公司
    pub listed: bool,
    /// 行政事业单位
    pub public_body: bool,
    /// 联系人
    pub contact: String,
}

/// An organisation with its version, for changes.
#[derive(Debug, Clone, serde::Serialize)]
pub struct OrganisationRow {
    /// Version of the stored row.
    pub version: i64,
    /// The organisation.
    pub organisation: Organisation,
}

fn row(stored: organisations::Organisation<Organisation>) -> OrganisationRow {
    OrganisationRow {
        version: stored.version,
        organisation: stored.body,
    }
}

impl Service {
    /// One page of the register, by name.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn organisations(
        &self,
        ctx: &Ctx,
        no: i64,
        text: &str,
        kinds: Vec<String>,
        page: &PageRequest,
    ) -> Result<(Page<OrganisationRow>, Count)> {
        self.open_part(ctx, no, Action::ReadRelations).await?;
        let filter = OrganisationFilter {
            text: text.to_owned(),
            kinds,
        };
        let mut db = self.store.read();
        let found = organisations::page(&mut db, &filter, page).await?;
        let count = organisations::count(&mut db, &filter).await?;
        Ok((
            Page {
                items: found.items.into_iter().map(row).collect(),
                next: found.next,
            },
            count,
        ))
    }

    /// At most 20 organisations for a typed text, for whoever works in the pool.
    ///
    /// # Errors
    /// Not found.
    pub async fn search_organisations(
        &self,
        ctx: &Ctx,
        no: i64,
        text: &str,
    ) -> Result<Vec<Organisation>> {
        self.pool_numbered(ctx, no).await?;
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        let filter = OrganisationFilter {
            text: text.to_owned(),
            kinds: Vec::new(),
        };
        let found = organisations::page::<Organisation>(
            &mut self.store.read(),
            &filter,
            &PageRequest::first(20),
        )
        .await?;
        Ok(found.items.into_iter().map(|row| row.body).collect())
    }

    /// One organisation.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn organisation(
        &self,
        ctx: &Ctx,
        no: i64,
        id: OrganisationId,
    ) -> Result<OrganisationRow> {
        self.open_part(ctx, no, Action::ReadRelations).await?;
        let found = organisations::find(&mut self.store.read(), id).await?;
        found.map(row).ok_or(Error::NotFound)
    }

    /// 登记单位.
    ///
    /// # Errors
    /// Denied, or everything wrong with what was typed.
    pub async fn add_organisation(
        &self,
        ctx: &Ctx,
        no: i64,
        draft: &OrganisationDraft,
    ) -> Result<OrganisationId> {
        let pool = self.open_part(ctx, no, Action::EditRelations).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::EditRelations, &pool)?;
        let organisation = checked(&mut change, &pool, self.id(ctx), draft, None).await?;
        insert(&mut change, &organisation).await?;
        change
            .record(event(EventKind::OrganisationAdded, &organisation))
            .await?;
        change.commit().await?;
        Ok(organisation.id)
    }

    /// 变更单位.
    ///
    /// # Errors
    /// Denied, stale, or everything wrong with what was typed.
    pub async fn change_organisation(
        &self,
        ctx: &Ctx,
        no: i64,
        id: OrganisationId,
        version: i64,
        draft: &OrganisationDraft,
    ) -> Result<()> {
        let pool = self.open_part(ctx, no, Action::EditRelations).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::EditRelations, &pool)?;
        let mut stored = organisations::find::<Organisation>(&mut *change, id)
            .await?
            .ok_or(Error::NotFound)?;
        if stored.version != version {
            return Err(Error::Stale);
        }
        let organisation = checked(&mut change, &pool, id, draft, Some(id)).await?;
        let before = std::mem::replace(&mut stored.body, organisation.clone());
        stored.keys = keys(&organisation);
        organisations::save(&mut change, &mut stored, &search_text(&organisation)).await?;
        let event = event(EventKind::OrganisationChanged, &organisation)
            .fact("name_before", before.name)
            .fact("credit_code_before", before.credit_code.unwrap_or_default());
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }
}

fn event(kind: EventKind, organisation: &Organisation) -> Event {
    Event::new(kind, Subject::new("organisation", organisation.id))
        .fact("name", &organisation.name)
        .fact(
            "credit_code",
            organisation.credit_code.as_deref().unwrap_or_default(),
        )
}

fn keys(organisation: &Organisation) -> OrganisationKeys {
    OrganisationKeys {
        name: organisation.name.clone(),
        name_sort: pinyin::sort_key(&organisation.name),
        credit_code: organisation.credit_code.clone(),
        kind: organisation.kind.clone().unwrap_or_default(),
    }
}

fn search_text(organisation: &Organisation) -> SearchText {
    let readings = SearchKeys::of_text(&organisation.name);
    let mut text = SearchText::new().text(&organisation.name);
    // The likeliest readings are enough for names of organisations, which are long.
    for key in readings
        .full
        .iter()
        .take(2)
        .chain(readings.initials.iter().take(2))
    {
        text = text.word(key);
    }
    match &organisation.credit_code {
        Some(code) => text.word(code),
        None => text,
    }
}

/// Writes a new organisation; the caller records why.
pub(crate) async fn insert(change: &mut Change<'_>, organisation: &Organisation) -> Result<()> {
    let text = search_text(organisation);
    organisations::insert(
        change,
        organisation.id,
        keys(organisation),
        &text,
        organisation.clone(),
    )
    .await?;
    Ok(())
}

async fn checked(
    change: &mut Change<'_>,
    pool: &OpenPool,
    id: OrganisationId,
    draft: &OrganisationDraft,
    own: Option<OrganisationId>,
) -> Result<Organisation> {
    let mut problems = Vec::new();
    let name = typed::required(
        &mut problems,
        "name",
        &draft.name,
        "没有填写单位全称。回避按全称和信用代码核对，请按营业执照或法人证书填写。",
    );
    typed::at_most(&mut problems, "name", "单位全称", &name, LONGEST);
    let code = typed::parsed(
        &mut problems,
        "credit_code",
        &draft.credit_code,
        CreditCode::parse,
    );
    let kind = typed::optional(&draft.kind);
    if let Some(kind) = &kind
        && !pool.offered("employer_kind").contains(kind)
    {
        problems.push(Problem::new(
            "kind",
            format!("单位属性“{kind}”不在《办法》附件的选项里。请从列表中选择。"),
        ));
    }
    if let Some(code) = &code
        && let Some(other) =
            organisations::by_credit_code::<Organisation>(&mut **change, code.as_str()).await?
        && Some(other.id) != own
    {
        problems.push(Problem::new(
            "credit_code",
            format!(
                "这个信用代码已登记为“{}”。同一代码就是同一法人，请直接使用该单位。",
                other.body.name
            ),
        ));
    }
    if code.is_none() && problems.is_empty() {
        let same = organisations::named::<Organisation>(&mut **change, &name).await?;
        if same
            .iter()
            .any(|other| Some(other.id) != own && other.body.credit_code.is_none())
        {
            problems.push(Problem::new(
                "name",
                format!("已登记过“{name}”，两条都没有信用代码，无法区分。请填写统一社会信用代码。"),
            ));
        }
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    Ok(Organisation {
        id,
        name,
        credit_code: code.map(|code| code.as_str().to_owned()),
        kind,
        listed: draft.listed,
        public_body: draft.public_body,
        contact: typed::optional(&draft.contact),
    })
}
