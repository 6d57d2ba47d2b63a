//! L3 section 8.5.

use mfakit_core::UnixTime;
use mfakit_testkit::Cbor;
use mfakit_testkit::certificate::{Certificate, Extension, Name};
use mfakit_testkit::statement::{Attest, SafetyNet, SafetyNetDraft, Statement, from_fn};
use mfakit_webauthn::{Algorithm, AttestationType, SafetyNetRule};
use serde_json::{Value, json};

use super::harness::{
    ALGORITHM, ATTESTATION, CERTIFICATE_MALFORMED, CHAIN_TOO_LONG, DATA, FORMAT_OFF, NOW,
    REQUIREMENTS, Registration, SAFETYNET, SIGNATURE, STATEMENT, assert_members, certified,
    certified_key, changed, key, key_of, refusal,
};

fn service_at(now: UnixTime) -> SafetyNet {
    SafetyNet::by(certified(&Certificate::safetynet(&key(ATTESTATION))), now)
}

fn service() -> SafetyNet {
    service_at(NOW)
}

/// Accepts the format, and asks for this.
fn registration(cts: bool, fresh: bool) -> Registration {
    Registration::default().with_rules(|rules| {
        rules.safetynet = SafetyNetRule::On {
            require_cts: cts,
            require_fresh: fresh,
        };
    })
}

fn strict() -> Registration {
    registration(true, true)
}

fn redrafted(change: impl Fn(&mut SafetyNetDraft) + Send + Sync) -> impl Attest {
    from_fn(move |about| {
        let mut draft = service().draft(about);
        change(&mut draft);
        draft.sign()
    })
}

fn set(part: &mut Value, member: &str, value: Value) {
    part.as_object_mut()
        .expect("it is an object")
        .insert(member.into(), value);
}

fn remove(part: &mut Value, member: &str) {
    part.as_object_mut()
        .expect("it is an object")
        .remove(member)
        .expect("the member is there");
}

fn jws_of(statement: &Statement) -> String {
    let Some(Cbor::Bytes(jws)) = statement.get("response") else {
        panic!("the response is bytes");
    };
    String::from_utf8(jws.clone()).expect("a JWS is text")
}

/// A statement whose JWS is this one.
fn with_jws(change: impl Fn(&str) -> String + Send + Sync) -> impl Attest {
    from_fn(move |about| {
        let mut statement = service().attest(about);
        let jws = change(&jws_of(&statement));
        statement.set("response", Cbor::Bytes(jws.into_bytes()));
        statement
    })
}

#[test]
fn the_format_is_off_by_default() {
    assert_eq!(refusal(&service()), FORMAT_OFF);
}

#[test]
fn a_response_is_accepted_where_the_format_is_on() {
    let attestation = strict().accepted(&service());
    assert_eq!(attestation.format(), "android-safetynet");
    assert_eq!(attestation.kind(), AttestationType::Basic);
    assert!(attestation.is_trusted());
    let rsa = key_of(Algorithm::Rs256, ATTESTATION);
    let by = certified_key(rsa.clone(), &Certificate::safetynet(&rsa));
    assert!(strict().accepted(&SafetyNet::by(by, NOW)).is_trusted());
}

#[test]
fn the_members_are_there_and_of_their_types() {
    assert_members(&strict(), &service(), &["ver", "response"]);
    let empty = redrafted(|draft| draft.version.clear());
    assert_eq!(strict().refusal(&empty), STATEMENT);
}

#[test]
fn the_response_is_a_jws() {
    let cases: [fn(&str) -> String; 7] = [
        |_| String::new(),
        |_| ".".into(),
        |jws| jws.replacen('.', "", 1),
        |jws| jws.replace('.', ""),
        |jws| format!("{jws}."),
        |jws| format!("{jws}="),
        |jws| format!("x{jws}"),
    ];
    for case in cases {
        assert_eq!(strict().refusal(&with_jws(case)), SAFETYNET);
    }
    let good = service();
    let not_text = changed(&good, |statement| {
        statement.set("response", Cbor::Bytes(vec![0xff]));
    });
    assert_eq!(strict().refusal(&not_text), SAFETYNET);
}

#[test]
fn header_and_payload_have_their_members() {
    let cases: [fn(&mut SafetyNetDraft); 6] = [
        |draft| remove(&mut draft.header, "alg"),
        |draft| remove(&mut draft.header, "x5c"),
        |draft| set(&mut draft.header, "x5c", json!("AA==")),
        |draft| draft.header = json!([]),
        |draft| remove(&mut draft.payload, "nonce"),
        |draft| draft.payload = json!("x"),
    ];
    for case in cases {
        assert_eq!(strict().refusal(&redrafted(case)), SAFETYNET);
    }
}

#[test]
fn the_nonce_is_that_of_the_registration() {
    let zero = format!("{}=", "A".repeat(43));
    let other = redrafted(move |draft| set(&mut draft.payload, "nonce", json!(zero)));
    assert_eq!(strict().refusal(&other), DATA);
    let empty = redrafted(|draft| set(&mut draft.payload, "nonce", json!("")));
    assert_eq!(strict().refusal(&empty), DATA);
    let no_base64 = redrafted(|draft| set(&mut draft.payload, "nonce", json!("?")));
    assert_eq!(strict().refusal(&no_base64), SAFETYNET);
}

