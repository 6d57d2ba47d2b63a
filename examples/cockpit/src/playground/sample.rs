//! Captured ceremonies, judged as they were then.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use mfakit::UnixTime;
use mfakit_webauthn::{
    Authentication, AuthenticationResponse, CredentialDescriptor, CredentialRecord, Policy,
    RegistrationResponse, RelyingParty, Trust, UserHandle, UserVerification, VerifiedAssertion,
    Who, danger,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Refusal, Report};

/// Those that come with the application: a name for people, and the capture.
pub(crate) const SAMPLES: &[(&str, &str, &str)] = &[
    (
        "synced",
        "A passkey that is synced",
        include_str!("../../assets/playground/synced.json"),
    ),
    (
        "u2f",
        "A U2F security key with attestation",
        include_str!("../../assets/playground/u2f.json"),
    ),
    (
        "firefox",
        "A passkey of Firefox",
        include_str!("../../assets/playground/firefox.json"),
    ),
    (
        "counter",
        "A signature counter that goes back",
        include_str!("../../assets/playground/counter.json"),
    ),
    (
        "overridden",
        "A bogus signature, and flags that are missing",
        include_str!("../../assets/playground/overridden.json"),
    ),
    (
        "unverified",
        "A registration without user verification",
        include_str!("../../assets/playground/unverified.json"),
    ),
    (
        "related",
        "A related origin",
        include_str!("../../assets/playground/related.json"),
    ),
    (
        "embedded",
        "A sign-in inside another site",
        include_str!("../../assets/playground/embedded.json"),
    ),
];

#[derive(Deserialize)]
struct Capture<'a> {
    rp_id: String,
    origin: String,
    #[serde(borrow)]
    creation_options: &'a RawValue,
    #[serde(borrow, default)]
    registration: Option<&'a RawValue>,
    #[serde(default)]
    registration_error: Option<BrowserError>,
    #[serde(borrow, default)]
    authentications: Vec<Attempt<'a>>,
}

#[derive(Deserialize)]
struct Attempt<'a> {
    label: String,
    #[serde(borrow)]
    request_options: &'a RawValue,
    #[serde(borrow, default)]
    credential: Option<&'a RawValue>,
    #[serde(default)]
    error: Option<BrowserError>,
}

