//! Laws that hold for every sequence of events, and a model that says what each of them does.

#![allow(clippy::arithmetic_side_effects, clippy::expect_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng as _;
use mfakit_activation::{
    Activation, ActivationCodes, Address, AddressRule, ClaimError, Claimant, InvalidAddress,
    IssueError, MalformedCode, Purpose, RedeemError, Subject, Transition, TypedCode, Validity,
};
use mfakit_core::{SecretArray, UnixTime, UserId};
use proptest::prelude::*;

static KEY: SecretArray<32> = SecretArray::new([7; 32]);
const START: u64 = 1_700_000_000;

#[derive(Clone, Copy, Debug)]
enum Event {
    Issue(Purpose),
    Claim(Purpose, Who, Which),
    Redeem(Purpose, Who),
    Cancel(Purpose),
    /// The user's address becomes the other one.
    Move,
    Wait(u64),
    /// The clock goes back.
    Back(u64),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Who {
    Laptop,
    Phone,
}

#[derive(Clone, Copy, Debug)]
enum Which {
    /// The newest code of the purpose.
    Newest,
    /// The code that was issued before the newest one, of whatever purpose.
    Older,
    /// A code that was never issued.
    Guess,
}

fn event() -> impl Strategy<Value = Event> {
    // Two purposes are enough to be mixed up, and soon have codes pending.
    let purpose = || prop_oneof![3 => Just(Purpose::Enable), 1 => Just(Purpose::ResetPin)];
    let who = || prop_oneof![3 => Just(Who::Laptop), 1 => Just(Who::Phone)];
    let which = prop_oneof![
        2 => Just(Which::Newest),
        1 => Just(Which::Older),
        2 => Just(Which::Guess),
    ];
    let wait = prop_oneof![
        4 => 0..90_u64,
        2 => prop::sample::select(vec![59, 60, 599, 600, 601, 899, 900, 901, 3_599, 3_600]),
        1 => 0..4_000_u64,
    ];
    prop_oneof![
        4 => purpose().prop_map(Event::Issue),
        8 => (purpose(), who(), which).prop_map(|(p, who, which)| Event::Claim(p, who, which)),
        3 => (purpose(), who()).prop_map(|(p, who)| Event::Redeem(p, who)),
        1 => purpose().prop_map(Event::Cancel),
        1 => Just(Event::Move),
        6 => wait.prop_map(Event::Wait),
    ]
}

fn validity() -> impl Strategy<Value = Validity> {
    prop_oneof![Just(Validity::Manual), Just(Validity::Strict)]
}

/// One user at a service, and every code that was issued.
struct World {
    codes: ActivationCodes<'static>,
    state: Activation,
    user: UserId,
    address: Address,
    other_address: Address,
    now: u64,
    rng: ChaCha20Rng,
    issued: Vec<(Purpose, String)>,
}

impl World {
    fn new(validity: Validity, seed: u64) -> Self {
        let user = UserId::from_bytes(b"ann").expect("3 bytes");
        let address = |text| Address::parse(text, AddressRule::Rfc).expect("an address");
        Self {
            codes: ActivationCodes::new(&KEY).with_validity(validity),
            state: Activation::new(user),
            user,
            address: address("ann@example.com"),
            other_address: address("lee@example.org"),
            now: START,
            rng: ChaCha20Rng::seed_from_u64(seed),
            issued: Vec::new(),
        }
    }

    /// Writes the new state as bytes and reads it back, which must give the same; and what is said
    /// to have changed nothing must not have.
    fn commit<V>(&mut self, transition: Transition<V>) -> V {
        let changed = transition.is_changed();
        let (next, verdict) = transition.into_parts();
        assert!(changed || next == self.state);
        let bytes = next.to_bytes();
        assert!(bytes.len() <= Activation::MAX_BYTES);
        self.state = Activation::from_bytes(&bytes).expect("just written");
        assert_eq!(self.state, next);
        verdict
    }

    fn issue(&mut self, purpose: Purpose) -> Result<String, IssueError> {
        let subject = Subject::new(&self.user, purpose, &self.address);
        let now = UnixTime::from_secs(self.now);
        let transition = self.codes.issue(&self.state, &subject, now, &mut self.rng);
        let issued = self.commit(transition)?;
        let text = issued.expose().to_owned();
        self.issued.push((purpose, text.clone()));
        Ok(text)
    }

