//! Ceremonies between their two halves: sealed tokens that the browser keeps.
//!
//! Nothing is written when one begins. A token says what it is for, whose it is and in which
//! generation it began; it opens in one browser only, and within it is the ceremony as
//! `mfakit-webauthn` sealed it, which opens for the relying party that began it.

use core::fmt;

use mfakit_core::{Keys, OpenError, Ring, SealContext, Sealed, UnixTime, UserId};
use mfakit_webauthn::{
    Authentication, CreationOptions, OpenCeremonyError, Registration, RequestOptions,
};
use minicbor::bytes::ByteVec;
use minicbor::{CborLen, Decode, Encode};
use rand_core::CryptoRng;

use crate::codec::{Time, User};
use crate::ids::Generation;
use crate::pending::PendingState;
use crate::{BrowserBinding, PendingSignIn, Relying, SessionId, SetCookie, plain};

/// A key that is being set up: the ceremony between its two halves.
#[must_use = "seal it for the browser"]
pub struct KeyRegistration(pub(crate) RegistrationState);

#[derive(CborLen, Decode, Encode)]
pub(crate) struct RegistrationState {
    #[n(0)]
    pub(crate) user: User,
    #[n(1)]
    pub(crate) generation: Generation,
    /// The session that began it, and the only one that may finish it.
    #[n(2)]
    pub(crate) session: SessionId,
    #[n(3)]
    pub(crate) begun: Begun,
}

/// A sign-in or step-up with a key: the ceremony between its two halves.
#[must_use = "seal it for the browser"]
pub struct KeyAssertion(pub(crate) AssertionState);

#[derive(CborLen, Decode, Encode)]
pub(crate) struct AssertionState {
    #[n(0)]
    pub(crate) purpose: Purpose,
    #[n(1)]
    pub(crate) begun: Begun,
}

#[derive(CborLen, Decode, Encode)]
pub(crate) enum Purpose {
    /// The second step of a sign-in, with which it is used up.
    #[n(0)]
    SecondStep(#[n(0)] PendingState),
    /// A fresh proof within a session.
    #[n(1)]
    StepUp {
        #[n(0)]
        user: User,
        #[n(1)]
        generation: Generation,
        #[n(2)]
        session: SessionId,
    },
    /// Both factors at once. Who it will be nobody knows yet.
    #[n(2)]
    Passkey,
}

/// The sealed ceremony of `mfakit-webauthn`, and when it was.
#[derive(CborLen, Decode, Encode)]
pub(crate) struct Begun {
    #[n(0)]
    ceremony: ByteVec,
    #[n(1)]
    started: Time,
    #[n(2)]
    expires: Time,
}

impl Begun {
    pub(crate) fn new<T>(ceremony: &Sealed<T>, started: UnixTime, expires: UnixTime) -> Self {
        Self {
            ceremony: ceremony.as_bytes().to_vec().into(),
            started: Time(started),
            expires: Time(expires),
        }
    }

    pub(crate) const fn expires(&self) -> UnixTime {
        self.expires.0
    }

    /// The time to verify it at: another machine's clock may be a little behind.
    pub(crate) fn time(&self, now: UnixTime) -> UnixTime {
        now.max(self.started.0)
    }

    pub(crate) fn registration(
        &self,
        relying: Relying<'_>,
        now: UnixTime,
    ) -> Result<Registration, OpenCeremonyError> {
        let (rp, now) = (relying.webauthn.relying_party(), self.time(now));
        Registration::open(&self.sealed(), rp, relying.keys, now)
    }

    pub(crate) fn authentication(
        &self,
        relying: Relying<'_>,
        now: UnixTime,
    ) -> Result<Authentication, OpenCeremonyError> {
        let (rp, now) = (relying.webauthn.relying_party(), self.time(now));
        Authentication::open(&self.sealed(), rp, relying.keys, now)
    }

