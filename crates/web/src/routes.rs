//! The one table of routes. A module registers its addresses through [`Routes`], always together with what a visitor
//! needs to reach them; that is enforced before a handler runs, and every row is walked by the test of
//! `tests/golden/routes.txt`. The service checks again, object by object.

use axum::extract::Request;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use domain::actor::{Action, Reach, Target};
use service::sessions::Gate;

use crate::error::WebError;
use crate::openapi::Says;
use crate::session::{InPool, Session};
use crate::state::App;

/// What a visitor needs before a handler is asked at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Access {
    /// Nothing: published pages, the log-in, one-time links (their token is the key).
    Public,
    /// Some session, whatever it still has to do before it may go on.
    Session,
    /// A session that stands at this gate, or is past all of them.
    At(Gate),
    /// A complete session.
    SignedIn,
    /// A complete session of a natural person: an expert's own pages.
    Person,
    /// An action on the system itself.
    System(Action),
    /// Any role in the pool of the address.
    Member,
    /// An action somewhere in the pool of the address.
    Pool(Action),
    /// Any one of these actions somewhere in the pool of the address.
    AnyOf(&'static [Action]),
}

impl Access {
    /// In words, as the golden file of routes prints it.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Public => "public".to_owned(),
            Self::Session => "session".to_owned(),
            Self::At(gate) => format!("at {}", gate.code()),
            Self::SignedIn => "signed in".to_owned(),
            Self::Person => "person".to_owned(),
            Self::System(action) => format!("system {}", action.code()),
            Self::Member => "member".to_owned(),
            Self::Pool(action) => format!("pool {}", action.code()),
            Self::AnyOf(actions) => {
                format!(
                    "pool {}",
                    actions
                        .iter()
                        .map(|action| action.code())
                        .collect::<Vec<_>>()
                        .join("|")
                )
            }
        }
    }

    fn admit(self, session: Option<&Session>, pool: Option<&InPool>) -> Result<(), WebError> {
        if self == Self::Public {
            return Ok(());
        }
        let session = session.ok_or(WebError::SignedOut)?;
        match (self, session.gate) {
            (Self::Session, _) | (_, Gate::Open) => {}
            (Self::At(gate), standing) if gate == standing => {}
            (_, standing) => return Err(WebError::unfinished(standing)),
        }
        let actor = &session.ctx.actor;
        let forbidden = |action: Action| WebError::from(domain::actor::Denied { action });
        match self {
            Self::Public | Self::Session | Self::At(_) | Self::SignedIn => Ok(()),
            // Whoever is nobody's expert learns nothing about what an expert would see.
            Self::Person => actor.person.map(drop).ok_or(WebError::NotFound),
            Self::System(action) => {
                let reached = actor.allow(action, Target::SYSTEM).is_ok();
                reached.then_some(()).ok_or_else(|| forbidden(action))
            }
            Self::Member => pool.map(drop).ok_or(WebError::NotFound),
            Self::Pool(action) => in_pool(session, pool, &[action]),
            Self::AnyOf(actions) => in_pool(session, pool, actions),
        }
    }
}

fn in_pool(session: &Session, pool: Option<&InPool>, actions: &[Action]) -> Result<(), WebError> {
    let pool = pool.ok_or(WebError::NotFound)?;
    let reached = actions
        .iter()
        .any(|action| session.ctx.actor.reach_in(*action, pool.pool.id) != Reach::None);
    match actions.first() {
        Some(action) if !reached => Err(domain::actor::Denied { action: *action }.into()),
        _ => Ok(()),
    }
}

/// One row of the table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Route {
    /// Method.
    pub method: Method,
    /// Address as registered, with `{…}` for its parameters.
    pub path: &'static str,
    /// What it needs.
    pub access: Access,
}

/// Routes of a module with what each needs.
#[derive(Default)]
pub struct Routes {
    router: axum::Router<App>,
    table: Vec<Route>,
    described: Vec<(Route, Says)>,
}