    /// Whether a code would be issued so many seconds from now; nothing is written.
    fn would_issue_in(&mut self, secs: u64) -> bool {
        let subject = Subject::new(&self.user, Purpose::Enable, &self.address);
        let then = UnixTime::from_secs(self.now + secs);
        let transition = self.codes.issue(&self.state, &subject, then, &mut self.rng);
        transition.into_parts().1.is_ok()
    }

    fn text(&self, purpose: Purpose, which: Which) -> String {
        let mut codes = self.issued.iter().rev();
        let found = match which {
            Which::Newest => codes.find(|(of, _)| *of == purpose),
            Which::Older => codes.nth(1),
            Which::Guess => None,
        };
        found.map_or_else(|| "222-222-222".to_owned(), |(_, text)| text.clone())
    }

    fn claim(&mut self, purpose: Purpose, who: Who, text: &str) -> Result<u64, ClaimError> {
        let subject = Subject::new(&self.user, purpose, &self.address);
        let code = TypedCode::parse(text).expect("well formed");
        let now = UnixTime::from_secs(self.now);
        let transition = self
            .codes
            .claim(&self.state, &subject, &claimant(who), &code, now);
        self.commit(transition)
            .map(|claimed| claimed.until().as_secs())
    }

    fn redeem(&mut self, purpose: Purpose, who: Who) -> Result<Address, RedeemError> {
        let subject = Subject::new(&self.user, purpose, &self.address);
        let now = UnixTime::from_secs(self.now);
        let transition = self
            .codes
            .redeem(&self.state, &subject, &claimant(who), now);
        self.commit(transition)
            .map(|redeemed| redeemed.address().clone())
    }

    /// What is not a call that decides.
    fn pass(&mut self, event: Event) {
        match event {
            Event::Cancel(purpose) => self.state = self.state.cancel(purpose),
            Event::Move => std::mem::swap(&mut self.address, &mut self.other_address),
            Event::Wait(secs) => self.now += secs,
            Event::Back(secs) => self.now -= secs,
            Event::Issue(_) | Event::Claim(..) | Event::Redeem(..) => {}
        }
    }
}

fn claimant(who: Who) -> Claimant {
    let secret = match who {
        Who::Laptop => [1; 16],
        Who::Phone => [2; 16],
    };
    Claimant::from_bytes(&secret).expect("16 bytes")
}

/// The rules in plain numbers, for a clock that does not go back.
struct Model {
    valid_secs: u64,
    /// When codes were issued, ever.
    issued: Vec<u64>,
    /// When wrong codes were entered, as far as they are not forgotten.
    wrong: Vec<u64>,
    codes: BTreeMap<Purpose, ModelCode>,
}

struct ModelCode {
    text: String,
    issued: u64,
    address: Address,
    claim: Option<(Who, u64)>,
    used: bool,
}

impl Model {
    fn lock_wait(&self, now: u64) -> u64 {
        match *self.wrong.as_slice() {
            [_, _, _, _, last] => (last + 901).saturating_sub(now),
            _ => 0,
        }
    }

    /// How long to wait, or zero.
    fn issue_wait(&mut self, now: u64) -> u64 {
        if self.wrong.last().is_some_and(|last| now - last > 900) {
            self.wrong.clear();
        }
        let valid_secs = self.valid_secs;
        self.codes.retain(|_, code| {
            let claimed = code.claim.is_some_and(|(_, since)| now <= since + 600);
            code.used || claimed || now <= code.issued + valid_secs
        });
        let minute = self
            .issued
            .last()
            .map_or(0, |last| (last + 60).saturating_sub(now));
        let fifth = self.issued.iter().rev().nth(4);
        let hour = fifth.map_or(0, |fifth| (fifth + 3_600).saturating_sub(now));
        minute.max(hour).max(self.lock_wait(now))
    }

