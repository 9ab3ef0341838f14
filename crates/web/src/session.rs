//! Who sends a request: the cookie becomes a session once, before routing, and handlers take it from there.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use service::sessions::SignedIn;
use service::{Ctx, OpenPool};

use crate::components::Link;
use crate::error::{self, WebError};
use crate::layout::{Layout, Visit, Visitor};
use crate::limits::{self, Kind};
use crate::menu;
use crate::security::Transport;
use crate::state::App;

/// Carries the identifier of a request back to its sender.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Where a request comes from, and its identifier.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Address of the sender, as the log names it.
    pub address: String,
    /// The network it belongs to, by which tries are counted.
    pub network: String,
    /// Identifier of the request.
    pub request: String,
    /// The browser, as it names itself; shown in the list of sessions.
    pub agent: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, WebError> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| WebError::internal("request without origin"))
    }
}

/// The session of a request.
#[derive(Clone, Debug)]
pub struct Session(Arc<SignedIn>);

impl Deref for Session {
    type Target = SignedIn;
    fn deref(&self) -> &SignedIn {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, WebError> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(WebError::SignedOut)
    }
}

/// The pool of the address (`/p/{no}/…`, `/api/v1/pools/{no}/…`), when the sender holds any role in it. To
/// everybody else it does not exist.
#[derive(Clone, Debug)]
pub struct InPool {
    /// The session.
    pub session: Session,
    /// The pool with its number and its law.
    pub open: Arc<OpenPool>,
    /// The office that manages it.
    pub manager: Arc<str>,
}

impl Deref for InPool {
    type Target = OpenPool;
    fn deref(&self) -> &OpenPool {
        &self.open
    }
}

impl InPool {
    /// The context of the use case.
    #[must_use]
    pub fn ctx(&self) -> &Ctx {
        &self.session.ctx
    }

    /// An address below this pool: `href("experts")` is `/p/3/experts`.
    #[must_use]
    pub fn href(&self, rest: impl std::fmt::Display) -> String {
        let rest = rest.to_string();
        let slash = if rest.is_empty() { "" } else { "/" };
        format!("/p/{}{slash}{rest}", self.no)
    }

    /// The words of the box to tick before something is done, `act`, under a law that is past its validity or a
    /// draft; empty where nothing is to be ticked.
    #[must_use]
    pub fn confirm_status(&self, act: &str) -> String {
        let standing = self.standing(self.ctx().today());
        match (standing.effect(), standing.banner()) {
            (Some(_), Some(words)) => format!(
                "已知《{}》{words}，仍按此办法{act}；此确认会留痕。",
                self.pack.identity.title
            ),
            _ => String::new(),
        }
    }

    /// A page of this pool, with menu, banners and the way here.
    #[must_use]
    pub fn layout(&self, app: &App, visit: &Visit, title: impl Into<String>) -> Layout {
        let mut layout = frame(&self.session, app, visit, title, Some(self));
        layout
            .banners
            .extend(crate::home::banners(app, &self.session.ctx, &self.open));
        layout.of_office(&*self.manager)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for InPool {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, WebError> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(WebError::NotFound)
    }
}

impl Session {
    /// A page that belongs to no pool.
    #[must_use]
    pub fn layout(&self, app: &App, visit: &Visit, title: impl Into<String>) -> Layout {
        frame(self, app, visit, title, None)
    }
}

fn frame(
    session: &Session,
    app: &App,
    visit: &Visit,
    title: impl Into<String>,
    pool: Option<&InPool>,
) -> Layout {
    let actor = &session.ctx.actor;
    let posts: Vec<_> = actor
        .grants
        .iter()
        .filter(|grant| pool.is_none_or(|here| grant.pool == Some(here.pool.id)))
        .map(|grant| grant.role.zh())
        .collect();
    let visitor = Visitor {
        name: actor.name.clone(),
        post: match (&pool, posts.as_slice()) {
            (Some(here), []) => here.pool.name.clone(),
            (None, []) => "未授予岗位".to_owned(),
            (Some(here), posts) => format!("{} · {}", posts.join("、"), here.pool.name),
            (None, posts) => posts.join("、"),
        },
        unread: 0,
        links: vec![
            Link::new("账号与安全", "/me"),
            Link::new("切换专家库", "/pools"),
        ],
    };
    let pool = pool.map(|here| (here.no, here.pool.id, &*here.pack));
    let menu = menu::of(actor, pool, &visit.path);
    let mut layout = Layout::new(&app.site.now(), visit, title).signed_in(visitor, menu);
    layout.clock = crate::page::moment(session.ctx.now);
    layout
}

/// Name of the cookie of this transport.
#[must_use]
pub fn cookie_name(transport: &Transport) -> &'static str {
    match transport {
        Transport::Plain => "linxuan",
        Transport::Tls { .. } => "__Host-linxuan",
    }
}

/// The cookie that carries a session's token.
#[must_use]
pub fn cookie(transport: &Transport, token: String) -> Cookie<'static> {
    Cookie::build((cookie_name(transport), token))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(matches!(transport, Transport::Tls { .. }))
        .build()
}

