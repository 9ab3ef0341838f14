//! From a backup to a site that runs again.

use std::fs;

use crate::site::{self, Place, Template};
use crate::{done, refused};

/// A demonstration with a backup of it.
struct BackedUp {
    origin: Place,
}

impl BackedUp {
    fn new() -> Self {
        let origin = Place::populated();
        let said = done(origin.command("backup").arg(origin.folder().join("backup")));
        assert!(said.contains("已备份到"), "{said}");
        Self { origin }
    }

    fn folder(&self) -> std::path::PathBuf {
        self.origin.folder().join("backup")
    }

    /// An empty place with the keys of the origin as they are now.
    fn beside(&self) -> Place {
        let place = Place::empty();
        site::copy(&self.origin.keys(), &place.keys());
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

/// A backup holds the entry that tells of it. So nothing is missing beside the keys as they are after
/// it was made, while the site ran; and the ledger of the restored site goes on from there.
#[test]
fn a_backup_and_the_keys_of_today_need_nobodys_approval() {
    let origin = Place::populated();
    let mut server = origin.serve();
    done(origin.command("backup").arg(origin.folder().join("backup")));
    server.stop();
    let backed_up = BackedUp { origin };
    let place = backed_up.beside();
    done(place.command("restore").arg(backed_up.folder()));
    let before = entries(&mut place.command("doctor"));
    assert_eq!(before, entries(&mut backed_up.origin.command("doctor")));
    let mut server = place.serve();
    let officer = Template::shared().visitor("jingban", &server);
    let form = [("name", "恢复后新增"), ("reason", "新职业")];
    let answer = officer.post("/p/1/specialties", &form).expect("an answer");
    assert_eq!(answer.status, 303, "{answer:?}");
    server.stop();
    assert_eq!(entries(&mut place.command("doctor")), before + 1);
}

/// How many entries `doctor` found whole.
fn entries(doctor: &mut std::process::Command) -> u64 {
    let said = done(doctor);
    let (before, _) = said.split_once(" 条留痕逐条核验一致").expect("checked");
    let digits = before.rsplit('、').next().expect("a number");
    digits.parse().expect("a number")
}

/// The keys remember more than the backup holds: that is a loss, and three people answer for it.
#[test]
fn a_restore_that_loses_entries_says_which_and_needs_three_people() {
    let backed_up = BackedUp::new();
    let mut server = backed_up.origin.serve();
    let officer = Template::shared().visitor("jingban", &server);
    let form = [("name", "备份后新增"), ("reason", "新职业")];
    let answer = officer.post("/p/1/specialties", &form).expect("an answer");
    assert_eq!(answer.status, 303, "{answer:?}");
    server.stop();
    let place = backed_up.beside();
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
