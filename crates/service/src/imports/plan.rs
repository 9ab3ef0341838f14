//! What a roster would do: each row compared with whoever has the same identity number.

use std::collections::{BTreeSet, HashMap};

use documents::roster::{Field, RejectedRow, Roster, RosterRow, RowProblem, Severity};
use documents::table::{Choose, Row, Sheet, TableError, TableReader, TableSink, column_name};
use domain::finding::Verdict;
use domain::id::SpecialtyId;
use domain::person::Profile;
use domain::policy::decide::Outcome;
use domain::pool::{Specialty, SpecialtyStatus};
use jiff::civil::Date;
use store::persons::Private;
use store::{Db, Secret, experts, persons as stored_persons};

use super::{
    ChangedRow, Counts, ImportOptions, LISTED_CHANGES, LISTED_PROBLEMS, NewSpecialties, Preview,
};
use crate::error::Result;
use crate::experts::{Decided, Draft, Member, Membership, Person};
use crate::persons::{self, Difference, PersonFile};
use crate::pools::OpenPool;
use crate::service::Service;

/// Rows looked up at once.
const CHUNK: usize = 500;

/// One row that can be written.
pub(crate) struct Planned {
    pub(crate) row: u32,
    pub(crate) draft: Draft,
    /// Specialties the pool does not have yet.
    pub(crate) missing: Vec<String>,
    pub(crate) what: What,
}

/// What writing a row means.
pub(crate) enum What {
    /// A person not in the pool.
    New {
        /// On file already, through another pool.
        known: Option<Person>,
        /// What the conditions say.
        decision: Decided,
    },
    /// A member whose facts differ.
    Changed {
        /// The member.
        member: Box<Member>,
        /// The person.
        person: Person,
        /// What differs.
        differences: Vec<Difference>,
    },
}

/// The effect of a roster.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) rows: Vec<Planned>,
    pub(crate) counts: Counts,
    /// Errors beyond those of the roster itself, by row.
    errors: Vec<RowProblem>,
}

impl Plan {
    /// Specialties that would be added, in the order of the file.
    pub(crate) fn specialties(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        self.rows
            .iter()
            .flat_map(|row| &row.missing)
            .filter(|name| seen.insert((*name).clone()))
            .cloned()
            .collect()
    }

    pub(crate) fn preview(&self, roster: &Roster) -> Preview {
        let mut preview = Preview {
            sheet: roster.sheet.clone(),
            counts: self.counts,
            dropped: roster.dropped.clone(),
            specialties: self.specialties(),
            ..Preview::default()
        };
        for planned in &self.rows {
            let name = planned.draft.file.profile.name.clone();
            match &planned.what {
                What::New { .. } if preview.new.len() < LISTED_CHANGES => {
                    preview.new.push((planned.row, name))
                }
                What::Changed {
                    member,
                    differences,
                    ..
                } if preview.changed.len() < LISTED_CHANGES => {
                    preview.changed.push(ChangedRow {
                        row: planned.row,
                        name,
                        number: member.body.expert.number.clone(),
                        differences: differences.clone(),
                    });
                }
                _ => {}
            }
        }
        let mut problems: Vec<&RowProblem> = roster.problems.iter().chain(&self.errors).collect();
        problems.sort_by_key(|problem| (std::cmp::Reverse(problem.severity), problem.row));
        preview.problem_count = problems.len();
        preview.problems = problems
            .into_iter()
            .take(LISTED_PROBLEMS)
            .cloned()
            .collect();
        preview
    }

    /// Puts the rows that only the comparison found wrong among the rejected, as they stand in the file.
    pub(crate) fn reject(self, reader: &TableReader, bytes: &[u8], roster: &mut Roster) {
        reject_rows(self.errors, reader, bytes, roster);
    }
}

/// Puts the rows these problems are about among the rejected, as they stand in the file.
pub(crate) fn reject_rows(
    problems: Vec<RowProblem>,
    reader: &TableReader,
    bytes: &[u8],
    roster: &mut Roster,
) {
    let wanted: BTreeSet<u32> = problems.iter().map(|problem| problem.row).collect();
    if !wanted.is_empty() {
        let mut rows = Wanted {
            wanted,
            found: Vec::new(),
        };
        // The file was read a moment ago; should it fail now, the workbook lacks only these rows.
        if reader
            .read(bytes, Choose::Named(&roster.sheet), &mut rows)
            .is_ok()
        {
            roster.rejected.append(&mut rows.found);
            roster.rejected.sort_by_key(|row| row.number);
        }
    }
    roster.problems.extend(problems);
}

