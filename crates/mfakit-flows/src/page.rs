//! What the page of the second step needs.

use alloc::vec::Vec;
use core::fmt;

use mfakit_core::{Keys, Sealed, UnixTime, UserId};
use rand_core::CryptoRng;

use crate::{BrowserBinding, DeviceView, PendingSignIn, SetCookie};

/// What the page that asks for the second factor needs.
pub struct SecondFactor {
    user: UserId,
    token: Sealed<PendingSignIn>,
    cookie: Option<SetCookie>,
    devices: Vec<DeviceView>,
    expires: UnixTime,
}

impl SecondFactor {
    /// Seals a sign-in for the browser that it is bound to.
    pub fn new(
        pending: &PendingSignIn,
        devices: Vec<DeviceView>,
        binding: BrowserBinding,
        keys: &Keys,
        rng: &mut impl CryptoRng,
    ) -> Self {
        Self {
            user: pending.user(),
            token: pending.seal(keys, binding.as_bytes(), rng),
            expires: pending.expires(),
            cookie: binding.set_cookie(),
            devices,
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

    /// Returns the devices whose codes will do, oldest first, for a hint at their names.
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
