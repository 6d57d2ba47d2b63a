//! The address of a mail server.

use std::fmt;
use std::str::FromStr;

use zeroize::Zeroizing;

/// Where letters are handed over, such as `smtps://user:password@mail.example.com`.
///
/// `smtps` begins with TLS; `smtp` turns to TLS before anything else is said, unless the server is
/// on this computer. `Debug` shows nothing of it: there may be a password inside.
#[derive(Clone, Eq, PartialEq)]
pub struct SmtpUrl(Zeroizing<String>);

impl SmtpUrl {
    /// Returns the address as lettre reads it, with TLS demanded where the network is crossed.
    pub(crate) fn with_tls(&self) -> Zeroizing<String> {
        let Self(url) = self;
        let is_plain = url.starts_with("smtp://") && !url.contains('?');
        if !is_plain || ["localhost", "127.0.0.1", "[::1]"].contains(&self.host()) {
            return url.clone();
        }
        Zeroizing::new(format!("{}?tls=required", url.as_str()))
    }

    fn host(&self) -> &str {
        let (_, rest) = self.0.split_once("://").unwrap_or_default();
        let (authority, _) = rest.split_once(['/', '?']).unwrap_or((rest, ""));
        let (_, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        match host.split_once(']') {
            // An IPv6 address has colons of its own.
            Some((ip, _)) => host.get(..=ip.len()).unwrap_or_default(),
            None => host.split_once(':').map_or(host, |(host, _)| host),
        }
    }
}

impl FromStr for SmtpUrl {
    type Err = InvalidSmtpUrl;

    fn from_str(text: &str) -> Result<Self, InvalidSmtpUrl> {
        let url = Self(Zeroizing::new(text.to_owned()));
        let has_scheme = text.starts_with("smtp://") || text.starts_with("smtps://");
        if has_scheme && !url.host().is_empty() {
            Ok(url)
        } else {
            Err(InvalidSmtpUrl)
        }
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmtpUrl(..)")
    }
}

/// A text that is no address of a mail server.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not an smtp or smtps address")]
#[non_exhaustive]
pub struct InvalidSmtpUrl;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_is_crossed_with_tls_only() {
        for (url, want) in [
            ("smtps://mail.example.com", "smtps://mail.example.com"),
            (
                "smtp://mail.example.com",
                "smtp://mail.example.com?tls=required",
            ),
            (
                "smtp://u:p@mail.example.com:25",
                "smtp://u:p@mail.example.com:25?tls=required",
            ),
            ("smtp://localhost:1025", "smtp://localhost:1025"),
            (
                "smtp://u:p@127.0.0.1:1025/me",
                "smtp://u:p@127.0.0.1:1025/me",
            ),
            ("smtp://[::1]:1025", "smtp://[::1]:1025"),
            (
                "smtp://localhost@evil.example",
                "smtp://localhost@evil.example?tls=required",
            ),
            (
                "smtp://localhost:x@evil.example",
                "smtp://localhost:x@evil.example?tls=required",
            ),
            (
                "smtp://mail.example.com?tls=opportunistic",
                "smtp://mail.example.com?tls=opportunistic",
            ),
        ] {
            let parsed: SmtpUrl = url.parse().unwrap();
            assert_eq!(parsed.with_tls().as_str(), want);
        }
    }

    #[test]
    fn other_addresses_are_refused() {
        for url in [
            "",
            "smtp://",
            "smtps://user@",
            "https://mail.example.com",
            "mail.example.com",
        ] {
            assert_eq!(url.parse::<SmtpUrl>(), Err(InvalidSmtpUrl), "{url}");
        }
    }

    #[test]
    fn debug_hides_the_password() {
        let url: SmtpUrl = "smtps://user:secret@mail.example.com".parse().unwrap();
        assert_eq!(format!("{url:?}"), "SmtpUrl(..)");
    }
}
