//! Mails to the owner, by way of the outbox.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use mfakit::activation::{Address, AddressRule};
use mfakit::store::MemoryStore;
use mfakit::{AddressRefusal, Mail, Mailer, SinkError};

use crate::why::{Why, why};
use crate::world::{World, name};

/// What is left of a mail that was sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Sent {
    pub(crate) id: String,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) cancel: Option<String>,
}

/// Keeps what it is given, unless it was told to fail.
#[derive(Clone, Default)]
pub(crate) struct Postman {
    sent: Arc<Mutex<Vec<Sent>>>,
    fails: Arc<AtomicBool>,
}

impl Mailer for Postman {
    async fn send(&self, mail: &Mail) -> Result<(), SinkError> {
        if self.fails.load(Ordering::SeqCst) {
            return Err(SinkError::new("connection refused"));
        }
        self.sent.lock().unwrap().push(Sent {
            id: mail.id().to_owned(),
            to: mail.to().as_str().to_owned(),
            subject: mail.subject().to_owned(),
            text: mail.text().to_owned(),
            cancel: mail.cancel_reset().map(|token| token.to_text()),
        });
        Ok(())
    }
}

impl Postman {
    pub(crate) fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }
}

/// A service that sends mail and keeps no trail.
pub(crate) async fn service() -> (World, Postman) {
    let post = Postman::default();
    let mailer = post.clone();
    let world = World::configured(MemoryStore::new(), |builder| builder.mailer(mailer)).await;
    (world, post)
}

impl World {
    pub(crate) async fn adopt(&self, text: &str) {
        let (address, request) = (address(text), self.request());
        let adopted = self.mfa.adopt_address(self.user, &address, &request).await;
        adopted.unwrap();
    }
}

fn address(text: &str) -> Address {
    Address::parse(text, AddressRule::Rfc).unwrap()
}

#[tokio::test]
async fn every_change_is_told_at_each_address_once_it_is_delivered() {
    let (world, post) = service().await;
    for text in ["a@example.com", "b@example.com"] {
        world.adopt(text).await;
    }
    let (world, app, grant) = world.equipped().await;
    let (device, pocket, request) = (app.id, name("pocket"), world.request());
    let renamed = world.mfa.rename_device(&grant, device, pocket, &request);
    renamed.await.unwrap();
    assert_eq!(post.take(), [], "nothing leaves before the outbox is run");

    let run = world.mfa.run_outbox(world.now).await.unwrap();
    let mails = post.take();
    let subjects: Vec<_> = mails
        .iter()
        .filter(|mail| mail.to == "b@example.com")
        .map(|mail| mail.subject.as_str())
        .collect();
    assert_eq!(
        subjects,
        [
            "Example: an address was added",
            "Example: two-factor authentication is on",
            "Example: a device was added",
            "Example: a device was renamed",
        ]
    );
    // The first one was told of the second, and not the other way round.
    assert_eq!(mails.len(), 9);
    assert_eq!(
        run.delivered, 5,
        "what the owner is not told of is not kept"
    );
    let run = world.mfa.run_outbox(world.now).await.unwrap();
    assert_eq!((run.delivered, post.take().len()), (0, 0));
}

#[tokio::test]
async fn a_mail_that_could_not_be_sent_comes_a_minute_later_under_the_same_id() {
    let (mut world, post) = service().await;
    world.adopt("a@example.com").await;
    post.fails.store(true, Ordering::SeqCst);
    let run = world.mfa.run_outbox(world.now).await.unwrap();
    assert_eq!((run.delivered, run.postponed), (0, 1));
    post.fails.store(false, Ordering::SeqCst);
    world.pass(59);
    let early = world.mfa.run_outbox(world.now).await.unwrap();
    assert_eq!(early.delivered, 0);
    world.pass(1);
    let run = world.mfa.run_outbox(world.now).await.unwrap();
    assert_eq!(run.delivered, 1);
    let mails = post.take();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].id.len() > 32, "{}", mails[0].id);
}

#[tokio::test]
async fn an_address_is_confirmed_by_a_code_that_is_in_no_outbox() {
    let (world, post) = service().await;
    let (mut world, app, _) = world.equipped().await;
    let grant = world.sign_in(&app.code(world.now)).await.unwrap();
    let request = world.request();
    let new = address("new@example.com");
    let code = world.mfa.add_address(&grant, &new, &request).await.unwrap();
    _ = world.mfa.run_outbox(world.now).await.unwrap();
    assert!(
        post.take()
            .iter()
            .all(|mail| !mail.text.contains(code.expose()))
    );
    let status = world.mfa.status(&grant, &request).await.unwrap();
    assert_eq!(status.pending_address, Some(new.clone()));

    let wrong = world.mfa.confirm_address(&grant, "no code", &request).await;
    assert_eq!(why(wrong), Err(Why::Refused(AddressRefusal::Mismatch)));
    let confirmed = world.mfa.confirm_address(&grant, code.expose(), &request);
    confirmed.await.unwrap();
    let status = world.mfa.status(&grant, &request).await.unwrap();
    assert_eq!(status.addresses.len(), 1);
    world.pass(1);
    let request = world.request();
    let removed = world.mfa.remove_address(&grant, &new, &request).await;
    removed.unwrap();
    _ = world.mfa.run_outbox(world.now).await.unwrap();
    let subjects: Vec<_> = post.take().into_iter().map(|mail| mail.subject).collect();
    let last = subjects.last().map(String::as_str);
    assert_eq!(last, Some("Example: an address was removed"));
}
