//! Throw-away stores on both engines, for tests here and in the crates above.
//!
//! PostgreSQL is a cluster of our own: made by `initdb` in a temporary folder, reachable only
//! through a socket in it, asked for its data folder before the first statement, and stopped by a
//! guard process when the test process ends, however it ends.

use std::future::Future;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tempfile::TempDir;

use crate::engine::{Engine, Kind, Location};
use crate::ledger::{Actor, Event, Object, Outcome};
use crate::store::{Store, StoreConfig};
use crate::{Result, sql};

/// A fixed instant for tests: 2026-11-22 09:00 in Shanghai.
pub fn now() -> Timestamp {
    Timestamp::from_millisecond(1_795_309_200_000).expect("in range")
}

/// A store that vanishes with its folder.
pub struct TestStore {
    /// The open store.
    pub store: Store,
    /// What it was opened with; `Store::open` with it opens the same data again.
    pub config: StoreConfig,
    folder: Arc<TempDir>,
}

impl TestStore {
    /// A fresh store on one engine.
    pub async fn open(kind: Kind) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("linxuan-store-")
            .tempdir()
            .expect("temporary folder");
        let folder = Arc::new(folder);
        let mut config = StoreConfig::folder(folder.path().join("data"), now());
        if kind == Kind::Postgres {
            config.database = Some(Cluster::shared().database().await);
        }
        let store = Store::open(config.clone())
            .await
            .expect("a fresh store opens");
        Self {
            store,
            config,
            folder,
        }
    }

    /// A folder for this test's own files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Opens the same data once more, as a second server would.
    pub async fn again(&self) -> Result<Store> {
        Store::open(self.config.clone()).await
    }
}

/// Runs a test on a fresh store of each engine, one after the other.
pub async fn on_both<F, Fut>(test: F)
where
    F: Fn(TestStore) -> Fut,
    Fut: Future<Output = ()>,
{
    for kind in [Kind::Sqlite, Kind::Postgres] {
        // Shown only when the test fails.
        println!("on {kind:?}");
        let t = TestStore::open(kind).await;
        // A test that uses only some fields drops the others at its start.
        let _folder = Arc::clone(&t.folder);
        test(t).await;
    }
}

/// A configuration of an empty place on one engine, not opened yet.
pub async fn empty_place(kind: Kind, folder: &Path) -> StoreConfig {
    let mut config = StoreConfig::folder(folder.join("data"), now());
    if kind == Kind::Postgres {
        config.database = Some(Cluster::shared().database().await);
    }
    config
}

/// An event for tests that need one.
pub fn event(action: &str, at: Timestamp) -> Event {
    Event {
        action: action.into(),
        actor: Actor {
            factors: "password".into(),
            id: "tester".into(),
            role: "officer".into(),
            unit: String::new(),
        },
        object: Object {
            id: "object-1".into(),
            kind: "thing".into(),
        },
        outcome: Outcome::Done,
        at,
        body: serde_json::json!({ "note": action }),
    }
}

/// Runs one statement past the door, as a database administrator would.
pub async fn tamper(store: &Store, script: &str) -> Result<()> {
    store
        .inner
        .engine
        .outside_transaction()
        .await?
        .script(script.to_owned())
        .await
}

/// Prepares a statement without running it.
pub async fn prepare(store: &Store, text: &str) -> Result<()> {
    store
        .inner
        .engine
        .outside_transaction()
        .await?
        .prepare(text.to_owned())
        .await
}

/// A PostgreSQL cluster for this process.
pub struct Cluster {
    folder: PathBuf,
    binaries: PathBuf,
    databases: AtomicU32,
    /// Holds the guard's input open; it stops the cluster when this process ends.
    _guard: std::process::Child,
}

const MISSING: &str = "没有找到 PostgreSQL 的 initdb 与 postgres，存储契约测试不能只跑一半。请运行 cargo xtask test，它会先装好所需程序。";

/// Waits for its input to end, then stops the server and removes the folder.
const GUARD: &str = r#"
trap '' INT TERM
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c max_connections=300 \
    -c log_min_messages=warning >"$2/log" 2>&1 &
cat >/dev/null
kill -QUIT $!
wait
rm -rf "$2"
"#;

