//! What a request can fail with, as a page in plain words or as an RFC 9457 problem document.

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;
use service::sessions::Gate;

use crate::components::Link;
use crate::layout::{Layout, Site, Visit};
use crate::page;
use crate::state::SiteWords;

/// Where a signed-out visitor signs in.
pub const SIGN_IN: &str = "/login";

/// Why a request is not answered with what was asked for.
#[derive(Clone, Debug)]
pub enum WebError {
    /// There is no such page, or none for this visitor: the two are told apart by nobody.
    NotFound,
    /// The visitor's post does not include this.
    Forbidden {
        /// What it does not include, after 您的岗位不能: 查看抽取名单.
        what: String,
        /// Why, with the article where one says so.
        why: String,
        /// Whom to ask: 职业能力建设科 周敏，电话 0000-12333.
        contact: String,
    },
    /// The visitor has to sign in first and comes back here.
    SignedOut,
    /// The session still has to do something before it may go on: change the password, enter a code.
    Unfinished(Gate),
    /// A request that another site started.
    CrossSite,
    /// Somebody else changed the same record.
    Conflict {
        /// Who and when: 王强 在 10:21 改过这条记录.
        what: String,
        /// Where the other change can be seen; empty for nowhere.
        href: String,
    },
    /// What was asked for is refused by a rule; not a mistake in a form.
    Refused {
        /// What happened.
        what: String,
        /// Why, with the article.
        why: String,
        /// What to do.
        remedy: String,
        /// The same for machines: code, article and sentence of each reason.
        reasons: Vec<service::Reason>,
    },
    /// What was sent does not hold; pages show their form again instead.
    Invalid(Vec<service::Problem>),
    /// The request is larger than allowed.
    TooLarge,
    /// The request cannot be read.
    Unreadable,
    /// Too many requests or attempts.
    TooMany {
        /// When to try again.
        wait: Duration,
    },
    /// The service is not able to answer now.
    Unavailable {
        /// Until when, or why, in words.
        what: String,
    },
    /// A defect. The number is shown and logged; the cause is only logged.
    Internal {
        /// What support asks for.
        number: String,
    },
    /// Any other status.
    Status(StatusCode),
}

impl WebError {
    /// A defect: logs the cause under a number that the page shows.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let number = number();
        tracing::error!(number, %cause, "request failed");
        Self::Internal { number }
    }
    /// The session stands at this gate.
    #[must_use]
    pub fn unfinished(gate: Gate) -> Self {
        Self::Unfinished(gate)
    }
    /// What a bare status of a library means.
    #[must_use]
    pub fn from_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::BAD_REQUEST
            | StatusCode::UNSUPPORTED_MEDIA_TYPE
            | StatusCode::UNPROCESSABLE_ENTITY => Self::Unreadable,
            StatusCode::UNAUTHORIZED => Self::SignedOut,
            StatusCode::INTERNAL_SERVER_ERROR => Self::internal("bare status 500"),
            StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
            | StatusCode::REQUEST_TIMEOUT => Self::Unavailable {
                what: "服务器现在很忙，没有来得及处理。".into(),
            },
            other => Self::Status(other),
        }
    }
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden { .. } | Self::CrossSite | Self::Unfinished(_) => StatusCode::FORBIDDEN,
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::Conflict { .. } => StatusCode::CONFLICT,
            Self::Refused { .. } | Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Status(status) => *status,
        }
    }
    /// The three parts of what is said: what happened, why, what to do.
    #[must_use]
    pub fn words(&self, site: &Site) -> Words {
        let help = if site.help_phone.is_empty() {
            String::new()
        } else {
            format!("，电话 {}", site.help_phone)
        };
        match self {
            Self::NotFound => Words::new(
                "没有这个页面",
                "地址可能写错了，内容可能已撤下，也可能不在您可以看的范围内。",
                "请检查地址，或从首页重新进入。",
            ),
            Self::Forbidden { what, why, contact } => Words {
                heading: format!("您的岗位不能{what}"),
                why: why.clone(),
                remedy: format!("需要时请联系 {contact}。"),
            },
            Self::SignedOut => Words::new(
                "请先登录",
                "登录已过期，或者还没有登录。",
                "登录后会回到这一页。",
            ),
            Self::Unfinished(gate) => Words {
                heading: format!("请先{}", gate.zh()),
                why: "这个登录还没有完成。".into(),
                remedy: format!("请先到“{}”页面办理，办好后即可继续。", gate.zh()),
            },
            Self::Invalid(problems) => Words {
                heading: "填写的内容有误，没有保存".into(),
                why: problems
                    .iter()
                    .map(|problem| problem.sentence.as_str())
                    .collect(),
                remedy: "请改正后重新提交。".into(),
            },
            Self::CrossSite => Words::new(
                "没有执行这次操作",
                "请求是从别的网站发起的，系统按规定拦下，没有保存任何内容。",
                "请直接打开本系统，在本系统的页面里重新操作。",
            ),
            Self::Conflict { what, .. } => Words {
                heading: "内容已被别人改过，没有保存".into(),
                why: what.clone(),
                remedy:
                    "请看对方改了什么，再决定是否仍按您的内容保存。按“后退”可以找回您填的内容。"
                        .into(),
            },
            Self::Refused {
                what, why, remedy, ..
            } => Words {
                heading: what.clone(),
                why: why.clone(),
                remedy: remedy.clone(),
            },
            Self::TooLarge => Words::new(
                "文件太大，没有保存",
                "一次提交的内容超过了系统允许的大小（单个文件 20 MB）。",
                "请压缩图片或分开提交后再试。",
            ),
            Self::Unreadable => Words::new(
                "没有读懂这次提交，没有保存",
                "提交的内容不完整，或格式不是本系统的表单。",
                "请返回原页面刷新后重新提交。",
            ),
            Self::TooMany { wait } => Words {
                heading: "操作太频繁，先停一会儿".into(),
                why: "为了防止冒用，同一账号或同一网络在短时间内的次数有限。".into(),
                remedy: format!("请在 {} 后再试。", duration(*wait)),
            },
            Self::Unavailable { what } => Words {
                heading: "系统暂时不能使用".into(),
                why: what.clone(),
                remedy: format!("请稍后再试；急用请联系技术支持{help}。"),
            },
            Self::Internal { number } => Words {
                heading: "出错了，刚才的操作没有保存".into(),
                why: format!("系统内部出错，已记录，编号 {number}。"),
                remedy: format!("请再试一次；还不行，把编号报给技术支持{help}。"),
            },
            Self::Status(status) => Words {
                heading: "不能这样访问这个地址".into(),
                why: format!("服务器的答复是 {}。", status.as_u16()),
                remedy: "请从首页重新进入。".into(),
            },
        }
    }
}

