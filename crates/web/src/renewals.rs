//! 续聘: whose term is about to end, one of them with the record of work, the decision for one or many;
//! below, the page on which an expert says whether they want to go on.

mod answer;
mod json;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::Action;
use domain::finding::Verdict as Holds;
use domain::id::ExpertId;
use domain::policy::pack::RenewalNeed;
use domain::policy::words::Word as _;
use domain::renewal::{Checked, LookedAt, Renewal, Said, State as Decision, Through, Will};
use service::PageRequest;
use service::renewals::{Decided, RenewalLine, RenewalList, RenewalView, Verdict, View};

use crate::components::{Empty, Here, Link, Note, Pager, Status, Tab, Tone};
use crate::error::WebError;
use crate::experts::standing_under;
use crate::files::{download, pdf};
use crate::form::{Choice, FormState, renamed};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

pub(crate) const READ: Access = Access::Pool(Action::ReadExperts);
pub(crate) const DECIDE: Access = Access::Pool(Action::DecideRenewals);
pub(crate) const EXPORT: Access = Access::Pool(Action::ExportExperts);
/// Rows of one page.
const ROWS: u32 = 50;

/// Routes of renewals.
pub fn routes() -> Routes {
    Routes::new()
        .get("/p/{no}/renewals", READ, list)
        .post("/p/{no}/renewals", DECIDE, decide)
        .post("/p/{no}/renewals/remind", DECIDE, remind)
        .post("/p/{no}/renewals/export", EXPORT, export)
        .get("/p/{no}/renewals/{expert}", READ, show)
        .post("/p/{no}/renewals/{expert}", DECIDE, decide_one)
        .post("/p/{no}/renewals/{expert}/will", DECIDE, record_will)
        .get("/p/{no}/renewals/{expert}/sheet.pdf", DECIDE, sheet)
        .and(answer::routes())
        .and(json::routes())
}

fn will_status(one: Option<&Renewal>) -> Status {
    match one.map(|one| &one.will) {
        None | Some(Will::Unasked) => Status::idle(Will::Unasked.zh()),
        Some(will @ Will::Silent { .. }) => Status::waiting(will.zh()),
        Some(will @ Will::Willing { .. }) => Status::good(will.zh()),
        Some(will @ Will::Unwilling { .. }) => Status::stopped(will.zh()),
    }
}

fn decision_status(one: Option<&Renewal>) -> Status {
    match one.map(|one| &one.state) {
        None | Some(Decision::Open) => Status::waiting(Decision::Open.zh()),
        Some(state @ Decision::Renewed { .. }) => Status::good(state.zh()),
        Some(state @ Decision::NotRenewed { .. }) => Status::stopped(state.zh()),
        Some(state @ Decision::Lapsed { .. }) => Status::idle(state.zh()),
    }
}

/// What was said or decided, in one line.
fn remark(one: &Renewal) -> String {
    match (&one.state, &one.will) {
        (Decision::Renewed { reason, term, .. }, _) => {
            let until = format!("至 {}", term.to);
            match reason.as_str() {
                "" => until,
                reason => format!("{until}；{reason}"),
            }
        }
        (Decision::NotRenewed { reason, .. }, _) | (_, Will::Unwilling { reason, .. }) => {
            reason.clone()
        }
        (_, Will::Silent { asked }) => match asked.last() {
            Some(last) => format!(
                "已通知 {} 次，最近 {}",
                asked.len(),
                page::moment_short(*last)
            ),
            None => String::new(),
        },
        _ => String::new(),
    }
}

#[derive(Template)]
#[template(path = "renewals/list.html")]
struct ListPage {
    layout: Layout,
    form: FormState,
    base: String,
    view: View,
    list: RenewalList,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    pager: Pager,
    empty: Empty,
    needs: Vec<Choice>,
    /// Rows of this part may be decided on.
    choosing: bool,
    may_remind: bool,
    may_export: bool,
    confirm_status: String,
}

struct Row {
    href: String,
    line: RenewalLine,
    /// The attribute of its box.
    ticked: &'static str,
    left: String,
    status: Status,
    will: Status,
    decision: Status,
    remark: String,
}

