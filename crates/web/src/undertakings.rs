//! 受聘承诺 on the expert's phone: what is to be undertaken before any task is shown, in their own space or by
//! the link of an invitation. Nothing is pre-ticked.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use domain::id::ExpertId;
use serde::Deserialize;
use service::undertakings::OwnUndertaking;
use utoipa::ToSchema;

use crate::api::{Body, done, items};
use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::openapi::says;
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::{Origin, Session};
use crate::state::App;

const GROUP: &str = "专家本人";
const TITLE: &str = "受聘承诺";

/// Routes of undertakings.
pub fn routes() -> Routes {
    Routes::new()
        .get("/m/undertakings", Access::Person, own)
        .post("/m/undertakings", Access::Person, give)
        .post("/m/i/{token}/undertaking", Access::Public, give_by_link)
        .api(
            Method::GET,
            "/api/v1/me/undertakings",
            Access::Person,
            says(GROUP, "还没有作出的承诺").gives("items：expert、id、label、elements、article"),
            own_json,
        )
        .api(
            Method::POST,
            "/api/v1/me/undertakings",
            Access::Person,
            says(GROUP, "作出承诺").takes::<UndertakingGiven>(),
            give_json,
        )
}

/// What is undertaken.
#[derive(Deserialize, ToSchema)]
struct UndertakingGiven {
    /// 哪一个专家身份
    #[schema(value_type = String)]
    expert: ExpertId,
    /// 承诺的 id
    id: String,
    /// 逐项勾选的原文
    #[serde(default)]
    elements: Vec<String>,
}

#[derive(Template)]
#[template(path = "undertakings/give.html")]
struct GivePage {
    layout: Layout,
    form: FormState,
    action: String,
    one: OwnUndertaking,
    elements: Vec<Choice>,
}

fn give_page(layout: Layout, action: String, one: OwnUndertaking, form: FormState) -> GivePage {
    GivePage {
        layout: layout.judged(&form),
        action,
        elements: one
            .elements
            .iter()
            .map(|element| Choice::new(element, element))
            .collect(),
        one,
        form,
    }
}

/// The page of the first undertaking that is still to be given before the task behind a link is shown;
/// `None` when there is none.
pub(crate) async fn before_task(
    app: &App,
    visit: &Visit,
    token: &str,
    form: FormState,
) -> Result<Option<Response>, WebError> {
    let open = app.service.undertakings_by_link(token).await?;
    let Some(first) = open.into_iter().next() else {
        return Ok(None);
    };
    let layout = Layout::new(&app.site.now(), visit, TITLE);
    let action = format!("/m/i/{token}/undertaking");
    let sound = form.is_sound();
    let give = give_page(layout, action, first, form);
    if sound {
        page::page(&give).map(Some)
    } else {
        page::rejected(&give).map(Some)
    }
}

fn ticked(form: &FormState) -> Vec<String> {
    form.values("element").map(str::to_owned).collect()
}

async fn own(State(app): State<App>, session: Session, visit: Visit) -> Result<Response, WebError> {
    own_page(&app, &session, &visit, FormState::blank()).await
}

async fn own_page(
    app: &App,
    session: &Session,
    visit: &Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let open = app.service.own_undertakings(&session.ctx).await?;
    let Some(first) = open.into_iter().next() else {
        return Ok(page::see_other("/m"));
    };
    let layout = session.layout(app, visit, TITLE);
    let sound = form.is_sound();
    let give = give_page(layout, "/m/undertakings".to_owned(), first, form);
    if sound {
        page::page(&give)
    } else {
        page::rejected(&give)
    }
}

async fn give(
    State(app): State<App>,
    session: Session,
    visit: Visit,
    mut form: FormState,
) -> Result<Response, WebError> {
    let expert: ExpertId = form
        .value("expert")
        .parse()
        .map_err(|_| WebError::NotFound)?;
    let outcome = app
        .service
        .undertake(&session.ctx, expert, form.value("id"), &ticked(&form))
        .await;
    match outcome {
        // The next one, or the tasks.
        Ok(()) => Ok(page::see_other("/m/undertakings")),
        Err(error) => {
            form.refuse(error)?;
            own_page(&app, &session, &visit, form).await
        }
    }
}

async fn give_by_link(
    State(app): State<App>,
    visit: Visit,
    Path(token): Path<String>,
    origin: Origin,
    mut form: FormState,
) -> Result<Response, WebError> {
    let outcome = app
        .service
        .undertake_by_link(
            &origin.network,
            &token,
            &form.text("id_tail"),
            form.value("id"),
            &ticked(&form),
        )
        .await;
    let back = format!("/m/i/{token}");
    match outcome {
        Ok(()) => Ok(page::see_other(&back)),
        Err(error) => {
            form.refuse(error)?;
            let again = before_task(&app, &visit, &token, form).await?;
            Ok(again.unwrap_or_else(|| page::see_other(&back)))
        }
    }
}

async fn own_json(State(app): State<App>, session: Session) -> Result<Response, WebError> {
    Ok(items(&app.service.own_undertakings(&session.ctx).await?))
}

async fn give_json(
    State(app): State<App>,
    session: Session,
    Body(given): Body<UndertakingGiven>,
) -> Result<Response, WebError> {
    app.service
        .undertake(&session.ctx, given.expert, &given.id, &given.elements)
        .await?;
    Ok(done())
}
