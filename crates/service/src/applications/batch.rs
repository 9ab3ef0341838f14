//! 成批推荐: a summary table (.xlsx or .csv) becomes one draft a row, each to be completed and handed in
//! like any other; rows with errors stay out and come back in a workbook that says what to do.

use documents::roster::{self, Roster, RosterRow, RowProblem, Severity};
use documents::xlsx;
use domain::actor::{Action, Role};
use domain::application::{Application, Filed};
use domain::event::{Event, EventKind, Subject};
use domain::explain::Explain as _;
use domain::id::{FileId, RecordId, SpecialtyId};
use domain::pool::SpecialtyStatus;
use serde::Serialize;
use store::attachments::{self, FileKeys};
use store::document;

use super::claim::Hand;
use super::{Kept, by, event};
use crate::attachments::Body;
use crate::change::Change;
use crate::ctx::Ctx;
use crate::error::{Error, Problem, Reason, Result};
use crate::exports::MadeFile;
use crate::imports::{MOST_BYTES, reject_rows, vocabulary};
use crate::persons::PersonFile;
use crate::pools::OpenPool;
use crate::service::Service;
use crate::typed::Fields;

/// Owner of the workbooks of rows with errors: each is its uploader's.
const OWNER: &str = "application_batch";

/// One draft entered from a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnteredRow {
    /// Row number in the file.
    pub row: u32,
    /// The draft.
    pub id: RecordId,
    /// Its number.
    pub number: String,
    /// 姓名
    pub name: String,
}

/// What became of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BatchEntered {
    /// The drafts.
    pub entered: Vec<EnteredRow>,
    /// Everything found wrong or doubtful, by row.
    pub problems: Vec<RowProblem>,
    /// How many rows stayed out.
    pub left_out: usize,
    /// The workbook of those rows.
    pub workbook: Option<FileId>,
}

/// A row as the form has it.
fn typed_row(row: &RosterRow, whole: &Fields, specialties: &[SpecialtyId]) -> Fields {
    let file = PersonFile {
        profile: row.profile.clone(),
        office_phone: row.landline.as_ref().map(domain::contact::Landline::expose),
    };
    let mut fields = crate::persons::fields(&file);
    for name in [
        "channel",
        "notice",
        "notice_closes",
        "received_on",
        "source",
        "recommender",
    ] {
        fields.push(name, whole.text(name));
    }
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    fields.push(
        "id_number",
        text(row.id_number.as_ref().map(|one| one.expose())),
    );
    fields.push("mobile", text(row.mobile.as_ref().map(|one| one.expose())));
    fields.push("email", text(row.email.as_ref().map(|one| one.expose())));
    fields.push("address", text(row.address.as_deref()));
    for id in specialties {
        fields.push("specialty", id.to_string());
    }
    fields
}

fn problem(row: &RosterRow, code: &str, sentence: String) -> RowProblem {
    RowProblem {
        row: row.number,
        column: None,
        head: String::new(),
        value: String::new(),
        code: code.to_owned(),
        severity: Severity::Error,
        sentence,
    }
}

