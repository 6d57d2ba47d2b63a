//! The numbers of all flows, as plain values with printable reasons.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::num::{NonZeroU8, NonZeroU32, NonZeroU64};
use core::time::Duration;

use mfakit_activation::Validity;
use mfakit_core::UnixTime;
use mfakit_totp::{Params, Window};

use crate::{BackOff, BudgetRule, CodeLength};

/// The numbers that the flows follow.
///
/// Start from [`Profile::cockpit`] or [`Profile::strict`] and change what the service needs;
/// [`Profile::explain`] prints each number with its origin, for the documentation that
/// OWASP ASVS 6.1.1 asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Profile {
    /// How long a sign-in may wait for its second factor.
    pub pending_sign_in: Duration,
    /// How long an enrollment may wait for its first code.
    pub pending_enrollment: Duration,
    /// How recent a proof must be to change devices.
    pub fresh: Duration,
    /// Parameters of new authenticator apps; each device keeps those it was enrolled with.
    pub totp: Params,
    /// The steps around the current one whose codes are accepted.
    pub totp_window: Window,
    /// How many authenticator apps a user may have.
    pub max_totp_devices: u32,
    /// How many wrong codes are compared, and what happens then.
    pub totp_budget: BudgetRule,
    /// How many security keys and passkeys a user may have.
    pub max_webauthn_devices: u32,
    /// How long a registration or sign-in with a key may take.
    pub webauthn_ceremony: Duration,
    /// Whether a key that is proven to be hardware, cannot be copied and has verified its user
    /// gives AAL3.
    pub aal3: bool,
    /// Which method every user must set up.
    pub required: Required,
    /// Since when.
    pub required_since: UnixTime,
    /// How long a user may go on without it: from then, or from the user's creation if it is later.
    /// After it new sign-ins open the set-up alone; sessions of before go on.
    pub required_grace: Duration,
    /// How many recovery codes a set has.
    pub recovery_codes: NonZeroU8,
    /// How long each of them is.
    pub recovery_code_length: CodeLength,
    /// With so many left, or fewer, the owner is advised to make new ones.
    pub few_recovery_codes: u32,
    /// How long a network waits that gives wrong codes on paper. It never stops.
    pub recovery_budget: BudgetRule,
    /// How long the review after a recovery may take.
    pub review: Duration,
    /// How long a code from support may be used.
    pub reset_ticket: Duration,
    /// How long the code is good that confirms an address.
    pub address_code: Validity,
    /// How many second-factor attempts one network may make in [`Profile::source_window`].
    pub max_attempts_per_source: u32,
    /// The window of that limit.
    pub source_window: Duration,
    /// Whether enabling the second factor ends the user's other sessions.
    pub end_other_sessions_on_enable: bool,
}

/// Which method every user must have set up.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Required {
    /// None: users decide.
    #[default]
    Nothing,
    /// A second factor of any kind.
    AnyMethod,
    /// A security key or passkey. Who has one signs in with it.
    SecurityKey,
}

impl Required {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "none",
            Self::AnyMethod => "any second factor",
            Self::SecurityKey => "a security key",
        }
    }
}

/// What a service's own first factor is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum FirstFactor {
    /// A password: `pwd` in `amr` claims (RFC 8176 section 2).
    Password,
    /// Something else, such as an access key: no `amr` value of its own.
    Other,
}

fn describe(params: Params) -> String {
    let (algorithm, digits) = (params.algorithm().name(), params.digits().as_u8());
    alloc::format!(
        "{algorithm}, {digits} digits, {} s",
        params.period().as_secs()
    )
}

