//! One valid registration, changed in one thing at a time: each step of section 7.1 refuses what
//! it is there to refuse, and says so.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

#[path = "support/authenticator.rs"]
mod authenticator;

use authenticator::{
    AT, BE, BS, CREDENTIAL_ID, ED, Registration, START, UP, UV, base64url, cbor_text, client_data,
    head, packed, rp,
};
use mfakit_core::UnixTime;
use mfakit_webauthn::{
    Aaguid, Algorithm, AttestationType, CredentialDescriptor, Embedding, Policy, Reason,
    RelyingParty, Trust, UserVerification,
};
use serde_json::{Value, json};

fn reason(registration: &Registration) -> Reason {
    match registration.finish() {
        Ok(credential) => panic!("accepted: {credential:?}"),
        Err(error) => error.reason(),
    }
}

fn with_client_data(change: impl FnOnce(&mut Value)) -> Registration {
    let mut value = client_data("webauthn.create");
    change(&mut value);
    with_client_data_text(&value.to_string())
}

fn with_client_data_text(text: &str) -> Registration {
    Registration {
        client_data: text.as_bytes().to_vec(),
        ..Registration::default()
    }
}

#[test]
fn the_unchanged_registration_is_accepted() {
    let credential = Registration::default().finish().expect("it is valid");
    let record = credential.record();
    assert_eq!(record.id, CREDENTIAL_ID);
    assert_eq!(record.aaguid, Aaguid([0xaa; 16]), "shown for `none` too");
    assert_eq!(
        record.transports,
        ["usb", "carrier-pigeon"],
        "unknown ones too"
    );
    assert_eq!(record.backup_eligible, Some(false));
    assert!(record.uv_initialized);
    assert_eq!(credential.attestation().kind(), AttestationType::None);
}

#[test]
fn a_self_attestation_is_accepted() {
    let credential = Registration::default()
        .attested_by_itself()
        .finish()
        .expect("it is valid");
    assert_eq!(
        credential.attestation().kind(),
        AttestationType::SelfAttestation
    );
}

#[test]
fn the_outer_json() {
    let cases: [(authenticator::Change, Reason); 7] = [
        (
            |json| json["type"] = json!("password"),
            Reason::CredentialType,
        ),
        (|json| json["id"] = json!("AAAA"), Reason::IdNotRawId),
        (|json| json["rawId"] = json!("AAAA"), Reason::IdNotRawId),
        (|json| json["response"] = json!([]), Reason::Json),
        (|json| *json = json!([]), Reason::Json),
        (
            |json| json["response"]["clientDataJSON"] = json!("e30="),
            Reason::Base64Url,
        ),
        (
            |json| json["response"]["attestationObject"] = json!("oA"),
            Reason::AttestationObject,
        ),
    ];
    for (json, want) in cases {
        let registration = Registration {
            json,
            ..Registration::default()
        };
        assert_eq!(reason(&registration), want);
    }
    let other_id = Registration {
        json: |json| {
            json["id"] = json!("AAAA");
            json["rawId"] = json!("AAAA");
        },
        ..Registration::default()
    };
    assert_eq!(reason(&other_id), Reason::AttestedId);
    let unknown_members = Registration {
        json: |json| {
            json["response"]["new"] = json!({});
            json["clientExtensionResults"] = json!({"credProps": 1, "new": {}});
            json["authenticatorAttachment"] = Value::Null;
        },
        ..Registration::default()
    };
    assert!(unknown_members.finish().is_ok());
    let large = Registration {
        json: |json| json["padding"] = json!("x".repeat(64 * 1024)),
        ..Registration::default()
    };
    assert_eq!(reason(&large), Reason::TooLarge);
    let large = large.to_json();
    let limited =
        |bytes| mfakit_webauthn::RegistrationResponse::from_json_up_to(&large, bytes).map(drop);
    assert_eq!(limited(large.len()), Ok(()));
    let refused = limited(large.len() - 1).expect_err("it is too long");
    assert_eq!(refused.reason(), Reason::TooLarge);
}

#[test]
fn the_client_data() {
    let good = client_data("webauthn.create").to_string();
    let twice = good.replacen('{', "{\"challenge\":\"AAAA\",", 1);
    let cases = [
        (String::from("{}"), Reason::ClientDataJson),
        (format!("[{good}]"), Reason::ClientDataJson),
        (format!("{good} x"), Reason::ClientDataJson),
        (format!("\u{feff}\u{feff}{good}"), Reason::ClientDataJson),
        (twice, Reason::ClientDataJson),
        (good.replace("false", "\"false\""), Reason::ClientDataJson),
    ];
    for (text, want) in cases {
        assert_eq!(reason(&with_client_data_text(&text)), want, "{text}");
    }
    assert!(
        with_client_data_text(&format!("\u{feff} {good}\r\n"))
            .finish()
            .is_ok()
    );
    let not_utf8 = Registration {
        client_data: [good.as_bytes(), &[0xff]].concat(),
        ..Registration::default()
    };
    assert_eq!(reason(&not_utf8), Reason::ClientDataNotUtf8);
}

