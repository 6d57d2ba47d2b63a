//! The options for the browser: JSON for `parseCreationOptionsFromJSON` and its sibling.

mod extensions;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::Serialize;

pub(crate) use self::extensions::Extensions;
use crate::policy::{Attachment, AttestationConveyance, ResidentKey, UserVerification};

/// `PublicKeyCredentialCreationOptionsJSON`; serialize it and send it to the browser.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreationOptions {
    pub(crate) rp: RpEntity,
    pub(crate) user: UserEntity,
    pub(crate) challenge: String,
    pub(crate) pub_key_cred_params: Vec<Parameters>,
    pub(crate) timeout: u64,
    pub(crate) exclude_credentials: Vec<Descriptor>,
    pub(crate) authenticator_selection: Selection,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) hints: Vec<String>,
    pub(crate) attestation: &'static str,
    pub(crate) extensions: Extensions,
    #[serde(skip)]
    pub(crate) conditional: bool,
}

/// `PublicKeyCredentialRequestOptionsJSON`; serialize it and send it to the browser.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestOptions {
    pub(crate) challenge: String,
    pub(crate) timeout: u64,
    pub(crate) rp_id: String,
    pub(crate) allow_credentials: Vec<Descriptor>,
    pub(crate) user_verification: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) hints: Vec<String>,
    #[serde(skip_serializing_if = "Extensions::is_empty")]
    pub(crate) extensions: Extensions,
    #[serde(skip)]
    pub(crate) conditional: bool,
}

macro_rules! common {
    ($($name:ident)*) => { $(
        impl $name {
            /// Returns the JSON text.
            ///
            /// # Panics
            ///
            /// Never: maps with text keys serialize.
            #[must_use]
            pub fn to_json(&self) -> String {
                serde_json::to_string(self).expect("options serialize")
            }

            /// Returns `"conditional"` where the call to the browser needs that `mediation`.
            #[must_use]
            pub const fn mediation(&self) -> Option<&'static str> {
                if self.conditional { Some("conditional") } else { None }
            }

            /// Adds a hint about the kind of authenticator (`security-key`, `client-device`,
            /// `hybrid`), the preferred one first.
            #[must_use]
            pub fn with_hint(mut self, hint: &str) -> Self {
                self.hints.push(hint.into());
                self
            }
        }
    )* };
}

common! { CreationOptions RequestOptions }

/// Neither the challenge, nor the user, nor credentials.
impl fmt::Debug for CreationOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreationOptions")
            .field("rp", &self.rp)
            .field("timeout", &self.timeout)
            .field("authenticator_selection", &self.authenticator_selection)
            .field("hints", &self.hints)
            .field("attestation", &self.attestation)
            .field("extensions", &self.extensions)
            .field("conditional", &self.conditional)
            .finish_non_exhaustive()
    }
}

/// Neither the challenge nor credentials.
impl fmt::Debug for RequestOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestOptions")
            .field("timeout", &self.timeout)
            .field("rp_id", &self.rp_id)
            .field("user_verification", &self.user_verification)
            .field("hints", &self.hints)
            .field("extensions", &self.extensions)
            .field("conditional", &self.conditional)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct RpEntity {
    pub(crate) id: String,
    pub(crate) name: String,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserEntity {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) display_name: String,
}

#[derive(Clone, Serialize)]
pub(crate) struct Parameters {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) alg: i64,
}

#[derive(Clone, Serialize)]
pub(crate) struct Descriptor {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) transports: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Selection {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authenticator_attachment: Option<&'static str>,
    pub(crate) resident_key: &'static str,
    pub(crate) require_resident_key: bool,
    pub(crate) user_verification: &'static str,
}

impl UserVerification {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Preferred => "preferred",
            Self::Discouraged => "discouraged",
        }
    }
}

impl ResidentKey {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Preferred => "preferred",
            Self::Discouraged => "discouraged",
        }
    }
}

impl Attachment {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::CrossPlatform => "cross-platform",
        }
    }
}

impl AttestationConveyance {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Indirect => "indirect",
            Self::Direct => "direct",
            Self::Enterprise => "enterprise",
        }
    }
}
