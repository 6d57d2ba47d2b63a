//! Origins: where a ceremony may take place, and which sites may embed it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::client_data::ClientData;
use crate::error::Reason;

/// Whether a ceremony may take place in a frame of another site.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Embedding {
    /// Only in pages of the relying party's own origins.
    #[default]
    Never,
    /// In frames of any site.
    Anywhere,
    /// In frames of these sites.
    Origins {
        /// The origins of the top-level pages, as browsers write them.
        origins: Vec<String>,
        /// Whether a browser that does not tell the top-level page is believed.
        unnamed: bool,
    },
}

impl Embedding {
    /// Steps "If C.crossOrigin is present and set to true" and "If C.topOrigin is present", which
    /// both ceremonies have.
    pub(crate) fn verify(&self, client_data: &ClientData<'_>) -> Result<(), Reason> {
        let top_origin = client_data.top_origin.as_deref();
        let embedded = client_data.cross_origin == Some(true) || top_origin.is_some();
        match self {
            Self::Never if embedded => Err(Reason::CrossOrigin),
            Self::Never | Self::Anywhere => Ok(()),
            Self::Origins { origins, unnamed } => match top_origin {
                Some(top_origin) if origins.iter().any(|origin| origin == top_origin) => Ok(()),
                Some(_) => Err(Reason::TopOrigin),
                None if embedded && !unnamed => Err(Reason::CrossOrigin),
                None => Ok(()),
            },
        }
    }
}

/// An origin that is a web page's: `scheme://host[:port]`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct WebOrigin<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) host: &'a str,
    /// With its colon; empty for the scheme's own port.
    pub(crate) port: &'a str,
}

impl<'a> WebOrigin<'a> {
    /// Splits an origin in the form in which browsers write it; `None` if it is in another.
    pub(crate) fn parse(origin: &'a str) -> Option<Self> {
        let (scheme, rest) = origin.split_once("://")?;
        if !matches!(scheme, "https" | "http") {
            return None;
        }
        let (host, port) = match rest.find(':') {
            Some(colon) => rest.split_at_checked(colon)?,
            None => (rest, ""),
        };
        let default_port = match scheme {
            "https" => ":443",
            _ => ":80",
        };
        (is_host(host) && is_port(port) && port != default_port).then_some(Self {
            scheme,
            host,
            port,
        })
    }

    /// Whether nobody on the way can change the page: `https`, or the machine itself.
    pub(crate) fn is_secure(&self) -> bool {
        self.scheme == "https" || self.host == "localhost" || self.host.ends_with(".localhost")
    }

    /// Whether the host is the RP ID or a subdomain of it.
    pub(crate) fn is_within(&self, rp_id: &str) -> bool {
        self.host
            .strip_suffix(rp_id)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    }
}

/// Letters as browsers write them, in labels that are not empty.
fn is_host(host: &str) -> bool {
    host.bytes()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'))
        && host.split('.').all(|label| !label.is_empty())
}

/// Whether a text is a domain in the form in which browsers write it: an RP ID. An address is
/// none ([L3 section 5.1.3], `rp.id`).
///
/// [L3 section 5.1.3]: https://www.w3.org/TR/webauthn-3/#sctn-createCredential
pub(crate) fn is_domain(text: &str) -> bool {
    /// RFC 1035 section 2.3.4, without the dot at the end.
    const MAX_DOMAIN_BYTES: usize = 253;

    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= MAX_DOMAIN_BYTES
        && is_host(text)
        && text.rsplit('.').next().is_some_and(|last| !is_number(last))
}

/// Nothing, or a colon and a number without leading zeros.
fn is_port(port: &str) -> bool {
    match port.strip_prefix(':') {
        None => port.is_empty(),
        Some(digits) => {
            digits.bytes().all(|byte| byte.is_ascii_digit())
                && !digits.starts_with('0')
                && digits.parse::<u16>().is_ok()
        }
    }
}

/// Whether a text can be an origin at all: a scheme, a colon and something after it. Web pages,
/// native apps (`android:apk-key-hash:…`, `ios:bundle-id:…`) and browser extensions have such; an
/// opaque origin (`null`) is everybody's and never expected. That of a web page must be written as
/// browsers write it, or it would never match, and be secure.
pub(crate) fn is_origin(text: &str) -> bool {
    let is_scheme = |scheme: &str| {
        !scheme.is_empty()
            && scheme.bytes().all(|byte| {
                byte.is_ascii_lowercase() || matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.')
            })
    };
    match text.split_once(':') {
        Some(("https" | "http", _)) => {
            WebOrigin::parse(text).is_some_and(|origin| origin.is_secure())
        }
        Some((scheme, rest)) => is_scheme(scheme) && !rest.is_empty(),
        None => false,
    }
}

