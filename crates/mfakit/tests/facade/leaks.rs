//! No secret in `Debug`, `Display`, errors with their sources, or logs.

use std::error::Error as StdError;
use std::fmt::{Debug, Display};

use mfakit::store::{Faulty, MemoryStore, Operation, Step, StoreErrorKind};
use mfakit::{
    BuildError, CookieMode, DeviceName, Enrolled, Event, EventSink, KeyFileError, Keys, Level, Mfa,
    Next, OsRng, PendingSignIn, Profile, Requirement, Sealed, SessionGrant, SinkError, UserId,
};

use crate::browser::Browser;
use crate::world::{App, World, code_of, name, wrong_code_of};

/// Everything that must not be seen, and what was.
#[derive(Default)]
struct Search {
    /// A name, and one spelling.
    secrets: Vec<(String, String)>,
    shown: Vec<String>,
}

impl Search {
    fn text(&mut self, what: &str, secret: &str) {
        self.secrets.push((what.to_owned(), secret.to_owned()));
        self.bytes(what, secret.as_bytes());
    }

    /// Adds the spellings in which bytes get into logs.
    fn bytes(&mut self, what: &str, secret: &[u8]) {
        let base64url = Sealed::<()>::from_bytes(secret.to_vec()).to_text();
        let base64 = base64url.replace('-', "+").replace('_', "/");
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let list = format!("{secret:?}");
        let list = list.trim_matches(['[', ']']).to_owned();
        for spelling in [hex.to_uppercase(), hex, base64url, base64, list] {
            self.secrets.push((what.to_owned(), spelling));
        }
    }

    fn setup(&mut self, secret: &mfakit::totp::Secret) {
        self.bytes("TOTP secret", secret.expose());
        self.text("TOTP secret", &secret.to_base32());
        self.text("TOTP secret", &secret.manual_key());
    }

    /// The four secrets of a service.
    fn keys(&mut self, keys: &Keys) {
        let mut found = 0;
        for line in keys.to_text().lines() {
            let secret = line.rsplit(' ').next().unwrap();
            if !line.starts_with("store") && secret.len() == 43 {
                let bytes = Sealed::<()>::from_text(secret).unwrap();
                self.bytes(line.split(' ').next().unwrap(), bytes.as_bytes());
                found += 1;
            }
        }
        assert_eq!(found, 4);
    }

    fn debug(&mut self, value: &dyn Debug) {
        self.shown.push(format!("{value:?}"));
        self.shown.push(format!("{value:#?}"));
    }

    fn display(&mut self, value: &dyn Display) {
        self.shown.push(value.to_string());
    }

