//! Noticing that the database is not the one that was opened.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use mfakit_store::{StoreError, StoreErrorKind};

/// A file that must stay where it is while it is open.
///
/// Whoever deletes the file, or puts another in its place, leaves us writing to one that nobody
/// will find again: every acknowledgement from then on would be a lie.
#[derive(Clone, Debug)]
pub(crate) struct WatchedFile {
    path: PathBuf,
    identity: Identity,
}

impl WatchedFile {
    pub(crate) fn new(path: &Path) -> io::Result<Self> {
        let identity = identity(&fs::metadata(path)?);
        Ok(Self {
            path: path.to_owned(),
            identity,
        })
    }

    /// Fails if the file is not the one that was opened.
    pub(crate) fn require_unmoved(&self) -> Result<(), StoreError> {
        match fs::metadata(&self.path) {
            Ok(file) if identity(&file) == self.identity => Ok(()),
            Ok(_) => Err(StoreError::new(StoreErrorKind::Unavailable, Replaced)),
            Err(error) => Err(StoreError::new(StoreErrorKind::Unavailable, error)),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("another file was put in the place of the open database")]
struct Replaced;

/// Device and number of the file.
#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(file: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;

    (file.dev(), file.ino())
}

/// Elsewhere an open file cannot be replaced.
#[cfg(not(unix))]
type Identity = ();

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {}
