//! Events: at least once, in order, under ids that stay.

use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use mfakit::store::StoreErrorKind::{OutcomeUnknown, Unavailable};
use mfakit::store::{Faulty, MemoryStore, Operation, Step, Store};
use mfakit::{
    Delivered, Error, Event, EventId, EventKind, EventSink, ManageRefusal, Never, SinkError,
    UnixTime, UserId,
};

use crate::rigged::{Paced, poll_times};
use crate::why::{Why, why};
use crate::world::{App, START, World, name};

type Hook = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Keeps what it is given, unless it was told to fail.
#[derive(Clone, Default)]
struct Trail {
    events: Arc<Mutex<Vec<Event>>>,
    /// Whether the next deliveries succeed; all others do.
    plan: Arc<Mutex<VecDeque<bool>>>,
    /// What happens during the next delivery.
    hook: Arc<Mutex<Option<Hook>>>,
}

impl EventSink for Trail {
    async fn deliver(&self, event: &Event) -> Result<(), SinkError> {
        let hook = self.hook.lock().unwrap().take();
        if let Some(hook) = hook {
            hook.await;
        }
        if self.plan.lock().unwrap().pop_front() == Some(false) {
            return Err(SinkError::new("the table is locked"));
        }
        self.events.lock().unwrap().push(event.clone());
        Ok(())
    }
}

impl Trail {
    fn plan(&self, deliveries: impl IntoIterator<Item = bool>) {
        self.plan.lock().unwrap().extend(deliveries);
    }

    fn during_the_next(&self, hook: impl Future<Output = ()> + Send + 'static) {
        *self.hook.lock().unwrap() = Some(Box::pin(hook));
    }

    /// Takes what was delivered since the last time.
    fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.events.lock().unwrap())
    }

    fn take_ids(&self) -> Vec<EventId> {
        self.take().iter().map(|event| event.id).collect()
    }
}

type Run = Result<(u32, u32, u32), Why<Never>>;

const fn done(delivered: u32, postponed: u32, unreadable: u32) -> Run {
    Ok((delivered, postponed, unreadable))
}

impl World {
    async fn with_trail(store: impl Store, trail: &Trail) -> Self {
        Self::configured(store, |builder| builder.events(trail.clone())).await
    }

    async fn deliver(&self) -> Run {
        let Delivered {
            delivered,
            postponed,
            unreadable,
            ..
        } = self.mfa.run_outbox(self.now).await.map_err(Why::from)?;
        Ok((delivered, postponed, unreadable))
    }

    async fn add_user(&self, id: &[u8]) -> UserId {
        let user = UserId::from_bytes(id).unwrap();
        self.mfa.create_user(user, &self.request()).await.unwrap();
        user
    }

    /// Waiting events, oldest first.
    async fn waiting(&self) -> Vec<EventId> {
        self.record()
            .await
            .events()
            .iter()
            .map(|event| event.id)
            .collect()
    }
}

/// A user with an app, and what that has left to deliver.
async fn scene(store: impl Store) -> (World, App, Trail) {
    let trail = Trail::default();
    let (world, app, _) = World::with_trail(store, &trail).await.equipped().await;
    (world, app, trail)
}

#[tokio::test]
async fn events_come_once_and_in_order() {
    let (world, _, trail) = scene(MemoryStore::new()).await;
    let waiting = world.waiting().await;
    assert_eq!(world.deliver().await, done(5, 0, 0));
    let events = trail.take();
    assert_eq!(
        events.iter().map(|event| event.id).collect::<Vec<_>>(),
        waiting
    );
    let kinds: Vec<_> = events.iter().map(|event| kind(&event.kind)).collect();
    assert_eq!(
        kinds,
        [
            "UserCreated",
            "SignedIn",
            "EnrollmentStarted",
            "Enabled",
            "DeviceAdded"
        ]
    );
    for event in &events {
        assert_eq!(
            (event.user, event.first_at, event.last_at, event.count),
            (world.user, START, START, 1)
        );
    }

    assert_eq!(world.deliver().await, done(0, 0, 0));
    assert!(trail.take().is_empty());
    assert!(world.store.due(world.now, 1).await.unwrap().is_empty());
}

