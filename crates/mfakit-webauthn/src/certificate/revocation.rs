//! Certificate revocation lists ([RFC 5280 section 5]).
//!
//! [RFC 5280 section 5]: https://www.rfc-editor.org/rfc/rfc5280#section-5

use der::asn1::ObjectIdentifier;
use der::{AnyRef, Decode as _, Reader as _, SliceReader, Tag};

use super::parse::{self, Result, context, element, next_is, sequence, time, wrong};
use super::{AlgorithmIdentifier, Certificate, algorithms};
use crate::provider::CryptoProvider;

/// RFC 5280 section 5.2.5.
const ISSUING_DISTRIBUTION_POINT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.28");

/// A revocation list, borrowed from its DER encoding.
#[derive(Clone, Debug)]
pub(crate) struct RevocationList<'a> {
    /// What the issuer signed.
    tbs: &'a [u8],
    issuer: &'a [u8],
    this_update: i64,
    /// A list that never ends is not current: RFC 5280 section 5.1.2.5 demands the time.
    next_update: Option<i64>,
    /// The contents of the list of revoked certificates.
    revoked: &'a [u8],
    scope: Scope,
    signature_algorithm: AlgorithmIdentifier<'a>,
    signature: &'a [u8],
}

/// What the list is about ([RFC 5280 section 5.2.5]).
///
/// [RFC 5280 section 5.2.5]: https://www.rfc-editor.org/rfc/rfc5280#section-5.2.5
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Scope {
    Everything,
    /// `onlyContainsUserCerts`.
    Leaves,
    /// `onlyContainsCACerts`.
    Authorities,
}

/// What the lists say against a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum RevocationProblem {
    /// A list does not have the signature of the certificate's issuer.
    Signature,
    /// A list is not current.
    Outdated,
    /// A certificate was revoked.
    Revoked,
    /// There is no list about a certificate.
    Unknown,
}

/// Judges a path by the lists that are about its certificates; it leads from the anchor down, so
/// that each certificate follows its issuer.
pub(crate) fn verify_revocation(
    path: &[&Certificate<'_>],
    lists: &[RevocationList<'_>],
    required: bool,
    now: i64,
    provider: &CryptoProvider,
) -> core::result::Result<(), RevocationProblem> {
    for (issuer, certificate) in path.iter().zip(path.iter().skip(1)) {
        let mut is_known_good = false;
        for list in lists.iter().filter(|list| list.is_about(certificate)) {
            if !list.is_signed_by(issuer, provider) {
                return Err(RevocationProblem::Signature);
            }
            if !list.is_current_at(now) {
                return Err(RevocationProblem::Outdated);
            }
            if list.revokes(certificate) {
                return Err(RevocationProblem::Revoked);
            }
            is_known_good = true;
        }
        if required && !is_known_good {
            return Err(RevocationProblem::Unknown);
        }
    }
    Ok(())
}

impl<'a> RevocationList<'a> {
    /// Reads a list; one with a critical extension that is not understood is refused, as RFC 5280
    /// section 5.2 demands. So are lists for some reasons alone, and those of other issuers.
    pub(crate) fn parse(der: &'a [u8]) -> Option<Self> {
        list(der).ok()
    }

    /// Whether a moment, in seconds since the Unix epoch, is between the updates.
    fn is_current_at(&self, now: i64) -> bool {
        self.this_update <= now && self.next_update.is_some_and(|next| now <= next)
    }

    /// Whether the list says something about a certificate of its issuer.
    fn is_about(&self, certificate: &Certificate<'_>) -> bool {
        let is_authority =
            matches!(certificate.basic_constraints(), Ok(Some(constraints)) if constraints.ca);
        certificate.issuer == self.issuer
            && match self.scope {
                Scope::Everything => true,
                Scope::Leaves => !is_authority,
                Scope::Authorities => is_authority,
            }
    }

    /// Whether the list carries this certificate's signature, and the key may sign lists.
    fn is_signed_by(&self, issuer: &Certificate<'_>, provider: &CryptoProvider) -> bool {
        // cRLSign is bit 6 of the named bits, so 0x02 of the first byte.
        if issuer.subject != self.issuer || !issuer.may_be_used_for(0x02) {
            return false;
        }
        let Some(scheme) =
            algorithms::signature_scheme(&self.signature_algorithm, &issuer.public_key)
        else {
            return false;
        };
        !scheme.uses_sha1()
            && issuer
                .public_key
                .prepare(scheme, provider)
                .is_ok_and(|key| key.verify(&[self.tbs], self.signature).is_ok())
    }

    /// Whether the list names a certificate. All entries were read when the list was.
    fn revokes(&self, certificate: &Certificate<'_>) -> bool {
        let mut found = false;
        let read = visit(self.revoked, |serial| found |= serial == certificate.serial);
        found || read.is_err()
    }
}

fn list(der: &[u8]) -> Result<RevocationList<'_>> {
    let mut outer = SliceReader::new(der)?;
    let mut fields = sequence(&mut outer)?;
    outer.finish()?;
    let tbs = fields.tlv_bytes()?;
    let signature_algorithm = parse::algorithm_identifier(&mut fields)?;
    let (0, signature) = parse::bit_string(&mut fields)? else {
        return Err(wrong());
    };
    fields.finish()?;

    let mut outer = SliceReader::new(tbs)?;
    let mut fields = sequence(&mut outer)?;
    // Version 1 has neither the field nor extensions; there is no third.
    if next_is(&fields, Tag::Integer) && u8::decode(&mut fields)? != 1 {
        return Err(wrong());
    }
    let inner = parse::algorithm_identifier(&mut fields)?;
    if inner.algorithm != signature_algorithm.algorithm
        || inner.parameters != signature_algorithm.parameters
    {
        return Err(wrong());
    }
    let issuer = fields.tlv_bytes()?;
    let this_update = time(&mut fields)?;
    let is_time = |fields: &SliceReader<'_>| {
        next_is(fields, Tag::UtcTime) || next_is(fields, Tag::GeneralizedTime)
    };
    let next_update = if is_time(&fields) {
        Some(time(&mut fields)?)
    } else {
        None
    };
    let revoked = if next_is(&fields, Tag::Sequence) {
        element(&mut fields, Tag::Sequence)?.value()
    } else {
        &[]
    };
    visit(revoked, |_| {})?;
    let scope = scope(&mut fields)?;
    fields.finish()?;
    Ok(RevocationList {
        tbs,
        issuer,
        this_update,
        next_update,
        revoked,
        scope,
        signature_algorithm,
        signature,
    })
}

