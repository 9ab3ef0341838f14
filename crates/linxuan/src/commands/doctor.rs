//! `linxuan doctor`: is everything as it should be?

use clap::Args;
use service::Settings;

use crate::commands::Failure;
use crate::config::{Place, block_on};

#[derive(Args, Debug)]
pub(crate) struct Doctor {
    #[command(flatten)]
    place: Place,
    /// 确认无法找回更新的数据，或时钟走快后已调准，接受现有台账继续使用；台账会永久写明这次恢复
    #[arg(long, requires_all = ["approved_by", "reason"])]
    recover_ledger: bool,
    /// 批准恢复的人，须三名不同的人，各写一次
    #[arg(long, value_name = "姓名")]
    approved_by: Vec<String>,
    /// 为什么找不回更新的数据
    #[arg(long, value_name = "原因")]
    reason: Option<String>,
}

impl Doctor {
    pub(crate) fn run(self) -> Result<(), Failure> {
        block_on(async {
            if self.recover_ledger {
                return self.recover().await;
            }
            let service = self.place.service(Settings::default()).await?;
            let mut sound = true;
            for check in service.examine().await {
                sound &= check.finding.is_ok();
                match &check.finding {
                    Ok(words) => say!("正常  {}：{words}", check.subject),
                    Err(words) => say!("异常  {}：{words}", check.subject),
                }
            }
            if sound {
                Ok(())
            } else {
                Err(Failure::Refused(
                    "有异常，请按上面的说明处理后再检查一次。".to_owned(),
                ))
            }
        })
    }

    async fn recover(self) -> Result<(), Failure> {
        let recovery = store::Recovery {
            approved_by: self.approved_by,
            reason: self.reason.unwrap_or_default(),
        };
        let (_, recovered) = store::Store::recover(self.place.store_config(), &recovery).await?;
        if recovered.is_empty() {
            say!("台账与库外保存的台账头一致，不需要恢复。");
        }
        for ledger in recovered {
            say!("台账 {ledger} 已恢复使用，恢复经过已写入台账。");
        }
        Ok(())
    }
}
