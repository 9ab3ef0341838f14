//! The chain of migrations, run in order in one transaction. A program refuses a database that is
//! newer than itself; there is no way back but a backup.

use sm3::{Digest as _, Sm3};

use crate::dialect;
use crate::engine::{Engine, Kind, Session};
use crate::error::{Error, Result};
use crate::sql;

/// One step of the chain: portable DDL and what an engine needs on top.
struct Migration {
    version: i64,
    name: &'static str,
    portable: &'static str,
    extras: fn(Kind) -> String,
}

const CHAIN: [Migration; 8] = [
    Migration {
        version: 1,
        name: "base",
        portable: include_str!("schema/0001_base.sql"),
        extras: dialect::extras_1,
    },
    Migration {
        version: 2,
        name: "api",
        portable: include_str!("schema/0002_api.sql"),
        extras: |_| String::new(),
    },
    Migration {
        version: 3,
        name: "misconduct_task",
        portable: include_str!("schema/0003_misconduct_task.sql"),
        extras: dialect::extras_3,
    },
    Migration {
        version: 4,
        name: "ranks",
        portable: include_str!("schema/0004_ranks.sql"),
        extras: |_| String::new(),
    },
    Migration {
        version: 5,
        name: "lists",
        portable: include_str!("schema/0005_lists.sql"),
        extras: dialect::extras_5,
    },
    Migration {
        version: 6,
        name: "grams",
        portable: include_str!("schema/0006_grams.sql"),
        extras: |_| String::new(),
    },
    Migration {
        version: 7,
        name: "teams",
        portable: include_str!("schema/0007_teams.sql"),
        extras: dialect::extras_7,
    },
    Migration {
        version: 8,
        name: "departments",
        portable: include_str!("schema/0008_departments.sql"),
        extras: |_| String::new(),
    },
];

/// The schema version of this program.
pub const VERSION: i64 = CHAIN[CHAIN.len() - 1].version;

/// Brings the database to [`VERSION`]. Any number of servers may do this at once.
pub(crate) async fn migrate(engine: &Engine) -> Result<()> {
    let mut attempt = 0;
    loop {
        match prepare(engine).await {
            // Two servers creating the first table collide inside PostgreSQL's catalogue.
            Err(Error::Duplicate | Error::Conflict | Error::Engine(_)) if attempt < 5 => {
                attempt += 1
            }
            other => break other?,
        }
    }
    let mut session = engine.begin_rebuilding().await?;
    let current = locked_version(&mut session).await?;
    if current > VERSION {
        return Err(Error::NewerDatabase {
            found: current,
            known: VERSION,
        });
    }
    let kind = session.kind();
    for migration in CHAIN {
        let script = dialect::ddl(kind, migration.portable) + &(migration.extras)(kind);
        let digest = hex::encode(Sm3::digest(&script));
        if migration.version <= current {
            let rows = session
                .rows(sql!(
                    "SELECT digest FROM schema_version WHERE version = $1",
                    migration.version
                ))
                .await?;
            if rows.first().map(|row| row.get::<String>(0)).transpose()? != Some(digest) {
                return Err(Error::ForeignSchema(migration.version));
            }
            continue;
        }
        session.script(script).await?;
        session
            .execute(sql!(
                "INSERT INTO schema_version (version, name, digest) VALUES ($1, $2, $3)",
                migration.version,
                migration.name,
                digest
            ))
            .await?;
        tracing::info!(
            version = migration.version,
            name = migration.name,
            "schema migrated"
        );
    }
    session.commit().await
}

/// Type of a column; there are no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    Int,
    Bytes,
}

/// A table as the chain made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: Vec<(&'static str, Type)>,
    /// Columns of the primary key.
    pub(crate) key: Vec<&'static str>,
}

