//! No secret reaches a log or a database in the clear.
//!
//! The flow is run with every log at trace level; then each secret that it made is looked for, in
//! every form that a program writes bytes in. Controls show that the search finds what is there.

pub(crate) mod log;
mod search;
mod secrets;

use std::fs;
use std::path::Path;

use mfakit::sqlite::SqliteStore;
use mfakit::store::{Expect, Space, Store as _, Version, Write};
use mfakit::{Keys, OsRng, Ring, UserId};
use mfakit_core::SealContext;
use mfakit_testkit::Authenticator;
use rusqlite::Connection;

use self::log::{Log, record_everything};
use self::search::{Hit, Needle, find};
use self::secrets::Secrets;
use crate::browser::PASSWORD;
use crate::browser::keys::NEW_KEY;
use crate::recovery::codes;
use crate::site::Site;

/// The databases and what SQLite keeps beside them, by name.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn assert_clean(place: &str, bytes: &[u8], needles: &[Needle]) {
    let hits: Vec<Hit> = needles
        .iter()
        .flat_map(|needle| find(bytes, needle))
        .collect();
    assert!(hits.is_empty(), "{place} has {hits:?}");
}

/// Goes through everything that there is, and notes each secret.
async fn live(site: &Site, secrets: &mut Secrets) {
    let mut alice = site.browser();
    alice.create_account("alice").await;
    secrets.text("a password", PASSWORD);
    secrets.form(&alice, "/sign-out");
    let phone = alice.begin_set_up().await;
    secrets.key(&phone);
    let code = |secrets: &mut Secrets, key: &str| {
        let code = site.code(key);
        secrets.text("a code", &code);
        code
    };
    alice.finish_set_up(&code(secrets, &phone), "Phone").await;
    alice.sign_out().await;
    secrets.form(&alice, "/sign-in");

    site.next_code();
    secrets.text("a mistyped password", "hunter2 hunter2");
    alice.sign_in("alice", "hunter2 hunter2").await;
    // People type passwords into the field of the name.
    secrets.text("a password as a name", "my-secret-as-a-name");
    alice.sign_in("my-secret-as-a-name", PASSWORD).await;
    alice.sign_in("alice", PASSWORD).await;
    secrets.form(&alice, "/sign-in/code");
    let wrong = site.wrong_code(&phone);
    alice.enter_code(&wrong).await;
    alice.enter_code("what is this code").await;
    let used = code(secrets, &phone);
    alice.enter_code(&used).await;
    assert_eq!(alice.page.heading(), "Hello, alice");

    // A second device, which stays; a set-up that is canceled, and one that is left open.
    let tablet = alice.begin_set_up().await;
    secrets.key(&tablet);
    alice.finish_set_up(&code(secrets, &tablet), "Tablet").await;
    let canceled = alice.begin_set_up().await;
    secrets.key(&canceled);
    alice
        .submit("/authentication/applications/cancel", &[])
        .await;
    let open = alice.begin_set_up().await;
    secrets.key(&open);

    site.advance(301);
    alice.open("/confirm").await;
    alice.submit("/confirm", &[("code", &used)]).await;
    alice
        .submit("/confirm", &[("code", &code(secrets, &tablet))])
        .await;
    let path = alice.device("Phone").await;
    alice.open(&format!("{path}/delete")).await;
    alice.submit(&format!("{path}/delete"), &[]).await;
    alice.page.assert_shows("The device was deleted.");
    alice.open("/authentication/recovery").await;
    alice.submit("/authentication/recovery", &[]).await;
    for code in codes(&alice.page) {
        secrets.text("a recovery code", &code);
        secrets.text("a recovery code as it is compared", &code.replace('-', ""));
    }
    let mut blue = Authenticator::new(1);
    alice.open(NEW_KEY).await;
    let fields = [("choice", "security-key"), ("name", "Blue key")];
    let begun = alice.begin(NEW_KEY, &fields).await;
    secrets.token("a set-up", &begun.token);
    alice.set_up_key(&mut blue, "Blue key").await;
    alice.page.assert_shows("Blue key");
    let mut elsewhere = site.browser();
    elsewhere.open("/sign-in").await;
    let begun = elsewhere.begin("/sign-in/passkey", &[]).await;
    secrets.token("a sign-in with a passkey", &begun.token);
    elsewhere.sign_in_with(&mut blue).await;
    assert_eq!(elsewhere.path, "/");
    secrets.cookies(&elsewhere);

    // Requests that come to nothing.
    alice
        .post_body(
            "/confirm",
            &format!("form_token={used}&code={used}&code={used}"),
        )
        .await;
    alice
        .post(
            "/sign-out",
            &[("form_token", &used), ("password", PASSWORD)],
        )
        .await;
    alice
        .open(&format!("/sign-in?next={PASSWORD}").replace(' ', "+"))
        .await;
    let mut bob = site.browser();
    bob.create_account("bob").await;
    secrets.form(&bob, "/sign-out");
    // A sign-in that stays half-way.
    let mut other = site.browser();
    other.sign_in("alice", PASSWORD).await;

    for browser in [&alice, &bob, &other] {
        secrets.cookies(browser);
    }
    site.deliver_events().await;
}

