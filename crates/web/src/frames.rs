//! 候选范围: 为什么没有抽到他、为什么是他. Counts before unsealing; names after it, and each look is on record.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::Action;
use domain::draw_process::State as DrawState;
use domain::id::DrawId;
use service::frames::{Fate, FrameLine};

use crate::components::{FunnelRow, Status};
use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const READ: Access = Access::Pool(Action::ReadFrame);

/// Routes of frames.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/draws/{draw}/frame", READ, counts)
        .post("/p/{no}/draws/{draw}/frame", READ, names)
}

#[derive(Template)]
#[template(path = "frames/show.html")]
struct FramePage {
    layout: Layout,
    form: FormState,
    base: String,
    number: String,
    scope: u32,
    funnel: Vec<FunnelRow>,
    unsealed: bool,
    purposes: Vec<Choice>,
    lines: Vec<Line>,
}

struct Line {
    line: FrameLine,
    status: Status,
}

async fn page_of(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: DrawId,
    form: FormState,
    lines: Vec<FrameLine>,
) -> Result<FramePage, WebError> {
    let view = app.service.draw(here.ctx(), id).await?;
    if view.attempt.pool != here.pool.id {
        return Err(WebError::NotFound);
    }
    let base = here.href(format!("draws/{id}"));
    let drawable = service::draws::drawable(&view.attempt)?;
    let funnel = FunnelRow::all(None, &view.attempt.funnel, drawable);
    Ok(FramePage {
        layout: here
            .layout(app, visit, "候选范围")
            .under(&[
                (&here.pool.name, &here.href("")),
                (&view.attempt.number, &base),
            ])
            .judged(&form),
        form,
        number: view.attempt.number.clone(),
        scope: view.attempt.scope,
        funnel,
        unsealed: matches!(view.attempt.state, DrawState::Unsealed { .. }),
        purposes: ["答复专家询问", "复核抽取结果", "处理异议或举报", "监督检查"]
            .map(|one| Choice::new(one, one))
            .into(),
        lines: lines
            .into_iter()
            .map(|line| Line {
                status: match line.fate {
                    Fate::Seated => Status::good(line.fate.zh()),
                    Fate::NotDrawn => Status::idle(line.fate.zh()),
                    Fate::Excluded => Status::stopped(line.fate.zh()),
                },
                line,
            })
            .collect(),
        base,
    })
}

async fn counts(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, DrawId)>,
) -> Result<Response, WebError> {
    page::page(&page_of(&app, &here, &visit, id, FormState::blank(), Vec::new()).await?)
}

async fn names(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, DrawId)>,
    mut form: FormState,
) -> Result<Response, WebError> {
    match app
        .service
        .frame_lines(here.ctx(), id, &form.text("purpose"))
        .await
    {
        Ok(lines) => page::page(&page_of(&app, &here, &visit, id, form, lines).await?),
        Err(service::Error::Invalid(problems)) => {
            form.note(problems);
            page::rejected(&page_of(&app, &here, &visit, id, form, Vec::new()).await?)
        }
        Err(other) => Err(other.into()),
    }
}
