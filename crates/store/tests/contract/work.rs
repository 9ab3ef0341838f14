//! Pools, tasks, draws, engagements and the records around them.

use crate::{done, expert, id, later, organisation, person, pool, task};
use domain::half_day::{HalfDay, Slot};
use domain::id::{
    CampaignId, DrawId, EngagementId, ImportId, MisconductId, PersonId, RecordId, RelationId,
};
use jiff::civil::date;
use store::campaigns::{self, Answer, CampaignKeys};
use store::draws::{self, DrawKeys};
use store::engagements::{self, Busy, EngagementFilter, EngagementKeys, Hold};
use store::experts::{self};
use store::imports::{self, ImportKeys};
use store::misconduct::{self, MisconductFilter, MisconductKeys};
use store::pools::{self, Parameter, SpecialtyKeys};
use store::records::{self, RecordFilter, RecordKeys};
use store::relations::{self, RelationFilter, RelationKeys};
use store::rotations::{self, RotationKeys};
use store::tasks::{self, TaskFilter};
use store::testing::{now, on_both};
use store::{Count, Direction, Error, PageRequest, Stored, document};

#[tokio::test(flavor = "multi_thread")]
async fn pools_specialties_and_parameters() {
    on_both(|t| async move {
        let (one, two) = (pool(&t.store).await, pool(&t.store).await);
        let mut db = t.store.read();
        let all = pools::all::<String>(&mut db).await.unwrap();
        assert_eq!(
            all.iter().map(|p| (p.keys.no, p.id)).collect::<Vec<_>>(),
            [(1, one), (2, two)]
        );
        let mut tx = t.store.write(one).await.unwrap();
        for (position, name) in [(2, "焊接"), (1, "钳工")] {
            let keys = SpecialtyKeys {
                pool: one,
                name: name.into(),
                status: "active".into(),
                position,
            };
            document::insert(&mut tx, id(), keys, 0_i64).await.unwrap();
        }
        pools::set_parameter(
            &mut tx,
            Some(one),
            "rule",
            &Parameter {
                key: "rest".into(),
                version: 0,
                body: 2_i64,
            },
        )
        .await
        .unwrap();
        pools::set_parameter(
            &mut tx,
            None,
            "rule",
            &Parameter {
                key: "rest".into(),
                version: 0,
                body: 9_i64,
            },
        )
        .await
        .unwrap();
        done(tx).await;
        let names: Vec<String> = pools::specialties::<i64>(&mut db, one)
            .await
            .unwrap()
            .into_iter()
            .map(|s| s.keys.name)
            .collect();
        assert_eq!(names, ["钳工", "焊接"]);
        assert!(
            pools::specialty_named::<i64>(&mut db, one, "焊接")
                .await
                .unwrap()
                .is_some()
        );
        assert!(
            pools::specialty_named::<i64>(&mut db, two, "焊接")
                .await
                .unwrap()
                .is_none()
        );

        let mut parameter = pools::parameter::<i64>(&mut db, Some(one), "rule", "rest")
            .await
            .unwrap()
            .unwrap();
        assert_eq!((parameter.version, parameter.body), (1, 2));
        parameter.body = 3;
        let mut tx = t.store.write(one).await.unwrap();
        pools::set_parameter(&mut tx, Some(one), "rule", &parameter)
            .await
            .unwrap();
        assert!(matches!(
            pools::set_parameter(&mut tx, Some(one), "rule", &parameter).await,
            Err(Error::Stale {
                table: "parameter",
                ..
            })
        ));
        done(tx).await;
        assert_eq!(
            pools::parameters::<i64>(&mut db, Some(one), "rule")
                .await
                .unwrap()[0]
                .body,
            3
        );
        assert_eq!(
            pools::parameter::<i64>(&mut db, None, "rule", "rest")
                .await
                .unwrap()
                .unwrap()
                .body,
            9
        );
        let mut tx = t.store.write(one).await.unwrap();
        pools::remove_parameter(&mut tx, Some(one), "rule", "rest")
            .await
            .unwrap();
        done(tx).await;
        assert!(
            pools::parameter::<i64>(&mut db, Some(one), "rule", "rest")
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_draws_and_their_sealed_annex() {
    on_both(|t| async move {
        let one = pool(&t.store).await;
        let mut tx = t.store.write(one).await.unwrap();
        let mut tasks_made = Vec::new();
        for n in 1..=7 {
            tasks_made
                .push(task(&mut tx, one, &format!("XQ-2026-{n:04}"), date(2026, 11, n)).await);
        }
        let draw: DrawId = id();
        let keys = DrawKeys {
            pool: one,
            task: tasks_made[0],
            attempt: 1,
            status: "committing".into(),
            opened_at: now(),
        };
        document::insert(&mut tx, draw, keys.clone(), "frame")
            .await
            .unwrap();
        draws::seal_annex(&mut tx, draw, b"names").await.unwrap();
        done(tx).await;
        let mut db = t.store.read();
        assert_eq!(
            tasks::last_number(&mut db, "XQ-2026-")
                .await
                .unwrap()
                .as_deref(),
            Some("XQ-2026-0007")
        );
        assert_eq!(tasks::last_number(&mut db, "XQ-2027-").await.unwrap(), None);
        assert_eq!(
            tasks::by_number::<i64>(&mut db, "XQ-2026-0003")
                .await
                .unwrap()
                .unwrap()
                .id,
            tasks_made[2]
        );
        let filter = TaskFilter {
            pool: Some(one),
            statuses: vec!["filed".into()],
            from: Some(date(2026, 11, 2)),
            to: Some(date(2026, 11, 6)),
            title: Some("%_评".into()),
            ..Default::default()
        };
        assert_eq!(
            tasks::count(&mut db, &filter).await.unwrap(),
            Count::Exactly(5)
        );
        for (direction, expected) in [
            (Direction::Ascending, [1, 2, 3, 4, 5]),
            (Direction::Descending, [5, 4, 3, 2, 1]),
        ] {
            let mut seen = Vec::new();
            let mut request = PageRequest::first(2);
            loop {
                let page = tasks::page::<i64>(&mut db, &filter, direction, &request)
                    .await
                    .unwrap();
                seen.extend(
                    page.items
                        .iter()
                        .map(|task| tasks_made.iter().position(|id| *id == task.id).unwrap()),
                );
                let Some(next) = page.next else { break };
                request.after = Some(next);
            }
            assert_eq!(seen, expected);
        }
        let mut tx = t.store.write(one).await.unwrap();
        assert!(
            matches!(
                document::insert(&mut tx, id(), keys, 0_i64).await,
                Err(Error::Duplicate)
            ),
            "one attempt, one draw"
        );
        drop(tx);
        assert_eq!(
            draws::of_task::<String>(&mut db, tasks_made[0])
                .await
                .unwrap()[0]
                .body,
            "frame"
        );
        assert_eq!(
            draws::open_annex(&mut db, t.store.seals(), draw)
                .await
                .unwrap()
                .unwrap(),
            b"names"
        );
        assert_eq!(
            draws::open_annex(&mut db, t.store.seals(), id())
                .await
                .unwrap(),
            None
        );
        let filter = draws::DrawFilter {
            pool: Some(one),
            from: Some(now()),
            to: Some(now()),
            ..Default::default()
        };
        let page = draws::page::<String>(
            &mut db,
            &filter,
            Direction::Descending,
            &PageRequest::first(5),
        )
        .await
        .unwrap();
        assert_eq!(
            (
                page.items.len(),
                draws::count(&mut db, &filter).await.unwrap()
            ),
            (1, Count::Exactly(1))
        );
        let mut row = draws::find::<String>(&mut db, draw).await.unwrap().unwrap();
        row.keys.status = "sealed".into();
        let mut tx = t.store.write(one).await.unwrap();
        document::save(&mut tx, &mut row).await.unwrap();
        done(tx).await;
        assert!(
            draws::open_annex(&mut db, t.store.seals(), draw)
                .await
                .unwrap()
                .is_some(),
            "a save leaves the annex"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_day_is_taken_once_whatever_the_pool() {
    on_both(|t| async move {
        let (one, two) = (pool(&t.store).await, pool(&t.store).await);
        let mut tx = t.store.write(one).await.unwrap();
        let somebody = person(&mut tx, "王伟", None).await;
        let first = expert(&mut tx, one, "李娜").await;
        let task = task(&mut tx, one, "XQ-1", date(2026, 11, 26)).await;
        let keys = EngagementKeys {
            pool: one,
            task,
            draw: None,
            expert: first,
            status: "invited".into(),
            answer_by: Some(later(60)),
        };
        let engagement: EngagementId = id();
        document::insert(&mut tx, engagement, keys, 1_i64)
            .await
            .unwrap();
        let half_day = HalfDay {
            date: date(2026, 11, 26),
            slot: Slot::Morning,
        };
        let take = |pool, reference: &str, hold| Busy {
            person: somebody,
            half_day,
            reference: reference.into(),
            pool,
            hold,
        };
        engagements::take(&mut tx, &take(one, "e1", Hold::Exclusive))
            .await
            .unwrap();
        engagements::take(&mut tx, &take(one, "e2", Hold::Shared))
            .await
            .unwrap();
        done(tx).await;
        let mut tx = t.store.write(two).await.unwrap();
        let again = engagements::take(&mut tx, &take(two, "e3", Hold::Exclusive)).await;
        assert!(matches!(again, Err(Error::Duplicate)));
        drop(tx);
        let mut db = t.store.read();
        assert_eq!(
            engagements::busy(&mut db, &[half_day]).await.unwrap().len(),
            2
        );
        let afternoon = HalfDay {
            slot: Slot::Afternoon,
            ..half_day
        };
        assert!(
            engagements::busy(&mut db, &[afternoon])
                .await
                .unwrap()
                .is_empty()
        );
        assert!(engagements::busy(&mut db, &[]).await.unwrap().is_empty());
        assert_eq!(
            engagements::busy_days(&mut db, somebody, half_day.date)
                .await
                .unwrap()[0]
                .half_day,
            half_day
        );
        let mut tx = t.store.write(two).await.unwrap();
        assert_eq!(engagements::release(&mut tx, "e1").await.unwrap(), 1);
        engagements::take(&mut tx, &take(two, "e3", Hold::Exclusive))
            .await
            .unwrap();
        done(tx).await;
        for (filter, expected) in [
            (
                EngagementFilter {
                    task: Some(task),
                    ..Default::default()
                },
                1,
            ),
            (
                EngagementFilter {
                    experts: vec![first],
                    statuses: vec!["invited".into()],
                    ..Default::default()
                },
                1,
            ),
            (
                EngagementFilter {
                    pool: Some(one),
                    answer_by: Some(later(59)),
                    ..Default::default()
                },
                0,
            ),
            (
                EngagementFilter {
                    draw: Some(id()),
                    ..Default::default()
                },
                0,
            ),
        ] {
            assert_eq!(
                engagements::all::<i64>(&mut db, &filter)
                    .await
                    .unwrap()
                    .len(),
                expected
            );
            assert_eq!(
                engagements::count(&mut db, &filter).await.unwrap(),
                Count::Exactly(expected as u64)
            );
            let page = engagements::page::<i64>(
                &mut db,
                &filter,
                Direction::Ascending,
                &PageRequest::first(9),
            )
            .await
            .unwrap();
            assert_eq!(page.items.len(), expected);
        }
        assert!(
            engagements::find::<i64>(&mut db, engagement)
                .await
                .unwrap()
                .is_some()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn relations_rotations_misconduct_records_campaigns_and_imports() {
    on_both(|t| async move {
        let one = pool(&t.store).await;
        let mut tx = t.store.write(one).await.unwrap();
        let (first, second) = (
            expert(&mut tx, one, "王伟").await,
            expert(&mut tx, one, "李娜").await,
        );
        let people: Vec<PersonId> = experts::find_all::<i64>(&mut tx, [first, second])
            .await
            .unwrap()
            .iter()
            .map(|e| e.keys.person)
            .collect();
        let unit = organisation(&mut tx, "云岭机电", None).await;
        let keys = RelationKeys {
            person: people[0],
            organisation: Some(unit),
            other: None,
            other_name: "示例市启明机电有限公司".into(),
            other_code: None,
            kind: "employment".into(),
            from_day: None,
            to_day: Some(date(2024, 1, 1)),
            source: "declared".into(),
        };
        let relation: RelationId = id();
        document::insert(&mut tx, relation, keys, 1_i64)
            .await
            .unwrap();
        let mut rotation = Stored {
            id: first,
            version: 0,
            keys: RotationKeys {
                pool: one,
                drawn_count: 1,
                last_drawn: Some(date(2026, 11, 1)),
            },
            body: 1_i64,
        };
        rotations::save(&mut tx, &mut rotation).await.unwrap();
        rotation.keys.drawn_count = 2;
        rotations::save(&mut tx, &mut rotation).await.unwrap();
        let misconduct: MisconductId = id();
        let keys = MisconductKeys {
            pool: one,
            expert: first,
            kind: "absence".into(),
            status: "proposed".into(),
            happened_on: date(2026, 11, 2),
            task: None,
        };
        document::insert(&mut tx, misconduct, keys, 1_i64)
            .await
            .unwrap();
        let record: RecordId = id();
        let keys = RecordKeys {
            pool: one,
            kind: "appointment".into(),
            number: Some("PS-001".into()),
            status: "open".into(),
            parent: Some("cohort-1".into()),
            subject: Some(first.to_string()),
            team: String::new(),
            due_on: Some(date(2026, 12, 1)),
            sort: "2026-11-22".into(),
            title: "聘任 王伟".into(),
        };
        document::insert(&mut tx, record, keys.clone(), 1_i64)
            .await
            .unwrap();
        let campaign: CampaignId = id();
        let opens = CampaignKeys {
            pool: one,
            title: "2026 年更新".into(),
            status: "open".into(),
            opens_on: date(2026, 11, 1),
            closes_on: date(2026, 11, 30),
        };
        document::insert(&mut tx, campaign, opens, 1_i64)
            .await
            .unwrap();
        for (expert, status) in [(first, "confirmed"), (second, "asked"), (first, "changed")] {
            let answer = Answer {
                campaign,
                expert,
                status: status.into(),
                answered_at: Some(now()),
                body: 1_i64,
            };
            campaigns::set_answer(&mut tx, &answer).await.unwrap();
        }
        let import: ImportId = id();
        let keys_of_import = ImportKeys {
            pool: one,
            status: "dry_run".into(),
            created_at: now(),
            file: Some(id()),
        };
        document::insert(&mut tx, import, keys_of_import, 1_i64)
            .await
            .unwrap();
        done(tx).await;
        let mut tx = t.store.write(one).await.unwrap();
        assert!(matches!(
            document::insert(&mut tx, id::<RecordId>(), keys, 1_i64).await,
            Err(Error::Duplicate)
        ));
        drop(tx);

        let mut db = t.store.read();
        assert!(
            records::find::<i64>(&mut db, record)
                .await
                .unwrap()
                .is_some()
        );
        assert_eq!(
            relations::of_persons::<i64>(&mut db, people.clone())
                .await
                .unwrap()[0]
                .id,
            relation
        );
        assert_eq!(
            relations::to_organisations::<i64>(&mut db, [unit])
                .await
                .unwrap()
                .len(),
            1
        );
        assert!(
            relations::find::<i64>(&mut db, relation)
                .await
                .unwrap()
                .is_some()
        );
        let filter = RelationFilter {
            person: Some(people[0]),
            organisation: Some(unit),
            kinds: vec!["employment".into()],
            sources: vec!["declared".into()],
        };
        assert_eq!(
            relations::page::<i64>(&mut db, &filter, &PageRequest::first(5))
                .await
                .unwrap()
                .items
                .len(),
            1
        );
        assert_eq!(
            rotations::of_pool::<i64>(&mut db, one).await.unwrap()[&first]
                .keys
                .drawn_count,
            2
        );
        assert!(
            rotations::find::<i64>(&mut db, second)
                .await
                .unwrap()
                .is_none()
        );
        assert_eq!(
            misconduct::of_expert::<i64>(&mut db, first).await.unwrap()[0].id,
            misconduct
        );
        let filter = MisconductFilter {
            pool: Some(one),
            expert: Some(first),
            kinds: vec!["absence".into()],
            statuses: vec!["proposed".into()],
            requester: None,
            from: Some(date(2026, 1, 1)),
            to: Some(date(2026, 12, 31)),
            experts_of: None,
        };
        assert_eq!(
            misconduct::page::<i64>(&mut db, &filter, &PageRequest::first(5))
                .await
                .unwrap()
                .items
                .len(),
            1
        );
        assert_eq!(
            misconduct::count(&mut db, &filter).await.unwrap(),
            Count::Exactly(1)
        );
        assert!(
            misconduct::find::<i64>(&mut db, misconduct)
                .await
                .unwrap()
                .is_some()
        );
        let filter = RecordFilter {
            pool: Some(one),
            kinds: vec!["appointment".into()],
            statuses: vec!["open".into()],
            parent: Some("cohort-1".into()),
            requester: None,
            subject: Some(first.to_string()),
            subjects: Vec::new(),
            due_on: Some(date(2026, 12, 1)),
            title: Some("聘任".into()),
            number: None,
            teams: None,
            experts_of: None,
        };
        assert_eq!(
            records::page::<i64>(
                &mut db,
                &filter,
                Direction::Descending,
                &PageRequest::first(5)
            )
            .await
            .unwrap()
            .items[0]
                .id,
            record
        );
        assert_eq!(
            records::all::<i64>(&mut db, &filter).await.unwrap().len(),
            1
        );
        assert_eq!(
            records::count(&mut db, &filter).await.unwrap(),
            Count::Exactly(1)
        );
        assert_eq!(
            records::last_number(&mut db, one, "appointment", "PS-")
                .await
                .unwrap()
                .as_deref(),
            Some("PS-001")
        );
        assert!(
            records::by_number::<i64>(&mut db, one, "appointment", "PS-001")
                .await
                .unwrap()
                .is_some()
        );
        assert_eq!(
            campaigns::by_status(&mut db, campaign).await.unwrap(),
            [("asked".to_owned(), 1), ("changed".to_owned(), 1)]
        );
        assert_eq!(
            campaigns::answer::<i64>(&mut db, campaign, first)
                .await
                .unwrap()
                .unwrap()
                .status,
            "changed"
        );
        assert_eq!(
            campaigns::answers::<i64>(&mut db, campaign, None, Some(first), 9)
                .await
                .unwrap()
                .len(),
            1
        );
        assert_eq!(
            campaigns::answers::<i64>(&mut db, campaign, Some("changed"), None, 9)
                .await
                .unwrap()
                .len(),
            1
        );
        assert!(
            campaigns::find::<i64>(&mut db, campaign)
                .await
                .unwrap()
                .is_some()
        );
        assert_eq!(
            campaigns::page::<i64>(&mut db, one, &PageRequest::first(5))
                .await
                .unwrap()
                .items
                .len(),
            1
        );
        assert!(
            imports::find::<i64>(&mut db, import)
                .await
                .unwrap()
                .is_some()
        );
        assert_eq!(
            imports::page::<i64>(&mut db, one, &PageRequest::first(5))
                .await
                .unwrap()
                .items
                .len(),
            1
        );
    })
    .await;
}
