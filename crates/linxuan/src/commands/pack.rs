//! `linxuan pack`: list, check, test, coverage, compare, eval. No database, no network.

mod folder;
mod people;
pub(crate) mod show;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use domain::policy::{cases, compare, coverage, decide};
use jiff::civil::Date;

use super::Ended;
use crate::words;
pub(crate) use folder::Folder;

/// A file or folder the user named cannot be read: what and why, in Chinese.
#[derive(Debug)]
struct CannotRead(String);

impl std::fmt::Display for CannotRead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CannotRead {}

impl CannotRead {
    fn file(path: &Path, error: &std::io::Error) -> Self {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "没有这个文件".to_owned(),
            std::io::ErrorKind::PermissionDenied => "没有读取权限".to_owned(),
            std::io::ErrorKind::InvalidData => "不是 UTF-8 文本".to_owned(),
            _ => words::told(&error.to_string()),
        };
        Self(format!("读不出 {}：{why}。请核对路径。", path.display()))
    }
}

/// 规则包：检查、试运行、对照条文、比较、判断
#[derive(Debug, Args)]
pub(crate) struct PackCommand {
    #[command(subcommand)]
    action: Action,
    /// 输出 JSON，供程序读取
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// 列出随程序提供的规则包
    List,
    /// 检查规则包，一次列出全部问题
    Check {
        /// 规则包文件夹，或随程序提供的规则包的名称
        #[arg(value_name = "规则包")]
        dir: PathBuf,
    },
    /// 运行规则包的全部案例
    Test {
        /// 规则包文件夹，或名称
        #[arg(value_name = "规则包")]
        dir: PathBuf,
    },
    /// 逐条列出条文由哪条规则、表格、案例承载
    Coverage {
        /// 规则包文件夹，或名称
        #[arg(value_name = "规则包")]
        dir: PathBuf,
    },
    /// 比较两个规则包：改了什么，谁会因此符合或不再符合
    Compare {
        /// 现行规则包
        #[arg(value_name = "现行")]
        a: PathBuf,
        /// 拟用规则包
        #[arg(value_name = "拟用")]
        b: PathBuf,
        /// 人员资料（TOML 或 JSON，每人一个 [person.姓名]）
        #[arg(long, value_name = "文件")]
        facts: Option<PathBuf>,
        /// 判断之日，默认今天
        #[arg(long, value_name = "日期")]
        on: Option<Date>,
    },
    /// 按规则包判断一人是否符合入库条件，并说明依据
    Eval {
        /// 规则包文件夹，或名称
        #[arg(value_name = "规则包")]
        dir: PathBuf,
        /// 人员资料（TOML 或 JSON）
        #[arg(long, value_name = "文件")]
        facts: PathBuf,
        /// 判断之日，默认今天
        #[arg(long, value_name = "日期")]
        on: Option<Date>,
    },
}

impl PackCommand {
    /// Runs it. A file that cannot be read is a wrong command; an `Err` is a fault of the program.
    pub(crate) fn run(self) -> anyhow::Result<Ended> {
        self.execute()
            .or_else(|error| match error.downcast::<CannotRead>() {
                Ok(cannot) => {
                    eprintln!("{cannot}");
                    Ok(Ended::Usage)
                }
                Err(error) => Err(error),
            })
    }

    fn execute(self) -> anyhow::Result<Ended> {
        let today = crate::commands::today;
        match self.action {
            Action::List => show::list(self.json),
            Action::Check { dir } => {
                let folder = Folder::open(&dir)?;
                match folder.pack() {
                    Ok(pack) => show::checked(&pack, self.json),
                    Err(problems) => show::problems(&folder, &problems, self.json),
                }
            }
            Action::Test { dir } => {
                let folder = Folder::open(&dir)?;
                let pack = match folder.pack() {
                    Ok(pack) => pack,
                    Err(problems) => return show::problems(&folder, &problems, self.json),
                };
                match cases::run(&pack, &folder.cases()) {
                    Ok(reports) => show::reports(&reports, self.json),
                    Err(errors) => show::unreadable(&errors, self.json),
                }
            }
            Action::Coverage { dir } => {
                let folder = Folder::open(&dir)?;
                let pack = match folder.pack() {
                    Ok(pack) => pack,
                    Err(problems) => return show::problems(&folder, &problems, self.json),
                };
                match cases::run(&pack, &folder.cases()) {
                    Ok(reports) => show::coverage(&coverage::coverage(&pack, &reports), self.json),
                    Err(errors) => show::unreadable(&errors, self.json),
                }
            }
            Action::Compare { a, b, facts, on } => {
                let (first, second) = (Folder::open(&a)?, Folder::open(&b)?);
                let (first_pack, second_pack) = match (first.pack(), second.pack()) {
                    (Ok(a), Ok(b)) => (a, b),
                    (Err(problems), _) => return show::problems(&first, &problems, self.json),
                    (_, Err(problems)) => return show::problems(&second, &problems, self.json),
                };
                let people = match facts.map(|path| people::read(&path)).transpose()? {
                    Some(Ok(people)) => people,
                    Some(Err(sentence)) => return show::wrong_facts(&sentence, self.json),
                    None => Vec::new(),
                };
                let on = on.unwrap_or_else(today);
                let changes = compare::changes(&first_pack, &second_pack);
                let shifts = compare::shifts(&first_pack, &second_pack, &people, on);
                show::compared(&changes, &shifts, people.len(), self.json)
            }
            Action::Eval { dir, facts, on } => {
                let folder = Folder::open(&dir)?;
                let pack = match folder.pack() {
                    Ok(pack) => pack,
                    Err(problems) => return show::problems(&folder, &problems, self.json),
                };
                let people = match people::read(&facts)? {
                    Ok(people) => people,
                    Err(sentence) => return show::wrong_facts(&sentence, self.json),
                };
                let on = on.unwrap_or_else(today);
                let decisions: Vec<_> = people
                    .iter()
                    .map(|(name, facts)| (name.as_str(), decide(&pack, facts, on)))
                    .collect();
                show::decisions(&decisions, self.json)
            }
        }
    }
}
