//! Process records of one kind: found as what they are, numbered without gaps; text sealed for one of them.

use domain::id::{PoolId, RecordId};
use serde::de::DeserializeOwned;
use store::records::{Record, RecordFilter};
use store::sealed::Column;
use store::{Db, Secret};

use crate::change::Change;
use crate::error::{Error, Result};
use crate::pools::OpenPool;
use crate::service::Service;

/// Those of a kind in a pool with any of these status codes; with any at all where none is named.
pub(crate) fn of_kind(pool: PoolId, kind: &str, statuses: &[&str]) -> RecordFilter {
    RecordFilter {
        pool: Some(pool),
        kinds: vec![kind.to_owned()],
        statuses: statuses.iter().map(|code| (*code).to_owned()).collect(),
        ..RecordFilter::default()
    }
}

/// The record with this id; one of another kind is not found.
pub(crate) async fn find<B: DeserializeOwned>(
    db: &mut impl Db,
    id: RecordId,
    kind: &str,
) -> Result<Record<B>> {
    let row = store::records::find::<serde_json::Value>(db, id)
        .await?
        .filter(|row| row.keys.kind == kind)
        .ok_or(Error::NotFound)?;
    Ok(Record {
        id: row.id,
        version: row.version,
        keys: row.keys,
        body: serde_json::from_value(row.body)
            .map_err(|error| Error::Internal(error.to_string()))?,
    })
}

/// The same, if it is this pool's.
pub(crate) async fn find_in<B: DeserializeOwned>(
    db: &mut impl Db,
    pool: PoolId,
    id: RecordId,
    kind: &str,
) -> Result<Record<B>> {
    let row = find(db, id, kind).await?;
    if row.keys.pool == pool {
        Ok(row)
    } else {
        Err(Error::NotFound)
    }
}

/// The next number of a pool's records of a kind in a year, e.g. TY01-2026-0003: no gaps, because the
/// pool's door is held.
pub(crate) async fn next_number(
    change: &mut Change<'_>,
    pool: &OpenPool,
    year: i16,
    kind: &str,
    letters: &str,
) -> Result<String> {
    let beginning = format!("{letters}{:02}-{year}-", pool.no);
    let last = store::records::last_number(&mut **change, pool.id(), kind, &beginning).await?;
    let last = last
        .and_then(|number| number.rsplit('-').next()?.parse::<u32>().ok())
        .unwrap_or(0);
    Ok(format!("{beginning}{:04}", last + 1))
}

impl Service {
    /// Text sealed for this record, hex.
    pub(crate) fn seal_for(&self, column: &Column, id: RecordId, text: &str) -> Result<String> {
        let sealed = self
            .store
            .seals()
            .seal(column, &id.to_string(), &Secret::new(text))
            .map_err(store::Error::from)?;
        Ok(hex::encode(sealed))
    }

    /// The text that was sealed for this record.
    pub(crate) fn open_for(&self, column: &Column, id: RecordId, sealed: &str) -> Result<Secret> {
        let bytes =
            hex::decode(sealed).map_err(|_| Error::Internal("密封的内容读不出来".to_owned()))?;
        let text = self
            .store
            .seals()
            .open(column, &id.to_string(), &bytes)
            .map_err(store::Error::from)?;
        Ok(text)
    }
}
