//! Both ends of an authenticator app in a terminal.
//!
//! ```text
//! $ cargo run -p totp -- enroll --issuer Example --account alice@example.com
//! $ cargo run -p totp -- verify 123456      (asks for the key)
//! ```
//!
//! Where to look: `enroll.rs` makes a secret and draws its QR code, `verify.rs` is the server's
//! side, `code.rs` the app's, `inspect.rs` says what a key URI contains and which apps misread it.
//! Not shown: storing the secret and the last step, and counting failures; see `quickstart`.

use std::process::ExitCode;

use mfakit_core::UnixTime;

mod args;
mod code;
mod enroll;
mod input;
mod inspect;
mod verify;

use args::{Args, Usage};

const HELP: &str = "\
Enroll an authenticator app, show its code, verify it, or inspect a key URI.

Usage: totp enroll --issuer NAME --account NAME [--svg FILE] [--png FILE] [--qr STYLE] [PARAMETERS]
       totp code [--secret KEY] [PARAMETERS]
       totp verify CODE [--last-step STEP] [--secret KEY] [PARAMETERS]
       totp inspect [URI]

Commands:
  enroll    make a new secret; print its QR code, its key to type and its URI
  code      print the code that an app shows now
  verify    check a code as a server does
  inspect   print what a key URI says, and which apps will misread it

Options of enroll:
  --issuer NAME       the name of the service
  --account NAME      the user's name there
  --svg FILE          write the QR code as SVG, readable by you alone
  --png FILE          write the QR code as PNG, readable by you alone
  --qr STYLE          ansi (colors; the default on a terminal), light-on-dark or dark-on-light
                      (characters only; the latter is the default elsewhere)

Options of code and verify:
  --secret KEY        the key, or the whole URI. Better leave it out: then it is read from standard
                      input. Arguments are shown to every user of the machine by `ps`, and stay in
                      the history of your shell.
  --last-step STEP    the step of the last accepted code; it and those before it are refused

Parameters, where they are not in a URI:
  --algorithm NAME    SHA1 (default), SHA256 or SHA512
  --digits NUMBER     6 (default), 7 or 8
  --period SECONDS    1 to 120, by default 30

The exit status is 0 if all went well, 1 if a code, a key or a file was refused, and 2 if the
command line was wrong.
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<Usage>() => {
            eprintln!("totp: {error}\nTry `totp --help`.");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("totp: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let mut args = Args::new(std::env::args_os().skip(1))?;
    match args.command()?.as_str() {
        "enroll" => enroll::run(args),
        "code" => code::run(args),
        "verify" => verify::run(args),
        "inspect" => inspect::run(args),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(Usage::new("the command is none of enroll, code, verify and inspect").into()),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the edge of the program is where the clock is read"
)]
fn now() -> anyhow::Result<UnixTime> {
    Ok(UnixTime::try_from(std::time::SystemTime::now())?)
}
