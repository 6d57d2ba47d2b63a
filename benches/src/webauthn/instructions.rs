//! Instructions, which do not depend on what else the machine is doing: counted by callgrind, if
//! valgrind is there, in a second run of this program.

use std::hint::black_box;
use std::process::Command;

use anyhow::{Context as _, bail};
use mfakit_benches::Targets;
use mfakit_benches::ceremony::Authenticator;
use mfakit_webauthn::provider::{AWS_LC_RS, RUSTCRYPTO};
use sha2::Digest as _;

use super::side::{Ours, STUB, Theirs};

/// How often the counted work is done.
const TIMES: u64 = 20;

const OURS_STUB: &str = "mfakit-stub";
const THEIRS: &str = "webauthn-rs-core";
const THEIR_SIGNATURE: &str = "webauthn-rs-core-signature";
const HASH: &str = "hash-of-client-data";

/// Counts, and prints what was counted.
pub fn bench(targets: &mut Targets) -> anyhow::Result<()> {
    let what = "all but the signature / that of webauthn-rs-core";
    if Command::new("valgrind").arg("--version").output().is_err() {
        targets.unknown(what, "valgrind is not installed");
        return Ok(());
    }
    println!("instructions of a sign-in with ES256\n");
    let ours = count(OURS_STUB)?;
    let (theirs, signature) = (count(THEIRS)?, count(THEIR_SIGNATURE)?);
    let outside = theirs
        .checked_sub(signature)
        .context("a part is less than the whole")?;
    println!(
        "{:<44} {ours:>10}",
        "mfakit, a provider that verifies nothing"
    );
    println!("{THEIRS:<44} {theirs:>10}");
    println!("{:<44} {outside:>10}", "  outside of its signature check");
    let hash = count(HASH)?;
    println!(
        "{:<44} {hash:>10}",
        "  the hash of client data, a part of both"
    );
    println!();
    targets.at_most(what, ours as f64 / outside as f64, 0.60);
    // Valgrind's processor has no SHA extensions, so the hash is most of what both have in common.
    let (ours, outside) = (ours.saturating_sub(hash), outside.saturating_sub(hash));
    println!(
        "{:<60} {:>7.2}",
        "  the same without the hash",
        ours as f64 / outside as f64
    );
    Ok(())
}

/// Runs this program under callgrind, and returns the instructions of one piece of the work.
fn count(what: &str) -> anyhow::Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg("--toggle-collect=*counted_by_callgrind*")
        .arg(std::env::current_exe()?)
        .args(["webauthn", what])
        .output()?;
    let report = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("callgrind failed: {report}");
    }
    let total: u64 = report
        .lines()
        .find_map(|line| line.split_once("Collected : "))
        .context("callgrind reports a number")?
        .1
        .trim()
        .parse()?;
    Ok(total / TIMES)
}

/// Does one kind of work, under callgrind.
pub fn run(what: &str) -> anyhow::Result<bool> {
    let authenticator = Authenticator::new(0x42)?;
    let answer = authenticator.sign_in();
    let json = answer.json.as_str();
    let ours = match what {
        OURS_STUB => Some(Ours::new(&authenticator, STUB)?),
        "mfakit-rustcrypto" => Some(Ours::new(&authenticator, RUSTCRYPTO)?),
        "mfakit-aws-lc-rs" => Some(Ours::new(&authenticator, AWS_LC_RS)?),
        _ => None,
    };
    if let Some(ours) = ours {
        // The peer makes its key ready in its signature check, which is not counted either.
        let key = ours.prepared_key()?;
        for _ in 0..TIMES {
            let ceremony = ours.begin();
            let sign_in = || ours.sign_in_with_key(ceremony, json, &key).is_ok();
            anyhow::ensure!(counted_by_callgrind(sign_in));
        }
        return Ok(true);
    }
    if what == HASH {
        for _ in 0..TIMES {
            let hash = || sha2::Sha256::digest(black_box(&answer.client_data)).len() == 32;
            anyhow::ensure!(counted_by_callgrind(hash));
        }
        return Ok(true);
    }
    let theirs = Theirs::new(&authenticator)?;
    let key = &theirs.credential.cred;
    for _ in 0..TIMES {
        let good = match what {
            THEIRS => counted_by_callgrind(|| theirs.sign_in(json).is_ok()),
            THEIR_SIGNATURE => counted_by_callgrind(|| {
                let verdict = key.verify_signature(&answer.signature, &answer.message);
                matches!(verdict, Ok(true))
            }),
            _ => bail!("there is nothing to count under that name"),
        };
        anyhow::ensure!(good);
    }
    Ok(true)
}

/// Callgrind counts while this runs: it knows it by its name.
#[inline(never)]
fn counted_by_callgrind(work: impl FnOnce() -> bool) -> bool {
    black_box(work())
}
