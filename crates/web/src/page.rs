//! From a filled template to a response. Pages are never stored by caches; a page can answer with just the part
//! that the script is going to use.

use askama::Template;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use service::list::Count;

use crate::error::WebError;
use crate::form::FormState;
use crate::layout::Layout;

/// Names the parts of the page that the script will use: `#list` or `#list,#count`.
pub const FRAGMENT: HeaderName = HeaderName::from_static("x-fragment");
/// Tells the script to leave the page.
pub const FULL: HeaderName = HeaderName::from_static("x-full");

/// Which parts of a page the script asked for; none when a browser asked for the page.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Fragment(Option<String>);

impl Fragment {
    /// Reads the header.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        Self(
            headers
                .get(FRAGMENT)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
        )
    }
    /// Whether exactly this part was asked for, so that sending it alone is enough.
    #[must_use]
    pub fn wants(&self, part: &str) -> bool {
        self.0.as_deref() == Some(part)
    }
    /// Whether the script asked at all.
    #[must_use]
    pub fn is_scripted(&self) -> bool {
        self.0.is_some()
    }
}

/// The page, status 200.
///
/// # Errors
/// When the template cannot be rendered, which is a defect.
pub fn page(template: &impl Template) -> Result<Response, WebError> {
    with_status(StatusCode::OK, template)
}

/// The page again, status 422: the form was not accepted. Everything typed is still in it.
///
/// # Errors
/// When the template cannot be rendered.
pub fn rejected(template: &impl Template) -> Result<Response, WebError> {
    with_status(StatusCode::UNPROCESSABLE_ENTITY, template)
}

/// The page with a status of its own.
///
/// # Errors
/// When the template cannot be rendered.
pub fn with_status(status: StatusCode, template: &impl Template) -> Result<Response, WebError> {
    let body = template.render().map_err(WebError::internal)?;
    Ok((status, uncached(), Html(body)).into_response())
}

/// One part of a page with the window title and the announcement of its layout, for a request whose [`Fragment`]
/// wants just that part.
///
/// # Errors
/// When the template cannot be rendered.
pub fn part(layout: &Layout, block: &impl Template) -> Result<Response, WebError> {
    let escape =
        |text| askama::filters::escape(text, askama::filters::Html).map_err(WebError::internal);
    let (title, words) = (layout.window_title(), &layout.announcement);
    let (title, words) = (escape(title.as_str())?, escape(words.as_str())?);
    let body = block.render().map_err(WebError::internal)?;
    Ok((
        uncached(),
        Html(format!(
            "<title>{title}</title><p id=\"live\">{words}</p>{body}"
        )),
    )
        .into_response())
}

/// After a successful POST: go and look at the result.
#[must_use]
pub fn see_other(address: &str) -> Response {
    (uncached(), Redirect::to(address)).into_response()
}

/// After a POST: on to `next`, where its outcome is seen, or what `again` draws, status 422, with what was typed
/// and what is wrong.
///
/// # Errors
/// What is not about the form: somebody may not, or something failed.
pub async fn answered<P: Template>(
    next: service::Result<String>,
    mut form: FormState,
    again: impl AsyncFnOnce(FormState) -> Result<P, WebError>,
) -> Result<Response, WebError> {
    match next {
        Ok(address) => Ok(see_other(&address)),
        Err(error) => {
            form.refuse(error)?;
            rejected(&again(form).await?)
        }
    }
}

/// After a successful POST from a fragment whose result is another page: the script leaves, a browser follows.
#[must_use]
pub fn leave(fragment: &Fragment, address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(target) if fragment.is_scripted() => (uncached(), [(FULL, target)]).into_response(),
        _ => see_other(address),
    }
}

/// Polling: nothing changed.
#[must_use]
pub fn unchanged() -> Response {
    (StatusCode::NO_CONTENT, uncached()).into_response()
}

fn uncached() -> [(HeaderName, HeaderValue); 2] {
    [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::VARY, HeaderValue::from_static("X-Fragment, Cookie")),
    ]
}

/// A moment as pages write it: 2026年11月22日 09:12, in the time zone of the law.
#[must_use]
pub fn moment(at: jiff::Timestamp) -> String {
    at.to_zoned(service::ctx::shanghai())
        .strftime("%Y年%-m月%-d日 %H:%M")
        .to_string()
}

/// A moment as tables write it: 2026-11-22 09:12.
#[must_use]
pub fn moment_short(at: jiff::Timestamp) -> String {
    at.to_zoned(service::ctx::shanghai())
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

/// A count as lists show it: 1,286, or 1,000+ where counting stopped.
#[must_use]
pub fn counted(count: Count) -> String {
    match count {
        Count::Exactly(count) => thousands(count),
        Count::AtLeast(count) => format!("{}+", thousands(count)),
    }
}

/// A number with thousands separators: 1,286.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
