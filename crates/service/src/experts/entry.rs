//! How a person becomes a member: on what basis, under which number, for which term.

use domain::actor::Action;
use domain::event::{Event, EventKind, Subject};
use domain::expert::{Expert, Standing, Term};
use domain::id::{ExpertId, PersonId};
use domain::policy::term;
use domain::policy::words::Word as _;
use jiff::civil::Date;
use store::{Db, experts, persons as stored_persons};

use super::{Decided, Draft, Entry, Member, Membership, Person, PersonFile, keys, person_keys};
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Reason, Result};
use crate::pools::OpenPool;
use crate::service::Service;
use crate::typed::{self, Fields};

impl Service {
    /// 直接登记: enters an expert on a documented basis (minutes of the committee, or the document by
    /// which a roster that existed before was adopted).
    ///
    /// # Errors
    /// Denied; everything wrong with what was typed; refused when a condition of the pack does not
    /// hold on the day of the basis.
    pub async fn add_expert(&self, ctx: &Ctx, no: i64, fields: &Fields) -> Result<ExpertId> {
        let pool = self.open_part(ctx, no, Action::EditExperts).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize_in(Action::EditExperts, &pool)?;
        let mut entering = self.entering(&mut change, &pool, fields).await?;
        let fields = entering.as_ref().map_or(fields, |(_, fields)| fields);
        let kept = match &entering {
            Some((row, _)) => Some(self.private_of(&mut *change, row.body.person).await?),
            None => None,
        };
        let mut problems = Vec::new();
        let mut draft = self
            .read_draft(ctx, &pool, fields, kept.as_ref(), &mut problems)
            .await?;
        if draft.team.is_some() {
            pool.within(draft.team.as_deref())?;
        }
        let document = typed::required(
            &mut problems,
            "basis",
            fields.text("basis"),
            "没有填写入库依据。请填写委员会会议纪要编号，或原名册的文号。",
        );
        let on = typed::date(
            &mut problems,
            "basis_on",
            fields.text("basis_on"),
            "依据日期",
        );
        let mut problems = typed::missing(
            problems,
            &[("basis_on", &fields.text("basis_on").to_owned(), "依据日期")],
        );
        if let Some(on) = on
            && ctx.today() < on
        {
            problems.push(Problem::new(
                "basis_on",
                format!("依据日期 {on} 还没有到。请按会议纪要或文件的日期填写。"),
            ));
        }
        let term = self.typed_term(&pool, fields, on, &mut problems);
        let number = typed::optional(fields.text("number"));
        if let Some(number) = &number
            && experts::by_number::<Membership>(&mut *change, pool.id(), number)
                .await?
                .is_some()
        {
            problems.push(Problem::new(
                "number",
                format!("专家编号 {number} 已在使用。请核对，或留空由系统编号。"),
            ));
        }
        let known = match &draft.private.id_number {
            Some(secret) => {
                stored_persons::by_id_number::<PersonFile>(&mut *change, self.store.seals(), secret)
                    .await?
            }
            None => None,
        };
        if let Some(person) = &known
            && let Some(member) = self
                .member_as(&mut *change, &pool, person.id, draft.team.as_deref())
                .await?
        {
            problems.push(Problem::new(
                "id_number",
                format!(
                    "这个身份证号码的专家已在库：{}（{}）。请在原记录上修改。",
                    member.keys.name,
                    called(&pool, &member)
                ),
            ));
        }
        let channel =
            typed::optional(fields.text("channel")).and_then(|id| pool.pack.admission.channel(&id));
        if let Some(channel) = channel
            && let Err(why) = pool
                .pack
                .pool
                .membership_by(draft.team.as_deref().unwrap_or_default(), Some(channel))
            && draft.team.is_some()
        {
            problems.push(Problem::new("channel", why.to_string()));
        }
        let (Some(on), Some(term), true) = (on, term, problems.is_empty()) else {
            return Err(Error::Invalid(problems));
        };
        // Who was invited is on file since the proposal, without identity number.
        let known = match (known, &entering) {
            (None, Some((row, _))) => Some(self.person(&mut *change, row.body.person).await?),
            (known, _) => known,
        };
        self.match_employer(&mut change, &mut draft.file).await?;
        let decision = self.decided(&mut *change, &pool, &draft, on).await?;
        refuse_unmet(&pool, &decision)?;
        let number = match number {
            Some(number) => number,
            None => self.next_number(&mut *change, &pool, term.from).await?,
        };
        let channel = channel.map(|channel| channel.id.clone());
        let entry = Entry {
            document,
            on,
            decision,
        };
        let id = self
            .write_new(
                ctx,
                &mut change,
                &pool,
                draft,
                known,
                NewMember {
                    number,
                    term,
                    channel,
                    entry,
                },
            )
            .await?;
        if let Some((row, _)) = &mut entering {
            self.entered(&mut change, ctx, row, id).await?;
        }
        change.commit().await?;
        Ok(id)
    }

    /// The membership this person has that stands in the way of another as a member of this team: the one
    /// of the team, or one whose team is not settled.
    pub(crate) async fn member_as(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        person: PersonId,
        team: Option<&str>,
    ) -> Result<Option<Member>> {
        let held = experts::of_person::<Membership>(db, pool.id(), person).await?;
        let of = |team: Option<&str>| {
            held.iter()
                .find(|member| member.body.expert.team.as_deref() == team)
        };
        Ok(of(team).or_else(|| of(None)).cloned())
    }

