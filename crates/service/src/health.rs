//! What `doctor` and the page of the system administrator look at.

use std::path::Path;

use domain::actor::{Action, Target};
use domain::event::{Event, EventKind, Subject};
use jiff::Timestamp;
use store::LedgerId;
use store::backup::{self, Manifest};

use crate::ctx::Ctx;
use crate::error::Result;
use crate::service::Service;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What.
    pub subject: &'static str,
    /// What was found; an error says what to do.
    pub finding: std::result::Result<String, String>,
}

/// A clock before this program was made is wrong: 2026-01-01.
const MADE: i64 = 1_767_225_600;

impl Service {
    /// Looks at database, keys, ledgers, accounts, clock and packs.
    pub async fn examine(&self) -> Vec<Check> {
        let store = &self.store;
        let mut db = store.read();
        let ledgers = store.check_ledgers().await.map(|ledgers| {
            let entries: u64 = ledgers.iter().map(|(_, size)| size).sum();
            format!("{} 本台账、{entries} 条留痕逐条核验一致", ledgers.len())
        });
        let accounts = store::accounts::total(&mut db)
            .await
            .map(|total| match total {
                0 => "还没有账号，启动后用一次性链接完成首次设置".to_owned(),
                total => format!("{total} 个账号"),
            });
        let pools = store::pools::all::<domain::pool::Pool>(&mut db).await;
        let bound = pools.map_err(|e| e.to_string()).and_then(|pools| {
            for pool in &pools {
                let pack = self.packs.of(&pool.body).map_err(|e| e.to_string())?;
                if pack.digest().to_string() != pool.body.pack_digest {
                    return Err(format!(
                        "专家库“{}”设立时采用的规则与本程序所带的 {} 内容不同。请核对规则版本后再继续使用。",
                        pool.keys.name, pool.keys.pack
                    ));
                }
            }
            Ok(format!("{} 个专家库，规则与设立时一致", pools.len()))
        });
        let last = self.last_entry().await;
        vec![
            Check {
                subject: "数据库",
                finding: Ok(format!(
                    "{:?}，结构第 {} 版",
                    store.kind(),
                    store::SCHEMA_VERSION
                )),
            },
            Check {
                subject: "密钥",
                finding: Ok(format!(
                    "与数据库配套，签名指纹 {}",
                    store.public_key().fingerprint()
                )),
            },
            Check {
                subject: "台账",
                finding: ledgers.map_err(|e| e.to_string()),
            },
            Check {
                subject: "账号",
                finding: accounts.map_err(|e| e.to_string()),
            },
            Check {
                subject: "专家库",
                finding: bound,
            },
            Check {
                subject: "时钟",
                finding: last
                    .map_err(|e| e.to_string())
                    .and_then(|last| clock(self.clock.now(), last)),
            },
        ]
    }

    /// When the newest entry of any ledger was written.
    async fn last_entry(&self) -> Result<Timestamp> {
        let mut db = self.store.read();
        let mut last = Timestamp::UNIX_EPOCH;
        for (ledger, _) in store::ledger::all(&mut db).await? {
            let newest = store::ledger::latest_checkpoint(&mut db, ledger).await?;
            let at =
                newest.and_then(|signed| Timestamp::from_millisecond(signed.checkpoint.at).ok());
            last = last.max(at.unwrap_or(last));
        }
        Ok(last)
    }
}

impl Service {
    /// Makes a backup in a folder that does not exist yet. The ledger says so before the rows are read,
    /// so that the backup holds its own entry: restored beside the keys of today, nothing is missing.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`], or what the store says about the folder; what fails after the entry
    /// was written is an entry of its own.
    pub async fn back_up(&self, ctx: &Ctx, folder: &Path) -> Result<Manifest> {
        ctx.actor.allow(Action::RunBackup, Target::SYSTEM)?;
        let place = backup::Place::make(folder)?;
        let subject = Subject::new("backup", self.id::<uuid::Uuid>(ctx));
        let begun = Event::new(EventKind::BackedUp, subject.clone());
        self.note_backup(ctx, begun.fact("folder", folder.display()))
            .await?;
        let made = place.fill(&self.store, ctx.now).await;
        if let Err(why) = &made {
            let failed = Event::new(EventKind::BackupFailed, subject).fact("reason", why);
            // What stopped the backup may stop this as well; it is what has to be told.
            if let Err(error) = self.note_backup(ctx, failed).await {
                tracing::error!(%error, "a failed backup could not be noted");
            }
        }
        Ok(made?)
    }

    async fn note_backup(&self, ctx: &Ctx, event: Event) -> Result<()> {
        let mut change = self.change(ctx, LedgerId::System).await?;
        change.authorize(Action::RunBackup, Target::SYSTEM)?;
        change.record(event).await?;
        change.commit().await?;
        Ok(())
    }
}

fn clock(now: Timestamp, last_entry: Timestamp) -> std::result::Result<String, String> {
    let plain = |at: Timestamp| {
        at.to_zoned(crate::ctx::shanghai())
            .strftime("%Y年%-m月%-d日 %H:%M:%S")
            .to_string()
    };
    if now.as_second() < MADE {
        return Err(format!(
            "服务器时间 {now} 明显偏早。请先校准时间，否则期限和聘期都会算错。"
        ));
    }
    if now < last_entry {
        return Err(format!(
            "服务器时间 {} 早于最后一条留痕的 {}。请先校准时间；如果时钟此前走快、现在才调准，由三人共同执行 linxuan doctor --recover-ledger。",
            plain(now),
            plain(last_entry)
        ));
    }
    Ok(plain(now))
}
