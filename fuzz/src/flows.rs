//! What the record, the tokens and the key file are read from.

use chacha20::ChaCha20Rng;
use mfakit_core::{Keys, Ring, SealContext, Sealed, UnixTime, UserId};
use mfakit_flows::{
    Context, Next, PendingSignIn, Profile, SessionGrant, Source, StoredGrant, UserRecord,
};
use mfakit_totp::TypedCode;
use rand_core::SeedableRng as _;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([7; 32])
}

fn user() -> UserId {
    UserId::from_bytes(b"fuzz").expect("length is in range")
}

/// The input is what was sealed: the decoder never panics, a record that opens is written back as
/// the same record, and every flow over it ends in a verdict.
pub fn user_record(data: &[u8]) {
    let keys = Keys::generate(&mut rng());
    let key = UserRecord::storage_key(user(), &keys);
    let context = SealContext::new("mfakit user record").with(&key);
    let sealed = keys.seal(Ring::Seal, &context, data, &mut rng());
    let open = |sealed: &[u8]| UserRecord::open(sealed, &key, &keys);
    let Ok(record) = open(&sealed) else {
        return;
    };

    let written = record.seal(&keys, &mut rng());
    let again = open(&written).expect("we wrote it, so we can read it");
    assert_eq!(again.devices(), record.devices());
    assert_eq!(again.tombstones(), record.tombstones());
    assert_eq!(again.events(), record.events());
    assert_eq!(again.due(), record.due());

    let (profile, source) = (Profile::cockpit(), Source::unknown());
    let context = Context::new(NOW, &source, &profile);
    let on = record.is_on();
    let next = record.after_first_factor(&context, &mut rng());
    match next.after_write() {
        Ok(Next::Granted(grant)) => {
            assert!(!on, "a session for the first factor alone while on");
            let _ = again.begin_totp(&grant, &context, &mut rng());
        }
        Ok(Next::SecondFactor { pending, .. }) => {
            let code = TypedCode::parse("000000").expect("six digits");
            let _ = again.verify_totp(&pending, &code, &context, &mut rng());
        }
        Ok(_) => {}
        Err(never) => match never {},
    }
}

/// Whatever text comes as a token: another service's keys do not open it. Whatever was sealed as one: reading it never
/// panics, and a grant that nobody issued is not resumed.
pub fn sealed_token(data: &[u8]) {
    let keys = Keys::generate(&mut rng());
    let others = Keys::generate(&mut ChaCha20Rng::from_seed([8; 32]));
    if let Ok(text) = std::str::from_utf8(data) {
        if let Ok(token) = Sealed::<SessionGrant>::from_text(text) {
            assert_eq!(token.to_text(), text, "a token has one text form");
            assert!(StoredGrant::open(&token, &others).is_err());
        }
        if let Ok(token) = Sealed::<PendingSignIn>::from_text(text) {
            assert!(PendingSignIn::open(&token, &others, b"browser").is_err());
        }
    }

    let (profile, source) = (Profile::cockpit(), Source::unknown());
    let context = Context::new(NOW, &source, &profile);
    let record = UserRecord::create(user(), &context, &mut rng());
    let seal = |context: &SealContext| keys.seal(Ring::Token, context, data, &mut rng());
    let grant = Sealed::from_bytes(seal(&SealContext::new("mfakit session grant")));
    if let Ok(stored) = StoredGrant::open(&grant, &keys) {
        // The generation is 128 random bits of the record.
        assert!(record.resume(stored).is_err());
    }
    let pending = seal(&SealContext::new("mfakit pending sign-in").with(b"browser"));
    if let Ok(pending) = PendingSignIn::open(&Sealed::from_bytes(pending), &keys, b"browser") {
        assert!(record.offers(&pending, &context).is_err());
    }
}

/// Keys that are read are written back as the same keys.
pub fn key_text(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(keys) = Keys::parse(text) else {
        return;
    };
    let written = keys.to_text();
    let again = Keys::parse(&written).expect("we wrote it, so we can read it");
    assert_eq!(*again.to_text(), *written);
    assert_eq!(again.store_id(), keys.store_id());
}
