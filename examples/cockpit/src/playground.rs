//! The playground: ceremonies with any setting, and how the library verifies the answer.
//!
//! It uses `mfakit-webauthn` without the rest of the library, has nothing to do with the accounts
//! of the application, and keeps what it needs in memory. It exists on loopback only.

mod decode;
mod report;
mod sample;
mod settings;
mod trace;

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use mfakit::{OsRng, RandomnessUnavailable, UnixTime};
use mfakit_webauthn::{
    Authentication, AuthenticationResponse, CredentialDescriptor, CredentialRecord, Error,
    InvalidRelyingParty, Registration, RegistrationResponse, RelyingParty, Trust, User, UserHandle,
    Who,
};
use rand_core::Rng as _;

use crate::config::Origin;

pub(crate) use report::{Outcome, Report};
pub(crate) use sample::{InvalidSample, SAMPLES, Sampled, judge};
pub(crate) use settings::{CHOICES, Choice, Registering, SigningIn};
pub(crate) use trace::{Mark, Step};

/// More than one person needs; the oldest go.
const MAX_CEREMONIES: usize = 32;
const MAX_CREDENTIALS: usize = 32;

/// What was begun, and what was registered.
pub(crate) struct Playground {
    shelf: Mutex<Shelf>,
}

struct Shelf {
    /// The one user of the playground.
    user: Option<UserHandle>,
    begun: VecDeque<(String, Begun)>,
    credentials: VecDeque<CredentialRecord>,
}

struct Begun {
    rp: RelyingParty,
    options: String,
    ceremony: Ceremony,
}

enum Ceremony {
    Registration(Registration),
    SignIn(Authentication),
}

/// Options for the browser, and under what the ceremony is kept.
pub(crate) struct Options {
    pub(crate) json: String,
    pub(crate) token: String,
}

