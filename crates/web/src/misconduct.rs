//! 不良行为记录: the list, a proposal, and the decision.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::{Action, Reach};
use domain::id::MisconductId;
use domain::misconduct::{Proposer, State as Decided};
use service::PageRequest;
use service::misconduct::{MisconductQuery, Proposal};

use crate::components::{Empty, Link, Pager, Status, Tab};
use crate::error::WebError;
use crate::experts::address;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const READ: Access = Access::AnyOf(&[Action::ConfirmMisconduct, Action::ProposeMisconduct]);
const PROPOSE: Access = Access::Pool(Action::ProposeMisconduct);

/// Routes of misconduct records.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/misconduct", READ, list)
        .get("/p/{no}/misconduct/new", PROPOSE, blank)
        .post("/p/{no}/misconduct/new", PROPOSE, propose)
        .post(
            "/p/{no}/misconduct/{record}",
            Access::Pool(Action::ConfirmMisconduct),
            decide,
        )
}

#[derive(Template)]
#[template(path = "misconduct/list.html")]
struct ListPage {
    layout: Layout,
    form: FormState,
    rows: Vec<Row>,
    propose: Option<String>,
    tabs: Vec<Tab>,
    kinds: Vec<Choice>,
    query: FormState,
    reset: String,
    pager: Pager,
    empty: Empty,
}

/// The states the list can be narrowed to.
const VIEWS: [(&str, &str); 4] = [
    ("", "全部"),
    ("proposed", "待认定"),
    ("confirmed", "已认定"),
    ("rejected", "不予认定"),
];

struct Row {
    id: String,
    act: String,
    name: String,
    href: Option<String>,
    confirmed: u64,
    task: String,
    kind: String,
    article: String,
    on: String,
    evidence: String,
    proposer: String,
    status: Status,
    decision: String,
    open: bool,
}

async fn page_of(
    app: &App,
    here: &InPool,
    visit: &Visit,
    form: FormState,
) -> Result<ListPage, WebError> {
    let reach = |action| here.ctx().actor.reach_in(action, here.pool.id);
    let decides = reach(Action::ConfirmMisconduct) != Reach::None;
    let mut rows = Vec::new();
    let mut query = visit.query.clone();
    let wanted = query.text("status");
    let filter = MisconductQuery {
        status: Some(wanted.clone()).filter(|code| !code.is_empty()),
        kind: Some(query.text("kind")).filter(|kind| !kind.is_empty()),
        expert: query.value("expert").parse().ok(),
        from: query.date("from", "发生日期起"),
        to: query.date("to", "发生日期止"),
    };
    let after = query.after();
    let request = PageRequest::after(after.clone(), 50);
    let (found, count) = app
        .service
        .misconduct(here.ctx(), here.pool.id, &filter, &request)
        .await?;
    let base = here.href("misconduct");
    let place = |base: &str, status: &str, after: Option<&str>| {
        let kept = ["kind", "expert", "from", "to"];
        let kept = kept.map(|name| (name, query.text(name)));
        let mut pairs = vec![("status", status.to_owned())];
        pairs.extend(kept);
        pairs.extend(after.map(|after| ("after", after.to_owned())));
        pairs.retain(|(_, value)| !value.is_empty());
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        address(base, &pairs)
    };
    let pairs = |status: &str, after: Option<&str>| place(&base, status, after);
    let tabs = VIEWS
        .iter()
        .map(|(code, label)| Tab::plain(*label, pairs(code, None), *code == wanted))
        .collect();
    let pager = Pager {
        range: format!(
            "本页 {} 条，共 {} 条",
            found.items.len(),
            page::counted(count)
        ),
        first: after.as_ref().map(|_| pairs(&wanted, None)),
        next: found.next.map(|next| pairs(&wanted, Some(&next))),
        ..Pager::default()
    };
    let reads_experts = reach(Action::ReadExperts) != Reach::None;
    for line in found.items {
        let (record, name) = (line.record, line.name);
        let kind = here
            .pack
            .conduct
            .as_ref()
            .and_then(|rules| rules.kinds.iter().find(|kind| kind.id == record.kind));
        let word = record.state.zh();
        let (status, decision) = match &record.state {
            Decided::Proposed => (Status::waiting(word), String::new()),
            Decided::Confirmed { by, at } => (
                Status::stopped(word),
                format!("{by} {}", page::moment_short(*at)),
            ),
            Decided::Rejected { by, at, reason } => (
                Status::idle(word),
                format!("{by} {}：{reason}", page::moment_short(*at)),
            ),
        };
        rows.push(Row {
            act: place(&format!("{base}/{}", record.id), &wanted, after.as_deref()),
            id: record.id.to_string(),
            href: reads_experts.then(|| here.href(format!("experts/{}", record.expert))),
            confirmed: line.confirmed,
            task: line.task.unwrap_or_default(),
            name,
            kind: kind.map_or_else(|| record.kind.clone(), |kind| kind.label.clone()),
            article: kind
                .map(|kind| kind.citation.to_string())
                .unwrap_or_default(),
            on: record.on.to_string(),
            evidence: record.evidence.clone(),
            proposer: match &record.proposer {
                Proposer::Person { name } => name.clone(),
                Proposer::System => "系统".to_owned(),
            },
            open: decides && record.state == Decided::Proposed,
            status,
            decision,
        });
    }
    Ok(ListPage {
        layout: here
            .layout(app, visit, "不良行为记录")
            .under(&[(&here.pool.name, &here.href(""))])
            .judged(&form),
        form,
        tabs,
        pager,
        kinds: here
            .pack
            .conduct
            .iter()
            .flat_map(|rules| &rules.kinds)
            .map(|kind| Choice::new(&kind.id, format!("{}（{}）", kind.label, kind.citation)))
            .collect(),
        empty: if visit.query.pairs().is_empty() {
            Empty {
                what: "没有不良行为记录".to_owned(),
                hint: "使用方、库管方提出后列在这里，等待认定。".to_owned(),
                actions: Vec::new(),
            }
        } else {
            Empty {
                what: "没有符合条件的记录".to_owned(),
                hint: "换一个条件，或重置后查看全部。".to_owned(),
                actions: vec![Link::new("重置", &base)],
            }
        },
        reset: base,
        query,
        rows,
        propose: (reach(Action::ProposeMisconduct) != Reach::None)
            .then(|| here.href("misconduct/new")),
    })
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    page::page(&page_of(&app, &here, &visit, FormState::blank()).await?)
}