/// One step for delay, none for clocks that run ahead.
const PAST_ONLY: Window = match Window::new(1, 0) {
    Ok(window) => window,
    Err(_) => Window::NONE,
};
impl Profile {
    /// The numbers of the cloud console's manual.
    #[must_use]
    pub fn cockpit() -> Self {
        Self {
            pending_sign_in: Duration::from_mins(10),
            pending_enrollment: Duration::from_mins(10),
            fresh: Duration::from_mins(5),
            totp: Params::default(),
            totp_window: Window::default(),
            max_totp_devices: 100,
            totp_budget: BudgetRule {
                back_off: BackOff::Linear {
                    per: const { NonZeroU32::new(4).unwrap() },
                    step: Duration::from_mins(1),
                    max: Duration::from_mins(10),
                },
                forget_after_secs: const { NonZeroU64::new(12 * 3600).unwrap() },
                stop_at: const { NonZeroU32::new(100).unwrap() },
            },
            max_webauthn_devices: 100,
            webauthn_ceremony: Duration::from_mins(5),
            aal3: false,
            required: Required::Nothing,
            required_since: UnixTime::EPOCH,
            required_grace: Duration::from_hours(14 * 24),
            recovery_codes: const { NonZeroU8::new(10).unwrap() },
            recovery_code_length: CodeLength::Chars16,
            few_recovery_codes: 3,
            recovery_budget: BudgetRule {
                back_off: BackOff::Linear {
                    per: const { NonZeroU32::new(4).unwrap() },
                    step: Duration::from_mins(1),
                    max: Duration::from_mins(10),
                },
                forget_after_secs: const { NonZeroU64::new(12 * 3600).unwrap() },
                stop_at: NonZeroU32::MAX,
            },
            review: Duration::from_hours(1),
            reset_ticket: Duration::from_hours(1),
            address_code: Validity::Manual,
            max_attempts_per_source: 600,
            source_window: Duration::from_mins(1),
            end_other_sessions_on_enable: true,
        }
    }

    /// The numbers of NIST SP 800-63B-4 and OWASP ASVS 5.
    #[must_use]
    pub fn strict() -> Self {
        Self {
            totp_window: PAST_ONLY,
            max_totp_devices: 10,
            totp_budget: BudgetRule {
                back_off: BackOff::Doubling {
                    per: const { NonZeroU32::new(5).unwrap() },
                    first: Duration::from_secs(30),
                    max: Duration::from_mins(60),
                },
                forget_after_secs: const { NonZeroU64::new(12 * 3600).unwrap() },
                stop_at: const { NonZeroU32::new(100).unwrap() },
            },
            max_webauthn_devices: 20,
            aal3: true,
            recovery_code_length: CodeLength::Chars24,
            recovery_budget: BudgetRule {
                back_off: BackOff::Doubling {
                    per: const { NonZeroU32::new(5).unwrap() },
                    first: Duration::from_secs(30),
                    max: Duration::from_mins(60),
                },
                forget_after_secs: const { NonZeroU64::new(12 * 3600).unwrap() },
                stop_at: NonZeroU32::MAX,
            },
            address_code: Validity::Strict,
            max_attempts_per_source: 120,
            ..Self::cockpit()
        }
    }

