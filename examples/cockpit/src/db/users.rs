//! Who there is.

use mfakit::{UnixTime, UserId};
use rusqlite::{ErrorCode, OptionalExtension as _, Row, params};

use super::{Db, DbError};
use crate::user_name::UserName;

/// A user, with the hash of the password.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) name: String,
    /// In PHC string format.
    pub(crate) password: String,
}

/// Whether a user was added.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Added {
    Yes,
    /// Somebody has that name, or one that looks the same.
    NameTaken,
}

impl Db {
    pub(crate) async fn add_user(
        &self,
        id: UserId,
        name: &UserName,
        password: String,
        now: UnixTime,
    ) -> Result<Added, DbError> {
        let (name, folded) = (name.as_str().to_owned(), name.folded());
        self.call(move |connection| {
            let added = connection.execute(
                "INSERT INTO users (id, name, folded, password, created) VALUES (?, ?, ?, ?, ?)",
                params![id.as_bytes(), name, folded, password, now.as_i64()],
            );
            match added {
                Ok(_) => Ok(Added::Yes),
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                    Ok(Added::NameTaken)
                }
                Err(error) => Err(error),
            }
        })
        .await
    }

    /// Replaces the hash of a password, unless it was replaced meanwhile.
    pub(crate) async fn set_password(
        &self,
        id: UserId,
        old: String,
        new: String,
    ) -> Result<bool, DbError> {
        self.call(move |connection| {
            let changed = connection.execute(
                "UPDATE users SET password = ? WHERE id = ? AND password = ?",
                params![new, id.as_bytes(), old],
            )?;
            Ok(changed == 1)
        })
        .await
    }

    pub(crate) async fn user_by_name(&self, name: &UserName) -> Result<Option<User>, DbError> {
        let folded = name.folded();
        self.call(move |connection| {
            let query = "SELECT id, name, password FROM users WHERE folded = ?";
            connection.query_row(query, [folded], read_user).optional()
        })
        .await
    }

    pub(crate) async fn user_by_id(&self, id: UserId) -> Result<Option<User>, DbError> {
        self.call(move |connection| {
            let query = "SELECT id, name, password FROM users WHERE id = ?";
            connection
                .query_row(query, [id.as_bytes()], read_user)
                .optional()
        })
        .await
    }
}

fn read_user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: user_id(row, 0)?,
        name: row.get(1)?,
        password: row.get(2)?,
    })
}

/// Reads a user id from a column.
pub(super) fn user_id(row: &Row<'_>, column: usize) -> rusqlite::Result<UserId> {
    let bytes: Vec<u8> = row.get(column)?;
    UserId::from_bytes(&bytes).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Blob, error.into())
    })
}
