//! `linxuan verify`: checks a draw record or a ledger bundle, from the file alone.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde_json::json;
use store::ledger::{Trust, verify};

use super::{Ended, print};
use crate::words;

/// Longest draw record that is read: far more than a million candidates need.
const LONGEST_RECORD: u64 = 1 << 30;

/// 复核抽取记录或留痕包
#[derive(Debug, Args)]
pub(crate) struct VerifyCommand {
    /// 抽取记录（.json）或留痕包（.jsonl）
    #[arg(value_name = "文件")]
    file: PathBuf,
    /// 只认这个指纹的签名公钥（留痕包；可多次）
    #[arg(long, value_name = "指纹")]
    key: Vec<String>,
    /// 单据上印的核验码（留痕包；可多次）
    #[arg(long, value_name = "核验码")]
    code: Vec<String>,
    /// 输出 JSON，供程序读取
    #[arg(long)]
    json: bool,
}

impl VerifyCommand {
    pub(crate) fn run(self) -> anyhow::Result<Ended> {
        let open = || {
            let file = File::open(&self.file);
            file.map(BufReader::new)
                .with_context(|| format!("读不出 {}", self.file.display()))
        };
        let mut start = Vec::new();
        open()?.take(64).read_until(b':', &mut start)?;
        let compact: Vec<u8> = start
            .into_iter()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        if compact == b"{\"bundle\":" {
            self.bundle(open()?)
        } else {
            self.record(open()?)
        }
    }

    fn invalid(&self, kind: &str, reason: &str) -> anyhow::Result<Ended> {
        let text = format!("无效：{reason}\n");
        print(
            self.json,
            &json!({ "kind": kind, "valid": false, "reason": reason }),
            &text,
        )?;
        Ok(Ended::Refused)
    }

    fn record(&self, file: impl std::io::Read) -> anyhow::Result<Ended> {
        if !self.key.is_empty() || !self.code.is_empty() {
            eprintln!(
                "--key 和 --code 只用于留痕包，{} 不是留痕包。请去掉这两项。",
                self.file.display()
            );
            return Ok(Ended::Usage);
        }
        let mut bytes = Vec::new();
        file.take(LONGEST_RECORD).read_to_end(&mut bytes)?;
        let record = match draw::verify(&bytes) {
            Ok(verified) => verified.record,
            Err(error) => return self.invalid("draw", &words::parties(&format!("{error}。"))),
        };
        let header = record.frame().header();
        let now = if record.is_void() {
            "本次抽取已作废"
        } else if header.rehearsal {
            "本次为演练，结果不作数"
        } else {
            "本次抽取有效"
        };
        let text = format!(
            "有效：抽取记录前后一致，名单、随机数、结果、递补都能重算出来。\n编号 {}，第 {} 次；候选 {} 人，排除 {} 人，抽中 {} 人，之后 {} 个事项；{now}\n候选范围指纹 {}\n种子 {}\n记录指纹 {}\n",
            header.draw,
            header.attempt,
            record.frame().len(),
            record.frame().excluded().len(),
            record.outcome().panel.len(),
            record.events().len(),
            record.frame().digest(),
            record.seed(),
            record.digest(),
        );
        let value = json!({
            "kind": "draw", "valid": true, "number": header.draw, "attempt": header.attempt,
            "rehearsal": header.rehearsal, "void": record.is_void(),
            "candidates": record.frame().len(), "excluded": record.frame().excluded().len(),
            "frame_digest": record.frame().digest(), "seed": record.seed(),
            "record_digest": record.digest(),
        });
        print(self.json, &value, &text)?;
        Ok(Ended::Done)
    }

    fn bundle(&self, file: BufReader<File>) -> anyhow::Result<Ended> {
        let mut codes = Vec::new();
        for code in &self.code {
            match code.parse() {
                Ok(code) => codes.push(code),
                Err(_) => {
                    eprintln!("核验码“{code}”的写法不对。请照单据上印的抄写。");
                    return Ok(Ended::Usage);
                }
            }
        }
        let trust = Trust {
            fingerprints: self.key.clone(),
            codes,
            checkpoints: Vec::new(),
        };
        let verified = match verify(file, &trust, &mut |_, _| {}) {
            Ok(verified) => verified,
            Err(failure) => return self.invalid("ledger", &failure.to_string()),
        };
        let text = format!(
            "有效：留痕包完整，每一条都被签名覆盖，没有删改。\n台账 {}，共 {} 条，展示内容 {} 条，签名 {} 处，核对外部凭据 {} 份\n签名公钥指纹 {}\n",
            verified.ledger,
            verified.size,
            verified.bodies,
            verified.checkpoints,
            verified.witnesses,
            verified.fingerprints.join("、"),
        );
        let value = json!({
            "kind": "ledger", "valid": true, "ledger": verified.ledger, "size": verified.size,
            "checkpoints": verified.checkpoints, "bodies": verified.bodies,
            "witnesses": verified.witnesses, "fingerprints": verified.fingerprints,
        });
        print(self.json, &value, &text)?;
        Ok(Ended::Done)
    }
}
