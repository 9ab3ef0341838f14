//! One afternoon over HTTP: a request is filed, accepted, drawn by three parties, unsealed, answered and checked by
//! the public.

mod notices;

use std::collections::HashMap;

use crate::bureau::{Bureau, NOW, committed};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use domain::actor::{Actor, Grant, Role};
use domain::draw_process::{Party, State};
use domain::id::DrawId;
use draw::Share;
use jiff::SignedDuration;
use service::accounts::NewAccount;
use service::roles::RoleIn;
use service::sessions::Credentials;
use store::Kind;
use store::testing::TestStore;
use tower::ServiceExt as _;
use web::security::Transport;
use web::state::App;

const PASSWORD: &str = "quiet rain on 97 old tiles";

struct Afternoon {
    bureau: Bureau,
    router: Router,
    cookies: HashMap<Role, String>,
}

struct Answer {
    status: StatusCode,
    location: String,
    cookie: String,
    body: String,
}

impl Afternoon {
    async fn open(engine: &TestStore) -> Self {
        let bureau = Bureau::open(engine, 8).await;
        let app = App::new(bureau.service.clone(), Transport::Plain)
            .await
            .expect("an app");
        let router = web::app(&app).expect("a router");
        let mut afternoon = Self {
            bureau,
            router,
            cookies: HashMap::new(),
        };
        for role in [
            Role::Officer,
            Role::Approver,
            Role::Requester,
            Role::Supervisor,
        ] {
            let cookie = afternoon.log_in(role).await;
            afternoon.cookies.insert(role, cookie);
        }
        afternoon
    }

    async fn log_in(&self, role: Role) -> String {
        let service = &self.bureau.service;
        let organisation = if role == Role::Requester {
            self.bureau.requester
        } else {
            uuid::Uuid::from_u128(10).into()
        };
        let new = NewAccount {
            login: role.code().to_owned(),
            name: format!("{}甲", role.zh()),
            organisation: Some(organisation),
            person: None,
            unit: String::new(),
        };
        let (id, link) = service
            .create_account(&service.console(), &new)
            .await
            .expect("an account");
        let token = link.address.rsplit('/').next().expect("a token");
        let nobody = service.ctx(Actor::system(), "test", "");
        service
            .use_password_link(&nobody, token, PASSWORD, PASSWORD)
            .await
            .expect("a password");
        let grants = vec![Grant::of_system(Role::SecurityAdmin)];
        let security = Actor {
            name: "安全管理员".into(),
            grants,
            ..Actor::system()
        };
        let security = service.ctx(security, "test", "");
        service
            .grant_role(&security, id, RoleIn::new(role, Some(1)))
            .await
            .expect("a role");
        let typed = Credentials {
            login: role.code().to_owned(),
            password: PASSWORD.to_owned(),
            network: "192.0.2.1".to_owned(),
            agent: "test".to_owned(),
        };
        format!(
            "linxuan={}",
            service
                .log_in(&nobody, &typed)
                .await
                .expect("a session")
                .token
        )
    }