/// Every table, in an order in which rows can be inserted: a table comes after those it refers to.
/// Read from the migrations themselves, so that it cannot differ from them.
pub(crate) fn tables() -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for line in CHAIN
        .iter()
        .flat_map(|migration| migration.portable.lines())
    {
        if let Some(name) = line
            .strip_prefix("CREATE TABLE ")
            .and_then(|rest| rest.strip_suffix(" ("))
        {
            tables.push(Table {
                name,
                columns: Vec::new(),
                key: Vec::new(),
            });
            continue;
        }
        if let Some((name, column)) = line
            .strip_prefix("ALTER TABLE ")
            .and_then(|rest| rest.trim_end_matches(';').split_once(" ADD COLUMN "))
        {
            let altered = tables.iter_mut().find(|table| table.name == name);
            if let Some((table, column)) = altered.zip(column_of(column)) {
                table.columns.push(column);
            }
            continue;
        }
        if let Some((name, column)) = line
            .strip_prefix("ALTER TABLE ")
            .and_then(|rest| rest.trim_end_matches(';').split_once(" DROP COLUMN "))
        {
            for table in tables.iter_mut().filter(|table| table.name == name) {
                table.columns.retain(|(known, _)| *known != column);
            }
            continue;
        }
        let Some((table, rest)) = tables.last_mut().zip(line.strip_prefix("    ")) else {
            continue;
        };
        if let Some(key) = rest.strip_prefix("PRIMARY KEY (") {
            table.key = key.trim_end_matches([')', ',']).split(", ").collect();
            continue;
        }
        let Some(column) = column_of(rest) else {
            continue;
        };
        if rest.contains("PRIMARY KEY") {
            table.key = vec![column.0];
        }
        table.columns.push(column);
    }
    tables
}

/// Name and type of a column from its definition.
fn column_of(definition: &'static str) -> Option<(&'static str, Type)> {
    let mut words = definition.split([' ', ',']);
    let name = words.next()?;
    let kind = match words.next()? {
        "TEXT" => Type::Text,
        "BIGINT" => Type::Int,
        "BYTEA" => Type::Bytes,
        _ => return None,
    };
    Some((name, kind))
}

/// Makes the table of versions with its row 0, which is the lock of the chain.
async fn prepare(engine: &Engine) -> Result<()> {
    let mut session = engine.begin().await?;
    session
        .script(
            "CREATE TABLE IF NOT EXISTS schema_version \
             (version BIGINT PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL);"
                .into(),
        )
        .await?;
    session
        .execute(sql!(
            "INSERT INTO schema_version (version, name, digest) SELECT 0, 'lock', '' \
             WHERE NOT EXISTS (SELECT 1 FROM schema_version WHERE version = 0)"
        ))
        .await?;
    session.commit().await
}

/// Takes the lock of the chain and reads how far it ran. Held until the session ends.
pub(crate) async fn locked_version(session: &mut Session) -> Result<i64> {
    let mut lock = crate::Sql::new("SELECT version FROM schema_version WHERE version = 0");
    lock.push(dialect::for_update(session.kind()));
    session.rows(lock).await?;
    let rows = session
        .rows(sql!("SELECT MAX(version) FROM schema_version"))
        .await?;
    Ok(rows
        .first()
        .map(|row| row.get::<i64>(0))
        .transpose()?
        .unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_read_from_the_chain_with_its_columns_and_key() {
        let tables = tables();
        let created = CHAIN
            .iter()
            .map(|migration| migration.portable.matches("CREATE TABLE").count())
            .sum::<usize>();
        assert_eq!(tables.len(), created);
        for table in &tables {
            assert!(!table.key.is_empty(), "{} has no key", table.name);
            assert!(
                table
                    .key
                    .iter()
                    .all(|key| table.columns.iter().any(|(name, _)| name == key)),
                "{}",
                table.name
            );
        }
        let slot = tables
            .iter()
            .find(|table| table.name == "busy_slot")
            .unwrap();
        assert_eq!(slot.key, ["person", "day", "half", "hold"]);
        assert_eq!(slot.columns.len(), 6);
        let later = tables.iter().find(|table| table.name == "misconduct");
        assert_eq!(
            later.unwrap().columns.last(),
            Some(&("task", Type::Text)),
            "a column added later is a column"
        );
        let expert = tables.iter().find(|table| table.name == "expert").unwrap();
        assert!(
            !expert.columns.iter().any(|(name, _)| *name == "grams"),
            "a column dropped later is none"
        );
        let person = tables.iter().find(|table| table.name == "person").unwrap();
        assert_eq!(
            person
                .columns
                .iter()
                .filter(|(_, kind)| *kind == Type::Bytes)
                .count(),
            7
        );
    }

    #[test]
    fn a_table_comes_after_those_it_refers_to() {
        let order: Vec<&str> = tables().iter().map(|table| table.name).collect();
        let mut current = "";
        for line in CHAIN
            .iter()
            .flat_map(|migration| migration.portable.lines())
        {
            if let Some(name) = line.strip_prefix("CREATE TABLE ") {
                current = name.trim_end_matches(" (");
            }
            if let Some((_, rest)) = line.split_once(" REFERENCES ") {
                let target = rest.split(' ').next().unwrap();
                let place = |name: &str| order.iter().position(|table| *table == name).unwrap();
                assert!(
                    place(target) < place(current),
                    "{current} refers to {target}"
                );
            }
        }
    }
}
