//! Objects of another pool answer like ones that do not exist, on every address that names an object,
//! whoever asks and even when the one who asks works in both pools.

#[path = "../../service/tests/bureau/mod.rs"]
mod bureau;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use bureau::Bureau;
use domain::actor::{Actor, Grant, Role};
use domain::id::AccountId;
use service::accounts::NewAccount;
use service::misconduct::Proposal;
use service::pool_set_up::NewPool;
use service::relations::RelationDraft;
use service::sessions::Credentials;
use service::typed::Fields;
use store::Kind;
use store::testing::TestStore;
use tower::ServiceExt as _;
use web::routes::Route;
use web::security::Transport;
use web::state::App;

const PASSWORD: &str = "quiet rain on 97 old tiles";
const MISSING: &str = "01890000-0000-7000-8000-000000000001";
/// What bodies of every kind understand, so that refusals come from the object and not from the form.
const JSON: &str = r#"{"version":1,"person_version":1,"reason":"理由","purpose":"核查","party":"manager",
    "commitment":"1111111111111111111111111111111111111111111111111111111111111111",
    "share":"1111111111111111111111111111111111111111111111111111111111111111","status_confirmed":true,
    "accepts":true,"ground":"10-7","note":"说明","follow":"top_up","confirm":true,"act":"rename","name":"新名称",
    "to":"2022-06-30","leave_out_errors":true}"#;
const FORM: &str = "version=1&person_version=1&reason=%E7%90%86&purpose=%E6%A0%B8&commitment=11&share=11&\
    status_confirmed=yes&accepts=yes&ground=10-7&note=x&follow=top_up&decision=confirm&act=rename&text=x&name=x&\
    to=2022-06-30&do=file";

struct Town {
    bureau: Bureau,
    router: Router,
    /// The objects of the first pool by the name of their parameter and, where several share a name, by the
    /// word before it.
    objects: BTreeMap<&'static str, String>,
    callers: AtomicU32,
}

impl Town {
    async fn open(engine: &TestStore) -> Self {
        let bureau = Bureau::open(engine, 8).await;
        let service = &bureau.service;
        let (task, draw) = bureau.unsealed(2, 5).await;
        let seats = service.seats(&bureau.officer, task).await.expect("seats");
        let expert = seats[0].engagement.expert;
        let pool = service
            .pool_numbered(&bureau.officer, 1)
            .await
            .expect("open");
        let kind = service::relations::kinds(&pool)[0].clone();
        let draft = RelationDraft {
            kind,
            with: "person".into(),
            person: "某人".into(),
            from: "2020-01-01".into(),
            note: "申报".into(),
            ..RelationDraft::default()
        };
        let relation = service
            .add_relation(&bureau.officer, 1, expert, &draft)
            .await
            .expect("a relation");
        let file = service
            .add_attachment(
                &bureau.officer,
                1,
                expert,
                "其他",
                "证明.pdf",
                b"%PDF-1.4\n%%EOF\n".to_vec(),
            )
            .await
            .expect("a file");
        let conduct = pool.pack.conduct.as_ref().expect("kinds");
        let proposal = Proposal {
            expert,
            kind: conduct.kinds[0].id.clone(),
            on: jiff::civil::date(2022, 6, 5),
            task: Some(task),
            evidence: "事实".into(),
            effect: Some("影响".into()),
        };
        let record = service
            .propose_misconduct(&bureau.officer, bureau.pool, proposal)
            .await
            .expect("a record");
        let mut fields = Fields::default();
        fields.push("basis", "云人社纪〔2022〕3号");
        fields.push("basis_on", "2022-06-01");
        let import = service
            .begin_import(
                &bureau.officer,
                1,
                "名册.csv",
                "姓名\n甲乙\n".as_bytes().to_vec(),
                &fields,
            )
            .await
            .expect("an import");
        let applications = [
            bureau.applied("self_nominated", 0, None).await,
            bureau.applied("cross_pool", 1, None).await,
        ];
        let meeting = bureau.classified(&applications).await;
        let issuance = service
            .issue_certificates(&bureau.officer, 1, &applications[..1], false)
            .await
            .expect("issued");
        let issued = service
            .issuance(&bureau.officer, 1, issuance)
            .await
            .expect("a batch");
        service
            .create_pool(
                &service.console(),
                uuid::Uuid::from_u128(10).into(),
                &NewPool {
                    name: "第二专家库".into(),
                    pack: "dg-2021".into(),
                    ..NewPool::default()
                },
            )
            .await
            .expect("a second pool");
        let objects = BTreeMap::from([
            ("task", task.to_string()),
            ("draw", draw.to_string()),
            ("seat", seats[0].engagement.id.to_string()),
            ("experts", expert.to_string()),
            ("relation", relation.to_string()),
            ("file", file.to_string()),
            ("record", record.to_string()),
            ("imports", import.to_string()),
            ("applications", applications[1].to_string()),
            ("meeting", meeting.to_string()),
            ("issuance", issuance.to_string()),
            ("certificate", issued.done[0].to_string()),
            ("specialties", bureau.specialty.to_string()),
        ]);
        let app = App::new(service.clone(), Transport::Plain)
            .await
            .expect("an app");
        Self {
            router: web::app(&app).expect("a router"),
            bureau,
            objects,
            callers: AtomicU32::new(0),
        }
    }

