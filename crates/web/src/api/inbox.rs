//! 待办 as data.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Response};

use crate::error::WebError;
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

/// Routes of what waits.
pub fn routes() -> Routes {
    Routes::new().api(
        Method::GET,
        "/api/v1/pools/{no}/inbox",
        Access::Member,
        says("待办", "本人的待办").gives("items：待办事项，最紧的在前；figures：首页数字"),
        show,
    )
}

async fn show(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    let inbox = app.service.inbox(here.ctx(), here.pool.id).await?;
    Ok(Json(inbox).into_response())
}
