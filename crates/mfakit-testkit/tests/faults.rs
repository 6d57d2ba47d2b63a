//! Every fault that an answer can be given, and the exact refusal of each.

#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "support/service.rs"]
mod service;

use core::time::Duration;

use mfakit_testkit::statement::Packed;
use mfakit_testkit::{
    Assertion, AttestedCredential, Authenticator, Cbor, Conveyance, Encoding, Registration, flags,
};
use mfakit_webauthn::{
    AttestationRules, CredentialRecord, Embedding, Policy, Reason, RelyingParty, Trust,
    UserVerification,
};
use service::{ORIGIN, Service};

type Change<T> = fn(&mut T);

/// An authenticator that attests by the credential's key, so that all is signed.
fn authenticator() -> Authenticator {
    let mut authenticator = Authenticator::new(7).with_attestation(Packed::by_itself());
    authenticator.settings.conveyance = Conveyance::Always;
    authenticator
}

fn attested(registration: &mut Registration) -> &mut AttestedCredential {
    let attested = &mut registration.authenticator_data.attested;
    attested.as_mut().expect("a registration has one")
}

fn registration_refused(change: Change<Registration>) -> Option<Reason> {
    let policy = Policy::passkey().with_user_verification(UserVerification::Required);
    Service::new()
        .with_policy(policy)
        .register_as(&mut authenticator(), change)
        .err()
        .map(|error| error.reason())
}

fn assert_registrations(cases: &[(&str, Change<Registration>, Option<Reason>)]) {
    for (name, change, expected) in cases {
        assert_eq!(registration_refused(*change), *expected, "{name}");
    }
}

#[test]
fn faults_of_client_data_at_registration() {
    assert_registrations(&[
        ("none", |_| {}, None),
        (
            "type",
            |r| r.client_data.operation = "webauthn.get".into(),
            Some(Reason::ClientDataType),
        ),
        (
            "challenge",
            |r| r.client_data.challenge.push('A'),
            Some(Reason::Challenge),
        ),
        (
            "origin",
            |r| r.client_data.origin = "https://examp1e.com".into(),
            Some(Reason::Origin),
        ),
        (
            "crossOrigin",
            |r| r.client_data.cross_origin = Some(true),
            Some(Reason::CrossOrigin),
        ),
        (
            "no crossOrigin",
            |r| r.client_data.cross_origin = None,
            None,
        ),
        (
            "topOrigin",
            |r| r.client_data.top_origin = Some("https://around.example".into()),
            Some(Reason::CrossOrigin),
        ),
        (
            "grease",
            |r| drop(r.client_data.more.insert("grease".into(), true.into())),
            None,
        ),
        (
            "no JSON",
            |r| r.client_data.raw = Some(b"{".into()),
            Some(Reason::ClientDataJson),
        ),
    ]);
}

#[test]
fn faults_of_authenticator_data_at_registration() {
    assert_registrations(&[
        (
            "RP ID",
            |r| r.authenticator_data.set_rp_id("examp1e.com"),
            Some(Reason::RpIdHash),
        ),
        (
            "UP",
            |r| r.authenticator_data.flags ^= flags::UP,
            Some(Reason::UserPresence),
        ),
        (
            "UV",
            |r| r.authenticator_data.flags ^= flags::UV,
            Some(Reason::UserVerification),
        ),
        (
            "BS without BE",
            |r| r.authenticator_data.flags |= flags::BS,
            Some(Reason::BackedUpNotEligible),
        ),
        (
            "AT, with its data",
            |r| r.authenticator_data.flags ^= flags::AT,
            Some(Reason::AuthenticatorData),
        ),
        (
            "AT, and its data",
            |r| {
                r.authenticator_data.flags ^= flags::AT;
                r.authenticator_data.attested = None;
            },
            Some(Reason::NoAttestedCredential),
        ),
        (
            "ED without data",
            |r| r.authenticator_data.flags |= flags::ED,
            Some(Reason::AuthenticatorData),
        ),
        (
            "trailing byte",
            |r| r.authenticator_data.trailing = vec![0],
            Some(Reason::AuthenticatorData),
        ),
        (
            "short hash",
            |r| r.authenticator_data.rp_id_hash.truncate(31),
            // Everything after it has moved by one byte.
            Some(Reason::AuthenticatorData),
        ),
        ("counter", |r| r.authenticator_data.sign_count = 0, None),
        ("AAGUID", |r| attested(r).aaguid = [9; 16], None),
        (
            "another id",
            |r| attested(r).id = vec![1; 32],
            Some(Reason::AttestedId),
        ),
        (
            "id of another length than it says",
            |r| attested(r).id_length = Some(1),
            Some(Reason::CoseKey),
        ),
        (
            "id of 1024 bytes",
            |r| {
                r.id = vec![7; 1024];
                attested(r).id = vec![7; 1024];
            },
            Some(Reason::CredentialIdLength),
        ),
    ]);
}

