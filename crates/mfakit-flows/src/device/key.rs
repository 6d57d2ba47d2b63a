//! A WebAuthn credential as the record keeps it.

use alloc::string::String;
use alloc::vec::Vec;

use mfakit_core::UnixTime;
use mfakit_webauthn::{
    Aaguid, CredentialDescriptor, CredentialRecord, Error, NewCredential, PublicKey, RecordUpdate,
    UserHandle,
};
use minicbor::bytes::ByteVec;
use minicbor::{CborLen, Decode, Encode};

use crate::codec::{Model, Time, via_bytes};
use crate::{Context, DeviceName};

/// The user handle: random, of its own, known to the user's authenticators.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Handle(pub(crate) UserHandle);
via_bytes!(Handle, |handle| handle.0.as_bytes(), |bytes| {
    UserHandle::from_bytes(bytes).ok().map(Handle)
});

/// Browsers name a handful of transports, by short words.
const MAX_TRANSPORTS: usize = 8;
const MAX_TRANSPORT_BYTES: usize = 16;

/// What is kept of a credential. The key itself is parsed when it is needed: a record may hold a
/// hundred, and a sign-in uses one.
#[derive(CborLen, Clone, Debug, Decode, Encode)]
pub(crate) struct Key {
    #[n(0)]
    id: ByteVec,
    #[n(1)]
    user: Handle,
    /// The public key in COSE form.
    #[n(2)]
    cose: ByteVec,
    #[n(3)]
    sign_count: u32,
    #[n(4)]
    transports: Vec<String>,
    #[n(5)]
    uv_initialized: bool,
    #[n(6)]
    backup_eligible: Option<bool>,
    #[n(7)]
    backup_state: bool,
    #[n(8)]
    aaguid: Model,
    #[n(9)]
    created: Time,
    #[n(10)]
    last_used: Option<Time>,
    /// Whether a trusted attestation says that it is a piece of hardware.
    #[n(11)]
    attested: bool,
    /// Whether the browser said that it can be found without its id.
    #[n(12)]
    discoverable: Option<bool>,
}

impl Key {
    /// Keeps a credential that was registered just now.
    pub(crate) fn registered(credential: &NewCredential) -> Self {
        let mut key = Self::of(credential.record());
        key.attested = credential.attestation().is_trusted();
        key.discoverable = credential.discoverable();
        key
    }

    fn of(record: &CredentialRecord) -> Self {
        let named = |name: &&String| {
            name.len() <= MAX_TRANSPORT_BYTES && name.bytes().all(|b| b.is_ascii_graphic())
        };
        let transports = record.transports.iter().filter(named);
        Self {
            id: record.id.clone().into(),
            user: Handle(record.user),
            cose: record.public_key.as_cose().to_vec().into(),
            sign_count: record.sign_count,
            transports: transports.take(MAX_TRANSPORTS).cloned().collect(),
            uv_initialized: record.uv_initialized,
            backup_eligible: record.backup_eligible,
            backup_state: record.backup_state,
            aaguid: Model(record.aaguid),
            created: Time(record.created),
            last_used: record.last_used.map(Time),
            attested: false,
            discoverable: None,
        }
    }

    /// Returns the record that assertions are verified with.
    pub(crate) fn credential(&self) -> Result<CredentialRecord, Error> {
        let key = PublicKey::from_cose(&self.cose).map_err(Error::from_record)?;
        let mut record = CredentialRecord::import(
            self.id.to_vec(),
            self.user.0,
            key,
            self.sign_count,
            self.created.0,
        );
        record.transports.clone_from(&self.transports);
        record.uv_initialized = self.uv_initialized;
        record.backup_eligible = self.backup_eligible;
        record.backup_state = self.backup_state;
        record.aaguid = self.aaguid.0;
        record.last_used = self.last_used.map(|time| time.0);
        Ok(record)
    }

    /// Notes an accepted assertion; the counter never goes back.
    pub(crate) fn used(&mut self, update: RecordUpdate, now: UnixTime) {
        self.sign_count = self.sign_count.max(update.sign_count);
        self.backup_eligible = Some(update.backup_eligible);
        self.backup_state = update.backup_state;
        self.uv_initialized = update.uv_initialized;
        self.last_used = Some(Time(now));
    }

    pub(crate) fn id(&self) -> &[u8] {
        &self.id
    }

    pub(crate) fn descriptor(&self) -> CredentialDescriptor {
        CredentialDescriptor::new(&self.id).with_transports(&self.transports)
    }

    /// Whether it may be copied to other devices; what is not known may be.
    pub(crate) fn can_sync(&self) -> bool {
        self.backup_eligible.unwrap_or(true)
    }

    pub(crate) const fn is_synced(&self) -> bool {
        self.backup_state
    }

    /// Whether it is proven to be a piece of hardware that keeps its key to itself.
    pub(crate) fn is_hardware(&self) -> bool {
        self.attested && !self.can_sync()
    }

