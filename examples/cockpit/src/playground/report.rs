//! What came of a ceremony.

use mfakit_webauthn::{Ceremony, Counter, Error, NewCredential, VerifiedAssertion};

use super::Refusal;
use super::decode::{Fact, authenticator_data, base64url, client_data, pretty};
use super::trace::{Step, steps};

/// All about one ceremony.
pub(crate) struct Report {
    pub(crate) title: String,
    pub(crate) options: String,
    pub(crate) response: String,
    pub(crate) client_data: Option<String>,
    pub(crate) data: Vec<Fact>,
    pub(crate) steps: Vec<Step>,
    pub(crate) outcome: Outcome,
}

/// The verdict, with what is known from then on or with what was wrong.
pub(crate) enum Outcome {
    Accepted(Vec<Fact>),
    Refused(Vec<Fact>),
}

impl Report {
    pub(super) fn of_registration(
        options: &str,
        response: &str,
        registered: &Result<NewCredential, Error>,
    ) -> Self {
        let outcome = match registered {
            Ok(new) => Outcome::Accepted(learned(new)),
            Err(error) => Outcome::Refused(wrong(*error)),
        };
        let refused = registered.as_ref().err().map(|error| error.reason());
        Self {
            title: "Registration".to_owned(),
            steps: steps(Ceremony::Registration, refused),
            ..Self::reading(options, response, outcome)
        }
    }

    pub(super) fn of_sign_in(
        options: &str,
        response: &str,
        verified: &Result<VerifiedAssertion, Refusal>,
    ) -> Self {
        let (outcome, steps) = match verified {
            Ok(verified) => (
                Outcome::Accepted(proven(verified)),
                steps(Ceremony::Authentication, None),
            ),
            Err(Refusal::Refused(error)) => (
                Outcome::Refused(wrong(*error)),
                steps(Ceremony::Authentication, Some(error.reason())),
            ),
            Err(Refusal::Unknown) => {
                let why = "The playground knows no such credential: it forgets all when it is started anew.";
                (Outcome::Refused(vec![("Why", why.to_owned())]), Vec::new())
            }
        };
        Self {
            title: "Sign-in".to_owned(),
            steps,
            ..Self::reading(options, response, outcome)
        }
    }

    fn reading(options: &str, response: &str, outcome: Outcome) -> Self {
        Self {
            title: String::new(),
            options: pretty(options),
            response: pretty(response),
            client_data: client_data(response),
            data: authenticator_data(response),
            steps: Vec::new(),
            outcome,
        }
    }
}

fn learned(new: &NewCredential) -> Vec<Fact> {
    let record = new.record();
    let attestation = new.attestation();
    vec![
        ("Credential id", base64url(&record.id)),
        (
            "Algorithm",
            format!(
                "{} ({})",
                record.public_key.algorithm().as_str(),
                record.public_key.algorithm().cose_id()
            ),
        ),
        ("AAGUID", record.aaguid.to_string()),
        (
            "Attestation",
            format!("{}, {}", attestation.format(), attestation.kind().as_str()),
        ),
        ("Certificates", attestation.certificates().len().to_string()),
        ("Transports", record.transports.join(", ")),
        ("User verified", yes_or_no(new.user_verified())),
        (
            "Discoverable",
            new.discoverable()
                .map_or_else(|| "the browser did not say".to_owned(), yes_or_no),
        ),
        ("Backed up", yes_or_no(record.backup_state)),
        ("Signature counter", record.sign_count.to_string()),
    ]
}

fn proven(verified: &VerifiedAssertion) -> Vec<Fact> {
    let counter = match verified.counter() {
        Counter::Ok => "has grown",
        Counter::NotSupported => "there is none",
        Counter::Regressed => "has not grown: the authenticator may have been cloned",
        _ => "unknown",
    };
    vec![
        ("Credential id", base64url(verified.credential_id())),
        ("User verified", yes_or_no(verified.user_verified())),
        ("Backed up", yes_or_no(verified.flags().backed_up())),
        ("Signature counter", counter.to_owned()),
    ]
}

fn wrong(error: Error) -> Vec<Fact> {
    vec![
        ("Code", error.code().to_owned()),
        ("Category", error.category().to_string()),
        ("Why", error.reason().to_string()),
        ("Step", error.step().to_owned()),
    ]
}

fn yes_or_no(fact: bool) -> String {
    if fact { "yes" } else { "no" }.to_owned()
}
