//! Signing in, and staying signed in.

use std::fmt;
use std::time::Duration;

use mfakit_core::{OpenError, OsRng, RandomnessUnavailable, Sealed, UnixTime, UserId};
use mfakit_flows::{
    DeviceView, GrantRefusal, Met, Never, PendingSignIn, Requirement, SessionGrant, SignInRefusal,
    StepUpRefusal, StoredGrant,
};
use mfakit_totp::TypedCode;

use crate::cookie::Binding;
use crate::{Error, Mfa, Operation, Request, SetCookie};

/// What follows on a right first factor.
#[derive(Debug)]
#[must_use = "only `Granted` is a session"]
#[non_exhaustive]
pub enum Next {
    /// The user has no second factor: open the session.
    Granted(SessionGrant),
    /// Ask for the second factor.
    SecondFactor(SecondFactor),
    /// No factor of the user may be tried now: answer 429 with `Retry-After`.
    Locked {
        /// When to try again; `None` if that takes an operator ([`Mfa::reopen`]).
        retry_after: Option<Duration>,
    },
}

/// What the page that asks for the second factor needs.
pub struct SecondFactor {
    token: Sealed<PendingSignIn>,
    cookie: Option<SetCookie>,
    devices: Vec<DeviceView>,
    expires: UnixTime,
}

impl SecondFactor {
    /// Returns the token of this sign-in, for a hidden field or a cookie. It opens nothing by
    /// itself, and nothing at all in another browser.
    #[must_use]
    pub const fn token(&self) -> &Sealed<PendingSignIn> {
        &self.token
    }

    /// Returns the cookie to set with the page, unless the browser has it already.
    #[must_use]
    pub const fn cookie(&self) -> Option<&SetCookie> {
        self.cookie.as_ref()
    }

    /// Returns the devices to choose from, by name.
    #[must_use]
    pub fn devices(&self) -> &[DeviceView] {
        &self.devices
    }

    /// Returns when the sign-in ends by itself.
    #[must_use]
    pub const fn expires(&self) -> UnixTime {
        self.expires
    }
}

impl fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecondFactor")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

impl Mfa {
    /// Decides what follows on a right first factor. Call it in the host's own handler, after the
    /// password (or what else it is) was found right, and on every such path.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownUser`] if the user has no record: see [`Mfa::create_user`] and
    /// [`Mfa::adopt_user`]; [`Error::Record`], [`Error::Store`] and the other failures.
    pub async fn after_first_factor(
        &self,
        user: UserId,
        request: &Request,
    ) -> Result<Next, Error<Never>> {
        let next = async {
            let next = self.transact(user, request, |record, context, rng| {
                record.after_first_factor(context, rng)
            });
            Ok(match next.await? {
                mfakit_flows::Next::Granted(grant) => Next::Granted(grant),
                mfakit_flows::Next::SecondFactor { pending, devices } => {
                    Next::SecondFactor(self.second_factor_page(&pending, devices, request)?)
                }
                mfakit_flows::Next::Locked { retry_after } => Next::Locked { retry_after },
                _ => Next::Locked { retry_after: None },
            })
        };
        self.observed(Operation::FirstFactor, next).await
    }

    fn second_factor_page(
        &self,
        pending: &PendingSignIn,
        devices: Vec<DeviceView>,
        request: &Request,
    ) -> Result<SecondFactor, RandomnessUnavailable> {
        let mut rng = OsRng::new()?;
        let mode = self.parts().cookies;
        let binding = Binding::of_or_new(request, mode, &mut rng);
        Ok(SecondFactor {
            token: pending.seal(&self.parts().keys, binding.as_bytes(), &mut rng),
            cookie: binding.set_cookie(mode),
            devices,
            expires: pending.expires(),
        })
    }

    /// Returns the page of a sign-in that is under way, to show it again.
    ///
    /// # Errors
    ///
    /// - [`Error::Token`] if the token is not of this browser, or was changed.
    /// - [`SignInRefusal::Ended`] if the sign-in was used up, timed out or was voided.
    pub async fn pending_sign_in(
        &self,
        token: &Sealed<PendingSignIn>,
        request: &Request,
    ) -> Result<SecondFactor, Error<SignInRefusal>> {
        let page = async {
            let pending = self.open_pending(token, request)?;
            let offers = self.read(pending.user(), request, |record, context| {
                record.offers(&pending, context)
            });
            Ok(self.second_factor_page(&pending, offers.await?, request)?)
        };
        self.observed(Operation::SecondFactor, page).await
    }

