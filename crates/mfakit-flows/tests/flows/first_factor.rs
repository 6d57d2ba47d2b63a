//! The first factor and the mailbox are never enough once the user is on.

use mfakit_activation::{Address, AddressRule};
use mfakit_core::UnixTime;
use mfakit_flows::{
    Class, CodeRefusal, EnrollRefusal, KeyRegistration, Next, PendingSignIn, SessionGrant,
    SignInRefusal, StoredGrant,
};
use mfakit_testkit::Authenticator;
use mfakit_totp::TypedCode;
use proptest::prelude::*;

use crate::house::ORIGIN;
use crate::world::World;

/// What somebody can do who knows the password and reads the mail, and who had a session before
/// the second factor was there. They have keys and apps of their own, and all of the service's
/// pages.
#[derive(Clone, Copy, Debug)]
enum Act {
    FirstFactor,
    Guess(u32),
    OwnKey,
    Passkey,
    BeginKey,
    ConfirmKey,
    BeginApp,
    ConfirmApp,
    Rename,
    Suspend,
    Remove,
    Disable,
    Resume,
    MakeCodes,
    Recover(u64),
    Reset(u64),
    FinishReview,
    AddAddress,
    ConfirmAddress,
    RemoveAddress,
    CancelReset,
    ChangeFirstFactor,
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => Just(Act::FirstFactor),
        3 => (0..1_000_000_u32).prop_map(Act::Guess),
        2 => Just(Act::OwnKey),
        1 => Just(Act::Passkey),
        2 => Just(Act::BeginKey),
        2 => Just(Act::ConfirmKey),
        1 => Just(Act::BeginApp),
        1 => Just(Act::ConfirmApp),
        1 => Just(Act::Rename),
        1 => Just(Act::Suspend),
        1 => Just(Act::Remove),
        1 => Just(Act::Disable),
        1 => Just(Act::Resume),
        1 => Just(Act::MakeCodes),
        1 => any::<u64>().prop_map(Act::Recover),
        1 => any::<u64>().prop_map(Act::Reset),
        1 => Just(Act::FinishReview),
        1 => Just(Act::AddAddress),
        1 => Just(Act::ConfirmAddress),
        1 => Just(Act::RemoveAddress),
        1 => Just(Act::CancelReset),
        1 => Just(Act::ChangeFirstFactor),
        2 => prop_oneof![Just(30), Just(61), Just(301), Just(86_400)].prop_map(Act::Wait),
    ]
}

struct Intruder {
    world: World,
    victim: mfakit_flows::DeviceId,
    /// The owner's app, to leave out right guesses. Without one the intruder's own set-up is still
    /// under way.
    app: Option<crate::world::App>,
    /// What the mail about an open reset lets its reader do.
    cancellation: mfakit_flows::ResetCancellation,
    /// The code for an address of theirs, which came before the user was on.
    code: mfakit_activation::IssuedCode,
    key: Authenticator,
    pending: Vec<PendingSignIn>,
    /// A session of before the user was on.
    old: SessionGrant,
    registration: Option<(String, KeyRegistration)>,
    setup: Option<mfakit_totp::Totp>,
}

impl Intruder {
    /// The old session is fresh, so that its level alone holds it off, or its age is beyond all.
    fn new(with_app: bool, fresh: bool) -> Self {
        let mut world = World::new();
        // Kept alive, to make it worse.
        world.profile.end_other_sessions_on_enable = false;
        let old = world.signed_in();
        let mut key = Authenticator::new(66);
        let mut other = World::stranger(world.now, world.profile.clone());
        let theirs = other.signed_in();
        let _ = other.register(&theirs, &mut key, "of another account");
        let registration = world.begin_key(&old).ok();
        let (mine, keys) = (address("mine@example.com"), world.keys_again());
        let code = world.decide(|r, context, rng| r.add_address(&old, &mine, &keys, context, rng));
        let code = code.unwrap();
        let setup = world
            .begin(&old)
            .ok()
            .map(|setup| crate::world::App::of(&setup));
        let owner = world.signed_in();
        let (victim, owner) = world.register(&owner, &mut Authenticator::new(1), "owner's");
        let owners = address("owner@example.com");
        let adopted = world.decide(|r, context, rng| r.adopt_address(&owners, context, rng));
        assert_eq!(adopted, Ok(()));
        let app = with_app.then(|| world.enroll(&owner, "owner's app").0);
        let _codes = world.make_codes(&owner).unwrap();
        let _ticket = world.issue(&world.operator(), "lost").unwrap();
        let cancellation = world.cancellation();
        world.pass(if fresh { 10 } else { 400 });
        Self {
            world,
            victim,
            app,
            cancellation,
            code,
            key,
            pending: Vec::new(),
            old,
            registration,
            setup,
        }
    }

