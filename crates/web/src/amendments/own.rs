//! The expert's phone: asking for a change, adding proof, taking it back.

use askama::Template;
use axum::extract::multipart::Multipart;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::Method;
use axum::response::Response;
use axum::routing::post;
use domain::amendment::{Amendment, State as Stands};
use domain::id::{PoolId, RecordId};
use service::Problem;
use service::amendments::OwnAmendment;
use service::attachments::MOST_BYTES;

use super::{GROUP, status, words};
use crate::api::{Body, done, fields_of, items, made};
use crate::components::Status;
use crate::error::WebError;
use crate::experts::fields;
use crate::files::uploaded;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::openapi::says;
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::Session;
use crate::state::App;

const PERSON: Access = Access::Person;

pub(super) fn routes() -> Routes {
    let upload = post(prove).layer(DefaultBodyLimit::max(MOST_BYTES + 64 * 1024));
    Routes::new()
        .get("/m/amendments", PERSON, list)
        .post("/m/amendments", PERSON, ask)
        .add(
            Method::POST,
            "/m/amendments/{amendment}/proof",
            PERSON,
            upload,
        )
        .post("/m/amendments/{amendment}/withdraw", PERSON, withdraw)
        .api(
            Method::GET,
            "/api/v1/me/amendments",
            PERSON,
            says(GROUP, "本人的信息变更申请").gives("items：编号、项目、状态、证明材料"),
            list_json,
        )
        .api(
            Method::POST,
            "/api/v1/me/amendments",
            PERSON,
            says(GROUP, "申请变更本人信息，只写有变化的")
                .gives("id；可写 pool、employer、post、title（一行：name、level、obtained）、skill（一行：occupation、level、obtained、certificate）、education（一行：level、ended、school、major、degree）、specialty（变更后的全部专业领域编号）、mobile、email、address、reason")
                .makes("id"),
            ask_json,
        )
        .api(
            Method::POST,
            "/api/v1/me/amendments/{amendment}/withdraw",
            PERSON,
            says(GROUP, "撤回本人的信息变更申请"),
            withdraw_json,
        )
}

struct Line {
    base: String,
    number: String,
    pool: String,
    matters: String,
    status: Status,
    said: String,
    files: Vec<String>,
    /// Proof is still to come.
    proof: bool,
    waiting: bool,
}

fn line(own: OwnAmendment) -> Line {
    let one: Amendment = own.amendment;
    let said = match &one.state {
        Stands::Waiting => format!("{}提交", page::moment(one.asked_at)),
        Stands::Approved { by, .. } => format!("{}同意", page::moment(by.at)),
        Stands::Refused { reason, .. } => format!("没有同意：{reason}"),
        Stands::Withdrawn => String::new(),
    };
    let waiting = one.state == Stands::Waiting;
    Line {
        base: format!("/m/amendments/{}", one.id),
        matters: words(&one.matters),
        status: status(&one.state),
        proof: waiting && !own.needs_proof.is_empty() && own.files.is_empty(),
        files: own.files.into_iter().map(|file| file.name).collect(),
        pool: own.pool,
        number: one.number,
        said,
        waiting,
    }
}

#[derive(Template)]
#[template(path = "amendments/own.html")]
struct OwnPage {
    layout: Layout,
    form: FormState,
    rows: Vec<Line>,
    pools: Vec<Choice>,
    levels: Vec<Choice>,
    skills: Vec<Choice>,
    educations: Vec<Choice>,
    /// Of the only pool; whoever is in several asks the office.
    specialties: Vec<Choice>,
}

impl OwnPage {
    fn may_ask(&self) -> bool {
        !self.pools.is_empty() && !self.rows.iter().any(|row| row.waiting)
    }
}

