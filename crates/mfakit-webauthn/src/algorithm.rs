//! The one table of algorithms, for options, registrations, sign-ins and attestation statements.
//!
//! Nothing can be registered that cannot be verified later: the key, the curve and the signature
//! scheme of a credential all come from its row.

use core::fmt;

/// A hash function of the SHA family.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Hash {
    /// SHA-1: old TPM statements and certificates, by policy.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// An elliptic curve for ECDSA.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Curve {
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
    /// secp256k1.
    Secp256k1,
}

impl Curve {
    /// Returns the length of a coordinate, in bytes.
    #[must_use]
    pub const fn coordinate_bytes(self) -> usize {
        match self {
            Self::P256 | Self::Secp256k1 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The number in the COSE registry.
    pub(crate) const fn cose_id(self) -> i64 {
        match self {
            Self::P256 => 1,
            Self::P384 => 2,
            Self::P521 => 3,
            Self::Secp256k1 => 8,
        }
    }
}

/// How a signature is made and verified: what a crypto provider has to know.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Scheme {
    /// ECDSA over a curve, with the signature in DER.
    Ecdsa(Curve, Hash),
    /// Ed25519.
    Ed25519,
    /// Ed448.
    Ed448,
    /// RSA with PKCS#1 v1.5 padding.
    RsaPkcs1(Hash),
    /// RSA with PSS padding: MGF1 of the same hash, a salt as long as the hash.
    RsaPss(Hash),
    /// ML-DSA-44.
    MlDsa44,
    /// ML-DSA-65.
    MlDsa65,
    /// ML-DSA-87.
    MlDsa87,
}

impl Scheme {
    /// Whether the scheme rests on SHA-1.
    #[must_use]
    pub const fn uses_sha1(self) -> bool {
        matches!(
            self,
            Self::Ecdsa(_, Hash::Sha1) | Self::RsaPkcs1(Hash::Sha1) | Self::RsaPss(Hash::Sha1)
        )
    }
}

macro_rules! algorithms {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $text:literal, $scheme:expr;)*) => {
        /// A signature algorithm of the [COSE registry].
        ///
        /// [COSE registry]: https://www.iana.org/assignments/cose/cose.xhtml#algorithms
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Algorithm {
            $($(#[$doc])* $name,)*
        }

        impl Algorithm {
            /// Every algorithm of the table.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the algorithm with this COSE number.
            #[must_use]
            pub const fn from_cose_id(id: i64) -> Option<Self> {
                match id {
                    $($id => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// Returns the COSE number.
            #[must_use]
            pub const fn cose_id(self) -> i64 {
                match self {
                    $(Self::$name => $id,)*
                }
            }

            /// Returns the name of the COSE registry.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// Returns the signature scheme.
            #[must_use]
            pub const fn scheme(self) -> Scheme {
                match self {
                    $(Self::$name => $scheme,)*
                }
            }
        }
    };
}

algorithms! {
    /// ECDSA over P-256 with SHA-256: what every authenticator has.
    Es256 = -7, "ES256", Scheme::Ecdsa(Curve::P256, Hash::Sha256);
    /// EdDSA, which in WebAuthn means Ed25519.
    EdDsa = -8, "EdDSA", Scheme::Ed25519;
    /// ECDSA over P-256 with SHA-256, under its fully specified number.
    Esp256 = -9, "ESP256", Scheme::Ecdsa(Curve::P256, Hash::Sha256);
    /// Ed25519, under its fully specified number.
    Ed25519 = -19, "Ed25519", Scheme::Ed25519;
    /// ECDSA over P-384 with SHA-384.
    Es384 = -35, "ES384", Scheme::Ecdsa(Curve::P384, Hash::Sha384);
    /// ECDSA over P-521 with SHA-512.
    Es512 = -36, "ES512", Scheme::Ecdsa(Curve::P521, Hash::Sha512);
    /// RSA with PSS padding and SHA-256.
    Ps256 = -37, "PS256", Scheme::RsaPss(Hash::Sha256);
    /// RSA with PSS padding and SHA-384.
    Ps384 = -38, "PS384", Scheme::RsaPss(Hash::Sha384);
    /// RSA with PSS padding and SHA-512.
    Ps512 = -39, "PS512", Scheme::RsaPss(Hash::Sha512);
    /// ECDSA over secp256k1 with SHA-256.
    Es256k = -47, "ES256K", Scheme::Ecdsa(Curve::Secp256k1, Hash::Sha256);
    /// ML-DSA-44.
    MlDsa44 = -48, "ML-DSA-44", Scheme::MlDsa44;
    /// ML-DSA-65.
    MlDsa65 = -49, "ML-DSA-65", Scheme::MlDsa65;
    /// ML-DSA-87.
    MlDsa87 = -50, "ML-DSA-87", Scheme::MlDsa87;
    /// ECDSA over P-384 with SHA-384, under its fully specified number.
    Esp384 = -51, "ESP384", Scheme::Ecdsa(Curve::P384, Hash::Sha384);
    /// ECDSA over P-521 with SHA-512, under its fully specified number.
    Esp512 = -52, "ESP512", Scheme::Ecdsa(Curve::P521, Hash::Sha512);
    /// Ed448.
    Ed448 = -53, "Ed448", Scheme::Ed448;
    /// RSA with PKCS#1 v1.5 padding and SHA-256: Windows Hello.
    Rs256 = -257, "RS256", Scheme::RsaPkcs1(Hash::Sha256);
    /// RSA with PKCS#1 v1.5 padding and SHA-384.
    Rs384 = -258, "RS384", Scheme::RsaPkcs1(Hash::Sha384);
    /// RSA with PKCS#1 v1.5 padding and SHA-512.
    Rs512 = -259, "RS512", Scheme::RsaPkcs1(Hash::Sha512);
    /// RSA with PKCS#1 v1.5 padding and SHA-1: old TPM statements only, and only by policy.
    Rs1 = -65_535, "RS1", Scheme::RsaPkcs1(Hash::Sha1);
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back() {
        for &algorithm in Algorithm::ALL {
            assert_eq!(
                Algorithm::from_cose_id(algorithm.cose_id()),
                Some(algorithm)
            );
        }
        assert_eq!(Algorithm::from_cose_id(0), None);
    }
}
