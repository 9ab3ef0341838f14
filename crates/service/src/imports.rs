//! 批量导入: a roster is read without writing anything, its effect is shown, and only what an officer
//! confirms is written, whole or not at all.

mod plan;
mod running;
mod words;
mod write;

use documents::roster::{self, Column, Roster, RowProblem};
use documents::table::TableReader;
use domain::actor::{Action, Remit};
use domain::explain::Explain as _;
use domain::id::{AccountId, ImportId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::imports::{self, ImportKeys};
use store::sealed::{Column as SealedColumn, Shape};
use store::{PageRequest, document};

pub(crate) use plan::reject_rows;
pub use running::{Running, Step};
pub(crate) use words::vocabulary;
pub use write::RowsWithErrors;

use crate::ctx::Ctx;
use crate::error::{Error, Problem, Result};
use crate::persons::Difference;
use crate::pools::OpenPool;
use crate::service::Service;
use crate::typed::{self, Fields};
use running::BeingRead;

/// Largest file, bytes.
pub const MOST_BYTES: usize = 20 * 1024 * 1024;
/// Changes a preview lists by name; the counts are of all.
const LISTED_CHANGES: usize = 300;
/// Problems a preview lists; the error workbook has all.
const LISTED_PROBLEMS: usize = 1000;

const FILE: SealedColumn = SealedColumn {
    table: "import",
    name: "file",
    pad: 4096,
    shape: Shape::Text,
};
const PREVIEW: SealedColumn = SealedColumn {
    table: "import",
    name: "preview",
    pad: 4096,
    shape: Shape::Text,
};

/// What an officer states about the roster as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportOptions {
    /// 会议纪要编号 or 文号 on which the entries rest
    pub basis: String,
    /// Its date.
    pub basis_on: Date,
    /// First day of the terms of those who are new.
    pub term_from: Date,
    /// Whether specialties the pool does not have are added.
    pub new_specialties: NewSpecialties,
}

/// What happens to specialties the pool does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewSpecialties {
    /// Rows that name one have an error.
    Refuse,
    /// They are added with the import.
    Add,
}

/// How many rows of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Persons not in the pool yet.
    pub new: usize,
    /// Members whose facts differ.
    pub changed: usize,
    /// Members the file says nothing new of.
    pub unchanged: usize,
    /// Rows that cannot be read.
    pub errors: usize,
}

impl Counts {
    /// Every row that holds a person.
    pub const fn people(self) -> usize {
        self.new + self.changed + self.unchanged + self.errors
    }
}

/// A member whose facts the file changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedRow {
    /// Row number in the file.
    pub row: u32,
    /// Name.
    pub name: String,
    /// 专家编号
    pub number: String,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// 预检: the effect the file would have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// The sheet that was read.
    pub sheet: String,
    /// Rows of each kind.
    pub counts: Counts,
    /// Names of the new, the first of them.
    pub new: Vec<(u32, String)>,
    /// Changes by name, the first of them.
    pub changed: Vec<ChangedRow>,
    /// Problems, the first of them; values of sealed fields are masked.
    pub problems: Vec<RowProblem>,
    /// How many problems there are.
    pub problem_count: usize,
    /// Columns that were not understood and not read.
    pub dropped: Vec<Column>,
    /// Specialties that would be added.
    pub specialties: Vec<String>,
}

/// Where an import stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ImportState {
    /// The file is being read.
    Reading,
    /// The file as a whole cannot be read.
    Unreadable {
        /// What happened, why, what to do.
        why: String,
    },
    /// Read; waits for confirmation.
    Ready {
        /// Where the sealed preview lies.
        preview: String,
        /// Rows of each kind.
        counts: Counts,
    },
    /// Written.
    Done {
        /// Where the sealed preview lies.
        preview: String,
        /// Rows of each kind, as confirmed; errors were left out by choice.
        counts: Counts,
        /// When.
        at: Timestamp,
        /// Number of the entry in the pool's ledger.
        ledger: u64,
    },
}

