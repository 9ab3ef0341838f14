//! Acts in the rows of a list: what was typed in the row that is refused is still in that row, the error beside
//! it, and every other row is blank.

use crate::bureau::{APPLICANTS, Bureau};
use crate::desk::{Desk, stays};
use domain::actor::Role;
use domain::campaign::{Change, Said};
use domain::id::{ExpertId, PersonId};
use jiff::civil::date;
use service::misconduct::Proposal;
use service::registers::EntryDraft;
use service::relations::RelationDraft;
use store::Kind;
use store::testing::TestStore;
use uuid::Uuid;

fn expert(n: u128) -> ExpertId {
    ExpertId(Uuid::from_u128(101_000 + n))
}

/// How many controls of this name the page has, and how many of them hold something.
fn controls(body: &str, name: &str) -> (usize, usize) {
    let name = format!(" name=\"{name}\" ");
    let tags = body.split('<').filter(|tag| tag.starts_with("input"));
    let tags: Vec<&str> = tags.filter(|tag| tag.contains(&name)).collect();
    let held = tags.iter().filter(|tag| tag.contains(" value=\""));
    (tags.len(), held.count())
}

#[tokio::test]
async fn relations_and_files_of_an_expert() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = Desk::of(Bureau::open(&engine, 1).await).await;
    let (service, officer) = (&desk.bureau.service, &desk.bureau.officer);
    let page = format!("/p/1/experts/{}", expert(0));
    let mut relations = Vec::new();
    for organisation in ["受评单位", "示例理工大学"] {
        let draft = RelationDraft {
            kind: "顾问".into(),
            with: "organisation".into(),
            organisation: organisation.into(),
            from: "2022-01".into(),
            note: "受聘技术顾问".into(),
            ..RelationDraft::default()
        };
        let entered = service.add_relation(officer, 1, expert(0), &draft).await;
        relations.push(entered.expect("entered"));
    }
    let first = relations[0];
    let act = format!("remove-{first}");
    let sent = [("act", act.as_str()), ("version", "1"), ("reason", "　")];
    let path = format!("{page}/relations/{first}/remove");
    let again = desk.refused(Role::Officer, &path, &sent).await;
    stays(&again, "reason", "　");
    assert_eq!(controls(&again, "reason"), (2, 1), "{again}");

    // A day that cannot be: the new relation further down has an end of its own, which stays blank.
    let act = format!("end-{first}");
    let sent = [
        ("act", act.as_str()),
        ("version", "1"),
        ("to", "2021-01-01"),
    ];
    let path = format!("{page}/relations/{first}/end");
    let again = desk.refused(Role::Officer, &path, &sent).await;
    for words in [
        "id=\"ended\" name=\"to\" value=\"2021-01-01\"",
        "<a href=\"#ended\">",
        "id=\"to\" name=\"to\" type=\"text\" value=\"\"",
    ] {
        assert_eq!(again.matches(words).count(), 1, "{words}: {again}");
    }

    let mut files = Vec::new();
    for name in ["a.pdf", "b.pdf"] {
        let bytes = format!("%PDF-1.4 {name}\n%%EOF\n").into_bytes();
        let added = service.add_attachment(officer, 1, expert(0), "其他", name, bytes);
        files.push(added.await.expect("added"));
    }
    let first = files[0];
    for (act, field) in [("open", "purpose"), ("remove", "reason")] {
        let mark = format!("{act}-{first}");
        let sent = [("act", mark.as_str()), ("version", "1"), (field, "　")];
        let path = format!("{page}/attachments/{first}/{act}");
        let again = desk.refused(Role::Officer, &path, &sent).await;
        stays(&again, field, "　");
        assert_eq!(controls(&again, field), (2, 1), "{again}");
    }
}

#[tokio::test]
async fn specialties_the_register_and_misconduct() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = Desk::of(Bureau::open(&engine, 1).await).await;
    let (service, officer) = (&desk.bureau.service, &desk.bureau.officer);
    for act in ["rename", "retire"] {
        let sent = [("act", act), ("version", "1"), ("text", "　")];
        let path = format!("/p/1/specialties/{}", desk.bureau.specialty);
        let again = desk.refused(Role::Officer, &path, &sent).await;
        stays(&again, "text", "　");
        for other in ["name", "reason"] {
            let blank = format!("id=\"{other}\" name=\"{other}\" type=\"text\" value=\"\"");
            assert!(again.contains(&blank), "{act}, {other}: {again}");
        }
    }

    let mut entries = Vec::new();
    for (name, code) in &APPLICANTS[..2] {
        let draft = EntryDraft {
            name: (*name).into(),
            code: (*code).into(),
            from: "2022-01-01".into(),
            source: "信用中国网站".into(),
            ..EntryDraft::default()
        };
        let entered = service.add_register_entry(officer, 1, &draft).await;
        entries.push(entered.expect("listed"));
    }
    let act = format!("remove-{}", entries[1]);
    let sent = [("act", act.as_str()), ("reason", "　")];
    let path = format!("/p/1/register/{}/remove", entries[1]);
    let again = desk.refused(Role::Officer, &path, &sent).await;
    stays(&again, "reason", "　");
    assert_eq!(controls(&again, "reason"), (2, 1), "{again}");

    let mut records = Vec::new();
    for day in [1, 2] {
        let proposal = Proposal {
            expert: expert(0),
            kind: "18-1".into(),
            on: date(2022, 6, day),
            task: None,
            evidence: "未按评审程序打分".into(),
            effect: None,
        };
        let proposed = service.propose_misconduct(officer, desk.bureau.pool, proposal);
        records.push(proposed.await.expect("proposed").to_string());
    }
    let sent = [
        ("act", records[0].as_str()),
        ("decision", "reject"),
        ("reason", "　"),
    ];
    let path = format!("/p/1/misconduct/{}?status=proposed", records[0]);
    let again = desk.refused(Role::Approver, &path, &sent).await;
    stays(&again, "reason", "　");
    assert_eq!(controls(&again, "reason"), (2, 1), "{again}");
}

