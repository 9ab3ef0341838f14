//! Where a visitor lands: the pool in which there is work to do, or the list of pools to choose from.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::actor::{Action, Role, Target};
use domain::policy::in_force::Standing;
use service::{Ctx, OpenPool};

use crate::components::Tone;
use crate::error::WebError;
use crate::layout::{Banner, Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::Session;
use crate::state::App;

/// Routes of the landing pages.
pub fn routes() -> Routes {
    Routes::new()
        .get("/", Access::SignedIn, landing)
        .get("/pools", Access::SignedIn, choose)
}

/// Pools the visitor has a role in.
#[derive(Template)]
#[template(path = "home/pools.html")]
struct PoolsPage {
    layout: Layout,
    rows: Vec<PoolRow>,
}

/// One of them.
struct PoolRow {
    no: i64,
    name: String,
    instrument: String,
    roles: String,
}

async fn landing(State(app): State<App>, session: Session) -> Result<Response, WebError> {
    let actor = &session.ctx.actor;
    let system = |action| actor.allow(action, Target::SYSTEM).is_ok();
    let address = if system(Action::ManageAccounts) {
        "/settings/users".to_owned()
    } else if system(Action::GrantRoles) {
        "/settings/roles".to_owned()
    } else if system(Action::ReadSystemLog) {
        "/settings/log".to_owned()
    } else if actor.person.is_some() && actor.grants.iter().all(|grant| grant.role == Role::Expert)
    {
        "/m".to_owned()
    } else {
        match app.service.pools(&session.ctx).await?.as_slice() {
            [only] => format!("/p/{}", only.no),
            _ => "/pools".to_owned(),
        }
    };
    Ok(page::see_other(&address))
}

async fn choose(
    State(app): State<App>,
    session: Session,
    visit: Visit,
) -> Result<Response, WebError> {
    let rows = app
        .service
        .pools(&session.ctx)
        .await?
        .into_iter()
        .map(|open| row(&session.ctx, open))
        .collect();
    page::page(&PoolsPage {
        layout: session.layout(&app, &visit, "选择专家库"),
        rows,
    })
}

fn row(ctx: &Ctx, open: OpenPool) -> PoolRow {
    let roles = ctx
        .actor
        .grants
        .iter()
        .filter(|grant| grant.pool == Some(open.pool.id));
    PoolRow {
        no: open.no,
        roles: roles
            .map(|grant| grant.role.zh())
            .collect::<Vec<_>>()
            .join("、"),
        instrument: open.pack.identity.title.clone(),
        name: open.pool.name,
    }
}

/// The strips that every page of a pool carries: what its instrument is worth today, and whether it is a
/// demonstration.
#[must_use]
pub fn banners(app: &App, ctx: &Ctx, open: &OpenPool) -> Vec<Banner> {
    let mut banners = Vec::new();
    // Of a demonstration as a whole, every page of it says so already.
    if open.pool.demonstration && !app.service.settings().demonstration {
        banners.push(Banner::Rehearsal(
            "这里的单位、专家和抽取结果都是虚构的，不产生效力。".to_owned(),
        ));
    }
    let standing = open.standing(ctx.today());
    if let Some(words) = standing.banner() {
        let sentence = match standing {
            Standing::Draft { .. } => format!(
                "《{}》尚未正式印发，内容以正式文本为准。",
                open.pack.identity.title
            ),
            _ => format!("《{}》{words}。", open.pack.identity.title),
        };
        banners.push(match standing {
            Standing::Draft { .. } => Banner::Draft(sentence),
            Standing::InForce | Standing::Extended { .. } => Banner::Other(Tone::Plain, sentence),
            Standing::NotYet { .. } | Standing::Expired { .. } | Standing::Repealed => {
                Banner::Expired(sentence)
            }
        });
    }
    banners
}