impl Service {
    /// 上传名单汇总表: a draft for every sound row. A unit's are its own.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Refused`] for a channel that is not the unit's, takes one person at
    /// a time, or for a unit that is listed; [`Error::Invalid`] for what is wrong with the upload as a
    /// whole; [`Error::Document`] for a file that is no list.
    pub async fn enter_batch(
        &self,
        ctx: &Ctx,
        no: i64,
        fields: &Fields,
        bytes: Vec<u8>,
    ) -> Result<BatchEntered> {
        let pool = self.pool_numbered(ctx, no).await?;
        let own = ctx.actor.organisation;
        let unit = own.map_or(pool.target(), |unit| pool.target().of_organisation(unit));
        let role = ctx.actor.allow(Action::EnterApplications, unit)?;
        let channel = self.typed_channel(&pool, role, fields)?;
        if !channel.batch {
            return Err(Error::Refused(vec![Reason::law(
                "application.batch",
                &channel.citation,
                format!("“{}”每次提交一人，不成批提交。请逐人录入。", channel.label),
            )]));
        }
        if bytes.is_empty() || bytes.len() > MOST_BYTES {
            return Err(Error::field(
                "file",
                "没有选择文件，或文件超过 20 MB。请选择 .xlsx 或 .csv 名单汇总表。",
            ));
        }
        let filed = match (role, own) {
            (Role::Recommender, Some(organisation)) => Filed::Unit {
                organisation,
                by: by(ctx)?,
            },
            _ => Filed::Desk { by: by(ctx)? },
        };
        self.refuse_listed_unit(ctx, &pool, channel, &filed).await?;
        let (mut roster, bytes) = self.read_table(ctx, &pool, bytes).await?;
        let mut change = self.change(ctx, pool.id()).await?;
        change.authorize(Action::EnterApplications, unit)?;
        let mut wrong = Vec::new();
        let mut entered = Vec::new();
        for row in &roster.rows {
            match self
                .enter_row(&mut change, ctx, &pool, row, (fields, &filed))
                .await?
            {
                Ok(one) => entered.push(one),
                Err(problems) => wrong.extend(problems),
            }
        }
        let left_out = roster.people() - entered.len();
        let workbook = if left_out > 0 {
            let made = self.error_rows(&mut roster, wrong, bytes).await?;
            Some(self.keep_workbook(&mut change, ctx, &pool, made).await?)
        } else {
            None
        };
        let uploaded = Event::new(EventKind::ApplicationEntered, Subject::new(OWNER, no))
            .fact("channel", &channel.label)
            .fact("count", entered.len())
            .fact("left_out", left_out);
        change.record(uploaded).await?;
        change.commit().await?;
        Ok(BatchEntered {
            entered,
            problems: roster.problems,
            left_out,
            workbook,
        })
    }

    /// Enters one row, or says what is wrong with it.
    async fn enter_row(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        row: &RosterRow,
        (whole, filed): (&Fields, &Filed),
    ) -> Result<std::result::Result<EnteredRow, Vec<RowProblem>>> {
        let mut wrong = Vec::new();
        let known = self.specialties_of(pool.id()).await?;
        let mut specialties = Vec::new();
        for name in &row.specialties {
            let key = domain::text::match_key(name);
            let found = known.iter().find(|one| {
                one.status == SpecialtyStatus::Active && domain::text::match_key(&one.name) == key
            });
            match found {
                Some(one) => specialties.push(one.id),
                None => wrong.push(problem(
                    row,
                    "specialty.unknown",
                    format!("专业领域“{name}”不在本库中。请改为本库已有的专业领域。"),
                )),
            }
        }
        let typed = typed_row(row, whole, &specialties);
        let channel = pool.pack.admission.channel(whole.text("channel"));
        let channel = channel.ok_or(Error::NotFound)?;
        let mut problems: Vec<Problem> = Vec::new();
        let mut claim = self
            .read_application(
                ctx,
                pool,
                (channel, Hand::Account),
                &typed,
                None,
                &mut problems,
            )
            .await?;
        let private = claim.draft.private.clone();
        self.refuse_second_application(
            change,
            ctx,
            pool,
            (&private, claim.draft.team.as_deref()),
            None,
            &mut problems,
        )
        .await?;
        wrong.extend(
            problems
                .into_iter()
                .map(|one| problem(row, &one.field, one.sentence)),
        );
        if !wrong.is_empty() {
            return Ok(Err(wrong));
        }
        self.match_employer(change, &mut claim.draft.file).await?;
        let id: RecordId = self.id(ctx);
        let number = self
            .next_application_number(change, pool, ctx.today().year())
            .await?;
        let mut one = Application::draft(
            (id, pool.id()),
            number.clone(),
            &channel.id,
            filed.clone(),
            ctx.today(),
        );
        if let Filed::Unit { organisation, .. } = filed {
            one.recommender = Some(self.organisation_name(*organisation).await?);
        }
        claim.write(&mut one);
        let name = one.profile.name.clone();
        let kept = Kept {
            sealed: self.seal_applicant(id, &private)?,
            identity: self.identity_index(&private),
            typed: None,
            reminded: None,
            application: one,
        };
        let entered = event(EventKind::ApplicationEntered, &kept.application)
            .fact("channel", &channel.label)
            .detail(serde_json::json!({ "name": name, "row": row.number }));
        document::insert(change, id, self.keys(pool, &kept), kept).await?;
        change.record(entered).await?;
        Ok(Ok(EnteredRow {
            row: row.number,
            id,
            number,
            name,
        }))
    }

