//! Where documents are made and the pages of uploaded files drawn: away from the threads that answer
//! requests, and no more at once than there are cores. Found fonts are kept as long as the service lives.

use std::sync::{Arc, OnceLock};

use documents::fonts::{FontSettings, SystemFonts};
use documents::pages::{Limits, PageReader, Pages, Unshown};
use documents::pdf::{Printable, Typesetter};
use domain::explain::Explain;
use jiff::Timestamp;
use tokio::sync::Semaphore;

use crate::ctx::shanghai;
use crate::error::{Error, Result};
use crate::service::{Service, Settings};

/// Fonts of this installation, looked for when the first document is printed. A failure is looked for
/// again: the fonts may have been installed meanwhile.
pub(crate) struct Press {
    fonts: FontSettings,
    found: OnceLock<Typesetter>,
    /// How many documents may be made, or files drawn, at once. Anybody may ask for a blank form: more than
    /// there are cores would only hold memory.
    hands: Arc<Semaphore>,
}

impl Press {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            fonts: FontSettings {
                folders: settings.fonts_dir.clone().into_iter().collect(),
                system: SystemFonts::Search,
            },
            found: OnceLock::new(),
            hands: Arc::new(Semaphore::new(
                std::thread::available_parallelism().map_or(1, |cores| cores.get()),
            )),
        }
    }

    fn typesetter(&self) -> Result<&Typesetter> {
        if let Some(found) = self.found.get() {
            return Ok(found);
        }
        let found =
            Typesetter::new(&self.fonts).map_err(|error| Error::Document(error.sentence()))?;
        Ok(self.found.get_or_init(|| found))
    }
}

impl Service {
    /// Draws the pages of a file away from the threads that answer requests.
    pub(crate) async fn draw_pages(&self, bytes: Vec<u8>, limits: Limits) -> Result<Pages> {
        let isolation = self.isolation()?;
        let pages = self
            .by_hand(move |press| {
                let reader = PageReader {
                    isolation,
                    limits,
                    face: press.typesetter()?.face(),
                };
                Ok(reader.read(&bytes))
            })
            .await?;
        if let Some(why @ Unshown::NotStarted { .. }) = &pages.unshown {
            tracing::error!(%why, "pages of a file were not drawn");
        }
        Ok(pages)
    }

    /// Typesets a view.
    pub(crate) async fn typeset(
        &self,
        view: impl Printable + Send + 'static,
        at: Timestamp,
    ) -> Result<Vec<u8>> {
        self.by_hand(move |press| {
            let at = at.to_zoned(shanghai()).datetime();
            press.typesetter()?.pdf(&view, at).map_err(not_made)
        })
        .await
    }

    /// Makes a document that needs no fonts.
    pub(crate) async fn make<E: Explain>(
        &self,
        work: impl FnOnce() -> Result<Vec<u8>, E> + Send + 'static,
    ) -> Result<Vec<u8>> {
        self.by_hand(move |_| work().map_err(not_made)).await
    }

    async fn by_hand<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Press) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let press = Arc::clone(&self.press);
        let hand = Arc::clone(&press.hands).acquire_owned().await;
        let hand = hand.map_err(|error| Error::Internal(error.to_string()))?;
        let made = tokio::task::spawn_blocking(move || {
            // Kept until the document is made, whether somebody still waits for it or not.
            let _hand = hand;
            work(&press)
        });
        made.await
            .map_err(|error| Error::Internal(error.to_string()))?
    }
}

/// Whoever asked reads what to do; what is wrong is for whoever runs the program.
fn not_made(error: impl Explain) -> Error {
    tracing::error!(%error, "a document was not made");
    Error::Document(error.sentence())
}