impl ImportState {
    /// Stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Unreadable { .. } => "unreadable",
            Self::Ready { .. } => "ready",
            Self::Done { .. } => "done",
        }
    }

    /// The words users see.
    pub const fn zh(&self) -> &'static str {
        match self {
            Self::Reading => "正在预检",
            Self::Unreadable { .. } => "文件不能读取",
            Self::Ready { .. } => "已预检，待确认",
            Self::Done { .. } => "已导入",
        }
    }

    /// Rows of each kind, once read.
    pub const fn counts(&self) -> Option<Counts> {
        match self {
            Self::Ready { counts, .. } | Self::Done { counts, .. } => Some(*counts),
            Self::Reading | Self::Unreadable { .. } => None,
        }
    }
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Identifier.
    pub id: ImportId,
    /// Name of the file.
    pub name: String,
    /// SM3 of the file, hex.
    pub digest: String,
    /// Bytes.
    pub size: usize,
    /// Where the sealed file lies.
    pub file: String,
    /// What was stated about it.
    pub options: ImportOptions,
    /// Who uploaded it.
    pub by: String,
    /// Their account; none for the command line.
    #[serde(default)]
    pub account: Option<AccountId>,
    /// When.
    pub at: Timestamp,
    /// Where it stands.
    pub state: ImportState,
}

impl Import {
    fn is_open_to(&self, ctx: &Ctx, pool: &OpenPool) -> bool {
        let own = self.account.is_some() && self.account == ctx.actor.account;
        own || pool.remit == Remit::Pool
    }
}

impl Service {
    /// How far imports are that run in this process.
    pub fn running_imports(&self) -> &Running {
        &self.running_imports
    }

    /// 上传: keeps the file, sealed, to be read by [`Service::read_import`].
    ///
    /// # Errors
    /// Denied, or everything wrong with what was stated.
    pub async fn begin_import(
        &self,
        ctx: &Ctx,
        no: i64,
        name: &str,
        bytes: Vec<u8>,
        fields: &Fields,
    ) -> Result<ImportId> {
        let pool = self.open_part(ctx, no, Action::ImportExperts).await?;
        let mut problems = Vec::new();
        if bytes.is_empty() {
            problems.push(Problem::new(
                "file",
                "没有选择文件。请选择 .xlsx 或 .csv 名册后再上传。",
            ));
        }
        if bytes.len() > MOST_BYTES {
            problems.push(Problem::new(
                "file",
                format!(
                    "文件有 {} MB，最多 20 MB。请删去多余的工作表和图片，或分成几个文件。",
                    bytes.len() / 1024 / 1024
                ),
            ));
        }
        let options = read_options(ctx, fields, &mut problems);
        let (Some(options), true) = (options, problems.is_empty()) else {
            return Err(Error::Invalid(problems));
        };
        let id: ImportId = self.id(ctx);
        let sealed = self
            .store
            .seals()
            .seal_bytes(&FILE, &id.to_string(), &bytes)
            .map_err(store::Error::from)?;
        let import = Import {
            id,
            name: domain::text::tidy(name).chars().take(100).collect(),
            digest: digest(&bytes),
            size: bytes.len(),
            file: self.store.files().put(sealed).await?,
            options,
            by: ctx.actor.name.clone(),
            account: ctx.actor.account,
            at: ctx.now,
            state: ImportState::Reading,
        };
        let keys = ImportKeys {
            pool: pool.id(),
            status: import.state.code().to_owned(),
            created_at: ctx.now,
            file: None,
        };
        let mut tx = self.store.upkeep().await?;
        document::insert(&mut tx, id, keys, import).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// 预检: reads the file and works out its effect. Writes nothing but the preview.
    ///
    /// # Errors
    /// Not found, denied, or the store fails. What is wrong with the file is a state of the import.
    pub async fn read_import(&self, ctx: &Ctx, no: i64, id: ImportId) -> Result<Import> {
        self.running_imports.begin(id);
        let _being_read = BeingRead {
            running: &self.running_imports,
            id,
        };
        let pool = self.open_part(ctx, no, Action::ImportExperts).await?;
        let import = self.stored_import(ctx, &pool, id).await?.body;
        if matches!(import.state, ImportState::Done { .. }) {
            return Ok(import);
        }
        let state = match self.preview(ctx, &pool, &import).await {
            Ok(preview) => {
                let counts = preview.counts;
                let json =
                    serde_json::to_vec(&preview).map_err(|e| Error::Internal(e.to_string()))?;
                let sealed = self
                    .store
                    .seals()
                    .seal_bytes(&PREVIEW, &id.to_string(), &json)
                    .map_err(store::Error::from)?;
                ImportState::Ready {
                    preview: self.store.files().put(sealed).await?,
                    counts,
                }
            }
            Err(Error::Document(why)) => ImportState::Unreadable { why },
            Err(other) => return Err(other),
        };
        let mut tx = self.store.upkeep().await?;
        let mut row = imports::find::<Import>(&mut tx, id)
            .await?
            .ok_or(Error::NotFound)?;
        if !matches!(row.body.state, ImportState::Done { .. }) {
            state.code().clone_into(&mut row.keys.status);
            row.body.state = state;
            document::save(&mut tx, &mut row).await?;
        }
        tx.commit().await?;
        Ok(row.body)
    }

    async fn preview(&self, ctx: &Ctx, pool: &OpenPool, import: &Import) -> Result<Preview> {
        let roster = self.read_roster(ctx, pool, import).await?;
        let mut db = self.store.read();
        let plan = self
            .plan(&mut db, pool, &import.options, &roster, &|_| ())
            .await?;
        Ok(plan.preview(&roster))
    }

    /// One import.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn import(&self, ctx: &Ctx, no: i64, id: ImportId) -> Result<Import> {
        let pool = self.open_part(ctx, no, Action::ImportExperts).await?;
        Ok(self.stored_import(ctx, &pool, id).await?.body)
    }

