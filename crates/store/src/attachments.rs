//! What is known of a stored file: whose, its name, its digest. The bytes are in [`crate::Files`].

use domain::id::{FileId, PoolId};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::document::{self, Select, Stored, document};
use crate::error::Result;
use crate::sql;
use crate::store::Db;

document! {
    /// Index columns of a file. Added, saved and removed with [`document`]'s functions.
    FileKeys in "file" by FileId {
        /// The pool, if of one.
        pool: Option<PoolId>,
        /// Kind of the object it belongs to.
        owner_kind: String,
        /// Id of that object.
        owner_id: String,
        /// Name as uploaded.
        name: String,
        /// Media type.
        media_type: String,
        /// Bytes.
        size: i64,
        /// SM3 of the bytes, lower hex: the key into [`crate::Files`].
        digest: String,
        /// State code.
        state: String,
        /// When stored.
        created_at: Timestamp,
    }
}

/// A stored file's description.
pub type Attachment<B> = Stored<FileKeys, B>;

/// The file with this id.
pub async fn find<B: DeserializeOwned>(
    db: &mut impl Db,
    id: FileId,
) -> Result<Option<Attachment<B>>> {
    document::find(db, id).await
}

/// The files of an object, oldest first.
pub async fn of<B: DeserializeOwned>(
    db: &mut impl Db,
    owner_kind: &str,
    owner_id: &str,
) -> Result<Vec<Attachment<B>>> {
    Select::<FileKeys>::new()
        .equal("owner_kind", owner_kind)
        .equal("owner_id", owner_id)
        .all_by(db, "created_at")
        .await
}

/// Every digest the database names, once each, in order.
pub async fn digests(db: &mut impl Db) -> Result<Vec<String>> {
    let rows = db
        .rows(sql!("SELECT DISTINCT digest FROM file ORDER BY digest"))
        .await?;
    rows.iter().map(|row| row.get(0)).collect()
}
