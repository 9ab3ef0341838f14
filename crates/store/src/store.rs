//! The store: one database, its keys, its files. Cheap to clone.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use crate::door::WriteTx;
use crate::engine::{Engine, Kind, Location, Session};
use crate::error::{Error, Result};
use crate::files::Files;
use crate::keys::{KeyError, KeyFolder, KeyProvider, Material};
use crate::ledger::{Head, Heads, LedgerError, LedgerId, PublicKey, Signer};
use crate::schema;
use crate::sealed::Seals;
use crate::sql::{Row, Sql};
use crate::{sql, startup};

/// Where everything is.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// The database; `None` is `linxuan.db` in the data folder.
    pub database: Option<String>,
    /// Folder of the database (SQLite) and of files.
    pub data: PathBuf,
    /// Folder of keys and ledger heads, outside the data folder.
    pub keys: PathBuf,
    /// The server's clock, for the dates of the instance and its keys.
    pub now: jiff::Timestamp,
}

impl StoreConfig {
    /// SQLite in `data`, keys beside it in `<data>-keys`.
    pub fn folder(data: impl Into<PathBuf>, now: jiff::Timestamp) -> Self {
        let data = data.into();
        let mut keys = data.clone().into_os_string();
        keys.push("-keys");
        Self {
            database: None,
            data,
            keys: keys.into(),
            now,
        }
    }

    pub(crate) fn location(&self) -> Location {
        match &self.database {
            Some(url) => Location::Url(url.clone()),
            None => Location::File(self.data.join("linxuan.db")),
        }
    }
}

pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) seals: Seals,
    pub(crate) signer: Signer,
    pub(crate) heads: Heads,
    pub(crate) files: Files,
}

/// An open store.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("engine", &self.kind())
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens or creates a store: connects, migrates, finds or makes the keys, and compares every
    /// ledger with its head outside the database.
    ///
    /// # Errors
    /// A newer database, missing or foreign keys next to data, a database older than its ledger
    /// heads, or anything of the engine.
    pub async fn open(config: StoreConfig) -> Result<Self> {
        let keys = KeyFolder::new(&config.keys, &config.data)?;
        let store = Self::connect(&config, &keys).await?;
        startup::compare_heads(&store).await?;
        Ok(store)
    }

    pub(crate) async fn connect(config: &StoreConfig, keys: &dyn KeyProvider) -> Result<Self> {
        std::fs::create_dir_all(&config.data)?;
        let engine = Engine::connect(&config.location()).await?;
        schema::migrate(&engine).await?;
        let (material, name) = Self::instance(&engine, keys, config.now).await?;
        let seals = Seals::new(&material);
        let broken = || KeyError::Broken(keys.place().join("ledger.key"));
        let signer = Signer::new(&name, &material.signing).ok_or_else(broken)?;
        let heads = Heads::new(keys.place().join("heads"), signer.public().clone())?;
        let files = Files::folder(&config.data.join("files"))?;
        let inner = Inner {
            engine,
            seals,
            signer,
            heads,
            files,
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Pairs the database with its keys. New keys are made only for a database that never had any.
    async fn instance(
        engine: &Engine,
        keys: &dyn KeyProvider,
        now: jiff::Timestamp,
    ) -> Result<(Material, String)> {
        let mut session = engine.begin().await?;
        schema::locked_version(&mut session).await?;
        let rows = session
            .rows(sql!(
                "SELECT name, root_check FROM instance WHERE id = 'this'"
            ))
            .await?;
        let paired = rows
            .first()
            .map(|row| Ok::<_, Error>((row.get::<String>(0)?, row.get::<String>(1)?)))
            .transpose()?;
        let material = match (keys.load()?, &paired) {
            (Some(material), _) => material,
            (None, Some(_)) => return Err(KeyError::Missing(keys.place().to_owned()).into()),
            (None, None) => {
                let material = Material::generate();
                keys.create(&material)?;
                material
            }
        };
        let check = Seals::new(&material).check_value();
        let name = match paired {
            Some((_, expected)) if expected != check => {
                return Err(KeyError::Foreign(keys.place().to_owned()).into());
            }
            Some((name, _)) => name,
            None => {
                let name = format!("linxuan/{}", uuid::Uuid::now_v7().simple());
                session
                    .execute(sql!(
                        "INSERT INTO instance (id, name, root_check, created_at) VALUES ('this', $1, $2, $3)",
                        &name,
                        check,
                        now
                    ))
                    .await?;
                Head::open(&mut session, LedgerId::System).await?;
                name
            }
        };
        if let Some(signer) = Signer::new(&name, &material.signing) {
            let PublicKey { name, point } = signer.public();
            session
                .execute(sql!(
                    "INSERT INTO ledger_key (fingerprint, name, point, since) SELECT $1, $2, $3, $4 \
                     WHERE NOT EXISTS (SELECT 1 FROM ledger_key WHERE fingerprint = $1)",
                    signer.public().fingerprint(),
                    name,
                    point.clone(),
                    now
                ))
                .await?;
        }
        session.commit().await?;
        Ok((material, name))
    }

    /// The engine underneath.
    pub fn kind(&self) -> Kind {
        self.inner.engine.kind()
    }

    /// Seals, opens and indexes sensitive fields.
    pub fn seals(&self) -> &Seals {
        &self.inner.seals
    }

    /// Checks this installation's checkpoints.
    pub fn public_key(&self) -> &PublicKey {
        self.inner.signer.public()
    }

    /// Stored files.
    pub fn files(&self) -> &Files {
        &self.inner.files
    }

    /// A handle for reading; every statement sees the latest committed state.
    pub fn read(&self) -> Read {
        Read {
            engine: self.inner.engine.clone(),
        }
    }

    /// A handle for reading one unchanging state. It holds a connection until dropped.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        Ok(Snapshot {
            session: self.inner.engine.snapshot().await?,
        })
    }

    /// The write door: waits until this is the only writer of the ledger (on SQLite: of the
    /// database), then hands out the transaction.
    ///
    /// # Errors
    /// [`Error::Busy`] after 20 seconds of waiting; [`LedgerError::Unknown`] for no such pool.
    pub async fn write(&self, ledger: impl Into<LedgerId>) -> Result<WriteTx> {
        let ledger = ledger.into();
        self.inner.heads.settle(ledger)?;
        let mut session = self.inner.engine.begin().await?;
        let head = Head::lock(&mut session, ledger).await?;
        let mut tx = WriteTx::new(self.clone(), session, Some(head));
        if let Some(known) = self.inner.heads.read(ledger)? {
            tx.extends(&known).await?;
        }
        Ok(tx)
    }

    /// A transaction for what leaves no trace in a ledger: sessions, drafts, saved filters,
    /// delivery states, leases. It locks no ledger and cannot append.
    pub async fn upkeep(&self) -> Result<WriteTx> {
        let session = self.inner.engine.begin().await?;
        Ok(WriteTx::new(self.clone(), session, None))
    }

    /// Gives the planner fresh statistics; worth doing after a large import.
    pub async fn analyse(&self) -> Result<()> {
        let text = crate::dialect::analyse(self.kind());
        self.inner
            .engine
            .outside_transaction()
            .await?
            .script(text.to_owned())
            .await
    }

    /// Proves that the stored ledgers are whole: every leaf, subtree, checkpoint, body and index
    /// column is recomputed. Returns the sizes.
    pub async fn check_ledgers(&self) -> Result<Vec<(LedgerId, u64)>> {
        startup::check_ledgers(self).await
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.inner.engine.close().await;
    }
}

