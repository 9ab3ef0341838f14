//! `linxuan draw`: a list of people and a request in, a record anybody can check out. No database.

mod request;
mod roster;
mod show;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use domain::assembly::{self, Heading};
use domain::crowd::{self, Crowd};
use domain::draw_process::Party;
use domain::frame::{self, Question, Step};
use domain::id::DrawId;
use domain::relaxation;
use domain::request_check;
use draw::{Chances, Digest, Draw, Frame, Share, Suite, commitment};
use jiff::civil::Date;
use uuid::Uuid;

use super::Ended;
use super::pack::{Folder, show as pack_show};
use super::share;
use crate::words;
use roster::People;

/// Draws simulated where chances have no formula.
const SIMULATED: u32 = 2_000;

/// 随机抽取：名单、使用需求进，可复核的抽取记录出；不用数据库
#[derive(Debug, Args)]
pub(crate) struct DrawCommand {
    /// 规则包文件夹，或随程序提供的规则包的名称
    #[arg(long, value_name = "规则包")]
    pack: PathBuf,
    /// 专家名单：.xlsx、.csv 或 .json
    #[arg(long, value_name = "文件")]
    roster: PathBuf,
    /// 使用需求（TOML）
    #[arg(long, value_name = "文件")]
    request: PathBuf,
    /// 抽取记录写到哪里（已有的文件不覆盖）
    #[arg(long, value_name = "文件", required_unless_present = "freeze")]
    record: Option<PathBuf>,
    /// 只封存候选范围并给出指纹，供各方算密签；不抽取
    #[arg(long, conflicts_with_all = ["record", "annex", "share", "commitment"])]
    freeze: bool,
    /// 一方揭示的随机数，如 manager=64 位十六进制；三方都给出才不是演练
    #[arg(long, value_name = "一方=十六进制", value_parser = of_party::<Share>)]
    share: Vec<(Party, Share)>,
    /// 一方事先交出的密签，给出则核对
    #[arg(long, value_name = "一方=十六进制", value_parser = of_party::<Digest>)]
    commitment: Vec<(Party, Digest)>,
    /// 姓名对照表另存到这里（含个人信息，不得公开）
    #[arg(long, value_name = "文件")]
    annex: Option<PathBuf>,
    /// 名单中有错误的行不参加抽取；不写则有错误就不抽
    #[arg(long)]
    leave_out_errors: bool,
    /// 抽取之日，默认今天
    #[arg(long, value_name = "日期")]
    on: Option<Date>,
    /// 输出 JSON，供程序读取
    #[arg(long)]
    json: bool,
}

/// `party=hex`.
fn of_party<T: std::str::FromStr>(text: &str) -> Result<(Party, T), String>
where
    T::Err: std::fmt::Display,
{
    let (party, value) = text
        .split_once('=')
        .ok_or_else(|| "应写成 一方=十六进制，如 manager=…".to_owned())?;
    Ok((
        share::party(party)?,
        value.trim().parse().map_err(|error| format!("{error}"))?,
    ))
}

/// The list as frozen, with what a person wants to know about it.
struct Frozen<'a> {
    frame: Frame,
    annex: domain::draw_process::Annex,
    request: &'a domain::task::Request,
    number: &'a str,
    scope: u32,
    funnel: Vec<Step>,
    candidates: Vec<u32>,
}

