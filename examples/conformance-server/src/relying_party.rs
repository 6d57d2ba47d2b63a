//! The relying party as the tools' tests ask for it. Each setting that a service would leave alone
//! says why it is not.

use mfakit_webauthn::{
    Algorithm, AttestationRules, InvalidRelyingParty, RelyingParty, SafetyNetRule,
    TpmManufacturers, Trust, provider,
};

/// Describes the relying party.
pub(crate) fn build(origin: &str) -> Result<RelyingParty, InvalidRelyingParty> {
    // With RS1: TPMs of the tools sign with it.
    let algorithms: Vec<Algorithm> = Algorithm::ALL
        .iter()
        .copied()
        .filter(|algorithm| provider::RUSTCRYPTO.supports(algorithm.scheme()))
        .collect();
    RelyingParty::builder("localhost")
        .origin(origin)
        .name("mfakit conformance server")
        .algorithms(&algorithms)
        // Client data with a malformed `tokenBinding` has to be refused.
        .strict_token_binding()
        .build()
}

/// How statements are read.
pub(crate) fn rules(trust: Trust) -> Trust {
    let mut rules = AttestationRules::DEFAULT;
    rules.allow_sha1 = true;
    // Statements of the last minute have to be accepted, others refused.
    rules.safetynet = SafetyNetRule::On {
        require_cts: true,
        require_fresh: true,
    };
    rules.u2f_zero_aaguid = true;
    // The tools' TPM is of a maker that is in no registry.
    rules.tpm_manufacturers = TpmManufacturers::Any;
    rules.x5c_without_root = true;
    trust.with_rules(rules)
}
