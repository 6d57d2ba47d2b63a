//! Signing in, and staying signed in.

use std::time::Duration;

use mfakit_core::{Keys, OpenError, OsRng, RandomnessUnavailable, Sealed, UserId};
use mfakit_flows::{
    BrowserBinding, GrantRefusal, KeyRequest, Met, Never, Offers, PendingSignIn, Requirement,
    SecondFactor, SessionGrant, SignInRefusal, StepUpRefusal, StoredGrant, UserRecord,
};
use mfakit_totp::TypedCode;

use crate::{Error, Mfa, Operation, Request};

/// What follows on a right first factor.
#[derive(Debug)]
#[must_use = "only `Granted` is a session"]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and it is not kept"
)]
#[non_exhaustive]
pub enum Next {
    /// The user has no second factor: open the session.
    Granted(SessionGrant),
    /// The user has no second factor, and the profile requires one by now: keep this session and
    /// open the page that sets it up. [`Mfa::resume`] refuses it, [`Mfa::resume_limited`] does not.
    Enroll(SessionGrant),
    /// Ask for the second factor.
    SecondFactor(SecondFactor),
    /// No factor of the user may be tried now: answer 429 with `Retry-After`.
    Locked {
        /// When to try again; `None` if that takes an operator ([`Mfa::reopen`]).
        retry_after: Option<Duration>,
    },
}