/// The name of a kind of event.
fn kind(kind: &EventKind) -> String {
    let shown = format!("{kind:?}");
    shown.split([' ', '{']).next().unwrap().to_owned()
}

#[tokio::test]
async fn every_user_is_served() {
    let trail = Trail::default();
    let world = World::with_trail(MemoryStore::new(), &trail).await;
    for number in 0..300_u16 {
        world.add_user(&number.to_be_bytes()).await;
    }
    assert_eq!(world.deliver().await, done(256, 0, 0), "a run ends");
    assert_eq!(world.deliver().await, done(45, 0, 0));
    let users: BTreeSet<_> = trail
        .take()
        .iter()
        .map(|event| event.user.to_string())
        .collect();
    assert_eq!(users.len(), 301);
}

#[tokio::test]
async fn what_a_sink_refuses_waits_a_minute() {
    let (mut world, _, trail) = scene(MemoryStore::new()).await;
    let bob = world.add_user(b"bob").await;
    let waiting = world.waiting().await;
    trail.plan([false]);
    assert_eq!(
        world.deliver().await,
        done(1, 1, 0),
        "another user's is delivered"
    );
    assert_eq!(trail.take()[0].user, bob);
    assert_eq!(world.waiting().await, waiting);

    world.pass(59);
    assert_eq!(world.deliver().await, done(0, 0, 0));
    world.pass(1);
    assert_eq!(world.deliver().await, done(5, 0, 0));
    assert_eq!(trail.take_ids(), waiting);
}

#[tokio::test]
async fn what_was_taken_before_a_failure_does_not_come_again() {
    let (mut world, app, trail) = scene(MemoryStore::new()).await;
    assert_eq!(world.deliver().await, done(5, 0, 0));
    _ = trail.take();

    let wrong = app.wrong_code(world.now);
    _ = world.sign_in(&wrong).await;
    _ = world.sign_in(&app.code(world.now)).await.unwrap();
    let waiting = world.waiting().await;
    let (first, second) = (waiting[0], waiting[1]);
    trail.plan([true, false]);
    assert_eq!(world.deliver().await, done(1, 1, 0));
    assert_eq!(trail.take_ids(), [first]);
    assert_eq!(world.waiting().await, [second]);
    world.pass(60);
    assert_eq!(world.deliver().await, done(1, 0, 0));
    assert_eq!(trail.take_ids(), [second]);
}

#[tokio::test]
async fn a_crash_after_the_delivery_delivers_again_under_the_same_ids() {
    let faulty = Faulty::new(MemoryStore::new());
    let (world, _, trail) = scene(faulty.clone()).await;
    let waiting = world.waiting().await;
    faulty.script(Operation::Put, [Step::FailBefore(Unavailable)]);
    assert_eq!(world.deliver().await, Err(Why::Store(Unavailable)));
    assert_eq!(trail.take_ids(), waiting);
    assert_eq!(world.deliver().await, done(5, 0, 0));
    assert_eq!(trail.take_ids(), waiting);

    // A removal that happened unheard is found out.
    _ = world.add_user(b"bob").await;
    faulty.script(Operation::Put, [Step::FailAfter(OutcomeUnknown)]);
    assert_eq!(world.deliver().await, done(1, 0, 0));
    assert_eq!(world.deliver().await, done(0, 0, 0));
}

#[tokio::test]
async fn a_run_that_is_given_up_loses_nothing() {
    for times in 0.. {
        assert!(times < 100, "it never ends");
        let store = MemoryStore::new();
        let (world, _, trail) = scene(Paced(store)).await;
        let waiting = world.waiting().await;
        let given_up = poll_times(world.mfa.run_outbox(world.now), times).is_none();
        let first = trail.take_ids();
        let left = world.waiting().await;
        assert!(
            waiting == first || first.is_empty(),
            "this sink takes all of a user's at once"
        );
        assert!(
            left == waiting || (left.is_empty() && first == waiting),
            "given up after {times} polls"
        );
        let ended = world.deliver().await;
        assert_eq!(ended, done(u32::try_from(left.len()).unwrap(), 0, 0));
        assert_eq!(trail.take_ids(), left);
        if !given_up {
            assert!(times > 6, "it waits for a list, two reads and a write");
            break;
        }
    }
}

