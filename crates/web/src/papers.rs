//! 表格下载: the forms of a pack, blank for everybody and filled in for those who may see them; the sheet
//! an application is approved on; what offices edit as a text or a sheet; applications as one zip.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::Action;
use domain::id::{ExpertId, RecordId};
use domain::policy::pack::Pack;
use service::papers::{PaperFile, Shown};

use crate::applications::list_again;
use crate::certificates::sent;
use crate::error::WebError;
use crate::files::{download, pdf};
use crate::form::FormState;
use crate::layout::Visit;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

/// Plain values of applications leave by those who may read them, and by the unit that handed them in.
pub(crate) const PLAIN: Access =
    Access::AnyOf(&[Action::RevealIdentity, Action::RecommendApplicant]);

/// Routes of papers.
pub fn routes() -> Routes {
    let applications = Access::Pool(Action::ReadApplications);
    let experts = Access::Pool(Action::ReadExperts);
    let reveal = Access::Pool(Action::RevealIdentity);
    Routes::new()
        .get(
            "/p/{no}/applications/{id}/paper/{file}",
            applications,
            masked,
        )
        .post("/p/{no}/applications/{id}/paper/{file}", PLAIN, plain)
        .get(
            "/p/{no}/applications/{id}/approval/{file}",
            applications,
            approval,
        )
        .post("/p/{no}/applications/export", applications, export)
        .get("/p/{no}/experts/{id}/paper/{file}", experts, masked_expert)
        .post("/p/{no}/experts/{id}/paper/{file}", reveal, plain_expert)
        .get(
            "/p/{no}/meetings/{id}/minutes/{file}",
            applications,
            minutes,
        )
        .get(
            "/p/{no}/postings/{id}/list/{file}",
            Access::Pool(Action::ReadPostings),
            posting,
        )
        .get(
            "/p/{no}/notices/{id}/notice.docx",
            Access::Pool(Action::ReadNotices),
            notice,
        )
        .get("/m/a/{token}/{id}/paper/{file}", Access::Public, own)
        .get(
            "/m/a/{token}/{application}/certificate.pdf",
            Access::Public,
            own_certificate,
        )
        .get(
            "/public/notices/{number}/forms/{form}/{file}",
            Access::Public,
            blank,
        )
        .get(
            "/public/guide/{pool}/forms/{form}/{file}",
            Access::Public,
            blank_in,
        )
}

/// What the form a person applies with is called; empty where the pack has none.
pub(crate) fn title(pack: &Pack) -> String {
    let form = pack.application_form();
    let last = form.and_then(|form| form.title.last());
    last.cloned().unwrap_or_default()
}

/// The forms of a pack to be taken away blank: what each is called, and its address.
pub(crate) fn blanks(pack: &Pack, base: &str) -> Vec<(String, String)> {
    let forms = pack.forms.iter();
    forms
        .map(|form| {
            let title = form.title.last().cloned().unwrap_or_default();
            (title, format!("{base}/forms/{}", form.id))
        })
        .collect()
}

pub(crate) fn file_of(code: &str) -> Result<PaperFile, WebError> {
    PaperFile::from_code(code).ok_or(WebError::NotFound)
}

pub(crate) async fn masked(
    State(app): State<App>,
    here: InPool,
    Path((_, id, file)): Path<(i64, RecordId, String)>,
) -> Result<Response, WebError> {
    let made = app
        .service
        .application_form(here.ctx(), here.no, id, file_of(&file)?, Shown::Masked)
        .await?;
    Ok(download(made))
}

async fn plain(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id, file)): Path<(i64, RecordId, String)>,
    mut form: FormState,
) -> Result<Response, WebError> {
    let shown = Shown::Plain(form.value("purpose"));
    let made = app
        .service
        .application_form(here.ctx(), here.no, id, file_of(&file)?, shown)
        .await;
    match made {
        Ok(made) => Ok(download(made)),
        Err(error) => {
            form.refuse(error)?;
            crate::applications::rejected(&app, &here, &visit, id, form).await
        }
    }
}

