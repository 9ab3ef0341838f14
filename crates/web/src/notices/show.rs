//! One notice with its history and what may be done now, and the preview of what the public will see.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::id::RecordId;
use domain::solicitation::{Standing, State as Stands};
use service::papers::PaperFile;
use service::solicitations::{NoticeView, Step};

use super::{At, status};
use crate::components::{Link, Moment, Note, Progress, Status, Tone};
use crate::error::WebError;
use crate::files::pdf;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::papers::blanks;
use crate::public_notices::{NoticeText, window_words};
use crate::session::InPool;
use crate::state::App;

#[derive(Template)]
#[template(path = "notices/show.html")]
pub(super) struct ShowPage {
    layout: Layout,
    form: FormState,
    base: String,
    view: NoticeView,
    status: Status,
    text: NoticeText,
    note: Option<Note>,
    moments: Vec<Moment>,
    media: Vec<Choice>,
    appeared: Vec<(String, String, String)>,
    confirm_status: String,
    public: Option<String>,
}

impl ShowPage {
    fn may(&self, step: Step) -> bool {
        self.view.steps.contains(&step)
    }
    fn edit(&self) -> String {
        format!("{}/edit", self.base)
    }
    fn title(&self) -> &str {
        match self.view.notice.content.title.as_str() {
            "" => "（无标题）",
            title => title,
        }
    }
}

pub(super) async fn show_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: RecordId,
    form: FormState,
) -> Result<ShowPage, WebError> {
    let view = app.service.notice(here.ctx(), id).await?;
    let shown = app.service.preview_notice(here.ctx(), id).await?;
    let notice = &view.notice;
    let confirm_status = if view.steps.contains(&Step::Approve) {
        here.confirm_status("办理")
    } else {
        String::new()
    };
    let note = match &notice.state {
        Stands::Draft {
            returned: Some(returned),
        } => Some(Note::new(
            Tone::Warn,
            format!("{}退回：", returned.by.name),
            returned.reason.clone(),
        )),
        Stands::Withdrawn { by, reason, .. } => Some(Note::new(
            Tone::Bad,
            format!("{}撤回：", by.name),
            reason.clone(),
        )),
        Stands::Published { .. } if !view.uncovered.is_empty() => Some(Note::new(
            Tone::Warn,
            "还没有登记的媒体：",
            view.uncovered.join("、"),
        )),
        _ => None,
    };
    let public = match &notice.state {
        Stands::Published { .. } => notice.number.as_ref(),
        Stands::Withdrawn {
            published: Some(_), ..
        } => notice.number.as_ref(),
        _ => None,
    };
    let number = notice.number.clone().unwrap_or_else(|| "未编号".to_owned());
    Ok(ShowPage {
        layout: here
            .layout(app, visit, format!("征集公告 {number}"))
            .under(&[
                (&here.pool.name, &here.href("")),
                ("征集公告", &here.href("notices")),
            ])
            .judged(&form),
        base: here.href(format!("notices/{id}")),
        status: status(notice, view.standing),
        public: public.map(|number| format!("/public/notices/{number}")),
        text: NoticeText::of(&shown),
        moments: moments(&view),
        media: view
            .media
            .iter()
            .map(|medium| Choice::new(medium, medium))
            .collect(),
        appeared: notice
            .publications
            .iter()
            .map(|one| {
                let at = one.at.strftime("%Y-%m-%d %H:%M").to_string();
                (one.medium.clone(), one.address.clone(), at)
            })
            .collect(),
        confirm_status,
        note,
        form,
        view,
    })
}

fn moments(view: &NoticeView) -> Vec<Moment> {
    let done = |at, text: String| Moment {
        time: page::moment_short(at),
        text,
        link: None,
        progress: Progress::Done,
    };
    let ahead = |text: String| Moment {
        time: "之后".to_owned(),
        text,
        link: None,
        progress: Progress::Ahead,
    };
    let notice = &view.notice;
    let window = window_words(notice.content.opens, notice.content.closes);
    let approval = || ahead(format!("{}审批", view.approver));
    let publication = || ahead(format!("{}发布", view.publisher));
    let mut moments = vec![done(
        notice.drafted.at,
        format!("{}起草", notice.drafted.name),
    )];
    match &notice.state {
        Stands::Draft { returned } => {
            if let Some(one) = returned {
                moments.push(done(
                    one.by.at,
                    format!("{}退回：{}", one.by.name, one.reason),
                ));
            }
            moments.extend([ahead("提请审批".to_owned()), approval(), publication()]);
        }
        Stands::Submitted { by } => {
            moments.push(done(by.at, format!("{}提请审批", by.name)));
            moments.extend([approval(), publication()]);
        }
        Stands::Approved { submitted, by } => {
            moments.push(done(submitted.at, format!("{}提请审批", submitted.name)));
            moments.push(done(by.at, format!("{}审批", by.name)));
            moments.push(publication());
        }
        Stands::Published { approved, by, .. } => {
            moments.push(done(approved.at, format!("{}审批", approved.name)));
            moments.push(done(by.at, format!("{}发布", by.name)));
            moments.push(match view.standing {
                Standing::Ahead | Standing::Open => ahead(format!("征集时间：{window}")),
                _ => Moment {
                    time: String::new(),
                    text: format!("征集时间：{window}，已截止"),
                    link: None,
                    progress: Progress::Done,
                },
            });
        }
        Stands::Withdrawn { by, reason, .. } => {
            moments.push(done(by.at, format!("{}撤回：{reason}", by.name)));
        }
    }
    moments
}

pub(super) async fn show(
    (State(app), here, visit, Path((_, id))): At,
) -> Result<Response, WebError> {
    page::page(&show_page(&app, &here, &visit, id, FormState::blank()).await?)
}

#[derive(Template)]
#[template(path = "public_notices/show.html")]
struct PreviewPage {
    layout: Layout,
    text: NoticeText,
    note: Option<Note>,
    back: Link,
    pdf: String,
    apply: Option<String>,
    forms: Vec<(String, String)>,
}

pub(super) async fn preview(
    (State(app), here, visit, Path((_, id))): At,
) -> Result<Response, WebError> {
    let shown = app.service.preview_notice(here.ctx(), id).await?;
    let back = here.href(format!("notices/{id}"));
    page::page(&PreviewPage {
        layout: Layout::new(&app.site.now(), &visit, "预览征集公告"),
        text: NoticeText::of(&shown),
        note: Some(Note::new(
            Tone::Warn,
            "预览：",
            "公众看到的就是这样。现在只有库管方能看到这一页。",
        )),
        pdf: format!("{back}/notice.pdf"),
        apply: None,
        forms: blanks(&here.pack, &format!("/public/guide/{}", here.no)),
        back: Link::new("返回办理", back),
    })
}

pub(super) async fn document(
    (State(app), here, _, Path((_, id))): At,
) -> Result<Response, WebError> {
    Ok(pdf(app.service.print_notice(here.ctx(), id).await?))
}
