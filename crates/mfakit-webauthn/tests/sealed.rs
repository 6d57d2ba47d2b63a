//! Ceremonies that leave the process as sealed tokens.

#![allow(clippy::expect_used, reason = "tests")]

use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng as _;
use mfakit_core::{Keys, Sealed, UnixTime};
use mfakit_webauthn::{
    Authentication, AuthenticationResponse, Category, CredentialDescriptor, OpenCeremonyError,
    Policy, Registration, RelyingParty, User, UserHandle, Who,
};

const START: UnixTime = UnixTime::from_secs(1_767_225_600);

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed([7; 32])
}

fn rp(id: &str) -> RelyingParty {
    RelyingParty::builder(id)
        .origin(&format!("https://{id}"))
        .build()
        .expect("the relying party is good")
}

fn handle() -> UserHandle {
    UserHandle::from_bytes(b"ada").expect("the handle is short")
}

fn registration(rp: &RelyingParty) -> Registration {
    let user = User::new(handle(), "ada");
    rp.register(&user, &[], Policy::passkey(), START, &mut rng())
        .1
}

#[test]
fn a_token_opens_to_the_same_ceremony() {
    let rp = rp("example.com");
    let keys = Keys::generate(&mut rng());
    let ceremony = registration(&rp);
    let (hash, expires) = (ceremony.challenge_hash(), ceremony.expires());
    let token = ceremony.seal(&keys, &mut rng());
    let again = Registration::open(&token, &rp, &keys, START).expect("the token opens");
    assert_eq!(again.challenge_hash(), hash);
    assert_eq!(again.expires(), expires);
    assert_eq!(again.user(), &handle());

    let known = [CredentialDescriptor::new(b"credential")];
    let (_, ceremony) = rp.authenticate(
        Who::Known(&handle(), &known),
        Policy::second_factor(),
        START,
        &mut rng(),
    );
    let token = ceremony.seal(&keys, &mut rng());
    let again = Authentication::open(&token, &rp, &keys, START).expect("the token opens");
    assert_eq!(again.user(), Some(&handle()));
}

#[test]
fn a_token_ends_with_its_ceremony() {
    let rp = rp("example.com");
    let keys = Keys::generate(&mut rng());
    let token = registration(&rp).seal(&keys, &mut rng());
    let open = |secs| Registration::open(&token, &rp, &keys, UnixTime::from_secs(secs)).map(drop);
    assert_eq!(open(START.as_secs() + 299), Ok(()));
    assert_eq!(open(START.as_secs() + 300), Err(OpenCeremonyError::Expired));
}

#[test]
fn a_token_is_for_one_purpose_and_one_relying_party() {
    let rp_one = rp("example.com");
    let keys = Keys::generate(&mut rng());
    let token = registration(&rp_one).seal(&keys, &mut rng());
    let elsewhere = Registration::open(&token, &rp("example.net"), &keys, START);
    assert!(matches!(elsewhere, Err(OpenCeremonyError::Sealed(_))));
    let sign_in = Sealed::<Authentication>::from_bytes(token.as_bytes().to_vec());
    let other = Authentication::open(&sign_in, &rp_one, &keys, START);
    assert!(matches!(other, Err(OpenCeremonyError::Sealed(_))));
}

#[test]
fn the_lists_of_a_ceremony_may_be_filled_at_its_end() {
    let rp = rp("example.com");
    let keys = Keys::generate(&mut rng());
    let known: Vec<_> = (0..100)
        .map(|number| CredentialDescriptor::new(&[number; 64]))
        .collect();
    let who = Who::Known(&handle(), &known);
    let (_, ceremony) = rp.authenticate(who, Policy::passkey(), START, &mut rng());
    let token = ceremony.allowing([]).seal(&keys, &mut rng());
    assert!(token.as_bytes().len() < 256, "{}", token.as_bytes().len());

    let answer = AuthenticationResponse::from_parts(&[3; 64], b"{}", &[], &[], None);
    let open = || Authentication::open(&token, &rp, &keys, START).expect("the token opens");
    let refused = open()
        .claim(&answer)
        .map(drop)
        .expect_err("nothing is allowed");
    assert_eq!(refused.category(), Category::UnknownCredential);
    let filled = open().allowing(known.iter().map(CredentialDescriptor::id));
    assert!(filled.claim(&answer).is_ok());

    let user = User::new(handle(), "ada");
    let (_, ceremony) = rp.register(&user, &known, Policy::passkey(), START, &mut rng());
    let token = ceremony.excluding([]).seal(&keys, &mut rng());
    assert!(token.as_bytes().len() < 256, "{}", token.as_bytes().len());
}