    fn sealed<T>(&self) -> Sealed<T> {
        Sealed::from_bytes(self.ceremony.to_vec())
    }
}

impl KeyAssertion {
    /// Returns whose it is; `None` if the assertion itself tells, as a passkey's does.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        match &self.0.purpose {
            Purpose::SecondStep(pending) => Some(pending.user()),
            Purpose::StepUp { user, .. } => Some(user.0),
            Purpose::Passkey => None,
        }
    }

    pub(crate) fn pending(&self) -> Option<PendingSignIn> {
        match &self.0.purpose {
            Purpose::SecondStep(pending) => Some(PendingSignIn::of(*pending)),
            Purpose::StepUp { .. } | Purpose::Passkey => None,
        }
    }
}

impl KeyRegistration {
    /// Returns for whom the key is set up.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.0.user.0
    }
}

macro_rules! token {
    ($name:ident, $purpose:literal) => {
        impl $name {
            /// Returns when it ends, if nothing ends it before.
            #[must_use]
            pub const fn expires(&self) -> UnixTime {
                self.0.begun.expires()
            }

            /// Seals it for the browser.
            ///
            /// # Inputs
            ///
            /// - `binding`: what only this browser has, such as the value of a cookie that scripts
            ///   cannot read. The token opens with the same binding only.
            pub fn seal(
                &self,
                keys: &Keys,
                binding: &[u8],
                rng: &mut impl CryptoRng,
            ) -> Sealed<Self> {
                let context = SealContext::new($purpose).with(binding);
                Sealed::from_bytes(keys.seal(Ring::Token, &context, &plain::encode(&self.0), rng))
            }

            /// Opens what `seal` made. Whether it still holds, the record decides.
            ///
            /// # Errors
            ///
            /// [`OpenError`] if it was not sealed by this service's keys for this browser.
            pub fn open(
                sealed: &Sealed<Self>,
                keys: &Keys,
                binding: &[u8],
            ) -> Result<Self, OpenError> {
                let context = SealContext::new($purpose).with(binding);
                let plain = keys.open(Ring::Token, &context, sealed.as_bytes())?;
                plain::decode(&plain).map(Self).ok_or(OpenError::Malformed)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("expires", &self.expires())
                    .finish_non_exhaustive()
            }
        }
    };
}

token!(KeyRegistration, "mfakit key registration");
token!(KeyAssertion, "mfakit key assertion");

macro_rules! page {
    ($(#[$doc:meta])* $name:ident, $token:ident, $options:ident, $call:literal) => {
        $(#[$doc])*
        pub struct $name {
            options: $options,
            token: Sealed<$token>,
            cookie: Option<SetCookie>,
            expires: UnixTime,
        }

        impl $name {
            /// Seals a ceremony for the browser that it is bound to.
            pub fn new(
                options: $options,
                ceremony: &$token,
                binding: &BrowserBinding,
                keys: &Keys,
                rng: &mut impl CryptoRng,
            ) -> Self {
                Self {
                    options,
                    token: ceremony.seal(keys, binding.as_bytes(), rng),
                    expires: ceremony.expires(),
                    cookie: binding.set_cookie(),
                }
            }

            #[doc = concat!("Returns the options for `", $call, "`, as JSON.")]
            #[must_use]
            pub fn options_json(&self) -> alloc::string::String {
                self.options.to_json()
            }

            /// Returns `conditional` where the browser is to act without a click.
            #[must_use]
            pub const fn mediation(&self) -> Option<&'static str> {
                self.options.mediation()
            }

            /// Returns the token that goes with the options, for a hidden field: it comes back
            /// with the browser's answer.
            #[must_use]
            pub const fn token(&self) -> &Sealed<$token> {
                &self.token
            }

            /// Returns the cookie to set with the page; `None` if the browser has it already.
            /// Without the cookie the token does not open.
            #[must_use]
            pub const fn cookie(&self) -> Option<&SetCookie> {
                self.cookie.as_ref()
            }

            /// Returns when the token ends by itself.
            #[must_use]
            pub const fn expires(&self) -> UnixTime {
                self.expires
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("expires", &self.expires)
                    .finish_non_exhaustive()
            }
        }
    };
}

page! {
    /// What the page that sets up a key needs.
    KeySetup, KeyRegistration, CreationOptions, "navigator.credentials.create()"
}
page! {
    /// What a page that asks for a key needs.
    KeyRequest, KeyAssertion, RequestOptions, "navigator.credentials.get()"
}
