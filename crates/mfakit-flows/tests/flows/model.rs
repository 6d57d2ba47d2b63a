//! Random sequences of events against a model that knows the rules and nothing else.

use std::collections::BTreeSet;

use mfakit_core::UnixTime;
use mfakit_flows::{
    CodeRefusal, EnrollRefusal, GrantRefusal, Level, ManageRefusal, Next, PendingSignIn,
    SessionGrant, SignInRefusal, StepUpRefusal, StoredGrant,
};
use mfakit_totp::Totp;
use proptest::prelude::*;

use crate::world::{App, World, code_of, wrong_code_of};

/// What somebody does. Indices are taken modulo what there is.
#[derive(Clone, Debug)]
enum Act {
    FirstFactor,
    Code {
        pending: usize,
        device: usize,
        which: Which,
    },
    Begin {
        session: usize,
    },
    Confirm {
        session: usize,
        right: bool,
    },
    Cancel {
        session: usize,
    },
    StepUp {
        session: usize,
        device: usize,
        which: Which,
    },
    Remove {
        session: usize,
        device: usize,
    },
    Disable {
        session: usize,
    },
    FirstFactorChanged,
    Wait {
        secs: u64,
    },
}

#[derive(Clone, Copy, Debug)]
enum Which {
    Now,
    Before,
    Wrong,
}

fn act() -> impl Strategy<Value = Act> {
    let index = 0..4_usize;
    let which =
        prop_oneof![4 => Just(Which::Now), 1 => Just(Which::Before), 2 => Just(Which::Wrong)];
    prop_oneof![
        4 => Just(Act::FirstFactor),
        6 => (index.clone(), index.clone(), which.clone())
            .prop_map(|(pending, device, which)| Act::Code { pending, device, which }),
        3 => index.clone().prop_map(|session| Act::Begin { session }),
        4 => (index.clone(), prop::bool::weighted(0.8))
            .prop_map(|(session, right)| Act::Confirm { session, right }),
        1 => index.clone().prop_map(|session| Act::Cancel { session }),
        2 => (index.clone(), index.clone(), which)
            .prop_map(|(session, device, which)| Act::StepUp { session, device, which }),
        1 => (index.clone(), index.clone())
            .prop_map(|(session, device)| Act::Remove { session, device }),
        1 => index.prop_map(|session| Act::Disable { session }),
        1 => Just(Act::FirstFactorChanged),
        6 => prop_oneof![Just(30), Just(60), Just(299), Just(601), 1..90_u64]
            .prop_map(|secs| Act::Wait { secs }),
    ]
}

/// A session as the model knows it.
struct Session {
    grant: SessionGrant,
    alive: bool,
    first_factor_at: u64,
    second_factor_at: Option<u64>,
}

struct Waiting {
    pending: PendingSignIn,
    alive: bool,
    begun: u64,
}

struct Device {
    app: Totp,
    id: mfakit_flows::DeviceId,
    last_step: u64,
}

struct Setup {
    app: Totp,
    session: mfakit_flows::SessionId,
    begun: u64,
}

/// What must be true, told in the simplest way.
struct Model {
    world: World,
    devices: Vec<Device>,
    setup: Option<Setup>,
    sessions: Vec<Session>,
    waiting: Vec<Waiting>,
    failures: u32,
    last_failure: u64,
    locked_until: u64,
    /// Every (device, step) that was ever accepted.
    accepted: BTreeSet<(mfakit_flows::DeviceId, u64)>,
}

/// What the model expects of a code.
#[derive(Debug, PartialEq)]
enum Expected {
    Accepted(usize),
    Refused(CodeRefusal),
}

impl Model {
    fn new() -> Self {
        Self {
            world: World::new(),
            devices: Vec::new(),
            setup: None,
            sessions: Vec::new(),
            waiting: Vec::new(),
            failures: 0,
            last_failure: 0,
            locked_until: 0,
            accepted: BTreeSet::new(),
        }
    }

    fn now(&self) -> u64 {
        self.world.now.as_secs()
    }

    fn is_locked(&self) -> bool {
        self.now() < self.locked_until
    }

    fn end_sessions(&mut self) {
        self.sessions
            .iter_mut()
            .for_each(|session| session.alive = false);
        self.waiting
            .iter_mut()
            .for_each(|waiting| waiting.alive = false);
    }

