//! A bureau and its site, asked as the people of each role ask it.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use domain::actor::{Actor, Grant, Role};
use domain::id::ExpertId;
use service::accounts::NewAccount;
use service::roles::{RoleIn, is_of_system};
use service::sessions::Credentials;
use store::testing::TestStore;
use tower::ServiceExt as _;
use web::security::Transport;
use web::state::App;

use crate::bureau::Bureau;

const PASSWORD: &str = "quiet rain on 97 old tiles";

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    pub(crate) body: String,
}

/// A bureau with its site and somebody logged in for each role.
pub(crate) struct Desk {
    pub(crate) bureau: Bureau,
    router: Router,
    cookies: BTreeMap<Role, String>,
}

pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// Of a page shown again after a refusal: what was typed is in the control with this id and the error beside it,
/// the summary leads there, and no id stands twice.
pub(crate) fn stays(body: &str, name: &str, typed: &str) {
    let (_, rest) = body
        .split_once(&format!("id=\"{name}\" name=\"{name}\""))
        .unwrap_or_else(|| panic!("no control {name}: {body}"));
    let control = rest.split("</div>").next().expect("its field");
    let kept = [
        format!("value=\"{typed}\""),
        format!(">\n{typed}</textarea>"),
    ];
    assert!(
        kept.iter().any(|words| control.contains(words)),
        "{name} holds “{typed}”: {control}"
    );
    for words in [
        format!("<p class=\"err\" id=\"{name}-err\">"),
        format!("<a href=\"#{name}\">"),
    ] {
        assert_eq!(body.matches(&words).count(), 1, "{words}: {body}");
    }
    let ids = body.split(" id=\"").skip(1);
    let mut ids: Vec<&str> = ids.filter_map(|rest| rest.split('"').next()).collect();
    ids.sort_unstable();
    let twice = ids.windows(2).find(|pair| pair[0] == pair[1]);
    assert_eq!(twice, None, "{body}");
}

impl Desk {
    pub(crate) async fn open(engine: &TestStore) -> Self {
        Self::of(Bureau::open(engine, 0).await).await
    }

    /// The site of a bureau.
    pub(crate) async fn of(bureau: Bureau) -> Self {
        let app = App::new(bureau.service.clone(), Transport::Plain)
            .await
            .expect("an app");
        let mut desk = Self {
            router: web::app(&app).expect("a router"),
            bureau,
            cookies: BTreeMap::new(),
        };
        for role in [
            Role::Officer,
            Role::Approver,
            Role::Secretary,
            Role::Requester,
            Role::Supervisor,
        ] {
            let cookie = desk.log_in(role).await;
            desk.cookies.insert(role, cookie);
        }
        desk
    }

    /// The same with somebody logged in for one more role.
    pub(crate) async fn with(mut self, role: Role) -> Self {
        let cookie = self.log_in(role).await;
        self.cookies.insert(role, cookie);
        self
    }

    /// The same with an expert logged in, by an account opened from the record.
    pub(crate) async fn with_expert(mut self, expert: ExpertId) -> Self {
        let service = &self.bureau.service;
        let link = service
            .open_expert_account(&self.bureau.officer, 1, expert)
            .await
            .expect("opened")
            .expect("new");
        let token = link.address.rsplit('/').next().expect("a token");
        let nobody = service.visitor("test", "test");
        service
            .use_password_link(&nobody, token, PASSWORD, PASSWORD)
            .await
            .expect("a password");
        let cookie = self.enter(&link.login).await;
        self.cookies.insert(Role::Expert, cookie);
        self
    }

    async fn log_in(&self, role: Role) -> String {
        let service = &self.bureau.service;
        let new = NewAccount {
            login: role.code().to_owned(),
            name: "同事甲".into(),
            organisation: Some(uuid::Uuid::from_u128(10).into()),
            ..NewAccount::default()
        };
        let (id, link) = service
            .create_account(&service.console(), &new)
            .await
            .expect("an account");
        let token = link.address.rsplit('/').next().expect("a token");
        let nobody = service.visitor("test", "test");
        service
            .use_password_link(&nobody, token, PASSWORD, PASSWORD)
            .await
            .expect("a password");
        let security = Actor {
            name: "安全管理员".into(),
            grants: vec![Grant::of_system(Role::SecurityAdmin)],
            ..Actor::system()
        };
        service
            .grant_role(
                &service.ctx(security, "test", ""),
                id,
                RoleIn::new(role, (!is_of_system(role)).then_some(1)),
            )
            .await
            .expect("a role");
        self.enter(role.code()).await
    }

    /// The cookie of a new session.
    async fn enter(&self, login: &str) -> String {
        let service = &self.bureau.service;
        let typed = Credentials {
            login: login.to_owned(),
            password: PASSWORD.to_owned(),
            network: "192.0.2.1".to_owned(),
            agent: "test".to_owned(),
        };
        let nobody = service.visitor("test", "test");
        let started = service.log_in(&nobody, &typed).await.expect("a session");
        format!("linxuan={}", started.token)
    }

    pub(crate) async fn send(
        &self,
        role: Option<Role>,
        method: &str,
        path: &str,
        kind: &str,
        body: Vec<u8>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, kind);
        if let Some(role) = role {
            request = request.header(header::COOKIE, &self.cookies[&role]);
        }
        let request = request.body(Body::from(body)).expect("a request");
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
        let bytes = to_bytes(response.into_body(), 16 << 20)
            .await
            .expect("a body");
        Answer {
            status,
            location,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub(crate) async fn get(&self, role: Role, path: &str) -> String {
        let answer = self
            .send(Some(role), "GET", path, "text/plain", Vec::new())
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer.body
    }

    pub(crate) async fn post(&self, role: Role, path: &str, form: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = form
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        let kind = "application/x-www-form-urlencoded";
        self.send(Some(role), "POST", path, kind, body.join("&").into_bytes())
            .await
    }

    pub(crate) async fn done(&self, role: Role, path: &str, form: &[(&str, &str)]) -> String {
        let answer = self.post(role, path, form).await;
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "{path}: {}",
            answer.body
        );
        answer.location
    }

    pub(crate) async fn refused(&self, role: Role, path: &str, form: &[(&str, &str)]) -> String {
        let answer = self.post(role, path, form).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{path}: {}",
            answer.body
        );
        answer.body
    }
}
