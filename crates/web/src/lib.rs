//! Pages and JSON over the use cases. This crate turns requests into use cases and answers into pages; it decides
//! nothing and stores nothing.

// Templates name items of this crate by its outside name, so that they also work in its tests.
extern crate self as web;

pub mod assets;
pub mod auth;
pub mod components;
pub mod error;
pub mod form;
pub mod layout;
pub mod menu;
pub mod page;
pub mod security;

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::error::WebError;
use crate::layout::Site;
use crate::security::Transport;

/// Wraps feature routes into the complete site: embedded files, type-size switch, failures in words, compression
/// and protection.
///
/// # Errors
/// When an origin of `transport` cannot be read.
pub fn site(
    features: Router,
    site: Arc<Site>,
    transport: &Transport,
) -> Result<Router, tower_http::csrf::ConfigError> {
    let routes = features
        .merge(assets::router())
        .merge(layout::router())
        .fallback(async || WebError::NotFound)
        .layer(CatchPanicLayer::custom(
            |cause: Box<dyn std::any::Any + Send>| {
                let cause = cause.downcast_ref::<&str>().map_or_else(
                    || cause.downcast_ref::<String>().cloned().unwrap_or_default(),
                    |text| (*text).to_owned(),
                );
                axum::response::IntoResponse::into_response(WebError::internal(format!(
                    "panic: {cause}"
                )))
            },
        ));
    // Failures get their words outside the guard, so that its refusals get words too; headers go around both.
    let guarded = security::guard(routes, transport)?
        .layer(middleware::from_fn_with_state(site, error::render));
    Ok(security::headers(guarded, transport).layer(CompressionLayer::new()))
}
