//! The `linxuan` program.

mod commands;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// 临选：专家库管理与抽取
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
}

fn main() -> ExitCode {
    let CommandLine { command } = CommandLine::parse();
    let ended = match command {
        Command::Pack(command) => command.run(),
    };
    ended.map_or_else(
        |error| {
            eprintln!("{error:#}");
            ExitCode::from(3)
        },
        ExitCode::from,
    )
}
