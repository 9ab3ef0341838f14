//! 聘书: who waits for one, batches with their progress, each certificate with its PDF, and the public
//! check of a code.

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use domain::actor::Action;
use domain::certificate::{Certificate, Standing};
use domain::id::RecordId;
use serde::Deserialize;
use service::PageRequest;
use service::certificates::{CheckedCertificate, Issuance, MOST_PAGES, Order, grouped};
use service::cohorts::Cohorts;
use utoipa::ToSchema;

use crate::api::{Body, Why, done, made, page_of, paged};
use crate::components::{Empty, Note, Pager, Status, Tone};
use crate::draws::{attachment, pdf};
use crate::error::WebError;
use crate::experts::address;
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::openapi::says;
use crate::page;
use crate::public_notices::strip;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

const ISSUE: Access = Access::Pool(Action::IssueCertificates);
const GROUP: &str = "聘书";

/// Routes of certificates.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/certificates", ISSUE, list)
        .post("/p/{no}/certificates", ISSUE, issue)
        .post("/p/{no}/cohorts", ISSUE, open_cohort)
        .get("/p/{no}/certificates/{certificate}", ISSUE, show)
        .get(
            "/p/{no}/certificates/{certificate}/certificate.pdf",
            ISSUE,
            print,
        )
        .post("/p/{no}/certificates/{certificate}/reissue", ISSUE, reissue)
        .post("/p/{no}/certificates/{certificate}/revoke", ISSUE, revoke)
        .get("/p/{no}/issuances/{issuance}", ISSUE, progress)
        .get(
            "/p/{no}/issuances/{issuance}/certificates.pdf",
            ISSUE,
            print_all,
        )
        .get(
            "/p/{no}/issuances/{issuance}/certificates.zip",
            ISSUE,
            bundle,
        )
        .get("/public/certificates", Access::Public, ask)
        .get("/public/certificates/{code}", Access::Public, check)
        .api(
            Method::GET,
            "/api/v1/pools/{no}/certificates",
            ISSUE,
            says(GROUP, "聘书")
                .paged()
                .asks(&[("q", "姓名的一部分")])
                .gives("items；next"),
            list_json,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/certificates",
            ISSUE,
            says(GROUP, "颁发聘书，不写 applications 即全部待颁发的")
                .takes::<IssueOrder>()
                .makes("id"),
            issue_json,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/cohorts",
            ISSUE,
            says(GROUP, "届").gives("all、next、article；办法没有规定届的为 null"),
            cohorts_json,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/cohorts",
            ISSUE,
            says(GROUP, "开届；第一届须写 from，以后各届从上一届期满次日开始")
                .takes::<CohortOrder>()
                .makes("id"),
            open_cohort_json,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/issuances/{issuance}",
            ISSUE,
            says(GROUP, "一批颁发的进度").gives("total、done、left、refused、printed"),
            progress_json,
        )
        .api(
            Method::GET,
            "/api/v1/pools/{no}/issuances/{issuance}/certificates.zip",
            ISSUE,
            says(GROUP, "一批证书打包，一人一份 PDF，附目录").gives("zip"),
            bundle,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/certificates/{certificate}/reissue",
            ISSUE,
            says(GROUP, "补发（编号不变）").takes::<Why>(),
            reissue_json,
        )
        .api(
            Method::POST,
            "/api/v1/pools/{no}/certificates/{certificate}/revoke",
            ISSUE,
            says(GROUP, "注销").takes::<Why>(),
            revoke_json,
        )
        .api(
            Method::GET,
            "/api/v1/public/certificates/{code}",
            Access::Public,
            says(GROUP, "核验聘书")
                .gives("编号、姓名、聘期、standing：valid、not_yet、expired、ended、revoked；ended_on：失效之日"),
            check_json,
        )
}

fn status(standing: Standing) -> Status {
    let word = standing.zh();
    match standing {
        Standing::Valid => Status::good(word),
        Standing::NotYet => Status::notice(word),
        Standing::Expired => Status::waiting(word),
        Standing::Ended | Standing::Revoked => Status::stopped(word),
    }
}

