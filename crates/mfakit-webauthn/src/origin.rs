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
        /// The origins of the top-level pages.
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
        let good_host = !host.is_empty()
            && host
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'))
            && host.split('.').all(|label| !label.is_empty());
        let default_port = match scheme {
            "https" => ":443",
            _ => ":80",
        };
        (good_host && is_port(port) && port != default_port).then_some(Self { scheme, host, port })
    }

    /// Whether the host is the RP ID or a subdomain of it.
    pub(crate) fn is_within(&self, rp_id: &str) -> bool {
        self.host
            .strip_suffix(rp_id)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    }
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
/// opaque origin (`null`) is everybody's and never expected.
pub(crate) fn is_origin(text: &str) -> bool {
    let is_scheme = |scheme: &str| {
        !scheme.is_empty()
            && scheme.bytes().all(|byte| {
                byte.is_ascii_lowercase() || matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.')
            })
    };
    text.split_once(':')
        .is_some_and(|(scheme, rest)| is_scheme(scheme) && !rest.is_empty())
}

/// Which origins a relying party expects.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origins {
    pub(crate) exact: Vec<String>,
    /// Whether subdomains of the RP ID are expected, on the scheme and port of an exact origin.
    pub(crate) subdomains: bool,
    /// Whether the port of an exact origin is ignored.
    pub(crate) any_port: bool,
}

impl Origins {
    pub(crate) fn verify(&self, rp_id: &str, origin: &str) -> Result<(), Reason> {
        let expected = self.exact.iter().any(|exact| exact == origin)
            || self.is_near_an_exact_one(rp_id, origin);
        if expected {
            Ok(())
        } else {
            Err(Reason::Origin)
        }
    }

    fn is_near_an_exact_one(&self, rp_id: &str, origin: &str) -> bool {
        if !self.subdomains && !self.any_port {
            return false;
        }
        let Some(origin) = WebOrigin::parse(origin) else {
            return false;
        };
        self.exact
            .iter()
            .filter_map(|exact| WebOrigin::parse(exact))
            .any(|exact| {
                exact.scheme == origin.scheme
                    && (exact.port == origin.port || self.any_port)
                    && (exact.host == origin.host || (self.subdomains && origin.is_within(rp_id)))
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
            "example.com",
        ] {
            assert!(!is_origin(bad), "{bad}");
        }
    }

    #[test]
    fn subdomains_and_ports_by_choice() {
        let mut origins = Origins {
            exact: vec!["https://example.com".into()],
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
        ] {
            assert_eq!(verify(&origins, other), Err(Reason::Origin), "{other}");
        }
        origins.any_port = true;
        assert_eq!(verify(&origins, "https://a.example.com:8443"), Ok(()));
    }
}
