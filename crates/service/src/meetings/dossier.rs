//! 会议材料: the agenda and everybody's dossier as one PDF, under the headings of the pack.

use domain::actor::Action;
use domain::id::RecordId;
use domain::policy::words::Word as _;

use documents::dates;
use documents::meetings::{AgendaPack, Dossier, Line};

use super::find;
use crate::ctx::Ctx;
use crate::draw_documents::Printed;
use crate::error::Result;
use crate::service::Service;

impl Service {
    /// 会议材料 as one PDF: agenda, then for each person what the form says, every condition with its
    /// article and every material with what was found of it.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`], [`crate::Error::Forbidden`], [`crate::Error::Document`].
    pub async fn print_agenda(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<Printed> {
        let pool = self.open_pool(ctx, no, Action::ReadApplications).await?;
        let meeting = find(&mut self.store.read(), pool.id(), id).await?.body;
        let mut people = Vec::new();
        for item in &meeting.agenda {
            let view = self.application(ctx, no, item.application).await?;
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
                conditions: view
                    .conditions
                    .iter()
                    .map(|line| Line {
                        verdict: line.verdict.zh().to_owned(),
                        text: line.sentence.clone(),
                        article: line.citation.clone(),
                    })
                    .collect(),
                materials: view
                    .materials
                    .iter()
                    .map(|line| Line {
                        verdict: line.verdict.zh().to_owned(),
                        text: line.sentence.clone(),
                        article: line.citation.clone(),
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
}
