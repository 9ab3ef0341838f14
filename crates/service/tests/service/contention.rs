//! Two servers on one PostgreSQL, four clients each, all running the same draws at once: every task
//! has exactly one attempt with exactly one result, and both servers tell the same.

use std::sync::Arc;

use crate::bureau::{Bureau, committed};
use domain::draw_process::{Attempt, Party};
use domain::id::TaskId;
use domain::task::Task;
use draw::Share;
use service::port::{StoppedClock, SystemEntropy};
use service::{Packs, Service, Settings};
use store::Kind;
use store::testing::TestStore;

/// Draws; `LINXUAN_DRAWS` sets another number.
const DRAWS: usize = 500;
const CLIENTS: usize = 4;

fn draws() -> usize {
    std::env::var("LINXUAN_DRAWS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(DRAWS)
}

/// Runs the whole ceremony of a task as one of many who try the same; being late is no failure.
async fn try_everything(service: Service, bureau: Arc<Bureau>, task: TaskId, seed: u8) {
    let frozen = service.freeze_frame(&bureau.officer, task, false).await;
    let draw = match frozen {
        Ok(draw) => draw,
        Err(service::Error::Refused(_)) => {
            let view = service.task(&bureau.officer, task).await.expect("there");
            let draws = service
                .draws_of_task(&bureau.officer, &view.task)
                .await
                .expect("read");
            draws.first().expect("somebody froze it").id
        }
        Err(other) => panic!("unexpected: {other}"),
    };
    let digest = bureau.attempt(draw).await.frame_digest;
    for party in Party::ALL {
        let commitment = committed(digest, party, seed).to_hex();
        let done = service
            .commit_share(bureau.party(party), draw, party, &commitment)
            .await;
        assert!(
            matches!(done, Ok(()) | Err(service::Error::Refused(_))),
            "{done:?}"
        );
    }
    for party in Party::ALL {
        let share = Share([seed; 32]).to_hex();
        let done = service
            .reveal_share(bureau.party(party), draw, party, &share)
            .await;
        assert!(
            matches!(done, Ok(_) | Err(service::Error::Refused(_))),
            "{done:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_and_eight_clients_make_one_result_each() {
    let engine = TestStore::open(Kind::Postgres).await;
    let bureau = Arc::new(Bureau::open(&engine, 6).await);
    let text = domain::policy::library::shipped("dg-2021")
        .expect("shipped")
        .pack;
    let other = Service::new(
        engine.again().await.expect("a second server"),
        Packs::new([domain::policy::check::check(text).expect("sound")]),
        Arc::new(StoppedClock::at(
            crate::bureau::NOW.parse().expect("a time"),
        )),
        Arc::new(SystemEntropy),
        Settings::default(),
    );
    let mut tasks = Vec::with_capacity(draws());
    for n in 0..draws() {
        let mut request = bureau.request(1);
        let day = i64::try_from(n).expect("small");
        request.half_days[0].date = request.half_days[0]
            .date
            .saturating_add(jiff::Span::new().days(day));
        let last = jiff::civil::date(2024, 6, 1);
        request.half_days[0].date = request.half_days[0].date.min(last);
        let filed = bureau
            .service
            .file_task(&bureau.asking, bureau.pool, request)
            .await;
        let task = filed.expect("filed");
        bureau
            .service
            .accept_task(&bureau.officer, task)
            .await
            .expect("accepted");
        tasks.push(task);
    }
    for (n, task) in tasks.iter().enumerate() {
        let seed = u8::try_from(n % 251).expect("a byte");
        let mut running = Vec::new();
        for client in 0..2 * CLIENTS {
            let service = if client % 2 == 0 {
                bureau.service.clone()
            } else {
                other.clone()
            };
            running.push(tokio::spawn(try_everything(
                service,
                Arc::clone(&bureau),
                *task,
                seed,
            )));
        }
        for client in running {
            client.await.expect("no client fails");
        }
        let view = bureau
            .service
            .task(&bureau.officer, *task)
            .await
            .expect("there");
        let draws = bureau
            .service
            .draws_of_task(&bureau.officer, &view.task)
            .await
            .expect("read");
        other
            .propose_unsealing(&bureau.officer, draws[0].id)
            .await
            .expect("proposed");
        bureau
            .service
            .confirm_unsealing(&bureau.supervisor, draws[0].id)
            .await
            .expect("unsealed");
    }
    let mut read = bureau.store.read();
    for task in tasks {
        let attempts = store::draws::of_task::<Attempt>(&mut read, task)
            .await
            .expect("read");
        assert_eq!(attempts.len(), 1, "one attempt");
        let attempt = &attempts[0].body;
        let record = attempt.record().expect("one result");
        draw::verify(record.as_bytes()).expect("it replays");
        let found = store::tasks::find::<Task>(&mut read, task)
            .await
            .expect("read");
        let task = found.expect("there").body;
        let seen = other
            .draws_of_task(&bureau.officer, &task)
            .await
            .expect("read");
        assert_eq!(seen[0].record(), Some(record));
    }
    bureau
        .store
        .check_ledgers()
        .await
        .expect("the ledger holds");
}
