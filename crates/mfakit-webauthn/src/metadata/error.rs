//! Why a BLOB was refused.

use core::fmt;

macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        /// A BLOB of the metadata service was refused. Go on with the one from before, and log it.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum MetadataError {
            $($(#[$doc])* $name,)*
        }

        impl MetadataError {
            /// Every error, by ascending code.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the stable code, such as `M005`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }

        impl fmt::Display for MetadataError {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$name => $text,)*
                })
            }
        }
    };
}

errors! {
    /// It is longer than [`MAX_BLOB_BYTES`](super::MAX_BLOB_BYTES).
    TooLarge = "M001", "metadata too large";
    /// It is no JSON Web Signature in compact form with the certificates of its signer.
    Signature = "M002", "malformed metadata signature";
    /// It is signed with an algorithm that is not known, or that the provider does not verify.
    Algorithm = "M003", "algorithm of the metadata signature not supported";
    /// There is no certificate in it, one of them cannot be read, or they are too many.
    Certificates = "M004", "malformed certificates of the metadata signer";
    /// The chain would lead to an anchor if its certificates were good: expired, not for issuing.
    ChainInvalid = "M005", "certificate chain of the metadata signer invalid";
    /// No chain leads from the signer to an anchor.
    Untrusted = "M006", "no chain from the metadata signer to a trust anchor";
    /// The certificate of the signer is for another name.
    SignerName = "M007", "metadata signer of another name";
    /// A revocation list that was given cannot be read.
    RevocationList = "M008", "malformed revocation list";
    /// A revocation list about a certificate of the chain does not have its issuer's signature.
    RevocationListSignature = "M009", "revocation list is not signed by the issuer";
    /// A revocation list about a certificate of the chain is from the future, or its successor is
    /// due.
    RevocationListOutdated = "M010", "revocation list out of date";
    /// No revocation list that was given is about a certificate of the chain, and the policy asks
    /// for one about each.
    RevocationUnknown = "M011", "no revocation list about a certificate of the chain";
    /// A certificate of the chain was revoked.
    Revoked = "M012", "certificate of the metadata signer revoked";
    /// The signature does not verify.
    SignatureInvalid = "M013", "metadata signature does not verify";
    /// The payload is not a JSON object with number, date of the next update and entries.
    Payload = "M014", "malformed metadata";
    /// Its number is below that of the BLOB from before.
    RolledBack = "M015", "metadata is older than the metadata from before";
    /// The next update should have come longer ago than the policy allows.
    Overdue = "M016", "metadata is overdue";
}

impl core::error::Error for MetadataError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;
    use alloc::format;

    #[test]
    fn codes_are_unique_and_in_order() {
        let codes: BTreeSet<_> = MetadataError::ALL.iter().map(|e| e.code()).collect();
        assert_eq!(codes.len(), MetadataError::ALL.len());
        assert!(MetadataError::ALL.is_sorted_by_key(|error| error.code()));
        for error in MetadataError::ALL {
            assert!(!format!("{error}").ends_with('.'), "{error:?}");
        }
    }
}
