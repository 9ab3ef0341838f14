//! A request as typed, and read from what was typed.

use std::collections::BTreeMap;

use domain::half_day::{HalfDay, Slot};
use domain::id::SpecialtyId;
use domain::organisation::OrganisationRef;
use domain::task::{
    Call, Demand, Level, Mode, RecusalDemand, Request, Reviewed, ReviewedPerson, Venue,
};

use super::in_form;
use super::rows::{at, rows};
use crate::error::WebError;
use crate::form::FormState;
use crate::session::InPool;
use crate::state::App;

fn level_code(level: &Level) -> String {
    match level {
        Level::Any => "any".to_owned(),
        Level::Title { rung } => format!("title:{rung}"),
        Level::Skill { rung } => format!("skill:{rung}"),
    }
}

/// A request as it would have been typed.
pub(super) fn typed(request: &Request, experts: &[String]) -> FormState {
    let mut form = FormState::blank()
        .with("content", &request.content)
        .with("scope", &request.scope)
        .with("kind", &request.kind)
        .with("sub_kind", request.sub_kind.clone().unwrap_or_default())
        .with("place", &request.place)
        .with("starts_at", request.starts_at.clone().unwrap_or_default())
        .with(
            "venue",
            if request.venue == Venue::OnSite {
                "on_site"
            } else {
                "online"
            },
        )
        .with(
            "per_employer",
            request
                .per_employer
                .map(|most| most.to_string())
                .unwrap_or_default(),
        );
    for (id, text) in &request.fields {
        form = form.with(&format!("fields.{id}"), text);
    }
    for (index, half) in request.half_days.iter().enumerate() {
        form = form
            .with(&at("half_days", index, "date"), half.date.to_string())
            .with(&at("half_days", index, "slot"), slot_code(half.slot));
    }
    for (index, reviewed) in request.reviewed.iter().enumerate() {
        let people = |leads: bool| {
            let names = reviewed
                .people
                .iter()
                .filter(|one| one.leads == leads)
                .map(|one| one.name.as_str());
            names.collect::<Vec<_>>().join("、")
        };
        form = form
            .with(&at("reviewed", index, "name"), &reviewed.organisation.name)
            .with(
                &at("reviewed", index, "code"),
                reviewed
                    .organisation
                    .credit_code
                    .clone()
                    .unwrap_or_default(),
            )
            .with(&at("reviewed", index, "leader"), people(true))
            .with(&at("reviewed", index, "people"), people(false));
        if reviewed.listed {
            form = form.with(&at("reviewed", index, "listed"), "yes");
        }
        if let Some(call) = &reviewed.call {
            form = form
                .with(&at("reviewed", index, "guideline"), &call.guideline)
                .with(&at("reviewed", index, "round"), &call.round);
        }
    }
    for (index, demand) in request.demands.iter().enumerate() {
        form = form
            .with(&at("demands", index, "label"), &demand.label)
            .with(&at("demands", index, "level"), level_code(&demand.level))
            .with(
                &at("demands", index, "duty"),
                demand.duty.clone().unwrap_or_default(),
            )
            .with(&at("demands", index, "seats"), demand.seats.to_string())
            .with(
                &at("demands", index, "reserves"),
                demand.reserves.to_string(),
            );
        for specialty in &demand.specialties {
            form = form.with(&at("demands", index, "specialties"), specialty.to_string());
        }
    }
    form = match &request.recusal {
        RecusalDemand::Nobody => form.with("recusal", "nobody"),
        RecusalDemand::Organisations {
            organisations,
            reason,
        } => {
            let names: Vec<_> = organisations.iter().map(|one| one.name.as_str()).collect();
            form.with("recusal", "organisations")
                .with("recusal_units", names.join("\n"))
                .with("recusal_reason", reason)
        }
    };
    match &request.mode {
        Mode::Random => form.with("mode", "random"),
        Mode::Designated {
            ground,
            why_not_random,
            ..
        } => form
            .with("mode", "designated")
            .with("ground", ground)
            .with("why_not_random", why_not_random)
            .with("experts", experts.join("\n")),
    }
}

pub(super) const fn slot_code(slot: Slot) -> &'static str {
    match slot {
        Slot::Morning => "morning",
        Slot::Afternoon => "afternoon",
        Slot::Evening => "evening",
    }
}

fn lines(text: &str) -> Vec<String> {
    text.split(['\n', '、', ',', '，', ';', '；'])
        .map(crate::form::plain)
        .filter(|line| !line.is_empty())
        .collect()
}

fn organisation(name: String, code: String) -> OrganisationRef {
    OrganisationRef {
        id: None,
        name,
        credit_code: Some(code.to_uppercase()).filter(|code| !code.is_empty()),
    }
}