    async fn send(
        &self,
        role: Option<Role>,
        method: &str,
        path: &str,
        form: &[(&str, &str)],
    ) -> Answer {
        let body: Vec<String> = form
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(role) = role {
            request = request.header(header::COOKIE, &self.cookies[&role]);
        }
        let request = request.body(Body::from(body.join("&"))).expect("a request");
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let status = response.status();
        let header = |name| {
            let value = response.headers().get(name);
            let value = value.and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let (location, cookie) = (header(header::LOCATION), header(header::SET_COOKIE));
        let bytes = axum::body::to_bytes(response.into_body(), 4 << 20)
            .await
            .expect("a body");
        Answer {
            status,
            location,
            cookie,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    async fn get(&self, role: Role, path: &str) -> String {
        let answer = self.send(Some(role), "GET", path, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer.body
    }

    async fn done(&self, role: Role, path: &str, form: &[(&str, &str)]) -> String {
        let answer = self.send(Some(role), "POST", path, form).await;
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "{path}: {}",
            answer.body
        );
        answer.location
    }

    async fn refused(&self, role: Role, path: &str, form: &[(&str, &str)]) -> Answer {
        let answer = self.send(Some(role), "POST", path, form).await;
        assert!(
            answer.status.is_client_error(),
            "{path}: {} {}",
            answer.status,
            answer.body
        );
        answer
    }

    fn request<'a>(&self, specialty: &'a str, recusal: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("do", "file"),
            ("content", "焊接项目评审"),
            ("scope", "考核评价"),
            ("kind", "8-4"),
            ("sub_kind", "项目评审"),
            ("half_days.0.date", "2022-06-20"),
            ("half_days.0.slot", "morning"),
            ("place", "示例市云岭区会议室"),
            ("venue", "on_site"),
            ("reviewed.0.name", "受评单位"),
            ("reviewed.0.leader", "项目负责人甲"),
            ("reviewed.0.guideline", "G1"),
            ("reviewed.0.round", "2022-1"),
            ("demands.0.label", "焊接组"),
            ("demands.0.specialties", specialty),
            ("demands.0.level", "title:副高级"),
            ("demands.0.seats", "3"),
            ("demands.0.reserves", "2"),
            ("recusal", recusal),
            ("mode", "random"),
        ]
    }

    /// Filed, accepted, frozen: the address of the draw.
    async fn frozen(&self) -> (String, String) {
        let specialty = self.bureau.specialty.to_string();
        let task = self
            .done(
                Role::Requester,
                "/p/1/tasks/new",
                &self.request(&specialty, "nobody"),
            )
            .await;
        self.done(Role::Officer, &format!("{task}/accept"), &[])
            .await;
        let draw = self
            .done(Role::Officer, &format!("{task}/freeze"), &[])
            .await;
        (task, draw)
    }

    async fn committed(&self, draw: &str) {
        let id: DrawId = draw
            .rsplit('/')
            .next()
            .expect("an id")
            .parse()
            .expect("an id");
        let digest = self.bureau.attempt(id).await.frame_digest;
        for (party, role) in PARTIES {
            let commitment = committed(digest, party, 7).to_hex();
            let path = format!("{draw}/commit?party={}", party.code());
            self.done(role, &path, &[("commitment", &commitment)]).await;
        }
    }

    /// Tokens of the invitations sent since the last look.
    async fn tokens(&self) -> Vec<String> {
        let mut tx = self.bureau.store.upkeep().await.expect("a transaction");
        let now = NOW.parse().expect("a time");
        let queued = store::messages::claim(&mut tx, now, SignedDuration::from_hours(1), 100)
            .await
            .expect("messages");
        tx.commit().await.expect("committed");
        let mut tokens = Vec::new();
        for one in queued {
            let text = one.message.content.reveal().to_owned();
            if let Some(token) = text.split("/m/i/").nth(1) {
                let end = token
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
                    .unwrap_or(token.len());
                let token = token[..end].to_owned();
                if !tokens.contains(&token) {
                    tokens.push(token);
                }
            }
        }
        tokens
    }
}

const PARTIES: [(Party, Role); 3] = [
    (Party::Manager, Role::Officer),
    (Party::Requester, Role::Requester),
    (Party::Supervisor, Role::Supervisor),
];

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// Covers: DG-9-1-a, DG-10-0-b, DG-11-a, DG-11-b, DG-11-d.
#[tokio::test]
async fn a_request_is_drawn_answered_topped_up_and_verified() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let afternoon = Afternoon::open(&engine).await;
    let (task, draw) = afternoon.frozen().await;
    afternoon.committed(&draw).await;

