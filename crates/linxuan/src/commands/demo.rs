//! `linxuan demo`: a populated installation of synthetic data, served at once; the same again, days later, so that
//! what takes its days can be seen.

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
    /// 演示数据放在哪里；不写即用一个新的临时目录，写上次演示的目录即接着演示
    #[arg(long, value_name = "目录")]
    data: Option<PathBuf>,
    /// 监听地址
    #[arg(long, default_value = "127.0.0.1:8470", value_name = "地址:端口")]
    listen: SocketAddr,
    /// 演示时钟比本机快多少天，例如快 8 天，便看得到公示期满
    #[arg(long, default_value_t = 0, value_name = "天数", value_parser = clap::value_parser!(u16).range(..=3660))]
    days: u16,
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
            let clock = SystemClock::shifted(i64::from(self.days) * 86_400);
            let config = StoreConfig::folder(&data, clock.now());
            let settings = Settings {
                public_url: format!("http://{}", self.listen),
                demonstration: true,
                ..Settings::default()
            };
            let store = Store::open(config).await?;
            let service = Service::new(
                store,
                shipped_packs()?,
                Arc::new(clock),
                Arc::new(entropy),
                settings,
            );
            let (logins, password) = if service.is_demonstration().await? {
                (Vec::new(), "与上次演示相同")
            } else {
                (service.fill_demonstration(&password).await?, &*password)
            };
            say!("演示数据在 {}，全部为虚构。", data.display());
            say!("网址：http://{}", self.listen);
            say!("密码（各岗位相同）：{password}");
            for login in logins {
                say!("  {:<12} {} {}", login.login, login.role.zh(), login.pool);
            }
            serve::serve(service, Transport::Plain, listener, began).await
        })
    }
}
