//! Cases on levels, rest, recusal.

use jiff::civil::Date;
use uuid::Uuid;

use super::reading::Day;
use super::{Scene, case, differs};
use crate::id::{PersonId, RelationId};
use crate::organisation::OrganisationRef;
use crate::policy::pack::{DrawMode, Subject};
use crate::recusal::{self, Days};
use crate::relation::{Other, Relation, Source};
use crate::rotation::{Rotation, Use};
use crate::task::{Call, Demand, Mode, RecusalDemand, Request, Reviewed, ReviewedPerson, Venue};

case! {
    /// 等级是否够
    Level = "level" {
        /// Held, as `ladder:rung`.
        held: String,
        /// Asked for.
        asked: String,
        /// Does it reach?
        reaches: bool,
    }
}

impl Level {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let vocabulary = &scene.pack.vocabulary;
        let rung = |text: &str| {
            text.split_once(':')
                .and_then(|(ladder, name)| vocabulary.rung(ladder, name))
        };
        match (rung(&self.held), rung(&self.asked)) {
            (Some(held), Some(asked)) => {
                differs("是否达到", &vocabulary.reaches(held, asked), &self.reaches)
                    .into_iter()
                    .collect()
            }
            _ => vec!["级别应写成“等级:级别”，且在等级表中。".to_owned()],
        }
    }
}

/// What one use means for the expert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Chance {
    /// A candidate, and drawn unless resting.
    Drawn,
    /// A candidate, and not drawn.
    NotDrawn,
    /// No candidate for this use.
    NoCandidate,
    /// Drawn, then recused.
    Recused,
    /// The rest was waived, and drawn.
    WaivedDrawn,
    /// Chosen by name.
    Designated,
    /// The attempt was void.
    Void,
}

case! {
    /// 连续抽中暂停一次
    RestCase = "rest" {
        /// Uses in time.
        uses: Vec<Chance>,
        /// Numbers (from 1) of the uses in which the expert rests.
        rests_at: Vec<usize>,
    }
}

impl RestCase {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(rest) = &scene.pack.draw.rest else {
            return vec!["规则包没有暂停规则。".to_owned()];
        };
        let rule = rest.rule();
        let designation_counts = rest.modes.contains(&DrawMode::Designation);
        let (mut state, mut rested) = (Rotation::default(), Vec::new());
        for (place, chance) in self.uses.iter().enumerate() {
            let used = match chance {
                Chance::NoCandidate | Chance::Void => continue,
                Chance::Designated if !designation_counts => continue,
                Chance::WaivedDrawn if state.rests() => Use::WaivedDrawn,
                _ if state.rests() => {
                    rested.push(place + 1);
                    Use::Rested
                }
                Chance::Drawn | Chance::WaivedDrawn | Chance::Designated => Use::Drawn,
                Chance::NotDrawn => Use::NotDrawn,
                Chance::Recused => Use::Recused,
            };
            state = state.after(used, rule);
        }
        differs("暂停的次序", &rested, &self.rests_at)
            .into_iter()
            .collect()
    }
}

/// A fact that may call for recusal, as a case writes it.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Fact {
    kind: String,
    #[serde(default)]
    organisation: Option<String>,
    #[serde(default)]
    person: Option<String>,
    #[serde(default)]
    guideline: Option<String>,
    #[serde(default)]
    round: Option<String>,
    #[serde(default)]
    from: Option<Day>,
    #[serde(default)]
    to: Option<Day>,
}

impl Fact {
    fn relation(&self) -> Relation {
        let organisation = self.organisation.as_deref().map(organisation);
        let other = match (&self.person, &self.guideline, organisation) {
            (Some(name), _, organisation) => Other::Person {
                name: name.clone(),
                organisation,
            },
            (None, Some(guideline), _) => Other::Call {
                guideline: guideline.clone(),
                round: self.round.clone().unwrap_or_default(),
            },
            (None, None, organisation) => Other::Organisation {
                organisation: organisation.unwrap_or_default(),
            },
        };
        Relation {
            id: RelationId(Uuid::nil()),
            person: PersonId(Uuid::nil()),
            kind: self.kind.clone(),
            other,
            from: self.from.map(|day| day.0),
            to: self.to.map(|day| day.0),
            source: Source::Declared,
            note: None,
            withdrawn: None,
        }
    }
}

pub(super) fn organisation(name: &str) -> OrganisationRef {
    OrganisationRef {
        id: None,
        name: name.to_owned(),
        credit_code: None,
    }
}

/// What is reviewed, as a case writes it.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    organisation: String,
    #[serde(default)]
    credit_code: Option<String>,
    #[serde(default)]
    listed: bool,
    #[serde(default)]
    leader: Option<String>,
    #[serde(default)]
    participants: Vec<String>,
    #[serde(default)]
    guideline: Option<String>,
    #[serde(default)]
    round: Option<String>,
}