    /// Finishes a sign-in with a code of any of the user's authenticator apps.
    ///
    /// # Inputs
    ///
    /// - `token`: as [`SecondFactor::token`] gave it to this browser.
    /// - `code`: as the user typed it; spaces and dashes are passed over.
    ///
    /// # Errors
    ///
    /// - [`Error::MalformedCode`] if it is no code: nothing was counted.
    /// - [`SignInRefusal::Code`] if it was not accepted; show one text for all of these.
    /// - [`SignInRefusal::Ended`], [`Error::Token`]: begin again with the first factor.
    /// - [`Error::Throttled`]: too many attempts from this network.
    pub async fn verify_totp(
        &self,
        token: &Sealed<PendingSignIn>,
        code: &str,
        request: &Request,
    ) -> Result<SessionGrant, Error<SignInRefusal>> {
        let grant = async {
            self.limit_source(request).await?;
            let code = TypedCode::parse(code)?;
            let pending = self.open_pending(token, request)?;
            let grant = self.transact(pending.user(), request, |record, context, rng| {
                record.verify_totp(&pending, &code, context, rng)
            });
            grant.await
        };
        self.observed(Operation::SecondFactor, grant).await
    }

    fn open_pending<R: std::error::Error + 'static>(
        &self,
        token: &Sealed<PendingSignIn>,
        request: &Request,
    ) -> Result<PendingSignIn, Error<R>> {
        let binding = Binding::of(request, self.parts().cookies);
        let binding = binding.ok_or(Error::Token(OpenError::Forged))?;
        PendingSignIn::open(token, &self.parts().keys, binding.as_bytes()).map_err(Error::Token)
    }

    /// Proves the second factor again within a session. Keep the grant that it returns in the old
    /// one's place, under a new session id.
    ///
    /// # Errors
    ///
    /// As [`Mfa::verify_totp`]; [`StepUpRefusal::Grant`] if the session does not hold.
    pub async fn step_up_totp(
        &self,
        grant: &SessionGrant,
        code: &str,
        request: &Request,
    ) -> Result<SessionGrant, Error<StepUpRefusal>> {
        let renewed = async {
            self.limit_source(request).await?;
            let code = TypedCode::parse(code)?;
            let renewed = self.transact(grant.user(), request, |record, context, rng| {
                record.step_up_totp(grant, &code, context, rng)
            });
            renewed.await
        };
        self.observed(Operation::StepUp, renewed).await
    }

    /// Seals a grant for the host's session store.
    ///
    /// # Errors
    ///
    /// [`RandomnessUnavailable`] if the system gives no random bytes.
    pub fn seal(
        &self,
        grant: &SessionGrant,
    ) -> Result<Sealed<SessionGrant>, RandomnessUnavailable> {
        Ok(grant.seal(&self.parts().keys, &mut OsRng::new()?))
    }

    /// Brings a session back that the host kept, if nothing has ended it meanwhile. Call it at
    /// every request; it reads one record.
    ///
    /// # Errors
    ///
    /// - [`Error::Token`] if it is no grant of this service.
    /// - [`GrantRefusal::Ended`] if the session has ended: the user signs in anew.
    /// - [`Error::UnknownUser`] if the user was deleted.
    pub async fn resume(
        &self,
        sealed: &Sealed<SessionGrant>,
        request: &Request,
    ) -> Result<SessionGrant, Error<GrantRefusal>> {
        let grant = async {
            let stored = StoredGrant::open(sealed, &self.parts().keys).map_err(Error::Token)?;
            self.read(stored.user(), request, |record, _| record.resume(stored))
                .await
        };
        self.observed(Operation::Resume, grant).await
    }

    /// Demands that a session has proven enough for an action of the host: a level, and how
    /// recently.
    ///
    /// # Errors
    ///
    /// - [`GrantRefusal::StepUpRequired`]: ask for a code and call [`Mfa::step_up_totp`]; while the
    ///   user has no second factor, ask for the first one and call [`Mfa::after_first_factor`].
    /// - [`GrantRefusal::SetUpRequired`]: the user has no factor of that level.
    /// - [`GrantRefusal::Ended`]: sign in anew.
    pub async fn require(
        &self,
        grant: &SessionGrant,
        requirement: Requirement,
        request: &Request,
    ) -> Result<Met, Error<GrantRefusal>> {
        let met = self.read(grant.user(), request, |record, context| {
            record.require(grant, requirement, context.now)
        });
        self.observed(Operation::Require, met).await
    }
}