async fn own_page(
    app: &App,
    session: &Session,
    visit: &Visit,
    form: FormState,
) -> Result<OwnPage, WebError> {
    let own = app.service.own_record(&session.ctx).await?;
    let found = app.service.own_amendments(&session.ctx).await?;
    let rungs = |ladder: &str| -> Vec<Choice> {
        let rungs = own.first().map(|one| one.pool.rungs(ladder));
        let rungs = rungs.into_iter().flatten();
        rungs.map(|rung| Choice::new(rung.clone(), rung)).collect()
    };
    let specialties = match &own[..] {
        [only] => app.service.specialties_to_apply_for(only.pool.id()).await?,
        _ => Vec::new(),
    };
    Ok(OwnPage {
        specialties: specialties
            .into_iter()
            .map(|one| Choice::new(one.id.to_string(), one.name))
            .collect(),
        layout: session.layout(app, visit, "申请变更信息").judged(&form),
        pools: own
            .iter()
            .map(|one| Choice::new(one.pool.id().to_string(), &one.pool.pool.name))
            .collect(),
        rows: found.into_iter().map(line).collect(),
        levels: rungs("title"),
        skills: rungs("skill"),
        educations: rungs("education"),
        form,
    })
}

async fn list(
    State(app): State<App>,
    session: Session,
    visit: Visit,
) -> Result<Response, WebError> {
    page::page(&own_page(&app, &session, &visit, FormState::blank()).await?)
}

const NO_POOL: &str = "没有选择专家库。请选择向哪一个专家库申请。";

/// The pool to ask: the one named, or the only one.
async fn chosen(app: &App, session: &Session, named: &str) -> Result<Option<PoolId>, WebError> {
    let own = app.service.own_record(&session.ctx).await?;
    Ok(match &own[..] {
        [only] => Some(only.pool.id()),
        several => several
            .iter()
            .map(|one| one.pool.id())
            .find(|id| id.to_string() == named),
    })
}

async fn ask(
    State(app): State<App>,
    session: Session,
    visit: Visit,
    mut form: FormState,
) -> Result<Response, WebError> {
    let Some(pool) = chosen(&app, &session, form.value("pool")).await? else {
        form.reject("pool", NO_POOL);
        return page::rejected(&own_page(&app, &session, &visit, form).await?);
    };
    let asked = app
        .service
        .ask_amendment(&session.ctx, pool, &fields(&form))
        .await;
    let next = asked.map(|_| "/m/amendments".to_owned());
    page::answered(next, form, |form| own_page(&app, &session, &visit, form)).await
}

type At = (State<App>, Session, Visit, Path<RecordId>);

async fn answered(
    (State(app), session, visit, _): At,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    let (next, form) = (
        outcome.map(|()| "/m/amendments".to_owned()),
        FormState::blank(),
    );
    page::answered(next, form, |form| own_page(&app, &session, &visit, form)).await
}

async fn prove(at: At, body: Multipart) -> Result<Response, WebError> {
    let (_, name, bytes) = uploaded(body, "attachment").await?;
    let (app, session, id) = (&at.0.0, &at.1, at.3.0);
    let outcome = app
        .service
        .prove_amendment(&session.ctx, id, &name, bytes)
        .await;
    answered(at, outcome.map(drop)).await
}

async fn withdraw(at: At) -> Result<Response, WebError> {
    let (app, session, id) = (&at.0.0, &at.1, at.3.0);
    let outcome = app.service.withdraw_amendment(&session.ctx, id).await;
    answered(at, outcome).await
}

async fn list_json(State(app): State<App>, session: Session) -> Result<Response, WebError> {
    Ok(items(&app.service.own_amendments(&session.ctx).await?))
}

async fn ask_json(
    State(app): State<App>,
    session: Session,
    Body(sent): Body<serde_json::Map<String, serde_json::Value>>,
) -> Result<Response, WebError> {
    let fields = fields_of(&sent);
    let pool = chosen(&app, &session, fields.text("pool")).await?;
    let pool = pool.ok_or_else(|| WebError::Invalid(vec![Problem::new("pool", NO_POOL)]))?;
    let id = app
        .service
        .ask_amendment(&session.ctx, pool, &fields)
        .await?;
    Ok(made(id))
}

async fn withdraw_json(
    State(app): State<App>,
    session: Session,
    Path(id): Path<RecordId>,
) -> Result<Response, WebError> {
    app.service.withdraw_amendment(&session.ctx, id).await?;
    Ok(done())
}
