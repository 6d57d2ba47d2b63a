//! The secret that is not in the database.

use mfakit_core::SecretArray;

/// A secret kept apart from the database, and the number that stands with the hashes made with it.
///
/// It is Argon2's *secret value* ([RFC 9106 section 3.1]). Without it, all 9,990 PINs of four digits
/// are tried against a leaked hash within minutes, whatever one hash costs; with it, none can be
/// tried. So it is an argument that nobody can leave out. Keep it where a copy of the database does
/// not reach: a key file, a secret manager, a hardware module.
///
/// To replace it, make a new one with a new number, hash with that one, and keep the old one until
/// no stored hash names it any more ([`PinHasher::needs_rehash`](crate::PinHasher::needs_rehash)).
///
/// [RFC 9106 section 3.1]: https://www.rfc-editor.org/rfc/rfc9106#section-3.1
#[derive(Clone, Copy, Debug)]
pub struct Pepper<'k> {
    id: u32,
    secret: &'k SecretArray<32>,
}

impl<'k> Pepper<'k> {
    /// Names a secret.
    ///
    /// # Inputs
    ///
    /// - `id`: the number stored with each hash; never used again for another secret.
    /// - `secret`: 32 bytes from a cryptographic generator, used for nothing else.
    #[must_use]
    pub const fn new(id: u32, secret: &'k SecretArray<32>) -> Self {
        Self { id, secret }
    }

    /// Returns the number stored with the hashes made with this pepper.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    pub(crate) const fn secret(&self) -> &'k [u8; 32] {
        self.secret.expose()
    }
}
