//! Every route with every role, on its own pool, somebody else's and one that does not exist: the
//! answers are compared with `golden/routes.txt`. A route without a row there fails. To write the
//! file anew after a change was reviewed, run with `LINXUAN_BLESS=1`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use domain::account::AccountStatus;
use domain::actor::Role;
use domain::half_day::{HalfDay, Slot};
use domain::id::{AccountId, PersonId, PoolId, SpecialtyId};
use domain::organisation::OrganisationRef;
use domain::policy::library::SHIPPED;
use domain::pool::{Specialty, SpecialtyStatus};
use domain::task::{
    Call, Demand, Level, Mode, RecusalDemand, Request as Wanted, Reviewed, ReviewedPerson, Venue,
};
use jiff::Timestamp;
use service::accounts::NewAccount;
use service::pool_set_up::NewPool;
use service::port::{StoppedClock, SystemEntropy};
use service::sessions::Credentials;
use service::set_up::{NewPerson, SetUp};
use service::{Packs, Service, Settings};
use store::accounts::RoleGrant;
use store::persons::{PersonKeys, Private};
use store::pools::SpecialtyKeys;
use store::{Kind, LedgerId, document};
use tower::ServiceExt as _;
use web::routes::{Access, Route};
use web::security::Transport;
use web::state::App;

const PASSWORD: &str = "Yun9-jin-shan";
const ORIGIN: &str = "https://zjk.example.gov.cn";
/// The pool everybody of the walk works in, one of others, one that does not exist.
const POOLS: [&str; 3] = ["1", "2", "99"];

struct Site {
    router: Router,
    service: Service,
    clock: Arc<StoppedClock>,
    /// An account that account routes may do anything to.
    victim: AccountId,
    /// The first pool, and its specialty.
    pool: (PoolId, SpecialtyId),
    engine: store::testing::TestStore,
    callers: AtomicU32,
}

struct Answer {
    status: StatusCode,
    location: String,
    body: String,
}