/// Middleware around all routes: names the request, counts it, and turns the cookie into a session and the address
/// into a pool.
pub async fn load(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let address = sender(
        &app.transport,
        request.extensions().get::<ConnectInfo<SocketAddr>>(),
        request.headers(),
    );
    let origin = Origin {
        network: address
            .parse()
            .map_or_else(|_| address.clone(), limits::network),
        address,
        request: error::number(),
        agent: header(request.headers(), "user-agent")
            .chars()
            .take(200)
            .collect(),
    };
    let id = HeaderValue::from_str(&origin.request);
    let jar = CookieJar::from_headers(request.headers());
    let shown = shown(&app.transport, &request, &jar);
    let number = pool_number(request.uri().path());
    let mut response = match identify(&app, &origin, shown, number).await {
        Ok((session, pool)) => {
            let extensions = request.extensions_mut();
            extensions.insert(origin);
            extensions.insert(app.clone());
            if let Some(session) = session {
                extensions.insert(session);
            }
            if let Some(pool) = pool {
                extensions.insert(pool);
            }
            next.run(request).await
        }
        Err(refused) => refused.into_response(),
    };
    if let Ok(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// What a request shows to say whose it is.
enum Shown<'r> {
    /// The cookie of a log-in.
    Cookie(&'r str),
    /// `Authorization: Bearer …`, for programs and only on the JSON interface. It counts alone: a cookie
    /// beside it does not.
    Bearer(&'r str),
}

fn shown<'r>(transport: &Transport, request: &'r Request, jar: &'r CookieJar) -> Option<Shown<'r>> {
    let authorization = header(request.headers(), "authorization");
    let bearer = authorization
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match bearer {
        Some((_, token)) if request.uri().path().starts_with("/api/") => {
            Some(Shown::Bearer(token.trim()))
        }
        _ => jar
            .get(cookie_name(transport))
            .map(|cookie| Shown::Cookie(cookie.value())),
    }
}

async fn identify(
    app: &App,
    origin: &Origin,
    shown: Option<Shown<'_>>,
    number: Option<i64>,
) -> Result<(Option<Session>, Option<InPool>), WebError> {
    app.limits
        .take(Kind::Any, &origin.network)
        .map_err(|wait| WebError::TooMany { wait })?;
    let (source, request) = (&origin.address, &origin.request);
    let found = match shown {
        None => None,
        Some(Shown::Cookie(token)) => app.service.authenticate(token, source, request).await?,
        Some(Shown::Bearer(token)) => {
            let found = app
                .service
                .authenticate_token(token, source, request)
                .await?;
            if found.is_none() {
                // A wrong token is a guess; the right ones are never counted.
                app.limits
                    .take(Kind::Secret, &origin.network)
                    .map_err(|wait| WebError::TooMany { wait })?;
            }
            found
        }
    };
    let Some(found) = found else {
        return Ok((None, None));
    };
    let session = Session(Arc::new(found));
    let Some(no) = number else {
        return Ok((Some(session), None));
    };
    let pool = match app.service.pool_numbered(&session.ctx, no).await {
        Ok(open) => Some(InPool {
            session: session.clone(),
            manager: app.service.manager_name(&open).await?.into(),
            open: Arc::new(open),
        }),
        Err(service::Error::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    Ok((Some(session), pool))
}

/// The number of the pool an address belongs to.
fn pool_number(path: &str) -> Option<i64> {
    let rest = path
        .strip_prefix("/p/")
        .or_else(|| path.strip_prefix("/api/v1/pools/"))?;
    rest.split('/').next()?.parse().ok()
}

/// The sender's address. Behind a proxy it is the last one the proxy added; what stands before it was written by
/// anybody.
fn sender(
    transport: &Transport,
    peer: Option<&ConnectInfo<SocketAddr>>,
    headers: &HeaderMap,
) -> String {
    let peer = peer
        .map(|ConnectInfo(peer)| peer.ip().to_canonical().to_string())
        .unwrap_or_default();
    match transport {
        Transport::Plain => peer,
        Transport::Tls { .. } => header(headers, "x-forwarded-for")
            .rsplit(',')
            .next()
            .and_then(|last| last.trim().parse::<std::net::IpAddr>().ok())
            .map_or(peer, |address| address.to_canonical().to_string()),
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers
        .get_all(name)
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_forwarded_address_counts_and_only_behind_a_proxy() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-forwarded-for",
            HeaderValue::from_static("198.51.100.9, 203.0.113.7"),
        );
        let peer = ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9)));
        let tls = Transport::Tls {
            origins: Vec::new(),
        };
        assert_eq!(sender(&tls, Some(&peer), &headers), "203.0.113.7");
        assert_eq!(
            sender(&Transport::Plain, Some(&peer), &headers),
            "127.0.0.1"
        );
        assert_eq!(sender(&tls, Some(&peer), &HeaderMap::new()), "127.0.0.1");
    }

    #[test]
    fn the_pool_is_in_the_address() {
        assert_eq!(pool_number("/p/3/experts"), Some(3));
        assert_eq!(pool_number("/p/3"), Some(3));
        assert_eq!(pool_number("/api/v1/pools/12/tasks"), Some(12));
        assert_eq!(pool_number("/p/x/experts"), None);
        assert_eq!(pool_number("/public/3"), None);
    }
}
