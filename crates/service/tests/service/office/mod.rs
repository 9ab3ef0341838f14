//! A freshly set-up installation: three administrators, a bureau, one pool and its people.

use std::sync::Arc;

use domain::actor::Role;
use domain::event::EventKind;
use domain::id::AccountId;
use domain::policy::library::SHIPPED;
use jiff::Timestamp;
use service::accounts::NewAccount;
use service::pool_set_up::NewPool;
use service::port::{StoppedClock, SystemEntropy};
use service::sessions::{Credentials, Gate, SignedIn, Started};
use service::set_up::{NewPerson, SetUp};
use service::{Packs, Result, Service, Settings};
use store::LedgerId;
use store::ledger::{Entry, EntryFilter};
use store::testing::TestStore;

pub(crate) const PASSWORD: &str = "Yun9-jin-shan";

pub(crate) struct Office {
    pub(crate) service: Service,
    pub(crate) clock: Arc<StoppedClock>,
    pub(crate) store: store::Store,
}

pub(crate) fn person(login: &str, name: &str) -> NewPerson {
    NewPerson {
        login: login.into(),
        name: name.into(),
    }
}

pub(crate) fn form() -> SetUp {
    SetUp {
        bureau: "云津市人力资源和社会保障局".into(),
        help_phone: String::new(),
        pool: NewPool {
            name: "职业技能培训专家库".into(),
            pack: "dg-2021".into(),
            ..NewPool::default()
        },
        system_admin: person("wangqiang", "王强"),
        password: PASSWORD.into(),
        password_again: PASSWORD.into(),
        security_admin: person("liwentao", "李文涛"),
        auditor: person("zhoumin", "周敏"),
        colleagues: vec![(Role::Officer, person("chenqiming", "陈启明"))],
    }
}

/// The token at the end of a one-time address.
pub(crate) fn token(address: &str) -> String {
    address.rsplit('/').next().expect("a token").to_owned()
}

impl Office {
    /// Nothing is set up yet. The instrument is in force: Monday 2022-06-06, 09:00 in Shanghai.
    pub(crate) fn bare(engine: &TestStore) -> Self {
        let clock = Arc::new(StoppedClock::at(
            "2022-06-06T01:00:00Z".parse().expect("a time"),
        ));
        let packs = SHIPPED
            .iter()
            .map(|shipped| domain::policy::check(shipped.pack).expect("sound"));
        let store = engine.store.clone();
        let service = Service::new(
            store.clone(),
            Packs::new(packs),
            clock.clone(),
            Arc::new(SystemEntropy),
            Settings::default(),
        );
        Self {
            service,
            clock,
            store,
        }
    }

    /// Everybody has set their password.
    pub(crate) async fn open(engine: &TestStore) -> Self {
        let office = Self::bare(engine);
        let link = office
            .service
            .set_up_link()
            .await
            .expect("store")
            .expect("no account yet");
        let visitor = office.service.visitor("192.0.2.1", "r");
        let done = office
            .service
            .set_up(&visitor, &token(&link), &form())
            .await
            .expect("set up");
        for link in done.links {
            office
                .set_password(&link.address)
                .await
                .expect("password set");
        }
        office
    }

    pub(crate) async fn set_password(&self, address: &str) -> Result<()> {
        let visitor = self.service.visitor("192.0.2.1", "r");
        self.service
            .use_password_link(&visitor, &token(address), PASSWORD, PASSWORD)
            .await
    }

    pub(crate) async fn try_log_in(
        &self,
        login: &str,
        password: &str,
        network: &str,
    ) -> Result<Started> {
        let typed = Credentials {
            login: login.into(),
            password: password.into(),
            network: network.into(),
            agent: "test".into(),
        };
        self.service
            .log_in(&self.service.visitor(network, "r"), &typed)
            .await
    }

    pub(crate) async fn session(&self, token: &str) -> Option<SignedIn> {
        self.service
            .authenticate(token, "192.0.2.1", "r")
            .await
            .expect("store")
    }

    /// Logs in with the usual password.
    pub(crate) async fn log_in(&self, login: &str) -> (String, SignedIn) {
        let started = self
            .try_log_in(login, PASSWORD, "office")
            .await
            .expect("logged in");
        let session = self.session(&started.token).await.expect("live");
        assert_eq!(session.gate, started.gate);
        (started.token, session)
    }

    /// An account with its password set.
    pub(crate) async fn add(&self, login: &str, name: &str) -> AccountId {
        let (_, admin) = self.log_in("wangqiang").await;
        let new = NewAccount {
            login: login.into(),
            name: name.into(),
            ..NewAccount::default()
        };
        let (id, link) = self
            .service
            .create_account(&admin.ctx, &new)
            .await
            .expect("created");
        self.set_password(&link.address)
            .await
            .expect("password set");
        id
    }

    pub(crate) async fn id_of(&self, login: &str) -> AccountId {
        self.service
            .account_by_login(&self.service.console(), login)
            .await
            .expect("known")
            .id
    }

    /// Entries of this kind in the system's ledger, newest first.
    pub(crate) async fn entries(&self, kind: EventKind) -> Vec<Entry> {
        let filter = EntryFilter {
            ledger: Some(LedgerId::System),
            action: Some(kind.code().into()),
            ..EntryFilter::default()
        };
        store::ledger::list(&mut self.store.read(), &filter, 1000)
            .await
            .expect("store")
    }

    pub(crate) fn at(&self, time: &str) {
        self.clock.set(time.parse::<Timestamp>().expect("a time"));
    }
}

pub(crate) const OPEN: Gate = Gate::Open;
