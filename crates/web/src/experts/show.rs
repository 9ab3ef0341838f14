//! One expert: beside the list, on a page of its own with tabs, and with plain values for one answer.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::Action;
use domain::engagement::State as Seated;
use domain::expert::Standing;
use domain::finding::Verdict;
use domain::id::{ExpertId, RelationId};
use domain::policy::words::Word as _;
use service::attachments::{self, AttachmentRow};
use service::exits::left_words;
use service::experts::{
    EligibilityCard, ExpertView, Participation, Participations, PlainValues, RestEntry,
};
use service::papers::PaperFile;
use service::persons;
use service::relations::{self, RelationDraft, RelationRow, With};

use super::standing_under;
use crate::components::{Here, Link, Note, Status, Tab, Tone};
use crate::error::WebError;
use crate::form::{Choice, FormState, renamed};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

pub(super) fn routes() -> Routes {
    let read = Access::Pool(Action::ReadExperts);
    let reveal = Access::Pool(Action::RevealIdentity);
    let relate = Access::Pool(Action::EditRelations);
    Routes::new()
        .get("/p/{no}/experts/{id}", read, full)
        .post("/p/{no}/experts/{id}/reveal", reveal, reveal_plain)
        .post("/p/{no}/experts/{id}/relations", relate, add_relation)
        .post(
            "/p/{no}/experts/{id}/relations/{relation}/end",
            relate,
            end_relation,
        )
        .post(
            "/p/{no}/experts/{id}/relations/{relation}/remove",
            relate,
            remove_relation,
        )
}

/// The expert beside the list.
pub(super) struct Aside {
    pub(super) view: ExpertView,
    pub(super) status: Status,
    pub(super) facts: Vec<(String, String)>,
    pub(super) full: String,
    pub(super) edit: String,
    pub(super) close: String,
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
    pub(super) card: Card,
}

/// The eligibility card as a page shows it.
pub(super) struct Card {
    pub(super) outcome: Status,
    pub(super) card: EligibilityCard,
    pub(super) lines: Vec<(Status, String, String)>,
}

fn card(card: EligibilityCard) -> Card {
    use domain::policy::decide::Outcome;
    let outcome = match card.outcome {
        Outcome::Met => Status::good(card.outcome.zh()),
        Outcome::Discretion | Outcome::Undetermined => Status::waiting(card.outcome.zh()),
        Outcome::Unmet => Status::stopped(card.outcome.zh()),
    };
    let line = |line: &service::experts::EligibilityLine| {
        let status = match (line.verdict, line.blocks) {
            (Verdict::Met, _) => Status::good(line.verdict.zh()),
            (Verdict::Unmet, true) => Status::stopped(line.verdict.zh()),
            (Verdict::Undetermined, true) => Status::waiting(line.verdict.zh()),
            _ => Status::idle(line.verdict.zh()),
        };
        (status, line.sentence.clone(), line.citation.clone())
    };
    Card {
        outcome,
        lines: card.lines.iter().map(line).collect(),
        card,
    }
}

/// What the second axis is called.
fn axis_label(here: &InPool) -> &str {
    here.pack.axis("duty").map_or("职责", |axis| &axis.label)
}