/// What a tab is called here.
fn title(view: View, lapse: &str) -> String {
    match view {
        View::Ending => "即将届满".to_owned(),
        View::Over => lapse.to_owned(),
        View::Silent => "未答复".to_owned(),
        View::Willing => "愿意".to_owned(),
        View::Unwilling => "不愿意".to_owned(),
        View::Renewed => "续聘".to_owned(),
        View::NotRenewed => "不续聘".to_owned(),
    }
}

fn days_left(line: &RenewalLine, today: jiff::civil::Date) -> String {
    let days = line.term.to.since(today).map_or(0, |span| span.get_days());
    match days {
        0 => "今天届满".to_owned(),
        ahead if ahead > 0 => format!("剩 {ahead} 天"),
        past => format!("已过 {} 天", -past),
    }
}

async fn list_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    form: FormState,
) -> Result<ListPage, WebError> {
    let ctx = here.ctx();
    let base = here.href("renewals");
    let view = View::named(&match form.value("view") {
        "" => visit.query.text("view"),
        typed => typed.to_owned(),
    });
    let after = visit.query.after();
    let list = app
        .service
        .renewals(ctx, here.no, view, &PageRequest::after(after.clone(), ROWS))
        .await?;
    let lapse = here.pack.admission.term.lapse.as_str();
    let today = ctx.today();
    let may = |action: Action| ctx.actor.remit(action, here.pool.id).is_ok();
    let rows: Vec<Row> = list
        .rows
        .iter()
        .map(|line| Row {
            href: format!("{base}/{}", line.expert),
            ticked: match form.holds("expert", &line.expert.to_string()) {
                true => "checked",
                false => "",
            },
            left: days_left(line, today),
            status: standing_under(&here.pack, line.status),
            will: will_status(line.record.as_ref()),
            decision: decision_status(line.record.as_ref()),
            remark: line.record.as_ref().map(remark).unwrap_or_default(),
            line: line.clone(),
        })
        .collect();
    let at = |view: View| format!("{base}?view={}", view.code());
    let after_end = here
        .pack
        .admission
        .renewal
        .as_ref()
        .is_some_and(|rules| rules.after_end);
    Ok(ListPage {
        layout: here
            .layout(app, visit, "续聘")
            .under(&[(&here.pool.name, &here.href(""))])
            .judged(&form),
        tabs: View::ALL
            .into_iter()
            .filter(|one| list.asks || !one.is_answer())
            .map(|one| Tab {
                link: Link::new(title(one, lapse), at(one)),
                count: (one == view).then(|| page::counted(list.count)),
                here: Here::when(one == view),
            })
            .collect(),
        pager: Pager {
            range: format!(
                "本页 {} 人，共 {} 人",
                rows.len(),
                page::counted(list.count)
            ),
            first: after.map(|_| at(view)),
            next: list
                .next
                .as_ref()
                .map(|cursor| format!("{}&after={cursor}", at(view))),
            ..Pager::default()
        },
        empty: Empty {
            what: "没有这一类专家".to_owned(),
            hint: match (view, list.until) {
                (View::Ending, Some(until)) => format!("聘期到 {until} 为止届满的会列在这里。"),
                _ => "换一类看看。".to_owned(),
            },
            actions: Vec::new(),
        },
        needs: list
            .needs
            .iter()
            .map(|(code, label)| Choice::new(*code, *label))
            .collect(),
        choosing: list.decides
            && !rows.is_empty()
            && match view {
                View::Over => after_end,
                View::Renewed => false,
                _ => true,
            },
        may_remind: list.asks && view == View::Silent && may(Action::DecideRenewals),
        may_export: may(Action::ExportExperts),
        confirm_status: here.confirm_status("决定"),
        view,
        rows,
        list,
        base,
        form,
    })
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    page::page(&list_page(&app, &here, &visit, FormState::blank()).await?)
}

#[derive(Template)]
#[template(path = "renewals/decided.html")]
struct DecidedPage {
    layout: Layout,
    back: String,
    word: &'static str,
    decided: Decided,
}

