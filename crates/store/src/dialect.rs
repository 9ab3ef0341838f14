//! Everything that differs between SQLite and PostgreSQL. No other file knows an engine's dialect.

use crate::engine::Kind;

/// Tables whose rows may only be added.
const APPEND_ONLY: [&str; 4] = [
    "ledger_entry",
    "ledger_node",
    "ledger_checkpoint",
    "ledger_key",
];

/// Turns portable DDL into an engine's own. PostgreSQL compares text by bytes as SQLite does, so
/// that order and ranges are the same; SQLite clusters a table by a single BIGINT key.
pub(crate) fn ddl(kind: Kind, portable: &str) -> String {
    match kind {
        Kind::Sqlite => portable.replace("BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY"),
        Kind::Postgres => portable.replace(" TEXT", " TEXT COLLATE \"C\""),
    }
}

/// What version 1 of the schema needs beyond portable DDL: refusing triggers, and text search over
/// the `grams` columns.
pub(crate) fn extras_1(kind: Kind) -> String {
    let mut script = String::new();
    match kind {
        Kind::Sqlite => {
            for table in APPEND_ONLY {
                for act in ["UPDATE", "DELETE"] {
                    script += &format!(
                        "CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table} \
                         BEGIN SELECT RAISE(ABORT, 'append only'); END;\n"
                    );
                }
            }
            script += "CREATE TRIGGER ledger_grows BEFORE UPDATE ON ledger \
                       WHEN NEW.size < OLD.size OR NEW.id <> OLD.id \
                       BEGIN SELECT RAISE(ABORT, 'append only'); END;\n\
                       CREATE TRIGGER ledger_stays BEFORE DELETE ON ledger \
                       BEGIN SELECT RAISE(ABORT, 'append only'); END;\n\
                       CREATE TRIGGER ledger_body_fixed BEFORE UPDATE ON ledger_body \
                       BEGIN SELECT RAISE(ABORT, 'append only'); END;\n";
            // Sort keys and short columns beside `seq`, so that sorting a common condition's
            // experts touches a twentieth of the table's pages.
            script += "CREATE INDEX expert_sorts ON expert \
                       (seq, name_sort, number_sort, status, title_rank, skill_rank);\n";
            // `ascii` keeps every character above U+007F as part of a token, rare names included.
            script += "CREATE VIRTUAL TABLE expert_search USING fts5(grams, content='', contentless_delete=1, \
                       tokenize='ascii', detail='none');\n\
                       CREATE TRIGGER expert_search_insert AFTER INSERT ON expert \
                       BEGIN INSERT INTO expert_search (rowid, grams) VALUES (NEW.seq, NEW.grams); END;\n\
                       CREATE TRIGGER expert_search_update AFTER UPDATE OF grams ON expert WHEN NEW.grams <> OLD.grams \
                       BEGIN DELETE FROM expert_search WHERE rowid = OLD.seq; \
                       INSERT INTO expert_search (rowid, grams) VALUES (NEW.seq, NEW.grams); END;\n\
                       CREATE TRIGGER expert_search_delete AFTER DELETE ON expert \
                       BEGIN DELETE FROM expert_search WHERE rowid = OLD.seq; END;\n";
        }
        Kind::Postgres => {
            script += "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS \
                       $$ BEGIN RAISE EXCEPTION 'append only'; END $$;\n";
            for table in APPEND_ONLY {
                script += &format!(
                    "CREATE TRIGGER {table}_fixed BEFORE UPDATE OR DELETE ON {table} \
                     FOR EACH ROW EXECUTE PROCEDURE refuse_change();\n"
                );
            }
            for table in APPEND_ONLY.iter().chain(&["ledger", "ledger_body"]) {
                script += &format!(
                    "CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} \
                     FOR EACH STATEMENT EXECUTE PROCEDURE refuse_change();\n"
                );
            }
            script += "CREATE TRIGGER ledger_grows BEFORE UPDATE ON ledger FOR EACH ROW \
                       WHEN (NEW.size < OLD.size OR NEW.id <> OLD.id) EXECUTE PROCEDURE refuse_change();\n\
                       CREATE TRIGGER ledger_stays BEFORE DELETE ON ledger FOR EACH ROW EXECUTE PROCEDURE refuse_change();\n\
                       CREATE TRIGGER ledger_body_fixed BEFORE UPDATE ON ledger_body \
                       FOR EACH ROW EXECUTE PROCEDURE refuse_change();\n\
                       CREATE INDEX expert_search ON expert USING gin (to_tsvector('simple', grams));\n";
        }
    }
    script
}

