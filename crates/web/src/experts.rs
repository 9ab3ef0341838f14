//! 专家: the list with its query, batch and exports; one expert beside it or on a page; entry and change.

pub(crate) mod form;
pub(crate) mod show;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::Action;
use domain::expert::Status as Standing;
use domain::id::{ExpertId, FilterId, SpecialtyId};
use domain::policy::pack::{Pack, Team};
use domain::policy::teams::UNSETTLED;
use service::OpenPool;
use service::experts::{
    BatchAct, BatchReport, Chosen, ExpertQuery, ExpertRow, NO_TEAM, SavedFilter,
};
use service::exports::ExportForm;
use service::list::{Count, PageRequest};
use service::typed::Fields;

use crate::components::{Chip, Column, Empty, Here, Link, Order, Pager, Status, Tab};
use crate::error::WebError;
use crate::files::{download, spelt};
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

/// Routes of experts.
pub fn routes() -> Routes {
    let read = Access::Pool(Action::ReadExperts);
    let edit = Access::Pool(Action::EditExperts);
    Routes::new()
        .get("/p/{no}/experts", read, list)
        .post("/p/{no}/experts/filters", read, save_filter)
        .post("/p/{no}/experts/filters/{id}/remove", read, remove_filter)
        .post("/p/{no}/experts/batch", edit, batch)
        .post(
            "/p/{no}/experts/export",
            Access::Pool(Action::ExportExperts),
            export,
        )
        .and(form::routes())
        .and(show::routes())
}

/// A form's values for the service.
pub(crate) fn fields(form: &FormState) -> Fields {
    Fields::from(form.pairs().to_vec())
}

/// Shape and word of an expert's standing.
pub(crate) fn standing(status: Standing) -> Status {
    match status {
        Standing::Active => Status::good(status.zh()),
        Standing::NotYet => Status::notice(status.zh()),
        Standing::Expired => Status::waiting(status.zh()),
        Standing::Suspended => Status::stopped(status.zh()),
        Standing::Left => Status::idle(status.zh()),
    }
}

/// The same under a pack, which has its own word for whoever was not renewed (自然退任).
pub(crate) fn standing_under(pack: &Pack, status: Standing) -> Status {
    match status {
        Standing::Expired => Status::waiting(&pack.admission.term.lapse),
        other => standing(other),
    }
}

/// An address with these conditions.
pub(crate) fn address(base: &str, pairs: &[(&str, &str)]) -> String {
    let query: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", spelt(value)))
        .collect();
    if query.is_empty() {
        base.to_owned()
    } else {
        format!("{base}?{}", query.join("&"))
    }
}

/// Specialties in use, as a select offers them.
pub(crate) async fn specialty_choices(app: &App, here: &InPool) -> Result<Vec<Choice>, WebError> {
    let used = app.service.specialties_in_use(here.ctx(), here.no).await?;
    Ok(used
        .into_iter()
        .map(|specialty| Choice::new(specialty.id.to_string(), specialty.name))
        .collect())
}

/// Teams a list is narrowed to: those one is a member of, those made of several, and none.
pub(crate) fn team_filter(pool: &OpenPool) -> Vec<Choice> {
    let rules = &pool.pack.pool;
    let mut choices = Vec::new();
    for whole in rules.whole_teams() {
        choices.push(Choice::new(whole.id.clone(), whole.label.clone()));
        let parts = rules
            .leaves_of(&whole.id)
            .filter(|part| part.id != whole.id);
        choices.extend(parts.map(|part| Choice::new(part.id.clone(), format!("　{}", part.label))));
    }
    if !choices.is_empty() {
        choices.push(Choice::new(NO_TEAM, UNSETTLED));
    }
    choices
}

/// Teams one can be a member of, as a form offers them.
pub(crate) fn team_choices(pool: &OpenPool) -> Vec<Choice> {
    let rules = &pool.pack.pool;
    let label = |team: &Team| {
        let around = team.part_of.as_deref().and_then(|id| rules.team(id));
        around.map_or_else(
            || team.label.clone(),
            |around| format!("{}（{}）", team.label, around.label),
        )
    };
    let leaves = rules.memberships();
    leaves
        .map(|team| Choice::new(team.id.clone(), label(team)))
        .collect()
}

