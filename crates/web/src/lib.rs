//! Pages and JSON over the use cases. This crate turns requests into use cases and answers into pages; it decides
//! nothing and stores nothing.

// Templates name items of this crate by its outside name, so that they also work in its tests.
extern crate self as web;

pub mod amendments;
pub mod api;
pub mod applications;
pub mod assets;
pub mod attachments;
pub mod auth;
pub mod campaigns;
pub mod certificates;
pub mod components;
pub mod draws;
pub mod error;
pub mod exits;
pub mod experts;
pub mod feedback;
mod files;
pub mod form;
pub mod frames;
pub mod help;
pub mod home;
pub mod imports;
pub mod inbox;
pub mod instrument;
pub mod invitations;
pub mod layout;
pub mod ledger;
pub mod limits;
pub mod log;
pub mod login;
pub mod me;
pub mod meetings;
pub mod menu;
pub mod messages;
pub mod misconduct;
pub mod notices;
pub mod objections;
pub mod openapi;
pub mod organisations;
pub mod own;
pub mod own_applications;
pub mod page;
pub mod papers;
pub mod parameters;
pub mod pools;
pub mod postings;
pub mod public_feedback;
pub mod public_home;
pub mod public_notices;
pub mod public_postings;
pub mod publications;
pub mod reconciliations;
pub mod registers;
pub mod renewals;
pub mod results;
pub mod roles;
pub mod routes;
pub mod search;
pub mod seats;
pub mod security;
pub mod session;
mod shortage;
pub mod special_invitations;
pub mod specialties;
pub mod state;
pub mod task_form;
pub mod tasks;
pub mod tokens;
pub mod undertakings;
pub mod users;

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::MatchedPath;
use axum::middleware;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::trace::TraceLayer;

use crate::error::WebError;
use crate::security::Transport;
use crate::state::{App, SiteWords};

/// Wraps feature routes into the complete site: embedded files, type-size switch, failures in words, compression
/// and protection.
///
/// # Errors
/// When an origin of `transport` cannot be read.
pub fn site(
    features: Router,
    site: impl Into<SiteWords>,
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
        .layer(middleware::from_fn_with_state(site.into(), error::render));
    Ok(security::headers(guarded, transport).layer(CompressionLayer::new()))
}

/// The complete program as a web service: every route of [`routes::all`] over these use cases.
///
/// # Errors
/// When an origin of the transport cannot be read.
pub fn app(app: &App) -> Result<Router, tower_http::csrf::ConfigError> {
    let features = routes::all()
        .into_router()
        .layer(middleware::from_fn_with_state(
            app.clone(),
            api::answers::once,
        ))
        .layer(middleware::from_fn_with_state(app.clone(), session::load))
        .with_state(app.clone());
    let traced =
        TraceLayer::new_for_http().make_span_with(|request: &axum::http::Request<Body>| {
            // The registered address, not the one sent: that one may carry names and tokens.
            let route = request
                .extensions()
                .get::<MatchedPath>()
                .map(MatchedPath::as_str);
            tracing::info_span!("request", method = %request.method(), route = route.unwrap_or("-"))
        });
    site(features.layer(traced), app.site.clone(), &app.transport)
}

/// Answers on this address until `stop` is done; requests under way are finished.
///
/// # Errors
/// When the address fails.
pub async fn serve(
    listener: tokio::net::TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(
        listener,
        router.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(stop)
    .await
}
