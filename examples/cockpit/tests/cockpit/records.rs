//! Records that do not open, or are not there: nobody gets in, and the page says nothing.

use axum::http::StatusCode;
use mfakit::sqlite::SqliteStore;
use mfakit::store::{Expect, Put, Space, Store as _, Version, Write};
use mfakit::{OsRng, UnixTime};

use crate::browser::{Browser, PASSWORD};
use crate::site::Site;

const NOW: UnixTime = UnixTime::EPOCH;

/// An account with a device, stopped; and what happens to its record.
async fn with_record(harm: Harm) -> (Site, Browser) {
    let site = Site::start().await;
    let mut alice = site.browser();
    alice.create_account("alice").await;
    let phone = alice.begin_set_up().await;
    alice.finish_set_up(&site.code(&phone), "Phone").await;
    let jar = alice.jar.clone();
    let data = site.data();
    let folder = site.stop().await;

    let store = SqliteStore::open(data.join("mfa.db")).unwrap();
    let records = store.page(None, 100).await.unwrap();
    let (key, record) = records
        .into_iter()
        .find(|(key, _)| key.space() == Space::User)
        .unwrap();
    match harm {
        Harm::Edit => {
            let mut value = record.value().to_vec();
            let last = value.len() - 1;
            value[last] ^= 1;
            let new = Version::random(&mut OsRng::new().unwrap());
            let write = Write::new(&key, &value, Expect::Version(record.version()), new);
            assert_eq!(store.put(write, NOW).await.unwrap(), Put::Written);
        }
        Harm::Delete => assert!(store.delete(&key, record.version(), NOW).await.unwrap()),
    }
    drop(store);
    let site = Site::start_again(folder).await;
    let mut alice = site.browser();
    alice.jar = jar;
    (site, alice)
}

#[derive(Clone, Copy, Debug)]
enum Harm {
    Edit,
    Delete,
}

#[tokio::test]
async fn a_record_that_does_not_open_lets_nobody_in() {
    for harm in [Harm::Edit, Harm::Delete] {
        let (site, mut alice) = with_record(harm).await;
        // Neither with the session that was there,
        alice.open("/").await;
        assert_eq!(
            alice.page.status,
            StatusCode::INTERNAL_SERVER_ERROR,
            "{harm:?}"
        );
        assert_eq!(alice.page.heading(), "Something went wrong");
        // nor with the password alone.
        let mut other = site.browser();
        other.sign_in("alice", PASSWORD).await;
        assert_eq!(
            other.page.status,
            StatusCode::INTERNAL_SERVER_ERROR,
            "{harm:?}"
        );
        assert!(!other.jar.contains_key("cockpit-session"), "{harm:?}");
        for detail in ["record", "seal", "store", "sqlite"] {
            assert!(!other.page.body.to_lowercase().contains(detail), "{detail}");
        }
        // The others go on.
        assert_eq!(
            site.browser().create_account("bob").await.status,
            StatusCode::OK
        );
    }
}
