//! Keys in a file of their own.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use core::fmt;

use rand_core::Rng as _;
use zeroize::Zeroizing;

use super::{InvalidKeys, Keys, StoreId};
use crate::{OsRng, RandomnessUnavailable};

impl Keys {
    /// Reads the keys from a file, or makes new ones there if the file does not exist.
    ///
    /// The file is created with mode 0600, and its folder, if need be, with mode 0700. Of two
    /// processes that create it at once, both end up with the same keys. Put it where neither the
    /// database nor its backups are.
    ///
    /// # Errors
    ///
    /// - [`KeyFileError::Exposed`] if others than the owner may read the file (Unix).
    /// - [`KeyFileError::Invalid`] if it holds no keys.
    /// - [`KeyFileError::Io`] if it can neither be read nor made.
    /// - [`KeyFileError::Randomness`] if the system has no randomness for new keys.
    pub fn load_or_create(path: impl AsRef<Path>) -> Result<Self, KeyFileError> {
        let path = path.as_ref();
        match Self::load(path) {
            Err(KeyFileError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {}
            loaded_or_refused => return loaded_or_refused,
        }

        let mut keys = Self::generate(&mut OsRng::new()?);
        keys.file = Some(path.into());
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            create_private_folder(folder)?;
        }
        let temporary = keys.write_beside(path)?;
        // A hard link never replaces: the loser of a race reads what the winner wrote.
        let linked = fs::hard_link(&temporary, path);
        fs::remove_file(&temporary)?;
        match linked {
            Ok(()) => {
                sync_folder(path)?;
                Ok(keys)
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Self::load(path),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads the keys from a file that must exist.
    ///
    /// # Errors
    ///
    /// As [`Keys::load_or_create`]; a missing file is [`KeyFileError::Io`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self, KeyFileError> {
        let path = path.as_ref();
        refuse_exposed(path)?;
        let text = Zeroizing::new(fs::read_to_string(path)?);
        let mut keys = Self::parse(&text)?;
        keys.file = Some(path.into());
        Ok(keys)
    }

    /// Writes the keys back to the file they came from, after a rotation. The old file stays whole
    /// until the new one is on disk.
    ///
    /// # Errors
    ///
    /// - [`KeyFileError::NoFile`] if they came from none: keep [`Keys::to_text`] yourself.
    /// - [`KeyFileError::Io`] if the file could not be replaced.
    /// - [`KeyFileError::Randomness`] if the system has no randomness for a temporary name.
    pub fn save(&self) -> Result<(), KeyFileError> {
        let path = self.file.as_ref().ok_or(KeyFileError::NoFile)?;
        let temporary = self.write_beside(path)?;
        if let Err(error) = fs::rename(&temporary, path) {
            // It holds all the secrets.
            _ = fs::remove_file(&temporary);
            return Err(error.into());
        }
        sync_folder(path)
    }

    /// Ties the keys to a store, and writes that to their file. Keys that came from no file are
    /// tied until the program ends.
    ///
    /// # Errors
    ///
    /// [`KeyFileError::Io`] if the file could not be replaced; the keys are not tied then.
    pub fn bind(&mut self, store: StoreId) -> Result<(), KeyFileError> {
        let before = self.store.replace(store);
        let saved = match self.save() {
            Err(KeyFileError::NoFile) => Ok(()),
            saved => saved,
        };
        if saved.is_err() {
            self.store = before;
        }
        saved
    }

    fn write_beside(&self, path: &Path) -> Result<PathBuf, KeyFileError> {
        let mut name = OsString::from(path.file_name().unwrap_or_default());
        name.push(std::format!(".{:016x}.tmp", OsRng::new()?.next_u64()));
        let temporary = path.with_file_name(name);
        let mut file = private_file(&temporary)?;
        let written = file
            .write_all(HEADER.as_bytes())
            .and_then(|()| file.write_all(self.to_text().as_bytes()))
            .and_then(|()| file.sync_all());
        if let Err(error) = written {
            // It may hold some of the secrets.
            _ = fs::remove_file(&temporary);
            return Err(error.into());
        }
        Ok(temporary)
    }
}

/// Stands above the keys in a file, for whoever opens it.
const HEADER: &str = "# Secrets of a service's second factors. Whoever has this file and the database has\n\
                      # everything; without this file the database is lost. Back it up apart from the database.\n";

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A rename is on disk once its folder is.
fn sync_folder(path: &Path) -> Result<(), KeyFileError> {
    if cfg!(unix) {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

#[cfg(unix)]
fn refuse_exposed(path: &Path) -> Result<(), KeyFileError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path)?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(KeyFileError::Exposed { mode })
    }
}

#[cfg(not(unix))]
fn refuse_exposed(_: &Path) -> Result<(), KeyFileError> {
    Ok(())
}

/// Why keys could not be read from or written to their file.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyFileError {
    /// Others than the owner may read the file.
    Exposed {
        /// Its permission bits; 0600 is wanted.
        mode: u32,
    },
    /// The file holds no keys.
    Invalid(InvalidKeys),
    /// The file system refused.
    Io(io::Error),
    /// The keys came from no file.
    NoFile,
    /// The operating system has no randomness.
    Randomness(RandomnessUnavailable),
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exposed { mode } => write!(
                f,
                "key file is open to others (mode {mode:03o}, wanted 600)"
            ),
            Self::Invalid(_) => f.write_str("key file is invalid"),
            Self::Io(_) => f.write_str("key file could not be accessed"),
            Self::NoFile => f.write_str("the keys came from no file"),
            Self::Randomness(_) => f.write_str("no randomness for new keys"),
        }
    }
}

impl core::error::Error for KeyFileError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Exposed { .. } | Self::NoFile => None,
            Self::Invalid(error) => Some(error),
            Self::Io(error) => Some(error),
            Self::Randomness(error) => Some(error),
        }
    }
}

impl From<io::Error> for KeyFileError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<InvalidKeys> for KeyFileError {
    fn from(error: InvalidKeys) -> Self {
        Self::Invalid(error)
    }
}

impl From<RandomnessUnavailable> for KeyFileError {
    fn from(error: RandomnessUnavailable) -> Self {
        Self::Randomness(error)
    }
}