impl DrawCommand {
    /// Runs it. An `Err` is a file that cannot be read or written, or a fault of the program.
    pub(crate) fn run(self) -> anyhow::Result<Ended> {
        if let Some(twice) = repeated(&self.share).or_else(|| repeated(&self.commitment)) {
            eprintln!("{}给了两次，不知以哪个为准。请只给一次。", twice.zh());
            return Ok(Ended::Usage);
        }
        for path in self.record.iter().chain(&self.annex) {
            if path.exists() {
                eprintln!(
                    "{} 已经存在，不覆盖。抽取记录须原样保存，请换一个文件名。",
                    path.display()
                );
                return Ok(Ended::Usage);
            }
        }
        let folder = Folder::open(&self.pack)?;
        let pack = match folder.pack() {
            Ok(pack) => pack,
            Err(problems) => return pack_show::problems(&folder, &problems, self.json),
        };
        let on = self.on.unwrap_or_else(crate::commands::today);
        let roster_bytes = bytes(&self.roster)?;
        let request_bytes = bytes(&self.request)?;
        let people = match People::read(&self.roster, &roster_bytes, &pack, on)? {
            Ok(people) => people,
            Err(sentence) => return show::refused("roster", &[sentence], self.json),
        };
        if !people.errors.is_empty() && !self.leave_out_errors {
            return show::roster_errors(&people, self.json);
        }
        let asked = match request::read(&request_bytes, &people) {
            Ok(asked) => asked,
            Err(sentences) => return show::refused("request", &sentences, self.json),
        };
        let request = &asked.request;
        let known = people.specialties();
        let problems = request_check::problems(&pack, request, on, |id| known.contains(&id));
        if !problems.is_empty() {
            return show::request_problems(&problems, self.json);
        }

        // Whoever holds the same list, request and pack gets the same references, and so the same
        // fingerprint to commit to; to everybody else the references say nothing.
        let key = Suite::Sm3
            .tagged(
                "roster",
                &[
                    &roster_bytes,
                    &request_bytes,
                    pack.digest().to_string().as_bytes(),
                ],
            )
            .0;
        let id = DrawId(Uuid::from_bytes(first16(
            Suite::Sm3.tagged("draw", &[&key]).0,
        )));
        let fresh_shares = !self.freeze && self.share.len() < Party::ALL.len();
        let heading = Heading {
            id,
            number: &asked.number,
            attempt: asked.attempt,
            previous: asked.previous,
            rehearsal: fresh_shares || asked.rehearsal,
        };
        let question = Question {
            pack: &pack,
            request,
            today: on,
            rest_waived: false,
        };
        let prospects = people.in_scope(request);
        let places = relaxation::place_all(&question, &prospects);
        let (scope, funnel) = frame::funnel(frame::each(&places));
        let candidates = relaxation::candidates(request, frame::each(&places));
        let (frame, annex) = match assembly::assemble(&pack, request, &heading, places, &key) {
            Ok(assembled) => assembled,
            Err(error) => return show::refused("frame", &[format!("{error}。")], self.json),
        };
        let frozen = Frozen {
            frame,
            annex,
            request,
            number: &asked.number,
            scope,
            funnel,
            candidates,
        };
        let ratio = pack.draw.ratio;
        let short = match frozen.frame.feasibility() {
            Err(conflict) => Some(show::in_words(&conflict.to_string(), request)),
            Ok(()) if !relaxation::ratio_kept(ratio, request, &frozen.candidates) => {
                Some(format!("每 {} 席至少要有 {} 名候选人", ratio.1, ratio.0))
            }
            Ok(()) => None,
        };
        if let Some(conflict) = short {
            let crowd = Crowd::of(prospects);
            let placed = crowd.place(&question);
            let relaxations =
                relaxation::relaxations(&question, &crowd, &placed, &|request, placed| {
                    let candidates = relaxation::candidates(request, crowd::counted(placed));
                    relaxation::ratio_kept(ratio, request, &candidates)
                        && crowd::is_seatable(&pack, request, placed)
                });
            return show::infeasible(&frozen, &pack, &conflict, &relaxations, self.json);
        }
        if self.freeze {
            return show::frozen(&frozen, self.json);
        }
        self.draw(frozen, &people)
    }

    fn draw(self, frozen: Frozen<'_>, people: &People) -> anyhow::Result<Ended> {
        let digest = frozen.frame.digest();
        let given: BTreeMap<Party, Share> = self.share.iter().copied().collect();
        let made: Vec<Party> = Party::ALL
            .into_iter()
            .filter(|party| !given.contains_key(party))
            .collect();
        let mut shares = BTreeMap::new();
        let mut commitments = BTreeMap::new();
        for party in Party::ALL {
            let share = given.get(&party).copied().unwrap_or_else(share::fresh);
            let own = commitment(Suite::Sm3, digest, party.code(), &share);
            let handed_in = self.commitment.iter().find(|(of, _)| *of == party);
            commitments.insert(
                party.code().to_owned(),
                handed_in.map_or(own, |(_, given)| *given),
            );
            shares.insert(party.code().to_owned(), share);
        }
        // What it takes to know the chances is not the seed of the draw.
        let chances = Chances::of(
            &frozen.frame,
            Suite::Sm3.tagged("chances", &[&digest.0]),
            SIMULATED,
        )
        .map_err(|error| anyhow::anyhow!("{error}"))?;
        let frame = frozen.frame.clone();
        let record = match Draw::run(frame, &commitments, &shares, None) {
            Ok(record) => record,
            Err(error) => {
                let sentence = words::parties(&format!("{error}。"));
                return show::refused("draw", &[sentence], self.json);
            }
        };
        let path = self.record.as_deref().context("没有给出抽取记录的文件名")?;
        write_new(path, &(record.to_json() + "\n"))?;
        if let Some(path) = &self.annex {
            write_new(
                path,
                &(serde_json::to_string_pretty(&show::annex(&frozen, people))? + "\n"),
            )?;
        }
        show::drawn(
            &show::Drawn {
                frozen: &frozen,
                record: &record,
                chances: &chances,
                made: &made,
                people,
                path,
            },
            self.json,
        )
    }
}

fn repeated<T>(of: &[(Party, T)]) -> Option<Party> {
    let mut seen = BTreeSet::new();
    of.iter()
        .map(|(party, _)| *party)
        .find(|party| !seen.insert(*party))
}

fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("读不出 {}", path.display()))
}

/// Writes a file only its owner may read, never over another.
fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("写不了 {}", path.display()))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(())
}

/// The first half of a digest.
fn first16(digest: [u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    half
}
