//! The form of 附件1, for entering and changing an expert. Rows are added by pressing a button that
//! submits, so it works without script.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::actor::Action;
use domain::id::ExpertId;
use domain::policy::pack::{Holding, Input, Record, Test};
use service::persons;
use service::{Error, OpenPool};

use super::{fields, second_axis, specialty_choices, team_choices};
use crate::error::WebError;
use crate::form::{Choice, FormState};
use crate::layout::{Layout, Visit};
use crate::page;
use crate::routes::{Access, Routes};
use crate::session::InPool;
use crate::state::App;

pub(super) fn routes() -> Routes {
    let edit = Access::Pool(Action::EditExperts);
    Routes::new()
        .get("/p/{no}/experts/new", edit, blank)
        .post("/p/{no}/experts/new", edit, create)
        .get("/p/{no}/experts/{id}/edit", edit, filled)
        .post("/p/{no}/experts/{id}/edit", edit, change)
}

/// One column of a table of the form.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) choices: Vec<Choice>,
    pub(crate) many: bool,
}

/// A table of the form.
pub(crate) struct Rows {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) parts: Vec<Part>,
    pub(crate) count: usize,
}

impl Rows {
    pub(crate) fn numbers(&self) -> std::ops::Range<usize> {
        0..self.count
    }
}

/// One question only the forms of the pack ask.
pub(crate) struct Particular {
    pub(crate) name: String,
    pub(crate) label: String,
    /// Boxes to tick; none: words.
    pub(crate) choices: Vec<Choice>,
    pub(crate) long: bool,
}

/// What is asked of a person, whoever fills it in: choices of the pack, tables, and what is sealed.
pub(crate) struct PersonFields {
    /// Where employers are searched.
    pub(crate) search: String,
    /// Nothing is on file yet.
    pub(crate) is_new: bool,
    pub(crate) kept: persons::Masked,
    pub(crate) tables: Vec<Rows>,
    pub(crate) sexes: Vec<Choice>,
    pub(crate) kinds: Vec<Choice>,
    /// Somebody may speak for a unit.
    pub(crate) represents: bool,
    /// What only the forms of the pack ask.
    pub(crate) particulars: Vec<Particular>,
    pub(crate) flags: Vec<(String, String)>,
    pub(crate) yes_no: Vec<Choice>,
    pub(crate) task_kinds: Vec<Choice>,
    pub(crate) specialties: Vec<Choice>,
    /// What the second axis is called, and its values.
    pub(crate) axis: String,
    pub(crate) duties: Vec<Choice>,
    pub(crate) declared: Vec<Choice>,
    pub(crate) reviewed: Vec<Choice>,
}

impl PersonFields {
    /// The fields of a pool's pack. `kept`: the masked values on file, when something is.
    pub(crate) fn of(
        pool: &OpenPool,
        form: &FormState,
        specialties: Vec<Choice>,
        search: String,
        on_file: Option<persons::Masked>,
    ) -> Self {
        let choices = |values: &[String]| {
            values
                .iter()
                .map(|value| Choice::new(value.clone(), value.clone()))
                .collect::<Vec<_>>()
        };
        let leaves = |how: domain::policy::pack::How| {
            let asked = pool
                .pack
                .eligibility
                .leaves
                .iter()
                .filter(move |leaf| leaf.how.contains(&how));
            asked
                .map(|leaf| {
                    Choice::new(leaf.id.clone(), leaf.label.clone())
                        .detail(leaf.citation.to_string())
                })
                .collect::<Vec<_>>()
        };
        Self {
            search,
            is_new: on_file.is_none(),
            kept: kept(on_file.unwrap_or_default()),
            tables: tables(pool, form),
            sexes: vec![Choice::new("male", "男"), Choice::new("female", "女")],
            kinds: choices(&pool.offered("employer_kind")),
            represents: pool.pack.vocabulary.list("member_kind").is_some(),
            particulars: pool
                .pack
                .particulars()
                .into_iter()
                .map(|field| Particular {
                    name: persons::particular(field.source),
                    label: field.label.clone(),
                    choices: choices(&field.choices),
                    long: field.input == Input::Lines,
                })
                .collect(),
            flags: persons::flags(&pool.pack)
                .into_iter()
                .map(|(flag, label)| (format!("flag.{flag}"), label))
                .collect(),
            yes_no: vec![Choice::new("yes", "是"), Choice::new("no", "否")],
            task_kinds: pool
                .pack
                .tasks
                .kinds
                .iter()
                .map(|kind| Choice::new(kind.id.clone(), kind.label.clone()))
                .collect(),
            specialties,
            axis: second_axis(pool).0,
            duties: second_axis(pool).1,
            declared: leaves(domain::policy::pack::How::Declared),
            reviewed: leaves(domain::policy::pack::How::Reviewed),
        }
    }
}