/// Anything statements can be read through: [`Read`], [`Snapshot`] or [`WriteTx`].
pub trait Db: Send {
    /// All rows of a statement.
    fn rows(&mut self, sql: Sql) -> impl Future<Output = Result<Vec<Row>>> + Send;
    /// Visits row by row without holding them all.
    fn each(
        &mut self,
        sql: Sql,
        visit: &mut (dyn FnMut(Row) -> Result<()> + Send),
    ) -> impl Future<Output = Result<()>> + Send;
    /// The engine underneath.
    fn kind(&self) -> Kind;
}

/// Reads the latest committed state, statement by statement. Cheap to clone.
#[derive(Clone)]
pub struct Read {
    engine: Engine,
}

impl Db for Read {
    async fn rows(&mut self, sql: Sql) -> Result<Vec<Row>> {
        self.engine.read(sql).await
    }
    async fn each(
        &mut self,
        sql: Sql,
        visit: &mut (dyn FnMut(Row) -> Result<()> + Send),
    ) -> Result<()> {
        self.engine.each(sql, visit).await
    }
    fn kind(&self) -> Kind {
        self.engine.kind()
    }
}

/// Reads one unchanging state.
pub struct Snapshot {
    session: Session,
}

impl Db for Snapshot {
    async fn rows(&mut self, sql: Sql) -> Result<Vec<Row>> {
        self.session.rows(sql).await
    }
    async fn each(
        &mut self,
        sql: Sql,
        visit: &mut (dyn FnMut(Row) -> Result<()> + Send),
    ) -> Result<()> {
        self.session.each(sql, visit).await
    }
    fn kind(&self) -> Kind {
        self.session.kind()
    }
}

/// Accepting a database that contradicts its ledger heads, after a real disaster.
#[derive(Debug, Clone)]
pub struct Recovery {
    /// Three different people.
    pub approved_by: Vec<String>,
    /// Why the newer data cannot be had.
    pub reason: String,
}

impl Store {
    /// Opens a store whose ledgers are behind or beside their heads, and says so for ever: each
    /// such ledger gets a `ledger.recovered` entry with the head it lost, before any other write.
    ///
    /// # Errors
    /// [`LedgerError::Unapproved`] without three different approvers and a reason.
    pub async fn recover(
        config: StoreConfig,
        recovery: &Recovery,
    ) -> Result<(Self, Vec<LedgerId>)> {
        let people: std::collections::BTreeSet<&str> = recovery
            .approved_by
            .iter()
            .map(|name| name.trim())
            .filter(|name| !name.is_empty())
            .collect();
        if people.len() < 3 || recovery.reason.trim().is_empty() {
            return Err(LedgerError::Unapproved.into());
        }
        let keys = KeyFolder::new(&config.keys, &config.data)?;
        let store = Self::connect(&config, &keys).await?;
        let recovered = startup::recover(&store, recovery, config.now).await?;
        startup::compare_heads(&store).await?;
        Ok((store, recovered))
    }
}
