//! What the page of the second step needs.

use core::fmt;

use mfakit_core::{Keys, Sealed, UnixTime, UserId};
use rand_core::CryptoRng;

use crate::{BrowserBinding, Codes, DeviceView, KeyRequest, Offers, PendingSignIn, SetCookie};

/// What the page that asks for the second factor needs.
pub struct SecondFactor {
    user: UserId,
    token: Sealed<PendingSignIn>,
    cookie: Option<SetCookie>,
    offers: Offers,
    key: Option<KeyRequest>,
    expires: UnixTime,
}

impl SecondFactor {
    /// Seals a sign-in for the browser that it is bound to.
    pub fn new(
        pending: &PendingSignIn,
        offers: Offers,
        key: Option<KeyRequest>,
        binding: &BrowserBinding,
        keys: &Keys,
        rng: &mut impl CryptoRng,
    ) -> Self {
        Self {
            user: pending.user(),
            token: pending.seal(keys, binding.as_bytes(), rng),
            expires: pending.expires(),
            cookie: binding.set_cookie(),
            offers,
            key,
        }
    }

    /// Returns who is signing in, to say so on the page.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// Returns the token of this sign-in, for a hidden field or a cookie.
    ///
    /// It opens nothing by itself, and nothing at all in another browser. Still, keep it out of
    /// addresses and logs.
    #[must_use]
    pub const fn token(&self) -> &Sealed<PendingSignIn> {
        &self.token
    }

    /// Returns the cookie to set with the page; `None` if the browser has it already. Without the
    /// cookie the token does not open.
    #[must_use]
    pub const fn cookie(&self) -> Option<&SetCookie> {
        self.cookie.as_ref()
    }

    /// Returns the devices that will do, oldest first, for a hint at their names.
    #[must_use]
    pub fn devices(&self) -> &[DeviceView] {
        &self.offers.devices
    }

    /// Returns whether codes may be tried; `None` if no device makes any that would do.
    #[must_use]
    pub const fn codes(&self) -> Option<Codes> {
        self.offers.codes
    }

    /// Returns the request for a security key or passkey, if the user has one in use. Its cookie is
    /// the page's.
    #[must_use]
    pub const fn key(&self) -> Option<&KeyRequest> {
        self.key.as_ref()
    }

    /// Returns whether the user has a recovery code left: offer a field for it.
    #[must_use]
    pub const fn recovery(&self) -> bool {
        self.offers.recovery
    }

    /// Returns whether support has granted a reset: offer a field for its code.
    #[must_use]
    pub const fn reset(&self) -> bool {
        self.offers.reset
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
