//! The JSON interface under `/api/v1`: the same use cases as the pages, one module per concept. What
//! is common to all of them stands here: reading a body, refusing in words, going on from page to page.

pub mod answers;
pub mod applications;
pub mod campaigns;
pub mod certificates;
pub mod draws;
pub mod experts;
pub mod feedback;
pub mod imports;
pub mod inbox;
pub mod invitations;
pub mod ledger;
pub mod messages;
pub mod misconduct;
pub mod notices;
pub mod organisations;
pub mod own_applications;
pub mod papers;
pub mod pools;
pub mod postings;
pub mod publications;
pub mod relations;
pub mod search;
pub mod seats;
pub mod special_invitations;
pub mod specialties;
pub mod tasks;
pub mod tokens;

use axum::Json;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service::typed::Fields;
use service::{PageRequest, Problem};
use utoipa::ToSchema;

use crate::error::WebError;
use crate::layout::Visit;
use crate::routes::Routes;

/// Routes of the JSON interface.
pub fn routes() -> Routes {
    Routes::new()
        .and(crate::openapi::routes())
        .and(tokens::routes())
        .and(pools::routes())
        .and(search::routes())
        .and(inbox::routes())
        .and(messages::routes())
        .and(experts::routes())
        .and(applications::routes())
        .and(relations::routes())
        .and(imports::routes())
        .and(organisations::routes())
        .and(papers::routes())
        .and(own_applications::routes())
        .and(specialties::routes())
        .and(tasks::routes())
        .and(draws::routes())
        .and(seats::routes())
        .and(invitations::routes())
        .and(special_invitations::routes())
        .and(campaigns::routes())
        .and(publications::routes())
        .and(notices::routes())
        .and(postings::routes())
        .and(feedback::routes())
        .and(misconduct::routes())
        .and(ledger::routes())
}

/// Most rows of one page.
const MOST: u32 = 100;

/// A JSON body; what cannot be read is said in words, with the place.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = WebError;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebError> {
        let bytes = axum::body::Bytes::from_request(request, state)
            .await
            .map_err(|rejection| WebError::from_status(rejection.status()))?;
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        serde_json::from_slice(text).map(Self).map_err(|error| {
            WebError::Invalid(vec![Problem::new(
                "",
                format!(
                    "正文不是这个接口要的 JSON（{error}）。请对照 /api/v1/openapi.json 中的说明改正。"
                ),
            )])
        })
    }
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Why {
    /// 理由，记入留痕
    #[serde(default)]
    pub(crate) reason: String,
}

/// For what.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct WhatFor {
    /// 用途，记入留痕
    #[serde(default)]
    pub(crate) purpose: String,
}

/// What was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Made {
    /// 编号
    pub(crate) id: String,
}

pub(crate) fn made(id: impl std::fmt::Display) -> Response {
    let made = Made { id: id.to_string() };
    (StatusCode::CREATED, Json(made)).into_response()
}

pub(crate) fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// Items with the cursor of the next page.
pub(crate) fn page_of<T: Serialize>(items: &[T], next: Option<&str>) -> Response {
    Json(serde_json::json!({ "items": items, "next": next })).into_response()
}

pub(crate) fn items<T: Serialize>(items: &[T]) -> Response {
    Json(serde_json::json!({ "items": items })).into_response()
}

/// The page an address asks for by `after` and `limit`.
pub(crate) fn paged(visit: &Visit) -> Result<PageRequest, WebError> {
    let after = visit.query.after();
    let limit = match visit.query.text("limit").as_str() {
        "" => 50,
        text => text
            .parse()
            .ok()
            .filter(|limit| (1..=MOST).contains(limit))
            .ok_or_else(|| {
                WebError::Invalid(vec![Problem::new(
                    "limit",
                    format!("limit 应是 1 到 {MOST} 的整数，现在是“{text}”。"),
                )])
            })?,
    };
    Ok(PageRequest::after(after, limit))
}

/// An object as the fields of a form: rows of tables are numbered, `true` is 是.
pub(crate) fn fields_of(object: &serde_json::Map<String, Value>) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in object {
        push(&mut fields, name, value);
    }
    fields
}

fn push(fields: &mut Fields, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Bool(truth) => fields.push(name, if *truth { "yes" } else { "no" }),
        Value::Number(number) => fields.push(name, number.to_string()),
        Value::String(text) => fields.push(name, text.as_str()),
        Value::Array(values) => {
            for (row, value) in values.iter().enumerate() {
                match value {
                    Value::Object(_) => push(fields, &format!("{name}.{row}"), value),
                    _ => push(fields, name, value),
                }
            }
        }
        Value::Object(object) => {
            for (part, value) in object {
                push(fields, &format!("{name}.{part}"), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_becomes_the_fields_of_a_form() {
        let object = serde_json::json!({
            "name": "甲", "specialty": ["a", "b"], "flag": { "FIT": true, "LAW": false },
            "title": [{ "name": "高级工程师", "level": "副高级" }, { "name": "讲师" }],
            "post": null, "years": 12,
        });
        let fields = fields_of(object.as_object().expect("an object"));
        assert_eq!(fields.all("specialty").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(fields.text("title.0.level"), "副高级");
        assert_eq!(fields.rows("title"), [0, 1]);
        assert_eq!(
            (fields.text("flag.FIT"), fields.text("flag.LAW")),
            ("yes", "no")
        );
        assert_eq!((fields.text("post"), fields.text("years")), ("", "12"));
    }
}
