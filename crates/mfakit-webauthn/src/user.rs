//! The user of a ceremony, and the credentials that are asked for or excluded.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use mfakit_core::{InvalidUserId, UserId};
use rand_core::CryptoRng;

/// The user handle: 1 to 64 opaque bytes that authenticators store and show to nobody.
///
/// Make one per user, random, and keep it with the user's record. It is neither the service's id
/// of the user nor anything that says who it is ([L3 section 14.6.1]).
///
/// [L3 section 14.6.1]: https://www.w3.org/TR/webauthn-3/#sctn-user-handle-privacy
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct UserHandle(UserId);

impl UserHandle {
    /// Makes a handle of bytes that were stored.
    ///
    /// # Errors
    ///
    /// [`InvalidUserId`] if there are none, or more than 64.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidUserId> {
        UserId::from_bytes(bytes).map(Self)
    }

    /// Makes a new handle of 32 random bytes.
    ///
    /// # Panics
    ///
    /// Never: 32 bytes are not more than 64.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the length is a constant")]
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(UserId::from_bytes(&bytes).expect("32 bytes are short enough"))
    }

    /// Returns the bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for UserHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserHandle").finish_non_exhaustive()
    }
}

/// The user for whom a credential is made.
#[derive(Clone)]
pub struct User {
    pub(crate) handle: UserHandle,
    pub(crate) name: String,
    pub(crate) display_name: String,
}

impl User {
    /// Describes a user: the handle, and the name that tells accounts apart in the browser's list.
    #[must_use]
    pub fn new(handle: UserHandle, name: &str) -> Self {
        Self {
            handle,
            name: name.to_owned(),
            display_name: name.to_owned(),
        }
    }

    /// Sets the name to address the person by, if it is not the account's name.
    #[must_use]
    pub fn with_display_name(mut self, display_name: &str) -> Self {
        display_name.clone_into(&mut self.display_name);
        self
    }

    /// Returns the user handle.
    #[must_use]
    pub const fn handle(&self) -> &UserHandle {
        &self.handle
    }
}

/// Names nobody.
impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").finish_non_exhaustive()
    }
}

/// A credential id with the ways to reach its authenticator.
#[derive(Clone, Eq, PartialEq)]
pub struct CredentialDescriptor {
    pub(crate) id: Vec<u8>,
    pub(crate) transports: Vec<String>,
}

impl CredentialDescriptor {
    /// Names a credential.
    #[must_use]
    pub fn new(id: &[u8]) -> Self {
        Self {
            id: id.into(),
            transports: Vec::new(),
        }
    }

    /// Adds the transports that the registration reported.
    #[must_use]
    pub fn with_transports(mut self, transports: &[String]) -> Self {
        self.transports = transports.into();
        self
    }

    /// Returns the credential id.
    #[must_use]
    pub fn id(&self) -> &[u8] {
        &self.id
    }
}

impl fmt::Debug for CredentialDescriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialDescriptor")
            .field("transports", &self.transports)
            .finish_non_exhaustive()
    }
}
