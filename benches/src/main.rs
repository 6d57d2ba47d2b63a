//! `cargo xtask bench NAME`: prints times, ratios and allocations, and exits with 1 if a target of
//! `docs/performance.md` was missed.

use std::process::ExitCode;

mod totp;
mod webauthn;

fn main() -> anyhow::Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let (name, what) = (arguments.next(), arguments.next());
    let all_met = match (name.as_deref(), what.as_deref()) {
        (Some("totp"), None) => totp::bench()?,
        (Some("webauthn"), None) => webauthn::bench()?,
        // What the benchmark runs under callgrind.
        (Some("webauthn"), Some(what)) => webauthn::instructions::run(what)?,
        _ => anyhow::bail!("which benchmark? there are: totp, webauthn"),
    };
    Ok(if all_met {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
