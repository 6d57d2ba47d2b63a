//! The cookie that the host is asked to set: it binds a pending sign-in to a browser.

use alloc::string::{String, ToString};
use core::fmt;

use mfakit_core::Sealed;
use rand_core::CryptoRng;

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
        alloc::format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}")
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

/// What a browser is known by while it signs in: 32 random bytes that scripts cannot read.
pub struct BrowserBinding {
    mode: CookieMode,
    value: String,
    is_new: bool,
}

/// Length of the text form of 32 bytes.
const BINDING_CHARS: usize = 43;

impl BrowserBinding {
    /// Finds the binding among the cookies of a request, if the browser has one.
    ///
    /// # Inputs
    ///
    /// - `cookies`: the `Cookie` header, or several joined by `; `. It is the browser's word.
    #[must_use]
    pub fn of(cookies: &str, mode: CookieMode) -> Option<Self> {
        let value = find_cookie(cookies, mode.binding_name())?;
        (value.len() == BINDING_CHARS).then(|| Self {
            mode,
            value: value.to_string(),
            is_new: false,
        })
    }

    /// Does as [`BrowserBinding::of`], and draws a new binding where there is none. Two sign-ins in
    /// two tabs share it.
    pub fn of_or_new(cookies: &str, mode: CookieMode, rng: &mut impl CryptoRng) -> Self {
        Self::of(cookies, mode).unwrap_or_else(|| {
            let mut bytes = [0; 32];
            rng.fill_bytes(&mut bytes);
            Self {
                mode,
                value: Sealed::<()>::from_bytes(bytes.into()).to_text(),
                is_new: true,
            }
        })
    }

    /// Returns the bytes to seal tokens with.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.value.as_bytes()
    }

    /// Returns the cookie to set; `None` if the browser has it already.
    #[must_use]
    pub fn set_cookie(&self) -> Option<SetCookie> {
        self.is_new.then(|| SetCookie {
            mode: self.mode,
            name: self.mode.binding_name(),
            value: self.value.clone(),
        })
    }
}

/// Hides the value.
impl fmt::Debug for BrowserBinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrowserBinding")
            .field("is_new", &self.is_new)
            .finish_non_exhaustive()
    }
}

fn find_cookie<'a>(cookies: &'a str, name: &str) -> Option<&'a str> {
    cookies.split(';').find_map(|pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;
    use crate::test_support::rng;

    #[test]
    fn the_cookie_is_for_this_host_and_no_script() {
        let binding = BrowserBinding::of_or_new("", CookieMode::Secure, &mut rng(1));
        assert!(!format!("{binding:?}").contains(&binding.value));
        let cookie = binding.set_cookie().unwrap();
        let header = cookie.to_header();
        assert!(header.starts_with("__Host-mfa-s="), "{header}");
        assert!(
            header.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"),
            "{header}"
        );
        assert!(!format!("{cookie:?}").contains(cookie.value()));

        let cookies = format!("__Host-mfa-s={}", cookie.value());
        let again = BrowserBinding::of_or_new(&cookies, CookieMode::Secure, &mut rng(2));
        assert_eq!(again.as_bytes(), cookie.value().as_bytes());
        assert_eq!(again.set_cookie(), None);
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let cookies = "a=1; mfa-s=two;b=3=4; c";
        assert_eq!(find_cookie(cookies, "a"), Some("1"));
        assert_eq!(find_cookie(cookies, "mfa-s"), Some("two"));
        assert_eq!(find_cookie(cookies, "b"), Some("3=4"));
        assert_eq!(find_cookie(cookies, "s"), None);
        assert_eq!(find_cookie(cookies, "c"), None);
    }
}