pub(crate) async fn approval(
    State(app): State<App>,
    here: InPool,
    Path((_, id, file)): Path<(i64, RecordId, String)>,
) -> Result<Response, WebError> {
    let made = app
        .service
        .approval_sheet(here.ctx(), here.no, id, file_of(&file)?)
        .await?;
    Ok(download(made))
}

/// What is done with the applications ticked: a zip, or a list as a file.
async fn export(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let ids: Vec<RecordId> = form.ids("application");
    let purpose = form.value("purpose");
    if form.value("what") == "zip" {
        let pieces = app
            .service
            .bundle_applications(here.ctx(), here.no, &ids, purpose)
            .await;
        return match pieces {
            Ok(pieces) => Ok(sent(pieces)),
            Err(error) => list_again(&app, &here, &visit, form, error).await,
        };
    }
    let shown = match purpose.trim() {
        "" => Shown::Masked,
        purpose => Shown::Plain(purpose),
    };
    let made = app
        .service
        .recommendation_list(
            here.ctx(),
            here.no,
            &ids,
            file_of(form.value("what"))?,
            shown,
        )
        .await;
    match made {
        Ok(made) => Ok(download(made)),
        Err(error) => list_again(&app, &here, &visit, form, error).await,
    }
}

pub(crate) async fn masked_expert(
    State(app): State<App>,
    here: InPool,
    Path((_, id, file)): Path<(i64, ExpertId, String)>,
) -> Result<Response, WebError> {
    let made = app
        .service
        .expert_form(here.ctx(), here.no, id, file_of(&file)?, Shown::Masked)
        .await?;
    Ok(download(made))
}

async fn plain_expert(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id, file)): Path<(i64, ExpertId, String)>,
    mut form: FormState,
) -> Result<Response, WebError> {
    let shown = Shown::Plain(form.value("purpose"));
    let made = app
        .service
        .expert_form(here.ctx(), here.no, id, file_of(&file)?, shown)
        .await;
    match made {
        Ok(made) => Ok(download(made)),
        Err(error) => {
            form.refuse(error)?;
            crate::experts::show::rejected(&app, &here, &visit, id, "", form).await
        }
    }
}

pub(crate) async fn minutes(
    State(app): State<App>,
    here: InPool,
    Path((_, id, file)): Path<(i64, RecordId, String)>,
) -> Result<Response, WebError> {
    let made = app
        .service
        .meeting_minutes(here.ctx(), here.no, id, file_of(&file)?)
        .await?;
    Ok(download(made))
}

pub(crate) async fn posting(
    State(app): State<App>,
    here: InPool,
    Path((_, id, file)): Path<(i64, RecordId, String)>,
) -> Result<Response, WebError> {
    let made = app
        .service
        .edit_posting(here.ctx(), here.no, id, file_of(&file)?)
        .await?;
    Ok(download(made))
}

pub(crate) async fn notice(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, RecordId)>,
) -> Result<Response, WebError> {
    Ok(download(app.service.edit_notice(here.ctx(), id).await?))
}

async fn own(
    State(app): State<App>,
    Path((token, id, file)): Path<(String, RecordId, String)>,
) -> Result<Response, WebError> {
    let made = app
        .service
        .own_application_form(&token, id, file_of(&file)?)
        .await?;
    Ok(download(made))
}

/// The certificate one's own application ended in.
pub(crate) async fn own_certificate(
    State(app): State<App>,
    Path((token, id)): Path<(String, RecordId)>,
) -> Result<Response, WebError> {
    let printed = app.service.own_application_certificate(&token, id).await?;
    Ok(pdf(printed))
}

pub(crate) async fn blank(
    State(app): State<App>,
    Path((number, form, file)): Path<(String, String, String)>,
) -> Result<Response, WebError> {
    let made = app
        .service
        .blank_form(&number, &form, file_of(&file)?)
        .await?;
    Ok(download(made))
}

pub(crate) async fn blank_in(
    State(app): State<App>,
    Path((pool, form, file)): Path<(i64, String, String)>,
) -> Result<Response, WebError> {
    let made = app
        .service
        .blank_form_in(pool, &form, file_of(&file)?)
        .await?;
    Ok(download(made))
}