    fn claim(
        &mut self,
        purpose: Purpose,
        who: Who,
        text: &str,
        address: &Address,
        now: u64,
    ) -> Result<u64, ClaimError> {
        let wait = self.lock_wait(now);
        if wait > 0 {
            return Err(ClaimError::Throttled {
                retry_after: Duration::from_secs(wait),
            });
        }
        let code = self
            .codes
            .get_mut(&purpose)
            .ok_or(ClaimError::NoPendingCode)?;
        if code.used {
            return Err(ClaimError::CodeConsumed);
        }
        if code.address != *address {
            self.codes.remove(&purpose);
            return Err(ClaimError::NoPendingCode);
        }
        if now > code.issued + self.valid_secs {
            return Err(ClaimError::Expired);
        }
        if code.text != text {
            self.wrong.push(now);
            let tries_left = u8::try_from(5 - self.wrong.len()).expect("few");
            if tries_left == 0 {
                self.codes.retain(|_, code| code.used);
            }
            return Err(ClaimError::CodeMismatch { tries_left });
        }
        match code.claim {
            Some((holder, since)) if holder != who && now <= since + 600 => {
                let retry_after = Duration::from_secs(since + 601 - now);
                Err(ClaimError::ClaimedElsewhere { retry_after })
            }
            _ => {
                code.claim = Some((who, now));
                self.wrong.clear();
                Ok(now + 600)
            }
        }
    }

