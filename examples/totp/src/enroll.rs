//! A new secret, and all ways to get it into an app.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal as _, Write as _};

use anyhow::Context as _;
use mfakit_core::OsRng;
use mfakit_totp::{KeyUri, PngScale, Secret, SecretLen, TerminalStyle};

use crate::args::{Args, Usage};

pub(crate) fn run(mut args: Args) -> anyhow::Result<()> {
    let issuer = args.required("issuer")?;
    let account = args.required("account")?;
    let params = args.params()?.unwrap_or_default();
    let style = style(&mut args)?;
    let (svg, png) = (args.option("svg")?, args.option("png")?);
    args.finish()?;

    let secret = Secret::generate_len(
        &mut OsRng::new()?,
        SecretLen::for_algorithm(params.algorithm()),
    );
    let uri = KeyUri::totp(&secret, &issuer, &account)
        .params(params)
        .build()?;
    let qr = uri.qr()?;

    if let Some(file) = svg {
        write_new(&file, qr.svg("QR code for an authenticator app").as_bytes())?;
    }
    if let Some(file) = png {
        write_new(&file, &qr.png(PngScale::default())?)?;
    }

    let entry = uri.manual_entry();
    println!("Scan this with an authenticator app:\n");
    println!("{}", *qr.terminal(style));
    println!("Unable to scan? Type this:\n");
    println!("  Account    {}: {}", issuer.as_str(), entry.account());
    println!("  Key        {}", entry.key());
    println!(
        "  Type       time-based, {}, {} digits, {} seconds",
        entry.algorithm(),
        entry.digits(),
        entry.period_secs(),
    );
    println!("\nThe URI in the code, which is as secret as the key:\n");
    println!("  {}", *uri.to_uri());
    for warning in uri.warnings() {
        let apps: Vec<_> = warning.apps().iter().map(ToString::to_string).collect();
        println!("\nWarning: {warning}: misread by {}", apps.join(", "));
    }
    Ok(())
}

fn style(args: &mut Args) -> Result<TerminalStyle, Usage> {
    match args.option("qr")?.as_ref().map(|style| style.as_str()) {
        None if io::stdout().is_terminal() => Ok(TerminalStyle::Ansi),
        None | Some("dark-on-light") => Ok(TerminalStyle::DarkOnLight),
        Some("ansi") => Ok(TerminalStyle::Ansi),
        Some("light-on-dark") => Ok(TerminalStyle::LightOnDark),
        Some(_) => Err(Usage::new(
            "--qr is none of ansi, light-on-dark and dark-on-light",
        )),
    }
}

/// Writes a file that nobody else can read, and no file that is there already.
fn write_new(path: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(path)
        .with_context(|| format!("{path} cannot be made"))?;
    file.write_all(bytes)
        .with_context(|| format!("{path} cannot be written"))
}