#[tokio::test]
async fn a_query_is_saved_under_a_name() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = Desk::of(Bureau::open(&engine, 1).await).await;
    let sent = [("status", "active"), ("filter_name", "　")];
    let path = "/p/1/experts/filters";
    let again = desk.refused(Role::Officer, path, &sent).await;
    stays(&again, "filter_name", "　");
    assert!(again.contains("/p/1/experts/filters"), "{again}");
}

#[tokio::test]
async fn answers_of_a_campaign() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = Desk::of(Bureau::open(&engine, 2).await).await;
    let (bureau, service) = (&desk.bureau, &desk.bureau.service);
    let closes = Some(date(2022, 7, 31));
    let id = service.start_campaign(&bureau.officer, bureau.pool, closes, false);
    let id = id.await.expect("started");
    for n in [0, 1] {
        let own = bureau.expert(PersonId(Uuid::from_u128(1_000 + n)));
        let moved = Said::Changed(vec![Change {
            field: "工作单位".into(),
            now: "示例新单位".into(),
        }]);
        service
            .answer_update(&own, id, moved)
            .await
            .expect("answered");
    }
    let act = expert(1).to_string();
    let sent = [("act", act.as_str()), ("note", "　")];
    let path = format!("/p/1/campaigns/{id}/experts/{act}?status=changed");
    let again = desk.refused(Role::Officer, &path, &sent).await;
    stays(&again, "note", "　");
    assert_eq!(controls(&again, "note"), (2, 1), "{again}");
    let sent = [("status", "changed"), ("purpose", "　")];
    let path = format!("/p/1/campaigns/{id}/export");
    let again = desk.refused(Role::Officer, &path, &sent).await;
    stays(&again, "purpose", "　");
    let part = "name=\"status\" value=\"changed\"";
    assert!(again.contains(part), "the same part of the list: {again}");
}

#[tokio::test]
async fn seats_of_a_task() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let desk = Desk::of(Bureau::open(&engine, 6).await).await;
    let (task, _) = desk.bureau.unsealed(2, 5).await;
    let seats = desk.bureau.service.seats(&desk.bureau.officer, task).await;
    let seat = seats.expect("seats").remove(0).engagement.id;
    let base = format!("/p/1/tasks/{task}/seats/{seat}");
    let refused = async |act: &str, typed: &[(&str, &str)]| {
        let path = format!("{base}/{act}");
        let mut sent = vec![("act", path.as_str())];
        sent.extend(typed);
        let again = desk.refused(Role::Officer, &path, &sent).await;
        assert_eq!(again.matches("<details open>").count(), 1, "{act}: {again}");
        again
    };
    let found = [("ground", "10-1"), ("note", "　")];
    let again = refused("stop", &found).await;
    stays(&again, "note", "　");
    assert_eq!(
        again.matches("value=\"10-1\" selected").count(),
        1,
        "{again}"
    );
    assert_eq!(controls(&again, "note"), (2, 1), "{again}");
    assert_eq!(controls(&again, "reason"), (2, 0), "{again}");

    let heard = [("answer", "recuse"), ("ground", "10-7"), ("reason", "　")];
    let again = refused("call", &heard).await;
    stays(&again, "reason", "　");
    for words in ["value=\"recuse\" checked", "value=\"10-7\" selected"] {
        assert_eq!(again.matches(words).count(), 1, "{words}: {again}");
    }
    let again = refused("call", &[("answer", "accept"), ("reason", "可以参加")]).await;
    for words in [
        "<a href=\"#declaration\">",
        "id=\"declaration\"",
        "value=\"可以参加\"",
    ] {
        assert_eq!(again.matches(words).count(), 1, "{words}: {again}");
    }
    let again = refused("call", &[("reason", "可以参加")]).await;
    for words in [
        "<a href=\"#answer\">",
        "id=\"answer\"",
        "value=\"可以参加\"",
    ] {
        assert_eq!(again.matches(words).count(), 1, "{words}: {again}");
    }
}