impl Routes {
    /// No routes yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A page or document that is read.
    #[must_use]
    pub fn get<T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: impl Handler<T, App>,
    ) -> Self {
        self.add(Method::GET, path, access, on(MethodFilter::GET, handler))
    }

    /// Something that is done.
    #[must_use]
    pub fn post<T: 'static>(
        self,
        path: &'static str,
        access: Access,
        handler: impl Handler<T, App>,
    ) -> Self {
        self.add(Method::POST, path, access, on(MethodFilter::POST, handler))
    }

    /// A route with layers of its own, such as a larger limit for uploads.
    #[must_use]
    pub fn add(
        mut self,
        method: Method,
        path: &'static str,
        access: Access,
        route: MethodRouter<App>,
    ) -> Self {
        let guarded = route.layer(middleware::from_fn(move |request, next| {
            enforce(access, request, next)
        }));
        self.router = self.router.route(path, guarded);
        self.table.push(Route {
            method,
            path,
            access,
        });
        self
    }

    /// An operation of the JSON interface, with its description.
    #[must_use]
    pub fn api<T: 'static>(
        self,
        method: Method,
        path: &'static str,
        access: Access,
        says: Says,
        handler: impl Handler<T, App>,
    ) -> Self {
        let filter = if method == Method::GET {
            MethodFilter::GET
        } else {
            MethodFilter::POST
        };
        self.api_on(method, path, access, says, on(filter, handler))
    }

    /// The same for a route with layers of its own.
    #[must_use]
    pub fn api_on(
        mut self,
        method: Method,
        path: &'static str,
        access: Access,
        says: Says,
        route: MethodRouter<App>,
    ) -> Self {
        let row = Route {
            method: method.clone(),
            path,
            access,
        };
        self.described.push((row, says));
        self.add(method, path, access, route)
    }

    /// The operations described here.
    #[must_use]
    pub fn described(&self) -> &[(Route, Says)] {
        &self.described
    }

    /// These and those.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.described.extend(other.described);
        self.router = self.router.merge(other.router);
        self.table.extend(other.table);
        self
    }

    /// The rows, in the order they were registered.
    #[must_use]
    pub fn table(&self) -> &[Route] {
        &self.table
    }

    pub(crate) fn into_router(self) -> axum::Router<App> {
        self.router
    }
}

async fn enforce(access: Access, request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    let pool = extensions.get::<InPool>();
    let outcome = match access.admit(extensions.get::<Session>(), pool) {
        Ok(()) => placed(extensions.get::<App>(), pool, request.uri().path()).await,
        Err(refused) => Err(refused),
    };
    match outcome {
        Ok(()) => next.run(request).await,
        Err(refused) => refused.into_response(),
    }
}

/// Every object the address names is the pool's: one of another pool is as good as none, also to whoever
/// works in both.
async fn placed(app: Option<&App>, pool: Option<&InPool>, path: &str) -> Result<(), WebError> {
    let (Some(app), Some(here)) = (app, pool) else {
        return Ok(());
    };
    let segments: Vec<&str> = path.split('/').collect();
    for pair in segments.windows(2) {
        if let [kind, id] = pair
            && !app
                .service
                .is_in_pool(here.ctx(), here.pool.id, kind, id)
                .await?
        {
            return Err(WebError::NotFound);
        }
    }
    Ok(())
}

/// Every route of the program. A new module adds its line here.
#[must_use]
pub fn all() -> Routes {
    Routes::new()
        .and(crate::home::routes())
        .and(crate::login::routes())
        .and(crate::me::routes())
        .and(crate::users::routes())
        .and(crate::roles::routes())
        .and(crate::log::routes())
        .and(crate::pools::routes())
        .and(crate::inbox::routes())
        .and(crate::messages::routes())
        .and(crate::ledger::routes())
        .and(crate::tasks::routes())
        .and(crate::task_form::routes())
        .and(crate::draws::routes())
        .and(crate::seats::routes())
        .and(crate::frames::routes())
        .and(crate::public_home::routes())
        .and(crate::publications::routes())
        .and(crate::public_notices::routes())
        .and(crate::notices::routes())
        .and(crate::public_postings::routes())
        .and(crate::results::routes())
        .and(crate::postings::routes())
        .and(crate::objections::routes())
        .and(crate::public_feedback::routes())
        .and(crate::feedback::routes())
        .and(crate::amendments::routes())
        .and(crate::invitations::routes())
        .and(crate::misconduct::routes())
        .and(crate::experts::routes())
        .and(crate::applications::routes())
        .and(crate::meetings::routes())
        .and(crate::certificates::routes())
        .and(crate::papers::routes())
        .and(crate::attachments::routes())
        .and(crate::imports::routes())
        .and(crate::instrument::routes())
        .and(crate::organisations::routes())
        .and(crate::specialties::routes())
        .and(crate::special_invitations::routes())
        .and(crate::campaigns::routes())
        .and(crate::renewals::routes())
        .and(crate::exits::routes())
        .and(crate::reconciliations::routes())
        .and(crate::registers::routes())
        .and(crate::own::routes())
        .and(crate::own_applications::routes())
        .and(crate::undertakings::routes())
        .and(crate::tokens::routes())
        .and(crate::parameters::routes())
        .and(crate::search::routes())
        .and(crate::help::routes())
        .and(crate::api::routes())
}