#[tokio::test]
async fn an_event_that_grew_while_it_was_delivered_comes_again() {
    let (world, app, trail) = scene(MemoryStore::new()).await;
    _ = world.deliver().await.unwrap();
    _ = trail.take();

    let ip: IpAddr = "192.0.2.7".parse().unwrap();
    let browser = world.pending().await;
    let wrong = app.wrong_code(world.now);
    let request = browser
        .request(world.now)
        .source(ip)
        .user_agent("Browser/1");
    let mfa = world.mfa.clone();
    let fail = async move || {
        let failed = mfa.verify_totp(&browser.token(), &wrong, &request).await;
        assert!(matches!(failed, Err(Error::Refused(_))));
    };
    fail().await;
    trail.during_the_next(async move { fail().await });

    assert_eq!(world.deliver().await, done(1, 0, 0));
    assert_eq!(world.deliver().await, done(1, 0, 0));
    assert_eq!(world.deliver().await, done(0, 0, 0));
    let events = trail.take();
    let counts: Vec<_> = events.iter().map(|event| event.count).collect();
    assert_eq!(counts, [1, 2]);
    assert_eq!(events[0].id, events[1].id);
    let source = &events[1].source;
    assert_eq!(
        (source.ip(), source.user_agent()),
        (Some(ip), Some("Browser/1"))
    );
}

#[tokio::test]
async fn two_runners_at_once_deliver_at_least_once() {
    let trail = Trail::default();
    let store = Paced(MemoryStore::new());
    let world = World::with_trail(store, &trail).await;
    for number in 0..8_u8 {
        world.add_user(&[number]).await;
    }
    let (one, other) = tokio::join!(world.deliver(), world.deliver());
    let (one, other) = (one.unwrap(), other.unwrap());
    let ids = trail.take_ids();
    let different: BTreeSet<_> = ids.iter().map(ToString::to_string).collect();
    assert_eq!(different.len(), 9, "each event came");
    assert_eq!(ids.len(), usize::try_from(one.0 + other.0).unwrap());
    assert_eq!(world.deliver().await, done(0, 0, 0));
}

#[tokio::test]
async fn without_a_sink_nothing_is_kept() {
    let (mut world, app, grant) = World::with_app().await;
    assert!(world.record().await.events().is_empty());
    let small = world.stored().await.unwrap().len();
    _ = world.sign_in(&app.wrong_code(world.now)).await;
    for number in 0..100 {
        let text = name(&format!("phone {number}"));
        let renamed = world
            .mfa
            .rename_device(&grant, app.id, text, &world.request())
            .await;
        assert_eq!(why(renamed), Ok(()), "the record is never full");
    }
    let longest = small + "phone 99".len() + 32;
    assert!(world.stored().await.unwrap().len() < longest);
    world.pass(3600);
    assert!(world.store.due(world.now, 1).await.unwrap().is_empty());
    assert_eq!(world.deliver().await, done(0, 0, 0));
}

#[tokio::test]
async fn a_record_that_does_not_open_is_counted_and_does_not_hold_up_others() {
    let trail = Trail::default();
    let mut world = World::with_trail(MemoryStore::new(), &trail).await;
    // As many as a run serves, all of them longer overdue than Bob's.
    let mut bad = Vec::new();
    for number in 0..256_u16 {
        let user = world.add_user(&number.to_be_bytes()).await;
        world.overwrite(user, b"damaged").await;
        bad.push(user);
    }
    assert_eq!(world.deliver().await, done(1, 0, 255));
    assert_eq!(world.deliver().await, done(0, 0, 1));
    world.pass(1);
    let bob = world.add_user(b"bob").await;
    assert_eq!(world.deliver().await, done(1, 0, 0));
    assert_eq!(trail.take()[1].user, bob);

    // They stay as they are, and are counted again after a minute.
    world.pass(59);
    assert_eq!(world.deliver().await, done(0, 0, 256));
    let key = world.key_of(bad[0]);
    let found = world.store.get(&key, world.now).await.unwrap().unwrap();
    assert_eq!(found.value(), b"damaged");
}

