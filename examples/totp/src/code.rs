//! The app's side.

use std::io::{self, IsTerminal as _};

use mfakit_totp::Totp;

use crate::args::Args;
use crate::{input, now};

pub(crate) fn run(mut args: Args) -> anyhow::Result<()> {
    let (secret, params) = input::device(&mut args)?;
    args.finish()?;

    let totp = Totp::new(&secret, params);
    let now = now()?;
    println!("{}", totp.code_at(now).expose());
    if io::stdout().is_terminal() {
        eprintln!("for {} more seconds", totp.remaining(now).as_secs());
    }
    Ok(())
}
