//! The numbers above the list.

use domain::actor::Action;
use domain::id::PoolId;
use store::document::Count;
use store::tasks::TaskFilter;

use super::Figure;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::service::Service;

pub(super) async fn of(service: &Service, ctx: &Ctx, pool: PoolId) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let mut read = service.store.read();
    let Ok(readable) = crate::tasks::readable(ctx, pool) else {
        return Ok(figures);
    };
    let tasks = |statuses: &[&str]| TaskFilter {
        statuses: statuses.iter().map(|code| (*code).to_owned()).collect(),
        ..readable.clone()
    };
    for (label, statuses, note) in [
        ("待受理需求", &["filed"][..], "使用方已提出"),
        (
            "抽取进行中",
            &["accepted", "drawing", "drawn"][..],
            "已受理，未启封",
        ),
        ("等待参加", &["published"][..], "已启封，未办结"),
    ] {
        let count = store::tasks::count(&mut read, &tasks(statuses)).await?;
        figures.push(Figure {
            label,
            count: number(&count),
            note: note.to_owned(),
            path: "tasks",
        });
    }
    if let Some(open) = service.any_part_of(ctx, pool, Action::ReadExperts).await? {
        let count = match open.experts_of() {
            None => store::experts::count(&mut read, pool).await?,
            Some(_) => service.count_members(&open, None).await?,
        };
        figures.push(Figure {
            label: "在册专家",
            count: number(&count),
            note: "含暂停、期满".to_owned(),
            path: "experts",
        });
    }
    Ok(figures)
}

fn number(count: &Count) -> u64 {
    match count {
        Count::Exactly(number) | Count::AtLeast(number) => *number,
    }
}
