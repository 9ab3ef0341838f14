//! `linxuan serve`: the web site and its scheduled work.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Args;
use service::outbox::Channels;
use service::{Service, Settings};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use web::security::Transport;
use web::state::App;

use crate::channels;
use crate::commands::Failure;
use crate::config::{Place, block_on};
use crate::telemetry::{self, LogFormat};

/// How often scheduled work is looked for.
const TICK: Duration = Duration::from_secs(5);
/// How long requests under way may take after the program was told to stop.
const GRACE: Duration = Duration::from_secs(20);
/// How long the database may take to be closed after that.
const CLOSING: Duration = Duration::from_secs(10);

#[derive(Args, Debug)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) place: Place,
    /// 监听地址
    #[arg(
        long,
        env = "LINXUAN_LISTEN",
        default_value = "127.0.0.1:8470",
        value_name = "地址:端口"
    )]
    pub(crate) listen: SocketAddr,
    /// 用户在浏览器中使用的地址，例如 https://zjk.example.gov.cn；一次性链接按它生成
    #[arg(long, env = "LINXUAN_PUBLIC_URL", value_name = "网址")]
    pub(crate) public_url: Option<String>,
    /// 前面有启用 HTTPS 的反向代理，代理到本程序这一段不加密
    #[arg(long, env = "LINXUAN_INSECURE_BEHIND_PROXY")]
    pub(crate) insecure_behind_proxy: bool,
    /// 消息渠道文件（TOML）：邮件服务器、短信网关；不写即只记录、不发出
    #[arg(long, env = "LINXUAN_CHANNELS", value_name = "文件")]
    pub(crate) channels: Option<PathBuf>,
    /// 中文字体目录，先于系统字体查找
    #[arg(long, env = "LINXUAN_FONTS_DIR", value_name = "目录")]
    pub(crate) fonts_dir: Option<PathBuf>,
    /// 日志级别
    #[arg(long, env = "LINXUAN_LOG", default_value = "info", value_name = "级别")]
    pub(crate) log: String,
    /// 日志格式
    #[arg(
        long,
        env = "LINXUAN_LOG_FORMAT",
        value_enum,
        default_value_t,
        value_name = "格式"
    )]
    pub(crate) log_format: LogFormat,
}

impl Serve {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let began = Instant::now();
        telemetry::start(&self.log, self.log_format).map_err(Failure::Usage)?;
        let (settings, transport) = self.site()?;
        block_on(async {
            let listener = listen(self.listen).await?;
            let _alone = self.place.be_alone()?;
            let service = self.place.service(settings).await?;
            serve(service, transport, listener, began).await
        })
    }

    /// What the site is called from outside, and how requests reach it.
    fn site(&self) -> Result<(Settings, Transport), Failure> {
        if !self.listen.ip().is_loopback() && !self.insecure_behind_proxy {
            return Err(Failure::Usage(format!(
                "没有启动：监听地址 {} 可从外部访问，而本程序不加密传输，口令和证件号会被窃听。\
                 请改为监听 127.0.0.1，并在前面配置启用 HTTPS 的反向代理；代理在另一台机器上时，\
                 确认两者之间的网络可信，再加 --insecure-behind-proxy。",
                self.listen
            )));
        }
        let public_url = match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None if self.insecure_behind_proxy => {
                return Err(Failure::Usage(
                    "没有启动：在反向代理后面运行时，要用 --public-url 写明用户使用的网址，例如 https://zjk.example.gov.cn。".to_owned(),
                ));
            }
            None => format!("http://{}", self.listen),
        };
        let transport = match public_url.strip_prefix("https://") {
            Some(_) => Transport::Tls {
                origins: vec![public_url.clone()],
            },
            None if self.insecure_behind_proxy => {
                return Err(Failure::Usage(format!(
                    "没有启动：{public_url} 不是 https 网址，登录信息会以明文在网络上传输。请在代理上启用 HTTPS，并相应修改 --public-url。"
                )));
            }
            None => Transport::Plain,
        };
        let channels = match &self.channels {
            Some(file) => channels::read(file)?,
            None => Channels::default(),
        };
        Ok((
            Settings {
                public_url,
                channels,
                fonts_dir: self.fonts_dir.clone(),
                ..Settings::default()
            },
            transport,
        ))
    }
}

