//! Random ids of 128 bits, as OWASP ASVS 7.2.3 asks of identifiers that nobody may guess.

use core::fmt;

use rand_core::CryptoRng;

use crate::codec::via_bytes;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Draws a new id.
            pub(crate) fn random(rng: &mut impl CryptoRng) -> Self {
                let mut id = [0; 16];
                rng.fill_bytes(&mut id);
                Self(id)
            }

            /// Makes an id from its bytes, as [`Self::as_bytes`] gave them.
            #[must_use]
            pub const fn from_bytes(id: [u8; 16]) -> Self {
                Self(id)
            }

            /// Returns the id's bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        via_bytes!($name, |id| &id.0, |bytes| bytes.try_into().ok().map($name));

        /// Lower-case hexadecimal, 32 characters.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", u128::from_be_bytes(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        /// Reads what `Display` wrote.
        impl core::str::FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let digits = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
                if text.len() != 32 || !digits {
                    return Err(InvalidId);
                }
                u128::from_str_radix(text, 16).map(|id| Self(id.to_be_bytes())).map_err(|_| InvalidId)
            }
        }
    };
}

id! {
    /// Names one device of one user. Not a secret.
    DeviceId
}

id! {
    /// Names one audit event, for good: the same event delivered twice has the same id.
    EventId
}

id! {
    /// Names one session of the host across its grants: a step-up keeps it, a sign-in draws anew.
    SessionId
}

id! {
    /// Names one support reset of one user. Not a secret.
    TicketId
}

/// A value that tokens repeat and that is replaced to void them: compared for equality only.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) struct Generation([u8; 16]);

impl Generation {
    pub(crate) fn random(rng: &mut impl CryptoRng) -> Self {
        let mut value = [0; 16];
        rng.fill_bytes(&mut value);
        Self(value)
    }
}

via_bytes!(Generation, |value| &value.0, |bytes| bytes
    .try_into()
    .ok()
    .map(Generation));

impl fmt::Debug for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Generation(..)")
    }
}

/// A text that is no id: not 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not an id of 32 hexadecimal digits")]
#[non_exhaustive]
pub struct InvalidId;

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn text_survives_the_round_trip() {
        let id = DeviceId::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);
        assert_eq!(id.to_string(), "000102030405060708090a0b0c0d0eff");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in [
            "",
            "0",
            "000102030405060708090A0B0C0D0EFF",
            "+00102030405060708090a0b0c0d0eff",
        ] {
            assert_eq!(text.parse::<DeviceId>(), Err(InvalidId), "{text}");
        }
    }
}
