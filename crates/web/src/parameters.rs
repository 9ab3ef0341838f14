//! 规则参数: what the instrument leaves to its interpreting authority, as it stands, and setting it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::actor::{Action, Target};
use domain::policy::source::Setting;
use service::parameters::ParameterLine;

use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

/// Routes of parameters.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/parameters", Access::Member, list)
        .get(
            "/p/{no}/parameters/edit",
            Access::Pool(Action::EditParameters),
            edit,
        )
        .post(
            "/p/{no}/parameters/edit",
            Access::Pool(Action::EditParameters),
            set,
        )
}

struct Row {
    line: ParameterLine,
    bounds: String,
    set: String,
    edit: String,
}

#[derive(Template)]
#[template(path = "parameters/list.html")]
struct ListPage {
    layout: Layout,
    instrument: String,
    rows: Vec<Row>,
    changed: usize,
    may_edit: bool,
}

fn may_edit(here: &InPool) -> bool {
    here.ctx()
        .actor
        .allow(Action::EditParameters, Target::pool(here.pool.id))
        .is_ok()
}

fn row(here: &InPool, line: ParameterLine) -> Row {
    Row {
        bounds: match line.range {
            Some((least, most)) => format!("{least} 至 {most}"),
            None => line
                .options
                .iter()
                .map(|option| option.words.as_str())
                .collect::<Vec<_>>()
                .join("；"),
        },
        set: line.set.as_ref().map_or_else(
            || "未调整".to_owned(),
            |set| {
                format!(
                    "{} {}，依据：{}",
                    set.name,
                    page::moment_short(set.at),
                    set.reason
                )
            },
        ),
        edit: crate::experts::address(
            &here.href("parameters/edit"),
            &[("path", line.path.as_str())],
        ),
        line,
    }
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let lines = app.service.parameters(here.ctx(), here.no).await?;
    let instrument = here.href("instrument");
    page::page(&ListPage {
        layout: here
            .layout(&app, &visit, "规则参数")
            .under(&[("办法与规则", &instrument)]),
        instrument,
        changed: lines.iter().filter(|line| line.set.is_some()).count(),
        rows: lines.into_iter().map(|line| row(&here, line)).collect(),
        may_edit: may_edit(&here),
    })
}

#[derive(Template)]
#[template(path = "parameters/edit.html")]
struct EditPage {
    layout: Layout,
    form: FormState,
    action: String,
    back: String,
    version: i64,
    facts: Vec<(String, String)>,
    title: String,
    choices: Vec<Choice>,
    hint: String,
}

async fn edit_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    path: &str,
    form: FormState,
) -> Result<EditPage, WebError> {
    let lines = app.service.parameters(here.ctx(), here.no).await?;
    let line = lines
        .into_iter()
        .find(|line| line.path == path)
        .ok_or(WebError::NotFound)?;
    let version = app.service.pool_version(&here.open).await?;
    let form = if form.value("value").is_empty() {
        form.with("value", line.now.value.clone())
    } else {
        form
    };
    let choices = line
        .options
        .iter()
        .map(|option| {
            let choice = Choice::new(&option.value, &option.words);
            if option.value == line.default.value {
                choice.detail("规则包原值")
            } else {
                choice
            }
        })
        .collect();
    let list = here.href("parameters");
    let row = row(here, line);
    Ok(EditPage {
        layout: here
            .layout(app, visit, "调整规则参数")
            .under(&[
                ("办法与规则", &here.href("instrument")),
                ("规则参数", &list),
            ])
            .judged(&form),
        form,
        action: row.edit,
        back: list,
        version,
        hint: format!("可取值：{}", row.bounds),
        facts: vec![
            ("条款".to_owned(), row.line.article.clone()),
            ("规则包原值".to_owned(), row.line.default.words.clone()),
            ("现行值".to_owned(), row.line.now.words.clone()),
            ("设定".to_owned(), row.set),
        ],
        title: row.line.label,
        choices,
    })
}

async fn edit(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let path = visit.query.text("path");
    page::page(&edit_page(&app, &here, &visit, &path, FormState::blank()).await?)
}

async fn set(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let path = visit.query.text("path");
    let version = form.version()?;
    let setting = Setting {
        path: path.clone(),
        value: form.text("value"),
    };
    let outcome = app
        .service
        .set_pool_parameter(here.ctx(), here.no, version, &setting, &form.text("reason"))
        .await;
    let next = outcome.map(|()| here.href("parameters"));
    page::answered(next, form, |form| {
        edit_page(&app, &here, &visit, &path, form)
    })
    .await
}
