//! The application on a free port, with folders and a clock of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cockpit::{Cockpit, Config};
use mfakit::UnixTime;
use mfakit::totp::{Params, Secret, Totp};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::browser::Browser;

/// A multiple of 30: the first second of a code.
const BEGINNING: u64 = 1_800_000_000;

pub(crate) struct Site {
    pub(crate) port: u16,
    pub(crate) folder: TempDir,
    cockpit: Cockpit,
    clock: Arc<AtomicU64>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Site {
    pub(crate) async fn start() -> Self {
        Self::start_again(tempfile::tempdir().unwrap()).await
    }

    /// Starts on the files of another one that has ended, at the time when that began.
    pub(crate) async fn start_again(folder: TempDir) -> Self {
        let (data, keys) = (folder.path().join("data"), folder.path().join("keys"));
        Self::start_with(folder, |port| Config::local(port, data, keys)).await
    }

    /// Starts with a configuration for the port that is free.
    pub(crate) async fn start_with(folder: TempDir, configure: impl FnOnce(u16) -> Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let config = configure(port);

        let clock = Arc::new(AtomicU64::new(BEGINNING));
        let hand = Arc::clone(&clock);
        let read = move || UnixTime::from_secs(hand.load(Ordering::SeqCst));
        let cockpit = Cockpit::open(&config, Arc::new(read)).await.unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(
            cockpit
                .clone()
                .serve(vec![listener], async { _ = stopped.await }),
        );
        Self {
            port,
            folder,
            cockpit,
            clock,
            stop,
            serving,
        }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.port)
    }

    pub(crate) fn now(&self) -> UnixTime {
        UnixTime::from_secs(self.clock.load(Ordering::SeqCst))
    }

    pub(crate) fn advance(&self, secs: u64) {
        self.clock.fetch_add(secs, Ordering::SeqCst);
    }

    /// Goes on to the time of the next code.
    pub(crate) fn next_code(&self) {
        self.advance(30);
    }

    /// What an application with this key shows now.
    pub(crate) fn code(&self, key: &str) -> String {
        code_at(key, self.now())
    }

    /// A code that is none of this key's, around now.
    pub(crate) fn wrong_code(&self, key: &str) -> String {
        let near: Vec<String> = (0..5)
            .map(|step| {
                code_at(
                    key,
                    UnixTime::from_secs(self.now().as_secs() + 30 * step - 60),
                )
            })
            .collect();
        (0..10)
            .map(|n| format!("{:06}", n * 111_111))
            .find(|code| !near.contains(code))
            .unwrap()
    }

    pub(crate) const fn cockpit(&self) -> &Cockpit {
        &self.cockpit
    }

    /// Makes what has happened appear on the activity page.
    pub(crate) async fn deliver_events(&self) {
        self.cockpit.deliver_events().await;
    }

    /// Ends the server as ctrl-c does, and keeps the files.
    pub(crate) async fn stop(self) -> TempDir {
        let Self {
            folder,
            stop,
            serving,
            ..
        } = self;
        stop.send(()).unwrap();
        serving.await.unwrap();
        folder
    }
}

fn code_at(key: &str, at: UnixTime) -> String {
    let secret = Secret::from_base32(key).unwrap();
    Totp::new(&secret, Params::default())
        .code_at(at)
        .expose()
        .to_owned()
}
