//! Starting: what is made, and what is refused.

use std::fs;
use std::sync::Arc;

use cockpit::{Clock, Cockpit, Config, DbError, StartError};
use mfakit::{BuildError, KeyFileError, UnixTime};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::browser::PASSWORD;
use crate::site::Site;

fn config(folder: &TempDir) -> Config {
    Config::local(3000, folder.path().join("data"), folder.path().join("keys"))
}

async fn open(config: &Config) -> Result<Cockpit, StartError> {
    let clock: Clock = Arc::new(|| UnixTime::from_secs(1_800_000_000));
    Cockpit::open(config, clock).await
}

/// Why it does not start; there must be advice.
async fn refusal(folder: &TempDir) -> StartError {
    let error = open(&config(folder)).await.unwrap_err();
    assert!(error.advice().is_some(), "{error:?}");
    error
}

async fn used() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    drop(open(&config(&folder)).await.unwrap());
    folder
}

#[tokio::test]
async fn everything_is_made_at_the_first_start() {
    let folder = used().await;
    for file in ["data/mfa.db", "data/cockpit.db", "keys"] {
        assert!(folder.path().join(file).is_file(), "{file}");
    }
    assert!(open(&config(&folder)).await.is_ok());
}

#[cfg(unix)]
#[tokio::test]
async fn folders_and_keys_are_private() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = used().await;
    let mode = |name: &str| {
        fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!((mode("data"), mode("keys")), (0o700, 0o600));

    fs::set_permissions(
        folder.path().join("keys"),
        fs::Permissions::from_mode(0o640),
    )
    .unwrap();
    let error = refusal(&folder).await;
    assert!(
        matches!(
            error,
            StartError::Keys {
                cause: KeyFileError::Exposed { mode: 0o640 },
                ..
            }
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn keys_without_their_store_are_refused() {
    let folder = used().await;
    for file in ["mfa.db", "mfa.db-wal", "mfa.db-shm"] {
        _ = fs::remove_file(folder.path().join("data").join(file));
    }
    let error = refusal(&folder).await;
    assert!(matches!(error, StartError::Store { .. }), "{error:?}");
    assert!(
        !folder.path().join("data/mfa.db").exists(),
        "no store is made by accident"
    );
}

#[tokio::test]
async fn keys_of_another_store_are_refused() {
    let (folder, other) = (used().await, used().await);
    fs::copy(other.path().join("keys"), folder.path().join("keys")).unwrap();
    let error = refusal(&folder).await;
    let StartError::Build {
        cause: BuildError::StoreForeign,
        ..
    } = error
    else {
        panic!("{error:?}")
    };
    // New keys for an old store are no better.
    fs::remove_file(folder.path().join("keys")).unwrap();
    let error = refusal(&folder).await;
    let StartError::Build {
        cause: BuildError::StoreForeign,
        ..
    } = error
    else {
        panic!("{error:?}")
    };
}

#[tokio::test]
async fn files_that_are_none_of_ours_are_refused() {
    for name in ["mfa.db", "cockpit.db"] {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        let path = folder.path().join("data").join(name);
        let other = rusqlite::Connection::open(&path).unwrap();
        other.execute_batch("CREATE TABLE theirs (x)").unwrap();
        drop(other);
        let error = refusal(&folder).await;
        match error {
            StartError::Store { .. } if name == "mfa.db" => {}
            StartError::Db {
                cause: DbError::Foreign,
                ..
            } if name == "cockpit.db" => {}
            error => panic!("{name}: {error:?}"),
        }
    }
}

#[tokio::test]
async fn newer_schemas_are_refused() {
    for name in ["mfa.db", "cockpit.db"] {
        let folder = used().await;
        let newer = rusqlite::Connection::open(folder.path().join("data").join(name)).unwrap();
        newer.pragma_update(None, "user_version", 999).unwrap();
        drop(newer);
        let error = refusal(&folder).await;
        let advice = error.advice().unwrap();
        assert!(advice.contains("newer version"), "{name}: {advice}");
    }
}

#[tokio::test]
async fn a_damaged_key_file_is_refused() {
    let folder = used().await;
    fs::write(folder.path().join("keys"), "not keys").unwrap();
    let error = refusal(&folder).await;
    let StartError::Keys {
        cause: KeyFileError::Invalid(_),
        ..
    } = error
    else {
        panic!("{error:?}")
    };
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let error = cockpit::bind(&[address]).await.unwrap_err();
    assert_eq!(error.address, address);
    let error = StartError::from(error);
    assert!(error.to_string().contains(&address.to_string()), "{error}");
    assert!(error.advice().unwrap().contains("COCKPIT_LISTEN"));
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let phone = alice.begin_set_up().await;
    alice.finish_set_up(&site.code(&phone), "Phone").await;
    let (code, jar) = (site.code(&phone), alice.jar.clone());
    let folder = site.stop().await;

    let site = Site::start_again(folder).await;
    let mut alice = site.browser();
    alice.jar = jar;
    assert_eq!(alice.open("/").await.heading(), "Hello, alice");
    alice
        .open("/activity")
        .await
        .assert_shows("The device “Phone” was set up");
    let mut other = site.browser();
    other.sign_in("alice", PASSWORD).await;
    other.enter_code(&code).await;
    assert!(
        other.page.error_of("code").is_some(),
        "a code is used up for good"
    );
    site.next_code();
    other.enter_code(&site.code(&phone)).await;
    assert_eq!(other.page.heading(), "Hello, alice");
}
