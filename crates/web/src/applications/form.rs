//! 录入与修改: the form of the person, with what the channel asks besides.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::id::RecordId;
use domain::policy::checklist;
use service::Error;
use service::applications::{PRIVACY_NOTICE, branches, open_channels};

use super::ENTER;
use crate::components::{Note, Tone};
use crate::error::WebError;
use crate::experts::fields;
use crate::experts::form::{PersonFields, refusals};
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::Routes;
use crate::session::InPool;
use crate::state::App;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/applications/new", ENTER, blank)
        .post("/p/{no}/applications/new", ENTER, enter)
        .get("/p/{no}/applications/{id}/edit", ENTER, filled)
        .post("/p/{no}/applications/{id}/edit", ENTER, change)
}

#[derive(Template)]
#[template(path = "applications/form.html")]
struct FormPage {
    layout: Layout,
    form: FormState,
    action: String,
    back: String,
    person: PersonFields,
    channels: Vec<Choice>,
    channel: Option<Asked>,
    teams: Vec<Choice>,
    categories: Vec<Choice>,
    member_kinds: Vec<Choice>,
    branches: Vec<Choice>,
    refusals: Vec<(String, String)>,
    privacy: &'static str,
}

/// What the chosen channel asks besides the person.
struct Asked {
    id: String,
    label: String,
    materials: Note,
    notice: bool,
    source: bool,
    recommender: bool,
    invitation: bool,
    pledge: String,
}

fn asked(here: &InPool, id: &str) -> Option<Asked> {
    let channel = here.pack.admission.channel(id)?;
    let items = checklist::items(&here.pack, channel);
    let labels: Vec<&str> = items.iter().map(|item| item.label.as_str()).collect();
    let pledge = items
        .iter()
        .filter_map(|item| here.pack.form(item.form.as_deref()?))
        .find_map(|form| form.commitment.clone());
    let article = here
        .pack
        .admission
        .list_of(channel)
        .map(|list| list.citation.to_string());
    Some(Asked {
        id: channel.id.clone(),
        label: channel.label.clone(),
        materials: Note::new(
            Tone::Plain,
            format!(
                "{}应交 {} 项材料（{}）：",
                channel.label,
                items.len(),
                article.unwrap_or_default()
            ),
            format!("{}。保存后逐项上传或登记。", labels.join("；")),
        ),
        notice: channel.needs_notice,
        source: channel.names_source,
        recommender: channel.batch && !channel.names_source,
        invitation: channel.invitation.is_some(),
        pledge: pledge.unwrap_or_default(),
    })
}

/// The values of a list of the pack; none for packs without it.
fn listed(here: &InPool, list: &str) -> Vec<Choice> {
    here.pack
        .vocabulary
        .list(list)
        .map(|list| list.values.iter().map(|value| Choice::new(value, value)))
        .into_iter()
        .flatten()
        .collect()
}

async fn form_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: Option<RecordId>,
    form: FormState,
    refusals: Vec<(String, String)>,
) -> Result<FormPage, WebError> {
    let list = here.href("applications");
    let (title, action, back, on_file) = match id {
        Some(id) => {
            let (_, _, masked) = app
                .service
                .application_fields(here.ctx(), here.no, id)
                .await?;
            let page = format!("{list}/{id}");
            ("修改入库申请", format!("{page}/edit"), page, Some(masked))
        }
        None => ("录入入库申请", format!("{list}/new"), list.clone(), None),
    };
    let specialties = app
        .service
        .specialties_to_apply_for(here.pool.id)
        .await?
        .iter()
        .map(|one| Choice::new(one.id.to_string(), one.name.clone()))
        .collect();
    let search = here.href("organisations/search");
    let open = open_channels(&here.open, &here.ctx().actor);
    // What was entered by a channel stays with it; a new one is entered by a channel that is open.
    let chosen = form.value("channel");
    let chosen =
        Some(chosen).filter(|id| on_file.is_some() || open.iter().any(|one| one.id == *id));
    Ok(FormPage {
        layout: here
            .layout(app, visit, title)
            .under(&[(&here.pool.name, &here.href("")), ("入库申请", &list)])
            .judged(&form),
        person: PersonFields::of(&here.open, &form, specialties, search, on_file),
        action,
        back,
        channels: open
            .iter()
            .map(|channel| {
                Choice::new(channel.id.clone(), channel.label.clone())
                    .detail(channel.citation.to_string())
            })
            .collect(),
        channel: chosen.and_then(|id| asked(here, id)),
        teams: crate::experts::team_choices(&here.open),
        branches: here
            .pack
            .admission
            .channel(form.value("channel"))
            .map(|channel| branches(&here.open, channel))
            .into_iter()
            .flatten()
            .map(|(id, label)| Choice::new(id, label))
            .collect(),
        categories: listed(here, "category"),
        member_kinds: listed(here, "member_kind"),
        refusals,
        privacy: PRIVACY_NOTICE,
        form,
    })
}

async fn blank(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let form = visit.query.clone();
    page::page(&form_page(&app, &here, &visit, None, form, Vec::new()).await?)
}

async fn enter(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    if !form.value("add").is_empty() {
        return page::page(&form_page(&app, &here, &visit, None, form, Vec::new()).await?);
    }
    match app
        .service
        .enter_application(here.ctx(), here.no, &fields(&form))
        .await
    {
        Ok(id) => Ok(page::see_other(&here.href(format!("applications/{id}")))),
        Err(error) => again(&app, &here, &visit, None, form, error).await,
    }
}

async fn filled(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, RecordId)>,
) -> Result<Response, WebError> {
    let (values, version, _) = app
        .service
        .application_fields(here.ctx(), here.no, id)
        .await?;
    let form = FormState::from(values.pairs().to_vec()).with("version", version.to_string());
    page::page(&form_page(&app, &here, &visit, Some(id), form, Vec::new()).await?)
}

async fn change(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, RecordId)>,
    form: FormState,
) -> Result<Response, WebError> {
    if !form.value("add").is_empty() {
        return page::page(&form_page(&app, &here, &visit, Some(id), form, Vec::new()).await?);
    }
    let version = form.version()?;
    match app
        .service
        .change_application(here.ctx(), here.no, id, version, &fields(&form))
        .await
    {
        Ok(()) => Ok(page::see_other(&here.href(format!("applications/{id}")))),
        Err(error) => again(&app, &here, &visit, Some(id), form, error).await,
    }
}

/// The form again, with what was refused; everything typed is kept.
async fn again(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: Option<RecordId>,
    mut form: FormState,
    error: Error,
) -> Result<Response, WebError> {
    let stale =
        "这份申请刚被他人改过，您填的内容还在下面。请在另一个窗口打开申请核对，再重新进入修改。";
    let refusals = refusals(&mut form, error, stale)?;
    page::rejected(&form_page(app, here, visit, id, form, refusals).await?)
}