    // Nobody's name is anywhere before two roles unseal.
    for (party, role) in PARTIES {
        let path = format!("{draw}/reveal?party={}", party.code());
        afternoon
            .done(role, &path, &[("share", &Share([7; 32]).to_hex())])
            .await;
    }
    let sealed = afternoon.get(Role::Officer, &draw).await;
    assert!(
        sealed.contains("结果封存") && !sealed.contains("专家00"),
        "{sealed}"
    );
    for (_, role) in PARTIES {
        let card = format!("<p class=\"mut\">{}甲</p>", role.zh());
        assert!(sealed.contains(&card), "who handed in stays said: {card}");
    }
    assert_eq!(
        sealed.matches("密签指纹　").count(),
        3,
        "and when: {sealed}"
    );
    let seats = afternoon
        .send(Some(Role::Requester), "GET", &format!("{task}/seats"), &[])
        .await;
    assert_eq!(seats.status, StatusCode::NOT_FOUND);
    let number = {
        let id: DrawId = draw
            .rsplit('/')
            .next()
            .expect("an id")
            .parse()
            .expect("an id");
        afternoon.bureau.attempt(id).await.number
    };
    let public = format!("/public/draws/{number}");
    let page = afternoon.send(None, "GET", &public, &[]).await;
    assert!(page.body.contains("还没有启封") && !page.body.contains("核验通过"));
    let record = afternoon
        .send(None, "GET", &format!("{public}/record.json"), &[])
        .await;
    assert_eq!(record.status, StatusCode::NOT_FOUND);

    // Two roles, two persons.
    afternoon
        .done(Role::Officer, &format!("{draw}/unseal"), &[])
        .await;
    let same = afternoon
        .refused(Role::Officer, &format!("{draw}/unseal/confirm"), &[])
        .await;
    assert_eq!(same.status, StatusCode::FORBIDDEN);
    afternoon
        .done(Role::Supervisor, &format!("{draw}/unseal/confirm"), &[])
        .await;
    let seats = afternoon
        .get(Role::Requester, &format!("{task}/seats"))
        .await;
    assert_eq!(seats.matches("待答复").count(), 3);
    assert!(
        !seats.contains("/p/1/experts/"),
        "no link to what a requester may not see"
    );

