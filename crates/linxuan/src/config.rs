//! Where the data is, and how the service over it is opened.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use service::port::{Clock as _, SystemClock, SystemEntropy};
use service::{Packs, Service, Settings};
use store::{Store, StoreConfig};

use crate::commands::Failure;

/// Where data, database and keys are.
#[derive(Args, Clone, Debug)]
pub(crate) struct Place {
    /// 数据目录
    #[arg(
        long,
        env = "LINXUAN_DATA",
        default_value = "data",
        value_name = "目录",
        global = true
    )]
    pub(crate) data: PathBuf,
    /// 数据库地址；不写即用数据目录中的 SQLite 文件
    #[arg(
        long,
        env = "LINXUAN_DATABASE",
        value_name = "地址",
        hide_env_values = true,
        global = true
    )]
    pub(crate) database: Option<String>,
    /// 密钥目录；不写即为数据目录旁的“<数据目录>-keys”
    #[arg(long, env = "LINXUAN_KEYS", value_name = "目录", global = true)]
    pub(crate) keys: Option<PathBuf>,
}

impl Place {
    /// As the store takes it.
    pub(crate) fn store_config(&self) -> StoreConfig {
        let mut config = StoreConfig::folder(&self.data, SystemClock::default().now());
        config.database = self.database.clone();
        if let Some(keys) = &self.keys {
            config.keys.clone_from(keys);
        }
        config
    }

    /// Makes this the only server of the data folder. Servers on one PostgreSQL share the work and
    /// need no such lock.
    pub(crate) fn be_alone(&self) -> Result<Option<File>, Failure> {
        match self.database {
            Some(_) => Ok(None),
            None => be_alone(&self.data).map(Some),
        }
    }

    /// Opens the store.
    pub(crate) async fn open(&self) -> Result<Store, Failure> {
        Ok(Store::open(self.store_config()).await?)
    }

    /// Opens the store with all use cases over it.
    pub(crate) async fn service(&self, settings: Settings) -> Result<Service, Failure> {
        let store = self.open().await?;
        let packs = shipped_packs()?;
        Ok(Service::new(
            store,
            packs,
            Arc::new(SystemClock::default()),
            Arc::new(SystemEntropy),
            settings,
        ))
    }
}

/// Makes this the only server of a data folder, until the file returned is dropped or the process
/// ends, however it ends.
pub(crate) fn be_alone(data: &Path) -> Result<File, Failure> {
    let place = data.display();
    let lock = std::fs::create_dir_all(data).and_then(|()| {
        let path = data.join("linxuan.lock");
        let mut options = File::options();
        options.create(true).truncate(false).write(true).open(path)
    });
    let lock = lock.map_err(|cause| {
        Failure::Refused(format!(
            "没有启动：不能写入数据目录 {place}（{cause}）。请检查目录的所有者、权限与剩余空间。"
        ))
    })?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Failure::Refused(format!(
            "没有启动：数据目录 {place} 正由另一个 linxuan 网站使用，两个同时运行会互相等待。请先停止那一个；要多台服务器同时运行，请改用 PostgreSQL（--database）。"
        ))),
        Err(TryLockError::Error(cause)) => Err(Failure::Refused(format!(
            "没有启动：数据目录 {place} 不能加锁（{cause}）。请把数据放在本机磁盘上。"
        ))),
    }
}

/// The packs this program carries.
pub(crate) fn shipped_packs() -> Result<Packs, Failure> {
    let mut packs = Vec::new();
    for shipped in domain::policy::library::SHIPPED {
        let pack = domain::policy::check(shipped.pack)
            .map_err(|problems| {
                anyhow::anyhow!("{} 处问题，先是 {:?}", problems.len(), problems.first())
            })
            .with_context(|| format!("随程序的规则包 {} 不成立", shipped.id))?;
        packs.push(pack);
    }
    Ok(Packs::new(packs))
}

/// Runs a command that waits for input and output.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("不能启动运行环境")?;
    runtime.block_on(async {
        survive_file_limits().context("不能接收系统信号")?;
        work.await
    })
}

/// A limit on file sizes is answered like a full disk, by the write that meets it. Without a handler
/// the system would end the whole program there.
fn survive_file_limits() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    // The handler stays when this listener is dropped.
    signal(SignalKind::from_raw(SIGXFSZ)).map(drop)
}

/// Number of the signal on every Linux but MIPS and PA-RISC, which this program is not made for.
const SIGXFSZ: i32 = 25;
