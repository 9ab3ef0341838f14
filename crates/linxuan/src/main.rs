//! The `linxuan` program.

mod commands;

use std::process::ExitCode;

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
}

fn main() -> ExitCode {
    // A child process that reads a foreign workbook does nothing else.
    if let Some(code) = documents::worker::main(std::env::args_os()) {
        return code;
    }
    let CommandLine { command } = CommandLine::parse();
    let ended = match command {
        Command::Pack(command) => command.run(),
        Command::Draw(command) => command.run(),
        Command::Share(command) => command.run(),
        Command::Verify(command) => command.run(),
    };
    ended.map_or_else(
        |error| {
            eprintln!("{error:#}");
            ExitCode::from(3)
        },
        ExitCode::from,
    )
}
