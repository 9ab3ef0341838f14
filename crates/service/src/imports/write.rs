//! 确认导入: the plan is made again under the lock of the pool and written in one transaction.

use std::collections::HashMap;

use domain::actor::Action;
use domain::event::{Event, EventKind, Subject};
use domain::expert::{Expert, Standing};
use domain::id::{ExpertId, ImportId, PersonId, SpecialtyId};
use domain::policy::term;
use store::experts::NewExpert;
use store::persons::NewPerson;
use store::{document, experts, imports, persons as stored_persons};

use super::plan::{Plan, Planned, What};
use super::{Counts, Import, ImportState, Step};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::experts::{Entry, Membership, PersonFile, keys, number_of, person_keys, refresh_keys};
use crate::pools::OpenPool;
use crate::service::Service;
use crate::specialties::insert_specialty;

/// Whether rows with errors are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowsWithErrors {
    /// Any such row refuses the whole.
    Refuse,
    /// They are left out and stay in the error workbook.
    LeaveOut,
}

impl Service {
    /// 确认导入. Confirming again what is written already changes nothing and says the same.
    ///
    /// # Errors
    /// Denied; refused when rows have errors and were not left out by choice, or when the pool has
    /// changed since the preview; then nothing is written.
    pub async fn confirm_import(
        &self,
        ctx: &Ctx,
        no: i64,
        id: ImportId,
        rows: RowsWithErrors,
    ) -> Result<Import> {
        let pool = self.open_part(ctx, no, Action::ImportExperts).await?;
        self.running_imports().set(id, Step::At { done: 0, of: 0 });
        let outcome = self.write_import(ctx, &pool, id, rows).await;
        match &outcome {
            Ok(_) => self.running_imports().clear(id),
            Err(error) => self
                .running_imports()
                .set(id, Step::Failed(error.to_string())),
        }
        outcome
    }