/// Takes the port before anything else is touched.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    use std::io::ErrorKind;
    TcpListener::bind(address).await.map_err(|cause| {
        Failure::Refused(match cause.kind() {
            ErrorKind::AddrInUse => format!(
                "没有启动：{address} 已被占用，可能本程序已在运行，或别的程序用了这个端口。请停止它，或用 --listen 换一个端口。"
            ),
            ErrorKind::AddrNotAvailable => format!(
                "没有启动：本机没有 {} 这个地址。请用 --listen 写本机的地址，例如 127.0.0.1:8470。",
                address.ip()
            ),
            ErrorKind::PermissionDenied => format!(
                "没有启动：没有权限使用端口 {}。请用 --listen 换一个 1024 以上的端口，由反向代理转发。",
                address.port()
            ),
            _ => format!("没有启动：不能监听 {address}（{cause}）。请用 --listen 换一个地址或端口。"),
        })
    })
}

/// Serves until told to stop; scheduled work runs beside it.
pub(crate) async fn serve(
    service: Service,
    transport: Transport,
    listener: TcpListener,
    began: Instant,
) -> Result<(), Failure> {
    // Before anybody is told that it is up: whoever starts it may stop it at once.
    let mut signals = Signals::listen().context("不能接收停止信号")?;
    let app = App::new(service.clone(), transport).await?;
    let router = web::app(&app).context("网址不能识别")?;
    let address = listener.local_addr().context("没有监听地址")?;
    say!(
        "已在 {} 毫秒内启动：http://{address}",
        began.elapsed().as_millis()
    );
    if let Some(link) = service.set_up_link().await? {
        say!(
            "首次使用，请在浏览器中打开下面的一次性链接完成设置（72 小时内有效，重启后以新链接为准）：\n{link}"
        );
    }
    let warming = service.clone();
    let warming = tokio::spawn(async move {
        // Not needed to serve: the first question would read what is missing.
        if let Err(error) = warming.warm_up().await {
            tracing::warn!(%error, "rosters not read ahead");
        }
    });
    let (stop, stopped) = watch::channel(());
    let schedule = tokio::spawn(run_schedule(service.clone(), stopped.clone()));
    let mut told = stopped;
    let mut serving = tokio::spawn(web::serve(listener, router, async move {
        // An error says that the sender is gone, which means the same.
        let _ = told.changed().await;
    }));
    signals.stop().await;
    tracing::info!("stopping");
    drop(stop);
    warming.abort();
    match tokio::time::timeout(GRACE, &mut serving).await {
        Ok(ended) => ended.context("网站任务中断")?.context("网站中断")?,
        Err(_) => {
            serving.abort();
            tracing::warn!("requests still running were cut off");
        }
    }
    schedule.await.context("定时任务中断")?;
    // The last connection takes what SQLite still keeps beside its file into it.
    if tokio::time::timeout(CLOSING, service.close())
        .await
        .is_err()
    {
        tracing::warn!("the database was still in use; nothing acknowledged is lost");
    }
    Ok(())
}

/// Whoever tells it to stop is gone.
fn has_ended(stopped: &watch::Receiver<()>) -> bool {
    stopped.has_changed().is_err()
}

async fn run_schedule(service: Service, mut stopped: watch::Receiver<()>) {
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => while service.run_schedule(&service.schedule()).await && !has_ended(&stopped) {},
            _ = stopped.changed() => break,
        }
    }
}

/// What tells a server to stop: Ctrl-C, or a service manager.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn stop(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
