//! What kind of authenticator it is.

use mfakit_webauthn::Algorithm;

use crate::key::RsaBits;

/// What an authenticator can do, and how it answers.
///
/// Set the fields of [`Authenticator::settings`](crate::Authenticator::settings); they hold from
/// the next ceremony on.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent settings, each named where it is set"
)]
#[non_exhaustive]
pub struct Settings {
    /// The algorithms that it has keys for. The relying party's preference decides among them.
    pub algorithms: Vec<Algorithm>,
    /// The length of its RSA keys.
    pub rsa_bits: RsaBits,
    /// The model.
    pub aaguid: [u8; 16],
    /// Length of new credential ids, in bytes.
    pub credential_id_bytes: usize,
    /// Whether the user does something with it: the UP flag.
    pub user_presence: bool,
    /// Whether it verifies its user: the UV flag, unless verification is discouraged.
    pub user_verification: bool,
    /// Whether new credentials may be copied to other devices: the BE flag.
    pub backup_eligible: bool,
    /// Whether new credentials have been copied: the BS flag.
    pub backed_up: bool,
    /// Whether it can keep credentials that are found without their id.
    pub resident_keys: bool,
    /// How the signature counter runs.
    pub counter: CounterBehavior,
    /// What the browser says of where it is.
    pub attachment: Option<String>,
    /// What the browser says of how it is reached.
    pub transports: Vec<String>,
    /// Which statement leaves the browser.
    pub conveyance: Conveyance,
    /// `minPinLength`, for the relying parties that it trusts with it.
    pub min_pin_length: Option<u8>,
    /// `uvm`: factor, key protection and matcher protection of the method of user verification.
    pub uvm: Option<[u32; 3]>,
    /// `largeBlob`, and `credBlob` too: whether it keeps blobs.
    pub blobs: bool,
    /// `prf` and `hmac-secret`.
    pub hmac_secret: bool,
    /// `credProtect`.
    pub credential_protection: bool,
}

/// How a signature counter runs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum CounterBehavior {
    /// It stays at zero: there is none, as with passkeys that are copied.
    Zero,
    /// Each credential has its own, which grows by one with each signature.
    PerCredential,
    /// All credentials share one, which grows by one with each signature.
    Shared,
}

/// What the browser makes of the attestation.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Conveyance {
    /// As the relying party asks: none unless it asks for one.
    AsAsked,
    /// The authenticator's statement whatever was asked, as a browser must not do.
    Always,
}

impl Default for Settings {
    /// A security key with user verification: ES256, a counter of each credential, every
    /// extension.
    fn default() -> Self {
        Self {
            algorithms: vec![Algorithm::Es256],
            rsa_bits: RsaBits::B2048,
            aaguid: *b"mfakit-testkit\0\x01",
            credential_id_bytes: 32,
            user_presence: true,
            user_verification: true,
            backup_eligible: false,
            backed_up: false,
            resident_keys: true,
            counter: CounterBehavior::PerCredential,
            attachment: Some("cross-platform".into()),
            transports: vec!["nfc".into(), "usb".into()],
            conveyance: Conveyance::AsAsked,
            min_pin_length: Some(4),
            uvm: Some([4, 2, 2]),
            blobs: true,
            hmac_secret: true,
            credential_protection: true,
        }
    }
}
