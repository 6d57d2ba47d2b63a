//! The two relying parties, each with the same credential.

use anyhow::anyhow;
use mfakit_benches::ceremony::{Authenticator, NOW, ORIGIN, RP_ID, USER};
use mfakit_benches::peer;
use mfakit_webauthn::provider::{
    BadSignature, CryptoProvider, InvalidKey, KeyMaterial, PreparedKey, SignatureVerifier,
    VerifyingKey,
};
use mfakit_webauthn::{
    Authentication, AuthenticationResponse, CredentialDescriptor, CredentialRecord, NewCredential,
    Policy, PublicKey, Registration, RegistrationResponse, RelyingParty, Scheme, Trust, UserHandle,
    VerifiedAssertion, Who, danger,
};
use webauthn_rs_core::WebauthnCore;
use webauthn_rs_core::proto::{
    AuthenticationResult, AuthenticationState, Credential, RegistrationState,
    UserVerificationPolicy,
};

/// A provider for which every signature is good: what is left is all but the signature.
pub const STUB: CryptoProvider = CryptoProvider::new("stub", &[&Stub]);

struct Stub;

impl SignatureVerifier for Stub {
    fn supports(&self, _: Scheme) -> bool {
        true
    }

    fn prepare(&self, scheme: Scheme, _: KeyMaterial<'_>) -> Result<PreparedKey, InvalidKey> {
        Ok(PreparedKey::new(scheme, Self))
    }
}

impl VerifyingKey for Stub {
    fn verify(&self, _: &[&[u8]], _: &[u8]) -> Result<(), BadSignature> {
        Ok(())
    }

    fn size_bytes(&self) -> usize {
        0
    }
}

/// mfakit.
#[derive(Clone)]
pub struct Ours {
    rp: RelyingParty,
    provider: CryptoProvider,
    record: CredentialRecord,
    user: UserHandle,
    known: Vec<CredentialDescriptor>,
    challenge: [u8; 32],
}

impl Ours {
    pub fn new(authenticator: &Authenticator, provider: CryptoProvider) -> anyhow::Result<Self> {
        let user = UserHandle::from_bytes(USER).map_err(|error| anyhow!("{error:?}"))?;
        let key = PublicKey::from_cose(&authenticator.cose_key())
            .map_err(|error| anyhow!("{error:?}"))?;
        let id = authenticator.credential_id.clone();
        let record = CredentialRecord::import(id, user, key, 0, NOW);
        Ok(Self {
            rp: RelyingParty::builder(RP_ID)
                .origin(ORIGIN)
                .provider(provider)
                .build()?,
            provider,
            user,
            known: vec![record.descriptor()],
            record,
            challenge: authenticator.challenge,
        })
    }

    pub fn begin(&self) -> Authentication {
        let who = Who::Known(&self.user, &self.known);
        danger::authentication_with_challenge(
            &self.rp,
            who,
            Policy::passkey(),
            &self.challenge,
            NOW,
        )
    }

    pub fn sign_in(
        &self,
        ceremony: Authentication,
        json: &str,
    ) -> Result<VerifiedAssertion, mfakit_webauthn::Error> {
        let response = AuthenticationResponse::from_json(json)?;
        let claim = ceremony.claim(&response)?;
        ceremony.finish(&self.rp, claim, &self.record, NOW)
    }

    pub fn prepared_key(&self) -> anyhow::Result<PreparedKey> {
        let key = self.record.public_key.prepare(&self.provider);
        key.map_err(|error| anyhow!("{error:?}"))
    }

    pub fn sign_in_with_key(
        &self,
        ceremony: Authentication,
        json: &str,
        key: &PreparedKey,
    ) -> Result<VerifiedAssertion, mfakit_webauthn::Error> {
        let response = AuthenticationResponse::from_json(json)?;
        let claim = ceremony.claim(&response)?;
        ceremony.finish_with_key(&self.rp, claim, &self.record, key, NOW)
    }

    pub fn begin_registration(&self) -> Registration {
        danger::registration_with_challenge(
            &self.rp,
            &self.user,
            &[],
            Policy::passkey(),
            &self.challenge,
            NOW,
        )
    }

    pub fn register(
        &self,
        ceremony: Registration,
        json: &str,
    ) -> Result<NewCredential, mfakit_webauthn::Error> {
        let response = RegistrationResponse::from_json(json)?;
        ceremony.finish(&self.rp, &response, NOW, &Trust::unverified())
    }
}

/// webauthn-rs-core.
pub struct Theirs {
    core: WebauthnCore,
    pub credential: Credential,
    authentication: AuthenticationState,
    registration: RegistrationState,
}

impl Theirs {
    pub fn new(authenticator: &Authenticator) -> anyhow::Result<Self> {
        let core = peer::relying_party(RP_ID, &[ORIGIN])?;
        let key = peer::key(&authenticator.cose_key())
            .ok_or_else(|| anyhow!("the peer refuses the key"))?;
        let credential = peer::credential(&authenticator.credential_id, key, 0);
        let policy = UserVerificationPolicy::Preferred;
        let challenge = &authenticator.challenge;
        Ok(Self {
            authentication: peer::authentication_state(
                &core,
                credential.clone(),
                challenge,
                policy,
                None,
            )?,
            registration: peer::registration_state(&core, challenge, policy, None)?,
            credential,
            core,
        })
    }

    pub fn sign_in(&self, json: &str) -> anyhow::Result<AuthenticationResult> {
        let response = serde_json::from_str(json)?;
        let result = self
            .core
            .authenticate_credential(&response, &self.authentication);
        result.map_err(|error| anyhow!("{error:?}"))
    }

    pub fn register(&self, json: &str) -> anyhow::Result<Credential> {
        let response = serde_json::from_str(json)?;
        let result = self
            .core
            .register_credential(&response, &self.registration, None);
        result.map_err(|error| anyhow!("{error:?}"))
    }
}