    /// The preview of an import that has been read.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn import_preview(&self, ctx: &Ctx, no: i64, id: ImportId) -> Result<Preview> {
        let pool = self.open_part(ctx, no, Action::ImportExperts).await?;
        let import = self.stored_import(ctx, &pool, id).await?.body;
        let (ImportState::Ready { preview, .. } | ImportState::Done { preview, .. }) =
            &import.state
        else {
            return Err(Error::NotFound);
        };
        let sealed = self.store.files().bytes(preview).await?;
        let json = self
            .store
            .seals()
            .open_bytes(&PREVIEW, &id.to_string(), &sealed)
            .map_err(store::Error::from)?;
        serde_json::from_slice(&json).map_err(|e| Error::Internal(e.to_string()))
    }

    /// The last imports of a pool, newest first.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn imports(&self, ctx: &Ctx, no: i64) -> Result<Vec<Import>> {
        let pool = self.open_part(ctx, no, Action::ImportExperts).await?;
        let page =
            imports::page::<Import>(&mut self.store.read(), pool.id(), &PageRequest::first(50))
                .await?;
        let imports = page.items.into_iter().map(|row| row.body);
        Ok(imports.filter(|one| one.is_open_to(ctx, &pool)).collect())
    }

    /// 错误行工作簿: the rows that cannot be read, as they stand in the file, each with what to do.
    ///
    /// # Errors
    /// Not found, denied, or no row has an error.
    pub async fn import_errors(&self, ctx: &Ctx, no: i64, id: ImportId) -> Result<Vec<u8>> {
        let pool = self.open_part(ctx, no, Action::ImportExperts).await?;
        let import = self.stored_import(ctx, &pool, id).await?.body;
        let mut roster = self.read_roster(ctx, &pool, &import).await?;
        let plan = self
            .plan(
                &mut self.store.read(),
                &pool,
                &import.options,
                &roster,
                &|_| (),
            )
            .await?;
        let bytes = self.open_file(&import).await?;
        let reader = self.table_reader()?;
        let made = tokio::task::spawn_blocking(move || {
            plan.reject(&reader, &bytes, &mut roster);
            documents::xlsx::error_workbook(&roster)
        });
        let made = made.await.map_err(|e| Error::Internal(e.to_string()))?;
        made.map_err(|error| Error::Document(error.sentence()))
    }

    /// 导入模板, in the words of the pool's pack.
    ///
    /// # Errors
    /// Not found or denied.
    pub async fn import_template(&self, ctx: &Ctx, no: i64) -> Result<Vec<u8>> {
        let pool = self.open_part(ctx, no, Action::ImportExperts).await?;
        let words = vocabulary(&pool);
        self.make(move || documents::xlsx::roster_template(&words))
            .await
    }

    /// An import of this pool; whoever answers for a part of it knows of their own, because a file may
    /// name anybody.
    pub(crate) async fn stored_import(
        &self,
        ctx: &Ctx,
        pool: &OpenPool,
        id: ImportId,
    ) -> Result<imports::Import<Import>> {
        let found = imports::find::<Import>(&mut self.store.read(), id).await?;
        found
            .filter(|row| row.keys.pool == pool.id() && row.body.is_open_to(ctx, pool))
            .ok_or(Error::NotFound)
    }

    async fn open_file(&self, import: &Import) -> Result<Vec<u8>> {
        let sealed = self.store.files().bytes(&import.file).await?;
        let plain = self
            .store
            .seals()
            .open_bytes(&FILE, &import.id.to_string(), &sealed)
            .map_err(store::Error::from)?;
        Ok(plain.to_vec())
    }

    pub(crate) fn table_reader(&self) -> Result<TableReader> {
        Ok(TableReader {
            isolation: self.isolation()?,
            limits: documents::table::Limits::default(),
        })
    }

    async fn read_roster(&self, ctx: &Ctx, pool: &OpenPool, import: &Import) -> Result<Roster> {
        let bytes = self.open_file(import).await?;
        let (reader, vocabulary, today) = (self.table_reader()?, vocabulary(pool), ctx.today());
        let read =
            tokio::task::spawn_blocking(move || roster::read(&reader, &bytes, &vocabulary, today));
        let read = read.await.map_err(|e| Error::Internal(e.to_string()))?;
        read.map_err(|error| Error::Document(error.sentence()))
    }
}

