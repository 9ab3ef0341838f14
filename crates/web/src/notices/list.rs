//! The list of notices, with how many the year has had and still wants.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::actor::{Action, Reach};
use domain::policy::due::State as Due;
use domain::solicitation::Standing;
use service::solicitations::NoticeDuty;

use super::status;
use crate::components::{Empty, Link, Note, Status, Tab, Tone};
use crate::error::WebError;
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::page;
use crate::public_notices::window_words;
use crate::session::InPool;
use crate::state::App;

/// The groups the list can be narrowed to: code, words, status codes, and whether the clock decides
/// which of them belong.
const VIEWS: [(&str, &str, &[&str], Option<Standing>); 5] = [
    ("", "全部", &[], None),
    (
        "work",
        "起草和审批",
        &["draft", "submitted", "approved"],
        None,
    ),
    ("open", "征集中", &["published"], Some(Standing::Open)),
    ("closed", "已截止", &["published"], Some(Standing::Closed)),
    ("withdrawn", "已撤回", &["withdrawn", "dropped"], None),
];

#[derive(Template)]
#[template(path = "notices/list.html")]
struct ListPage {
    layout: Layout,
    form: FormState,
    duty: Option<Note>,
    counted: Vec<(Link, String)>,
    tabs: Vec<Tab>,
    action: String,
    view: &'static str,
    rows: Vec<Row>,
    empty: Empty,
    draft: Option<String>,
}

struct Row {
    href: String,
    number: String,
    title: String,
    window: String,
    by: String,
    status: Status,
    uncovered: String,
}

fn duty_note(duty: &NoticeDuty) -> Note {
    let lead = format!("{}（{}）：", duty.label, duty.article);
    let done = format!(
        "今年已发布 {} 次，办法规定 {} 次",
        duty.count, duty.at_least
    );
    let (tone, words) = match (duty.state, duty.behind) {
        (Due::Spared, _) => (
            Tone::Plain,
            format!("{done}；办法在今年内届满，今年不要求次数。"),
        ),
        (Due::Kept, _) => (Tone::Good, format!("{done}，达标。")),
        (Due::Exceeded, _) => (Tone::Warn, format!("{done}，已超过。")),
        (Due::Missed, _) => (Tone::Bad, format!("{done}，不达标。")),
        (Due::Due, Some((from, at_least))) => (
            Tone::Bad,
            format!(
                "{done}。到{}应有 {at_least} 次，已经滞后，请尽快起草。",
                from.strftime("%-m月%-d日")
            ),
        ),
        (Due::Due, None) => (
            Tone::Warn,
            format!(
                "{done}，还要在{}前发布。",
                duty.last_day.strftime("%-m月%-d日")
            ),
        ),
    };
    Note::new(tone, lead, words)
}

pub(super) async fn list(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
) -> Result<Response, WebError> {
    let wanted = visit.query.text("status");
    let (code, _, statuses, standing) = VIEWS
        .iter()
        .find(|(code, ..)| *code == wanted)
        .unwrap_or(&VIEWS[0]);
    let statuses: Vec<String> = statuses.iter().map(|&status| status.to_owned()).collect();
    let words = visit.query.text("q");
    let (ctx, pool) = (here.ctx(), here.pool.id);
    let found = app.service.notices(ctx, pool, &statuses, &words).await?;
    let duty = app.service.notice_duty(ctx, pool).await?;
    let base = here.href("notices");
    let rows: Vec<Row> = found
        .into_iter()
        .filter(|line| standing.is_none_or(|wanted| line.standing == wanted))
        .map(|line| Row {
            href: format!("{base}/{}", line.notice.id),
            number: line
                .notice
                .number
                .clone()
                .unwrap_or_else(|| "未编号".to_owned()),
            title: match line.notice.content.title.as_str() {
                "" => "（无标题）".to_owned(),
                title => title.to_owned(),
            },
            window: window_words(line.notice.content.opens, line.notice.content.closes),
            by: line.notice.drafted.name.clone(),
            status: status(&line.notice, line.standing),
            uncovered: line.uncovered.join("、"),
        })
        .collect();
    let counted = duty.iter().flat_map(|duty| &duty.notices).map(|one| {
        let media = match one.uncovered.join("、").as_str() {
            "" => "各媒体均已登记".to_owned(),
            media => format!("未覆盖：{media}"),
        };
        (
            Link::new(
                format!("{} {}", one.on, one.number),
                format!("{base}/{}", one.id),
            ),
            media,
        )
    });
    let drafts = ctx.actor.reach_in(Action::DraftNotice, pool) != Reach::None
        && here.pack.admission.solicitation.is_some();
    page::page(&ListPage {
        layout: here
            .layout(&app, &visit, "征集公告")
            .under(&[(&here.pool.name, &here.href(""))]),
        counted: counted.collect(),
        duty: duty.as_ref().map(duty_note),
        tabs: VIEWS
            .iter()
            .map(|(value, label, ..)| {
                Tab::plain(
                    *label,
                    if value.is_empty() {
                        base.clone()
                    } else {
                        format!("{base}?status={value}")
                    },
                    value == code,
                )
            })
            .collect(),
        empty: if words.is_empty() && code.is_empty() {
            Empty {
                what: "还没有征集公告".to_owned(),
                hint: match here.pack.admission.solicitation {
                    Some(_) => "发布后，申请人可以在公开页面上看到怎样申请。".to_owned(),
                    None => "本库的办法没有规定征集公告。".to_owned(),
                },
                actions: Vec::new(),
            }
        } else {
            Empty {
                what: "没有符合条件的征集公告".to_owned(),
                hint: "换一个状态，或去掉标题中的字。".to_owned(),
                actions: vec![Link::new("看全部公告", base.clone())],
            }
        },
        draft: drafts.then(|| format!("{base}/new")),
        form: visit.query.clone(),
        view: code,
        action: base,
        rows,
    })
}
