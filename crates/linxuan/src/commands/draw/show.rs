//! What `linxuan draw` prints: Chinese for people, JSON for machines.

use std::fmt::Write as _;
use std::path::Path;

use domain::assembly::EMPLOYER_CAP;
use domain::draw_process::Party;
use domain::policy::{Pack, Word as _};
use domain::relaxation::Relaxation;
use domain::request_check::RequestProblem;
use domain::task::Request;
use draw::{Chances, Guess, Method, Record, Ref};
use serde_json::{Value, json};

use super::Frozen;
use super::roster::People;
use crate::commands::{Ended, print};

/// A draw that was run.
pub(super) struct Drawn<'a> {
    pub(super) frozen: &'a Frozen<'a>,
    pub(super) record: &'a Record,
    pub(super) chances: &'a Chances,
    /// Parties whose share this machine made.
    pub(super) made: &'a [Party],
    pub(super) people: &'a People,
    pub(super) path: &'a Path,
}

/// A sentence of the protocol in the words of the request.
pub(super) fn in_words(sentence: &str, request: &Request) -> String {
    let mut words = sentence.replace(EMPLOYER_CAP, "同一单位人数上限");
    // The longest names first, so that g1 does not eat the head of g10.
    for (index, demand) in request.demands.iter().enumerate().rev() {
        words = words.replace(&format!("“g{index}”"), &format!("“{}”", demand.label));
    }
    words
}

pub(super) fn refused(what: &str, sentences: &[String], json: bool) -> anyhow::Result<Ended> {
    let text: String = sentences
        .iter()
        .map(|sentence| format!("{sentence}\n"))
        .collect();
    print(
        json,
        &json!({ "refused": what, "sentences": sentences }),
        &text,
    )?;
    Ok(Ended::Refused)
}

pub(super) fn roster_errors(people: &People, json: bool) -> anyhow::Result<Ended> {
    let mut text = String::new();
    for error in &people.errors {
        writeln!(text, "{error}")?;
    }
    writeln!(
        text,
        "名单有 {} 处错误，没有抽取。请改正名单；确要让这些行不参加，请加 --leave-out-errors。",
        people.errors.len()
    )?;
    print(
        json,
        &json!({ "refused": "roster", "sentences": people.errors }),
        &text,
    )?;
    Ok(Ended::Refused)
}

pub(super) fn request_problems(problems: &[RequestProblem], json: bool) -> anyhow::Result<Ended> {
    let (mut text, mut rows) = (String::new(), Vec::new());
    for problem in problems {
        writeln!(
            text,
            "{}：{}（{}）",
            problem.field, problem.sentence, problem.article
        )?;
        rows.push(json!({
            "field": problem.field, "article": problem.article, "sentence": problem.sentence,
        }));
    }
    print(
        json,
        &json!({ "refused": "request", "problems": rows }),
        &text,
    )?;
    Ok(Ended::Refused)
}

fn head(frozen: &Frozen<'_>, text: &mut String) -> anyhow::Result<()> {
    writeln!(text, "编号 {}", frozen.number)?;
    writeln!(text, "所需专业范围内 {} 人", frozen.scope)?;
    for step in &frozen.funnel {
        writeln!(
            text,
            "  {}：排除 {} 人，余 {} 人",
            step.label, step.out, step.left
        )?;
    }
    for (demand, candidates) in frozen.request.demands.iter().zip(&frozen.candidates) {
        writeln!(
            text,
            "“{}”正选 {} 人、候补 {} 人，可抽 {candidates} 人",
            demand.label, demand.seats, demand.reserves
        )?;
    }
    Ok(())
}

fn head_json(frozen: &Frozen<'_>) -> Value {
    json!({
        "number": frozen.number,
        "scope": frozen.scope,
        "funnel": frozen.funnel,
        "candidates": frozen.candidates,
        "rehearsal": frozen.frame.header().rehearsal,
        "frame_digest": frozen.frame.digest(),
    })
}

pub(super) fn infeasible(
    frozen: &Frozen<'_>,
    pack: &Pack,
    conflict: &str,
    relaxations: &[Relaxation],
    json: bool,
) -> anyhow::Result<Ended> {
    let article = pack.draw.citation.to_string();
    let remedies: Vec<&str> = pack
        .draw
        .insufficiency
        .iter()
        .flat_map(|rule| rule.remedies.iter().map(|remedy| remedy.zh()))
        .collect();
    let mut text = String::new();
    head(frozen, &mut text)?;
    writeln!(text, "不能抽取（{article}）：{conflict}。")?;
    if !relaxations.is_empty() {
        writeln!(text, "可以这样放宽：")?;
    }
    for relaxation in relaxations {
        let then = match &relaxation.binds {
            None => "即可抽取".to_owned(),
            Some(binds) => format!("仍不够，受限于{binds}"),
        };
        writeln!(
            text,
            "  {}，{then}（{}）",
            relaxation.change, relaxation.cost
        )?;
    }
    if !remedies.is_empty() {
        writeln!(text, "不放宽的，可按规定依次{}。", remedies.join("、"))?;
    }
    let mut value = head_json(frozen);
    value["refused"] = json!("infeasible");
    value["article"] = json!(article);
    value["conflict"] = json!(conflict);
    value["relaxations"] = json!(relaxations);
    value["remedies"] = json!(remedies);
    print(json, &value, &text)?;
    Ok(Ended::Refused)
}

