//! [Compound attestation](https://www.w3.org/TR/webauthn-3/#sctn-compound-attestation).

use std::sync::Arc;

use serde_cbor::Value;

use super::{Attest, Attested, Statement};

/// Format `compound`: several statements about one credential.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Compound {
    /// What makes each of them.
    pub parts: Vec<Arc<dyn Attest>>,
}

impl Compound {
    /// Begins with no statement.
    #[must_use]
    pub const fn new() -> Self {
        Self { parts: Vec::new() }
    }

    /// Adds a statement.
    #[must_use]
    pub fn with(mut self, part: impl Attest + 'static) -> Self {
        self.parts.push(Arc::new(part));
        self
    }
}

impl Attest for Compound {
    fn attest(&self, about: &Attested<'_>) -> Statement {
        let parts = self.parts.iter().map(|part| {
            let Statement { format, value } = part.attest(about);
            Statement::new("", [("fmt", Value::Text(format)), ("attStmt", value)]).value
        });
        Statement {
            format: "compound".into(),
            value: Value::Array(parts.collect()),
        }
    }
}
