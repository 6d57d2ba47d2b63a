//! Reading key URIs.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::interop::Spelling;
use super::percent::{Plus, decode, is_unreserved};
use super::{KeyUri, OtpType, UnsupportedParameter, UriError};
use crate::params::{Algorithm, Params};
use crate::secret::{MinBits, Secret};

/// Far more than any program writes.
const MAX_PARAMETERS: usize = 32;

/// What can be imported, though not all of it can be verified: Aegis reads 1 to 10 digits, 2FAS 5
/// to 8; nobody has seen a period of more than an hour.
const DIGITS: core::ops::RangeInclusive<u8> = 5..=10;
const PERIOD: core::ops::RangeInclusive<u16> = 1..=3600;

pub(super) fn tolerant(text: &str, min: MinBits) -> Result<KeyUri, UriError> {
    let Parts {
        type_name,
        label,
        query,
    } = Parts::split(text)?;
    let (label_issuer, account) = parse_label(label)?;
    let parameters = Parameters::parse(query)?;

    let defaults = Params::default();
    let mut spelling = Spelling {
        plus: query.contains('+'),
        ..Spelling::default()
    };

    let secret = parameters
        .secret
        .ok_or(UriError::MissingParameter { name: "secret" })?;
    spelling.padding = secret.contains('=');
    let algorithm = match &parameters.algorithm {
        None => defaults.algorithm(),
        Some(name) => {
            let algorithm: Algorithm = name.parse()?;
            spelling.algorithm = **name != *algorithm.name();
            algorithm
        }
    };
    let digits = match &parameters.digits {
        None => defaults.digits().as_u8(),
        Some(value) => number(value, "digits")?
            .and_then(|digits| u8::try_from(digits).ok())
            .filter(|digits| DIGITS.contains(digits))
            .ok_or(UnsupportedParameter::Digits)?,
    };
    let period = match &parameters.period {
        None => defaults.period().as_secs().into(),
        Some(value) => number(value, "period")?
            .and_then(|secs| u16::try_from(secs).ok())
            .filter(|secs| PERIOD.contains(secs))
            .ok_or(UnsupportedParameter::Period)?,
    };
    let otp_type = if type_name.eq_ignore_ascii_case("totp") {
        OtpType::Totp
    } else if type_name.eq_ignore_ascii_case("hotp") {
        let name = "counter";
        let value = parameters
            .counter
            .ok_or(UriError::MissingParameter { name })?;
        let counter = number(&value, name)?.ok_or(UriError::InvalidParameter { name })?;
        OtpType::Hotp { counter }
    } else {
        return Err(UnsupportedParameter::Type.into());
    };

    Ok(KeyUri {
        otp_type,
        label_issuer,
        account,
        secret: Secret::import_base32(&secret, min)?,
        // Written by programs that were given no issuer.
        issuer: parameters
            .issuer
            .filter(|issuer| !issuer.is_empty())
            .map(|issuer| String::clone(&issuer)),
        algorithm,
        digits,
        period,
        image: parameters.image.map(|image| String::clone(&image)),
        other: parameters.other,
        spelling,
    })
}

pub(super) fn strict(text: &str) -> Result<KeyUri, UriError> {
    let uri = tolerant(text, MinBits::Bits128)?;
    uri.params()?;
    if !is_strict(text, &uri) {
        return Err(UriError::NotStrict);
    }
    Ok(uri)
}

/// Whether `text`, which was read as `uri`, took no liberties.
fn is_strict(text: &str, uri: &KeyUri) -> bool {
    let beginning = match uri.otp_type {
        OtpType::Totp => "otpauth://totp/",
        OtpType::Hotp { .. } => "otpauth://hotp/",
    };
    let Some((_, query)) = text.split_once('?') else {
        return false;
    };

    let mut names = Vec::new();
    let parameters_are_strict = query.split('&').all(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let repeated = names.contains(&name);
        names.push(name);
        let known = Name::of(name);
        // An escape would hide which parameter it is, and other characters would need one.
        let plain = !name.is_empty() && name.bytes().all(is_unreserved);
        plain
            && !value.is_empty()
            && !repeated
            && known.is_none_or(|known| known.as_str() == name)
            && match known {
                Some(Name::Secret) => *value == **uri.secret.to_base32(),
                Some(Name::Algorithm) => value == uri.algorithm.name(),
                _ => true,
            }
    });

    text.starts_with(beginning)
        && text.bytes().all(is_uri_byte)
        && !uri.account.contains(':')
        && uri.label_issuer == uri.issuer
        && parameters_are_strict
}

