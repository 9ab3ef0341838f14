//! The list of people: a table as offices keep it, or JSON with everything the program knows of an
//! expert.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context;
use documents::roster::{self, RosterVocabulary, Severity};
use documents::table::TableReader;
use domain::expert::{Expert, Standing, Term};
use domain::explain::Explain as _;
use domain::frame::Prospect;
use domain::id::{ExpertId, PersonId, PoolId, RelationId, SpecialtyId};
use domain::identity::IdentityNumber;
use domain::person::Profile;
use domain::policy::Pack;
use domain::relation::{Other, Relation, Source};
use domain::rotation::Rotation;
use domain::task::Request;
use domain::text;
use draw::Suite;
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use super::first16;
use crate::words;

/// Everybody on the list.
pub(super) struct People {
    prospects: Vec<Prospect>,
    names: BTreeMap<SpecialtyId, String>,
    /// What is wrong with the rows that were not read, one sentence a row.
    pub(super) errors: Vec<String>,
}

/// One expert of a JSON list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    id_number: String,
    /// Team, by id, where the pool has some.
    #[serde(default)]
    team: Option<String>,
    specialties: Vec<String>,
    #[serde(default)]
    duties: Vec<String>,
    /// 聘期; without one the person is in the pool on every day.
    #[serde(default)]
    term: Option<Term>,
    /// 暂停抽取, why.
    #[serde(default)]
    suspended: Option<String>,
    /// The register the person is on.
    #[serde(default)]
    listed: Option<String>,
    #[serde(default)]
    relations: Vec<ListedRelation>,
    profile: Profile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedRelation {
    kind: String,
    other: Other,
    #[serde(default)]
    from: Option<Date>,
    #[serde(default)]
    to: Option<Date>,
}

/// A specialty is known by its name, written one way or another.
pub(super) fn specialty_id(name: &str) -> SpecialtyId {
    SpecialtyId(named("specialty", &text::match_key(name)))
}

fn named(what: &str, name: &str) -> Uuid {
    Uuid::from_bytes(first16(Suite::Sm3.tagged(what, &[name.as_bytes()]).0))
}

impl People {
    /// Reads a list. The inner error says why the whole file is no list, in Chinese.
    pub(super) fn read(
        path: &Path,
        bytes: &[u8],
        pack: &Pack,
        on: Date,
    ) -> anyhow::Result<Result<Self, String>> {
        let mut people = Self {
            prospects: Vec::new(),
            names: BTreeMap::new(),
            errors: Vec::new(),
        };
        let json = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let read = if json {
            people.read_json(bytes)
        } else {
            let reader = TableReader::of_this_program().context("找不到本程序所在位置")?;
            people.read_table(&reader, bytes, pack, on)
        };
        Ok(read.map(|()| people))
    }

    fn read_table(
        &mut self,
        reader: &TableReader,
        bytes: &[u8],
        pack: &Pack,
        on: Date,
    ) -> Result<(), String> {
        let roster = roster::read(reader, bytes, &RosterVocabulary::of_pack(pack), on)
            .map_err(|error| error.sentence())?;
        for problem in roster
            .problems
            .iter()
            .filter(|found| found.severity == Severity::Error)
        {
            let column = problem
                .column
                .as_deref()
                .map(|column| format!(" {column} 列"))
                .unwrap_or_default();
            self.errors.push(format!(
                "第 {} 行{column}：{}",
                problem.row, problem.sentence
            ));
        }
        for row in roster.rows {
            // Rows without a number were rejected; it is how one person stays one person.
            let Some(number) = &row.id_number else {
                continue;
            };
            self.add(
                number,
                pack.pool
                    .membership(row.team.as_deref().unwrap_or_default())
                    .unwrap_or_default()
                    .map(|team| team.id.clone()),
                row.specialties,
                Vec::new(),
                None,
                None,
                None,
                Vec::new(),
                row.profile,
            );
        }
        Ok(())
    }

