//! Who is signed in.

use mfakit::{Sealed, SessionGrant, UnixTime, UserId};
use rusqlite::{OptionalExtension as _, Row, params};

use super::users::user_id;
use super::{Db, DbError};
use crate::session::SessionKey;

/// A session as it is kept.
pub(crate) struct SessionRow {
    pub(crate) user: UserId,
    /// The same for all ids that the session has had.
    pub(crate) login: [u8; 16],
    pub(crate) grant: Sealed<SessionGrant>,
    pub(crate) opened: UnixTime,
    pub(crate) seen: UnixTime,
}

impl Db {
    /// Keeps a session, in the place of another one if there is one.
    pub(crate) async fn put_session(
        &self,
        key: SessionKey,
        row: SessionRow,
        replaced: Option<SessionKey>,
    ) -> Result<(), DbError> {
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            if let Some(replaced) = replaced {
                transaction.execute("DELETE FROM sessions WHERE id = ?", [replaced.as_bytes()])?;
            }
            transaction.execute(
                "INSERT INTO sessions (id, user, login, grant_token, opened, seen)
                 VALUES (?, ?, ?, ?, ?, ?)",
                params![
                    key.as_bytes(),
                    row.user.as_bytes(),
                    row.login,
                    row.grant.as_bytes(),
                    row.opened.as_i64(),
                    row.seen.as_i64(),
                ],
            )?;
            transaction.commit()
        })
        .await
    }

    pub(crate) async fn session(&self, key: SessionKey) -> Result<Option<SessionRow>, DbError> {
        self.call(move |connection| {
            let query = "SELECT user, login, grant_token, opened, seen FROM sessions WHERE id = ?";
            connection
                .query_row(query, [key.as_bytes()], read_session)
                .optional()
        })
        .await
    }

    pub(crate) async fn touch_session(
        &self,
        key: SessionKey,
        now: UnixTime,
    ) -> Result<(), DbError> {
        self.call(move |connection| {
            let update = "UPDATE sessions SET seen = ? WHERE id = ?";
            connection
                .execute(update, params![now.as_i64(), key.as_bytes()])
                .map(drop)
        })
        .await
    }

    pub(crate) async fn delete_session(&self, key: SessionKey) -> Result<(), DbError> {
        self.call(move |connection| {
            connection
                .execute("DELETE FROM sessions WHERE id = ?", [key.as_bytes()])
                .map(drop)
        })
        .await
    }

    /// Removes sessions that were opened or last seen before these times.
    pub(crate) async fn purge_sessions(
        &self,
        opened_before: UnixTime,
        seen_before: UnixTime,
    ) -> Result<(), DbError> {
        self.call(move |connection| {
            let purge = "DELETE FROM sessions WHERE opened < ? OR seen < ?";
            connection
                .execute(purge, [opened_before.as_i64(), seen_before.as_i64()])
                .map(drop)
        })
        .await
    }
}

fn read_session(row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    Ok(SessionRow {
        user: user_id(row, 0)?,
        login: row.get(1)?,
        grant: Sealed::from_bytes(row.get(2)?),
        opened: time(row, 3)?,
        seen: time(row, 4)?,
    })
}

/// Reads a time from a column.
pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<UnixTime> {
    let secs: i64 = row.get(column)?;
    u64::try_from(secs)
        .map(UnixTime::from_secs)
        .map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, secs))
}
