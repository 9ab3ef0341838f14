//! 办法: the instrument a pool obeys: where it stands on a day, the documents that prolong it, and what
//! its pack says of ranks and lists.

use domain::actor::{Action, Actor, Grant, Role, Target};
use domain::event::{Event, EventKind, Subject};
use domain::id::PoolId;
use domain::policy::in_force::Extension;
use domain::policy::pack::{Consequence, LegalStatus};
use domain::pool::Pool;
use store::{document, pools};

use crate::ctx::Ctx;
use crate::error::{Error, Problem, Reason, Result};
use crate::pools::OpenPool;
use crate::service::Service;
use crate::typed;

impl OpenPool {
    /// Identifier.
    pub const fn id(&self) -> PoolId {
        self.pool.id
    }

    /// Everything in this pool, as a target.
    pub const fn target(&self) -> Target<'static> {
        Target::pool(self.pool.id)
    }

    /// Something of a team in this pool, as a target.
    pub const fn target_of<'t>(&self, team: Option<&'t str>) -> Target<'t> {
        self.target().of_team(team)
    }

    /// The ladder rung of a person's best title or skill, 1 = lowest, 0 = none of this pack's.
    pub fn rank<'a>(&self, ladder: &str, rungs: impl Iterator<Item = &'a str>) -> i64 {
        let ladder = self.pack.vocabulary.ladders.iter().find(|l| l.id == ladder);
        rungs
            .filter_map(|rung| ladder?.rung(rung))
            .max()
            .map_or(0, |rung| i64::from(rung) + 1)
    }

    /// The rungs of a ladder, lowest first.
    pub fn rungs(&self, ladder: &str) -> &[String] {
        let found = self.pack.vocabulary.ladders.iter().find(|l| l.id == ladder);
        found.map_or(&[], |ladder| &ladder.rungs)
    }

    /// The values a list of the pack offers.
    pub fn offered(&self, list: &str) -> Vec<String> {
        let found = self.pack.vocabulary.lists.iter().find(|l| l.id == list);
        found
            .map(|list| list.offered().map(str::to_owned).collect())
            .unwrap_or_default()
    }
}

/// 延期文件, as typed.
#[derive(Debug, Clone, Default)]
pub struct ExtensionDraft {
    /// 文号
    pub document: String,
    /// 印发日期
    pub issued: String,
    /// 新的截止日
    pub until: String,
}

impl Service {
    /// The context of a command typed on the server itself that does an officer's work in one pool.
    ///
    /// # Errors
    /// When there is no such pool.
    pub async fn console_officer(&self, no: i64) -> Result<Ctx> {
        let all = pools::all::<Pool>(&mut self.store.read()).await?;
        let pool = all
            .into_iter()
            .find(|row| row.keys.no == no)
            .ok_or(Error::NotFound)?;
        let actor = Actor {
            name: "命令行".to_owned(),
            grants: vec![Grant::whole(Role::Officer, pool.id)],
            ..Actor::system()
        };
        Ok(self.ctx(actor, "cli", ""))
    }

    /// The pool with this number, for an actor who may do this there.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such pool or the actor holds no role in it,
    /// [`Error::Forbidden`] when the roles held there do not reach the action.
    pub async fn open_pool(&self, ctx: &Ctx, no: i64, action: Action) -> Result<OpenPool> {
        let pool = self.pool_numbered(ctx, no).await?;
        ctx.actor.allow(action, pool.target())?;
        Ok(pool)
    }

    /// The pool with this number, or as much of it as the actor answers for; the use case keeps within
    /// [`OpenPool::remit`].
    ///
    /// # Errors
    /// As [`Service::open_pool`].
    pub async fn open_part(&self, ctx: &Ctx, no: i64, action: Action) -> Result<OpenPool> {
        let pool = self.pool_numbered(ctx, no).await?;
        let remit = ctx.actor.remit(action, pool.id())?;
        Ok(OpenPool { remit, ..pool })
    }