/// Keeps some rows of a table.
struct Wanted {
    wanted: BTreeSet<u32>,
    found: Vec<RejectedRow>,
}

impl TableSink for Wanted {
    fn sheet(&mut self, _: Sheet) -> Result<(), TableError> {
        Ok(())
    }

    fn row(&mut self, row: Row) -> Result<(), TableError> {
        if self.wanted.contains(&row.number) {
            let cells = row
                .cells
                .into_iter()
                .map(|cell| (cell.column, cell.value))
                .collect();
            self.found.push(RejectedRow {
                number: row.number,
                cells,
            });
        }
        Ok(())
    }
}

/// What is known before the first row.
struct Ground<'a> {
    pool: &'a OpenPool,
    options: &'a ImportOptions,
    roster: &'a Roster,
    specialties: HashMap<String, Specialty>,
    registers_filled: bool,
}

impl Service {
    /// Works out what a roster would do to the pool as `db` sees it.
    pub(crate) async fn plan(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        options: &ImportOptions,
        roster: &Roster,
        progress: &(dyn Fn(usize) + Sync),
    ) -> Result<Plan> {
        let known = store::pools::specialties::<Specialty>(db, pool.id()).await?;
        let mut registers_filled = false;
        for register in &pool.pack.vocabulary.registers {
            let first = store::registers::page::<serde_json::Value>(
                db,
                &register.id,
                &store::PageRequest::first(1),
            )
            .await?;
            registers_filled |= !first.items.is_empty();
        }
        let ground = Ground {
            pool,
            options,
            roster,
            specialties: known
                .into_iter()
                .map(|row| (domain::text::match_key(&row.body.name), row.body))
                .collect(),
            registers_filled,
        };
        let mut plan = Plan {
            counts: Counts {
                errors: roster.rejected.len(),
                ..Counts::default()
            },
            ..Plan::default()
        };
        for (n, chunk) in roster.rows.chunks(CHUNK).enumerate() {
            self.plan_chunk(db, &ground, chunk, &mut plan).await?;
            progress(n * CHUNK + chunk.len());
            // Thousands of rows of arithmetic must not keep others from the thread.
            tokio::task::yield_now().await;
        }
        Ok(plan)
    }

