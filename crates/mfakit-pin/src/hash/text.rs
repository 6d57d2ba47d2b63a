//! The text form of a hash, for a database column.

use alloc::format;
use alloc::string::String;

use base64ct::{Base64Unpadded, Encoding as _};
use sha2::{Digest as _, Sha256};

use super::{PinHash, SALT_BYTES, TAG_BYTES};
use crate::Cost;

const NAME_AND_VERSION: &str = "$mfakit-pin$v=";
const VERSION: &str = "1";
/// Of the digest that shows damage: one damaged text in four billion goes unnoticed.
const CHECK_BYTES: usize = 4;

impl PinHash {
    /// The longest text, in bytes: all numbers at their upper bounds.
    pub const MAX_TEXT_BYTES: usize = 119;

    /// Returns the text to store.
    ///
    /// It is ASCII of at most [`PinHash::MAX_TEXT_BYTES`], in the manner of PHC strings but of a
    /// form of its own, since only this crate can verify it:
    ///
    /// ```text
    /// $mfakit-pin$v=1$k=1,m=19456,t=2,p=1$<salt>$<hash>$<check>
    /// ```
    ///
    /// `k` is the pepper's number, `m`, `t` and `p` are memory in KiB, passes and lanes; salt, hash
    /// and check are base64 without padding. The check is the beginning of the SHA-256 of all before
    /// it, so that a damaged row is told from a wrong PIN.
    ///
    /// # Security
    ///
    /// Keep it out of logs: with the pepper, the PIN is found from it within minutes.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!(
            "{NAME_AND_VERSION}{VERSION}$k={},m={},t={},p={}${}${}$",
            self.pepper_id,
            self.cost.memory_kib(),
            self.cost.passes(),
            self.cost.lanes(),
            Base64Unpadded::encode_string(&self.salt),
            Base64Unpadded::encode_string(&self.tag),
        );
        let digest: [u8; 32] = Sha256::digest(&text).into();
        let (check, _) = digest.split_at(CHECK_BYTES);
        text.push_str(&Base64Unpadded::encode_string(check));
        text
    }

    /// Returns the hash that a text stands for, if [`PinHash::to_text`] wrote it.
    ///
    /// # Inputs
    ///
    /// - `text`: of any length and content; more than [`PinHash::MAX_TEXT_BYTES`] are not looked at.
    ///
    /// # Errors
    ///
    /// - [`CorruptHash::UnknownVersion`] if a newer version of this crate wrote it.
    /// - [`CorruptHash::CostOutOfBounds`] if comparing would cost more than any [`Cost`] may.
    /// - [`CorruptHash::Malformed`] if it is anything else that `to_text` does not write: damaged,
    ///   cut off, added to, or written in another way.
    ///
    /// # Security
    ///
    /// Refuse the sign-in on any of them. A hash that cannot be read is not a user without a PIN.
    pub fn parse(text: &str) -> Result<Self, CorruptHash> {
        if text.len() > Self::MAX_TEXT_BYTES {
            return Err(CorruptHash::Malformed);
        }
        let hash = Self::parse_fields(text)?;
        // One text for each hash: signs, leading zeros, dirty trailing bits and a wrong check are
        // all caught by writing it again.
        if hash.to_text() == text {
            Ok(hash)
        } else {
            Err(CorruptHash::Malformed)
        }
    }

    fn parse_fields(text: &str) -> Result<Self, CorruptHash> {
        let (version, fields) = text
            .strip_prefix(NAME_AND_VERSION)
            .and_then(|rest| rest.split_once('$'))
            .ok_or(CorruptHash::Malformed)?;
        if version != VERSION {
            // A damaged version number says so too; nothing that follows could tell.
            return Err(match version.parse::<u32>() {
                Ok(_) => CorruptHash::UnknownVersion,
                Err(_) => CorruptHash::Malformed,
            });
        }
        let mut fields = fields.split('$');
        let mut next = || fields.next().ok_or(CorruptHash::Malformed);
        let (numbers, salt, tag, _check) = (next()?, next()?, next()?, next()?);
        let (pepper_id, cost) = parse_numbers(numbers)?;
        Ok(Self {
            pepper_id,
            cost,
            salt: parse_bytes::<SALT_BYTES>(salt)?,
            tag: parse_bytes::<TAG_BYTES>(tag)?,
        })
    }
}

fn parse_numbers(field: &str) -> Result<(u32, Cost), CorruptHash> {
    let mut fields = field.split(',');
    let mut number = |name: &str| {
        fields
            .next()
            .and_then(|field| field.strip_prefix(name))
            .and_then(|number| number.parse::<u32>().ok())
            .ok_or(CorruptHash::Malformed)
    };
    let pepper_id = number("k=")?;
    let (memory_kib, passes, lanes) = (number("m=")?, number("t=")?, number("p=")?);
    let cost =
        Cost::within_bounds(memory_kib, passes, lanes).ok_or(CorruptHash::CostOutOfBounds)?;
    Ok((pepper_id, cost))
}

fn parse_bytes<const N: usize>(field: &str) -> Result<[u8; N], CorruptHash> {
    let mut bytes = [0; N];
    match Base64Unpadded::decode(field, &mut bytes) {
        Ok(decoded) if decoded.len() == N => Ok(bytes),
        Ok(_) | Err(_) => Err(CorruptHash::Malformed),
    }
}

/// Why a stored text is no hash. The user's PIN is unreadable, not absent.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CorruptHash {
    /// Comparing with it would cost more than any [`Cost`] may, or less than Argon2 can.
    #[error("stored PIN hash asks for a cost out of bounds")]
    CostOutOfBounds,
    /// It is not what was stored.
    #[error("stored PIN hash is damaged")]
    Malformed,
    /// A newer version of this crate wrote it.
    #[error("stored PIN hash is of an unknown version")]
    UnknownVersion,
}
