//! One user's stored state, and the calls of a service on it.

use core::time::Duration;

use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng as _;
use mfakit_activation::{
    Activation, ActivationCodes, Address, AddressRule, ClaimError, Claimant, ClaimedCode,
    IssueError, IssuedCode, Purpose, RedeemError, RedeemedCode, Subject, Transition, TypedCode,
    Validity,
};
use mfakit_core::{SecretArray, UnixTime, UserId};

static KEY: SecretArray<32> = SecretArray::new([7; 32]);

/// Seconds after which everything is counted here.
pub(crate) const START: u64 = 1_700_000_000;

pub(crate) fn at(secs: u64) -> UnixTime {
    UnixTime::from_secs(START.checked_add(secs).expect("not that far"))
}

pub(crate) const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text, AddressRule::Rfc).expect("an address")
}

pub(crate) fn user(name: &str) -> UserId {
    UserId::from_bytes(name.as_bytes()).expect("1 to 64 bytes")
}

pub(crate) fn claimant(name: &str) -> Claimant {
    Claimant::from_bytes(format!("{name:>16}").as_bytes()).expect("16 bytes")
}

/// A service with one user, `alice`, whose state it keeps as bytes.
pub(crate) struct Service {
    codes: ActivationCodes<'static>,
    pub(crate) stored: Vec<u8>,
    pub(crate) user: UserId,
    pub(crate) address: Address,
    pub(crate) purpose: Purpose,
    rng: ChaCha20Rng,
    /// How often a state was written.
    pub(crate) writes: u32,
}

impl Service {
    pub(crate) fn new() -> Self {
        Self {
            codes: ActivationCodes::new(&KEY),
            stored: Activation::new(user("alice")).to_bytes(),
            user: user("alice"),
            address: address("alice@example.com"),
            purpose: Purpose::Enable,
            rng: ChaCha20Rng::seed_from_u64(1),
            writes: 0,
        }
    }

    pub(crate) fn strict() -> Self {
        let mut service = Self::new();
        service.codes = service.codes.with_validity(Validity::Strict);
        service
    }

    pub(crate) fn state(&self) -> Activation {
        Activation::from_bytes(&self.stored).expect("it was stored")
    }

    pub(crate) fn store(&mut self, state: &Activation) {
        self.stored = state.to_bytes();
    }

    fn commit<V>(&mut self, transition: Transition<V>) -> V {
        transition
            .commit(|state| {
                self.writes = self.writes.checked_add(1).expect("few");
                self.store(state);
                Ok::<_, std::convert::Infallible>(())
            })
            .expect("nobody else writes")
    }

    pub(crate) fn try_issue(&mut self, now: u64) -> Result<IssuedCode, IssueError> {
        let subject = Subject::new(&self.user, self.purpose, &self.address);
        let transition = self
            .codes
            .issue(&self.state(), &subject, at(now), &mut self.rng);
        self.commit(transition)
    }

    /// The text of a new code.
    pub(crate) fn issue(&mut self, now: u64) -> String {
        let issued = self.try_issue(now).expect("no limit is reached");
        issued.expose().to_owned()
    }

    pub(crate) fn decide_claim(
        &self,
        text: &str,
        who: &str,
        now: u64,
    ) -> Transition<Result<ClaimedCode, ClaimError>> {
        let subject = Subject::new(&self.user, self.purpose, &self.address);
        let code = TypedCode::parse(text).expect("well formed");
        self.codes
            .claim(&self.state(), &subject, &claimant(who), &code, at(now))
    }

    /// The last second of the claim.
    pub(crate) fn claim(&mut self, text: &str, who: &str, now: u64) -> Result<u64, ClaimError> {
        let transition = self.decide_claim(text, who, now);
        let claimed = self.commit(transition)?;
        assert_eq!(
            (claimed.user(), claimed.purpose()),
            (&self.user, self.purpose)
        );
        Ok(claimed.until().as_secs().checked_sub(START).expect("later"))
    }

    pub(crate) fn decide_redeem(
        &self,
        who: &str,
        now: u64,
    ) -> Transition<Result<RedeemedCode, RedeemError>> {
        let subject = Subject::new(&self.user, self.purpose, &self.address);
        self.codes
            .redeem(&self.state(), &subject, &claimant(who), at(now))
    }

    pub(crate) fn redeem(&mut self, who: &str, now: u64) -> Result<Address, RedeemError> {
        let transition = self.decide_redeem(who, now);
        let redeemed = self.commit(transition)?;
        assert_eq!(
            (redeemed.user(), redeemed.purpose()),
            (&self.user, self.purpose)
        );
        Ok(redeemed.address().clone())
    }
}

/// A code that is well formed and not this one.
pub(crate) fn wrong(right: &str) -> String {
    let last = if right.ends_with('2') { '3' } else { '2' };
    let mut wrong = right.to_owned();
    wrong.pop();
    wrong.push(last);
    wrong
}