/// One who waits: the application, its number, name and employer.
struct Waiting {
    id: RecordId,
    number: String,
    name: String,
    employer: String,
}

#[derive(Template)]
#[template(path = "certificates/list.html")]
struct ListPage {
    layout: Layout,
    /// What the paper is called here.
    word: String,
    form: FormState,
    base: String,
    applications: String,
    waiting: Vec<Waiting>,
    cohorts: Option<Cohorts>,
    cohort_base: String,
    confirm_status: String,
    rows: Vec<(Certificate, Status)>,
    pager: Pager,
    empty: Empty,
}

async fn list_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    form: FormState,
) -> Result<ListPage, WebError> {
    let ctx = here.ctx();
    let base = here.href("certificates");
    let name = visit.query.text("q");
    let after = Some(visit.query.text("after")).filter(|text| !text.is_empty());
    let waiting = app.service.waiting_for_certificates(ctx, here.no).await?;
    let found = app
        .service
        .certificates(ctx, here.no, &name, &PageRequest::after(after.clone(), 50))
        .await?;
    let today = ctx.today();
    let rows: Vec<(Certificate, Status)> = found
        .items
        .into_iter()
        .map(|one| {
            let status = status(one.standing(today));
            (one, status)
        })
        .collect();
    let standing = here.standing(today);
    let with = |cursor: &str| {
        let pairs = [("q", name.as_str()), ("after", cursor)];
        let pairs: Vec<(&str, &str)> = pairs
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        address(&base, &pairs)
    };
    Ok(ListPage {
        layout: here
            .layout(app, visit, here.pack.certificate_word())
            .under(&[(&here.pool.name, &here.href(""))])
            .judged(&form),
        applications: here.href("applications"),
        cohorts: app.service.cohorts(ctx, here.no).await?,
        cohort_base: here.href("cohorts"),
        confirm_status: match (standing.effect(), standing.banner()) {
            (Some(_), Some(words)) => format!(
                "已知《{}》{words}，仍按此办法颁发；此确认会留痕。",
                here.pack.identity.title
            ),
            _ => String::new(),
        },
        waiting: waiting
            .into_iter()
            .map(|one| Waiting {
                id: one.id,
                number: one.number,
                name: one.profile.name,
                employer: one
                    .profile
                    .employer
                    .map(|known| known.name)
                    .unwrap_or_default(),
            })
            .collect(),
        pager: Pager {
            range: format!("本页 {} 份", rows.len()),
            first: after.is_some().then(|| with("")),
            next: found.next.map(|cursor| with(&cursor)),
            ..Pager::default()
        },
        word: here.pack.certificate_word().to_owned(),
        empty: Empty {
            what: format!("没有{}", here.pack.certificate_word()),
            hint: "审定通过并分类后，在这里颁发。".to_owned(),
            actions: Vec::new(),
        },
        rows,
        base,
        form: if name.is_empty() {
            form
        } else {
            form.with("q", name)
        },
    })
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    page::page(&list_page(&app, &here, &visit, FormState::blank()).await?)
}

async fn issue(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    mut form: FormState,
) -> Result<Response, WebError> {
    let chosen: Vec<RecordId> = form
        .values("application")
        .filter_map(|id| id.parse().ok())
        .collect();
    let outcome = if chosen.is_empty() && form.value("whom") != "all" {
        Err(service::Error::field(
            "application",
            "没有选择给谁颁发。请勾选，或选择全部颁发。",
        ))
    } else {
        app.service
            .issue_certificates(
                here.ctx(),
                here.no,
                Order {
                    chosen: &chosen,
                    need: form.value("need"),
                    status_confirmed: form.value("status_confirmed") == "yes",
                },
            )
            .await
    };
    match outcome {
        Ok(id) => Ok(page::see_other(&here.href(format!("issuances/{id}")))),
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&list_page(&app, &here, &visit, form).await?)
        }
    }
}