    /// Returns whether it led to anything.
    fn run(&mut self, act: Act) -> bool {
        let (world, old, victim) = (&mut self.world, &self.old, self.victim);
        match act {
            Act::FirstFactor => match world.first_factor() {
                Next::Granted(_) | Next::Enroll(_) => return true,
                Next::SecondFactor { pending, .. } => self.pending.push(pending),
                Next::Locked { .. } => {}
            },
            Act::Guess(guess) => return self.guess(guess),
            Act::OwnKey => return self.own_key(),
            Act::Passkey => {
                if let Ok((options, ceremony)) = Ok::<_, ()>(world.begin_passkey())
                    && let Ok(answer) = self.key.get_assertion(&options, ORIGIN)
                {
                    return world.verify_key(&ceremony, &answer.json()).is_ok();
                }
            }
            Act::BeginKey => {
                let begun = world.begin_key(old);
                return begun.is_ok();
            }
            Act::ConfirmKey => return self.confirm_key(),
            Act::BeginApp => return world.begin(old).is_ok(),
            Act::ConfirmApp => {
                if let Some(app) = &self.setup {
                    let code = crate::world::code_of(app, world.now);
                    return world.confirm(old, &code, None).is_ok();
                }
            }
            Act::Rename => {
                let name = crate::world::name("mine");
                let renamed = world.decide(|record, context, rng| {
                    record.rename_device(old, victim, name, context, rng)
                });
                return renamed.is_ok();
            }
            Act::Suspend => {
                let suspended = world.decide(|record, context, rng| {
                    record.suspend_device(old, victim, context, rng)
                });
                return suspended.is_ok();
            }
            Act::Remove => {
                let removed = world
                    .decide(|record, context, rng| record.remove_device(old, victim, context, rng));
                return removed.is_ok();
            }
            Act::Disable => {
                let disabled =
                    world.decide(|record, context, rng| record.disable(old, context, rng));
                return disabled.is_ok();
            }
            Act::ChangeFirstFactor => {
                let changed = world.decide(|record, context, rng| {
                    record.first_factor_changed(Some(old), context, rng)
                });
                if let Some(renewed) = changed.unwrap_or_else(|never| match never {}) {
                    self.old = renewed;
                }
            }
            Act::Wait(secs) => world.pass(secs),
            Act::Resume
            | Act::MakeCodes
            | Act::FinishReview
            | Act::AddAddress
            | Act::ConfirmAddress
            | Act::RemoveAddress => return self.change(act),
            Act::Recover(_) | Act::Reset(_) => return self.paper(act),
            Act::CancelReset => {
                let token = &self.cancellation;
                let canceled = world.decide(|r, context, rng| r.cancel_reset(token, context, rng));
                // That is what the mail is for; it opens nothing.
                assert!(canceled.is_ok());
            }
        }
        false
    }

    /// With the session of before.
    fn change(&mut self, act: Act) -> bool {
        let (world, old, victim) = (&mut self.world, &self.old, self.victim);
        let keys = world.keys_again();
        match act {
            Act::Resume => world
                .decide(|r, context, rng| r.resume_device(old, victim, context, rng))
                .is_ok(),
            Act::MakeCodes => world.make_codes(old).is_ok(),
            Act::FinishReview => world.finish(old, &[]).is_ok(),
            Act::AddAddress => {
                let mine = address("mine@example.com");
                let added =
                    world.decide(|r, context, rng| r.add_address(old, &mine, &keys, context, rng));
                added.is_ok()
            }
            Act::ConfirmAddress => {
                let code = mfakit_activation::TypedCode::parse(self.code.expose()).unwrap();
                let confirmed = world
                    .decide(|r, context, rng| r.confirm_address(old, &code, &keys, context, rng));
                confirmed.is_ok()
            }
            _ => {
                let owners = address("owner@example.com");
                let removed =
                    world.decide(|r, context, rng| r.remove_address(old, &owners, context, rng));
                removed.is_ok()
            }
        }
    }

    /// A guess at what is on the owner's paper, or was said by support.
    fn paper(&mut self, act: Act) -> bool {
        let Some(pending) = self.pending.last() else {
            return false;
        };
        match act {
            Act::Recover(guess) => self.world.recover_by(pending, &guessed(guess)).is_ok(),
            Act::Reset(guess) => self.world.reset_by(pending, &guessed(guess)).is_ok(),
            _ => false,
        }
    }

