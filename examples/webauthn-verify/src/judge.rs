//! Runs a case through the library the way a service would.

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use mfakit_core::UnixTime;
use mfakit_webauthn::provider::CryptoProvider;
use mfakit_webauthn::{
    Algorithm, AppIdRule, AttestationRules, AuthenticationResponse, CredentialDescriptor,
    CredentialRecord, Embedding, Error, Policy, PublicKey, RegistrationResponse, RelyingParty,
    SafetyNetRule, TpmManufacturers, Trust, UserHandle, UserVerification, Who, danger,
};

use crate::case::{self, Case, Ceremony, Credential, Id};
use crate::time;
use crate::verdict::Verdict;

/// The owner of what a case does not attribute to anybody.
const SOMEBODY: &[u8] = b"somebody";

/// Judges one line, whatever is on it.
pub(crate) fn line(line: &[u8], provider: CryptoProvider) -> Verdict {
    let id = serde_json::from_slice::<Id<'_>>(line)
        .ok()
        .and_then(|Id { id }| id.map(|id| id.into_owned()));
    let verdict = match serde_json::from_slice::<Case<'_>>(line) {
        Ok(case) => judge(&case, provider),
        Err(_) => Err(Failure::Case("line is not a case")),
    };
    match verdict {
        Ok(verdict) => verdict,
        Err(Failure::Refused(error)) => Verdict::refuse(error),
        Err(Failure::NoAlgorithm { known }) => Verdict::no_algorithm(known),
        Err(Failure::Case(why)) => Verdict::malformed(why),
    }
    .with_id(id)
}

