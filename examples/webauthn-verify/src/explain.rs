//! `webauthn-verify explain FILE [ID]`: one ceremony, every part of it, and the verdict, for people.
//!
//! What is printed is decoded here, as far as it can be, independently of the library: a response
//! that is refused for its form is shown up to where it ends making sense. Only the verdict is the
//! library's.

mod authenticator_data;
mod cbor;
mod ceremony;
mod certificate;
mod file;
mod names;
mod page;
mod response;
mod statement;
mod tpm;

use std::io::{self, Write as _};

use anyhow::{Context as _, bail};
use mfakit_core::UnixTime;
use mfakit_webauthn::provider::CryptoProvider;

const USAGE: &str = "usage: webauthn-verify explain FILE [ID]";

/// Prints the ceremonies of a file.
pub(crate) fn run(
    mut arguments: impl Iterator<Item = String>,
    provider: CryptoProvider,
) -> anyhow::Result<()> {
    let (Some(path), id, None) = (arguments.next(), arguments.next(), arguments.next()) else {
        bail!(USAGE);
    };
    let text = if path == "-" {
        io::read_to_string(io::stdin()).context("standard input cannot be read")?
    } else {
        std::fs::read_to_string(&path).with_context(|| format!("{path} cannot be read"))?
    };
    let printed = explain(&text, id.as_deref(), now()?, provider).with_context(|| path)?;
    match io::stdout().write_all(printed.as_bytes()) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// For captures, which do not say when they were made.
fn now() -> anyhow::Result<UnixTime> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the edge of the program reads the clock"
    )]
    let now = std::time::SystemTime::now();
    UnixTime::try_from(now).context("the clock stands before 1970")
}

/// Returns what is printed about the contents of a file.
fn explain(
    text: &str,
    id: Option<&str>,
    now: UnixTime,
    provider: CryptoProvider,
) -> anyhow::Result<String> {
    let cases = file::cases(text, id, now)?;
    let pages: Vec<_> = cases
        .iter()
        .map(|case| ceremony::page(case, provider))
        .collect();
    Ok(pages.join("\n\n"))
}

#[cfg(test)]
mod tests;
