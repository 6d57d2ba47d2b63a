//! Where a request came from.

use alloc::string::String;
use core::net::IpAddr;

use minicbor::{CborLen, Decode, Encode};

use crate::codec::Address;
use crate::name::is_forbidden;

/// Where a request came from, as the host saw it: kept with events and devices, for the owner.
#[derive(CborLen, Clone, Debug, Decode, Default, Encode, Eq, PartialEq)]
pub struct Source {
    #[n(0)]
    ip: Option<Address>,
    #[n(1)]
    user_agent: Option<String>,
}

impl Source {
    /// How much of a user agent is kept, in bytes: enough to recognize a browser by.
    pub const MAX_USER_AGENT_BYTES: usize = 96;

    /// Makes a source of which nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self::default()
    }

    /// Adds the address. Behind a proxy, the one that the proxy reports, if the proxy is trusted.
    #[must_use]
    pub const fn with_ip(mut self, ip: IpAddr) -> Self {
        self.ip = Some(Address(ip.to_canonical()));
        self
    }

    /// Adds the user agent: cut after 96 bytes, control and invisible characters dropped.
    #[must_use]
    pub fn with_user_agent(mut self, text: &str) -> Self {
        let mut kept = String::new();
        for c in text.chars().filter(|c| !is_forbidden(*c)) {
            if kept.len().saturating_add(c.len_utf8()) > Self::MAX_USER_AGENT_BYTES {
                break;
            }
            kept.push(c);
        }
        self.user_agent = Some(kept);
        self
    }

    /// Returns the address, if known.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.ip.map(|address| address.0)
    }

    /// Returns the user agent, if known.
    #[must_use]
    pub fn user_agent(&self) -> Option<&str> {
        self.user_agent.as_deref()
    }

    /// Returns the address cut to what one party holds: an IPv4 address, an IPv6 network of 64
    /// bits. Limits count per network.
    #[must_use]
    pub fn network(&self) -> Option<[u8; 8]> {
        Some(match self.ip()? {
            IpAddr::V4(ip) => {
                let [a, b, c, d] = ip.octets();
                // No IPv6 network begins so: 0000::/8 is reserved (RFC 4291 section 2.4).
                [0, 0, 0, 4, a, b, c, d]
            }
            IpAddr::V6(ip) => {
                let [a, b, c, d, e, f, g, h, ..] = ip.octets();
                [a, b, c, d, e, f, g, h]
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(ip: &str) -> Source {
        Source::unknown().with_ip(ip.parse().unwrap())
    }

    #[test]
    fn networks_are_what_one_party_holds() {
        assert_eq!(
            source("2001:db8::1").network(),
            source("2001:db8::ffff:1").network()
        );
        assert_ne!(
            source("2001:db8::1").network(),
            source("2001:db8:0:1::1").network()
        );
        assert_ne!(source("192.0.2.1").network(), source("192.0.2.2").network());
        assert_eq!(
            source("::ffff:192.0.2.1").network(),
            source("192.0.2.1").network()
        );
        assert_eq!(Source::unknown().network(), None);
    }

    #[test]
    fn user_agents_are_cut_at_a_character() {
        let agent = "é".repeat(100);
        let source = Source::unknown().with_user_agent(&agent);
        assert_eq!(source.user_agent().unwrap().len(), 96);
        for hidden in ["a\r\nb", "a\u{202E}b"] {
            let source = Source::unknown().with_user_agent(hidden);
            assert_eq!(source.user_agent(), Some("ab"), "{hidden:?}");
        }
    }
}
