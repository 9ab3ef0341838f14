//! `linxuan import`: a roster read and its effect shown; written whole only when asked for.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use service::Settings;
use service::imports::{ImportState, Preview, RowsWithErrors};
use service::typed::Fields;

use crate::commands::{Failure, print};
use crate::config::{Place, block_on};

#[derive(Args, Debug)]
pub(crate) struct Import {
    #[command(flatten)]
    place: Place,
    /// 专家库编号（地址中 /p/ 后的数字）
    #[arg(long, value_name = "编号")]
    pool: i64,
    /// 名册，.xlsx 或 .csv
    #[arg(value_name = "名册")]
    file: PathBuf,
    /// 入库依据：会议纪要编号或原名册文号
    #[arg(long, value_name = "文号")]
    basis: String,
    /// 依据日期，如 2026-03-01
    #[arg(long, value_name = "日期")]
    basis_on: String,
    /// 聘期开始；不写按依据日期
    #[arg(long, value_name = "日期", default_value = "")]
    term_from: String,
    /// 一并新增本库没有的专业领域
    #[arg(long)]
    add_specialties: bool,
    /// 写入；不写这一项只做预检
    #[arg(long)]
    commit: bool,
    /// 跳过有错的行；不写这一项时，有一行有错就整批不写
    #[arg(long)]
    skip_errors: bool,
    /// 把有错的行另存为这个 .xlsx
    #[arg(long, value_name = "文件")]
    errors: Option<PathBuf>,
    /// 以 JSON 输出
    #[arg(long)]
    json: bool,
}

impl Import {
    pub(crate) fn run(self) -> Result<(), Failure> {
        block_on(async {
            let service = self.place.service(Settings::default()).await?;
            let ctx = service.console_officer(self.pool).await?;
            let bytes = std::fs::read(&self.file)
                .with_context(|| format!("不能读取 {}", self.file.display()))?;
            let name = self
                .file
                .file_name()
                .map(|name| name.to_string_lossy().into_owned());
            let mut fields = Fields::default();
            fields.push("basis", &self.basis);
            fields.push("basis_on", &self.basis_on);
            fields.push("term_from", &self.term_from);
            if self.add_specialties {
                fields.push("new_specialties", "add");
            }
            let name = name.unwrap_or_default();
            let id = service
                .begin_import(&ctx, self.pool, &name, bytes, &fields)
                .await?;
            let import = service.read_import(&ctx, self.pool, id).await?;
            if let ImportState::Unreadable { why } = import.state {
                return Err(Failure::Refused(why));
            }
            let preview = service.import_preview(&ctx, self.pool, id).await?;
            if let Some(path) = &self.errors
                && preview.counts.errors > 0
            {
                let workbook = service.import_errors(&ctx, self.pool, id).await?;
                std::fs::write(path, workbook)
                    .with_context(|| format!("不能写入 {}", path.display()))?;
            }
            let written = if self.commit {
                let rows = if self.skip_errors {
                    RowsWithErrors::LeaveOut
                } else {
                    RowsWithErrors::Refuse
                };
                service.confirm_import(&ctx, self.pool, id, rows).await?;
                true
            } else {
                false
            };
            let answer = serde_json::json!({
                "import": id.to_string(),
                "file_digest": import.digest,
                "written": written,
                "preview": preview,
            });
            Ok(print(self.json, &answer, &words(&preview, written))?)
        })
    }
}

fn words(preview: &Preview, written: bool) -> String {
    let counts = preview.counts;
    let mut text = format!(
        "新增 {} 人，变更 {} 人，不变 {} 人，有错 {} 行。\n",
        counts.new, counts.changed, counts.unchanged, counts.errors
    );
    if !preview.dropped.is_empty() {
        let heads: Vec<&str> = preview
            .dropped
            .iter()
            .map(|column| column.head.as_str())
            .collect();
        text += &format!("没有读取的列：{}。\n", heads.join("、"));
    }
    for problem in preview.problems.iter().take(20) {
        text += &format!(
            "第 {} 行 {}：{}\n",
            problem.row, problem.head, problem.sentence
        );
    }
    if preview.problem_count > 20 {
        text += &format!(
            "共 {} 处错误和提醒，其余见 --errors 另存的工作簿或 --json。\n",
            preview.problem_count
        );
    }
    text += if written {
        "已整批写入，并记入台账。\n"
    } else {
        "这是预检，没有写入任何内容。确认无误后加 --commit 写入。\n"
    };
    text
}
