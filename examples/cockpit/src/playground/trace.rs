//! The verification, step by step, in the order in which the library goes.

use mfakit_webauthn::{Ceremony, Reason};

/// How far a step got.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Mark {
    Passed,
    Refused,
    NotReached,
}

/// One step.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Step {
    pub(crate) title: &'static str,
    /// The step of the specification, by its id or its opening words.
    pub(crate) specification: &'static str,
    pub(crate) mark: Mark,
}

type Row = (&'static str, &'static [Reason]);

const REGISTRATION: &[Row] = &[
    (
        "The answer is JSON of the right shape",
        &[
            Reason::TooLarge,
            Reason::Json,
            Reason::Base64Url,
            Reason::CredentialType,
            Reason::IdNotRawId,
        ],
    ),
    (
        "It comes in time, and to whom began it",
        &[
            Reason::Expired,
            Reason::ClockWentBack,
            Reason::OtherRelyingParty,
        ],
    ),
    (
        "The client data is JSON of the right shape",
        &[
            Reason::ClientDataNotUtf8,
            Reason::ClientDataJson,
            Reason::TokenBinding,
        ],
    ),
    ("It is of a registration", &[Reason::ClientDataType]),
    ("It has the challenge", &[Reason::Challenge]),
    ("It has the origin", &[Reason::Origin]),
    (
        "It was not made inside another site",
        &[Reason::CrossOrigin, Reason::TopOrigin],
    ),
    (
        "The attestation object and the authenticator data can be read",
        &[
            Reason::AttestationObject,
            Reason::AuthenticatorData,
            Reason::AuthenticatorExtensions,
        ],
    ),
    (
        "The authenticator made it for this relying party",
        &[Reason::RpIdHash],
    ),
    ("Somebody was present", &[Reason::UserPresence]),
    (
        "The authenticator verified its user, if that was demanded",
        &[Reason::UserVerification],
    ),
    (
        "The backup flags do not contradict each other",
        &[Reason::BackedUpNotEligible],
    ),
    (
        "There is a new credential, of the id that was named",
        &[Reason::NoAttestedCredential, Reason::AttestedId],
    ),
    (
        "Its key is one, and of an algorithm that was offered",
        &[
            Reason::CoseKey,
            Reason::UnknownAlgorithm,
            Reason::AlgorithmNotOffered,
            Reason::InvalidKey,
            Reason::AlgorithmOfProvider,
        ],
    ),
    (
        "Its id is neither empty nor too long",
        &[Reason::CredentialIdLength, Reason::CredentialIdEmpty],
    ),
    (
        "The attestation format is known, and not off",
        &[Reason::Format, Reason::FormatOff],
    ),
    (
        "The attestation statement holds",
        &[
            Reason::Statement,
            Reason::NoneNotEmpty,
            Reason::StatementAlgorithm,
            Reason::StatementSignature,
            Reason::StatementKey,
            Reason::StatementData,
            Reason::TpmStructure,
            Reason::KeyDescription,
            Reason::KeyAuthorization,
            Reason::SafetyNet,
            Reason::Sha1,
            Reason::U2fAaguid,
            Reason::CertificateMalformed,
            Reason::CertificateRequirements,
            Reason::CertificateAaguid,
            Reason::SerialNumber,
            Reason::ChainTooLong,
        ],
    ),
    (
        "The attestation is one that is trusted, if that was demanded",
        &[
            Reason::ChainInvalid,
            Reason::Untrusted,
            Reason::AttestationRequired,
            Reason::ModelNotAllowed,
            Reason::StrayCertificate,
            Reason::NoMetadata,
            Reason::MetadataOverdue,
            Reason::AuthenticatorStatus,
            Reason::Certification,
            Reason::Revoked,
            Reason::RevocationList,
            Reason::RevocationUnknown,
        ],
    ),
    (
        "The user has no such credential yet",
        &[Reason::AlreadyRegistered],
    ),
];