async fn open_cohort(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    mut form: FormState,
) -> Result<Response, WebError> {
    let from = form.value("from");
    let outcome = match (from.is_empty(), from.parse()) {
        (true, _) => app.service.open_cohort(here.ctx(), here.no, None).await,
        (false, Ok(from)) => {
            app.service
                .open_cohort(here.ctx(), here.no, Some(from))
                .await
        }
        (false, Err(_)) => Err(service::Error::field(
            "from",
            format!("“{from}”不是日期。请写成 2026-01-01 的样子。"),
        )),
    };
    match outcome {
        Ok(_) => Ok(page::see_other(&here.href("certificates"))),
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&list_page(&app, &here, &visit, form).await?)
        }
    }
}

#[derive(Template)]
#[template(path = "certificates/progress.html", blocks = ["state"])]
struct ProgressPage {
    layout: Layout,
    /// What the paper is called here.
    word: String,
    base: String,
    list: String,
    batch: Issuance,
}

impl ProgressPage {
    fn worked(&self) -> usize {
        self.batch.total - self.batch.left.len()
    }

    /// One file for all is offered as long as it can be made while somebody waits.
    fn prints_whole(&self) -> bool {
        (1..=MOST_PAGES).contains(&self.batch.done.len())
    }
}

async fn progress(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, RecordId)>,
) -> Result<Response, WebError> {
    let batch = app.service.issuance(here.ctx(), here.no, id).await?;
    let list = here.href("certificates");
    let page = ProgressPage {
        layout: here
            .layout(&app, &visit, format!("批量颁发 {}", batch.number))
            .under(&[
                (&here.pool.name, &here.href("")),
                (here.pack.certificate_word(), &list),
            ]),
        base: here.href(format!("issuances/{id}")),
        word: here.pack.certificate_word().to_owned(),
        list,
        batch,
    };
    if visit.fragment.wants("#state") {
        return page::part(&page.layout, &page.as_state());
    }
    page::page(&page)
}

#[derive(Template)]
#[template(path = "certificates/show.html")]
struct ShowPage {
    layout: Layout,
    form: FormState,
    base: String,
    expert: String,
    status: Status,
    facts: Vec<(String, String)>,
    revocable: bool,
    one: Certificate,
}

async fn show_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: RecordId,
    form: FormState,
) -> Result<ShowPage, WebError> {
    let one = app.service.certificate(here.ctx(), here.no, id).await?;
    let standing = one.standing(here.ctx().today());
    let list = here.href("certificates");
    let mut facts = vec![
        ("姓名".to_owned(), one.name.clone()),
        ("专业领域".to_owned(), one.specialties.join("、")),
        (
            "聘期".to_owned(),
            format!("{} 至 {}", one.term.from, one.term.to),
        ),
    ];
    facts.extend(one.shown.iter().cloned());
    facts.extend([
        ("颁发日期".to_owned(), one.issued_on.to_string()),
        ("核验码".to_owned(), grouped(&one.code)),
    ]);
    facts.extend(one.reissued.iter().map(|again| {
        let text = format!(
            "{}，{}（{}）",
            page::moment_short(again.by.at),
            again.reason,
            again.by.name
        );
        ("补发".to_owned(), text)
    }));
    if let domain::certificate::State::Revoked { by, on, reason } = &one.state {
        facts.push(("注销".to_owned(), format!("{on}，{reason}（{}）", by.name)));
    }
    Ok(ShowPage {
        layout: here
            .layout(app, visit, format!("{} {}", one.title, one.number))
            .under(&[
                (&here.pool.name, &here.href("")),
                (here.pack.certificate_word(), &list),
            ])
            .judged(&form),
        base: format!("{list}/{id}"),
        expert: here.href(format!("experts/{}", one.expert)),
        status: status(standing),
        revocable: standing != Standing::Revoked,
        facts,
        form,
        one,
    })
}

type At = (State<App>, InPool, Visit, Path<(i64, RecordId)>);

async fn show((State(app), here, visit, Path((_, id))): At) -> Result<Response, WebError> {
    page::page(&show_page(&app, &here, &visit, id, FormState::blank()).await?)
}

