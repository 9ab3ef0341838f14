//! 结果公告 for everybody: who was appointed after a public notice, how many after a notice without one.
//! No log-in, no script, readable on a phone; the same as data.

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use domain::date_text::plain;
use service::PageRequest;
use service::results::{PublicResult, ResultLine, Told};

use crate::api::{page_of, paged};
use crate::components::Link;
use crate::error::WebError;
use crate::layout::{Layout, Visit};
use crate::openapi::says;
use crate::page;
use crate::public_notices::{strip, window_words};
use crate::routes::{Access, Routes};
use crate::state::App;

const PUBLIC: &str = "公开";

/// Routes of results.
pub fn routes() -> Routes {
    Routes::new()
        .get("/public/results", Access::Public, list)
        .get("/public/results/{number}", Access::Public, show)
        .api(
            Method::GET,
            "/api/v1/public/results",
            Access::Public,
            says(PUBLIC, "结果公告，新的在前")
                .paged()
                .gives("items：公示或公告的编号、标题、专家库、聘任人数、聘任日期；next"),
            list_json,
        )
        .api(
            Method::GET,
            "/api/v1/public/results/{number}",
            Access::Public,
            says(PUBLIC, "一份结果公告")
                .gives("told：经公示的为 columns、rows，未经公示的为申请人数"),
            show_json,
        )
}

/// 2022-06-10, or the first and the last day.
pub(crate) fn days(line: &ResultLine) -> String {
    if line.first == line.last {
        line.first.to_string()
    } else {
        format!("{} 至 {}", line.first, line.last)
    }
}

#[derive(Template)]
#[template(path = "results/list.html")]
struct ListPage {
    layout: Layout,
    rows: Vec<(ResultLine, String)>,
    next: Option<String>,
}

async fn list(State(app): State<App>, visit: Visit) -> Result<Response, WebError> {
    let after = visit.query.after();
    let found = app.service.results(&PageRequest::after(after, 20)).await?;
    page::page(&ListPage {
        layout: Layout::new(&app.site.now(), &visit, "结果公告"),
        rows: found
            .items
            .into_iter()
            .map(|line| {
                let days = days(&line);
                (line, days)
            })
            .collect(),
        next: found
            .next
            .map(|cursor| format!("/public/results?after={cursor}")),
    })
}

#[derive(Template)]
#[template(path = "results/show.html")]
struct ShowPage {
    layout: Layout,
    line: ResultLine,
    facts: Vec<(String, String)>,
    columns: Vec<String>,
    /// What the list showed of each person, and the day of the appointment.
    rows: Vec<(Vec<String>, String)>,
    /// The list or the notice it follows from.
    source: Link,
    signed: String,
    basis: String,
}

fn show_page(layout: Layout, one: PublicResult) -> ShowPage {
    let PublicResult {
        line,
        told,
        basis,
        signed,
        ..
    } = one;
    let number = &line.number;
    let appointed = ("聘任".to_owned(), format!("{} 人", line.appointed));
    let (source, told_of, columns, rows) = match told {
        Told::Posting {
            from,
            to,
            listed,
            columns,
            rows,
        } => (
            Link::new("查看公示名单", format!("/public/postings/{number}")),
            [
                (
                    "公示时间".to_owned(),
                    format!("{}至{}", plain(from), plain(to)),
                ),
                ("公示".to_owned(), format!("{listed} 人")),
            ],
            columns,
            rows.into_iter()
                .map(|row| (row.cells, row.on.to_string()))
                .collect(),
        ),
        Told::Notice {
            opens,
            closes,
            applied,
        } => (
            Link::new("查看征集公告", format!("/public/notices/{number}")),
            [
                ("征集时间".to_owned(), window_words(opens, closes)),
                ("收到申请".to_owned(), format!("{applied} 份")),
            ],
            Vec::new(),
            Vec::new(),
        ),
    };
    let mut facts = vec![("专家库".to_owned(), line.pool_name.clone())];
    facts.extend(told_of);
    facts.push(appointed);
    facts.push(("聘任日期".to_owned(), days(&line)));
    ShowPage {
        layout,
        facts,
        columns,
        rows,
        source,
        signed,
        basis,
        line,
    }
}

async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(number): Path<String>,
) -> Result<Response, WebError> {
    let one = app.service.public_result(&number).await?;
    let layout = Layout::new(
        &app.site.now(),
        &visit,
        format!("聘任结果 {}", one.line.number),
    );
    let layout = strip(layout, one.banner.clone(), one.demonstration);
    page::page(&show_page(layout, one))
}

async fn list_json(State(app): State<App>, visit: Visit) -> Result<Response, WebError> {
    let found = app.service.results(&paged(&visit)?).await?;
    Ok(page_of(&found.items, found.next.as_deref()))
}

async fn show_json(
    State(app): State<App>,
    Path(number): Path<String>,
) -> Result<Response, WebError> {
    Ok(Json(app.service.public_result(&number).await?).into_response())
}
