//! Experts: read by what names them, packed for the roster, scanned.

use crate::{done, expert, expert_keys, id, organisation, person, pool};
use domain::id::SpecialtyId;
use domain::roster::Entry;
use jiff::civil::date;
use store::experts;
use store::experts::ExpertKeys;
use store::pools::SpecialtyKeys;
use store::testing::on_both;
use store::{Count, Error, Secret, document};

#[tokio::test(flavor = "multi_thread")]
async fn experts_are_read_packed_and_scanned() {
    on_both(|t| async move {
        let (one, two) = (pool(&t.store).await, pool(&t.store).await);
        let names = ["王伟", "王芳", "欧阳伟", "李娜", "\u{2ccb9}王"];
        let mut tx = t.store.write(one).await.unwrap();
        let mut specialties: Vec<SpecialtyId> = Vec::new();
        for name in ["焊接", "钳工"] {
            let keys = SpecialtyKeys {
                pool: one,
                name: name.into(),
                status: "active".into(),
                position: 1,
            };
            specialties.push(
                document::insert(&mut tx, id(), keys, 0_i64)
                    .await
                    .unwrap()
                    .id,
            );
        }
        let employer = organisation(&mut tx, "云岭机电", None).await;
        let mut seqs = Vec::new();
        for (n, name) in names.into_iter().enumerate() {
            let number = format!("44000019900101{n:04}");
            let person = person(&mut tx, name, Some(&number)).await;
            let mut keys = expert_keys(one, person, name);
            keys.name_sort = format!("{}", char::from(b'e' - n as u8));
            keys.number = (n > 0).then(|| format!("DG-{n:03}"));
            keys.status = if n == 3 { "suspended" } else { "active" }.into();
            keys.title_rank = n as i64;
            keys.skill_rank = 4 - n as i64;
            keys.employer_organisation = (n % 2 == 0).then_some(employer);
            keys.term_to = Some(date(2026 + n as i16, 12, 31));
            let own = &specialties[n % 2..=n % 2];
            seqs.push(
                experts::insert(&mut tx, id(), keys, own, n as i64)
                    .await
                    .unwrap()
                    .keys
                    .seq,
            );
        }
        done(tx).await;
        let mut tx = t.store.write(two).await.unwrap();
        expert(&mut tx, two, "王伟").await;
        done(tx).await;
        let mut db = t.store.read();
        let everybody = experts::count(&mut db, one).await.unwrap();
        assert_eq!(everybody, Count::Exactly(5));
        let seals = t.store.seals();
        for (tail, expected) in [("0002", vec![3_u32]), ("9999", vec![])] {
            let tail = Secret::new(tail);
            let found = experts::with_id_tail(&mut db, seals, one, &tail)
                .await
                .unwrap();
            assert_eq!(found, expected);
        }
        let page = experts::numbered::<i64>(&mut db, one, &[4, 1, 77, 2])
            .await
            .unwrap();
        let page: Vec<&str> = page.iter().map(|row| row.keys.name.as_str()).collect();
        assert_eq!(page, ["李娜", "王伟", "王芳"], "in the order asked for");
        for (status, number) in [("active", 4), ("suspended", 1), ("left", 0)] {
            assert_eq!(
                experts::of_status(&mut db, one, status).await.unwrap(),
                Count::Exactly(number)
            );
        }
        let counts = experts::by_specialty(&mut db, one).await.unwrap();
        assert_eq!(
            counts,
            [
                (specialties[0], Count::Exactly(3)),
                (specialties[1], Count::Exactly(2))
            ]
        );
        assert_eq!(
            experts::specialties(&mut db, &seqs).await.unwrap()[&seqs[1]],
            [specialties[1]]
        );
        assert_eq!(
            experts::by_number::<i64>(&mut db, one, "DG-002")
                .await
                .unwrap()
                .unwrap()
                .keys
                .name,
            "欧阳伟"
        );

        let mut whole = Vec::new();
        experts::scan_whole::<i64, i64>(&mut db, one, &specialties[..1], &mut |expert, profile| {
            whole.push((expert.body, profile));
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(whole, [(0, 1), (2, 1), (4, 1)]);

        // Cards come packed, and again when changed.
        let mut entries: Vec<Entry<'static>> = Vec::new();
        experts::cards(&mut db, one, &mut |some| {
            entries.extend(some.into_iter().map(|entry| Entry {
                place: entry.place,
                name: entry.name.into_owned().into(),
                number: entry.number.into_owned().into(),
                card: entry.card.into_owned().into(),
            }));
            Ok(())
        })
        .await
        .unwrap();
        let expected: Vec<(u32, &str, &str)> = (1..)
            .zip(names)
            .zip(["", "DG-001", "DG-002", "DG-003", "DG-004"])
            .map(|((place, name), number)| (place, name, number))
            .collect();
        let read: Vec<(u32, &str, &str)> = entries
            .iter()
            .map(|entry| (entry.place, &*entry.name, &*entry.number))
            .collect();
        assert_eq!(read, expected);
        let position = experts::position(&mut db, one).await.unwrap();
        let since = experts::cards_since(&mut db, one, position).await.unwrap();
        assert!(since.is_empty());
        let singled = experts::Singled {
            numbers: vec![2, 4],
            persons: vec![
                experts::by_number::<i64>(&mut db, one, "DG-002")
                    .await
                    .unwrap()
                    .unwrap()
                    .keys
                    .person,
            ],
            experts: Vec::new(),
        };
        let found = experts::whole::<i64, i64>(&mut db, one, &singled)
            .await
            .unwrap();
        let names: Vec<&str> = found
            .iter()
            .map(|(number, ..)| names[*number as usize - 1])
            .collect();
        assert_eq!(names, ["王芳", "欧阳伟", "李娜"]);
        assert!(found.iter().is_sorted_by_key(|(number, ..)| *number));

        // A renamed expert is read again.
        let mut renamed = experts::by_number::<i64>(&mut db, one, "DG-001")
            .await
            .unwrap()
            .unwrap();
        renamed.keys.name = "赵芳".into();
        let mut tx = t.store.write(one).await.unwrap();
        experts::save(&mut tx, &mut renamed).await.unwrap();
        done(tx).await;
        let since = experts::cards_since(&mut db, one, position).await.unwrap();
        assert_eq!(since.len(), 1, "only the renamed one was touched");
        assert_eq!(since[0].place, 2);
        assert_eq!(since[0].name, "赵芳");
        assert_eq!(since[0].number, "DG-001");
        assert_eq!(since[0].card, renamed.keys.card);
        assert_eq!(
            experts::of_person::<i64>(&mut db, one, renamed.keys.person)
                .await
                .unwrap()[0]
                .id,
            renamed.id
        );
        assert_eq!(
            experts::all_of_person::<i64>(&mut db, renamed.keys.person)
                .await
                .unwrap()
                .len(),
            1
        );
        // Nobody twice in one pool.
        let mut tx = t.store.write(one).await.unwrap();
        let again = expert_keys(one, renamed.keys.person, "赵芳");
        let twice = experts::insert(&mut tx, id(), again, &[], 0_i64).await;
        assert!(matches!(twice, Err(Error::Duplicate)));
        drop(tx);
        // But once in each team.
        let mut tx = t.store.write(one).await.unwrap();
        for team in ["teaching", "school"] {
            let keys = ExpertKeys {
                team: team.into(),
                ..expert_keys(one, renamed.keys.person, "赵芳")
            };
            experts::insert(&mut tx, id(), keys, &[], 0_i64)
                .await
                .unwrap();
        }
        done(tx).await;
        let mut db = t.store.read();
        let person = renamed.keys.person;
        let teams: Vec<String> = experts::of_person::<i64>(&mut db, one, person)
            .await
            .unwrap()
            .into_iter()
            .map(|row| row.keys.team)
            .collect();
        assert_eq!(teams, ["", "teaching", "school"]);
        let school = experts::in_team::<i64>(&mut db, one, person, Some("school"));
        assert_eq!(school.await.unwrap().unwrap().keys.team, "school");
        let none = experts::in_team::<i64>(&mut db, one, person, Some("exam"));
        assert!(none.await.unwrap().is_none());
        let Count::Exactly(members) = experts::count(&mut db, one).await.unwrap() else {
            panic!("a small pool")
        };
        assert_eq!(
            experts::people_on(&mut db, one, date(2026, 11, 2))
                .await
                .unwrap(),
            members - 2,
            "whoever is in three teams is one person"
        );
    })
    .await;
}