/// Why there is no acceptance: the library refused, or the case makes no sense.
enum Failure {
    Refused(Error),
    /// Of the algorithms that the case allows, none can be verified; some may be known.
    NoAlgorithm {
        known: bool,
    },
    Case(&'static str),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

fn judge(case: &Case<'_>, provider: CryptoProvider) -> Result<Verdict, Failure> {
    let default = case::Policy::default();
    let settings = case.policy.as_ref().unwrap_or(&default);
    // A case has neither metadata nor revocation lists, so the verdict is about all the rest.
    let unjudged = [
        ("require_metadata", settings.require_metadata),
        ("check_revocation", settings.check_revocation),
    ];
    for (name, _) in unjudged.iter().filter(|(_, asked)| *asked) {
        eprintln!("webauthn-verify: {name} is not judged: a case has nothing to judge it by");
    }
    let rp = relying_party(case, settings, provider)?;
    let now = time::parse(&case.time).ok_or(Failure::Case("time is not RFC 3339"))?;
    match case.ceremony {
        Ceremony::Registration => register(case, settings, &rp, now),
        Ceremony::Authentication => authenticate(case, settings, &rp, now),
    }
}

fn relying_party(
    case: &Case<'_>,
    settings: &case::Policy,
    provider: CryptoProvider,
) -> Result<RelyingParty, Failure> {
    let (first, others) = case
        .origins
        .split_first()
        .ok_or(Failure::Case("no origin"))?;
    // Whether an origin fits the RP ID is a matter of the service's configuration, which the
    // cases take as given: those that do not are related ones.
    let is_own = |origin: &str| {
        let builder = RelyingParty::builder(&case.rp_id).origin(origin);
        builder.build().is_ok()
    };
    let builder = RelyingParty::builder(&case.rp_id);
    let mut builder = if is_own(first) {
        builder.origin(first)
    } else {
        builder.related_origin(first)
    };
    for origin in others {
        builder = if is_own(origin) {
            builder.origin(origin)
        } else {
            builder.related_origin(origin)
        };
    }
    builder = builder
        .provider(provider)
        .embedding(embedding(settings))
        .algorithms(&algorithms(settings, provider)?);
    if settings.allow_subdomains {
        builder = builder.subdomains();
    }
    if settings.token_binding.as_deref() == Some("strict") {
        builder = builder.strict_token_binding();
    }
    if let Some(appid) = &settings.appid {
        let rule = if settings.appid_lenient {
            AppIdRule::Always
        } else {
            AppIdRule::WhenReported
        };
        builder = builder.app_id(appid, rule);
    }
    builder
        .build()
        .map_err(|_| Failure::Case("the relying party cannot be configured so"))
}

fn embedding(settings: &case::Policy) -> Embedding {
    match &settings.top_origins {
        Some(origins) => Embedding::Origins {
            origins: origins.clone(),
            unnamed: settings.allow_cross_origin,
        },
        None if settings.allow_cross_origin => Embedding::Anywhere,
        None => Embedding::Never,
    }
}

/// Those that the case allows; without a list all, RS1 unless SHA-1 is forbidden.
fn algorithms(
    settings: &case::Policy,
    provider: CryptoProvider,
) -> Result<Vec<Algorithm>, Failure> {
    let known: Vec<Algorithm> = match &settings.allowed_algs {
        Some(numbers) => numbers
            .iter()
            .filter_map(|number| Algorithm::from_cose_id(*number))
            .collect(),
        None => Algorithm::ALL
            .iter()
            .copied()
            .filter(|algorithm| {
                !(settings.forbid_sha1_attestation && algorithm.scheme().uses_sha1())
            })
            .collect(),
    };
    let mut supported = known.clone();
    supported.retain(|algorithm| provider.supports(algorithm.scheme()));
    if supported.is_empty() {
        // A service that allows none of ours allows none at all: never the default.
        return Err(Failure::NoAlgorithm {
            known: !known.is_empty(),
        });
    }
    Ok(supported)
}

fn policy(case: &Case<'_>, settings: &case::Policy) -> Result<Policy, Failure> {
    let user_verification = match case.user_verification.as_deref() {
        Some("required") => UserVerification::Required,
        Some("preferred") | None => UserVerification::Preferred,
        Some("discouraged") => UserVerification::Discouraged,
        Some(_) => return Err(Failure::Case("unknown user_verification")),
    };
    let mut policy = Policy::passkey().with_user_verification(user_verification);
    policy.require_attestation = settings.require_attestation;
    policy.conditional = settings.mediation.as_deref() == Some("conditional")
        || settings.require_user_presence == Some(false);
    Ok(policy)
}

fn trust(case: &Case<'_>, settings: &case::Policy) -> Result<Trust, Failure> {
    let trust = match &case.trust_anchors {
        None => Trust::unverified(),
        Some(anchors) => {
            let anchors: Vec<Vec<u8>> = anchors
                .iter()
                .map(|text| Base64::decode_vec(text))
                .collect::<Result<_, _>>()
                .map_err(|_| Failure::Case("trust anchor is not base64"))?;
            let anchors: Vec<&[u8]> = anchors.iter().map(Vec::as_slice).collect();
            Trust::anchors(&anchors).map_err(|_| Failure::Case("trust anchor is no certificate"))?
        }
    };
    // The cases judge the verification and not a service's taste: what is off by default is on.
    let mut rules = AttestationRules::DEFAULT;
    rules.allow_sha1 = !settings.forbid_sha1_attestation;
    rules.safetynet = SafetyNetRule::On {
        require_cts: settings.safetynet_require_cts,
        require_fresh: settings.safetynet_check_timestamp,
    };
    rules.u2f_zero_aaguid = settings.u2f_zero_aaguid;
    rules.android_trusted_environment_only = settings.android_key_strict;
    // The registry of makers is part of what is trusted: it matters to a service that asks for a
    // trusted attestation, and the specification's own vectors have a maker that is not in it.
    if !settings.require_attestation {
        rules.tpm_manufacturers = TpmManufacturers::Any;
    }
    rules.x5c_without_root = settings.x5c_without_root;
    rules.allow_indefinite_length_cbor = settings.allow_indefinite_length_cbor;
    Ok(trust.with_rules(rules))
}

fn register(
    case: &Case<'_>,
    settings: &case::Policy,
    rp: &RelyingParty,
    now: UnixTime,
) -> Result<Verdict, Failure> {
    let response = RegistrationResponse::from_json(case.response.get())?;
    let existing = descriptors(&settings.existing_credential_ids)?;
    let user = user(settings.user_id.as_deref())?;
    let challenge = bytes(&case.challenge)?;
    let policy = policy(case, settings)?;
    let ceremony =
        danger::registration_with_challenge(rp, &user, &existing, policy, &challenge, now);
    let credential = ceremony.finish(rp, &response, now, &trust(case, settings)?)?;
    Ok(Verdict::accept(Some(credential.attestation().kind())))
}

fn authenticate(
    case: &Case<'_>,
    settings: &case::Policy,
    rp: &RelyingParty,
    now: UnixTime,
) -> Result<Verdict, Failure> {
    let stored = case
        .credential
        .as_ref()
        .ok_or(Failure::Case("no credential"))?;
    let response = AuthenticationResponse::from_json(case.response.get())?;
    let record = record(stored, settings, &response, now)?;
    let policy = policy(case, settings)?;
    let challenge = bytes(&case.challenge)?;
    let allowed = match &settings.allow_credentials {
        Some(ids) => descriptors(ids)?,
        None => vec![record.descriptor()],
    };
    let user = match settings.user_id.as_deref() {
        Some(user_id) => user(Some(user_id))?,
        None => record.user,
    };
    let who = if allowed.is_empty() {
        Who::Discoverable
    } else {
        Who::Known(&user, &allowed)
    };
    let ceremony = danger::authentication_with_challenge(rp, who, policy, &challenge, now);
    let claim = ceremony.claim(&response)?;
    let _proof = ceremony.finish(rp, claim, &record, now)?;
    Ok(Verdict::accept(None))
}

/// The record as the service has it. Where the case does not say whose it is, it is the user's
/// who signs in; where it does not say who that is either, it is the one the response names.
fn record(
    stored: &Credential,
    settings: &case::Policy,
    response: &AuthenticationResponse<'_>,
    now: UnixTime,
) -> Result<CredentialRecord, Failure> {
    let owner = match (&stored.user_id, &settings.user_id, response.user_handle()) {
        (Some(user_id), ..) | (None, Some(user_id), _) => user(Some(user_id))?,
        (None, None, Some(handle)) => {
            UserHandle::from_bytes(handle).map_err(|_| Failure::Case("user handle too long"))?
        }
        (None, None, None) => user(None)?,
    };
    let public_key =
        PublicKey::from_cose(&bytes(&stored.public_key_cose)?).map_err(Error::from_record)?;
    let id = bytes(&stored.id)?;
    let mut record = CredentialRecord::import(id, owner, public_key, stored.sign_count, now);
    record.backup_eligible = stored.backup_eligible;
    Ok(record)
}

fn user(id: Option<&str>) -> Result<UserHandle, Failure> {
    let id = match id {
        Some(id) => bytes(id)?,
        None => SOMEBODY.to_vec(),
    };
    UserHandle::from_bytes(&id).map_err(|_| Failure::Case("user id is not 1 to 64 bytes"))
}

fn descriptors(ids: &[String]) -> Result<Vec<CredentialDescriptor>, Failure> {
    ids.iter()
        .map(|id| bytes(id).map(|id| CredentialDescriptor::new(&id)))
        .collect()
}

fn bytes(text: &str) -> Result<Vec<u8>, Failure> {
    Base64UrlUnpadded::decode_vec(text).map_err(|_| Failure::Case("not base64url"))
}

#[cfg(test)]
mod tests {
    use mfakit_webauthn::provider::RUSTCRYPTO;
    use serde_json::{Value, json};

    use super::*;

    /// The verdict about a registration of nonsense, and its kind.
    fn verdict(allowed: Value, provider: CryptoProvider) -> (&'static str, Option<&'static str>) {
        let case = json!({
            "id": "a",
            "ceremony": "registration",
            "rp_id": "example.com",
            "origins": ["https://example.com"],
            "challenge": "AAAA",
            "time": "2026-01-01T00:00:00Z",
            "response": {},
            "policy": {"allowed_algs": allowed},
        });
        let verdict = line(case.to_string().as_bytes(), provider);
        (verdict.verdict, verdict.kind)
    }

    #[test]
    fn a_list_of_nothing_that_is_verified_allows_nothing() {
        let nothing = ("reject", Some("algorithm_not_allowed"));
        assert_eq!(verdict(json!([]), RUSTCRYPTO), nothing);
        assert_eq!(verdict(json!([-999]), RUSTCRYPTO), nothing);
        let unsupported = ("unsupported", Some("unsupported_algorithm"));
        let nobody = CryptoProvider::new("nobody", &[]);
        assert_eq!(verdict(json!([-7, -999]), nobody), unsupported);
        let judged = ("reject", Some("malformed_json"));
        assert_eq!(verdict(json!([-7, -999]), RUSTCRYPTO), judged);
    }
}
