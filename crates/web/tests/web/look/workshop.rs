//! Small pages on which the scripts are tried out, each with the server behaviour that a feature page has.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, Response};
use axum::routing::{get, post};
use web::error::WebError;
use web::form::FormState;
use web::layout::{Layout, Site, Visit};
use web::page;
use web::security::Transport;

/// Fingerprint of the frame in the ceremony pages.
pub(crate) const FRAME: &str = "b7d206ce41f98a3d5510e2bc97a46f083dd1c85e72b6094ae1f35c27a86d10f4";

/// What the pages have received.
#[derive(Default)]
pub(crate) struct Received {
    pages: AtomicU32,
    polls: AtomicU32,
    posts: AtomicU32,
    commitment: std::sync::Mutex<String>,
}

impl Received {
    /// Whole pages of the list sent so far.
    pub(crate) fn pages(&self) -> u32 {
        self.pages.load(Ordering::SeqCst)
    }
    /// Accepted posts so far.
    pub(crate) fn posts(&self) -> u32 {
        self.posts.load(Ordering::SeqCst)
    }
}

#[derive(Template)]
#[template(
    source = r##"{% extends "base.html" %}{% block main %}<h1>列表</h1>
<form class="query" action="/list" data-swap="#list" data-live="60"><div class="f"><label for="q">姓名</label><input class="in" id="q" name="q" value="{{ query }}"></div><div class="act"><button class="btn p">查询</button></div></form>
{% block list %}<section id="list" class="card"><p id="echo">结果：{{ query }}</p><a id="more" href="/list?q={{ query }}2" data-swap="#list">下一页</a>
<div class="bar sel" id="bb" hidden><span>已选 <b data-n>0</b> 人</span><form method="post" action="/rest"><button class="btn d" id="rest" data-confirm="暂停后 2 人不会被抽中，直到恢复。">暂停抽取</button></form></div>
<table class="tbl" data-batch="bb"><thead><tr><th class="ck"><input type="checkbox" class="js" hidden aria-label="全选本页"></th><th>姓名</th></tr></thead><tbody><tr><td class="ck"><input type="checkbox" id="c1"></td><td>甲</td></tr><tr><td class="ck"><input type="checkbox" id="c2"></td><td>乙</td></tr></tbody></table></section>{% endblock %}{% endblock %}"##,
    ext = "html",
    blocks = ["list"]
)]
struct List {
    layout: Layout,
    query: String,
}

#[derive(Template)]
#[template(
    source = r##"{% extends "base.html" %}{% import "components/ui.html" as ui %}{% block main %}<h1>编辑</h1>
<div id="form">{{ ui::summary(form) }}<form method="post" action="/edit" data-swap="#form" data-guard novalidate>{{ ui::text(form, "name", "姓名") }}{{ ui::combo(form, "org", "单位", "/org") }}<button class="btn p" id="send">保存</button></form></div>
<div id="tick" data-poll="60" data-src="/tick"><p>0</p></div>
<button type="button" class="btn" id="copy" data-copy="7F3K-9QMD">复制</button>{% endblock %}"##,
    ext = "html"
)]
struct Edit {
    layout: Layout,
    form: FormState,
}

#[derive(Template)]
#[template(
    source = r##"{% extends "base.html" %}{% import "components/ceremony.html" as ceremony %}{% block main %}<h1>密签</h1>
<section class="card"><div class="body">{% if commitment.is_empty() %}{{ ceremony::commit_form("/commit", "SM3", frame, "supervisor") }}{% else %}{{ ceremony::reveal_form("/reveal", "SM3", frame, "supervisor", commitment) }}{% endif %}</div></section>{% endblock %}
{% block scripts %}<script src="{{ web::assets::path("lx1.js") }}"></script><script src="{{ web::assets::path("ceremony.js") }}"></script>{% endblock %}"##,
    ext = "html"
)]
struct Ceremony {
    layout: Layout,
    frame: &'static str,
    commitment: String,
}

#[derive(Template)]
#[template(
    source = r##"{% extends "base_public.html" %}{% import "components/ceremony.html" as ceremony %}{% block main %}<h1>抽取结果核验</h1>{{ ceremony::verifier(record) }}{% endblock %}
{% block scripts %}<script src="{{ web::assets::path("lx1.js") }}"></script><script src="{{ web::assets::path("verify.js") }}"></script>{% endblock %}"##,
    ext = "html"
)]
struct Verify {
    layout: Layout,
    record: String,
}

fn layout(visit: &Visit, title: &str) -> Layout {
    Layout::new(&Arc::new(Site::default()), visit, title)
}

