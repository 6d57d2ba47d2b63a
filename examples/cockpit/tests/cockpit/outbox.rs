//! Letters on this computer.

use axum::http::StatusCode;

use crate::site::Site;

#[tokio::test]
async fn without_a_mail_server_letters_are_shown() {
    let site = Site::start().await;
    let mut alice = site.browser();
    let page = alice.open("/outbox").await;
    assert_eq!(page.heading(), "Outbox");
    page.assert_shows("There are no letters.");

    let folder = site.data().join("outbox");
    std::fs::create_dir_all(&folder).unwrap();
    let letter = "To: ada@example.com\nSubject: A <new> device\n\nHello\n";
    std::fs::write(folder.join("001800000000-0a1b.txt"), letter).unwrap();
    std::fs::write(folder.join("notes"), "of somebody else").unwrap();
    let page = alice.open("/outbox").await;
    page.assert_shows("A &lt;new&gt; device");
    page.assert_shows("ada@example.com");
    page.assert_hides("of somebody else");
}

#[tokio::test]
async fn with_a_mail_server_there_is_nothing_to_show() {
    let folder = tempfile::tempdir().unwrap();
    let (data, keys) = (folder.path().join("data"), folder.path().join("keys"));
    let smtp = "smtp://localhost:2525".parse().unwrap();
    let site = Site::start_with(folder, |port| {
        cockpit::Config::local(port, data, keys).with_smtp(smtp)
    })
    .await;
    let mut alice = site.browser();
    assert_eq!(alice.open("/outbox").await.status, StatusCode::NOT_FOUND);
}
