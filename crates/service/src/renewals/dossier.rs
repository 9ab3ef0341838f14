//! 工作情况: the record of work of one term, as the pack asks for it.

use domain::expert::Term;
use domain::misconduct::{Misconduct, State as Recorded};
use domain::policy::pack::Dossier as Part;
use domain::policy::words::Word as _;
use jiff::civil::Date;
use serde::Serialize;

use super::rules;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::experts::{Member, Participations};
use crate::pools::OpenPool;
use crate::service::Service;

/// One heading of the record of work.
#[derive(Debug, Clone, Serialize)]
pub struct Dossier {
    /// What it is about.
    pub label: &'static str,
    /// What is known, line by line.
    pub lines: Vec<String>,
}

impl Service {
    /// 工作情况 within a term, under the headings of the pack, as far as the program knows.
    pub(super) async fn dossier(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        member: &Member,
        term: Term,
    ) -> Result<Vec<Dossier>> {
        let mut read = self.store.read();
        let mut work = self.participations_of(&mut read, pool, member.id).await?;
        work.calls.retain(|call| {
            let day = call.on.unwrap_or_else(|| call.since());
            term.covers(day)
        });
        let recorded = store::misconduct::of_expert::<Misconduct>(&mut read, member.id).await?;
        let recorded: Vec<Misconduct> = recorded
            .into_iter()
            .map(|row| row.body)
            .filter(|one| term.covers(one.on))
            .filter(|one| matches!(one.state, Recorded::Confirmed { .. }))
            .collect();
        let law = rules(pool)?;
        Ok(law
            .dossier
            .iter()
            .map(|part| Dossier {
                label: part.zh(),
                lines: match part {
                    Part::Ledger => tasks(&work, ctx.today()),
                    Part::Attendance => attendance(&work, ctx.today()),
                    Part::Evaluations => vec!["系统中没有登记评价。".to_owned()],
                    Part::Misconduct => misconduct(pool, &recorded),
                },
            })
            .collect())
    }
}

/// The tasks served, newest first.
fn tasks(work: &Participations, today: Date) -> Vec<String> {
    let served = work.calls.iter().filter(|call| call.served(today));
    let lines: Vec<String> = served
        .map(|call| {
            let day = call.on.map(|day| day.to_string()).unwrap_or_default();
            format!(
                "{day}　{}　{}（{}）",
                call.content, call.requester, call.number
            )
        })
        .collect();
    match lines.len() {
        0 => vec!["聘期内没有完成的工作。".to_owned()],
        number => std::iter::once(format!("聘期内完成 {number} 次。"))
            .chain(lines)
            .collect(),
    }
}

fn attendance(work: &Participations, today: Date) -> Vec<String> {
    let served = work.calls.iter().filter(|call| call.served(today)).count();
    vec![format!(
        "被抽中、选用 {} 次；完成 {served} 次，不能参加 {} 次，未答复 {} 次，请假 {} 次，回避 {} 次。",
        work.calls.len(),
        work.count(&["declined"]),
        work.count(&["no_answer"]),
        work.count(&["on_leave"]),
        work.count(&["recused", "stopped"]),
    )]
}

fn misconduct(pool: &OpenPool, recorded: &[Misconduct]) -> Vec<String> {
    let label = |kind: &str| {
        let conduct = pool.pack.conduct.as_ref();
        let known = conduct.and_then(|rules| rules.kinds.iter().find(|one| one.id == kind));
        known.map_or_else(|| kind.to_owned(), |one| one.label.clone())
    };
    match recorded {
        [] => vec!["聘期内没有认定的不良行为记录。".to_owned()],
        some => some
            .iter()
            .map(|one| format!("{}　{}", one.on, label(&one.kind)))
            .collect(),
    }
}
