//! The application on a free port, with folders and a clock of its own, in a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use cockpit::{Cockpit, Config};
use mfakit::UnixTime;
use mfakit::totp::{Params, Secret, Totp};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::oneshot;

/// A multiple of 30: the first second of a code.
const BEGINNING: u64 = 1_800_000_000;

pub(crate) struct Site {
    /// Where it listens.
    pub(crate) port: u16,
    /// Where browsers find it.
    public_port: u16,
    clock: Arc<AtomicU64>,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
    _folder: TempDir,
}

impl Site {
    pub(crate) fn start() -> Self {
        Self::start_with(None, |config| config)
    }

    /// Starts it behind a proxy on this port, if there is one, and with more in its configuration.
    pub(crate) fn start_with(proxy: Option<u16>, configure: fn(Config) -> Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (data, keys) = (folder.path().join("data"), folder.path().join("keys"));
        let clock = Arc::new(AtomicU64::new(BEGINNING));
        let hand = Arc::clone(&clock);
        let read = move || UnixTime::from_secs(hand.load(Ordering::SeqCst));
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, port) = std::sync::mpsc::channel();
        let serving = std::thread::spawn(move || {
            let runtime = runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let port = listener.local_addr().unwrap().port();
                let config = configure(Config::local(proxy.unwrap_or(port), data, keys));
                let cockpit = Cockpit::open(&config, Arc::new(read)).await.unwrap();
                ready.send(port).unwrap();
                cockpit
                    .serve(vec![listener], async { _ = stopped.await })
                    .await;
            });
        });
        let port = port.recv().unwrap();
        Self {
            port,
            public_port: proxy.unwrap_or(port),
            clock,
            stop: Some(stop),
            serving: Some(serving),
            _folder: folder,
        }
    }

    /// An address as browsers have to see it: `127.0.0.1` is no RP ID.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.public_port)
    }

    pub(crate) fn advance(&self, secs: u64) {
        self.clock.fetch_add(secs, Ordering::SeqCst);
    }

    /// What an application with this key shows now.
    pub(crate) fn code(&self, key: &str) -> String {
        let now = UnixTime::from_secs(self.clock.load(Ordering::SeqCst));
        let totp = Totp::new(&Secret::from_base32(key).unwrap(), Params::default());
        totp.code_at(now).expose().to_owned()
    }

    /// What it shows next.
    pub(crate) fn next_code(&self, key: &str) -> String {
        self.advance(30);
        self.code(key)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(serving) = self.serving.take() {
            _ = serving.join();
        }
    }
}
