//! The server API of the FIDO conformance tools, over the WebAuthn relying party alone.
//!
//! ```text
//! $ cargo run -p conformance-server
//! serving http://localhost:8090
//! ```
//!
//! Where to look: `routes.rs` has the four requests, `relying_party.rs` the settings that the
//! tools' tests ask for, `requests.rs` the messages, `anchors.rs` the trusted certificates.
//! Everything is in memory. Not for a service: anybody may register anything.

mod anchors;
mod relying_party;
mod requests;
mod routes;
mod state;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context as _, bail};
use mfakit_webauthn::Trust;
use tokio::net::TcpListener;

const USAGE: &str = "\
usage: conformance-server [--port NUMBER] [--anchors FOLDER]

  --port NUMBER      where to listen, on this computer only; 8090 unless given, 0 for a free one
  --anchors FOLDER   trust the certificates in it, and refuse attestations that lead to none:
                     metadata statements (.json), .pem, .der";

/// What was asked for on the command line.
struct Options {
    port: u16,
    anchors: Option<PathBuf>,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut options = Self {
            port: 8090,
            anchors: None,
        };
        while let Some(name) = arguments.next() {
            let value = arguments.next().context(USAGE)?;
            match name.as_str() {
                "--port" => options.port = u16::from_str(&value).context(USAGE)?,
                "--anchors" => options.anchors = Some(value.into()),
                _ => bail!(USAGE),
            }
        }
        Ok(options)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse(std::env::args().skip(1))?;
    let trust = match &options.anchors {
        Some(folder) => anchors::read(folder)?,
        None => Trust::unverified(),
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; try another --port"))?;
    let origin = format!("http://localhost:{}", listener.local_addr()?.port());
    let server = state::Server::new(relying_party::build(&origin)?, relying_party::rules(trust));
    println!("serving {origin}");

    axum::serve(listener, routes::router(server))
        .with_graceful_shutdown(async { _ = tokio::signal::ctrl_c().await })
        .await
        .context("the server stopped")
}
