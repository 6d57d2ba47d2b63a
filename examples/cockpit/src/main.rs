//! A web application with password sign-in and authenticator apps as second factor.
//!
//! ```text
//! $ cargo run -p cockpit
//! open http://localhost:3000
//! ```
//!
//! Where to look: `state.rs` puts the library together, `routes/sign_in.rs` and
//! `routes/second_step.rs` sign a user in, `routes/setup.rs` sets an application up,
//! `routes/devices.rs` renames and deletes, `session.rs` keeps grants. README.md lists the
//! environment variables, and what is missing for a deployment.

use std::env;
use std::error::Error as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;

use cockpit::{Clock, Cockpit, Config, StartError};
use mfakit::UnixTime;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    // Like RUST_LOG: "debug", or "cockpit=debug,mfakit=trace".
    let filter = EnvFilter::try_from_env("COCKPIT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();

    match run().await {
        Ok(()) => ExitCode::SUCCESS,
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

async fn run() -> Result<(), StartError> {
    let config = Config::from_env(|name| env::var_os(name))?;
    let listeners = cockpit::bind(config.listen()).await?;
    let clock: Clock = Arc::new(now);
    let cockpit = Cockpit::open(&config, clock).await?;

    println!("databases: {}", config.data().display());
    println!("keys:      {}", config.keys().display());
    println!("           apart from the databases on purpose; keep a copy, and not with theirs");
    println!("open {}", config.origin());
    cockpit.serve(listeners, shutdown()).await;
    Ok(())
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
