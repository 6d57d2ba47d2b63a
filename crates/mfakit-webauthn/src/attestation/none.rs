//! [None attestation](https://www.w3.org/TR/webauthn-3/#sctn-none-attestation).

use super::{AttestationType, Statement, Verified};
use crate::error::Reason;

/// The statement is an empty map: anything else claims something that nobody will verify.
pub(super) fn verify(statement: &Statement<'_, '_>) -> Result<Verified, Reason> {
    match statement.statement.map() {
        Ok(members) if members.clone().next().is_none() => {
            Ok(Verified::without_path(AttestationType::None, statement))
        }
        _ => Err(Reason::NoneNotEmpty),
    }
}
