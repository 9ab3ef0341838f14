//! 会议材料: the agenda with everybody's dossier and the pages of their files as one PDF, under the headings
//! of the pack.

use std::time::{Duration, Instant};

use domain::actor::Action;
use domain::event::{Event, EventKind, Subject};
use domain::id::RecordId;
use domain::meeting::{AgendaItem, Matter, Meeting};
use domain::policy::words::Word as _;

use documents::dates;
use documents::meetings::{AgendaPack, Dossier, Evidence, Line};
use documents::pages::{Limits, Pages, Unshown};
use store::attachments::{self, Attachment};

use super::find;
use crate::applications;
use crate::attachments::Body;
use crate::ctx::Ctx;
use crate::draw_documents::Printed;
use crate::error::Result;
use crate::exits;
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

/// What is laid before the body of one person.
struct Laid {
    dossier: Dossier,
    /// What each file proves, and the file.
    files: Vec<(String, Attachment<Body>)>,
    /// Under which the ledger says that they were read.
    subject: Subject,
}

fn of(item: &AgendaItem) -> Dossier {
    Dossier {
        heading: item.heading.clone(),
        number: item.number.clone(),
        name: item.name.clone(),
        employer: item.employer.clone(),
        ..Dossier::default()
    }
}

impl Service {
    /// 会议材料 as one PDF: agenda, then for each person what the form says, every condition with its
    /// article, every material with what was found of it, every file with its digest, and the pages of
    /// these files; for whoever is to leave, the case instead. Whose files were laid before the body is in
    /// the ledger; the purpose is the meeting.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`], [`crate::Error::Forbidden`], [`crate::Error::Document`].
    pub async fn print_agenda(&self, ctx: &Ctx, no: i64, id: RecordId) -> Result<Printed> {
        let pool = self.open_pool(ctx, no, Action::ReadApplications).await?;
        let meeting = find(&mut self.store.read(), pool.id(), id).await?.body;
        let mut laid = Vec::new();
        for item in &meeting.agenda {
            laid.push(match item.matter {
                Matter::Entry => self.laid_for_entry(ctx, &pool, item).await?,
                Matter::Exit => self.laid_for_exit(ctx, &pool, item).await?,
            });
        }
        self.record_laid(ctx, &pool, &meeting, &laid).await?;
        let mut room = Room::new();
        let mut people = Vec::new();
        for one in laid {
            people.push(Dossier {
                files: self.drawn(one.files, &mut room).await?,
                ..one.dossier
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

    /// What is laid before the body of somebody who is to come in.
    async fn laid_for_entry(&self, ctx: &Ctx, pool: &OpenPool, item: &AgendaItem) -> Result<Laid> {
        let view = self.application(ctx, pool.no, item.record).await?;
        let facts = view.lines.iter().filter(|(_, text)| !text.is_empty());
        Ok(Laid {
            files: self.evidence_of(pool, &view.application).await?,
            subject: applications::subject(&view.application),
            dossier: Dossier {
                specialties: view.specialties.join("、"),
                status: view.outcome.zh().to_owned(),
                facts: facts
                    .map(|(label, text)| ((*label).to_owned(), text.clone()))
                    .collect(),
                findings: vec![
                    (
                        "入库条件".to_owned(),
                        view.conditions.iter().map(Line::from).collect(),
                    ),
                    (
                        "入库材料".to_owned(),
                        view.materials.iter().map(Line::from).collect(),
                    ),
                ],
                ..of(item)
            },
        })
    }

    /// What is laid before the body of somebody who is to leave.
    async fn laid_for_exit(&self, ctx: &Ctx, pool: &OpenPool, item: &AgendaItem) -> Result<Laid> {
        let view = self.exit(ctx, pool.no, item.record).await?;
        let owner = (exits::KIND, item.record.to_string());
        let files = attachments::of::<Body>(&mut self.store.read(), owner.0, &owner.1).await?;
        let served = view
            .service
            .iter()
            .map(|(label, count)| format!("{label} {count} 次"));
        let said = view.exit.statement.as_ref();
        let more = [
            ("提出", exits::opened_words(&view.exit.opened)),
            ("参与情况", served.collect::<Vec<_>>().join("，")),
            (
                "本人陈述",
                said.map_or_else(|| "没有陈述意见".to_owned(), |said| said.text.clone()),
            ),
        ];
        let more = more.map(|(label, text)| (label.to_owned(), text));
        let records = view.misconduct.iter().map(|record| Line {
            verdict: "已认定".to_owned(),
            text: format!("{}　{}", record.on, record.evidence),
            article: record.kind.clone(),
        });
        Ok(Laid {
            files: files
                .into_iter()
                .map(|file| (file.body.kind.clone(), file))
                .collect(),
            subject: Subject::new("expert", view.exit.expert),
            dossier: Dossier {
                specialties: view.specialties.join("、"),
                status: view.ground.label.clone(),
                facts: view.facts().into_iter().chain(more).collect(),
                findings: vec![("不良行为记录".to_owned(), records.collect())],
                ..of(item)
            },
        })
    }

    /// Writes down for each person how many of their files are laid before the body.
    async fn record_laid(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        meeting: &Meeting,
        laid: &[Laid],
    ) -> Result<()> {
        let laid: Vec<&Laid> = laid.iter().filter(|one| !one.files.is_empty()).collect();
        if laid.is_empty() {
            return Ok(());
        }
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize(Action::ReadApplications, pool.target())?;
        for one in laid {
            let read = Event::new(EventKind::PlainValueRead, one.subject.clone())
                .fact("number", &one.dossier.number)
                .fact("purpose", format!("会议审定 {}", meeting.number))
                .fact("fields", format!("材料：{} 个文件", one.files.len()))
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
}