    fn read_json(&mut self, bytes: &[u8]) -> Result<(), String> {
        let listed: Vec<Listed> = serde_json::from_slice(bytes)
            .map_err(|error| format!("名单{}。各项写法见 docs/cli.md。", words::json(&error)))?;
        let mut seen = BTreeSet::new();
        for (place, one) in listed.into_iter().enumerate() {
            let number = match IdentityNumber::parse(&one.id_number) {
                Ok(number) => number,
                Err(error) => {
                    self.errors
                        .push(format!("第 {} 人：{}", place + 1, error.sentence()));
                    continue;
                }
            };
            if !seen.insert(number.expose().to_owned()) {
                self.errors.push(format!(
                    "第 {} 人：身份证号码 {} 前面已经出现过。同一人只能列一次，请删去重复的。",
                    place + 1,
                    number.masked()
                ));
                continue;
            }
            self.add(
                &number,
                one.team,
                one.specialties,
                one.duties,
                one.term,
                one.suspended,
                one.listed,
                one.relations,
                one.profile,
            );
        }
        Ok(())
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one argument per column, called twice in this file"
    )]
    fn add(
        &mut self,
        number: &IdentityNumber,
        team: Option<String>,
        specialties: Vec<String>,
        duties: Vec<String>,
        term: Option<Term>,
        suspended: Option<String>,
        listed: Option<String>,
        relations: Vec<ListedRelation>,
        profile: Profile,
    ) {
        let id = named("person", number.expose());
        let term = term.unwrap_or(Term {
            from: Date::MIN,
            to: Date::MAX,
        });
        let standing = match suspended {
            Some(reason) => Standing::Suspended {
                term,
                reason,
                until: None,
            },
            None => Standing::Appointed { term },
        };
        let expert = Expert {
            id: ExpertId(id),
            pool: PoolId(Uuid::nil()),
            person: PersonId(id),
            team,
            number: (self.prospects.len() + 1).to_string(),
            specialties: specialties.iter().map(|name| specialty_id(name)).collect(),
            duties,
            standing,
            channel: None,
            basis: None,
        };
        for name in specialties {
            self.names.entry(specialty_id(&name)).or_insert(name);
        }
        let relations = relations
            .into_iter()
            .enumerate()
            .map(|(place, relation)| Relation {
                id: RelationId(named("relation", &format!("{id}/{place}"))),
                person: PersonId(id),
                kind: relation.kind,
                other: relation.other,
                from: relation.from,
                to: relation.to,
                source: Source::Imported,
                note: None,
                withdrawn: None,
            });
        self.prospects.push(Prospect {
            expert,
            profile,
            relations: relations.collect(),
            busy: None,
            rotation: Rotation::default(),
            listed,
        });
    }

    /// Everybody in a specialty the request asks for.
    pub(super) fn in_scope(&self, request: &Request) -> Vec<Prospect> {
        let wanted: BTreeSet<SpecialtyId> = request
            .demands
            .iter()
            .flat_map(|demand| demand.specialties.iter().copied())
            .collect();
        self.prospects
            .iter()
            .filter(|prospect| {
                prospect
                    .expert
                    .specialties
                    .iter()
                    .any(|one| wanted.contains(one))
            })
            .cloned()
            .collect()
    }

    /// The specialties somebody on the list has.
    pub(super) fn specialties(&self) -> BTreeSet<SpecialtyId> {
        self.names.keys().copied().collect()
    }

    /// Their names as first written, in order.
    pub(super) fn specialty_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.names.values().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// Somebody's name and employer.
    pub(super) fn person(&self, id: ExpertId) -> (&str, &str) {
        let found = self
            .prospects
            .iter()
            .find(|prospect| prospect.expert.id == id);
        found.map_or(("", ""), |prospect| {
            let employer = prospect.profile.employer.as_ref();
            (
                &prospect.profile.name,
                employer.map_or("", |employer| &employer.name),
            )
        })
    }
}
