//! 续聘与否: decided by the party the instrument names, for one or for a selection; every person is looked
//! at on their own, and whoever cannot be renewed is left out with the articles and facts.

use domain::actor::Action;
use domain::event::EventKind;
use domain::expert::{Standing, Term};
use domain::id::ExpertId;
use domain::policy::pack::{Medium, RenewalNeed, TermMode};
use domain::policy::words::Word as _;
use domain::policy::{renewal as policy, term};
use domain::renewal::{Checked, Granted, LookedAt, Will};
use store::experts;

use super::{KIND, PORTION, Row, decides, event, rules, save};
use crate::applications::by;
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Reason, Result};
use crate::experts::{Member, Person, refresh_keys};
use crate::pools::OpenPool;
use crate::questions::{Words, end_of};
use crate::service::Service;

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// 续聘
    Renew,
    /// 不续聘
    Refuse,
}

/// One decision on one or several experts.
#[derive(Debug, Clone)]
pub struct Decision<'a> {
    /// Whom it is about.
    pub experts: &'a [ExpertId],
    /// What is decided.
    pub verdict: Verdict,
    /// What whoever decides finds to be so. Willingness is not theirs to state.
    pub given: &'a [RenewalNeed],
    /// Why.
    pub reason: &'a str,
    /// What was looked at again for everybody chosen, of the conditions tested again.
    pub checked: &'a [Checked],
    /// A shorter term, in years, where the instrument only bounds it.
    pub years: Option<u16>,
    /// The instrument is known to be a draft or out of date, and is followed all the same.
    pub status_confirmed: bool,
}

/// What became of a decision.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Decided {
    /// Names of those it was taken for.
    pub done: Vec<String>,
    /// Who was left out, by name, and why.
    pub refused: Vec<(String, Vec<Reason>)>,
}

impl Service {
    /// Decides. Whoever stands in nobody's way is decided about; the others are named with the reasons.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Invalid`] when nobody or too many are chosen, or a refusal has no
    /// reason; [`Error::Refused`] when another party decides, the instrument's status was not confirmed,
    /// or nobody can be decided about.
    pub async fn decide_renewals(
        &self,
        ctx: &Ctx,
        no: i64,
        decision: &Decision<'_>,
    ) -> Result<Decided> {
        let pool = self.open_part(ctx, no, Action::DecideRenewals).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        let role = change.authorize_in(Action::DecideRenewals, &pool)?;
        let law = rules(&pool)?;
        if !decides(&pool, law, role) {
            return Err(Error::Refused(vec![Reason::law(
                "renewal.party",
                &law.citation,
                format!(
                    "续聘由{}决定，您的岗位不代表这一方。",
                    pool.pack.party_label(&law.by)
                ),
            )]));
        }
        self.check_status(ctx, &pool, decision.status_confirmed)?;
        match decision.experts.len() {
            0 => {
                return Err(Error::field("expert", "没有选择专家。请勾选要决定的人。"));
            }
            many if many > PORTION => {
                return Err(Error::field(
                    "expert",
                    format!("选了 {many} 人，一次最多 {PORTION} 人。请分几次办理。"),
                ));
            }
            _ => {}
        }
        for one in decision.checked {
            if one.what == LookedAt::Register && one.basis.trim().is_empty() {
                return Err(Error::field(
                    &format!("basis.{}", one.id),
                    "没有写明在哪里查询。请写明网站或证明文件。",
                ));
            }
        }
        let mut decided = Decided::default();
        for expert in decision.experts {
            let member = self.member(&mut *change, &pool, *expert).await?;
            let name = member.keys.name.clone();
            let outcome = match decision.verdict {
                Verdict::Renew => {
                    self.renew(&mut change, ctx, &pool, member, decision)
                        .await?
                }
                Verdict::Refuse => {
                    self.refuse_renewal(&mut change, ctx, &pool, member, decision)
                        .await?
                }
            };
            match outcome {
                Ok(()) => decided.done.push(name),
                Err(reasons) => decided.refused.push((name, reasons)),
            }
        }
        if decided.done.is_empty() {
            let several = decided.refused.len() > 1;
            let all = decided.refused.into_iter().flat_map(|(name, reasons)| {
                reasons.into_iter().map(move |mut reason| {
                    if several {
                        reason.sentence = format!("{name}：{}", reason.sentence);
                    }
                    reason
                })
            });
            return Err(Error::Refused(all.collect()));
        }
        change.commit().await?;
        Ok(decided)
    }

