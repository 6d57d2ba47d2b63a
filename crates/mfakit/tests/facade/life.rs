//! The whole life of an account, in memory and in an SQLite file.

use mfakit::totp::Totp;
use mfakit::{
    Advice, CodeRefusal, EnrollRefusal, FirstFactor, Level, ManageRefusal, Next, SessionGrant,
    SignInRefusal, Status,
};

use crate::why::{Why, why};
use crate::world::{App, World, code_of, name, wrong_code_of};

#[tokio::test]
async fn the_life_of_an_account_in_memory() {
    live(World::new().await).await;
}

#[tokio::test]
async fn the_life_of_an_account_in_a_file() {
    live(World::on_sqlite().await).await;
}

async fn live(mut world: World) {
    let grant = with_a_password_alone(&world).await;
    let (phone, grant) = set_up_the_first_app(&mut world, &grant).await;
    let grant = sign_in_with_a_code(&mut world, &phone, &grant).await;
    let (tablet, grant) = set_up_another_app(&mut world, &grant).await;
    let grant = lose_the_first(&mut world, &phone, &tablet, &grant).await;
    turn_it_off(&mut world, &tablet, &grant).await;
    leave(&world).await;
}

async fn status(world: &World, grant: &SessionGrant) -> Status {
    world.mfa.status(grant, &world.request()).await.unwrap()
}

fn names(status: &Status) -> Vec<&str> {
    let devices = status.devices.iter();
    devices.map(|device| device.name.as_str()).collect()
}

async fn with_a_password_alone(world: &World) -> SessionGrant {
    let grant = world.signed_in().await;
    assert_eq!(
        (grant.user(), grant.level()),
        (world.user, Level::Aal1),
        "one factor"
    );
    let status = status(world, &grant).await;
    assert!(!status.is_on());
    assert_eq!(status.advice, [Advice::SetUpAMethod]);
    grant
}

async fn set_up_the_first_app(world: &mut World, grant: &SessionGrant) -> (App, SessionGrant) {
    // Begun, shown again, given up.
    let (mfa, request) = (&world.mfa, world.request());
    let begun = mfa.begin_totp(grant, &request).await.unwrap();
    let again = mfa.totp_setup(grant, &request).await.unwrap();
    assert_eq!(*again.secret().expose(), *begun.secret().expose());
    assert_eq!(
        begun
            .key_uri(mfa.name(), "alice")
            .unwrap()
            .to_uri()
            .as_str(),
        format!(
            "otpauth://totp/Example:alice?secret={}&issuer=Example",
            begun.secret().to_base32().as_str()
        )
    );
    mfa.cancel_totp(grant, &request).await.unwrap();
    let nothing = Err(Why::Refused(EnrollRefusal::NothingPending));
    assert_eq!(why(mfa.totp_setup(grant, &request).await), nothing);
    let code = code_of(&Totp::new(begun.secret(), begun.params()), world.now);
    let confirmed = mfa.confirm_totp(grant, &code, None, &request).await;
    assert_eq!(why(confirmed), nothing);

    // Begun anew; a wrong code does not end it.
    let totp = world.begin(grant).await;
    let wrong = wrong_code_of(&totp, world.now);
    let confirmed = mfa.confirm_totp(grant, &wrong, None, &request).await;
    let mismatch = EnrollRefusal::Code(CodeRefusal::Mismatch);
    assert_eq!(why(confirmed), Err(Why::Refused(mismatch)));
    assert!(
        !status(world, grant).await.is_on(),
        "not before it is proven"
    );

    let code = code_of(&totp, world.now);
    let confirmed = mfa
        .confirm_totp(grant, &code, Some(name("phone")), &request)
        .await;
    let enrolled = confirmed.unwrap();
    assert!(enrolled.first);
    assert_eq!(enrolled.grant.level(), Level::Aal2);
    let status = status(world, &enrolled.grant).await;
    assert_eq!(names(&status), ["phone"]);
    assert_eq!(status.devices[0].id, enrolled.device);
    assert_eq!(
        status.advice,
        [Advice::SetUpAnotherMethod, Advice::MakeRecoveryCodes]
    );
    let app = App::new(totp, enrolled.device);
    (app, enrolled.grant)
}

