//! E-mail addresses.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

/// An e-mail address that a code can be sent to.
///
/// Parsing is the only way to make one. It is at most 254 bytes long and holds no control
/// character, line end or invisible character, so it can start no second header line. What follows
/// the last `@` is in lower case as far as it is ASCII; the local part is as it was typed, since
/// only the receiving host may say that two of them are the same ([RFC 5321 section 2.4]). Equality
/// is that of the resulting text.
///
/// That an address is well formed says nothing about who reads its mail: that is what a code is for.
/// `Debug` shows nothing of it, as it is personal data.
///
/// ```
/// use mfakit_activation::{Address, AddressRule, InvalidAddress};
///
/// let address = Address::parse("Ann+mfa@Example.COM", AddressRule::Rfc)?;
/// assert_eq!(address.as_str(), "Ann+mfa@example.com");
/// assert!(Address::parse("用户@例子.广告", AddressRule::Rfc).is_ok());
///
/// let header = Address::parse("a@b.c\r\nBcc: d@e.f", AddressRule::Rfc);
/// assert_eq!(header.unwrap_err(), InvalidAddress::ForbiddenCharacter);
/// # Ok::<(), InvalidAddress>(())
/// ```
///
/// [RFC 5321 section 2.4]: https://www.rfc-editor.org/rfc/rfc5321#section-2.4
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Address(Box<str>);

/// Which addresses a service takes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum AddressRule {
    /// Every mailbox of [RFC 5321 section 4.1.2] and, beyond ASCII, of [RFC 6531 section 3.3], with
    /// a domain name; an IP address in its place is refused.
    ///
    /// [RFC 5321 section 4.1.2]: https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2
    /// [RFC 6531 section 3.3]: https://www.rfc-editor.org/rfc/rfc6531#section-3.3
    #[default]
    Rfc,
    /// Of those, the ones with ASCII letters, digits, `.`, `-` and `_` before the `@`, and an ASCII
    /// domain of two labels or more after it: for a service that restricts the characters, in the
    /// manner of the product manual. It turns people with other addresses away.
    Manual,
}

impl Address {
    /// The longest address, in bytes: a path of 256 ([RFC 5321 section 4.5.3.1.3]) without its
    /// angle brackets.
    ///
    /// [RFC 5321 section 4.5.3.1.3]: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3
    pub const MAX_BYTES: usize = 254;

    /// RFC 5321 section 4.5.3.1.1.
    const MAX_LOCAL_BYTES: usize = 64;
    /// RFC 1035 section 2.3.4, for labels of ASCII. The encoded form of another label is longer
    /// than its number of characters, so this bounds those too.
    const MAX_LABEL_CHARS: usize = 63;

    /// Returns the address if the text is one under the rule: nothing before it, nothing after it.
    ///
    /// # Inputs
    ///
    /// - `text`: what the user typed, of any length and content; more than [`Address::MAX_BYTES`]
    ///   are not looked at.
    /// - `rule`: which addresses the service takes.
    ///
    /// # Errors
    ///
    /// - [`InvalidAddress::TooLong`] if it has more than 254 bytes, or 64 before the last `@`.
    /// - [`InvalidAddress::ForbiddenCharacter`] if a character is in it that has no place anywhere.
    /// - [`InvalidAddress::Domain`] if it has no `@`, or no domain name after the last one.
    /// - [`InvalidAddress::AddressLiteral`] if an IP address in brackets stands there.
    /// - [`InvalidAddress::LocalPart`] if what stands before is neither words with single dots
    ///   between them nor a quoted string.
    /// - [`InvalidAddress::Restricted`] if the RFCs allow it and the rule does not.
    pub fn parse(text: &str, rule: AddressRule) -> Result<Self, InvalidAddress> {
        if text.len() > Self::MAX_BYTES {
            return Err(InvalidAddress::TooLong);
        }
        if text.chars().any(is_forbidden) {
            return Err(InvalidAddress::ForbiddenCharacter);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidAddress::Domain)?;
        if local.len() > Self::MAX_LOCAL_BYTES {
            return Err(InvalidAddress::TooLong);
        }
        if domain.starts_with('[') {
            return Err(InvalidAddress::AddressLiteral);
        }
        if !is_domain(domain) {
            return Err(InvalidAddress::Domain);
        }
        if !is_dot_string(local) && !is_quoted_string(local) {
            return Err(InvalidAddress::LocalPart);
        }
        match rule {
            AddressRule::Rfc => {}
            AddressRule::Manual => {
                let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
                if !local.chars().all(plain) || !domain.is_ascii() || !domain.contains('.') {
                    return Err(InvalidAddress::Restricted);
                }
            }
        }
        let mut address = String::with_capacity(text.len());
        address.push_str(local);
        address.push('@');
        address.extend(domain.chars().map(|c| c.to_ascii_lowercase()));
        Ok(Self(address.into_boxed_str()))
    }

