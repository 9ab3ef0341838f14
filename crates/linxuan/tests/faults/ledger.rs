//! A ledger somebody changed by hand: which entry is named, by the doctor and by the check anybody
//! can make of its export.

use std::fs;
use std::process::Command;

use crate::site::{Place, Template};
use crate::{done, refused, tamper};

#[test]
fn the_doctor_names_an_entry_that_was_edited_in_the_database() {
    for (script, entry) in [
        // An index column, so that lists would show another action.
        (
            "UPDATE ledger_entry SET action = 'task.returned' WHERE seq = 5 AND ledger <> 'system'",
            "第 5 条",
        ),
        // The entry itself, by somebody who knows its form.
        (
            "UPDATE ledger_entry SET entry = \
             CAST(replace(CAST(entry AS TEXT), '\"outcome\":\"done\"', '\"outcome\":\"denied\"') AS BLOB) \
             WHERE seq = 7 AND ledger <> 'system'",
            "第 7 条",
        ),
    ] {
        let place = Place::populated();
        tamper(
            &place,
            &format!("DROP TRIGGER ledger_entry_no_UPDATE; {script}"),
        );
        let said = refused(&mut place.command("doctor"));
        let line = said.lines().find(|line| line.starts_with("异常  台账："));
        assert!(line.is_some_and(|line| line.contains(entry)), "{said}");
        // The site goes on; a page that needs the broken row says which it is.
        let mut server = place.serve();
        let supervisor = Template::shared().visitor("jiandu", &server);
        let page = supervisor.get("/p/1/ledger").expect("an answer");
        let said = page.status == 503 && page.body.contains("ledger_entry 表 entry 列");
        assert!(page.status == 200 || said, "{page:?}");
        assert_eq!(supervisor.get("/p/1/tasks").expect("an answer").status, 200);
        server.stop();
    }
}

#[test]
fn an_entry_that_was_removed_is_missed() {
    let place = Place::populated();
    tamper(
        &place,
        "DROP TRIGGER ledger_entry_no_DELETE; \
         DELETE FROM ledger_body WHERE seq = 4 AND ledger <> 'system'; \
         DELETE FROM ledger_entry WHERE seq = 4 AND ledger <> 'system'",
    );
    let said = refused(&mut place.command("doctor"));
    assert!(
        said.contains("异常  台账：") && said.contains(" 5 条"),
        "{said}"
    );
}

#[test]
fn an_export_is_checked_without_the_server_and_an_edited_line_is_named() {
    let place = Place::populated();
    let mut server = place.serve();
    let supervisor = Template::shared().visitor("jiandu", &server);
    let bundle = supervisor.get("/p/1/ledger/bundle").expect("an answer");
    assert_eq!(bundle.status, 200);
    server.stop();
    let path = place.folder().join("ledger.jsonl");
    let check = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linxuan"));
        command.arg("verify").arg(&path);
        command
    };
    fs::write(&path, &bundle.body).expect("written");
    assert!(done(&mut check()).contains("有效"));
    let edited = bundle.body.replacen("task.filed", "task.acted", 1);
    assert_ne!(edited, bundle.body);
    fs::write(&path, &edited).expect("written");
    let said = refused(&mut check());
    let place_in_file = bundle.body.split("task.filed").next().unwrap_or_default();
    let before = place_in_file.matches("{\"entry\":").count() - 1;
    assert!(
        said.contains(&format!("第 {before} 条")),
        "{before}: {said}"
    );
}