async fn print((State(app), here, _, Path((_, id))): At) -> Result<Response, WebError> {
    let printed = app
        .service
        .print_certificates(here.ctx(), here.no, &[id])
        .await?;
    Ok(pdf(printed))
}

async fn print_all((State(app), here, _, Path((_, id))): At) -> Result<Response, WebError> {
    let batch = app.service.issuance(here.ctx(), here.no, id).await?;
    let printed = app
        .service
        .print_certificates(here.ctx(), here.no, &batch.done)
        .await?;
    Ok(pdf(printed))
}

async fn bundle((State(app), here, _, Path((_, id))): At) -> Result<Response, WebError> {
    let pieces = app
        .service
        .bundle_certificates(here.ctx(), here.no, id)
        .await?;
    Ok(sent(pieces))
}

/// A zip sent while it is made.
pub(crate) fn sent(pieces: service::certificates::Pieces) -> Response {
    let body = axum::body::Body::from_stream(InPieces(pieces.bytes));
    attachment("application/zip", &pieces.name, body)
}

/// A file sent while it is made; an error breaks it off, so that nobody takes a part for the whole.
struct InPieces(tokio::sync::mpsc::Receiver<service::Result<Vec<u8>>>);

impl futures_core::Stream for InPieces {
    type Item = service::Result<Vec<u8>>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

async fn answered(
    (State(app), here, visit, Path((_, id))): At,
    mut form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    match outcome {
        Ok(()) => Ok(page::see_other(&here.href(format!("certificates/{id}")))),
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&show_page(&app, &here, &visit, id, form).await?)
        }
    }
}

async fn reissue(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .reissue_certificate(here.ctx(), here.no, id, &form.text("reason"))
        .await;
    answered(at, form, outcome).await
}

async fn revoke(at: At, form: FormState) -> Result<Response, WebError> {
    let (app, here, id) = (&at.0.0, &at.1, at.3.0.1);
    let outcome = app
        .service
        .revoke_certificate(here.ctx(), here.no, id, &form.text("reason"))
        .await;
    answered(at, form, outcome).await
}

#[derive(Template)]
#[template(path = "certificates/check.html")]
struct CheckPage {
    layout: Layout,
    form: FormState,
    note: Option<Note>,
    facts: Vec<(String, String)>,
}

fn check_page(app: &App, visit: &Visit, form: FormState) -> CheckPage {
    CheckPage {
        layout: Layout::new(&app.site.now(), visit, "证书核验").judged(&form),
        form,
        note: None,
        facts: Vec::new(),
    }
}

async fn ask(State(app): State<App>, visit: Visit) -> Result<Response, WebError> {
    let code = visit.query.text("code");
    if code.is_empty() {
        return page::page(&check_page(&app, &visit, FormState::blank()));
    }
    let ctx = app.service.visitor("", "");
    checked(
        &app,
        &visit,
        &code,
        app.service.check_certificate(&ctx, &code).await,
    )
}

async fn check(
    State(app): State<App>,
    visit: Visit,
    Path(code): Path<String>,
) -> Result<Response, WebError> {
    let ctx = app.service.visitor("", "");
    checked(
        &app,
        &visit,
        &code,
        app.service.check_certificate(&ctx, &code).await,
    )
}