/// What the form says is found to be so.
fn stated(form: &FormState) -> Vec<RenewalNeed> {
    form.values("given")
        .filter_map(|code| {
            RenewalNeed::ALL
                .iter()
                .copied()
                .find(|need| need.word() == code)
        })
        .collect()
}

async fn taken(
    app: &App,
    here: &InPool,
    form: &FormState,
    experts: &[ExpertId],
) -> service::Result<(Verdict, Decided)> {
    let verdict = match form.value("verdict") {
        "renew" => Verdict::Renew,
        "refuse" => Verdict::Refuse,
        _ => {
            return Err(service::Error::field(
                "verdict",
                "还没有选择。请选择续聘或不续聘。",
            ));
        }
    };
    let years = form.text("years");
    let years = match years.as_str() {
        "" => None,
        text => match text.parse::<u16>() {
            Ok(years) if years > 0 => Some(years),
            _ => {
                return Err(service::Error::field(
                    "years",
                    format!("“{text}”不是年数。请填写整数，如 2。"),
                ));
            }
        },
    };
    let reason = form.text("reason");
    let given = stated(form);
    let looked_at = |what: LookedAt, id: &str| Checked {
        what,
        id: id.to_owned(),
        basis: form.text(&format!("basis.{id}")),
    };
    let registers = form.values("register");
    let registers = registers.map(|id| looked_at(LookedAt::Register, id));
    let confirmed = form.values("confirm");
    let confirmed = confirmed.map(|id| looked_at(LookedAt::Condition, id));
    let checked: Vec<Checked> = registers.chain(confirmed).collect();
    let decision = service::renewals::Decision {
        experts,
        verdict,
        given: &given,
        reason: &reason,
        checked: &checked,
        years,
        status_confirmed: form.value("status_confirmed") == "yes",
    };
    let decided = app
        .service
        .decide_renewals(here.ctx(), here.no, &decision)
        .await?;
    Ok((verdict, decided))
}

async fn decide(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    mut form: FormState,
) -> Result<Response, WebError> {
    let chosen: Vec<ExpertId> = form.ids("expert");
    match taken(&app, &here, &form, &chosen).await {
        Ok((verdict, decided)) => {
            let back = here.href("renewals");
            page::page(&DecidedPage {
                layout: here
                    .layout(&app, &visit, "续聘决定")
                    .under(&[(&here.pool.name, &here.href("")), ("续聘", &back)]),
                word: match verdict {
                    Verdict::Renew => "续聘",
                    Verdict::Refuse => "不续聘",
                },
                back,
                decided,
            })
        }
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&list_page(&app, &here, &visit, form).await?)
        }
    }
}

async fn remind(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let outcome = app.service.remind_renewals(here.ctx(), here.no).await;
    let next = outcome.map(|_| here.href("renewals?view=silent"));
    page::answered(next, form, |form| list_page(&app, &here, &visit, form)).await
}

async fn export(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    mut form: FormState,
) -> Result<Response, WebError> {
    let view = View::named(form.value("view"));
    let purpose = form.text("purpose");
    let made = app
        .service
        .export_renewals(here.ctx(), here.no, view, &purpose)
        .await;
    match made {
        Ok(file) => Ok(download(file)),
        Err(error) => {
            form.refuse(error)?;
            page::rejected(&list_page(&app, &here, &visit, form).await?)
        }
    }
}

