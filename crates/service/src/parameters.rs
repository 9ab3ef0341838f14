//! 规则参数: what the instrument leaves to its interpreting authority, what it is set to now, who set it,
//! and setting it anew. Decisions from then on are made under the changed pack; old ones stay what they were.

use domain::actor::Action;
use domain::event::{Event, EventKind, Subject};
use domain::policy::pack::Parameter;
use domain::policy::source::Setting;
use domain::pool::{Pool, PoolSetting};
use jiff::Timestamp;
use serde::Serialize;
use store::{document, pools};

use crate::ctx::Ctx;
use crate::error::{Error, Reason, Result};
use crate::service::Service;
use crate::tasks::required;

/// A value with what users call it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Worded {
    /// As a pack writes it.
    pub value: String,
    /// As users read it.
    pub words: String,
}

/// One parameter as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParameterLine {
    /// Path of the value in the pack; names the parameter.
    pub path: String,
    /// What users call it.
    pub label: String,
    /// The article that leaves it open.
    pub article: String,
    /// The party that may set it, as the text calls it.
    pub by: String,
    /// What the pack itself says.
    pub default: Worded,
    /// What counts now.
    pub now: Worded,
    /// What may be chosen; empty for a number within `range`.
    pub options: Vec<Worded>,
    /// Least and greatest whole number.
    pub range: Option<(i64, i64)>,
    /// Who set it, when and why; `None` while the pack's own value counts.
    pub set: Option<SetBy>,
}

/// Who set a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SetBy {
    /// By whom.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

fn worded(parameter: &Parameter, value: Option<String>) -> Worded {
    let value = value.unwrap_or_default();
    Worded {
        words: parameter.words_of(&value).to_owned(),
        value,
    }
}

impl Service {
    /// The parameters of a pool's pack, in the pack's order. Open to whoever holds a role in the pool.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a pool the actor may not know of.
    pub async fn parameters(&self, ctx: &Ctx, no: i64) -> Result<Vec<ParameterLine>> {
        let pool = self.pool_numbered(ctx, no).await?;
        let plain = self.packs.of(&pool.pool)?;
        let line = |parameter: &Parameter| ParameterLine {
            path: parameter.path.clone(),
            label: parameter.label.clone(),
            article: parameter.citation.to_string(),
            by: pool.pack.party_label(&parameter.by).to_owned(),
            default: worded(parameter, plain.value_of(&parameter.path)),
            now: worded(parameter, pool.pack.value_of(&parameter.path)),
            options: parameter
                .choices
                .iter()
                .map(|choice| worded(parameter, Some(choice.clone())))
                .collect(),
            range: parameter.range,
            set: pool
                .pool
                .settings
                .iter()
                .find(|one| one.setting.path == parameter.path)
                .map(|one| SetBy {
                    name: one.by.clone(),
                    at: one.at,
                    reason: one.reason.clone(),
                }),
        };
        Ok(plain.parameters.iter().map(line).collect())
    }

    /// Sets a parameter, or gives it back to the pack when the value is the pack's own.
    ///
    /// # Errors
    /// Denied, stale, or a value the pack does not accept.
    pub async fn set_pool_parameter(
        &self,
        ctx: &Ctx,
        no: i64,
        version: i64,
        setting: &Setting,
        reason: &str,
    ) -> Result<()> {
        let pool = self.open_pool(ctx, no, Action::EditParameters).await?;
        let plain = self.packs.of(&pool.pool)?;
        let parameter = plain
            .accepts(setting)
            .map_err(|why| Error::field("value", format!("这个值不能用：{why}")))?;
        let reason = required(
            reason,
            "reason",
            "没有写依据。请写明文件名称、文号或会议纪要，它会记入留痕。",
        )?;
        if reason.chars().count() > 200 {
            return Err(Error::field(
                "reason",
                "依据最多 200 个字。请只写文件名称和文号。",
            ));
        }
        let before = pool.pack.value_of(&setting.path).unwrap_or_default();
        if before == setting.value {
            return Err(Error::field(
                "value",
                format!(
                    "“{}”现在就是“{}”，没有改动。",
                    parameter.label,
                    parameter.words_of(&before)
                ),
            ));
        }
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize(Action::EditParameters, pool.target())?;
        let mut row = pools::find::<Pool>(&mut *change, pool.id())
            .await?
            .ok_or(Error::NotFound)?;
        if row.version != version {
            return Err(Error::Stale);
        }
        row.body
            .settings
            .retain(|one| one.setting.path != setting.path);
        if plain.value_of(&setting.path).as_deref() != Some(&setting.value) {
            row.body.settings.push(PoolSetting {
                setting: setting.clone(),
                by: ctx.actor.name.clone(),
                at: ctx.now,
                reason: reason.clone(),
            });
        }
        // Values that cannot hold together are refused before they are stored.
        let pack = self.packs.under(&row.body).map_err(|problems| {
            let reasons = problems
                .into_iter()
                .map(|problem| Reason::state("parameter.conflict", problem.sentence));
            Error::Refused(reasons.collect())
        })?;
        let event = Event::new(EventKind::ParameterChanged, Subject::new("pool", pool.id()))
            .fact("parameter", &setting.path)
            .fact("label", &parameter.label)
            .fact("article", &parameter.citation)
            .fact("from", before)
            .fact("to", &setting.value)
            .fact("pack", pack.digest())
            .fact("reason", reason);
        document::save(&mut change, &mut row).await?;
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }
}
