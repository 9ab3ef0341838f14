//! The notices as everybody reads them without a log-in: the list, one notice with how to apply by each
//! channel, and the same as a document.

use documents::letter::LetterView;
use documents::solicitations::{CallForExperts, HowToApply};
use domain::id::{PoolId, RecordId};
use domain::policy::checklist;
use domain::policy::pack::{Channel, Material, Need, Pack, Per};
use domain::policy::words::Word as _;
use domain::pool::Pool;
use domain::solicitation::{Content, Notice, Publication, Standing, State};
use jiff::Timestamp;
use jiff::civil::DateTime;
use store::document::{Direction, Page, PageRequest};
use store::records::RecordFilter;

use super::{KIND, civil, find};
use crate::applications::online::{self, Hand};
use crate::ctx::Ctx;
use crate::draw_documents::Printed;
use crate::error::{Error, Result};
use crate::exports::MadeFile;
use crate::papers::PaperFile;
use crate::pools::OpenPool;
use crate::service::Service;

/// A notice in the public list.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PublicNotice {
    /// The pool it calls for, by number.
    pub pool: i64,
    /// Name of the pool.
    pub pool_name: String,
    /// Number, for its address.
    pub number: String,
    /// Title.
    pub title: String,
    /// Where it stands to the clock.
    pub standing: Standing,
    /// First second applications are taken, in Shanghai.
    pub opens: Option<DateTime>,
    /// Last second.
    pub closes: Option<DateTime>,
    /// When it was published here.
    pub published: Option<DateTime>,
}

/// What an applicant hands in, one item.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct GuideMaterial {
    /// What it is.
    pub label: String,
    /// The article.
    pub article: String,
    /// 必交、持有即交
    pub need: &'static str,
    /// 每人一份、每批一份; empty where the channel takes one person at a time.
    pub per: &'static str,
    /// Its parts, where any of them may be handed in.
    pub parts: Vec<String>,
    /// How the seal may be given; empty: none needed.
    pub seal: Vec<&'static str>,
    /// For what reason it may be left out.
    pub waiver: Option<String>,
    /// The pack's form: id and title.
    pub form: Option<(String, String)>,
}

/// How to apply by one channel.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ChannelGuide {
    /// Id.
    pub id: String,
    /// Name.
    pub label: String,
    /// The article.
    pub article: String,
    /// Who applies, in the pack's words.
    pub submitter: String,
    /// Many persons in one submission?
    pub batch: bool,
    /// Only while a notice is open?
    pub needs_notice: bool,
    /// Only after an invitation?
    pub invited: bool,
    /// What is handed in.
    pub materials: Vec<GuideMaterial>,
    /// What follows, step by step.
    pub steps: Vec<String>,
    /// What an applicant may do on this site by themselves.
    pub own: Option<Hand>,
}

/// A notice as everybody reads it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Shown {
    /// The notice.
    #[serde(skip)]
    pub notice: Notice,
    /// Its line.
    pub line: PublicNotice,
    /// What stands before the headings.
    pub body: String,
    /// Headings with their texts.
    pub paragraphs: Vec<(String, String)>,
    /// What the pack calls the numbers wanted.
    pub headcount: Option<String>,
    /// Numbers wanted, those above zero.
    pub wanted: Vec<(String, u32)>,
    /// How to apply by each of its channels.
    pub channels: Vec<ChannelGuide>,
    /// Who to ask.
    pub contact: String,
    /// Who signs it.
    pub signed: String,
    /// Where else it appeared.
    pub publications: Vec<(String, String, DateTime)>,
    /// Why it was withdrawn, if it was.
    pub withdrawn: Option<String>,
    /// Title of the instrument, and the article.
    pub basis: (String, String),
    /// Where the instrument stands, if that has to be said.
    pub banner: Option<String>,
    /// Notices of a demonstration call nobody.
    pub demonstration: bool,
}

fn material(pack: &Pack, channel: &Channel, item: &Material) -> GuideMaterial {
    GuideMaterial {
        label: item.label.clone(),
        article: item.citation.to_string(),
        need: match item.need {
            Need::Always => "",
            some => some.zh(),
        },
        per: match (channel.batch, item.per) {
            (false, _) => "",
            (true, Per::Person) => Per::Person.zh(),
            (true, Per::Batch) => Per::Batch.zh(),
        },
        parts: item.parts.iter().map(|part| part.label.clone()).collect(),
        seal: item.seal.iter().map(|seal| seal.zh()).collect(),
        waiver: item.waiver.as_ref().map(|waiver| waiver.reason.clone()),
        form: item
            .form
            .as_deref()
            .and_then(|id| pack.form(id))
            .map(|form| (form.id.clone(), form.title.concat())),
    }
}

