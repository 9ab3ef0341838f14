//! A site made of the sample pages only, on a free port of this machine.

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use web::auth::{Enrolment, LoginPage, PasswordPage, SetupPage, TotpPage};
use web::components::Qr;
use web::error::WebError;
use web::form::FormState;
use web::layout::{Layout, Visit};
use web::page;
use web::security::Transport;

use super::{frames, gallery};

/// Starts the sample pages and gives their address.
pub(crate) async fn start() -> String {
    serve(router()).await
}

/// Serves routes on a free port and gives the address.
pub(crate) async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// The sample pages behind everything that real pages stand behind.
pub(crate) fn router() -> Router {
    let features = Router::new()
        .route("/", get(async || page::see_other("/gallery")))
        .route(
            "/gallery",
            get(async |visit: Visit| page::page(&gallery::gallery(visit.size))),
        )
        .route(
            "/phone",
            get(async |visit: Visit| page::page(&frames::phone(bare(&visit, "评审邀请")))),
        )
        .route(
            "/sheet",
            get(async |visit: Visit| {
                page::page(&frames::Sheet {
                    layout: gallery::layout("发放表", visit.size),
                })
            }),
        )
        .route("/login", get(login))
        .route("/totp", get(totp))
        .route("/setup", get(setup))
        .route("/password", get(password))
        .route("/fail/{kind}", get(fail).post(fail))
        .route(
            "/panic",
            get(async || -> &'static str { panic!("on purpose") }),
        )
        .route("/form", post(async |form: FormState| form.text("name")));
    web::site(features, gallery::site(), &Transport::Plain).expect("no origins to misread")
}

fn bare(visit: &Visit, title: &str) -> Layout {
    Layout::new(&gallery::site(), visit, title)
}

async fn login(visit: Visit) -> Result<axum::response::Response, WebError> {
    let mut form = FormState::blank().with("account", "zhoumin");
    form.reject("", "账号或密码不对。再错 3 次会锁定 15 分钟。");
    page::rejected(&LoginPage {
        layout: bare(&visit, "登录").judged(&form),
        form,
        notice: "登录已过期，登录后会回到原来的页面。".into(),
        back: visit.query.value("back").to_owned(),
    })
}

async fn totp(visit: Visit) -> Result<axum::response::Response, WebError> {
    page::page(&TotpPage {
        layout: bare(&visit, "绑定动态口令"),
        form: FormState::blank(),
        enrolment: Some(Enrolment {
            qr: Qr::new(
                "otpauth://totp/linxuan:zhoumin?secret=JBSWY3DPEHPK3PXP",
                "动态口令二维码",
            ),
            secret: "JBSWY3DPEHPK3PXP".into(),
        }),
        action: "/totp".into(),
        back: "/".into(),
    })
}

async fn setup(visit: Visit) -> Result<axum::response::Response, WebError> {
    let layout = bare(&visit, "首次使用");
    page::page(&SetupPage {
        layout,
        form: FormState::blank(),
        packs: vec![web::form::Choice::new(
            "dg-2021",
            "专家库管理办法（现行有效）",
        )],
        action: "/setup/1".into(),
    })
}

async fn password(visit: Visit) -> Result<axum::response::Response, WebError> {
    let layout = bare(&visit, "修改密码");
    page::page(&PasswordPage {
        layout,
        form: FormState::blank(),
        reason: "首次登录须修改初始密码。".into(),
        current: true,
        action: "/password".into(),
    })
}

async fn fail(Path(kind): Path<String>) -> Result<(), WebError> {
    Err(match kind.as_str() {
        "forbidden" => WebError::Forbidden {
            what: "查看抽取名单".into(),
            why: "这项内容按岗位开放。".into(),
            contact: "职业能力建设科 周敏，电话 0000-12333".into(),
        },
        "signed-out" => WebError::SignedOut,
        "conflict" => WebError::Conflict {
            what: "王强 在 10:21 改过这条记录。".into(),
            href: "/experts/1/history".into(),
        },
        "refused" => WebError::Refused {
            what: "不能聘任这名专家".into(),
            why: "公示还差 2 个工作日（第十二条）。".into(),
            remedy: "请在 11月25日 以后办理。".into(),
            reasons: Vec::new(),
        },
        "too-many" => WebError::TooMany {
            wait: std::time::Duration::from_secs(840),
        },
        "unavailable" => WebError::Unavailable {
            what: "系统正在备份，预计 02:10 结束。".into(),
        },
        "too-large" => WebError::TooLarge,
        "internal" => WebError::internal("on purpose"),
        _ => WebError::NotFound,
    })
}
