//! `linxuan backup`: one consistent state in a folder of its own, while the site runs.

use std::path::PathBuf;

use clap::Args;
use service::Settings;

use crate::commands::Failure;
use crate::config::{Place, block_on};

#[derive(Args, Debug)]
pub(crate) struct Backup {
    #[command(flatten)]
    place: Place,
    /// 备份目录，须尚不存在；密钥不在备份中，请另行保管
    #[arg(value_name = "备份目录")]
    folder: PathBuf,
}

impl Backup {
    pub(crate) fn run(self) -> Result<(), Failure> {
        block_on(async {
            let service = self.place.service(Settings::default()).await?;
            let manifest = service.back_up(&service.console(), &self.folder).await?;
            let rows: u64 = manifest.rows.values().sum();
            say!(
                "已备份到 {}：{rows} 行、{} 个附件、{} 本台账。数据指纹 {}。密钥不在其中，请另行保管密钥目录。",
                self.folder.display(),
                manifest.files.len(),
                manifest.ledgers.len(),
                manifest.digest
            );
            Ok(())
        })
    }
}
