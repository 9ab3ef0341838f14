//! 聘书: who waits for one, batches with their progress, each certificate with its PDF.

mod check;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::Action;
use domain::certificate::{Certificate, Standing};
use domain::id::RecordId;
use service::PageRequest;
use service::certificates::{Issuance, MOST_PAGES, Order, OwnCertificate, grouped};
use service::cohorts::Cohorts;

use crate::components::{Empty, Pager, Status};
use crate::error::WebError;
use crate::experts::address;
use crate::files::{attachment, pdf};
use crate::form::FormState;
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

pub(crate) const ISSUE: Access = Access::Pool(Action::IssueCertificates);

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
        .get("/public/certificates", Access::Public, check::ask)
        .get("/public/certificates/{code}", Access::Public, check::check)
        .and(crate::api::certificates::routes())
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

/// A certificate as its holder's pages show it.
pub(crate) struct HeldCertificate {
    pub(crate) title: String,
    pub(crate) status: Status,
    pub(crate) facts: Vec<(String, String)>,
    /// What anybody is told of it.
    pub(crate) check: String,
    /// The paper.
    pub(crate) pdf: String,
}

impl HeldCertificate {
    /// With the address of the paper.
    pub(crate) fn of(one: OwnCertificate, pdf: String) -> Self {
        let mut facts = vec![
            ("编号".to_owned(), one.number),
            ("聘期".to_owned(), format!("{} 至 {}", one.from, one.to)),
            ("核验码".to_owned(), one.code.clone()),
        ];
        if let Some(on) = one.ended_on {
            facts.push(("失效".to_owned(), format!("自 {on} 起")));
        }
        Self {
            title: one.title,
            status: status(one.standing),
            facts,
            check: format!("/public/certificates/{}", one.code),
            pdf,
        }
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
    let after = visit.query.after();
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
        confirm_status: here.confirm_status("颁发"),
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
    form: FormState,
) -> Result<Response, WebError> {
    let chosen: Vec<RecordId> = form.ids("application");
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
    let next = outcome.map(|id| here.href(format!("issuances/{id}")));
    page::answered(next, form, |form| list_page(&app, &here, &visit, form)).await
}

async fn open_cohort(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
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
    let next = outcome.map(|_| here.href("certificates"));
    page::answered(next, form, |form| list_page(&app, &here, &visit, form)).await
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
    if let Some(on) = one.ended {
        facts.push(("失效".to_owned(), format!("{on} 起，专家已出库")));
    }
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
        revocable: !matches!(standing, Standing::Revoked | Standing::Ended),
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

pub(crate) async fn bundle((State(app), here, _, Path((_, id))): At) -> Result<Response, WebError> {
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
    form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    let next = outcome.map(|()| here.href(format!("certificates/{id}")));
    page::answered(next, form, |form| show_page(&app, &here, &visit, id, form)).await
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