    fn guess(&mut self, guess: u32) -> bool {
        let now = self.world.now.as_secs();
        let near = [-1_i64, 0, 1].map(|step| {
            let at = UnixTime::from_secs(now.saturating_add_signed(step * 30));
            self.app.as_ref().map(|app| app.digits(at))
        });
        let code = format!("{guess:06}");
        let Some(pending) = self
            .pending
            .last()
            .filter(|_| !near.contains(&Some(code.clone())))
        else {
            return false;
        };
        let code = TypedCode::parse(&code).unwrap();
        self.world.verify(pending, &code).is_ok()
    }

    /// A second step answered by a key of another account.
    fn own_key(&mut self) -> bool {
        let Next::SecondFactor { pending, offers } = self.world.first_factor() else {
            return false;
        };
        let mut rng = self.world.draw();
        let begun = self
            .world
            .ask(|_, context| offers.request(&pending, self.world.relying(), context, &mut rng));
        let Some((options, ceremony)) = begun else {
            return false;
        };
        // It is not in the list, so the browser has to be told otherwise.
        let id = self.key.credentials()[0].id.clone();
        let mut value: serde_json::Value = serde_json::from_str(&options.to_json()).unwrap();
        value["allowCredentials"] = serde_json::json!([]);
        let Ok(mut answer) = self.key.get_assertion(&value.to_string(), ORIGIN) else {
            return false;
        };
        answer.id = id;
        self.world.verify_key(&ceremony, &answer.json()).is_ok()
    }

    fn confirm_key(&mut self) -> bool {
        let Some((options, registration)) = &self.registration else {
            return false;
        };
        let mut fresh = Authenticator::new(67);
        let answer = fresh.make_credential(options, ORIGIN).unwrap().json();
        let confirmed = self
            .world
            .confirm_key(&self.old, registration, &answer, None);
        assert!(
            !matches!(confirmed, Err(EnrollRefusal::Full(_))),
            "the outbox is not what holds them off"
        );
        confirmed.is_ok()
    }
}

fn address(text: &str) -> Address {
    Address::parse(text, AddressRule::Rfc).unwrap()
}

/// A code of 16 digits, which nobody hits.
fn guessed(guess: u64) -> String {
    format!("{:016}", guess % 10_000_000_000_000_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever somebody does who has those two alone: no session, no change of a device, and the
    /// owner's key opens the account at the end.
    #[test]
    fn nothing_is_granted_and_the_owner_gets_in(
        acts in prop::collection::vec(act(), 1..80),
        with_app in any::<bool>(),
        fresh in any::<bool>(),
    ) {
        let mut intruder = Intruder::new(with_app, fresh);
        let devices = intruder.world.record().devices();
        for act in acts {
            prop_assert!(!intruder.run(act), "{act:?}");
        }
        prop_assert_eq!(intruder.world.record().devices(), devices);
        let sealed = intruder.old.seal(&intruder.world.keys, &mut intruder.world.rng);
        let stored = StoredGrant::open(&sealed, &intruder.world.keys).unwrap();
        if let Ok(old) = intruder.world.record().resume(stored) {
            prop_assert_eq!(old.level(), mfakit_flows::Level::Aal1);
        }
        // With the first factor alone nobody can make all methods unusable.
        match intruder.world.first_factor() {
            Next::SecondFactor { offers, .. } => prop_assert!(offers.has_keys()),
            other => prop_assert!(false, "{other:?}"),
        }
        prop_assert!(intruder.world.record().failures(Class::Totp) <= 100);
    }

    /// Whoever has the first factor alone gets no session once the user is on, whatever they do
    /// and however long they wait.
    #[test]
    fn the_first_factor_alone_never_grants(
        guesses in prop::collection::vec((0..1_000_000_u32, 1..4000_u64), 1..120),
    ) {
        let (mut world, app, _) = World::with_app();
        for (guess, secs) in guesses {
            world.pass(secs);
            let near = [-1_i64, 0, 1].map(|step| {
                let at = UnixTime::from_secs(world.now.as_secs().saturating_add_signed(step * 30));
                app.digits(at)
            });
            let guess = format!("{guess:06}");
            prop_assume!(!near.contains(&guess));
            match world.first_factor() {
                Next::Granted(_) => prop_assert!(false, "granted"),
                Next::SecondFactor { pending, .. } => {
                    let code = TypedCode::parse(&guess).unwrap();
                    let result = world.verify(&pending, &code).map(drop);
                    prop_assert_eq!(result, Err(SignInRefusal::Code(CodeRefusal::Mismatch)));
                }
                _ => {}
            }
        }
    }
}
