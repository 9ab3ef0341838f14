//! The request on file: the words of [`Request`], with specialties by name.

use std::collections::BTreeMap;

use domain::half_day::HalfDay;
use domain::task::{Demand, Level, Mode, RecusalDemand, Request, Reviewed, Venue};
use draw::Digest;
use serde::Deserialize;

use super::roster::{People, specialty_id};
use crate::words;

/// A request with the number its draw goes by.
pub(super) struct Asked {
    pub(super) request: Request,
    pub(super) number: String,
    pub(super) attempt: u32,
    pub(super) previous: Digest,
    pub(super) rehearsal: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    number: String,
    #[serde(default = "first")]
    attempt: u32,
    #[serde(default)]
    previous: Option<String>,
    #[serde(default)]
    rehearsal: bool,
    content: String,
    scope: String,
    kind: String,
    #[serde(default)]
    sub_kind: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, String>,
    half_days: Vec<HalfDay>,
    #[serde(default)]
    starts_at: Option<String>,
    place: String,
    venue: Venue,
    #[serde(default)]
    reviewed: Vec<Reviewed>,
    demands: Vec<StatedDemand>,
    #[serde(default)]
    per_employer: Option<u32>,
    recusal: RecusalDemand,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatedDemand {
    label: String,
    specialties: Vec<String>,
    level: Level,
    #[serde(default)]
    duty: Option<String>,
    seats: u32,
    #[serde(default)]
    reserves: u32,
}

const fn first() -> u32 {
    1
}

/// Reads a request; the error lists what is wrong with the file, in Chinese.
pub(super) fn read(bytes: &[u8], people: &People) -> Result<Asked, Vec<String>> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| vec!["使用需求不是 UTF-8 文本。请另存为 UTF-8 后再试。".to_owned()])?;
    let stated: Stated = toml::from_str(text).map_err(|error| {
        vec![format!(
            "使用需求{}。各项写法见 docs/cli.md。",
            words::toml(text, &error)
        )]
    })?;
    let mut wrong = Vec::new();
    if stated.number.trim().is_empty() {
        wrong
            .push("没有写编号（number）。抽取记录按编号识别，请填写，如 XQ-2026-0001。".to_owned());
    }
    let previous = match (stated.attempt, &stated.previous) {
        (0, _) => {
            wrong.push("次数（attempt）从 1 开始，不能是 0。请改正。".to_owned());
            None
        }
        (1, None) => Some(Digest([0; 32])),
        (1, Some(_)) => {
            wrong.push(
                "第 1 次抽取没有前一次，不应写 previous。请删去，或改正 attempt。".to_owned(),
            );
            None
        }
        (_, None) => {
            wrong.push(
                "第 2 次起须写前一次记录的指纹（previous），作废的一次才看得见。请补充。"
                    .to_owned(),
            );
            None
        }
        (_, Some(text)) => text
            .parse()
            .map_err(|error| {
                wrong.push(format!(
                    "前一次记录的指纹（previous）不对：{error}。请从前一次的记录中复制。"
                ))
            })
            .ok(),
    };
    let known = people.specialties();
    for demand in &stated.demands {
        for name in &demand.specialties {
            if !known.contains(&specialty_id(name)) {
                wrong.push(format!(
                    "“{}”所需专业“{name}”在名单里没有人。请核对写法；名单里的专业有：{}。",
                    demand.label,
                    people.specialty_names().join("、"),
                ));
            }
        }
    }
    let (Some(previous), true) = (previous, wrong.is_empty()) else {
        return Err(wrong);
    };
    let demands = stated.demands.into_iter().map(|demand| Demand {
        label: demand.label,
        specialties: demand
            .specialties
            .iter()
            .map(|name| specialty_id(name))
            .collect(),
        level: demand.level,
        duty: demand.duty,
        seats: demand.seats,
        reserves: demand.reserves,
    });
    Ok(Asked {
        number: stated.number.trim().to_owned(),
        attempt: stated.attempt,
        previous,
        rehearsal: stated.rehearsal,
        request: Request {
            content: stated.content,
            scope: stated.scope,
            kind: stated.kind,
            sub_kind: stated.sub_kind,
            fields: stated.fields,
            half_days: stated.half_days,
            starts_at: stated.starts_at,
            place: stated.place,
            venue: stated.venue,
            reviewed: stated.reviewed,
            demands: demands.collect(),
            per_employer: stated.per_employer,
            recusal: stated.recusal,
            // 定向选用 is never a draw, so a file cannot ask for it here.
            mode: Mode::Random,
        },
    })
}
