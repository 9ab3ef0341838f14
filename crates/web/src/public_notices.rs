//! 征集公告 for everybody: the list, one notice with how to apply, the guide to a pool's channels. No
//! log-in, no script, readable on a phone.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::solicitation::Standing;
use jiff::civil::{DateTime, Time};
use service::PageRequest;
use service::papers::PaperFile;
use service::solicitations::{ChannelGuide, PublicNotice, Shown};

use crate::components::{Link, Note, Status, Tone};
use crate::error::WebError;
use crate::files::pdf;
use crate::layout::{Banner, Layout, Visit};
use crate::page;
use crate::papers::blanks;
use crate::routes::{Access, Routes};
use crate::state::App;

/// Routes of public notices.
pub fn routes() -> Routes {
    Routes::new()
        .get("/public/notices", Access::Public, list)
        .get("/public/notices/{number}", Access::Public, show)
        .get(
            "/public/notices/{number}/notice.pdf",
            Access::Public,
            document,
        )
        .get("/public/guide/{pool}", Access::Public, guide)
}

fn is_first_second(at: DateTime) -> bool {
    at.time() == Time::midnight()
}

fn is_last_second(at: DateTime) -> bool {
    (at.hour(), at.minute(), at.second()) == (23, 59, 59)
}

/// A window as lists write it; whole days without their seconds.
pub(crate) fn window_words(opens: Option<DateTime>, closes: Option<DateTime>) -> String {
    let end = |at: Option<DateTime>, whole: fn(DateTime) -> bool| match at {
        None => "未定".to_owned(),
        Some(at) if whole(at) => at.date().to_string(),
        Some(at) if at.second() == 0 => at.strftime("%Y-%m-%d %H:%M").to_string(),
        Some(at) => at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    };
    match (opens, closes) {
        (None, None) => "未定".to_owned(),
        _ => format!(
            "{} 至 {}",
            end(opens, is_first_second),
            end(closes, is_last_second)
        ),
    }
}

/// A window as a sentence writes it: 2026年6月1日起至6月30日止; with its times unless they are those of
/// whole days.
fn spoken(opens: DateTime, closes: DateTime) -> String {
    let end = |at: DateTime, whole: bool, year: bool| {
        let day = if year {
            "%Y年%-m月%-d日"
        } else {
            "%-m月%-d日"
        };
        let time = match (whole, at.second()) {
            (true, _) => "",
            (false, 0) => " %H:%M",
            (false, _) => " %H:%M:%S",
        };
        at.strftime(&format!("{day}{time}")).to_string()
    };
    format!(
        "{}起至{}止",
        end(opens, is_first_second(opens), true),
        end(
            closes,
            is_last_second(closes),
            closes.year() != opens.year()
        )
    )
}

pub(crate) fn status(standing: Standing, closes: Option<DateTime>) -> Status {
    match (standing, closes) {
        (Standing::Open, Some(closes)) => {
            let last = closes.strftime("%-m月%-d日 %H:%M").to_string();
            Status::good(format!("征集中，{last} 截止"))
        }
        (Standing::Open, None) => Status::good(standing.zh()),
        (Standing::Ahead, _) => Status::notice(standing.zh()),
        (Standing::Withdrawn, _) => Status::stopped(standing.zh()),
        (Standing::Closed | Standing::Unpublished, _) => Status::idle(standing.zh()),
    }
}

/// A notice as its page writes it.
pub(crate) struct NoticeText {
    pub(crate) title: String,
    pub(crate) number: String,
    pub(crate) status: Status,
    pub(crate) body: Vec<String>,
    pub(crate) headcount: String,
    pub(crate) wanted: Vec<(String, u32)>,
    pub(crate) sections: Vec<(String, Vec<String>)>,
    pub(crate) window: String,
    pub(crate) channels: Vec<ChannelGuide>,
    pub(crate) contact: String,
    pub(crate) signed: String,
    pub(crate) dated: String,
    pub(crate) publications: Vec<(String, String, String)>,
    pub(crate) basis: String,
}

