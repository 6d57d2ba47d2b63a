//! webauthn-rs-core, made to judge ceremonies that it did not begin.
//!
//! It draws its challenges itself, so a state of its own is taken apart as JSON, given the
//! challenge of the ceremony, and put together again.

use anyhow::{Context as _, anyhow};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use webauthn_rs_core::WebauthnCore;
use webauthn_rs_core::proto::{
    AttestationFormat, AuthenticationState, COSEAlgorithm, COSEKey, Credential, ParsedAttestation,
    RegisteredExtensions, RegistrationState, UserVerificationPolicy,
};

use crate::ceremony::base64url;

/// Makes the relying party.
pub fn relying_party(rp_id: &str, origins: &[&str]) -> anyhow::Result<WebauthnCore> {
    let origins = origins
        .iter()
        .map(|origin| url::Url::parse(origin))
        .collect::<Result<_, _>>()?;
    let timeout = std::time::Duration::from_secs(300);
    Ok(WebauthnCore::new_unsafe_experts_only(
        rp_id, rp_id, origins, timeout, None, None,
    ))
}

/// Makes the state of a registration that began with this challenge.
///
/// # Inputs
///
/// - `algorithms`: the COSE numbers of what was offered; it knows some of them. `None`: all that it
///   knows.
pub fn registration_state(
    core: &WebauthnCore,
    challenge: &[u8],
    policy: UserVerificationPolicy,
    algorithms: Option<&[i64]>,
) -> anyhow::Result<RegistrationState> {
    let algorithms = match algorithms {
        Some(numbers) => numbers
            .iter()
            .filter_map(|number| COSEAlgorithm::try_from(i128::from(*number)).ok())
            .collect(),
        None => COSEAlgorithm::all_possible_algs(),
    };
    let builder = core
        .new_challenge_register_builder(b"somebody", "somebody", "somebody")
        .map_err(|error| anyhow!("{error:?}"))?
        .user_verification_policy(policy)
        .credential_algorithms(algorithms);
    let (_, state) = core
        .generate_challenge_register(builder)
        .map_err(|error| anyhow!("{error:?}"))?;
    with_challenge(&state, challenge)
}

/// Makes the state of a sign-in that began with this challenge.
///
/// # Inputs
///
/// - `backup_eligible`: as it is on record; `None` where nobody kept it.
pub fn authentication_state(
    core: &WebauthnCore,
    mut credential: Credential,
    challenge: &[u8],
    policy: UserVerificationPolicy,
    backup_eligible: Option<bool>,
) -> anyhow::Result<AuthenticationState> {
    credential.backup_eligible = backup_eligible.unwrap_or(false);
    let builder = core
        .new_challenge_authenticate_builder(vec![credential], Some(policy))
        .map_err(|error| anyhow!("{error:?}"))?
        .allow_backup_eligible_upgrade(backup_eligible.is_none());
    let (_, state) = core
        .generate_challenge_authenticate(builder)
        .map_err(|error| anyhow!("{error:?}"))?;
    with_challenge(&state, challenge)
}

fn with_challenge<T: Serialize + DeserializeOwned>(
    state: &T,
    challenge: &[u8],
) -> anyhow::Result<T> {
    let mut state = serde_json::to_value(state)?;
    *state.get_mut("challenge").context("it has a challenge")? = Value::from(base64url(challenge));
    Ok(serde_json::from_value(state)?)
}

/// Reads a COSE key as the peer does; `None` if it refuses it.
pub fn key(cose: &[u8]) -> Option<COSEKey> {
    let value: serde_cbor_2::Value = serde_cbor_2::from_slice(cose).ok()?;
    COSEKey::try_from(&value).ok()
}

/// Makes a credential of what is stored in other services.
pub fn credential(id: &[u8], key: COSEKey, counter: u32) -> Credential {
    Credential {
        cred_id: id.to_vec(),
        cred: key,
        counter,
        transports: None,
        user_verified: false,
        backup_eligible: false,
        backup_state: false,
        registration_policy: UserVerificationPolicy::Preferred,
        extensions: RegisteredExtensions::none(),
        attestation: ParsedAttestation::default(),
        attestation_format: AttestationFormat::None,
    }
}
