//! RS256 beside the `rsa` crate.

use std::hint::black_box;

use anyhow::{Context as _, anyhow};
use mfakit_benches::{Contender, Targets, run};
use mfakit_core::OsRng;
use mfakit_webauthn::provider::{AWS_LC_RS, CryptoProvider, KeyMaterial, PreparedKey, RUSTCRYPTO};
use mfakit_webauthn::{Hash, Scheme};
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::sha2::Sha256;
use rsa::signature::{SignatureEncoding as _, Signer as _, Verifier as _};
use rsa::traits::PublicKeyParts as _;
use rsa::{RsaPrivateKey, RsaPublicKey};

const OURS: &str = "mfakit, RUSTCRYPTO";
const OURS_AWS_LC: &str = "mfakit, AWS_LC_RS";
const THEIRS: &str = "rsa 0.10.0-rc.18";

/// As long as what a sign-in signs.
const MESSAGE: &[u8] = &[7; 69];

/// Verifies one signature again and again.
pub fn bench(targets: &mut Targets) -> anyhow::Result<()> {
    let mut rng = OsRng::new().map_err(|error| anyhow!("{error:?}"))?;
    let private = RsaPrivateKey::new(&mut rng, 2048)?;
    let public = RsaPublicKey::from(&private);
    let signature = SigningKey::<Sha256>::new(private).sign(MESSAGE).to_vec();
    let ours = prepare(&RUSTCRYPTO, &public)?;
    let aws_lc = prepare(&AWS_LC_RS, &public)?;
    let theirs = VerifyingKey::<Sha256>::new(public);
    let verify = |key: &PreparedKey| key.verify(&[black_box(MESSAGE)], &signature).is_ok();
    let theirs = || {
        let signature = Signature::try_from(signature.as_slice());
        signature.and_then(|signature| theirs.verify(black_box(MESSAGE), &signature))
    };
    anyhow::ensure!(verify(&ours) && verify(&aws_lc) && theirs().is_ok());

    let results = run(vec![
        Contender::new(OURS, || verify(&ours)),
        Contender::new(OURS_AWS_LC, || verify(&aws_lc)),
        Contender::new(THEIRS, theirs),
    ]);
    println!("a signature with RS256 and a key of 2048 bits\n");
    results.print();
    println!();
    targets.at_most("RS256 / the rsa crate", results.ratio(OURS, THEIRS), 1.0);
    let counted = allocation_counter::measure(|| {
        black_box(verify(&ours));
    });
    targets.at_most("allocations in RS256", counted.count_total as f64, 0.0);
    let counted = allocation_counter::measure(|| {
        _ = black_box(theirs());
    });
    println!(
        "{:<60} {:>7}",
        "allocations in the rsa crate", counted.count_total
    );
    Ok(())
}

fn prepare(provider: &CryptoProvider, key: &RsaPublicKey) -> anyhow::Result<PreparedKey> {
    let (n, e) = (key.n_bytes(), key.e_bytes());
    let material = KeyMaterial::Rsa { n: &n, e: &e };
    let prepared = provider
        .prepare(Scheme::RsaPkcs1(Hash::Sha256), material)
        .context("it has RS256")?;
    Ok(prepared?)
}