/// The characters of [RFC 3986 appendix A] in paths and queries, less `+`, which some read as a
/// space.
///
/// [RFC 3986 appendix A]: https://www.rfc-editor.org/rfc/rfc3986#appendix-A
fn is_uri_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*,;=:@/?%".contains(&byte)
}

/// A URI taken apart, still encoded.
struct Parts<'a> {
    type_name: &'a str,
    label: &'a str,
    query: &'a str,
}

impl<'a> Parts<'a> {
    fn split(text: &'a str) -> Result<Self, UriError> {
        if text.len() > KeyUri::MAX_BYTES {
            return Err(UriError::TooLong);
        }
        let (scheme, rest) = text.split_once("://").ok_or(UriError::NotAKeyUri)?;
        let known = ["otpauth", "apple-otpauth"];
        if !known.iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Err(UriError::NotAKeyUri);
        }
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (type_name, label) = path.split_once('/').unwrap_or((path, ""));
        Ok(Self {
            type_name,
            label,
            query,
        })
    }
}

/// `issuer:account` or `account`. The colon may be escaped, and spaces may follow it.
fn parse_label(label: &str) -> Result<(Option<String>, String), UriError> {
    let label = printable(decode(label, Plus::Literal)?)?;
    let (issuer, account) = match label.split_once(':') {
        None => (None, label.as_str()),
        Some((issuer, account)) => (Some(issuer.trim()), account),
    };
    let account = account.trim_start_matches(' ');
    if account.is_empty() || issuer.is_some_and(str::is_empty) {
        return Err(UriError::EmptyLabel);
    }
    Ok((issuer.map(Into::into), account.into()))
}

/// The parameters, decoded.
#[derive(Default)]
struct Parameters {
    algorithm: Option<Zeroizing<String>>,
    counter: Option<Zeroizing<String>>,
    digits: Option<Zeroizing<String>>,
    image: Option<Zeroizing<String>>,
    issuer: Option<Zeroizing<String>>,
    period: Option<Zeroizing<String>>,
    secret: Option<Zeroizing<String>>,
    other: Vec<(String, String)>,
}

impl Parameters {
    fn parse(query: &str) -> Result<Self, UriError> {
        if query.split('&').count() > MAX_PARAMETERS {
            return Err(UriError::TooLong);
        }
        let mut parameters = Self::default();
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let name = decode(name, Plus::Space)?;
            let value = decode(value, Plus::Space)?;
            parameters.take(&name, value)?;
        }
        Ok(parameters)
    }

    fn take(&mut self, name: &str, value: Zeroizing<String>) -> Result<(), UriError> {
        let Some(known) = Name::of(name) else {
            printable(Zeroizing::new(name.into()))?;
            let value = printable(value)?;
            self.other.push((name.into(), String::clone(&value)));
            return Ok(());
        };
        let place = match known {
            Name::Algorithm => &mut self.algorithm,
            Name::Counter => &mut self.counter,
            Name::Digits => &mut self.digits,
            Name::Image => &mut self.image,
            Name::Issuer => &mut self.issuer,
            Name::Period => &mut self.period,
            Name::Secret => &mut self.secret,
        };
        if place.is_some() {
            return Err(UriError::DuplicateParameter {
                name: known.as_str(),
            });
        }
        *place = Some(printable(value)?);
        Ok(())
    }
}

/// The parameters with a meaning.
#[derive(Clone, Copy)]
enum Name {
    Algorithm,
    Counter,
    Digits,
    Image,
    Issuer,
    Period,
    Secret,
}

impl Name {
    const ALL: [Self; 7] = [
        Self::Algorithm,
        Self::Counter,
        Self::Digits,
        Self::Image,
        Self::Issuer,
        Self::Period,
        Self::Secret,
    ];

    fn of(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|known| name.eq_ignore_ascii_case(known.as_str()))
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Algorithm => "algorithm",
            Self::Counter => "counter",
            Self::Digits => "digits",
            Self::Image => "image",
            Self::Issuer => "issuer",
            Self::Period => "period",
            Self::Secret => "secret",
        }
    }
}

fn printable(text: Zeroizing<String>) -> Result<Zeroizing<String>, UriError> {
    if text.chars().any(char::is_control) {
        return Err(UriError::UnprintableCharacter);
    }
    Ok(text)
}

/// A decimal number, or `None` if it is larger than any that counts.
fn number(digits: &str, name: &'static str) -> Result<Option<u64>, UriError> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(UriError::InvalidParameter { name });
    }
    Ok(digits.parse().ok())
}
