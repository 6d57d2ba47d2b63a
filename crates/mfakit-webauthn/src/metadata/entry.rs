//! One entry of the BLOB: a model.

use alloc::borrow::ToOwned as _;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use der::DateTime;
use mfakit_core::UnixTime;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::KeyIdentifier;
use super::status::{AuthenticatorStatus, CertificationLevel};
use crate::aaguid::Aaguid;
use crate::certificate::Certificate;
use crate::json::Object;
use crate::jws;

/// A model of authenticators: who it is, what its attestations stand under, what is known about it.
#[derive(Clone)]
pub struct Entry {
    aaguid: Option<Aaguid>,
    aaid: Option<String>,
    key_identifiers: Vec<KeyIdentifier>,
    statement: Option<Statement>,
    status_reports: Vec<StatusReport>,
    last_status_change: Option<UnixTime>,
}

/// What is used of a metadata statement, and all of it as it was sent.
#[derive(Clone)]
struct Statement {
    description: Option<String>,
    protocol_family: Option<String>,
    anchors: Vec<Vec<u8>>,
    json: Box<RawValue>,
}

/// An entry cannot be read. No other suffers from it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct EntryProblem {
    /// Its place in the BLOB, from 0.
    pub position: usize,
    /// The model, where at least that can be read. Attestations of it are refused.
    pub aaguid: Option<Aaguid>,
    /// What is wrong.
    pub kind: EntryProblemKind,
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum EntryProblemKind {
    /// A member that is used is missing, or of another type.
    Json,
    /// The AAGUID is none.
    Aaguid,
    /// An attestation certificate key identifier is not 40 hexadecimal digits.
    KeyIdentifier,
    /// An attestation root certificate cannot be read.
    RootCertificate,
    /// There is an entry about the same model already.
    Duplicate,
}

impl fmt::Display for EntryProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            EntryProblemKind::Json => "malformed JSON",
            EntryProblemKind::Aaguid => "malformed AAGUID",
            EntryProblemKind::KeyIdentifier => "malformed key identifier",
            EntryProblemKind::RootCertificate => "malformed root certificate",
            EntryProblemKind::Duplicate => "second entry about the model",
        };
        write!(f, "metadata entry {}: {what}", self.position)
    }
}

impl core::error::Error for EntryProblem {}

#[derive(Deserialize)]
struct RawEntry<'a> {
    #[serde(default)]
    aaid: Option<String>,
    #[serde(default)]
    aaguid: Option<String>,
    #[serde(rename = "attestationCertificateKeyIdentifiers", default)]
    key_identifiers: Option<Vec<String>>,
    #[serde(rename = "metadataStatement", borrow, default)]
    statement: Option<&'a RawValue>,
    #[serde(rename = "statusReports")]
    status_reports: Vec<Object<RawReport>>,
    #[serde(rename = "timeOfLastStatusChange", default)]
    last_status_change: Option<String>,
}

/// The AAGUID alone, which even an entry that cannot be read may have.
#[derive(Deserialize)]
struct RawIdentity {
    aaguid: String,
}

#[derive(Deserialize)]
struct RawStatement {
    #[serde(default)]
    description: Option<String>,
    #[serde(rename = "protocolFamily", default)]
    protocol_family: Option<String>,
    #[serde(rename = "attestationRootCertificates", default)]
    anchors: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct RawReport {
    status: String,
    #[serde(rename = "effectiveDate", default)]
    effective: Option<String>,
    #[serde(rename = "sunsetDate", default)]
    sunset: Option<String>,
    #[serde(rename = "authenticatorVersion", default)]
    version: Option<u64>,
    #[serde(default)]
    certificate: Option<String>,
    #[serde(rename = "batchCertificate", default)]
    batch_certificate: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(rename = "certificateNumber", default)]
    certificate_number: Option<String>,
}

impl Entry {
    pub(super) fn parse(position: usize, json: &str) -> Result<Self, EntryProblem> {
        read(json).map_err(|kind| EntryProblem {
            position,
            aaguid: serde_json::from_str::<Object<RawIdentity>>(json)
                .ok()
                .and_then(|Object(identity)| identity.aaguid.parse().ok()),
            kind,
        })
    }

    /// Returns the AAGUID of a FIDO2 model.
    #[must_use]
    pub const fn aaguid(&self) -> Option<Aaguid> {
        self.aaguid
    }

    /// Returns the AAID of a UAF model, of which this crate knows nothing else.
    #[must_use]
    pub fn aaid(&self) -> Option<&str> {
        self.aaid.as_deref()
    }