    // One accepts after declaring, one declines, one recuses; two are called in order.
    let tokens = afternoon.tokens().await;
    assert_eq!(tokens.len(), 3);
    let link = |index: usize| format!("/m/i/{}", tokens[index]);
    let invited = afternoon.send(None, "GET", &link(0), &[]).await;
    assert!(
        invited.body.contains("焊接项目评审") && !invited.body.contains(" checked"),
        "nothing is pre-selected"
    );
    let hasty = afternoon
        .send(None, "POST", &link(0), &[("answer", "accept")])
        .await;
    assert_eq!(hasty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(hasty.body.contains("还没有作回避申报"));
    let answers: [&[(&str, &str)]; 3] = [
        &[("answer", "accept"), ("declared", "none")],
        &[("answer", "decline"), ("reason", "时间冲突")],
        &[
            ("answer", "recuse"),
            ("ground", "10-7"),
            ("note", "与负责人有经济往来"),
        ],
    ];
    for (index, form) in answers.into_iter().enumerate() {
        let answer = afternoon.send(None, "POST", &link(index), form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    }
    assert_eq!(afternoon.tokens().await.len(), 2, "two more are called");
    let seats = afternoon.get(Role::Officer, &format!("{task}/seats")).await;
    assert_eq!(seats.matches("补抽 1").count(), 2, "{seats}");
    assert!(seats.contains("时间冲突"));
    assert!(
        seats.contains("href=\"/p/1/experts/"),
        "the manager goes on to the expert: {seats}"
    );

    // The public replays it; no name is in it, and a changed record does not hold.
    let page = afternoon.send(None, "GET", &public, &[]).await;
    assert!(
        page.body.contains("核验通过") && !page.body.contains("专家00"),
        "{}",
        page.body
    );
    let record = afternoon
        .send(None, "GET", &format!("{public}/record.json"), &[])
        .await;
    let verified = draw::verify(record.body.as_bytes()).expect("the record holds");
    assert_eq!(verified.record.events().len(), 2);
    let forged = record
        .body
        .replacen(&verified.record.seed().to_hex(), &"0".repeat(64), 1);
    let checked = afternoon
        .send(None, "POST", "/public/check", &[("record", &forged)])
        .await;
    assert!(checked.body.contains("核验不通过"));

    // Why somebody was or was not drawn: with a purpose, on record, and not for the requester.
    let frame = format!("{draw}/frame");
    let silent = afternoon
        .refused(Role::Supervisor, &frame, &[("purpose", "")])
        .await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let shown = afternoon
        .send(
            Some(Role::Supervisor),
            "POST",
            &frame,
            &[("purpose", "监督检查")],
        )
        .await;
    assert!(shown.status.is_success() && shown.body.contains("专家000"));
    assert!(
        afternoon
            .bureau
            .ledger()
            .await
            .contains(&"access.plain_value_read".to_owned())
    );
    assert_eq!(
        afternoon
            .refused(Role::Requester, &frame, &[("purpose", "好奇")])
            .await
            .status,
        StatusCode::FORBIDDEN
    );
}

/// Covers: DG-9-1-a.
#[tokio::test]
async fn a_request_must_say_whom_to_keep_out_even_when_nobody() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let afternoon = Afternoon::open(&engine).await;
    let specialty = afternoon.bureau.specialty.to_string();
    let answer = afternoon
        .refused(
            Role::Requester,
            "/p/1/tasks/new",
            &afternoon.request(&specialty, ""),
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.body.contains("没有说明回避要求") && answer.body.contains("项目负责人甲"),
        "what was typed stays"
    );
    let mut more = afternoon.request(&specialty, "nobody");
    more[0] = ("do", "add:demands");
    let grown = afternoon
        .send(Some(Role::Requester), "POST", "/p/1/tasks/new", &more)
        .await;
    assert_eq!(grown.status, StatusCode::OK);
    assert!(grown.body.contains("demands.1.label") && grown.body.contains("可抽"));
    assert!(!grown.body.contains("专家00"), "counts, never names");
}

#[tokio::test]
async fn a_wrong_share_voids_the_attempt_and_the_next_is_numbered() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let afternoon = Afternoon::open(&engine).await;
    let (task, draw) = afternoon.frozen().await;
    afternoon.committed(&draw).await;
    let path = format!("{draw}/reveal?party=manager");
    let foreign = afternoon
        .refused(
            Role::Requester,
            &path,
            &[("share", &Share([7; 32]).to_hex())],
        )
        .await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let waiting = afternoon.get(Role::Officer, &draw).await;
    assert!(
        waiting.contains("一方一直不揭示的") && waiting.contains("提请作废"),
        "{waiting}"
    );
    afternoon
        .done(Role::Officer, &path, &[("share", &Share([8; 32]).to_hex())])
        .await;
    let id: DrawId = draw
        .rsplit('/')
        .next()
        .expect("an id")
        .parse()
        .expect("an id");
    assert!(matches!(
        afternoon.bureau.attempt(id).await.state,
        State::Void { .. }
    ));
    let void = afternoon.get(Role::Officer, &draw).await;
    assert!(void.contains("本场已作废") && void.contains("重新封存"));
    assert_eq!(
        (
            void.matches(">不一致<").count(),
            void.matches(">密签已交<").count(),
            void.matches("密签指纹　").count(),
        ),
        (1, 2, 3),
        "only one party failed, and all fingerprints stay: {void}"
    );
    assert!(
        void.contains("已交 3 / 3"),
        "the steps stay where they were"
    );
    let again = afternoon
        .done(Role::Officer, &format!("{task}/freeze"), &[])
        .await;
    let void = afternoon.get(Role::Officer, &draw).await;
    let onward = format!("href=\"{again}\">看第 2 次抽取");
    assert!(void.contains(&onward), "{void}");
    let page = afternoon.get(Role::Supervisor, &again).await;
    assert!(page.contains("第 2 次"));
    assert!(
        afternoon.get(Role::Officer, &task).await.contains("作废"),
        "void attempts stay listed"
    );
}

