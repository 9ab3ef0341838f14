//! An expert's own space and the pages behind links, over HTTP: landing, confirming the yearly
//! information, answering and asking leave, declaring a relation, answering a special invitation.

use std::sync::Arc;

use crate::bureau::Bureau;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use jiff::civil::date;
use service::port::SystemEntropy;
use service::sessions::Credentials;
use service::special_invitations::Proposal;
use service::{Packs, PageRequest, Service, Settings};
use store::Kind;
use store::messages::MessageFilter;
use store::testing::TestStore;
use tower::ServiceExt as _;
use web::security::Transport;
use web::state::App;

const PASSWORD: &str = "quiet rain on 97 old tiles";

struct Answer {
    status: StatusCode,
    location: String,
    body: String,
}

struct Phone {
    router: Router,
    cookie: String,
}

impl Phone {
    async fn send(&self, method: &str, path: &str, form: &str) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .expect("a request");
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("answered");
        let status = response.status();
        let location = response.headers().get(header::LOCATION);
        let location = location.and_then(|to| to.to_str().ok()).unwrap_or_default();
        let location = location.to_owned();
        let body = to_bytes(response.into_body(), 4 << 20)
            .await
            .expect("a body");
        Answer {
            status,
            location,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    async fn page(&self, path: &str) -> String {
        let answer = self.send("GET", path, "").await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer.body
    }
}

/// An expert logged in with an account opened from their record.
async fn expert(bureau: &Bureau, router: &Router, expert: domain::id::ExpertId) -> Phone {
    let service = &bureau.service;
    let link = service
        .open_expert_account(&bureau.officer, 1, expert)
        .await
        .expect("opened")
        .expect("new");
    let token = link.address.rsplit('/').next().expect("a token");
    let visitor = service.visitor("test", "test");
    service
        .use_password_link(&visitor, token, PASSWORD, PASSWORD)
        .await
        .expect("set");
    let typed = Credentials {
        login: link.login,
        password: PASSWORD.into(),
        network: "192.0.2.9".into(),
        agent: "test".into(),
    };
    let started = service.log_in(&visitor, &typed).await.expect("logged in");
    Phone {
        router: router.clone(),
        cookie: format!("linxuan={}", started.token),
    }
}

/// The path of the latest link of a kind that was sent.
async fn link(bureau: &Bureau, kind: &str) -> String {
    let filter = MessageFilter {
        channel: Some("sms".into()),
        ..MessageFilter::default()
    };
    let (seals, page) = (bureau.store.seals(), PageRequest::first(50));
    let found = store::messages::page(&mut bureau.store.read(), seals, &filter, &page)
        .await
        .expect("read");
    let texts = found.items.iter().map(|one| one.message.content.reveal());
    let text = texts.into_iter().find(|text| text.contains(kind));
    let text = text.expect("sent").to_owned();
    text[text.find(kind).expect("a link")..].to_owned()
}

/// Covers: DG-16-1-a, DG-11-c, DG-13-2.
#[tokio::test]
async fn an_expert_confirms_answers_asks_leave_and_declares() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let bureau = Bureau::open(&engine, 6).await;
    let app = App::new(bureau.service.clone(), Transport::Plain)
        .await
        .expect("an app");
    let router = web::app(&app).expect("a router");
    let (task, _) = bureau.unsealed(1, 3).await;
    let seats = bureau.service.seats(&bureau.officer, task).await;
    let seat = seats.expect("seats").remove(0).engagement;
    let phone = expert(&bureau, &router, seat.expert).await;
    let campaign = bureau
        .service
        .start_campaign(&bureau.officer, bureau.pool, Some(date(2022, 7, 31)), false)
        .await
        .expect("started");

    assert_eq!(phone.send("GET", "/", "").await.location, "/m");
    let home = phone.page("/m").await;
    assert!(home.contains("焊接项目评审") && home.contains("2022年入库信息确认"));
    for page in ["/m/me", "/m/readings", "/m/relations", "/m/messages"] {
        phone.page(page).await;
    }
    let messages = phone.page("/m/messages").await;
    assert!(
        messages.contains(&format!("/m/invites/{}", seat.id)),
        "what was sent before the log-in existed is there too"
    );
    assert!(!messages.contains("/m/i/"), "no bearer link is shown again");

    let update = format!("/m/updates/{campaign}");
    assert!(phone.page(&update).await.contains("154****"));
    let blank = phone.send("POST", &update, "").await;
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(blank.body.contains("还没有选择"));
    let nothing = phone.send("POST", &update, "answer=changed").await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = phone.send("POST", &update, "answer=unchanged").await;
    assert_eq!(
        (done.status, done.location.as_str()),
        (StatusCode::SEE_OTHER, update.as_str())
    );
    assert!(phone.page(&update).await.contains("您已确认无变化"));
    let stranger = Phone {
        router: router.clone(),
        cookie: String::new(),
    };
    let by_link = link(&bureau, "/m/u/").await;
    assert!(stranger.page(&by_link).await.contains("请确认您的入库信息"));

