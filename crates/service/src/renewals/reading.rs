//! Whose term is about to end, from memory; one of them with everything laid before whoever decides.

use domain::actor::Action;
use domain::certificate::Certificate;
use domain::expert::{Status, Term};
use domain::finding::Verdict as Holds;
use domain::id::ExpertId;
use domain::policy::pack::{RenewalNeed, TermMode};
use domain::policy::renewal as policy;
use domain::policy::term;
use domain::policy::words::Word as _;
use domain::renewal::{Checked, LookedAt, Renewal, State, Will};
use domain::roster::{Filter, Order};
use jiff::civil::Date;
use serde::Serialize;
use store::document::{Count, Direction, PageRequest};
use store::{experts, records as stored};

use super::{Decision, Dossier, Row, Verdict, decides, of_members, of_pool, rules};
use crate::ctx::Ctx;
use crate::error::{Reason, Result};
use crate::experts::{EligibilityLine, Member, Membership};
use crate::pools::OpenPool;
use crate::service::Service;

/// Part of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// 即将届满
    Ending,
    /// 已届满, not renewed
    Over,
    /// 未答复
    Silent,
    /// 愿意
    Willing,
    /// 不愿意
    Unwilling,
    /// 续聘
    Renewed,
    /// 不续聘
    NotRenewed,
}

impl View {
    /// Every part, in the order of the tabs.
    pub const ALL: [Self; 7] = [
        Self::Ending,
        Self::Over,
        Self::Silent,
        Self::Willing,
        Self::Unwilling,
        Self::Renewed,
        Self::NotRenewed,
    ];

    /// Stable code, as addresses spell it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ending => "ending",
            Self::Over => "over",
            Self::Silent => "silent",
            Self::Willing => "willing",
            Self::Unwilling => "unwilling",
            Self::Renewed => "renewed",
            Self::NotRenewed => "not_renewed",
        }
    }

    /// The part with this code; the first for any other.
    pub fn named(code: &str) -> Self {
        let found = Self::ALL.into_iter().find(|view| view.code() == code);
        found.unwrap_or(Self::Ending)
    }

    /// Is it about what experts answered?
    pub const fn is_answer(self) -> bool {
        matches!(self, Self::Silent | Self::Willing | Self::Unwilling)
    }
}

/// One expert of the list.
#[derive(Debug, Clone, Serialize)]
pub struct RenewalLine {
    /// Who.
    pub expert: ExpertId,
    /// 姓名
    pub name: String,
    /// 专家编号
    pub number: String,
    /// 工作单位
    pub employer: String,
    /// The term that ends.
    pub term: Term,
    /// What holds today.
    pub status: Status,
    /// 本人意愿 and the decision, where something is known.
    pub record: Option<Renewal>,
}

/// One page of the list.
#[derive(Debug, Clone, Serialize)]
pub struct RenewalList {
    /// The rows.
    pub rows: Vec<RenewalLine>,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// How many there are.
    #[serde(skip)]
    pub count: Count,
    /// Whoever ends until this day is listed.
    pub until: Option<Date>,
    /// How long before the end that is, in words.
    pub remind: String,
    /// The article.
    pub article: String,
    /// The party that decides.
    pub by: String,
    /// Experts are asked whether they want to go on.
    pub asks: bool,
    /// What whoever decides has to state: code and words.
    pub needs: Vec<(&'static str, &'static str)>,
    /// Registers to be looked up for a renewal: id and name.
    pub registers: Vec<(String, String)>,
    /// Conditions to be confirmed anew: id and words.
    pub reviewed: Vec<(String, String)>,
    /// A renewal needs a reason too.
    pub reason: bool,
    /// Years a term may last, where it may be shorter.
    pub years: Option<u16>,
    /// The actor's post belongs to the party that decides.
    pub decides: bool,
}

/// One expert whose term ends, with everything laid before whoever decides.
#[derive(Debug, Clone, Serialize)]
pub struct RenewalView {
    /// The row of the list.
    pub line: RenewalLine,
    /// 工作情况, as the pack asks for it.
    pub dossier: Vec<Dossier>,
    /// The conditions looked at again today.
    pub conditions: Vec<EligibilityLine>,
    /// What stands in the way besides what whoever decides states.
    pub obstacles: Vec<Reason>,
    /// The term a renewal would give, or why none can be given now.
    pub next: std::result::Result<Term, Vec<Reason>>,
    /// Every term so far.
    pub terms: Vec<Term>,
    /// Every certificate so far.
    pub certificates: Vec<Certificate>,
    /// May a decision be taken today?
    pub open: bool,
}

