//! `linxuan share`: a party makes its share of the seed on its own machine, or from dice, and gets
//! the commitment it hands in first.

use std::io::Read as _;

use clap::{Args, Subcommand};
use domain::draw_process::Party;
use draw::{Digest, Share, Suite, commitment};
use rand::RngExt as _;
use serde_json::json;

use super::{Ended, print};

/// 生成一方的随机数与密签
#[derive(Debug, Args)]
pub(crate) struct ShareCommand {
    #[command(subcommand)]
    action: Action,
    /// 候选范围指纹（64 位十六进制）；与 --party 同时给出时算出密签
    #[arg(long, global = true, value_name = "指纹", requires = "party")]
    frame_digest: Option<Digest>,
    /// 密签方：manager（库管理方）、requester（使用方）、supervisor（纪检监督）
    #[arg(long, global = true, value_name = "一方", value_parser = party)]
    party: Option<Party>,
    /// 输出 JSON，供程序读取
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// 用本机操作系统的随机数发生器生成
    New,
    /// 由掷骰结果得出，至少 50 次
    FromDice {
        /// 掷骰结果，1 至 6 的数字，可有空格；不写则从标准输入读取
        #[arg(value_name = "点数")]
        throws: Option<String>,
    },
    /// 已有随机数，只算密签
    Commit {
        /// 随机数（64 位十六进制）
        #[arg(value_name = "随机数")]
        share: Share,
    },
}

/// A party by its name in the record.
pub(super) fn party(code: &str) -> Result<Party, String> {
    Party::from_code(code).ok_or_else(|| {
        let known: Vec<_> = Party::ALL
            .iter()
            .map(|party| format!("{}（{}）", party.code(), party.zh()))
            .collect();
        format!("没有“{code}”这一方，请从 {} 中选择", known.join("、"))
    })
}

/// 32 bytes of the operating system's generator.
pub(super) fn fresh() -> Share {
    let mut bytes = [0; 32];
    rand::rng().fill(&mut bytes);
    Share(bytes)
}

impl ShareCommand {
    pub(crate) fn run(self) -> anyhow::Result<Ended> {
        if self.party.is_some() != self.frame_digest.is_some() {
            eprintln!(
                "只给了 --party 与 --frame-digest 中的一个，算不出密签。请两个都给，或都不给。"
            );
            return Ok(Ended::Usage);
        }
        let share = match self.action {
            Action::New => fresh(),
            Action::Commit { share } => share,
            Action::FromDice { throws } => {
                let throws = match throws {
                    Some(throws) => throws,
                    None => {
                        let mut text = String::new();
                        std::io::stdin().take(10_000).read_to_string(&mut text)?;
                        text
                    }
                };
                match Share::from_dice(Suite::Sm3, &throws) {
                    Ok(share) => share,
                    Err(error) => {
                        print(self.json, &json!({ "error": error.to_string() }), "")?;
                        eprintln!("{error}。");
                        return Ok(Ended::Refused);
                    }
                }
            }
        };
        let committed = self
            .party
            .zip(self.frame_digest)
            .map(|(party, frame)| (party, commitment(Suite::Sm3, frame, party.code(), &share)));
        let mut text = format!("随机数（揭示前不要给任何人看）：{share}\n");
        if let Some((party, commitment)) = committed {
            text += &format!("{}的密签（现在交出）：{commitment}\n", party.zh());
        } else {
            text += "还没有密签：拿到候选范围指纹后，加 --frame-digest 和 --party 再算。\n";
        }
        let value = json!({
            "share": share,
            "party": committed.map(|(party, _)| party.code()),
            "commitment": committed.map(|(_, commitment)| commitment),
        });
        print(self.json, &value, &text)?;
        Ok(Ended::Done)
    }
}