    /// Whether an assertion with user verification can reach AAL3.
    pub(crate) fn can_give_aal3(&self, context: &Context<'_>) -> bool {
        context.profile.aal3 && self.is_hardware()
    }

    /// How many bytes it takes in the record, at most.
    pub(crate) fn stored_bytes(&self) -> usize {
        minicbor::len(self)
    }

    /// The name of a key that its owner did not name; numbered from the second on.
    pub(crate) fn default_name(&self, number: u32) -> DeviceName {
        DeviceName::numbered(self.aaguid.0.name().unwrap_or("Security key"), number)
    }

    pub(crate) fn view(&self) -> KeyView {
        KeyView {
            transports: self.transports.clone(),
            aaguid: self.aaguid.0,
            model: self.aaguid.0.name(),
            synced: self.is_synced(),
            can_sync: self.can_sync(),
            hardware: self.is_hardware(),
            passkey: self.discoverable,
            user_verified: self.uv_initialized,
        }
    }
}

/// A key as its owner may see it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each shown by itself"
)]
#[non_exhaustive]
pub struct KeyView {
    /// How to reach it, in the browser's words: `usb`, `nfc`, `ble`, `hybrid`, `internal`.
    pub transports: Vec<String>,
    /// Its model, in the maker's number. Nobody has proven it unless `hardware` is set.
    pub aaguid: Aaguid,
    /// The name of that model, where it is a known one.
    pub model: Option<&'static str>,
    /// Whether it was copied to other devices when it was used last.
    pub synced: bool,
    /// Whether it may be copied to other devices.
    pub can_sync: bool,
    /// Whether a trusted attestation says that it is a piece of hardware and cannot be copied.
    pub hardware: bool,
    /// Whether it can sign in alone (is discoverable), where the browser told.
    pub passkey: Option<bool>,
    /// Whether it has ever verified its user.
    pub user_verified: bool,
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;
    use alloc::vec;

    use super::*;
    use crate::plain;

    /// The generator of P-256: a good key that nobody uses.
    pub(crate) const COSE: [u8; 77] = {
        let x = [
            0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4,
            0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45,
            0xd8, 0x98, 0xc2, 0x96,
        ];
        let y = [
            0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f,
            0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68,
            0x37, 0xbf, 0x51, 0xf5,
        ];
        let head = [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32];
        let mut cose = [0; 77];
        let mut i = 0;
        while i < 77 {
            cose[i] = match i {
                0..10 => head[i],
                10..42 => x[i - 10],
                42 => 0x22,
                43 => 0x58,
                44 => 32,
                _ => y[i - 45],
            };
            i += 1;
        }
        cose
    };

    fn record() -> CredentialRecord {
        let user = UserHandle::from_bytes(&[7; 32]).unwrap();
        let key = PublicKey::from_cose(&COSE).unwrap();
        let mut record = CredentialRecord::import(
            vec![0x1d; 64],
            user,
            key,
            41,
            UnixTime::from_secs(1_700_000_000),
        );
        record.transports = ["usb", "carrier-pigeon"].map(Into::into).into();
        record.backup_eligible = Some(true);
        record.backup_state = true;
        record.uv_initialized = true;
        record.aaguid = Aaguid([0xaa; 16]);
        record.last_used = Some(UnixTime::from_secs(1_700_000_001));
        record
    }

    #[test]
    fn a_credential_survives_the_round_trip() {
        for (backup_eligible, last_used) in [(Some(true), true), (Some(false), false), (None, true)]
        {
            let mut record = record();
            record.backup_eligible = backup_eligible;
            record.last_used = record.last_used.filter(|_| last_used);
            let bytes = plain::encode(&Key::of(&record));
            let read: Key = plain::decode(&bytes).unwrap();
            assert_eq!(read.credential().unwrap(), record);
        }
    }

    #[test]
    fn what_browsers_never_say_is_not_kept() {
        let mut record = record();
        record.transports = (0..100).map(|i| i.to_string()).collect();
        record.transports.insert(0, "x".repeat(1000));
        record.transports.insert(0, "u\nsb".to_string());
        let kept = Key::of(&record).transports;
        assert_eq!(kept, ["0", "1", "2", "3", "4", "5", "6", "7"]);
    }

    #[test]
    fn a_damaged_key_is_an_error_of_its_sign_in_alone() {
        let mut key = Key::of(&record());
        key.cose = vec![0xa0].into();
        assert!(key.credential().is_err());
        assert_eq!(key.view().aaguid, Aaguid([0xaa; 16]));
    }

    #[test]
    fn what_is_not_known_to_stay_may_be_copied() {
        let mut record = record();
        record.backup_eligible = None;
        let mut key = Key::of(&record);
        key.attested = true;
        assert!(key.can_sync() && !key.is_hardware());
        key.backup_eligible = Some(false);
        assert!(!key.can_sync() && key.is_hardware());
    }
}
