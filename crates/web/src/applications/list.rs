//! The list of applications, the queue it is worked through as, and what is passed from it all at once.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::actor::{Action, Reach};
use domain::id::RecordId;
use domain::policy::pack::Station;
use domain::policy::words::Word as _;
use service::PageRequest;
use service::applications::{ApplicationLine, ApplicationQuery, PassedBatch, open_channels};
use service::papers::PaperFile;

use super::{may_plain, status};
use crate::components::{Empty, Here, Link, Pager, Status, Tab};
use crate::error::WebError;
use crate::experts::address;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::session::InPool;
use crate::state::App;

/// The stations of the pack in the order its channels pass them, each once.
fn stations(here: &InPool) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&'static str, String)> = Vec::new();
    for step in &here.pack.admission.steps {
        if step.station != Station::Submit {
            found.push((step.station.word(), step.label.clone()));
        }
    }
    found
}

#[derive(Template)]
#[template(path = "applications/list.html")]
struct ListPage {
    layout: Layout,
    form: FormState,
    base: String,
    state: String,
    /// Where in the list, for the form that is sent from there.
    after: String,
    tabs: Vec<Tab>,
    channels: Vec<Choice>,
    rows: Vec<Shown>,
    pager: Pager,
    empty: Empty,
    may_enter: bool,
    may_pass: bool,
    may_plain: bool,
    counts: bool,
    batches: bool,
    first: Option<String>,
}

struct Shown {
    href: String,
    line: ApplicationLine,
    due: String,
    late: bool,
    status: Status,
    /// The attribute of its box.
    ticked: &'static str,
}

pub(super) async fn list(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
) -> Result<Response, WebError> {
    page::page(&list_page(&app, &here, &visit, visit.query.clone()).await?)
}

/// The list again, with what is wrong with what was to be done with those chosen.
pub(crate) async fn list_again(
    app: &App,
    here: &InPool,
    visit: &Visit,
    mut form: FormState,
    error: service::Error,
) -> Result<Response, WebError> {
    form.refuse(error)?;
    page::rejected(&list_page(app, here, visit, form).await?)
}

/// The list as asked for by its address, or by a form of it that is shown again.
async fn list_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    form: FormState,
) -> Result<ListPage, WebError> {
    let ctx = here.ctx();
    let base = here.href("applications");
    let wanted = form.text("state");
    let whole = ctx
        .actor
        .remit(Action::ReadApplications, here.pool.id)
        .is_ok();
    let mut views: Vec<(&str, String)> = vec![("", "全部".to_owned())];
    views.extend(stations(here));
    views.extend([
        ("returned", "退回补正".to_owned()),
        ("draft", "草稿".to_owned()),
        ("over", "已办结".to_owned()),
    ]);
    let statuses = |code: &str| -> Vec<String> {
        match code {
            "" => Vec::new(),
            "over" => ["appointed", "refused", "withdrawn"]
                .map(str::to_owned)
                .to_vec(),
            code => vec![code.to_owned()],
        }
    };
    let code = views
        .iter()
        .map(|(code, _)| *code)
        .find(|code| *code == wanted)
        .unwrap_or("");
    let query = ApplicationQuery {
        statuses: statuses(code),
        channel: form.text("channel"),
        name: form.text("q"),
    };
    let after = form.after();
    let found = app
        .service
        .applications(ctx, here.no, &query, &PageRequest::after(after.clone(), 50))
        .await?;
    let today = ctx.today();
    let rows: Vec<Shown> = found
        .items
        .into_iter()
        .map(|line| Shown {
            href: format!("{base}/{}", line.id),
            status: status(&line.state),
            late: line.due.is_some_and(|due| due < today),
            due: line.due.map(|due| due.to_string()).unwrap_or_default(),
            ticked: if form.holds("application", &line.id.to_string()) {
                "checked"
            } else {
                ""
            },
            line,
        })
        .collect();
    let with = |more: &[(&str, &str)]| {
        let all = [
            ("channel", query.channel.as_str()),
            ("q", query.name.as_str()),
        ];
        let all: Vec<(&str, &str)> = all
            .into_iter()
            .chain(more.iter().copied())
            .filter(|(_, value)| !value.is_empty())
            .collect();
        address(&base, &all)
    };
    let mut tabs = Vec::new();
    for (value, label) in &views {
        let value = *value;
        let count = match (whole, value) {
            (true, value) if !value.is_empty() && value != "over" => Some(page::thousands(
                app.service
                    .count_applications(ctx, here.no, &statuses(value))
                    .await?,
            )),
            _ => None,
        };
        tabs.push(Tab {
            link: Link::new(label, with(&[("state", value)])),
            count,
            here: Here::when(value == code),
        });
    }
    let may_vet = ctx.actor.reach_in(Action::VetApplications, here.pool.id) != Reach::None;
    let queue = matches!(code, "vetting" | "classify") && may_vet && !rows.is_empty();
    Ok(ListPage {
        layout: here
            .layout(app, visit, "入库申请")
            .under(&[(&here.pool.name, &here.href(""))])
            .judged(&form),
        after: after.clone().unwrap_or_default(),
        state: code.to_owned(),
        tabs,
        channels: here
            .pack
            .admission
            .channels
            .iter()
            .map(|channel| Choice::new(channel.id.clone(), channel.label.clone()))
            .collect(),
        pager: Pager {
            range: format!("本页 {} 份", rows.len()),
            first: after.is_some().then(|| with(&[("state", code)])),
            next: found
                .next
                .map(|cursor| with(&[("state", code), ("after", cursor.as_str())])),
            ..Pager::default()
        },
        empty: Empty {
            what: "没有入库申请".to_owned(),
            hint: "网上提交和代录的申请都列在这里。".to_owned(),
            actions: Vec::new(),
        },
        may_enter: ctx.actor.reach_in(Action::EnterApplications, here.pool.id) != Reach::None,
        may_pass: code == "vetting" && may_vet,
        may_plain: may_plain(here),
        counts: whole,
        batches: open_channels(&here.open, &ctx.actor)
            .iter()
            .any(|one| one.batch),
        first: queue.then(|| format!("{base}/next?state={code}")),
        form,
        base,
        rows,
    })
}

#[derive(Template)]
#[template(path = "applications/batch.html")]
struct BatchPage {
    layout: Layout,
    back: String,
    batch: PassedBatch,
}

pub(super) async fn pass_batch(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let chosen: Vec<RecordId> = form.ids("application");
    let passed = app
        .service
        .pass_applications(here.ctx(), here.no, &chosen)
        .await;
    let batch = match passed {
        Ok(batch) => batch,
        Err(error) => return list_again(&app, &here, &visit, form, error).await,
    };
    let list = here.href("applications");
    page::page(&BatchPage {
        layout: here
            .layout(&app, &visit, "批量通过的结果")
            .under(&[(&here.pool.name, &here.href("")), ("入库申请", &list)]),
        back: format!("{list}?state=vetting"),
        batch,
    })
}

/// On to the next of a queue; the list when nothing is left.
pub(super) async fn next(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
) -> Result<Response, WebError> {
    let state = visit.query.text("state");
    let found = app
        .service
        .next_application(here.ctx(), here.no, &state, &visit.query.text("after"))
        .await?;
    Ok(page::see_other(&match found {
        Some(id) => here.href(format!("applications/{id}")),
        None => here.href(format!("applications?state={state}")),
    }))
}