impl Service {
    /// One page of those whose term is about to end, or of another part of the list.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`]; [`crate::Error::Refused`] where the instrument knows no renewal.
    pub async fn renewals(
        &self,
        ctx: &Ctx,
        no: i64,
        view: View,
        page: &PageRequest,
    ) -> Result<RenewalList> {
        let pool = self.open_part(ctx, no, Action::ReadExperts).await?;
        let law = rules(&pool)?;
        let today = ctx.today();
        let until = policy::horizon(&pool.pack, today);
        let before = today.yesterday().unwrap_or(today);
        let (rows, next, count) = match view {
            View::Ending => {
                let ends = (today, until.unwrap_or(today));
                self.ending(ctx, &pool, ends, page).await?
            }
            View::Over => self.ending(ctx, &pool, (Date::MIN, before), page).await?,
            recorded => self.recorded(ctx, &pool, recorded, page).await?,
        };
        let role = ctx
            .actor
            .allow_in(Action::DecideRenewals, pool.id(), &pool.remit);
        Ok(RenewalList {
            rows,
            next,
            count,
            until,
            remind: law.remind.words(),
            article: law.citation.to_string(),
            by: pool.pack.party_label(&law.by).to_owned(),
            asks: policy::asks(law),
            needs: law
                .needs
                .iter()
                .filter(|need| **need != RenewalNeed::Willing)
                .map(|need| (need.word(), need.zh()))
                .collect(),
            registers: policy::registers(&pool.pack)
                .into_iter()
                .map(|one| (one.id.clone(), one.label.clone()))
                .collect(),
            reviewed: policy::reviewed(&pool.pack)
                .into_iter()
                .map(|leaf| (leaf.id.clone(), leaf.label.clone()))
                .collect(),
            reason: law.reason,
            years: (pool.pack.admission.term.mode == TermMode::Max)
                .then_some(pool.pack.admission.term.years),
            decides: role.is_ok_and(|role| decides(&pool, law, role)),
        })
    }

    /// Members whose last day lies in between, from memory; only a page of them is read.
    async fn ending(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        ends: (Date, Date),
        page: &PageRequest,
    ) -> Result<(Vec<RenewalLine>, Option<String>, Count)> {
        let filter = Filter {
            ends: Some(ends),
            ..Filter::default()
        };
        let order = Order::Name(Direction::Ascending);
        let found = self.list_members(pool, &filter, order, page).await?;
        let mut records = of_members(&mut self.store.read(), pool.id(), &found.members).await?;
        let rows = found.members.into_iter().map(|member| {
            let record = records.remove(&member.id).map(|row| row.body);
            line(ctx, member, record)
        });
        Ok((rows.collect(), found.next, found.count))
    }

    /// Those with a record of this kind: answers by the soonest end, decisions by the latest.
    async fn recorded(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        view: View,
        page: &PageRequest,
    ) -> Result<(Vec<RenewalLine>, Option<String>, Count)> {
        let filter = stored::RecordFilter {
            experts_of: pool.experts_of(),
            ..of_pool(pool.id(), &[view.code()])
        };
        let direction = match view.is_answer() {
            true => Direction::Ascending,
            false => Direction::Descending,
        };
        let mut read = self.store.read();
        let count = stored::count(&mut read, &filter).await?;
        let found = stored::page::<Renewal>(&mut read, &filter, direction, page).await?;
        let ids = found.items.iter().map(|row| row.body.expert);
        let members = experts::find_all::<Membership>(&mut read, ids).await?;
        let rows = found.items.into_iter().filter_map(|row| {
            let member = members.iter().find(|one| one.id == row.body.expert)?;
            let mut line = line(ctx, member.clone(), None);
            line.term = row.body.term;
            line.record = Some(row.body);
            Some(line)
        });
        Ok((rows.collect(), found.next, count))
    }