#[test]
fn the_certificate_is_that_of_the_service() {
    let of =
        |certificate: Certificate| strict().refusal(&SafetyNet::by(certified(&certificate), NOW));
    let good = || Certificate::safetynet(&key(ATTESTATION));
    for host in [
        "attest.android.com.example.com",
        "xattest.android.com",
        "android.com",
        "*.android.com",
    ] {
        let other = good().with(Extension::alternative_dns_names(&[host]));
        assert_eq!(of(other), REQUIREMENTS, "{host}");
    }
    // The common name does not count.
    let name_only = Certificate::leaf(Name::common("attest.android.com"), &key(ATTESTATION));
    assert_eq!(of(name_only), REQUIREMENTS);
    let among_others = good().with(Extension::alternative_dns_names(&[
        "www.android.com",
        "attest.android.com",
    ]));
    strict().accepted(&SafetyNet::by(certified(&among_others), NOW));
}

#[test]
fn the_chain_is_not_empty_and_not_too_long() {
    let none = redrafted(|draft| set(&mut draft.header, "x5c", json!([])));
    assert_eq!(strict().refusal(&none), STATEMENT);
    let many = redrafted(|draft| set(&mut draft.header, "x5c", json!(vec!["MA=="; 9])));
    assert_eq!(strict().refusal(&many), CHAIN_TOO_LONG);
    let no_certificate = redrafted(|draft| set(&mut draft.header, "x5c", json!(["MA=="])));
    assert_eq!(strict().refusal(&no_certificate), CERTIFICATE_MALFORMED);
    let no_base64 = redrafted(|draft| set(&mut draft.header, "x5c", json!(["?"])));
    assert_eq!(strict().refusal(&no_base64), SAFETYNET);
}

#[test]
fn the_signature_covers_header_and_payload() {
    let other_key = redrafted(|draft| draft.key = key(99));
    assert_eq!(strict().refusal(&other_key), SIGNATURE);
    // A member that nobody reads, so that nothing but the signature can tell.
    let moved = from_fn(|about| {
        let good = jws_of(&service().attest(about));
        let (_, signature) = good.rsplit_once('.').expect("it has three parts");
        let mut draft = service().draft(about);
        set(&mut draft.payload, "basicIntegrity", json!(false));
        let mut statement = draft.sign();
        let other = jws_of(&statement);
        let (signed, _) = other.rsplit_once('.').expect("it has three parts");
        let moved = format!("{signed}.{signature}");
        statement.set("response", Cbor::Bytes(moved.into_bytes()));
        statement
    });
    assert_eq!(strict().refusal(&moved), SIGNATURE);
    let short = with_jws(|jws| {
        let (signed, _) = jws.rsplit_once('.').expect("it has three parts");
        format!("{signed}.AAAA")
    });
    assert_eq!(strict().refusal(&short), SIGNATURE);
    let none = with_jws(|jws| {
        let (signed, _) = jws.rsplit_once('.').expect("it has three parts");
        format!("{signed}.")
    });
    assert_eq!(strict().refusal(&none), SIGNATURE);
}

#[test]
fn the_algorithm_is_one_of_two_and_fits_the_key() {
    for algorithm in ["none", "", "HS256", "RS512", "es256"] {
        let other = redrafted(move |draft| set(&mut draft.header, "alg", json!(algorithm)));
        assert_eq!(strict().refusal(&other), ALGORITHM, "{algorithm}");
    }
    let of_another_key = redrafted(|draft| set(&mut draft.header, "alg", json!("RS256")));
    assert_eq!(strict().refusal(&of_another_key), ALGORITHM);
}

#[test]
fn the_device_passed_the_compatibility_test_by_policy() {
    let failed = redrafted(|draft| set(&mut draft.payload, "ctsProfileMatch", json!(false)));
    assert_eq!(strict().refusal(&failed), SAFETYNET);
    registration(false, true).accepted(&failed);
    let silent = redrafted(|draft| remove(&mut draft.payload, "ctsProfileMatch"));
    assert_eq!(strict().refusal(&silent), SAFETYNET);
    registration(false, true).accepted(&silent);
}

#[test]
fn the_response_is_of_the_last_minute_by_policy() {
    let at = |secs: u64| service_at(UnixTime::from_secs(secs));
    let now = NOW.as_secs();
    for fresh in [now, now - 60] {
        strict().accepted(&at(fresh));
    }
    for stale in [0, now - 61, now + 1] {
        assert_eq!(strict().refusal(&at(stale)), SAFETYNET, "{stale}");
        registration(true, false).accepted(&at(stale));
    }
    let silent = redrafted(|draft| remove(&mut draft.payload, "timestampMs"));
    assert_eq!(strict().refusal(&silent), SAFETYNET);
    registration(true, false).accepted(&silent);
}
