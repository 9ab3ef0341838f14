//! 抽取核验: what everybody may see of draws, and the check of any record. Never a name.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use service::PageRequest;
use service::publications::{Checked, PublicDraw, Verdict, check_record};

use crate::components::{Note, Tone};
use crate::error::WebError;
use crate::files::attachment;
use crate::form::FormState;
use crate::layout::{Banner, Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::state::App;

/// Routes of public pages.
pub fn routes() -> Routes {
    Routes::new()
        .get("/public/draws", Access::Public, list)
        .get("/public/draws/{key}", Access::Public, show)
        .get("/public/draws/{key}/record.json", Access::Public, record)
        .get("/public/check", Access::Public, blank)
        .post("/public/check", Access::Public, check)
}

fn layout(app: &App, visit: &Visit, title: impl Into<String>) -> Layout {
    Layout::new(&app.site.now(), visit, title)
}

#[derive(Template)]
#[template(path = "publications/list.html")]
struct ListPage {
    layout: Layout,
    form: FormState,
    draws: Vec<(PublicDraw, String)>,
    next: Option<String>,
}

async fn list_page(app: &App, visit: &Visit, form: FormState) -> Result<ListPage, WebError> {
    let after = visit.query.after();
    let found = app
        .service
        .published_draws(&PageRequest::after(after, 20))
        .await?;
    Ok(ListPage {
        layout: layout(app, visit, "抽取核验").judged(&form),
        form,
        draws: found
            .items
            .into_iter()
            .map(|draw| (draw.clone(), page::moment_short(draw.frozen_at)))
            .collect(),
        next: found
            .next
            .map(|cursor| format!("/public/draws?after={cursor}")),
    })
}

async fn list(State(app): State<App>, visit: Visit) -> Result<Response, WebError> {
    let mut form = visit.query.clone();
    if !form.pairs().iter().any(|(name, _)| name == "number") {
        return page::page(&list_page(&app, &visit, FormState::blank()).await?);
    }
    let number = form.required(
        "number",
        "没有填写抽取编号。请填写结果确认表上的编号，例如 CQ01-2026-0001。",
    );
    if form.is_sound() {
        match app.service.published_draw(&number).await {
            Ok(draw) => return Ok(page::see_other(&format!("/public/draws/{}", draw.number))),
            Err(service::Error::NotFound) => {
                form.reject(
                    "number",
                    format!("没有编号为“{number}”的抽取。请核对确认表上的编号，不要漏掉横线。"),
                );
            }
            Err(other) => return Err(other.into()),
        }
    }
    page::rejected(&list_page(&app, &visit, form).await?)
}

#[derive(Template)]
#[template(path = "publications/show.html")]
struct ShowPage {
    layout: Layout,
    draw: PublicDraw,
    note: Note,
    checked: Option<Checked>,
    facts: Vec<(String, String)>,
    record: String,
}

async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(key): Path<String>,
) -> Result<Response, WebError> {
    let draw = app.service.published_draw(&key).await?;
    let (note, checked) = match &draw.verdict {
        Some(Verdict::Holds(checked)) => (
            Note::new(
                Tone::Good,
                "核验通过：",
                "名单、三方密签、结果和后续变动逐项重算，都与记录一致。",
            ),
            Some(checked.clone()),
        ),
        Some(Verdict::Fails { why }) => (Note::new(Tone::Bad, "核验不通过：", why.clone()), None),
        None if draw.state == "void" => (
            Note::new(
                Tone::Bad,
                "本次抽取已作废：",
                "理由见下面各次抽取，有效结果以后一次为准。",
            ),
            None,
        ),
        None => (
            Note::new(
                Tone::Plain,
                "还没有启封：",
                "现在只公布时间、人数和指纹。启封后可以下载记录自行验算。",
            ),
            None,
        ),
    };
    let moment = |at: Option<jiff::Timestamp>| at.map_or_else(|| "—".to_owned(), page::moment);
    let groups: Vec<String> = draw
        .groups
        .iter()
        .map(|group| {
            format!(
                "{} {} 人中抽 {} 人，候补 {} 人",
                group.label, group.candidates, group.seats, group.reserves
            )
        })
        .collect();
    let mut facts = vec![
        (
            "场次".to_owned(),
            format!("{}（第 {} 次抽取）", draw.number, draw.attempt),
        ),
        ("专家库".to_owned(), draw.pool.clone()),
        ("状态".to_owned(), draw.state_zh.to_owned()),
        ("封存名单".to_owned(), page::moment(draw.frozen_at)),
        ("抽取时间".to_owned(), moment(draw.drawn_at)),
        ("启封时间".to_owned(), moment(draw.unsealed_at)),
        (
            "候选规模".to_owned(),
            format!("专业领域相符 {} 人，可抽 {} 人", draw.scope, draw.drawable),
        ),
        ("名额".to_owned(), groups.join("；")),
        (
            "见证".to_owned(),
            "库管理方、使用方、纪检监督三方".to_owned(),
        ),
    ];
    if draw.invited > 0 {
        facts.push((
            "特约邀请".to_owned(),
            format!(
                "因在库专家不足，{} 人经特约邀请、会议审定入库，与其他专家一起随机抽取",
                draw.invited
            ),
        ));
    }
    let mut layout = layout(&app, &visit, format!("抽取核验 {}", draw.number));
    if draw.rehearsal {
        layout = layout.banner(Banner::Rehearsal("本次为演练，不作为正式结果。".to_owned()));
    }
    let record = if draw.verdict.is_some() {
        format!("/public/draws/{}/record.json", draw.id)
    } else {
        String::new()
    };
    page::page(&ShowPage {
        layout,
        note,
        checked,
        facts,
        record,
        draw,
    })
}

async fn record(State(app): State<App>, Path(key): Path<String>) -> Result<Response, WebError> {
    let (name, json) = app.service.published_record(&key).await?;
    Ok(attachment("application/json", &name, json.into_bytes()))
}

#[derive(Template)]
#[template(path = "publications/check.html")]
struct CheckPage {
    layout: Layout,
    form: FormState,
    note: Option<Note>,
    checked: Option<Checked>,
}

async fn blank(State(app): State<App>, visit: Visit) -> Result<Response, WebError> {
    let layout = layout(&app, &visit, "验算记录");
    page::page(&CheckPage {
        layout,
        form: FormState::blank(),
        note: None,
        checked: None,
    })
}

async fn check(
    State(app): State<App>,
    visit: Visit,
    mut form: FormState,
) -> Result<Response, WebError> {
    let typed = form.value("record").trim().to_owned();
    if typed.is_empty() {
        form.reject(
            "record",
            "没有粘贴记录。请打开下载的记录文件，把全部内容粘贴进来。",
        );
        let layout = layout(&app, &visit, "验算记录").judged(&form);
        return page::rejected(&CheckPage {
            layout,
            form,
            note: None,
            checked: None,
        });
    }
    let (note, checked) = match check_record(typed.as_bytes()) {
        Verdict::Holds(checked) => (
            Note::new(
                Tone::Good,
                "核验通过：",
                "结果确由这份名单和三方密签唯一得出。",
            ),
            Some(checked),
        ),
        Verdict::Fails { why } => (
            Note::new(
                Tone::Bad,
                "核验不通过：",
                format!("{why}。请核对是否粘贴完整，是否被改动。"),
            ),
            None,
        ),
    };
    page::page(&CheckPage {
        layout: layout(&app, &visit, "验算记录"),
        form,
        note: Some(note),
        checked,
    })
}
