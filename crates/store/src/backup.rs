//! Backups: a folder with every row of one consistent state, the files those rows name, and a
//! signed manifest. The rows are written in one canonical form and order, the same for both
//! engines, so a backup of one restores into the other, and a restored database proves itself by
//! being written out again to the same digest.
//!
//! ```text
//! data.jsonl      {"table":"person"} then one JSON array per row, ordered by key; BYTEA as base64
//! files/          bytes by digest
//! manifest.json   digests, row counts, ledger sizes and roots; signed by the ledger key
//! ```
//! Keys are not in a backup, and sealed fields stay sealed in it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sm3::{Digest as _, Sm3};

use crate::attachments;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::files::Files;
use crate::keys::{KeyError, KeyFolder, KeyProvider as _};
use crate::ledger::{self, LedgerId, PublicKey, Signer};
use crate::schema::{self, Table, Type};
use crate::sealed::Seals;
use crate::sql;
use crate::sql::{Row, Sql, Val};
use crate::store::{Db, Store, StoreConfig};

/// Version of the form described above.
const FORMAT: u32 = 1;
/// Values bound in one INSERT, below the limits of both engines.
const VALUES_AT_ONCE: usize = 2000;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the form.
    pub form: u32,
    /// Schema version of the rows.
    pub schema: i64,
    /// Name of the instance.
    pub instance: String,
    /// Which root key seals its fields.
    pub root_check: String,
    /// When it was made, milliseconds since 1970.
    pub at: i64,
    /// SM3 of `data.jsonl`, lower hex.
    pub digest: String,
    /// Rows per table.
    pub rows: BTreeMap<String, u64>,
    /// Every ledger: id, entries, root in lower hex.
    pub ledgers: Vec<(String, u64, String)>,
    /// Digests of the files.
    pub files: Vec<String>,
}

/// A manifest with its signature.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    manifest: Manifest,
    /// SM2 over the JSON of `manifest`, base64.
    signature: String,
}