pub(super) fn frozen(frozen: &Frozen<'_>, json: bool) -> anyhow::Result<Ended> {
    let mut text = String::new();
    head(frozen, &mut text)?;
    writeln!(text, "候选范围指纹 {}", frozen.frame.digest())?;
    writeln!(
        text,
        "没有抽取。各方用这个指纹在自己的机器上生成随机数和密签：linxuan share new --frame-digest … --party …"
    )?;
    print(json, &head_json(frozen), &text)?;
    Ok(Ended::Done)
}

pub(super) fn drawn(drawn: &Drawn<'_>, json: bool) -> anyhow::Result<Ended> {
    let Drawn {
        frozen,
        record,
        chances,
        made,
        people,
        path,
    } = drawn;
    let who = |reference: Ref| {
        let entry = frozen.annex.entry(reference);
        entry.map_or(("", ""), |entry| people.person(entry.place.expert))
    };
    let label = |group: u32| {
        let demand = usize::try_from(group)
            .ok()
            .and_then(|group| frozen.request.demands.get(group));
        demand.map_or("", |demand| demand.label.as_str())
    };
    let mut text = String::new();
    head(frozen, &mut text)?;
    if let Some((least, most)) = chances.range() {
        let how = match chances.method {
            Method::Exact => "精确计算".to_owned(),
            Method::Simulated { draws } => format!("模拟 {draws} 次"),
        };
        let guess = match chances.guess {
            Guess::Exactly { .. } => "猜中全部人选的机会",
            Guess::AtLeast { .. } => "猜中全部人选的机会不超过",
        };
        writeln!(
            text,
            "每人抽中机会 {:.1}% 至 {:.1}%（{how}）；{guess} 1/2^{:.1}",
            least * 100.0,
            most * 100.0,
            chances.guess.bits()
        )?;
    }
    writeln!(text, "抽取结果：")?;
    for (seat, seated) in record.outcome().panel.iter().enumerate() {
        let (name, employer) = who(seated.reference);
        writeln!(
            text,
            "  {}. “{}” {name}（{employer}）",
            seat + 1,
            label(seated.group)
        )?;
    }
    for (group, reserves) in (0..).zip(&record.outcome().reserves) {
        for (place, reference) in reserves.iter().enumerate() {
            let (name, employer) = who(*reference);
            writeln!(
                text,
                "  候补 {} “{}” {name}（{employer}）",
                place + 1,
                label(group)
            )?;
        }
    }
    writeln!(text, "候选范围指纹 {}", frozen.frame.digest())?;
    writeln!(text, "种子 {}", record.seed())?;
    writeln!(text, "记录指纹 {}", record.digest())?;
    writeln!(
        text,
        "记录已存入 {}，可用 linxuan verify 复核",
        path.display()
    )?;
    if !made.is_empty() {
        let parties: Vec<&str> = made.iter().map(|party| party.zh()).collect();
        let all = if made.len() == Party::ALL.len() {
            "全部"
        } else {
            ""
        };
        writeln!(
            text,
            "这是演练：{}的随机数{all}由这一台机器生成，掌握这台机器的人可以左右结果，不能用于正式抽取。",
            parties.join("、")
        )?;
    } else if frozen.frame.header().rehearsal {
        writeln!(
            text,
            "这是演练：使用需求写明了 rehearsal = true，结果不作数。"
        )?;
    }
    let mut value = head_json(frozen);
    value["panel"] = record
        .outcome()
        .panel
        .iter()
        .map(|seated| {
            let (name, employer) = who(seated.reference);
            json!({ "ref": seated.reference, "group": label(seated.group), "name": name, "employer": employer })
        })
        .collect();
    value["reserves"] = (0..)
        .zip(&record.outcome().reserves)
        .flat_map(|(group, refs)| refs.iter().map(move |reference| (group, *reference)))
        .map(|(group, reference)| {
            let (name, employer) = who(reference);
            json!({ "ref": reference, "group": label(group), "name": name, "employer": employer })
        })
        .collect();
    value["chances"] = json!({
        "range": chances.range(),
        "exact": chances.method == Method::Exact,
        "guess_bits": chances.guess.bits(),
    });
    value["seed"] = json!(record.seed());
    value["record_digest"] = json!(record.digest());
    value["record"] = json!(path);
    value["made_here"] = made.iter().map(|party| party.code()).collect();
    print(json, &value, &text)?;
    Ok(Ended::Done)
}

/// Who is behind each reference, and why each was in or out.
pub(super) fn annex(frozen: &Frozen<'_>, people: &People) -> Value {
    let entries = frozen.annex.entries.iter().map(|entry| {
        let (name, employer) = people.person(entry.place.expert);
        json!({
            "ref": entry.reference, "name": name, "employer": employer,
            "reasons": entry.place.reasons,
        })
    });
    json!({
        "number": frozen.number,
        "frame_digest": frozen.frame.digest(),
        "people": entries.collect::<Vec<_>>(),
    })
}
