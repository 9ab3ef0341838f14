//! Experts: searched, filtered, paged and scanned.

use crate::{done, expert, expert_keys, id, organisation, person, pool};
use domain::id::SpecialtyId;
use jiff::civil::date;
use store::experts::{self, ExpertFilter, ExpertOrder};
use store::pools::SpecialtyKeys;
use store::testing::on_both;
use store::{Count, Direction, Error, PageRequest, SearchText, Secret, Store, document};

async fn all_names(
    store: &Store,
    filter: &ExpertFilter,
    order: ExpertOrder,
    direction: Direction,
    step: u32,
) -> Vec<String> {
    let mut names = Vec::new();
    let mut request = PageRequest::first(step);
    loop {
        let page = experts::page::<i64>(&mut store.read(), filter, order, direction, &request)
            .await
            .unwrap();
        assert!(page.items.len() <= step as usize);
        names.extend(page.items.into_iter().map(|expert| expert.keys.name));
        match page.next {
            Some(next) => request = PageRequest::after(Some(next), step),
            None => return names,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn experts_are_searched_filtered_paged_and_scanned() {
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
            let search = SearchText::new()
                .name(name)
                .word("ww")
                .word(if n == 2 { "ouyangwei" } else { "x" })
                .text("云岭机电");
            let own = &specialties[n % 2..=n % 2];
            seqs.push(
                experts::insert(&mut tx, id(), keys, &search, own, n as i64)
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
        let all = ExpertFilter::all(one);
        let text = |text: &str| ExpertFilter {
            text: text.into(),
            ..all.clone()
        };
        let seals = t.store.seals();
        let by_name = ["\u{2ccb9}王", "李娜", "欧阳伟", "王芳", "王伟"];
        for (filter, expected) in [
            (all.clone(), by_name.to_vec()),
            (text("王"), vec!["\u{2ccb9}王", "王芳", "王伟"]),
            (text("王伟"), vec!["王伟"]),
            (text("阳伟"), vec!["欧阳伟"]),
            (text("\u{2ccb9}"), vec!["\u{2ccb9}王"]),
            (text("ouyang"), vec!["欧阳伟"]),
            (text("OUYANGWEI 云岭"), vec!["欧阳伟"]),
            (text("w"), by_name.to_vec()),
            (text("云岭机电 王芳"), vec!["王芳"]),
            (text("岭"), vec![]),
            (text("' OR 1=1 --"), vec![]),
            (text("…"), by_name.to_vec()),
            (
                ExpertFilter {
                    specialties: vec![specialties[0]],
                    ..all.clone()
                },
                vec!["\u{2ccb9}王", "欧阳伟", "王伟"],
            ),
            (
                ExpertFilter {
                    specialties: specialties.clone(),
                    ..text("王")
                },
                vec!["\u{2ccb9}王", "王芳", "王伟"],
            ),
            (
                ExpertFilter {
                    statuses: vec!["suspended".into()],
                    ..all.clone()
                },
                vec!["李娜"],
            ),
            (
                ExpertFilter {
                    title_at_least: Some(2),
                    skill_at_least: Some(1),
                    ..all.clone()
                },
                vec!["李娜", "欧阳伟"],
            ),
            (
                ExpertFilter {
                    employer: Some(employer),
                    ..text("王")
                },
                vec!["\u{2ccb9}王", "王伟"],
            ),
            (
                ExpertFilter {
                    term_to: Some(date(2027, 12, 31)),
                    ..all.clone()
                },
                vec!["王芳", "王伟"],
            ),
            (
                all.clone().id_tail(seals, &Secret::new("0002")),
                vec!["欧阳伟"],
            ),
        ] {
            for step in [1, 2, 50] {
                let found = all_names(
                    &t.store,
                    &filter,
                    ExpertOrder::Name,
                    Direction::Ascending,
                    step,
                )
                .await;
                assert_eq!(found, expected, "{filter:?} by {step}");
            }
            let count = experts::count(&mut db, &filter).await.unwrap();
            assert_eq!(count, Count::Exactly(expected.len() as u64));
        }
        let by_number = all_names(
            &t.store,
            &all,
            ExpertOrder::Number,
            Direction::Descending,
            2,
        )
        .await;
        assert_eq!(by_number, ["\u{2ccb9}王", "李娜", "欧阳伟", "王芳", "王伟"]);
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
        let mut cards: Vec<(u32, String)> = Vec::new();
        experts::cards(&mut db, one, &mut |some| {
            cards.extend(some.map(|(number, card)| (number, card.to_owned())));
            Ok(())
        })
        .await
        .unwrap();
        let numbers: Vec<u32> = cards.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5]);
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
            .map(|(_, row, _)| row.keys.name.as_str())
            .collect();
        assert!(names.contains(&"欧阳伟"), "{names:?}");
        assert!(found.iter().is_sorted_by_key(|(number, ..)| *number));

        // A renamed expert is found by the new name only.
        let mut renamed = experts::by_number::<i64>(&mut db, one, "DG-001")
            .await
            .unwrap()
            .unwrap();
        renamed.keys.name = "赵芳".into();
        let mut tx = t.store.write(one).await.unwrap();
        experts::save(&mut tx, &mut renamed, &SearchText::new().name("赵芳"))
            .await
            .unwrap();
        done(tx).await;
        let since = experts::cards_since(&mut db, one, position).await.unwrap();
        assert_eq!(since.len(), 1, "only the renamed one was touched");
        assert_eq!(since[0].1, renamed.keys.card);
        assert_eq!(
            all_names(
                &t.store,
                &text("赵"),
                ExpertOrder::Name,
                Direction::Ascending,
                5
            )
            .await,
            ["赵芳"]
        );
        assert!(
            all_names(
                &t.store,
                &text("王芳"),
                ExpertOrder::Name,
                Direction::Ascending,
                5
            )
            .await
            .is_empty()
        );
        assert_eq!(
            experts::of_person::<i64>(&mut db, one, renamed.keys.person)
                .await
                .unwrap()
                .unwrap()
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
        let twice = experts::insert(&mut tx, id(), again, &SearchText::new(), &[], 0_i64).await;
        assert!(matches!(twice, Err(Error::Duplicate)));
    })
    .await;
}
