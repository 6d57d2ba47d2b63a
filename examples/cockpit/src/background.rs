//! What goes on beside the requests: events are delivered, and what has expired is removed.

use std::time::Duration;

use mfakit::store::Store as _;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::session::{IDLE, LIFETIME};
use crate::state::App;

/// How often to look for events although nothing was said of any: another process may have made
/// them, or a delivery may have failed.
const LOOK_EVERY: Duration = Duration::from_secs(5);
const PURGE_EVERY: Duration = Duration::from_secs(60);
/// How many records one statement removes.
const PURGE_AT_ONCE: u32 = 1000;

/// Delivers events for as long as the application runs.
pub(crate) async fn deliver_for_ever(app: App) {
    loop {
        // Whether something happened or the time is over, the answer is to look.
        _ = timeout(LOOK_EVERY, app.changed().notified()).await;
        deliver(&app).await;
    }
}

/// Delivers the events that wait.
pub(crate) async fn deliver(app: &App) {
    match app.mfa().run_outbox(app.now()).await {
        Ok(run) if run.postponed > 0 || run.unreadable > 0 => {
            tracing::error!(?run, "some events were not delivered");
        }
        Ok(run) => tracing::trace!(?run, "events delivered"),
        Err(error) => tracing::error!(%error, "events were not delivered"),
    }
}

/// Removes what has expired for as long as the application runs.
pub(crate) async fn purge_for_ever(app: App) {
    let mut ticks = interval(PURGE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        purge(&app).await;
    }
}

async fn purge(app: &App) {
    let now = app.now();
    let (opened, seen) = (now.saturating_sub(LIFETIME), now.saturating_sub(IDLE));
    let done = async {
        app.db().purge_sessions(opened, seen).await?;
        app.db().purge_limits(now).await
    };
    if let Err(error) = done.await {
        tracing::error!(%error, "expired sessions were not removed");
    }
    if let Err(error) = app.store().purge(now, PURGE_AT_ONCE).await {
        tracing::error!(%error, "expired records were not removed");
    }
}
