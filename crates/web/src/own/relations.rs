//! The recusal facts on file about oneself: declaring one, and taking back what one declared.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use domain::id::RelationId;
use domain::relation::Source;
use serde::Deserialize;
use service::relations::{self, RelationDraft, RelationRow, With};
use service::{OpenPool, Problem};
use utoipa::ToSchema;

use crate::api::experts::Removal;
use crate::api::{Body, done, items, made};
use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::openapi::says;
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::Session;
use crate::state::App;

const GROUP: &str = "专家本人";

/// Routes of one's own relations.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/m/relations", Access::Person, list)
        .post("/m/relations", Access::Person, declare)
        .get("/m/relations/{relation}/withdraw", Access::Person, ask)
        .post("/m/relations/{relation}/withdraw", Access::Person, withdraw)
        .api(
            Method::GET,
            "/api/v1/me/relations",
            Access::Person,
            says(GROUP, "本人的回避关系").gives("items：种类、对方、起止、来源、撤回、版本"),
            list_json,
        )
        .api(
            Method::POST,
            "/api/v1/me/relations",
            Access::Person,
            says(GROUP, "申报回避关系")
                .takes::<OwnRelation>()
                .makes("id"),
            declare_json,
        )
        .api(
            Method::POST,
            "/api/v1/me/relations/{relation}/withdraw",
            Access::Person,
            says(GROUP, "撤回本人申报的回避关系").takes::<Removal>(),
            withdraw_json,
        )
}

#[derive(Template)]
#[template(path = "own/relations.html")]
struct ListPage {
    layout: Layout,
    form: FormState,
    rows: Vec<Line>,
    pools: Vec<Choice>,
    kinds: Vec<Choice>,
    withs: Vec<Choice>,
    basis: String,
}

/// One relation in words, and where it may be taken back.
struct Line {
    kind: String,
    with: String,
    period: String,
    source: &'static str,
    note: String,
    withdrawal: Option<String>,
    withdraw: Option<String>,
}

fn line(row: RelationRow) -> Line {
    let may = row.relation.source == Source::Declared && row.relation.stands();
    Line {
        with: row.with(),
        period: row.period(),
        withdrawal: row.withdrawal(),
        withdraw: may.then(|| format!("/m/relations/{}/withdraw", row.relation.id)),
        source: row.relation.source.zh(),
        note: row.relation.note.unwrap_or_default(),
        kind: row.relation.kind,
    }
}

async fn own_pools(app: &App, session: &Session) -> Result<Vec<OpenPool>, WebError> {
    let own = app.service.own_record(&session.ctx).await?;
    let mut pools: Vec<OpenPool> = own.into_iter().map(|one| one.pool).collect();
    // Whoever is in several teams of a pool is in it once.
    pools.dedup_by_key(|pool| pool.no);
    Ok(pools)
}

async fn list_page(
    app: &App,
    session: &Session,
    visit: &Visit,
    form: FormState,
) -> Result<ListPage, WebError> {
    let pools = own_pools(app, session).await?;
    let found = app.service.own_relations(&session.ctx).await?;
    let mut kinds: Vec<String> = Vec::new();
    for kind in pools.iter().flat_map(relations::kinds) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let basis = pools.first().and_then(|pool| {
        let rules = pool.pack.recusal.as_ref()?;
        Some(format!(
            "《{}》{}",
            pool.pack.identity.title, rules.citation
        ))
    });
    Ok(ListPage {
        layout: session.layout(app, visit, "我的回避关系").judged(&form),
        rows: found.into_iter().map(line).collect(),
        pools: pools
            .iter()
            .map(|pool| Choice::new(pool.no.to_string(), &pool.pool.name))
            .collect(),
        kinds: kinds
            .into_iter()
            .map(|kind| Choice::new(kind.clone(), kind))
            .collect(),
        withs: With::ALL
            .iter()
            .map(|with| Choice::new(with.code(), with.zh()))
            .collect(),
        basis: basis.unwrap_or_default(),
        form,
    })
}

async fn list(
    State(app): State<App>,
    session: Session,
    visit: Visit,
) -> Result<Response, WebError> {
    page::page(&list_page(&app, &session, &visit, FormState::blank()).await?)
}

