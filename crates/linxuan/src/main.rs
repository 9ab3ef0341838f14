//! The `linxuan` program.

/// Prints a line of the answer; see [`commands::say`].
macro_rules! say {
    ($($words:tt)*) => {
        $crate::commands::say(format_args!($($words)*))
    };
}

mod channels;
mod commands;
mod config;
mod telemetry;
mod words;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

/// 遴选：专家库管理与抽取
#[derive(Debug, Parser)]
#[command(name = "linxuan", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 规则包：检查、试运行、对照条文、比较、判断
    Pack(commands::pack::PackCommand),
    /// 随机抽取：名单、使用需求进，可复核的抽取记录出；不用数据库
    Draw(commands::draw::DrawCommand),
    /// 生成一方的随机数与密签
    Share(commands::share::ShareCommand),
    /// 复核抽取记录或留痕包
    Verify(commands::verify::VerifyCommand),
    /// 启动带演示数据的网站，打印每个岗位的登录名和密码
    Demo(commands::demo::Demo),
    /// 启动网站
    Serve(commands::serve::Serve),
    /// 管理登录账号（在服务器本机执行）
    User(commands::user::User),
    /// 检查数据库、密钥、台账和运行环境
    Doctor(commands::doctor::Doctor),
    /// 导入专家名册：先预检，加 --commit 才写入
    Import(commands::import::Import),
    /// 导出专家名单
    Export(commands::export::Export),
    /// 备份到一个新目录；不影响正在运行的网站
    Backup(commands::backup::Backup),
    /// 把备份恢复到空的数据目录或数据库，并逐条核验
    Restore(commands::restore::Restore),
    /// 输出接口说明（OpenAPI，JSON）
    Openapi(commands::openapi::Openapi),
}

fn main() -> ExitCode {
    // A child process that reads a foreign file does nothing else.
    if let Some(code) = documents::worker::main(std::env::args_os()) {
        return code;
    }
    let CommandLine { command } = match CommandLine::try_parse() {
        Ok(line) => line,
        Err(error) => return misunderstood(&error),
    };
    let ended = match command {
        Command::Pack(command) => command.run(),
        Command::Draw(command) => command.run(),
        Command::Share(command) => command.run(),
        Command::Verify(command) => command.run(),
        Command::Demo(command) => commands::ended(command.run()),
        Command::Serve(command) => commands::ended(command.run()),
        Command::User(command) => commands::ended(command.run()),
        Command::Doctor(command) => commands::ended(command.run()),
        Command::Import(command) => commands::ended(command.run()),
        Command::Export(command) => commands::ended(command.run()),
        Command::Backup(command) => commands::ended(command.run()),
        Command::Restore(command) => commands::ended(command.run()),
        Command::Openapi(command) => commands::ended(command.run()),
    };
    ended.map_or_else(
        |error| {
            eprintln!("{}", words::chain(&error));
            ExitCode::from(3)
        },
        ExitCode::from,
    )
}

/// Help that was asked for, or what is wrong with the command line.
fn misunderstood(error: &clap::Error) -> ExitCode {
    let help = words::help(&error.render().to_string());
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            say!("{}", help.trim_end());
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            eprint!("{help}");
            ExitCode::from(commands::Ended::Usage)
        }
        _ => {
            eprint!("{}", words::usage(error));
            ExitCode::from(commands::Ended::Usage)
        }
    }
}