fn facts(view: &ExpertView, axis: &str, today: jiff::civil::Date) -> Vec<(String, String)> {
    let profile = &view.person.profile;
    let dash = |text: String| {
        if text.is_empty() {
            "—".to_owned()
        } else {
            text
        }
    };
    let term = view.member.term_on(today);
    let mut rows = vec![
        (
            "专家编号".to_owned(),
            dash(view.member.expert.number.clone()),
        ),
        ("专业领域".to_owned(), dash(view.specialties.join("、"))),
        (
            "聘期".to_owned(),
            format!(
                "{} 至 {}",
                domain::date_text::plain(term.from),
                domain::date_text::plain(term.to)
            ),
        ),
        (
            "工作单位".to_owned(),
            dash(
                profile
                    .employer
                    .as_ref()
                    .map(|e| e.name.clone())
                    .unwrap_or_default(),
            ),
        ),
        ("证件号".to_owned(), dash(view.masked.id_number.clone())),
        ("手机".to_owned(), dash(view.masked.phone.clone())),
    ];
    if let Some(team) = &view.team {
        rows.insert(1, ("队伍".to_owned(), team.clone()));
    }
    if !view.member.expert.duties.is_empty() {
        rows.insert(2, (axis.to_owned(), view.member.expert.duties.join("、")));
    }
    if !view.member.renewed.is_empty() {
        let terms = view.member.terms();
        let terms = terms.iter().map(|term| {
            let (from, to) = (term.from, term.to);
            format!("{from} 至 {to}")
        });
        rows.push(("历次聘期".to_owned(), terms.collect::<Vec<_>>().join("；")));
    }
    if let Some(entry) = &view.member.entry {
        rows.push((
            "入库依据".to_owned(),
            format!(
                "{}（{}）",
                entry.document,
                domain::date_text::plain(entry.on)
            ),
        ));
    }
    rows
}

pub(super) async fn aside(
    app: &App,
    here: &InPool,
    id: ExpertId,
    previous: Option<String>,
    next: Option<String>,
    close: String,
) -> Result<Aside, WebError> {
    let view = app.service.expert(here.ctx(), here.no, id).await?;
    let full = here.href(format!("experts/{id}"));
    Ok(Aside {
        status: standing_under(&here.pack, view.status),
        facts: facts(&view, axis_label(here), here.ctx().today()),
        edit: format!("{full}/edit"),
        full,
        close,
        previous,
        next,
        card: card(
            app.service
                .expert_eligibility(here.ctx(), here.no, id)
                .await?,
        ),
        view,
    })
}