#[derive(Template)]
#[template(path = "renewals/show.html")]
struct ShowPage {
    layout: Layout,
    form: FormState,
    base: String,
    expert: String,
    status: Status,
    facts: Vec<(String, String)>,
    dossier: Vec<(&'static str, Vec<String>)>,
    conditions: Vec<(Status, String, String)>,
    note: Option<Note>,
    asks: bool,
    will: Status,
    needs: Vec<Choice>,
    registers: Vec<(String, String)>,
    reviewed: Vec<(String, String)>,
    verdicts: Vec<Choice>,
    years: Option<u16>,
    reasoned: bool,
    deciding: bool,
    recording: bool,
    wills: Vec<Choice>,
    may_print: bool,
    confirm_status: String,
}

fn heard(through: &Through) -> String {
    match through {
        Through::Expert => "本人网上答复".to_owned(),
        Through::Desk { by, basis } => format!("{}登记：{basis}", by.name),
    }
}

fn facts(view: &RenewalView, here: &InPool) -> Vec<(String, String)> {
    let line = &view.line;
    let mut rows = vec![
        ("专家编号".to_owned(), line.number.clone()),
        ("工作单位".to_owned(), line.employer.clone()),
        (
            "聘期".to_owned(),
            format!(
                "{} 至 {}（{}）",
                line.term.from,
                line.term.to,
                days_left(line, here.ctx().today())
            ),
        ),
    ];
    if view.terms.len() > 1 {
        let terms = view.terms.iter();
        let terms: Vec<String> = terms
            .map(|term| format!("{} 至 {}", term.from, term.to))
            .collect();
        rows.push(("历次聘期".to_owned(), terms.join("；")));
    }
    let certificates: Vec<&str> = view
        .certificates
        .iter()
        .map(|one| one.number.as_str())
        .collect();
    if !certificates.is_empty() {
        rows.push(("历次证书".to_owned(), certificates.join("、")));
    }
    if let Ok(next) = &view.next {
        let text = format!("{} 至 {}", next.from, next.to);
        rows.push(("续聘的聘期".to_owned(), text));
    }
    match line.record.as_ref().map(|one| &one.will) {
        Some(Will::Willing { at, through }) => rows.push((
            "本人意愿".to_owned(),
            format!("愿意（{}，{}）", heard(through), page::moment_short(*at)),
        )),
        Some(Will::Unwilling {
            at,
            through,
            reason,
        }) => rows.push((
            "本人意愿".to_owned(),
            format!(
                "不愿意：{reason}（{}，{}）",
                heard(through),
                page::moment_short(*at)
            ),
        )),
        Some(Will::Silent { .. }) => {
            let text = line.record.as_ref().map(remark).unwrap_or_default();
            rows.push(("本人意愿".to_owned(), format!("未答复。{text}")));
        }
        _ => {}
    }
    rows
}

fn note(view: &RenewalView, article: &str) -> Option<Note> {
    match view.line.record.as_ref().map(|one| &one.state) {
        Some(Decision::Renewed {
            by, reason, term, ..
        }) => Some(Note::new(
            Tone::Good,
            "已续聘：",
            format!(
                "{} 至 {}（{}，{}）。{reason}",
                term.from,
                term.to,
                by.name,
                page::moment_short(by.at)
            ),
        )),
        Some(Decision::NotRenewed { by, reason }) => Some(Note::new(
            Tone::Warn,
            "不续聘：",
            format!("{reason}（{}，{}）", by.name, page::moment_short(by.at)),
        )),
        _ => {
            let barred = view.obstacles.iter().map(|one| {
                let article = match one.article.as_str() {
                    "" => String::new(),
                    article => format!("（{article}）"),
                };
                format!("{}{article}", one.sentence.trim_end_matches('。'))
            });
            let missing = view.next.as_ref().err().into_iter().flatten();
            let missing = missing.map(|one| one.sentence.trim_end_matches('。').to_owned());
            let barred: Vec<String> = barred.chain(missing).collect();
            (!barred.is_empty()).then(|| {
                Note::new(
                    Tone::Warn,
                    "现在不能续聘：",
                    format!("{}。依据{article}。", barred.join("；")),
                )
            })
        }
    }
}

async fn show_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: ExpertId,
    form: FormState,
) -> Result<ShowPage, WebError> {
    let ctx = here.ctx();
    let view = app.service.renewal(ctx, here.no, id).await?;
    let head = app
        .service
        .renewals(ctx, here.no, View::Ending, &PageRequest::first(1))
        .await?;
    let list = here.href("renewals");
    let may = ctx
        .actor
        .remit(Action::DecideRenewals, here.pool.id)
        .is_ok();
    let undecided = !matches!(
        view.line.record.as_ref().map(|one| &one.state),
        Some(Decision::Renewed { .. } | Decision::NotRenewed { .. } | Decision::Lapsed { .. })
    );
    let met = |holds: Holds, blocks: bool| match (holds, blocks) {
        (_, true) => Status::stopped(holds.zh()),
        (Holds::Met, _) => Status::good(holds.zh()),
        _ => Status::idle(holds.zh()),
    };
    let refused_too = matches!(
        view.line.record.as_ref().map(|one| &one.state),
        Some(Decision::NotRenewed { .. })
    );
    let mut verdicts = vec![Choice::new("renew", "续聘")];
    if !refused_too {
        verdicts.push(Choice::new("refuse", "不续聘").detail("须写明理由"));
    }
    Ok(ShowPage {
        layout: here
            .layout(app, visit, format!("{} 续聘", view.line.name))
            .under(&[(&here.pool.name, &here.href("")), ("续聘", &list)])
            .judged(&form),
        base: format!("{list}/{id}"),
        expert: here.href(format!("experts/{id}")),
        status: standing_under(&here.pack, view.line.status),
        facts: facts(&view, here),
        note: note(&view, &head.article),
        will: will_status(view.line.record.as_ref()),
        conditions: view
            .conditions
            .iter()
            .map(|one| {
                (
                    met(one.verdict, one.blocks),
                    one.sentence.clone(),
                    one.citation.clone(),
                )
            })
            .collect(),
        dossier: view
            .dossier
            .iter()
            .map(|part| (part.label, part.lines.clone()))
            .collect(),
        asks: head.asks,
        needs: head
            .needs
            .iter()
            .map(|(code, label)| Choice::new(*code, *label))
            .collect(),
        registers: head.registers,
        reviewed: head.reviewed,
        verdicts,
        years: head.years,
        reasoned: head.reason,
        deciding: head.decides && view.open,
        recording: head.asks && may && undecided,
        wills: vec![
            Choice::new("willing", "愿意"),
            Choice::new("unwilling", "不愿意"),
        ],
        may_print: may,
        confirm_status: here.confirm_status("决定"),
        form,
    })
}

