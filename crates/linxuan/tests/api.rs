//! The whole afternoon over the JSON interface of the real program, on both engines: from a roster file
//! to a record and a ledger that `linxuan verify` accepts, with messages over real channels.

mod afternoon {
    pub(crate) mod http;
    pub(crate) mod year;
}
#[path = "browser/server.rs"]
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use afternoon::http::{Answer, Received, gateway, mail_server, send};
use domain::actor::Role;
use domain::policy::library::SHIPPED;
use draw::{Digest, Share, Suite, commitment};
use jiff::Span;
use serde_json::{Value, json};
use server::Server;
use service::pool_set_up::NewPool;
use service::port::{Clock as _, SystemClock, SystemEntropy};
use service::set_up::{NewPerson, SetUp};
use service::{Packs, Service, Settings};
use store::{Kind, Store, StoreConfig};

const PASSWORD: &str = "Yun9-jin-shan";
const ROLES: [Role; 5] = [
    Role::Officer,
    Role::Approver,
    Role::Requester,
    Role::Secretary,
    Role::Supervisor,
];

/// Sets the installation up as its first page would, and gives everybody a password.
async fn set_up(config: StoreConfig) {
    let store = Store::open(config).await.unwrap();
    let packs = SHIPPED
        .iter()
        .map(|shipped| domain::policy::check(shipped.pack).unwrap());
    let service = Service::new(
        store,
        Packs::new(packs),
        Arc::new(SystemClock::default()),
        Arc::new(SystemEntropy),
        Settings::default(),
    );
    let person = |login: &str, name: &str| NewPerson {
        login: login.into(),
        name: name.into(),
    };
    let form = SetUp {
        bureau: "云津市人力资源和社会保障局".into(),
        help_phone: String::new(),
        pool: NewPool {
            name: "职业技能培训专家库".into(),
            pack: "dg-2021".into(),
            despite_standing: true,
            ..NewPool::default()
        },
        system_admin: person("system", "系统管理员甲"),
        password: PASSWORD.into(),
        password_again: PASSWORD.into(),
        security_admin: person("security", "安全管理员甲"),
        auditor: person("auditor", "审计管理员甲"),
        colleagues: ROLES
            .iter()
            .map(|role| (*role, person(role.code(), &format!("{}甲", role.zh()))))
            .collect(),
    };
    let token = |address: &str| address.rsplit('/').next().unwrap().to_owned();
    let visitor = service.visitor("test", "test");
    let link = service.set_up_link().await.unwrap().unwrap();
    let done = service
        .set_up(&visitor, &token(&link), &form)
        .await
        .unwrap();
    for link in done.links {
        service
            .use_password_link(&visitor, &token(&link.address), PASSWORD, PASSWORD)
            .await
            .unwrap();
    }
}

/// The running program with a token for every role.
struct Office {
    server: Server,
    cookies: BTreeMap<&'static str, String>,
    tokens: BTreeMap<&'static str, String>,
}

impl Office {
    fn host(&self) -> &str {
        self.server.address.strip_prefix("http://").unwrap()
    }

    fn log_in(&mut self, role: Role, scopes: &[&str]) {
        let json = [("Content-Type", "application/json")];
        let body = json!({ "login": role.code(), "password": PASSWORD }).to_string();
        let answer = send(
            self.host(),
            "POST",
            "/api/v1/session",
            &json,
            body.as_bytes(),
        );
        assert_eq!(answer.status, 200, "{}", answer.text());
        let cookie = answer
            .head
            .lines()
            .find_map(|line| line.strip_prefix("set-cookie: "))
            .and_then(|line| line.split(';').next())
            .unwrap()
            .to_owned();
        let body = json!({ "label": "测试系统", "scopes": scopes, "days": 1 }).to_string();
        let headers = [
            ("Cookie", cookie.as_str()),
            ("Content-Type", "application/json"),
        ];
        let answer = send(
            self.host(),
            "POST",
            "/api/v1/tokens",
            &headers,
            body.as_bytes(),
        );
        assert_eq!(answer.status, 201, "{}", answer.text());
        let token = answer.json()["token"].as_str().unwrap().to_owned();
        self.cookies.insert(role.code(), cookie);
        self.tokens.insert(role.code(), token);
    }