#[derive(Template)]
#[template(path = "experts/form.html")]
struct FormPage {
    layout: Layout,
    form: FormState,
    action: String,
    back: String,
    person: PersonFields,
    channels: Vec<Choice>,
    /// Teams to choose from, where the pool has some; none once one is settled.
    teams: Vec<Choice>,
    refusals: Vec<(String, String)>,
}

/// What a sealed field says of itself on a change.
fn kept(masked: persons::Masked) -> persons::Masked {
    let words = |value: String| {
        if value.is_empty() {
            "没有登记".to_owned()
        } else {
            format!("已登记 {value}，不改请留空")
        }
    };
    persons::Masked {
        id_number: words(masked.id_number),
        phone: words(masked.phone),
        email: words(masked.email),
        address: words(masked.address),
    }
}

fn tables(pool: &OpenPool, form: &FormState) -> Vec<Rows> {
    let text = |name, label| Part {
        name,
        label,
        choices: Vec::new(),
        many: false,
    };
    let rung = |name, label, ladder: &str| Part {
        name,
        label,
        choices: pool
            .rungs(ladder)
            .iter()
            .map(|rung| Choice::new(rung.clone(), rung.clone()))
            .collect(),
        many: false,
    };
    let tags = Part {
        name: "tags",
        label: "计入年限",
        choices: persons::work_tags(&pool.pack)
            .into_iter()
            .map(|(tag, label)| Choice::new(tag, label))
            .collect(),
        many: true,
    };
    let mut tables = vec![
        Rows {
            name: "education",
            label: "学历学位",
            hint: "最高学历印在申请表上。",
            count: 0,
            parts: vec![
                rung("level", "学历", "education"),
                text("ended", "毕（肄、结）业时间"),
                text("school", "学校"),
                text("major", "专业"),
                text("years", "学制（年）"),
                text("degree", "学位"),
            ],
        },
        Rows {
            name: "title",
            label: "专业技术职务任职资格",
            hint: "级别可不选，按证书名称判断；名称不在国家目录中的，级别和审批机关都要写。",
            count: 0,
            parts: vec![
                text("name", "职称名称"),
                rung("level", "级别", "title"),
                text("field", "专业领域"),
                text("obtained", "取得时间"),
                text("authority", "审批机关"),
            ],
        },
        Rows {
            name: "skill",
            label: "职业资格（技能等级）",
            hint: "",
            count: 0,
            parts: vec![
                text("occupation", "职业（工种）"),
                rung("level", "等级", "skill"),
                text("obtained", "取得时间"),
                text("certificate", "证书编号"),
            ],
        },
        Rows {
            name: "credential",
            label: "证书、证卡",
            hint: "考评员证、督导员证等，没有的不填。",
            count: 0,
            parts: vec![
                text("name", "名称"),
                rung("level", "发证层级", "admin"),
                text("issuer", "发证机构"),
                text("number", "证书编号"),
            ],
        },
        Rows {
            name: "work",
            label: "工作经历",
            hint: "至今在职的，结束时间留空或填“至今”。",
            count: 0,
            parts: vec![
                text("from", "起"),
                text("to", "止"),
                text("employer", "工作单位"),
                text("industry", "所属行业领域"),
                text("duty", "从事何专业技术工作"),
                text("post", "职务"),
                tags,
            ],
        },
        Rows {
            name: "achievement",
            label: "主要专业工作业绩",
            hint: "填写市级以上即可。",
            count: 0,
            parts: vec![
                text("from", "起"),
                text("to", "止"),
                text("name", "专业技术工作名称"),
                text("role", "工作内容及本人地位"),
                text("outcome", "完成情况及效果"),
                rung("level", "级别", "admin"),
            ],
        },
        Rows {
            name: "honour",
            label: "荣誉称号",
            hint: "申请表只印最高级别的一项。",
            count: 0,
            parts: vec![
                text("name", "名称"),
                rung("level", "授予级别", "admin"),
                text("awarded", "授予时间"),
                text("by", "授予单位"),
            ],
        },
    ];
    // Nobody is asked for cards that carry no condition.
    let cards = |test: &Test| {
        matches!(
            test,
            Test::Held {
                among: Holding::Credentials,
                ..
            } | Test::Record {
                of: Record::Credentials,
                ..
            }
        )
    };
    let mut asked = pool.pack.eligibility.leaves.iter();
    if !asked.any(|leaf| leaf.test.as_ref().is_some_and(cards)) {
        tables.retain(|table| table.name != "credential");
    }
    for table in &mut tables {
        let prefix = format!("{}.", table.name);
        let rows = form.pairs().iter().filter_map(|(key, _)| {
            key.strip_prefix(&prefix)?
                .split('.')
                .next()?
                .parse::<usize>()
                .ok()
        });
        let shown = rows.max().map_or(1, |last| last + 1).min(60);
        table.count = shown + usize::from(form.value("add") == table.name);
    }
    tables
}

