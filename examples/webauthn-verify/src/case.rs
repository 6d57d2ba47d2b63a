//! The format of a case: what a relying party has in its hands, and nothing else.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ceremony {
    Registration,
    Authentication,
}

#[derive(Deserialize)]
pub(crate) struct Case<'a> {
    pub(crate) ceremony: Ceremony,
    pub(crate) rp_id: String,
    pub(crate) origins: Vec<String>,
    /// base64url without padding, as everything that is bytes here.
    pub(crate) challenge: String,
    #[serde(default)]
    pub(crate) user_verification: Option<String>,
    /// The browser's JSON, untouched.
    #[serde(borrow)]
    pub(crate) response: &'a RawValue,
    #[serde(default)]
    pub(crate) credential: Option<Credential>,
    /// RFC 3339.
    pub(crate) time: String,
    /// base64 of DER.
    #[serde(default)]
    pub(crate) trust_anchors: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) policy: Option<Policy>,
}

/// The record of the credential that signs in.
#[derive(Deserialize)]
pub(crate) struct Credential {
    pub(crate) id: String,
    pub(crate) public_key_cose: String,
    #[serde(default)]
    pub(crate) sign_count: u32,
    #[serde(default)]
    pub(crate) backup_eligible: Option<bool>,
    #[serde(default)]
    pub(crate) user_id: Option<String>,
}

/// The settings of the relying party that the case needs.
#[derive(Default, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the format has them, each under its own name"
)]
pub(crate) struct Policy {
    pub(crate) allowed_algs: Option<Vec<i64>>,
    pub(crate) require_user_presence: Option<bool>,
    pub(crate) allow_cross_origin: bool,
    pub(crate) top_origins: Option<Vec<String>>,
    pub(crate) allow_subdomains: bool,
    pub(crate) appid: Option<String>,
    pub(crate) appid_lenient: bool,
    pub(crate) token_binding: Option<String>,
    pub(crate) safetynet_require_cts: bool,
    pub(crate) safetynet_check_timestamp: bool,
    pub(crate) forbid_sha1_attestation: bool,
    pub(crate) allow_indefinite_length_cbor: bool,
    pub(crate) android_key_strict: bool,
    pub(crate) user_id: Option<String>,
    pub(crate) existing_credential_ids: Vec<String>,
    pub(crate) allow_credentials: Option<Vec<String>>,
    pub(crate) require_attestation: bool,
    pub(crate) mediation: Option<String>,
    pub(crate) u2f_zero_aaguid: bool,
    pub(crate) x5c_without_root: bool,
    pub(crate) require_metadata: bool,
    pub(crate) check_revocation: bool,
}

/// The id alone, which even a line that is no case may have.
#[derive(Deserialize)]
pub(crate) struct Id<'a> {
    #[serde(borrow, default)]
    pub(crate) id: Option<Cow<'a, str>>,
}
