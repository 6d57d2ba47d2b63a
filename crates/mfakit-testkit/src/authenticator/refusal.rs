//! Why no response was made.

use core::fmt;

/// Why an authenticator, or the browser before it, makes no response.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// It holds one of the credentials to exclude: browsers say `InvalidStateError`.
    Excluded,
    /// It has keys for none of the algorithms asked for: browsers say `NotSupportedError`.
    NoAlgorithm,
    /// It holds none of the credentials asked for: browsers say `NotAllowedError`.
    NoCredential,
    /// The options are no JSON, or miss what they must have.
    Options,
    /// It cannot keep the credential that is asked for.
    ResidentKey,
    /// It cannot verify its user, which is asked for.
    UserVerification,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Excluded => "holds a credential of the exclude list",
            Self::NoAlgorithm => "no algorithm in common",
            Self::NoCredential => "no credential that was asked for",
            Self::Options => "malformed options",
            Self::ResidentKey => "cannot keep discoverable credentials",
            Self::UserVerification => "cannot verify its user",
        })
    }
}

impl core::error::Error for Refusal {}
