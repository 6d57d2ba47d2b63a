//! The four requests over HTTP, against the running program.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod authenticator;
mod server;

use std::fs;

use authenticator::{Authenticator, Format, UP, base64url};
use serde_json::{Value, json};
use server::{Server, ends, refusal};

fn ada() -> Value {
    json!({ "username": "ada", "displayName": "Ada L." })
}

/// A server that knows Ada, and her authenticator.
fn registered() -> (Server, Authenticator) {
    let server = Server::start();
    let authenticator = Authenticator::new(&server.origin);
    let options = server.begin_registration(&ada());
    server.accepted("/attestation/result", &authenticator.create(&options));
    (server, authenticator)
}

#[test]
fn a_credential_is_registered_and_signs_in() {
    let (server, mut authenticator) = registered();
    for counter in 2..4 {
        authenticator.counter = counter;
        let options = server.begin_sign_in("ada");
        let allowed = json!([{ "type": "public-key", "id": base64url(&authenticator.id) }]);
        assert_eq!(options["allowCredentials"], allowed);
        assert_eq!(
            (&options["rpId"], &options["userVerification"]),
            (&json!("localhost"), &json!("preferred"))
        );
        server.accepted("/assertion/result", &authenticator.get(&options));
    }
}

#[test]
fn options_are_what_was_asked_for() {
    let (server, authenticator) = registered();
    let options = server.begin_registration(&json!({
        "username": "ada",
        "displayName": "Ada L.",
        "authenticatorSelection": {
            "requireResidentKey": true,
            "authenticatorAttachment": "cross-platform",
            "userVerification": "required",
        },
        "attestation": "direct",
        "extensions": { "example.extension": true },
    }));
    assert_eq!(options["rp"]["id"], "localhost");
    assert_eq!(options["user"]["name"], "ada");
    assert_eq!(options["user"]["displayName"], "Ada L.");
    assert_eq!(options["attestation"], "direct");
    assert_eq!(
        options["authenticatorSelection"],
        json!({
            "authenticatorAttachment": "cross-platform",
            "requireResidentKey": true,
            "residentKey": "required",
            "userVerification": "required",
        })
    );
    assert_eq!(options["extensions"]["example.extension"], true);
    assert_eq!(
        options["excludeCredentials"],
        json!([{ "type": "public-key", "id": base64url(&authenticator.id) }])
    );
    let offered = options["pubKeyCredParams"].as_array().unwrap();
    for algorithm in [-7, -257, -65535] {
        let wanted = json!({ "type": "public-key", "alg": algorithm });
        assert!(offered.contains(&wanted), "{algorithm}");
    }

    let request = json!({
        "username": "ada",
        "userVerification": "discouraged",
        "extensions": { "example.extension": "yes" },
    });
    let options = server.accepted("/assertion/options", &request);
    assert_eq!(options["userVerification"], "discouraged");
    assert_eq!(options["extensions"]["example.extension"], "yes");
}

#[test]
fn what_is_not_asked_for_is_the_default() {
    let server = Server::start();
    let options = server.begin_registration(&ada());
    assert_eq!(options["attestation"], "none");
    assert_eq!(options["excludeCredentials"], json!([]));
    assert_eq!(
        options["authenticatorSelection"],
        json!({
            "requireResidentKey": false,
            "residentKey": "discouraged",
            "userVerification": "preferred",
        })
    );
}

#[test]
fn a_message_without_raw_id_is_as_good() {
    let server = Server::start();
    let authenticator = Authenticator::new(&server.origin);
    let options = server.begin_registration(&ada());
    let mut message = authenticator.create(&options);
    message.as_object_mut().unwrap().remove("rawId");
    server.accepted("/attestation/result", &message);
}

#[test]
fn malformed_requests_are_refused() {
    let server = Server::start();
    let requests = [
        ("/attestation/options", "", "EOF"),
        (
            "/attestation/options",
            r#"{"username": "ada"}"#,
            "missing field `displayName`",
        ),
        (
            "/attestation/options",
            r#"{"username": "ada", "displayName": "Ada", "attestation": "full"}"#,
            "unknown variant `full`",
        ),
        (
            "/attestation/options",
            r#"{"username": "ada", "displayName": "Ada",
                "authenticatorSelection": {"userVerification": true}}"#,
            "expected value",
        ),
        ("/assertion/options", "{}", "missing field `username`"),
        (
            "/assertion/options",
            r#"{"username": "ada", "userVerification": "maybe"}"#,
            "unknown variant `maybe`",
        ),
        (
            "/assertion/options",
            r#"{"username": "ada"}"#,
            "no such user",
        ),
        ("/attestation/result", "[]", "invalid type"),
        ("/attestation/result", "{}", "has no challenge"),
        (
            "/assertion/result",
            r#"{"response": {}}"#,
            "has no challenge",
        ),
        ("/elsewhere", "{}", "no such request"),
    ];
    for (path, body, why) in requests {
        let message = refusal(server.post_text(path, body));
        assert!(message.contains(why), "{path} {body}: {message}");
    }
}

#[test]
fn a_challenge_is_good_for_one_message() {
    let (server, mut authenticator) = registered();
    authenticator.id = vec![0x1e; 20];
    let options = server.begin_registration(&ada());
    let message = authenticator.create(&options);
    let none = "no registration was begun with this challenge";
    // That of a sign-in is none for a registration, and the other way round.
    let get = server.begin_sign_in("ada");
    let other = authenticator.create(&get);
    assert_eq!(server.refused("/attestation/result", &other), none);
    server.accepted("/attestation/result", &message);
    assert_eq!(server.refused("/attestation/result", &message), none);

    authenticator.counter = 2;
    let options = server.begin_sign_in("ada");
    let message = authenticator.get(&options);
    server.accepted("/assertion/result", &message);
    assert_eq!(
        server.refused("/assertion/result", &message),
        "no sign-in was begun with this challenge"
    );
}