fn checked(
    app: &App,
    visit: &Visit,
    code: &str,
    outcome: service::Result<CheckedCertificate>,
) -> Result<Response, WebError> {
    let form = FormState::blank().with("code", code);
    let mut page = check_page(app, visit, form);
    match outcome {
        Ok(one) => {
            let title = &one.title;
            let on = one.ended_on.map(|day| day.to_string()).unwrap_or_default();
            let (tone, text) = match one.standing {
                Standing::Valid => (Tone::Good, format!("这份{title}在聘期内。")),
                Standing::NotYet => (Tone::Warn, format!("聘期从 {} 开始。", one.from)),
                Standing::Expired => (
                    Tone::Bad,
                    format!("聘期已于 {} 届满，这份{title}自 {on} 起失效。", one.to),
                ),
                Standing::Ended => (
                    Tone::Bad,
                    format!("持有人已不在专家库，这份{title}自 {on} 起失效。"),
                ),
                Standing::Revoked => (Tone::Bad, format!("这份{title}已于 {on} 注销，不再有效。")),
            };
            page.note = Some(Note::new(tone, format!("{}：", one.standing.zh()), text));
            page.facts = vec![
                (one.title.clone(), one.number.clone()),
                ("姓名".to_owned(), one.name.clone()),
                ("专家库".to_owned(), one.pool.clone()),
                ("专业领域".to_owned(), one.specialties.join("、")),
                ("聘期".to_owned(), format!("{} 至 {}", one.from, one.to)),
            ];
            page.facts.extend(one.shown);
            page.layout = strip(page.layout, one.banner, one.demonstration);
            if one.reissued > 0 {
                let text = format!("第 {} 次补发，此前的原件作废", one.reissued);
                page.facts.push(("补发".to_owned(), text));
            }
            page::page(&page)
        }
        Err(service::Error::NotFound) => {
            page.note = Some(Note::new(
                Tone::Bad,
                "查无此证：",
                "没有这个核验码的证书。请核对证书上的核验码，字母不分大小写；确认无误仍查不到的，请向发证单位反映。",
            ));
            page::with_status(axum::http::StatusCode::NOT_FOUND, &page)
        }
        Err(other) => Err(other.into()),
    }
}

/// 颁发
#[derive(Deserialize, ToSchema)]
struct IssueOrder {
    /// 申请的编号；不写即全部待颁发的
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    applications: Vec<RecordId>,
    /// 届中临时增补的工作需要
    #[serde(default)]
    need: String,
    /// 已知办法的效力状态，仍按此颁发
    #[serde(default)]
    status_confirmed: bool,
}

/// What opening a cohort takes.
#[derive(Deserialize, ToSchema)]
struct CohortOrder {
    /// 第一届的第一天；以后各届不写
    #[schema(value_type = Option<String>)]
    from: Option<jiff::civil::Date>,
}

async fn cohorts_json(State(app): State<App>, here: InPool) -> Result<Response, WebError> {
    Ok(Json(app.service.cohorts(here.ctx(), here.no).await?).into_response())
}

async fn open_cohort_json(
    State(app): State<App>,
    here: InPool,
    Body(asked): Body<CohortOrder>,
) -> Result<Response, WebError> {
    let id = app
        .service
        .open_cohort(here.ctx(), here.no, asked.from)
        .await?;
    Ok(made(id))
}

async fn list_json(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
) -> Result<Response, WebError> {
    let name = visit.query.text("q");
    let found = app
        .service
        .certificates(here.ctx(), here.no, &name, &paged(&visit)?)
        .await?;
    Ok(page_of(&found.items, found.next.as_deref()))
}

async fn issue_json(
    State(app): State<App>,
    here: InPool,
    Body(asked): Body<IssueOrder>,
) -> Result<Response, WebError> {
    let id = app
        .service
        .issue_certificates(
            here.ctx(),
            here.no,
            Order {
                chosen: &asked.applications,
                need: &asked.need,
                status_confirmed: asked.status_confirmed,
            },
        )
        .await?;
    Ok(made(id))
}

async fn progress_json(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, RecordId)>,
) -> Result<Response, WebError> {
    let batch = app.service.issuance(here.ctx(), here.no, id).await?;
    Ok(Json(batch).into_response())
}

async fn reissue_json(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, RecordId)>,
    Body(why): Body<Why>,
) -> Result<Response, WebError> {
    app.service
        .reissue_certificate(here.ctx(), here.no, id, &why.reason)
        .await?;
    Ok(done())
}

async fn revoke_json(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, RecordId)>,
    Body(why): Body<Why>,
) -> Result<Response, WebError> {
    app.service
        .revoke_certificate(here.ctx(), here.no, id, &why.reason)
        .await?;
    Ok(done())
}

async fn check_json(
    State(app): State<App>,
    Path(code): Path<String>,
) -> Result<Response, WebError> {
    let ctx = app.service.visitor("", "");
    let one = app.service.check_certificate(&ctx, &code).await?;
    Ok(Json(one).into_response())
}
