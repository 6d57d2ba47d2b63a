//! The application's own database: users, sessions, limits and the activity that users see.
//!
//! One connection, one statement at a time, off the async threads. That is plenty for an
//! application of this size, and the simplest thing that is right.

mod activity;
mod limits;
mod schema;
mod sessions;
mod users;

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::Mutex;

pub(crate) use activity::{ActivityRow, NewActivity};
pub(crate) use sessions::SessionRow;
pub(crate) use users::{Added, User};

/// A handle on the database.
#[derive(Clone)]
pub(crate) struct Db(Arc<Mutex<Connection>>);

impl Db {
    /// Opens the database, or makes a new one.
    pub(crate) fn open(path: &Path) -> Result<Self, DbError> {
        let mut connection = Connection::open(path)?;
        schema::prepare(&mut connection)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Does some work with the connection. Once begun it is finished, whoever still waits for it.
    async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, DbError> {
        let mut connection = Arc::clone(&self.0).lock_owned().await;
        let done = tokio::task::spawn_blocking(move || work(&mut connection)).await;
        Ok(done.map_err(|_| DbError::Interrupted)??)
    }
}

/// Why the application's database did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// The file is a database of another program.
    #[error("the file is another program's database")]
    Foreign,
    /// The work was interrupted: the program ends, or has a bug.
    #[error("the work was interrupted")]
    Interrupted,
    /// A later version of this program made the file.
    #[error("the database has schema {version}, which is newer than this program")]
    Newer {
        /// Its version.
        version: i64,
    },
    /// SQLite refused.
    #[error("SQLite refused")]
    Sqlite(#[from] rusqlite::Error),
}

impl DbError {
    /// Whether another process keeps the database locked.
    pub(crate) fn is_locked(&self) -> bool {
        let code = match self {
            Self::Sqlite(error) => error.sqlite_error_code(),
            _ => None,
        };
        code.is_some_and(|code| {
            matches!(
                code,
                rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked
            )
        })
    }
}