impl Mfa {
    /// Decides what follows on a right first factor: a session, or a question.
    ///
    /// # Inputs
    ///
    /// - `user`: who has just proven the first factor to the host.
    /// - `request`: with the browser's cookies, so that its tabs can sign in side by side.
    ///
    /// # Errors
    ///
    /// - [`Error::UnknownUser`] if the user has no record: see [`Mfa::create_user`] and
    ///   [`Mfa::adopt_user`]. It does not mean "no second factor".
    /// - The other failures of [`Error`].
    ///
    /// # Security
    ///
    /// Call it only after the password, or what else it is, was found right, and on every such
    /// path: magic links, password resets, other identity providers. Limit attempts at the first
    /// factor by yourself. To somebody without it a user who is locked must look like any other.
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
                mfakit_flows::Next::Enroll(grant) => Next::Enroll(grant),
                mfakit_flows::Next::SecondFactor { pending, offers } => {
                    Next::SecondFactor(self.second_factor_page(&pending, offers, request)?)
                }
                mfakit_flows::Next::Locked { retry_after } => Next::Locked { retry_after },
            })
        };
        self.observed(Operation::FirstFactor, next).await
    }

    fn second_factor_page(
        &self,
        pending: &PendingSignIn,
        offers: Offers,
        request: &Request,
    ) -> Result<SecondFactor, RandomnessUnavailable> {
        let keys = self.keys();
        let (mut rng, context) = (OsRng::new()?, self.context(request));
        let binding = self.binding(request, &mut rng);
        let relying = self.relying();
        let begun = relying.and_then(|it| offers.request(pending, it, &context, &mut rng));
        let key = begun.map(|(options, ceremony)| {
            KeyRequest::new(options, &ceremony, &binding, keys, &mut rng)
        });
        Ok(SecondFactor::new(
            pending, offers, key, &binding, keys, &mut rng,
        ))
    }

    /// Returns the page of a sign-in that is under way, to show it again. It does not live longer
    /// by that.
    ///
    /// # Inputs
    ///
    /// - `token`: as [`SecondFactor::token`] gave it to this browser.
    /// - `request`: with the browser's cookies.
    ///
    /// # Errors
    ///
    /// - [`Error::Token`] if the token is not of this browser, or was changed.
    /// - [`SignInRefusal::Ended`] if the sign-in was used up, timed out or was voided.
    /// - The failures of [`Error`].
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
    /// The code is spent by it, and so is the token. After a refused code the token stays good,
    /// until the budget of wrong codes is spent.
    ///
    /// # Inputs
    ///
    /// - `token`: as [`SecondFactor::token`] gave it to this browser.
    /// - `code`: as the user typed it, of any length; spaces, a dash and full-width digits will do.
    /// - `request`: with the browser's cookies, and the address that attempts are limited by.
    ///
    /// # Errors
    ///
    /// - [`Error::MalformedCode`] if it is no code. Nothing was counted.
    /// - [`SignInRefusal::Code`] if it was not accepted. Show one text for all of these,
    ///   [`CodeRefusal::user_text`], with `Retry-After` if it was throttled.
    /// - [`SignInRefusal::Ended`] if the sign-in was used up, timed out or was voided, and
    ///   [`Error::Token`] if the token is not of this browser: begin again with the first factor.
    /// - [`SignInRefusal::KeyRequired`] if the profile has this user sign in with a key.
    /// - [`SignInRefusal::TooMany`] if 64 sign-ins of the user were finished within ten minutes.
    /// - [`Error::Throttled`] if too many attempts came from this network, or wait for this user.
    /// - The failures of [`Error`].
    ///
    /// # Security
    ///
    /// Open the session under a new id: whoever knew the old one must not be signed in.
    ///
    /// [`CodeRefusal::user_text`]: mfakit_flows::CodeRefusal::user_text
    pub async fn verify_totp(
        &self,
        token: &Sealed<PendingSignIn>,
        code: &str,
        request: &Request,
    ) -> Result<SessionGrant, Error<SignInRefusal>> {
        let grant = async {
            let pending = self.open_pending(token, request)?;
            // After the token: who has not proven the first factor takes nobody's attempts away.
            self.limit_source(request).await?;
            let code = TypedCode::parse(code)?;
            let grant = self.transact(pending.user(), request, |record, context, rng| {
                record.verify_totp(&pending, &code, context, rng)
            });
            grant.await
        };
        self.observed(Operation::SecondFactor, grant).await
    }

    pub(crate) fn open_pending<R: std::error::Error + 'static>(
        &self,
        token: &Sealed<PendingSignIn>,
        request: &Request,
    ) -> Result<PendingSignIn, Error<R>> {
        self.open_bound(request, |keys, binding| {
            PendingSignIn::open(token, keys, binding)
        })
    }

    /// What this browser is known by.
    pub(crate) fn binding(&self, request: &Request, rng: &mut OsRng) -> BrowserBinding {
        BrowserBinding::of_or_new(request.cookie_header(), self.parts().cookies, rng)
    }

    /// Opens a token that is bound to this browser.
    pub(crate) fn open_bound<T, R: std::error::Error + 'static>(
        &self,
        request: &Request,
        open: impl FnOnce(&Keys, &[u8]) -> Result<T, OpenError>,
    ) -> Result<T, Error<R>> {
        let binding = BrowserBinding::of(request.cookie_header(), self.parts().cookies);
        let binding = binding.ok_or(Error::Token(OpenError::Forged))?;
        open(self.keys(), binding.as_bytes()).map_err(Error::Token)
    }

    /// Proves the second factor again within a session, and returns its new grant.
    ///
    /// Wrong codes are counted as at sign-in. The session goes on whatever comes of it.
    ///
    /// # Inputs
    ///
    /// - `grant`: of the session, as [`Mfa::resume`] gave it.
    /// - `code`: as the user typed it, of any length; spaces, a dash and full-width digits will do.
    ///
    /// # Errors
    ///
    /// - [`Error::MalformedCode`] if it is no code. Nothing was counted.
    /// - [`StepUpRefusal::Code`] if it was not accepted, or there is no app to compare it with.
    /// - [`StepUpRefusal::Grant`] if the session has ended.
    /// - [`Error::Throttled`] if too many attempts came from this network, or wait for this user.
    /// - The failures of [`Error`].
    ///
    /// # Security
    ///
    /// Keep the new grant in the old one's place, under a new session id.
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

    /// Seals a grant for the host's session store: about 200 bytes as text.
    ///
    /// # Errors
    ///
    /// [`RandomnessUnavailable`] if the system gives no random bytes.
    ///
    /// # Security
    ///
    /// Whoever presents it has the session. Keep it on the server, under a session id that was
    /// drawn for this grant, and limit its age: it has no end of its own.
    pub fn seal(
        &self,
        grant: &SessionGrant,
    ) -> Result<Sealed<SessionGrant>, RandomnessUnavailable> {
        Ok(grant.seal(self.keys(), &mut OsRng::new()?))
    }

    /// Brings a session back that the host kept, if nothing has ended it meanwhile.
    ///
    /// Call it at every request. It reads one record and writes none.
    ///
    /// # Errors
    ///
    /// - [`Error::Token`] if it is no grant of this service, or its key was retired.
    /// - [`GrantRefusal::Ended`] if the session was ended. The user signs in anew.
    /// - [`GrantRefusal::SetUpFirst`] and [`GrantRefusal::ReviewFirst`] if it opens one page only:
    ///   show that page, with [`Mfa::resume_limited`].
    /// - [`Error::UnknownUser`] if the user was deleted.
    /// - The other failures of [`Error`]. An outage is not the end of a session, and not a session.
    pub async fn resume(
        &self,
        sealed: &Sealed<SessionGrant>,
        request: &Request,
    ) -> Result<SessionGrant, Error<GrantRefusal>> {
        self.resume_by(sealed, request, UserRecord::resume).await
    }

    /// Brings a session back that may open one page only, for that page: the set-up of a required
    /// method, or the review after a recovery ([`SessionGrant::scope`]).
    ///
    /// # Errors
    ///
    /// As [`Mfa::resume`], without the two that name the pages.
    pub async fn resume_limited(
        &self,
        sealed: &Sealed<SessionGrant>,
        request: &Request,
    ) -> Result<SessionGrant, Error<GrantRefusal>> {
        self.resume_by(sealed, request, UserRecord::resume_limited)
            .await
    }

    async fn resume_by(
        &self,
        sealed: &Sealed<SessionGrant>,
        request: &Request,
        resume: fn(&UserRecord, StoredGrant) -> Result<SessionGrant, GrantRefusal>,
    ) -> Result<SessionGrant, Error<GrantRefusal>> {
        let grant = async {
            let stored = StoredGrant::open(sealed, self.keys()).map_err(Error::Token)?;
            self.read(stored.user(), request, |record, _| resume(record, stored))
                .await
        };
        self.observed(Operation::Resume, grant).await
    }

    /// Demands that a session has proven enough for an action of the host: a level, and how
    /// recently.
    ///
    /// # Inputs
    ///
    /// - `requirement`: the level, and how old the proof may be that gives it; from AAL2 on that is
    ///   the proof of the second factor.
    ///
    /// # Errors
    ///
    /// - [`GrantRefusal::StepUpRequired`] if the proof is missing or too old. Ask for a code and
    ///   call [`Mfa::step_up_totp`]; while the user has no second factor, ask for the first one and
    ///   call [`Mfa::after_first_factor`].
    /// - [`GrantRefusal::SetUpRequired`] if the user has no factor of that level.
    /// - [`GrantRefusal::Ended`] if the session was ended. The user signs in anew.
    /// - The failures of [`Error`].
    pub async fn require(
        &self,
        grant: &SessionGrant,
        requirement: Requirement,
        request: &Request,
    ) -> Result<Met, Error<GrantRefusal>> {
        let met = self.read(grant.user(), request, |record, context| {
            record.require(grant, requirement, context)
        });
        self.observed(Operation::Require, met).await
    }
}
