//! 会议材料 and 会议纪要: the agenda with everybody's dossier and the pages of their files as one PDF, under
//! the headings of the pack, and the record of what was decided.

use std::time::{Duration, Instant};

use domain::actor::Action;
use domain::application::Application;
use domain::event::EventKind;
use domain::id::RecordId;
use domain::meeting::{Meeting, State};
use domain::policy::words::Word as _;

use documents::dates;
use documents::meetings::{AgendaPack, Dossier, Evidence, Line};
use documents::minutes::{Decided, Minutes};
use documents::pages::{Limits, Pages, Unshown};
use store::attachments::Attachment;

use super::find;
use crate::applications::{event, target};
use crate::attachments::Body;
use crate::ctx::Ctx;
use crate::draw_documents::Printed;
use crate::error::Result;
use crate::exports::MadeFile;
use crate::papers::PaperFile;
use crate::pools::OpenPool;
use crate::service::Service;

/// Most pages of files in one pack; those beyond are looked at beside their applications.
const MOST_PAGES: usize = 400;
/// Most bytes the pictures of these pages take.
const MOST_BYTES: u64 = 96 * 1024 * 1024;
/// How long the files of one pack are drawn: those of many hostile applicants would take hours.
const LONGEST: Duration = Duration::from_secs(600);

/// What of a pack is still free for pages of files.
struct Room {
    pages: usize,
    bytes: u64,
    until: Instant,
}

impl Room {
    fn new() -> Self {
        Self {
            pages: MOST_PAGES,
            bytes: MOST_BYTES,
            until: Instant::now() + LONGEST,
        }
    }

    /// What the next file may cost; nothing once the room is taken.
    fn limits(&self) -> Option<Limits> {
        let limits = Limits::default();
        let free = self.pages > 0 && self.bytes > 0 && Instant::now() < self.until;
        free.then(|| Limits {
            pages: limits.pages.min(self.pages),
            drawn: limits.drawn.min(self.bytes),
            ..limits
        })
    }

    fn take(&mut self, pages: &Pages) {
        self.pages = self.pages.saturating_sub(pages.shown.len());
        self.bytes = self.bytes.saturating_sub(pages.size() as u64);
    }
}

impl Service {
    /// 会议材料 as one PDF: agenda, then for each person what the form says, every condition with its
    /// article, every material with what was found of it, every file with its digest, and the pages of
    /// these files. Whose files were laid before the body is in the ledger; the purpose is the meeting.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`], [`crate::Error::Forbidden`], [`crate::Error::Document`].
    pub async fn print_agenda(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<Printed> {
        let pool = self.open_pool(ctx, no, Action::ReadApplications).await?;
        let meeting = find(&mut self.store.read(), pool.id(), id).await?.body;
        let mut laid = Vec::new();
        for item in &meeting.agenda {
            let view = self.application(ctx, no, item.application).await?;
            let files = self.evidence_of(&pool, &view.application).await?;
            laid.push((item, view, files));
        }
        let read = laid
            .iter()
            .map(|(_, view, files)| (&view.application, files.len()));
        self.record_laid(ctx, &pool, &meeting, read.collect())
            .await?;
        let mut room = Room::new();
        let mut people = Vec::new();
        for (item, view, files) in laid {
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
                files: self.drawn(files, &mut room).await?,
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

    /// Writes down for each application how many of its files are laid before the body.
    async fn record_laid(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        meeting: &Meeting,
        mut laid: Vec<(&Application, usize)>,
    ) -> Result<()> {
        laid.retain(|(_, files)| *files > 0);
        if laid.is_empty() {
            return Ok(());
        }
        let mut change = self.change(ctx, pool.id()).await?;
        for (one, files) in laid {
            change.authorize(Action::ReadApplications, target(one))?;
            let read = event(EventKind::PlainValueRead, one)
                .fact("purpose", format!("会议审定 {}", meeting.number))
                .fact("fields", format!("材料：{files} 个文件"))
                .fact("form", "materials.pdf");
            change.record(read).await?;
        }
        change.commit().await?;
        Ok(())
    }

    /// Files with their digests, which are those the ledger has, and their pages as far as there is room.
    async fn drawn(
        &self,
        files: Vec<(String, Attachment<Body>)>,
        room: &mut Room,
    ) -> Result<Vec<Evidence>> {
        let mut drawn = Vec::new();
        for (proves, file) in files {
            let bytes = self.open_sealed(file.id, &file.keys.digest).await?;
            let digest = crate::imports::digest(&bytes);
            let pages = match room.limits() {
                Some(limits) => self.draw_pages(bytes, limits).await?,
                None => Pages::none(Unshown::Beyond),
            };
            room.take(&pages);
            drawn.push(Evidence {
                proves,
                name: file.keys.name,
                digest,
                pages,
            });
        }
        Ok(drawn)
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
            let mut said = results.filter(|one| one.application == item.application);
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
                    .map(|one| super::result_words(&one.verdict))
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