/// No chance is told of a draw that cannot be made; what can be filled is offered instead.
#[tokio::test]
async fn a_request_that_cannot_be_drawn_shows_ways_out_and_no_chance() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let afternoon = Afternoon::open(&engine).await;
    let specialty = afternoon.bureau.specialty.to_string();
    let new = "/p/1/tasks/new";
    let request = afternoon.request(&specialty, "nobody");
    let task = afternoon.done(Role::Requester, new, &request).await;
    let page = afternoon.get(Role::Requester, &task).await;
    assert!(page.contains("每人被抽中的机会"), "{page}");

    let mut many = request;
    for (name, value) in &mut many {
        if *name == "demands.0.seats" {
            *value = "30";
        }
    }
    let task = afternoon.done(Role::Requester, new, &many).await;
    let page = afternoon.get(Role::Requester, &task).await;
    assert!(!page.contains("每人被抽中的机会"), "{page}");
    assert!(page.contains("“焊接组”由 30 席减为 8 席"), "{page}");
}

/// What was typed as the reason of an act, and what is wrong with it, stand beside that act and beside no other.
#[tokio::test]
async fn a_reason_that_is_refused_stays_beside_its_act() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let afternoon = Afternoon::open(&engine).await;
    let bureau = &afternoon.bureau;
    let specialty = bureau.specialty.to_string();
    let mut many = afternoon.request(&specialty, "nobody");
    for (name, value) in &mut many {
        if *name == "demands.0.seats" {
            *value = "30";
        }
    }
    let task = afternoon
        .done(Role::Requester, "/p/1/tasks/new", &many)
        .await;
    let mut request = bureau.request(1);
    request.mode = domain::task::Mode::Designated {
        ground: "技术复杂".into(),
        why_not_random: "随机难以覆盖该特种工艺".into(),
        experts: vec![uuid::Uuid::from_u128(101_000).into()],
    };
    let named = bureau
        .service
        .file_task(&bureau.asking, bureau.pool, request)
        .await
        .expect("filed");
    let named = format!("/p/1/tasks/{named}");
    let refused = async |role: Role, task: &str, act: &str, label: &str| {
        let sent = [("act", act), ("reason", "　")];
        let again = afternoon
            .refused(role, &format!("{task}/{act}"), &sent)
            .await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{act}");
        let beside =
            format!("<label for=\"reason\">{label}</label><p class=\"err\" id=\"reason-err\">");
        assert!(again.body.contains(&beside), "{act}: {}", again.body);
        let typed = "id=\"reason\" name=\"reason\" value=\"　\"";
        assert_eq!(
            again.body.matches(typed).count(),
            1,
            "{act}: {}",
            again.body
        );
        again.body
    };

    refused(Role::Requester, &task, "withdraw", "撤回理由").await;
    refused(Role::Officer, &task, "return", "退回理由").await;
    refused(Role::Approver, &named, "refuse", "不同意的理由").await;
    afternoon
        .done(Role::Officer, &format!("{task}/accept"), &[])
        .await;
    let label = "人数不足，恢复本次应暂停的专家：理由";
    let both = refused(Role::Officer, &task, "waive-rest", label).await;
    assert!(
        both.contains("id=\"return-reason\" name=\"reason\">"),
        "the other reason is blank: {both}"
    );
}

/// An attempt given up before anybody committed: nobody is blamed.
#[tokio::test]
async fn a_draw_given_up_early_blames_nobody() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let afternoon = Afternoon::open(&engine).await;
    let (_, draw) = afternoon.frozen().await;
    let page = afternoon.get(Role::Officer, &draw).await;
    assert!(
        page.contains("一方一直不提交的") && page.contains("提请作废"),
        "whoever waits in vain reads what to do: {page}"
    );
    let why = [("reason", "设备故障")];
    afternoon
        .done(Role::Officer, &format!("{draw}/void"), &why)
        .await;
    afternoon
        .done(Role::Approver, &format!("{draw}/void/confirm"), &[])
        .await;
    let page = afternoon.get(Role::Supervisor, &draw).await;
    assert!(
        page.contains("设备故障") && !page.contains(">不一致<"),
        "{page}"
    );
    assert_eq!(page.matches(">已作废<").count(), 3, "{page}");
}

