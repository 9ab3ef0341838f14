//! 打包: several files as one zip with a workbook that lists them, made while it is read, so that it may be
//! larger than memory.

use documents::bundle::Bundle;
use tokio::sync::mpsc;

use crate::error::{Error, Result};
use crate::exports::MadeFile;

/// Pieces of a zip that wait for a slow reader.
const AHEAD: usize = 4;

/// A zip on its way: its name, and its bytes as they are made. It is whole when the last piece is not an
/// error.
#[derive(Debug)]
pub struct Pieces {
    /// Name of the file, with its ending.
    pub name: String,
    /// The bytes, in order.
    pub bytes: mpsc::Receiver<Result<Vec<u8>>>,
}

/// A zip being made.
pub(crate) struct Packing {
    bundle: Bundle,
    pieces: mpsc::Sender<Result<Vec<u8>>>,
}

impl Packing {
    /// Adds a file; `false` when nobody reads any more.
    pub(crate) async fn add(&mut self, name: &str, bytes: &[u8]) -> Result<bool> {
        let piece = self.bundle.add(name, bytes).map_err(unpacked)?;
        Ok(self.pieces.send(Ok(piece)).await.is_ok())
    }

    /// Ends the zip with the workbook that lists its files.
    pub(crate) async fn finish(mut self, index: MadeFile) -> Result<()> {
        let mut last = self
            .bundle
            .add(&index.name, &index.bytes)
            .map_err(unpacked)?;
        last.extend(self.bundle.finish().map_err(unpacked)?);
        // A reader that is gone need not be told.
        self.pieces.send(Ok(last)).await.ok();
        Ok(())
    }
}

fn unpacked(error: impl std::fmt::Display) -> Error {
    Error::Internal(error.to_string())
}

/// Starts a zip of this name; `pack` adds its files and ends it.
pub(crate) fn packed<F>(name: String, pack: impl FnOnce(Packing) -> F) -> Pieces
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let (pieces, bytes) = mpsc::channel(AHEAD);
    let made = pack(Packing {
        bundle: Bundle::new(),
        pieces: pieces.clone(),
    });
    tokio::spawn(async move {
        if let Err(error) = made.await {
            tracing::error!(%error, "a bundle was not finished");
            // A reader that is gone need not be told.
            pieces.send(Err(error)).await.ok();
        }
    });
    Pieces { name, bytes }
}