#[test]
fn type_challenge_and_origin() {
    let other =
        |member: &str, value: &str| reason(&with_client_data(|data| data[member] = json!(value)));
    assert_eq!(other("type", "webauthn.get"), Reason::ClientDataType);
    assert_eq!(other("type", "payment.get"), Reason::ClientDataType);
    assert_eq!(other("challenge", ""), Reason::Challenge);
    assert_eq!(other("challenge", "xMTE"), Reason::Challenge);
    let padded = format!("{}=", base64url(authenticator::CHALLENGE));
    assert_eq!(other("challenge", &padded), Reason::Challenge);
    for origin in [
        "http://example.com",
        "https://example.com:443",
        "https://www.example.com",
    ] {
        assert_eq!(other("origin", origin), Reason::Origin, "{origin}");
    }
}

#[test]
fn embedding() {
    let embedded = |embedding: Embedding, top_origin: Option<&str>| {
        let mut registration = with_client_data(|data| {
            data["crossOrigin"] = json!(true);
            if let Some(top_origin) = top_origin {
                data["topOrigin"] = json!(top_origin);
            }
        });
        registration.rp = RelyingParty::builder("example.com")
            .origin("https://example.com")
            .embedding(embedding)
            .build()
            .expect("the relying party is good");
        registration
            .finish()
            .map(drop)
            .map_err(|error| error.reason())
    };
    let listed = |unnamed| Embedding::Origins {
        origins: vec!["https://top.example".into()],
        unnamed,
    };
    let (top, other) = (Some("https://top.example"), Some("https://other.example"));
    assert_eq!(embedded(Embedding::Never, None), Err(Reason::CrossOrigin));
    assert_eq!(embedded(Embedding::Never, top), Err(Reason::CrossOrigin));
    assert_eq!(embedded(Embedding::Anywhere, other), Ok(()));
    assert_eq!(embedded(listed(false), top), Ok(()));
    assert_eq!(embedded(listed(false), other), Err(Reason::TopOrigin));
    assert_eq!(embedded(listed(false), None), Err(Reason::CrossOrigin));
    assert_eq!(embedded(listed(true), None), Ok(()));
}

#[test]
fn the_time() {
    let at = |secs| {
        let now = UnixTime::from_secs(secs);
        Registration {
            now,
            ..Registration::default()
        }
        .finish()
        .map(drop)
        .map_err(|e| e.reason())
    };
    assert_eq!(at(START.as_secs() + 299), Ok(()));
    assert_eq!(at(START.as_secs() + 300), Err(Reason::Expired));
    assert_eq!(at(START.as_secs() - 1), Err(Reason::ClockWentBack));
}

#[test]
fn the_flags() {
    let flags = |flags, policy| {
        let registration = Registration {
            flags,
            policy,
            ..Registration::default()
        };
        registration
            .finish()
            .map(drop)
            .map_err(|error| error.reason())
    };
    let passkey = Policy::passkey();
    let required = passkey.with_user_verification(UserVerification::Required);
    assert_eq!(flags(UV | AT, passkey), Err(Reason::UserPresence));
    assert_eq!(flags(UV | AT, passkey.conditional()), Ok(()));
    assert_eq!(flags(UP | AT, passkey), Ok(()));
    assert_eq!(flags(UP | AT, required), Err(Reason::UserVerification));
    assert_eq!(
        flags(UP | UV | AT | BS, passkey),
        Err(Reason::BackedUpNotEligible)
    );
    assert_eq!(flags(UP | UV | AT | BE | BS, passkey), Ok(()));
    assert_eq!(flags(UP | UV, passkey), Err(Reason::NoAttestedCredential));
    assert_eq!(
        flags(UP | UV | AT | ED, passkey),
        Err(Reason::AuthenticatorData)
    );
}

#[test]
fn the_authenticator_data() {
    let tail = |tail: &[u8], flags| {
        let registration = Registration {
            tail: tail.to_vec(),
            flags: UP | AT | flags,
            ..Registration::default()
        };
        registration
            .finish()
            .map(drop)
            .map_err(|error| error.reason())
    };
    assert_eq!(tail(&[0], 0), Err(Reason::AuthenticatorData));
    assert_eq!(tail(&[0xa0], ED), Ok(()));
    assert_eq!(tail(&[0xa0, 0], ED), Err(Reason::AuthenticatorData));
    assert_eq!(tail(&[0x80], ED), Err(Reason::AuthenticatorExtensions));
    assert_eq!(
        tail(&[0xbf, 0xff], ED),
        Err(Reason::AuthenticatorExtensions)
    );
    let other_rp = Registration {
        rp_id: "example.net".into(),
        ..Registration::default()
    };
    assert_eq!(reason(&other_rp), Reason::RpIdHash);
    let trailing = Registration {
        after: vec![0],
        ..Registration::default()
    };
    assert_eq!(reason(&trailing), Reason::AttestationObject);
}

