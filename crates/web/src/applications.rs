//! 入库申请: the list and queue, one application, what is done with it, its entry and change, its files, and the
//! figures stand in modules of their own.

mod acts;
mod batch;
mod form;
mod list;
mod materials;
mod show;
mod statistics;

use axum::extract::{Path, State};
use domain::actor::{Action, Reach};
use domain::application::State as Stands;
use domain::id::RecordId;

use crate::components::Status;
use crate::layout::Visit;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

pub(crate) use list::list_again;
pub(crate) use materials::HANDLE;
pub(crate) use show::rejected;

pub(crate) const READ: Access = Access::Pool(Action::ReadApplications);
pub(crate) const ENTER: Access = Access::Pool(Action::EnterApplications);
pub(crate) const VET: Access = Access::Pool(Action::VetApplications);

pub(crate) const RECOMMEND: Access = Access::Pool(Action::RecommendApplicant);
/// The office refuses at its stations, a unit at its own.
pub(crate) const CONCLUDE: Access =
    Access::AnyOf(&[Action::VetApplications, Action::RecommendApplicant]);

/// Routes of applications.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/applications", READ, list::list)
        .get("/p/{no}/applications/next", READ, list::next)
        .get("/p/{no}/applications/statistics", READ, statistics::show)
        .post("/p/{no}/applications/batch", VET, list::pass_batch)
        .and(batch::routes())
        .and(form::routes())
        .get("/p/{no}/applications/{id}", READ, show::show)
        .post("/p/{no}/applications/{id}/submit", ENTER, acts::submit)
        .post("/p/{no}/applications/{id}/withdraw", ENTER, acts::withdraw)
        .post("/p/{no}/applications/{id}/check", VET, acts::check)
        .post("/p/{no}/applications/{id}/pass", VET, acts::pass)
        .post("/p/{no}/applications/{id}/return", VET, acts::give_back)
        .post("/p/{no}/applications/{id}/refuse", CONCLUDE, acts::refuse)
        .post(
            "/p/{no}/applications/{id}/recommend",
            RECOMMEND,
            acts::recommend,
        )
        .post("/p/{no}/applications/{id}/classify", VET, acts::classify)
        .and(materials::routes())
}

/// Shape and word of where an application stands.
pub(crate) fn status(state: &Stands) -> Status {
    let word = state.zh();
    match state {
        Stands::Draft | Stands::Withdrawn { .. } => Status::idle(word),
        Stands::At { .. } => Status::notice(word),
        Stands::Returned { .. } => Status::waiting(word),
        Stands::Refused { .. } => Status::stopped(word),
        Stands::Appointed { .. } => Status::good(word),
    }
}

/// Whether plain values may leave in this person's hands.
fn may_plain(here: &InPool) -> bool {
    [Action::RevealIdentity, Action::RecommendApplicant]
        .into_iter()
        .any(|action| here.ctx().actor.reach_in(action, here.pool.id) != Reach::None)
}

type At = (State<App>, InPool, Visit, Path<(i64, RecordId)>);