/// What is said about a failure, in three parts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Words {
    /// What happened.
    pub heading: String,
    /// Why.
    pub why: String,
    /// What to do.
    pub remedy: String,
}

impl Words {
    fn new(heading: &str, why: &str, remedy: &str) -> Self {
        Self {
            heading: heading.into(),
            why: why.into(),
            remedy: remedy.into(),
        }
    }
}

impl IntoResponse for WebError {
    /// The status with the failure attached; [`render`] turns it into a page or a problem document.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Failure(Arc::new(self)));
        response
    }
}

#[derive(Clone)]
struct Failure(Arc<WebError>);

/// The page of a failure.
#[derive(Template)]
#[template(path = "errors/error.html")]
struct ErrorPage {
    layout: Layout,
    status: StatusCode,
    words: Words,
    actions: Vec<Link>,
}

/// The problem document of a failure (RFC 9457).
#[derive(Serialize)]
struct Problem {
    r#type: &'static str,
    title: String,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// What is wrong, field by field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<service::Problem>,
    /// Why it is refused, each reason with its code and article.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<service::Reason>,
}

/// A failure that has no words yet, as a problem document.
pub(crate) fn in_words(response: &Response, site: &Site) -> Option<Response> {
    let failure = response.extensions().get::<Failure>()?;
    Some(problem(&failure.0, site))
}

/// Middleware: gives every failure its words, whether it was raised here or is a bare status of a library.
pub async fn render(State(site): State<SiteWords>, request: Request, next: Next) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let readable = matches!(request.method().as_str(), "GET" | "HEAD");
    let response = next.run(request).await;
    let status = response.status();
    let failure = match response.extensions().get::<Failure>() {
        Some(failure) => Arc::clone(&failure.0),
        None if response
            .extensions()
            .get::<tower_http::csrf::ProtectionError>()
            .is_some() =>
        {
            Arc::new(WebError::CrossSite)
        }
        None if (status.is_client_error() || status.is_server_error()) && is_bare(&response) => {
            Arc::new(WebError::from_status(status))
        }
        None => return response,
    };
    let site = site.now();
    let mut answer = if wants_problem(&uri, &headers) {
        problem(&failure, &site)
    } else if matches!(*failure, WebError::SignedOut) && !headers.contains_key(page::FRAGMENT) {
        let back = if readable {
            uri.path_and_query().map_or("/", |path| path.as_str())
        } else {
            "/"
        };
        Redirect::to(&format!("{SIGN_IN}?back={}", escape_query(back))).into_response()
    } else if let WebError::Unfinished(gate) = &*failure {
        Redirect::to(gate_page(*gate)).into_response()
    } else {
        error_page(&failure, &site, &Visit::of(&uri, &headers))
    };
    for (name, value) in response.headers() {
        if name == header::ALLOW || name == header::SET_COOKIE {
            answer.headers_mut().append(name, value.clone());
        }
    }
    if let WebError::TooMany { wait } = &*failure {
        answer.headers_mut().insert(
            header::RETRY_AFTER,
            HeaderValue::from(wait.as_secs().max(1)),
        );
    }
    answer
}

