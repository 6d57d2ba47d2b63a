//! Nothing that is printed holds a challenge, a user handle or a credential id.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "support/authenticator.rs"]
mod authenticator;

use authenticator::{CHALLENGE, CREDENTIAL_ID, Registration, START, SignIn, USER, base64url, rp};
use mfakit_webauthn::{Policy, Who, danger};

/// The forms in which bytes end up in logs.
fn forms(secret: &[u8]) -> [String; 4] {
    let list = format!("{secret:?}");
    let inside = list.trim_matches(['[', ']']).to_owned();
    let hex = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let text = String::from_utf8_lossy(secret).into_owned();
    [inside, hex, base64url(secret), text]
}

#[test]
fn debug_and_display_are_silent() {
    let user = authenticator::user();
    let registration =
        danger::registration_with_challenge(&rp(), &user, &[], Policy::passkey(), CHALLENGE, START);
    let sign_in = SignIn::default();
    let who = Who::Known(&user, &sign_in.allow);
    let authentication =
        danger::authentication_with_challenge(&rp(), who, Policy::passkey(), CHALLENGE, START);
    let credential = Registration::default().finish().expect("it is valid");
    let refused = Registration {
        flags: 0,
        ..Registration::default()
    }
    .finish()
    .expect_err("it is not");
    let kept = Registration {
        trust: mfakit_webauthn::Trust::unverified().keeping_attestations(),
        ..Registration::default()
    };
    let kept = kept.finish().expect("it is valid");
    let signals = [
        rp().signal_unknown_credential(CREDENTIAL_ID),
        rp().signal_all_accepted_credentials(&user, [CREDENTIAL_ID]),
    ];
    let printed = format!(
        "{registration:?} {authentication:?} {:?} {credential:?} {user:?} {refused:?} {refused} \
         {kept:?} {signals:?}",
        sign_in.record
    );
    for secret in [CHALLENGE, CREDENTIAL_ID, USER] {
        for form in forms(secret) {
            assert!(!printed.contains(&form), "{form} in {printed}");
        }
    }
}
