//! 征集公告 in the office: the list with the yearly number, the form of a draft, one notice, and what is done with
//! it stand in modules of their own.

mod acts;
mod form;
mod list;
mod show;

use axum::extract::{Path, State};
use domain::actor::Action;
use domain::id::RecordId;
use domain::solicitation::{Notice, Standing, State as Stands};

use crate::components::Status;
use crate::layout::Visit;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

pub(crate) const READ: Access = Access::Pool(Action::ReadNotices);
pub(crate) const DRAFT: Access = Access::Pool(Action::DraftNotice);
pub(crate) const APPROVE: Access = Access::Pool(Action::ApproveNotice);

/// Routes of notices in the office.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/notices", READ, list::list)
        .get("/p/{no}/notices/new", DRAFT, form::blank)
        .post("/p/{no}/notices/new", DRAFT, form::begin)
        .get("/p/{no}/notices/{notice}", READ, show::show)
        .get("/p/{no}/notices/{notice}/edit", DRAFT, form::edit)
        .post("/p/{no}/notices/{notice}/edit", DRAFT, form::rewrite)
        .get("/p/{no}/notices/{notice}/preview", READ, show::preview)
        .get("/p/{no}/notices/{notice}/notice.pdf", READ, show::document)
        .post("/p/{no}/notices/{notice}/submit", DRAFT, acts::submit)
        .post("/p/{no}/notices/{notice}/approve", APPROVE, acts::approve)
        .post("/p/{no}/notices/{notice}/return", APPROVE, acts::send_back)
        .post("/p/{no}/notices/{notice}/publish", DRAFT, acts::publish)
        .post("/p/{no}/notices/{notice}/media", DRAFT, acts::appear)
        .post("/p/{no}/notices/{notice}/withdraw", DRAFT, acts::withdraw)
}

/// Shape and word of where a notice stands.
fn status(notice: &Notice, standing: Standing) -> Status {
    let word = notice.state.zh();
    match (&notice.state, standing) {
        (Stands::Published { .. }, Standing::Open) => Status::good(standing.zh()),
        (Stands::Published { .. }, Standing::Ahead) => Status::notice(standing.zh()),
        (Stands::Published { .. }, _) => Status::idle(standing.zh()),
        (Stands::Draft { returned: Some(_) }, _) => Status::stopped(word),
        (Stands::Draft { .. } | Stands::Withdrawn { .. }, _) => Status::idle(word),
        (Stands::Submitted { .. }, _) => Status::waiting(word),
        (Stands::Approved { .. }, _) => Status::notice(word),
    }
}

type At = (State<App>, InPool, Visit, Path<(i64, RecordId)>);