    /// An error and everything below it.
    fn error(&mut self, error: &(dyn StdError + 'static)) {
        let mut chain = vec![error];
        let mut error = error;
        while let Some(source) = error.source() {
            chain.push(source);
            error = source;
        }
        for pair in chain.windows(2) {
            let (error, source) = (pair[0].to_string(), pair[1].to_string());
            assert!(!error.contains(&source), "{error} repeats its source");
        }
        for error in chain {
            self.debug(&error);
            self.display(&error);
        }
    }

    fn failed<T: Debug>(&mut self, result: Result<T, impl StdError + 'static>) {
        self.error(&result.expect_err("it was made to fail"));
    }

    /// What was seen of what must not be.
    fn leaks(&self) -> Vec<String> {
        let seen = |secret: &str| self.shown.iter().find(|text| holds(text, secret));
        let leaks = self.secrets.iter().filter_map(|(what, secret)| {
            let text = seen(secret)?;
            Some(format!("{what} in {text}"))
        });
        leaks.collect()
    }
}

/// Whether a text holds a secret, and not just something longer with the same characters in it.
fn holds(text: &str, secret: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(secret).any(|(at, _)| {
        let (before, rest) = text.split_at(at);
        let after = rest.split_at(secret.len()).1;
        !part(before.chars().next_back()) && !part(after.chars().next())
    })
}

/// A user with an app, and a search for all their secrets.
async fn scene(store: impl mfakit::store::Store) -> (World, App, SessionGrant, Browser, Search) {
    let mut search = Search::default();
    let mut world = World::over(store).await;
    search.keys(&world.keys);
    let grant = world.signed_in().await;
    let setup = world.mfa.begin_totp(&grant, &world.request()).await;
    let setup = setup.unwrap();
    search.setup(setup.secret());
    search.debug(&setup);
    let totp = mfakit::totp::Totp::new(setup.secret(), setup.params());
    search.debug(&totp);
    let code = code_of(&totp, world.now);
    search.text("first code", &code);
    let request = world.request();
    let confirmed = world
        .mfa
        .confirm_totp(&grant, &code, Some(name("phone")), &request);
    let enrolled = confirmed.await.unwrap();
    search.debug(&enrolled);
    let Enrolled { grant, device, .. } = enrolled;
    let app = App::new(totp, device);

    world.pass(30);
    search.text("code", &app.code(world.now));
    search.text("wrong code", &app.wrong_code(world.now));
    let sealed = world.mfa.seal(&grant).unwrap();
    search.bytes("sealed grant", sealed.as_bytes());
    search.debug(&(&sealed, &grant));
    let Next::SecondFactor(page) = world.first_factor().await else {
        panic!("a second factor is asked for");
    };
    let cookie = page.cookie().unwrap();
    search.text("cookie", cookie.value());
    search.bytes("token", page.token().as_bytes());
    search.debug(&(cookie, page.token(), page.devices()));
    let browser = Browser::at(&page);
    search.debug(&Next::SecondFactor(page));
    search.debug(&browser.request(world.now));
    (world, app, grant, browser, search)
}

#[tokio::test]
async fn nothing_that_works_shows_a_secret() {
    let (mut world, app, grant, browser, mut search) = scene(MemoryStore::new()).await;
    let request = world.request();
    let granted = world.submit(&browser, &app.code(world.now)).await.unwrap();
    search.debug(&(&granted, granted.proofs(), granted.session()));
    let required = Requirement::level(Level::Aal2);
    let met = world.mfa.require(&granted, required, &request).await;
    search.debug(&(required, met.unwrap()));
    let status = world.mfa.status(&grant, &request).await.unwrap();
    search.debug(&status);
    search.display(&status.devices[0].name);
    search.display(&status.devices[0].id);
    search.debug(&Next::Locked { retry_after: None });

    let (tablet, grant) = world.enroll(&grant, "tablet").await;
    let removed = world.mfa.remove_device(&grant, tablet.id, &request).await;
    let status = world.mfa.status(&removed.unwrap(), &request).await;
    search.debug(&status.unwrap().removed);
    world.pass(30);
    search.debug(&world.mfa.run_outbox(world.now).await.unwrap());
    search.debug(&world.mfa.reseal(world.now).await.unwrap());
    search.debug(&(world.mfa.store_id(), world.mfa.profile()));
    search.debug(&(&world.mfa, &world.keys, &world.store, world.user));
    search.display(&world.user);
    let keys = crate::world::copy_of(&world.keys);
    search.debug(&Mfa::builder("Example").keys(keys).events(Trail));
    search.debug(&(OsRng::new().unwrap(), CookieMode::Secure));
    for rule in Profile::strict().explain() {
        search.debug(&rule);
        search.display(&rule);
    }

    assert_eq!(search.leaks(), [""; 0]);
    let all = search.shown.concat();
    for public in ["phone", "tablet", "SessionGrant", "Aal2", "Locked"] {
        assert!(all.contains(public), "{public} was to be seen");
    }
}

struct Trail;

impl EventSink for Trail {
    async fn deliver(&self, _: &Event) -> Result<(), SinkError> {
        Err(SinkError::new("the table is locked"))
    }
}

#[tokio::test]
async fn events_show_no_secret() {
    let (mut world, app, grant, browser, mut search) = scene(MemoryStore::new()).await;
    // Seen through a service that keeps events.
    let keys = crate::world::copy_of(&world.keys);
    let builder = Mfa::builder("Example").store(world.store.clone());
    let mfa = builder.keys(keys).events(Trail).build().await.unwrap();
    world.mfa = mfa;
    let setup = world.begin(&grant).await;
    let wrong = wrong_code_of(&setup, world.now);
    let confirmed = world
        .mfa
        .confirm_totp(&grant, &wrong, None, &world.request())
        .await;
    assert!(confirmed.is_err());
    for code in [app.wrong_code(world.now), app.code(world.now)] {
        _ = world.submit(&browser, &code).await;
    }
    let events = world.record().await.events();
    assert_eq!(events.len(), 4, "{events:?}");
    search.text("wrong code", &wrong);
    search.debug(&events);
    search.debug(&world.record().await);
    search.debug(&world.mfa.run_outbox(world.now).await.unwrap());
    search.error(&SinkError::new("the table is locked"));
    assert_eq!(search.leaks(), [""; 0]);
}

/// Codes on paper, those by mail, and what cancels a reset.
#[tokio::test]
async fn codes_on_paper_are_seen_nowhere() {
    let (mut world, _, grant, browser, mut search) = scene(MemoryStore::new()).await;
    let post = crate::mail::Postman::default();
    let keys = crate::world::copy_of(&world.keys);
    let builder = Mfa::builder("Example").store(world.store.clone());
    let builder = builder.keys(keys).mailer(post.clone()).events(Trail);
    search.debug(&builder);
    world.mfa = builder.build().await.unwrap();
    world.adopt("owner@example.com").await;
    let request = world.request();
    let made = world.mfa.make_recovery_codes(&grant, &request).await;
    let made = made.unwrap();
    search.debug(&made);
    let codes = crate::recovery::texts(&made);
    for code in &codes {
        search.text("recovery code", code);
        search.text("recovery code", &code.replace('-', ""));
    }
    let other = UserId::from_bytes(b"operator").unwrap();
    world.mfa.create_user(other, &request).await.unwrap();
    let Next::Granted(operator) = world.mfa.after_first_factor(other, &request).await.unwrap()
    else {
        panic!("off")
    };
    let (_, operator) = world.enroll(&operator, "operator's").await;
    let issued = world
        .mfa
        .issue_reset(&operator, world.user, "lost", &request);
    let ticket = issued.await.unwrap();
    search.text("reset code", ticket.code());
    search.debug(&ticket);
    let address =
        mfakit::activation::Address::parse("new@example.com", mfakit::activation::AddressRule::Rfc);
    let address = address.unwrap();
    let mailed = world.mfa.add_address(&grant, &address, &request).await;
    let mailed = mailed.unwrap();
    search.text("mailed code", mailed.expose());
    search.debug(&mailed);

    search.failed(world.recover(&browser, &codes[0][..9]).await);
    search.failed(world.recover(&browser, "0000-0000-0000-0000").await);
    let review = world.recover(&browser, &codes[0]).await.unwrap();
    search.debug(&(&review, review.proofs()));
    let used = world.pending().await;
    search.failed(world.recover(&used, &codes[0]).await);
    search.debug(&world.mfa.status(&grant, &request).await.unwrap());
    search.debug(&world.record().await);
    search.debug(&world.record().await.events());
    search.debug(&world.mfa.run_outbox(world.now).await.unwrap());
    assert_eq!(search.leaks(), [""; 0]);
    assert!(search.shown.concat().contains("RecoveryCodeUsed"));
}

#[tokio::test]
async fn no_error_shows_a_secret() {
    let faulty = Faulty::new(MemoryStore::new());
    let (world, app, grant, browser, mut search) = scene(faulty.clone()).await;
    let (mfa, request) = (&world.mfa, world.request());
    let (right, wrong) = (app.code(world.now), app.wrong_code(world.now));
    let outage = || [Step::FailBefore(StoreErrorKind::Unavailable)];

    // A code, a session, a token, a form, a store.
    search.failed(world.submit(&browser, &wrong).await);
    search.failed(mfa.step_up_totp(&grant, &wrong, &request).await);
    search.failed(mfa.confirm_totp(&grant, &wrong, None, &request).await);
    search.text("no code", &format!("{right}{wrong}"));
    let long = format!("{right}{wrong}");
    search.failed(world.submit(&browser, &long).await);
    search.failed(world.submit(&browser, &right.replace('0', "o")[..5]).await);
    let forged = Sealed::<PendingSignIn>::from_bytes(vec![0; 99]);
    search.failed(mfa.verify_totp(&forged, &right, &request).await);
    let cookies = browser.request(world.now);
    search.failed(mfa.verify_totp(&forged, &right, &cookies).await);
    let disguised = Sealed::from_bytes(browser.token().as_bytes().to_vec());
    search.failed(mfa.resume(&disguised, &request).await);
    search.failed(Sealed::<SessionGrant>::from_text(&format!(
        "{}=",
        browser.token
    )));
    faulty.script(Operation::Get, outage());
    search.failed(world.submit(&browser, &right).await);
    faulty.script(Operation::Put, outage());
    search.failed(world.submit(&browser, &right).await);

    // A user, a device, a name.
    let nobody = UserId::from_bytes(b"nobody").unwrap();
    search.failed(mfa.after_first_factor(nobody, &request).await);
    search.failed(mfa.create_user(world.user, &request).await);
    search.failed(mfa.remove_device(&grant, app.id, &request).await);
    let required = Requirement::level(Level::Aal3);
    search.failed(mfa.require(&grant, required, &request).await);
    search.failed(DeviceName::parse(&"x".repeat(65)));
    search.failed(UserId::from_bytes(b""));

    // The budget is spent, and a record that does not open.
    for _ in 0..4 {
        search.failed(mfa.step_up_totp(&grant, &wrong, &request).await);
    }
    search.failed(mfa.step_up_totp(&grant, &right, &request).await);
    search.failed(world.submit(&browser, &right).await);
    let mut edited = world.stored().await.unwrap();
    search.bytes("sealed record", &edited);
    edited[50] ^= 1;
    world.overwrite(world.user, &edited).await;
    search.bytes("edited record", &edited);
    search.failed(world.submit(&browser, &right).await);

    assert_eq!(search.leaks(), [""; 0]);
}

#[tokio::test]
async fn no_error_of_the_start_shows_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mfa.keys");
    let mut search = Search::default();
    let keys = Keys::load_or_create(&path).unwrap();
    search.keys(&keys);
    let store = MemoryStore::new();
    let build = async |store: MemoryStore, keys| {
        let builder = Mfa::builder("Example").store(store);
        builder.keys(keys).build().await
    };
    search.debug(&build(store.clone(), keys).await.unwrap());
    let bound = || Keys::load(&path).unwrap();
    search.failed(build(MemoryStore::new(), bound()).await);
    let other = Keys::generate(&mut OsRng::new().unwrap());
    search.keys(&other);
    search.failed(build(store, other).await);
    search.failed(Mfa::builder("Example").keys(bound()).build().await);

