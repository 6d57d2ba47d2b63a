//! Why a ceremony was refused.

mod category;
mod reason;

use core::fmt;

pub use category::Category;
pub use reason::Reason;

/// Which of the two ceremonies it was.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "WebAuthn has two ceremonies, and callers match both"
)]
pub enum Ceremony {
    /// Section 7.1 of the specification.
    Registration,
    /// Section 7.2 of the specification.
    Authentication,
}

/// Who is to blame for a refusal.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// The response is not what the standards say it looks like.
    Malformed,
    /// The response is well formed, but a check failed.
    Failed,
    /// The ceremony has ended: too late, or another was meant.
    Expired,
    /// The response may be genuine, but this service does not accept it.
    Policy,
}

/// A refused registration or sign-in.
///
/// Carries no text and no bytes of the response, so that neither a secret nor the challenge can
/// reach a log. Log it; show the user one message for all of them.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Error {
    ceremony: Ceremony,
    reason: Reason,
}

impl Error {
    pub(crate) const fn new(ceremony: Ceremony, reason: Reason) -> Self {
        Self { ceremony, reason }
    }

    /// Makes the error of a sign-in whose record is damaged: its key could not be parsed.
    #[must_use]
    pub const fn from_record(reason: Reason) -> Self {
        Self::new(Ceremony::Authentication, reason)
    }

    /// Returns the ceremony that was refused.
    #[must_use]
    pub const fn ceremony(&self) -> Ceremony {
        self.ceremony
    }

    /// Returns exactly what was wrong.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// Returns who is to blame.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.reason.kind()
    }

    /// Returns the category, for logs and metrics.
    #[must_use]
    pub const fn category(&self) -> Category {
        self.reason.category()
    }

    /// Returns the stable code, such as `W017`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.reason.code()
    }

    /// Returns the step of [WebAuthn Level 3] that refused: its id in section 7.1, 7.2 or 8, or
    /// its opening words where it has none.
    ///
    /// [WebAuthn Level 3]: https://www.w3.org/TR/webauthn-3/#sctn-rp-operations
    #[must_use]
    pub const fn step(&self) -> &'static str {
        self.reason.step(self.ceremony)
    }

    /// Whether the attempt counts against the limit of its source.
    ///
    /// Everything a stranger can cause does; only a ceremony that took too long does not.
    #[must_use]
    pub const fn counts_as_attempt(&self) -> bool {
        match self.kind() {
            Kind::Malformed | Kind::Failed | Kind::Policy => true,
            Kind::Expired => false,
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("code", &self.code())
            .field("ceremony", &self.ceremony)
            .field("reason", &self.reason)
            .finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code(), self.reason)
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;
    use alloc::format;

    #[test]
    fn codes_are_unique_and_in_order() {
        let codes: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        assert!(Reason::ALL.is_sorted_by_key(|reason| reason.code()));
    }

    #[test]
    fn every_reason_names_a_step_of_its_ceremonies() {
        for reason in Reason::ALL {
            let steps = [Ceremony::Registration, Ceremony::Authentication].map(|c| reason.step(c));
            assert!(steps.iter().any(|step| !step.is_empty()), "{reason:?}");
            assert!(!format!("{reason}").ends_with('.'), "{reason:?}");
        }
    }

    #[test]
    fn display_is_the_code_and_one_fact() {
        let error = Error::new(Ceremony::Authentication, Reason::SignatureInvalid);
        assert_eq!(format!("{error}"), "W060 signature does not verify");
        assert_eq!(error.category().as_str(), "signature_invalid");
    }
}
