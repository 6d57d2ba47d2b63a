//! What the options ask of extensions ([L3 section 10], [CTAP 2.2 section 12]).
//!
//! [L3 section 10]: https://www.w3.org/TR/webauthn-3/#sctn-defined-extensions
//! [CTAP 2.2 section 12]: https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-defined-extensions

use alloc::collections::BTreeMap;
use core::fmt;

use serde::Serialize;
use serde_json::{Value, json};

use super::{CreationOptions, RequestOptions};
use crate::base64url;
use crate::extensions::CredentialProtection;
use crate::relying_party::AppId;

/// Inputs by the names of their extensions.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub(crate) struct Extensions(BTreeMap<&'static str, Value>);

impl Extensions {
    /// What every registration asks for: whether the credential can be found without its id.
    pub(crate) fn of_creation(app_id: Option<&AppId>) -> Self {
        let mut inputs = BTreeMap::from([("credProps", Value::Bool(true))]);
        if let Some(app_id) = app_id {
            inputs.insert("appidExclude", app_id.url.as_str().into());
        }
        Self(inputs)
    }

    pub(crate) fn of_request(app_id: Option<&AppId>) -> Self {
        let input = app_id.map(|app_id| ("appid", app_id.url.as_str().into()));
        Self(input.into_iter().collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn set(&mut self, name: &'static str, input: Value) {
        self.0.insert(name, input);
    }
}

/// The names: inputs may be secret.
impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl CreationOptions {
    /// Asks for a credential that can derive secrets for the page ([L3 section 10.1.4], `prf`);
    /// [`ClientExtensions::prf_enabled`](crate::ClientExtensions::prf_enabled) has the answer.
    ///
    /// [L3 section 10.1.4]: https://www.w3.org/TR/webauthn-3/#prf-extension
    #[must_use]
    pub fn with_prf(mut self) -> Self {
        self.extensions.set("prf", json!({}));
        self
    }

    /// Asks for a credential that can store a large blob ([L3 section 10.1.5], `largeBlob`);
    /// [`ClientExtensions::large_blob_supported`](crate::ClientExtensions::large_blob_supported)
    /// has the answer.
    ///
    /// # Inputs
    ///
    /// - `required`: whether the registration fails without it.
    ///
    /// [L3 section 10.1.5]: https://www.w3.org/TR/webauthn-3/#sctn-large-blob-extension
    #[must_use]
    pub fn with_large_blob(mut self, required: bool) -> Self {
        let support = if required { "required" } else { "preferred" };
        self.extensions
            .set("largeBlob", json!({ "support": support }));
        self
    }

    /// Asks for a protection of the credential ([CTAP 2.2 section 12.1], `credProtect`);
    /// [`AuthenticatorExtensions::credential_protection`](crate::AuthenticatorExtensions::credential_protection)
    /// has the answer.
    ///
    /// # Inputs
    ///
    /// - `enforce`: whether the registration fails where the authenticator cannot give it.
    ///
    /// [CTAP 2.2 section 12.1]: https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-credProtect-extension
    #[must_use]
    pub fn with_credential_protection(
        mut self,
        protection: CredentialProtection,
        enforce: bool,
    ) -> Self {
        let name = match protection {
            CredentialProtection::Optional => "userVerificationOptional",
            CredentialProtection::OptionalWithCredentialIdList => {
                "userVerificationOptionalWithCredentialIDList"
            }
            CredentialProtection::Required => "userVerificationRequired",
        };
        self.extensions
            .set("credentialProtectionPolicy", name.into());
        self.extensions
            .set("enforceCredentialProtectionPolicy", enforce.into());
        self
    }

    /// Sends a blob to be stored with the credential ([CTAP 2.2 section 12.2], `credBlob`);
    /// [`AuthenticatorExtensions::blob_stored`](crate::AuthenticatorExtensions::blob_stored) has
    /// the answer.
    ///
    /// # Inputs
    ///
    /// - `blob`: every authenticator with the extension stores 32 bytes; many store no more.
    ///
    /// [CTAP 2.2 section 12.2]: https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-credBlob-extension
    #[must_use]
    pub fn with_blob(mut self, blob: &[u8]) -> Self {
        self.extensions
            .set("credBlob", base64url::encode(blob).into());
        self
    }

    /// Asks for the shortest PIN that the authenticator allows ([CTAP 2.2 section 12.4],
    /// `minPinLength`), which it tells the relying parties that its owner's policy names.
    ///
    /// [CTAP 2.2 section 12.4]: https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-minpinlength-extension
    #[must_use]
    pub fn with_min_pin_length(mut self) -> Self {
        self.extensions.set("minPinLength", true.into());
        self
    }
}

impl RequestOptions {
    /// Asks the credential to derive one or two secrets for the page ([L3 section 10.1.4], `prf`).
    ///
    /// # Inputs
    ///
    /// - `first`, `second`: what the secrets are derived from, of any length. The same bytes give
    ///   the same secret again.
    ///
    /// # Security
    ///
    /// The secrets are for the page. It must take them out of the answer before it sends that:
    /// what comes nevertheless is dropped unread.
    ///
    /// [L3 section 10.1.4]: https://www.w3.org/TR/webauthn-3/#prf-extension
    #[must_use]
    pub fn with_prf(mut self, first: &[u8], second: Option<&[u8]>) -> Self {
        let mut inputs = json!({ "first": base64url::encode(first) });
        if let (Some(second), Some(inputs)) = (second, inputs.as_object_mut()) {
            inputs.insert("second".into(), base64url::encode(second).into());
        }
        self.extensions.set("prf", json!({ "eval": inputs }));
        self
    }

    /// Asks for the large blob of the credential ([L3 section 10.1.5], `largeBlob`);
    /// [`ClientExtensions::large_blob`](crate::ClientExtensions::large_blob) has it then.
    ///
    /// [L3 section 10.1.5]: https://www.w3.org/TR/webauthn-3/#sctn-large-blob-extension
    #[must_use]
    pub fn with_large_blob_read(mut self) -> Self {
        self.extensions.set("largeBlob", json!({ "read": true }));
        self
    }

    /// Sends a large blob to be stored with the credential ([L3 section 10.1.5], `largeBlob`);
    /// [`VerifiedAssertion::large_blob_written`](crate::VerifiedAssertion::large_blob_written) has
    /// the answer. Browsers take it only where the options allow exactly one credential.
    ///
    /// [L3 section 10.1.5]: https://www.w3.org/TR/webauthn-3/#sctn-large-blob-extension
    #[must_use]
    pub fn with_large_blob_write(mut self, blob: &[u8]) -> Self {
        let blob = base64url::encode(blob);
        self.extensions.set("largeBlob", json!({ "write": blob }));
        self
    }

    /// Asks for the blob that was stored at the registration ([CTAP 2.2 section 12.2],
    /// `credBlob`); [`AuthenticatorExtensions::blob`](crate::AuthenticatorExtensions::blob) has it
    /// then.
    ///
    /// [CTAP 2.2 section 12.2]: https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-credBlob-extension
    #[must_use]
    pub fn with_blob(mut self) -> Self {
        self.extensions.set("getCredBlob", true.into());
        self
    }
}

macro_rules! common {
    ($($name:ident)*) => { $(
        impl $name {
            /// Asks how the user was verified ([L2 section 10.3], `uvm`);
            /// [`AuthenticatorExtensions::user_verification`](crate::AuthenticatorExtensions::user_verification)
            /// has the answer.
            ///
            /// [L2 section 10.3]: https://www.w3.org/TR/webauthn-2/#sctn-uvm-extension
            #[must_use]
            pub fn with_user_verification_methods(mut self) -> Self {
                self.extensions.set("uvm", true.into());
                self
            }
        }
    )* };
}

common! { CreationOptions RequestOptions }
