//! What a key URI says.

use anyhow::Context as _;
use mfakit_totp::{KeyUri, MinBits, OtpType};

use crate::args::Args;
use crate::input;

pub(crate) fn run(mut args: Args) -> anyhow::Result<()> {
    let text = match args.other() {
        Some(text) => text,
        None => input::standard_input("the URI")?,
    };
    args.finish()?;

    let text = text.trim();
    let uri = KeyUri::import(text, MinBits::Bits80).context("the URI is refused")?;

    match uri.otp_type() {
        OtpType::Totp => println!("type        totp, {} seconds", uri.period_secs()),
        OtpType::Hotp { counter } => println!("type        hotp, counter {counter}"),
    }
    println!("issuer      {}", uri.issuer().unwrap_or("(none)"));
    if let Some(label) = uri
        .label_issuer()
        .filter(|label| uri.issuer() != Some(label))
    {
        println!("            {label} (in the label)");
    }
    println!("account     {}", uri.account());
    println!("algorithm   {}", uri.algorithm());
    println!("digits      {}", uri.digits());
    let bytes = uri.secret().expose().len();
    println!("secret      {bytes} bytes (not shown)");
    if let Some(image) = uri.image() {
        println!("image       {image}");
    }
    for (name, value) in uri.other_parameters() {
        println!("other       {name} = {value}");
    }

    println!();
    if let Err(unsupported) = uri.params() {
        println!("Cannot be verified here: {unsupported}.");
    }
    if KeyUri::parse_strict(text).is_err() {
        println!("Not as strict as it should be written: apps may read it in different ways.");
    }
    let mut warned = false;
    for warning in uri.warnings() {
        warned = true;
        let apps: Vec<_> = warning.apps().iter().map(ToString::to_string).collect();
        println!(
            "Warning: {warning}.\n         Misread by {}.",
            apps.join(", ")
        );
    }
    if !warned {
        println!("No app is known to misread it.");
    }
    Ok(())
}
