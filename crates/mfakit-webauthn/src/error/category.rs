//! The categories of refusals that all of mfakit's WebAuthn code shares.

use core::fmt;

macro_rules! categories {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What kind of refusal it was, for logs and metrics.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Category {
            $($(#[$doc])* $name,)*
        }

        impl Category {
            /// Returns the name, which does not change between releases.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

categories! {
    /// The outer JSON is not a response.
    MalformedJson = "malformed_json",
    /// A member of the response is not base64url without padding.
    MalformedBase64Url = "malformed_base64url",
    /// The client data is not what browsers write.
    MalformedClientData = "malformed_client_data",
    /// The client data is of another ceremony.
    TypeMismatch = "type_mismatch",
    /// The challenge is not this ceremony's.
    ChallengeMismatch = "challenge_mismatch",
    /// The ceremony took too long.
    ChallengeExpired = "challenge_expired",
    /// The server's clock stands before the ceremony's beginning.
    ClockWentBack = "clock_went_back",
    /// The origin is not one of this service.
    OriginMismatch = "origin_mismatch",
    /// The ceremony took place inside another site, which is not allowed.
    CrossOriginNotAllowed = "cross_origin_not_allowed",
    /// The site around is not one of those that are allowed.
    TopOriginMismatch = "top_origin_mismatch",
    /// The attestation object is not CBOR of the right shape.
    MalformedAttestationObject = "malformed_attestation_object",
    /// The authenticator data cannot be read.
    MalformedAuthenticatorData = "malformed_authenticator_data",
    /// The credential is for another relying party.
    RpIdHashMismatch = "rp_id_hash_mismatch",
    /// Nobody touched the authenticator.
    UserNotPresent = "user_not_present",
    /// The authenticator did not verify its user.
    UserNotVerified = "user_not_verified",
    /// The backup flags contradict each other, or what is on record.
    BackupFlagsInconsistent = "backup_flags_inconsistent",
    /// The public key is not one.
    MalformedPublicKey = "malformed_public_key",
    /// The algorithm cannot be verified here.
    UnsupportedAlgorithm = "unsupported_algorithm",
    /// The algorithm was not offered.
    AlgorithmNotAllowed = "algorithm_not_allowed",
    /// The parts of the response name different credentials.
    CredentialIdMismatch = "credential_id_mismatch",
    /// The credential id is longer than 1023 bytes.
    CredentialIdTooLong = "credential_id_too_long",
    /// The credential is registered already.
    CredentialAlreadyRegistered = "credential_already_registered",
    /// The attestation format is unknown, or off.
    UnknownAttestationFormat = "unknown_attestation_format",
    /// The attestation statement is not what its format asks for.
    AttestationMalformed = "attestation_malformed",
    /// The signature of the attestation statement does not verify.
    AttestationSignatureInvalid = "attestation_signature_invalid",
    /// A certificate of the attestation is not good for it.
    AttestationCertificateInvalid = "attestation_certificate_invalid",
    /// The attestation is not one that this service trusts.
    AttestationPolicy = "attestation_policy",
    /// The signature of the sign-in does not verify.
    SignatureInvalid = "signature_invalid",
    /// The counter went back: the authenticator may have been cloned.
    SignCountRegressed = "sign_count_regressed",
    /// The credential is not one that was asked for.
    UnknownCredential = "unknown_credential",
    /// The credential or its user handle belongs to another user.
    UserHandleMismatch = "user_handle_mismatch",
    /// The response is larger than any real one.
    LimitExceeded = "limit_exceeded",
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