    let invite = format!("/m/invites/{}", seat.id);
    assert!(phone.page(&invite).await.contains("接受邀请"));
    let undeclared = phone.send("POST", &invite, "answer=accept").await;
    assert_eq!(undeclared.status, StatusCode::UNPROCESSABLE_ENTITY);
    let some = phone
        .send("POST", &invite, "answer=accept&declared=some")
        .await;
    assert_eq!(some.location, format!("{invite}?view=recuse"));
    phone.page(&some.location).await;
    let accepted = phone
        .send("POST", &invite, "answer=accept&declared=none")
        .await;
    assert_eq!(accepted.status, StatusCode::SEE_OTHER);
    let page = phone.page(&invite).await;
    let leave = format!("{invite}?view=leave");
    assert!(
        page.contains(&leave),
        "the way to leave is an address that exists"
    );
    assert!(phone.page(&leave).await.contains("请假事由"));
    phone.page(&format!("{invite}/calendar.ics")).await;
    let wordless = phone
        .send("POST", &format!("{invite}/leave"), "reason=")
        .await;
    assert_eq!(wordless.status, StatusCode::UNPROCESSABLE_ENTITY);
    let asked = phone
        .send("POST", &format!("{invite}/leave"), "reason=ill")
        .await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER);
    assert!(phone.page(&invite).await.contains("您已提出请假"));

    let blank = phone.send("POST", "/m/relations", "").await;
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    let declared = "kind=%E9%A1%BE%E9%97%AE&with=organisation&organisation=Unit&note=adviser";
    let declared = phone.send("POST", "/m/relations", declared).await;
    assert_eq!(declared.status, StatusCode::SEE_OTHER, "{}", declared.body);
    let page = phone.page("/m/relations").await;
    assert!(page.contains("本人申报"));
    let (_, rest) = page.split_once("/m/relations/").expect("a way to withdraw");
    let (id, _) = rest.split_once('/').expect("an id");
    let withdraw = format!("/m/relations/{id}/withdraw");
    assert!(phone.page(&withdraw).await.contains("撤回的理由"));
    let wordless = phone.send("POST", &withdraw, "version=1&reason=").await;
    assert_eq!(wordless.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wordless.body.contains("没有写明撤回的理由"));
    let withdrawn = phone
        .send("POST", &withdraw, "version=1&reason=wrong")
        .await;
    assert_eq!(withdrawn.location, "/m/relations");
    let page = phone.page("/m/relations").await;
    assert!(page.contains("已撤回") && page.contains("撤回：wrong") && !page.contains(&withdraw));
    let again = phone
        .send("POST", &withdraw, "version=2&reason=wrong")
        .await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.body.contains("不用再办"));
    let unknown = withdraw.replace(id, "01890000-0000-7000-8000-000000000001");
    let unknown = phone.send("GET", &unknown, "").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

/// Covers: DG-5-3.
#[tokio::test]
async fn an_invited_person_answers_on_the_page_of_the_letter() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let bureau = Bureau::open(&engine, 1).await;
    let app = App::new(bureau.service.clone(), Transport::Plain)
        .await
        .expect("an app");
    let proposal = Proposal {
        task: None,
        name: "受邀人甲".into(),
        employer: "示例理工大学".into(),
        phone: "15400000801".into(),
        specialty: bureau.specialty.to_string(),
        reason: "焊接专业专家不足".into(),
        fitness: "正高级工程师".into(),
        ..Proposal::default()
    };
    let service = &bureau.service;
    let id = service
        .propose_special_invitation(&bureau.officer, bureau.pool, &proposal)
        .await
        .expect("proposed");
    service
        .send_special_invitation(&bureau.approver, id, None, false)
        .await
        .expect("signed");
    let phone = Phone {
        router: web::app(&app).expect("a router"),
        cookie: String::new(),
    };
    let address = link(&bureau, "/m/s/").await;
    let page = phone.page(&address).await;
    assert!(page.contains("受邀人甲") && page.contains("有效身份证件复印件"));
    assert!(!page.contains("15400000801"), "no phone in the page");
    let blank = phone.send("POST", &address, "").await;
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    let accepted = phone.send("POST", &address, "answer=accept").await;
    assert_eq!(accepted.status, StatusCode::SEE_OTHER);
    assert!(phone.page(&address).await.contains("您已接受邀请"));
    let again = phone.send("POST", &address, "answer=decline").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = phone.send("GET", "/m/s/nothing", "").await;
    assert_eq!(wrong.status, StatusCode::NOT_FOUND);
}

/// Of a demonstration every page says so: for officers, on the phone, for the public, and when
/// something went wrong.
#[tokio::test]
async fn a_demonstration_says_so_once_on_every_page() {
    let engine = TestStore::open(Kind::Sqlite).await;
    let bureau = Bureau::open(&engine, 2).await;
    let pack = domain::policy::library::shipped("dg-2021").expect("shipped");
    let pack = domain::policy::check(pack.pack).expect("sound");
    let settings = Settings {
        demonstration: true,
        ..Settings::default()
    };
    let shown = Service::new(
        bureau.store.clone(),
        Packs::new([pack]),
        bureau.clock.clone(),
        Arc::new(SystemEntropy),
        settings,
    );
    let seat = domain::id::ExpertId(uuid::Uuid::from_u128(101_000));
    let plain = App::new(bureau.service.clone(), Transport::Plain).await;
    let plain = web::app(&plain.expect("an app")).expect("a router");
    let phone = expert(&bureau, &plain, seat).await;
    let app = App::new(shown, Transport::Plain).await.expect("an app");
    let demonstration = Phone {
        router: web::app(&app).expect("a router"),
        cookie: phone.cookie.clone(),
    };
    let words = "<b>演示：</b>单位、专家和抽取结果均为虚构";
    let nobody = Phone {
        router: demonstration.router.clone(),
        cookie: String::new(),
    };
    let login = nobody.page("/login").await;
    assert_eq!(login.matches(words).count(), 1, "{login}");
    for path in [
        "/public",
        "/help",
        "/m",
        "/m/me",
        "/m/relations",
        "/m/messages",
        "/m/i/nothing",
        "/m/s/nothing",
        "/p/1",
        "/nowhere",
    ] {
        let said = demonstration.send("GET", path, "").await;
        assert_eq!(said.body.matches(words).count(), 1, "{path}: {}", said.body);
        let silent = phone.send("GET", path, "").await;
        assert!(!silent.body.contains("演示："), "{path}");
    }
}