/// A credential, for the page.
pub(crate) struct Known {
    pub(crate) id: String,
    pub(crate) algorithm: &'static str,
    pub(crate) aaguid: String,
    pub(crate) counter: u32,
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Nothing {
    /// The ceremony was finished before, or is too old to be kept.
    #[error("no such ceremony")]
    NoCeremony,
    #[error("the system has no randomness")]
    Randomness(#[from] RandomnessUnavailable),
    #[error("the relying party cannot be described")]
    RelyingParty(#[from] InvalidRelyingParty),
}

impl Playground {
    pub(crate) const fn new() -> Self {
        Self {
            shelf: Mutex::new(Shelf {
                user: None,
                begun: VecDeque::new(),
                credentials: VecDeque::new(),
            }),
        }
    }

    /// Runs something on the shelf, which is whole after every step, a panicked one included.
    fn with<T>(&self, work: impl FnOnce(&mut Shelf) -> T) -> T {
        work(&mut self.shelf.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn credentials(&self) -> Vec<Known> {
        self.with(|shelf| shelf.credentials.iter().map(Known::of).collect())
    }

    pub(crate) fn register(
        &self,
        settings: &Registering,
        origin: &Origin,
        now: UnixTime,
    ) -> Result<Options, Nothing> {
        let mut rng = OsRng::new()?;
        let rp = relying_party(settings.algorithms(), origin)?;
        self.with(|shelf| {
            let handle = *shelf
                .user
                .get_or_insert_with(|| UserHandle::random(&mut rng));
            let user = User::new(handle, "playground").with_display_name("Somebody at play");
            let known = shelf.descriptors();
            let (mut options, ceremony) =
                rp.register(&user, &known, settings.policy(), now, &mut rng);
            if let Some(hint) = settings.hint() {
                options = options.with_hint(hint);
            }
            let ceremony = Ceremony::Registration(ceremony);
            Ok(shelf.keep(rp, options.to_json(), ceremony, &mut rng))
        })
    }

    pub(crate) fn sign_in(
        &self,
        settings: &SigningIn,
        origin: &Origin,
        now: UnixTime,
    ) -> Result<Options, Nothing> {
        let mut rng = OsRng::new()?;
        let rp = relying_party(Vec::new(), origin)?;
        self.with(|shelf| {
            let known = shelf.descriptors();
            let who = match &shelf.user {
                Some(user) if settings.names_credentials() && !known.is_empty() => {
                    Who::Known(user, &known)
                }
                _ => Who::Discoverable,
            };
            let (mut options, ceremony) = rp.authenticate(who, settings.policy(), now, &mut rng);
            if let Some(hint) = settings.hint() {
                options = options.with_hint(hint);
            }
            let ceremony = Ceremony::SignIn(ceremony);
            Ok(shelf.keep(rp, options.to_json(), ceremony, &mut rng))
        })
    }

    /// Verifies an answer, and tells all about it.
    pub(crate) fn finish(
        &self,
        token: &str,
        response: &str,
        now: UnixTime,
    ) -> Result<Report, Nothing> {
        self.with(|shelf| {
            let Begun {
                rp,
                options,
                ceremony,
            } = shelf.take(token).ok_or(Nothing::NoCeremony)?;
            Ok(match ceremony {
                Ceremony::Registration(ceremony) => {
                    let registered = RegistrationResponse::from_json(response).and_then(|parsed| {
                        ceremony.finish(&rp, &parsed, now, &Trust::unverified())
                    });
                    let report = Report::of_registration(&options, response, &registered);
                    if let Ok(new) = registered {
                        shelf.add(new.into_record());
                    }
                    report
                }
                Ceremony::SignIn(ceremony) => {
                    let verified = shelf.verify(ceremony, &rp, response, now);
                    Report::of_sign_in(&options, response, &verified)
                }
            })
        })
    }
}

impl Shelf {
    fn descriptors(&self) -> Vec<CredentialDescriptor> {
        let descriptor = CredentialRecord::descriptor;
        self.credentials.iter().map(descriptor).collect()
    }

    fn keep(
        &mut self,
        rp: RelyingParty,
        json: String,
        ceremony: Ceremony,
        rng: &mut OsRng,
    ) -> Options {
        let mut token = [0; 16];
        rng.fill_bytes(&mut token);
        let token = decode::base64url(&token);
        let begun = Begun {
            rp,
            options: json.clone(),
            ceremony,
        };
        self.begun.push_back((token.clone(), begun));
        if self.begun.len() > MAX_CEREMONIES {
            self.begun.pop_front();
        }
        Options { json, token }
    }

    /// A ceremony is finished once.
    fn take(&mut self, token: &str) -> Option<Begun> {
        let at = self.begun.iter().position(|(kept, _)| kept == token)?;
        self.begun.remove(at).map(|(_, begun)| begun)
    }

    fn add(&mut self, record: CredentialRecord) {
        self.credentials.push_back(record);
        if self.credentials.len() > MAX_CREDENTIALS {
            self.credentials.pop_front();
        }
    }

    fn verify(
        &mut self,
        ceremony: Authentication,
        rp: &RelyingParty,
        response: &str,
        now: UnixTime,
    ) -> Result<mfakit_webauthn::VerifiedAssertion, Refusal> {
        let response = AuthenticationResponse::from_json(response)?;
        let claim = ceremony.claim(&response)?;
        let id = claim.credential_id();
        let record = self
            .credentials
            .iter_mut()
            .find(|record| record.id == id)
            .ok_or(Refusal::Unknown)?;
        let verified = ceremony.finish(rp, claim, record, now)?;
        verified.update().apply(record);
        Ok(verified)
    }
}

/// Why a sign-in came to nothing.
pub(crate) enum Refusal {
    /// The library refused.
    Refused(Error),
    /// There is no record of the credential: it was registered before the application started.
    Unknown,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl Known {
    fn of(record: &CredentialRecord) -> Self {
        Self {
            id: decode::base64url(&record.id),
            algorithm: record.public_key.algorithm().as_str(),
            aaguid: record.aaguid.to_string(),
            counter: record.sign_count,
        }
    }
}

fn relying_party(
    algorithms: Vec<mfakit_webauthn::Algorithm>,
    origin: &Origin,
) -> Result<RelyingParty, InvalidRelyingParty> {
    let rp = RelyingParty::builder(origin.host())
        .origin(origin.as_str())
        .name("Cockpit’s playground");
    if algorithms.is_empty() {
        rp.build()
    } else {
        rp.algorithms(&algorithms).build()
    }
}