const NO_POOL: &str = "没有选择专家库。请选择向哪一个专家库申报。";

/// The pool to declare in: the one named, or the only one.
fn chosen(pools: &[OpenPool], named: impl Fn(i64) -> bool) -> Option<&OpenPool> {
    match pools {
        [only] => Some(only),
        several => several.iter().find(|pool| named(pool.no)),
    }
}

async fn declare(
    State(app): State<App>,
    session: Session,
    visit: Visit,
    mut form: FormState,
) -> Result<Response, WebError> {
    let pools = own_pools(&app, &session).await?;
    let Some(pool) = chosen(&pools, |no| no.to_string() == form.value("pool")) else {
        form.reject("pool", NO_POOL);
        return page::rejected(&list_page(&app, &session, &visit, form).await?);
    };
    let draft = RelationDraft {
        kind: form.text("kind"),
        with: form.text("with"),
        organisation: form.text("organisation"),
        organisation_id: String::new(),
        person: form.text("person"),
        guideline: form.text("guideline"),
        round: form.text("round"),
        from: form.text("from"),
        to: form.text("to"),
        note: form.text("note"),
    };
    let outcome = app
        .service
        .declare_relation(&session.ctx, pool.pool.id, &draft)
        .await;
    let next = outcome.map(|_| "/m/relations".to_owned());
    page::answered(next, form, |form| list_page(&app, &session, &visit, form)).await
}

#[derive(Template)]
#[template(path = "own/withdraw.html")]
struct WithdrawPage {
    layout: Layout,
    form: FormState,
    one: Line,
    action: String,
    version: i64,
}

async fn withdraw_page(
    app: &App,
    session: &Session,
    visit: &Visit,
    id: RelationId,
    form: FormState,
) -> Result<WithdrawPage, WebError> {
    let found = app.service.own_relations(&session.ctx).await?;
    let row = found.into_iter().find(|row| row.relation.id == id);
    let row = row.ok_or(WebError::NotFound)?;
    Ok(WithdrawPage {
        layout: session.layout(app, visit, "撤回回避关系").judged(&form),
        action: format!("/m/relations/{id}/withdraw"),
        version: row.version,
        one: line(row),
        form,
    })
}

type At = (State<App>, Session, Visit, Path<RelationId>);

async fn ask((State(app), session, visit, Path(id)): At) -> Result<Response, WebError> {
    page::page(&withdraw_page(&app, &session, &visit, id, FormState::blank()).await?)
}

async fn withdraw(
    (State(app), session, visit, Path(id)): At,
    form: FormState,
) -> Result<Response, WebError> {
    let version = form.version()?;
    let outcome = app
        .service
        .withdraw_relation(&session.ctx, id, version, form.value("reason"))
        .await;
    let next = outcome.map(|()| "/m/relations".to_owned());
    page::answered(next, form, |form| {
        withdraw_page(&app, &session, &visit, id, form)
    })
    .await
}

async fn list_json(State(app): State<App>, session: Session) -> Result<Response, WebError> {
    Ok(items(&app.service.own_relations(&session.ctx).await?))
}

/// 申报
#[derive(Deserialize, ToSchema)]
struct OwnRelation {
    /// 向哪个专家库申报（序号）；只在一个库的可以不写
    #[serde(default)]
    pool: Option<i64>,
    #[serde(flatten)]
    relation: crate::api::relations::Relation,
}

async fn declare_json(
    State(app): State<App>,
    session: Session,
    Body(sent): Body<OwnRelation>,
) -> Result<Response, WebError> {
    let pools = own_pools(&app, &session).await?;
    let pool = chosen(&pools, |no| sent.pool == Some(no))
        .ok_or_else(|| WebError::Invalid(vec![Problem::new("pool", NO_POOL)]))?;
    let id = app
        .service
        .declare_relation(&session.ctx, pool.pool.id, &sent.relation.draft())
        .await?;
    Ok(made(id))
}

async fn withdraw_json(
    State(app): State<App>,
    session: Session,
    Path(id): Path<RelationId>,
    Body(sent): Body<Removal>,
) -> Result<Response, WebError> {
    app.service
        .withdraw_relation(&session.ctx, id, sent.version, &sent.why.reason)
        .await?;
    Ok(done())
}