fn read_options(ctx: &Ctx, fields: &Fields, problems: &mut Vec<Problem>) -> Option<ImportOptions> {
    let basis = typed::required(
        problems,
        "basis",
        fields.text("basis"),
        "没有填写入库依据。请填写委员会会议纪要编号，或原名册的文号。",
    );
    typed::at_most(problems, "basis", "入库依据", &basis, 100);
    let basis_on = typed::date(problems, "basis_on", fields.text("basis_on"), "依据日期");
    *problems = typed::missing(
        std::mem::take(problems),
        &[("basis_on", &fields.text("basis_on").to_owned(), "依据日期")],
    );
    if let Some(on) = basis_on
        && ctx.today() < on
    {
        problems.push(Problem::new(
            "basis_on",
            format!("依据日期 {on} 还没有到。请按会议纪要或文件的日期填写。"),
        ));
    }
    let term_from =
        typed::date(problems, "term_from", fields.text("term_from"), "聘期开始").or(basis_on);
    let new_specialties = if fields.holds("new_specialties", "add") {
        NewSpecialties::Add
    } else {
        NewSpecialties::Refuse
    };
    Some(ImportOptions {
        basis,
        basis_on: basis_on?,
        term_from: term_from?,
        new_specialties,
    })
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    use sm3::Digest as _;
    hex::encode(sm3::Sm3::digest(bytes))
}