    /// Returns the address as text.
    ///
    /// A quoted local part may hold `<`, `>`, `,` and `@`: hand the text to the mail library as one
    /// address, and do not paste it between angle brackets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").finish_non_exhaustive()
    }
}

/// Characters that end lines, change the direction of others, or cannot be seen. A plain space has
/// its place in a quoted string.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffd}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// `Dot-string` of RFC 5321 section 4.1.2, with the `UTF8-non-ascii` of RFC 6531 section 3.3.
fn is_dot_string(local: &str) -> bool {
    let is_atext =
        |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || !c.is_ascii();
    local
        .split('.')
        .all(|atom| !atom.is_empty() && atom.chars().all(is_atext))
}

/// `Quoted-string` of RFC 5321 section 4.1.2, with the `UTF8-non-ascii` of RFC 6531 section 3.3.
fn is_quoted_string(local: &str) -> bool {
    let Some(content) = local
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return false;
    };
    let mut content = content.chars();
    while let Some(c) = content.next() {
        let is_good = match c {
            '"' => false,
            // `quoted-pairSMTP`: a backslash and one printable ASCII character.
            '\\' => matches!(content.next(), Some(' '..='~')),
            // Control characters have been refused everywhere.
            _ => true,
        };
        if !is_good {
            return false;
        }
    }
    true
}

/// `Domain` of RFC 5321 section 4.1.2, with the `U-label` of RFC 6531 section 3.3.
fn is_domain(domain: &str) -> bool {
    let all_digits = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    domain.split('.').all(is_label)
        // An IPv4 address is no domain name: no top-level domain is a number (RFC 3696 section 2).
        && !domain.rsplit('.').next().is_some_and(all_digits)
}

fn is_label(label: &str) -> bool {
    let is_letter = |c: char| {
        c.is_ascii_alphanumeric()
            // IDNA takes these for the dot between labels (RFC 3490 section 3.1).
            || (!c.is_ascii() && !matches!(c, '\u{3002}' | '\u{ff0e}' | '\u{ff61}'))
    };
    !label.is_empty()
        && label.chars().count() <= Address::MAX_LABEL_CHARS
        && label.chars().all(|c| is_letter(c) || c == '-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Why a text is no address that a code can be sent to.
///
/// An error of the form: show it to the user as it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidAddress {
    /// It has more than 254 bytes, or more than 64 before the `@`.
    #[error("address is too long")]
    TooLong,
    /// A control character, a line end, an invisible character or one that changes the direction
    /// of writing is in it.
    #[error("address has a character that no address may have")]
    ForbiddenCharacter,
    /// There is no domain name after an `@`.
    #[error("address has no domain name")]
    Domain,
    /// An IP address in brackets stands in the place of the domain name. Codes are sent to people's
    /// mailboxes, not into the service's own network.
    #[error("address has an IP address for a domain name")]
    AddressLiteral,
    /// What stands before the `@` names no mailbox.
    #[error("address has no local part")]
    LocalPart,
    /// The RFCs allow it, the service does not ([`AddressRule::Manual`]).
    #[error("address has characters that this service does not take")]
    Restricted,
}