/// How to apply by one channel, in the pack's words.
fn guide(pack: &Pack, channel: &Channel) -> ChannelGuide {
    let step = |station| {
        let step = pack.admission.step(station)?;
        let who = step.party.as_deref().map(|id| {
            pack.party(id).map_or_else(
                || id.to_owned(),
                |party| party.body.clone().unwrap_or_else(|| party.label.clone()),
            )
        });
        Some(match who {
            Some(who) => format!("{}（{who}）", step.label),
            None => step.label.clone(),
        })
    };
    ChannelGuide {
        id: channel.id.clone(),
        label: channel.label.clone(),
        article: channel.citation.to_string(),
        submitter: pack.party_label(&channel.submitter).to_owned(),
        batch: channel.batch,
        needs_notice: channel.needs_notice,
        invited: channel.invitation.is_some(),
        materials: checklist::items(pack, channel)
            .into_iter()
            .map(|item| material(pack, channel, item))
            .collect(),
        own: online::hand(pack, channel),
        steps: channel
            .stations
            .iter()
            .filter_map(|one| step(*one))
            .collect(),
    }
}

/// With what the notice asks for besides the pack's list.
fn named_too(
    mut guide: ChannelGuide,
    pack: &Pack,
    channel: &Channel,
    content: &Content,
) -> ChannelGuide {
    let list = pack
        .admission
        .list_of(channel)
        .filter(|list| list.by_notice);
    for label in list.into_iter().flat_map(|_| &content.materials) {
        guide.materials.push(GuideMaterial {
            label: label.clone(),
            article: list
                .map(|list| list.citation.to_string())
                .unwrap_or_default(),
            need: "",
            per: "",
            parts: Vec::new(),
            seal: Vec::new(),
            waiver: None,
            form: None,
        });
    }
    guide
}

fn line(notice: &Notice, pool: &OpenPool, at: DateTime) -> PublicNotice {
    PublicNotice {
        pool: pool.no,
        pool_name: pool.pool.name.clone(),
        number: notice.number.clone().unwrap_or_default(),
        title: notice.content.title.clone(),
        standing: notice.standing(at),
        opens: notice.content.opens,
        closes: notice.content.closes,
        published: published_at(notice),
    }
}

fn published_at(notice: &Notice) -> Option<DateTime> {
    match &notice.state {
        State::Published { at, .. } => Some(*at),
        State::Withdrawn { published, .. } => *published,
        _ => None,
    }
}

/// Everybody's filter: published, and withdrawn after it was published.
fn published() -> RecordFilter {
    RecordFilter {
        kinds: vec![KIND.to_owned()],
        statuses: vec!["published".to_owned(), "withdrawn".to_owned()],
        ..RecordFilter::default()
    }
}

