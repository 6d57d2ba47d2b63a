//! The one address under which a browser sees the application.

use std::fmt;
use std::str::FromStr;

/// The scheme, host and port under which the application is reached.
///
/// Requests for another host are refused, redirects name it, and forms must come from it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Origin {
    text: String,
    scheme: Scheme,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Scheme {
    /// On loopback only.
    Http,
    Https,
}

impl Scheme {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Http => "http://",
            Self::Https => "https://",
        }
    }
}

impl Origin {
    /// `http://localhost:<port>`.
    pub(crate) fn localhost(port: u16) -> Self {
        Self {
            text: format!("http://localhost:{port}"),
            scheme: Scheme::Http,
        }
    }

    /// Returns it as the `Origin` header has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns host and port as the `Host` header has them.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.text
            .strip_prefix(self.scheme.prefix())
            .unwrap_or_default()
    }

    /// Returns the host without the port.
    #[must_use]
    pub fn host(&self) -> &str {
        let authority = self.authority();
        authority
            .split_once(':')
            .map_or(authority, |(host, _)| host)
    }

    /// Returns whether the browser is reached through TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::Https
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Reads an `https` origin: a lower-case host name and, unless it is 443, a port.
impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let authority = text
            .strip_prefix(Scheme::Https.prefix())
            .ok_or(InvalidOrigin)?;
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        };
        let is_host = host.split('.').all(is_label);
        let is_port = port.is_none_or(|port| port.parse().is_ok_and(|port: u16| port != 443));
        if is_host && is_port {
            Ok(Self {
                text: text.to_owned(),
                scheme: Scheme::Https,
            })
        } else {
            Err(InvalidOrigin)
        }
    }
}

/// A label of a host name (RFC 1123 section 2.1), in the lower case that browsers send.
fn is_label(label: &str) -> bool {
    let of_label = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !label.is_empty()
        && label.len() <= 63
        && label.bytes().all(of_label)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// A text that is no `https` origin.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not an https origin")]
#[non_exhaustive]
pub struct InvalidOrigin;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_what_browsers_send() {
        for text in [
            "https://console.example.com",
            "https://a-1.example:8443",
            "https://intranet",
        ] {
            let origin: Origin = text.parse().unwrap();
            assert_eq!(origin.to_string(), text);
            assert_eq!(origin.authority(), text.strip_prefix("https://").unwrap());
        }
        for text in [
            "http://console.example.com",
            "https://",
            "https://Console.example.com",
            "https://console.example.com/",
            "https://console.example.com:443",
            "https://console.example.com:",
            "https://console.example.com:x",
            "https://user@console.example.com",
            "https://console..example",
            "https://-a.example",
        ] {
            assert_eq!(text.parse::<Origin>(), Err(InvalidOrigin), "{text}");
        }
    }
}
