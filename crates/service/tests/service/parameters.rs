//! 规则参数: what may be set is set with a reason, counts from then on, and can be given back.

use crate::bureau::Bureau;
use domain::engagement::State;
use domain::policy::source::Setting;
use jiff::SignedDuration;
use service::Error;
use service::parameters::ParameterLine;
use store::Kind;
use store::testing::{TestStore, on_both};

fn setting(path: &str, value: &str) -> Setting {
    Setting {
        path: path.into(),
        value: value.into(),
    }
}

async fn line(bureau: &Bureau, path: &str) -> ParameterLine {
    let lines = bureau
        .service
        .parameters(&bureau.officer, 1)
        .await
        .expect("lines");
    lines
        .into_iter()
        .find(|line| line.path == path)
        .expect("a parameter")
}

async fn version(bureau: &Bureau) -> i64 {
    let pool = bureau
        .service
        .pool_numbered(&bureau.officer, 1)
        .await
        .expect("open");
    bureau.service.pool_version(&pool).await.expect("a version")
}

const ANSWER: &str = "draw.top_up.answer_within";

/// Covers: DG-21-a.
#[tokio::test]
async fn a_value_that_is_set_counts_from_then_on_and_can_be_given_back() {
    on_both(async |engine| {
        let bureau = Bureau::open(&engine, 8).await;
        let before = line(&bureau, ANSWER).await;
        assert!(
            before.set.is_none() && before.now == before.default,
            "{before:?}"
        );
        let (now, wanted) = (version(&bureau).await, setting(ANSWER, "2小时"));
        assert_ne!(before.now.value, wanted.value);
        let set = bureau.service.set_pool_parameter(
            &bureau.approver,
            1,
            now,
            &wanted,
            "云人社函〔2022〕7号",
        );
        set.await.expect("set");
        let after = line(&bureau, ANSWER).await;
        assert_eq!(
            (after.now.value.as_str(), &after.default),
            ("2小时", &before.default)
        );
        let by = after.set.expect("who set it");
        assert_eq!(by.reason, "云人社函〔2022〕7号");
        assert!(
            bureau
                .ledger()
                .await
                .contains(&"pool.parameter_changed".to_owned())
        );

        // The engine works under it: an invitation sent now must be answered within two hours.
        let (task, _) = bureau.unsealed(2, 3).await;
        let seats = bureau
            .service
            .seats(&bureau.officer, task)
            .await
            .expect("seats");
        let State::Invited { answer_by, .. } = &seats[0].engagement.state else {
            panic!("invited");
        };
        let within = answer_by.duration_since(bureau.officer.now);
        assert_eq!(within, SignedDuration::from_hours(2));

        let back = Setting {
            path: ANSWER.into(),
            value: before.default.value.clone(),
        };
        let now = version(&bureau).await;
        let given = bureau
            .service
            .set_pool_parameter(&bureau.approver, 1, now, &back, "恢复");
        given.await.expect("given back");
        assert_eq!(line(&bureau, ANSWER).await, before);
    })
    .await;
}

#[tokio::test]
async fn what_the_pack_does_not_offer_is_refused_and_nothing_changes() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let bureau = Bureau::open(&engine, 1).await;
    let now = version(&bureau).await;
    let set = async |ctx, version, setting: Setting, reason: &str| {
        bureau
            .service
            .set_pool_parameter(ctx, 1, version, &setting, reason)
            .await
            .expect_err("refused")
    };
    let fields = |error: Error| match error {
        Error::Invalid(problems) => problems
            .into_iter()
            .map(|problem| problem.field)
            .collect::<Vec<_>>(),
        other => panic!("{other}"),
    };
    let approver = &bureau.approver;
    assert_eq!(
        fields(set(approver, now, setting(ANSWER, "9小时"), "文件").await),
        ["value"]
    );
    assert_eq!(
        fields(set(approver, now, setting("draw.rest.streak", "9"), "文件").await),
        ["value"]
    );
    assert_eq!(
        fields(set(approver, now, setting(ANSWER, "2小时"), " ").await),
        ["reason"]
    );
    assert_eq!(
        fields(
            set(
                approver,
                now,
                setting("attendance.grace_minutes", "61"),
                "文件"
            )
            .await
        ),
        ["value"]
    );
    assert!(matches!(
        set(approver, now + 1, setting(ANSWER, "2小时"), "文件").await,
        Error::Stale
    ));
    assert!(matches!(
        set(&bureau.officer, now, setting(ANSWER, "2小时"), "文件").await,
        Error::Forbidden(_)
    ));
    assert_eq!(version(&bureau).await, now);
}

/// Every parameter of the shipped pack has a value there, and each value it offers makes a sound pack.
#[tokio::test]
async fn every_parameter_can_be_set_to_everything_it_offers() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let bureau = Bureau::open(&engine, 1).await;
    let lines = bureau
        .service
        .parameters(&bureau.officer, 1)
        .await
        .expect("lines");
    assert!(lines.len() > 15);
    for line in lines {
        assert!(!line.default.value.is_empty(), "{}", line.path);
        let others: Vec<String> = match line.range {
            Some((least, most)) => vec![least.to_string(), most.to_string()],
            None => line.options.iter().map(|one| one.value.clone()).collect(),
        };
        assert!(
            line.options.iter().all(|one| one.words != one.value
                || !one.value.is_ascii()
                || one.value.contains(':')),
            "{}: told in words",
            line.path
        );
        for value in others.into_iter().chain([line.default.value.clone()]) {
            if self::line(&bureau, &line.path).await.now.value == value {
                continue;
            }
            let now = version(&bureau).await;
            let wanted = setting(&line.path, &value);
            let set = bureau
                .service
                .set_pool_parameter(&bureau.approver, 1, now, &wanted, "测试");
            set.await
                .unwrap_or_else(|error| panic!("{} = {value}: {error}", line.path));
        }
    }
}