#[derive(Template)]
#[template(path = "experts/show.html")]
struct FullPage {
    layout: Layout,
    view: ExpertView,
    status: Status,
    base: String,
    tabs: Vec<Tab>,
    tab: String,
    facts: Vec<(String, String)>,
    masked: Vec<(String, String)>,
    lines: Vec<(&'static str, String)>,
    card: Card,
    relations: Vec<(RelationRow, String, String)>,
    attachments: Vec<(AttachmentRow, String, String)>,
    attachment_kinds: Vec<Choice>,
    history: Vec<(String, service::experts::HistoryLine)>,
    form: FormState,
    /// What was typed of a new relation: a row that is refused says nothing of it.
    adding: FormState,
    kinds: Vec<Choice>,
    withs: Vec<Choice>,
    search: String,
    /// What the form of the pack is called; empty where it has none.
    paper: String,
    may_reveal: bool,
    may_edit: bool,
    may_relate: bool,
    participation: Option<ParticipationTab>,
    login: Option<String>,
    /// Where leaving is proposed, under what the pack calls it.
    leaving: Option<Link>,
    /// Why and since when somebody has left.
    left: Option<Note>,
}

/// Where leaving is proposed, while somebody is in the pool of a pack that knows how.
fn leaving(here: &InPool, view: &ExpertView, id: ExpertId) -> Option<Link> {
    let rules = here.pack.exit.as_ref()?;
    let gone = matches!(view.member.expert.standing, Standing::Left { .. });
    let label = format!("提出{}", rules.label);
    (!gone).then(|| Link::new(label, crate::exits::opening(here, id)))
}

/// Why and since when somebody has left.
fn left(here: &InPool, view: &ExpertView) -> Option<Note> {
    let standing = &view.member.expert.standing;
    let Standing::Left { on, .. } = standing else {
        return None;
    };
    let words = left_words(here, standing).map(|words| format!("，{words}"));
    let text = format!("{on} 起{}。", words.unwrap_or_default());
    Some(Note::new(Tone::Plain, "已出库：", text))
}

/// 参与记录
struct ParticipationTab {
    counts: Vec<(String, String)>,
    rest: Option<Note>,
    calls: Vec<CallRow>,
    rests: Vec<(String, RestEntry)>,
}

struct CallRow {
    href: String,
    call: Participation,
    on: String,
    status: Status,
    why: String,
}

fn participation(here: &InPool, found: Participations) -> ParticipationTab {
    let today = here.ctx().today();
    let served = found.calls.iter().filter(|call| call.served(today)).count();
    let count = |label: &str, number: usize| (label.to_owned(), format!("{number} 次"));
    let counts = vec![
        count("被抽中、选用", found.calls.len()),
        count("同意参加", found.count(&["accepted"])),
        count("已完成", served),
        count("不能参加", found.count(&["declined"])),
        count("未答复", found.count(&["no_answer"])),
        count("回避、停止", found.count(&["recused", "stopped"])),
        count("请假", found.count(&["on_leave"])),
        count("按规定暂停", found.rests.len()),
    ];
    let rest = found.rule.as_ref().map(|(article, streak)| {
        let now = found.streak.unwrap_or(0);
        if found.rests_next {
            Note::new(
                Tone::Warn,
                "下一次抽取暂停一次：",
                format!("已连续 {streak} 次被抽中，依据{article}。人数不足时可写明理由恢复。"),
            )
        } else {
            Note::new(
                Tone::Plain,
                "参加下一次抽取：",
                format!("现已连续抽中 {now} 次，连续 {streak} 次的下一次暂停（{article}）。"),
            )
        }
    });
    let calls = found.calls.into_iter().map(|call| {
        let why = match &call.state {
            Seated::Declined { reason, .. } => {
                reason.clone().unwrap_or_else(|| "没有说明理由".to_owned())
            }
            Seated::Recused { declared, .. } => {
                let notes: Vec<&str> = declared.iter().map(|one| one.note.as_str()).collect();
                notes.join("；")
            }
            Seated::Stopped { found, .. } => found.note.clone(),
            Seated::OnLeave { reason, .. } => reason.clone(),
            Seated::Left { exit, .. } => exit.clone(),
            _ => String::new(),
        };
        let status = match &call.state {
            Seated::Accepted { .. } if call.served(today) => Status::good("已完成"),
            Seated::Accepted { .. } => Status::good(call.state.zh()),
            Seated::Invited { .. } => Status::waiting(call.state.zh()),
            Seated::Void { .. } | Seated::OnLeave { .. } | Seated::Left { .. } => {
                Status::idle(call.state.zh())
            }
            _ => Status::stopped(call.state.zh()),
        };
        CallRow {
            href: here.href(format!("tasks/{}", call.task)),
            on: call.on.map(|day| day.to_string()).unwrap_or_default(),
            status,
            why,
            call,
        }
    });
    ParticipationTab {
        counts,
        rest,
        calls: calls.collect(),
        rests: found
            .rests
            .into_iter()
            .map(|entry| (page::moment_short(entry.at), entry))
            .collect(),
    }
}

const TABS: [(&str, &str); 8] = [
    ("", "基本"),
    ("qualifications", "学历职称资格"),
    ("work", "经历业绩荣誉"),
    ("eligibility", "入库条件"),
    ("relations", "回避关系"),
    ("participation", "参与记录"),
    ("attachments", "附件"),
    ("history", "留痕"),
];

async fn full(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    let id: ExpertId = id.parse().map_err(|_| WebError::NotFound)?;
    let tab = visit.query.value("tab").to_owned();
    let template = full_page(&app, &here, &visit, id, tab, FormState::blank()).await?;
    page::page(&template)
}

/// The page again with what is wrong with a form on one of its tabs.
pub(crate) async fn rejected(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: ExpertId,
    tab: &str,
    form: FormState,
) -> Result<Response, WebError> {
    page::rejected(&full_page(app, here, visit, id, tab.to_owned(), form).await?)
}

async fn full_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: ExpertId,
    tab: String,
    form: FormState,
) -> Result<FullPage, WebError> {
    let ctx = here.ctx();
    let view = app.service.expert(ctx, here.no, id).await?;
    let base = here.href(format!("experts/{id}"));
    let relations = app.service.relations_of(ctx, here.no, id).await?;
    let files = app.service.attachments(ctx, here.no, id).await?;
    let history = if tab == "history" {
        app.service.expert_history(ctx, here.no, id).await?
    } else {
        Vec::new()
    };
    let pool = app.service.pool_numbered(ctx, here.no).await?;
    let wanted: &[&str] = match tab.as_str() {
        "qualifications" => &[
            "学历学位",
            "职称",
            "职业资格",
            "专业特长",
            "认定事项",
            "可承担工作",
        ],
        "work" => &["工作经历", "主要业绩", "荣誉"],
        _ => &[
            "性别",
            "出生日期",
            "办公电话",
            "单位属性",
            "单位信用代码",
            "职务",
            "法定退休日期",
        ],
    };
    let lines = persons::lines(&view.person)
        .into_iter()
        .filter(|(label, _)| wanted.contains(label))
        .map(|(label, text)| {
            (
                label,
                if text.is_empty() {
                    "—".to_owned()
                } else {
                    text
                },
            )
        })
        .collect();
    let tabs = TABS
        .iter()
        .map(|(code, label)| Tab {
            link: Link::new(
                *label,
                if code.is_empty() {
                    base.clone()
                } else {
                    format!("{base}?tab={code}")
                },
            ),
            count: match *code {
                "relations" if !relations.is_empty() => Some(relations.len().to_string()),
                "attachments" if !files.is_empty() => Some(files.len().to_string()),
                _ => None,
            },
            here: Here::when(tab == *code),
        })
        .collect();
    let team = view.member.expert.team.as_deref();
    let reach = |action: Action| ctx.actor.allow(action, here.target_of(team)).is_ok();
    let masked = [
        ("身份证号码", &view.masked.id_number),
        ("手机", &view.masked.phone),
        ("电子邮箱", &view.masked.email),
        ("通讯地址", &view.masked.address),
    ];
    let list = here.href("experts");
    Ok(FullPage {
        layout: here
            .layout(app, visit, view.person.profile.name.clone())
            .under(&[("专家库", &list)])
            .judged(&form),
        status: standing_under(&here.pack, view.status),
        tabs,
        facts: facts(&view, axis_label(here), here.ctx().today()),
        masked: masked
            .iter()
            .map(|(label, value)| {
                (
                    (*label).to_owned(),
                    if value.is_empty() {
                        "—".to_owned()
                    } else {
                        (*value).clone()
                    },
                )
            })
            .collect(),
        lines,
        card: card(app.service.expert_eligibility(ctx, here.no, id).await?),
        attachments: files
            .into_iter()
            .map(|row| {
                let (size, at) = (row.size.div_ceil(1024), page::moment_short(row.at));
                (row, format!("{size} KB"), at)
            })
            .collect(),
        attachment_kinds: attachments::kinds(&pool)
            .into_iter()
            .map(|kind| Choice::new(kind.clone(), kind))
            .collect(),
        relations: relations
            .into_iter()
            .map(|row| {
                let (with, period) = (row.with(), row.period());
                (row, with, period)
            })
            .collect(),
        history: history
            .into_iter()
            .map(|line| (page::moment_short(line.at), line))
            .collect(),
        kinds: relations::kinds(&pool)
            .into_iter()
            .map(|kind| Choice::new(kind.clone(), kind))
            .collect(),
        withs: With::ALL
            .iter()
            .map(|with| Choice::new(with.code(), with.zh()))
            .collect(),
        search: here.href("organisations/search"),
        may_reveal: reach(Action::RevealIdentity),
        paper: crate::papers::title(&here.pack),
        may_edit: reach(Action::EditExperts),
        may_relate: reach(Action::EditRelations),
        participation: if tab == "participation" {
            let found = app.service.participations(ctx, here.no, id).await?;
            Some(participation(here, found))
        } else {
            None
        },
        leaving: if reach(Action::HandleExits) {
            leaving(here, &view, id)
        } else {
            None
        },
        left: left(here, &view),
        login: if reach(Action::EditExperts) {
            let account = app.service.expert_account(ctx, here.no, id).await?;
            account.map(|(_, login)| login)
        } else {
            None
        },
        tab,
        adding: match form.value("act") {
            "" => form.clone(),
            _ => FormState::blank(),
        },
        form,
        base,
        view,
    })
}

