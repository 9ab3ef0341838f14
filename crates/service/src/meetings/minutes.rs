//! 会议纪要: the record of what was decided, or the sheet to be filled in.

use documents::dates;
use documents::minutes::{Decided, Minutes};
use domain::actor::Action;
use domain::id::RecordId;
use domain::meeting::State;

use crate::ctx::Ctx;
use crate::error::Result;
use crate::exports::MadeFile;
use crate::papers::PaperFile;
use crate::service::Service;

impl Service {
    /// 会议纪要: what was decided of each person; before it is recorded, the same sheet to be filled in.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`], [`crate::Error::Forbidden`], [`crate::Error::Document`].
    pub async fn meeting_minutes(
        &self,
        ctx: &Ctx,
        no: i64,
        id: RecordId,
        file: PaperFile,
    ) -> Result<MadeFile> {
        let view = self.meeting(ctx, no, id).await?;
        let pool = self.open_pool(ctx, no, Action::ReadApplications).await?;
        let meeting = &view.meeting;
        let record = match &meeting.state {
            State::Held { minutes, .. } => Some(minutes),
            State::Called | State::Cancelled { .. } => None,
        };
        let people = meeting.agenda.iter().map(|item| {
            let results = record.iter().flat_map(|minutes| &minutes.results);
            let mut said = results.filter(|one| one.record == item.record);
            let said = said.next();
            Decided {
                heading: item.heading.clone(),
                number: item.number.clone(),
                name: item.name.clone(),
                employer: item.employer.clone(),
                votes: said
                    .and_then(|one| one.votes)
                    .map(|votes| {
                        format!(
                            "同意 {}，不同意 {}，弃权 {}",
                            votes.yes, votes.no, votes.abstained
                        )
                    })
                    .unwrap_or_default(),
                recused: said.map(|one| one.recused.clone()).unwrap_or_default(),
                result: said
                    .map(|one| one.verdict.words(item.matter))
                    .unwrap_or_default(),
            }
        });
        let cancelled = matches!(meeting.state, State::Cancelled { .. });
        let mut marks = self.marks(&pool, ctx.now);
        marks.extend(cancelled.then(|| "已取消".to_owned()));
        let sheet = Minutes {
            title: vec![pool.pool.name.clone(), "会议审定纪要".to_owned()],
            marks,
            body: meeting.body.clone(),
            number: record
                .map(|minutes| minutes.number.clone())
                .unwrap_or_default(),
            on: dates::long(record.map_or(meeting.on, |minutes| minutes.on)),
            place: meeting.place.clone(),
            basis: format!("《{}》{}", pool.pack.identity.title, view.citation),
            attendees: record
                .map(|minutes| minutes.attendees.clone())
                .unwrap_or_default(),
            people: people.collect(),
        };
        let name = format!("会议纪要-{}", meeting.number);
        self.made_paper(sheet.view(), file, &name, ctx.now).await
    }
}
