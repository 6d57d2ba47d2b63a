//! The one cookie that this crate asks the host to set: it binds a pending sign-in to a browser.

use std::fmt;

use mfakit_core::Sealed;
use rand_core::CryptoRng;

use crate::Request;

/// How cookies are named and marked.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum CookieMode {
    /// `__Host-` names with `Secure`: no other host can set or read them.
    #[default]
    Secure,
    /// Plain names without `Secure`, for a service on loopback without TLS. Never deploy it: every
    /// host of the same domain, and whoever sits on the way, could read and set the cookies.
    PlainForLoopback,
}

impl CookieMode {
    const fn binding_name(self) -> &'static str {
        match self {
            Self::Secure => "__Host-mfa-s",
            Self::PlainForLoopback => "mfa-s",
        }
    }
}

/// A cookie that the host must set in its answer.
#[derive(Clone, Eq, PartialEq)]
pub struct SetCookie {
    mode: CookieMode,
    name: &'static str,
    value: String,
}

impl SetCookie {
    /// Returns the cookie's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the cookie's value: a secret of the browser.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Returns the value of a `Set-Cookie` header. The cookie goes when the browser closes.
    #[must_use]
    pub fn to_header(&self) -> String {
        let Self { name, value, .. } = self;
        let secure = match self.mode {
            CookieMode::Secure => "; Secure",
            CookieMode::PlainForLoopback => "",
        };
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}")
    }
}

/// Hides the value.
impl fmt::Debug for SetCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetCookie")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What a browser is known by while it signs in.
pub(crate) struct Binding {
    value: String,
    is_new: bool,
}

/// Length of the text form of 32 bytes.
const BINDING_CHARS: usize = 43;

impl Binding {
    /// The binding that the request carries, or a new one. Two sign-ins in two tabs share it.
    pub(crate) fn of_or_new(request: &Request, mode: CookieMode, rng: &mut impl CryptoRng) -> Self {
        Self::of(request, mode).unwrap_or_else(|| {
            let mut bytes = vec![0; 32];
            rng.fill_bytes(&mut bytes);
            Self {
                value: Sealed::<()>::from_bytes(bytes).to_text(),
                is_new: true,
            }
        })
    }

    pub(crate) fn of(request: &Request, mode: CookieMode) -> Option<Self> {
        let value = request.cookie(mode.binding_name())?;
        (value.len() == BINDING_CHARS).then(|| Self {
            value: value.to_owned(),
            is_new: false,
        })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.value.as_bytes()
    }

    pub(crate) fn set_cookie(self, mode: CookieMode) -> Option<SetCookie> {
        let Self { value, is_new } = self;
        is_new.then(|| SetCookie {
            mode,
            name: mode.binding_name(),
            value,
        })
    }
}

#[cfg(test)]
mod tests {
    use mfakit_core::{OsRng, UnixTime};

    use super::*;

    #[test]
    fn the_cookie_is_for_this_host_and_no_script() {
        let request = Request::new(UnixTime::EPOCH);
        let mut rng = OsRng::new().unwrap();
        let binding = Binding::of_or_new(&request, CookieMode::Secure, &mut rng);
        let cookie = binding.set_cookie(CookieMode::Secure).unwrap();
        let header = cookie.to_header();
        assert!(header.starts_with("__Host-mfa-s="), "{header}");
        assert!(
            header.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"),
            "{header}"
        );
        assert!(!format!("{cookie:?}").contains(cookie.value()));

        let request = request.cookies(&format!("__Host-mfa-s={}", cookie.value()));
        let again = Binding::of_or_new(&request, CookieMode::Secure, &mut rng);
        assert_eq!(again.as_bytes(), cookie.value().as_bytes());
        assert_eq!(again.set_cookie(CookieMode::Secure), None);
    }
}