impl Object {
    fn reviewed(&self) -> Reviewed {
        let person = |name: &String, leads| ReviewedPerson {
            name: name.clone(),
            leads,
        };
        Reviewed {
            organisation: OrganisationRef {
                credit_code: self.credit_code.clone(),
                ..organisation(&self.organisation)
            },
            listed: self.listed,
            people: self
                .leader
                .iter()
                .map(|name| person(name, true))
                .chain(self.participants.iter().map(|name| person(name, false)))
                .collect(),
            call: self.guideline.as_ref().map(|guideline| Call {
                guideline: guideline.clone(),
                round: self.round.clone().unwrap_or_default(),
            }),
        }
    }
}

pub(super) fn request(reviewed: Vec<Reviewed>) -> Request {
    Request {
        content: String::new(),
        scope: String::new(),
        kind: String::new(),
        sub_kind: None,
        fields: std::collections::BTreeMap::new(),
        half_days: Vec::new(),
        starts_at: None,
        place: String::new(),
        venue: Venue::OnSite,
        reviewed,
        demands: Vec::<Demand>::new(),
        per_employer: None,
        recusal: RecusalDemand::Nobody,
        mode: Mode::Random,
    }
}

case! {
    /// 应当回避
    Recusal = "recusal" {
        /// Person to start from.
        #[serde(default)]
        person: Option<String>,
        /// What differs.
        #[serde(default)]
        facts: toml::Table,
        /// First day of the work.
        work: Day,
        /// Day of the draw; the work's if absent.
        #[serde(default)]
        draw: Option<Day>,
        /// Facts on file.
        #[serde(default)]
        fact: Vec<Fact>,
        /// What is reviewed.
        reviewed: Vec<Object>,
        /// Grounds found.
        found: Vec<String>,
    }
}

impl Recusal {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let Some(rules) = &scene.pack.recusal else {
            return vec!["规则包没有回避规则。".to_owned()];
        };
        let facts = match scene.facts(self.person.as_deref(), &self.facts) {
            Ok(facts) => facts,
            Err(error) => return vec![error],
        };
        let relations: Vec<Relation> = self.fact.iter().map(Fact::relation).collect();
        let request = request(self.reviewed.iter().map(Object::reviewed).collect());
        let draw: Date = self.draw.unwrap_or(self.work).0;
        let days = Days {
            work: self.work.0,
            draw,
        };
        let found: Vec<String> = recusal::found(rules, &facts.profile, &relations, &request, days)
            .iter()
            .map(|found| found.ground.id.clone())
            .collect();
        differs("应回避的情形", &found, &self.found)
            .into_iter()
            .collect()
    }
}

case! {
    /// 本人申报的回避
    Declaration = "declaration" {
        /// Ground declared.
        ground: String,
        /// Kind of relation chosen.
        #[serde(default)]
        relation: Option<String>,
        /// The reviewed organisation is listed on an exchange.
        #[serde(default)]
        listed: bool,
        /// The kind is one the ground offers.
        #[serde(default)]
        offered: Option<bool>,
        /// Does the ground hold?
        #[serde(default)]
        holds: Option<bool>,
        /// Are words needed?
        #[serde(default)]
        needs_words: Option<bool>,
    }
}

impl Declaration {
    fn failures(&self, scene: &Scene<'_>) -> Vec<String> {
        let ground = scene
            .pack
            .recusal
            .as_ref()
            .and_then(|rules| rules.ground(&self.ground));
        let Some(ground) = ground else {
            return vec![format!("没有“{}”这个回避情形。", self.ground)];
        };
        let mut failures = Vec::new();
        if let Some(expected) = self.offered {
            let wanted = self.relation.as_deref().unwrap_or_default();
            let found = ground.relations.iter().any(|kind| kind.name == wanted);
            failures.extend(differs("是否列为可选关系", &found, &expected));
        }
        if let Some(expected) = self.holds {
            let object = Object {
                organisation: "某某公司".to_owned(),
                credit_code: None,
                listed: self.listed,
                leader: None,
                participants: Vec::new(),
                guideline: None,
                round: None,
            };
            let request = request(vec![object.reviewed()]);
            let found = recusal::declaration_holds(ground, self.relation.as_deref(), &request);
            failures.extend(differs("是否应回避", &found, &expected));
        }
        if let Some(expected) = self.needs_words {
            failures.extend(differs("须说明情况", &ground.text_required, &expected));
        }
        if ground.subject == Subject::Any && self.relation.is_some() {
            failures.push("本情形不分关系种类。".to_owned());
        }
        failures
    }
}
