//! What is typed or piped in.

use std::io::{self, IsTerminal as _, Read as _};

use anyhow::{Context as _, bail, ensure};
use mfakit_totp::{KeyUri, MinBits, OtpType, Params, Secret};
use zeroize::Zeroizing;

use crate::args::{Args, Usage};

/// Keys and URIs are shorter.
const MAX_BYTES: u64 = 8192;

/// The secret and the parameters of a device: from `--secret`, else from standard input.
pub(crate) fn device(args: &mut Args) -> anyhow::Result<(Secret, Params)> {
    let params = args.params()?;
    let text = match args.option("secret")? {
        Some(text) => text,
        None => standard_input("the key, or the whole URI")?,
    };
    let text = text.trim();
    if !text.contains("://") {
        let secret = Secret::import_base32(text, MinBits::Bits80).context("the key is refused")?;
        return Ok((secret, params.unwrap_or_default()));
    }

    if params.is_some() {
        return Err(Usage::new("the parameters are those of the URI").into());
    }
    let uri = KeyUri::import(text, MinBits::Bits80).context("the URI is refused")?;
    ensure!(
        uri.otp_type() == OtpType::Totp,
        "the device counts codes, not time"
    );
    let params = uri.params().context("the URI is refused")?;
    Ok((uri.into_secret(), params))
}

/// Everything on standard input; a person is told what to type.
pub(crate) fn standard_input(what: &str) -> anyhow::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    if io::stdin().is_terminal() {
        eprintln!("Type or paste {what}:");
        io::stdin().read_line(&mut text)?;
    } else {
        io::stdin().take(MAX_BYTES).read_to_string(&mut text)?;
    }
    if text.trim().is_empty() {
        bail!("expected on standard input: {what}");
    }
    Ok(text)
}