#[test]
fn encodings_of_the_key() {
    let refused = Some(Reason::CoseKey);
    assert_registrations(&[
        (
            "duplicate",
            |r| attested(r).cose_encoding = Encoding::DuplicateKey,
            refused,
        ),
        (
            "indefinite",
            |r| attested(r).cose_encoding = Encoding::IndefiniteLength,
            refused,
        ),
        (
            "long integers",
            |r| attested(r).cose_encoding = Encoding::LongIntegers,
            refused,
        ),
        (
            "long length",
            |r| attested(r).cose_encoding = Encoding::LongLength,
            refused,
        ),
        (
            "order",
            |r| attested(r).cose_encoding = Encoding::ReverseOrder,
            refused,
        ),
        (
            "trailing",
            |r| attested(r).cose_encoding = Encoding::TrailingBytes(vec![0]),
            Some(Reason::AuthenticatorData),
        ),
        (
            "raw",
            |r| attested(r).cose_encoding = Encoding::Raw(vec![0xa0]),
            refused,
        ),
    ]);
}

#[test]
fn encodings_of_the_attestation_object() {
    let refused = Some(Reason::AttestationObject);
    assert_registrations(&[
        (
            "order: real authenticators do not keep it",
            |r| r.object_encoding = Encoding::ReverseOrder,
            None,
        ),
        (
            "order of the statement",
            |r| r.statement_encoding = Encoding::ReverseOrder,
            None,
        ),
        (
            "duplicate",
            |r| r.object_encoding = Encoding::DuplicateKey,
            refused,
        ),
        (
            "duplicate in the statement",
            |r| r.statement_encoding = Encoding::DuplicateKey,
            refused,
        ),
        (
            "indefinite",
            |r| r.object_encoding = Encoding::IndefiniteLength,
            refused,
        ),
        (
            "long length",
            |r| r.object_encoding = Encoding::LongLength,
            refused,
        ),
        (
            "long integers of the statement",
            |r| r.statement_encoding = Encoding::LongIntegers,
            refused,
        ),
        (
            "trailing",
            |r| r.object_encoding = Encoding::TrailingBytes(vec![0]),
            refused,
        ),
        (
            "extensions, duplicate",
            |r| {
                r.authenticator_data.flags |= flags::ED;
                r.authenticator_data.extensions = Some(Cbor::Map(
                    [(Cbor::Text("credProtect".into()), Cbor::Integer(1))].into(),
                ));
                r.authenticator_data.extensions_encoding = Encoding::DuplicateKey;
            },
            Some(Reason::AuthenticatorExtensions),
        ),
    ]);
}

#[test]
fn what_rules_allow_is_read() {
    for (encoding, length, integers) in [
        (Encoding::IndefiniteLength, true, false),
        (Encoding::LongLength, false, true),
    ] {
        let mut rules = AttestationRules::DEFAULT;
        rules.allow_indefinite_length_cbor = length;
        rules.allow_non_minimal_cbor = integers;
        let mut service = Service::new();
        service.trust = Trust::unverified().with_rules(rules);
        let verdict = service.register_as(&mut authenticator(), |registration| {
            registration.object_encoding = encoding.clone();
        });
        assert_eq!(verdict.err(), None, "{encoding:?}");
    }
}

#[test]
fn what_is_changed_after_signing_is_refused() {
    let refused = Some(Reason::StatementSignature);
    assert_registrations(&[
        (
            "AAGUID",
            |r| {
                r.sign();
                attested(r).aaguid = [9; 16];
            },
            refused,
        ),
        (
            "client data",
            |r| {
                r.sign();
                r.client_data.more.insert("more".into(), 1.into());
            },
            refused,
        ),
        (
            "signature",
            |r| r.sign().set("sig", Cbor::Bytes(vec![0; 64])),
            refused,
        ),
        (
            "algorithm",
            |r| r.sign().set("alg", Cbor::Integer(-257)),
            Some(Reason::StatementAlgorithm),
        ),
        (
            "format",
            |r| r.sign().format = "none".into(),
            Some(Reason::NoneNotEmpty),
        ),
    ]);
}

#[test]
fn faults_of_the_json() {
    assert_registrations(&[
        (
            "type",
            |r| r.kind = "password".into(),
            Some(Reason::CredentialType),
        ),
        (
            "rawId",
            |r| r.raw_id = Some(vec![1]),
            Some(Reason::IdNotRawId),
        ),
        (
            "unknown transport",
            |r| r.transports.push("carrier-pigeon".into()),
            None,
        ),
        ("no attachment", |r| r.attachment = None, None),
        (
            "malformed output of one extension",
            |r| drop(r.client_extensions.insert("credProps".into(), 1.into())),
            None,
        ),
    ]);
}

fn registered(authenticator: &mut Authenticator) -> (Service, CredentialRecord) {
    let policy = Policy::passkey().with_user_verification(UserVerification::Required);
    let mut service = Service::new().with_policy(policy);
    let record = service.register(authenticator);
    (service, record)
}

