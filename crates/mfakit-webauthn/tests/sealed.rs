//! Ceremonies that leave the process as sealed tokens.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

#[path = "support/authenticator.rs"]
mod authenticator;

use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng as _;
use mfakit_core::{Keys, OpenError, Ring, SealContext, Sealed, UnixTime};
use mfakit_webauthn::{
    Authentication, AuthenticationResponse, BackupRule, Category, Counter, CounterRule,
    CredentialDescriptor, Error, NewCredential, OpenCeremonyError, Policy, Reason, Registration,
    RegistrationResponse, RelyingParty, Trust, User, UserHandle, UserVerification,
    VerifiedAssertion, Who, danger,
};
use sha2::{Digest as _, Sha256};

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

/// The verdict of a ceremony that left the process and came back.
fn register(made: &authenticator::Registration) -> Result<NewCredential, Error> {
    let ceremony = danger::registration_with_challenge(
        &made.rp,
        &authenticator::user(),
        &made.exclude,
        made.policy,
        authenticator::CHALLENGE,
        START,
    );
    let keys = Keys::generate(&mut rng());
    let token = ceremony.seal(&keys, &mut rng());
    let ceremony = Registration::open(&token, &made.rp, &keys, START).expect("the token opens");
    let json = made.to_json();
    let response = RegistrationResponse::from_json(&json)?;
    ceremony.finish(&made.rp, &response, START, &made.trust)
}

fn sign_in(made: &authenticator::SignIn) -> Result<VerifiedAssertion, Error> {
    let user = authenticator::user();
    let who = if made.known {
        Who::Known(&user, &made.allow)
    } else {
        Who::Discoverable
    };
    let ceremony = danger::authentication_with_challenge(
        &made.rp,
        who,
        made.policy,
        authenticator::CHALLENGE,
        START,
    );
    let keys = Keys::generate(&mut rng());
    let token = ceremony.seal(&keys, &mut rng());
    let ceremony = Authentication::open(&token, &made.rp, &keys, START).expect("the token opens");
    let json = made.to_json();
    let response = AuthenticationResponse::from_json(&json)?;
    let claim = ceremony.claim(&response)?;
    ceremony.finish(&made.rp, claim, &made.record, START)
}

#[test]
fn a_registration_keeps_its_rules_in_the_token() {
    use authenticator::{AT, CREDENTIAL_ID, UP};

    let made = register(&authenticator::Registration::default()).expect("it is valid");
    assert_eq!(made.record().user, authenticator::user());
    let good = authenticator::Registration::default;
    let other_challenge = String::from_utf8(good().client_data)
        .expect("it is JSON")
        .replace("xMTE", "xMTF");
    let refusals = [
        (
            Reason::Challenge,
            authenticator::Registration {
                client_data: other_challenge.into_bytes(),
                ..good()
            },
        ),
        (
            Reason::AlreadyRegistered,
            authenticator::Registration {
                exclude: vec![CredentialDescriptor::new(CREDENTIAL_ID)],
                ..good()
            },
        ),
        (
            Reason::AttestationRequired,
            authenticator::Registration {
                policy: Policy::attested(),
                trust: Trust::unverified(),
                ..good()
            },
        ),
        (
            Reason::UserVerification,
            authenticator::Registration {
                policy: Policy::passkey().with_user_verification(UserVerification::Required),
                flags: UP | AT,
                ..good()
            },
        ),
        (
            Reason::UserPresence,
            authenticator::Registration {
                flags: AT,
                ..good()
            },
        ),
    ];
    for (reason, made) in refusals {
        let refused = register(&made).map_err(|error| error.reason());
        assert_eq!(refused.map(drop), Err(reason));
    }
    let conditional = authenticator::Registration {
        policy: Policy::passkey().conditional(),
        flags: AT,
        ..good()
    };
    assert_eq!(register(&conditional).map(drop), Ok(()));
    let not_verified = authenticator::Registration {
        flags: UP | AT,
        ..good()
    };
    assert_eq!(register(&not_verified).map(drop), Ok(()));
}

