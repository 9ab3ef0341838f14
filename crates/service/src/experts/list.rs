//! The list of a pool's experts: conditions as typed, one page by key, filters saved by name.

use std::borrow::Cow;

use domain::actor::Action;
use domain::direction::Direction;
use domain::expert::Status;
use domain::id::{ExpertId, FilterId, SpecialtyId};
use domain::roster::{Filter, Last, Order};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::document;
use store::experts;
use store::sessions::{self, FilterKeys};
use store::{Count, PageRequest, Secret};

use super::Member;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::pools::OpenPool;
use crate::service::Service;
use crate::typed::{self, Fields};

/// Name of this list among saved filters.
const LIST: &str = "experts";
/// Most filters one account keeps.
const MOST_FILTERS: usize = 20;

/// Asks for those whose team is not settled.
pub const NO_TEAM: &str = "none";

/// The conditions of the list, as typed. Empty ones do not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExpertQuery {
    /// Name, pinyin, initials or number.
    pub q: String,
    /// Employer.
    pub employer: String,
    /// Id of a specialty.
    pub specialty: String,
    /// Id of a team, or `none` for those whose team is not settled.
    pub team: String,
    /// Value of the second axis (职责, 专家组).
    pub duty: String,
    /// `title:中级` or `skill:技师`: at least this rung.
    pub level: String,
    /// Code of a status.
    pub status: String,
    /// Term ends on or before this day.
    pub term_to: String,
    /// Last four characters of the identity number.
    pub id4: String,
    /// `name`, `-name`, `number` or `-number`.
    pub sort: String,
}

/// One expert of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpertRow {
    /// Who.
    pub id: ExpertId,
    /// 姓名
    pub name: String,
    /// 专家编号
    pub number: String,
    /// 专业领域
    pub specialties: Vec<String>,
    /// 队伍, for pools with teams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Values of the second axis (职责, 专家组).
    pub duties: Vec<String>,
    /// 职称、技能等级: the highest of each.
    pub level: String,
    /// 工作单位
    pub employer: String,
    /// Last day of the term.
    pub term_to: Date,
    /// What holds today.
    pub status: Status,
}

impl ExpertRow {
    /// Team and values of the second axis, as one cell shows them.
    pub fn groups(&self) -> String {
        let all: Vec<&str> = self
            .team
            .iter()
            .chain(&self.duties)
            .map(String::as_str)
            .collect();
        all.join("、")
    }
}

/// One page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpertList {
    /// The rows.
    pub rows: Vec<ExpertRow>,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// How many match.
    pub count: Count,
    /// What was typed and cannot be read.
    pub problems: Vec<Problem>,
}

/// One page of members, before it is put in words.
pub(crate) struct MemberPage {
    pub(crate) members: Vec<Member>,
    pub(crate) next: Option<String>,
    pub(crate) count: Count,
}

/// The row a cursor names.
fn last_row(cursor: &str) -> Result<Last> {
    let (sort, number) = document::read_cursor(cursor)?;
    let number = number.parse().map_err(|_| store::Error::Cursor)?;
    Ok(Last { sort, number })
}

/// A filter kept under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SavedFilter {
    /// Identifier.
    pub id: FilterId,
    /// Name.
    pub name: String,
    /// Its conditions.
    pub query: ExpertQuery,
}

impl ExpertQuery {
    /// Reads the conditions from an address or a form.
    pub fn of(fields: &Fields) -> Self {
        let text = |name: &str| domain::text::tidy(fields.text(name));
        Self {
            q: text("q"),
            employer: text("employer"),
            specialty: text("specialty"),
            team: text("team"),
            duty: text("duty"),
            level: text("level"),
            status: text("status"),
            term_to: text("term_to"),
            id4: text("id4"),
            sort: text("sort"),
        }
    }