fn assert_sign_ins(cases: &[(&str, Change<Assertion>, Option<Reason>)]) {
    for (name, change, expected) in cases {
        let mut authenticator = authenticator();
        let (mut service, record) = registered(&mut authenticator);
        let verdict = service.sign_in_as(&mut authenticator, &record, *change);
        assert_eq!(verdict.err().map(|e| e.reason()), *expected, "{name}");
    }
}

#[test]
fn faults_of_client_data_at_sign_in() {
    assert_sign_ins(&[
        ("none", |_| {}, None),
        (
            "type",
            |a| a.client_data.operation = "webauthn.create".into(),
            Some(Reason::ClientDataType),
        ),
        (
            "challenge",
            |a| a.client_data.challenge.clear(),
            Some(Reason::Challenge),
        ),
        (
            "origin",
            |a| a.client_data.origin = "http://example.com".into(),
            Some(Reason::Origin),
        ),
        (
            "crossOrigin",
            |a| a.client_data.cross_origin = Some(true),
            Some(Reason::CrossOrigin),
        ),
        (
            "no text",
            |a| a.client_data.raw = Some(vec![0xff]),
            Some(Reason::ClientDataNotUtf8),
        ),
    ]);
}

#[test]
fn faults_of_the_assertion() {
    assert_sign_ins(&[
        (
            "RP ID",
            |a| a.authenticator_data.set_rp_id("examp1e.com"),
            Some(Reason::RpIdHash),
        ),
        (
            "UP",
            |a| a.authenticator_data.flags ^= flags::UP,
            Some(Reason::UserPresence),
        ),
        (
            "UV",
            |a| a.authenticator_data.flags ^= flags::UV,
            Some(Reason::UserVerification),
        ),
        (
            "BE, which it had not",
            |a| a.authenticator_data.flags |= flags::BE,
            Some(Reason::BackupEligibilityChanged),
        ),
        (
            "BS without BE",
            |a| a.authenticator_data.flags |= flags::BS,
            Some(Reason::BackedUpNotEligible),
        ),
        (
            "counter",
            |a| a.authenticator_data.sign_count = 1,
            Some(Reason::SignCount),
        ),
        (
            "another user",
            |a| a.user_handle = Some(b"eve".into()),
            Some(Reason::UserHandle),
        ),
        (
            "no user",
            |a| a.user_handle = None,
            Some(Reason::NoUserHandle),
        ),
        (
            "another credential",
            |a| a.id = vec![1],
            Some(Reason::OtherRecord),
        ),
        (
            "signature",
            |a| a.sign().push(0),
            Some(Reason::SignatureInvalid),
        ),
        (
            "changed after signing",
            |a| {
                a.sign();
                a.authenticator_data.sign_count += 1;
            },
            Some(Reason::SignatureInvalid),
        ),
        (
            "rawId",
            |a| a.raw_id = Some(vec![1]),
            Some(Reason::IdNotRawId),
        ),
        (
            "type",
            |a| a.kind = "password".into(),
            Some(Reason::CredentialType),
        ),
    ]);
}

#[test]
fn frames_by_the_relying_partys_choice() {
    let around = "https://around.example";
    let rp = RelyingParty::builder("example.com")
        .origin(ORIGIN)
        .embedding(Embedding::Origins {
            origins: vec![around.into()],
            unnamed: false,
        });
    let mut service = Service::of(rp.build().expect("the relying party is good"));
    for (top, expected) in [
        (Some(around), None),
        (Some("https://other.example"), Some(Reason::TopOrigin)),
        (None, Some(Reason::CrossOrigin)),
    ] {
        let mut authenticator = authenticator();
        let verdict = service.register_as(&mut authenticator, |registration| {
            registration.client_data.cross_origin = Some(true);
            registration.client_data.top_origin = top.map(Into::into);
        });
        assert_eq!(verdict.err().map(|e| e.reason()), expected, "{top:?}");
    }
}

#[test]
fn time_passes_as_the_test_says() {
    let mut authenticator = authenticator();
    let (mut service, record) = registered(&mut authenticator);
    service.clock.advance(Duration::from_secs(86_400));
    let proof = service.sign_in_as(&mut authenticator, &record, |_| {});
    let proof = proof.expect("a ceremony begins when it begins");
    assert_eq!(proof.update().last_used, service.clock.now());
}

#[test]
fn a_cloned_authenticator_is_found_out() {
    let mut authenticator = authenticator();
    let (mut service, mut record) = registered(&mut authenticator);
    let mut clone = authenticator.clone();
    let proof = service.sign_in_as(&mut authenticator, &record, |_| {});
    proof
        .expect("the first is good")
        .update()
        .apply(&mut record);
    let verdict = service.sign_in_as(&mut clone, &record, |_| {});
    assert_eq!(verdict.err().map(|e| e.reason()), Some(Reason::SignCount));
}