#[test]
fn a_sign_in_keeps_its_rules_in_the_token() {
    use authenticator::{BE, UP, UV};

    let good = authenticator::SignIn::default;
    let proof = sign_in(&good()).expect("it is valid");
    assert_eq!(proof.counter(), Counter::Ok);
    let other = UserHandle::from_bytes(b"eve").expect("the handle is short");
    let mut of_another = good().record;
    of_another.user = other;
    let refusals = [
        (
            Reason::NotAllowed,
            authenticator::SignIn {
                allow: vec![CredentialDescriptor::new(b"another")],
                ..good()
            },
        ),
        (
            Reason::OtherUser,
            authenticator::SignIn {
                record: of_another,
                user_handle: None,
                ..good()
            },
        ),
        (
            Reason::NoUserHandle,
            authenticator::SignIn {
                known: false,
                user_handle: None,
                ..good()
            },
        ),
        (
            Reason::UserVerification,
            authenticator::SignIn {
                policy: Policy::passkey().with_user_verification(UserVerification::Required),
                flags: UP,
                ..good()
            },
        ),
        (
            Reason::SignCount,
            authenticator::SignIn {
                counter: 7,
                ..good()
            },
        ),
        (
            Reason::BackupEligibilityChanged,
            authenticator::SignIn {
                flags: UP | UV | BE,
                ..good()
            },
        ),
    ];
    for (reason, made) in refusals {
        let refused = sign_in(&made).map_err(|error| error.reason());
        assert_eq!(refused.map(drop), Err(reason));
    }
    let lenient = authenticator::SignIn {
        policy: Policy::passkey()
            .with_counter(CounterRule::AcceptAndReport)
            .with_backup(BackupRule::AcceptAndReport),
        flags: UP | BE,
        counter: 7,
        ..good()
    };
    let proof = sign_in(&lenient).expect("it is let pass");
    assert_eq!(proof.counter(), Counter::Regressed);
    assert!(proof.backup_eligibility_changed());
    let each = [
        (CounterRule::AcceptAndReport, BackupRule::Refuse),
        (CounterRule::Refuse, BackupRule::AcceptAndReport),
    ];
    let reasons = [Reason::BackupEligibilityChanged, Reason::SignCount];
    for ((counter, backup), reason) in each.into_iter().zip(reasons) {
        let made = authenticator::SignIn {
            policy: Policy::passkey().with_counter(counter).with_backup(backup),
            flags: UP | BE,
            counter: 7,
            ..good()
        };
        let refused = sign_in(&made).map_err(|error| error.reason());
        assert_eq!(refused.map(drop), Err(reason));
    }
}

#[test]
fn no_byte_of_a_token_can_be_changed() {
    let rp = rp("example.com");
    let keys = Keys::generate(&mut rng());
    let token = registration(&rp).seal(&keys, &mut rng());
    for position in 0..token.as_bytes().len() {
        let mut bytes = token.as_bytes().to_vec();
        bytes[position] ^= 1;
        let opened = Registration::open(&Sealed::from_bytes(bytes), &rp, &keys, START);
        assert!(
            matches!(opened, Err(OpenCeremonyError::Sealed(_))),
            "byte {position}"
        );
    }
}

#[test]
fn a_token_opens_with_its_keys_alone() {
    let rp = rp("example.com");
    let keys = Keys::generate(&mut rng());
    let token = registration(&rp).seal(&keys, &mut rng());
    let others = Keys::generate(&mut ChaCha20Rng::from_seed([8; 32]));
    let opened = Registration::open(&token, &rp, &others, START).map(drop);
    assert_eq!(opened, Err(OpenCeremonyError::Sealed(OpenError::Forged)));
}

/// A token of the same keys whose plain text was changed.
fn forged(keys: &Keys, change: impl FnOnce(&mut Vec<u8>)) -> Sealed<Registration> {
    let rp = rp("example.com");
    let token = registration(&rp).seal(keys, &mut rng());
    let hash: [u8; 32] = Sha256::digest(b"example.com").into();
    let context = SealContext::new("webauthn registration").with(&hash);
    let plain = keys.open(Ring::Token, &context, token.as_bytes());
    let mut plain = plain.expect("it is sealed so").to_vec();
    change(&mut plain);
    Sealed::from_bytes(keys.seal(Ring::Token, &context, &plain, &mut rng()))
}

#[test]
fn a_token_of_another_release_is_not_read() {
    let rp = rp("example.com");
    let keys = Keys::generate(&mut rng());
    let open = |token| Registration::open(&token, &rp, &keys, START).map(drop);
    assert_eq!(open(forged(&keys, |_| {})), Ok(()));
    let version = forged(&keys, |plain| {
        assert_eq!(plain[..2], [0x87, 1], "seven members, the version first");
        plain[1] = 2;
    });
    assert_eq!(open(version), Err(OpenCeremonyError::Version));
    let truncated = forged(&keys, |plain| plain.truncate(10));
    assert_eq!(open(truncated), Err(OpenCeremonyError::Version));
    // The rules of a passkey, each with a number that none has.
    let rules: [u8; 8] = [1, 1, 0, 0, 0, 0, 0, 0];
    for position in 0..rules.len() {
        let unknown = forged(&keys, |plain| {
            let at = plain.windows(8).position(|window| window == rules);
            plain[at.expect("the rules are there") + position] = 9;
        });
        assert_eq!(open(unknown), Err(OpenCeremonyError::Version), "{position}");
    }
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

    let answer = AuthenticationResponse::from_parts(&[3; 64], b"{}", &[], &[], None)
        .expect("it is short enough");
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