async fn form_page(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: Option<ExpertId>,
    form: FormState,
    refusals: Vec<(String, String)>,
) -> Result<FormPage, WebError> {
    let ctx = here.ctx();
    let pool = app.service.pool_numbered(ctx, here.no).await?;
    let list = here.href("experts");
    let mut teams = team_choices(&pool);
    let (title, action, back, on_file) = match id {
        Some(id) => {
            let view = app.service.expert(ctx, here.no, id).await?;
            let page = here.href(format!("experts/{id}"));
            if view.member.expert.team.is_some() {
                teams.clear();
            }
            (
                format!("变更 {}", view.person.profile.name),
                format!("{page}/edit"),
                page,
                Some(view.masked),
            )
        }
        None => (
            "新增专家".to_owned(),
            here.href("experts/new"),
            list.clone(),
            None,
        ),
    };
    let specialties = specialty_choices(app, here).await?;
    let search = here.href("organisations/search");
    Ok(FormPage {
        layout: here
            .layout(app, visit, title)
            .under(&[("专家库", &list)])
            .judged(&form),
        person: PersonFields::of(&pool, &form, specialties, search, on_file),
        teams,
        action,
        back,
        channels: pool
            .pack
            .admission
            .channels
            .iter()
            .map(|c| Choice::new(c.id.clone(), c.label.clone()))
            .collect(),
        refusals,
        form,
    })
}

async fn blank(State(app): State<App>, here: InPool, visit: Visit) -> Result<Response, WebError> {
    let form = match visit.query.value("invitation") {
        "" => FormState::blank(),
        id => entering(&app, &here, id).await?,
    };
    page::page(&form_page(&app, &here, &visit, None, form, Vec::new()).await?)
}

