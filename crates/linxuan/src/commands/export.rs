//! `linxuan export`: what the list of experts shows, as a file; logged with its purpose.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use service::Settings;
use service::experts::{Chosen, ExpertQuery};
use service::exports::ExportForm;

use crate::commands::Failure;
use crate::config::{Place, block_on};

#[derive(Args, Debug)]
pub(crate) struct Export {
    #[command(flatten)]
    place: Place,
    /// 专家库编号（地址中 /p/ 后的数字）
    #[arg(long, value_name = "编号")]
    pool: i64,
    /// 用途，记入台账
    #[arg(long, value_name = "用途")]
    purpose: String,
    /// 导出为
    #[arg(long, value_enum, value_name = "格式", default_value = "xlsx")]
    form: Form,
    /// 只导出姓名、拼音、单位或编号符合的
    #[arg(long, value_name = "文字", default_value = "")]
    query: String,
    /// 只导出这种状态的：active、not_yet、expired、suspended、left
    #[arg(long, value_name = "状态", default_value = "")]
    status: String,
    /// 写到这个文件
    #[arg(long, value_name = "文件")]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// 列表
    Xlsx,
    /// 列表
    Csv,
    /// 附件2 名单汇总表
    SummaryXlsx,
    /// 附件2 名单汇总表
    SummaryPdf,
}

impl Export {
    pub(crate) fn run(self) -> Result<(), Failure> {
        block_on(async {
            let service = self.place.service(Settings::default()).await?;
            let ctx = service.console_officer(self.pool).await?;
            let form = match self.form {
                Form::Xlsx => ExportForm::Xlsx,
                Form::Csv => ExportForm::Csv,
                Form::SummaryXlsx => ExportForm::SummaryXlsx,
                Form::SummaryPdf => ExportForm::SummaryPdf,
            };
            let query = ExpertQuery {
                q: self.query,
                status: self.status,
                ..ExpertQuery::default()
            };
            let chosen = Chosen::Query(Box::new(query));
            let made = service
                .export_experts(&ctx, self.pool, &chosen, form, &self.purpose)
                .await?;
            std::fs::write(&self.out, &made.bytes)
                .with_context(|| format!("不能写入 {}", self.out.display()))?;
            say!(
                "已导出 {} 人到 {}，用途已记入台账。",
                made.count,
                self.out.display()
            );
            Ok(())
        })
    }
}
