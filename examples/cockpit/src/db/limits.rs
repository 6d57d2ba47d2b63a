//! How often something was tried.

use std::time::Duration;

use mfakit::UnixTime;
use rusqlite::{OptionalExtension as _, params};

use super::sessions::time;
use super::{Db, DbError};

/// How often something was tried in a window.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Counted {
    /// This time included.
    pub(crate) count: u32,
    /// When the window ends.
    pub(crate) until: UnixTime,
}

impl Db {
    /// Counts one more try, in a window that begins with the first one.
    pub(crate) async fn count(
        &self,
        key: [u8; 32],
        window: Duration,
        now: UnixTime,
    ) -> Result<Counted, DbError> {
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            let query = "SELECT count, until FROM limits WHERE key = ?";
            let found = transaction.query_row(query, [key], |row| {
                Ok(Counted {
                    count: row.get(0)?,
                    until: time(row, 1)?,
                })
            });
            let end = now.saturating_add(window);
            // A window that would end later than a new one is from before the clock went back.
            let running = found
                .optional()?
                .filter(|old| old.until > now && old.until <= end);
            let counted = match running {
                Some(old) => Counted {
                    count: old.count.saturating_add(1),
                    ..old
                },
                None => Counted {
                    count: 1,
                    until: end,
                },
            };
            transaction.execute(
                "INSERT OR REPLACE INTO limits (key, count, until) VALUES (?, ?, ?)",
                params![key, counted.count, counted.until.as_i64()],
            )?;
            transaction.commit()?;
            Ok(counted)
        })
        .await
    }

    /// Forgets what was counted under a key.
    pub(crate) async fn forget(&self, key: [u8; 32]) -> Result<(), DbError> {
        self.call(move |connection| {
            connection
                .execute("DELETE FROM limits WHERE key = ?", [key])
                .map(drop)
        })
        .await
    }

    pub(crate) async fn purge_limits(&self, now: UnixTime) -> Result<(), DbError> {
        self.call(move |connection| {
            connection
                .execute("DELETE FROM limits WHERE until <= ?", [now.as_i64()])
                .map(drop)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn windows_begin_with_the_first_try_and_end() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&folder.path().join("cockpit.db")).unwrap();
        let at = UnixTime::from_secs;
        let (key, other) = ([1; 32], [2; 32]);

        let count = async |key, now| db.count(key, WINDOW, at(now)).await.unwrap();
        assert_eq!(
            count(key, 1000).await,
            Counted {
                count: 1,
                until: at(1060)
            }
        );
        assert_eq!(
            count(key, 1059).await,
            Counted {
                count: 2,
                until: at(1060)
            }
        );
        assert_eq!(
            count(other, 1059).await,
            Counted {
                count: 1,
                until: at(1119)
            }
        );
        assert_eq!(
            count(key, 1060).await,
            Counted {
                count: 1,
                until: at(1120)
            }
        );
        // The clock went back by more than a window.
        assert_eq!(
            count(key, 1000).await,
            Counted {
                count: 1,
                until: at(1060)
            }
        );

        db.forget(key).await.unwrap();
        assert_eq!(count(key, 1001).await.count, 1);
    }
}
