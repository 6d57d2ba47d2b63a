//! A web application with password sign-in, and security keys and authenticator apps as second
//! factor.
//!
//! ```text
//! $ cargo run -p cockpit
//! open http://localhost:3000
//!
//! $ cargo run -p cockpit -- reset USER --reason TEXT
//! ```
//!
//! Where to look: `state.rs` puts the library together, `routes/sign_in.rs`,
//! `routes/second_step.rs` and `routes/passkey.rs` sign a user in, `routes/keys.rs` and
//! `routes/setup.rs` set devices up, `routes/devices.rs` renames, suspends and deletes,
//! `session.rs` keeps grants. README.md lists the environment variables, and what is missing for a
//! deployment.

use std::env;
use std::error::Error as _;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;

use cockpit::{Clock, Cockpit, Config, Operator, StartError};
use mfakit::UnixTime;
use tracing_subscriber::EnvFilter;
use zeroize::Zeroizing;

#[tokio::main]
async fn main() -> ExitCode {
    // Like RUST_LOG: "debug", or "cockpit=debug,mfakit=trace".
    let filter = EnvFilter::try_from_env("COCKPIT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();

    let ended = match Command::parse(env::args_os().skip(1)) {
        Some(Command::Serve) => serve().await,
        Some(Command::Reset { user, reason }) => reset(&user, &reason).await,
        None => {
            eprintln!("usage: cockpit\n       cockpit reset USER --reason TEXT");
            return ExitCode::FAILURE;
        }
    };
    match ended {
        Ok(code) => code,
        Err(error) => {
            eprintln!("cockpit did not start: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            if let Some(advice) = error.advice() {
                eprintln!("  what to do: {advice}");
            }
            ExitCode::FAILURE
        }
    }
}

enum Command {
    Serve,
    Reset { user: String, reason: String },
}

impl Command {
    fn parse(arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        let arguments: Vec<String> = arguments
            .map(OsString::into_string)
            .collect::<Result<_, _>>()
            .ok()?;
        match arguments.as_slice() {
            [] => Some(Self::Serve),
            [command, user, flag, reason] if command == "reset" && flag == "--reason" => {
                Some(Self::Reset {
                    user: user.clone(),
                    reason: reason.clone(),
                })
            }
            _ => None,
        }
    }
}

/// Asks an operator for the same as the sign-in page does, and prints a code for the user.
async fn reset(user: &str, reason: &str) -> Result<ExitCode, StartError> {
    let config = Config::from_env(|name| env::var_os(name))?;
    let clock: Clock = Arc::new(now);
    let cockpit = Cockpit::open(&config, clock).await?;
    let operator = match ask_operator() {
        Ok(operator) => operator,
        Err(error) => {
            eprintln!("nothing was issued: {error}");
            return Ok(ExitCode::FAILURE);
        }
    };
    match cockpit.reset(operator, user, reason).await {
        Ok(issued) => {
            let minutes = issued
                .expires
                .since(now())
                .map_or(0, |left| left.as_secs() / 60);
            println!("{}", *issued.code);
            eprintln!("Tell the code to {user} yourself. It works for {minutes} minutes.");
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("nothing was issued: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn ask_operator() -> io::Result<Operator> {
    let name = ask("Your user name: ")?.to_string();
    // What is typed into a terminal is not shown; what comes from elsewhere is read as it is.
    let password = if io::stdin().is_terminal() {
        Zeroizing::new(rpassword::prompt_password("Your password: ")?)
    } else {
        ask("Your password: ")?
    };
    let code = ask("One-time password: ")?;
    Ok(Operator {
        name,
        password,
        code,
    })
}

fn ask(prompt: &str) -> io::Result<Zeroizing<String>> {
    eprint!("{prompt}");
    let mut line = Zeroizing::new(String::new());
    io::stdin().read_line(&mut line)?;
    Ok(Zeroizing::new(
        line.trim_end_matches(['\r', '\n']).to_owned(),
    ))
}

async fn serve() -> Result<ExitCode, StartError> {
    let config = Config::from_env(|name| env::var_os(name))?;
    let listeners = cockpit::bind(config.listen()).await?;
    let clock: Clock = Arc::new(now);
    let cockpit = Cockpit::open(&config, clock).await?;

    println!("databases: {}", config.data().display());
    println!("keys:      {}", config.keys().display());
    println!("           apart from the databases on purpose; keep a copy, and not with theirs");
    println!("open {}", config.origin());
    cockpit.serve(listeners, shutdown()).await;
    Ok(ExitCode::SUCCESS)
}

/// A clock before 1970 reads as 1970: every code is then older than the last used one.
#[expect(
    clippy::disallowed_methods,
    reason = "the edge of the program is where the clock is read"
)]
fn now() -> UnixTime {
    UnixTime::try_from(SystemTime::now()).unwrap_or(UnixTime::EPOCH)
}

/// Completes on ctrl-c, and on what a service manager sends.
async fn shutdown() {
    let interrupt = async {
        // Without the handler, ctrl-c ends the program as it always does.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate() => {}
    }
}

#[cfg(unix)]
async fn terminate() {
    use tokio::signal::unix::{SignalKind, signal};

    match signal(SignalKind::terminate()) {
        Ok(mut signals) => _ = signals.recv().await,
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminate() {
    std::future::pending().await
}
