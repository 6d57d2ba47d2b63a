//! Judges captured WebAuthn ceremonies: one JSON case a line on standard input, one verdict a line
//! on standard output.
//!
//! ```text
//! $ cargo run -q --release -p webauthn-verify < cases.jsonl
//! {"attestation":"none","code":null,"id":"…","kind":null,"step":null,"verdict":"accept"}
//! ```
//!
//! `webauthn-verify explain FILE [ID]` prints one ceremony for people: every part of it, and the
//! step of the specification that refused it. A file is a case, cases on lines, or what a browser
//! test captured.
//!
//! Where to look: `case.rs` has the format of a case, `judge.rs` runs it through the library the
//! way a service would, `time.rs` reads the moment at which it is judged, `explain.rs` is for people.

mod case;
mod explain;
mod judge;
mod time;
mod verdict;

use std::io::{self, BufRead as _, Write as _};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use mfakit_webauthn::provider::{AWS_LC_RS, CryptoProvider, RUSTCRYPTO};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("webauthn-verify: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if(|first| first == "explain").is_some() {
        return explain::run(arguments, RUSTCRYPTO);
    }
    let provider = provider(arguments)?;
    let mut output = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().split(b'\n') {
        let line = line.context("standard input cannot be read")?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let verdict = judge::line(&line, provider);
        serde_json::to_writer(&mut output, &verdict)?;
        writeln!(output)?;
    }
    output.flush()?;
    Ok(())
}

fn provider(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<CryptoProvider> {
    let mut provider = RUSTCRYPTO;
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next().as_deref()) {
            ("--provider", Some("rustcrypto")) => provider = RUSTCRYPTO,
            ("--provider", Some("aws-lc-rs")) => provider = AWS_LC_RS,
            _ => bail!("usage: webauthn-verify [--provider rustcrypto|aws-lc-rs] < cases.jsonl"),
        }
    }
    Ok(provider)
}