/// What version 3 of the schema needs beyond portable DDL: the task of each record of misconduct,
/// out of its body.
pub(crate) fn extras_3(kind: Kind) -> String {
    let task = match kind {
        Kind::Sqlite => "json_extract(body, '$.task')",
        Kind::Postgres => "body::json ->> 'task'",
    };
    format!("UPDATE misconduct SET task = {task};\n")
}

/// What version 5 of the schema needs beyond portable DDL: lists and searches of experts are
/// answered from memory, so what served them goes.
pub(crate) fn extras_5(kind: Kind) -> String {
    let mut script = String::new();
    if kind == Kind::Sqlite {
        for act in ["insert", "update", "delete"] {
            script += &format!("DROP TRIGGER IF EXISTS expert_search_{act};\n");
        }
        script += "DROP TABLE IF EXISTS expert_search;\n";
    }
    script + "DROP INDEX IF EXISTS expert_search;\n"
}

/// What version 7 of the schema needs beyond portable DDL: a person may be in a pool once for each team.
/// SQLite cannot drop a constraint, so the table is made again as the manual of SQLite says, with
/// foreign keys off (`Engine::begin_rebuilding`).
pub(crate) fn extras_7(kind: Kind) -> String {
    let script = match kind {
        Kind::Sqlite => {
            let columns = "seq, id, version, pool, person, number, number_sort, status, term_from, term_to, \
                           name, name_sort, employer, employer_organisation, title_rank, skill_rank, card, \
                           touched, body, team";
            format!(
                "CREATE TABLE expert_again (\
                 seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version BIGINT NOT NULL, \
                 pool TEXT NOT NULL REFERENCES pool (id), person TEXT NOT NULL REFERENCES person (id), \
                 number TEXT, number_sort TEXT NOT NULL, status TEXT NOT NULL, term_from TEXT, term_to TEXT, \
                 name TEXT NOT NULL, name_sort TEXT NOT NULL, employer TEXT NOT NULL, \
                 employer_organisation TEXT, title_rank BIGINT NOT NULL, skill_rank BIGINT NOT NULL, \
                 card TEXT NOT NULL, touched BIGINT, body TEXT NOT NULL, team TEXT NOT NULL DEFAULT '', \
                 UNIQUE (pool, number));\n\
                 INSERT INTO expert_again ({columns}) SELECT {columns} FROM expert ORDER BY seq;\n\
                 DROP TABLE expert;\n\
                 ALTER TABLE expert_again RENAME TO expert;\n\
                 CREATE INDEX expert_number ON expert (pool, number_sort, seq);\n\
                 CREATE INDEX expert_person ON expert (person);\n\
                 CREATE INDEX expert_employer ON expert (employer_organisation, pool);\n\
                 CREATE INDEX expert_status ON expert (pool, status, seq);\n\
                 CREATE INDEX expert_touched ON expert (pool, touched);\n"
            )
        }
        Kind::Postgres => {
            "ALTER TABLE expert DROP CONSTRAINT IF EXISTS expert_pool_person_key;\n".to_owned()
        }
    };
    script + "CREATE UNIQUE INDEX expert_member ON expert (pool, person, team);\n"
}

/// Appended to a SELECT that takes a row lock. On SQLite the transaction already holds the lock.
pub(crate) fn for_update(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "",
        Kind::Postgres => " FOR UPDATE",
    }
}

/// Appended to a SELECT that claims rows which others may be claiming at the same time.
pub(crate) fn for_claim(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "",
        Kind::Postgres => " FOR UPDATE SKIP LOCKED",
    }
}

/// Brings the planner's statistics up to date after bulk changes.
pub(crate) fn analyse(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "PRAGMA analysis_limit = 2000; ANALYZE;",
        Kind::Postgres => "ANALYZE;",
    }
}
