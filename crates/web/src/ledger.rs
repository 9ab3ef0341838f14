//! 留痕: the ledger of a pool in plain words, and its bundle for `linxuan verify`.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::actor::Action;
use domain::event::EventKind;
use serde::Deserialize;
use service::ledger::{LedgerFilter, LedgerLine};

use crate::components::{Empty, Pager};
use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const READ: Access = Access::Pool(Action::ReadLedger);

/// Routes of the ledger.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/ledger", READ, list)
        .get("/p/{no}/ledger/bundle", READ, bundle)
        .get("/p/{no}/ledger/screen", READ, screen)
}

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    object: String,
    #[serde(default)]
    before: Option<u64>,
}

#[derive(Template)]
#[template(path = "ledger/list.html")]
struct LedgerPage {
    layout: Layout,
    form: FormState,
    kinds: Vec<Choice>,
    code: String,
    bundle: String,
    screen: String,
    reset: String,
    rows: Vec<Line>,
    pager: Pager,
    empty: Empty,
}

struct Line {
    number: u64,
    at: String,
    words: String,
    by: String,
    facts: String,
    object: String,
    same: String,
}

async fn list(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let object = asked
        .object
        .split_once(':')
        .map(|(kind, id)| (kind.to_owned(), id.to_owned()));
    let filter = LedgerFilter {
        kind: EventKind::from_code(&asked.kind),
        object,
        until: crate::form::date(&asked.until),
        before: asked.before,
    };
    let found = app
        .service
        .pool_ledger(here.ctx(), here.pool.id, &filter)
        .await?;
    let kinds = EventKind::ALL
        .iter()
        .filter(|kind| {
            !["account.", "session.", "system."]
                .iter()
                .any(|start| kind.code().starts_with(start))
        })
        .map(|kind| Choice::new(kind.code(), kind.zh()));
    let base = here.href("ledger");
    // Codes, dates and ids are plain in an address; anything else was not found above.
    let known = filter.kind.map_or("", EventKind::code);
    let until = filter.until.map(|day| day.to_string()).unwrap_or_default();
    let object: String = asked
        .object
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_:".contains(*c))
        .collect();
    let query = format!("{base}?kind={known}&until={until}&object={object}");
    let form = FormState::blank()
        .with("kind", known)
        .with("until", until)
        .with("object", object);
    page::page(&LedgerPage {
        layout: here.layout(&app, &visit, "留痕"),
        form,
        kinds: kinds.collect(),
        code: found.code.unwrap_or_else(|| "尚无".to_owned()),
        bundle: here.href("ledger/bundle"),
        screen: here.href("ledger/screen"),
        pager: Pager {
            range: format!("本页 {} 条", found.lines.len()),
            first: asked.before.is_some().then(|| query.clone()),
            next: found.next.map(|before| format!("{query}&before={before}")),
            ..Pager::default()
        },
        rows: found
            .lines
            .into_iter()
            .map(|found| line(found, &base))
            .collect(),
        reset: base,
        empty: Empty {
            what: "没有符合条件的留痕".to_owned(),
            hint: "请放宽条件后再查。".to_owned(),
            actions: Vec::new(),
        },
    })
}

fn line(found: LedgerLine, base: &str) -> Line {
    let facts: Vec<_> = found
        .facts
        .iter()
        .filter_map(|(name, value)| domain::event_words::fact_words(name, value))
        .collect();
    let (kind, id) = &found.object;
    Line {
        number: found.seq + 1,
        at: page::moment_short(found.at),
        words: if found.done {
            found.words
        } else {
            format!("{}（被拒）", found.words)
        },
        by: if found.role.is_empty() {
            found.by
        } else {
            format!("{}（{}）", found.by, found.role)
        },
        facts: facts.join("；"),
        object: domain::event_words::object_words(kind).to_owned(),
        same: format!("{base}?object={kind}:{id}"),
    }
}

/// What a room sees of the ledger while it grows: what happened, never a name of an expert, and the code
/// with which anybody can check later that nothing was changed.
#[derive(Template)]
#[template(path = "ledger/screen.html", blocks = ["feed"])]
struct ScreenPage {
    layout: Layout,
    pool: String,
    source: String,
    code: String,
    total: String,
    covered: String,
    rows: Vec<Line>,
}

/// Entries a room can read from its seats.
const ON_SCREEN: usize = 12;

async fn screen(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let found = app
        .service
        .pool_ledger(here.ctx(), here.pool.id, &LedgerFilter::default())
        .await?;
    let signed = app
        .service
        .ledger_checkpoints(here.ctx(), here.pool.id)
        .await?;
    let mut layout = here.layout(&app, &visit, "留痕投屏");
    layout.menu.clear();
    layout.crumbs.clear();
    let base = here.href("ledger");
    let total = found.lines.first().map_or(0, |newest| newest.seq + 1);
    let page = ScreenPage {
        layout,
        pool: here.pool.name.clone(),
        source: format!("{base}/screen"),
        code: found.code.unwrap_or_else(|| "尚无".to_owned()),
        total: page::thousands(total),
        covered: signed.first().map_or_else(
            || "尚无签名".to_owned(),
            |newest| {
                format!(
                    "前 {} 条，{}",
                    page::thousands(newest.size),
                    page::moment(newest.at)
                )
            },
        ),
        rows: found
            .lines
            .into_iter()
            .take(ON_SCREEN)
            .map(|found| line(found, &base))
            .collect(),
    };
    if visit.fragment.wants("#feed") {
        return page::part(&page.layout, &page.as_feed());
    }
    page::page(&page)
}

async fn bundle(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    let bytes = app.service.ledger_bundle(here.ctx(), here.pool.id).await?;
    let name = format!(
        "attachment; filename=\"ledger-{}-{}.jsonl\"",
        here.no,
        here.ctx().today()
    );
    let headers = [
        (CONTENT_TYPE, "application/x-ndjson".to_owned()),
        (CONTENT_DISPOSITION, name),
    ];
    Ok((headers, bytes).into_response())
}
