//! The application's cookies. The library's own comes ready-made from it.

use std::time::Duration;

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use mfakit::CookieMode;

/// A cookie of this application.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cookie {
    /// Who is signed in.
    Session,
    /// Binds the forms of those who are not signed in to their browser.
    Form,
    /// A sign-in that waits for its second factor.
    Pending,
    /// A sentence to show once.
    Notice,
}

impl Cookie {
    /// Its name. With `__Host-` no other host, and nobody on the way, can set it. Names without
    /// are for loopback, where there is no TLS.
    pub(crate) const fn name(self, mode: CookieMode) -> &'static str {
        match (self, mode) {
            (Self::Session, CookieMode::PlainForLoopback) => "cockpit-session",
            (Self::Form, CookieMode::PlainForLoopback) => "cockpit-form",
            (Self::Pending, CookieMode::PlainForLoopback) => "cockpit-pending",
            (Self::Notice, CookieMode::PlainForLoopback) => "cockpit-notice",
            (Self::Session, _) => "__Host-cockpit-session",
            (Self::Form, _) => "__Host-cockpit-form",
            (Self::Pending, _) => "__Host-cockpit-pending",
            (Self::Notice, _) => "__Host-cockpit-notice",
        }
    }

    /// Returns its value in a request.
    pub(crate) fn read(self, headers: &HeaderMap, mode: CookieMode) -> Option<&str> {
        let pairs = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok());
        pairs.flat_map(|header| header.split(';')).find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == self.name(mode)).then_some(value)
        })
    }

    /// Returns a `Set-Cookie` header; the cookie goes when the browser closes.
    pub(crate) fn set(self, value: &str, mode: CookieMode) -> Option<HeaderValue> {
        self.header(value, "", mode)
    }

    /// Returns a `Set-Cookie` header for a cookie that goes after a time.
    pub(crate) fn set_for(
        self,
        value: &str,
        time: Duration,
        mode: CookieMode,
    ) -> Option<HeaderValue> {
        self.header(value, &format!("; Max-Age={}", time.as_secs()), mode)
    }

    /// Returns a `Set-Cookie` header that takes the cookie away.
    pub(crate) fn clear(self, mode: CookieMode) -> Option<HeaderValue> {
        self.header("", "; Max-Age=0", mode)
    }

    /// `None` only for a value that no header can carry; ours are base64url and words.
    fn header(self, value: &str, age: &str, mode: CookieMode) -> Option<HeaderValue> {
        let name = self.name(mode);
        let secure = if mode == CookieMode::PlainForLoopback {
            ""
        } else {
            "; Secure"
        };
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
        let mut header = HeaderValue::try_from(text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

/// Adds cookies to an answer.
pub(crate) trait WithCookie {
    fn with_cookie(self, header: Option<HeaderValue>) -> Self;
}

impl WithCookie for Response {
    fn with_cookie(mut self, header: Option<HeaderValue>) -> Self {
        if let Some(header) = header {
            self.headers_mut().append(SET_COOKIE, header);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODES: [CookieMode; 2] = [CookieMode::Secure, CookieMode::PlainForLoopback];

    #[test]
    fn cookies_of_a_deployed_service_are_for_this_host_alone() {
        let header = Cookie::Session.set("abc", CookieMode::Secure).unwrap();
        let want = "__Host-cockpit-session=abc; Path=/; HttpOnly; SameSite=Lax; Secure";
        assert_eq!(header, want);
        assert!(header.is_sensitive());
    }

    #[test]
    fn what_was_set_is_read_back() {
        for mode in MODES {
            let set = Cookie::Pending.set("abc", mode).unwrap();
            let sent = set.to_str().unwrap().split(';').next().unwrap().to_owned();
            let mut headers = HeaderMap::new();
            headers.append(COOKIE, HeaderValue::from_static("x=1; cockpit-pendin=2"));
            headers.append(COOKIE, format!("y=3; {sent}").parse().unwrap());
            assert_eq!(Cookie::Pending.read(&headers, mode), Some("abc"));
            assert_eq!(Cookie::Session.read(&headers, mode), None);
        }
    }
}
