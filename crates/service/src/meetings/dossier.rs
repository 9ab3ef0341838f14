//! 会议材料 and 会议纪要: the agenda with everybody's dossier as one PDF, under the headings of the pack,
//! and the record of what was decided.

use domain::actor::Action;
use domain::id::RecordId;
use domain::meeting::State;
use domain::policy::words::Word as _;

use documents::dates;
use documents::meetings::{AgendaPack, Dossier, Evidence, Line};
use documents::minutes::{Decided, Minutes};

use super::find;
use crate::ctx::Ctx;
use crate::draw_documents::Printed;
use crate::error::Result;
use crate::exports::MadeFile;
use crate::papers::PaperFile;
use crate::service::Service;

impl Service {
    /// 会议材料 as one PDF: agenda, then for each person what the form says, every condition with its
    /// article, every material with what was found of it, and every file with its digest.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`], [`crate::Error::Forbidden`], [`crate::Error::Document`].
    pub async fn print_agenda(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<Printed> {
        let pool = self.open_pool(ctx, no, Action::ReadApplications).await?;
        let meeting = find(&mut self.store.read(), pool.id(), id).await?.body;
        let mut people = Vec::new();
        for item in &meeting.agenda {
            let view = self.application(ctx, no, item.record).await?;
            let digests = self.digests_of_application(item.record).await?;
            let files = view.materials.iter().flat_map(|line| &line.files);
            people.push(Dossier {
                heading: item.heading.clone(),
                number: item.number.clone(),
                name: item.name.clone(),
                employer: item.employer.clone(),
                specialties: view.specialties.join("、"),
                status: view.outcome.zh().to_owned(),
                facts: view
                    .lines
                    .iter()
                    .filter(|(_, text)| !text.is_empty())
                    .map(|(label, text)| ((*label).to_owned(), text.clone()))
                    .collect(),
                conditions: view.conditions.iter().map(Line::from).collect(),
                materials: view.materials.iter().map(Line::from).collect(),
                files: files
                    .map(|file| Evidence {
                        proves: file.label.clone(),
                        name: file.name.clone(),
                        digest: digests.get(&file.id).cloned().unwrap_or_default(),
                    })
                    .collect(),
            });
        }
        let demonstration = pool.pool.demonstration.then(|| "演示".to_owned());
        let marks = pool.standing(ctx.today()).banner().into_iter();
        let name = format!("会议材料-{}.pdf", meeting.number);
        let pack = AgendaPack {
            title: vec![pool.pool.name.clone(), "会议审定材料".to_owned()],
            body: meeting.body.clone(),
            number: meeting.number.clone(),
            on: dates::long(meeting.on),
            place: meeting.place.clone(),
            people,
            marks: marks.chain(demonstration).collect(),
        };
        self.print(pack.view(), ctx.now, name).await
    }

    /// 会议纪要: what was decided of each person; before it is recorded, the same sheet to be filled in.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Document`].
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