const SIGN_IN: &[Row] = &[
    (
        "The answer is JSON of the right shape",
        &[
            Reason::TooLarge,
            Reason::Json,
            Reason::Base64Url,
            Reason::CredentialType,
            Reason::IdNotRawId,
        ],
    ),
    (
        "The credential was asked for, and belongs to whom it says",
        &[
            Reason::NotAllowed,
            Reason::NoUserHandle,
            Reason::OtherRecord,
            Reason::OtherUser,
            Reason::UserHandle,
        ],
    ),
    (
        "The answer comes in time, and to whom asked",
        &[
            Reason::Expired,
            Reason::ClockWentBack,
            Reason::OtherRelyingParty,
        ],
    ),
    (
        "The key on record can be used",
        &[
            Reason::CoseKey,
            Reason::UnknownAlgorithm,
            Reason::AlgorithmNotOffered,
            Reason::InvalidKey,
            Reason::AlgorithmOfProvider,
            Reason::CredentialIdLength,
        ],
    ),
    (
        "The client data is JSON of the right shape",
        &[
            Reason::ClientDataNotUtf8,
            Reason::ClientDataJson,
            Reason::TokenBinding,
        ],
    ),
    ("It is of a sign-in", &[Reason::ClientDataType]),
    ("It has the challenge", &[Reason::Challenge]),
    ("It has the origin", &[Reason::Origin]),
    (
        "It was not made inside another site",
        &[Reason::CrossOrigin, Reason::TopOrigin],
    ),
    (
        "The authenticator data can be read",
        &[Reason::AuthenticatorData, Reason::AuthenticatorExtensions],
    ),
    (
        "The authenticator made it for this relying party",
        &[Reason::RpIdHash],
    ),
    ("Somebody was present", &[Reason::UserPresence]),
    (
        "The authenticator verified its user, if that was demanded",
        &[Reason::UserVerification],
    ),
    (
        "The backup flags contradict neither each other nor the record",
        &[
            Reason::BackedUpNotEligible,
            Reason::BackupEligibilityChanged,
        ],
    ),
    (
        "The signature is that of the credential’s key",
        &[Reason::SignatureInvalid],
    ),
    (
        "The counter has grown, or there is none",
        &[Reason::SignCount],
    ),
];

const fn rows(ceremony: Ceremony) -> &'static [Row] {
    match ceremony {
        Ceremony::Registration => REGISTRATION,
        Ceremony::Authentication => SIGN_IN,
    }
}

/// Returns the steps up to the refusal, if there is one, and those that were not reached.
pub(super) fn steps(ceremony: Ceremony, refused: Option<Reason>) -> Vec<Step> {
    let mut mark = Mark::Passed;
    let step = |(title, reasons): &Row| {
        let refusal = refused.filter(|refused| reasons.contains(refused));
        mark = match (mark, refusal) {
            (Mark::Passed, Some(_)) => Mark::Refused,
            (Mark::Passed, None) => Mark::Passed,
            (Mark::Refused | Mark::NotReached, _) => Mark::NotReached,
        };
        let reason = refusal.or_else(|| reasons.first().copied());
        Step {
            title,
            specification: reason.map_or("", |reason| reason.step(ceremony)),
            mark,
        }
    };
    rows(ceremony).iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_its_step() {
        for ceremony in [Ceremony::Registration, Ceremony::Authentication] {
            for reason in Reason::ALL {
                let holders = rows(ceremony)
                    .iter()
                    .filter(|(_, reasons)| reasons.contains(reason));
                let want = usize::from(!reason.step(ceremony).is_empty());
                assert_eq!(holders.count(), want, "{reason:?} of {ceremony:?}");
            }
        }
    }

    #[test]
    fn nothing_is_passed_after_a_refusal() {
        let marks = |refused| -> Vec<Mark> {
            let steps = steps(Ceremony::Authentication, refused);
            steps.into_iter().map(|step| step.mark).collect()
        };
        assert!(marks(None).iter().all(|mark| *mark == Mark::Passed));
        let refused = marks(Some(Reason::Challenge));
        let (before, after) = refused.split_at(6);
        assert!(before.iter().all(|mark| *mark == Mark::Passed));
        assert_eq!(after[0], Mark::Refused);
        assert!(after[1..].iter().all(|mark| *mark == Mark::NotReached));
    }
}
