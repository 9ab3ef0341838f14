//! `Idempotency-Key`: whoever repeats a POST with the same key gets the first answer, and nothing is
//! done a second time.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use service::answers::{Answer, Taken};
use service::{Problem, Reason};

use crate::error::{self, WebError};
use crate::session::Session;
use crate::state::App;

/// The key of a request.
pub const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was given before.
pub const REPEATED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Longest key.
const LONGEST: usize = 100;
/// Largest body of a request with a key: a roster, and some room.
const LARGEST: usize = 21 * 1024 * 1024;
/// What is kept of the headers.
const KEPT: [HeaderName; 3] = [
    header::CONTENT_TYPE,
    header::CONTENT_DISPOSITION,
    header::LOCATION,
];

/// Middleware behind the session: answers a repeated request from memory.
pub async fn once(State(app): State<App>, request: Request, next: Next) -> Response {
    let wanted = request.method() == Method::POST && request.uri().path().starts_with("/api/v1/");
    let key = request.headers().get(&KEY).cloned();
    let session = request.extensions().get::<Session>().cloned();
    match (wanted, key, session) {
        (true, Some(key), Some(session)) => match run(&app, &session, &key, request, next).await {
            Ok(response) => response,
            Err(error) => error.into_response(),
        },
        _ => next.run(request).await,
    }
}

fn key_text(key: &HeaderValue) -> Result<&str, WebError> {
    let text = key.to_str().unwrap_or_default();
    if (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text);
    }
    Err(WebError::Invalid(vec![Problem::new(
        "Idempotency-Key",
        format!(
            "Idempotency-Key 应是 1 至 {LONGEST} 个可见的英文字符。建议每次操作生成一个 UUID。"
        ),
    )]))
}

fn refused(code: &str, sentence: &str) -> WebError {
    service::Error::Refused(vec![Reason::state(code, sentence)]).into()
}

async fn run(
    app: &App,
    session: &Session,
    key: &HeaderValue,
    request: Request,
    next: Next,
) -> Result<Response, WebError> {
    let key = key_text(key)?.to_owned();
    let (parts, body) = request.into_parts();
    let bytes: Bytes = to_bytes(body, LARGEST)
        .await
        .map_err(|_| WebError::TooLarge)?;
    let target = parts
        .uri
        .path_and_query()
        .map_or("", |target| target.as_str());
    let taken = app
        .service
        .take_key(session, &key, &[target.as_bytes(), &bytes])
        .await?;
    match taken {
        Taken::Now => {}
        Taken::Before(answer) => return repeat(answer),
        Taken::Unanswered => {
            return Err(refused(
                "api.unanswered",
                "用这个 Idempotency-Key 的请求正在办理，或办理时中断，结果不明。请稍后重试；一直如此时，先查询是否已办成，再换一个键重新提交。",
            ));
        }
        Taken::Other => {
            return Err(refused(
                "api.key_reused",
                "这个 Idempotency-Key 已用于另一个请求，没有办理。内容改过以后请换一个新的键。",
            ));
        }
    }
    let request = Request::from_parts(parts, Body::from(bytes));
    // The work goes on when whoever asked is gone: otherwise its answer would be lost.
    let (app, session) = (app.clone(), session.clone());
    let work = tokio::spawn(async move {
        let response = next.run(request).await;
        settle(&app, &session, &key, response).await
    });
    work.await.map_err(WebError::internal)?
}

/// Answers of the use case are kept; everything before it leaves the key free.
async fn settle(
    app: &App,
    session: &Session,
    key: &str,
    response: Response,
) -> Result<Response, WebError> {
    let response = match error::in_words(&response, &app.site.now()) {
        Some(words) if response.status() == StatusCode::UNPROCESSABLE_ENTITY => words,
        _ => response,
    };
    let status = response.status();
    if !status.is_success() && status != StatusCode::UNPROCESSABLE_ENTITY {
        app.service.release_key(session, key).await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX)
        .await
        .map_err(WebError::internal)?;
    let headers = KEPT.iter().filter_map(|name| {
        let value = parts.headers.get(name)?.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    let answer = Answer {
        status: status.as_u16(),
        headers: headers.collect(),
        body: bytes.to_vec(),
    };
    app.service.keep_answer(session, key, &answer).await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn repeat(answer: Answer) -> Result<Response, WebError> {
    let status = StatusCode::from_u16(answer.status).map_err(WebError::internal)?;
    let mut response = (status, answer.body).into_response();
    response.headers_mut().clear();
    for (name, value) in answer.headers {
        let name = HeaderName::try_from(name).map_err(WebError::internal)?;
        let value = HeaderValue::try_from(value).map_err(WebError::internal)?;
        response.headers_mut().insert(name, value);
    }
    response
        .headers_mut()
        .insert(REPEATED, HeaderValue::from_static("true"));
    Ok(response)
}