    /// The same by the pool's id, or nothing where the actor reaches no part of it.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn any_part_of(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        action: Action,
    ) -> Result<Option<OpenPool>> {
        match self.part_of(ctx, pool, action).await {
            Ok(open) => Ok(Some(open)),
            Err(Error::Forbidden(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The same by the pool's id.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub(crate) async fn part_of(
        &self,
        ctx: &Ctx,
        pool: PoolId,
        action: Action,
    ) -> Result<OpenPool> {
        let remit = ctx.actor.remit(action, pool)?;
        let pool = self.any_pool(pool).await?;
        Ok(OpenPool { remit, ..pool })
    }

    /// The pack's legal status lets new acts happen, or the officer confirmed the warning.
    pub(crate) fn check_status(&self, ctx: &Ctx, pool: &OpenPool, confirmed: bool) -> Result<()> {
        let standing = pool.standing(ctx.today());
        let (Some(effect), Some(banner)) = (standing.effect(), standing.banner()) else {
            return Ok(());
        };
        let article = pool.pack.identity.force_citation.to_string();
        match effect {
            Consequence::Warn if confirmed => Ok(()),
            Consequence::Warn => Err(Error::Refused(vec![Reason::law(
                "pack.confirm",
                article,
                format!(
                    "《{}》{banner}。如仍按此办法办理，请确认后再提交；确认会留痕。",
                    pool.pack.identity.title
                ),
            )])),
            Consequence::BlockNew | Consequence::BlockAll => {
                Err(Error::Refused(vec![Reason::law(
                    "pack.blocked",
                    article,
                    format!(
                        "《{}》{banner}，不能新办。请登记延期文件或改用现行办法。",
                        pool.pack.identity.title
                    ),
                )]))
            }
        }
    }

    /// Version of the stored pool, for the forms that change it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn pool_version(&self, pool: &OpenPool) -> Result<i64> {
        let row = pools::find::<Pool>(&mut self.store.read(), pool.id()).await?;
        Ok(row.ok_or(Error::NotFound)?.version)
    }

    /// 登记延期文件 (A-G-12): an expired instrument counts as in force again until the new day; a draft, by the
    /// document that issued it, from then on.
    ///
    /// # Errors
    /// Denied, stale, or everything wrong with what was typed.
    pub async fn register_extension(
        &self,
        ctx: &Ctx,
        no: i64,
        version: i64,
        draft: &ExtensionDraft,
    ) -> Result<()> {
        let pool = self.open_pool(ctx, no, Action::EditParameters).await?;
        let mut problems = Vec::new();
        let document = typed::required(
            &mut problems,
            "document",
            &draft.document,
            "请填写延期文件的文号，如“东人社发〔2024〕1号”。",
        );
        let issued = typed::date(&mut problems, "issued", &draft.issued, "印发日期");
        let until = typed::date(&mut problems, "until", &draft.until, "新的截止日");
        if let Some(issued) = issued
            && ctx.today() < issued
        {
            problems.push(Problem::new(
                "issued",
                format!("印发日期 {issued} 还没有到。请按文件落款日期填写。"),
            ));
        }
        let last = pool
            .pool
            .extension
            .as_ref()
            .map_or(pool.pack.identity.to, |extension| extension.to);
        if let (Some(until), Some(last)) = (until, last)
            && until <= last
        {
            problems.push(Problem::new(
                "until",
                format!("新的截止日 {until} 不晚于原截止日 {last}，起不到延期作用。请核对文件。"),
            ));
        }
        // A draft that was issued may bind until it is replaced.
        let unissued = pool.pack.identity.status == LegalStatus::Draft;
        let bounded = until.is_some() || unissued;
        let (Some(issued), true, true) = (issued, bounded, problems.is_empty()) else {
            let asked = [
                ("issued", &draft.issued, "印发日期"),
                ("until", &draft.until, "新的截止日"),
            ];
            let asked = &asked[..if unissued { 1 } else { 2 }];
            return Err(Error::Invalid(typed::missing(problems, asked)));
        };
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize(Action::EditParameters, pool.target())?;
        let mut row = pools::find::<Pool>(&mut *change, pool.id())
            .await?
            .ok_or(Error::NotFound)?;
        if row.version != version {
            return Err(Error::Stale);
        }
        row.body.extension = Some(Extension {
            document: document.clone(),
            to: until,
        });
        document::save(&mut change, &mut row).await?;
        let event = Event::new(
            EventKind::ExtensionRegistered,
            Subject::new("pool", pool.id()),
        )
        .fact("document", document)
        .fact("issued", issued)
        .fact(
            "until",
            until.map(|day| day.to_string()).unwrap_or_default(),
        );
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }
}