    /// The refusal of a device change by a session, in the order of the rules.
    fn grant_refusal(&self, session: &Session) -> Option<GrantRefusal> {
        if !session.alive {
            return Some(GrantRefusal::Ended);
        }
        let proof = if self.devices.is_empty() {
            Some(
                session
                    .second_factor_at
                    .unwrap_or(0)
                    .max(session.first_factor_at),
            )
        } else {
            session.second_factor_at
        };
        let fresh = proof.is_some_and(|at| self.now() - at <= 300);
        (!fresh).then_some(GrantRefusal::StepUpRequired)
    }

    fn code(&self, device: usize, which: Which) -> (mfakit_totp::TypedCode, Option<u64>) {
        let now = self.world.now;
        let app = &self.devices[device].app;
        match which {
            Which::Now => (code_of(app, now), Some(self.now() / 30)),
            Which::Before => {
                let before = UnixTime::from_secs(self.now() - 30);
                (code_of(app, before), Some(self.now() / 30 - 1))
            }
            Which::Wrong => (wrong_code_of(app, now), None),
        }
    }

    /// Counts a failure as the cockpit's rule says.
    fn fail(&mut self) {
        if self.now() - self.last_failure >= 12 * 3600 {
            self.failures = 0;
        }
        self.failures += 1;
        self.last_failure = self.now();
        let wait = u64::from(self.failures / 4 * 60).min(600);
        if wait > 0 {
            self.locked_until = self.now() + wait;
            self.waiting
                .iter_mut()
                .for_each(|waiting| waiting.alive = false);
        }
    }

    /// What a code at sign-in or step-up must lead to; notes it in the model.
    fn expect_code(&mut self, device: usize, step: Option<u64>) -> Expected {
        if self.is_locked() {
            let left = self.locked_until - self.now();
            let retry_after = std::time::Duration::from_secs(left);
            return Expected::Refused(CodeRefusal::Throttled { retry_after });
        }
        match step {
            Some(step) if step > self.devices[device].last_step => {
                self.failures = 0;
                self.last_failure = 0;
                self.locked_until = 0;
                self.devices[device].last_step = step;
                assert!(
                    self.accepted.insert((self.devices[device].id, step)),
                    "the model itself accepts nothing twice"
                );
                Expected::Accepted(device)
            }
            Some(_) => {
                self.fail();
                Expected::Refused(CodeRefusal::Replayed)
            }
            None => {
                self.fail();
                Expected::Refused(CodeRefusal::Mismatch)
            }
        }
    }

    fn run(&mut self, act: Act) {
        match act {
            Act::FirstFactor => self.first_factor(),
            Act::Code {
                pending,
                device,
                which,
            } => self.sign_in(pending, device, which),
            Act::Begin { session } => self.begin(session),
            Act::Confirm { session, right } => self.confirm(session, right),
            Act::Cancel { session } => self.cancel(session),
            Act::StepUp {
                session,
                device,
                which,
            } => self.step_up(session, device, which),
            Act::Remove { session, device } => self.remove(session, device),
            Act::Disable { session } => self.disable(session),
            Act::FirstFactorChanged => {
                self.world
                    .decide(|record, context, rng| record.first_factor_changed(None, context, rng))
                    .unwrap_or_else(|never| match never {});
                self.end_sessions();
                self.setup = None;
            }
            Act::Wait { secs } => self.world.pass(secs),
        }
        self.deliver();
        self.check();
    }

    fn first_factor(&mut self) {
        let now = self.now();
        match self.world.first_factor() {
            Next::Granted(grant) => {
                assert!(
                    self.devices.is_empty(),
                    "a session for the first factor alone while on"
                );
                assert_eq!(grant.level(), Level::Aal1);
                let (alive, second_factor_at) = (true, None);
                self.sessions.push(Session {
                    grant,
                    alive,
                    first_factor_at: now,
                    second_factor_at,
                });
            }
            Next::SecondFactor { pending, offers } => {
                assert_eq!(offers.devices.len(), self.devices.len());
                assert!(!self.devices.is_empty() && !self.is_locked());
                self.waiting.push(Waiting {
                    pending,
                    alive: true,
                    begun: now,
                });
            }
            Next::Locked { retry_after } => {
                assert!(!self.devices.is_empty());
                assert_eq!(retry_after.unwrap().as_secs(), self.locked_until - now);
            }
            Next::Enroll(_) => panic!("nothing is required"),
        }
    }