impl Service {
    /// Published notices that are open or about to open, those that close first before the others.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn current_notices(&self) -> Result<Vec<PublicNotice>> {
        let at = civil(self.clock.now());
        let filter = RecordFilter {
            statuses: vec!["published".to_owned()],
            ..published()
        };
        let rows = store::records::all::<Notice>(&mut self.store.read(), &filter).await?;
        let mut current = Vec::new();
        for row in rows {
            if matches!(row.body.standing(at), Standing::Open | Standing::Ahead) {
                let pool = self.any_pool(row.body.pool).await?;
                current.push(line(&row.body, &pool, at));
            }
        }
        current.sort_by_key(|one| (one.closes, one.number.clone()));
        Ok(current)
    }

    /// Every notice that was ever published, newest first, a page at a time.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn published_notices(&self, page: &PageRequest) -> Result<Page<PublicNotice>> {
        let at = civil(self.clock.now());
        let filter = published();
        let mut read = self.store.read();
        let found =
            store::records::page::<Notice>(&mut read, &filter, Direction::Descending, page).await?;
        let mut items = Vec::with_capacity(found.items.len());
        for row in found.items {
            let pool = self.any_pool(row.body.pool).await?;
            items.push(line(&row.body, &pool, at));
        }
        Ok(Page {
            items,
            next: found.next,
        })
    }

    /// A published notice by its number or identifier.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what does not exist or was never published.
    pub async fn published_notice(&self, key: &str) -> Result<Shown> {
        let notice = self.public_notice(key).await?;
        self.shown(notice, self.clock.now()).await
    }

    /// The pool a published notice is of.
    pub(crate) async fn pool_of_published_notice(&self, key: &str) -> Result<OpenPool> {
        let notice = self.public_notice(key).await?;
        self.any_pool(notice.pool).await
    }

    /// A notice as everybody would read it, for those who prepare it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn preview_notice(&self, ctx: &Ctx, id: RecordId) -> Result<Shown> {
        let view = self.notice(ctx, id).await?;
        self.shown(view.notice, ctx.now).await
    }

    async fn public_notice(&self, key: &str) -> Result<Notice> {
        let mut read = self.store.read();
        let notice = match key.parse::<RecordId>() {
            Ok(id) => find(&mut read, id).await?.body,
            Err(_) => {
                let filter = RecordFilter {
                    number: Some(key.trim().to_uppercase()),
                    ..published()
                };
                let rows = store::records::all::<Notice>(&mut read, &filter).await?;
                rows.into_iter().next().ok_or(Error::NotFound)?.body
            }
        };
        published_at(&notice).map(|_| notice).ok_or(Error::NotFound)
    }

    async fn shown(&self, notice: Notice, now: Timestamp) -> Result<Shown> {
        let pool = self.any_pool(notice.pool).await?;
        let pack = &pool.pack;
        let content = &notice.content;
        let basis = (pack.identity.title.clone(), notice.article.clone());
        let body = match content.body.as_str() {
            "" => format!(
                "{}根据《{}》{}，现将{}征集专家的有关事项公告如下。",
                pack.identity
                    .purpose
                    .as_ref()
                    .map(|purpose| format!("为{}，", purpose.text))
                    .unwrap_or_default(),
                basis.0,
                basis.1,
                pool.pool.name
            ),
            body => body.to_owned(),
        };
        let rules = pack.admission.solicitation.as_ref();
        let today = now.to_zoned(crate::ctx::shanghai()).date();
        Ok(Shown {
            line: line(&notice, &pool, civil(now)),
            body,
            paragraphs: content
                .paragraphs
                .iter()
                .map(|one| (one.label.clone(), one.text.clone()))
                .collect(),
            headcount: rules
                .and_then(|rules| rules.headcount.as_ref())
                .map(|rule| rule.label.clone()),
            wanted: content
                .wanted
                .iter()
                .filter(|line| line.number > 0)
                .map(|line| (line.label.clone(), line.number))
                .collect(),
            channels: content
                .channels
                .iter()
                .filter_map(|id| pack.admission.channel(id))
                .map(|channel| named_too(guide(pack, channel), pack, channel, content))
                .collect(),
            contact: content.contact.clone(),
            signed: self.organisation_name(pool.pool.manager).await?,
            publications: notice
                .publications
                .iter()
                .map(
                    |Publication {
                         medium,
                         address,
                         at,
                         ..
                     }| (medium.clone(), address.clone(), *at),
                )
                .collect(),
            withdrawn: match &notice.state {
                State::Withdrawn { reason, .. } => Some(reason.clone()),
                _ => None,
            },
            basis,
            banner: pool.standing(today).banner(),
            demonstration: pool.pool.demonstration,
            notice,
        })
    }

    /// A published notice as a document.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Document`].
    pub async fn print_published_notice(&self, key: &str) -> Result<Printed> {
        let shown = self.published_notice(key).await?;
        let (view, name) = self.call_for_experts(shown, self.clock.now());
        self.print(view, self.clock.now(), format!("{name}.pdf"))
            .await
    }

    /// A notice as a document, at any stage; until it is published every page says so.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Document`].
    pub async fn print_notice(&self, ctx: &Ctx, id: RecordId) -> Result<Printed> {
        let shown = self.preview_notice(ctx, id).await?;
        let (view, name) = self.call_for_experts(shown, ctx.now);
        self.print(view, ctx.now, format!("{name}.pdf")).await
    }

    /// A notice as a document to be edited.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Document`].
    pub async fn edit_notice(&self, ctx: &Ctx, id: RecordId) -> Result<MadeFile> {
        let shown = self.preview_notice(ctx, id).await?;
        let (view, name) = self.call_for_experts(shown, ctx.now);
        self.made_letter(view, PaperFile::Docx, &name, ctx.now)
            .await
    }

    /// The notice as it is printed, and the name of its file without its ending.
    fn call_for_experts(&self, shown: Shown, now: Timestamp) -> (LetterView, String) {
        let name = match shown.line.number.as_str() {
            "" => "征集公告-草稿".to_owned(),
            number => format!("征集公告-{number}"),
        };
        let mut marks: Vec<String> = shown.banner.clone().into_iter().collect();
        if shown.demonstration {
            marks.push("演示".to_owned());
        }
        if shown.withdrawn.is_some() {
            marks.push("已撤回".to_owned());
        }
        let document = CallForExperts {
            number: shown.line.number.clone(),
            title: shown.line.title.clone(),
            body: shown.body,
            paragraphs: shown.paragraphs,
            headcount: shown.headcount,
            wanted: shown.wanted,
            window: shown.line.opens.zip(shown.line.closes),
            channels: shown
                .channels
                .into_iter()
                .map(|channel| HowToApply {
                    label: channel.label,
                    submitter: channel.submitter,
                    materials: channel.materials.into_iter().map(|one| one.label).collect(),
                })
                .collect(),
            address: shown.line.published.map(|_| {
                format!(
                    "{}/public/notices/{}",
                    self.settings.public_url, shown.line.number
                )
            }),
            contact: shown.contact,
            sign: shown.signed,
            on: shown.line.published.unwrap_or_else(|| civil(now)).date(),
            marks,
            draft: shown.line.published.is_none(),
        };
        (document.view(), name)
    }

    /// 办事指南: how to apply by every channel of a pool, open or not.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a number no pool has.
    pub async fn application_guide(&self, no: i64) -> Result<(OpenPool, Vec<ChannelGuide>)> {
        let rows = store::pools::all::<Pool>(&mut self.store.read()).await?;
        let row = rows.into_iter().find(|row| row.keys.no == no);
        let pool: PoolId = row.ok_or(Error::NotFound)?.id;
        let pool = self.any_pool(pool).await?;
        let guides = pool
            .pack
            .admission
            .channels
            .iter()
            .map(|channel| guide(&pool.pack, channel))
            .collect();
        Ok((pool, guides))
    }
}