/// Visits the serial numbers of a list.
fn visit<'a>(revoked: &'a [u8], mut visitor: impl FnMut(&'a [u8])) -> Result<()> {
    let mut reader = SliceReader::new(revoked)?;
    while !reader.is_finished() {
        let mut entry = sequence(&mut reader)?;
        visitor(element(&mut entry, Tag::Integer)?.value());
        time(&mut entry)?;
        if !entry.is_finished() {
            let extensions = element(&mut entry, Tag::Sequence)?.value();
            parse::verify_extensions(extensions)?;
            // The one that may be critical, certificateIssuer, is for lists of other issuers.
            if parse::extensions(extensions).any(|extension| extension.critical) {
                return Err(wrong());
            }
        }
        entry.finish()?;
    }
    Ok(())
}

fn scope(fields: &mut SliceReader<'_>) -> Result<Scope> {
    if !next_is(fields, context(0, true)) {
        return Ok(Scope::Everything);
    }
    let outer = element(fields, context(0, true))?;
    let extensions = AnyRef::from_der(outer.value())?;
    if extensions.header().tag() != Tag::Sequence {
        return Err(wrong());
    }
    parse::verify_extensions(extensions.value())?;
    let mut scope = Scope::Everything;
    for extension in parse::extensions(extensions.value()) {
        if extension.id == ISSUING_DISTRIBUTION_POINT {
            scope = distribution_point(extension.value)?;
        } else if extension.critical {
            return Err(wrong());
        }
    }
    Ok(scope)
}

fn distribution_point(value: &[u8]) -> Result<Scope> {
    let mut outer = SliceReader::new(value)?;
    let mut fields = sequence(&mut outer)?;
    outer.finish()?;
    // Where the list is published.
    if next_is(&fields, context(0, true)) {
        element(&mut fields, context(0, true))?;
    }
    let mut scope = Scope::Everything;
    for (number, narrower) in [(1, Scope::Leaves), (2, Scope::Authorities)] {
        if next_is(&fields, context(number, false)) {
            let flag = element(&mut fields, context(number, false))?;
            if flag.value() == [0xff] {
                scope = narrower;
            }
        }
    }
    // onlySomeReasons, indirectCRL and onlyContainsAttributeCerts: not for us.
    fields.finish()?;
    Ok(scope)
}
