//! The ledger: every event of a pool is a leaf of an RFC 6962 tree with SM3. One writer at a time
//! appends (see `door`); every commit signs a checkpoint; the last one is also kept outside the
//! database. Proofs and offline verification need nothing but this module's pure parts.

mod bundle;
mod checkpoint;
mod entry;
mod heads;
mod tree;
mod verify;

use std::io;

use rand::Rng as _;

pub use bundle::{BUNDLE_FORMAT, Line, write_bundle};
pub use checkpoint::{
    BadCode, Checkpoint, Code, DISTINGUISHING_ID, PublicKey, SignedCheckpoint, Signer,
};
pub use entry::{Actor, Body, Entry, Event, LedgerId, Object, Outcome};
pub(crate) use heads::Heads;
pub use tree::{Frontier, Hash, Position, empty, is_consistent, is_included, leaf, node};
pub use verify::{Failure, Trust, Verified, verify};

use crate::door::WriteTx;
use crate::engine::Session;
use crate::error::{Error, Result};
use crate::sealed::{Column, Seals, Shape};
use crate::sql;
use crate::store::{Db, Store};
use crate::{dialect, sql::Sql};

/// The action of a recovery: the one entry whose time may lie before that of the entry before it.
pub(crate) const RECOVERED: &str = "ledger.recovered";

/// How far an event's clock may be behind the ledger's last entry before it is refused.
const CLOCK_TOLERANCE_MS: i64 = 5 * 60 * 1000;

const BODY: Column = Column {
    table: "ledger_body",
    name: "sealed",
    pad: 256,
    shape: Shape::Text,
};

/// What is wrong with a ledger. Messages are for the operator.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The ledger was never opened.
    #[error("没有台账 {0}。请确认专家库存在。")]
    Unknown(LedgerId),
    /// The database is older than the head kept outside it.
    #[error("台账 {ledger} 在数据库里只有 {found} 条，而库外保存的台账头是 {head} 条：数据库被换成了较早的版本，缺 {} 条留痕。已停止启动，数据未作改动。请恢复最新数据；确实无法恢复时，由三人共同执行 linxuan doctor --recover-ledger。", head - found)]
    RolledBack {
        /// Ledger.
        ledger: LedgerId,
        /// Entries the head knows.
        head: u64,
        /// Entries in the database.
        found: u64,
    },
    /// The database and the head agree on no common history.
    #[error(
        "台账 {ledger} 前 {size} 条与库外保存的台账头不一致：留痕被改写过。已停止，数据未作改动。请保留现场并通知纪检监督。"
    )]
    Forked {
        /// Ledger.
        ledger: LedgerId,
        /// Size at which they differ.
        size: u64,
    },
    /// The head file carries no valid signature.
    #[error(
        "台账 {0} 的库外台账头签名不成立：文件被改动，或不属于这套密钥。请从保管的副本恢复该文件。"
    )]
    ForgedHead(LedgerId),
    /// A ledger with a past has no head outside the database.
    #[error(
        "台账 {0} 的库外台账头不见了：密钥目录里的 heads 子目录被删除或没有一并搬来。已停止启动，数据未作改动。请放回该目录；确实无法找回时，由三人共同执行 linxuan doctor --recover-ledger。"
    )]
    MissingHead(LedgerId),
    /// A stored ledger does not pass the check anybody can make of its export.
    #[error("台账 {ledger} 核验不通过：{failure}")]
    Invalid {
        /// Ledger.
        ledger: LedgerId,
        /// What does not hold.
        #[source]
        failure: Failure,
    },
    /// The head file cannot be read or written.
    #[error(
        "库外台账头无法读写（{0}）。为免留痕失去对照，暂停写入。请检查密钥目录的权限与剩余空间。"
    )]
    Head(#[source] io::Error),
    /// Time went backwards, or the last entry was written while the clock ran ahead.
    #[error(
        "服务器时钟比台账最后一条早 {0} 秒，本次未保存。请先校准服务器时间；如果时钟此前走快、现在才调准，由三人共同执行 linxuan doctor --recover-ledger。"
    )]
    ClockBehind(i64),
    /// Stored rows contradict each other.
    #[error("台账 {ledger} 第 {seq} 条与其散列不符：留痕被改写过。请保留现场并通知纪检监督。")]
    Broken {
        /// Ledger.
        ledger: LedgerId,
        /// Entry, from 0.
        seq: u64,
    },
    /// A recovery named fewer than three different people, or no reason.
    #[error("恢复台账须写明原因并由三名不同的人共同批准，现在不足。请补齐后重试。")]
    Unapproved,
}

