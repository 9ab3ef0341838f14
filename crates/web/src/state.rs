//! What every handler may use.

use std::sync::{Arc, PoisonError, RwLock};

use service::Service;

use crate::layout::{Banner, Site};
use crate::limits::Limits;
use crate::security::Transport;

/// The words around every page; they change once, when the installation is set up.
#[derive(Clone, Debug, Default)]
pub struct SiteWords(Arc<RwLock<Arc<Site>>>);

impl SiteWords {
    /// As they are now.
    #[must_use]
    pub fn now(&self) -> Arc<Site> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces them.
    pub fn set(&self, site: Site) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(site);
    }
}

impl From<Arc<Site>> for SiteWords {
    fn from(site: Arc<Site>) -> Self {
        Self(Arc::new(RwLock::new(site)))
    }
}

/// The state of the web server. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The use cases.
    pub service: Service,
    /// The words around every page.
    pub site: SiteWords,
    /// How requests reach the program.
    pub transport: Transport,
    /// How often one network may ask.
    pub limits: Arc<Limits>,
}

impl App {
    /// The state over a service, with the words of its installation.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn new(service: Service, transport: Transport) -> service::Result<Self> {
        let app = Self {
            service,
            site: SiteWords::default(),
            transport,
            limits: Arc::new(Limits::default()),
        };
        app.reload_site().await?;
        Ok(app)
    }

    /// Reads the words around the pages again, after they were changed.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn reload_site(&self) -> service::Result<()> {
        let installation = self.service.installation().await?;
        let demonstration = self.service.settings().demonstration;
        self.site.set(Site {
            product: format!("{}管理平台", installation.name),
            short: installation.name,
            unit: installation.bureau.clone(),
            bureau: installation.bureau,
            help_phone: installation.help_phone,
            banner: demonstration.then_some(Banner::Demonstration),
            ..Site::default()
        });
        Ok(())
    }
}