    /// Reads a table in a process of its own.
    async fn read_table(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        bytes: Vec<u8>,
    ) -> Result<(Roster, Vec<u8>)> {
        let (reader, words, today) = (self.table_reader()?, vocabulary(pool), ctx.today());
        let read = tokio::task::spawn_blocking(move || {
            roster::read(&reader, &bytes, &words, today).map(|roster| (roster, bytes))
        });
        let read = read.await.map_err(|e| Error::Internal(e.to_string()))?;
        read.map_err(|error| Error::Document(error.sentence()))
    }

    /// The workbook of rows with errors; the problems found here join those of the reading.
    async fn error_rows(
        &self,
        roster: &mut Roster,
        wrong: Vec<RowProblem>,
        bytes: Vec<u8>,
    ) -> Result<Vec<u8>> {
        let reader = self.table_reader()?;
        let mut whole = std::mem::take(roster);
        let made = tokio::task::spawn_blocking(move || {
            reject_rows(wrong, &reader, &bytes, &mut whole);
            let workbook = xlsx::error_workbook(&whole);
            (whole, workbook)
        });
        let (whole, workbook) = made.await.map_err(|e| Error::Internal(e.to_string()))?;
        *roster = whole;
        workbook.map_err(|error| Error::Document(error.sentence()))
    }

    async fn keep_workbook(
        &self,
        change: &mut Change<'_>,
        ctx: &Ctx,
        pool: &OpenPool,
        bytes: Vec<u8>,
    ) -> Result<FileId> {
        let id: FileId = self.id(ctx);
        let owner = ctx.actor.account.ok_or(Error::LoggedOut)?;
        let keys = FileKeys {
            pool: Some(pool.id()),
            owner_kind: OWNER.to_owned(),
            owner_id: owner.to_string(),
            name: "需要改正的行.xlsx".to_owned(),
            media_type: xlsx::MEDIA_TYPE.to_owned(),
            size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            digest: self.put_sealed(id, &bytes).await?,
            state: "kept".to_owned(),
            created_at: ctx.now,
        };
        let body = Body {
            kind: "汇总表中有错的行".to_owned(),
            by: ctx.actor.name.clone(),
        };
        document::insert(change, id, keys, body).await?;
        Ok(id)
    }

    /// The workbook of rows that stayed out, for whoever uploaded the table.
    ///
    /// # Errors
    /// [`Error::NotFound`] for everybody else.
    pub async fn batch_errors(&self, ctx: &Ctx, no: i64, file: FileId) -> Result<MadeFile> {
        let pool = self.pool_numbered(ctx, no).await?;
        let owner = ctx.actor.account.ok_or(Error::LoggedOut)?.to_string();
        let kept = attachments::find::<Body>(&mut self.store.read(), file).await?;
        let kept = kept.filter(|kept| {
            let keys = &kept.keys;
            keys.owner_kind == OWNER && keys.owner_id == owner && keys.pool == Some(pool.id())
        });
        let kept = kept.ok_or(Error::NotFound)?;
        Ok(MadeFile {
            bytes: self.open_sealed(file, &kept.keys.digest).await?,
            name: kept.keys.name,
            media_type: xlsx::MEDIA_TYPE,
            count: 0,
        })
    }
}
