//! The life of an account in a terminal.
//!
//! ```text
//! $ cargo run -p quickstart
//! ```
//!
//! It plays both sides, the service and the authenticator apps, on a real SQLite file. Where to
//! look: each chapter of the story is a function, in the order of `main`, and calls the library
//! where a service does; `account.rs` has what they share, `print.rs` the writing. Not shown:
//! passwords, pages and sessions (see `cockpit`), events (see `docs/guide/operations.md`).

mod account;
mod print;

use std::path::Path;

use anyhow::{Context as _, bail};
use mfakit::sqlite::SqliteStore;
use mfakit::totp::Totp;
use mfakit::{
    CodeRefusal, DeviceView, Keys, Mfa, Next, OsRng, Request, SessionGrant, UnixTime, UserId,
};

use account::{Account, code_of, refusal};
use print::{call, chapter, qr, tell};

/// A Monday at nine. The time is an argument everywhere, so that the story passes without waiting;
/// a service uses `Request::from_system_clock()`.
const MONDAY: UnixTime = UnixTime::from_secs(1_767_603_600);

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("quickstart-").tempdir()?;
    let mfa = the_service_starts(folder.path()).await?;
    let mut alice = she_signs_up(mfa).await?;
    let grant = she_signs_in_with_her_password(&alice).await?;
    let phone = she_sets_up_an_app(&alice, &grant).await?;
    let grant = she_signs_in_with_a_code(&mut alice, &phone).await?;
    let tablet = she_sets_up_another_app(&alice, &grant).await?;
    she_loses_her_phone(&mut alice, &tablet).await?;
    somebody_guesses(&mut alice, &phone).await?;
    somebody_looks_over_her_shoulder(&mut alice, &tablet).await?;

    drop(alice);
    let path = folder.path().to_owned();
    folder.close()?;
    println!("\n{} is removed.", path.display());
    Ok(())
}

async fn the_service_starts(folder: &Path) -> anyhow::Result<Mfa> {
    chapter("The service starts", MONDAY);
    tell("Its records go into an SQLite file, its keys into another one. Keep the two apart in");
    tell("earnest: together they are everything. Here they share a folder that is removed at the");
    tell(&format!("end: {}", folder.display()));
    let store = SqliteStore::create_or_open(folder.join("mfa.db"))?;
    let keys = Keys::load_or_create(folder.join("mfa.keys"))?;
    let builder = Mfa::builder("Example").store(store).keys(keys);
    let mfa = builder.build().await?;
    call("build", "database and keys belong together from now on");
    Ok(mfa)
}

async fn she_signs_up(mfa: Mfa) -> anyhow::Result<Account> {
    chapter("Alice signs up", MONDAY);
    tell("The service makes an id for her that never changes: not her name, not her address.");
    let user = UserId::random(&mut OsRng::new()?);
    mfa.create_user(user, &Request::new(MONDAY)).await?;
    call("create_user", "she has a record, without a second factor");
    Ok(Account::new(mfa, user, MONDAY))
}

async fn she_signs_in_with_her_password(alice: &Account) -> anyhow::Result<SessionGrant> {
    chapter("She signs in with her password", alice.now);
    tell("Whether it is right, the service finds out by itself. Then it asks what follows.");
    let Next::Granted(grant) = alice.after_first_factor().await? else {
        bail!("she has no second factor yet");
    };
    call(
        "after_first_factor",
        &format!("granted, {:?}", grant.level()),
    );
    tell("The grant opens her session. The service keeps it sealed, and asks at every request");
    tell("whether it still holds.");
    let sealed = alice.mfa.seal(&grant)?;
    let grant = alice.mfa.resume(&sealed, &alice.request()).await?;
    call("seal, resume", "it holds");
    Ok(grant)
}