#[derive(Template)]
#[template(path = "experts/plain.html")]
struct PlainPage {
    layout: Layout,
    back: String,
    name: String,
    purpose: String,
    plain: PlainValues,
}

async fn reveal_plain(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, String)>,
    mut form: FormState,
) -> Result<Response, WebError> {
    let id: ExpertId = id.parse().map_err(|_| WebError::NotFound)?;
    let opened = app
        .service
        .reveal_expert(here.ctx(), here.no, id, form.value("purpose"))
        .await;
    let plain = match opened {
        Ok(plain) => plain,
        Err(error) => {
            form.refuse(error)?;
            return rejected(&app, &here, &visit, id, "", form).await;
        }
    };
    let view = app.service.expert(here.ctx(), here.no, id).await?;
    let name = view.person.profile.name;
    let back = here.href(format!("experts/{id}"));
    let layout = here
        .layout(&app, &visit, "证件与联系方式原文")
        .under(&[("专家库", &here.href("experts")), (&name, &back)]);
    page::page(&PlainPage {
        layout,
        back,
        name,
        purpose: form.text("purpose"),
        plain,
    })
}

async fn add_relation(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, String)>,
    form: FormState,
) -> Result<Response, WebError> {
    let id: ExpertId = id.parse().map_err(|_| WebError::NotFound)?;
    let text = |name: &str| form.value(name).to_owned();
    let draft = RelationDraft {
        kind: text("kind"),
        with: text("with"),
        organisation: text("organisation"),
        organisation_id: text("organisation_id"),
        person: text("person"),
        guideline: text("guideline"),
        round: text("round"),
        from: text("from"),
        to: text("to"),
        note: text("note"),
    };
    let outcome = app
        .service
        .add_relation(here.ctx(), here.no, id, &draft)
        .await;
    related(&app, &here, &visit, id, form, outcome).await
}

