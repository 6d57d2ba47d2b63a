//! What happened to a user's account.

use mfakit::{DeviceId, EventId, UnixTime, UserId};
use rusqlite::{Row, params};

use super::sessions::time;
use super::{Db, DbError};

/// An event, to be kept.
pub(crate) struct NewActivity {
    pub(crate) event: EventId,
    pub(crate) user: UserId,
    pub(crate) row: ActivityRow,
}

/// An event as the user sees it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct ActivityRow {
    pub(crate) first_at: UnixTime,
    pub(crate) last_at: UnixTime,
    pub(crate) count: u32,
    pub(crate) sentence: String,
    /// Whose name belongs to the sentence.
    pub(crate) device: Option<DeviceId>,
    /// Whether the user should look at it.
    pub(crate) alert: bool,
    pub(crate) address: Option<String>,
    pub(crate) agent: Option<String>,
}

/// As many as are read in one go.
const SHOWN: u32 = 100;

impl Db {
    /// Keeps an event, in the place of what was delivered of it before.
    pub(crate) async fn put_activity(&self, new: NewActivity) -> Result<(), DbError> {
        self.call(move |connection| {
            let NewActivity { event, user, row } = new;
            connection
                .execute(
                    "INSERT INTO activity (event, user, first_at, last_at, count, sentence,
                     device, alert, address, agent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                     ON CONFLICT (event) DO UPDATE SET first_at = excluded.first_at,
                     last_at = excluded.last_at, count = excluded.count,
                     sentence = excluded.sentence, device = excluded.device,
                     alert = excluded.alert, address = excluded.address, agent = excluded.agent",
                    params![
                        event.as_bytes(),
                        user.as_bytes(),
                        row.first_at.as_i64(),
                        row.last_at.as_i64(),
                        row.count,
                        row.sentence,
                        row.device.map(|device| *device.as_bytes()),
                        row.alert,
                        row.address,
                        row.agent,
                    ],
                )
                .map(drop)
        })
        .await
    }

    /// The latest events of a user, newest first.
    pub(crate) async fn activity(&self, user: UserId) -> Result<Vec<ActivityRow>, DbError> {
        self.call(move |connection| {
            let mut query = connection.prepare(
                "SELECT first_at, last_at, count, sentence, device, alert, address, agent
                 FROM activity WHERE user = ? ORDER BY last_at DESC, rowid DESC LIMIT ?",
            )?;
            let rows = query.query_map(params![user.as_bytes(), SHOWN], read_activity)?;
            rows.collect()
        })
        .await
    }
}

fn read_activity(row: &Row<'_>) -> rusqlite::Result<ActivityRow> {
    Ok(ActivityRow {
        first_at: time(row, 0)?,
        last_at: time(row, 1)?,
        count: row.get(2)?,
        sentence: row.get(3)?,
        device: row.get::<_, Option<[u8; 16]>>(4)?.map(DeviceId::from_bytes),
        alert: row.get(5)?,
        address: row.get(6)?,
        agent: row.get(7)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_event_that_comes_again_replaces_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&folder.path().join("cockpit.db")).unwrap();
        let user = UserId::from_bytes(&[1]).unwrap();
        let row = |count, last_at| ActivityRow {
            first_at: UnixTime::from_secs(1000),
            last_at: UnixTime::from_secs(last_at),
            count,
            sentence: "A wrong code was refused".to_owned(),
            device: Some(DeviceId::from_bytes([2; 16])),
            alert: true,
            address: Some("192.0.2.1".to_owned()),
            agent: None,
        };
        for (event, count, last_at) in [(1, 1, 1000), (2, 1, 1001), (1, 3, 1002)] {
            let event = EventId::from_bytes([event; 16]);
            db.put_activity(NewActivity {
                event,
                user,
                row: row(count, last_at),
            })
            .await
            .unwrap();
        }
        assert_eq!(
            db.activity(user).await.unwrap(),
            [row(3, 1002), row(1, 1001)]
        );
        let other = UserId::from_bytes(&[9]).unwrap();
        assert_eq!(db.activity(other).await.unwrap(), []);
    }
}