    fn redeem(
        &mut self,
        purpose: Purpose,
        who: Who,
        address: &Address,
        now: u64,
    ) -> Result<Address, RedeemError> {
        let code = self
            .codes
            .get_mut(&purpose)
            .ok_or(RedeemError::NoPendingCode)?;
        if code.used {
            return Err(RedeemError::CodeConsumed);
        }
        if code.address != *address {
            self.codes.remove(&purpose);
            return Err(RedeemError::NoPendingCode);
        }
        match code.claim {
            Some((holder, since)) if holder == who => {
                if now > since + 600 {
                    return Err(RedeemError::ClaimExpired);
                }
                code.used = true;
                Ok(code.address.clone())
            }
            _ => Err(RedeemError::NotClaimed),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Whatever happens in whatever order, every call ends as the model says.
    #[test]
    fn every_verdict_is_that_of_the_model(
        validity in validity(),
        seed in any::<u64>(),
        events in prop::collection::vec(event(), 1..80),
    ) {
        let mut world = World::new(validity, seed);
        let mut model = Model {
            valid_secs: validity.duration().as_secs(),
            issued: Vec::new(),
            wrong: Vec::new(),
            codes: BTreeMap::new(),
        };
        for event in events {
            let now = world.now;
            match event {
                Event::Issue(purpose) => {
                    let wait = model.issue_wait(now);
                    match world.issue(purpose) {
                        Ok(text) => {
                            prop_assert_eq!(wait, 0);
                            model.issued.push(now);
                            let code = ModelCode {
                                text,
                                issued: now,
                                address: world.address.clone(),
                                claim: None,
                                used: false,
                            };
                            model.codes.insert(purpose, code);
                        }
                        Err(refused) => {
                            let retry_after = Duration::from_secs(wait);
                            prop_assert_eq!(refused, IssueError::Throttled { retry_after });
                            prop_assert!(world.would_issue_in(wait));
                            prop_assert!(!world.would_issue_in(wait - 1));
                        }
                    }
                }
                Event::Claim(purpose, who, which) => {
                    let text = world.text(purpose, which);
                    let want = model.claim(purpose, who, &text, &world.address, now);
                    prop_assert_eq!(world.claim(purpose, who, &text), want);
                }
                Event::Redeem(purpose, who) => {
                    let want = model.redeem(purpose, who, &world.address, now);
                    prop_assert_eq!(world.redeem(purpose, who), want);
                }
                Event::Cancel(purpose) => {
                    model.codes.remove(&purpose);
                    world.pass(event);
                }
                Event::Move | Event::Wait(_) | Event::Back(_) => world.pass(event),
            }
        }
    }

    /// Also under a clock that jumps back and forth: a code is redeemed once, by the one who entered
    /// it; nobody tries a code more than five times; and no one is shut out for ever.
    #[test]
    fn no_clock_makes_a_code_worth_more(
        validity in validity(),
        seed in any::<u64>(),
        events in prop::collection::vec(
            prop_oneof![6 => event(), 1 => (0..5_000_u64).prop_map(Event::Back)],
            1..80,
        ),
    ) {
        let mut world = World::new(validity, seed);
        let mut redeemed = BTreeSet::new();
        let mut claimed: BTreeMap<Purpose, (Who, String)> = BTreeMap::new();
        let mut wrong_tries = BTreeMap::new();
        for event in events {
            match event {
                Event::Issue(purpose) => {
                    if world.issue(purpose).is_ok() {
                        claimed.remove(&purpose);
                        wrong_tries.insert(purpose, 0);
                    }
                }
                Event::Claim(purpose, who, which) => {
                    let text = world.text(purpose, which);
                    match world.claim(purpose, who, &text) {
                        Ok(_) => {
                            prop_assert_eq!(&text, &world.text(purpose, Which::Newest));
                            prop_assert!(!redeemed.contains(&text));
                            claimed.insert(purpose, (who, text));
                            wrong_tries.clear();
                        }
                        Err(ClaimError::CodeMismatch { .. }) => {
                            let tries = wrong_tries.entry(purpose).or_insert(0);
                            *tries += 1;
                            prop_assert!(*tries <= 5);
                        }
                        Err(_) => {}
                    }
                }
                Event::Redeem(purpose, who) => {
                    if world.redeem(purpose, who).is_ok() {
                        let (holder, text) = claimed.remove(&purpose).expect("claimed before");
                        prop_assert_eq!(holder, who);
                        prop_assert!(redeemed.insert(text));
                    }
                }
                Event::Cancel(_) | Event::Move | Event::Wait(_) | Event::Back(_) => {
                    world.pass(event);
                }
            }
        }
        // Whoever asks now, and again when told to, gets a code.
        if let Err(refused) = world.issue(Purpose::Enable) {
            let IssueError::Throttled { retry_after } = refused else {
                return Err(TestCaseError::fail("the user is the same"));
            };
            prop_assert!(retry_after <= Duration::from_secs(3_600));
            world.now += retry_after.as_secs();
            prop_assert!(world.issue(Purpose::Enable).is_ok());
        }
    }

    /// A text is a code exactly if nine symbols are left of it without spaces and dashes.
    #[test]
    fn reading_a_code_agrees_with_the_definition(text in prop_oneof![
        any::<String>(),
        "[2-9A-HJKMNP-Z]{9}",
        "[2-9a-hjkmnp-zA-HJKMNP-Z -]{7,14}",
        "[0-9A-Za-z]{9}",
        "[2-9A-Z]{3}[- ][2-9A-Z]{3}[- ][2-9A-Z]{3}[- ]{0,25}",
    ]) {
        let symbols: String = text
            .chars()
            .filter(|symbol| !" -".contains(*symbol))
            .map(|symbol| symbol.to_ascii_uppercase())
            .collect();
        let is_code = text.len() <= 32
            && symbols.len() == 9
            && symbols.chars().all(|symbol| "23456789ABCDEFGHJKMNPQRSTUVWXYZ".contains(symbol));
        let want = if is_code { Ok(()) } else { Err(MalformedCode) };
        prop_assert_eq!(TypedCode::parse(&text).map(drop), want);
    }

    /// An address is read as it is written, is short, and has no character that starts a line.
    #[test]
    fn addresses_are_canonical_and_bounded(text in prop_oneof![
        any::<String>(),
        "\\PC{1,10}@\\PC{1,10}",
        "[a-z.+\"\\\\ @]{1,12}@[A-Za-z.-]{1,12}",
        "\"[ -~]{0,10}\"@[a-z]{1,5}\\.[a-zé]{1,5}",
    ]) {
        if let Ok(address) = Address::parse(&text, AddressRule::Rfc) {
            prop_assert!(address.as_str().len() <= Address::MAX_BYTES);
            prop_assert!(!address.as_str().contains(char::is_control));
            prop_assert!(address.as_str().eq_ignore_ascii_case(&text));
            let again = Address::parse(address.as_str(), AddressRule::Rfc);
            prop_assert_eq!(again.as_ref(), Ok(&address));
            let manual = Address::parse(&text, AddressRule::Manual);
            prop_assert!(manual == Ok(address) || manual == Err(InvalidAddress::Restricted));
        } else {
            prop_assert!(Address::parse(&text, AddressRule::Manual).is_err());
        }
    }

    /// Bytes that are read as a state are the bytes that the state is written as.
    #[test]
    fn the_bytes_of_a_state_are_canonical(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        if let Ok(state) = Activation::from_bytes(&bytes) {
            prop_assert_eq!(state.to_bytes(), bytes);
        }
    }
}