impl Site {
    async fn open() -> Self {
        let engine = store::testing::TestStore::open(Kind::Sqlite).await;
        let start: Timestamp = "2022-06-06T01:00:00Z".parse().expect("a time");
        let clock = Arc::new(StoppedClock::at(start));
        let packs = SHIPPED
            .iter()
            .map(|shipped| domain::policy::check(shipped.pack).expect("sound"));
        let settings = Settings {
            public_url: ORIGIN.into(),
            ..Settings::default()
        };
        let service = Service::new(
            engine.store.clone(),
            Packs::new(packs),
            clock.clone(),
            Arc::new(SystemEntropy),
            settings,
        );
        let person = |login: &str| NewPerson {
            login: login.into(),
            name: format!("{login}甲"),
        };
        let pool = |name: &str| NewPool {
            name: name.into(),
            pack: "dg-2021".into(),
            ..NewPool::default()
        };
        let of_pool = [
            Role::Officer,
            Role::Approver,
            Role::Requester,
            Role::Supervisor,
            Role::Secretary,
            Role::Finance,
            Role::Recommender,
        ];
        let set_up = SetUp {
            bureau: "云津市人力资源和社会保障局".into(),
            help_phone: String::new(),
            pool: pool("职业技能培训专家库"),
            system_admin: person("system_admin"),
            password: PASSWORD.into(),
            password_again: PASSWORD.into(),
            security_admin: person("security_admin"),
            auditor: person("auditor"),
            colleagues: of_pool
                .iter()
                .map(|role| (*role, person(role.code())))
                .collect(),
        };
        let visitor = service.visitor("test", "test");
        let link = service
            .set_up_link()
            .await
            .expect("store")
            .expect("no account");
        let token = |address: &str| address.rsplit('/').next().expect("a token").to_owned();
        let done = service
            .set_up(&visitor, &token(&link), &set_up)
            .await
            .expect("set up");
        for link in done.links {
            service
                .use_password_link(&visitor, &token(&link.address), PASSWORD, PASSWORD)
                .await
                .expect("set");
        }
        let console = service.console();
        let mut ids = BTreeMap::new();
        for login in ["nobody", "expert", "victim", "stranger"] {
            let new = NewAccount {
                login: login.into(),
                name: format!("{login}甲"),
                unit: "云津市第二职业技术学校".into(),
                ..NewAccount::default()
            };
            let (id, link) = service
                .create_account(&console, &new)
                .await
                .expect("created");
            service
                .use_password_link(&visitor, &token(&link.address), PASSWORD, PASSWORD)
                .await
                .expect("set");
            ids.insert(login, id);
        }
        let bureau = service
            .authenticate(&Self::log_in(&service, "officer").await, "test", "test")
            .await
            .expect("store")
            .expect("live");
        service
            .create_pool(
                &console,
                bureau.ctx.actor.organisation.expect("a unit"),
                &pool("其他专家库"),
            )
            .await
            .expect("created");
        // The natural person behind the expert's account.
        let mut tx = engine.store.write(LedgerId::System).await.expect("door");
        let person = PersonId(uuid::Uuid::from_u128(7));
        let keys = PersonKeys {
            name: "何玉珍".into(),
            name_sort: "heyuzhen".into(),
        };
        store::persons::insert(
            &mut tx,
            person,
            keys,
            &Private::default(),
            domain::person::Profile::default(),
        )
        .await
        .expect("person");
        let mut row = store::accounts::find::<serde_json::Value>(&mut tx, ids["expert"])
            .await
            .expect("store")
            .expect("known");
        row.keys.person = Some(person);
        document::save(&mut tx, &mut row).await.expect("saved");
        let pool_id = service
            .pool_numbered(&bureau.ctx, 1)
            .await
            .expect("own")
            .pool
            .id;
        let grant = RoleGrant {
            role: Role::Expert.code().into(),
            pool: Some(pool_id),
            unit: String::new(),
        };
        store::accounts::set_roles(&mut tx, ids["expert"], &[grant])
            .await
            .expect("granted");
        let keys = SpecialtyKeys {
            pool: pool_id,
            name: "焊接".into(),
            status: "active".into(),
            position: 1,
        };
        let welding = Specialty {
            id: SpecialtyId(uuid::Uuid::from_u128(8)),
            pool: pool_id,
            name: "焊接".into(),
            occupation: None,
            status: SpecialtyStatus::Active,
        };
        document::insert(&mut tx, welding.id, keys, &welding)
            .await
            .expect("saved");
        // Another unit's requester in the same pool.
        let grant = RoleGrant {
            role: Role::Requester.code().into(),
            pool: Some(pool_id),
            unit: String::new(),
        };
        store::accounts::set_roles(&mut tx, ids["stranger"], &[grant])
            .await
            .expect("granted");
        tx.append(&store::testing::event("test.fixture", start))
            .await
            .expect("recorded");
        tx.commit().await.expect("committed");

        let pool = (pool_id, SpecialtyId(uuid::Uuid::from_u128(8)));
        let app = App::new(
            service.clone(),
            Transport::Tls {
                origins: vec![ORIGIN.into()],
            },
        )
        .await
        .expect("app");
        let router = web::app(&app).expect("an origin");
        Self {
            router,
            service,
            clock,
            victim: ids["victim"],
            pool,
            engine,
            callers: AtomicU32::new(0),
        }
    }

    async fn log_in(service: &Service, login: &str) -> String {
        let typed = Credentials {
            login: login.into(),
            password: PASSWORD.into(),
            network: login.into(),
            agent: String::new(),
        };
        let visitor = service.visitor("test", "test");
        service
            .log_in(&visitor, &typed)
            .await
            .unwrap_or_else(|error| panic!("{login}: {error}"))
            .token
    }

