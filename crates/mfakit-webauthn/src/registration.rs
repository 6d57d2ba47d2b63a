//! Registration: [L3 section 7.1].
//!
//! [L3 section 7.1]: https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential

use alloc::borrow::ToOwned as _;
use alloc::vec::Vec;
use core::fmt;

use mfakit_core::UnixTime;
use rand_core::CryptoRng;

use crate::aaguid::Aaguid;
use crate::attestation::{self, Attestation, AttestationObject, Statement, Trust};
use crate::authenticator_data::{AuthenticatorData, Flags};
use crate::base64url;
use crate::ceremony::Begun;
use crate::error::{Ceremony, Error, Reason};
use crate::extensions::AuthenticatorExtensions;
use crate::options::{
    CreationOptions, Descriptor, Extensions, Parameters, RpEntity, Selection, UserEntity,
};
use crate::policy::{AttestationConveyance, Policy, ResidentKey, UserVerification};
use crate::provider::{PreparedKey, sha256};
use crate::public_key::PublicKey;
use crate::record::CredentialRecord;
use crate::relying_party::RelyingParty;
use crate::response::RegistrationResponse;
use crate::user::{CredentialDescriptor, User, UserHandle};

/// The longest credential id that is accepted ([L3 section 7.1], "Verify that the credentialId is
/// ≤ 1023 bytes").
///
/// [L3 section 7.1]: https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential
const MAX_CREDENTIAL_ID_BYTES: usize = 1023;

/// A begun registration. Finishing takes it by value, so that it cannot be finished twice; where
/// it left the process in between, the service must see to that (a sealed token can be copied).
#[must_use = "keep it, or seal it into a token: the response cannot be verified without"]
pub struct Registration {
    pub(crate) begun: Begun,
    pub(crate) user: UserHandle,
    pub(crate) exclude: Vec<Vec<u8>>,
}

impl RelyingParty {
    /// Begins a registration, and returns the options for the browser with what must be kept.
    ///
    /// # Inputs
    ///
    /// - `exclude`: the credentials that the user has already: an authenticator that holds one of
    ///   them refuses to make another.
    /// - `now`: the server's time; the ceremony expires after [`Policy::lifetime`].
    /// - `rng`: makes the challenge.
    pub fn register(
        &self,
        user: &User,
        exclude: &[CredentialDescriptor],
        policy: Policy,
        now: UnixTime,
        rng: &mut impl CryptoRng,
    ) -> (CreationOptions, Registration) {
        let begun = Begun::new(self.id_hash, policy, now, rng);
        let options = self.creation_options(user, exclude, &begun);
        let ceremony = Registration {
            begun,
            user: user.handle,
            exclude: exclude.iter().map(|known| known.id.clone()).collect(),
        };
        (options, ceremony)
    }

    fn creation_options(
        &self,
        user: &User,
        exclude: &[CredentialDescriptor],
        begun: &Begun,
    ) -> CreationOptions {
        let policy = &begun.policy;
        let parameters = |algorithm: &crate::Algorithm| Parameters {
            kind: "public-key",
            alg: algorithm.cose_id(),
        };
        CreationOptions {
            rp: RpEntity {
                id: self.id.clone(),
                name: self.name.clone(),
            },
            user: UserEntity {
                id: base64url::encode(user.handle.as_bytes()),
                name: user.name.clone(),
                display_name: user.display_name.clone(),
            },
            challenge: base64url::encode(&begun.challenge),
            pub_key_cred_params: self.algorithms.iter().map(parameters).collect(),
            timeout: begun.timeout_millis(),
            exclude_credentials: exclude.iter().map(Descriptor::of).collect(),
            authenticator_selection: Selection {
                authenticator_attachment: policy.attachment.map(|where_| where_.as_str()),
                resident_key: policy.resident_key.as_str(),
                require_resident_key: policy.resident_key == ResidentKey::Required,
                user_verification: policy.user_verification.as_str(),
            },
            hints: Vec::new(),
            attestation: policy.attestation.as_str(),
            extensions: Extensions::of_creation(self.app_id.as_ref()),
            conditional: policy.conditional,
        }
    }
}