    /// The conditions that are set, as an address spells them.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("q", &self.q),
            ("employer", &self.employer),
            ("specialty", &self.specialty),
            ("team", &self.team),
            ("duty", &self.duty),
            ("level", &self.level),
            ("status", &self.status),
            ("term_to", &self.term_to),
            ("id4", &self.id4),
            ("sort", &self.sort),
        ];
        all.into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.as_str()))
            .collect()
    }

    pub(crate) fn order(&self) -> Order {
        let (column, direction) = match self.sort.strip_prefix('-') {
            Some(column) => (column, Direction::Descending),
            None => (self.sort.as_str(), Direction::Ascending),
        };
        match column {
            "number" => Order::Number(direction),
            _ => Order::Name(direction),
        }
    }
}

/// The filter narrowed to what is open; `None` when it asks only for others.
pub(crate) fn within<'f>(pool: &OpenPool, filter: &'f Filter) -> Option<Cow<'f, Filter>> {
    let Some(open) = pool.experts_of() else {
        return Some(Cow::Borrowed(filter));
    };
    let asked = |team: &String| filter.teams.is_empty() || filter.teams.contains(team);
    let teams: Vec<String> = open.into_iter().filter(asked).collect();
    (!teams.is_empty()).then(|| {
        Cow::Owned(Filter {
            teams,
            ..filter.clone()
        })
    })
}