    /// Sends one request as a browser of our own site would, from a network of its own.
    async fn send(
        &self,
        method: &Method,
        address: &str,
        token: Option<&str>,
        site: &str,
    ) -> Answer {
        let n = self.callers.fetch_add(1, Ordering::Relaxed);
        let mut request = Request::builder()
            .method(method)
            .uri(address)
            .header(header::HOST, "zjk.example.gov.cn")
            .header("sec-fetch-site", site)
            .header(
                header::ORIGIN,
                if site == "same-origin" {
                    ORIGIN
                } else {
                    "https://elsewhere.example"
                },
            )
            .header(
                "x-forwarded-for",
                format!("10.{}.{}.1", n >> 8 & 255, n & 255),
            );
        if method == Method::POST {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        if let Some(token) = token {
            request = request.header(header::COOKIE, format!("__Host-linxuan={token}"));
        }
        let request = request.body(Body::empty()).expect("a request");
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let status = response.status();
        let location = response
            .headers()
            .get(header::LOCATION)
            .and_then(|to| to.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let body = to_bytes(response.into_body(), 4 << 20)
            .await
            .expect("a body");
        Answer {
            status,
            location,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}

/// An address with its parameters filled in; what is not named here names nothing that exists.
fn fill(site: &Site, path: &str, pool: &str) -> String {
    let mut address = String::new();
    let mut rest = path;
    while let Some((before, parameter)) = rest.split_once('{') {
        let (name, after) = parameter.split_once('}').expect("closed");
        address.push_str(before);
        match name {
            "no" => address.push_str(pool),
            "account" => write!(address, "{}", site.victim).expect("a string"),
            _ => address.push_str("01890000-0000-7000-8000-000000000001"),
        }
        rest = after;
    }
    address + rest
}

const LOGINS: [&str; 13] = [
    "visitor",
    "nobody",
    "officer",
    "approver",
    "requester",
    "secretary",
    "supervisor",
    "finance",
    "expert",
    "recommender",
    "system_admin",
    "security_admin",
    "auditor",
];

fn table() -> Vec<Route> {
    web::routes::all().table().to_vec()
}

fn is_api(route: &Route) -> bool {
    route.path.starts_with("/api/")
}

/// Covers: DG-3-a.
#[tokio::test]
async fn every_route_answers_every_role_as_reviewed() {
    let site = Site::open().await;
    let mut tokens: BTreeMap<&str, String> = BTreeMap::new();
    let mut text = String::from(
        "# method path [what it needs]\n#   role: own pool, another's pool, no pool\n",
    );
    for route in table() {
        let pooled = route.path.contains("{no}");
        writeln!(
            text,
            "{} {} [{}]",
            route.method,
            route.path,
            route.access.describe()
        )
        .expect("a string");
        let mut answers: Vec<(String, Vec<&str>)> = Vec::new();
        for login in LOGINS {
            let mut cells = Vec::new();
            let mut bodies = Vec::new();
            for pool in if pooled { &POOLS[..] } else { &POOLS[..1] } {
                let token = match login {
                    "visitor" => None,
                    _ => {
                        let live = match tokens.get(login) {
                            Some(token) => site
                                .service
                                .authenticate(token, "test", "test")
                                .await
                                .expect("store")
                                .is_some(),
                            None => false,
                        };
                        if !live {
                            tokens.insert(login, Site::log_in(&site.service, login).await);
                        }
                        tokens.get(login).map(String::as_str)
                    }
                };
                let answer = site
                    .send(
                        &route.method,
                        &fill(&site, route.path, pool),
                        token,
                        "same-origin",
                    )
                    .await;
                assert!(
                    !answer.status.is_server_error(),
                    "{} {} as {login}: {}",
                    route.method,
                    route.path,
                    answer.body
                );
                cells.push(answer.status.as_u16().to_string());
                bodies.push((
                    answer.status,
                    answer.location.replace(&format!("/p/{pool}"), "/p/N"),
                    answer.body,
                ));
            }
            if pooled {
                // To whoever holds no role there, a pool that exists is a pool that does not.
                let (foreign, missing) = (&bodies[1], &bodies[2]);
                assert_eq!(
                    foreign.0, missing.0,
                    "{} {} as {login}",
                    route.method, route.path
                );
                if foreign.0 == StatusCode::NOT_FOUND {
                    assert_eq!(
                        foreign.2, missing.2,
                        "{} {} as {login}",
                        route.method, route.path
                    );
                }
            }
            let cells = cells.join(" ");
            match answers.iter_mut().find(|(same, _)| *same == cells) {
                Some((_, logins)) => logins.push(login),
                None => answers.push((cells, vec![login])),
            }
        }
        for (cells, logins) in answers {
            writeln!(text, "  {cells}: {}", logins.join(" ")).expect("a string");
        }
    }
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/routes.txt");
    if std::env::var_os("LINXUAN_BLESS").is_some() {
        std::fs::write(golden, &text).expect("written");
    }
    let known = std::fs::read_to_string(golden).unwrap_or_default();
    for (line, (found, known)) in text.lines().zip(known.lines()).enumerate() {
        assert_eq!(
            found,
            known,
            "line {} of tests/golden/routes.txt; review, then LINXUAN_BLESS=1",
            line + 1
        );
    }
    assert_eq!(
        text.lines().count(),
        known.lines().count(),
        "routes were added or removed"
    );
}

/// A task of one unit is, to another unit's requester in the same pool and to people of other pools, a
/// task that does not exist: same status, same page.
///
/// Covers: DG-3-a.
#[tokio::test]
async fn a_foreign_task_answers_like_a_missing_one() {
    let site = Site::open().await;
    let requester = Site::log_in(&site.service, "requester").await;
    let asking = site
        .service
        .authenticate(&requester, "test", "test")
        .await
        .expect("store")
        .expect("live");
    let wanted = Wanted {
        content: "焊接项目评审".into(),
        scope: "考核评价".into(),
        kind: "8-4".into(),
        sub_kind: Some("项目评审".into()),
        fields: [].into(),
        half_days: vec![HalfDay {
            date: jiff::civil::date(2022, 6, 20),
            slot: Slot::Morning,
        }],
        starts_at: Some("09:00".into()),
        place: "会议室".into(),
        venue: Venue::OnSite,
        reviewed: vec![Reviewed {
            organisation: OrganisationRef {
                id: None,
                name: "受评单位".into(),
                credit_code: None,
            },
            listed: false,
            people: vec![ReviewedPerson {
                name: "项目负责人甲".into(),
                leads: true,
            }],
            call: Some(Call {
                guideline: "G1".into(),
                round: "2022-1".into(),
            }),
        }],
        demands: vec![Demand {
            label: "焊接组".into(),
            specialties: vec![site.pool.1],
            level: Level::Title {
                rung: "副高级".into(),
            },
            duty: None,
            seats: 1,
            reserves: 1,
        }],
        per_employer: None,
        recusal: RecusalDemand::Nobody,
        mode: Mode::Random,
    };
    let task = site
        .service
        .file_task(&asking.ctx, site.pool.0, wanted)
        .await
        .expect("filed")
        .to_string();
    let missing = "01890000-0000-7000-8000-000000000001";
    let mut seen = 0;
    for route in table()
        .into_iter()
        .filter(|route| route.path.contains("{task}") && route.method == Method::GET)
    {
        let address = |id: &str| fill(&site, &route.path.replace("{task}", id), "1");
        let own = site
            .send(
                &route.method,
                &address(&task),
                Some(&requester),
                "same-origin",
            )
            .await;
        seen += usize::from(own.status == StatusCode::OK);
    }
    assert!(seen >= 3, "its own unit sees it on {seen} addresses");
    for login in [
        "stranger",
        "expert",
        "secretary",
        "nobody",
        "system_admin",
        "auditor",
    ] {
        let token = Site::log_in(&site.service, login).await;
        for route in table()
            .into_iter()
            .filter(|route| route.path.contains("{task}"))
        {
            let address = |id: &str| fill(&site, &route.path.replace("{task}", id), "1");
            let foreign = site
                .send(&route.method, &address(&task), Some(&token), "same-origin")
                .await;
            let nothing = site
                .send(
                    &route.method,
                    &address(missing),
                    Some(&token),
                    "same-origin",
                )
                .await;
            let said = |answer: &Answer, id: &str| {
                (
                    answer.status,
                    answer.location.replace(id, "ID"),
                    answer.body.replace(id, "ID"),
                )
            };
            assert_eq!(
                said(&foreign, &task),
                said(&nothing, missing),
                "{} {} as {login}",
                route.method,
                route.path
            );
        }
    }
}

#[tokio::test]
async fn whoever_is_not_logged_in_is_asked_to_log_in() {
    let site = Site::open().await;
    for route in table() {
        let answer = site
            .send(
                &route.method,
                &fill(&site, route.path, "1"),
                None,
                "same-origin",
            )
            .await;
        let told = if is_api(&route) {
            answer.status == StatusCode::UNAUTHORIZED
        } else {
            answer.status == StatusCode::SEE_OTHER && answer.location.starts_with("/login?back=")
        };
        assert_eq!(
            told,
            route.access != Access::Public,
            "{} {}: {}",
            route.method,
            route.path,
            answer.status
        );
    }
}

#[tokio::test]
async fn a_password_that_must_be_changed_closes_everything_else() {
    let site = Site::open().await;
    let mut tx = site
        .engine
        .store
        .write(LedgerId::System)
        .await
        .expect("door");
    let mut row = store::accounts::by_login::<serde_json::Value>(&mut tx, "officer")
        .await
        .expect("store")
        .expect("known");
    row.keys.status = AccountStatus::MustChangePassword.code().into();
    document::save(&mut tx, &mut row).await.expect("saved");
    tx.append(&store::testing::event("test.fixture", site.clock_now()))
        .await
        .expect("recorded");
    tx.commit().await.expect("committed");
    let token = Site::log_in(&site.service, "officer").await;
    let mut open = Vec::new();
    for route in table()
        .into_iter()
        .filter(|route| route.access != Access::Public)
    {
        let answer = site
            .send(
                &route.method,
                &fill(&site, route.path, "1"),
                Some(&token),
                "same-origin",
            )
            .await;
        let closed = if is_api(&route) {
            answer.status == StatusCode::FORBIDDEN
        } else {
            answer.status == StatusCode::SEE_OTHER && answer.location == "/me/password"
        };
        if !closed {
            open.push(format!("{} {}", route.method, route.path));
        }
        if site
            .service
            .authenticate(&token, "test", "test")
            .await
            .expect("store")
            .is_none()
        {
            break;
        }
    }
    // The walk ends with the log-out, which is open to any session; the rest is walked with a second one.
    assert_eq!(open, ["POST /logout"]);
    let token = Site::log_in(&site.service, "officer").await;
    let after = table()
        .into_iter()
        .filter(|route| !matches!(route.access, Access::Public | Access::Session));
    let mut open = Vec::new();
    for route in after {
        let answer = site
            .send(
                &route.method,
                &fill(&site, route.path, "1"),
                Some(&token),
                "same-origin",
            )
            .await;
        let closed = answer.status == StatusCode::FORBIDDEN || answer.location == "/me/password";
        if !closed {
            open.push(format!("{} {}", route.method, route.path));
        }
    }
    assert_eq!(open, ["GET /me/password", "POST /me/password"]);
}

#[tokio::test]
async fn nothing_is_changed_for_another_site() {
    let site = Site::open().await;
    let token = Site::log_in(&site.service, "system_admin").await;
    for route in table()
        .into_iter()
        .filter(|route| route.method != Method::GET)
    {
        let answer = site
            .send(
                &route.method,
                &fill(&site, route.path, "1"),
                Some(&token),
                "cross-site",
            )
            .await;
        assert_eq!(
            answer.status,
            StatusCode::FORBIDDEN,
            "{} {}",
            route.method,
            route.path
        );
    }
    assert!(
        site.service
            .authenticate(&token, "test", "test")
            .await
            .expect("store")
            .is_some(),
        "not even a log-out"
    );
}

#[tokio::test]
async fn a_withdrawn_session_is_worth_nothing_and_leaves_nothing_behind() {
    let site = Site::open().await;
    let token = Site::log_in(&site.service, "officer").await;
    let get = Method::GET;
    assert_eq!(
        site.send(&get, "/me", Some(&token), "same-origin")
            .await
            .status,
        StatusCode::OK
    );
    let out = Request::post("/logout")
        .header("sec-fetch-site", "same-origin")
        .header(header::COOKIE, format!("__Host-linxuan={token}"))
        .body(Body::empty())
        .expect("a request");
    let response = site.router.clone().oneshot(out).await.expect("an answer");
    assert!(response.headers().contains_key("clear-site-data"));
    let cookie = response.headers()[header::SET_COOKIE]
        .to_str()
        .expect("text")
        .to_owned();
    for part in [
        "__Host-linxuan=;",
        "HttpOnly",
        "SameSite=Strict",
        "Secure",
        "Path=/",
        "Max-Age=0",
    ] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert_eq!(
        site.send(&get, "/me", Some(&token), "same-origin")
            .await
            .status,
        StatusCode::SEE_OTHER
    );

    let token = Site::log_in(&site.service, "officer").await;
    let id = site
        .service
        .account_by_login(&site.service.console(), "officer")
        .await
        .expect("known")
        .id;
    site.service
        .disable_account(&site.service.console(), id)
        .await
        .expect("disabled");
    assert_eq!(
        site.send(&get, "/me", Some(&token), "same-origin")
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        site.send(&get, "/api/v1/session", Some(&token), "same-origin")
            .await
            .status,
        StatusCode::UNAUTHORIZED
    );
}

impl Site {
    fn clock_now(&self) -> Timestamp {
        use service::port::Clock as _;
        self.clock.now()
    }
}
