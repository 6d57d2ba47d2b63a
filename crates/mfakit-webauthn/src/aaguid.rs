//! AAGUIDs: which model an authenticator is.

mod names;

use core::fmt;
use core::str::FromStr;

/// The model of an authenticator. All zeros where the authenticator does not say.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(
    clippy::exhaustive_structs,
    reason = "16 bytes, as the specification has it"
)]
pub struct Aaguid(pub [u8; 16]);

impl Aaguid {
    /// The model of authenticators that do not say.
    pub const ZERO: Self = Self([0; 16]);

    /// Returns what people call this model, if it is one of the passkey providers and security keys
    /// of a small table in this crate.
    ///
    /// It is meant as the name that a new device has until its owner gives it a better one.
    ///
    /// ```
    /// use mfakit_webauthn::Aaguid;
    ///
    /// let aaguid: Aaguid = "2fc0579f-8113-47ea-b116-bb5a8db9202a".parse()?;
    /// assert_eq!(aaguid.name(), Some("YubiKey 5 Series with NFC"));
    /// assert_eq!(Aaguid::ZERO.name(), None);
    /// # Ok::<(), mfakit_webauthn::InvalidAaguid>(())
    /// ```
    ///
    /// # Security
    ///
    /// Without a trusted attestation anybody can claim any model: decide nothing by the name. The
    /// FIDO metadata (feature `metadata`) has what can be decided by.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        names::of(*self)
    }

    /// Reads the form with hyphens; for the table of names, where a mistake is a build error.
    const fn parse(text: &str) -> Option<Self> {
        let [
            a,
            b,
            c,
            d,
            e,
            f,
            g,
            h,
            b'-',
            i,
            j,
            k,
            l,
            b'-',
            m,
            n,
            o,
            p,
            b'-',
            q,
            r,
            s,
            t,
            b'-',
            u,
            v,
            w,
            x,
            y,
            z,
            aa,
            bb,
            cc,
            dd,
            ee,
            ff,
        ] = *text.as_bytes()
        else {
            return None;
        };
        let pairs = [
            [a, b],
            [c, d],
            [e, f],
            [g, h],
            [i, j],
            [k, l],
            [m, n],
            [o, p],
            [q, r],
            [s, t],
            [u, v],
            [w, x],
            [y, z],
            [aa, bb],
            [cc, dd],
            [ee, ff],
        ];
        let mut bytes = [0; 16];
        let (mut from, mut to) = (pairs.as_slice(), bytes.as_mut_slice());
        while let ([[high, low], pairs @ ..], [byte, bytes @ ..]) = (from, to) {
            match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => *byte = (high << 4) | low,
                _ => return None,
            }
            (from, to) = (pairs, bytes);
        }
        Some(Self(bytes))
    }
}

const fn digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => digit.checked_sub(b'0'),
        // Letters of either case differ in one bit, and `a` stands for ten.
        b'a'..=b'f' | b'A'..=b'F' => (digit | 0x20).checked_sub(b'a' - 10),
        _ => None,
    }
}

/// The text is no AAGUID: 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "says all there is to say")]
pub struct InvalidAaguid;

impl fmt::Display for InvalidAaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("malformed AAGUID")
    }
}

impl core::error::Error for InvalidAaguid {}

/// Reads the form that [`Aaguid`] prints, in digits of either case.
impl FromStr for Aaguid {
    type Err = InvalidAaguid;

    fn from_str(text: &str) -> Result<Self, InvalidAaguid> {
        Self::parse(text).ok_or(InvalidAaguid)
    }
}

impl fmt::Display for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, byte) in self.0.iter().enumerate() {
            if matches!(position, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;

    #[test]
    fn reads_what_it_prints() {
        let text = "00112233-4455-6677-8899-aabbccddeeff";
        let aaguid: Aaguid = text.parse().unwrap();
        assert_eq!(aaguid.0[15], 0xff);
        assert_eq!(aaguid.0[3], 0x33);
        assert_eq!(aaguid.to_string(), text);
        assert_eq!(text.to_uppercase().parse(), Ok(aaguid));
    }

    #[test]
    fn refuses_other_texts() {
        for text in [
            "",
            "00112233-4455-6677-8899-aabbccddeef",
            "00112233-4455-6677-8899-aabbccddeeff0",
            "00112233445566778899aabbccddeeff",
            "g0112233-4455-6677-8899-aabbccddeeff",
            "00112233-4455-6677-8899_aabbccddeeff",
            "{0112233-4455-6677-8899-aabbccddeef}",
        ] {
            assert_eq!(text.parse::<Aaguid>(), Err(InvalidAaguid), "{text}");
        }
    }
}
