//! The form of a draft: begun, saved, handed in; what is saved but not complete stays in it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::id::RecordId;
use domain::solicitation::{Notice, State as Stands};
use service::solicitations::{Outline, Step, Wording};

use super::At;
use crate::components::{Note, Tone};
use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::session::InPool;
use crate::state::App;

#[derive(Template)]
#[template(path = "notices/form.html")]
struct FormPage {
    layout: Layout,
    form: FormState,
    action: String,
    back: String,
    outline: Outline,
    channels: Vec<Choice>,
    returned: Option<Note>,
}

impl FormPage {
    fn paragraph(&self, place: &usize) -> String {
        format!("paragraph.{place}")
    }
    fn wanted(&self, place: &usize) -> String {
        format!("wanted.{place}")
    }
}

/// A wording as the form's fields.
fn filled(outline: &Outline, wording: &Wording) -> FormState {
    let mut form = FormState::blank()
        .with("title", &wording.title)
        .with("body", &wording.body)
        .with("opens_on", &wording.opens_on)
        .with("opens_at", &wording.opens_at)
        .with("closes_on", &wording.closes_on)
        .with("closes_at", &wording.closes_at)
        .with("materials", &wording.materials)
        .with("contact", &wording.contact);
    for (place, label) in outline.headings.iter().enumerate() {
        let text = wording.paragraphs.get(label).cloned().unwrap_or_default();
        form = form.with(&format!("paragraph.{place}"), text);
    }
    for (place, row) in outline.wanted.iter().enumerate() {
        let number = wording.wanted.get(&row.key).cloned().unwrap_or_default();
        form = form.with(&format!("wanted.{place}"), number);
    }
    for channel in &wording.channels {
        form = form.with("channels", channel);
    }
    form
}

/// The form's fields as a wording.
fn wording(outline: &Outline, form: &FormState) -> Wording {
    let paragraphs: BTreeMap<String, String> = outline
        .headings
        .iter()
        .enumerate()
        .map(|(place, label)| {
            let text = form.value(&format!("paragraph.{place}"));
            (label.clone(), text.to_owned())
        })
        .collect();
    let wanted: BTreeMap<String, String> = outline
        .wanted
        .iter()
        .enumerate()
        .map(|(place, row)| (row.key.clone(), form.text(&format!("wanted.{place}"))))
        .collect();
    Wording {
        title: form.text("title"),
        body: form.value("body").to_owned(),
        paragraphs,
        wanted,
        materials: form.value("materials").to_owned(),
        channels: form.values("channels").map(str::to_owned).collect(),
        opens_on: form.text("opens_on"),
        opens_at: form.text("opens_at"),
        closes_on: form.text("closes_on"),
        closes_at: form.text("closes_at"),
        contact: form.text("contact"),
    }
}

fn form_page(
    (app, here, visit): (&App, &InPool, &Visit),
    outline: Outline,
    form: FormState,
    notice: Option<&Notice>,
) -> FormPage {
    let title = match notice {
        Some(_) => format!("修改{}", outline.label),
        None => format!("起草{}", outline.label),
    };
    let list = here.href("notices");
    let action = notice.map_or_else(
        || format!("{list}/new"),
        |notice| format!("{list}/{}/edit", notice.id),
    );
    let returned = match notice.map(|notice| &notice.state) {
        Some(Stands::Draft {
            returned: Some(returned),
        }) => Some(Note::new(
            Tone::Warn,
            format!("{}退回：", returned.by.name),
            returned.reason.clone(),
        )),
        _ => None,
    };
    FormPage {
        layout: here
            .layout(app, visit, title)
            .under(&[(&here.pool.name, &here.href("")), ("征集公告", &list)])
            .judged(&form),
        back: notice.map_or_else(|| list.clone(), |notice| format!("{list}/{}", notice.id)),
        channels: outline
            .channels
            .iter()
            .map(|(id, label)| Choice::new(id, label))
            .collect(),
        action,
        outline,
        returned,
        form,
    }
}