async fn sign_in_with_a_code(world: &mut World, phone: &App, old: &SessionGrant) -> SessionGrant {
    let used = phone.code(world.now);
    world.pass(30);
    let refused = |refusal| Err(Why::Refused(SignInRefusal::Code(refusal)));

    let browser = world.pending().await;
    let enrollments = world.submit(&browser, &used).await;
    assert_eq!(why(enrollments), refused(CodeRefusal::Replayed));
    let wrong = world.submit(&browser, &phone.wrong_code(world.now)).await;
    assert_eq!(why(wrong), refused(CodeRefusal::Mismatch));
    let none = world.submit(&browser, "12 45").await;
    assert_eq!(why(none), Err(Why::MalformedCode));

    // The page can be shown again; then the code is right, as people type it.
    let page = world
        .mfa
        .pending_sign_in(&browser.token(), &browser.request(world.now))
        .await;
    let page = page.unwrap();
    assert_eq!(page.user(), world.user);
    assert_eq!(page.devices().len(), 1);
    let ten_minutes = std::time::Duration::from_secs(600);
    assert_eq!(page.expires(), world.now.saturating_add(ten_minutes));
    assert_eq!(page.cookie(), None, "the browser has it already");
    let code = phone.code(world.now);
    let (left, right) = code.split_at(3);
    let typed = format!("{left} {right}");
    let grant = world.submit(&browser, &typed).await.unwrap();
    assert_eq!(grant.level(), Level::Aal2);
    assert_eq!(grant.amr(FirstFactor::Password), ["pwd", "otp", "mfa"]);
    assert_ne!(grant.session(), old.session());

    let again = world.sign_in(&code).await;
    assert_eq!(why(again), refused(CodeRefusal::Replayed));
    grant
}

async fn set_up_another_app(world: &mut World, grant: &SessionGrant) -> (App, SessionGrant) {
    let totp = world.begin(grant).await;
    let code = code_of(&totp, world.now);
    let request = world.request();
    let confirm = async |name| world.mfa.confirm_totp(grant, &code, name, &request).await;
    let taken = confirm(Some(name("PHONE"))).await;
    assert_eq!(why(taken), Err(Why::Refused(EnrollRefusal::NameTaken)));
    let enrolled = confirm(None).await.unwrap();
    assert!(!enrolled.first);

    let (device, grant) = (enrolled.device, enrolled.grant);
    assert_eq!(
        names(&status(world, &grant).await),
        ["phone", "Authentication application"]
    );
    let rename = async |text| {
        let renamed = world
            .mfa
            .rename_device(&grant, device, name(text), &request)
            .await;
        why(renamed)
    };
    assert_eq!(
        rename("Phone").await,
        Err(Why::Refused(ManageRefusal::NameTaken))
    );
    assert_eq!(rename("tablet").await, Ok(()));
    assert_eq!(names(&status(world, &grant).await), ["phone", "tablet"]);
    (App::new(totp, device), grant)
}

async fn lose_the_first(
    world: &mut World,
    phone: &App,
    tablet: &App,
    grant: &SessionGrant,
) -> SessionGrant {
    world.pass(30);
    let removed = world
        .mfa
        .remove_device(grant, phone.id, &world.request())
        .await;
    let grant = removed.unwrap();
    let status = status(world, &grant).await;
    assert_eq!(names(&status), ["tablet"]);
    let tombstone = &status.removed[0];
    assert_eq!(
        (tombstone.id(), tombstone.name().as_str()),
        (phone.id, "phone")
    );
    assert_eq!(tombstone.removed_at(), world.now);

    world.pass(30);
    let lost = world.sign_in(&phone.code(world.now)).await;
    let mismatch = SignInRefusal::Code(CodeRefusal::Mismatch);
    assert_eq!(why(lost), Err(Why::Refused(mismatch)));
    let found = world.sign_in(&tablet.code(world.now)).await.unwrap();
    let last = world
        .mfa
        .remove_device(&found, tablet.id, &world.request())
        .await;
    assert_eq!(why(last), Err(Why::Refused(ManageRefusal::LastDevice)));
    found
}

async fn turn_it_off(world: &mut World, tablet: &App, grant: &SessionGrant) {
    let grant = world.mfa.disable(grant, &world.request()).await.unwrap();
    assert_eq!(grant.level(), Level::Aal1);
    let status = status(world, &grant).await;
    assert!(!status.is_on());
    assert_eq!(status.removed.len(), 2);
    assert_eq!(status.removed[1].id(), tablet.id);
    let again = world.mfa.disable(&grant, &world.request()).await;
    assert_eq!(why(again), Err(Why::Refused(ManageRefusal::NotEnrolled)));
    assert!(matches!(world.first_factor().await, Next::Granted(_)));
}

async fn leave(world: &World) {
    let delete = async || {
        let deleted = world.mfa.delete_user(world.user, &world.request()).await;
        deleted.unwrap()
    };
    assert!(delete().await);
    assert_eq!(world.stored().await, None);
    assert!(!delete().await, "there is nothing left");
}
