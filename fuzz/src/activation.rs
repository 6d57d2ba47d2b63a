//! Activation codes as people type them, the addresses they go to, and the state that is stored.

use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng as _;
use mfakit_activation::{
    Activation, ActivationCodes, Address, AddressRule, ClaimError, Claimant, InvalidAddress,
    Purpose, RedeemError, Subject, Transition, TypedCode,
};
use mfakit_core::{SecretArray, UnixTime};
use sha2::{Digest as _, Sha256};

/// What is read as a state is written the same, and so is every state that comes of it.
pub fn activation_state(data: &[u8]) {
    live(data);
    // Chance does not hit upon a right check.
    let check = Sha256::digest(data);
    live(&[data, &check[..4]].concat());
}

fn live(bytes: &[u8]) {
    let Ok(state) = Activation::from_bytes(bytes) else {
        return;
    };
    assert_eq!(state.to_bytes(), bytes);
    assert!(bytes.len() <= Activation::MAX_BYTES);

    let fixed = Address::parse("ann@example.com", AddressRule::Rfc).expect("an address");
    for purpose in [
        Purpose::Enable,
        Purpose::AddBrowser,
        Purpose::ConfirmAddress,
        Purpose::ResetPin,
    ] {
        // The times of the seeds, in which codes are pending, and both ends.
        for now in [0, 1_000, 1_500, 1_900, u64::MAX].map(UnixTime::from_secs) {
            let address = match state.pending(purpose, now) {
                Some(pending) => pending.address().clone(),
                None => fixed.clone(),
            };
            let user = *state.user();
            use_code(
                &state,
                &Subject::new(&user, purpose, &address),
                purpose,
                now,
            );
        }
    }
}

/// Enters a code that was never issued; then has one issued, if that may be, and uses it.
fn use_code(state: &Activation, subject: &Subject<'_>, purpose: Purpose, now: UnixTime) {
    let key = SecretArray::new([7; 32]);
    let codes = ActivationCodes::new(&key);
    let browser = Claimant::from_bytes(&[1; 16]).expect("16 bytes");
    let guess = TypedCode::parse("222-222-222").expect("well formed");
    let (after, verdict) = next(state, codes.claim(state, subject, &browser, &guess, now));
    verdict.expect_err("nobody issued it");
    let (_, verdict) = next(&after, codes.redeem(&after, subject, &browser, now));
    verdict.expect_err("nobody claimed it");

    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let (state, verdict) = next(state, codes.issue(state, subject, now, &mut rng));
    let Ok(issued) = verdict else {
        return;
    };
    let code = TypedCode::parse(issued.expose()).expect("as shown");
    let (state, verdict) = next(&state, codes.claim(&state, subject, &browser, &code, now));
    assert_eq!(verdict.expect("right, and in time").purpose(), purpose);
    let (state, verdict) = next(&state, codes.redeem(&state, subject, &browser, now));
    assert_eq!(verdict.expect("claimed").address(), issued.address());
    let (state, verdict) = next(&state, codes.redeem(&state, subject, &browser, now));
    assert_eq!(verdict.unwrap_err(), RedeemError::CodeConsumed);
    let (state, verdict) = next(&state, codes.claim(&state, subject, &browser, &code, now));
    assert_eq!(verdict.unwrap_err(), ClaimError::CodeConsumed);
    assert!(state.cancel(purpose).pending(purpose, now).is_none());
}

/// The state after the transition, as it is read back.
fn next<V>(before: &Activation, transition: Transition<V>) -> (Activation, V) {
    let changed = transition.is_changed();
    let (after, verdict) = transition.into_parts();
    assert!(changed || after == *before);
    let read = Activation::from_bytes(&after.to_bytes()).expect("we wrote it");
    assert_eq!(read, after);
    (read, verdict)
}

/// What is read as a code is nine symbols and separators; what is read as an address is written the
/// same, and can start no other line.
pub fn activation_text(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    if TypedCode::parse(text).is_ok() {
        assert!(text.len() <= TypedCode::MAX_TEXT_BYTES);
        let symbols: String = text.chars().filter(|c| !" -".contains(*c)).collect();
        assert_eq!(symbols.len(), 9);
        TypedCode::parse(&symbols.to_ascii_lowercase()).expect("the same, however it is typed");
    }

    let restricted = Address::parse(text, AddressRule::Manual);
    match Address::parse(text, AddressRule::Rfc) {
        Ok(address) => {
            let written = address.as_str();
            assert!(written.eq_ignore_ascii_case(text));
            assert!(written.len() <= Address::MAX_BYTES);
            assert!(!written.contains(char::is_control));
            assert_eq!(
                Address::parse(written, AddressRule::Rfc).as_ref(),
                Ok(&address)
            );
            assert!(restricted == Ok(address) || restricted == Err(InvalidAddress::Restricted));
        }
        Err(refused) => assert_eq!(restricted, Err(refused)),
    }
}