#[derive(Deserialize)]
struct BrowserError {
    name: String,
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Creation {
    challenge: String,
    user: Entity,
    #[serde(default)]
    authenticator_selection: Option<Selection>,
}

#[derive(Deserialize)]
struct Entity {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Selection {
    #[serde(default)]
    user_verification: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    challenge: String,
    #[serde(default)]
    user_verification: Option<String>,
    #[serde(default)]
    allow_credentials: Vec<Entity>,
}

/// What a capture has to tell, one after the other.
pub(crate) enum Sampled {
    Judged(Box<Report>),
    /// The browser gave no answer.
    Failed {
        title: String,
        error: String,
    },
}

/// It is no capture.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a captured ceremony")]
pub(crate) struct InvalidSample;

/// Judges every ceremony of a capture.
pub(crate) fn judge(json: &str, now: UnixTime) -> Result<Vec<Sampled>, InvalidSample> {
    let capture: Capture<'_> = serde_json::from_str(json).map_err(|_| InvalidSample)?;
    let options: Creation = read(capture.creation_options)?;
    // Whether an origin fits is a matter of configuration, which a capture takes as given.
    let rp = RelyingParty::builder(&capture.rp_id)
        .related_origin(&capture.origin)
        .build()
        .map_err(|_| InvalidSample)?;
    let user = UserHandle::from_bytes(&bytes(&options.user.id)?).map_err(|_| InvalidSample)?;

    let mut sampled = Vec::new();
    if let Some(error) = &capture.registration_error {
        sampled.push(Sampled::failed("Registration", error));
    }
    let Some(response) = capture.registration else {
        return Ok(sampled);
    };
    let selection = options.authenticator_selection;
    let policy = policy(
        selection
            .and_then(|selection| selection.user_verification)
            .as_deref(),
    );
    let challenge = bytes(&options.challenge)?;
    let ceremony = danger::registration_with_challenge(&rp, &user, &[], policy, &challenge, now);
    let registered = RegistrationResponse::from_json(response.get())
        .and_then(|parsed| ceremony.finish(&rp, &parsed, now, &Trust::unverified()));
    let report =
        Report::of_registration(capture.creation_options.get(), response.get(), &registered);
    sampled.push(Sampled::Judged(Box::new(report)));

    if let Ok(new) = registered {
        let mut record = new.into_record();
        for attempt in &capture.authentications {
            sampled.push(attempt.judge(&rp, &mut record, now)?);
        }
    }
    Ok(sampled)
}

impl Attempt<'_> {
    fn judge(
        &self,
        rp: &RelyingParty,
        record: &mut CredentialRecord,
        now: UnixTime,
    ) -> Result<Sampled, InvalidSample> {
        let title = format!("Sign-in: {}", self.label);
        if let Some(error) = &self.error {
            return Ok(Sampled::failed(&title, error));
        }
        let response = self.credential.ok_or(InvalidSample)?.get();
        let options: Request = read(self.request_options)?;
        let allowed: Vec<CredentialDescriptor> = options
            .allow_credentials
            .iter()
            .map(|known| bytes(&known.id).map(|id| CredentialDescriptor::new(&id)))
            .collect::<Result<_, _>>()?;
        let who = if allowed.is_empty() {
            Who::Discoverable
        } else {
            Who::Known(&record.user, &allowed)
        };
        let policy = policy(options.user_verification.as_deref());
        let challenge = bytes(&options.challenge)?;
        let ceremony = danger::authentication_with_challenge(rp, who, policy, &challenge, now);
        let verified = verify(ceremony, rp, response, record, now);
        if let Ok(verified) = &verified {
            verified.update().apply(record);
        }
        let report = Report::of_sign_in(self.request_options.get(), response, &verified);
        Ok(Sampled::Judged(Box::new(Report { title, ..report })))
    }
}

fn verify(
    ceremony: Authentication,
    rp: &RelyingParty,
    response: &str,
    record: &CredentialRecord,
    now: UnixTime,
) -> Result<VerifiedAssertion, Refusal> {
    let response = AuthenticationResponse::from_json(response)?;
    let claim = ceremony.claim(&response)?;
    Ok(ceremony.finish(rp, claim, record, now)?)
}

impl Sampled {
    fn failed(title: &str, BrowserError { name, message }: &BrowserError) -> Self {
        Self::Failed {
            title: title.to_owned(),
            error: format!("{name}: {message}"),
        }
    }
}

fn policy(user_verification: Option<&str>) -> Policy {
    Policy::passkey().with_user_verification(match user_verification {
        Some("required") => UserVerification::Required,
        Some("discouraged") => UserVerification::Discouraged,
        _ => UserVerification::Preferred,
    })
}

fn read<'a, T: Deserialize<'a>>(json: &'a RawValue) -> Result<T, InvalidSample> {
    serde_json::from_str(json.get()).map_err(|_| InvalidSample)
}

fn bytes(text: &str) -> Result<Vec<u8>, InvalidSample> {
    Base64UrlUnpadded::decode_vec(text).map_err(|_| InvalidSample)
}

#[cfg(test)]
mod tests {
    use super::super::Outcome;
    use super::*;

    /// The codes of the refusals, with a dot for what is accepted.
    fn verdicts(name: &str) -> Vec<String> {
        let (.., json) = SAMPLES.iter().find(|(other, ..)| *other == name).unwrap();
        let verdict = |sampled| match sampled {
            Sampled::Failed { error, .. } => error,
            Sampled::Judged(report) => match report.outcome {
                Outcome::Accepted(_) => ".".to_owned(),
                Outcome::Refused(facts) => facts[0].1.clone(),
            },
        };
        let now = UnixTime::from_secs(1_800_000_000);
        judge(json, now).unwrap().into_iter().map(verdict).collect()
    }

    #[test]
    fn samples_are_judged_as_their_captures_say() {
        for (name, want) in [
            ("synced", [".", "."].as_slice()),
            ("u2f", &[".", ".", "."]),
            ("firefox", &[".", "."]),
            ("counter", &[".", ".", ".", ".", "W061", "W061", "."]),
            ("overridden", &[".", ".", "W060", "W032", "W031"]),
            ("unverified", &["W032"]),
            ("related", &[".", "."]),
            ("embedded", &["W015"]),
        ] {
            assert_eq!(verdicts(name), want, "{name}");
        }
        assert_eq!(SAMPLES.len(), 8);
    }

    #[test]
    fn what_is_no_capture_is_refused() {
        for json in [
            "",
            "{}",
            "[]",
            r#"{"rp_id":"a","origin":"b","creation_options":{}}"#,
        ] {
            let judged = judge(json, UnixTime::EPOCH);
            assert!(matches!(judged, Err(InvalidSample)), "{json}");
        }
    }
}
