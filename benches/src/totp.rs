//! Codes and QR pictures, beside their limit and their peers.

use std::hint::black_box;

use fast_qr::convert::svg::SvgBuilder;
use libreauth::oath::TOTPBuilder;
use mfakit_benches::{Contender, Targets, run};
use mfakit_core::UnixTime;
use mfakit_totp::{KeyUri, LastStep, Params, QrCode, Secret, Totp, TypedCode, Window};
use sha1::block_api::compress;

const SECRET: &[u8] = b"12345678901234567890";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
/// A code that is none of the three steps around `NOW`: every step has to be computed.
const WRONG: &str = "000000";

/// Runs the benchmark; returns whether all targets were met.
pub fn bench() -> anyhow::Result<bool> {
    let mut targets = Targets::default();
    codes(&mut targets)?;
    println!();
    pictures(&mut targets)?;
    println!();
    Ok(targets.all_met())
}

/// Compresses as often as asked, each time the result of the last: no code can be had for less.
fn chained(times: usize) -> [u32; 5] {
    let mut state = black_box([1; 5]);
    let block = black_box([7; 64]);
    for _ in 0..times {
        compress(&mut state, &[block]);
    }
    state
}

fn codes(targets: &mut Targets) -> anyhow::Result<()> {
    let secret = Secret::from_bytes(SECRET)?;
    let prepared = Totp::new(&secret, Params::default());
    let typed = TypedCode::parse(WRONG)?;
    let verify = |totp: &Totp| {
        totp.verify(
            black_box(&typed),
            black_box(NOW),
            LastStep::Never,
            Window::default(),
        )
        .is_ok()
    };
    anyhow::ensure!(!verify(&prepared), "the wrong code is right");
    let totp_rs = totp_rs::Builder::new()
        .with_secret(SECRET.to_vec())
        .build()?;
    anyhow::ensure!(
        totp_rs.check(WRONG, NOW.as_secs()).is_none(),
        "the wrong code is right"
    );

    let results = run(vec![
        Contender::new("limit: 6 chained compressions of SHA-1", || chained(6)),
        Contender::new("limit: 8 chained compressions of SHA-1", || chained(8)),
        Contender::new("mfakit: verify, key prepared", || verify(&prepared)),
        Contender::new("mfakit: verify, from raw bytes", || {
            verify(&Totp::new(black_box(&secret), Params::default()))
        }),
        Contender::new("mfakit: verify, from the typed text", || {
            prepared
                .verify_text(black_box(WRONG), NOW, LastStep::Never, Window::default())
                .is_ok()
        }),
        Contender::new("totp-rs 6: check", || {
            totp_rs.check(black_box(WRONG), NOW.as_secs())
        }),
        Contender::new("libreauth 0.18: is_valid", || {
            let mut builder = TOTPBuilder::new();
            let seconds = i64::try_from(NOW.as_secs()).unwrap_or(0);
            builder
                .key(black_box(SECRET))
                .timestamp(seconds)
                .tolerance(1);
            builder
                .finalize()
                .map(|totp| totp.is_valid(black_box(WRONG)))
        }),
    ]);
    println!("a wrong code, three steps, SHA-1\n");
    results.print();
    println!();
    let ours = "mfakit: verify, key prepared";
    targets.at_most(
        "verify, key prepared / 6 compressions",
        results.ratio(ours, "limit: 6 chained compressions of SHA-1"),
        1.20,
    );
    targets.at_most(
        "verify, from raw bytes / 8 compressions",
        results.ratio(
            "mfakit: verify, from raw bytes",
            "limit: 8 chained compressions of SHA-1",
        ),
        1.30,
    );
    targets.at_most(
        "verify, key prepared / totp-rs",
        results.ratio(ours, "totp-rs 6: check"),
        0.65,
    );
    println!(
        "{:<60} {:>7.2}",
        "verify, key prepared / libreauth",
        results.ratio(ours, "libreauth 0.18: is_valid")
    );

    let allocations = allocation_counter::measure(|| {
        black_box(verify(&prepared));
    });
    targets.at_most("allocations in verify", allocations.count_total as f64, 0.0);
    let allocations = allocation_counter::measure(|| {
        black_box(totp_rs.check(WRONG, NOW.as_secs()));
    });
    println!(
        "{:<60} {:>7}",
        "allocations in totp-rs check", allocations.count_total
    );
    Ok(())
}

fn pictures(targets: &mut Targets) -> anyhow::Result<()> {
    let secret = Secret::from_bytes(SECRET)?;
    let uri = KeyUri::totp(
        &secret,
        "Example Company",
        "alice.wonderland@mail.example.com",
    )
    .build()?;
    let text = uri.to_uri();
    let theirs = || {
        let code = fast_qr::QRBuilder::new(black_box(text.as_bytes()))
            .ecl(fast_qr::ECL::M)
            .build();
        code.map(|code| SvgBuilder::default().to_str(&code))
    };
    let ours = || QrCode::new(black_box(&uri)).map(|code| code.svg("QR code"));

    let results = run(vec![
        Contender::new("fast_qr 0.14: QR and SVG", || theirs().map(|svg| svg.len())),
        Contender::new("mfakit: QR and SVG", || ours().map(|svg| svg.len())),
    ]);
    println!("the QR code of a key URI of {} bytes\n", text.len());
    results.print();
    println!();
    targets.at_most(
        "QR and SVG / fast_qr, time",
        results.ratio("mfakit: QR and SVG", "fast_qr 0.14: QR and SVG"),
        1.0,
    );
    let (ours, theirs) = (
        ours()?.len(),
        theirs()
            .map_err(|error| anyhow::anyhow!("{error:?}"))?
            .len(),
    );
    println!("{:<60} {ours:>7}", "bytes of the SVG, mfakit");
    println!("{:<60} {theirs:>7}", "bytes of the SVG, fast_qr");
    targets.at_most(
        "bytes of the SVG / fast_qr",
        ours as f64 / theirs as f64,
        0.60,
    );
    Ok(())
}