/// The row that a writer holds locked.
pub(crate) struct Head {
    pub(crate) ledger: LedgerId,
    pub(crate) frontier: Frontier,
    pub(crate) last_at: i64,
}

impl Head {
    /// Reads and, on PostgreSQL, locks the head row: the one writer of this ledger from here on.
    pub(crate) async fn lock(session: &mut Session, ledger: LedgerId) -> Result<Self> {
        let mut sql = Sql::new("SELECT size, frontier, last_at FROM ledger WHERE id = ");
        sql.bind(ledger).push(dialect::for_update(session.kind()));
        Self::from_rows(ledger, session.rows(sql).await?)
    }

    fn from_rows(ledger: LedgerId, rows: Vec<crate::sql::Row>) -> Result<Self> {
        let row = rows.first().ok_or(LedgerError::Unknown(ledger))?;
        let (size, peaks) = (row.get::<u64>(0)?, row.get::<Vec<u8>>(1)?);
        let frontier =
            Frontier::from_bytes(size, &peaks).ok_or(LedgerError::Broken { ledger, seq: size })?;
        Ok(Self {
            ledger,
            frontier,
            last_at: row.get(2)?,
        })
    }

    /// Makes the head row of a new ledger.
    pub(crate) async fn open(session: &mut Session, ledger: LedgerId) -> Result<()> {
        session
            .execute(sql!(
                "INSERT INTO ledger (id, size, frontier, last_at) VALUES ($1, 0, $2, 0)",
                ledger,
                Vec::<u8>::new()
            ))
            .await
            .map(drop)
    }

    /// Was the last entry written by a clock that ran ahead of this moment?
    pub(crate) fn is_ahead_of(&self, now: i64) -> bool {
        self.last_at - now > CLOCK_TOLERANCE_MS
    }

    /// Appends one event. The head row itself is written once, by `save`.
    pub(crate) async fn append(
        &mut self,
        session: &mut Session,
        seals: &Seals,
        event: &Event,
    ) -> Result<u64> {
        let now = event.at.as_millisecond();
        let at = if event.action == RECOVERED {
            now
        } else if self.is_ahead_of(now) {
            return Err(LedgerError::ClockBehind((self.last_at - now) / 1000).into());
        } else {
            now.max(self.last_at)
        };
        let seq = self.frontier.size();
        let mut salt = [0; 32];
        rand::rng().fill_bytes(&mut salt);
        let json = serde_json::to_vec(&event.body).map_err(|cause| Error::Corrupt {
            table: "ledger_body",
            column: "sealed",
            why: cause.to_string(),
        })?;
        let body = Body { salt, json };
        let entry = Entry {
            action: event.action.clone(),
            actor: event.actor.clone(),
            at,
            body: hex::encode(body.commitment()),
            ledger: self.ledger.to_string(),
            object: event.object.clone(),
            outcome: event.outcome,
            seq,
            v: 1,
        };
        let bytes = entry.to_bytes();
        let hash = leaf(&bytes);
        session
            .execute(sql!(
                "INSERT INTO ledger_entry (ledger, seq, at, action, actor, object_kind, object_id, entry, leaf) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                self.ledger,
                seq,
                at,
                &entry.action,
                &entry.actor.id,
                &entry.object.kind,
                &entry.object.id,
                bytes,
                hash.to_vec()
            ))
            .await?;
        let sealed = seals.seal_bytes(&BODY, &body_row(self.ledger, seq), &body.to_bytes())?;
        session
            .execute(sql!(
                "INSERT INTO ledger_body (ledger, seq, sealed) VALUES ($1, $2, $3)",
                self.ledger,
                seq,
                sealed
            ))
            .await?;
        let completed = self.frontier.push(hash);
        if !completed.is_empty() {
            let mut insert =
                Sql::new("INSERT INTO ledger_node (ledger, level, position, hash) VALUES ");
            for (n, (position, hash)) in completed.iter().enumerate() {
                insert
                    .push(if n == 0 { "(" } else { ", (" })
                    .bind(self.ledger)
                    .push(", ")
                    .bind(position.level);
                insert
                    .push(", ")
                    .bind(position.index)
                    .push(", ")
                    .bind(hash.to_vec())
                    .push(")");
            }
            session.execute(insert).await?;
        }
        self.last_at = at;
        Ok(seq)
    }

