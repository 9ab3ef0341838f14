//! Is a request complete and possible, as the pack asks? Every problem at once.

use jiff::civil::Date;

use crate::id::SpecialtyId;
use crate::policy::pack::{DrawMode, Field, Pack, RequestField, Situation, TaskField, TaskKind};
use crate::policy::words::Word as _;
use crate::task::{Level, Mode, RecusalDemand, Request, TEAM_FIELD};

/// Something a requester has to mend before filing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestProblem {
    /// Field of the form, e.g. `demands.0.seats`.
    pub field: String,
    /// The article that asks for it; empty where none does.
    pub article: String,
    /// What happened, why, what to do.
    pub sentence: String,
}

/// Most seats of one demand; beyond it the number is surely a slip.
pub const MOST_SEATS: u32 = 99;
/// Most demands of one request.
pub const MOST_DEMANDS: usize = 20;

/// Every problem of a request on this day. `known` says which specialties may be asked for.
pub fn problems(
    pack: &Pack,
    request: &Request,
    today: Date,
    known: impl Fn(SpecialtyId) -> bool,
) -> Vec<RequestProblem> {
    let mut found = Found {
        pack,
        all: Vec::new(),
    };
    found.texts(request);
    found.time(request, today);
    found.demands(request, known);
    found.kind(request);
    found.mode(request);
    found.all
}

/// The document whose procedure and templates the work follows, if the kind below the kind names one
/// (JM 第八条(一)).
pub fn procedure<'p>(pack: &'p Pack, request: &Request) -> Option<&'p str> {
    let kind = pack.task_kind(&request.kind)?;
    kind.sub_kind(request.sub_kind.as_deref()?)?
        .procedure
        .as_deref()
}

struct Found<'p> {
    pack: &'p Pack,
    all: Vec<RequestProblem>,
}