/// The second axis: what it is called, and its values.
pub(crate) fn second_axis(pool: &OpenPool) -> (String, Vec<Choice>) {
    pool.pack.axis("duty").map_or_else(
        || ("职责".to_owned(), Vec::new()),
        |axis| {
            let values = axis.values.iter();
            let choices = values.map(|value| Choice::new(value.clone(), value.clone()));
            (axis.label.clone(), choices.collect())
        },
    )
}

fn level_choices(pool: &OpenPool) -> Vec<Choice> {
    let rungs = |ladder: &'static str| {
        pool.rungs(ladder)
            .iter()
            .map(move |rung| Choice::new(format!("{ladder}:{rung}"), format!("{rung}以上")))
    };
    rungs("title").chain(rungs("skill")).collect()
}

#[derive(Template)]
#[template(path = "experts/list.html", blocks = ["list"])]
struct ListPage {
    layout: Layout,
    base: String,
    imports: String,
    groups: String,
    form: FormState,
    tabs: Vec<Tab>,
    saved: Vec<SavedFilter>,
    specialties: Vec<Choice>,
    /// Teams to choose from, where the pool has some.
    teams: Vec<Choice>,
    /// The second axis: what it is called, and its values.
    axis: (String, Vec<Choice>),
    levels: Vec<Choice>,
    statuses: Vec<Choice>,
    exports: Vec<Choice>,
    query: Vec<(String, String)>,
    /// Where in the list, for the form that is sent from there.
    place: Vec<(String, String)>,
    count: String,
    chips: Vec<Chip>,
    columns: Vec<Column>,
    rows: Vec<Shown>,
    pager: Pager,
    empty: Empty,
    aside: Option<show::Aside>,
    may_edit: bool,
    may_export: bool,
    may_import: bool,
}

struct Shown {
    /// The pool is divided into teams, or into groups that have names of their own.
    grouped: bool,
    row: ExpertRow,
    status: Status,
    href: String,
    here: Here,
    /// The attribute of its box.
    ticked: &'static str,
}

impl ListPage {
    /// Something was to be done with those chosen, and was not.
    fn is_acting(&self) -> bool {
        !self.form.value("act").is_empty() || !self.form.value("form").is_empty()
    }
}

async fn list(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let template = list_page(&app, &here, &visit, visit.query.clone()).await?;
    if visit.fragment.wants("#list") {
        return page::part(&template.layout, &template.as_list());
    }
    page::page(&template)
}

