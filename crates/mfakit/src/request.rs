//! What the library needs to know of a request.

use std::net::IpAddr;
use std::time::SystemTime;

use mfakit_core::UnixTime;
use mfakit_flows::Source;

/// When a request came, from where, and with which cookies.
///
/// Make one per HTTP request, at its beginning: one request has one time.
#[derive(Clone)]
pub struct Request {
    now: UnixTime,
    source: Source,
    cookies: String,
}

impl Request {
    /// Makes a request that came at this time by the server's clock.
    #[must_use]
    pub fn new(now: UnixTime) -> Self {
        Self {
            now,
            source: Source::unknown(),
            cookies: String::new(),
        }
    }

    /// Makes a request that came now.
    ///
    /// A clock before 1970 reads as 1970: every code is then older than the last used one, and
    /// refused as such.
    #[must_use]
    pub fn from_system_clock() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the facade's one edge to the clock"
        )]
        let now = SystemTime::now();
        Self::new(UnixTime::try_from(now).unwrap_or(UnixTime::EPOCH))
    }

    /// Adds the caller's address, by which attempts are limited; without one they are not.
    ///
    /// # Security
    ///
    /// Behind a proxy pass the address that the proxy reports, and only if nobody can reach the
    /// service past it: otherwise everybody shares one limit, or picks one.
    #[must_use]
    pub fn source(mut self, ip: IpAddr) -> Self {
        self.source = self.source.with_ip(ip);
        self
    }

    /// Adds the `User-Agent` header, of which the first 96 bytes are kept for the owner to see.
    #[must_use]
    pub fn user_agent(mut self, header: &str) -> Self {
        self.source = self.source.with_user_agent(header);
        self
    }

    /// Adds the `Cookie` header, or several joined by `; `. One cookie of it is read.
    #[must_use]
    pub fn cookies(mut self, header: &str) -> Self {
        header.clone_into(&mut self.cookies);
        self
    }

    pub(crate) const fn now(&self) -> UnixTime {
        self.now
    }

    pub(crate) const fn origin(&self) -> &Source {
        &self.source
    }

    pub(crate) fn cookie_header(&self) -> &str {
        &self.cookies
    }
}

/// Shows no cookie.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("now", &self.now)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_cookies() {
        let request = Request::new(UnixTime::EPOCH).cookies("session=hunter2");
        assert!(!format!("{request:?}").contains("hunter2"));
    }
}