    /// Returns the first rule that a number breaks, if any does: beyond these bounds the flows do
    /// not keep what they promise.
    #[must_use]
    pub const fn refused(&self) -> Option<&'static str> {
        if self.totp_budget.stop_at.get() > 100 {
            return Some("`totp_budget.stop_at` is at most 100 (NIST SP 800-63B-4 section 3.2.2)");
        }
        if self.max_totp_devices == 0 || self.max_totp_devices > 100 {
            return Some("`max_totp_devices` is 1 to 100 (more do not fit into a record)");
        }
        if self.max_webauthn_devices == 0 || self.max_webauthn_devices > 100 {
            return Some("`max_webauthn_devices` is 1 to 100 (more do not fit into a record)");
        }
        if self.webauthn_ceremony.as_secs() == 0 || self.webauthn_ceremony.as_secs() > 600 {
            return Some("`webauthn_ceremony` is 1 s to 10 minutes (WebAuthn L3 section 15.1)");
        }
        if self.recovery_budget.stop_at.get() != u32::MAX {
            return Some(
                "`recovery_budget.stop_at` is `NonZeroU32::MAX`: the last way in stays open",
            );
        }
        if self.recovery_codes.get() > 32 {
            return Some("`recovery_codes` is 1 to 32 (more do not fit on a page)");
        }
        let (review, ticket) = (self.review.as_secs(), self.reset_ticket.as_secs());
        if review == 0 || ticket == 0 || review > 24 * 3600 || ticket > 24 * 3600 {
            return Some("`review` and `reset_ticket` are 1 s to 24 hours");
        }
        let (sign_in, set_up) = (self.pending_sign_in, self.pending_enrollment);
        if sign_in.as_secs() == 0 || set_up.as_secs() == 0 || self.fresh.as_secs() == 0 {
            return Some("lifetimes are at least a second");
        }
        None
    }

    /// Returns every number with what it decides and where it is from: a number that is neither
    /// the manual's nor the strict one is the service's own.
    #[must_use]
    pub fn explain(&self) -> Vec<Rule> {
        let (manual, strict) = (Self::cockpit().numbers(), Self::strict().numbers());
        let of_both = self.numbers().into_iter().zip(manual).zip(strict);
        of_both
            .map(|((number, manual), strict)| {
                let origin = if number.value == manual.value {
                    manual.manual
                } else if number.value == strict.value {
                    strict.strict
                } else {
                    "set by this service"
                };
                Rule {
                    name: number.name,
                    value: number.value,
                    origin,
                }
            })
            .collect()
    }

    /// Every field, so that none is forgotten.
    fn numbers(&self) -> Vec<Number> {
        let Self {
            pending_sign_in,
            pending_enrollment,
            fresh,
            totp,
            totp_window,
            max_totp_devices,
            totp_budget,
            max_webauthn_devices,
            webauthn_ceremony,
            aal3,
            required,
            required_since,
            required_grace,
            recovery_codes,
            recovery_code_length,
            few_recovery_codes,
            recovery_budget,
            review,
            reset_ticket,
            address_code,
            max_attempts_per_source,
            source_window,
            end_other_sessions_on_enable,
        } = self;
        let secs = |duration: &Duration| alloc::format!("{} s", duration.as_secs());
        let window = (totp_window.past(), totp_window.future());
        let yes_or_no = |rule: &bool| String::from(if *rule { "yes" } else { "no" });
        alloc::vec![
            Number::new("sign-in waits for its second factor", secs(pending_sign_in))
                .from("NIST SP 800-63B-4 section 3.1.3: 10 minutes for out-of-band steps"),
            Number::new("enrollment waits for its first code", secs(pending_enrollment))
                .from("flow default: a pending secret lives at most 10 to 15 minutes"),
            Number::new("a proof is fresh enough to change devices", secs(fresh)).from(
                "NIST SP 800-63B-4 section 4.1.2.1 and OWASP ASVS 7.5.1 ask for one; 5 minutes is ours"
            ),
            Number::new("new authenticator apps", describe(*totp))
                .from("RFC 4226 section 5.3 and RFC 6238 section 5.2"),
            Number::new(
                "steps accepted around the current one",
                alloc::format!("{} before, {} after", window.0, window.1)
            )
            .from("RFC 6238 section 5.2 recommends one for delay; one more for clocks that run ahead")
            .strict("RFC 6238 section 5.2 recommends one for delay; OWASP ASVS 6.5.5 allows 30 s"),
            Number::new("authenticator apps per user", alloc::format!("{max_totp_devices}"))
                .from("manual: as many devices as required; the record stays under 128 KiB")
                .strict("ours: each device is one more chance for a guess"),
            Number::new("wrong codes", alloc::format!("{totp_budget}"))
                .from("console's lock-out at sign-in; NIST SP 800-63B-4 section 3.2.2 for the stop")
                .strict("NIST SP 800-63B-4 section 3.2.2: 30 s up to an hour, and the stop"),
            Number::new("security keys and passkeys per user", alloc::format!("{max_webauthn_devices}"))
                .from("manual: as many devices as required; the record stays under 128 KiB")
                .strict("ours: nobody looks through more"),
            Number::new("a registration or sign-in with a key may take", secs(webauthn_ceremony))
                .from("WebAuthn L3 section 15.1: 300 to 600 s; OWASP ASVS 6.7.2"),
            Number::new("a verified user's key in proven hardware gives AAL3", yes_or_no(aal3))
                .from("ours: two levels, until a service asks for the third")
                .strict("NIST SP 800-63B-4 section 2.3.2"),
            Number::new("method that users must set up", String::from(required.as_str()))
                .from("manual: everybody switches it on for themselves"),
            Number::new(
                "it is required since",
                alloc::format!("{} s after 1970", required_since.as_secs())
            )
            .from("no such rule"),
            Number::new("users may go on without it for", secs(required_grace))
                .from("flow default: 14 days from the rule's beginning or the user's"),
            Number::new("recovery codes in a set", alloc::format!("{recovery_codes}"))
                .from("flow default: ten, as most services give"),
            Number::new(
                "a recovery code",
                alloc::format!("{} characters", recovery_code_length.chars())
            )
            .from("80 bits; NIST SP 800-63B-4 section 4.2.1.1 asks for 64")
            .strict("120 bits: OWASP ASVS 6.5.2 then asks for no slow hash"),
            Number::new("few recovery codes are", alloc::format!("{few_recovery_codes} or fewer"))
                .from("ours: enough to make new ones with"),
            Number::new("wrong codes on paper, of one network", alloc::format!("{recovery_budget}"))
                .from("as wrong codes; of the network, so that the owner elsewhere does not wait")
                .strict("as wrong codes; of the network, so that the owner elsewhere does not wait"),
            Number::new("the review after a recovery may take", secs(review))
                .from("ours: time to set up a new device; then the session is worth nothing"),
            Number::new("a code from support is good for", secs(reset_ticket))
                .from("flow default: one hour, a day at most"),
            Number::new("a code that confirms an address is good for", secs(&address_code.duration()))
                .from("manual: 15 minutes")
                .strict("OWASP ASVS 6.5.5: 10 minutes"),
            Number::new(
                "attempts of one network (IPv4 address, IPv6 /64)",
                alloc::format!("{max_attempts_per_source} in {}", secs(source_window))
            )
            .from("OWASP ASVS 6.3.1; wide enough for an office behind one address")
            .strict("OWASP ASVS 6.3.1; two a second are no person's"),
            Number::new(
                "other sessions end when the second factor is enabled",
                yes_or_no(end_other_sessions_on_enable)
            )
            .from("OWASP ASVS 7.4.3"),
        ]
    }
}

