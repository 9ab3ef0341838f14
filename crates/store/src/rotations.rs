//! 暂停一次: how often each expert was drawn, and who rests.

use std::collections::HashMap;

use domain::id::{ExpertId, PoolId};
use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::document::{self, Stored, document};
use crate::door::WriteTx;
use crate::error::Result;
use crate::sql;
use crate::store::Db;

document! {
    /// Index columns of a rotation; its id is the expert's.
    RotationKeys in "rotation" by ExpertId {
        /// The pool.
        pool: PoolId,
        /// How often drawn.
        drawn_count: i64,
        /// Last day of work drawn for.
        last_drawn: Option<Date>,
    }
}

/// A stored rotation.
pub type Rotation<B> = Stored<RotationKeys, B>;

/// The rotation of an expert; `None` when never drawn.
pub async fn find<B: DeserializeOwned>(
    db: &mut impl Db,
    expert: ExpertId,
) -> Result<Option<Rotation<B>>> {
    document::find(db, expert).await
}

/// The rotations of a pool, by expert. Experts never counted have none.
pub async fn of_pool<B: DeserializeOwned + Send>(
    db: &mut impl Db,
    pool: PoolId,
) -> Result<HashMap<ExpertId, Rotation<B>>> {
    let mut rotations = HashMap::new();
    let statement = sql!(
        "SELECT t.id, t.version, t.body, t.pool, t.drawn_count, t.last_drawn FROM rotation t WHERE t.pool = $1",
        pool
    );
    db.each(statement, &mut |row| {
        let rotation: Rotation<B> = document::read_stored(&row)?;
        rotations.insert(rotation.id, rotation);
        Ok(())
    })
    .await?;
    Ok(rotations)
}

/// Adds (`version` 0) or saves a rotation.
pub async fn save<B: Serialize>(tx: &mut WriteTx, rotation: &mut Rotation<B>) -> Result<()> {
    if rotation.version == 0 {
        rotation.version = 1;
        let Rotation { id, keys, body, .. } = rotation;
        return document::insert(tx, *id, keys.clone(), &*body)
            .await
            .map(drop);
    }
    document::save(tx, rotation).await
}