    fn typed_term(
        &self,
        pool: &OpenPool,
        fields: &Fields,
        on: Option<Date>,
        problems: &mut Vec<Problem>,
    ) -> Option<Term> {
        let from =
            typed::date(problems, "term_from", fields.text("term_from"), "聘期开始").or(on)?;
        let full = term::first(&pool.pack, from, None, None);
        let Some(to) = typed::date(problems, "term_to", fields.text("term_to"), "聘期结束")
        else {
            return Some(full);
        };
        if to < from {
            problems.push(Problem::new(
                "term_to",
                format!("聘期结束 {to} 早于聘期开始 {from}。请核对聘书。"),
            ));
        }
        if full.to < to {
            problems.push(Problem::new(
                "term_to",
                format!(
                    "聘期从 {from} 起最长到 {}（{}），填写的是 {to}。请核对聘书。",
                    full.to, pool.pack.admission.term.citation
                ),
            ));
        }
        Some(Term { from, to })
    }

    /// The next number of the pack's certificates for the year of a day.
    pub(crate) async fn next_number(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        on: Date,
    ) -> Result<String> {
        let sequence = self.last_sequence(db, pool, on.year()).await?;
        Ok(number_of(pool, on.year(), sequence + 1))
    }

    /// The last sequence used in a year.
    pub(crate) async fn last_sequence(
        &self,
        db: &mut impl Db,
        pool: &OpenPool,
        year: i16,
    ) -> Result<u32> {
        let first = number_of(pool, year, 0);
        let prefix = first.trim_end_matches(|c: char| c.is_ascii_digit() && c == '0');
        // Whoever was renewed bears a new number; the old certificate keeps the old one for ever.
        let kind = crate::certificates::KIND;
        let issued = store::records::last_number(db, pool.id(), kind, prefix).await?;
        let last = experts::last_number(db, pool.id(), prefix).await?;
        let sequence = |number: Option<String>| number?.strip_prefix(prefix)?.parse().ok();
        Ok(sequence(last).max(sequence(issued)).unwrap_or(0))
    }

    pub(crate) async fn write_new(
        &self,
        ctx: &Ctx,
        change: &mut Change<'_>,
        pool: &OpenPool,
        draft: Draft,
        known: Option<Person>,
        new: NewMember,
    ) -> Result<ExpertId> {
        let person = match known {
            Some(mut person) => {
                person.keys = person_keys(&draft.file);
                person.body = draft.file;
                stored_persons::save_with_private(change, &mut person, &draft.private).await?;
                self.follow_person(change, None, &person).await?;
                person
            }
            None => {
                let id: PersonId = self.id(ctx);
                stored_persons::insert(
                    change,
                    id,
                    person_keys(&draft.file),
                    &draft.private,
                    draft.file,
                )
                .await?
            }
        };
        let id: ExpertId = self.id(ctx);
        let event = Event::new(EventKind::ExpertAdded, Subject::new("expert", id))
            .fact("number", &new.number)
            .fact("basis", &new.entry.document)
            .fact("basis_on", new.entry.on)
            .fact("term", format!("{} — {}", new.term.from, new.term.to))
            .fact("pack", &new.entry.decision.pack)
            .fact("pack_digest", &new.entry.decision.digest)
            .fact("outcome", new.entry.decision.outcome.word());
        let event = match pool.pack.pool.team_words(draft.team.as_deref()) {
            Some(team) => event.fact("team", team),
            None => event,
        }
            .detail(serde_json::json!({ "name": person.body.profile.name, "findings": new.entry.decision.findings }));
        let body = Membership {
            expert: Expert {
                id,
                pool: pool.id(),
                person: person.id,
                team: draft.team,
                number: new.number,
                specialties: draft.specialties.clone(),
                duties: draft.duties,
                standing: Standing::Appointed { term: new.term },
                channel: new.channel,
                basis: Some(new.entry.document.clone()),
            },
            entry: Some(new.entry),
            declared: draft.declared,
            reviewed: draft.reviewed,
            renewed: Vec::new(),
        };
        let keys = keys(pool, &body, &person.body);
        let member = store::Stored {
            id,
            version: 1,
            keys,
            body,
        };
        experts::insert(change, id, member.keys, &draft.specialties, member.body).await?;
        change.record(event).await?;
        Ok(id)
    }
}

/// How a membership is named to an officer: by its number, and by its team where there are some.
pub(crate) fn called(pool: &OpenPool, member: &Member) -> String {
    let expert = &member.body.expert;
    match pool.pack.pool.team_words(expert.team.as_deref()) {
        Some(team) => format!("{}，{team}", expert.number),
        None => expert.number.clone(),
    }
}

/// What makes a person a member.
#[derive(Debug, Clone)]
pub(crate) struct NewMember {
    pub(crate) number: String,
    pub(crate) term: Term,
    pub(crate) channel: Option<String>,
    pub(crate) entry: Entry,
}

/// The number of the n-th certificate of a year.
pub(crate) fn number_of(pool: &OpenPool, year: i16, sequence: u32) -> String {
    match &pool.pack.admission.certificate {
        Some(certificate) => certificate.number(year, sequence),
        None => format!("{year}{sequence:04}"),
    }
}

/// A decision that a condition does not hold keeps the person out, with every condition in the way.
pub(crate) fn refuse_unmet(pool: &OpenPool, decision: &Decided) -> Result<()> {
    if decision.outcome != domain::policy::decide::Outcome::Unmet {
        return Ok(());
    }
    let reasons: Vec<Reason> = decision
        .findings
        .iter()
        .filter(|finding| {
            decision.blocking.contains(&finding.code)
                && finding.verdict == domain::finding::Verdict::Unmet
        })
        .map(|finding| Reason::law(&finding.code, &finding.citation, finding.sentence.clone()))
        .collect();
    if reasons.is_empty() {
        return Err(Error::Refused(vec![Reason::law(
            "eligibility",
            &pool.pack.eligibility.citation,
            "不符合入库条件。",
        )]));
    }
    Err(Error::Refused(reasons))
}
