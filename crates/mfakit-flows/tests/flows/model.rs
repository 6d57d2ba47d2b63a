//! Random sequences of events against a model that knows the rules and nothing else.

mod check;
mod clock;
mod keys;

use std::collections::BTreeSet;

use mfakit_core::UnixTime;
use mfakit_flows::{
    CodeRefusal, EnrollRefusal, GrantRefusal, Level, ManageRefusal, Next, PendingSignIn,
    SessionGrant, SignInRefusal, StepUpRefusal,
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
    /// The clock of the server goes back.
    Back {
        secs: u64,
    },
    /// An operator reopens codes.
    Reopen,
    Key(keys::Act),
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
        1 => prop_oneof![Just(10), Just(60), Just(90), Just(700)]
            .prop_map(|secs| Act::Back { secs }),
        1 => Just(Act::Reopen),
        14 => keys::act().prop_map(Act::Key),
    ]
}

/// A session as the model knows it.
struct Session {
    grant: SessionGrant,
    alive: bool,
    first_factor_at: Option<u64>,
    second_factor_at: Option<u64>,
}

struct Waiting {
    pending: PendingSignIn,
    alive: bool,
    begun: u64,
    /// What keys are asked at it.
    step: Option<(String, mfakit_flows::KeyAssertion)>,
}

struct Device {
    app: Totp,
    id: mfakit_flows::DeviceId,
    last_step: u64,
    suspended: bool,
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
    keys: Vec<keys::Key>,
    /// How many keys there ever were.
    made: u64,
    setup: Option<Setup>,
    sessions: Vec<Session>,
    waiting: Vec<Waiting>,
    failures: u32,
    last_failure: u64,
    locked_until: u64,
    /// The latest time that the clock ever showed.
    latest: u64,
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
            latest: World::new().now.as_secs(),
            world: World::new(),
            devices: Vec::new(),
            keys: Vec::new(),
            made: 0,
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
        let first = session.first_factor_at.filter(|_| self.is_off());
        let proofs = first.into_iter().chain(session.second_factor_at);
        let fresh = proofs
            .filter_map(|at| self.age(at))
            .min()
            .is_some_and(|age| age <= 300);
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
        if self.now().saturating_sub(self.last_failure) >= 12 * 3600 {
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
            self.relock();
            let retry_after = std::time::Duration::from_secs(self.wait());
            return Expected::Refused(CodeRefusal::Throttled { retry_after });
        }
        if self.in_use().1 == 0 {
            return Expected::Refused(CodeRefusal::NotEnrolled);
        }
        let step = step.filter(|_| !self.devices[device].suspended);
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
            Act::Wait { secs } => {
                self.world.pass(secs);
                self.latest = self.latest.max(self.now());
            }
            Act::Back { secs } => {
                self.world.now = UnixTime::from_secs(self.now() - secs);
            }
            Act::Reopen => self.reopen(),
            Act::Key(act) => self.run_key(act),
        }
        self.deliver();
        self.check();
    }

    fn first_factor(&mut self) {
        let now = self.now();
        match self.world.first_factor() {
            Next::Granted(grant) => {
                assert!(
                    self.is_off(),
                    "a session for the first factor alone while on"
                );
                assert_eq!(grant.level(), Level::Aal1);
                let (alive, second_factor_at) = (true, None);
                self.sessions.push(Session {
                    grant,
                    alive,
                    first_factor_at: Some(now),
                    second_factor_at,
                });
            }
            Next::SecondFactor { pending, offers } => {
                let (in_use, apps) = self.in_use();
                assert_eq!(offers.devices.len(), in_use);
                assert_eq!(offers.codes.is_some(), apps > 0);
                assert_eq!(offers.has_keys(), in_use > apps);
                assert!(!self.is_off() && (in_use > apps || !self.is_locked()));
                self.relock();
                let step = self.keys_step(&pending, &offers);
                self.waiting.push(Waiting {
                    pending,
                    alive: true,
                    begun: now,
                    step,
                });
            }
            Next::Locked { retry_after } => {
                let (in_use, apps) = self.in_use();
                assert!(apps > 0 && in_use == apps && self.is_locked());
                self.relock();
                assert_eq!(retry_after.unwrap().as_secs(), self.wait());
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
        let holds = waiting.alive && self.lives(waiting.begun, 600);
        let (code, step) = self.code(device, which);
        let result = self.world.verify(&waiting.pending, &code);
        let ended = matches!(result, Err(SignInRefusal::Ended));
        if ended && self.may_look_forgotten(waiting.begun, 600) {
            return;
        }
        let expected = holds.then(|| self.expect_code(device, step));
        match (result, expected) {
            (Ok(grant), Some(Expected::Accepted(_))) => {
                assert_eq!(grant.level(), Level::Aal2);
                let now = self.now();
                self.sessions.push(Session {
                    grant,
                    alive: true,
                    first_factor_at: Some(waiting.begun),
                    second_factor_at: Some(now),
                });
                self.waiting.push(Waiting {
                    alive: false,
                    ..waiting
                });
            }
            (Err(SignInRefusal::Code(refusal)), Some(Expected::Refused(expected))) => {
                assert_same(refusal, expected);
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
        let pending = setup.session == session.grant.session() && self.lives(setup.begun, 600);
        let alive = session.alive;
        let locked = self.is_locked();
        match self.world.confirm(&session.grant, &code, None) {
            Ok(enrolled) => {
                assert!(alive && pending && right && !locked);
                assert_eq!(enrolled.first, self.is_off());
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
                    suspended: false,
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
                self.relock();
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
        let lives = |setup: &Setup| self.lives(setup.begun, 600);
        if alive && own && self.setup.as_ref().is_some_and(lives) {
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
                assert_same(refusal, expected);
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
            None => self.is_last(self.devices[device].suspended),
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
            _ if self.is_off() => Some(ManageRefusal::NotEnrolled),
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
                self.keys.clear();
                self.setup = None;
                (self.failures, self.last_failure, self.locked_until) = (0, 0, 0);
                self.end_sessions();
                let session = &mut self.sessions[at];
                session.grant = grant;
                session.alive = true;
                // Of a passkey alone there remains that somebody had the key.
                let key = session.second_factor_at.take();
                session.first_factor_at = session.first_factor_at.or(key);
            }
            Err(refusal) => assert_eq!(Some(refusal), expected),
        }
    }

    fn is_last(&self, suspended: bool) -> Option<ManageRefusal> {
        let (in_use, _) = self.in_use();
        let others = in_use - usize::from(!suspended);
        (others == 0).then_some(ManageRefusal::LastDevice)
    }
}

/// After the clock went back it depends on the last steps of all apps which of the three it is.
fn assert_same(refusal: CodeRefusal, expected: CodeRefusal) {
    let counted = |refusal: &CodeRefusal| refusal.counts_as_attempt();
    assert!(
        refusal == expected || (counted(&refusal) && counted(&expected)),
        "{refusal:?}, expected {expected:?}"
    );
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
}
