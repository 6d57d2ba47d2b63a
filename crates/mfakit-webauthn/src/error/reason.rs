//! Each refusal with its code, its category and the step of the specification.

use core::fmt;

use super::{Category, Ceremony, Kind};

macro_rules! reasons {
    ($(
        $(#[$doc:meta])*
        $name:ident = $code:literal, $kind:ident, $category:ident, $text:literal,
            $registration:expr, $authentication:expr;
    )*) => {
        /// Exactly what was wrong with a response.
        ///
        /// The codes are stable: a new refusal gets a new one, and none is used twice.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[$doc])* $name,)*
        }

        impl Reason {
            /// Every reason, by ascending code.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the stable code, such as `W017`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// Returns the category.
            #[must_use]
            pub const fn category(self) -> Category {
                match self {
                    $(Self::$name => Category::$category,)*
                }
            }

            /// Returns who is to blame.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self {
                    $(Self::$name => Kind::$kind,)*
                }
            }

            /// Returns the step of [WebAuthn Level 3] that refuses for this reason: its id, or
            /// its opening words where it has none.
            ///
            /// [WebAuthn Level 3]: https://www.w3.org/TR/webauthn-3/#sctn-rp-operations
            #[must_use]
            pub const fn step(self, ceremony: Ceremony) -> &'static str {
                match (self, ceremony) {
                    $(
                        (Self::$name, Ceremony::Registration) => $registration,
                        (Self::$name, Ceremony::Authentication) => $authentication,
                    )*
                }
            }
        }

        impl fmt::Display for Reason {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$name => $text,)*
                })
            }
        }
    };
}

// Steps that several refusals share.
const CREATE: &str = "Let credential be the result of the successfully resolved promise";
const GET: &str = "Let credential be the result of the successfully resolved promise";
const JSON_TEXT: &str = "Let JSONtext be the result of running UTF-8 decode";
const CLIENT_DATA: &str = "Let C, the client data claimed";
const CREATE_ORIGIN: &str = "rp-op-registering-a-new-credential-step-origin";
const GET_ORIGIN: &str = "rp-op-verifying-assertion-step-origin";
const CROSS_ORIGIN: &str = "If C.crossOrigin is present and set to true";
const TOP_ORIGIN: &str = "If C.topOrigin is present";
const DECODE: &str = "Perform CBOR decoding on the attestationObject field";
const AUTH_DATA: &str = "Let cData, authData and sig denote the value of response's";
const ALG: &str = "Verify that the \"alg\" parameter in the credential public key";
const KEY: &str = "Let credentialPublicKey be the public key in credentialRecord";
const FORMAT: &str = "Determine the attestation statement format";
const STATEMENT: &str = "reg-ceremony-verify-attestation";
const ANCHORS: &str = "reg-ceremony-attestation-trust-anchors";
const TRUST: &str = "reg-ceremony-assess-trust";
const OWNER: &str = "Identify the user being authenticated";
const NOT_HERE: &str = "";

