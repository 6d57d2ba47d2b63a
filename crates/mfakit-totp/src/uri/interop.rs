//! Which authenticator apps misread an enrollment.
//!
//! The facts are from the apps' sources and issue trackers, as far as they were stated there; an
//! app that is not named was not found to have the trouble.

use core::fmt;

use super::{KeyUri, OtpType};
use crate::params::{Algorithm, Params};

/// Something in an enrollment that some authenticator apps misread.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Interop {
    /// The hash function is not SHA-1, and some apps compute SHA-1 all the same.
    Algorithm,
    /// The hash function is spelled otherwise than `SHA1`, `SHA256` or `SHA512`.
    AlgorithmSpelling,
    /// The account contains a colon: some apps divide the label elsewhere, or refuse it.
    ColonInAccount,
    /// The codes are counted, not timed, and some apps do not do that.
    Counter,
    /// The counter is larger than some apps can count.
    CounterTooLarge,
    /// The number of digits is not 6, and not one that all apps show.
    Digits(u8),
    /// The issuer of the label is not that of the parameter, and apps show one or the other.
    IssuerMismatch,
    /// The label has no issuer, and some apps look for the name there only.
    LabelWithoutIssuer,
    /// Issuer, account and period together are longer than some hardware keys can store.
    NameTooLong,
    /// The secret is written with padding.
    Padding,
    /// The period is not 30 seconds, and some apps count 30 seconds all the same.
    Period,
    /// The period is shorter than some apps allow.
    PeriodTooShort,
    /// A `+` stands for a space, and some apps show it as it is.
    PlusForSpace,
    /// A name contains a character that some apps decode twice, or replace.
    ReservedCharacter,
    /// The secret is no multiple of 5 bytes, so its base32 ends within a group of eight.
    SecretLength,
    /// The secret has less than 128 bits, and some apps call it unsafe, which it is.
    SecretTooShort,
}

impl Interop {
    /// Returns the apps that misread it. Some of them do in older versions only.
    #[must_use]
    pub const fn apps(self) -> &'static [App] {
        match self {
            Self::Algorithm => &[
                App::Authy,
                App::GoogleAuthenticatorAndroid,
                App::MicrosoftAuthenticator,
            ],
            Self::AlgorithmSpelling => &[App::GoogleAuthenticatorIos, App::OnePassword],
            Self::ColonInAccount => &[App::Aegis, App::FreeOtp],
            Self::Counter => &[App::ApplePasswords],
            Self::CounterTooLarge => &[App::GoogleAuthenticatorAndroid],
            Self::Digits(8) => &[App::GoogleAuthenticatorAndroid, App::MicrosoftAuthenticator],
            Self::Digits(7) => &[
                App::Authy,
                App::GoogleAuthenticatorAndroid,
                App::GoogleAuthenticatorIos,
                App::MicrosoftAuthenticator,
            ],
            Self::Digits(5) => &[
                App::Authy,
                App::GoogleAuthenticatorAndroid,
                App::GoogleAuthenticatorIos,
                App::MicrosoftAuthenticator,
                App::YubicoAuthenticator,
            ],
            Self::Digits(_) => &[
                App::Authy,
                App::GoogleAuthenticatorAndroid,
                App::GoogleAuthenticatorIos,
                App::MicrosoftAuthenticator,
                App::TwoFas,
                App::YubicoAuthenticator,
            ],
            Self::IssuerMismatch => &[App::Aegis, App::EnteAuth],
            Self::LabelWithoutIssuer => &[App::MicrosoftAuthenticator],
            Self::NameTooLong => &[App::YubicoAuthenticator],
            Self::Padding => &[App::GoogleAuthenticatorIos, App::MicrosoftAuthenticator],
            Self::Period => &[
                App::Authy,
                App::GoogleAuthenticatorAndroid,
                App::MicrosoftAuthenticator,
            ],
            Self::PeriodTooShort | Self::SecretTooShort => &[App::FreeOtp],
            Self::PlusForSpace => &[App::MicrosoftAuthenticator],
            Self::ReservedCharacter => &[App::TwoFas],
            Self::SecretLength => &[App::GoogleAuthenticatorIos],
        }
    }
}

impl fmt::Display for Interop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Algorithm => "the hash function is not SHA-1",
            Self::AlgorithmSpelling => "the hash function has an unusual spelling",
            Self::ColonInAccount => "the account contains a colon",
            Self::Counter => "the codes are counted, not timed",
            Self::CounterTooLarge => "the counter exceeds 31 bits",
            Self::Digits(_) => "the codes do not have 6 digits",
            Self::IssuerMismatch => "the label and the issuer parameter name different issuers",
            Self::LabelWithoutIssuer => "the label has no issuer",
            Self::NameTooLong => "issuer and account are long",
            Self::Padding => "the secret is written with padding",
            Self::Period => "the period is not 30 seconds",
            Self::PeriodTooShort => "the period is below 5 seconds",
            Self::PlusForSpace => "a plus sign stands for a space",
            Self::ReservedCharacter => "a name contains one of & ? % #",
            Self::SecretLength => "the secret is not a multiple of 5 bytes",
            Self::SecretTooShort => "the secret is shorter than 128 bits",
        })
    }
}

