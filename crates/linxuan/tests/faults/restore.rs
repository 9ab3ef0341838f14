//! From a backup to a site that runs again.

use std::fs;

use crate::site::{self, Place, Template};
use crate::{done, refused};

/// A demonstration with a backup of it, and the keys as they were when it was made.
struct BackedUp {
    origin: Place,
}

impl BackedUp {
    fn new() -> Self {
        let origin = Place::populated();
        site::copy(&origin.keys(), &origin.folder().join("keys-then"));
        let said = done(origin.command("backup").arg(origin.folder().join("backup")));
        assert!(said.contains("已备份到"), "{said}");
        Self { origin }
    }

    fn folder(&self) -> std::path::PathBuf {
        self.origin.folder().join("backup")
    }

    /// An empty place with the keys the backup was made under.
    fn beside(&self) -> Place {
        let place = Place::empty();
        site::copy(&self.origin.folder().join("keys-then"), &place.keys());
        place
    }
}

#[test]
fn a_restored_site_is_the_one_that_was_backed_up() {
    let backed_up = BackedUp::new();
    let place = backed_up.beside();
    let said = done(place.command("restore").arg(backed_up.folder()));
    assert!(said.contains("已恢复并核验"), "{said}");
    assert!(done(&mut place.command("doctor")).contains("逐条核验一致"));
    let (mut old, mut new) = (backed_up.origin.serve(), place.serve());
    for path in ["/p/1/experts", "/p/1/tasks", "/p/1/specialties"] {
        let lists = [&old, &new].map(|server| {
            let officer = Template::shared().visitor("jingban", server);
            let answer = officer.get(path).expect("an answer");
            assert_eq!(answer.status, 200, "{answer:?}");
            // The rows; around them a page shows the time of day.
            let rows = answer
                .body
                .split_once("<tbody")
                .map(|(_, rows)| rows.to_owned());
            rows.and_then(|rows| rows.split_once("</tbody>").map(|(rows, _)| rows.to_owned()))
        });
        assert_eq!(lists[0], lists[1], "{path}");
        assert!(lists[0].is_some(), "{path} is a list");
    }
    let officer = Template::shared().visitor("jingban", &new);
    let form = [("name", "恢复后新增"), ("reason", "新职业")];
    assert_eq!(
        officer
            .post("/p/1/specialties", &form)
            .expect("an answer")
            .status,
        303
    );
    old.stop();
    new.stop();
}

#[test]
fn a_backup_that_was_changed_and_a_place_in_use_are_refused() {
    let backed_up = BackedUp::new();
    let said = refused(backed_up.origin.command("restore").arg(backed_up.folder()));
    assert!(said.contains("空"), "{said}");

    let data = backed_up.folder().join("data.jsonl");
    let text = fs::read_to_string(&data).expect("a backup");
    fs::write(&data, text.replacen("演示", "演练", 1)).expect("written");
    let place = backed_up.beside();
    let said = refused(place.command("restore").arg(backed_up.folder()));
    assert!(
        said.contains("备份无法使用") && said.contains("换一份备份"),
        "{said}"
    );

    fs::write(&data, text).expect("written");
    let said = refused(Place::empty().command("restore").arg(backed_up.folder()));
    assert!(said.contains("没有密钥"), "{said}");
    done(
        backed_up
            .beside()
            .command("restore")
            .arg(backed_up.folder()),
    );
}

/// The keys remember more than the backup holds: that is a loss, and three people answer for it.
#[test]
fn a_restore_that_loses_entries_says_which_and_needs_three_people() {
    let backed_up = BackedUp::new();
    let place = Place::empty();
    site::copy(&backed_up.origin.keys(), &place.keys());
    done(place.command("restore").arg(backed_up.folder()));
    let said = refused(&mut place.serve_command());
    assert!(
        said.contains("缺 1 条留痕") && said.contains("--recover-ledger"),
        "{said}"
    );
    let recover = |people: &[&str]| {
        let mut command = place.command("doctor");
        command.args(["--recover-ledger", "--reason", "磁盘损坏"]);
        for person in people {
            command.args(["--approved-by", person]);
        }
        command
    };
    assert!(refused(&mut recover(&["甲", "乙", "乙"])).contains("三名不同的人"));
    assert!(done(&mut recover(&["甲", "乙", "丙"])).contains("已恢复使用"));
    place.serve().stop();
    assert!(done(&mut place.command("doctor")).contains("逐条核验一致"));
}