impl NoticeText {
    pub(crate) fn of(shown: &Shown) -> Self {
        let lines = |text: &str| -> Vec<String> { text.lines().map(str::to_owned).collect() };
        let line = &shown.line;
        Self {
            title: line.title.clone(),
            number: line.number.clone(),
            status: status(line.standing, line.closes),
            body: lines(&shown.body),
            headcount: shown.headcount.clone().unwrap_or_default(),
            wanted: shown.wanted.clone(),
            sections: shown
                .paragraphs
                .iter()
                .map(|(heading, text)| (heading.clone(), lines(text)))
                .collect(),
            window: match (line.opens, line.closes) {
                (Some(opens), Some(closes)) => spoken(opens, closes),
                _ => "未定".to_owned(),
            },
            channels: shown.channels.clone(),
            contact: shown.contact.clone(),
            signed: shown.signed.clone(),
            dated: line
                .published
                .map(|at| at.strftime("%Y年%-m月%-d日").to_string())
                .unwrap_or_default(),
            publications: shown
                .publications
                .iter()
                .map(|(medium, address, at)| {
                    let at = at.strftime("%Y-%m-%d %H:%M").to_string();
                    (medium.clone(), address.clone(), at)
                })
                .collect(),
            basis: format!("《{}》{}", shown.basis.0, shown.basis.1),
        }
    }
}

struct Row {
    href: String,
    line: PublicNotice,
    window: String,
    status: Status,
}

impl From<PublicNotice> for Row {
    fn from(line: PublicNotice) -> Self {
        Self {
            href: format!("/public/notices/{}", line.number),
            window: window_words(line.opens, line.closes),
            status: status(line.standing, line.closes),
            line,
        }
    }
}

#[derive(Template)]
#[template(path = "public_notices/list.html")]
struct ListPage {
    layout: Layout,
    current: Vec<Row>,
    past: Vec<Row>,
    next: Option<String>,
}

async fn list(State(app): State<App>, visit: Visit) -> Result<Response, WebError> {
    let after = visit.query.after();
    let current = match after {
        None => app.service.current_notices().await?,
        Some(_) => Vec::new(),
    };
    let found = app
        .service
        .published_notices(&PageRequest::after(after, 20))
        .await?;
    let past = found
        .items
        .into_iter()
        .filter(|line| !matches!(line.standing, Standing::Open | Standing::Ahead));
    page::page(&ListPage {
        layout: Layout::new(&app.site.now(), &visit, "征集公告"),
        past: past.map(Row::from).collect(),
        current: current.into_iter().map(Row::from).collect(),
        next: found
            .next
            .map(|cursor| format!("/public/notices?after={cursor}")),
    })
}

#[derive(Template)]
#[template(path = "public_notices/show.html")]
struct ShowPage {
    layout: Layout,
    text: NoticeText,
    note: Option<Note>,
    back: Link,
    pdf: String,
    apply: Option<String>,
    forms: Vec<(String, String)>,
}

pub(crate) fn strip(layout: Layout, banner: Option<String>, demonstration: bool) -> Layout {
    let layout = match banner {
        Some(words) => layout.banner(Banner::Other(Tone::Warn, format!("办法{words}。"))),
        None => layout,
    };
    // An installation that is a demonstration says so on every page.
    if demonstration && layout.site.banner.is_none() {
        return layout.banner(Banner::Rehearsal("演示数据，不受理真实的申请。".to_owned()));
    }
    layout
}