/// An authenticator app.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum App {
    /// Aegis, Android.
    Aegis,
    /// Apple Passwords, and the system's own filling in of codes.
    ApplePasswords,
    /// Authy.
    Authy,
    /// Ente Auth.
    EnteAuth,
    /// `FreeOTP`, Android.
    FreeOtp,
    /// Google Authenticator, Android.
    GoogleAuthenticatorAndroid,
    /// Google Authenticator, iOS.
    GoogleAuthenticatorIos,
    /// Microsoft Authenticator.
    MicrosoftAuthenticator,
    /// 1Password.
    OnePassword,
    /// 2FAS, Android.
    TwoFas,
    /// Yubico Authenticator, with the secret on the hardware key.
    YubicoAuthenticator,
}

impl fmt::Display for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aegis => "Aegis",
            Self::ApplePasswords => "Apple Passwords",
            Self::Authy => "Authy",
            Self::EnteAuth => "Ente Auth",
            Self::FreeOtp => "FreeOTP",
            Self::GoogleAuthenticatorAndroid => "Google Authenticator (Android)",
            Self::GoogleAuthenticatorIos => "Google Authenticator (iOS)",
            Self::MicrosoftAuthenticator => "Microsoft Authenticator",
            Self::OnePassword => "1Password",
            Self::TwoFas => "2FAS",
            Self::YubicoAuthenticator => "Yubico Authenticator",
        })
    }
}

/// What a text said otherwise than we write it.
#[derive(Clone, Copy, Default)]
pub(super) struct Spelling {
    pub(super) algorithm: bool,
    pub(super) padding: bool,
    pub(super) plus: bool,
}

pub(super) fn warnings(uri: &KeyUri) -> impl Iterator<Item = Interop> {
    let defaults = Params::default();
    let timed = uri.otp_type == OtpType::Totp;
    let counter = match uri.otp_type {
        OtpType::Totp => 0,
        OtpType::Hotp { counter } => counter,
    };
    let secret_bytes = uri.secret.expose().len();
    [
        (Interop::Algorithm, uri.algorithm != Algorithm::Sha1),
        (Interop::AlgorithmSpelling, uri.spelling.algorithm),
        (
            Interop::Digits(uri.digits),
            uri.digits != defaults.digits().as_u8(),
        ),
        (
            Interop::Period,
            timed && uri.period != u16::from(defaults.period().as_secs()),
        ),
        (Interop::PeriodTooShort, timed && uri.period < 5),
        (Interop::Counter, !timed),
        (
            Interop::CounterTooLarge,
            counter > u64::from(i32::MAX.unsigned_abs()),
        ),
        (Interop::SecretTooShort, secret_bytes < 16),
        (Interop::SecretLength, !secret_bytes.is_multiple_of(5)),
        (Interop::Padding, uri.spelling.padding),
        (Interop::LabelWithoutIssuer, uri.label_issuer.is_none()),
        (Interop::IssuerMismatch, issuers_differ(uri)),
        (Interop::ColonInAccount, uri.account.contains(':')),
        (
            Interop::ReservedCharacter,
            names(uri).any(|name| name.contains(['&', '?', '%', '#'])),
        ),
        (Interop::PlusForSpace, uri.spelling.plus),
        (Interop::NameTooLong, yubico_name_bytes(uri) > 64),
    ]
    .into_iter()
    .filter_map(|(warning, applies)| applies.then_some(warning))
}

fn names(uri: &KeyUri) -> impl Iterator<Item = &str> {
    [uri.label_issuer(), uri.issuer(), Some(uri.account())]
        .into_iter()
        .flatten()
}

fn issuers_differ(uri: &KeyUri) -> bool {
    uri.label_issuer
        .as_ref()
        .zip(uri.issuer.as_ref())
        .is_some_and(|(label, parameter)| label != parameter)
}

/// The length of `period/issuer:account`, in which the key stores an enrollment; the period is left
/// out if it is the default.
fn yubico_name_bytes(uri: &KeyUri) -> usize {
    let period = match uri.period {
        30 => 0,
        0..10 => 2,
        10..100 => 3,
        100..1000 => 4,
        1000.. => 5,
    };
    let issuer = uri
        .issuer()
        .map_or(0, |issuer| issuer.len().saturating_add(1));
    uri.account
        .len()
        .saturating_add(issuer)
        .saturating_add(period)
}
