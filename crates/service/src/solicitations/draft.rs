//! 起草: what the form asks under this pack, and what was typed into it.

use std::collections::BTreeMap;

use domain::actor::Action;
use domain::event::{Event, EventKind};
use domain::id::{PoolId, RecordId};
use domain::policy::pack::{HeadcountPer, Solicitation};
use domain::pool::SpecialtyStatus;
use domain::solicitation::{
    Content, Notice, Paragraph, State, WANTED_MOST, Wanted, channels, counted_per, headings,
};
use jiff::civil::{DateTime, time};
use store::document;

use super::{by, check_party, clock, keys, publishers, rules, save, subject};
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::pools::OpenPool;
use crate::service::Service;
use crate::typed;

/// Most items one notice asks for.
const MATERIALS_MOST: usize = 20;

/// What the form of a notice asks in this pool.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Outline {
    /// What the pack calls a notice.
    pub label: String,
    /// The article.
    pub article: String,
    /// Headings with a text each, in the pack's order.
    pub headings: Vec<String>,
    /// What the pack calls the numbers wanted; none when it asks for none.
    pub headcount: Option<String>,
    /// Lines for numbers wanted.
    pub wanted: Vec<WantedRow>,
    /// Channels a notice can open: id and name.
    pub channels: Vec<(String, String)>,
    /// The notice names what is handed in besides the pack's list, on some of these channels.
    pub names_materials: bool,
    /// Media the pack names.
    pub media: Vec<String>,
    /// What a new draft begins with.
    #[serde(skip)]
    pub beginning: Wording,
}

/// One line for a number wanted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct WantedRow {
    /// Id of the team or specialty; empty for the pool as a whole.
    pub key: String,
    /// Its name.
    pub label: String,
}

/// A notice as typed. What is missing may come later; what cannot be read is refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct Wording {
    /// 标题
    pub title: String,
    /// 正文
    pub body: String,
    /// Texts by heading.
    pub paragraphs: BTreeMap<String, String>,
    /// Numbers wanted by id of team or specialty.
    pub wanted: BTreeMap<String, String>,
    /// What is handed in besides the pack's list, one item a line.
    pub materials: String,
    /// Ids of channels.
    pub channels: Vec<String>,
    /// 征集开始日期
    pub opens_on: String,
    /// Time of that day; the first second when left out.
    pub opens_at: String,
    /// 征集截止日期
    pub closes_on: String,
    /// Time of that day; the last second when left out (A-G-10).
    pub closes_at: String,
    /// 联系方式
    pub contact: String,
}

impl Wording {
    /// What a notice says, as a form shows it again.
    pub fn of(content: &Content) -> Self {
        let day = |at: Option<DateTime>| at.map(|at| at.date().to_string()).unwrap_or_default();
        let clock = |at: Option<DateTime>| {
            at.map(|at| at.time().strftime("%H:%M:%S").to_string())
                .unwrap_or_default()
        };
        let number = |line: &Wanted| match line.number {
            0 => String::new(),
            number => number.to_string(),
        };
        Self {
            title: content.title.clone(),
            body: content.body.clone(),
            paragraphs: content
                .paragraphs
                .iter()
                .map(|one| (one.label.clone(), one.text.clone()))
                .collect(),
            wanted: content
                .wanted
                .iter()
                .map(|line| (line.key.clone(), number(line)))
                .collect(),
            materials: content.materials.join("\n"),
            channels: content.channels.clone(),
            opens_on: day(content.opens),
            opens_at: clock(content.opens),
            closes_on: day(content.closes),
            closes_at: clock(content.closes),
            contact: content.contact.clone(),
        }
    }