impl Descriptor {
    pub(crate) fn of(credential: &CredentialDescriptor) -> Self {
        Self {
            kind: "public-key",
            id: base64url::encode(&credential.id),
            transports: credential.transports.clone(),
        }
    }
}

impl Registration {
    /// Returns the user for whom the credential is made.
    #[must_use]
    pub const fn user(&self) -> &UserHandle {
        &self.user
    }

    /// Returns when the ceremony ends.
    #[must_use]
    pub fn expires(&self) -> UnixTime {
        self.begun.expires()
    }

    /// The same ceremony with another list of credentials to exclude, as
    /// [`Authentication::allowing`](crate::Authentication::allowing).
    pub fn excluding<'a>(mut self, ids: impl IntoIterator<Item = &'a [u8]>) -> Self {
        self.exclude = ids.into_iter().map(<[u8]>::to_vec).collect();
        self
    }

    /// Verifies the browser's response, and returns the new credential.
    ///
    /// # Inputs
    ///
    /// - `now`: the server's time: certificates are judged at it.
    /// - `trust`: what to make of attestations.
    ///
    /// # Errors
    ///
    /// An [`Error`] that names the step which refused.
    ///
    /// # Security
    ///
    /// Store the record only if no user has a credential of this id yet, in one conditional
    /// write, and only once per ceremony.
    pub fn finish(
        self,
        rp: &RelyingParty,
        response: &RegistrationResponse<'_>,
        now: UnixTime,
        trust: &Trust,
    ) -> Result<NewCredential, Error> {
        self.verify(rp, response, now, trust)
            .map_err(|reason| Error::new(Ceremony::Registration, reason))
    }

    fn verify(
        self,
        rp: &RelyingParty,
        response: &RegistrationResponse<'_>,
        now: UnixTime,
        trust: &Trust,
    ) -> Result<NewCredential, Reason> {
        self.begun.verify(&rp.id_hash, now)?;
        let client_data_json = response.client_data_json();
        rp.verify_client_data(client_data_json, "webauthn.create", &self.begun.challenge)?;
        // "Let hash be the result of computing a hash over response.clientDataJSON using SHA-256."
        let client_data_hash = sha256(client_data_json);
        // "Perform CBOR decoding on the attestationObject field"
        let object = AttestationObject::parse(response.attestation_object(), trust.cbor_rules())?;
        let data = AuthenticatorData::parse(object.authenticator_data)?;
        // "Verify that the rpIdHash in authData is the SHA-256 hash of the RP ID": nothing is
        // registered under an AppID any more.
        if *data.rp_id_hash != rp.id_hash {
            return Err(Reason::RpIdHash);
        }
        self.verify_flags(data.flags)?;
        let attested = data.attested.ok_or(Reason::NoAttestedCredential)?;
        if attested.id != response.raw_id() {
            return Err(Reason::AttestedId);
        }
        // "Verify that the "alg" parameter in the credential public key in authData matches the
        // alg attribute of one of the items in pkOptions.pubKeyCredParams."
        let public_key = PublicKey::from_cose(attested.public_key)?;
        if !rp.algorithms.contains(&public_key.algorithm()) {
            return Err(Reason::AlgorithmNotOffered);
        }
        // TPMs that know nothing better than SHA-1 show so in their statement; nobody else has an
        // excuse.
        let sha1_is_allowed = object.format == "tpm" && trust.rules().allow_sha1;
        if public_key.algorithm().scheme().uses_sha1() && !sha1_is_allowed {
            return Err(Reason::Sha1);
        }
        let prepared = public_key.prepare(&rp.provider)?;
        // No credential could be told from another by an empty id.
        if attested.id.is_empty() {
            return Err(Reason::CredentialIdEmpty);
        }
        // "Verify that the credentialId is ≤ 1023 bytes."
        if attested.id.len() > MAX_CREDENTIAL_ID_BYTES {
            return Err(Reason::CredentialIdLength);
        }
        // "Determine the attestation statement format" to "assess the attestation trustworthiness"
        let attestation = attestation::judge(
            object.format,
            &Statement {
                statement: object.statement,
                data: &data,
                client_data_hash: &client_data_hash,
                attested,
                public_key: &public_key,
                prepared: &prepared,
                provider: &rp.provider,
                trust,
                now,
                enterprise: self.begun.policy.attestation == AttestationConveyance::Enterprise,
            },
            self.begun.policy.require_attestation,
        )?;
        // "Verify that the credentialId is not yet registered for any user.": of this user here;
        // of any other by the caller's conditional write.
        if self.exclude.iter().any(|known| known == attested.id) {
            return Err(Reason::AlreadyRegistered);
        }
        let extensions = AuthenticatorExtensions::of(&data);
        let record = self.record(response, &data, public_key, now);
        let kept = |bytes: &[u8]| trust.keeps_attestations().then(|| bytes.to_vec());
        Ok(NewCredential {
            record: CredentialRecord {
                id: attested.id.to_owned(),
                aaguid: Aaguid(attested.aaguid),
                attestation_object: kept(response.attestation_object()),
                attestation_client_data_json: kept(client_data_json),
                ..record
            },
            prepared,
            attestation,
            user_verified: data.flags.user_verified(),
            extensions,
            discoverable: response.extensions().discoverable().ok().flatten(),
        })
    }

    fn verify_flags(&self, flags: Flags) -> Result<(), Reason> {
        let policy = &self.begun.policy;
        // "If options.mediation is not set to conditional, verify that the UP bit …"
        if !policy.conditional && !flags.user_present() {
            return Err(Reason::UserPresence);
        }
        // "If the Relying Party requires user verification for this registration …"
        if policy.user_verification == UserVerification::Required && !flags.user_verified() {
            return Err(Reason::UserVerification);
        }
        // "If the BE bit of the flags in authData is not set, verify that the BS bit is not set."
        if flags.backed_up() && !flags.backup_eligible() {
            return Err(Reason::BackedUpNotEligible);
        }
        Ok(())
    }

    fn record(
        &self,
        response: &RegistrationResponse<'_>,
        data: &AuthenticatorData<'_>,
        public_key: PublicKey,
        now: UnixTime,
    ) -> CredentialRecord {
        CredentialRecord {
            transports: response.transports().to_vec(),
            uv_initialized: data.flags.user_verified(),
            backup_eligible: Some(data.flags.backup_eligible()),
            backup_state: data.flags.backed_up(),
            ..CredentialRecord::import(Vec::new(), self.user, public_key, data.sign_count, now)
        }
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("begun", &self.begun)
            .finish_non_exhaustive()
    }
}

