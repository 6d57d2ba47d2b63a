//! A user, a clock, and a place for the record.

use chacha20::ChaCha20Rng;
use mfakit_core::{Keys, UnixTime, UserId};
use mfakit_flows::{
    CodeRefusal, Context, Decision, DeviceId, DeviceName, EnrollRefusal, Enrolled, Next,
    PendingSignIn, Profile, Relying, SessionGrant, SignInRefusal, Source, TotpSetup, UserRecord,
    WebAuthn,
};
use mfakit_totp::{Totp, TypedCode};
use rand_core::SeedableRng as _;

pub(crate) struct World {
    pub(crate) now: UnixTime,
    pub(crate) profile: Profile,
    pub(crate) source: Source,
    pub(crate) keys: Keys,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) user: UserId,
    pub(crate) webauthn: WebAuthn,
    sealed: Vec<u8>,
    /// How often the record was written.
    pub(crate) writes: u32,
}

/// An authenticator app in somebody's hand.
pub(crate) struct App {
    totp: Totp,
    pub(crate) id: DeviceId,
}

impl App {
    pub(crate) fn of(setup: &TotpSetup) -> Totp {
        Totp::new(setup.secret(), setup.params())
    }

    pub(crate) fn code(&self, now: UnixTime) -> TypedCode {
        code_of(&self.totp, now)
    }

    pub(crate) fn digits(&self, now: UnixTime) -> String {
        self.totp.code_at(now).expose().to_owned()
    }

    /// A code that is none of the steps around now.
    pub(crate) fn wrong_code(&self, now: UnixTime) -> TypedCode {
        wrong_code_of(&self.totp, now)
    }
}

pub(crate) fn code_of(totp: &Totp, now: UnixTime) -> TypedCode {
    TypedCode::parse(totp.code_at(now).expose()).unwrap()
}

pub(crate) fn wrong_code_of(totp: &Totp, now: UnixTime) -> TypedCode {
    let near: Vec<String> = (0..10)
        .map(|step| now.as_secs().saturating_sub(150) + 30 * step)
        .map(|secs| totp.code_at(UnixTime::from_secs(secs)).expose().to_owned())
        .collect();
    let wrong = (0..)
        .map(|code| format!("{code:06}"))
        .find(|code| !near.contains(code))
        .unwrap();
    TypedCode::parse(&wrong).unwrap()
}

