//! A bureau with one pool under the Dongguan pack, on a throw-away store.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::sync::Arc;

use documents::worker::Isolation;
use domain::actor::{Actor, Grant, Role};
use domain::event::{Event, EventKind, Subject};
use domain::id::{AccountId, OrganisationId, PoolId};
use domain::organisation::Organisation;
use domain::policy::library;
use domain::policy::pack::Pack;
use domain::pool::Pool;
use service::port::{StoppedClock, SystemEntropy};
use service::typed::Fields;
use service::{Ctx, Packs, Service, Settings};
use store::testing::{TestStore, now};
use store::{LedgerId, SearchText};
use uuid::Uuid;

/// The bureau.
pub(crate) struct Bureau {
    pub(crate) service: Service,
    pub(crate) store: store::Store,
    pub(crate) clock: Arc<StoppedClock>,
    /// The bureau of the last pool.
    pub(crate) organisation: OrganisationId,
    /// Id of the pack.
    law: &'static str,
    /// Pools in the order they were set up.
    pub(crate) pools: Vec<PoolId>,
}

fn pack(id: &str) -> Pack {
    let shipped = library::shipped(id).expect("shipped");
    domain::policy::check(shipped.pack).expect("the pack is sound")
}

fn serve(store: store::Store, pack: &Pack, clock: &Arc<StoppedClock>) -> Service {
    let settings = Settings {
        isolation: Some(Isolation::InProcess),
        ..Settings::default()
    };
    Service::new(
        store,
        Packs::new([pack.clone()]),
        Arc::clone(clock) as Arc<dyn service::port::Clock>,
        Arc::new(SystemEntropy),
        settings,
    )
}

impl Bureau {
    /// With so many pools, at least one; experts are added by each test.
    pub(crate) async fn open(test: &TestStore, pools: usize) -> Self {
        Self::under(test, "dg-2021", pools).await
    }

    /// The same under another pack.
    pub(crate) async fn under(test: &TestStore, id: &'static str, pools: usize) -> Self {
        let pack = pack(id);
        let clock = Arc::new(StoppedClock::at(now()));
        let service = serve(test.store.clone(), &pack, &clock);
        let mut ids = Vec::new();
        let mut last = OrganisationId(Uuid::nil());
        for n in 0..pools {
            let id = PoolId(Uuid::now_v7());
            let mut tx = test.store.write(LedgerId::System).await.expect("door");
            let organisation = OrganisationId(Uuid::now_v7());
            last = organisation;
            let body = Organisation {
                id: organisation,
                name: format!("示例市第{n}局"),
                credit_code: None,
                kind: None,
                listed: false,
                public_body: true,
                contact: None,
            };
            let keys = store::organisations::OrganisationKeys {
                name: body.name.clone(),
                name_sort: body.name.clone(),
                credit_code: None,
                kind: String::new(),
            };
            store::organisations::insert(
                &mut tx,
                organisation,
                keys,
                &SearchText::new().text(&body.name),
                body,
            )
            .await
            .expect("organisation");
            let pool = Pool {
                id,
                name: format!("示例专家库{n}"),
                pack: pack.id().to_owned(),
                pack_digest: pack.digest().to_string(),
                manager: organisation,
                phone: None,
                extension: None,
                settings: Vec::new(),
                demonstration: false,
            };
            let keys = store::pools::PoolKeys {
                no: 0,
                name: pool.name.clone(),
                pack: pool.pack.clone(),
                pack_digest: pool.pack_digest.clone(),
                status: "active".into(),
            };
            store::pools::insert(&mut tx, id, keys, pool)
                .await
                .expect("pool");
            tx.append(&store::testing::event(EventKind::PoolCreated.code(), now()))
                .await
                .expect("event");
            tx.commit().await.expect("commit");
            ids.push(id);
        }
        Self {
            service,
            store: test.store.clone(),
            clock,
            organisation: last,
            law: id,
            pools: ids,
        }
    }

    /// A second server on the same database.
    pub(crate) async fn beside(&self, test: &TestStore) -> Self {
        let store = test.again().await.expect("a second server");
        Self {
            service: serve(store.clone(), &pack(self.law), &self.clock),
            organisation: self.organisation,
            law: self.law,
            store,
            clock: Arc::clone(&self.clock),
            pools: self.pools.clone(),
        }
    }

    /// Somebody with a role in a pool.
    pub(crate) fn ctx(&self, role: Role, pool: usize) -> Ctx {
        let actor = Actor {
            account: Some(AccountId(Uuid::now_v7())),
            name: "周测试".into(),
            grants: vec![Grant::whole(role, self.pools[pool])],
            ..Actor::system()
        };
        self.service.ctx(actor, "127.0.0.1", "test")
    }

    /// The officer on another day.
    pub(crate) fn on(&self, day: jiff::civil::Date) -> Ctx {
        let mut ctx = self.officer();
        let noon = day.at(12, 0, 0, 0).in_tz("Asia/Shanghai");
        ctx.now = noon.expect("a zone").timestamp();
        ctx
    }

    pub(crate) fn officer(&self) -> Ctx {
        self.ctx(Role::Officer, 0)
    }

    /// The actions in a pool's ledger, newest first.
    pub(crate) async fn actions(&self, pool: usize) -> Vec<String> {
        let filter = store::ledger::EntryFilter {
            ledger: Some(LedgerId::Pool(self.pools[pool])),
            ..Default::default()
        };
        let entries = store::ledger::list(&mut self.store.read(), &filter, 200)
            .await
            .expect("ledger");
        entries.into_iter().map(|entry| entry.action).collect()
    }
}

/// A form from pairs.
pub(crate) fn form(pairs: &[(&str, &str)]) -> Fields {
    Fields::from(
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<Vec<_>>(),
    )
}

/// An invented identity number: Guangdong, a birth date, sequence 000 or 999, its check digit.
pub(crate) fn id_number(born: &str, man: bool) -> String {
    let body = format!("440000{born}{}", if man { "999" } else { "000" });
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body
        .bytes()
        .zip(weights)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    format!("{body}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

/// An event nobody reads, for doors that need one.
pub(crate) fn note(kind: EventKind) -> Event {
    Event::new(kind, Subject::new("test", "1"))
}