/// A credential that was verified, and that only [`Registration::finish`] makes.
///
/// It cannot be copied, and neither can a ceremony:
///
/// ```compile_fail,E0277
/// fn copied<T: Clone>() {}
/// copied::<mfakit_webauthn::NewCredential>();
/// ```
///
/// ```compile_fail,E0277
/// fn copied<T: Clone>() {}
/// copied::<mfakit_webauthn::Registration>();
/// ```
#[derive(Debug)]
#[must_use = "store the record, or the credential cannot be used"]
pub struct NewCredential {
    record: CredentialRecord,
    prepared: PreparedKey,
    attestation: Attestation,
    user_verified: bool,
    extensions: AuthenticatorExtensions,
    discoverable: Option<bool>,
}

impl NewCredential {
    /// Returns the record to store.
    #[must_use]
    pub const fn record(&self) -> &CredentialRecord {
        &self.record
    }

    /// Takes the record out, to store it.
    #[must_use]
    pub fn into_record(self) -> CredentialRecord {
        self.record
    }

    /// Returns the key as the provider prepared it, to be cached beside the record.
    #[must_use]
    pub const fn prepared_key(&self) -> &PreparedKey {
        &self.prepared
    }

    /// Returns what the attestation proved.
    #[must_use]
    pub const fn attestation(&self) -> &Attestation {
        &self.attestation
    }

    /// Returns whether the authenticator verified its user.
    #[must_use]
    pub const fn user_verified(&self) -> bool {
        self.user_verified
    }

    /// Returns the authenticator's extension outputs.
    #[must_use]
    pub const fn extensions(&self) -> &AuthenticatorExtensions {
        &self.extensions
    }

    /// Returns whether the credential can be found without its id, where the browser knows.
    #[must_use]
    pub const fn discoverable(&self) -> Option<bool> {
        self.discoverable
    }
}
