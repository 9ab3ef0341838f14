//! `linxuan restore`: a backup into an empty place, proved before it is called done.

use std::path::PathBuf;

use clap::Args;

use crate::commands::Failure;
use crate::config::{Place, block_on};

#[derive(Args, Debug)]
pub(crate) struct Restore {
    #[command(flatten)]
    place: Place,
    /// 备份目录
    #[arg(value_name = "备份目录")]
    folder: PathBuf,
}

impl Restore {
    pub(crate) fn run(self) -> Result<(), Failure> {
        block_on(async {
            let manifest = store::backup::restore(&self.place.store_config(), &self.folder).await?;
            let rows: u64 = manifest.rows.values().sum();
            say!(
                "已恢复并核验：{rows} 行、{} 个附件、{} 本台账，与备份一致。",
                manifest.files.len(),
                manifest.ledgers.len()
            );
            Ok(())
        })
    }
}