    fn sign_in(&mut self, pending: usize, device: usize, which: Which) {
        if self.waiting.is_empty() || self.devices.is_empty() {
            return;
        }
        let (at, device) = (pending % self.waiting.len(), device % self.devices.len());
        let waiting = self.waiting.remove(at);
        let holds = waiting.alive && self.now() - waiting.begun < 600;
        let (code, step) = self.code(device, which);
        let expected = holds.then(|| self.expect_code(device, step));
        match (self.world.verify(&waiting.pending, &code), expected) {
            (Ok(grant), Some(Expected::Accepted(_))) => {
                assert_eq!(grant.level(), Level::Aal2);
                let now = self.now();
                self.sessions.push(Session {
                    grant,
                    alive: true,
                    first_factor_at: waiting.begun,
                    second_factor_at: Some(now),
                });
                self.waiting.push(Waiting {
                    alive: false,
                    ..waiting
                });
            }
            (Err(SignInRefusal::Code(refusal)), Some(Expected::Refused(expected))) => {
                assert_eq!(refusal, expected);
                let alive = waiting.alive && !self.is_locked();
                self.waiting.push(Waiting { alive, ..waiting });
            }
            (Err(SignInRefusal::Ended), None) => {}
            (got, expected) => panic!("{got:?}, expected {expected:?}"),
        }
    }

    fn begin(&mut self, session: usize) {
        let Some(at) = session.checked_rem(self.sessions.len()) else {
            return;
        };
        let session = &self.sessions[at];
        let expected = self.grant_refusal(session).map(EnrollRefusal::Grant);
        let id = session.grant.session();
        match self.world.begin(&session.grant) {
            Ok(setup) => {
                assert_eq!(expected, None);
                let begun = self.now();
                self.setup = Some(Setup {
                    app: App::of(&setup),
                    session: id,
                    begun,
                });
            }
            Err(refusal) => assert_eq!(Some(refusal), expected),
        }
    }

    fn confirm(&mut self, session: usize, right: bool) {
        let Some(at) = session.checked_rem(self.sessions.len()) else {
            return;
        };
        let Some(setup) = self.setup.take() else {
            return;
        };
        let (now, at_time) = (self.world.now, self.now());
        let code = if right {
            code_of(&setup.app, now)
        } else {
            wrong_code_of(&setup.app, now)
        };
        let session = &self.sessions[at];
        let pending = setup.session == session.grant.session() && at_time - setup.begun < 600;
        let alive = session.alive;
        let locked = self.is_locked();
        match self.world.confirm(&session.grant, &code, None) {
            Ok(enrolled) => {
                assert!(alive && pending && right && !locked);
                assert_eq!(enrolled.first, self.devices.is_empty());
                if enrolled.first {
                    self.end_sessions();
                }
                (self.failures, self.last_failure, self.locked_until) = (0, 0, 0);
                let (id, last_step) = (enrolled.device, at_time / 30);
                self.accepted.insert((id, last_step));
                self.devices.push(Device {
                    app: setup.app,
                    id,
                    last_step,
                });
                let session = &mut self.sessions[at];
                session.grant = enrolled.grant;
                (session.alive, session.second_factor_at) = (true, Some(at_time));
                return;
            }
            Err(EnrollRefusal::Grant(GrantRefusal::Ended)) => assert!(!alive),
            Err(EnrollRefusal::NothingPending) => assert!(alive && !pending),
            Err(EnrollRefusal::Code(CodeRefusal::Throttled { .. })) => {
                assert!(alive && pending && locked);
            }
            Err(EnrollRefusal::Code(CodeRefusal::Mismatch)) => {
                assert!(alive && pending && !locked && !right);
                self.fail();
            }
            Err(other) => panic!("{other:?}"),
        }
        self.setup = Some(setup);
    }

    fn cancel(&mut self, session: usize) {
        let Some(at) = session.checked_rem(self.sessions.len()) else {
            return;
        };
        let session = &self.sessions[at];
        let (alive, id) = (session.alive, session.grant.session());
        let grant = &session.grant;
        let result = self
            .world
            .decide(|record, context, rng| record.cancel_totp(grant, context, rng));
        assert_eq!(result.is_ok(), alive);
        let own = self.setup.as_ref().is_some_and(|setup| setup.session == id);
        if alive && own && self.now() - self.setup.as_ref().map_or(0, |setup| setup.begun) < 600 {
            self.setup = None;
        }
    }