    async fn plan_chunk(
        &self,
        db: &mut impl Db,
        ground: &Ground<'_>,
        rows: &[RosterRow],
        plan: &mut Plan,
    ) -> Result<()> {
        let pool = ground.pool;
        let seals = self.store.seals();
        let numbers: Vec<Secret> = rows
            .iter()
            .filter_map(|row| row.id_number.as_ref())
            .map(|id| Secret::new(id.expose()))
            .collect();
        let persons = stored_persons::by_id_numbers::<PersonFile>(db, seals, &numbers).await?;
        let ids: Vec<_> = persons.iter().map(|person| person.id).collect();
        let mut privates: HashMap<_, Private> =
            stored_persons::private(db, seals, ids.iter().copied())
                .await?
                .into_iter()
                .collect();
        let mut members: HashMap<_, Member> =
            experts::of_persons::<Membership>(db, pool.id(), &ids)
                .await?
                .into_iter()
                .map(|m| ((m.keys.person, m.body.expert.team.clone()), m))
                .collect();
        let mut by_number: HashMap<String, (Person, Private)> = HashMap::new();
        for person in persons {
            let private = privates.remove(&person.id).unwrap_or_default();
            if let Some(number) = &private.id_number {
                by_number.insert(number.reveal().to_owned(), (person, private));
            }
        }
        for row in rows {
            let known = row
                .id_number
                .as_ref()
                .and_then(|id| by_number.get(id.expose()).cloned());
            let team = match ground.team(row) {
                Ok(team) => team,
                Err(problem) => {
                    plan.errors.push(*problem);
                    plan.counts.errors += 1;
                    continue;
                }
            };
            let member = known.as_ref().and_then(|(person, _)| {
                let held = members.remove(&(person.id, team.clone()));
                // A membership whose team was not settled becomes of the one the row says.
                held.or_else(|| members.remove(&(person.id, None)))
            });
            let (specialties, missing) = match ground.specialties(row) {
                Ok(found) => found,
                Err(problem) => {
                    plan.errors.push(*problem);
                    plan.counts.errors += 1;
                    continue;
                }
            };
            let held = member
                .as_ref()
                .map(|member| member.body.expert.specialties.as_slice())
                .unwrap_or_default();
            if let Some(problem) = ground.too_many(row, held, &specialties, missing.len()) {
                plan.errors.push(problem);
                plan.counts.errors += 1;
                continue;
            }
            match (known, member) {
                (Some((person, private)), Some(member)) => {
                    let mut draft =
                        merged(row, &person.body, &private, Some((&member, specialties)));
                    draft.team = team;
                    let mut differences = persons::differences(
                        (&person.body, &private),
                        (&draft.file, &draft.private),
                    );
                    let added = draft.specialties.len() + missing.len()
                        - member.body.expert.specialties.len();
                    if draft.team != member.body.expert.team {
                        differences.push(ground.settled(draft.team.as_deref()));
                    }
                    if added > 0 {
                        differences.push(ground.added(&member, &draft.specialties, &missing));
                    }
                    if differences.is_empty() {
                        plan.counts.unchanged += 1;
                    } else {
                        plan.counts.changed += 1;
                        let what = What::Changed {
                            member: Box::new(member),
                            person,
                            differences,
                        };
                        plan.rows.push(Planned {
                            row: row.number,
                            draft,
                            missing,
                            what,
                        });
                    }
                }
                (known, _) => {
                    let (file, private) = match &known {
                        Some((person, private)) => (person.body.clone(), private.clone()),
                        None => (PersonFile::default(), Private::default()),
                    };
                    let mut draft = merged(row, &file, &private, None);
                    draft.team = team;
                    draft.specialties = specialties;
                    if let Some(problem) = ground.unclassified(row, &draft, &missing) {
                        plan.errors.push(problem);
                        plan.counts.errors += 1;
                        continue;
                    }
                    let decision = self
                        .roster_decision(db, ground, &draft, ground.options.basis_on)
                        .await?;
                    if decision.outcome == Outcome::Unmet {
                        plan.errors.push(ground.ineligible(row, &decision));
                        plan.counts.errors += 1;
                        continue;
                    }
                    plan.counts.new += 1;
                    let known = known.map(|(person, _)| person);
                    let what = What::New {
                        known,
                        decision: decision.in_short(),
                    };
                    plan.rows.push(Planned {
                        row: row.number,
                        draft,
                        missing,
                        what,
                    });
                }
            }
        }
        Ok(())
    }

    async fn roster_decision(
        &self,
        db: &mut impl Db,
        ground: &Ground<'_>,
        draft: &Draft,
        on: Date,
    ) -> Result<Decided> {
        if ground.registers_filled {
            return self.decided(db, ground.pool, draft, on).await;
        }
        Ok(crate::experts::decided_by_facts(ground.pool, draft, on))
    }
}