    /// Returns the identifiers of the keys in the attestation certificates of a U2F model.
    #[must_use]
    pub fn key_identifiers(&self) -> &[KeyIdentifier] {
        &self.key_identifiers
    }

    /// Returns the model's name, in English: a good default name for a device.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.statement.as_ref()?.description.as_deref()
    }

    /// Returns `fido2`, `u2f` or `uaf`.
    #[must_use]
    pub fn protocol_family(&self) -> Option<&str> {
        self.statement.as_ref()?.protocol_family.as_deref()
    }

    /// Returns the certificates in DER under which the model's attestations stand: roots,
    /// intermediates, or attestation certificates themselves.
    #[must_use]
    pub fn attestation_roots(&self) -> &[Vec<u8>] {
        match &self.statement {
            Some(statement) => &statement.anchors,
            None => &[],
        }
    }

    /// Returns the metadata statement as it was sent, for the members that this type does not have.
    #[must_use]
    pub fn statement_json(&self) -> Option<&str> {
        self.statement
            .as_ref()
            .map(|statement| statement.json.get())
    }

    /// Returns everything that was reported about the model.
    #[must_use]
    pub fn status_reports(&self) -> &[StatusReport] {
        &self.status_reports
    }

    /// Returns the beginning of the day on which a report was last added.
    #[must_use]
    pub const fn last_status_change(&self) -> Option<UnixTime> {
        self.last_status_change
    }

    /// Returns the reports that count at a time.
    pub fn status_reports_at(&self, now: UnixTime) -> impl Iterator<Item = &StatusReport> {
        self.status_reports
            .iter()
            .filter(move |report| report.counts_at(now))
    }

    /// Returns the latest FIDO certification that counts at a time. Of several from one day it is
    /// the highest.
    #[must_use]
    pub fn certification(&self, now: UnixTime) -> Option<CertificationLevel> {
        let is_about_it = |status: AuthenticatorStatus| {
            status.certification().is_some() || status == AuthenticatorStatus::NotFidoCertified
        };
        self.status_reports_at(now)
            // What says something good must say from when.
            .filter(|report| !report.effective_is_unreadable || !report.is_certification())
            .filter_map(|report| Some((report.effective, report.status?)))
            .filter(|(_, status)| is_about_it(*status))
            .map(|(effective, status)| (effective, status.certification()))
            .max()
            .and_then(|(_, level)| level)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("aaguid", &self.aaguid)
            .field("description", &self.description())
            .field("status_reports", &self.status_reports)
            .finish_non_exhaustive()
    }
}

/// One thing that became known about a model.
#[derive(Clone, Debug)]
pub struct StatusReport {
    name: String,
    status: Option<AuthenticatorStatus>,
    effective: Option<UnixTime>,
    effective_is_unreadable: bool,
    sunset: Option<UnixTime>,
    authenticator_version: Option<u64>,
    certificates: Vec<Vec<u8>>,
    url: Option<String>,
    certificate_number: Option<String>,
}

impl StatusReport {
    /// Returns the status; `None` if this release does not know it.
    #[must_use]
    pub const fn status(&self) -> Option<AuthenticatorStatus> {
        self.status
    }

    /// Returns the status as the BLOB names it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the beginning of the first day on which the report counts; `None`: it always did, or
    /// the day cannot be read. A certification with such a day does not count.
    #[must_use]
    pub const fn effective(&self) -> Option<UnixTime> {
        self.effective
    }

    /// Returns the beginning of the first day on which the report does not count any more.
    #[must_use]
    pub const fn sunset(&self) -> Option<UnixTime> {
        self.sunset
    }

    /// Returns the version of the authenticator that the report is about.
    #[must_use]
    pub const fn authenticator_version(&self) -> Option<u64> {
        self.authenticator_version
    }

    /// Returns the certificates in DER that the report is about; none if it is about all.
    #[must_use]
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }

    /// Returns where there is more to read.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// Returns the number of a certification.
    #[must_use]
    pub fn certificate_number(&self) -> Option<&str> {
        self.certificate_number.as_deref()
    }

    fn is_certification(&self) -> bool {
        self.status
            .is_some_and(|status| status.certification().is_some())
    }

    fn counts_at(&self, now: UnixTime) -> bool {
        self.effective.is_none_or(|from| from <= now) && self.sunset.is_none_or(|end| now < end)
    }

    /// Whether the report is about some attestation certificates and not about the model.
    pub(super) fn is_partial(&self) -> bool {
        self.status == Some(AuthenticatorStatus::AttestationKeyCompromise)
            && !self.certificates.is_empty()
    }
}