/// Where a session at this gate goes on.
#[must_use]
pub fn gate_page(gate: Gate) -> &'static str {
    match gate {
        Gate::Open => "/",
        Gate::Code => "/login/code",
        Gate::Password => "/me/password",
        Gate::Enrolment => "/me/totp",
    }
}

impl From<domain::actor::Denied> for WebError {
    fn from(denied: domain::actor::Denied) -> Self {
        Self::Forbidden {
            what: denied.action.zh().to_owned(),
            why: "这项内容按岗位开放。".to_owned(),
            contact: "安全管理员调整岗位".to_owned(),
        }
    }
}

impl From<service::Error> for WebError {
    /// What a use case refused, in the words of a page. Forms show [`service::Error::Invalid`] beside their fields
    /// themselves.
    fn from(error: service::Error) -> Self {
        use service::Error;
        match error {
            Error::NotFound => Self::NotFound,
            Error::Forbidden(denied) => denied.into(),
            Error::OutsideRemit(reason) => Self::Forbidden {
                what: "办理这一项".to_owned(),
                why: format!("{}。", reason.sentence),
                contact: "安全管理员调整岗位".to_owned(),
            },
            Error::LoggedOut | Error::Unauthenticated(_) => Self::SignedOut,
            Error::TooMany(_) => Self::TooMany {
                wait: Duration::from_secs(15 * 60),
            },
            Error::Refused(reasons) => Self::refused(&reasons),
            Error::Stale => Self::Conflict {
                what: "这条内容刚被他人更新。".to_owned(),
                href: String::new(),
            },
            Error::Invalid(problems) => Self::Invalid(problems),
            Error::Unavailable(cause) => {
                tracing::error!(%cause, "the service cannot work now");
                Self::Unavailable {
                    what: cause.to_string(),
                }
            }
            Error::Document(why) => Self::Refused {
                what: "文书没有生成".to_owned(),
                why,
                remedy: String::new(),
                reasons: Vec::new(),
            },
            other => Self::internal(other),
        }
    }
}

impl WebError {
    fn refused(reasons: &[service::Reason]) -> Self {
        let sentences = reasons.iter().map(|reason| match reason.article.as_str() {
            "" => reason.sentence.clone(),
            article => format!("{}（{article}）", reason.sentence),
        });
        Self::Refused {
            what: "这项操作没有办成，没有保存".to_owned(),
            why: sentences.collect::<Vec<_>>().join("；"),
            remedy: String::new(),
            reasons: reasons.to_vec(),
        }
    }
}

fn is_bare(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

fn wants_problem(uri: &Uri, headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    uri.path().starts_with("/api/") || (accept.contains("json") && !accept.contains("html"))
}

fn problem(failure: &WebError, site: &Site) -> Response {
    let words = failure.words(site);
    let document = Problem {
        r#type: "about:blank",
        title: words.heading,
        status: failure.status().as_u16(),
        detail: format!("{}{}", words.why, words.remedy),
        number: match failure {
            WebError::Internal { number } => Some(number.clone()),
            _ => None,
        },
        problems: match failure {
            WebError::Invalid(problems) => problems.clone(),
            _ => Vec::new(),
        },
        reasons: match failure {
            WebError::Refused { reasons, .. } => reasons.clone(),
            _ => Vec::new(),
        },
    };
    (
        failure.status(),
        [
            (header::CONTENT_TYPE, "application/problem+json"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        serde_json::to_vec(&document).unwrap_or_default(),
    )
        .into_response()
}

fn error_page(failure: &WebError, site: &Arc<Site>, visit: &Visit) -> Response {
    let words = failure.words(site);
    let mut actions = Vec::new();
    match failure {
        WebError::Conflict { href, .. } if !href.is_empty() => {
            actions.push(Link::new("看对方改了什么", href.clone()))
        }
        WebError::SignedOut => actions.push(Link::new("登录", SIGN_IN)),
        WebError::Internal { .. } | WebError::Unavailable { .. } => {
            actions.push(Link::new("再试一次", visit.path.clone()));
        }
        _ => {}
    }
    actions.push(Link::new("回到首页", "/"));
    let status = failure.status();
    let template = ErrorPage {
        layout: Layout::new(site, visit, words.heading.clone()),
        status,
        words,
        actions,
    };
    page::with_status(status, &template).unwrap_or_else(|_| status.into_response())
}

fn duration(wait: Duration) -> String {
    match wait.as_secs() {
        seconds @ 0..=90 => format!("{} 秒", seconds.max(1)),
        seconds => format!("{} 分钟", seconds.div_ceil(60)),
    }
}

/// Six characters that nobody confuses when reading them aloud. They name a log line, they are no secret.
pub(crate) fn number() -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut rest = std::hash::RandomState::new().build_hasher().finish();
    (0..6)
        .map(|_| {
            let letter = LETTERS[(rest & 31) as usize];
            rest >>= 5;
            char::from(letter)
        })
        .collect()
}

pub(crate) fn escape_query(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                escaped.push(char::from(byte))
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}