    fn step_up(&mut self, session: usize, device: usize, which: Which) {
        let Some(at) = session.checked_rem(self.sessions.len()) else {
            return;
        };
        let Some(device) = device.checked_rem(self.devices.len()) else {
            return;
        };
        let (code, step) = self.code(device, which);
        let expected = self.sessions[at]
            .alive
            .then(|| self.expect_code(device, step));
        let grant = &self.sessions[at].grant;
        let result = self
            .world
            .decide(|record, context, rng| record.step_up_totp(grant, &code, context, rng));
        match (result, expected) {
            (Ok(grant), Some(Expected::Accepted(_))) => {
                let now = self.now();
                self.sessions[at].grant = grant;
                self.sessions[at].second_factor_at = Some(now);
            }
            (Err(StepUpRefusal::Code(refusal)), Some(Expected::Refused(expected))) => {
                assert_eq!(refusal, expected);
            }
            (Err(StepUpRefusal::Grant(GrantRefusal::Ended)), None) => {}
            (got, expected) => panic!("{got:?}, expected {expected:?}"),
        }
    }

    fn remove(&mut self, session: usize, device: usize) {
        let Some(at) = session.checked_rem(self.sessions.len()) else {
            return;
        };
        let Some(device) = device.checked_rem(self.devices.len()) else {
            return;
        };
        let expected = match self.grant_refusal(&self.sessions[at]) {
            Some(refusal) => Some(ManageRefusal::Grant(refusal)),
            None => (self.devices.len() == 1).then_some(ManageRefusal::LastDevice),
        };
        let grant = &self.sessions[at].grant;
        let id = self.devices[device].id;
        let result = self
            .world
            .decide(|record, context, rng| record.remove_device(grant, id, context, rng));
        match result {
            Ok(grant) => {
                assert_eq!(expected, None);
                self.devices.remove(device);
                self.end_sessions();
                self.sessions[at].grant = grant;
                self.sessions[at].alive = true;
            }
            Err(refusal) => assert_eq!(Some(refusal), expected),
        }
    }

    fn disable(&mut self, session: usize) {
        let Some(at) = session.checked_rem(self.sessions.len()) else {
            return;
        };
        let session = &self.sessions[at];
        let expected = match self.grant_refusal(session) {
            Some(GrantRefusal::Ended) => Some(ManageRefusal::Grant(GrantRefusal::Ended)),
            _ if self.devices.is_empty() => Some(ManageRefusal::NotEnrolled),
            refusal => refusal.map(ManageRefusal::Grant),
        };
        let grant = &session.grant;
        match self
            .world
            .decide(|record, context, rng| record.disable(grant, context, rng))
        {
            Ok(grant) => {
                assert_eq!(expected, None);
                self.devices.clear();
                self.setup = None;
                (self.failures, self.last_failure, self.locked_until) = (0, 0, 0);
                self.end_sessions();
                let session = &mut self.sessions[at];
                session.grant = grant;
                (session.alive, session.second_factor_at) = (true, None);
            }
            Err(refusal) => assert_eq!(Some(refusal), expected),
        }
    }

    fn deliver(&mut self) {
        let done: Vec<_> = self
            .world
            .record()
            .events()
            .iter()
            .map(|event| (event.id, event.count))
            .collect();
        self.world.rewrite(|record| record.mark_delivered(&done));
    }

    /// What holds after every step.
    fn check(&mut self) {
        let record = self.world.record();
        assert_eq!(record.is_on(), !self.devices.is_empty());
        let ids: Vec<_> = record.devices().iter().map(|device| device.id).collect();
        assert_eq!(
            ids,
            self.devices
                .iter()
                .map(|device| device.id)
                .collect::<Vec<_>>()
        );
        for session in &self.sessions {
            let sealed = session.grant.seal(&self.world.keys, &mut self.world.rng);
            let stored = StoredGrant::open(&sealed, &self.world.keys).unwrap();
            let resumed = record.resume(stored);
            assert_eq!(resumed.is_ok(), session.alive);
            // Never above what the session itself has proven.
            let level = if session.second_factor_at.is_some() {
                Level::Aal2
            } else {
                Level::Aal1
            };
            assert_eq!(session.grant.level(), level);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Every verdict of every sequence is the model's.
    #[test]
    fn the_record_does_what_the_model_says(acts in prop::collection::vec(act(), 1..60)) {
        let mut model = Model::new();
        for act in acts {
            model.run(act);
        }
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
                    let code = mfakit_totp::TypedCode::parse(&guess).unwrap();
                    let result = world.verify(&pending, &code).map(drop);
                    prop_assert_eq!(result, Err(SignInRefusal::Code(CodeRefusal::Mismatch)));
                }
                _ => {}
            }
        }
    }
}