impl Found<'_> {
    fn add(&mut self, field: impl Into<String>, sentence: impl Into<String>) {
        let article = self.pack.draw.citation.to_string();
        self.all.push(RequestProblem {
            field: field.into(),
            article,
            sentence: sentence.into(),
        });
    }

    fn asks(&self, field: RequestField) -> bool {
        self.pack.draw.request.contains(&field)
    }

    fn texts(&mut self, request: &Request) {
        let asked = [
            (RequestField::Content, "content", &request.content),
            (RequestField::Place, "place", &request.place),
            (RequestField::Scope, "scope", &request.scope),
        ];
        for (field, name, text) in asked {
            if self.asks(field) && text.trim().is_empty() {
                self.add(
                    name,
                    format!("没有填写{0}。抽取须按使用要求进行，请填写{0}。", field.zh()),
                );
            }
        }
        for (name, text, most) in [
            ("content", &request.content, 500),
            ("place", &request.place, 200),
        ] {
            if text.chars().count() > most {
                self.add(
                    name,
                    format!("内容超过 {most} 字，无法印在通知上。请删减后再提交。"),
                );
            }
        }
        let list = self
            .pack
            .tasks
            .scope
            .as_ref()
            .and_then(|id| self.pack.vocabulary.list(id));
        if let Some(list) = list
            && !request.scope.is_empty()
            && !list.offers(&request.scope)
        {
            let offered: Vec<_> = list.offered().collect();
            self.add(
                "scope",
                format!(
                    "“{}”不在业务范围之列。请从“{}”中选择。",
                    request.scope,
                    offered.join("、")
                ),
            );
        }
        if let RecusalDemand::Organisations {
            organisations,
            reason,
        } = &request.recusal
        {
            if organisations.is_empty() {
                self.add(
                    "recusal",
                    "选择了有回避要求，但没有填写单位。请填写单位，或选择“无”。",
                );
            }
            if reason.trim().is_empty() {
                self.add(
                    "recusal_reason",
                    "提出回避要求须写明理由，理由会留痕。请补充。",
                );
            }
        }
    }

    fn time(&mut self, request: &Request, today: Date) {
        let Some(first) = request.work_date() else {
            self.add(
                "half_days",
                "没有填写工作时间。时间决定谁能参加、回避从哪天起算，请至少选一个半天。",
            );
            return;
        };
        if first < today {
            self.add(
                "half_days",
                format!("工作日期 {first} 已经过去。请改为今天或以后的日期。"),
            );
        }
        let mut sorted = request.half_days.clone();
        sorted.sort_unstable();
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            self.add("half_days", "同一个半天填了两次。请删去重复的一行。");
        }
        if request.half_days.len() > 60 {
            self.add("half_days", "一次需求最多 60 个半天。请按批次分开提出。");
        }
    }

    fn demands(&mut self, request: &Request, known: impl Fn(SpecialtyId) -> bool) {
        if request.demands.is_empty() {
            self.add(
                "demands",
                "没有填写名额。请至少填写一组专业领域、等级和人数。",
            );
        }
        if request.demands.len() > MOST_DEMANDS {
            self.add(
                "demands",
                format!("一次需求最多 {MOST_DEMANDS} 组名额。请合并或分开提出。"),
            );
        }
        for (index, demand) in request.demands.iter().enumerate() {
            let at = |name: &str| format!("demands.{index}.{name}");
            let row = index + 1;
            if demand.specialties.is_empty() && self.asks(RequestField::Specialty) {
                self.add(
                    at("specialties"),
                    format!("第 {row} 组没有选择专业领域。请至少选择一项。"),
                );
            }
            if demand
                .specialties
                .iter()
                .any(|specialty| !known(*specialty))
            {
                self.add(
                    at("specialties"),
                    format!("第 {row} 组选了已移除的专业领域，不能再抽取。请改选在用的专业领域。"),
                );
            }
            if demand.seats == 0 || demand.seats > MOST_SEATS {
                self.add(
                    at("seats"),
                    format!(
                        "第 {row} 组人数为 {}，应在 1 至 {MOST_SEATS} 之间。请核对。",
                        demand.seats
                    ),
                );
            }
            if demand.reserves > MOST_SEATS {
                self.add(
                    at("reserves"),
                    format!("第 {row} 组候补人数过多，最多 {MOST_SEATS} 人。"),
                );
            }
            let rung = match &demand.level {
                Level::Any => None,
                Level::Title { rung } => Some(("title", rung)),
                Level::Skill { rung } => Some(("skill", rung)),
            };
            if let Some((ladder, rung)) = rung
                && self.pack.vocabulary.rung(ladder, rung).is_none()
            {
                self.add(
                    at("level"),
                    format!("第 {row} 组的等级“{rung}”不在等级序列中。请重新选择。"),
                );
            }
            let duty = self.pack.axis("duty");
            if let (Some(wanted), Some(axis)) = (&demand.duty, duty)
                && !axis.values.contains(wanted)
            {
                self.add(
                    at("duty"),
                    format!("第 {row} 组的{}“{wanted}”不存在。请重新选择。", axis.label),
                );
            }
        }
        if request.per_employer == Some(0) {
            self.add(
                "per_employer",
                "同一单位人数上限不能为 0。请填 1 以上，或不限。",
            );
        }
    }

    fn kind(&mut self, request: &Request) {
        let Some(kind) = self.pack.task_kind(&request.kind) else {
            self.add("kind", "没有选择工作类别。请从列出的类别中选择一项。");
            return;
        };
        let article = kind.citation.to_string();
        if !kind.sub_kinds.is_empty() {
            let known = request
                .sub_kind
                .as_ref()
                .is_some_and(|sub| kind.sub_kinds.iter().any(|known| known.label == *sub));
            if !known {
                let names: Vec<_> = kind
                    .sub_kinds
                    .iter()
                    .map(|sub| sub.label.as_str())
                    .collect();
                let sentence = format!(
                    "没有选择“{}”的具体类别。请从“{}”中选择。",
                    kind.label,
                    names.join("、")
                );
                self.all.push(RequestProblem {
                    field: "sub_kind".into(),
                    article: article.clone(),
                    sentence,
                });
            }
        }
        for (index, reviewed) in request.reviewed.iter().enumerate() {
            if reviewed.organisation.name.trim().is_empty() {
                self.add(
                    format!("reviewed.{index}.organisation"),
                    format!(
                        "第 {} 个受评单位没有名称。请填写全称，或删去这一行。",
                        index + 1
                    ),
                );
            }
        }
        let mut situation = Situation::EMPTY.with(Field::Venue, request.venue.zh());
        if let Some(team) = self.team(kind, request) {
            situation = situation.with(Field::Team, team);
        }
        let asked = |id: &str| {
            let rules = self.pack.task_field(id);
            rules.is_none_or(|rules| situation.meets(&rules.when) != Some(false))
        };
        let sub_kind = request.sub_kind.as_ref().and_then(|sub| kind.sub_kind(sub));
        let below = sub_kind.iter().flat_map(|sub| {
            let required = sub.required.iter();
            required.map(|field| (field, sub.label.as_str()))
        });
        let of_kind = kind
            .required
            .iter()
            .map(|field| (field, kind.label.as_str()));
        let required: Vec<(&String, &str)> =
            of_kind.chain(below).filter(|(id, _)| asked(id)).collect();
        let unlisted: Vec<RequestProblem> = self
            .pack
            .tasks
            .fields
            .iter()
            .filter(|field| asked(&field.id))
            .filter_map(|field| self.unlisted(field, request, &article))
            .collect();
        self.all.extend(unlisted);
        for (field, of) in required {
            let rules = self.pack.task_field(field);
            let given = match field.as_str() {
                "project_leader" => {
                    !request.reviewed.is_empty()
                        && request
                            .reviewed
                            .iter()
                            .all(|r| r.people.iter().any(|p| p.leads))
                }
                "reviewed_organisation" => !request.reviewed.is_empty(),
                "guideline" | "round" => {
                    !request.reviewed.is_empty()
                        && request.reviewed.iter().all(|r| {
                            r.call.as_ref().is_some_and(|call| {
                                !call.guideline.trim().is_empty() && !call.round.trim().is_empty()
                            })
                        })
                }
                other => request
                    .fields
                    .get(other)
                    .is_some_and(|text| !text.trim().is_empty()),
            };
            if !given {
                let label = rules.map_or(field.as_str(), |known| known.label.as_str());
                let (place, why) = match field.as_str() {
                    "project_leader" | "reviewed_organisation" | "guideline" | "round" => {
                        ("reviewed".to_owned(), "，否则无法核对回避")
                    }
                    other => (format!("fields.{other}"), ""),
                };
                self.all.push(RequestProblem {
                    field: place,
                    article: article.clone(),
                    sentence: format!("“{of}”必须填写{label}{why}。请补充。"),
                });
            }
        }
    }

    /// A task of a kind that several teams do says as which of them (CY 第二条); one that names a team
    /// names one that does it.
    fn team(&mut self, kind: &TaskKind, request: &Request) -> Option<String> {
        match self.pack.team_of_task(kind, request.team()) {
            Ok(team) => team.map(|team| team.id.clone()),
            Err(no_team) => {
                self.all.push(RequestProblem {
                    field: format!("fields.{TEAM_FIELD}"),
                    article: kind.citation.to_string(),
                    sentence: no_team.to_string(),
                });
                None
            }
        }
    }

    /// A value that is not of the list its field takes values from.
    fn unlisted(
        &self,
        field: &TaskField,
        request: &Request,
        article: &str,
    ) -> Option<RequestProblem> {
        let list = self.pack.vocabulary.list(field.list.as_ref()?)?;
        let value = request.fields.get(&field.id)?.trim();
        if value.is_empty() || list.offers(value) {
            return None;
        }
        let offered: Vec<_> = list.offered().collect();
        let sentence = format!(
            "“{value}”不是可填的{}。请从“{}”中选择。",
            field.label,
            offered.join("、")
        );
        Some(RequestProblem {
            field: format!("fields.{}", field.id),
            article: article.to_owned(),
            sentence,
        })
    }

    fn mode(&mut self, request: &Request) {
        let mode = match &request.mode {
            Mode::Random => DrawMode::Random,
            Mode::Designated { .. } => DrawMode::Designation,
        };
        if !self.pack.draw.modes.contains(&mode) {
            self.add(
                "mode",
                format!("本办法没有“{}”这种方式。请改选。", mode.zh()),
            );
        }
        let (
            Mode::Designated {
                ground,
                why_not_random,
                experts,
            },
            Some(rules),
        ) = (&request.mode, &self.pack.draw.designation)
        else {
            return;
        };
        let article = rules.citation.to_string();
        let mut add = |field: &str, sentence: String| {
            self.all.push(RequestProblem {
                field: field.into(),
                article: article.clone(),
                sentence,
            });
        };
        if !rules.grounds.is_empty() && !rules.grounds.contains(ground) {
            let grounds = rules.grounds.join("、");
            add(
                "ground",
                format!("没有选择定向选用的理由。请从“{grounds}”中选择一项。"),
            );
        }
        if rules.besides.is_some() && why_not_random.trim().is_empty() {
            add(
                "why_not_random",
                "没有说明为什么随机方式难以确定合适专家。请写明。".into(),
            );
        }
        if u32::try_from(experts.len()).unwrap_or(u32::MAX) != request.seats() {
            add(
                "experts",
                format!(
                    "需 {} 人，现选了 {} 人。请使两者一致。",
                    request.seats(),
                    experts.len()
                ),
            );
        }
        let mut unique = experts.clone();
        unique.sort_unstable();
        unique.dedup();
        if unique.len() != experts.len() {
            add("experts", "同一位专家选了两次。请删去重复的一位。".into());
        }
    }
}