fn read(json: &str) -> Result<Entry, EntryProblemKind> {
    let Object(raw) =
        serde_json::from_str::<Object<RawEntry<'_>>>(json).map_err(|_| EntryProblemKind::Json)?;
    Ok(Entry {
        aaguid: raw
            .aaguid
            .map(|text| text.parse().map_err(|_| EntryProblemKind::Aaguid))
            .transpose()?,
        aaid: raw.aaid,
        key_identifiers: raw
            .key_identifiers
            .iter()
            .flatten()
            .map(|text| key_identifier(text).ok_or(EntryProblemKind::KeyIdentifier))
            .collect::<Result<_, _>>()?,
        statement: raw.statement.map(statement).transpose()?,
        status_reports: raw
            .status_reports
            .into_iter()
            .map(|Object(raw)| report(raw))
            .collect(),
        last_status_change: raw.last_status_change.as_deref().and_then(date),
    })
}

fn statement(json: &RawValue) -> Result<Statement, EntryProblemKind> {
    let Object(raw) = serde_json::from_str::<Object<RawStatement>>(json.get())
        .map_err(|_| EntryProblemKind::Json)?;
    Ok(Statement {
        description: raw.description,
        protocol_family: raw.protocol_family,
        anchors: raw
            .anchors
            .iter()
            .flatten()
            .map(|text| certificate(text).ok_or(EntryProblemKind::RootCertificate))
            .collect::<Result<_, _>>()?,
        json: json.to_owned(),
    })
}

fn report(raw: RawReport) -> StatusReport {
    let named = [raw.certificate, raw.batch_certificate];
    let certificates: Option<Vec<_>> = named
        .iter()
        .flatten()
        .filter(|text| !text.trim().is_empty())
        .map(|text| certificate(text))
        .collect();
    let effective = raw.effective.as_deref().map(date);
    StatusReport {
        status: AuthenticatorStatus::from_name(&raw.status),
        name: raw.status,
        // A date that cannot be read does not keep a report from counting against the model.
        effective: effective.flatten(),
        effective_is_unreadable: effective == Some(None),
        sunset: raw.sunset.as_deref().and_then(date),
        authenticator_version: raw.version,
        // Where one of the certificates cannot be read, the report is about all: that is safe.
        certificates: certificates.unwrap_or_default(),
        url: raw.url,
        certificate_number: raw.certificate_number,
    }
}

/// base64 of DER. Some makers break the lines.
fn certificate(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_ascii_whitespace().collect();
    let der = jws::from_base64(&text).ok()?;
    Certificate::parse(&der).is_ok().then_some(der)
}

fn key_identifier(text: &str) -> Option<KeyIdentifier> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let bytes: Option<Vec<u8>> = pairs
        .iter()
        .map(|pair| {
            // `from_str_radix` alone would take a sign.
            let digits = core::str::from_utf8(pair)
                .ok()
                .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
            u8::from_str_radix(digits, 16).ok()
        })
        .collect();
    bytes?.try_into().ok()
}

/// Reads `YYYY-MM-DD`, and returns the beginning of the day.
pub(super) fn date(text: &str) -> Option<UnixTime> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else {
        return None;
    };
    let year = number([y1, y2, y3, y4])?;
    let month = number([m1, m2])?;
    let day = number([d1, d2])?;
    let date = DateTime::new(year, month, day, 0, 0, 0).ok()?;
    Some(UnixTime::from_secs(date.unix_duration().as_secs()))
}

/// Digits alone: `parse` would take a sign too.
fn number<T: FromStr, const N: usize>(digits: [u8; N]) -> Option<T> {
    let is_number = digits.iter().all(u8::is_ascii_digit);
    let digits = core::str::from_utf8(&digits).ok().filter(|_| is_number)?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days() {
        assert_eq!(date("2026-01-01"), Some(UnixTime::from_secs(1_767_225_600)));
        for text in [
            "",
            "2026-13-01",
            "2026-02-30",
            "2026-1-1",
            "+026-01-01",
            "2026-01-01T00",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn key_identifiers_are_forty_digits() {
        let text = "00112233445566778899aabbccddeeff00112233";
        assert_eq!(key_identifier(text).map(|bytes| bytes[1]), Some(0x11));
        assert_eq!(key_identifier(&text[2..]), None);
        assert_eq!(key_identifier(&text.replace("00", "+1")), None);
        assert_eq!(key_identifier(&text[1..]), None);
    }
}