#[test]
fn the_key() {
    let good = authenticator::cose_key();
    let changed = |position: usize, value: u8| {
        let mut cose_key = good.clone();
        cose_key[position] = value;
        reason(&Registration {
            cose_key,
            ..Registration::default()
        })
    };
    // Positions: map 0, kty 1-2, alg 3-4, crv 5-6, x from 7.
    assert_eq!(changed(2, 1), Reason::CoseKey, "key type OKP");
    assert_eq!(
        changed(4, 0x38),
        Reason::CoseKey,
        "the rest is no CBOR then"
    );
    assert_eq!(changed(4, 0x00), Reason::UnknownAlgorithm);
    assert_eq!(changed(6, 2), Reason::CoseKey, "P-384 under ES256");
    assert_eq!(
        changed(20, good[20] ^ 1),
        Reason::InvalidKey,
        "off the curve"
    );
    assert_eq!(changed(3, 1), Reason::CoseKey, "label 1 twice");

    let only_ed25519 = Registration {
        rp: RelyingParty::builder("example.com")
            .origin("https://example.com")
            .algorithms(&[Algorithm::EdDsa])
            .build()
            .expect("the relying party is good"),
        ..Registration::default()
    };
    assert_eq!(reason(&only_ed25519), Reason::AlgorithmNotOffered);

    // The identity and a point of order two: every signature of them is a forgery.
    let mut identity = [0; 32];
    identity[0] = 1;
    for weak in [identity, [0; 32]] {
        let head = [0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32];
        let cose_key = [head.as_slice(), &weak].concat();
        assert_eq!(
            reason(&Registration {
                cose_key,
                ..Registration::default()
            }),
            Reason::InvalidKey
        );
    }
}

#[test]
fn the_credential_id() {
    let of = |length| {
        let registration = Registration {
            credential_id: vec![7; length],
            ..Registration::default()
        };
        registration
            .finish()
            .map(drop)
            .map_err(|error| error.reason())
    };
    assert_eq!(of(0), Err(Reason::CredentialIdEmpty));
    assert_eq!(of(1), Ok(()));
    assert_eq!(of(1023), Ok(()));
    assert_eq!(of(1024), Err(Reason::CredentialIdLength));
    assert_eq!(of(2000), Err(Reason::CredentialIdLength));
    let known = Registration {
        exclude: vec![CredentialDescriptor::new(CREDENTIAL_ID)],
        ..Registration::default()
    };
    assert_eq!(reason(&known), Reason::AlreadyRegistered);
}

#[test]
fn the_statement() {
    let with = |format: &str, statement: Vec<u8>| {
        reason(&Registration {
            format: format.into(),
            statement: Some(statement),
            ..Registration::default()
        })
    };
    let not_empty = [head(5, 1), cbor_text("a"), vec![1]].concat();
    assert_eq!(with("none", not_empty), Reason::NoneNotEmpty);
    assert_eq!(with("None", head(5, 0)), Reason::Format);
    assert_eq!(with("android-safetynet", head(5, 0)), Reason::FormatOff);
    for format in [
        "packed",
        "fido-u2f",
        "tpm",
        "android-key",
        "apple",
        "compound",
    ] {
        assert_eq!(with(format, head(5, 0)), Reason::Statement, "{format}");
    }
    assert_eq!(
        with("packed", packed(0x26, &[1, 2, 3])),
        Reason::StatementSignature
    );
    assert_eq!(
        with("packed", packed(0x27, &[1, 2, 3])),
        Reason::StatementAlgorithm
    );
    let one_of_compound = [head(4, 1), head(5, 0)].concat();
    assert_eq!(with("compound", one_of_compound), Reason::Statement);
}

#[test]
fn trust() {
    let required = |registration: Registration, trust| {
        let policy = Policy::attested();
        reason(&Registration {
            policy,
            trust,
            ..registration
        })
    };
    let nothing = || Trust::anchors(&[]).expect("no anchor is malformed");
    assert_eq!(
        required(Registration::default(), nothing()),
        Reason::AttestationRequired
    );
    assert_eq!(
        required(Registration::default().attested_by_itself(), nothing()),
        Reason::AttestationRequired
    );
    let other_model = Registration {
        trust: Trust::unverified().with_models(&[Aaguid::ZERO]),
        ..Registration::default()
    };
    assert_eq!(reason(&other_model), Reason::ModelNotAllowed);
}

#[test]
fn a_ceremony_of_another_relying_party() {
    let mut registration = Registration::default();
    let ceremony = mfakit_webauthn::danger::registration_with_challenge(
        &RelyingParty::builder("example.net")
            .origin("https://example.net")
            .build()
            .expect("the relying party is good"),
        &authenticator::user(),
        &[],
        Policy::passkey(),
        authenticator::CHALLENGE,
        START,
    );
    registration.rp = rp();
    let json = registration.to_json();
    let response =
        mfakit_webauthn::RegistrationResponse::from_json(&json).expect("the JSON is good");
    let error = ceremony
        .finish(&registration.rp, &response, START, &Trust::unverified())
        .expect_err("it began elsewhere");
    assert_eq!(error.reason(), Reason::OtherRelyingParty);
}