    async fn renew(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        mut member: Member,
        decision: &Decision<'_>,
    ) -> Result<std::result::Result<(), Vec<Reason>>> {
        let law = rules(pool)?;
        let mut row = self.renewal_of(change, ctx, pool, &member).await?;
        let person = self.person(&mut **change, member.keys.person).await?;
        let obstacles = self
            .obstacles(&mut **change, ctx, pool, (&member, &person), &row, decision)
            .await?;
        if !obstacles.is_empty() {
            return Ok(Err(obstacles));
        }
        let old = member.body.last_term();
        let next = match self
            .next_term(&mut **change, pool, old, decision.years, decision.reason)
            .await?
        {
            Ok(next) => next,
            Err(reasons) => return Ok(Err(reasons)),
        };
        if next.to < ctx.today() {
            return Ok(Err(vec![Reason::law(
                "renewal.past",
                &law.citation,
                format!(
                    "续聘的聘期应为 {} 至 {}，已经过去。请本人按入库程序重新申请。",
                    next.from, next.to
                ),
            )]));
        }
        let given: Vec<RenewalNeed> = given(&row, decision).collect();
        let certificate = self
            .certify_renewal(change, ctx, pool, &mut member, &person, next)
            .await?;
        let granted = Granted {
            by: by(ctx)?,
            reason: decision.reason.to_owned(),
            given: given.clone(),
            checked: decision.checked.to_vec(),
            term: next,
            certificate: certificate.id,
        };
        row.body = row.body.clone().renew(granted)?;
        save(change, &mut row).await?;
        let standing = member.body.expert.standing.clone().renew(next);
        member.body.expert.standing =
            standing.map_err(|wrong| Error::state("renewal.standing", wrong))?;
        member.body.renewed.push(next);
        refresh_keys(pool, &mut member, &person.body);
        experts::save(change, &mut member).await?;
        store::messages::cancel(change, KIND, &row.id.to_string()).await?;
        let found: Vec<&str> = given.iter().map(|need| need.zh()).collect();
        let looked_up = decision.checked.iter().map(|one| one.basis.trim());
        let looked_up: Vec<&str> = looked_up.filter(|basis| !basis.is_empty()).collect();
        let renewed = event(EventKind::Renewed, &row.body)
            .fact("next", format!("{} — {}", next.from, next.to))
            .fact("certificate", &certificate.number)
            .fact("found", found.join("、"))
            .fact("looked_up", looked_up.join("、"))
            .fact("reason", decision.reason.trim())
            .fact("article", &law.citation);
        change.record(renewed).await?;
        let sentence = format!(
            "【{}】您已续聘，{}编号 {}，聘期 {} 至 {}",
            pool.pool.name, certificate.title, certificate.number, next.from, next.to
        );
        self.tell_member(change, ctx, pool, &member, sentence)
            .await?;
        Ok(Ok(()))
    }

    async fn refuse_renewal(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        member: Member,
        decision: &Decision<'_>,
    ) -> Result<std::result::Result<(), Vec<Reason>>> {
        let law = rules(pool)?;
        let old = member.body.last_term();
        if let Some(reason) = gone(&member) {
            return Ok(Err(vec![reason]));
        }
        if let Some(days) = policy::days(&pool.pack, old.to)
            && ctx.today() < days.from
        {
            return Ok(Err(vec![Reason::law(
                policy::EARLY,
                &law.citation,
                format!("聘期到 {}，{} 起才决定是否续聘。", old.to, days.from),
            )]));
        }
        let mut row = self.renewal_of(change, ctx, pool, &member).await?;
        row.body = match row.body.clone().refuse(by(ctx)?, decision.reason) {
            Ok(refused) => refused,
            Err(decided @ domain::renewal::Refused::Decided(_)) => {
                return Ok(Err(vec![Reason::state("renewal.state", decided)]));
            }
            Err(wrong) => return Err(wrong.into()),
        };
        save(change, &mut row).await?;
        store::messages::cancel(change, KIND, &row.id.to_string()).await?;
        let refused = event(EventKind::NotRenewed, &row.body)
            .fact("reason", decision.reason.trim())
            .fact("article", &law.citation);
        change.record(refused).await?;
        if ctx.today() <= old.to {
            let sentence = format!("【{}】您的聘期到 {} 届满，不再续聘", pool.pool.name, old.to);
            self.tell_member(change, ctx, pool, &member, sentence)
                .await?;
        }
        Ok(Ok(()))
    }

