//! `linxuan demo`: a populated installation of synthetic data, served at once.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use service::port::{Clock as _, Entropy, SystemClock, SystemEntropy};
use service::{Service, Settings};
use store::{Store, StoreConfig};
use web::security::Transport;

use crate::commands::{Failure, serve};
use crate::config::{be_alone, block_on, shipped_packs};
use crate::telemetry::{self, LogFormat};

#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// 演示数据放在哪里；不写即用一个新的临时目录
    #[arg(long, value_name = "目录")]
    data: Option<PathBuf>,
    /// 监听地址
    #[arg(long, default_value = "127.0.0.1:8470", value_name = "地址:端口")]
    listen: SocketAddr,
}

impl Demo {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let began = Instant::now();
        telemetry::start("warn", LogFormat::default()).map_err(Failure::Usage)?;
        if !self.listen.ip().is_loopback() {
            return Err(Failure::Usage(
                "没有启动：演示只能在本机使用，请把 --listen 写成 127.0.0.1 上的地址。".to_owned(),
            ));
        }
        let entropy = SystemEntropy;
        let mut random = [0; 6];
        entropy.fill(&mut random);
        let password = format!("Yan-shi-{}", hex::encode(random));
        let data = self.data.clone().unwrap_or_else(|| {
            std::env::temp_dir().join(format!("linxuan-demo-{}", hex::encode(random)))
        });
        block_on(async {
            let listener = serve::listen(self.listen).await?;
            let _alone = be_alone(&data)?;
            let config = StoreConfig::folder(&data, SystemClock::default().now());
            let settings = Settings {
                public_url: format!("http://{}", self.listen),
                demonstration: true,
                ..Settings::default()
            };
            let store = Store::open(config).await?;
            let service = Service::new(
                store,
                shipped_packs()?,
                Arc::new(SystemClock::default()),
                Arc::new(entropy),
                settings,
            );
            let logins = service.fill_demonstration(&password).await?;
            say!("演示数据在 {}，全部为虚构。", data.display());
            say!("网址：http://{}", self.listen);
            say!("密码（各岗位相同）：{password}");
            for login in logins {
                say!("  {:<10} {}", login.login, login.role.zh());
            }
            serve::serve(service, Transport::Plain, listener, began).await
        })
    }
}