    /// One expert with the record of work and what stands in the way.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`], [`crate::Error::Forbidden`], [`crate::Error::Refused`] where the
    /// instrument knows no renewal.
    pub async fn renewal(&self, ctx: &Ctx, no: i64, expert: ExpertId) -> Result<RenewalView> {
        let pool = self.open_part(ctx, no, Action::ReadExperts).await?;
        let law = rules(&pool)?;
        let mut read = self.store.read();
        let member = self.member(&mut read, &pool, expert).await?;
        let person = self.person(&mut read, member.keys.person).await?;
        let term = shown_term(&pool, &member, ctx.today());
        let number = super::number(expert, term);
        let row = stored::by_number::<Renewal>(&mut read, pool.id(), super::KIND, &number).await?;
        let blank = Row {
            id: self.id(ctx),
            version: 0,
            keys: super::keys(
                &Renewal::new(self.id(ctx), pool.id(), expert, term),
                &member.keys.name,
            ),
            body: Renewal::new(self.id(ctx), pool.id(), expert, term),
        };
        // What whoever decides states in the form does not stand in the way.
        let stated: Vec<RenewalNeed> = law.needs.clone();
        let looked_at = |what: LookedAt, id: &str| Checked {
            what,
            id: id.to_owned(),
            basis: "待填写".to_owned(),
        };
        let registers = policy::registers(&pool.pack).into_iter();
        let registers = registers.map(|one| looked_at(LookedAt::Register, &one.id));
        let reviewed = policy::reviewed(&pool.pack).into_iter();
        let reviewed = reviewed.map(|leaf| looked_at(LookedAt::Condition, &leaf.id));
        let checked: Vec<Checked> = registers.chain(reviewed).collect();
        let decision = Decision {
            experts: &[expert],
            verdict: Verdict::Renew,
            given: &stated,
            // A reason is asked for in the form; without one, what binds 原则上 is shown.
            reason: "",
            checked: &checked,
            years: None,
            status_confirmed: true,
        };
        let known = row.as_ref().unwrap_or(&blank);
        let renewed = match &known.body.state {
            State::Renewed { term, .. } => Some(*term),
            _ => None,
        };
        let (obstacles, next) = match renewed {
            Some(next) => (Vec::new(), Ok(next)),
            None => (
                self.obstacles(&mut read, ctx, &pool, (&member, &person), known, &decision)
                    .await?,
                self.next_term(&mut read, &pool, term, None, "续聘").await?,
            ),
        };
        let days = policy::days(&pool.pack, term.to);
        let record = row.map(|row| row.body);
        Ok(RenewalView {
            dossier: self.dossier(ctx, &pool, &member, term).await?,
            conditions: self.looked_at_again(ctx, &pool, &member, &person).await?,
            obstacles: obstacles
                .into_iter()
                .filter(|reason| reason.code != policy::REASON)
                .collect(),
            next,
            terms: member.body.terms(),
            certificates: self.certificates_of(&mut read, pool.id(), expert).await?,
            open: renewed.is_none() && days.is_some_and(|days| days.covers(ctx.today())),
            line: RenewalLine {
                term,
                ..line(ctx, member, record)
            },
        })
    }

    /// The conditions the pack tests again, today, each with its fact; those the person is spared are
    /// not among them.
    async fn looked_at_again(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        member: &Member,
        person: &crate::experts::Person,
    ) -> Result<Vec<EligibilityLine>> {
        let law = rules(pool)?;
        let mut read = self.store.read();
        let private = self.private_of(&mut read, member.keys.person).await?;
        let facts = self
            .facts(
                &mut read,
                pool,
                &member.body,
                &person.body,
                private.id_number.as_ref(),
            )
            .await?;
        let bars: Vec<String> = term::renewal_bars(&pool.pack, &facts, ctx.today())
            .into_iter()
            .map(|bar| bar.leaf.id.clone())
            .collect();
        let decision = domain::policy::decide::decide(&pool.pack, &facts, ctx.today());
        let again = decision
            .leaves
            .iter()
            .zip(0_u16..)
            .filter(|(_, number)| law.recheck.contains(number));
        Ok(again
            .map(|(leaf, _)| {
                let blocks = bars.contains(&leaf.leaf.id);
                let finding = leaf.finding(&pool.pack);
                EligibilityLine {
                    label: leaf.leaf.label.clone(),
                    citation: finding.citation.to_string(),
                    verdict: match leaf.stands() {
                        Holds::Unmet | Holds::Undetermined if !blocks => Holds::NotApplicable,
                        holds => holds,
                    },
                    sentence: finding.sentence,
                    blocks,
                }
            })
            .collect())
    }
}

/// The term a page is about: the last one, or the one before it as long as nothing is to be decided
/// about the last.
fn shown_term(pool: &OpenPool, member: &Member, today: Date) -> Term {
    let last = member.body.last_term();
    let terms = member.body.terms();
    let before = terms
        .len()
        .checked_sub(2)
        .and_then(|place| terms.get(place));
    match (before, policy::days(&pool.pack, last.to)) {
        (Some(before), Some(days)) if today < days.from => *before,
        _ => last,
    }
}

fn line(ctx: &Ctx, member: Member, record: Option<Renewal>) -> RenewalLine {
    RenewalLine {
        expert: member.id,
        term: member.body.last_term(),
        status: member.body.expert.standing.on(ctx.today()),
        name: member.keys.name,
        number: member.body.expert.number,
        employer: member.keys.employer,
        record,
    }
}

impl RenewalLine {
    /// 本人意愿 in words.
    pub fn will(&self) -> &'static str {
        self.record
            .as_ref()
            .map_or(Will::Unasked.zh(), |one| one.will.zh())
    }

    /// The decision in words.
    pub fn decision(&self) -> &'static str {
        self.record
            .as_ref()
            .map_or(State::Open.zh(), |one| one.state.zh())
    }
}