    /// Writes the head row and the signed checkpoint of its state.
    pub(crate) async fn save(
        &self,
        session: &mut Session,
        signer: &Signer,
    ) -> Result<SignedCheckpoint> {
        session
            .execute(sql!(
                "UPDATE ledger SET size = $1, frontier = $2, last_at = $3 WHERE id = $4",
                self.frontier.size(),
                self.frontier.to_bytes(),
                self.last_at,
                self.ledger
            ))
            .await?;
        let signed = signer.checkpoint(self.checkpoint(&signer.public().name));
        session
            .execute(sql!(
                "INSERT INTO ledger_checkpoint (ledger, size, note) VALUES ($1, $2, $3)",
                self.ledger,
                self.frontier.size(),
                &signed.note
            ))
            .await?;
        Ok(signed)
    }

    pub(crate) fn checkpoint(&self, instance: &str) -> Checkpoint {
        Checkpoint {
            origin: origin(instance, self.ledger),
            size: self.frontier.size(),
            root: self.frontier.root(),
            at: self.last_at,
        }
    }
}

/// First line of a ledger's checkpoints.
pub(crate) fn origin(instance: &str, ledger: LedgerId) -> String {
    format!("{instance}/{ledger}+sm3")
}

fn body_row(ledger: LedgerId, seq: u64) -> String {
    format!("{ledger}|{seq}")
}

/// Reads complete subtree hashes.
async fn node_hash(db: &mut impl Db, ledger: LedgerId, position: Position) -> Result<Hash> {
    let rows = if position.level == 0 {
        db.rows(sql!(
            "SELECT leaf FROM ledger_entry WHERE ledger = $1 AND seq = $2",
            ledger,
            position.index
        ))
        .await?
    } else {
        db.rows(sql!(
            "SELECT hash FROM ledger_node WHERE ledger = $1 AND level = $2 AND position = $3",
            ledger,
            position.level,
            position.index
        ))
        .await?
    };
    let bytes: Option<Vec<u8>> = rows.first().map(|row| row.get(0)).transpose()?;
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| {
            LedgerError::Broken {
                ledger,
                seq: position.index << position.level,
            }
            .into()
        })
}

async fn part_hash(db: &mut impl Db, ledger: LedgerId, part: &[Position]) -> Result<Hash> {
    let mut hashes = Vec::with_capacity(part.len());
    for position in part {
        hashes.push(node_hash(db, ledger, *position).await?);
    }
    Ok(tree::fold(&hashes))
}

/// Root over the first `size` entries, from stored subtrees.
pub async fn root_at(db: &mut impl Db, ledger: LedgerId, size: u64) -> Result<Hash> {
    part_hash(db, ledger, &tree::root_plan(size)).await
}

/// Proof that entry `seq` is in the tree of `size`; `seq < size <=` the ledger's size.
pub async fn inclusion_proof(
    db: &mut impl Db,
    ledger: LedgerId,
    seq: u64,
    size: u64,
) -> Result<Vec<Hash>> {
    let mut proof = Vec::new();
    for part in tree::inclusion_plan(seq, size) {
        proof.push(part_hash(db, ledger, &part).await?);
    }
    Ok(proof)
}

/// Proof that the tree of `old` entries is a prefix of the tree of `size`; `0 < old <= size`.
pub async fn consistency_proof(
    db: &mut impl Db,
    ledger: LedgerId,
    old: u64,
    size: u64,
) -> Result<Vec<Hash>> {
    let mut proof = Vec::new();
    for part in tree::consistency_plan(old, size) {
        proof.push(part_hash(db, ledger, &part).await?);
    }
    Ok(proof)
}

/// Entries of one ledger so far.
pub async fn size(db: &mut impl Db, ledger: LedgerId) -> Result<u64> {
    let rows = db
        .rows(sql!("SELECT size FROM ledger WHERE id = $1", ledger))
        .await?;
    rows.first().ok_or(LedgerError::Unknown(ledger))?.get(0)
}