    /// Reads what was typed. Only what the outline offers is taken.
    fn read(&self, outline: &Outline) -> Result<Content> {
        let mut problems = Vec::new();
        let opens = typed::date(&mut problems, "opens_on", &self.opens_on, "征集开始日期");
        let first = clock(&mut problems, "opens_at", &self.opens_at, time(0, 0, 0, 0));
        let closes = typed::date(&mut problems, "closes_on", &self.closes_on, "征集截止日期");
        let last = clock(
            &mut problems,
            "closes_at",
            &self.closes_at,
            time(23, 59, 59, 0),
        );
        let mut wanted = Vec::new();
        for (place, row) in outline.wanted.iter().enumerate() {
            let typed = self.wanted.get(&row.key).map_or("", String::as_str);
            let text = domain::text::compact(typed).replace(',', "");
            let number = match text.as_str() {
                "" => Some(0),
                text => text.parse::<u32>().ok().filter(|n| *n <= WANTED_MOST),
            };
            if number.is_none() {
                problems.push(Problem::new(
                    format!("wanted.{place}"),
                    format!(
                        "{}的人数“{text}”不是 0 到 {WANTED_MOST} 的整数。请只填数字，不招的留空。",
                        row.label
                    ),
                ));
            }
            wanted.push(Wanted {
                key: row.key.clone(),
                label: row.label.clone(),
                number: number.unwrap_or(0),
            });
        }
        let content = Content {
            title: domain::text::tidy(&self.title),
            body: domain::text::tidy_lines(&self.body),
            paragraphs: outline
                .headings
                .iter()
                .map(|label| Paragraph {
                    label: label.clone(),
                    text: domain::text::tidy_lines(
                        self.paragraphs.get(label).map_or("", String::as_str),
                    ),
                })
                .collect(),
            wanted,
            materials: if outline.names_materials {
                items(&self.materials)
            } else {
                Vec::new()
            },
            channels: outline
                .channels
                .iter()
                .map(|(id, _)| id.clone())
                .filter(|id| self.channels.contains(id))
                .collect(),
            opens: opens.map(|day| day.to_datetime(first)),
            closes: closes.map(|day| day.to_datetime(last)),
            contact: domain::text::tidy(&self.contact),
        };
        problems.extend(
            content
                .too_long()
                .iter()
                .map(|lack| Problem::new(lack.field(), lack.to_string())),
        );
        if problems.is_empty() {
            Ok(content)
        } else {
            Err(Error::Invalid(problems))
        }
    }
}

/// The items of a list, one a line, each once; what stands between an item and its parts in the names
/// of files is left out.
fn items(typed: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in typed.lines() {
        let item: String = domain::text::tidy(&line.replace('/', "／"))
            .chars()
            .take(60)
            .collect();
        if !item.is_empty() && !items.contains(&item) && items.len() < MATERIALS_MOST {
            items.push(item);
        }
    }
    items
}

/// 入库条件 in the pack's words: what all must meet, then the alternatives of which one is enough.
fn conditions(pool: &OpenPool) -> String {
    let eligibility = &pool.pack.eligibility;
    let mut alternative = Vec::new();
    for branch in &eligibility.branches {
        branch.rule.leaves(&mut |leaf, _| alternative.push(leaf));
    }
    let mut lines = Vec::new();
    let mut asked = |leaf: u16, negated: bool| {
        let label = eligibility
            .leaves
            .get(usize::from(leaf))
            .map(|leaf| leaf.label.clone());
        if let Some(label) = label
            && !negated
            && !alternative.contains(&leaf)
            && !lines.contains(&label)
        {
            lines.push(label);
        }
    };
    eligibility.rule.leaves(&mut asked);
    let choices: Vec<&str> = eligibility
        .branches
        .iter()
        .map(|branch| branch.label.as_str())
        .collect();
    if !choices.is_empty() {
        lines.push(format!("具备下列情形之一：{}", choices.join("；")));
    }
    let numbered: Vec<String> = lines
        .iter()
        .enumerate()
        .map(|(place, line)| format!("{}．{line}。", place + 1))
        .collect();
    numbered.join("\n")
}

impl Service {
    /// What the form of a notice asks in a pool, and what a new draft begins with.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] where the pack knows no notices.
    pub async fn notice_outline(&self, ctx: &Ctx, pool: PoolId) -> Result<Outline> {
        let pool = self.part_of(ctx, pool, Action::DraftNotice).await?;
        self.outline(&pool).await
    }