async fn list(State(received): State<Arc<Received>>, visit: Visit) -> Result<Response, WebError> {
    let query = visit.query.text("q");
    if query == "慢" {
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    }
    let page = List {
        layout: layout(&visit, "列表").announce(format!("{query} 的结果")),
        query,
    };
    if visit.fragment.wants("#list") {
        return page::part(&page.layout, &page.as_list());
    }
    received.pages.fetch_add(1, Ordering::SeqCst);
    page::page(&page)
}

async fn edit(
    State(received): State<Arc<Received>>,
    visit: Visit,
    mut form: FormState,
) -> Result<Response, WebError> {
    let name = form.required("name", "请填写姓名。");
    match (name.as_str(), form.is_sound()) {
        ("过期", _) => Err(WebError::SignedOut),
        ("冲突", _) => Err(WebError::Conflict {
            what: "王强 在 10:21 改过这条记录。".into(),
            href: String::new(),
        }),
        (_, false) => page::rejected(&Edit {
            layout: layout(&visit, "编辑").judged(&form),
            form,
        }),
        (_, true) => {
            received.posts.fetch_add(1, Ordering::SeqCst);
            Ok(page::leave(
                &visit.fragment,
                &format!("/list?q={}", form.text("org_id")),
            ))
        }
    }
}

async fn tick(State(received): State<Arc<Received>>) -> Result<Response, WebError> {
    let body = |number| Html(format!("<div id=\"tick\"><p>{number}</p></div>"));
    Ok(match received.polls.fetch_add(1, Ordering::SeqCst) {
        0 => page::unchanged(),
        1 => axum::response::IntoResponse::into_response(Html(
            "<div id=\"tick\" data-poll=\"60\" data-src=\"/tick\"><p>1</p></div>",
        )),
        _ => {
            let stop = StatusCode::from_u16(286).map_err(WebError::internal)?;
            axum::response::IntoResponse::into_response((stop, body(2)))
        }
    })
}

async fn ceremony(
    State(received): State<Arc<Received>>,
    visit: Visit,
) -> Result<Response, WebError> {
    let commitment = received
        .commitment
        .lock()
        .map(|held| held.clone())
        .unwrap_or_default();
    page::page(&Ceremony {
        layout: layout(&visit, "密签"),
        frame: FRAME,
        commitment,
    })
}

async fn commit(State(received): State<Arc<Received>>, form: FormState) -> Response {
    assert!(
        form.pairs().iter().all(|(name, _)| name == "commitment"),
        "only the fingerprint is sent: {form:?}"
    );
    if let Ok(mut held) = received.commitment.lock() {
        *held = form.text("commitment");
    }
    page::see_other("/ceremony")
}

async fn record(Path(number): Path<u8>, visit: Visit) -> Result<String, WebError> {
    let path = format!(
        "{}/../draw/tests/vectors/vector-{number}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).map_err(WebError::internal)?;
    match visit.query.value("tampered") {
        "" => Ok(text),
        what => Ok(text.replacen(what, &format!("{what}x"), 1)),
    }
}

/// The pages, and what they have received.
pub(crate) fn router() -> (Router, Arc<Received>) {
    let received = Arc::new(Received::default());
    let features = Router::new()
        .route("/", get(async || page::see_other("/list")))
        .route("/list", get(list))
        .route(
            "/edit",
            get(async |visit: Visit| page::page(&Edit { layout: layout(&visit, "编辑"), form: FormState::blank() }))
                .post(edit),
        )
        .route(
            "/rest",
            post(async |State(received): State<Arc<Received>>| {
                received.posts.fetch_add(1, Ordering::SeqCst);
                page::see_other("/list?q=done")
            }),
        )
        .route("/tick", get(tick))
        .route(
            "/org",
            get(async |visit: Visit| {
                let query = visit.query.text("q");
                Html(format!(
                    "<li role=\"option\" data-v=\"7\" data-t=\"{query}学院\">{query}学院</li>\
                     <li role=\"option\" data-v=\"8\" data-t=\"{query}中心\">{query}中心<small>9131</small></li>"
                ))
            }),
        )
        .route("/ceremony", get(ceremony))
        .route("/commit", post(commit))
        .route("/reveal", post(async |form: FormState| form.text("share")))
        .route("/records/{number}", get(record))
        .route(
            "/verify",
            get(async |visit: Visit| {
                let record = visit.query.value("record").to_owned();
                page::page(&Verify { layout: layout(&visit, "核验"), record })
            }),
        )
        .with_state(Arc::clone(&received));
    let router = web::site(features, Arc::new(Site::default()), &Transport::Plain)
        .expect("no origins to misread");
    (router, received)
}
