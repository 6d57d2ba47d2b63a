//! What is known about a model, and what a service makes of it.

use alloc::vec::Vec;

use mfakit_core::UnixTime;

use super::entry::{Entry, StatusReport};
use crate::error::Reason;

macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $level:expr;)*) => {
        /// A status of [MDS section 3.1.4].
        ///
        /// [MDS section 3.1.4]: https://fidoalliance.org/specs/mds/fido-metadata-service-v3.1.1-ps-20260105.html#sctn-auth-status
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum AuthenticatorStatus {
            $($(#[$doc])* $name,)*
        }

        impl AuthenticatorStatus {
            /// Every status that is known here.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the status of this name, unless it is not known here.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Returns the name that the BLOB uses.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// Returns the level of a FIDO certification; `None` for any other status.
            #[must_use]
            pub const fn certification(self) -> Option<CertificationLevel> {
                match self {
                    $(Self::$name => $level,)*
                }
            }
        }
    };
}

/// How strictly a model was examined by the FIDO Alliance's certification, the lowest level first.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum CertificationLevel {
    /// It does what the standards say; its security was not examined. The program is closed.
    Functional,
    /// Level 1.
    L1,
    /// Level 1+.
    L1Plus,
    /// Level 2.
    L2,
    /// Level 2+.
    L2Plus,
    /// Level 3.
    L3,
    /// Level 3+.
    L3Plus,
}

statuses! {
    /// It is not certified.
    NotFidoCertified = "NOT_FIDO_CERTIFIED", None;
    /// Its function is certified.
    FidoCertified = "FIDO_CERTIFIED", Some(CertificationLevel::Functional);
    /// Malware can use it without its user.
    UserVerificationBypass = "USER_VERIFICATION_BYPASS", None;
    /// Somebody has an attestation key: attestations under it prove nothing.
    AttestationKeyCompromise = "ATTESTATION_KEY_COMPROMISE", None;
    /// Its private keys can be taken from afar.
    UserKeyRemoteCompromise = "USER_KEY_REMOTE_COMPROMISE", None;
    /// Its private keys can be taken by someone who holds it.
    UserKeyPhysicalCompromise = "USER_KEY_PHYSICAL_COMPROMISE", None;
    /// There is newer software for it.
    UpdateAvailable = "UPDATE_AVAILABLE", None;
    /// It is not made any more, or never was sold.
    Retired = "RETIRED", None;
    /// The FIDO Alliance says that it must not be trusted.
    Revoked = "REVOKED", None;
    /// Its maker filled the self-assertion checklist in.
    SelfAssertionSubmitted = "SELF_ASSERTION_SUBMITTED", None;
    /// It is certified at level 1.
    FidoCertifiedL1 = "FIDO_CERTIFIED_L1", Some(CertificationLevel::L1);
    /// It is certified at level 1+.
    FidoCertifiedL1Plus = "FIDO_CERTIFIED_L1plus", Some(CertificationLevel::L1Plus);
    /// It is certified at level 2.
    FidoCertifiedL2 = "FIDO_CERTIFIED_L2", Some(CertificationLevel::L2);
    /// It is certified at level 2+.
    FidoCertifiedL2Plus = "FIDO_CERTIFIED_L2plus", Some(CertificationLevel::L2Plus);
    /// It is certified at level 3.
    FidoCertifiedL3 = "FIDO_CERTIFIED_L3", Some(CertificationLevel::L3);
    /// It is certified at level 3+.
    FidoCertifiedL3Plus = "FIDO_CERTIFIED_L3plus", Some(CertificationLevel::L3Plus);
    /// It is certified by FIPS 140 at level 1.
    Fips140CertifiedL1 = "FIPS140_CERTIFIED_L1", None;
    /// It is certified by FIPS 140 at level 2.
    Fips140CertifiedL2 = "FIPS140_CERTIFIED_L2", None;
    /// It is certified by FIPS 140 at level 3.
    Fips140CertifiedL3 = "FIPS140_CERTIFIED_L3", None;
    /// It is certified by FIPS 140 at level 4.
    Fips140CertifiedL4 = "FIPS140_CERTIFIED_L4", None;
}