/// What was typed as a request. What cannot be read is noted in the form; what is wrong by rule is found later.
pub(super) async fn read(
    app: &App,
    here: &InPool,
    form: &mut FormState,
) -> Result<Request, WebError> {
    let mut half_days = Vec::new();
    for index in 0..rows(form, "half_days") {
        let day = form.date(&at("half_days", index, "date"), "工作日期");
        let slot = Slot::ALL
            .into_iter()
            .find(|slot| form.value(&at("half_days", index, "slot")) == slot_code(*slot));
        match (day, slot) {
            (Some(date), Some(slot)) => half_days.push(HalfDay { date, slot }),
            (Some(_), None) => form.reject(
                &at("half_days", index, "slot"),
                format!(
                    "第 {} 个半天没有选上午、下午或晚间，无法排时间。请选择。",
                    index + 1
                ),
            ),
            (None, _) => {}
        }
    }
    let reviewed = (0..rows(form, "reviewed"))
        .filter_map(|index| reviewed_row(form, index))
        .collect();
    let mut demands = Vec::new();
    for index in 0..rows(form, "demands") {
        demands.push(demand_row(form, index));
    }
    let recusal = match form.value("recusal") {
        "organisations" => RecusalDemand::Organisations {
            organisations: lines(form.value("recusal_units"))
                .into_iter()
                .map(|name| organisation(name, String::new()))
                .collect(),
            reason: form.text("recusal_reason"),
        },
        "nobody" => RecusalDemand::Nobody,
        _ => {
            form.reject(
                "recusal",
                "没有说明回避要求。没有也要写明，请选择“无”或填写单位。",
            );
            RecusalDemand::Nobody
        }
    };
    let venue = match form.value("venue") {
        "on_site" => Venue::OnSite,
        "online" => Venue::Online,
        _ => {
            form.reject("venue", "没有选择线上或线下，专家不知道怎样参加。请选择。");
            Venue::OnSite
        }
    };
    let mode = match form.value("mode") {
        "designated" => {
            let names = lines(form.value("experts"));
            let said = Some(form.value("fields.team")).filter(|said| !said.is_empty());
            let team = here
                .pack
                .task_kind(form.value("kind"))
                .and_then(|kind| here.pack.team_of_task(kind, said).ok().flatten())
                .map(|team| team.id.clone());
            let experts = match app
                .service
                .experts_named(here.ctx(), here.pool.id, team.as_deref(), &names)
                .await
                .map_err(in_form)
            {
                Ok(experts) => experts,
                Err(service::Error::Invalid(problems)) => {
                    form.note(problems);
                    Vec::new()
                }
                Err(other) => return Err(other.into()),
            };
            Mode::Designated {
                ground: form.text("ground"),
                why_not_random: form.text("why_not_random"),
                experts,
            }
        }
        "random" => Mode::Random,
        _ => {
            form.reject("mode", "没有选择选取方式。请选择随机抽取或定向选用。");
            Mode::Random
        }
    };
    let per_employer = form.number("per_employer", "同一单位人数上限", 1..=99);
    let fields: BTreeMap<String, String> = here
        .pack
        .tasks
        .fields
        .iter()
        .map(|field| (field.id.clone(), form.text(&format!("fields.{}", field.id))))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let optional = |text: String| Some(text).filter(|text| !text.is_empty());
    Ok(Request {
        content: form.text("content"),
        scope: form.text("scope"),
        kind: form.text("kind"),
        sub_kind: optional(form.text("sub_kind")),
        fields,
        half_days,
        starts_at: optional(form.text("starts_at")),
        place: form.text("place"),
        venue,
        reviewed,
        demands,
        per_employer: per_employer.and_then(|most| u32::try_from(most).ok()),
        recusal,
        mode,
    })
}

/// One 受评单位; a row left blank is none.
fn reviewed_row(form: &FormState, index: usize) -> Option<Reviewed> {
    let text = |field: &str| form.text(&at("reviewed", index, field));
    let people = |field: &str, leads: bool| {
        let names = lines(form.value(&at("reviewed", index, field)));
        names
            .into_iter()
            .map(move |name| ReviewedPerson { name, leads })
            .collect::<Vec<_>>()
    };
    let mut all = people("leader", true);
    all.extend(people("people", false));
    let (name, guideline, round) = (text("name"), text("guideline"), text("round"));
    if name.is_empty() && all.is_empty() && guideline.is_empty() && round.is_empty() {
        return None;
    }
    Some(Reviewed {
        organisation: organisation(name, text("code")),
        listed: form.holds(&at("reviewed", index, "listed"), "yes"),
        people: all,
        call: (!guideline.is_empty() || !round.is_empty()).then_some(Call { guideline, round }),
    })
}

fn demand_row(form: &mut FormState, index: usize) -> Demand {
    let key = |field: &str| at("demands", index, field);
    let level = form.text(&key("level"));
    let level = match level.split_once(':') {
        Some(("title", rung)) => Level::Title {
            rung: rung.to_owned(),
        },
        Some(("skill", rung)) => Level::Skill {
            rung: rung.to_owned(),
        },
        _ => {
            if level != "any" {
                let sentence = format!(
                    "第 {} 组没有选专业技术等级。没有要求也要写明，请选“不限”。",
                    index + 1
                );
                form.reject(&key("level"), sentence);
            }
            Level::Any
        }
    };
    let label = form.text(&key("label"));
    let number = |form: &mut FormState, field: &str, name: &str| {
        let number = form.number(&key(field), name, 0..=99).unwrap_or_default();
        u32::try_from(number).unwrap_or_default()
    };
    Demand {
        label: if label.is_empty() {
            format!("第 {} 组", index + 1)
        } else {
            label
        },
        specialties: form
            .values(&key("specialties"))
            .filter_map(|id| id.parse::<SpecialtyId>().ok())
            .collect(),
        level,
        duty: Some(form.text(&key("duty"))).filter(|duty| !duty.is_empty()),
        seats: number(form, "seats", "人数"),
        reserves: number(form, "reserves", "候补人数"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> FormState {
        FormState::from(
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn a_blank_row_of_reviewed_is_none_and_people_are_told_apart() {
        assert_eq!(reviewed_row(&form(&[("reviewed.0.name", " ")]), 0), None);
        let row = reviewed_row(
            &form(&[
                ("reviewed.0.name", "甲公司"),
                ("reviewed.0.leader", "张三"),
                ("reviewed.0.people", "李四、王五"),
            ]),
            0,
        )
        .expect("a row");
        assert_eq!(row.people.iter().filter(|one| one.leads).count(), 1);
        assert_eq!(row.people.len(), 3);
    }
}