pub(crate) fn name(text: &str) -> DeviceName {
    DeviceName::parse(text).unwrap()
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Profile::cockpit())
    }

    pub(crate) fn with(profile: Profile) -> Self {
        Self::seeded(11, UnixTime::from_secs(1_700_000_000), profile)
    }

    /// Another user of another service.
    pub(crate) fn stranger(now: UnixTime, profile: Profile) -> Self {
        Self::seeded(12, now, profile)
    }

    fn seeded(seed: u64, now: UnixTime, profile: Profile) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let keys = Keys::generate(&mut rng);
        let user = UserId::random(&mut rng);
        let source = Source::unknown();
        let record = UserRecord::create(user, &Context::new(now, &source, &profile), &mut rng);
        let sealed = record.seal(&keys, &mut rng);
        Self {
            now,
            profile,
            source,
            keys,
            rng,
            user,
            webauthn: crate::house::service(),
            sealed,
            writes: 0,
        }
    }

    /// What the store has.
    pub(crate) fn record(&self) -> UserRecord {
        let key = UserRecord::storage_key(self.user, &self.keys);
        UserRecord::open(&self.sealed, &key, &self.keys).unwrap()
    }

    pub(crate) fn sealed(&self) -> &[u8] {
        &self.sealed
    }

    /// Decides, writes, answers.
    pub(crate) fn decide<T, E>(
        &mut self,
        decide: impl FnOnce(UserRecord, &Context<'_>, &mut ChaCha20Rng) -> Decision<T, E>,
    ) -> Result<T, E> {
        let record = self.record();
        let context = Context::new(self.now, &self.source, &self.profile);
        let decision = decide(record, &context, &mut self.rng);
        self.settle(decision)
    }

    /// A generator of its own for what only begins.
    pub(crate) fn draw(&mut self) -> ChaCha20Rng {
        ChaCha20Rng::from_rng(&mut self.rng)
    }

    /// Decides about a key, writes, answers.
    pub(crate) fn decide_key<T, E>(
        &mut self,
        decide: impl FnOnce(UserRecord, Relying<'_>, &Context<'_>, &mut ChaCha20Rng) -> Decision<T, E>,
    ) -> Result<T, E> {
        let record = self.record();
        let context = Context::new(self.now, &self.source, &self.profile);
        let (webauthn, keys) = (&self.webauthn, &self.keys);
        let decision = decide(record, Relying { webauthn, keys }, &context, &mut self.rng);
        self.settle(decision)
    }

    fn settle<T, E>(&mut self, decision: Decision<T, E>) -> Result<T, E> {
        if let Some(record) = decision.record() {
            self.sealed = record.seal(&self.keys, &mut self.rng);
            self.writes += 1;
        }
        decision.after_write()
    }

    /// Changes what the store has, as a delivery does.
    pub(crate) fn rewrite(&mut self, change: impl FnOnce(&mut UserRecord)) {
        let mut record = self.record();
        change(&mut record);
        self.sealed = record.seal(&self.keys, &mut self.rng);
    }

    /// Asks without deciding.
    pub(crate) fn ask<T>(&self, ask: impl FnOnce(&UserRecord, &Context<'_>) -> T) -> T {
        ask(
            &self.record(),
            &Context::new(self.now, &self.source, &self.profile),
        )
    }

    pub(crate) fn pass(&mut self, secs: u64) {
        self.now = UnixTime::from_secs(self.now.as_secs() + secs);
    }

    pub(crate) fn first_factor(&mut self) -> Next {
        match self.decide(|record, context, rng| record.after_first_factor(context, rng)) {
            Ok(next) => next,
            Err(never) => match never {},
        }
    }

    /// Signs in a user who is off.
    pub(crate) fn signed_in(&mut self) -> SessionGrant {
        match self.first_factor() {
            Next::Granted(grant) => grant,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn pending(&mut self) -> PendingSignIn {
        match self.first_factor() {
            Next::SecondFactor { pending, .. } => pending,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn begin(&mut self, grant: &SessionGrant) -> Result<TotpSetup, EnrollRefusal> {
        self.decide(|record, context, rng| record.begin_totp(grant, context, rng))
    }

    pub(crate) fn confirm(
        &mut self,
        grant: &SessionGrant,
        code: &TypedCode,
        name: Option<&str>,
    ) -> Result<Enrolled, EnrollRefusal> {
        let name = name.map(self::name);
        self.decide(|record, context, rng| record.confirm_totp(grant, code, name, context, rng))
    }

    /// Sets up one more app with the code of now.
    pub(crate) fn enroll(&mut self, grant: &SessionGrant, name: &str) -> (App, SessionGrant) {
        let setup = self.begin(grant).unwrap();
        let totp = App::of(&setup);
        let code = code_of(&totp, self.now);
        let enrolled = self.confirm(grant, &code, Some(name)).unwrap();
        (
            App {
                totp,
                id: enrolled.device,
            },
            enrolled.grant,
        )
    }

    /// A user with one app, whose next code is fresh.
    pub(crate) fn with_app() -> (Self, App, SessionGrant) {
        let mut world = Self::new();
        let grant = world.signed_in();
        let (app, grant) = world.enroll(&grant, "phone");
        world.pass(30);
        (world, app, grant)
    }

    pub(crate) fn verify(
        &mut self,
        pending: &PendingSignIn,
        code: &TypedCode,
    ) -> Result<SessionGrant, SignInRefusal> {
        self.decide(|record, context, rng| record.verify_totp(pending, code, context, rng))
    }

    /// First factor and code.
    pub(crate) fn sign_in(&mut self, code: &TypedCode) -> Result<SessionGrant, SignInRefusal> {
        let pending = self.pending();
        self.verify(&pending, code)
    }
}

pub(crate) fn refused(refusal: CodeRefusal) -> SignInRefusal {
    SignInRefusal::Code(refusal)
}
