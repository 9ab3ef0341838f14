//! 批量导入: upload, preview, confirmation, progress.

use askama::Template;
use axum::extract::multipart::Multipart;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::Method;
use axum::response::Response;
use axum::routing::{get, post};
use domain::actor::Action;
use domain::id::ImportId;
use service::Error;
use service::exports::MadeFile;
use service::imports::{Import, MOST_BYTES, Preview, RowsWithErrors, Step};

use crate::components::Status;
use crate::error::WebError;
use crate::experts::fields;
use crate::files::{XLSX, download, uploaded};
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

/// Routes of imports.
pub fn routes() -> Routes {
    let import = Access::Pool(Action::ImportExperts);
    let upload = post(begin).layer(DefaultBodyLimit::max(MOST_BYTES + 64 * 1024));
    Routes::new()
        .add(Method::GET, "/p/{no}/imports", import, get(list))
        .add(Method::POST, "/p/{no}/imports/new", import, upload)
        .get("/p/{no}/imports/template", import, template)
        .get("/p/{no}/imports/{id}", import, show)
        .get("/p/{no}/imports/{id}/errors", import, errors)
        .post("/p/{no}/imports/{id}/confirm", import, confirm)
        .post("/p/{no}/imports/{id}/read", import, read_again)
}

#[derive(Template)]
#[template(path = "imports/list.html")]
struct ListPage {
    layout: Layout,
    base: String,
    form: FormState,
    rows: Vec<Row>,
}

struct Row {
    import: Import,
    status: Status,
    at: String,
}

fn status(import: &Import) -> Status {
    match import.state.code() {
        "done" => Status::good(import.state.zh()),
        "unreadable" => Status::stopped(import.state.zh()),
        "ready" => Status::waiting(import.state.zh()),
        _ => Status::notice(import.state.zh()),
    }
}

async fn list_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    form: FormState,
) -> Result<ListPage, WebError> {
    let imports = app.service.imports(here.ctx(), here.no).await?;
    Ok(ListPage {
        layout: here
            .layout(app, visit, "批量导入")
            .under(&[("专家库", &here.href("experts"))])
            .judged(&form),
        base: here.href("imports"),
        rows: imports
            .into_iter()
            .map(|import| Row {
                status: status(&import),
                at: page::moment_short(import.at),
                import,
            })
            .collect(),
        form,
    })
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    page::page(&list_page(&app, &here, &visit, FormState::blank()).await?)
}

async fn template(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    let bytes = app.service.import_template(here.ctx(), here.no).await?;
    Ok(download(MadeFile {
        name: "专家名册导入模板.xlsx".into(),
        media_type: XLSX,
        bytes,
        count: 0,
    }))
}

async fn begin(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    body: Multipart,
) -> Result<Response, WebError> {
    let (mut form, name, bytes) = uploaded(body, "file").await?;
    match app
        .service
        .begin_import(here.ctx(), here.no, &name, bytes, &fields(&form))
        .await
    {
        Ok(id) => {
            run_reading(&app, &here, id);
            Ok(page::see_other(&here.href(format!("imports/{id}"))))
        }
        Err(Error::Invalid(problems)) => {
            form.note(problems);
            page::rejected(&list_page(&app, &here, &visit, form).await?)
        }
        Err(other) => Err(other.into()),
    }
}

/// Reads in the background; the page asks how far it is.
fn run_reading(app: &App, here: &InPool, id: ImportId) {
    app.service.running_imports().begin(id);
    let (app, ctx, no) = (app.clone(), here.ctx().clone(), here.no);
    tokio::spawn(async move {
        if let Err(error) = app.service.read_import(&ctx, no, id).await {
            tracing::error!(import = %id, %error, "roster not read");
        }
    });
}

#[derive(Template)]
#[template(path = "imports/show.html", blocks = ["state"])]
struct ShowPage {
    layout: Layout,
    list: String,
    base: String,
    form: FormState,
    import: Import,
    status: Status,
    running: Option<Step>,
    preview: Option<Preview>,
    at: String,
}

impl ShowPage {
    fn progress(&self) -> String {
        match &self.running {
            Some(Step::At { done, of }) if *of > 0 => format!("正在处理第 {done} / {of} 行"),
            Some(Step::At { .. }) => "正在读取文件".to_owned(),
            _ => String::new(),
        }
    }

    /// Why the last try ended without effect; a form shown again says it itself.
    fn failed(&self) -> &str {
        match &self.running {
            Some(Step::Failed(why)) if self.form.is_sound() => why,
            _ => "",
        }
    }
}

async fn show_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: ImportId,
    form: FormState,
) -> Result<ShowPage, WebError> {
    // Asked first: what ends in between is found ended.
    let running = app.service.running_imports().of(id);
    let import = app.service.import(here.ctx(), here.no, id).await?;
    let preview = match import.state.counts() {
        Some(_) => Some(app.service.import_preview(here.ctx(), here.no, id).await?),
        None => None,
    };
    let list = here.href("imports");
    Ok(ShowPage {
        layout: here
            .layout(app, visit, "导入名册")
            .under(&[("专家库", &here.href("experts")), ("批量导入", &list)])
            .judged(&form),
        base: here.href(format!("imports/{id}")),
        status: status(&import),
        at: page::moment_short(import.at),
        list,
        form,
        running,
        preview,
        import,
    })
}

async fn show(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    let id: ImportId = id.parse().map_err(|_| WebError::NotFound)?;
    let template = show_page(&app, &here, &visit, id, FormState::blank()).await?;
    if visit.fragment.wants("#state") {
        return page::part(&template.layout, &template.as_state());
    }
    page::page(&template)
}

async fn errors(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    let id: ImportId = id.parse().map_err(|_| WebError::NotFound)?;
    let bytes = app.service.import_errors(here.ctx(), here.no, id).await?;
    Ok(download(MadeFile {
        name: "需要改正的行.xlsx".into(),
        media_type: XLSX,
        bytes,
        count: 0,
    }))
}

async fn confirm(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, String)>,
    mut form: FormState,
) -> Result<Response, WebError> {
    let id: ImportId = id.parse().map_err(|_| WebError::NotFound)?;
    let import = app.service.import(here.ctx(), here.no, id).await?;
    let rows = if form.value("leave_out") == "yes" {
        RowsWithErrors::LeaveOut
    } else {
        RowsWithErrors::Refuse
    };
    // What is known to be refused is refused at once; the rest runs while the page shows how far it is.
    let small = import.state.counts().is_none_or(|counts| {
        counts.people() <= 500 || (counts.errors > 0 && rows == RowsWithErrors::Refuse)
    });
    if small {
        let confirmed = app
            .service
            .confirm_import(here.ctx(), here.no, id, rows)
            .await;
        if let Err(error) = confirmed {
            form.refuse(error)?;
            return page::rejected(&show_page(&app, &here, &visit, id, form).await?);
        }
    } else {
        let (app, ctx, no) = (app.clone(), here.ctx().clone(), here.no);
        tokio::spawn(async move {
            if let Err(error) = app.service.confirm_import(&ctx, no, id, rows).await {
                tracing::warn!(import = %id, %error, "roster not written");
            }
        });
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    Ok(page::see_other(&here.href(format!("imports/{id}"))))
}

async fn read_again(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    let id: ImportId = id.parse().map_err(|_| WebError::NotFound)?;
    app.service.import(here.ctx(), here.no, id).await?;
    run_reading(&app, &here, id);
    Ok(page::see_other(&here.href(format!("imports/{id}"))))
}