/// The grants of sessions are sealed and belong into the application's database, and nowhere else.
fn grants(data: &Path) -> Vec<Needle> {
    let db = Connection::open(data.join("cockpit.db")).unwrap();
    let mut query = db.prepare("SELECT grant_token FROM sessions").unwrap();
    let grants = query.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    grants
        .map(|grant| Needle::new("a grant", &grant.unwrap()))
        .collect()
}

#[tokio::test]
async fn no_secret_is_in_a_log_or_a_database() {
    let log = record_everything();
    let site = Site::start().await;
    let mut secrets = Secrets::default();
    live(&site, &mut secrets).await;
    secrets.key_file(&site.keys());
    let needles = secrets.into_needles();
    assert!(
        needles.len() >= 50,
        "only {} secrets were made",
        needles.len()
    );

    // While it runs, with what SQLite has not put in its place yet.
    let found = files(&site.data());
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    let all = [
        "cockpit.db",
        "cockpit.db-shm",
        "cockpit.db-wal",
        "mfa.db",
        "mfa.db-shm",
        "mfa.db-wal",
    ];
    assert_eq!(names, all);
    for (name, bytes) in &found {
        assert_clean(name, bytes, &needles);
    }
    let grants = grants(&site.data());
    assert!(!grants.is_empty());
    for (name, bytes) in found.iter().filter(|(name, _)| name.starts_with("mfa")) {
        assert_clean(name, bytes, &grants);
    }

    // And afterwards.
    let data = site.data();
    let keys = Keys::load(site.keys()).unwrap();
    let folder = site.stop().await;
    for (name, bytes) in files(&data) {
        assert_clean(&name, &bytes, &needles);
    }
    let written = log.read();
    let text = String::from_utf8_lossy(&written);
    for spoken in [
        "operation=\"second_factor\"",
        "path=\"/sign-in/code\"",
        "TRACE",
    ] {
        assert!(text.contains(spoken), "the log has no {spoken}:\n{text}");
    }
    assert_clean("the log", &written, &needles);
    assert_clean("the log", &written, &grants);

    the_search_finds_what_is_written(&log, &needles);
    the_search_finds_records_that_are_not_sealed(&data, &keys, &needles).await;
    drop(folder);
}

/// A control: what a careless line would log is found.
fn the_search_finds_what_is_written(log: &Log, needles: &[Needle]) {
    for needle in needles {
        let bytes = needle.bytes();
        tracing::trace!(secret = %String::from_utf8_lossy(bytes), "{:?}", bytes);
        let hits = find(&log.read(), needle);
        assert!(!hits.is_empty(), "{} was logged and not found", needle.what);
    }
}

/// A control: the same records with their seals off, in a store of their own, are found.
async fn the_search_finds_records_that_are_not_sealed(
    data: &Path,
    keys: &Keys,
    needles: &[Needle],
) {
    let now = mfakit::UnixTime::from_secs(1_800_000_000);
    let folder = tempfile::tempdir().unwrap();
    let open = SqliteStore::create(folder.path().join("open.db")).unwrap();
    let sealed = SqliteStore::open(data.join("mfa.db")).unwrap();
    let users = {
        let db = Connection::open(data.join("cockpit.db")).unwrap();
        let mut query = db.prepare("SELECT id FROM users").unwrap();
        let ids = query.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        ids.map(|id| UserId::from_bytes(&id.unwrap()).unwrap())
            .collect::<Vec<_>>()
    };
    let mut rng = OsRng::new().unwrap();
    let mut records = 0;
    for (key, record) in sealed.page(None, 100).await.unwrap() {
        if key.space() != Space::User {
            continue;
        }
        let known = users
            .iter()
            .any(|user| keys.index("mfakit user record", user.as_bytes()) == *key.hash());
        assert!(known, "a record of nobody");
        let context = SealContext::new("mfakit user record").with(key.hash());
        let plain = keys.open(Ring::Seal, &context, record.value()).unwrap();
        let write = Write::new(&key, &plain, Expect::Absent, Version::random(&mut rng));
        assert_eq!(
            open.put(write, now).await.unwrap(),
            mfakit::store::Put::Written
        );
        records += 1;
    }
    assert_eq!(records, 2, "alice and bob");

    let mut found: Vec<&str> = Vec::new();
    for (_, bytes) in files(folder.path()) {
        found.extend(
            needles
                .iter()
                .flat_map(|needle| find(&bytes, needle))
                .map(|hit| hit.what),
        );
    }
    // The second device, and the set-up that was left open; the others are gone.
    let keys_found = found.iter().filter(|what| **what == "a TOTP key").count();
    assert!(keys_found >= 2, "{found:?}");
}
