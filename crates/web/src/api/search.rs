//! Search over everything one may see.

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;

use super::items;
use crate::error::WebError;
use crate::layout::Visit;
use crate::openapi::says;
use crate::routes::{Access, Routes};
use crate::session::Session;
use crate::state::App;

/// Routes of search.
pub fn routes() -> Routes {
    Routes::new().api(
        Method::GET,
        "/api/v1/search",
        Access::SignedIn,
        says("搜索", "搜索专家、使用需求、单位")
            .asks(&[("q", "姓名、拼音、首字母、单位、编号的一部分")])
            .gives("items：每个专家库的 experts、tasks、organisations"),
        search,
    )
}

async fn search(
    State(app): State<App>,
    session: Session,
    visit: Visit,
) -> Result<Response, WebError> {
    let found = app
        .service
        .search(&session.ctx, visit.query.value("q"))
        .await?;
    Ok(items(&found))
}