    async fn outline(&self, pool: &OpenPool) -> Result<Outline> {
        let rules = rules(pool)?;
        let channels: Vec<(String, String)> = channels(&pool.pack.admission)
            .into_iter()
            .map(|channel| (channel.id.clone(), channel.label.clone()))
            .collect();
        let headings: Vec<String> = headings(rules).into_iter().map(str::to_owned).collect();
        let office = self.organisation_name(pool.pool.manager).await?;
        let contact = match &pool.pool.phone {
            Some(phone) => format!("{office}，电话 {phone}"),
            None => office,
        };
        Ok(Outline {
            beginning: Wording {
                title: format!("{}{}", pool.pool.name, rules.label),
                paragraphs: headings
                    .iter()
                    .filter(|label| label.ends_with("条件"))
                    .map(|label| (label.clone(), conditions(pool)))
                    .collect(),
                channels: channels.iter().map(|(id, _)| id.clone()).collect(),
                contact,
                ..Wording::default()
            },
            label: rules.label.clone(),
            article: rules.citation.to_string(),
            headings,
            headcount: rules.headcount.as_ref().map(|rule| rule.label.clone()),
            wanted: self.wanted_rows(pool, rules).await?,
            names_materials: channels.iter().any(|(id, _)| {
                let channel = pool.pack.admission.channel(id);
                let list = channel.and_then(|one| pool.pack.admission.list_of(one));
                list.is_some_and(|list| list.by_notice)
            }),
            channels,
            media: rules.media.clone(),
        })
    }

    async fn wanted_rows(&self, pool: &OpenPool, rules: &Solicitation) -> Result<Vec<WantedRow>> {
        let row = |key: &str, label: &str| WantedRow {
            key: key.to_owned(),
            label: label.to_owned(),
        };
        let teams = &pool.pack.pool.teams;
        Ok(match counted_per(rules) {
            None => Vec::new(),
            Some(HeadcountPer::Pool) => vec![row("", &pool.pool.name)],
            // A team made of parts is counted by its parts.
            Some(HeadcountPer::Team) => {
                let has_parts = |id: &str| teams.iter().any(|t| t.part_of.as_deref() == Some(id));
                let single = teams.iter().filter(|team| !has_parts(&team.id));
                single.map(|team| row(&team.id, &team.label)).collect()
            }
            Some(HeadcountPer::Specialty) => {
                let specialties = self.specialties_of(pool.id()).await?;
                let active = specialties
                    .iter()
                    .filter(|one| one.status == SpecialtyStatus::Active);
                active
                    .map(|one| row(&one.id.to_string(), &one.name))
                    .collect()
            }
        })
    }

    /// 起草: a new draft, as far as it has come.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] where the pack knows no notices or names another party;
    /// [`Error::Invalid`] for what cannot be read.
    pub async fn draft_notice(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        wording: &Wording,
    ) -> Result<RecordId> {
        let open = self.part_of(ctx, pool, Action::DraftNotice).await?;
        let mut change = self.change(ctx, pool).await?;
        let role = change.authorize_in(Action::DraftNotice, &open)?;
        let rules = rules(&open)?;
        check_party(publishers(&open), role, rules, "发布")?;
        let content = wording.read(&self.outline(&open).await?)?;
        let notice = Notice {
            id: self.id(ctx),
            pool,
            number: None,
            content,
            article: rules.citation.to_string(),
            drafted: by(ctx)?,
            publications: Vec::new(),
            state: State::Draft { returned: None },
        };
        document::insert(&mut change, notice.id, keys(&notice), &notice).await?;
        let event = Event::new(EventKind::SolicitationDrafted, subject(&notice))
            .fact("title", &notice.content.title)
            .fact("article", &notice.article);
        change.record(event).await?;
        change.commit().await?;
        Ok(notice.id)
    }

    /// Changes a draft. `version` is the one the form was made from.
    ///
    /// # Errors
    /// As [`Service::draft_notice`]; [`Error::Stale`]; [`Error::Refused`] once it was handed in.
    pub async fn rewrite_notice(
        &self,
        ctx: &Ctx,
        id: RecordId,
        version: i64,
        wording: &Wording,
    ) -> Result<()> {
        let (mut change, mut row, pool) = self.notice_change(ctx, id, Action::DraftNotice).await?;
        let content = wording.read(&self.outline(&pool).await?)?;
        if row.version != version {
            return Err(Error::Stale);
        }
        row.body.rewrite(content)?;
        save(&mut change, &mut row).await?;
        let event = Event::new(EventKind::SolicitationChanged, subject(&row.body))
            .fact("title", &row.body.content.title);
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }
}