#[derive(Template)]
#[template(path = "misconduct/form.html")]
struct FormPage {
    layout: Layout,
    form: FormState,
    action: String,
    kinds: Vec<Choice>,
}

fn form_page(app: &App, here: &InPool, visit: &Visit, form: FormState) -> FormPage {
    let kinds = here.pack.conduct.iter().flat_map(|rules| &rules.kinds);
    FormPage {
        layout: here
            .layout(app, visit, "提出不良行为记录")
            .under(&[
                (&here.pool.name, &here.href("")),
                ("不良行为记录", &here.href("misconduct")),
            ])
            .judged(&form),
        action: here.href("misconduct/new"),
        kinds: kinds
            .map(|kind| Choice::new(&kind.id, format!("{}（{}）", kind.label, kind.citation)))
            .collect(),
        form,
    }
}

async fn blank(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let form = visit.query.clone();
    page::page(&form_page(&app, &here, &visit, form))
}

async fn propose(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    mut form: FormState,
) -> Result<Response, WebError> {
    let number = form.required(
        "task",
        "没有填写使用需求编号。记录须对应一次使用，请填写，例如 XQ01-2026-0001。",
    );
    let name = form.required("expert", "没有填写专家姓名。请填写。");
    let on = form.date("on", "发生日期");
    if on.is_none() {
        form.reject("on", "没有填写发生日期。请填写。");
    }
    let found = match (form.is_sound(), on) {
        (true, Some(on)) => match app
            .service
            .engaged_expert(here.ctx(), here.pool.id, &number, &name)
            .await
        {
            Ok((task, expert)) => {
                let proposal = Proposal {
                    expert,
                    kind: form.text("kind"),
                    on,
                    task: Some(task),
                    evidence: form.text("evidence"),
                    effect: Some(form.text("effect")).filter(|text| !text.is_empty()),
                };
                app.service
                    .propose_misconduct(here.ctx(), here.pool.id, proposal)
                    .await
                    .map(drop)
            }
            Err(error) => Err(error),
        },
        _ => Err(service::Error::Invalid(Vec::new())),
    };
    match found {
        Ok(()) => Ok(page::see_other(&here.href("misconduct"))),
        Err(service::Error::Invalid(problems)) => {
            form.note(problems);
            page::rejected(&form_page(&app, &here, &visit, form))
        }
        Err(other) => Err(other.into()),
    }
}

async fn decide(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, MisconductId)>,
    mut form: FormState,
) -> Result<Response, WebError> {
    let confirm = form.value("decision") == "confirm";
    match app
        .service
        .decide_misconduct(here.ctx(), id, confirm, &form.text("reason"))
        .await
    {
        Ok(()) => Ok(page::see_other(&here.href("misconduct"))),
        Err(service::Error::Invalid(problems)) => {
            form.note(problems);
            page::rejected(&page_of(&app, &here, &visit, form).await?)
        }
        Err(other) => Err(other.into()),
    }
}
