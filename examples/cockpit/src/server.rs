//! Connections: bounded in number and patience, and ended gracefully.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::caller::Peer;

const MAX_CONNECTIONS: usize = 512;
/// How long the head of a request may take to arrive, and a connection stay idle.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
const MAX_HEADERS: usize = 64;
const MAX_HEAD_BYTES: usize = 32 * 1024;
/// How long connections may take to finish when the program is to end.
const FAREWELL: Duration = Duration::from_secs(10);
/// A pause after an error that will not be gone at once, such as too many open files.
const RECOVERY: Duration = Duration::from_millis(100);

/// Listens on every address; one that this computer does not have is left out, unless it is the
/// only one.
///
/// # Errors
///
/// The first address that is taken or refused.
pub async fn bind(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, BindError> {
    let mut listeners = Vec::new();
    for &address in addresses {
        match TcpListener::bind(address).await {
            Ok(listener) => listeners.push(listener),
            Err(error) if is_absent(&error) && addresses.len() > 1 => {
                tracing::debug!(%address, "not an address of this computer");
            }
            Err(cause) => return Err(BindError { address, cause }),
        }
    }
    Ok(listeners)
}

/// Without IPv6 there is no `[::1]`.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AddrNotAvailable | io::ErrorKind::Unsupported
    ) || error.raw_os_error() == Some(AF_NOT_SUPPORTED)
}

/// `EAFNOSUPPORT` on Linux, which has no kind of its own.
const AF_NOT_SUPPORTED: i32 = 97;

/// An address could not be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}")]
#[non_exhaustive]
pub struct BindError {
    /// Which one.
    pub address: SocketAddr,
    /// Why.
    #[source]
    pub cause: io::Error,
}

/// Serves until `shutdown`, then lets connections finish.
pub(crate) async fn serve(
    listeners: Vec<TcpListener>,
    router: Router,
    shutdown: impl Future<Output = ()> + Send,
) {
    let graceful = Arc::new(GracefulShutdown::new());
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut accepting = tokio::task::JoinSet::new();
    for listener in listeners {
        let (room, graceful) = (Arc::clone(&room), Arc::clone(&graceful));
        accepting.spawn(accept(listener, router.clone(), room, graceful));
    }
    shutdown.await;
    accepting.shutdown().await;
    // The tasks that shared it have ended.
    if let Some(graceful) = Arc::into_inner(graceful)
        && tokio::time::timeout(FAREWELL, graceful.shutdown())
            .await
            .is_err()
    {
        tracing::warn!("some connections were cut off");
    }
}

async fn accept(
    listener: TcpListener,
    router: Router,
    room: Arc<Semaphore>,
    graceful: Arc<GracefulShutdown>,
) {
    // Never closed, so there always is a permit in the end.
    while let Ok(permit) = Arc::clone(&room).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, peer)) => converse(stream, peer, router.clone(), permit, &graceful),
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(RECOVERY).await;
            }
        }
    }
}

fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    permit: OwnedSemaphorePermit,
    graceful: &GracefulShutdown,
) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request
            .extensions_mut()
            .insert(Peer(peer.ip().to_canonical()));
        router.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        let _permit = permit;
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection broke");
        }
    });
}