#[test]
fn bad_registrations_are_refused_with_code_and_step() {
    type Change = dyn Fn(&mut Authenticator);
    let (server, mut authenticator) = registered();
    let refused = |change: &Change| {
        let mut bad = Authenticator::new(&server.origin);
        bad.id = vec![0x20; 20];
        change(&mut bad);
        let request = json!({
            "username": "ada",
            "displayName": "Ada",
            "authenticatorSelection": { "userVerification": "required" },
        });
        let options = server.begin_registration(&request);
        server.refused("/attestation/result", &bad.create(&options))
    };
    let cases: [(&Change, &str); 4] = [
        (&|bad| bad.origin = "http://localhost:1".into(), "origin"),
        (&|bad| bad.flags = UP, "verif"),
        (&|bad| bad.flags = 0, "presen"),
        (&|bad| bad.id = vec![0x1d; 20], "registered"),
    ];
    for (change, why) in cases {
        let message = refused(change);
        assert!(
            message.starts_with('W') && message.contains(why),
            "{why}: {message}"
        );
    }

    // Somebody else's credential.
    let bob = json!({ "username": "bob", "displayName": "Bob" });
    let options = server.begin_registration(&bob);
    let message = server.refused("/attestation/result", &authenticator.create(&options));
    assert_eq!(message, "this credential is registered already");

    // Nothing of it was kept.
    authenticator.counter = 9;
    let options = server.begin_sign_in("ada");
    assert_eq!(options["allowCredentials"].as_array().unwrap().len(), 1);
    assert_eq!(
        server.refused("/assertion/options", &json!({ "username": "bob" })),
        "no such user"
    );
}

#[test]
fn bad_sign_ins_are_refused_with_code_and_step() {
    let (server, mut authenticator) = registered();
    let required = json!({ "username": "ada", "userVerification": "required" });
    let refused = |authenticator: &Authenticator, change: &dyn Fn(&mut Value)| {
        let options = server.accepted("/assertion/options", &required);
        let mut message = authenticator.get(&options);
        change(&mut message);
        server.refused("/assertion/result", &message)
    };
    let no_change: &dyn Fn(&mut Value) = &|_| {};

    authenticator.counter = 1;
    let message = refused(&authenticator, no_change);
    assert!(message.contains("counter"), "{message}");
    authenticator.counter = 2;
    authenticator.flags = UP;
    let message = refused(&authenticator, no_change);
    assert!(message.contains("verif"), "{message}");
    authenticator.flags = UP | authenticator::UV;
    let message = refused(&authenticator, &|message| {
        message["response"]["signature"] = base64url(&[0x30, 0]).into();
    });
    assert!(message.contains("signature"), "{message}");
    authenticator.id = vec![0x1e; 20];
    let message = refused(&authenticator, no_change);
    assert!(message.starts_with('W'), "{message}");

    authenticator.id = vec![0x1d; 20];
    let options = server.begin_sign_in("ada");
    server.accepted("/assertion/result", &authenticator.get(&options));
}

fn attested(server: &Server) -> Authenticator {
    let mut authenticator = Authenticator::new(&server.origin);
    authenticator.format = Format::Packed {
        key: *include_bytes!("data/attestation.key"),
        certificate: include_bytes!("data/attestation.der"),
    };
    authenticator
}

#[test]
fn attestations_lead_to_an_anchor_if_there_are_any() {
    let root = include_str!("data/root.pem");
    let base64: String = root
        .lines()
        .filter(|line| !line.starts_with("---"))
        .map(|line| format!("{line}\n"))
        .collect();
    let statement = json!({ "attestationRootCertificates": [base64] }).to_string();
    let own = include_bytes!("data/attestation.der").as_slice();
    for (name, content) in [
        ("root.pem", root.as_bytes()),
        ("statement.json", statement.as_bytes()),
        ("leaf.der", own),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), content).unwrap();
        fs::write(folder.path().join("README.txt"), "of another kind").unwrap();
        let server = Server::trusting(folder.path());
        let options = server.begin_registration(&ada());
        server.accepted("/attestation/result", &attested(&server).create(&options));
    }

    let empty = tempfile::tempdir().unwrap();
    let server = Server::trusting(empty.path());
    let options = server.begin_registration(&ada());
    let message = server.refused("/attestation/result", &attested(&server).create(&options));
    assert!(message.contains("trust"), "{message}");

    let server = Server::start();
    let options = server.begin_registration(&ada());
    server.accepted("/attestation/result", &attested(&server).create(&options));
}

#[test]
fn a_start_that_makes_no_sense_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bad.der"), "no certificate").unwrap();
    let path = folder.path().to_str().unwrap();
    let stderr = |arguments: &[&str]| String::from_utf8(ends(arguments).stderr).unwrap();
    assert!(stderr(&["--anchors", path]).contains("bad.der"));
    assert!(stderr(&["--anchors", "/nowhere"]).contains("/nowhere"));
    for arguments in [["--what", "1"].as_slice(), &["--port"], &["--port", "x"]] {
        assert!(stderr(arguments).contains("usage: conformance-server"));
    }
}
