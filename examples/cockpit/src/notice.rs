//! Sentences that are shown once, on the page after the one where something happened.

use axum::http::HeaderMap;
use mfakit::CookieMode;

use crate::cookies::Cookie;

macro_rules! notices {
    ($($notice:ident = $code:literal: $tone:ident $text:literal,)*) => {
        /// A sentence of a fixed list; the browser carries its name in a cookie.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum Notice { $($notice,)* }

        impl Notice {
            pub(crate) const fn code(self) -> &'static str {
                match self { $(Self::$notice => $code,)* }
            }

            fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$notice),)* _ => None }
            }

            pub(crate) const fn text(self) -> &'static str {
                match self { $(Self::$notice => $text,)* }
            }

            pub(crate) const fn tone(self) -> Tone {
                match self { $(Self::$notice => Tone::$tone,)* }
            }

            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$notice,)*];
        }
    };
}

/// Whether a sentence is good news.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Tone {
    Good,
    Note,
}

notices! {
    AddressAdded = "address-added": Good
        "The e-mail address is confirmed. It is told when something about your devices changes.",
    AddressRemoved = "address-removed": Good "The e-mail address was removed.",
    CodesSaved = "codes-saved": Good "Keep your recovery codes where you find them without your devices.",
    NoAddressPending = "no-address-pending": Note
        "No e-mail address waits to be confirmed: it was done, or it took too long.",
    NoReset = "no-reset": Note
        "There is no reset to cancel: it was canceled, or it is over.",
    ResetCanceled = "reset-canceled": Good "The reset was canceled. Nothing was changed.",
    Reviewed = "reviewed": Note "Your devices were reviewed already.",
    AccountCreated = "account-created": Good
        "Your account was created. Set up a security key or an authentication application to protect it.",
    Canceled = "canceled": Note
        "The set-up was canceled. Nothing was added; delete the entry in your application.",
    DeviceAdded = "device-added": Good "The device was set up. You can sign in with it.",
    DeviceDeleted = "device-deleted": Good
        "The device was deleted. It is no longer accepted, and your other sessions have ended.",
    DeviceGone = "device-gone": Note
        "That device is not among yours: it may have been deleted in another tab. These are your devices.",
    DeviceInUse = "device-in-use": Note "That device is in use already: it was resumed in another tab.",
    DeviceResumed = "device-resumed": Good "The device is accepted again.",
    DeviceSuspended = "device-suspended": Good
        "The device is suspended: it is not accepted until you resume it. Your other sessions have ended.",
    DeviceUnused = "device-unused": Note "That device is suspended already.",
    DeviceRenamed = "device-renamed": Good "The device was renamed.",
    Disabled = "disabled": Good
        "Multi-factor authentication is off. All devices were deleted, and your other sessions have ended.",
    Enabled = "enabled": Good
        "Multi-factor authentication is on. From now on a code of your application is asked for when \
         you sign in. Your other sessions have ended.",
    OnlyPasswordChanged = "only-password-changed": Note
        "Your password was changed, but your other sessions could not be ended. Change it once more to end \
         them.",
    PasswordChanged = "password-changed": Good
        "Your password was changed. Your other sessions have ended.",
    EnabledByKey = "enabled-by-key": Good
        "Multi-factor authentication is on. From now on your security key is asked for when you sign in. \
         Your other sessions have ended.",
    LastStays = "last-stays": Note
        "That is the only device that you can sign in with. Set up another one first.",
    MustKeep = "must-keep": Note
        "This service asks for a device whenever you sign in, so that one has to stay. Set up another one first.",
    NothingToDisable = "nothing-to-disable": Note "Multi-factor authentication is off already.",
    SessionEnded = "session-ended": Note
        "Your session has ended, or was renewed in another tab. Sign in to go on; what was confirmed is saved.",
    SetUpEnded = "set-up-ended": Note
        "That set-up is over: it was finished or canceled, or it took too long. These are your devices; \
         begin again if the one you meant is not among them.",
    SignInEnded = "sign-in-ended": Note
        "That sign-in is over: it was finished, or it took too long, or too many codes were refused. \
         Sign in again.",
    SignedOut = "signed-out": Good "You are signed out.",
}

impl Notice {
    /// Returns the one that a request carries.
    pub(crate) fn of(headers: &HeaderMap, mode: CookieMode) -> Option<Self> {
        Self::from_code(Cookie::Notice.read(headers, mode)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_different_and_fit_into_a_cookie() {
        for notice in Notice::ALL {
            assert_eq!(Notice::from_code(notice.code()), Some(*notice));
            assert!(
                notice
                    .code()
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'-')
            );
        }
    }
}