impl Service {
    /// One page of experts.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn experts(
        &self,
        ctx: &Ctx,
        no: i64,
        query: &ExpertQuery,
        page: &PageRequest,
    ) -> Result<ExpertList> {
        let pool = self.open_part(ctx, no, Action::ReadExperts).await?;
        let (filter, problems) = self.expert_filter(ctx, &pool, query).await?;
        let Some(filter) = filter else {
            return Ok(ExpertList {
                rows: Vec::new(),
                next: None,
                count: Count::Exactly(0),
                problems,
            });
        };
        let found = self
            .list_members(&pool, &filter, query.order(), page)
            .await?;
        let rows = self.expert_rows(ctx, &pool, found.members).await?;
        Ok(ExpertList {
            rows,
            next: found.next,
            count: found.count,
            problems,
        })
    }

    /// One page of members. The roster says who is on it; only they are read.
    pub(crate) async fn list_members(
        &self,
        pool: &OpenPool,
        filter: &Filter,
        order: Order,
        page: &PageRequest,
    ) -> Result<MemberPage> {
        let after = page.after.as_deref().map(last_row).transpose()?;
        let most = page.rows() as usize;
        let Some(filter) = within(pool, filter) else {
            return Ok(MemberPage {
                members: Vec::new(),
                next: None,
                count: Count::Exactly(0),
            });
        };
        let kept = self.roster(pool.id()).await?;
        let listed = kept.roster.list(&filter, order, after.as_ref(), most);
        drop(kept);
        let mut db = self.store.read();
        Ok(MemberPage {
            members: experts::numbered(&mut db, pool.id(), &listed.numbers).await?,
            next: listed
                .next
                .map(|last| document::write_cursor(&last.sort, &last.number.to_string())),
            count: Count::of(listed.matching, document::COUNT_BOUND),
        })
    }

    /// How many members are open, of a status on a day where one is asked for.
    pub(crate) async fn count_members(
        &self,
        pool: &OpenPool,
        status: Option<(Status, Date)>,
    ) -> Result<Count> {
        let filter = Filter {
            status,
            ..Filter::default()
        };
        let order = Order::Number(Direction::Ascending);
        let page = PageRequest::first(1);
        Ok(self.list_members(pool, &filter, order, &page).await?.count)
    }

    pub(crate) async fn expert_rows(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        members: Vec<Member>,
    ) -> Result<Vec<ExpertRow>> {
        let known = self.specialties_of(pool.id()).await?;
        let today = ctx.today();
        let rung = |ladder: &str, rank: i64| -> Option<&str> {
            let place = usize::try_from(rank).ok()?.checked_sub(1)?;
            pool.rungs(ladder).get(place).map(String::as_str)
        };
        let row = |member: Member| ExpertRow {
            id: member.id,
            specialties: Self::names_of(&known, &member.body.expert.specialties),
            team: pool
                .pack
                .pool
                .team_words(member.body.expert.team.as_deref())
                .map(str::to_owned),
            duties: member.body.expert.duties.clone(),
            level: [
                rung("title", member.keys.title_rank),
                rung("skill", member.keys.skill_rank),
            ]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("、"),
            term_to: member.body.expert.standing.term().to,
            status: member.body.expert.standing.on(today),
            name: member.keys.name,
            number: member.body.expert.number,
            employer: member.keys.employer,
        };
        Ok(members.into_iter().map(row).collect())
    }

    /// How many experts of the pool are in it, suspended, past their term, gone, as stored; counting
    /// stops at a bound.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn expert_totals(&self, ctx: &Ctx, no: i64) -> Result<Vec<(Status, Count)>> {
        let pool = self.open_part(ctx, no, Action::ReadExperts).await?;
        let mut db = self.store.read();
        let mut totals = Vec::new();
        for status in [
            Status::Active,
            Status::Suspended,
            Status::Expired,
            Status::Left,
        ] {
            let count = match pool.experts_of() {
                None => experts::of_status(&mut db, pool.id(), status.code()).await?,
                Some(_) => {
                    self.count_members(&pool, Some((status, ctx.today())))
                        .await?
                }
            };
            totals.push((status, count));
        }
        Ok(totals)
    }

    /// The filter of a query; `None` when a condition that is set cannot be read, because showing
    /// everybody instead would be wrong.
    pub(crate) async fn expert_filter(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        query: &ExpertQuery,
    ) -> Result<(Option<Filter>, Vec<Problem>)> {
        let mut problems = Vec::new();
        let mut filter = Filter {
            text: [query.q.as_str(), query.employer.as_str()].join(" "),
            ..Filter::default()
        };
        if !query.specialty.is_empty() {
            match query.specialty.parse::<SpecialtyId>() {
                Ok(id) => filter.specialty = Some(id),
                Err(_) => problems.push(Problem::new(
                    "specialty",
                    "专业领域不在列表里。请从列表中选择。",
                )),
            }
        }
        let teams = &pool.pack.pool;
        if query.team == NO_TEAM {
            filter.teams = vec![String::new()];
        } else if !query.team.is_empty() {
            let leaves = teams.leaves_of(&query.team);
            filter.teams = leaves.map(|team| team.id.clone()).collect();
            if filter.teams.is_empty() {
                problems.push(Problem::new("team", "队伍不在列表里。请从列表中选择。"));
            }
        }
        if !query.duty.is_empty() {
            filter.duty = Some(query.duty.clone());
            let axis = pool.pack.axis("duty");
            if !axis.is_some_and(|axis| axis.values.contains(&query.duty)) {
                let label = axis.map_or("职责", |axis| &axis.label);
                let sentence = format!("{label}不在列表里。请从列表中选择。");
                problems.push(Problem::new("duty", sentence));
            }
        }
        if let Some((ladder, rung)) = query.level.split_once(':') {
            let rungs = pool.rungs(ladder);
            let least = rungs.iter().position(|known| known == rung);
            let enough = least.map(|least| rungs[least..].to_vec());
            match (ladder, enough) {
                ("title", Some(enough)) => filter.titles = enough,
                ("skill", Some(enough)) => filter.skills = enough,
                _ => problems.push(Problem::new("level", "等级不在列表里。请从列表中选择。")),
            }
        }
        if !query.status.is_empty() {
            match Status::from_code(&query.status) {
                Some(status) => filter.status = Some((status, ctx.today())),
                None => problems.push(Problem::new("status", "状态不在列表里。请从列表中选择。")),
            }
        }
        filter.term_to = typed::date(&mut problems, "term_to", &query.term_to, "聘期至");
        if !query.id4.is_empty() {
            let tail = domain::text::compact(&query.id4).to_uppercase();
            if tail.chars().count() == store::persons::TAIL && tail.is_ascii() {
                let (mut db, seals) = (self.store.read(), self.store.seals());
                let tail = Secret::new(tail);
                let among = experts::with_id_tail(&mut db, seals, pool.id(), &tail).await?;
                filter.among = Some(among);
            } else {
                problems.push(Problem::new(
                    "id4",
                    "证件末四位应为 4 位数字（末位可为 X）。请重新填写。",
                ));
            }
        }
        Ok((problems.is_empty().then_some(filter), problems))
    }

    /// The filters this account keeps for the list, by name.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn expert_filters(&self, ctx: &Ctx, no: i64) -> Result<Vec<SavedFilter>> {
        let pool = self.open_part(ctx, no, Action::ReadExperts).await?;
        let Some(account) = ctx.actor.account else {
            return Ok(Vec::new());
        };
        let list = format!("{LIST}/{}", pool.id());
        let kept = sessions::filters::<ExpertQuery>(&mut self.store.read(), account, &list).await?;
        Ok(kept
            .into_iter()
            .map(|row| SavedFilter {
                id: row.id,
                name: row.keys.name,
                query: row.body,
            })
            .collect())
    }

    /// 存为常用查询; the same name replaces.
    ///
    /// # Errors
    /// Denied, no name, no condition, or too many kept.
    pub async fn save_expert_filter(
        &self,
        ctx: &Ctx,
        no: i64,
        name: &str,
        query: &ExpertQuery,
    ) -> Result<()> {
        let pool = self.open_part(ctx, no, Action::ReadExperts).await?;
        let account = ctx.actor.account.ok_or(Error::LoggedOut)?;
        let mut problems = Vec::new();
        let name = typed::required(
            &mut problems,
            "filter_name",
            name,
            "没有填写名称。请给这组条件起个名字，如“聘期年底到期”。",
        );
        typed::at_most(&mut problems, "filter_name", "名称", &name, 20);
        if query.pairs().is_empty() {
            problems.push(Problem::new(
                "filter_name",
                "没有设置任何条件。请先查询，再存为常用查询。",
            ));
        }
        let list = format!("{LIST}/{}", pool.id());
        let mut tx = self.store.upkeep().await?;
        let kept = sessions::filters::<ExpertQuery>(&mut tx, account, &list).await?;
        let same = kept.iter().find(|row| row.keys.name == name);
        if same.is_none() && kept.len() >= MOST_FILTERS {
            problems.push(Problem::new(
                "filter_name",
                format!("常用查询最多存 {MOST_FILTERS} 个。请先删除不用的。"),
            ));
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        match same {
            Some(row) => {
                document::save(
                    &mut tx,
                    &mut document::Stored {
                        body: query.clone(),
                        ..row.clone()
                    },
                )
                .await?
            }
            None => {
                let id: FilterId = self.id(ctx);
                document::insert(
                    &mut tx,
                    id,
                    FilterKeys {
                        account,
                        list,
                        name,
                    },
                    query.clone(),
                )
                .await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Drops a filter of this account.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn remove_expert_filter(&self, ctx: &Ctx, no: i64, id: FilterId) -> Result<()> {
        let pool = self.open_part(ctx, no, Action::ReadExperts).await?;
        let account = ctx.actor.account.ok_or(Error::LoggedOut)?;
        let list = format!("{LIST}/{}", pool.id());
        let mut tx = self.store.upkeep().await?;
        let kept = sessions::filters::<ExpertQuery>(&mut tx, account, &list).await?;
        let row = kept
            .into_iter()
            .find(|row| row.id == id)
            .ok_or(Error::NotFound)?;
        document::remove::<FilterKeys>(&mut tx, row.id, row.version).await?;
        tx.commit().await?;
        Ok(())
    }
}
