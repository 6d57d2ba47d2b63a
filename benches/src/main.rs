//! `cargo xtask bench totp`: prints times, ratios and allocations, and exits with 1 if a target of
//! `docs/performance.md` was missed.

use std::process::ExitCode;

mod totp;

fn main() -> anyhow::Result<ExitCode> {
    let name = std::env::args().nth(1);
    let all_met = match name.as_deref() {
        Some("totp") => totp::bench()?,
        _ => anyhow::bail!("which benchmark? there is: totp"),
    };
    Ok(if all_met {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
