//! Sessions: the application's own, each with a grant of the library in it.
//!
//! The browser has a random id, the database its hash. The id changes whenever the grant does:
//! at sign-in, when the user proves a factor again, and when devices come and go.

mod extract;

use std::time::Duration;

use axum::response::Response;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use mfakit::{
    Error, GrantRefusal, Level, OsRng, Requirement, Scope, SessionGrant, Status, UnixTime,
};
use rand_core::Rng as _;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::caller::Caller;
use crate::cookies::{Cookie, WithCookie as _};
use crate::db::SessionRow;
use crate::failure::Failure;
use crate::forms::FormOwner;
use crate::pages::View;
use crate::place::Place;
use crate::state::App;

pub(crate) use extract::{Limited, MaybeMember};

/// Without a request for so long a session ends: NIST SP 800-63B-4 section 2.2.3.
pub(crate) const IDLE: Duration = Duration::from_secs(60 * 60);
/// A session ends after so long in any case: NIST SP 800-63B-4 section 2.2.3.
pub(crate) const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// When a session was last seen is written no more often than this.
const SEEN_EVERY: Duration = Duration::from_secs(60);

/// What a session is kept under: the hash of its id.
#[derive(Clone, Copy)]
pub(crate) struct SessionKey([u8; 32]);

impl SessionKey {
    /// The id is 256 random bits, so a fast hash without a key is enough.
    pub(crate) fn of(id: &str) -> Self {
        Self(Sha256::digest(id.as_bytes()).into())
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Which sessions a page is open to.
#[derive(Clone, Copy)]
enum Reach {
    /// Those that may do everything.
    Full,
    /// Those that a set-up or a review comes first in, too.
    Any,
}

/// Somebody who is signed in.
pub(crate) struct Member {
    pub(crate) caller: Caller,
    pub(crate) name: String,
    pub(crate) grant: SessionGrant,
    key: SessionKey,
    login: [u8; 16],
    opened: UnixTime,
}

impl Member {
    /// Finds the session of a request; `None` if there is none that holds.
    async fn of(caller: Caller, reach: Reach, app: &App) -> Result<Option<Self>, Failure> {
        let Some(key) = caller.session else {
            return Ok(None);
        };
        let Some(row) = app.db().session(key).await? else {
            return Ok(None);
        };
        if is_over(&row, caller.now) {
            app.db().delete_session(key).await?;
            return Ok(None);
        }
        let resumed = match reach {
            Reach::Full => app.mfa().resume(&row.grant, &caller.request).await,
            Reach::Any => app.mfa().resume_limited(&row.grant, &caller.request).await,
        };
        let grant = match resumed {
            Ok(grant) => grant,
            Err(Error::Refused(GrantRefusal::Ended) | Error::Token(_)) => {
                app.db().delete_session(key).await?;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let Some(user) = app.db().user_by_id(grant.user()).await? else {
            return Ok(None);
        };
        if caller
            .now
            .since(row.seen)
            .is_none_or(|unseen| unseen >= SEEN_EVERY)
        {
            app.db().touch_session(key, caller.now).await?;
        }
        let (login, opened) = (row.login, row.opened);
        Ok(Some(Self {
            caller,
            name: user.name,
            grant,
            key,
            login,
            opened,
        }))
    }

    pub(crate) const fn owner(&self) -> FormOwner<'_> {
        FormOwner::Session(&self.login)
    }

    /// What every page of a signed-in user shows.
    pub(crate) fn view(&self, app: &App) -> View {
        View::of_member(
            &self.name,
            self.owner().token(app.form_key()),
            self.caller.notice,
        )
        .for_operator(app.is_operator(&self.name))
    }

    /// What the user has.
    pub(crate) async fn status(&self, app: &App) -> Result<Status, Failure> {
        let status = app.mfa().status(&self.grant, &self.caller.request).await?;
        Ok(status)
    }

    /// Where to go on after a device was set up.
    pub(crate) const fn after_set_up(grant: &SessionGrant) -> Place {
        match grant.scope() {
            Scope::Review => Place::Review,
            _ => Place::Parameters,
        }
    }

    /// Demands a proof of the last minutes before the user fills in a form that needs one: of the
    /// second factor, or of the password while there is no second factor. A session that opens one
    /// page only was opened for what is on it.
    pub(crate) async fn require_fresh(&self, place: Place, app: &App) -> Result<(), Failure> {
        if self.grant.scope() != Scope::Full {
            return Ok(());
        }
        let fresh = app.mfa().profile().fresh;
        for level in [Level::Aal2, Level::Aal1] {
            let requirement = Requirement::level(level).within(fresh);
            match app
                .mfa()
                .require(&self.grant, requirement, &self.caller.request)
                .await
            {
                Ok(_met) => return Ok(()),
                Err(Error::Refused(GrantRefusal::SetUpRequired)) => {}
                Err(error) => return Err(Failure::from(error).on_the_way_to(place)),
            }
        }
        // The first level can be reached by whoever has a session.
        Err(Failure::unexpected("no level of the user can be required"))
    }

    /// Keeps a new grant in the old one's place, under a new id, and tells the browser.
    pub(crate) async fn renew(
        &self,
        grant: &SessionGrant,
        response: Response,
        app: &App,
    ) -> Result<Response, Failure> {
        let row = SessionRow {
            user: grant.user(),
            login: self.login,
            grant: app
                .mfa()
                .seal(grant)
                .map_err(|error| Failure::internal(&error))?,
            opened: self.opened,
            seen: self.caller.now,
        };
        keep(row, Some(self.key), response, app).await
    }

    /// Ends the session.
    pub(crate) async fn close(&self, response: Response, app: &App) -> Result<Response, Failure> {
        app.db().delete_session(self.key).await?;
        Ok(response.with_cookie(Cookie::Session.clear(app.cookie_mode())))
    }
}

/// Opens a session for a user who has proven everything that was asked for. The browser's old
/// session, if it has one, ends.
pub(crate) async fn open(
    grant: &SessionGrant,
    caller: &Caller,
    response: Response,
    app: &App,
) -> Result<Response, Failure> {
    let mut login = [0; 16];
    OsRng::new()
        .map_err(|error| Failure::internal(&error))?
        .fill_bytes(&mut login);
    let row = SessionRow {
        user: grant.user(),
        login,
        grant: app
            .mfa()
            .seal(grant)
            .map_err(|error| Failure::internal(&error))?,
        opened: caller.now,
        seen: caller.now,
    };
    keep(row, caller.session, response, app).await
}

async fn keep(
    row: SessionRow,
    replaced: Option<SessionKey>,
    response: Response,
    app: &App,
) -> Result<Response, Failure> {
    let mut bytes = Zeroizing::new([0; 32]);
    OsRng::new()
        .map_err(|error| Failure::internal(&error))?
        .fill_bytes(&mut *bytes);
    let id = Zeroizing::new(Base64UrlUnpadded::encode_string(&*bytes));
    app.db()
        .put_session(SessionKey::of(&id), row, replaced)
        .await?;
    Ok(response.with_cookie(Cookie::Session.set(&id, app.cookie_mode())))
}

fn is_over(row: &SessionRow, now: UnixTime) -> bool {
    // A session from the future is one of unknown age: the clock went back.
    let older = |since: UnixTime, limit| now.since(since).is_none_or(|age| age > limit);
    older(row.opened, LIFETIME) || older(row.seen, IDLE)
}

#[cfg(test)]
mod tests {
    use mfakit::{Sealed, UserId};

    use super::*;

    #[test]
    fn sessions_end_by_idleness_and_by_age() {
        let over = |opened, seen, now| {
            let at = UnixTime::from_secs;
            let row = SessionRow {
                user: UserId::from_bytes(&[1]).unwrap(),
                login: [0; 16],
                grant: Sealed::from_bytes(Vec::new()),
                opened: at(opened),
                seen: at(seen),
            };
            is_over(&row, at(now))
        };
        assert!(!over(1000, 1000, 4600));
        assert!(over(1000, 1000, 4601));
        assert!(!over(1000, 87_000, 87_400));
        assert!(over(1000, 87_000, 87_401));
        assert!(over(1000, 1000, 999));
    }

    #[test]
    fn the_key_is_not_the_id() {
        let want = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        let key: String = SessionKey::of("hello")
            .as_bytes()
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(key, want);
    }
}