reasons! {
    /// The response is longer than the relying party reads.
    TooLarge = "W001", Malformed, LimitExceeded, "response too large", CREATE, GET;
    /// The response is not JSON of the right shape.
    Json = "W002", Malformed, MalformedJson, "malformed JSON", CREATE, GET;
    /// A member is not base64url without padding.
    Base64Url = "W003", Malformed, MalformedBase64Url, "malformed base64url", CREATE, GET;
    /// `type` is not `public-key`.
    CredentialType = "W004", Malformed, MalformedJson, "type is not public-key", CREATE, GET;
    /// `id` is not the encoding of `rawId`.
    IdNotRawId = "W005", Failed, CredentialIdMismatch, "id and rawId differ", CREATE, GET;
    /// More time passed than the ceremony lives.
    Expired = "W006", Expired, ChallengeExpired, "ceremony expired", CREATE, GET;
    /// The clock stands before the ceremony's beginning.
    ClockWentBack = "W007", Expired, ClockWentBack, "clock is before the ceremony", CREATE, GET;
    /// The relying party is not the one that began the ceremony.
    OtherRelyingParty = "W008", Failed, RpIdHashMismatch,
        "ceremony of another relying party", CREATE, GET;

    /// The client data is not UTF-8.
    ClientDataNotUtf8 = "W010", Malformed, MalformedClientData,
        "client data is not UTF-8", JSON_TEXT, JSON_TEXT;
    /// The client data is not a JSON object with the members it must have, each once.
    ClientDataJson = "W011", Malformed, MalformedClientData,
        "malformed client data", CLIENT_DATA, CLIENT_DATA;
    /// The client data says that it is of another operation.
    ClientDataType = "W012", Failed, TypeMismatch, "client data of another operation",
        "Verify that the value of C.type is webauthn.create",
        "Verify that the value of C.type is the string webauthn.get";
    /// The challenge is not this ceremony's.
    Challenge = "W013", Failed, ChallengeMismatch, "challenge mismatch",
        "Verify that the value of C.challenge equals the base64url encoding of pkOptions.challenge",
        "Verify that the value of C.challenge equals the base64url encoding of pkOptions.challenge";
    /// The origin is not one of the relying party's.
    Origin = "W014", Failed, OriginMismatch, "origin not expected", CREATE_ORIGIN, GET_ORIGIN;
    /// The ceremony took place inside another site.
    CrossOrigin = "W015", Policy, CrossOriginNotAllowed,
        "embedding is not allowed", CROSS_ORIGIN, CROSS_ORIGIN;
    /// The site around the ceremony is not one of those that may embed it.
    TopOrigin = "W016", Policy, TopOriginMismatch, "top origin not expected", TOP_ORIGIN, TOP_ORIGIN;
    /// `tokenBinding` is not a well-formed object of a known status (strict rules only).
    TokenBinding = "W018", Malformed, MalformedClientData,
        "malformed token binding", CLIENT_DATA, CLIENT_DATA;

    /// The attestation object is not one CBOR map of three members.
    AttestationObject = "W020", Malformed, MalformedAttestationObject,
        "malformed attestation object", DECODE, NOT_HERE;
    /// The authenticator data ends early, or goes on after its end.
    AuthenticatorData = "W021", Malformed, MalformedAuthenticatorData,
        "malformed authenticator data", DECODE, AUTH_DATA;
    /// The extension outputs are not a CBOR map.
    AuthenticatorExtensions = "W022", Malformed, MalformedAuthenticatorData,
        "malformed authenticator extension outputs", DECODE, AUTH_DATA;
    /// A registration has no attested credential data.
    NoAttestedCredential = "W023", Malformed, MalformedAuthenticatorData,
        "no attested credential data", DECODE, NOT_HERE;
    /// The credential id in the authenticator data is not `rawId`.
    AttestedId = "W024", Failed, CredentialIdMismatch,
        "id and attested credential id differ", DECODE, NOT_HERE;

    /// The credential is for another relying party.
    RpIdHash = "W030", Failed, RpIdHashMismatch, "relying party id mismatch",
        "Verify that the rpIdHash in authData is the SHA-256 hash of the RP ID",
        "rp-op-verifying-assertion-step-rpid-hash";
    /// The UP flag is not set.
    UserPresence = "W031", Failed, UserNotPresent, "user not present",
        "If options.mediation is not set to conditional, verify that the UP bit",
        "Verify that the UP bit of the flags in authData is set";
    /// The UV flag is not set, and the policy asks for it.
    UserVerification = "W032", Policy, UserNotVerified, "user not verified",
        "If the Relying Party requires user verification for this registration",
        "Determine whether user verification is required for this assertion";
    /// The BS flag is set and the BE flag is not.
    BackedUpNotEligible = "W033", Failed, BackupFlagsInconsistent,
        "backed up but not eligible for backup",
        "If the BE bit of the flags in authData is not set, verify that the BS bit is not set",
        "If the BE bit of the flags in authData is not set, verify that the BS bit is not set";
    /// The BE flag is not what it was at registration.
    BackupEligibilityChanged = "W034", Failed, BackupFlagsInconsistent,
        "backup eligibility changed", NOT_HERE,
        "If the credential backup state is used as part of Relying Party business logic";

    /// The key is not a COSE key in CTAP2 canonical CBOR.
    CoseKey = "W040", Malformed, MalformedPublicKey, "malformed COSE key", ALG, KEY;
    /// The key is well formed, but no key: off its curve, weak, or of a forbidden size.
    InvalidKey = "W041", Failed, MalformedPublicKey, "invalid public key", ALG, KEY;
    /// The algorithm is not in the table.
    UnknownAlgorithm = "W042", Failed, UnsupportedAlgorithm, "unknown algorithm", ALG, KEY;
    /// The provider does not verify the algorithm.
    AlgorithmOfProvider = "W043", Failed, UnsupportedAlgorithm,
        "algorithm not supported by the provider", ALG, KEY;
    /// The algorithm is not one of those that were offered.
    AlgorithmNotOffered = "W044", Policy, AlgorithmNotAllowed, "algorithm not offered", ALG, KEY;

    /// The credential id is longer than 1023 bytes.
    CredentialIdLength = "W050", Failed, CredentialIdTooLong, "credential id too long",
        "Verify that the credentialId is ≤ 1023 bytes", GET;
    /// The credential id was in the list of those to exclude.
    AlreadyRegistered = "W051", Failed, CredentialAlreadyRegistered,
        "credential is registered already",
        "Verify that the credentialId is not yet registered for any user", NOT_HERE;
    /// The credential is not one that was asked for.
    NotAllowed = "W052", Failed, UnknownCredential, "credential not asked for", NOT_HERE,
        "If pkOptions.allowCredentials is not empty";
    /// The record is of another credential than the response.
    OtherRecord = "W053", Failed, UnknownCredential, "record of another credential", NOT_HERE, OWNER;
    /// The credential belongs to another user than the one who signs in.
    OtherUser = "W054", Failed, UserHandleMismatch, "credential of another user", NOT_HERE, OWNER;
    /// The user handle is not that of the credential's owner.
    UserHandle = "W055", Failed, UserHandleMismatch, "user handle mismatch", NOT_HERE, OWNER;
    /// No user was known, and the response has no user handle.
    NoUserHandle = "W056", Failed, UserHandleMismatch, "user handle missing", NOT_HERE, OWNER;
    /// The credential id is empty.
    CredentialIdEmpty = "W057", Malformed, MalformedAuthenticatorData, "credential id empty",
        "Verify that the credentialId is ≤ 1023 bytes", NOT_HERE;

    /// The signature does not verify under the credential's key.
    SignatureInvalid = "W060", Failed, SignatureInvalid, "signature does not verify", NOT_HERE,
        "Using credentialPublicKey, verify that sig is a valid signature";
    /// The counter is not above the one on record.
    SignCount = "W061", Policy, SignCountRegressed, "signature counter regressed", NOT_HERE,
        "If authData.signCount is nonzero or credentialRecord.signCount is nonzero";

    /// The attestation format is unknown.
    Format = "W070", Policy, UnknownAttestationFormat, "unknown attestation format", FORMAT,
        NOT_HERE;
    /// The attestation format is known, but off.
    FormatOff = "W071", Policy, UnknownAttestationFormat, "attestation format is off", FORMAT,
        NOT_HERE;
    /// The statement does not have the members of its format.
    Statement = "W072", Malformed, AttestationMalformed, "malformed attestation statement",
        STATEMENT, NOT_HERE;
    /// A statement of format `none` is not empty.
    NoneNotEmpty = "W073", Malformed, AttestationMalformed,
        "statement of format none is not empty", STATEMENT, NOT_HERE;
    /// The statement's algorithm is not that of the key that should have signed.
    StatementAlgorithm = "W074", Failed, AttestationMalformed,
        "algorithm of the statement does not fit", STATEMENT, NOT_HERE;
    /// The statement's signature does not verify.
    StatementSignature = "W075", Failed, AttestationSignatureInvalid,
        "attestation signature does not verify", STATEMENT, NOT_HERE;
    /// The statement attests another key than the credential's.
    StatementKey = "W076", Failed, AttestationMalformed,
        "statement is about another key", STATEMENT, NOT_HERE;
    /// The statement covers other data than this registration's.
    StatementData = "W077", Failed, AttestationMalformed,
        "statement is about other data", STATEMENT, NOT_HERE;
    /// The TPM's structures are not what the format asks for.
    TpmStructure = "W078", Malformed, AttestationMalformed, "malformed TPM structure", STATEMENT,
        NOT_HERE;
    /// The Android key description is malformed.
    KeyDescription = "W079", Malformed, AttestationMalformed,
        "malformed Android key description", STATEMENT, NOT_HERE;
    /// The Android key is open to all applications, not generated in the device, or not for signing.
    KeyAuthorization = "W080", Failed, AttestationMalformed,
        "Android key is not authorized as required", STATEMENT, NOT_HERE;
    /// The SafetyNet response is not one, or reports a device without integrity.
    SafetyNet = "W081", Failed, AttestationMalformed, "SafetyNet response refused", STATEMENT,
        NOT_HERE;
    /// An algorithm with SHA-1 where the policy forbids it, or outside of what TPMs say.
    Sha1 = "W082", Policy, AttestationPolicy, "SHA-1 is not allowed", STATEMENT, NOT_HERE;
    /// A U2F registration with an AAGUID that is not zero (strict rules only).
    U2fAaguid = "W083", Policy, AttestationMalformed, "AAGUID of a U2F device is not zero",
        STATEMENT, NOT_HERE;
    /// A certificate with the device's serial number, which was not asked for.
    SerialNumber = "W084", Failed, AttestationCertificateInvalid,
        "serial number outside of an enterprise attestation", STATEMENT, NOT_HERE;

    /// A certificate cannot be read.
    CertificateMalformed = "W090", Malformed, AttestationCertificateInvalid,
        "malformed certificate", STATEMENT, NOT_HERE;
    /// The attestation certificate does not meet its format's requirements.
    CertificateRequirements = "W091", Failed, AttestationCertificateInvalid,
        "certificate does not meet the format's requirements", STATEMENT, NOT_HERE;
    /// The certificate is for another model of authenticator, or does not say for which of several.
    CertificateAaguid = "W092", Failed, AttestationCertificateInvalid,
        "certificate of another AAGUID", STATEMENT, NOT_HERE;
    /// There are more certificates than in any real chain.
    ChainTooLong = "W093", Malformed, AttestationCertificateInvalid,
        "certificate chain too long", STATEMENT, NOT_HERE;
    /// The chain would verify if one of its certificates were good: expired, or not for issuing.
    ChainInvalid = "W094", Failed, AttestationCertificateInvalid,
        "certificate chain invalid", TRUST, NOT_HERE;
    /// No chain leads to a trust anchor.
    Untrusted = "W095", Policy, AttestationPolicy, "no chain to a trust anchor", TRUST, NOT_HERE;
    /// The policy asks for a trusted attestation, and there is none.
    AttestationRequired = "W096", Policy, AttestationPolicy, "trusted attestation required",
        ANCHORS, NOT_HERE;
    /// A model that the policy does not allow.
    ModelNotAllowed = "W097", Policy, AttestationPolicy, "authenticator model not allowed", TRUST,
        NOT_HERE;
    /// A certificate was sent that does not belong to the chain.
    StrayCertificate = "W098", Policy, AttestationPolicy, "certificate outside of the chain",
        TRUST, NOT_HERE;
    /// The metadata that the attestation is judged by does not know the model.
    NoMetadata = "W099", Policy, AttestationPolicy, "no metadata about the authenticator model",
        ANCHORS, NOT_HERE;
    /// The metadata is too old to judge by.
    MetadataOverdue = "W100", Policy, AttestationPolicy, "metadata is overdue", ANCHORS, NOT_HERE;
    /// A status report about the model is one that the policy refuses.
    AuthenticatorStatus = "W101", Policy, AttestationPolicy,
        "status of the authenticator model is refused", TRUST, NOT_HERE;
    /// The model is not certified as the policy asks.
    Certification = "W102", Policy, AttestationPolicy,
        "certification of the authenticator model is not enough", TRUST, NOT_HERE;
    /// A certificate of the chain was revoked.
    Revoked = "W103", Failed, AttestationCertificateInvalid, "certificate revoked", TRUST, NOT_HERE;
    /// A revocation list about the chain is outdated, or not signed by the certificate's issuer.
    RevocationList = "W104", Policy, AttestationPolicy, "revocation list outdated or forged", TRUST,
        NOT_HERE;
    /// No revocation list is about a certificate of the chain, and the policy asks for one.
    RevocationUnknown = "W105", Policy, AttestationPolicy, "revocation of a certificate unknown",
        TRUST, NOT_HERE;
}
