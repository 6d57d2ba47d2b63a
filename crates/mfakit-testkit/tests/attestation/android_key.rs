//! L3 section 8.4.

use mfakit_testkit::certificate::{
    AuthorizationList, Certificate, Extension, KeyDescription, Name, oid, origin, purpose,
    security_level,
};
use mfakit_testkit::statement::{AndroidKey, AndroidKeyDraft, Attest, from_fn};
use mfakit_webauthn::{Algorithm, AttestationType};

use super::harness::{
    ALGORITHM, CHAIN_INVALID, DATA, KEY, KEY_AUTHORIZATION, KEY_DESCRIPTION, REQUIREMENTS,
    Registration, SIGNATURE, YESTERDAY, assert_members, hierarchy, key, key_of, refusal,
};

fn phone() -> AndroidKey {
    AndroidKey::by(hierarchy())
}

fn redrafted(change: impl Fn(&mut AndroidKeyDraft) + Send + Sync) -> impl Attest {
    from_fn(move |about| {
        let mut draft = phone().draft(about);
        change(&mut draft);
        draft.sign()
    })
}

fn described(change: impl Fn(&mut KeyDescription) + Send + Sync) -> impl Attest {
    redrafted(move |draft| change(draft.description.as_mut().expect("it has one")))
}

/// Asserts the verdict about a description by the union of the lists, and by the trusted
/// environment's alone.
#[track_caller]
fn assert_authorized(
    change: impl Fn(&mut KeyDescription) + Send + Sync,
    in_either: bool,
    in_trusted: bool,
) {
    let statement = described(change);
    let lenient = Registration::default();
    let strict =
        Registration::default().with_rules(|rules| rules.android_trusted_environment_only = true);
    for (registration, authorized) in [(lenient, in_either), (strict, in_trusted)] {
        if authorized {
            registration.accepted(&statement);
        } else {
            assert_eq!(registration.refusal(&statement), KEY_AUTHORIZATION);
        }
    }
}

#[test]
fn a_phone_is_accepted() {
    let attestation = Registration::default().accepted(&phone());
    assert_eq!(attestation.format(), "android-key");
    assert_eq!(attestation.kind(), AttestationType::Basic);
    assert!(attestation.is_trusted());
    let rsa = Registration::default().with_key(key_of(Algorithm::Rs256, 1));
    assert!(rsa.accepted(&phone()).is_trusted());
}

#[test]
fn the_root_may_be_sent_along() {
    let mut with_root = hierarchy();
    with_root.above.push(with_root.anchor());
    let attestation = Registration::default().accepted(&AndroidKey::by(with_root));
    assert_eq!(attestation.certificates().len(), 3);
    assert!(attestation.is_trusted());
}

#[test]
fn the_members_are_there_and_of_their_types() {
    assert_members(&Registration::default(), &phone(), &["alg", "sig", "x5c"]);
}

#[test]
fn the_signature_is_by_the_credential_s_key_over_the_data() {
    let other_data = redrafted(|draft| draft.message.push(0));
    assert_eq!(refusal(&other_data), SIGNATURE);
    let other_key = redrafted(|draft| draft.key = key(99));
    assert_eq!(refusal(&other_key), SIGNATURE);
    let other_algorithm = redrafted(|draft| draft.algorithm = Algorithm::Rs256);
    assert_eq!(refusal(&other_algorithm), ALGORITHM);
}

#[test]
fn the_certificate_is_of_the_credential_s_key() {
    // A real key of a real phone, but of another credential.
    let other = redrafted(|draft| {
        draft.key = key(99);
        draft.certificate = Certificate::leaf(Name::common("Android Keystore Key"), &key(99));
    });
    assert_eq!(refusal(&other), KEY);
}

#[test]
fn the_challenge_is_the_hash_of_the_client_data() {
    let other = described(|description| description.challenge = vec![0; 32]);
    assert_eq!(refusal(&other), DATA);
    let shorter = described(|description| {
        description.challenge.pop();
    });
    assert_eq!(refusal(&shorter), DATA);
    let empty = described(|description| description.challenge.clear());
    assert_eq!(refusal(&empty), DATA);
}

