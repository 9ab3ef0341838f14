//! Imports of rosters: from dry run to confirmed.

use domain::id::{FileId, ImportId, PoolId};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::document::{self, ByNumber, Direction, Page, PageRequest, Select, Stored, document};
use crate::error::Result;
use crate::store::Db;

document! {
    /// Index columns of an import. Added and saved with [`document`]'s functions.
    ImportKeys in "import" by ImportId {
        /// The pool.
        pool: PoolId,
        /// Status code.
        status: String,
        /// When it was begun.
        created_at: Timestamp,
        /// The file as uploaded.
        file: Option<FileId>,
    }
}

/// A stored import.
pub type Import<B> = Stored<ImportKeys, B>;

/// The import with this id.
pub async fn find<B: DeserializeOwned>(
    db: &mut impl Db,
    id: ImportId,
) -> Result<Option<Import<B>>> {
    document::find(db, id).await
}

/// The imports of a pool, newest first.
pub async fn page<B: DeserializeOwned>(
    db: &mut impl Db,
    pool: PoolId,
    request: &PageRequest,
) -> Result<Page<Import<B>>> {
    Select::<ImportKeys>::new()
        .equal("pool", pool)
        .page::<ByNumber, B>(db, "created_at", Direction::Descending, request)
        .await
}