/// The list as asked for by its address, or by a form of it that is shown again.
async fn list_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    mut form: FormState,
) -> Result<ListPage, WebError> {
    let ctx = here.ctx();
    let base = here.href("experts");
    let query = ExpertQuery::of(&fields(&form));
    let size = match form.value("size") {
        "50" => 50,
        "100" => 100,
        _ => 20,
    };
    let after = form.after();
    let found = app
        .service
        .experts(
            ctx,
            here.no,
            &query,
            &PageRequest::after(after.clone(), size),
        )
        .await?;
    let pool = app.service.pool_numbered(ctx, here.no).await?;
    let specialties = specialty_choices(app, here).await?;
    form.note(found.problems);
    let pairs = query.pairs();
    let count = page::counted(found.count);
    let chosen = visit.query.value("id").to_owned();
    let ticked: Vec<String> = form
        .values("id")
        .filter(|id| *id != chosen)
        .map(str::to_owned)
        .collect();
    let at = |more: &[(&'static str, &str)]| {
        let mut all: Vec<(&str, &str)> = pairs.clone();
        all.extend_from_slice(more);
        address(&base, &all)
    };
    let size_text = size.to_string();
    let cursor = after.clone().unwrap_or_default();
    let place: Vec<(&'static str, &str)> =
        [("size", size_text.as_str()), ("after", cursor.as_str())]
            .into_iter()
            .filter(|(name, value)| !value.is_empty() && (*name, *value) != ("size", "20"))
            .collect();
    let with = |id: &ExpertId| {
        let id = id.to_string();
        let mut more = place.clone();
        more.push(("id", id.as_str()));
        at(&more)
    };
    let neighbours = found
        .rows
        .iter()
        .position(|row| row.id.to_string() == chosen);
    let aside = match chosen.parse::<ExpertId>() {
        Ok(id) => {
            let previous = neighbours
                .and_then(|n| n.checked_sub(1))
                .and_then(|n| found.rows.get(n))
                .map(|row| with(&row.id));
            let next = neighbours
                .and_then(|n| found.rows.get(n + 1))
                .map(|row| with(&row.id));
            Some(show::aside(app, here, id, previous, next, at(&place)).await?)
        }
        Err(_) => None,
    };
    let label = |name: &str, value: &str| -> String {
        let choice = |choices: &[Choice]| {
            choices
                .iter()
                .find(|c| c.value == value)
                .map_or(value.to_owned(), |c| c.label.clone())
        };
        match name {
            "q" => format!("姓名或编号：{value}"),
            "employer" => format!("单位：{value}"),
            "specialty" => format!("专业领域：{}", choice(&specialties)),
            "team" => format!("队伍：{}", choice(&team_filter(&pool)).trim()),
            "duty" => format!("{}：{value}", second_axis(&pool).0),
            "level" => format!("等级：{}", choice(&level_choices(&pool))),
            "status" => format!(
                "状态：{}",
                Standing::from_code(value).map_or("不明", Standing::zh)
            ),
            "term_to" => format!("聘期至：{value} 以前"),
            "id4" => "证件末四位".to_owned(),
            _ => value.to_owned(),
        }
    };
    let chips = pairs
        .iter()
        .filter(|(name, _)| *name != "sort")
        .map(|(name, value)| Chip {
            text: label(name, value),
            without: address(
                &base,
                &pairs
                    .iter()
                    .filter(|(other, _)| other != name)
                    .copied()
                    .collect::<Vec<_>>(),
            ),
        })
        .collect();
    let sorted = |column: &str, label: &str, class: &'static str| {
        let order = match query.sort.as_str() {
            now if now == column || (now.is_empty() && column == "name") => Order::Ascending,
            now if now.strip_prefix('-') == Some(column) => Order::Descending,
            _ => Order::Sortable,
        };
        let turned = if order == Order::Ascending {
            format!("-{column}")
        } else {
            column.to_owned()
        };
        let mut others: Vec<(&str, &str)> = pairs
            .iter()
            .filter(|(name, _)| *name != "sort")
            .copied()
            .collect();
        others.push(("sort", &turned));
        Column::sorted(label, address(&base, &others), order).class(class)
    };
    let columns = vec![
        sorted("name", "姓名", ""),
        sorted("number", "编号", "p4"),
        Column::plain("专业领域"),
        Column::plain("职称、等级"),
        Column::plain("工作单位").class("p3"),
        Column::plain("聘期至").class("p4"),
        Column::plain("状态"),
    ];
    let totals = app.service.expert_totals(ctx, here.no).await?;
    let tab = |code: &str, label: &str, count: Option<Count>| Tab {
        link: Link::new(
            label,
            if code.is_empty() {
                base.clone()
            } else {
                address(&base, &[("status", code)])
            },
        ),
        count: count.map(page::counted),
        here: Here::when(query.status == code),
    };
    let total = |status: Standing| totals.iter().find(|(s, _)| *s == status).map(|(_, n)| *n);
    let tabs = vec![
        tab("", "全部", Some(totals.iter().map(|(_, n)| *n).sum())),
        tab("active", "在库", None),
        tab("expired", &pool.pack.admission.term.lapse, None),
        tab("suspended", "暂停抽取", total(Standing::Suspended)),
        tab("left", "已出库", total(Standing::Left)),
    ];
    let next = found
        .next
        .as_ref()
        .map(|next| at(&[("size", size_text.as_str()), ("after", next.as_str())]));
    let pager = Pager {
        range: format!("本页 {} 人，共 {count} 人", found.rows.len()),
        first: after.is_some().then(|| at(&[("size", size_text.as_str())])),
        next,
        sizes: [20, 50, 100]
            .map(|n| Tab::plain(n.to_string(), at(&[("size", &n.to_string())]), n == size))
            .into(),
        ..Pager::default()
    };
    let empty = if pairs.is_empty() {
        Empty {
            what: "还没有专家。".into(),
            hint: "可以逐个登记，也可以导入名册。".into(),
            actions: vec![
                Link::new("导入名册", here.href("imports")),
                Link::new("新增专家", here.href("experts/new")),
            ],
        }
    } else {
        Empty {
            what: "没有符合条件的专家。".into(),
            hint: "去掉一些条件再查。".into(),
            actions: vec![Link::new("重置", base.clone())],
        }
    };
    let reach = |action: Action| ctx.actor.remit(action, here.pool.id).is_ok();
    Ok(ListPage {
        layout: here
            .layout(app, visit, "专家库")
            .announce(format!("{count} 人符合"))
            .judged(&form),
        form,
        imports: here.href("imports"),
        tabs,
        saved: app.service.expert_filters(ctx, here.no).await?,
        specialties,
        teams: team_filter(&pool),
        axis: second_axis(&pool),
        groups: here.href("specialties"),
        levels: level_choices(&pool),
        statuses: Standing::ALL
            .iter()
            .map(|s| Choice::new(s.code(), s.zh()))
            .collect(),
        exports: ExportForm::ALL
            .iter()
            .map(|form| Choice::new(form.code(), form.zh()))
            .collect(),
        place: place
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        query: pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        count,
        chips,
        columns,
        rows: found
            .rows
            .into_iter()
            .map(|row| Shown {
                grouped: pool.is_grouped(),
                status: standing_under(&pool.pack, row.status),
                href: with(&row.id),
                here: Here::when(row.id.to_string() == chosen),
                ticked: if ticked.contains(&row.id.to_string()) {
                    "checked"
                } else {
                    ""
                },
                row,
            })
            .collect(),
        pager,
        empty,
        aside,
        may_edit: reach(Action::EditExperts),
        may_export: reach(Action::ExportExperts),
        may_import: reach(Action::ImportExperts),
        base,
    })
}

/// The list again, with what is wrong with what was to be done.
async fn again(
    app: &App,
    here: &InPool,
    visit: &Visit,
    mut form: FormState,
    error: service::Error,
) -> Result<Response, WebError> {
    form.refuse(error)?;
    page::rejected(&list_page(app, here, visit, form).await?)
}

async fn save_filter(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let query = ExpertQuery::of(&fields(&form));
    let saved = app
        .service
        .save_expert_filter(here.ctx(), here.no, form.value("filter_name"), &query)
        .await;
    let next = saved.map(|_| address(&here.href("experts"), &query.pairs()));
    page::answered(next, form, |form| list_page(&app, &here, &visit, form)).await
}

async fn remove_filter(
    State(app): State<App>,
    here: InPool,
    Path((_, id)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    let id: FilterId = id.parse().map_err(|_| WebError::NotFound)?;
    app.service
        .remove_expert_filter(here.ctx(), here.no, id)
        .await?;
    Ok(page::see_other(&here.href("experts")))
}

/// The ticked, or everybody the query finds when that was chosen.
fn chosen(form: &FormState) -> Chosen {
    if form.value("all") == "yes" {
        Chosen::Query(Box::new(ExpertQuery::of(&fields(form))))
    } else {
        Chosen::Ticked(form.ids("id"))
    }
}

#[derive(Template)]
#[template(path = "experts/batch.html")]
struct BatchPage {
    layout: Layout,
    back: String,
    act: &'static str,
    report: BatchReport,
}

async fn batch(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let act = match form.value("act") {
        "suspend" => BatchAct::Suspend {
            until: form.value("until").to_owned(),
        },
        "resume" => BatchAct::Resume,
        "specialty" => {
            let specialty: Result<SpecialtyId, _> = form.value("add_specialty").parse();
            let Ok(specialty) = specialty else {
                let error = service::Error::field(
                    "add_specialty",
                    "没有选择要增加的专业领域。请从列表中选择。",
                );
                return again(&app, &here, &visit, form, error).await;
            };
            BatchAct::AddSpecialty { specialty }
        }
        _ => return Err(WebError::Unreadable),
    };
    let done = app
        .service
        .run_expert_batch(
            here.ctx(),
            here.no,
            &chosen(&form),
            &act,
            form.value("reason"),
        )
        .await;
    let report = match done {
        Ok(report) => report,
        Err(error) => return again(&app, &here, &visit, form, error).await,
    };
    let base = here.href("experts");
    let layout = here
        .layout(&app, &visit, format!("{}的结果", act.zh()))
        .under(&[("专家库", &base)]);
    page::page(&BatchPage {
        layout,
        back: base,
        act: act.zh(),
        report,
    })
}

async fn export(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    let kind = ExportForm::ALL
        .into_iter()
        .find(|kind| kind.code() == form.value("form"))
        .ok_or(WebError::Unreadable)?;
    let made = app
        .service
        .export_experts(
            here.ctx(),
            here.no,
            &chosen(&form),
            kind,
            form.value("purpose"),
        )
        .await;
    match made {
        Ok(made) => Ok(download(made)),
        Err(error) => again(&app, &here, &visit, form, error).await,
    }
}