/// The relations again: after what was done, or with what is wrong about it.
async fn related<T>(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: ExpertId,
    form: FormState,
    outcome: service::Result<T>,
) -> Result<Response, WebError> {
    let next = outcome.map(|_| here.href(format!("experts/{id}?tab=relations")));
    page::answered(next, form, |form| {
        full_page(app, here, visit, id, "relations".to_owned(), form)
    })
    .await
}

fn relation_ids(id: &str, relation: &str) -> Result<(ExpertId, RelationId), WebError> {
    Ok((
        id.parse().map_err(|_| WebError::NotFound)?,
        relation.parse().map_err(|_| WebError::NotFound)?,
    ))
}

async fn end_relation(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id, relation)): Path<(i64, String, String)>,
    form: FormState,
) -> Result<Response, WebError> {
    let (id, relation) = relation_ids(&id, &relation)?;
    let version = form.version()?;
    let outcome = app
        .service
        .end_relation(here.ctx(), here.no, id, relation, version, form.value("to"))
        .await;
    // A new relation on the same page ends as well.
    let outcome = outcome.map_err(|error| renamed(error, "to", "ended"));
    related(&app, &here, &visit, id, form, outcome).await
}

async fn remove_relation(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id, relation)): Path<(i64, String, String)>,
    form: FormState,
) -> Result<Response, WebError> {
    let (id, relation) = relation_ids(&id, &relation)?;
    let version = form.version()?;
    let outcome = app
        .service
        .remove_relation(
            here.ctx(),
            here.no,
            id,
            relation,
            version,
            form.value("reason"),
        )
        .await;
    related(&app, &here, &visit, id, form, outcome).await
}