/// Every ledger of the database with its size.
pub async fn all(db: &mut impl Db) -> Result<Vec<(LedgerId, u64)>> {
    let rows = db
        .rows(sql!("SELECT id, size FROM ledger ORDER BY id"))
        .await?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// The signed checkpoint at exactly `size`, if there is one.
pub async fn checkpoint_at(
    db: &mut impl Db,
    ledger: LedgerId,
    size: u64,
) -> Result<Option<String>> {
    let rows = db
        .rows(sql!(
            "SELECT note FROM ledger_checkpoint WHERE ledger = $1 AND size = $2",
            ledger,
            size
        ))
        .await?;
    rows.first().map(|row| row.get(0)).transpose()
}

/// The latest signed checkpoint.
pub async fn latest_checkpoint(
    db: &mut impl Db,
    ledger: LedgerId,
) -> Result<Option<SignedCheckpoint>> {
    Ok(checkpoints(db, ledger, 1).await?.pop())
}

/// The newest checkpoints, at most so many, newest first.
pub async fn checkpoints(
    db: &mut impl Db,
    ledger: LedgerId,
    most: u32,
) -> Result<Vec<SignedCheckpoint>> {
    let rows = db
        .rows(sql!(
            "SELECT note FROM ledger_checkpoint WHERE ledger = $1 ORDER BY size DESC LIMIT $2",
            ledger,
            most
        ))
        .await?;
    rows.iter()
        .map(|row| {
            let note: String = row.get(0)?;
            let checkpoint = SignedCheckpoint::read(&note).ok_or_else(|| Error::Corrupt {
                table: "ledger_checkpoint",
                column: "note",
                why: "格式不符".into(),
            })?;
            Ok(SignedCheckpoint { checkpoint, note })
        })
        .collect()
}

/// Which entries to list.
#[derive(Debug, Clone, Default)]
pub struct EntryFilter {
    /// Only of this ledger.
    pub ledger: Option<LedgerId>,
    /// Only about this object: kind, id.
    pub object: Option<(String, String)>,
    /// Only by this actor.
    pub actor: Option<String>,
    /// Only with this action.
    pub action: Option<String>,
    /// Only below this sequence number (the last one of the page before).
    pub before: Option<u64>,
}

/// Entries, newest first within a ledger.
pub async fn list(db: &mut impl Db, filter: &EntryFilter, limit: u32) -> Result<Vec<Entry>> {
    let mut sql = Sql::new("SELECT entry FROM ledger_entry WHERE 1 = 1");
    if let Some(ledger) = filter.ledger {
        sql.push(" AND ledger = ").bind(ledger);
    }
    if let Some((kind, id)) = &filter.object {
        sql.push(" AND object_kind = ")
            .bind(kind)
            .push(" AND object_id = ")
            .bind(id);
    }
    if let Some(actor) = &filter.actor {
        sql.push(" AND actor = ").bind(actor);
    }
    if let Some(action) = &filter.action {
        sql.push(" AND action = ").bind(action);
    }
    if let Some(before) = filter.before {
        sql.push(" AND seq < ").bind(before);
    }
    sql.push(" ORDER BY ledger DESC, seq DESC LIMIT ")
        .bind(limit);
    db.rows(sql)
        .await?
        .iter()
        .map(|row| decode(&row.get::<Vec<u8>>(0)?))
        .collect()
}

fn decode(bytes: &[u8]) -> Result<Entry> {
    Entry::from_bytes(bytes).ok_or_else(|| Error::Corrupt {
        table: "ledger_entry",
        column: "entry",
        why: "不是规范形式".into(),
    })
}

/// Opens the body of one entry; `None` when it was erased.
pub async fn body(
    store: &Store,
    db: &mut impl Db,
    ledger: LedgerId,
    seq: u64,
) -> Result<Option<Body>> {
    let rows = db
        .rows(sql!(
            "SELECT sealed FROM ledger_body WHERE ledger = $1 AND seq = $2",
            ledger,
            seq
        ))
        .await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    open_body(store.seals(), ledger, seq, &row.get::<Vec<u8>>(0)?).map(Some)
}

/// Erases the body of an entry, salt included: what it said cannot be known or guessed any more,
/// while the tree stays whole.
pub async fn erase_body(tx: &mut WriteTx, ledger: LedgerId, seq: u64) -> Result<()> {
    tx.execute(sql!(
        "DELETE FROM ledger_body WHERE ledger = $1 AND seq = $2",
        ledger,
        seq
    ))
    .await
    .map(drop)
}

fn open_body(seals: &Seals, ledger: LedgerId, seq: u64, sealed: &[u8]) -> Result<Body> {
    let bytes = seals.open_bytes(&BODY, &body_row(ledger, seq), sealed)?;
    Body::from_bytes(&bytes).ok_or_else(|| LedgerError::Broken { ledger, seq }.into())
}
