//! The service: everything use cases need, in one value that is cheap to clone.

use std::path::PathBuf;
use std::sync::Arc;

use documents::worker::Isolation;
use domain::actor::Actor;
use domain::calendar::Calendar;
use store::Store;
use tokio::sync::Semaphore;

use crate::attempts::Attempts;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::exits::LookedThrough;
use crate::imports::Running;
use crate::outbox::Channels;
use crate::packs::Packs;
use crate::port::{Clock, Entropy};
use crate::press::Press;
use crate::renewals::Rounds;
use crate::rosters::Rosters;
use crate::rotations::VerifiedUses;

/// What a bureau sets once.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address under which experts and the public reach the server, without a final slash.
    pub public_url: String,
    /// 服务电话 shown at the foot of every page.
    pub help_phone: Option<String>,
    /// Name of the installation in the header.
    pub name: String,
    /// A demonstration: every page says so, and nothing leaves through a real channel.
    pub demonstration: bool,
    /// How messages leave; none by default, then they are only written down.
    pub channels: Channels,
    /// Folder with Chinese fonts, searched before the machine's own.
    pub fonts_dir: Option<PathBuf>,
    /// Where uploaded files are read; `None`: in a child process of this very program.
    pub isolation: Option<Isolation>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8470".to_owned(),
            help_phone: None,
            name: "职业能力建设专家库".to_owned(),
            demonstration: false,
            channels: Channels::default(),
            fonts_dir: None,
            isolation: None,
        }
    }
}

/// All use cases. Each is a method in the module of its concept.
#[derive(Clone)]
pub struct Service {
    pub(crate) store: Store,
    pub(crate) packs: Arc<Packs>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) calendar: Arc<Calendar>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) attempts: Arc<Attempts>,
    /// How many passwords may be hashed at once.
    pub(crate) hashers: Arc<Semaphore>,
    pub(crate) running_imports: Running,
    pub(crate) rosters: Arc<Rosters>,
    pub(crate) verified_uses: Arc<VerifiedUses>,
    pub(crate) renewal_rounds: Arc<Rounds>,
    pub(crate) exits_looked_through: Arc<LookedThrough>,
    pub(crate) press: Arc<Press>,
}

/// Each hash takes 19 MiB and a core for some time.
const HASHERS: usize = 4;

impl Service {
    /// A service over an open store.
    pub fn new(
        store: Store,
        packs: Packs,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        settings: Settings,
    ) -> Self {
        Self {
            store,
            packs: Arc::new(packs),
            clock,
            entropy,
            calendar: Arc::new(Calendar::built_in()),
            press: Arc::new(Press::new(&settings)),
            settings: Arc::new(settings),
            attempts: Arc::new(Attempts::default()),
            hashers: Arc::new(Semaphore::new(HASHERS)),
            running_imports: Running::default(),
            rosters: Arc::new(Rosters::default()),
            verified_uses: Arc::new(VerifiedUses::default()),
            renewal_rounds: Arc::new(Rounds::default()),
            exits_looked_through: Arc::new(LookedThrough::default()),
        }
    }

    /// Lets go of the database, once whatever still uses it has finished; nothing works afterwards.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The packs this installation carries.
    pub fn packs(&self) -> &Packs {
        &self.packs
    }

    /// The context of one use case.
    pub fn ctx(&self, actor: Actor, source: impl Into<String>, request: impl Into<String>) -> Ctx {
        Ctx {
            actor,
            now: self.clock.now(),
            source: source.into(),
            request: request.into(),
            factors: String::new(),
        }
    }

    /// The context of somebody who is not logged in.
    pub fn visitor(&self, source: impl Into<String>, request: impl Into<String>) -> Ctx {
        let actor = Actor {
            name: "未登录".to_owned(),
            ..Actor::system()
        };
        self.ctx(actor, source, request)
    }

    /// The context of scheduled work.
    pub fn schedule(&self) -> Ctx {
        self.ctx(Actor::system(), "schedule", "")
    }

    /// Where uploaded files are read.
    pub(crate) fn isolation(&self) -> Result<Isolation> {
        match &self.settings.isolation {
            Some(isolation) => Ok(isolation.clone()),
            None => {
                Isolation::of_this_program().map_err(|error| Error::Internal(error.to_string()))
            }
        }
    }

    /// A fresh identifier of any kind.
    pub(crate) fn id<T: From<uuid::Uuid>>(&self, ctx: &Ctx) -> T {
        T::from(self.entropy.uuid(ctx.now))
    }
}
