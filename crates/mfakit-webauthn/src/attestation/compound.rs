//! [Compound attestation](https://www.w3.org/TR/webauthn-3/#sctn-compound-attestation).

use super::{AttestationType, Statement, Verified, verify_simple};
use crate::aaguid::Aaguid;
use crate::cbor::Item;
use crate::error::Reason;

/// More than any authenticator has reasons for.
const MAX_STATEMENTS: usize = 4;

/// Verifies each of at least two statements. All must verify; the whole is trusted if one of them
/// leads to an anchor.
pub(super) fn verify(statement: &Statement<'_, '_>) -> Result<Verified, Reason> {
    let list = statement.statement.array().map_err(|_| Reason::Statement)?;
    let count = list.clone().take(MAX_STATEMENTS.saturating_add(1)).count();
    if !(2..=MAX_STATEMENTS).contains(&count) {
        return Err(Reason::Statement);
    }
    let mut whole = Verified::without_path(AttestationType::None, statement);
    let mut untrusted = None;
    for item in list {
        let (format, inner) = parts(item)?;
        let part = Statement {
            statement: inner,
            ..*statement
        };
        let verified = verify_simple(format, &part)?;
        match statement.trust.judge(&verified, &part) {
            Ok(trusted) => {
                let verified = Verified {
                    trusted,
                    ..verified
                };
                if rank(&verified) > rank(&whole) {
                    whole = verified;
                }
            }
            // What is known about the device counts whichever statement tells it.
            Err(reason @ (Reason::AuthenticatorStatus | Reason::Revoked)) => return Err(reason),
            Err(reason) => untrusted = Some(reason),
        }
    }
    match untrusted {
        Some(reason) if !whole.trusted => Err(reason),
        _ => Ok(whole),
    }
}

/// What says most: a trusted statement before one with certificates, one about a model before one
/// that covers none, and any before none.
fn rank(verified: &Verified) -> [bool; 4] {
    [
        verified.trusted,
        !verified.path.is_empty(),
        verified.model != Aaguid::ZERO,
        verified.kind != AttestationType::None,
    ]
}

fn parts(item: Item<'_>) -> Result<(&str, Item<'_>), Reason> {
    let (mut format, mut statement) = (None, None);
    for (key, value) in item.map().map_err(|_| Reason::Statement)? {
        match key.text() {
            Ok("fmt") => format = Some(value.text().map_err(|_| Reason::Statement)?),
            Ok("attStmt") => statement = Some(value),
            _ => return Err(Reason::Statement),
        }
    }
    Option::zip(format, statement).ok_or(Reason::Statement)
}
