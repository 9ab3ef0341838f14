//! Lists cut to the teams somebody answers for.

use std::collections::BTreeSet;

use crate::{done, expert_keys, id, organisation, person, pool};
use jiff::civil::date;
use store::experts::Often;
use store::misconduct::{self, MisconductFilter, MisconductKeys};
use store::records::{self, RecordFilter, RecordKeys};
use store::tasks::{self, TaskFilter, TaskKeys};
use store::testing::on_both;
use store::{Count, document, experts};

/// What is listed for an answer for these teams, of `a` twice and of `b` once.
const ASKED: [(&[&str], u64); 4] = [(&["a"], 2), (&["b", "c"], 1), (&["a", "b"], 3), (&[], 0)];

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_teams_is_listed_for_those_who_answer_for_them() {
    on_both(|t| async move {
        let one = pool(&t.store).await;
        let mut tx = t.store.write(one).await.unwrap();
        let requester = organisation(&mut tx, "示例市技师学院", None).await;
        for (n, team) in [(1, "a"), (2, "a"), (3, "b"), (4, "")] {
            let person = person(&mut tx, "王伟", None).await;
            let mut keys = expert_keys(one, person, "王伟");
            keys.team = team.into();
            let member = experts::insert(&mut tx, id(), keys, &[], 1_i64)
                .await
                .unwrap();
            let keys = MisconductKeys {
                pool: one,
                expert: member.id,
                kind: "absence".into(),
                status: "proposed".into(),
                happened_on: date(2026, 11, 2),
                task: None,
            };
            document::insert::<MisconductKeys, _>(&mut tx, id(), keys, n)
                .await
                .unwrap();
            for (kind, subject, own) in [
                ("certificate", Some(member.id.to_string()), ""),
                ("application", None, team),
            ] {
                let keys = RecordKeys {
                    pool: one,
                    kind: kind.into(),
                    number: Some(format!("{kind}-{n}")),
                    status: "open".into(),
                    parent: None,
                    subject,
                    team: own.into(),
                    due_on: None,
                    sort: n.to_string(),
                    title: String::new(),
                };
                document::insert::<RecordKeys, _>(&mut tx, id(), keys, n)
                    .await
                    .unwrap();
            }
            let keys = TaskKeys {
                pool: one,
                number: format!("XQ-{n}"),
                requester,
                status: "filed".into(),
                work_from: date(2026, 11, 1),
                work_to: date(2026, 11, 1),
                team: team.into(),
                title: String::new(),
            };
            document::insert::<TaskKeys, _>(&mut tx, id(), keys, n)
                .await
                .unwrap();
        }
        done(tx).await;

        let mut db = t.store.read();
        let some = ASKED.map(|(teams, count)| {
            let teams: BTreeSet<String> = teams.iter().map(|team| (*team).to_owned()).collect();
            (Some(teams), count)
        });
        for (teams, expected) in some.into_iter().chain([(None, 4)]) {
            let expected = Count::Exactly(expected);
            let filter = MisconductFilter {
                pool: Some(one),
                experts_of: teams.clone(),
                ..MisconductFilter::default()
            };
            let found = misconduct::count(&mut db, &filter).await.unwrap();
            assert_eq!(found, expected, "misconduct of {teams:?}");
            let of_kind = |kind: &str| RecordFilter {
                pool: Some(one),
                kinds: vec![kind.to_owned()],
                ..RecordFilter::default()
            };
            let certificates = RecordFilter {
                experts_of: teams.clone(),
                ..of_kind("certificate")
            };
            let applications = RecordFilter {
                teams: teams.clone(),
                ..of_kind("application")
            };
            for filter in [certificates, applications] {
                let found = records::count(&mut db, &filter).await.unwrap();
                assert_eq!(found, expected, "{:?} of {teams:?}", filter.kinds);
            }
            let filter = TaskFilter {
                pool: Some(one),
                teams: teams.clone(),
                ..TaskFilter::default()
            };
            let found = tasks::count(&mut db, &filter).await.unwrap();
            assert_eq!(found, expected, "tasks of {teams:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_something_on_record_often_is_named_with_the_newest_first() {
    on_both(|t| async move {
        let one = pool(&t.store).await;
        let mut tx = t.store.write(one).await.unwrap();
        let mut members = Vec::new();
        for (team, status, days) in [
            ("a", "active", vec![1, 2]),
            ("b", "suspended", vec![3, 4]),
            ("a", "active", vec![5]),
            ("a", "left", vec![6, 7]),
        ] {
            let person = person(&mut tx, "王伟", None).await;
            let mut keys = expert_keys(one, person, "王伟");
            (keys.team, keys.status) = (team.into(), status.into());
            let member = experts::insert(&mut tx, id(), keys, &[], 1_i64)
                .await
                .unwrap();
            for day in days {
                let keys = MisconductKeys {
                    pool: one,
                    expert: member.id,
                    kind: if day == 4 { "leak" } else { "absence" }.into(),
                    status: "confirmed".into(),
                    happened_on: date(2026, 11, day),
                    task: None,
                };
                document::insert::<MisconductKeys, _>(&mut tx, id(), keys, 1_i64)
                    .await
                    .unwrap();
            }
            members.push(member.id);
        }
        done(tx).await;

        let mut db = t.store.read();
        let a = BTreeSet::from(["a".to_owned()]);
        let often = |at_least, most, teams| Often {
            pool: one,
            teams,
            at_least,
            most,
        };
        let (every, absence): (&[String], _) = (&[], ["absence".to_owned()]);
        let (first, second, third) = (members[0], members[1], members[2]);
        for (asked, kinds, named) in [
            (often(2, 9, None), every, vec![second, first]),
            (often(2, 1, None), every, vec![second]),
            (often(1, 9, None), every, vec![third, second, first]),
            (often(2, 9, Some(&a)), every, vec![first]),
            (often(2, 9, None), &absence[..], vec![first]),
        ] {
            let found = misconduct::often(&mut db, &asked, kinds).await.unwrap();
            assert_eq!(found, named, "{asked:?} {kinds:?}");
        }
    })
    .await;
}
