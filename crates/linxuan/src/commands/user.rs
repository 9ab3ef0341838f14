//! `linxuan user`: accounts, by whoever may run the program on the server. Passwords are never
//! typed here; a one-time link is printed instead.

use clap::{Args, Subcommand};
use service::Settings;
use service::accounts::{Device, NewAccount, OneTimeLink};

use crate::commands::Failure;
use crate::config::{Place, block_on};

#[derive(Args, Debug)]
pub(crate) struct User {
    #[command(flatten)]
    place: Place,
    /// 用户在浏览器中使用的地址；一次性链接按它生成
    #[arg(
        long,
        env = "LINXUAN_PUBLIC_URL",
        default_value = "http://127.0.0.1:8470",
        value_name = "网址",
        global = true
    )]
    public_url: String,
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// 列出账号
    List,
    /// 新建账号，输出设置密码的一次性链接
    Create {
        /// 账号：3 至 32 个小写字母、数字或 . - _
        #[arg(value_name = "账号")]
        login: String,
        /// 姓名
        #[arg(value_name = "姓名")]
        name: String,
    },
    /// 停用账号，已登录的立即退出
    Disable {
        /// 账号
        #[arg(value_name = "账号")]
        login: String,
    },
    /// 重新启用账号
    Enable {
        /// 账号
        #[arg(value_name = "账号")]
        login: String,
    },
    /// 重置密码，输出一次性链接
    Reset {
        /// 账号
        #[arg(value_name = "账号")]
        login: String,
        /// 动态口令设备已丢失，一并解除
        #[arg(long)]
        device_lost: bool,
    },
}

impl User {
    pub(crate) fn run(self) -> Result<(), Failure> {
        block_on(async {
            let public_url = self.public_url.trim_end_matches('/').to_owned();
            let service = self
                .place
                .service(Settings {
                    public_url,
                    ..Settings::default()
                })
                .await?;
            let ctx = service.console();
            match self.act {
                Act::List => {
                    let mut after = None;
                    loop {
                        let (lines, next) = service.accounts(&ctx, None, after).await?;
                        for line in lines {
                            let roles: Vec<_> =
                                line.grants.iter().map(|grant| grant.role.zh()).collect();
                            say!(
                                "{}\t{}\t{}\t{}",
                                line.login,
                                line.name,
                                line.status.zh(),
                                roles.join("、")
                            );
                        }
                        match next {
                            Some(cursor) => after = Some(cursor),
                            None => break,
                        }
                    }
                }
                Act::Create { login, name } => {
                    let new = NewAccount {
                        login,
                        name,
                        ..NewAccount::default()
                    };
                    let (_, link) = service.create_account(&ctx, &new).await?;
                    print(&link);
                }
                Act::Disable { login } => {
                    let account = service.account_by_login(&ctx, &login).await?;
                    service.disable_account(&ctx, account.id).await?;
                    say!("已停用 {login}，其登录已全部退出。");
                }
                Act::Enable { login } => {
                    let account = service.account_by_login(&ctx, &login).await?;
                    service.enable_account(&ctx, account.id).await?;
                    say!("已启用 {login}。");
                }
                Act::Reset { login, device_lost } => {
                    let account = service.account_by_login(&ctx, &login).await?;
                    let device = if device_lost {
                        Device::Lost
                    } else {
                        Device::Kept
                    };
                    print(&service.reset_account(&ctx, account.id, device).await?);
                }
            }
            Ok(())
        })
    }
}

fn print(link: &OneTimeLink) {
    say!(
        "请把下面的一次性链接交给 {}（账号 {}），由本人打开并设置密码：\n{}",
        link.name,
        link.login,
        link.address
    );
}