/// Writes through to `out` and digests what passes.
struct Digesting<W> {
    out: W,
    hash: Sm3,
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes every row to `out` in canonical form. Returns its digest and the rows per table.
async fn dump(db: &mut impl Db, out: impl Write + Send) -> Result<(String, BTreeMap<String, u64>)> {
    let mut out = Digesting {
        out,
        hash: Sm3::new(),
    };
    let mut counts = BTreeMap::new();
    for table in schema::tables() {
        writeln!(out, "{{\"table\":\"{}\"}}", table.name)?;
        let mut count = 0;
        db.each(select(&table), &mut |row| {
            let line = serde_json::to_string(&encode(&table, &row)?).map_err(io::Error::other)?;
            count += 1;
            Ok(writeln!(out, "{line}")?)
        })
        .await?;
        counts.insert(table.name.to_owned(), count);
    }
    out.flush()?;
    Ok((hex::encode(out.hash.finalize()), counts))
}

fn select(table: &Table) -> Sql {
    let mut sql = Sql::new("SELECT ");
    list(&mut sql, table.columns.iter().map(|(name, _)| *name));
    sql.push(" FROM ").push(table.name).push(" ORDER BY ");
    list(&mut sql, table.key.iter().copied());
    sql
}

fn list(sql: &mut Sql, names: impl Iterator<Item = &'static str>) {
    for (n, name) in names.enumerate() {
        sql.push(if n == 0 { "" } else { ", " }).push(name);
    }
}

fn encode(table: &Table, row: &Row) -> Result<Vec<Value>> {
    let value = |(at, (_, kind)): (usize, &(&str, Type))| -> Result<Value> {
        Ok(match kind {
            Type::Text => row
                .get::<Option<String>>(at)?
                .map_or(Value::Null, Value::from),
            Type::Int => row.get::<Option<i64>>(at)?.map_or(Value::Null, Value::from),
            Type::Bytes => row
                .get::<Option<Vec<u8>>>(at)?
                .map_or(Value::Null, |bytes| STANDARD.encode(bytes).into()),
        })
    };
    table.columns.iter().enumerate().map(value).collect()
}

fn decode(kind: Type, value: Value) -> Option<Val> {
    Some(match (kind, value) {
        (Type::Text, Value::Null) => Val::Text(None),
        (Type::Text, Value::String(text)) => Val::Text(Some(text)),
        (Type::Int, Value::Null) => Val::Int(None),
        (Type::Int, Value::Number(number)) => Val::Int(Some(number.as_i64()?)),
        (Type::Bytes, Value::Null) => Val::Bytes(None),
        (Type::Bytes, Value::String(text)) => Val::Bytes(Some(STANDARD.decode(text).ok()?)),
        _ => return None,
    })
}

/// The folder of a backup that is being made: there, and still empty.
#[derive(Debug)]
#[must_use = "an empty folder is no backup"]
pub struct Place {
    folder: PathBuf,
}

impl Place {
    /// Makes the folder, which must not exist yet.
    ///
    /// # Errors
    /// [`Error::Io`] when it exists or cannot be made.
    pub fn make(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder.parent().unwrap_or(folder))?;
        std::fs::create_dir(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// Makes the backup of everything committed so far. Writers need not wait.
    ///
    /// # Errors
    /// When the store or the folder fails; what is in the folder then is no backup.
    pub async fn fill(self, store: &Store, now: Timestamp) -> Result<Manifest> {
        let folder = self.folder.as_path();
        let mut db = store.snapshot().await?;
        let data = File::create(folder.join("data.jsonl"))?;
        let (digest, rows) = dump(&mut db, BufWriter::new(&data)).await?;
        data.sync_all()?;
        let mut ledgers = Vec::new();
        for (ledger, size) in ledger::all(&mut db).await? {
            ledgers.push((
                ledger.to_string(),
                size,
                hex::encode(ledger::root_at(&mut db, ledger, size).await?),
            ));
        }
        let files = attachments::digests(&mut db).await?;
        let copies = Files::folder(&folder.join("files"))?;
        for digest in &files {
            copies.put(store.files().bytes(digest).await?).await?;
        }
        let manifest = Manifest {
            form: FORMAT,
            schema: schema::VERSION,
            instance: store.public_key().name.clone(),
            root_check: store.seals().check_value(),
            at: now.as_millisecond(),
            digest,
            rows,
            ledgers,
            files,
        };
        let text = serde_json::to_string(&manifest).map_err(io::Error::other)?;
        let signature = STANDARD.encode(store.inner.signer.sign(text.as_bytes()));
        let signed = serde_json::to_string_pretty(&Signed {
            manifest,
            signature,
        })
        .map_err(io::Error::other)?;
        // Written last: a folder without a manifest is no backup.
        let mut file = File::create(folder.join("manifest.json"))?;
        file.write_all(signed.as_bytes())?;
        file.sync_all()?;
        check(folder, store.public_key()).await
    }
}

/// Makes a backup in `folder`, which must not exist yet.
///
/// # Errors
/// As [`Place::make`] and [`Place::fill`].
pub async fn backup(store: &Store, folder: &Path, now: Timestamp) -> Result<Manifest> {
    Place::make(folder)?.fill(store, now).await
}

/// Checks a backup where it lies: signature, digest of the rows, every file.
///
/// # Errors
/// [`Error::Backup`] says what is wrong.
pub async fn check(folder: &Path, key: &PublicKey) -> Result<Manifest> {
    let text = std::fs::read_to_string(folder.join("manifest.json"))
        .map_err(|_| broken("没有 manifest.json，备份没有做完"))?;
    let Signed {
        manifest,
        signature,
    } = serde_json::from_str(&text).map_err(|_| broken("manifest.json 无法读取"))?;
    let signed = serde_json::to_string(&manifest).map_err(io::Error::other)?;
    let signature = STANDARD
        .decode(signature)
        .map_err(|_| broken("签名无法读取"))?;
    if !key.verifies(signed.as_bytes(), &signature) {
        return Err(broken("签名不成立，清单被改动过或不属于这套密钥"));
    }
    if manifest.form != FORMAT || manifest.schema > schema::VERSION {
        return Err(broken("备份由更新版本的程序制作"));
    }
    let mut hash = Digesting {
        out: io::sink(),
        hash: Sm3::new(),
    };
    io::copy(&mut File::open(folder.join("data.jsonl"))?, &mut hash)?;
    if hex::encode(hash.hash.finalize()) != manifest.digest {
        return Err(broken("data.jsonl 被改动或不完整"));
    }
    let files = Files::folder(&folder.join("files"))?;
    for digest in &manifest.files {
        files
            .bytes(digest)
            .await
            .map_err(|_| broken("有附件缺失或被改动"))?;
    }
    Ok(manifest)
}

fn broken(why: &str) -> Error {
    Error::Backup(why.to_owned())
}

/// Restores a backup into an empty database and data folder, on either engine, with the keys it was
/// made under, and proves it: the restored rows are written out again to the same digest, and
/// every ledger is recomputed.
///
/// Where the key folder knows a newer state of a ledger, the data is kept as restored and the next
/// [`Store::open`] refuses it until [`Store::recover`] has answered for the loss.
///
/// # Errors
/// [`Error::Backup`] when the place is not empty or the backup does not hold; nothing is kept then.
pub async fn restore(config: &StoreConfig, folder: &Path) -> Result<Manifest> {
    let keys = KeyFolder::new(&config.keys, &config.data)?;
    let material = keys
        .load()?
        .ok_or_else(|| KeyError::NoneForBackup(config.keys.clone()))?;
    let unsigned: Signed = std::fs::read_to_string(folder.join("manifest.json"))
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .ok_or_else(|| broken("没有可读的 manifest.json"))?;
    let signer = Signer::new(&unsigned.manifest.instance, &material.signing)
        .ok_or_else(|| KeyError::Broken(config.keys.join("ledger.key")))?;
    let manifest = check(folder, signer.public()).await?;
    if manifest.root_check != Seals::new(&material).check_value() {
        return Err(KeyError::Foreign(config.keys.clone()).into());
    }
    if manifest.schema != schema::VERSION {
        return Err(broken(
            "备份的数据版本与本程序不同，请用制作它的程序版本恢复后再升级",
        ));
    }
    let engine = Engine::connect(&config.location()).await?;
    schema::migrate(&engine).await?;
    load(&engine, folder).await?;
    engine.close().await;

    let files = Files::folder(&config.data.join("files"))?;
    let copies = Files::folder(&folder.join("files"))?;
    for digest in &manifest.files {
        files.put(copies.bytes(digest).await?).await?;
    }
    let store = Store::connect(config, &keys).await?;
    prove(&store, &manifest).await?;
    for (ledger, _, _) in &manifest.ledgers {
        let ledger: LedgerId = ledger.parse().map_err(|_| broken("台账编号无法识别"))?;
        if let Some(signed) = ledger::latest_checkpoint(&mut store.read(), ledger).await? {
            let known = store.inner.heads.read(ledger)?;
            let extends = match &known {
                Some(known) => crate::startup::compare(&mut store.read(), ledger, known)
                    .await
                    .is_ok(),
                None => true,
            };
            if extends {
                store.inner.heads.advance(ledger, &signed)?;
            }
        }
    }
    store.analyse().await?;
    store.close().await;
    Ok(manifest)
}

/// The restored store says the same as the manifest, and its ledgers hold.
async fn prove(store: &Store, manifest: &Manifest) -> Result<()> {
    let mut db = store.snapshot().await?;
    let (digest, rows) = dump(&mut db, io::sink()).await?;
    if digest != manifest.digest || rows != manifest.rows {
        return Err(broken("恢复后的数据与备份不一致"));
    }
    for (ledger, size, root) in &manifest.ledgers {
        let ledger: LedgerId = ledger.parse().map_err(|_| broken("台账编号无法识别"))?;
        let found = (
            ledger::size(&mut db, ledger).await?,
            hex::encode(ledger::root_at(&mut db, ledger, *size).await?),
        );
        if found != (*size, root.clone()) {
            return Err(broken("恢复后的台账与清单不一致"));
        }
    }
    drop(db);
    crate::startup::check_rows_and_bundles(store)
        .await
        .map(drop)
}

/// Inserts every row in one transaction.
async fn load(engine: &Engine, folder: &Path) -> Result<()> {
    let mut session = engine.begin().await?;
    schema::locked_version(&mut session).await?;
    let used = session
        .rows(sql!(
            "SELECT 1 FROM instance UNION ALL SELECT 1 FROM ledger"
        ))
        .await?;
    if !used.is_empty() {
        return Err(broken("目标位置已有数据，恢复只能在空的位置进行"));
    }
    let tables = schema::tables();
    let mut current: Option<&Table> = None;
    let mut batch: Vec<Vec<Val>> = Vec::new();
    for line in BufReader::new(File::open(folder.join("data.jsonl"))?).lines() {
        let value: Value =
            serde_json::from_str(&line?).map_err(|_| broken("data.jsonl 有一行无法读取"))?;
        match value {
            Value::Object(header) => {
                insert(&mut session, current, &mut batch).await?;
                let name = header
                    .get("table")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                current = Some(
                    tables
                        .iter()
                        .find(|table| table.name == name)
                        .ok_or_else(|| broken("有不认识的表"))?,
                );
            }
            Value::Array(values) => {
                let table = current.ok_or_else(|| broken("数据行之前没有表名"))?;
                if values.len() != table.columns.len() {
                    return Err(broken("有一行的列数不对"));
                }
                let row: Option<Vec<Val>> = values
                    .into_iter()
                    .zip(&table.columns)
                    .map(|(value, (_, kind))| decode(*kind, value))
                    .collect();
                batch.push(row.ok_or_else(|| broken("有一行的列类型不对"))?);
                if (batch.len() + 1) * table.columns.len() > VALUES_AT_ONCE {
                    insert(&mut session, current, &mut batch).await?;
                }
            }
            _ => return Err(broken("data.jsonl 有一行不是数据")),
        }
    }
    insert(&mut session, current, &mut batch).await?;
    session.commit().await
}

async fn insert(
    session: &mut crate::engine::Session,
    table: Option<&Table>,
    batch: &mut Vec<Vec<Val>>,
) -> Result<()> {
    let Some(table) = table.filter(|_| !batch.is_empty()) else {
        return Ok(());
    };
    let mut sql = Sql::new("INSERT INTO ");
    sql.push(table.name).push(" (");
    list(&mut sql, table.columns.iter().map(|(name, _)| *name));
    sql.push(") VALUES ");
    for (n, row) in batch.drain(..).enumerate() {
        sql.push(if n == 0 { "(" } else { ", (" });
        for (m, value) in row.into_iter().enumerate() {
            sql.push(if m == 0 { "" } else { ", " }).bind_val(value);
        }
        sql.push(")");
    }
    session.execute(sql).await.map(drop)
}
