//! What is printed for a case.

use mfakit_webauthn::{AttestationType, Category, Error};
use serde::Serialize;

#[derive(Debug, Serialize)]
pub(crate) struct Verdict {
    pub(crate) id: Option<String>,
    pub(crate) verdict: &'static str,
    pub(crate) kind: Option<&'static str>,
    pub(crate) step: Option<&'static str>,
    pub(crate) code: Option<&'static str>,
    pub(crate) attestation: Option<&'static str>,
}

impl Verdict {
    pub(crate) const fn accept(attestation: Option<AttestationType>) -> Self {
        Self {
            id: None,
            verdict: "accept",
            kind: None,
            step: None,
            code: None,
            attestation: match attestation {
                Some(attestation) => Some(attestation.as_str()),
                None => None,
            },
        }
    }

    pub(crate) const fn refuse(error: Error) -> Self {
        // What no provider can verify is not a judgement about the response.
        let verdict = match error.category() {
            Category::UnsupportedAlgorithm if is_provider(error) => "unsupported",
            _ => "reject",
        };
        Self {
            id: None,
            verdict,
            kind: Some(error.category().as_str()),
            step: Some(error.step()),
            code: Some(error.code()),
            attestation: None,
        }
    }

    /// The case allows no algorithm that is verified here.
    pub(crate) const fn no_algorithm(known: bool) -> Self {
        let (verdict, category) = if known {
            ("unsupported", Category::UnsupportedAlgorithm)
        } else {
            ("reject", Category::AlgorithmNotAllowed)
        };
        Self {
            id: None,
            verdict,
            kind: Some(category.as_str()),
            step: Some("none of the allowed algorithms is verified here"),
            code: None,
            attestation: None,
        }
    }

    /// The case itself cannot be read.
    pub(crate) const fn malformed(step: &'static str) -> Self {
        Self {
            id: None,
            verdict: "reject",
            kind: Some("malformed"),
            step: Some(step),
            code: None,
            attestation: None,
        }
    }

    pub(crate) fn with_id(mut self, id: Option<String>) -> Self {
        self.id = id;
        self
    }
}

const fn is_provider(error: Error) -> bool {
    matches!(error.reason(), mfakit_webauthn::Reason::AlgorithmOfProvider)
}
