//! Whoever serves in a pool and has something on record often enough.

use std::collections::BTreeSet;

use domain::id::{ExpertId, PoolId};

use super::of_teams;
use crate::error::Result;
use crate::sql::Sql;
use crate::store::Db;

/// Whom of a pool to name, and how often something must be on record of them.
#[derive(Debug, Clone, Copy)]
pub struct Often<'a> {
    /// The pool.
    pub pool: PoolId,
    /// Of these teams, where not of all.
    pub teams: Option<&'a BTreeSet<String>>,
    /// So often, or more often.
    pub at_least: u32,
    /// Most people; those with the newest entries come first.
    pub most: u32,
}

impl Often<'_> {
    /// Those of whom enough rows `t` of a table are as `which` says; `newest` orders the rows.
    pub(crate) async fn among(
        &self,
        db: &mut impl Db,
        table: &'static str,
        which: Sql,
        newest: &'static str,
    ) -> Result<Vec<ExpertId>> {
        let mut sql = Sql::new("SELECT t.expert FROM ");
        sql.push(table)
            .push(
                " t JOIN expert m ON m.id = t.expert WHERE m.status NOT IN ('left', 'expired') AND t.pool = ",
            )
            .bind(self.pool)
            .push(" AND ")
            .append(which);
        if let Some(teams) = self.teams {
            sql.push(" AND ");
            of_teams(&mut sql, "t.expert", teams);
        }
        sql.push(" GROUP BY t.expert HAVING COUNT(*) >= ")
            .bind(self.at_least)
            .push(" ORDER BY MAX(")
            .push(newest)
            .push(") DESC, t.expert LIMIT ")
            .bind(self.most);
        let rows = db.rows(sql).await?;
        rows.iter().map(|row| row.get(0)).collect()
    }
}
