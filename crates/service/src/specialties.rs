//! 专业领域: added on need, renamed, retired with a reason, restored (DG 第十六条(二)). A retired one
//! cannot be asked for; experts left with only retired ones are listed for a decision.

use domain::actor::Action;
use domain::event::{Event, EventKind, Subject};
use domain::id::{ExpertId, SpecialtyId};
use domain::policy::classification;
use domain::pool::{Specialty, SpecialtyStatus};
use store::document;
use store::{Count, experts, pools};

use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Reason, Result};
use crate::experts::Membership;
use crate::pools::OpenPool;
use crate::service::Service;
use crate::typed;

/// Longest name, in characters.
const LONGEST: usize = 40;

/// One specialty of a list.
#[derive(Debug, Clone, serde::Serialize)]
pub struct SpecialtyRow {
    /// Version of the stored row.
    pub version: i64,
    /// The specialty.
    pub specialty: Specialty,
    /// How many experts it has, whatever their standing; counting stops at a thousand.
    pub experts: u64,
    /// Are there no more than that?
    pub experts_is_exact: bool,
}

/// An expert all of whose specialties are retired.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Stranded {
    /// Who.
    pub id: ExpertId,
    /// Name.
    pub name: String,
    /// 专家编号
    pub number: String,
    /// The retired specialties.
    pub specialties: Vec<String>,
}

