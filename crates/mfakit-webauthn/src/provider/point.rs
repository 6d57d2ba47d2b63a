//! Points of elliptic curves in the one form that providers are given.

use core::ops::Deref;

use super::{InvalidKey, KeyMaterial};
use crate::algorithm::Curve;

/// A point as `04 ‖ x ‖ y`, built here: libraries would also take other forms (p256 the "compact"
/// tag 05, AWS-LC a whole `SubjectPublicKeyInfo`), and no two encodings may stand for one key.
pub(super) struct Point {
    bytes: [u8; Self::MAX],
    length: usize,
}

impl Point {
    /// That of P-521.
    const MAX: usize = 133;

    /// Returns the point of a key of this curve. Whether it is on the curve is not known yet.
    pub(super) fn uncompressed(curve: Curve, key: KeyMaterial<'_>) -> Result<Self, InvalidKey> {
        let length = curve.coordinate_bytes();
        let (x, y) = match key {
            KeyMaterial::Ec { curve: of, x, y } if of == curve => (x, y),
            _ => return Err(InvalidKey),
        };
        if x.len() != length || y.len() != length {
            return Err(InvalidKey);
        }
        let mut bytes = [0; Self::MAX];
        let parts = [4].iter().chain(x).chain(y);
        for (to, from) in bytes.iter_mut().zip(parts) {
            *to = *from;
        }
        Ok(Self {
            bytes,
            length: length.saturating_mul(2).saturating_add(1),
        })
    }
}

impl Deref for Point {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.split_at(self.length).0
    }
}