/// Which models are refused for what is known about them.
///
/// ```
/// use mfakit_webauthn::metadata::{AuthenticatorStatus, CertificationLevel, StatusRules};
///
/// let rules = StatusRules::new()
///     .refusing(AuthenticatorStatus::Retired)
///     .requiring(CertificationLevel::L2);
/// # let _ = rules;
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StatusRules {
    refused: Vec<AuthenticatorStatus>,
    refuse_unknown: bool,
    least: Option<CertificationLevel>,
}

impl StatusRules {
    /// Refuses models that were revoked and models with a known weakness: `REVOKED`,
    /// `USER_VERIFICATION_BYPASS` and the three statuses of compromised keys. A report counts from
    /// its effective date to its sunset date, whatever came after it: WebAuthn does not tell which
    /// version of the software an authenticator has, so that an update repairs nothing for sure.
    ///
    /// A compromise of attestation keys that names certificates counts for them alone.
    #[must_use]
    pub fn new() -> Self {
        Self {
            refused: Vec::from([
                AuthenticatorStatus::UserVerificationBypass,
                AuthenticatorStatus::AttestationKeyCompromise,
                AuthenticatorStatus::UserKeyRemoteCompromise,
                AuthenticatorStatus::UserKeyPhysicalCompromise,
                AuthenticatorStatus::Revoked,
            ]),
            refuse_unknown: false,
            least: None,
        }
    }

    /// Refuses models with this status too.
    #[must_use]
    pub fn refusing(mut self, status: AuthenticatorStatus) -> Self {
        self.refused.push(status);
        self
    }

    /// Accepts models with this status.
    #[must_use]
    pub fn accepting(mut self, status: AuthenticatorStatus) -> Self {
        self.refused.retain(|refused| *refused != status);
        self
    }

    /// Refuses models with a status that this release does not know. By default they are accepted:
    /// most new statuses say something good.
    #[must_use]
    pub const fn refusing_unknown(mut self) -> Self {
        self.refuse_unknown = true;
        self
    }

    /// Refuses models whose latest certification is below a level.
    #[must_use]
    pub const fn requiring(mut self, least: CertificationLevel) -> Self {
        self.least = Some(least);
        self
    }

    fn refuses(&self, report: &StatusReport) -> bool {
        match report.status() {
            Some(status) => self.refused.contains(&status),
            None => self.refuse_unknown,
        }
    }

    /// Judges what is known about all authenticators of a model.
    pub(super) fn judge(&self, entry: &Entry, now: UnixTime) -> Result<(), Reason> {
        let is_refused = |report: &&StatusReport| self.refuses(report) && !report.is_partial();
        if entry
            .status_reports_at(now)
            .any(|report| is_refused(&report))
        {
            return Err(Reason::AuthenticatorStatus);
        }
        match self.least {
            Some(least) if entry.certification(now) < Some(least) => Err(Reason::Certification),
            _ => Ok(()),
        }
    }

    /// Returns the certificates of a model that the reports name as compromised.
    pub(super) fn compromised<'e>(
        &self,
        entry: &'e Entry,
        now: UnixTime,
    ) -> impl Iterator<Item = &'e [u8]> {
        entry
            .status_reports_at(now)
            .filter(|report| report.is_partial() && self.refuses(report))
            .flat_map(|report| report.certificates().iter().map(Vec::as_slice))
    }
}

impl Default for StatusRules {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for status in AuthenticatorStatus::ALL {
            assert_eq!(
                AuthenticatorStatus::from_name(status.as_str()),
                Some(*status)
            );
        }
        assert_eq!(AuthenticatorStatus::from_name("revoked"), None);
    }

    #[test]
    fn levels_are_in_order() {
        let levels = AuthenticatorStatus::ALL
            .iter()
            .filter_map(|s| s.certification());
        assert!(levels.is_sorted());
        assert!(Some(CertificationLevel::Functional) > None);
    }
}