impl Cluster {
    /// The cluster of this process, started at first use.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start: half a contract suite proves nothing.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| Self::start().unwrap_or_else(|why| panic!("{why}")))
    }

    fn start() -> Result<Self, String> {
        let binaries = binaries().ok_or(MISSING)?;
        let folder = tempfile::Builder::new()
            .prefix("linxuan-pg-")
            .tempdir()
            .map_err(|e| e.to_string())?
            .keep();
        // PostgreSQL refuses to run as root.
        let as_user = std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
        if as_user {
            let chown = Command::new("chown").arg("postgres:").arg(&folder).status();
            if !chown.is_ok_and(|status| status.success()) {
                return Err(
                    "以 root 运行测试时需要系统用户 postgres。请运行 cargo xtask test。".into(),
                );
            }
        }
        let command = |program: &Path| {
            let mut command = if as_user {
                Command::new("setpriv")
            } else {
                Command::new(program)
            };
            if as_user {
                command
                    .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
                    .arg(program);
            }
            command
                .current_dir("/")
                .env_clear()
                .env("PATH", "/usr/bin:/bin")
                .env("LC_ALL", "C");
            command
        };
        let made = command(&binaries.join("initdb"))
            .args([
                "-U",
                "linxuan",
                "--auth=trust",
                "--no-sync",
                "-E",
                "UTF8",
                "--locale=C",
                "-D",
            ])
            .arg(folder.join("data"))
            .output()
            .map_err(|e| e.to_string())?;
        if !made.status.success() {
            return Err(format!(
                "initdb 失败：{}",
                String::from_utf8_lossy(&made.stderr)
            ));
        }
        let guard = command(Path::new("/bin/sh"))
            .args(["-c", GUARD, "guard"])
            .arg(&binaries)
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| e.to_string())?;
        let cluster = Self {
            folder,
            binaries,
            databases: AtomicU32::new(0),
            _guard: guard,
        };
        let deadline = Instant::now() + Duration::from_secs(30);
        while !cluster
            .client("pg_isready")
            .status()
            .is_ok_and(|status| status.success())
        {
            if Instant::now() > deadline {
                let log = std::fs::read_to_string(cluster.folder.join("log")).unwrap_or_default();
                return Err(format!("PostgreSQL 没有在 30 秒内启动：{log}"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(cluster)
    }

    /// Kills one working process of the cluster with SIGKILL, as a crash would: PostgreSQL ends every
    /// other one, recovers from its log and goes on. Returns false when nobody was connected.
    pub fn crash(&self) -> bool {
        let number = |path: PathBuf| -> Option<u32> {
            let text = std::fs::read_to_string(path).ok()?;
            text.split_ascii_whitespace().next()?.parse().ok()
        };
        let Some(first) = number(self.folder.join("data/postmaster.pid")) else {
            return false;
        };
        let children = std::fs::read_to_string(format!("/proc/{first}/task/{first}/children"));
        let backend = children.ok().and_then(|children| {
            // The youngest serves a client; the first few keep the cluster going.
            children
                .split_ascii_whitespace()
                .skip(6)
                .last()
                .map(str::to_owned)
        });
        let killed = backend.map(|id| Command::new("kill").args(["-KILL", &id]).status());
        killed.is_some_and(|status| status.is_ok_and(|status| status.success()))
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.join(program));
        command
            .arg("-h")
            .arg(&self.folder)
            .args(["-U", "linxuan"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// The URL of a fresh, empty database on this very cluster.
    pub async fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let made = self
            .client("createdb")
            .arg(&name)
            .status()
            .expect("createdb runs");
        assert!(made.success(), "createdb {name}");
        let url = format!(
            "postgres://linxuan@localhost/{name}?host={}",
            self.folder.display()
        );
        let engine = Engine::connect(&Location::Url(url.clone()))
            .await
            .expect("the cluster answers");
        let rows = engine
            .read(sql!("SELECT current_setting('data_directory')"))
            .await
            .expect("readable");
        let found: String = rows[0].get(0).expect("text");
        assert_eq!(
            Path::new(&found),
            self.folder.join("data"),
            "connected to a foreign PostgreSQL"
        );
        engine.close().await;
        url
    }
}

/// The newest PostgreSQL binaries: in PATH, else where Debian keeps them.
fn binaries() -> Option<PathBuf> {
    let in_path = std::env::var_os("PATH")
        .into_iter()
        .flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let mut debian: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    debian.sort();
    let programs = ["initdb", "postgres", "createdb", "pg_isready"];
    in_path
        .chain(debian.into_iter().rev())
        .find(|folder| programs.iter().all(|program| folder.join(program).exists()))
}
