//! 信息库更新: the numbers of a period with the people behind them, as a page, PDF, workbook and data.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use domain::actor::Action;
use jiff::civil::Date;
use service::reconciliations::{Filed, UpdateReport};

use crate::api::made;
use crate::components::{Note, Stat, Tone};
use crate::error::WebError;
use crate::files::{download, pdf};
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::openapi::says;
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const READ: Access = Access::Pool(Action::ReadExperts);
const EDIT: Access = Access::Pool(Action::EditExperts);
const GROUP: &str = "信息库更新";

/// Routes of the update report.
pub fn routes() -> Routes {
    let export = Access::Pool(Action::ExportExperts);
    Routes::new()
        .get("/p/{no}/update-report", READ, show)
        .post("/p/{no}/update-report", EDIT, file)
        .get("/p/{no}/update-report/report.pdf", READ, print)
        .post("/p/{no}/update-report/export", export, workbook)
        .api(
            Method::GET,
            "/api/v1/pools/{no}/update-report",
            READ,
            says(GROUP, "一期的新增、退出、在库人数")
                .asks(&[("day", "期内任何一天；不写即上一期")])
                .gives("from、to、joined、left、held、moved、filed"),
            show_json,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/update-report",
            EDIT,
            says(GROUP, "登记一期的更新，数字记入留痕")
                .asks(&[("day", "期内任何一天；不写即上一期")])
                .makes("id"),
            file_json,
        )
}

/// The day an address or a form names, if it names one.
fn day(text: &str) -> Result<Option<Date>, WebError> {
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse() {
        Ok(day) => Ok(Some(day)),
        Err(_) => Err(service::Error::field(
            "day",
            format!("“{text}”不是日期。请写成 2026-01-01 的样子。"),
        )
        .into()),
    }
}

#[derive(Template)]
#[template(path = "reconciliations/show.html")]
struct ReportPage {
    layout: Layout,
    form: FormState,
    base: String,
    report: UpdateReport,
    stats: Vec<Stat>,
    note: Option<Note>,
    before: String,
    after: Option<String>,
    filed: Vec<(String, Filed)>,
    experts: String,
    may_file: bool,
    may_export: bool,
}

async fn report_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    asked: Option<Date>,
    form: FormState,
) -> Result<ReportPage, WebError> {
    let ctx = here.ctx();
    let report = app.service.update_report(ctx, here.no, asked).await?;
    let base = here.href("update-report");
    let stat = |label: &str, count: usize| Stat {
        label: label.to_owned(),
        value: page::thousands(u64::try_from(count).unwrap_or(u64::MAX)),
        unit: "人".to_owned(),
        compared: String::new(),
        href: String::new(),
        trend: Vec::new(),
    };
    let at = |day: Date| format!("{base}?day={day}");
    let note = match (&report.filed, report.over) {
        (Some(filed), _) => Some(Note::new(
            Tone::Good,
            "已登记：",
            format!(
                "新增 {}、退出 {}、在库 {} 人（{}，{}）。",
                filed.joined,
                filed.left,
                filed.held,
                filed.by.name,
                page::moment_short(filed.by.at)
            ),
        )),
        (None, false) => Some(Note::new(
            Tone::Plain,
            "本期还没有结束：",
            "数字算到今天，期满后登记。",
        )),
        (None, true) => None,
    };
    let may = |action: Action| ctx.actor.allow(action, here.target()).is_ok();
    let filed = app.service.filed_reports(ctx, here.no).await?;
    Ok(ReportPage {
        layout: here
            .layout(app, visit, "信息库更新")
            .under(&[(&here.pool.name, &here.href(""))])
            .judged(&form),
        stats: vec![
            stat("新增", report.joined),
            stat("退出", report.left),
            stat("期末在库", report.held),
        ],
        before: at(report.from.yesterday().unwrap_or(report.from)),
        after: report
            .to
            .tomorrow()
            .ok()
            .filter(|next| *next <= ctx.today())
            .map(at),
        filed: filed.into_iter().map(|one| (at(one.from), one)).collect(),
        experts: here.href("experts"),
        may_file: report.over && report.filed.is_none() && may(Action::EditExperts),
        may_export: may(Action::ExportExperts),
        note,
        report,
        base,
        form,
    })
}

async fn show(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let asked = day(&visit.query.text("day"))?;
    page::page(&report_page(&app, &here, &visit, asked, FormState::blank()).await?)
}

async fn file(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let typed = form.text("day");
    let asked = day(&typed)?;
    let outcome = app
        .service
        .file_update_report(here.ctx(), here.no, asked)
        .await;
    let next = outcome.map(|_| here.href(format!("update-report?day={typed}")));
    page::answered(next, form, |form| {
        report_page(&app, &here, &visit, asked, form)
    })
    .await
}

async fn print(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let asked = day(&visit.query.text("day"))?;
    let printed = app
        .service
        .print_update_report(here.ctx(), here.no, asked)
        .await?;
    Ok(pdf(printed))
}

async fn workbook(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    mut form: FormState,
) -> Result<Response, WebError> {
    let asked = day(&form.text("day"))?;
    let purpose = form.text("purpose");
    let made = app
        .service
        .export_update_report(here.ctx(), here.no, asked, &purpose)
        .await;
    match made {
        Ok(file) => Ok(download(file)),
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&report_page(&app, &here, &visit, asked, form).await?)
        }
    }
}

async fn show_json(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
) -> Result<Response, WebError> {
    let asked = day(&visit.query.text("day"))?;
    let report = app
        .service
        .update_report(here.ctx(), here.no, asked)
        .await?;
    Ok(Json(report).into_response())
}

async fn file_json(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
) -> Result<Response, WebError> {
    let asked = day(&visit.query.text("day"))?;
    let id = app
        .service
        .file_update_report(here.ctx(), here.no, asked)
        .await?;
    Ok(made(id))
}