/// The form of somebody who was invited and approved: what the invitation and the minutes say stands
/// in it already.
async fn entering(app: &App, here: &InPool, id: &str) -> Result<FormState, WebError> {
    let id = id.parse().map_err(|_| WebError::NotFound)?;
    let view = app.service.special_invitation(here.ctx(), id).await?;
    let one = view.invitation;
    let domain::special_invitation::State::Approved { decision } = &one.state else {
        return Err(WebError::NotFound);
    };
    let channel = here
        .pack
        .admission
        .channels
        .iter()
        .find(|channel| channel.invitation.is_some());
    Ok(FormState::blank()
        .with("invitation", id.to_string())
        .with("name", &one.name)
        .with("employer", &one.employer)
        .with("specialty", one.specialty.to_string())
        .with("expertise", &one.fitness)
        .with("basis", &decision.minutes)
        .with("basis_on", decision.on.to_string())
        .with(
            "channel",
            channel
                .map(|channel| channel.id.clone())
                .unwrap_or_default(),
        ))
}

async fn create(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    form: FormState,
) -> Result<Response, WebError> {
    if !form.value("add").is_empty() {
        return page::page(&form_page(&app, &here, &visit, None, form, Vec::new()).await?);
    }
    match app
        .service
        .add_expert(here.ctx(), here.no, &fields(&form))
        .await
    {
        Ok(id) => Ok(page::see_other(&here.href(format!("experts/{id}")))),
        Err(error) => again(&app, &here, &visit, None, form, error).await,
    }
}

async fn filled(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    let id: ExpertId = id.parse().map_err(|_| WebError::NotFound)?;
    let view = app.service.expert(here.ctx(), here.no, id).await?;
    let form = FormState::from(view.fields().pairs().to_vec())
        .with("version", view.version.to_string())
        .with("person_version", view.person_version.to_string());
    page::page(&form_page(&app, &here, &visit, Some(id), form, Vec::new()).await?)
}

async fn change(
    State(app): State<App>,
    here: InPool,
    visit: Visit,
    Path((_, id)): Path<(i64, String)>,
    form: FormState,
) -> Result<Response, WebError> {
    let id: ExpertId = id.parse().map_err(|_| WebError::NotFound)?;
    if !form.value("add").is_empty() {
        return page::page(&form_page(&app, &here, &visit, Some(id), form, Vec::new()).await?);
    }
    let version = |name: &str| {
        form.value(name)
            .parse::<i64>()
            .map_err(|_| WebError::Unreadable)
    };
    let versions = (version("version")?, version("person_version")?);
    match app
        .service
        .change_expert(here.ctx(), here.no, id, versions, &fields(&form))
        .await
    {
        Ok(_) => Ok(page::see_other(&here.href(format!("experts/{id}")))),
        Err(error) => again(&app, &here, &visit, Some(id), form, error).await,
    }
}

/// The form again, with what was refused; everything typed is kept.
async fn again(
    app: &App,
    here: &InPool,
    visit: &Visit,
    id: Option<ExpertId>,
    mut form: FormState,
    error: Error,
) -> Result<Response, WebError> {
    let stale = "这条记录刚被他人改过，您填的内容还在下面。请在另一个窗口打开专家详情核对，再从详情页重新进入修改。";
    let refusals = refusals(&mut form, error, stale)?;
    page::rejected(&form_page(app, here, visit, id, form, refusals).await?)
}

/// What the law refuses, each sentence with its article, to stand apart from the fields; what is wrong with those
/// is noted in the form, and that somebody else was faster in the words of `stale`.
///
/// # Errors
/// What is not about the form.
pub(crate) fn refusals(
    form: &mut FormState,
    error: Error,
    stale: &str,
) -> Result<Vec<(String, String)>, WebError> {
    Ok(match error {
        Error::Refused(reasons) => reasons
            .into_iter()
            .map(|reason| (reason.sentence, reason.article))
            .collect(),
        Error::Invalid(problems) => {
            form.note(problems);
            Vec::new()
        }
        Error::Stale => {
            form.reject("", stale);
            Vec::new()
        }
        other => return Err(other.into()),
    })
}