pub(super) async fn blank(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
) -> Result<Response, WebError> {
    let outline = app.service.notice_outline(here.ctx(), here.pool.id).await?;
    let form = filled(&outline, &outline.beginning);
    page::page(&form_page((&app, &here, &visit), outline, form, None))
}

/// 提请审批 after saving, if the button says so; problems stand in the form beside what was saved.
async fn submitted(
    app: &App,
    here: &InPool,
    id: RecordId,
    form: &mut FormState,
) -> Result<(), WebError> {
    if form.value("then") != "submit" {
        return Ok(());
    }
    match app.service.submit_notice(here.ctx(), id).await {
        Ok(()) => Ok(()),
        Err(error) => form.refuse(error),
    }
}

pub(super) async fn begin(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    mut form: FormState,
) -> Result<Response, WebError> {
    let (ctx, pool) = (here.ctx(), here.pool.id);
    let outline = app.service.notice_outline(ctx, pool).await?;
    match app
        .service
        .draft_notice(ctx, pool, &wording(&outline, &form))
        .await
    {
        Ok(id) => {
            submitted(&app, &here, id, &mut form).await?;
            again(&app, &here, &visit, id, form).await
        }
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&form_page((&app, &here, &visit), outline, form, None))
        }
    }
}

/// The notice, or the form of the saved draft with what is still missing.
async fn again(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: RecordId,
    form: FormState,
) -> Result<Response, WebError> {
    if form.is_sound() {
        return Ok(page::see_other(&here.href(format!("notices/{id}"))));
    }
    let view = app.service.notice(here.ctx(), id).await?;
    let outline = app.service.notice_outline(here.ctx(), here.pool.id).await?;
    // The version is the stored one now: what was typed is saved, only not handed in.
    let mut kept: Vec<(String, String)> = form.pairs().to_vec();
    kept.retain(|(name, _)| name != "version");
    kept.push(("version".to_owned(), view.version.to_string()));
    let mut shown = FormState::from(kept);
    for error in form.errors() {
        shown.reject(&error.field, error.message.clone());
    }
    page::rejected(&form_page(
        (app, here, visit),
        outline,
        shown,
        Some(&view.notice),
    ))
}

pub(super) async fn edit(
    (State(app), here, visit, Path((_, id))): At,
) -> Result<Response, WebError> {
    let view = app.service.notice(here.ctx(), id).await?;
    if !view.steps.contains(&Step::Edit) {
        return Ok(page::see_other(&here.href(format!("notices/{id}"))));
    }
    let outline = app.service.notice_outline(here.ctx(), here.pool.id).await?;
    let form = filled(&outline, &Wording::of(&view.notice.content))
        .with("version", view.version.to_string());
    page::page(&form_page(
        (&app, &here, &visit),
        outline,
        form,
        Some(&view.notice),
    ))
}

pub(super) async fn rewrite(
    (State(app), here, visit, Path((_, id))): At,
    mut form: FormState,
) -> Result<Response, WebError> {
    let (ctx, pool) = (here.ctx(), here.pool.id);
    let outline = app.service.notice_outline(ctx, pool).await?;
    let version = form.value("version").parse().unwrap_or(0);
    let outcome = app
        .service
        .rewrite_notice(ctx, id, version, &wording(&outline, &form))
        .await;
    match outcome {
        Ok(()) => {
            submitted(&app, &here, id, &mut form).await?;
            again(&app, &here, &visit, id, form).await
        }
        Err(service::Error::Stale) => {
            form.reject(
                "",
                "这份公告刚被他人修改，您的修改没有保存，填写的内容还在下面。请核对后再保存一次，将以您的内容为准。",
            );
            again(&app, &here, &visit, id, form).await
        }
        Err(error) => {
            form.refuse(error)?;
            let view = app.service.notice(ctx, id).await?;
            let page = form_page((&app, &here, &visit), outline, form, Some(&view.notice));
            page::rejected(&page)
        }
    }
}
