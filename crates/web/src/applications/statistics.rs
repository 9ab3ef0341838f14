//! 入库统计: how many applied by which channel, and for whom a condition was relaxed.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use service::applications::AdmissionStatistics;

use crate::error::WebError;
use crate::layout::{Layout, Visit};
use crate::page;
use crate::session::InPool;
use crate::state::App;

#[derive(Template)]
#[template(path = "applications/statistics.html")]
struct StatisticsPage {
    layout: Layout,
    base: String,
    teams: bool,
    figures: AdmissionStatistics,
}

pub(super) async fn show(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
) -> Result<Response, WebError> {
    let list = here.href("applications");
    page::page(&StatisticsPage {
        layout: here
            .layout(&app, &visit, "入库统计")
            .under(&[(&here.pool.name, &here.href("")), ("入库申请", &list)]),
        figures: app
            .service
            .admission_statistics(here.ctx(), here.no)
            .await?,
        teams: !here.pack.pool.teams.is_empty(),
        base: list,
    })
}