/// A number of a profile, with where the two ready-made values of it are from.
struct Number {
    name: &'static str,
    value: String,
    manual: &'static str,
    strict: &'static str,
}

impl Number {
    const fn new(name: &'static str, value: String) -> Self {
        Self {
            name,
            value,
            manual: "",
            strict: "",
        }
    }

    fn from(self, origin: &'static str) -> Self {
        Self {
            manual: origin,
            strict: origin,
            ..self
        }
    }

    fn strict(self, origin: &'static str) -> Self {
        Self {
            strict: origin,
            ..self
        }
    }
}

impl fmt::Display for BudgetRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.back_off {
            BackOff::Linear { per, step, max } => write!(
                f,
                "{per} in a row, then a wait of {} s, as much more after every {per}, at most {} s",
                step.as_secs(),
                max.as_secs()
            ),
            BackOff::Doubling { per, first, max } => write!(
                f,
                "{per} in a row, then a wait of {} s that doubles, at most {} s",
                first.as_secs(),
                max.as_secs()
            ),
        }?;
        write!(f, "; a row ends after {} s; ", self.forget_after_secs)?;
        match self.stop_at {
            NonZeroU32::MAX => f.write_str("no stop"),
            stop_at => write!(f, "stop at {stop_at}"),
        }
    }
}

