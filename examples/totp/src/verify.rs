//! The server's side.

use anyhow::Context as _;
use mfakit_totp::{LastStep, Step, Totp, TypedCode, Window};

use crate::args::{Args, Usage};
use crate::{input, now};

pub(crate) fn run(mut args: Args) -> anyhow::Result<()> {
    let code = args
        .other()
        .ok_or_else(|| Usage::new("the code to verify is missing"))?;
    let last = match args.parsed::<u64>("last-step")? {
        None => LastStep::Never,
        Some(step) => Step::try_from(step)
            .map(LastStep::Used)
            .map_err(|_| Usage::new("--last-step is no step"))?,
    };
    let typed = TypedCode::parse(&code).context("refused")?;
    let (secret, params) = input::device(&mut args)?;
    args.finish()?;

    let totp = Totp::new(&secret, params);
    let accepted = totp
        .verify(&typed, now()?, last, Window::default())
        .context("refused")?;
    println!("accepted, step {}", accepted.step());
    println!(
        "Store that step: with --last-step {}, this code is refused.",
        accepted.step()
    );
    match accepted.offset() {
        0 => {}
        ahead @ 1.. => println!("The device's clock is ahead by about {ahead} period."),
        behind => println!("The code is {} period old.", behind.unsigned_abs()),
    }
    Ok(())
}