    let text = bound().to_text();
    search.failed(Keys::parse(&text.replace("seal 1", "seal one")));
    search.failed(Keys::parse(&text.replace("pepper 1", "seal 1")));
    search.failed(Keys::parse(&text.replace("index", "indices")));
    search.failed(Keys::parse(text.trim_end().split_at(text.len() - 5).0));
    let exposed = KeyFileError::Exposed { mode: 0o644 };
    search.error(&BuildError::KeyFile(exposed));
    assert_eq!(search.leaks(), [""; 0]);
}

/// The search finds what it looks for.
#[tokio::test]
async fn a_leak_would_be_found() {
    let (_, _, _, _, mut search) = scene(MemoryStore::new()).await;
    assert_eq!(search.leaks(), [""; 0]);
    assert!(search.secrets.len() > 60);
    for (what, secret) in search.secrets.clone() {
        search
            .shown
            .push(format!("LogLine {{ text: \"{secret}\" }}"));
        assert!(!search.leaks().is_empty(), "{what}");
        search.shown.pop();
    }
    let longer = format!("{}0", search.secrets[0].1);
    search.display(&longer);
    assert_eq!(
        search.leaks(),
        [""; 0],
        "an id that has the same digits in it"
    );
}

#[cfg(feature = "tracing")]
mod logs {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};
    use std::thread;

    use super::*;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Keeps what this thread logs. The subscriber is that of the whole process: with one for a
    /// thread alone, a place that another thread was the first to log from stays silent.
    fn log_of_this_thread() -> Log {
        let (log, ours) = (Log::default(), thread::current().id());
        let kept = log.clone();
        let writer = move || {
            if thread::current().id() == ours {
                kept.clone()
            } else {
                Log::default()
            }
        };
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(writer)
            .finish();
        tracing::subscriber::set_global_default(subscriber).expect("the only one");
        tracing::callsite::rebuild_interest_cache();
        log
    }

    #[tokio::test]
    async fn each_operation_is_one_line_without_a_secret() {
        let log = log_of_this_thread();
        let (world, app, _, browser, mut search) = scene(MemoryStore::new()).await;
        _ = world.submit(&browser, &app.wrong_code(world.now)).await;
        _ = world.submit(&browser, &app.code(world.now)).await;
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let ends: Vec<_> = text
            .lines()
            .map(|line| line.split_once("mfakit: ").expect("a line of ours").1)
            .collect();
        assert_eq!(
            ends,
            [
                r#"operation ended operation="create_user" outcome="done""#,
                r#"operation ended operation="first_factor" outcome="done""#,
                r#"operation ended operation="enroll" outcome="done""#,
                r#"operation ended operation="enroll" outcome="done""#,
                r#"operation ended operation="first_factor" outcome="done""#,
                r#"operation ended operation="second_factor" outcome="refused""#,
                r#"operation ended operation="second_factor" outcome="done""#,
            ]
        );
        search.shown = vec![text];
        search.text("user", &world.user.to_string());
        assert_eq!(search.leaks(), [""; 0]);
    }
}
