//! Objects of another pool answer like ones that do not exist, on every address that names an object,
//! whoever asks and even when the one who asks works in both pools.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::bureau::Bureau;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use domain::actor::{Actor, Grant, Role};
use domain::id::{AccountId, OrganisationId};
use service::accounts::NewAccount;
use service::misconduct::Proposal;
use service::pool_set_up::NewPool;
use service::relations::RelationDraft;
use service::roles::RoleIn;
use service::sessions::Credentials;
use service::solicitations::Wording;
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
    "to":"2022-06-30","leave_out_errors":true,"notice":{}}"#;
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
        let campaign = service
            .start_campaign(
                &bureau.officer,
                bureau.pool,
                Some(jiff::civil::date(2022, 7, 31)),
                false,
            )
            .await
            .expect("a campaign");
        // More seats than people, so that the requester may propose an invitation.
        let short = bureau.accepted(9).await;
        let invited = service::special_invitations::Proposal {
            task: Some(short),
            name: "受邀人甲".into(),
            employer: "示例理工大学".into(),
            phone: "15400000801".into(),
            specialty: bureau.specialty.to_string(),
            reason: "人数不足".into(),
            fitness: "正高级工程师".into(),
            ..service::special_invitations::Proposal::default()
        };
        let invitation = service
            .propose_special_invitation(&bureau.asking, bureau.pool, &invited)
            .await
            .expect("an invitation");
        let applications = [
            bureau.applied("self_nominated", 0, None).await,
            bureau.applied("cross_pool", 1, None).await,
        ];
        let meeting = bureau.classified(&applications).await;
        let issuance = service
            .issue_certificates(
                &bureau.officer,
                1,
                service::certificates::Order {
                    chosen: &applications[..1],
                    ..service::certificates::Order::default()
                },
            )
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
        let notice = service
            .draft_notice(&bureau.officer, bureau.pool, &Wording::default())
            .await
            .expect("a notice");
        let letter = service::feedback::Letter {
            topic: "other".into(),
            text: "建议延长窗口时间。".into(),
            ..service::feedback::Letter::default()
        };
        service
            .send_feedback(&service.visitor("test", "test"), 1, &letter)
            .await
            .expect("taken");
        let written = service
            .feedback(&bureau.officer, 1, &[], &service::PageRequest::first(1))
            .await
            .expect("listed");
        let objects = BTreeMap::from([
            ("feedback", written.items[0].id.to_string()),
            ("notice", notice.to_string()),
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
            ("campaign", campaign.to_string()),
            ("expert", expert.to_string()),
            ("invitation", invitation.to_string()),
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

    /// Somebody of a unit with this role in these pools.
    async fn log_in(&self, role: Role, pools: &[i64], unit: OrganisationId) -> String {
        let service = &self.bureau.service;
        let login = format!("{}{}", role.code(), pools.len());
        let new = NewAccount {
            login: login.clone(),
            name: "同事甲".into(),
            organisation: Some(unit),
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
            grants: vec![Grant::of_system(Role::SecurityAdmin)],
            ..Actor::system()
        };
        let security = service.ctx(security, "test", "");
        for no in pools {
            service
                .grant_role(&security, id, RoleIn::new(role, Some(*no)))
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

    /// What an address answers; the objects' own ids in it count as the missing one's.
    async fn plain(&self, route: &Route, address: &str, token: &str) -> (u16, String) {
        let mut answer = self.send(route, address, token).await;
        for id in self.objects.values() {
            answer.1 = answer.1.replace(id.as_str(), MISSING);
        }
        answer
    }

    /// Every address in a pool with the objects, and with ones that do not exist: how many there are,
    /// and those that tell the two apart.
    async fn walk(
        &self,
        token: &str,
        pool: &str,
        routes: impl Fn(&Route) -> bool,
    ) -> (u32, Vec<String>) {
        let (mut walked, mut told) = (0, Vec::new());
        for route in web::routes::all()
            .table()
            .iter()
            .filter(|route| routes(route))
        {
            let (Some(foreign), Some(missing)) = (
                self.address(route, pool, true),
                self.address(route, pool, false),
            ) else {
                continue;
            };
            let foreign = self.plain(route, &foreign, token).await;
            let missing = self.plain(route, &missing, token).await;
            walked += 1;
            if foreign != missing {
                told.push(format!(
                    "{} {}: {} instead of {}",
                    route.method, route.path, foreign.0, missing.0
                ));
            }
        }
        (walked, told)
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
            let token = town.log_in(role, pools, town.bureau.requester).await;
            let (some, apart) = town.walk(&token, "2", |_| true).await;
            walked += some;
            let who = |what: String| format!("{what}, as {} of {pools:?}", role.code());
            told.extend(apart.into_iter().map(who));
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

/// Requests, draws, seats and special invitations of one unit do not exist for another unit's requester.
///
/// Covers: DG-3-a.
#[tokio::test]
async fn objects_of_another_unit_answer_like_missing_ones() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let town = Town::open(&engine).await;
    let before = town.bureau.ledger().await.len();
    let other = OrganisationId(uuid::Uuid::from_u128(12));
    let token = town.log_in(Role::Requester, &[1], other).await;
    let units = ["{task}", "{draw}", "{seat}", "{invitation}"];
    let of_a_unit = |route: &Route| units.iter().any(|name| route.path.contains(name));
    let (walked, told) = town.walk(&token, "1", of_a_unit).await;
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert!(walked > 60, "{walked}");
    assert_eq!(town.bureau.ledger().await.len(), before);
}

/// The same addresses do answer in the pool the objects belong to; otherwise the walk proves nothing.
#[tokio::test]
async fn the_same_objects_answer_in_their_own_pool() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let town = Town::open(&engine).await;
    let token = town
        .log_in(Role::Officer, &[1], town.bureau.requester)
        .await;
    let mut seen = 0;
    for route in web::routes::all().table() {
        if route.method != Method::GET {
            continue;
        }
        if let Some(own) = town.address(route, "1", true) {
            seen += usize::from(town.send(route, &own, &token).await.0 == 200);
        }
    }
    assert!(seen >= 25, "{seen}");
}
