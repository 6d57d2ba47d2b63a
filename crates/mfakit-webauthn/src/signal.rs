//! What a service tells passkey providers about its credentials ([L3 section 5.1.10]), so that they
//! offer none that does not exist any more, and show the names that the service shows.
//!
//! A page passes each to the browser's static method of the same name:
//!
//! ```js
//! if (PublicKeyCredential[signal.method]) {
//!   await PublicKeyCredential[signal.method](signal.options);
//! }
//! ```
//!
//! [L3 section 5.1.10]: https://www.w3.org/TR/webauthn-3/#sctn-signal-methods

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::Serialize;

use crate::base64url;
use crate::relying_party::RelyingParty;
use crate::user::{User, UserHandle};

/// A message to passkey providers; serialize it and send it to the browser.
///
/// As JSON it is an object of two members: `method`, a static method of `PublicKeyCredential`, and
/// `options`, its argument.
#[derive(Clone, Serialize)]
pub struct Signal {
    #[serde(flatten)]
    message: Message,
}

#[derive(Clone, Serialize)]
#[serde(tag = "method", content = "options")]
enum Message {
    #[serde(rename = "signalUnknownCredential", rename_all = "camelCase")]
    UnknownCredential {
        rp_id: String,
        credential_id: String,
    },
    #[serde(rename = "signalAllAcceptedCredentials", rename_all = "camelCase")]
    AllAcceptedCredentials {
        rp_id: String,
        user_id: String,
        all_accepted_credential_ids: Vec<String>,
    },
    #[serde(rename = "signalCurrentUserDetails", rename_all = "camelCase")]
    CurrentUserDetails {
        rp_id: String,
        user_id: String,
        name: String,
        display_name: String,
    },
}

impl Signal {
    /// Returns the JSON text.
    ///
    /// # Panics
    ///
    /// Never: texts serialize.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "texts and lists of texts always serialize"
    )]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("signals serialize")
    }

    /// Returns the name of the static method of `PublicKeyCredential`.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        match self.message {
            Message::UnknownCredential { .. } => "signalUnknownCredential",
            Message::AllAcceptedCredentials { .. } => "signalAllAcceptedCredentials",
            Message::CurrentUserDetails { .. } => "signalCurrentUserDetails",
        }
    }
}

/// Names neither users nor credentials.
impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal")
            .field("method", &self.method())
            .finish_non_exhaustive()
    }
}

impl RelyingParty {
    /// Tells that a credential does not exist, after a sign-in with one that the service does not
    /// know: the provider stops offering it.
    ///
    /// # Security
    ///
    /// It reveals to whoever signs in that the credential is unknown, which the failed sign-in
    /// does too. Send it for no other reason, and never for a credential of another user.
    #[must_use]
    pub fn signal_unknown_credential(&self, credential_id: &[u8]) -> Signal {
        Signal {
            message: Message::UnknownCredential {
                rp_id: self.id().to_owned(),
                credential_id: base64url::encode(credential_id),
            },
        }
    }

    /// Tells all credentials of a user, after one was removed or a sign-in: providers hide the
    /// others.
    ///
    /// # Inputs
    ///
    /// - `credential_ids`: every credential with which the user can sign in. One that is missing
    ///   here is lost to the user, at worst for good.
    ///
    /// # Security
    ///
    /// Send it to the user who is signed in only: it names credentials.
    #[must_use]
    pub fn signal_all_accepted_credentials<'a>(
        &self,
        user: &UserHandle,
        credential_ids: impl IntoIterator<Item = &'a [u8]>,
    ) -> Signal {
        Signal {
            message: Message::AllAcceptedCredentials {
                rp_id: self.id().to_owned(),
                user_id: base64url::encode(user.as_bytes()),
                all_accepted_credential_ids: credential_ids
                    .into_iter()
                    .map(base64url::encode)
                    .collect(),
            },
        }
    }

    /// Tells the names of a user, after they were changed or a sign-in: providers show these from
    /// then on.
    ///
    /// # Security
    ///
    /// Send it to the user who is signed in only.
    #[must_use]
    pub fn signal_current_user_details(&self, user: &User) -> Signal {
        Signal {
            message: Message::CurrentUserDetails {
                rp_id: self.id().to_owned(),
                user_id: base64url::encode(user.handle.as_bytes()),
                name: user.name.clone(),
                display_name: user.display_name.clone(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn rp() -> RelyingParty {
        RelyingParty::builder("example.com")
            .origin("https://example.com")
            .build()
            .unwrap()
    }

    fn check(signal: &Signal, method: &str, options: Value) {
        assert_eq!(signal.method(), method);
        let json: Value = serde_json::from_str(&signal.to_json()).unwrap();
        assert_eq!(json, json!({ "method": method, "options": options }));
    }

    #[test]
    fn an_unknown_credential() {
        check(
            &rp().signal_unknown_credential(&[1, 2, 3]),
            "signalUnknownCredential",
            json!({"rpId": "example.com", "credentialId": "AQID"}),
        );
    }

    #[test]
    fn all_accepted_credentials() {
        let user = UserHandle::from_bytes(b"ada").unwrap();
        let ids: [&[u8]; 2] = [&[1, 2, 3], &[4, 5, 6]];
        check(
            &rp().signal_all_accepted_credentials(&user, ids),
            "signalAllAcceptedCredentials",
            json!({
                "rpId": "example.com",
                "userId": "YWRh",
                "allAcceptedCredentialIds": ["AQID", "BAUG"],
            }),
        );
        check(
            &rp().signal_all_accepted_credentials(&user, []),
            "signalAllAcceptedCredentials",
            json!({"rpId": "example.com", "userId": "YWRh", "allAcceptedCredentialIds": []}),
        );
    }

    #[test]
    fn current_user_details() {
        let handle = UserHandle::from_bytes(b"ada").unwrap();
        let user = User::new(handle, "ada").with_display_name("Ada");
        check(
            &rp().signal_current_user_details(&user),
            "signalCurrentUserDetails",
            json!({"rpId": "example.com", "userId": "YWRh", "name": "ada", "displayName": "Ada"}),
        );
    }
}
