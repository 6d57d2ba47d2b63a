//! What can be chosen.

use mfakit_webauthn::{
    Algorithm, Attachment, AttestationConveyance, CounterRule, Policy, ResidentKey,
    UserVerification,
};
use serde::Deserialize;

/// One of the choices of a ceremony.
pub(crate) struct Choice {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    /// Values, with what people read; the first is the default.
    pub(crate) values: &'static [(&'static str, &'static str)],
    /// Whether a sign-in has it, too.
    pub(crate) at_sign_in: bool,
}

const UNCHOSEN: (&str, &str) = ("", "not set");

/// Every choice of the forms but the algorithm, whose values are the library's table.
pub(crate) const CHOICES: [Choice; 5] = [
    Choice {
        name: "user_verification",
        label: "User verification",
        values: &[
            ("preferred", "preferred"),
            ("required", "required"),
            ("discouraged", "discouraged"),
        ],
        at_sign_in: true,
    },
    Choice {
        name: "hint",
        label: "Hint",
        values: &[
            UNCHOSEN,
            ("security-key", "security-key"),
            ("hybrid", "hybrid"),
            ("client-device", "client-device"),
        ],
        at_sign_in: true,
    },
    Choice {
        name: "resident_key",
        label: "Resident key",
        values: &[
            ("preferred", "preferred"),
            ("required", "required"),
            ("discouraged", "discouraged"),
        ],
        at_sign_in: false,
    },
    Choice {
        name: "attachment",
        label: "Attachment",
        values: &[
            UNCHOSEN,
            ("platform", "platform"),
            ("cross-platform", "cross-platform"),
        ],
        at_sign_in: false,
    },
    Choice {
        name: "attestation",
        label: "Attestation",
        values: &[
            ("none", "none"),
            ("indirect", "indirect"),
            ("direct", "direct"),
            ("enterprise", "enterprise"),
        ],
        at_sign_in: false,
    },
];

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Wish {
    Required,
    Preferred,
    Discouraged,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Hint {
    #[serde(rename = "")]
    Unset,
    SecurityKey,
    Hybrid,
    ClientDevice,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Where {
    #[serde(rename = "")]
    Unset,
    Platform,
    CrossPlatform,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Conveyance {
    None,
    Indirect,
    Direct,
    Enterprise,
}

/// How to register.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registering {
    user_verification: Wish,
    hint: Hint,
    resident_key: Wish,
    attachment: Where,
    attestation: Conveyance,
    /// A COSE number, or nothing for all of them.
    algorithm: String,
}

/// How to sign in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SigningIn {
    user_verification: Wish,
    hint: Hint,
    /// Present if the browser may choose any passkey.
    #[serde(default)]
    discoverable: Option<String>,
}

impl Registering {
    pub(super) fn policy(&self) -> Policy {
        let mut policy = Policy::passkey()
            .with_user_verification(verification(self.user_verification))
            .with_resident_key(match self.resident_key {
                Wish::Required => ResidentKey::Required,
                Wish::Preferred => ResidentKey::Preferred,
                Wish::Discouraged => ResidentKey::Discouraged,
            })
            .with_attestation(match self.attestation {
                Conveyance::None => AttestationConveyance::None,
                Conveyance::Indirect => AttestationConveyance::Indirect,
                Conveyance::Direct => AttestationConveyance::Direct,
                Conveyance::Enterprise => AttestationConveyance::Enterprise,
            });
        policy.attachment = match self.attachment {
            Where::Unset => None,
            Where::Platform => Some(Attachment::Platform),
            Where::CrossPlatform => Some(Attachment::CrossPlatform),
        };
        policy
    }

    pub(super) fn hint(&self) -> Option<&'static str> {
        hint(self.hint)
    }

    /// What to offer; nothing for the library's own choice.
    pub(super) fn algorithms(&self) -> Vec<Algorithm> {
        let chosen = self.algorithm.parse().ok();
        chosen
            .and_then(Algorithm::from_cose_id)
            .into_iter()
            .collect()
    }
}

impl SigningIn {
    pub(super) fn policy(&self) -> Policy {
        // What the counter says is shown, whatever it is.
        Policy::passkey()
            .with_user_verification(verification(self.user_verification))
            .with_counter(CounterRule::AcceptAndReport)
    }

    pub(super) fn hint(&self) -> Option<&'static str> {
        hint(self.hint)
    }

    pub(super) const fn names_credentials(&self) -> bool {
        self.discoverable.is_none()
    }
}

const fn verification(wish: Wish) -> UserVerification {
    match wish {
        Wish::Required => UserVerification::Required,
        Wish::Preferred => UserVerification::Preferred,
        Wish::Discouraged => UserVerification::Discouraged,
    }
}

const fn hint(hint: Hint) -> Option<&'static str> {
    match hint {
        Hint::Unset => None,
        Hint::SecurityKey => Some("security-key"),
        Hint::Hybrid => Some("hybrid"),
        Hint::ClientDevice => Some("client-device"),
    }
}