/// Which origins a relying party expects.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    /// Within the RP ID's domain.
    pub(crate) own: Vec<String>,
    /// Others, which are compared as they are written.
    pub(crate) related: Vec<String>,
    /// Whether subdomains of the RP ID are expected, on the scheme and port of an own origin.
    pub(crate) subdomains: bool,
    /// Whether the port of an own origin is ignored.
    pub(crate) any_port: bool,
}

impl Origins {
    pub(crate) fn verify(&self, rp_id: &str, origin: &str) -> Result<(), Reason> {
        let mut exact = self.own.iter().chain(&self.related);
        let expected = exact.any(|exact| exact == origin) || self.is_near_an_own_one(rp_id, origin);
        if expected {
            Ok(())
        } else {
            Err(Reason::Origin)
        }
    }

    fn is_near_an_own_one(&self, rp_id: &str, origin: &str) -> bool {
        if !self.subdomains && !self.any_port {
            return false;
        }
        let Some(origin) = WebOrigin::parse(origin) else {
            return false;
        };
        self.own
            .iter()
            .filter_map(|own| WebOrigin::parse(own))
            .any(|own| {
                own.scheme == origin.scheme
                    && (own.port == origin.port || self.any_port)
                    && (own.host == origin.host || (self.subdomains && origin.is_within(rp_id)))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn web_origins_are_those_of_browsers() {
        for good in [
            "https://example.com",
            "http://localhost:8080",
            "https://a.b-c.d0",
        ] {
            assert!(WebOrigin::parse(good).is_some(), "{good}");
        }
        let bad = [
            "https://example.com/",
            "https://Example.com",
            "https://example.com:443",
            "http://a:80",
            "https://a:0",
            "https://a:99999",
            "https://a:",
            "https://a:+1",
            "https://",
            "https://a..b",
            "https://a.",
            "https://u@a",
            "ftp://a",
            "example.com",
        ];
        for bad in bad {
            assert_eq!(WebOrigin::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn opaque_origins_are_none() {
        for good in [
            "https://example.com",
            "android:apk-key-hash:abc",
            "ios:bundle-id:com.example",
            "chrome-extension://abc",
        ] {
            assert!(is_origin(good), "{good}");
        }
        for bad in [
            "null",
            "",
            "https:",
            ":x",
            "HTTPS://example.com",
            "https:x",
            "https://Example.com",
            "https://example.com/",
            "http://example.com",
            "example.com",
        ] {
            assert!(!is_origin(bad), "{bad}");
        }
    }

    #[test]
    fn domains_are_in_lower_case_and_no_addresses() {
        for good in [
            "example.com",
            "localhost",
            "1.example",
            "xn--bcher-kva.example",
        ] {
            assert!(is_domain(good), "{good}");
        }
        let long = ["a"; 128].join(".");
        for bad in [
            "",
            "Example.com",
            "https://example.com",
            "example.com:443",
            "example..com",
            ".example.com",
            "example.com.",
            "127.0.0.1",
            "[::1]",
            long.as_str(),
        ] {
            assert!(!is_domain(bad), "{bad}");
        }
    }

    #[test]
    fn subdomains_and_ports_by_choice() {
        let mut origins = Origins {
            own: vec!["https://example.com".into()],
            related: vec!["http://localhost:3000".into()],
            ..Origins::default()
        };
        let verify = |origins: &Origins, origin| origins.verify("example.com", origin);
        assert_eq!(verify(&origins, "https://example.com"), Ok(()));
        assert_eq!(
            verify(&origins, "https://a.example.com"),
            Err(Reason::Origin)
        );
        origins.subdomains = true;
        assert_eq!(verify(&origins, "https://a.example.com"), Ok(()));
        for other in [
            "https://aexample.com",
            "http://a.example.com",
            "https://a.example.com:8443",
            "https://a.example.com.",
            "https://example.com.evil.com",
            "https://.example.com",
            "http://example.com:3000",
            "http://evil.example.com:3000",
        ] {
            assert_eq!(verify(&origins, other), Err(Reason::Origin), "{other}");
        }
        origins.any_port = true;
        assert_eq!(verify(&origins, "https://a.example.com:8443"), Ok(()));
        assert_eq!(verify(&origins, "http://localhost:3000"), Ok(()));
        for other in ["http://localhost:3001", "http://a.example.com:3000"] {
            assert_eq!(verify(&origins, other), Err(Reason::Origin), "{other}");
        }
    }
}
