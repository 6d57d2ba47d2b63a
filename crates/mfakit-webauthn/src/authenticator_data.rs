//! [Authenticator data]: what the authenticator signs.
//!
//! [Authenticator data]: https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data

use core::fmt;

use crate::cbor::{self, Item, Rules};
use crate::error::Reason;

/// The flags of authenticator data.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Flags(u8);

impl Flags {
    const UP: u8 = 0x01;
    const UV: u8 = 0x04;
    const BE: u8 = 0x08;
    const BS: u8 = 0x10;
    const AT: u8 = 0x40;
    const ED: u8 = 0x80;

    /// UP: the user did something with the authenticator.
    #[must_use]
    pub const fn user_present(self) -> bool {
        self.0 & Self::UP != 0
    }

    /// UV: the authenticator verified its user, by PIN or biometrics.
    #[must_use]
    pub const fn user_verified(self) -> bool {
        self.0 & Self::UV != 0
    }

    /// BE: the credential may be copied to other devices.
    #[must_use]
    pub const fn backup_eligible(self) -> bool {
        self.0 & Self::BE != 0
    }

    /// BS: the credential has been copied to other devices.
    #[must_use]
    pub const fn backed_up(self) -> bool {
        self.0 & Self::BS != 0
    }

    const fn attested(self) -> bool {
        self.0 & Self::AT != 0
    }

    const fn extended(self) -> bool {
        self.0 & Self::ED != 0
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (Self::UP, "UP"),
            (Self::UV, "UV"),
            (Self::BE, "BE"),
            (Self::BS, "BS"),
            (Self::AT, "AT"),
            (Self::ED, "ED"),
        ];
        f.debug_set()
            .entries(
                names
                    .iter()
                    .filter(|(bit, _)| self.0 & bit != 0)
                    .map(|(_, name)| name),
            )
            .finish()
    }
}

/// Parsed authenticator data, borrowed from the response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AuthenticatorData<'a> {
    /// All of it, as it was signed.
    pub(crate) bytes: &'a [u8],
    pub(crate) rp_id_hash: &'a [u8; 32],
    pub(crate) flags: Flags,
    pub(crate) sign_count: u32,
    pub(crate) attested: Option<AttestedCredential<'a>>,
    pub(crate) extensions: Option<Item<'a>>,
}

/// Attested credential data: the new credential.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AttestedCredential<'a> {
    pub(crate) aaguid: [u8; 16],
    pub(crate) id: &'a [u8],
    /// The COSE key, in its own CBOR item.
    pub(crate) public_key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Reason> {
        let mut rest = bytes;
        let rp_id_hash = take::<32>(&mut rest)?;
        let [flags] = *take::<1>(&mut rest)?;
        let flags = Flags(flags);
        let sign_count = u32::from_be_bytes(*take::<4>(&mut rest)?);
        let attested = if flags.attested() {
            Some(AttestedCredential::take(&mut rest)?)
        } else {
            None
        };
        let extensions = if flags.extended() {
            Some(take_extensions(&mut rest)?)
        } else {
            None
        };
        if !rest.is_empty() {
            return Err(Reason::AuthenticatorData);
        }
        Ok(Self {
            bytes,
            rp_id_hash,
            flags,
            sign_count,
            attested,
            extensions,
        })
    }

    /// The extension outputs by name.
    pub(crate) fn extension(&self, name: &str) -> Option<Item<'a>> {
        self.extensions?
            .map()
            .ok()?
            .find(|(key, _)| key.text() == Ok(name))
            .map(|(_, value)| value)
    }
}

impl<'a> AttestedCredential<'a> {
    fn take(rest: &mut &'a [u8]) -> Result<Self, Reason> {
        let aaguid = *take::<16>(rest)?;
        let length = u16::from_be_bytes(*take::<2>(rest)?);
        let (id, after) = rest
            .split_at_checked(length.into())
            .ok_or(Reason::AuthenticatorData)?;
        let (key, after) = cbor::check(after, Rules::CANONICAL).map_err(|_| Reason::CoseKey)?;
        *rest = after;
        Ok(Self {
            aaguid,
            id,
            public_key: key.encoded(),
        })
    }
}

fn take_extensions<'a>(rest: &mut &'a [u8]) -> Result<Item<'a>, Reason> {
    if rest.is_empty() {
        return Err(Reason::AuthenticatorData);
    }
    let (item, after) =
        cbor::check(rest, Rules::ANY_ORDER).map_err(|_| Reason::AuthenticatorExtensions)?;
    if item.map().is_err() {
        return Err(Reason::AuthenticatorExtensions);
    }
    *rest = after;
    Ok(item)
}

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Result<&'a [u8; N], Reason> {
    let (array, after) = rest.split_first_chunk().ok_or(Reason::AuthenticatorData)?;
    *rest = after;
    Ok(array)
}