    /// Everything in the way of renewing one person today.
    pub(super) async fn obstacles(
        &self,
        db: &mut impl store::Db,
        ctx: &Ctx,
        pool: &OpenPool,
        (member, person): (&Member, &Person),
        row: &Row,
        decision: &Decision<'_>,
    ) -> Result<Vec<Reason>> {
        if let Some(reason) = gone(member) {
            return Ok(vec![reason]);
        }
        let private = self.private_of(db, member.keys.person).await?;
        let mut facts = self
            .facts(
                db,
                pool,
                &member.body,
                &person.body,
                private.id_number.as_ref(),
            )
            .await?;
        // What a register in the program says counts; what was looked up elsewhere fills the gaps.
        for one in decision.checked {
            match one.what {
                LookedAt::Register => {
                    facts.registers.entry(one.id.clone()).or_default();
                }
                LookedAt::Condition => {
                    facts.reviewed.insert(one.id.clone(), true);
                    facts.notes.insert(one.id.clone(), one.basis.clone());
                }
            }
        }
        let given: Vec<RenewalNeed> = given(row, decision).collect();
        let proposed = policy::Proposed {
            term: member.body.last_term(),
            renewals: u32::try_from(member.body.renewed.len()).unwrap_or(u32::MAX),
            given: &given,
            reason: decision.reason,
        };
        let found = policy::obstacles(&pool.pack, &facts, proposed, ctx.today());
        let reason = |finding: domain::finding::Finding| {
            let sentence = match (&row.body.will, finding.code == RenewalNeed::Willing.word()) {
                (Will::Unwilling { reason, .. }, true) => {
                    format!("本人已答复不愿意续任（{reason}），不能续任。")
                }
                _ => finding.sentence,
            };
            Reason::law(&finding.code, &finding.citation, sentence)
        };
        Ok(found.into_iter().map(reason).collect())
    }

    /// The term after one that ends: with the next cohort where the instrument counts by cohort.
    pub(super) async fn next_term(
        &self,
        db: &mut impl store::Db,
        pool: &OpenPool,
        old: Term,
        years: Option<u16>,
        need: &str,
    ) -> Result<std::result::Result<Term, Vec<Reason>>> {
        let from = old.to.tomorrow().unwrap_or(old.to);
        match (pool.pack.admission.term.mode, years) {
            (TermMode::Max, Some(years)) if years > 0 => {
                Ok(Ok(term::first(&pool.pack, from, None, Some(years))))
            }
            _ => self.term_from(db, pool, from, need).await,
        }
    }

    async fn tell_member(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        member: &Member,
        sentence: String,
    ) -> Result<()> {
        let words = Words {
            pool: pool.id(),
            person: member.keys.person,
            channels: &[Medium::Sms, Medium::Email],
            subject: "续聘结果".to_owned(),
            sentence,
            more: String::new(),
            about: ("expert", member.id.to_string()),
            until: end_of(
                ctx.today()
                    .checked_add(jiff::Span::new().days(7))
                    .unwrap_or(ctx.today()),
            ),
        };
        self.put::<()>(change, ctx, words, None).await
    }
}

/// What is found to be so: willingness from the expert's answer, the rest from whoever decides.
fn given<'a>(row: &'a Row, decision: &'a Decision<'_>) -> impl Iterator<Item = RenewalNeed> + 'a {
    let stated = decision.given.iter().copied();
    let willing = matches!(row.body.will, Will::Willing { .. });
    stated
        .filter(|need| *need != RenewalNeed::Willing)
        .chain(willing.then_some(RenewalNeed::Willing))
}

/// Why whoever left is not renewed, nor asked.
pub(super) fn gone(member: &Member) -> Option<Reason> {
    match &member.body.expert.standing {
        Standing::Left { on, .. } => Some(Reason::state(
            "renewal.left",
            format!("已于 {on} 出库，不能续聘。需要再入库的，请按入库程序申请。"),
        )),
        _ => None,
    }
}
