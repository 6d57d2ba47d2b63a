//! Ceremonies beside webauthn-rs-core, signatures beside the libraries that make them.

pub mod instructions;
mod rsa;
mod side;

use std::hint::black_box;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey};
use mfakit_benches::ceremony::Authenticator;
use mfakit_benches::{Contender, Targets, run};
use mfakit_webauthn::provider::{AWS_LC_RS, CryptoProvider, RUSTCRYPTO};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{DerSignature, Signature};
use side::{Ours, STUB, Theirs};

const BARE_RUSTCRYPTO: &str = "bare signature, p256 0.14";
const BARE_AWS_LC: &str = "bare signature, aws-lc-rs 1";
const OURS_RUSTCRYPTO: &str = "mfakit, RUSTCRYPTO";
const OURS_AWS_LC: &str = "mfakit, AWS_LC_RS";
const OURS_AWS_LC_KEPT: &str = "mfakit, AWS_LC_RS, prepared key kept";
const OURS_STUB: &str = "mfakit, a provider that verifies nothing";
const THEIRS: &str = "webauthn-rs-core 0.6";

/// Runs the benchmark; returns whether all targets were met.
pub fn bench() -> anyhow::Result<bool> {
    let mut targets = Targets::default();
    sign_in(&mut targets)?;
    println!();
    instructions::bench(&mut targets)?;
    println!();
    registration()?;
    println!();
    rsa::bench(&mut targets)?;
    println!();
    Ok(targets.all_met())
}

fn sign_in(targets: &mut Targets) -> anyhow::Result<()> {
    let authenticator = Authenticator::new(0x42)?;
    let answer = authenticator.sign_in();
    let ours = |provider: CryptoProvider| Ours::new(&authenticator, provider);
    let (rustcrypto, aws_lc, stub) = (ours(RUSTCRYPTO)?, ours(AWS_LC_RS)?, ours(STUB)?);
    let kept = aws_lc.prepared_key()?;
    let theirs = Theirs::new(&authenticator)?;
    for ours in [&rustcrypto, &aws_lc, &stub] {
        _ = ours.sign_in(ours.begin(), &answer.json)?;
    }
    theirs.sign_in(&answer.json)?;

    let key = authenticator.verifying_key();
    let aws_lc_key = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, authenticator.point())?;
    let whole = |ours: &'_ Ours, name| {
        let ours = ours.clone();
        let json = answer.json.as_str();
        let begin = {
            let ours = ours.clone();
            move || ours.begin()
        };
        Contender::with_input(name, begin, move |ceremony| {
            ours.sign_in(ceremony, black_box(json)).is_ok()
        })
    };
    let results = run(vec![
        Contender::new(BARE_RUSTCRYPTO, || {
            let signature = DerSignature::from_bytes(black_box(&answer.signature));
            let signature = signature.and_then(Signature::try_from);
            signature.and_then(|signature| key.verify(black_box(&answer.message), &signature))
        }),
        Contender::new(BARE_AWS_LC, || {
            aws_lc_key.verify_sig(black_box(&answer.message), &answer.signature)
        }),
        whole(&rustcrypto, OURS_RUSTCRYPTO),
        whole(&aws_lc, OURS_AWS_LC),
        Contender::with_input(
            OURS_AWS_LC_KEPT,
            || aws_lc.begin(),
            |ceremony| {
                let json = black_box(answer.json.as_str());
                aws_lc.sign_in_with_key(ceremony, json, &kept).is_ok()
            },
        ),
        whole(&stub, OURS_STUB),
        Contender::new(THEIRS, || theirs.sign_in(black_box(&answer.json)).is_ok()),
    ]);
    println!("a sign-in with ES256, from the browser's JSON to the verdict\n");
    results.print();
    println!();
    targets.at_most(
        "all but the signature / bare signature of p256, percent",
        100.0 * results.ratio(OURS_STUB, BARE_RUSTCRYPTO),
        2.0,
    );
    targets.at_least(
        "webauthn-rs-core / sign-in with AWS_LC_RS",
        results.ratio(THEIRS, OURS_AWS_LC),
        3.0,
    );
    println!(
        "{:<60} {:>7.2}",
        "sign-in with RUSTCRYPTO / bare signature of p256",
        results.ratio(OURS_RUSTCRYPTO, BARE_RUSTCRYPTO)
    );
    println!(
        "{:<60} {:>7.2}",
        "sign-in with AWS_LC_RS, key kept / its bare signature",
        results.ratio(OURS_AWS_LC_KEPT, BARE_AWS_LC)
    );
    allocations(targets, &rustcrypto, &theirs, &answer.json);
    Ok(())
}

fn allocations(targets: &mut Targets, ours: &Ours, theirs: &Theirs, json: &str) {
    let ceremony = ours.begin();
    let counted = allocation_counter::measure(|| {
        _ = black_box(ours.sign_in(ceremony, json));
    });
    targets.at_most("allocations in a sign-in", counted.count_total as f64, 4.0);
    let counted = allocation_counter::measure(|| {
        _ = black_box(theirs.sign_in(json));
    });
    println!(
        "{:<60} {:>7}",
        "allocations in webauthn-rs-core", counted.count_total
    );
}

fn registration() -> anyhow::Result<()> {
    let authenticator = Authenticator::new(0x42)?;
    let json = authenticator.register();
    let ours = Ours::new(&authenticator, RUSTCRYPTO)?;
    let theirs = Theirs::new(&authenticator)?;
    _ = ours.register(ours.begin_registration(), &json)?;
    theirs.register(&json)?;
    let results = run(vec![
        Contender::with_input(
            OURS_RUSTCRYPTO,
            || ours.begin_registration(),
            |ceremony| ours.register(ceremony, black_box(&json)).is_ok(),
        ),
        Contender::new(THEIRS, || theirs.register(black_box(&json)).is_ok()),
    ]);
    println!("a registration with ES256 and no attestation, from JSON to the credential\n");
    results.print();
    println!();
    println!(
        "{:<60} {:>7.2}",
        "registration / webauthn-rs-core",
        results.ratio(OURS_RUSTCRYPTO, THEIRS)
    );
    Ok(())
}