    async fn write_import(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        id: ImportId,
        rows: RowsWithErrors,
    ) -> Result<Import> {
        let import = self.stored_import(ctx, pool, id).await?.body;
        if matches!(import.state, ImportState::Done { .. }) {
            return Ok(import);
        }
        let ImportState::Ready { preview, counts } = import.state.clone() else {
            return Err(Error::state(
                "import.state",
                format!(
                    "这份名册{}，不能导入。请等预检完成，或换一个文件重新上传。",
                    import.state.zh()
                ),
            ));
        };
        refuse_errors(counts, rows)?;
        let roster = self.read_roster(ctx, pool, &import).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::ImportExperts, pool)?;
        // Whoever confirmed at the same moment holds the lock first; what they wrote counts.
        let mut stored = imports::find::<Import>(&mut *change, id)
            .await?
            .ok_or(Error::NotFound)?;
        if matches!(stored.body.state, ImportState::Done { .. }) {
            return Ok(stored.body);
        }
        let total = counts.people();
        let show = |done: usize| {
            self.running_imports().set(
                id,
                Step::At {
                    done: done / 2,
                    of: total,
                },
            )
        };
        let plan = self
            .plan(&mut *change, pool, &import.options, &roster, &show)
            .await?;
        if plan.counts != counts {
            return Err(Error::state(
                "import.moved",
                format!(
                    "预检之后库里的数据变了：预检时新增 {} 人、变更 {} 人、有错 {} 行，现在是 {} 人、{} 人、{} 行。没有导入任何内容，请重新预检后再确认。",
                    counts.new,
                    counts.changed,
                    counts.errors,
                    plan.counts.new,
                    plan.counts.changed,
                    plan.counts.errors
                ),
            ));
        }
        if counts.new + counts.changed == 0 {
            return Err(Error::state(
                "import.empty",
                "这份名册没有可导入的内容：没有新人，也没有变化。请核对是否选错了文件。",
            ));
        }
        let done = |rows: usize| {
            self.running_imports().set(
                id,
                Step::At {
                    done: (total + rows) / 2,
                    of: total,
                },
            )
        };
        self.write_plan(ctx, &mut change, pool, &import, plan, &done)
            .await?;
        let event = Event::new(EventKind::ExpertsImported, Subject::new("import", id))
            .fact("file_digest", &import.digest)
            .fact("new", counts.new)
            .fact("changed", counts.changed)
            .fact("unchanged", counts.unchanged)
            .fact("left_out", counts.errors)
            .fact("basis", &import.options.basis)
            .fact("basis_on", import.options.basis_on)
            .fact("pack", pool.pack.id())
            .fact("pack_digest", pool.pack.digest())
            .detail(serde_json::json!({ "file": import.name }));
        let ledger = change.record(event).await?;
        stored.body.state = ImportState::Done {
            preview,
            counts,
            at: ctx.now,
            ledger,
        };
        stored.body.state.code().clone_into(&mut stored.keys.status);
        document::save(&mut change, &mut stored).await?;
        change.commit().await?;
        Ok(stored.body)
    }

    async fn write_plan(
        &self,
        ctx: &Ctx,
        change: &mut Change<'_>,
        pool: &OpenPool,
        import: &Import,
        plan: Plan,
        progress: &(dyn Fn(usize) + Sync),
    ) -> Result<()> {
        let mut added: HashMap<String, SpecialtyId> = HashMap::new();
        for name in plan.specialties() {
            let id: SpecialtyId = self.id(ctx);
            insert_specialty(change, pool, id, &name).await?;
            let event = Event::new(EventKind::SpecialtyAdded, Subject::new("specialty", id))
                .fact("name", &name)
                .fact("reason", format!("随名册导入（{}）", import.options.basis));
            change.record(event).await?;
            added.insert(name, id);
        }
        let term = term::first(&pool.pack, import.options.term_from, None, None);
        let mut sequence = self
            .last_sequence(&mut **change, pool, term.from.year())
            .await?;
        let mut employers: HashMap<String, domain::organisation::OrganisationRef> = HashMap::new();
        let mut batch = Batch::default();
        let mut seen: HashMap<String, PersonId> = HashMap::new();
        let has_teams = !pool.pack.pool.teams.is_empty();
        for (n, mut planned) in plan.rows.into_iter().enumerate() {
            for name in &planned.missing {
                planned.draft.specialties.extend(added.get(name));
            }
            self.match_roster_employer(change, &mut employers, &mut planned)
                .await?;
            match planned.what {
                What::New { known, decision } => {
                    sequence += 1;
                    let entry = Entry {
                        document: import.options.basis.clone(),
                        on: import.options.basis_on,
                        decision,
                    };
                    let draft = planned.draft;
                    let identity = draft
                        .private
                        .id_number
                        .as_ref()
                        .filter(|_| has_teams)
                        .map(|number| number.reveal().to_owned());
                    let before = identity
                        .as_ref()
                        .and_then(|number| seen.get(number))
                        .copied();
                    let person = match known {
                        // An earlier row entered the person as a member of another team.
                        _ if before.is_some() => {
                            batch.write(change, pool).await?;
                            let before = before.ok_or(Error::NotFound)?;
                            self.person(&mut **change, before).await?
                        }
                        Some(mut person) => {
                            person.keys = person_keys(&draft.file);
                            person.body = draft.file;
                            stored_persons::save_with_private(change, &mut person, &draft.private)
                                .await?;
                            self.follow_person(change, None, &person).await?;
                            person
                        }
                        None => {
                            let person = store::Stored {
                                id: self.id(ctx),
                                version: 1,
                                keys: person_keys(&draft.file),
                                body: draft.file,
                            };
                            batch.persons.push(NewPerson {
                                id: person.id,
                                keys: person.keys.clone(),
                                private: draft.private,
                                body: person.body.clone(),
                            });
                            person
                        }
                    };
                    if let Some(number) = identity {
                        seen.insert(number, person.id);
                    }
                    let id: ExpertId = self.id(ctx);
                    let body = Membership {
                        expert: Expert {
                            id,
                            pool: pool.id(),
                            person: person.id,
                            team: draft.team,
                            number: number_of(pool, term.from.year(), sequence),
                            specialties: draft.specialties.clone(),
                            duties: draft.duties,
                            standing: Standing::Appointed { term },
                            channel: None,
                            basis: Some(entry.document.clone()),
                        },
                        entry: Some(entry),
                        declared: draft.declared,
                        reviewed: draft.reviewed,
                        renewed: Vec::new(),
                    };
                    let member = store::Stored {
                        id,
                        version: 1,
                        keys: keys(pool, &body, &person.body),
                        body,
                    };
                    batch.experts.push(NewExpert {
                        id,
                        keys: member.keys,
                        specialties: draft.specialties,
                        body: member.body,
                    });
                    if batch.experts.len() >= AT_ONCE {
                        batch.write(change, pool).await?;
                    }
                }
                What::Changed {
                    mut member,
                    mut person,
                    differences,
                } => {
                    let draft = planned.draft;
                    if has_teams {
                        // Another row may have been about another membership of the same person.
                        person = self.person(&mut **change, person.id).await?;
                        *member = self.member(&mut **change, pool, member.id).await?;
                    }
                    person.keys = person_keys(&draft.file);
                    person.body = draft.file;
                    stored_persons::save_with_private(change, &mut person, &draft.private).await?;
                    self.follow_person(change, Some(member.id), &person).await?;
                    member.body.expert.team = draft.team;
                    member.body.expert.specialties = draft.specialties;
                    refresh_keys(pool, &mut member, &person.body);
                    experts::save(change, &mut member).await?;
                    experts::set_specialties(
                        change,
                        member.keys.seq,
                        &member.body.expert.specialties,
                    )
                    .await?;
                    let labels: Vec<&str> = differences.iter().map(|d| d.label.as_str()).collect();
                    let event = Event::new(EventKind::ExpertChanged, Subject::new("expert", member.id))
                        .fact("fields", labels.join("、"))
                        .fact("import", import.id)
                        .detail(serde_json::json!({ "reason": import.options.basis, "changes": differences }));
                    change.record(event).await?;
                }
            }
            if n % 200 == 199 {
                progress(n + 1);
            }
        }
        batch.write(change, pool).await
    }

    async fn match_roster_employer(
        &self,
        change: &mut Change<'_>,
        seen: &mut HashMap<String, domain::organisation::OrganisationRef>,
        planned: &mut Planned,
    ) -> Result<()> {
        let Some(employer) = &mut planned.draft.file.profile.employer else {
            return Ok(());
        };
        let found = match seen.get(&employer.name) {
            Some(found) => found.clone(),
            None => {
                let found = crate::relations::resolve(change, &employer.name, "").await?;
                seen.insert(employer.name.clone(), found.clone());
                found
            }
        };
        employer.organisation = found.id.or(employer.organisation);
        if employer.credit_code.is_none() {
            employer.credit_code = found.credit_code;
        }
        Ok(())
    }
}

/// People written together: statement by statement fifty thousand would hold the door for long.
#[derive(Default)]
struct Batch {
    persons: Vec<NewPerson<PersonFile>>,
    experts: Vec<NewExpert<Membership>>,
}

/// People of one batch.
const AT_ONCE: usize = 500;

impl Batch {
    async fn write(&mut self, change: &mut Change<'_>, pool: &OpenPool) -> Result<()> {
        stored_persons::insert_many(change, std::mem::take(&mut self.persons)).await?;
        experts::insert_many(change, pool.id(), std::mem::take(&mut self.experts)).await?;
        Ok(())
    }
}

fn refuse_errors(counts: Counts, rows: RowsWithErrors) -> Result<()> {
    if counts.errors > 0 && rows == RowsWithErrors::Refuse {
        return Err(Error::state(
            "import.errors",
            format!(
                "有 {} 行存在错误，没有导入任何内容。请改正后重新上传，或选择“跳过有错的行”后再确认。",
                counts.errors
            ),
        ));
    }
    Ok(())
}