impl Service {
    /// The specialties of a pool in their order.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn specialties(&self, ctx: &Ctx, no: i64) -> Result<Vec<SpecialtyRow>> {
        let pool = self.open_part(ctx, no, Action::ReadExperts).await?;
        let mut db = self.store.read();
        let counts = experts::by_specialty(&mut db, pool.id()).await?;
        let all = pools::specialties::<Specialty>(&mut db, pool.id()).await?;
        let row = |row: pools::Specialty<Specialty>| {
            let counted = counts.iter().find(|(id, _)| *id == row.id);
            let (experts, experts_is_exact) = match counted {
                Some((_, Count::AtLeast(least))) => (*least, false),
                Some((_, Count::Exactly(number))) => (*number, true),
                None => (0, true),
            };
            SpecialtyRow {
                version: row.version,
                specialty: row.body,
                experts,
                experts_is_exact,
            }
        };
        Ok(all.into_iter().map(row).collect())
    }

    /// The specialties in use, in their order, without counting anybody.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn specialties_in_use(&self, ctx: &Ctx, no: i64) -> Result<Vec<Specialty>> {
        let pool = self.open_part(ctx, no, Action::ReadExperts).await?;
        let mut all = self.specialties_of(pool.id()).await?;
        all.retain(|specialty| specialty.status == SpecialtyStatus::Active);
        Ok(all)
    }

    /// Experts left with only retired specialties (DG 第十九条(六) looks at them), at most 500.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn stranded_experts(&self, ctx: &Ctx, no: i64) -> Result<Vec<Stranded>> {
        let pool = self.open_part(ctx, no, Action::ReadExperts).await?;
        let mut db = self.store.read();
        let names = pools::specialties::<Specialty>(&mut db, pool.id()).await?;
        let page = experts::with_only_retired::<Membership>(&mut db, pool.id(), 500).await?;
        let name_of = |id: &SpecialtyId| {
            names
                .iter()
                .find(|row| row.id == *id)
                .map(|row| row.body.name.clone())
        };
        Ok(page
            .into_iter()
            .map(|row| Stranded {
                id: row.id,
                name: row.keys.name,
                number: row.keys.number.unwrap_or_default(),
                specialties: row
                    .body
                    .expert
                    .specialties
                    .iter()
                    .filter_map(name_of)
                    .collect(),
            })
            .collect())
    }

    /// Adds a specialty at the end of the list.
    ///
    /// # Errors
    /// Denied, or the name is empty, too long or taken.
    pub async fn add_specialty(
        &self,
        ctx: &Ctx,
        no: i64,
        name: &str,
        reason: &str,
    ) -> Result<SpecialtyId> {
        let (pool, mut change) = self.specialty_door(ctx, no).await?;
        let name = self.specialty_name(&pool, &mut change, name, None).await?;
        let reason = need_reason(reason)?;
        let id: SpecialtyId = self.id(ctx);
        insert_specialty(&mut change, &pool, id, &name).await?;
        let event = Event::new(EventKind::SpecialtyAdded, Subject::new("specialty", id))
            .fact("name", &name)
            .fact("reason", reason);
        change.record(event).await?;
        change.commit().await?;
        Ok(id)
    }

    /// Renames a specialty; experts keep it.
    ///
    /// # Errors
    /// Denied, stale, or the name is empty, too long or taken.
    pub async fn rename_specialty(
        &self,
        ctx: &Ctx,
        no: i64,
        id: SpecialtyId,
        version: i64,
        name: &str,
    ) -> Result<()> {
        let (pool, mut change) = self.specialty_door(ctx, no).await?;
        let name = self
            .specialty_name(&pool, &mut change, name, Some(id))
            .await?;
        let mut row = self.specialty_row(&pool, &mut change, id, version).await?;
        let event = Event::new(EventKind::SpecialtyRenamed, Subject::new("specialty", id))
            .fact("from", &row.body.name)
            .fact("name", &name);
        row.keys.name.clone_from(&name);
        row.body.name = name;
        document::save(&mut change, &mut row).await?;
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    /// 移除: no task may ask for it from now on (DG 第十六条(二)).
    ///
    /// # Errors
    /// Denied, stale, without a reason, or retired already; refused where it makes a group that still has
    /// members in the pool (GZ 第五条).
    pub async fn retire_specialty(
        &self,
        ctx: &Ctx,
        no: i64,
        id: SpecialtyId,
        version: i64,
        reason: &str,
    ) -> Result<()> {
        let (pool, mut change) = self.specialty_door(ctx, no).await?;
        let reason = need_reason(reason)?;
        let mut row = self.specialty_row(&pool, &mut change, id, version).await?;
        if row.body.status != SpecialtyStatus::Active {
            return Err(Error::state(
                "specialty.retired",
                format!("“{}”已经移除，不能再移除一次。", row.body.name),
            ));
        }
        // Where a value makes a group (GZ 第五条), the group is not dissolved over its members' heads.
        let axis = pool.pack.axis("specialty");
        if let Some(axis) = axis.filter(|axis| axis.name_template.is_some()) {
            let members = experts::serving(&mut *change, id).await?;
            if members > 0 {
                let group = classification::group_name(axis, &row.body.name);
                return Err(Error::Refused(vec![Reason::law(
                    "group.members",
                    &axis.citation,
                    format!(
                        "“{group}”还有 {members} 名在库成员，不能撤销。请在专家库按“{}”查看，把他们调整到其他组后再撤销。",
                        row.body.name
                    ),
                )]));
            }
        }
        row.body.status = SpecialtyStatus::Retired {
            on: ctx.today(),
            reason: reason.clone(),
        };
        self.save_status(change, row, EventKind::SpecialtyRetired, reason)
            .await
    }

    /// 恢复: it may be asked for again.
    ///
    /// # Errors
    /// Denied, stale, without a reason, or not retired.
    pub async fn restore_specialty(
        &self,
        ctx: &Ctx,
        no: i64,
        id: SpecialtyId,
        version: i64,
        reason: &str,
    ) -> Result<()> {
        let (pool, mut change) = self.specialty_door(ctx, no).await?;
        let reason = need_reason(reason)?;
        let mut row = self.specialty_row(&pool, &mut change, id, version).await?;
        if row.body.status == SpecialtyStatus::Active {
            return Err(Error::state(
                "specialty.active",
                format!("“{}”正在使用，不需要恢复。", row.body.name),
            ));
        }
        row.body.status = SpecialtyStatus::Active;
        self.save_status(change, row, EventKind::SpecialtyRestored, reason)
            .await
    }

    async fn save_status(
        &self,
        mut change: Change<'_>,
        mut row: pools::Specialty<Specialty>,
        kind: EventKind,
        reason: String,
    ) -> Result<()> {
        row.keys.status = row.body.status.code().to_owned();
        document::save(&mut change, &mut row).await?;
        let event = Event::new(kind, Subject::new("specialty", row.id))
            .fact("name", &row.body.name)
            .fact("reason", reason);
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }

    async fn specialty_door<'c>(&self, ctx: &'c Ctx, no: i64) -> Result<(OpenPool, Change<'c>)> {
        let pool = self.open_part(ctx, no, Action::ManageSpecialties).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::ManageSpecialties, &pool)?;
        Ok((pool, change))
    }

    async fn specialty_row(
        &self,
        pool: &OpenPool,
        change: &mut Change<'_>,
        id: SpecialtyId,
        version: i64,
    ) -> Result<pools::Specialty<Specialty>> {
        let all = pools::specialties::<Specialty>(&mut **change, pool.id()).await?;
        let row = all
            .into_iter()
            .find(|row| row.id == id)
            .ok_or(Error::NotFound)?;
        if row.version == version {
            Ok(row)
        } else {
            Err(Error::Stale)
        }
    }

    async fn specialty_name(
        &self,
        pool: &OpenPool,
        change: &mut Change<'_>,
        typed_name: &str,
        own: Option<SpecialtyId>,
    ) -> Result<String> {
        let mut problems = Vec::new();
        let name = typed::required(
            &mut problems,
            "name",
            typed_name,
            "没有填写专业领域名称。名称显示在申请、抽取和聘书上，请填写。",
        );
        typed::at_most(&mut problems, "name", "专业领域名称", &name, LONGEST);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        match pools::specialty_named::<Specialty>(&mut **change, pool.id(), &name).await? {
            Some(other) if Some(other.id) != own => Err(Error::field(
                "name",
                format!(
                    "已有专业领域“{name}”（{}）。请直接使用，或换一个名称。",
                    other.body.status.zh()
                ),
            )),
            _ => Ok(name),
        }
    }
}

/// Puts a new specialty at the end of the list; the caller records why.
pub(crate) async fn insert_specialty(
    change: &mut Change<'_>,
    pool: &OpenPool,
    id: SpecialtyId,
    name: &str,
) -> Result<()> {
    let last = pools::specialties::<Specialty>(&mut **change, pool.id()).await?;
    let body = Specialty {
        id,
        pool: pool.id(),
        name: name.to_owned(),
        occupation: None,
        status: SpecialtyStatus::Active,
    };
    let keys = pools::SpecialtyKeys {
        pool: pool.id(),
        name: name.to_owned(),
        status: body.status.code().to_owned(),
        position: last.iter().map(|row| row.keys.position).max().unwrap_or(0) + 1,
    };
    document::insert(change, id, keys, body).await?;
    Ok(())
}

pub(crate) fn need_reason(typed_reason: &str) -> Result<String> {
    let mut problems = Vec::new();
    let reason = typed::required(
        &mut problems,
        "reason",
        typed_reason,
        "没有填写原因。这项变更会留痕并影响抽取，请写明原因。",
    );
    typed::at_most(&mut problems, "reason", "原因", &reason, 200);
    if problems.is_empty() {
        Ok(reason)
    } else {
        Err(Error::Invalid(problems))
    }
}