/// One number of a profile, for people.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Rule {
    /// What it decides.
    pub name: &'static str,
    /// Its value, with its unit.
    pub value: String,
    /// Where it is from.
    pub origin: &'static str,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.name, self.value, self.origin)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    /// Requirement 70: a host can print its limits. A number that changes must be read here.
    #[test]
    fn every_number_is_explained() {
        let text: Vec<String> = Profile::cockpit()
            .explain()
            .iter()
            .map(ToString::to_string)
            .collect();
        let text = text.join("\n");
        for part in [
            "second factor: 600 s",
            "first code: 600 s",
            "devices: 300 s",
            "SHA1, 6 digits, 30 s",
            "1 before, 1 after",
            "per user: 100",
            "4 in a row, then a wait of 60 s",
            "at most 600 s; a row ends after 43200 s; stop at 100",
            "600 in 60 s",
            "passkeys per user: 100",
            "a key may take: 300 s",
            "gives AAL3: no",
            "must set up: none",
            "without it for: 1209600 s",
            "in a set: 10",
            "a recovery code: 16 characters",
            "few recovery codes are: 3 or fewer",
            "of one network: 4 in a row, then a wait of 60 s",
            "no stop",
            "recovery may take: 3600 s",
            "support is good for: 3600 s",
            "an address is good for: 900 s",
            "enabled: yes",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }

    #[test]
    fn a_number_of_the_services_own_is_called_so() {
        let mut profile = Profile::cockpit();
        profile.max_totp_devices = 7;
        let rules = profile.explain();
        assert!(rules.iter().all(|rule| !rule.origin.is_empty()));
        let own: Vec<_> = rules
            .iter()
            .filter(|rule| rule.origin == "set by this service")
            .collect();
        assert_eq!(own.len(), 1);
        assert_eq!(
            (own[0].name, own[0].value.as_str()),
            ("authenticator apps per user", "7")
        );

        let strict = Profile::strict().explain();
        let wrong_codes = strict
            .iter()
            .find(|rule| rule.name == "wrong codes")
            .unwrap();
        assert!(wrong_codes.origin.starts_with("NIST"), "{wrong_codes}");
    }

    #[test]
    fn numbers_out_of_bounds_are_named() {
        assert_eq!(Profile::cockpit().refused(), None);
        assert_eq!(Profile::strict().refused(), None);
        let refused = |change: fn(&mut Profile)| {
            let mut profile = Profile::cockpit();
            change(&mut profile);
            profile.refused().unwrap_or_default()
        };
        let stop_at_101 = |profile: &mut Profile| {
            profile.totp_budget.stop_at = 101.try_into().unwrap();
        };
        assert!(refused(stop_at_101).contains("stop_at"));
        assert!(refused(|profile| profile.max_totp_devices = 101).contains("max_totp_devices"));
        assert!(refused(|profile| profile.max_totp_devices = 0).contains("max_totp_devices"));
        assert!(refused(|profile| profile.fresh = Duration::ZERO).contains("lifetimes"));
        let stopping = |profile: &mut Profile| {
            profile.recovery_budget.stop_at = 100.try_into().unwrap();
        };
        assert!(refused(stopping).contains("recovery_budget"));
        let many = |profile: &mut Profile| profile.recovery_codes = 33.try_into().unwrap();
        assert!(refused(many).contains("recovery_codes"));
        for wrong in [Duration::ZERO, Duration::from_secs(24 * 3600 + 1)] {
            let mut profile = Profile::cockpit();
            profile.reset_ticket = wrong;
            assert!(profile.refused().unwrap().contains("reset_ticket"));
            let mut profile = Profile::cockpit();
            profile.review = wrong;
            assert!(profile.refused().unwrap().contains("review"));
        }
        assert!(refused(|profile| profile.max_webauthn_devices = 0).contains("max_webauthn"));
        assert!(refused(|profile| profile.max_webauthn_devices = 101).contains("max_webauthn"));
        let too_short = refused(|profile| profile.webauthn_ceremony = Duration::ZERO);
        assert!(too_short.contains("webauthn_ceremony"));
        let too_long = refused(|profile| profile.webauthn_ceremony = Duration::from_secs(601));
        assert!(too_long.contains("webauthn_ceremony"));
    }

    #[test]
    fn strict_differs_where_the_standards_do() {
        let text: Vec<String> = Profile::strict()
            .explain()
            .iter()
            .map(ToString::to_string)
            .collect();
        let text = text.join("\n");
        for part in [
            "1 before, 0 after",
            "apps per user: 10",
            "passkeys per user: 20",
            "gives AAL3: yes",
            "a recovery code: 24 characters",
            "an address is good for: 600 s",
            "5 in a row, then a wait of 30 s that doubles, at most 3600 s",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }
}
