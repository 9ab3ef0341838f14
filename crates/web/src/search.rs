//! 全局搜索: the answer to the line at the top of every page.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use service::search::PoolHits;

use crate::components::Status;
use crate::error::WebError;
use crate::experts::{address, standing};
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::Session;
use crate::state::App;
use crate::tasks::status as task_status;

/// Routes of search.
pub fn routes() -> Routes {
    Routes::new().get("/search", Access::SignedIn, search)
}

struct Hit {
    href: String,
    name: String,
    detail: String,
    status: Option<Status>,
}

struct Group {
    heading: String,
    hits: Vec<Hit>,
    /// The list with everything, when there is more.
    more: Option<String>,
}

#[derive(Template)]
#[template(path = "search/show.html")]
struct SearchPage {
    layout: Layout,
    form: FormState,
    sentence: String,
    pools: Vec<(String, Vec<Group>)>,
}

fn groups(found: PoolHits, text: &str) -> Vec<Group> {
    let base = format!("/p/{}", found.no);
    let list = |place: &str| address(&format!("{base}/{place}"), &[("q", text)]);
    let experts = Group {
        heading: "专家".to_owned(),
        more: found.experts.more.then(|| list("experts")),
        hits: found
            .experts
            .items
            .into_iter()
            .map(|row| Hit {
                href: format!("{base}/experts/{}", row.id),
                detail: [row.number, row.employer, row.specialties.join("、")]
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect::<Vec<_>>()
                    .join(" · "),
                name: row.name,
                status: Some(standing(row.status)),
            })
            .collect(),
    };
    let tasks = Group {
        heading: "使用需求".to_owned(),
        more: found.tasks.more.then(|| format!("{base}/tasks")),
        hits: found
            .tasks
            .items
            .into_iter()
            .map(|row| Hit {
                href: format!("{base}/tasks/{}", row.task.id),
                status: Some(task_status(&row.task.state)),
                name: row.task.request.content.chars().take(60).collect(),
                detail: format!("{} · {}", row.task.number, row.requester),
            })
            .collect(),
    };
    let organisations = Group {
        heading: "单位".to_owned(),
        more: found.organisations.more.then(|| list("organisations")),
        hits: found
            .organisations
            .items
            .into_iter()
            .map(|one| Hit {
                href: address(&format!("{base}/organisations"), &[("q", &one.name)]),
                detail: one.credit_code.unwrap_or_default(),
                name: one.name,
                status: None,
            })
            .collect(),
    };
    [experts, tasks, organisations]
        .into_iter()
        .filter(|group| !group.hits.is_empty())
        .collect()
}

async fn search(
    State(app): State<App>,
    session: Session,
    visit: Visit,
) -> Result<Response, WebError> {
    let mut form = visit.query.clone();
    let text = form.text("q");
    let found = match app.service.search(&session.ctx, &text).await {
        Ok(found) => found,
        Err(error) => {
            form.refuse(error)?;
            Vec::new()
        }
    };
    let pools: Vec<_> = found
        .into_iter()
        .map(|found| (found.name.clone(), groups(found, &text)))
        .collect();
    let hits: usize = pools
        .iter()
        .flat_map(|(_, groups)| groups)
        .map(|group| group.hits.len())
        .sum();
    let more = pools
        .iter()
        .flat_map(|(_, groups)| groups)
        .any(|group| group.more.is_some());
    let sentence = match (text.is_empty(), hits, more) {
        _ if !form.is_sound() => String::new(),
        (true, ..) => "输入姓名、单位、需求内容或编号的一部分，也可以输拼音或首字母。".to_owned(),
        (_, 0, _) => format!(
            "没有找到“{text}”。可以少输几个字，或改用拼音首字母；只能找到您的岗位可以看的内容。"
        ),
        (_, hits, false) => format!("找到 {hits} 项。"),
        (_, hits, true) => format!("先列出 {hits} 项，更多的请打开相应的列表。"),
    };
    let page = SearchPage {
        layout: session
            .layout(&app, &visit, "搜索")
            .announce(sentence.clone())
            .judged(&form),
        form,
        sentence,
        pools,
    };
    if page.form.is_sound() {
        page::page(&page)
    } else {
        page::rejected(&page)
    }
}