    fn ask(&self, role: Role, method: &str, path: &str, key: &str, body: &[u8]) -> Answer {
        let bearer = format!("Bearer {}", self.tokens[role.code()]);
        let mut headers = vec![("Authorization", bearer.as_str())];
        if !key.is_empty() {
            headers.push(("Idempotency-Key", key));
        }
        send(
            self.host(),
            method,
            &format!("/api/v1{path}"),
            &headers,
            body,
        )
    }

    fn get(&self, role: Role, path: &str) -> Value {
        let answer = self.ask(role, "GET", path, "", b"");
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// Done, whatever that is answered with.
    fn done(&self, role: Role, path: &str, body: &Value) -> Value {
        let answer = self.ask(role, "POST", path, "", body.to_string().as_bytes());
        assert!(
            (200..300).contains(&answer.status),
            "{path}: {} {}",
            answer.status,
            answer.text()
        );
        answer.json()
    }

    /// Not done, with this status and a problem document.
    fn refused(&self, role: Role, path: &str, body: &Value, status: u16) -> Value {
        let answer = self.ask(role, "POST", path, "", body.to_string().as_bytes());
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert!(
            answer.head.contains("application/problem+json"),
            "{}",
            answer.head
        );
        let problem = answer.json();
        let title = problem["title"].as_str().unwrap();
        assert!(!title.is_ascii(), "told in Chinese: {title}");
        problem
    }

    /// The last four of an identity number.
    fn tail_of(&self, expert: &str) -> String {
        let plain = self.done(
            Role::Officer,
            &format!("/pools/1/experts/{expert}/reveal"),
            &json!({ "purpose": "核对答复人" }),
        );
        let number = plain["id_number"].as_str().unwrap();
        number[number.len() - 4..].to_owned()
    }

    fn anybody(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        send(self.host(), method, &format!("/api/v1{path}"), &[], body)
    }
}

/// Links of a kind that arrived as short messages so far: their one-time tokens.
fn links(received: &Received, kind: &str, wanted: usize) -> Vec<String> {
    let start = Instant::now();
    loop {
        let texts = received.lock().unwrap().clone();
        let tokens: BTreeSet<String> = texts
            .iter()
            .filter_map(|text| {
                let rest = text.split(kind).nth(1)?;
                let token = rest.split(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c)));
                token.into_iter().next().map(str::to_owned)
            })
            .collect();
        if tokens.len() >= wanted {
            return tokens.into_iter().collect();
        }
        assert!(
            start.elapsed() < Duration::from_secs(90),
            "{} of {wanted} links {kind} after {:?}: {texts:?}",
            tokens.len(),
            start.elapsed()
        );
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn verify(folder: &Path, name: &str, bytes: &[u8]) -> (bool, String) {
    let file = folder.join(name);
    std::fs::write(&file, bytes).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_linxuan"))
        .arg("verify")
        .arg(&file)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

/// The example roster with an address for everybody, so that mail goes out as well.
fn roster() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/roster.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let mut out = format!("{},电子邮箱\n", lines.next().unwrap());
    for (n, line) in lines.enumerate() {
        out += &format!("{line},postbox{n}@example.org\n");
    }
    out.into_bytes()
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

fn journey(kind: Kind) {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut config = runtime.block_on(store::testing::empty_place(kind, folder.path()));
    let data = folder.path().join("data");
    let mut fresh = StoreConfig::folder(&data, SystemClock::default().now());
    fresh.database = config.database.take();
    let database = fresh.database.clone();
    runtime.block_on(set_up(fresh));
    drop(runtime);

    let ((sms_port, texts), (mail_port, mails)) = (gateway(), mail_server());
    let channels = folder.path().join("channels.toml");
    let settings = format!(
        "[mail]\nhost = \"127.0.0.1\"\nport = {mail_port}\nsecurity = \"none\"\nfrom = \"专家库 <zjk@example.org>\"\n\
         [sms]\nurl = \"http://127.0.0.1:{sms_port}/send\"\naccepted = '\"code\":0'\n\
         [sms.body]\nto = \"{{phone}}\"\ncontent = \"{{text}}\"\n"
    );
    std::fs::write(&channels, settings).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_linxuan"));
    command
        .arg("serve")
        .args(["--listen", "127.0.0.1:0"])
        .arg("--data")
        .arg(&data)
        .arg("--channels")
        .arg(&channels);
    if let Some(url) = &database {
        command.arg("--database").arg(url);
    }
    let server = Server::start(&mut command, Duration::from_secs(120));
    let mut office = Office {
        server,
        cookies: BTreeMap::new(),
        tokens: BTreeMap::new(),
    };
    let all = ["experts", "tasks", "draws", "panels", "system"];
    for role in ROLES {
        office.log_in(role, &all);
    }
    let office = &mut office;
    let today = SystemClock::default()
        .now()
        .to_zoned(jiff::tz::TimeZone::get("Asia/Shanghai").unwrap())
        .date();
    let (basis_on, work_on) = (today - Span::new().days(30), today + Span::new().days(14));

    // Roster: read without writing, confirmed once however often it is sent.
    let query = format!(
        "/pools/1/imports?name=roster.csv&basis={}&basis_on={basis_on}&new_specialties=add",
        encode("云人社纪〔2026〕3号")
    );
    let roster = roster();
    let first = office.ask(Role::Officer, "POST", &query, "import-1", &roster);
    assert_eq!(first.status, 200, "{}", first.text());
    let import = first.json();
    let people = import["preview"]["counts"]["new"].as_u64().unwrap();
    assert!(people > 100, "{import}");
    assert_eq!(
        office.get(Role::Officer, "/pools/1/experts")["count"],
        0,
        "nothing is written"
    );
    let again = office.ask(Role::Officer, "POST", &query, "import-1", &roster);
    assert!(
        again.head.contains("idempotent-replayed: true"),
        "{}",
        again.head
    );
    assert_eq!(again.body, first.body);
    let changed = office.ask(Role::Officer, "POST", &query, "import-1", b"other");
    assert_eq!(changed.status, 422, "{}", changed.text());
    assert_eq!(changed.json()["reasons"][0]["code"], "api.key_reused");
    let listed = office.get(Role::Officer, "/pools/1/imports");
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let id = import["import"]["id"].as_str().unwrap();
    office.done(
        Role::Officer,
        &format!("/pools/1/imports/{id}/confirm"),
        &json!({ "leave_out_errors": true }),
    );

    // Every expert once, page by page.
    let mut numbers = BTreeSet::new();
    let mut after = String::new();
    loop {
        let page = office.get(
            Role::Officer,
            &format!(
                "/pools/1/experts?limit=37&sort=number&after={}",
                encode(&after)
            ),
        );
        for row in page["items"].as_array().unwrap() {
            assert!(
                numbers.insert(row["number"].as_str().unwrap().to_owned()),
                "{row}"
            );
        }
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(numbers.len() as u64, people);
    let limit = office.ask(Role::Officer, "GET", "/pools/1/experts?limit=1000", "", b"");
    assert_eq!(limit.json()["problems"][0]["field"], "limit");

    // An expert added, changed, suspended and resumed.
    let specialties = office.get(Role::Officer, "/pools/1/specialties");
    let turning = specialties["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["specialty"]["name"] == "车工")
        .map(|row| row["specialty"]["id"].as_str().unwrap().to_owned())
        .unwrap();
    let found = office.get(
        Role::Officer,
        &format!("/pools/1/experts?specialty={turning}"),
    );
    let one = found["items"][0]["id"].as_str().unwrap().to_owned();
    let at = format!("/pools/1/experts/{one}");
    let shown = office.get(Role::Officer, &at);
    assert!(!shown.to_string().contains("postbox"), "masked: {shown}");
    let stale = json!({ "version": 0, "person_version": 0, "name": "甲乙" });
    office.refused(Role::Officer, &at, &stale, 409);
    let whom = |act: &str| json!({ "ids": [one], "act": act, "reason": "测试" });
    let report = office.done(Role::Officer, "/pools/1/experts/batch", &whom("suspend"));
    assert_eq!(report["done"], 1, "{report}");
    assert_eq!(office.get(Role::Officer, &at)["status"], "suspended");
    office.done(Role::Officer, "/pools/1/experts/batch", &whom("resume"));
    let card = office.get(Role::Officer, &format!("{at}/eligibility"));
    assert!(
        card["lines"]
            .as_array()
            .is_some_and(|lines| !lines.is_empty()),
        "{card}"
    );

    // The request, its chances, and what the law says of it.
    let request = json!({
        "content": "数控车床评审工作", "scope": "考核评价", "kind": "8-4", "sub_kind": "项目评审",
        "half_days": [{ "date": work_on, "slot": "morning" }], "starts_at": "09:00",
        "place": "云津市示例会议室", "venue": "on_site",
        "reviewed": [{
            "organisation": { "name": "受评单位" }, "listed": false,
            "people": [{ "name": "项目负责人甲", "leads": true }],
            "call": { "guideline": "G1", "round": "2026-1" }
        }],
        "demands": [{
            "label": "车工组", "specialties": [turning], "level": { "at_least": "any" }, "seats": 2, "reserves": 2
        }],
        "recusal": { "recusal": "nobody" }, "mode": { "mode": "random" }
    });
    let chances = office.done(Role::Requester, "/pools/1/feasibility", &request);
    assert_eq!(chances["enough"], true, "{chances}");
    let mut wrong = request.clone();
    wrong["kind"] = json!("8-99");
    let problem = office.refused(Role::Requester, "/pools/1/tasks", &wrong, 422);
    assert_eq!(problem["problems"][0]["field"], "kind", "{problem}");
    office.refused(Role::Officer, "/pools/1/tasks", &request, 403);
    let key = |body: &Value| {
        office.ask(
            Role::Requester,
            "POST",
            "/pools/1/tasks",
            "task-1",
            body.to_string().as_bytes(),
        )
    };
    let (filed, repeated) = (key(&request), key(&request));
    assert_eq!(
        (filed.status, repeated.status),
        (201, 201),
        "{}",
        filed.text()
    );
    assert_eq!(filed.json()["id"], repeated.json()["id"]);
    let listed = office.get(Role::Officer, "/pools/1/tasks");
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "filed once");
    let id = filed.json()["id"].as_str().unwrap().to_owned();
    let task = format!("/pools/1/tasks/{id}");
    office.done(Role::Officer, &format!("{task}/accept"), &json!({}));
    let enough = office.refused(
        Role::Officer,
        &format!("{task}/waive-rest"),
        &json!({ "reason": "试一试" }),
        422,
    );
    let reason = &enough["reasons"][0];
    assert_eq!(reason["code"], "draw.rest_not_needed", "{enough}");
    assert!(
        reason["article"].as_str().unwrap().contains("第九条"),
        "{enough}"
    );
    let hit = office.get(Role::Officer, &format!("/search?q={}", encode("数控车床")));
    assert_eq!(
        hit["items"][0]["tasks"]["items"][0]["task"]["id"],
        id.as_str(),
        "{hit}"
    );
    let waits = office.get(Role::Officer, "/pools/1/inbox");
    assert!(!waits["items"].as_array().unwrap().is_empty(), "{waits}");

    // A token does what its scopes name and no more.
    let full = office.tokens[Role::Officer.code()].clone();
    office.log_in(Role::Officer, &["tasks"]);
    let confirmed = json!({ "status_confirmed": true });
    office.refused(Role::Officer, &format!("{task}/freeze"), &confirmed, 403);
    assert_eq!(
        office.get(Role::Officer, &task)["task"]["state"]["state"],
        "accepted"
    );
    office.tokens.insert(Role::Officer.code(), full);

    // Three parties.
    let frozen = office.done(Role::Officer, &format!("{task}/freeze"), &confirmed);
    let draw = format!("/pools/1/draws/{}", frozen["id"].as_str().unwrap());
    let digest: Digest = office.get(Role::Officer, &draw)["draw"]["frame_digest"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let parties = [
        ("manager", Role::Officer, Share([1; 32])),
        ("requester", Role::Requester, Share([2; 32])),
        ("supervisor", Role::Supervisor, Share([3; 32])),
    ];
    for (party, role, share) in &parties {
        let commitment = commitment(Suite::Sm3, digest, party, share).to_hex();
        let body = json!({ "party": party, "commitment": commitment });
        office.done(*role, &format!("{draw}/commit"), &body);
    }
    let (_, _, share) = &parties[0];
    let foreign = json!({ "party": "supervisor", "share": share.to_hex() });
    office.refused(Role::Officer, &format!("{draw}/reveal"), &foreign, 403);
    for (party, role, share) in &parties {
        let body = json!({ "party": party, "share": share.to_hex() });
        office.done(*role, &format!("{draw}/reveal"), &body);
    }
    let sealed = office.get(Role::Officer, &draw);
    assert_eq!(sealed["draw"]["state"], "sealed");
    assert!(sealed["draw"]["record"].is_null(), "sealed: {sealed}");
    let seats = office.get(Role::Officer, &format!("{task}/seats"));
    assert!(seats["items"].as_array().unwrap().is_empty(), "{seats}");
    office.done(Role::Officer, &format!("{draw}/unseal"), &json!({}));
    office.refused(
        Role::Officer,
        &format!("{draw}/unseal/confirm"),
        &json!({}),
        403,
    );
    office.done(
        Role::Supervisor,
        &format!("{draw}/unseal/confirm"),
        &json!({}),
    );

    // The drawn are told over the channels of the file, and answer.
    let tokens = links(&texts, "/m/i/", 2);
    let answers = [
        json!({ "answer": "accept", "declared_none": true }),
        json!({ "answer": "decline", "reason": "时间冲突" }),
    ];
    for (token, answer) in tokens.iter().zip(answers) {
        answered(office, token, answer);
    }
    let more: Vec<_> = links(&texts, "/m/i/", 3)
        .into_iter()
        .filter(|token| !tokens.contains(token))
        .collect();
    assert_eq!(more.len(), 1, "one more is called");
    let accept = json!({ "answer": "accept", "declared_none": true });
    answered(office, &more[0], accept);
    let seats = office.get(Role::Requester, &format!("{task}/seats"));
    let states: Vec<_> = seats["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|seat| {
            (
                seat["round"].as_u64().unwrap(),
                seat["state"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        states
            .iter()
            .filter(|(_, state)| *state == "accepted")
            .count(),
        2,
        "{states:?}"
    );
    assert!(
        states.contains(&(2, "accepted")) && states.contains(&(1, "declined")),
        "{states:?}"
    );
    assert!(mails.lock().unwrap().len() >= 2, "mail went out as well");
    let sent = office.get(Role::Officer, "/pools/1/messages?delivery=sent");
    assert!(sent["items"].as_array().unwrap().len() >= 6, "{sent}");
    assert!(!sent.to_string().contains("postbox"), "masked");

    // Why him, why not him: for a purpose, on record.
    office.refused(Role::Supervisor, &format!("{draw}/frame"), &json!({}), 422);
    let frame = office.done(
        Role::Supervisor,
        &format!("{draw}/frame"),
        &json!({ "purpose": "核查" }),
    );
    assert!(frame["items"].as_array().unwrap().len() >= 3);

    // Anybody checks the record and the ledger.
    let number = sealed["draw"]["number"].as_str().unwrap();
    let record = office.anybody("GET", &format!("/public/draws/{number}/record"), b"");
    assert_eq!(record.status, 200, "{}", record.text());
    let (holds, told) = verify(folder.path(), "record.json", &record.body);
    assert!(holds, "{told}");
    let checked = office.anybody("POST", "/public/check", &record.body).json();
    assert_eq!(checked["verdict"], "holds", "{checked}");
    let forged = record.text().replacen("\"seed\"", "\"sead\"", 1);
    let (holds, _) = verify(folder.path(), "forged.json", forged.as_bytes());
    assert!(!holds, "a changed record is refused");
    let entries = office.get(Role::Supervisor, "/pools/1/ledger?kind=draw.drawn");
    assert_eq!(entries["items"].as_array().unwrap().len(), 1, "{entries}");
    let signed = office.get(Role::Supervisor, "/pools/1/ledger/checkpoints");
    assert!(
        signed["items"]
            .as_array()
            .is_some_and(|items| !items.is_empty())
    );
    let bundle = office.ask(Role::Supervisor, "GET", "/pools/1/ledger/bundle", "", b"");
    let (holds, told) = verify(folder.path(), "ledger.jsonl", &bundle.body);
    assert!(holds, "{told}");

    // Beside the afternoon.
    afternoon::year::invited(office, &texts, &turning, today);
    afternoon::year::confirmed(office, &texts, today);

    // A revoked token is worth nothing at once.
    let cookie = office.cookies[Role::Supervisor.code()].clone();
    let own = send(
        office.host(),
        "GET",
        "/api/v1/tokens",
        &[("Cookie", &cookie)],
        b"",
    );
    let id = own.json()["items"][0]["id"].as_str().unwrap().to_owned();
    let by_token = office.ask(Role::Supervisor, "GET", "/tokens", "", b"");
    assert_eq!(by_token.json()["reasons"][0]["code"], "token.needs_log_in");
    let path = format!("/api/v1/tokens/{id}/revoke");
    let ended = send(office.host(), "POST", &path, &[("Cookie", &cookie)], b"");
    assert_eq!(ended.status, 204, "{}", ended.text());
    let after = office.ask(Role::Supervisor, "GET", "/pools", "", b"");
    assert_eq!(after.status, 401);
    assert!(after.text().contains("请先登录"), "{}", after.text());
}

fn answered(office: &Office, token: &str, mut answer: Value) {
    let path = format!("/invitations/{token}");
    let invitation = office.anybody("GET", &path, b"");
    assert_eq!(invitation.status, 200, "{}", invitation.text());
    let invitation = invitation.json();
    assert_eq!(invitation["state"], "invited", "{invitation}");
    if invitation["asks_tail"] == true {
        answer["id_tail"] = json!(tail(office, invitation["id"].as_str().unwrap()));
    }
    let answer = office.anybody("POST", &path, answer.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// The last four of an identity number, as only its owner and a recorded look know them.
fn tail(office: &Office, seat: &str) -> String {
    let tasks = office.get(Role::Officer, "/pools/1/tasks");
    let task = tasks["items"][0]["id"].as_str().unwrap();
    let seats = office.get(Role::Officer, &format!("/pools/1/tasks/{task}/seats"));
    let expert = seats["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == seat)
        .map(|one| one["expert"].as_str().unwrap().to_owned())
        .unwrap();
    office.tail_of(&expert)
}

/// Covers: DG-9-1-a, DG-10-0-b, DG-11-a, DG-11-b.
#[test]
fn the_afternoon_runs_over_the_interface_alone_on_sqlite() {
    journey(Kind::Sqlite);
}

/// Covers: DG-9-1-a, DG-10-0-b, DG-11-a, DG-11-b.
#[test]
fn the_afternoon_runs_over_the_interface_alone_on_postgresql() {
    journey(Kind::Postgres);
}

#[test]
fn a_wrong_file_of_channels_is_told_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("channels.toml");
    std::fs::write(&file, "[mail]\nhost = 3\nsecurity = \"ssl\"\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_linxuan"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path().join("data"))
        .arg("--channels")
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    for part in [
        "没有启动",
        "3 处问题",
        "host 应是带引号的文字",
        "security 写成了“ssl”",
        "没有写 from",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(!folder.path().join("data").exists(), "nothing was made");
}