/// Once a task is closed its seats are shown, and nothing of them is offered to be changed.
#[tokio::test]
async fn the_seats_of_a_closed_task_are_only_looked_at() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let afternoon = Afternoon::open(&engine).await;
    let (task, draw) = afternoon.frozen().await;
    afternoon.committed(&draw).await;
    for (party, role) in PARTIES {
        let path = format!("{draw}/reveal?party={}", party.code());
        let share = Share([7; 32]).to_hex();
        afternoon.done(role, &path, &[("share", &share)]).await;
    }
    afternoon
        .done(Role::Officer, &format!("{draw}/unseal"), &[])
        .await;
    afternoon
        .done(Role::Supervisor, &format!("{draw}/unseal/confirm"), &[])
        .await;
    let open = afternoon.get(Role::Officer, &task).await;
    assert!(
        open.contains("在这里办结") && !open.contains("/close\""),
        "the work is ahead: {open}"
    );
    let early = afternoon
        .refused(Role::Officer, &format!("{task}/close"), &[])
        .await;
    assert!(early.body.contains("工作结束后办结"), "{}", early.body);

    let seats = format!("{task}/seats");
    let acts = ["记录电话答复", "停止参与", "invitation.pdf"];
    let before = afternoon.get(Role::Officer, &seats).await;
    assert!(acts.iter().all(|act| before.contains(act)), "{before}");
    let id = task.rsplit('/').next().expect("an id");
    afternoon
        .bureau
        .close_anyhow(id.parse().expect("an id"))
        .await;
    let after = afternoon.get(Role::Officer, &seats).await;
    assert!(after.contains("已办结"), "{after}");
    assert!(!acts.iter().any(|act| after.contains(act)), "{after}");
}

/// A clock that jumps: a little is bridged, more is refused with what to do, nothing is half
/// written, and the site works again when the clock does.
#[tokio::test]
async fn a_clock_that_jumps_is_noticed_and_named() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let mut afternoon = Afternoon::open(&engine).await;
    let specialty = afternoon.bureau.specialty.to_string();
    let set = |bureau: &Bureau, seconds: i64| {
        let now: jiff::Timestamp = NOW.parse().expect("a time");
        bureau.clock.set(now + SignedDuration::from_secs(seconds));
    };
    let new = "/p/1/tasks/new";
    let request = afternoon.request(&specialty, "nobody");
    afternoon.done(Role::Requester, new, &request).await;

    set(&afternoon.bureau, -200);
    afternoon.done(Role::Requester, new, &request).await;
    let before = afternoon.bureau.ledger().await.len();
    set(&afternoon.bureau, -3_600);
    let answer = afternoon
        .send(Some(Role::Requester), "POST", new, &request)
        .await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("校准服务器时间"), "{}", answer.body);
    assert_eq!(afternoon.bureau.ledger().await.len(), before);
    afternoon.get(Role::Requester, "/p/1/tasks").await;

    // A day ahead: sessions are over, nothing else. Who logs in again goes on.
    set(&afternoon.bureau, 86_400);
    let answer = afternoon
        .send(Some(Role::Requester), "GET", "/p/1/tasks", &[])
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(answer.location.starts_with("/login"), "{}", answer.location);
    let typed = [("account", "requester"), ("password", PASSWORD)];
    let answer = afternoon.send(None, "POST", "/login", &typed).await;
    let cookie = answer.cookie.split(';').next().unwrap_or_default();
    afternoon.cookies.insert(Role::Requester, cookie.to_owned());
    afternoon.done(Role::Requester, new, &request).await;

    // Put right, the clock is behind what was written meanwhile.
    set(&afternoon.bureau, 60);
    let answer = afternoon
        .send(Some(Role::Requester), "POST", new, &request)
        .await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("--recover-ledger"), "{}", answer.body);
    set(&afternoon.bureau, 86_460);
    afternoon.done(Role::Requester, new, &request).await;
    afternoon.bureau.store.check_ledgers().await.expect("whole");
}