impl Ground<'_> {
    fn problem(
        &self,
        row: &RosterRow,
        field: Field,
        value: String,
        code: &str,
        sentence: String,
    ) -> RowProblem {
        let column = self
            .roster
            .columns
            .iter()
            .find(|column| column.field == Some(field));
        RowProblem {
            row: row.number,
            column: column.map(|column| column_name(column.index)),
            head: column.map(|column| column.head.clone()).unwrap_or_default(),
            value,
            code: code.to_owned(),
            severity: Severity::Error,
            sentence,
        }
    }

    /// The specialties a row names: those of the pool, and the names of those it does not have.
    fn specialties(
        &self,
        row: &RosterRow,
    ) -> Result<(Vec<SpecialtyId>, Vec<String>), Box<RowProblem>> {
        let (mut ids, mut missing) = (Vec::new(), Vec::new());
        for name in &row.specialties {
            match self.specialties.get(&domain::text::match_key(name)) {
                Some(found) if found.status == SpecialtyStatus::Active => ids.push(found.id),
                Some(found) => {
                    let sentence = format!(
                        "专业领域“{}”已从本库移除，不能再分类到它。请改为在用的专业领域，或先在专业领域中恢复。",
                        found.name
                    );
                    return Err(Box::new(self.problem(
                        row,
                        Field::Specialty,
                        name.clone(),
                        "specialty.retired",
                        sentence,
                    )));
                }
                None if self.options.new_specialties == NewSpecialties::Add => {
                    missing.push(name.chars().take(40).collect())
                }
                None => {
                    let sentence = format!(
                        "本库没有专业领域“{name}”。请改为已有的名称，或先新增这个专业领域，或上传时选择一并新增。"
                    );
                    return Err(Box::new(self.problem(
                        row,
                        Field::Specialty,
                        name.clone(),
                        "specialty.unknown",
                        sentence,
                    )));
                }
            }
        }
        ids.sort_unstable();
        ids.dedup();
        Ok((ids, missing))
    }

    /// The team a row names, where the pool has teams.
    fn team(&self, row: &RosterRow) -> Result<Option<String>, Box<RowProblem>> {
        let said = row.team.as_deref().unwrap_or_default();
        let problem = |code: &str, why: String| {
            Box::new(self.problem(row, Field::Team, said.to_owned(), code, why))
        };
        let team = match self.pool.pack.pool.membership(said) {
            Ok(team) => team.map(|team| team.id.clone()),
            Err(why) => return Err(problem("team.membership", why.to_string())),
        };
        match self.pool.within(team.as_deref()) {
            Ok(()) => Ok(team),
            Err(why) => Err(problem("team.remit", why.to_string())),
        }
    }

    /// The team of a membership is settled.
    fn settled(&self, team: Option<&str>) -> Difference {
        let words = |team| self.pool.pack.pool.team_words(team).unwrap_or_default();
        Difference {
            label: "队伍".to_owned(),
            before: words(None).to_owned(),
            after: words(team).to_owned(),
        }
    }

    /// More specialties than one expert may have, with those held already.
    fn too_many(
        &self,
        row: &RosterRow,
        held: &[SpecialtyId],
        named: &[SpecialtyId],
        missing: usize,
    ) -> Option<RowProblem> {
        let new = named.iter().filter(|one| !held.contains(one)).count() + missing;
        let (all, most) = (held.len() + new, self.pool.most_specialties());
        if new == 0 || all <= most {
            return None;
        }
        let sentence = format!(
            "连同已有的共 {all} 个专业领域，不超过 {most} 个。请删去多出的，或先在原记录上调整。"
        );
        let value = row.specialties.join("、");
        Some(self.problem(row, Field::Specialty, value, "specialty.many", sentence))
    }

    fn unclassified(
        &self,
        row: &RosterRow,
        draft: &Draft,
        missing: &[String],
    ) -> Option<RowProblem> {
        if !draft.specialties.is_empty() || !missing.is_empty() {
            return None;
        }
        let sentence =
            "没有填写职业、专业。新入库专家按专业领域分类，否则不能抽取。请补填。".to_owned();
        Some(self.problem(
            row,
            Field::Specialty,
            String::new(),
            "specialty.none",
            sentence,
        ))
    }

    fn ineligible(&self, row: &RosterRow, decision: &Decided) -> RowProblem {
        let why: Vec<String> = decision
            .findings
            .iter()
            .filter(|finding| {
                decision.blocking.contains(&finding.code) && finding.verdict == Verdict::Unmet
            })
            .map(|finding| {
                format!(
                    "{}（{}）",
                    finding.sentence.trim_end_matches('。'),
                    finding.citation
                )
            })
            .collect();
        let sentence = format!(
            "按 {} 判断不符合入库条件：{}。请核对这一行的资料；确不符合的请从名册中去掉。",
            decision.on,
            why.join("；")
        );
        self.problem(
            row,
            Field::Name,
            row.profile.name.clone(),
            "eligibility.unmet",
            sentence,
        )
    }

    fn added(&self, member: &Member, after: &[SpecialtyId], missing: &[String]) -> Difference {
        let names = |ids: &[SpecialtyId]| -> Vec<String> {
            let mut names: Vec<String> = self
                .specialties
                .values()
                .filter(|specialty| ids.contains(&specialty.id))
                .map(|s| s.name.clone())
                .collect();
            names.sort();
            names
        };
        let mut new = names(after);
        new.extend(missing.iter().cloned());
        Difference {
            label: "专业领域".to_owned(),
            before: names(&member.body.expert.specialties).join("、"),
            after: new.join("、"),
        }
    }
}