#[test]
fn the_key_is_described() {
    let silent = redrafted(|draft| draft.description = None);
    assert_eq!(refusal(&silent), REQUIREMENTS);
    let malformed = redrafted(|draft| {
        draft.description = None;
        let extension = Extension::new(oid::ANDROID_KEY_DESCRIPTION, false, &[0x30, 0x00]);
        draft.certificate = draft.certificate.clone().with(extension);
    });
    assert_eq!(refusal(&malformed), KEY_DESCRIPTION);
    let longer = redrafted(|draft| {
        let description = draft.description.take().expect("it has one");
        let value = [description.to_der().as_slice(), &[0]].concat();
        let extension = Extension::new(oid::ANDROID_KEY_DESCRIPTION, false, &value);
        draft.certificate = draft.certificate.clone().with(extension);
    });
    assert_eq!(refusal(&longer), KEY_DESCRIPTION);
}

#[test]
fn every_security_level_and_version_is_read() {
    for level in [
        security_level::SOFTWARE,
        security_level::TRUSTED_ENVIRONMENT,
        security_level::STRONG_BOX,
    ] {
        let change = move |description: &mut KeyDescription| {
            description.attestation_version = 200;
            description.keymaster_version = 200;
            description.attestation_security_level = level;
            description.keymaster_security_level = level;
            description.unique_id = vec![7; 16];
        };
        assert_authorized(change, true, true);
    }
}

#[test]
fn no_application_but_its_own_may_use_the_key() {
    assert_authorized(
        |description| description.software.all_applications = true,
        false,
        false,
    );
    assert_authorized(
        |description| description.trusted_environment.all_applications = true,
        false,
        false,
    );
}

#[test]
fn the_key_was_made_in_the_device() {
    for other in [Some(origin::DERIVED), Some(origin::IMPORTED), None] {
        let change =
            move |description: &mut KeyDescription| description.trusted_environment.origin = other;
        assert_authorized(change, false, false);
    }
    // A list that contradicts the other.
    let contradiction =
        |description: &mut KeyDescription| description.software.origin = Some(origin::IMPORTED);
    assert_authorized(contradiction, false, true);
}

#[test]
fn the_key_is_for_signing() {
    let purposes = |purposes: Option<&[u8]>| {
        let purposes = purposes.map(<[u8]>::to_vec);
        move |description: &mut KeyDescription| {
            description
                .trusted_environment
                .purposes
                .clone_from(&purposes);
        }
    };
    let other = [purpose::ENCRYPT, purpose::DECRYPT, purpose::VERIFY];
    for refused in [None, Some([].as_slice()), Some(&other)] {
        assert_authorized(purposes(refused), false, false);
    }
    // A set is read whole.
    let both = [purpose::SIGN, purpose::VERIFY];
    let reversed = [purpose::VERIFY, purpose::SIGN];
    for accepted in [both, reversed] {
        assert_authorized(purposes(Some(&accepted)), true, true);
    }
}

#[test]
fn the_union_of_the_lists_counts_or_the_trusted_one_alone() {
    let software = |description: &mut KeyDescription| {
        description.software = AuthorizationList::signing();
        description.trusted_environment = AuthorizationList::default();
    };
    assert_authorized(software, true, false);
    let split = |description: &mut KeyDescription| {
        description.software.purposes = Some(vec![purpose::SIGN]);
        description.trusted_environment.purposes = None;
    };
    assert_authorized(split, true, false);
    let empty = |description: &mut KeyDescription| {
        description.software = AuthorizationList::default();
        description.trusted_environment = AuthorizationList::default();
    };
    assert_authorized(empty, false, false);
}

#[test]
fn the_certificate_is_judged_like_any_other() {
    let old = redrafted(|draft| draft.certificate.not_after = YESTERDAY);
    assert_eq!(refusal(&old), CHAIN_INVALID);
}
