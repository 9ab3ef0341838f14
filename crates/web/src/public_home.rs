//! The first page for everybody: what each pool calls for, puts up and has decided, how to apply, and where
//! to check. No log-in, no script, readable on a phone; the pools also as data.

use askama::Template;
use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use service::{OpenPool, PageRequest};

use crate::api::items;
use crate::components::{Link, Status};
use crate::error::WebError;
use crate::layout::{Layout, Visit};
use crate::openapi::says;
use crate::page;
use crate::routes::{Access, Routes};
use crate::state::App;
use crate::{public_notices, public_postings, results};

/// How many results a pool shows here.
const RESULTS: usize = 3;

/// Routes of the first page and of the way to the guides.
pub fn routes() -> Routes {
    Routes::new()
        .get("/public", Access::Public, home)
        .get("/public/guide", Access::Public, guides)
        .api(
            Method::GET,
            "/api/v1/public/pools",
            Access::Public,
            says("公开", "专家库").gives("items：序号、名称、办法、办法效力、联系电话"),
            pools_json,
        )
}

/// Something to read about a pool.
struct Line {
    href: String,
    title: String,
    /// Until when, since when, how many.
    when: String,
    status: Option<Status>,
}

struct PoolCard {
    no: i64,
    name: String,
    phone: String,
    /// What is to be known of the instrument's force, and of a demonstration.
    remark: String,
    notices: Vec<Line>,
    /// `None` where the instrument has no public notice of names.
    postings: Option<Vec<Line>>,
    results: Vec<Line>,
}

#[derive(Template)]
#[template(path = "public_home/home.html")]
struct HomePage {
    layout: Layout,
    pools: Vec<PoolCard>,
}

fn remark(app: &App, pool: &OpenPool) -> String {
    let standing = pool.standing(app.service.schedule().today());
    let force = standing.banner().map(|words| format!("办法{words}。"));
    // An installation that is a demonstration says so above every page.
    let made_up = pool.pool.demonstration && app.site.now().banner.is_none();
    let made_up = made_up.then(|| "演示数据，不受理真实的申请。".to_owned());
    force.into_iter().chain(made_up).collect()
}

async fn home(State(app): State<App>, visit: Visit) -> Result<Response, WebError> {
    let notices = app.service.current_notices().await?;
    let postings = app.service.current_postings().await?;
    let found = app.service.results(&PageRequest::first(20)).await?.items;
    let mut cards = Vec::new();
    for pool in app.service.public_pools().await? {
        let lines = postings.iter().filter(|line| line.pool_no == pool.no);
        let lines = lines.map(|line| Line {
            href: format!("/public/postings/{}", line.number),
            title: line.title.clone(),
            when: format!("{} 至 {}", line.posted.date(), line.last_day),
            status: Some(public_postings::status(line)),
        });
        let posts = pool.pack.admission.public_notice.is_some();
        cards.push(PoolCard {
            postings: posts.then(|| lines.collect()),
            notices: notices
                .iter()
                .filter(|line| line.pool == pool.no)
                .map(|line| Line {
                    href: format!("/public/notices/{}", line.number),
                    title: line.title.clone(),
                    when: public_notices::window_words(line.opens, line.closes),
                    status: Some(public_notices::status(line.standing, line.closes)),
                })
                .collect(),
            results: found
                .iter()
                .filter(|line| line.pool == pool.no)
                .take(RESULTS)
                .map(|line| Line {
                    href: format!("/public/results/{}", line.number),
                    title: line.title.clone(),
                    when: format!("聘任 {} 人，{}", line.appointed, results::days(line)),
                    status: None,
                })
                .collect(),
            remark: remark(&app, &pool),
            phone: pool.pool.phone.clone().unwrap_or_default(),
            no: pool.no,
            name: pool.pool.name,
        });
    }
    page::page(&HomePage {
        layout: Layout::new(&app.site.now(), &visit, "首页"),
        pools: cards,
    })
}

#[derive(Template)]
#[template(path = "public_home/guides.html")]
struct GuidesPage {
    layout: Layout,
    pools: Vec<Link>,
}

/// One pool needs no choice.
async fn guides(State(app): State<App>, visit: Visit) -> Result<Response, WebError> {
    let pools = app.service.public_pools().await?;
    let pools: Vec<Link> = pools
        .into_iter()
        .map(|pool| Link::new(pool.pool.name, format!("/public/guide/{}", pool.no)))
        .collect();
    match &pools[..] {
        [only] => Ok(page::see_other(&only.href)),
        _ => page::page(&GuidesPage {
            layout: Layout::new(&app.site.now(), &visit, "怎样申请入库"),
            pools,
        }),
    }
}

async fn pools_json(State(app): State<App>) -> Result<Response, WebError> {
    let today = app.service.schedule().today();
    let pools = app.service.public_pools().await?;
    let shown: Vec<_> = pools
        .iter()
        .map(|pool| {
            serde_json::json!({
                "no": pool.no, "name": pool.pool.name,
                "instrument": pool.pack.identity.title,
                "banner": pool.standing(today).banner(),
                "phone": pool.pool.phone,
                "demonstration": pool.pool.demonstration,
            })
        })
        .collect();
    Ok(items(&shown))
}