/// What is on file with what the row adds. A roster states little; what it leaves out stays.
fn merged(
    row: &RosterRow,
    file: &PersonFile,
    private: &Private,
    member: Option<(&Member, Vec<SpecialtyId>)>,
) -> Draft {
    let secret = |text: &str| Some(Secret::new(text));
    let mut specialties = member
        .as_ref()
        .map(|(member, _)| member.body.expert.specialties.clone())
        .unwrap_or_default();
    for id in member.iter().flat_map(|(_, named)| named) {
        if !specialties.contains(id) {
            specialties.push(*id);
        }
    }
    Draft {
        file: PersonFile {
            profile: merged_profile(&row.profile, &file.profile),
            office_phone: row
                .landline
                .as_ref()
                .map(|phone| phone.expose())
                .or_else(|| file.office_phone.clone()),
        },
        private: Private {
            id_number: row
                .id_number
                .as_ref()
                .and_then(|id| secret(id.expose()))
                .or_else(|| private.id_number.clone()),
            phone: row
                .mobile
                .as_ref()
                .and_then(|phone| secret(phone.expose()))
                .or_else(|| private.phone.clone()),
            email: row
                .email
                .as_ref()
                .and_then(|email| secret(email.expose()))
                .or_else(|| private.email.clone()),
            address: row
                .address
                .as_deref()
                .and_then(secret)
                .or_else(|| private.address.clone()),
        },
        team: None,
        specialties,
        duties: member
            .as_ref()
            .map(|(member, _)| member.body.expert.duties.clone())
            .unwrap_or_default(),
        declared: member
            .as_ref()
            .map(|(member, _)| member.body.declared.clone())
            .unwrap_or_default(),
        reviewed: member
            .as_ref()
            .map(|(member, _)| member.body.reviewed.clone())
            .unwrap_or_default(),
    }
}

fn merged_profile(new: &Profile, old: &Profile) -> Profile {
    let employer = match (&new.employer, &old.employer) {
        (Some(new), Some(old)) if new.name == old.name => {
            let mut employer = old.clone();
            employer.kind = new.kind.clone().or(employer.kind);
            employer.credit_code = new.credit_code.clone().or(employer.credit_code);
            Some(employer)
        }
        (new, old) => new.clone().or_else(|| old.clone()),
    };
    let mut flags = old.flags.clone();
    flags.extend(new.flags.clone());
    Profile {
        name: new.name.clone(),
        sex: new.sex.or(old.sex),
        born: new.born.or(old.born),
        employer,
        post: new.post.clone().or_else(|| old.post.clone()),
        titles: union(&old.titles, &new.titles, |a, b| {
            a.name == b.name && a.level == b.level
        }),
        skills: union(&old.skills, &new.skills, |a, b| {
            a.occupation == b.occupation && a.level == b.level
        }),
        education: union(&old.education, &new.education, |a, b| {
            a.level == b.level && (b.school.is_none() || a.school == b.school)
        }),
        work: union(&old.work, &new.work, |a, b| {
            a.from == b.from && a.employer == b.employer
        }),
        achievements: union(&old.achievements, &new.achievements, |a, b| {
            a.name == b.name
        }),
        honours: union(&old.honours, &new.honours, |a, b| a.name == b.name),
        expertise: new.expertise.clone().or_else(|| old.expertise.clone()),
        flags,
        task_kinds: old.task_kinds.clone(),
        retires_on: new.retires_on.or(old.retires_on),
        credentials: union(&old.credentials, &new.credentials, |a, b| a.name == b.name),
        represents: new.represents.clone().or_else(|| old.represents.clone()),
        particulars: {
            let mut kept = old.particulars.clone();
            kept.extend(new.particulars.clone());
            kept
        },
    }
}

fn union<T: Clone>(old: &[T], new: &[T], same: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut all = old.to_vec();
    for item in new {
        if !all.iter().any(|known| same(known, item)) {
            all.push(item.clone());
        }
    }
    all
}