async fn she_sets_up_an_app(alice: &Account, grant: &SessionGrant) -> anyhow::Result<Totp> {
    chapter("She sets up an authenticator app", alice.now);
    tell("The page shows a QR code, and the key for those who cannot scan it.");
    let setup = alice.mfa.begin_totp(grant, &alice.request()).await?;
    let uri = setup.key_uri(alice.mfa.name(), "alice@example.com")?;
    call("begin_totp", "a secret that waits for its first code");
    qr(&uri.qr()?, uri.manual_entry().key());

    let phone = alice.confirm(grant, &setup, "Alice's phone").await?;
    tell("From now on her password alone is not enough.");
    Ok(phone)
}

async fn she_signs_in_with_a_code(
    alice: &mut Account,
    phone: &Totp,
) -> anyhow::Result<SessionGrant> {
    alice.pass(24 * 3600);
    chapter("She signs in with password and code", alice.now);
    let code = code_of(phone, alice.now);
    let grant = alice.sign_in(&code).await?;
    call(
        "verify_totp",
        &format!("{code} is granted, {:?}", grant.level()),
    );
    Ok(grant)
}

async fn she_sets_up_another_app(alice: &Account, grant: &SessionGrant) -> anyhow::Result<Totp> {
    chapter("She sets up a second app, to be safe", alice.now);
    tell("A change of devices needs a fresh proof. The code of a moment ago is one.");
    let setup = alice.mfa.begin_totp(grant, &alice.request()).await?;
    alice.confirm(grant, &setup, "Alice's tablet").await
}

async fn she_loses_her_phone(alice: &mut Account, tablet: &Totp) -> anyhow::Result<()> {
    alice.pass(3600);
    chapter("She loses her phone", alice.now);
    tell("She signs in with the other device, and deletes the lost one.");
    let code = code_of(tablet, alice.now);
    let grant = alice.sign_in(&code).await?;
    call(
        "verify_totp",
        &format!("{code} is granted, {:?}", grant.level()),
    );
    let request = alice.request();
    let status = alice.mfa.status(&grant, &request).await?;
    let is_lost = |device: &&DeviceView| device.name.as_str() == "Alice's phone";
    let lost = status
        .devices
        .iter()
        .find(is_lost)
        .context("it was set up")?;
    let _renewed = alice.mfa.remove_device(&grant, lost.id, &request).await?;
    call(
        "remove_device",
        &format!("{} is gone, with all other sessions", lost.name),
    );
    Ok(())
}

async fn somebody_guesses(alice: &mut Account, phone: &Totp) -> anyhow::Result<()> {
    alice.pass(1800);
    chapter("Somebody has found it, and knows her password", alice.now);
    tell("What the phone shows is worth no more than a guess, and every guess counts.");
    for _ in 0..4 {
        alice.pass(30);
        let code = code_of(phone, alice.now);
        let why = refusal(alice.sign_in(&code).await)?;
        call("verify_totp", &format!("{code} is {why}"));
    }
    tell("That is for the log. The page says the same whatever the reason:");
    tell(&format!("\"{}\"", CodeRefusal::Mismatch.user_text()));
    tell("After four in a row no code is looked at for a minute, not even a right one.");
    let Next::Locked {
        retry_after: Some(wait),
    } = alice.after_first_factor().await?
    else {
        bail!("four wrong codes lock");
    };
    call(
        "after_first_factor",
        &format!("locked for {} s", wait.as_secs()),
    );
    Ok(())
}

async fn somebody_looks_over_her_shoulder(
    alice: &mut Account,
    tablet: &Totp,
) -> anyhow::Result<()> {
    alice.pass(60);
    chapter(
        "Alice comes back, and somebody looks over her shoulder",
        alice.now,
    );
    let code = code_of(tablet, alice.now);
    let _grant = alice.sign_in(&code).await?;
    call("verify_totp", &format!("{code} is granted"));
    tell("The code is still on her screen, and the password is known. Now the other one tries:");
    let why = refusal(alice.sign_in(&code).await)?;
    call("verify_totp", &format!("{code} is {why}"));
    tell("A code counts once, however many try it, in however many processes.");
    Ok(())
}
