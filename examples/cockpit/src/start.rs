//! Why the application does not start, and what to do about it.

use std::path::PathBuf;

use mfakit::sqlite::OpenError;
use mfakit::{BuildError, KeyFileError};

use crate::config::ConfigError;
use crate::db::DbError;
use crate::mail::MailError;
use crate::password::HashError;
use crate::server::BindError;

/// Why the application does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// An address is taken.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// Keys and store do not go together.
    #[error("{} and the keys do not go together", store.display())]
    Build {
        /// The library's database.
        store: PathBuf,
        /// Why.
        #[source]
        cause: BuildError,
    },
    /// The configuration is refused.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The application's own database does not open.
    #[error("cannot open {}", path.display())]
    Db {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        cause: DbError,
    },
    /// The data folder cannot be made.
    #[error("cannot make the folder {}", path.display())]
    Folder {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// No password can be hashed.
    #[error("cannot hash passwords")]
    Hash(#[from] HashError),
    /// The key file does not open.
    #[error("cannot use the key file {}", path.display())]
    Keys {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        cause: KeyFileError,
    },
    /// Letters cannot be sent with this configuration.
    #[error("cannot send letters")]
    Mail(#[from] MailError),
    /// Security keys cannot be registered under this origin.
    #[error("security keys cannot be used under this origin")]
    RelyingParty(#[from] mfakit_webauthn::InvalidRelyingParty),
    /// The library's database does not open.
    #[error("cannot open {}", path.display())]
    Store {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        cause: OpenError,
    },
}

impl StartError {
    /// Returns what to do about it, where there is something to say beyond the error itself.
    #[must_use]
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Bind(_) => Some(
                "stop the program that uses the port (another cockpit?), or choose another one: \
                 COCKPIT_LISTEN=127.0.0.1:4000",
            ),
            Self::Build { cause, .. } => advice_on_build(cause),
            Self::Config(_) => None,
            Self::Db { cause, .. } => advice_on_db(cause),
            Self::Folder { .. } => Some("name a folder that you may write to: COCKPIT_DATA"),
            Self::Hash(_) => None,
            Self::Keys { cause, .. } => advice_on_keys(cause),
            Self::RelyingParty(_) => {
                Some("correct COCKPIT_ORIGIN: a host name, as browsers write it")
            }
            Self::Mail(_) => Some(
                "correct COCKPIT_SMTP_URL, and COCKPIT_MAIL_FROM if it is set; README.md shows examples",
            ),
            Self::Store { cause, .. } => advice_on_store(cause),
        }
    }
}

const MISSING: &str = "the keys were used with a database that is not there: put it back from a backup, \
     or name its folder with COCKPIT_DATA; to begin anew without the old accounts, move the key file away";
const FOREIGN: &str = "the file is not a database of this application: move it away, or name another \
     folder with COCKPIT_DATA";
const LOCKED: &str = "another process keeps the database to itself, such as a backup or a database \
     browser: end it, then start again";
const NEWER: &str = "a newer version has written the database: start that one";
const DAMAGED: &str = "put the database back from a backup";

fn advice_on_build(cause: &BuildError) -> Option<&'static str> {
    match cause {
        BuildError::StoreMissing => Some(MISSING),
        BuildError::StoreForeign => Some(
            "the database and the key file belong to different installations: name those that belong \
             together with COCKPIT_DATA and COCKPIT_KEYS",
        ),
        BuildError::KeyFile(cause) => advice_on_keys(cause),
        _ => None,
    }
}

fn advice_on_keys(cause: &KeyFileError) -> Option<&'static str> {
    match cause {
        KeyFileError::Exposed { .. } => Some(
            "others can read the keys: chmod 600 the file; if somebody else has an account on this \
             computer, take the keys for stolen",
        ),
        KeyFileError::Invalid(_) => Some("put the key file back from a backup"),
        KeyFileError::Io(_) => Some("name a file in a folder that you may write to: COCKPIT_KEYS"),
        _ => None,
    }
}

fn advice_on_db(cause: &DbError) -> Option<&'static str> {
    match cause {
        DbError::Foreign => Some(FOREIGN),
        DbError::Newer { .. } => Some(NEWER),
        cause if cause.is_locked() => Some(LOCKED),
        DbError::Interrupted | DbError::Sqlite(_) => Some(DAMAGED),
    }
}

fn advice_on_store(cause: &OpenError) -> Option<&'static str> {
    match cause {
        OpenError::NotFound => Some(MISSING),
        OpenError::Foreign { .. } | OpenError::NotADatabase | OpenError::Empty => Some(FOREIGN),
        OpenError::Locked { .. } => Some(LOCKED),
        OpenError::NewerSchema { .. } => Some(NEWER),
        OpenError::Damaged { .. } => Some(DAMAGED),
        OpenError::Full { .. } => Some("make room on the disk"),
        OpenError::NotDurable { .. } => Some("name a folder on a local disk with COCKPIT_DATA"),
        OpenError::ReadOnly => Some("name a folder that you may write to: COCKPIT_DATA"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn a_locked_database_is_told_from_a_damaged_one() {
        let advice = |code| {
            let cause = DbError::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
            StartError::Db {
                path: "cockpit.db".into(),
                cause,
            }
            .advice()
        };
        assert_eq!(advice(ffi::SQLITE_BUSY), Some(LOCKED));
        assert_eq!(advice(ffi::SQLITE_LOCKED), Some(LOCKED));
        assert_eq!(advice(ffi::SQLITE_CORRUPT), Some(DAMAGED));
        assert_eq!(advice(ffi::SQLITE_NOTADB), Some(DAMAGED));
    }
}