async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(key): Path<String>,
) -> Result<Response, WebError> {
    let shown = app.service.published_notice(&key).await?;
    let note = match (shown.line.standing, &shown.withdrawn) {
        (_, Some(reason)) => Some(Note::new(
            Tone::Bad,
            "这份公告已撤回：",
            format!("{reason}。不再据此受理申请。"),
        )),
        (Standing::Closed, _) => Some(Note::new(
            Tone::Warn,
            "征集已截止：",
            "不再据此受理申请，请留意下一次征集。",
        )),
        (Standing::Ahead, _) => Some(Note::new(
            Tone::Plain,
            "还没有开始：",
            "到征集开始时间才能提交申请，材料可以先准备。",
        )),
        _ => None,
    };
    let layout = Layout::new(&app.site.now(), &visit, shown.line.title.clone())
        .of_office(shown.signed.clone());
    let pack = app.service.pack_of_notice(&key).await?;
    page::page(&ShowPage {
        layout: strip(layout, shown.banner.clone(), shown.demonstration),
        text: NoticeText::of(&shown),
        note,
        back: Link::new("全部征集公告", "/public/notices"),
        apply: (shown.line.standing == Standing::Open
            && shown.channels.iter().any(|channel| channel.own.is_some()))
        .then(|| format!("/public/notices/{}/apply", shown.line.number)),
        pdf: format!("/public/notices/{}/notice.pdf", shown.line.number),
        forms: blanks(&pack, &format!("/public/notices/{}", shown.line.number)),
    })
}

async fn document(State(app): State<App>, Path(key): Path<String>) -> Result<Response, WebError> {
    Ok(pdf(app.service.print_published_notice(&key).await?))
}

#[derive(Template)]
#[template(path = "public_notices/guide.html")]
struct GuidePage {
    layout: Layout,
    pool: String,
    basis: String,
    channels: Vec<ChannelGuide>,
    phone: String,
    /// Departments the instrument names for questions, with the telephone of the office.
    contacts: Vec<(String, String)>,
    apply: Option<String>,
    forms: Vec<(String, String)>,
}

async fn guide(
    State(app): State<App>,
    visit: Visit,
    Path(pool): Path<String>,
) -> Result<Response, WebError> {
    let no = pool.parse().map_err(|_| WebError::NotFound)?;
    let (pool, channels) = app.service.application_guide(no).await?;
    let layout = Layout::new(&app.site.now(), &visit, "怎样申请入库");
    let today = app.service.schedule().today();
    page::page(&GuidePage {
        layout: strip(
            layout,
            pool.standing(today).banner(),
            pool.pool.demonstration,
        ),
        basis: format!("《{}》", pool.pack.identity.title),
        phone: pool.pool.phone.clone().unwrap_or_default(),
        contacts: pool
            .pack
            .identity
            .contacts
            .iter()
            .filter_map(|one| Some((one.department.clone(), one.phone.clone()?)))
            .collect(),
        // What needs a notice begins at the notice.
        apply: channels
            .iter()
            .any(|channel| channel.own.is_some() && !channel.needs_notice)
            .then(|| format!("/public/guide/{no}/apply")),
        forms: blanks(&pool.pack, &format!("/public/guide/{no}")),
        pool: pool.pool.name.clone(),
        channels,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::datetime;

    #[test]
    fn a_sentence_names_the_days_and_times_only_where_they_are_not_whole_days() {
        let opens = datetime(2026, 6, 1, 0, 0, 0, 0);
        let closes = datetime(2026, 6, 30, 23, 59, 59, 0);
        assert_eq!(spoken(opens, closes), "2026年6月1日起至6月30日止");
        assert_eq!(
            spoken(
                datetime(2026, 12, 20, 9, 0, 0, 0),
                datetime(2027, 1, 10, 17, 30, 5, 0)
            ),
            "2026年12月20日 09:00起至2027年1月10日 17:30:05止"
        );
    }

    #[test]
    fn whole_days_are_written_without_seconds_and_others_to_the_second() {
        let opens = Some(datetime(2026, 6, 1, 0, 0, 0, 0));
        let closes = Some(datetime(2026, 6, 30, 23, 59, 59, 0));
        assert_eq!(window_words(opens, closes), "2026-06-01 至 2026-06-30");
        let noon = Some(datetime(2026, 6, 30, 12, 0, 0, 0));
        assert_eq!(window_words(noon, None), "2026-06-30 12:00 至 未定");
        let odd = Some(datetime(2026, 6, 30, 12, 0, 9, 0));
        assert_eq!(
            window_words(opens, odd),
            "2026-06-01 至 2026-06-30 12:00:09"
        );
        assert_eq!(window_words(None, None), "未定");
    }
}