#[tokio::test]
async fn an_outage_is_an_error_and_loses_nothing() {
    let faulty = Faulty::new(MemoryStore::new());
    let (world, _, trail) = scene(faulty.clone()).await;
    let bob = world.add_user(b"bob").await;
    let outage = || [Step::FailBefore(Unavailable)];
    faulty.script(Operation::Due, outage());
    assert_eq!(world.deliver().await, Err(Why::Store(Unavailable)));
    assert!(trail.take().is_empty());

    // A row that cannot be read does not hold up the others.
    faulty.script(Operation::Get, outage());
    assert_eq!(world.deliver().await, Err(Why::Store(Unavailable)));
    let served = trail.take();
    assert_eq!(served.len(), 1);
    assert_eq!(served[0].user, bob);
    assert_eq!(world.deliver().await, done(5, 0, 0));
}

#[tokio::test]
async fn users_who_are_deleted_meanwhile_are_passed_over() {
    let (world, _, trail) = scene(MemoryStore::new()).await;
    let bob = world.add_user(b"bob").await;
    let (mfa, request, alice) = (world.mfa.clone(), world.request(), world.user);
    trail.during_the_next(async move {
        for user in [alice, bob] {
            assert!(mfa.delete_user(user, &request).await.unwrap());
        }
    });
    assert_eq!(
        world.deliver().await,
        done(5, 0, 0),
        "those of Alice, who came first"
    );
    assert!(trail.take().iter().all(|event| event.user == alice));
    assert_eq!(world.deliver().await, done(0, 0, 0));
}

#[tokio::test]
async fn a_full_outbox_refuses_changes_and_nothing_else() {
    let (mut world, app, trail) = scene(MemoryStore::new()).await;
    let grant = world.sign_in(&app.code(world.now)).await.unwrap();
    let rename = async |world: &World, grant, number: u32| {
        let text = name(&format!("phone {number}"));
        let request = world.request();
        why(world.mfa.rename_device(grant, app.id, text, &request).await)
    };
    let mut number = 0;
    let refused = loop {
        number += 1;
        assert!(number < 64, "there is an end to the room");
        if let Err(refused) = rename(&world, &grant, number).await {
            break refused;
        }
    };
    assert!(
        matches!(refused, Why::Refused(ManageRefusal::Full(_))),
        "{refused:?}"
    );

    // Signing in goes on, and so does ending sessions.
    world.pass(30);
    assert_eq!(why(world.sign_in(&app.code(world.now)).await), Ok(()));
    let changed = world
        .mfa
        .first_factor_changed(world.user, Some(&grant), &world.request())
        .await;
    let grant = changed.unwrap().expect("the acting session goes on");
    assert_eq!(rename(&world, &grant, number).await, Err(refused));

    _ = world.deliver().await.unwrap();
    let delivered = trail.take().len();
    assert!(delivered > 40, "{delivered}");
    assert_eq!(rename(&world, &grant, number).await, Ok(()));
}

#[tokio::test]
async fn a_clock_that_went_back_does_not_hold_events_up() {
    let (mut world, app, trail) = scene(MemoryStore::new()).await;
    trail.plan([false]);
    assert_eq!(world.deliver().await, done(0, 1, 0));
    world.now = UnixTime::from_secs(world.now.as_secs() - 24 * 3600);
    _ = world.sign_in(&app.wrong_code(world.now)).await;
    assert_eq!(world.deliver().await, done(0, 0, 0), "not before a minute");
    world.pass(60);
    assert_eq!(world.deliver().await, done(6, 0, 0));
    assert_eq!(trail.take().len(), 6);
}