type At = (State<App>, InPool, Visit, Path<(i64, ExpertId)>);

async fn show((State(app), here, visit, Path((_, id))): At) -> Result<Response, WebError> {
    page::page(&show_page(&app, &here, &visit, id, FormState::blank()).await?)
}

async fn acted(
    (State(app), here, visit, Path((_, id))): At,
    form: FormState,
    outcome: service::Result<()>,
) -> Result<Response, WebError> {
    let next = outcome.map(|()| here.href(format!("renewals/{id}")));
    page::answered(next, form, |form| show_page(&app, &here, &visit, id, form)).await
}

async fn decide_one(at: At, form: FormState) -> Result<Response, WebError> {
    let outcome = taken(&at.0.0, &at.1, &form, &[at.3.0.1]).await;
    acted(at, form, outcome.map(drop)).await
}

/// What the expert said, as the form tells it.
pub(crate) fn said(answer: &str, reason: &str) -> service::Result<Said> {
    match answer {
        "willing" => Ok(Said::Willing),
        "unwilling" => Ok(Said::Unwilling(reason.to_owned())),
        _ => Err(service::Error::field(
            "answer",
            "还没有选择。请选择愿意或不愿意。",
        )),
    }
}

async fn record_will(at: At, form: FormState) -> Result<Response, WebError> {
    let outcome = match said(form.value("answer"), &form.text("will_reason")) {
        Ok(said) => {
            at.0.service
                .record_willingness(at.1.ctx(), at.1.no, at.3.0.1, said, &form.text("basis"))
                .await
        }
        Err(error) => Err(error),
    };
    // The reason of the decision stands on the same page.
    let outcome = outcome.map_err(|error| renamed(error, "reason", "will_reason"));
    acted(at, form, outcome).await
}

async fn sheet((State(app), here, _, Path((_, id))): At) -> Result<Response, WebError> {
    Ok(pdf(app
        .service
        .print_renewal(here.ctx(), here.no, id)
        .await?))
}
