//! What is wrong with the answer of a security key, for the person who has used it.

use mfakit::webauthn::{Category, Error as Answer};
use mfakit::{EnrollRefusal, Error, KeyRefusal, SignInRefusal, StepUpRefusal};

use super::Failure;
use super::refusal::Refusal;
use crate::place::Place;

const STALE: &str =
    "This page was out of date, or was opened in another browser. Nothing was changed; try again.";
const UNREADABLE: &str = "What came from your browser could not be read. Nothing was changed; try again, or use another browser.";

/// A refusal that may be one of a security key.
pub(crate) trait OfKey: Refusal {
    fn key(&self) -> Option<&KeyRefusal>;

    /// Whether the ceremony, and nothing else, has to be begun again.
    fn is_over(&self) -> bool {
        false
    }
}

impl OfKey for EnrollRefusal {
    fn key(&self) -> Option<&KeyRefusal> {
        match self {
            Self::Key(refusal) => Some(refusal),
            _ => None,
        }
    }
}

impl OfKey for SignInRefusal {
    fn key(&self) -> Option<&KeyRefusal> {
        match self {
            Self::Key(refusal) => Some(refusal),
            _ => None,
        }
    }
}

impl OfKey for StepUpRefusal {
    fn is_over(&self) -> bool {
        *self == Self::Ended
    }

    fn key(&self) -> Option<&KeyRefusal> {
        match self {
            Self::Key(refusal) => Some(refusal),
            _ => None,
        }
    }
}

/// Whether the browser's passkey manager wants to know that nobody knows the key any more.
pub(crate) fn is_unknown<R: OfKey>(error: &Error<R>) -> bool {
    matches!(error, Error::Refused(refusal) if refusal.key() == Some(&KeyRefusal::Unknown))
}

/// Returns what to show above the form, and logs the particulars; what is no matter of the key is
/// a failure of its own, on the way to `place`.
pub(crate) fn key_problem<R: OfKey>(
    error: Error<R>,
    place: Place,
) -> Result<&'static str, Failure> {
    match &error {
        Error::MalformedResponse(answer) => {
            log(answer);
            Ok(UNREADABLE)
        }
        Error::Token(cause) => {
            tracing::info!(%cause, "a token of a security key does not open");
            Ok(STALE)
        }
        // Used before, or the device was used too late.
        Error::Refused(refusal) if refusal.is_over() => Ok(STALE),
        Error::Refused(refusal) => match refusal.key() {
            Some(key) => Ok(sentence(key)),
            None => Err(Failure::from(error).on_the_way_to(place)),
        },
        _ => Err(Failure::from(error).on_the_way_to(place)),
    }
}

fn log(answer: &Answer) {
    tracing::info!(
        code = answer.code(),
        step = answer.step(),
        category = answer.category().as_str(),
        "the answer of a security key was refused"
    );
}

fn sentence(refusal: &KeyRefusal) -> &'static str {
    let KeyRefusal::Refused(answer) = refusal else {
        tracing::info!(%refusal, "a security key was refused");
        return refusal.user_text();
    };
    log(answer);
    match answer.category() {
        Category::UserNotVerified => {
            "Your device did not verify that it is you. Set up a PIN, a fingerprint or your face on it, then try again."
        }
        Category::UserNotPresent => {
            "Your device did not notice you. Try again, and touch it when it asks you to."
        }
        Category::OriginMismatch
        | Category::RpIdHashMismatch
        | Category::CrossOriginNotAllowed
        | Category::TopOriginMismatch => {
            "Your device was used on a page that is not of this site. If somebody sent you a link, do not use it: \
             open this site yourself, then try again."
        }
        Category::ChallengeMismatch | Category::ChallengeExpired | Category::TypeMismatch => STALE,
        Category::CredentialAlreadyRegistered => {
            "This device is set up already. Use another one, or look for it among your devices."
        }
        Category::AlgorithmNotAllowed | Category::UnsupportedAlgorithm => {
            "This device makes a kind of key that is not accepted here. Use another one."
        }
        Category::AttestationPolicy | Category::UnknownAttestationFormat => {
            "Devices of this model are not accepted here. Use another one."
        }
        _ => refusal.user_text(),
    }
}