    /// Somebody with this role in these pools.
    async fn log_in(&self, role: Role, pools: &[i64]) -> String {
        let service = &self.bureau.service;
        let login = format!("{}{}", role.code(), pools.len());
        let new = NewAccount {
            login: login.clone(),
            name: "同事甲".into(),
            organisation: Some(self.bureau.requester),
            ..NewAccount::default()
        };
        let (id, link) = service
            .create_account(&service.console(), &new)
            .await
            .expect("an account");
        let nobody = service.visitor("test", "test");
        let token = link.address.rsplit('/').next().expect("a token");
        service
            .use_password_link(&nobody, token, PASSWORD, PASSWORD)
            .await
            .expect("a password");
        let security = Actor {
            account: Some(AccountId(uuid::Uuid::from_u128(77))),
            name: "安全管理员".into(),
            grants: vec![Grant {
                role: Role::SecurityAdmin,
                pool: None,
            }],
            ..Actor::system()
        };
        let security = service.ctx(security, "test", "");
        for no in pools {
            service
                .grant_role(&security, id, role, Some(*no))
                .await
                .expect("a role");
        }
        let typed = Credentials {
            login,
            password: PASSWORD.to_owned(),
            network: "192.0.2.1".to_owned(),
            agent: "test".to_owned(),
        };
        service
            .log_in(&nobody, &typed)
            .await
            .expect("a session")
            .token
    }

    async fn send(&self, route: &Route, address: &str, token: &str) -> (u16, String) {
        let n = self.callers.fetch_add(1, Ordering::Relaxed);
        let api = route.path.starts_with("/api/");
        let (kind, body) = if api {
            ("application/json", JSON)
        } else {
            ("application/x-www-form-urlencoded", FORM)
        };
        let mut request = Request::builder()
            .method(&route.method)
            .uri(address)
            .header(header::HOST, "localhost")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, format!("linxuan={token}"));
        if route.method == Method::POST {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let peer = std::net::SocketAddr::from(([10, 0, (n >> 8 & 255) as u8, (n & 255) as u8], 9));
        let body = if route.method == Method::POST {
            body
        } else {
            ""
        };
        let mut request = request.body(Body::from(body)).expect("a request");
        request
            .extensions_mut()
            .insert(axum::extract::ConnectInfo(peer));
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let status = response.status().as_u16();
        let location = response
            .headers()
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let bytes = to_bytes(response.into_body(), 4 << 20)
            .await
            .expect("a body");
        (status, location + &String::from_utf8_lossy(&bytes))
    }

    /// The address in a pool with the objects of the first one, or with ones that do not exist; `None`
    /// when it names no object of a pool.
    fn address(&self, route: &Route, pool: &str, exist: bool) -> Option<String> {
        let (mut address, mut rest, mut named) = (String::new(), route.path, false);
        while let Some((before, parameter)) = rest.split_once('{') {
            let (name, after) = parameter.split_once('}')?;
            address.push_str(before);
            let word = before.trim_end_matches('/').rsplit('/').next()?;
            let object = self.objects.get(if name == "id" { word } else { name });
            match (name, object) {
                ("no", _) => address.push_str(pool),
                (_, Some(object)) if exist => {
                    named = true;
                    address.push_str(object);
                }
                _ => {
                    named |= object.is_some();
                    address.push_str(MISSING);
                }
            }
            rest = after;
        }
        (named && route.path.contains("{no}")).then(|| address + rest)
    }
}

/// Covers: DG-3-a.
#[tokio::test]
async fn objects_of_another_pool_answer_like_missing_ones() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let town = Town::open(&engine).await;
    let before = town.bureau.ledger().await.len();
    let mut walked = 0;
    let mut told = Vec::new();
    for role in [
        Role::Officer,
        Role::Approver,
        Role::Requester,
        Role::Supervisor,
    ] {
        for pools in [&[2][..], &[2, 1]] {
            let token = town.log_in(role, pools).await;
            for route in web::routes::all().table() {
                let (Some(foreign), Some(missing)) = (
                    town.address(route, "2", true),
                    town.address(route, "2", false),
                ) else {
                    continue;
                };
                let plain = |mut answer: (u16, String)| {
                    for id in town.objects.values() {
                        answer.1 = answer.1.replace(id.as_str(), MISSING);
                    }
                    answer
                };
                let foreign = plain(town.send(route, &foreign, &token).await);
                let missing = plain(town.send(route, &missing, &token).await);
                walked += 1;
                if foreign != missing {
                    told.push(format!(
                        "{} {} as {} of {pools:?}: {} instead of {}",
                        route.method,
                        route.path,
                        role.code(),
                        foreign.0,
                        missing.0
                    ));
                }
            }
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert!(walked > 400, "{walked}");
    assert_eq!(
        town.bureau.ledger().await.len(),
        before,
        "nothing was done to the other pool"
    );
}

/// The same addresses do answer in the pool the objects belong to; otherwise the walk proves nothing.
#[tokio::test]
async fn the_same_objects_answer_in_their_own_pool() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let town = Town::open(&engine).await;
    let token = town.log_in(Role::Officer, &[1]).await;
    let mut seen = 0;
    for route in web::routes::all().table() {
        if route.method != Method::GET {
            continue;
        }
        if let Some(own) = town.address(route, "1", true) {
            seen += usize::from(town.send(route, &own, &token).await.0 == 200);
        }
    }
    assert!(seen >= 20, "{seen}");
}
