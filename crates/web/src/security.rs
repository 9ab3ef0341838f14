//! What protects every answer: response headers, the refusal of requests that other sites start, and limits.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, header};
use tower_http::csrf::{ConfigError, CsrfLayer};
use tower_http::set_header::SetResponseHeaderLayer;

/// Only our own files run and load; nothing is inline; nobody frames a page or receives a form of ours.
pub const POLICY: &str = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

/// Bytes of a request body that a form may have. Routes that take files set a limit of their own.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// How requests reach the program.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Transport {
    /// Plain HTTP on the loopback address, for trying things out.
    #[default]
    Plain,
    /// TLS, here or at a proxy; the origins under which browsers know the site.
    Tls {
        /// Such as `https://zjk.example.gov.cn`; needed where a proxy rewrites the host.
        origins: Vec<String>,
    },
}

/// Refuses requests that other sites start, and bodies beyond [`BODY_LIMIT`]. Session cookies have to be `SameSite`
/// as well: very old browsers send neither of the headers this looks at.
///
/// # Errors
/// When an origin is not of the form `scheme://host[:port]`.
pub fn guard<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    transport: &Transport,
) -> Result<Router<S>, ConfigError> {
    let mut csrf = CsrfLayer::new();
    if let Transport::Tls { origins } = transport {
        for origin in origins {
            csrf = csrf.add_trusted_origin(origin)?;
        }
    }
    Ok(router.layer(csrf).layer(DefaultBodyLimit::max(BODY_LIMIT)))
}

/// Sets the protecting headers on every answer, failures included.
pub fn headers<S: Clone + Send + Sync + 'static>(
    mut router: Router<S>,
    transport: &Transport,
) -> Router<S> {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        router = set(router, name, value);
    }
    match transport {
        Transport::Plain => router,
        Transport::Tls { .. } => set(
            router,
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000; includeSubDomains",
        ),
    }
}

fn set<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    name: HeaderName,
    value: &'static str,
) -> Router<S> {
    router.layer(SetResponseHeaderLayer::if_not_present(
        name,
        HeaderValue::from_static(value),
    ))
}
