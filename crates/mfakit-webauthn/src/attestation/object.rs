//! The [attestation object].
//!
//! [attestation object]: https://www.w3.org/TR/webauthn-3/#sctn-generating-an-attestation-object

use crate::cbor::{self, Item, Rules};
use crate::error::Reason;

pub(crate) struct AttestationObject<'a> {
    pub(crate) format: &'a str,
    pub(crate) statement: Item<'a>,
    pub(crate) authenticator_data: &'a [u8],
}

impl<'a> AttestationObject<'a> {
    /// Reads one CBOR map and nothing after it. The order of its keys is free: real
    /// authenticators do not sort them.
    pub(crate) fn parse(bytes: &'a [u8], rules: Rules) -> Result<Self, Reason> {
        let malformed = |_| Reason::AttestationObject;
        let (item, rest) = cbor::check(bytes, rules).map_err(malformed)?;
        if !rest.is_empty() {
            return Err(Reason::AttestationObject);
        }
        let (mut format, mut statement, mut authenticator_data) = (None, None, None);
        for (key, value) in item.map().map_err(malformed)? {
            match key.text() {
                Ok("fmt") => format = Some(value.text().map_err(malformed)?),
                Ok("attStmt") => statement = Some(value),
                Ok("authData") => authenticator_data = Some(value.bytes().map_err(malformed)?),
                Ok(_) => {}
                Err(error) => return Err(malformed(error)),
            }
        }
        match (format, statement, authenticator_data) {
            (Some(format), Some(statement), Some(authenticator_data)) => Ok(Self {
                format,
                statement,
                authenticator_data,
            }),
            _ => Err(Reason::AttestationObject),
        }
    }
}
