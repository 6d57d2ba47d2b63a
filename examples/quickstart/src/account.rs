//! Alice's account at the service, and her authenticator apps.

use std::time::Duration;

use anyhow::{Context as _, bail};
use mfakit::totp::Totp;
use mfakit::{Error, Mfa, Next, Request, SessionGrant, SignInRefusal, TotpSetup, UnixTime, UserId};

use crate::print::call;

pub(crate) struct Account {
    pub(crate) mfa: Mfa,
    user: UserId,
    /// What time it is at the service.
    pub(crate) now: UnixTime,
}

impl Account {
    pub(crate) const fn new(mfa: Mfa, user: UserId, now: UnixTime) -> Self {
        Self { mfa, user, now }
    }

    pub(crate) fn pass(&mut self, secs: u64) {
        self.now = self.now.saturating_add(Duration::from_secs(secs));
    }

    pub(crate) fn request(&self) -> Request {
        Request::new(self.now)
    }

    /// The password was right: what follows?
    pub(crate) async fn after_first_factor(&self) -> anyhow::Result<Next> {
        let request = self.request();
        Ok(self.mfa.after_first_factor(self.user, &request).await?)
    }

    /// The app takes the secret over from the QR code, and its first code proves that it has.
    pub(crate) async fn confirm(
        &self,
        grant: &SessionGrant,
        setup: &TotpSetup,
        name: &str,
    ) -> anyhow::Result<Totp> {
        let app = Totp::new(setup.secret(), setup.params());
        let code = code_of(&app, self.now);
        let request = self.request();
        let named = Some(name.parse()?);
        // The session goes on under the new grant; this story opens a new one each time.
        let _enrolled = self.mfa.confirm_totp(grant, &code, named, &request).await?;
        call(
            "confirm_totp",
            &format!("{code} is right: {name} is set up"),
        );
        Ok(app)
    }

    /// Password, and then a code on the page that follows.
    pub(crate) async fn sign_in(&self, code: &str) -> anyhow::Result<SessionGrant> {
        let Next::SecondFactor(page) = self.after_first_factor().await? else {
            bail!("a second factor is set up");
        };
        // The browser was given a cookie with the page, and brings it back with the form.
        let cookie = page.cookie().context("the browser has none yet")?;
        let cookies = format!("{}={}", cookie.name(), cookie.value());
        let request = self.request().cookies(&cookies);
        Ok(self.mfa.verify_totp(page.token(), code, &request).await?)
    }
}

/// What an app shows.
pub(crate) fn code_of(app: &Totp, now: UnixTime) -> String {
    app.code_at(now).expose().to_owned()
}

/// Why a sign-in was refused, as a log says it. Its user is told `CodeRefusal::user_text`.
pub(crate) fn refusal(sign_in: anyhow::Result<SessionGrant>) -> anyhow::Result<String> {
    match sign_in {
        Ok(_) => bail!("nobody was to get in"),
        Err(error) => match error.downcast_ref::<Error<SignInRefusal>>() {
            Some(Error::Refused(_)) => Ok(format!("{error:#}")),
            _ => Err(error),
        },
    }
}
