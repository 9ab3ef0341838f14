//! Bytes of materials, scans and printed documents, stored by content outside the database.

use std::path::Path;
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, PutPayload};
use sm3::{Digest as _, Sm3};

use crate::error::{Error, Result};

/// Stored bytes, found by their SM3 digest. Equal bytes are stored once.
#[derive(Debug, Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
}

impl Files {
    /// Files in a folder, created if missing.
    pub(crate) fn folder(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let store = LocalFileSystem::new_with_prefix(folder)
            .map_err(failed)?
            .with_fsync(true);
        Ok(Self {
            store: Arc::new(store),
        })
    }

    /// Stores bytes durably; returns their digest in lower hex. To be called before the row that
    /// names them is committed: bytes without a row are only garbage, a row without bytes is loss.
    pub async fn put(&self, bytes: Vec<u8>) -> Result<String> {
        let digest = hex::encode(Sm3::digest(&bytes));
        let options = PutOptions {
            mode: PutMode::Create,
            ..PutOptions::default()
        };
        match self
            .store
            .put_opts(&key(&digest), PutPayload::from(bytes), options)
            .await
        {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(digest),
            Err(cause) => Err(failed(cause)),
        }
    }

    /// The bytes of a digest; they are checked against it.
    ///
    /// # Errors
    /// [`Error::Io`] when they are missing, [`Error::Damaged`] when they are not the same any more.
    pub async fn bytes(&self, digest: &str) -> Result<Vec<u8>> {
        let bytes = self
            .store
            .get(&key(digest))
            .await
            .map_err(failed)?
            .bytes()
            .await
            .map_err(failed)?;
        if hex::encode(Sm3::digest(&bytes)) != digest {
            return Err(Error::Damaged(format!("文件 {digest} 的内容已被改动")));
        }
        Ok(bytes.to_vec())
    }

    /// Removes bytes no row names any more.
    pub async fn remove(&self, digest: &str) -> Result<()> {
        match self.store.delete(&key(digest)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(cause) => Err(failed(cause)),
        }
    }
}

/// Two levels of folders keep each small.
fn key(digest: &str) -> Key {
    let (folder, rest) = digest.split_at_checked(2).unwrap_or(("", digest));
    Key::from_iter([folder, rest])
}

fn failed(cause: object_store::Error) -> Error {
    Error::Io(std::io::Error::other(cause))
}
