//! Chains from an attestation certificate to a trust anchor ([RFC 5280 section 6]).
//!
//! [RFC 5280 section 6]: https://www.rfc-editor.org/rfc/rfc5280#section-6

use alloc::vec::Vec;

use der::asn1::ObjectIdentifier;

use super::{Certificate, oid};
use crate::provider::CryptoProvider;

/// The longest chain, with its anchor: Android's have five.
pub(crate) const MAX_CHAIN: usize = 8;

/// How many signatures are verified before a search is given up.
const MAX_SIGNATURES: u8 = 24;

/// Why no chain was found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ChainError {
    /// There would be a chain, but a certificate of it is not good: expired, not for issuing, …
    Invalid,
    /// Nothing leads to an anchor.
    Untrusted,
    /// There is a chain, but a certificate of another one was sent along.
    Stray,
    /// There would be a chain, but a signature of it rests on SHA-1.
    Sha1,
}

/// Finds a chain from the first of `chain` to an anchor, demands that all of them belong to it, and
/// returns it as [`find`] does.
///
/// The leaf itself may be an anchor, or any certificate of the chain; the order of the others does
/// not matter. Key identifiers are not looked at: real ones are wrong at times.
pub(crate) fn build<'s, 'a>(
    chain: &'s [Certificate<'a>],
    anchors: &'s [Certificate<'a>],
    now: i64,
    provider: &'s CryptoProvider,
    allow_sha1: bool,
) -> Result<Vec<&'s Certificate<'a>>, ChainError> {
    let path = find(chain, anchors, now, provider, allow_sha1)?;
    if has_stray(chain, &path) {
        Err(ChainError::Stray)
    } else {
        Ok(path)
    }
}

/// Finds a chain from the first of `chain` to an anchor, and returns it from the anchor to the
/// leaf.
pub(crate) fn find<'s, 'a>(
    chain: &'s [Certificate<'a>],
    anchors: &'s [Certificate<'a>],
    now: i64,
    provider: &'s CryptoProvider,
    allow_sha1: bool,
) -> Result<Vec<&'s Certificate<'a>>, ChainError> {
    let (leaf, others) = chain.split_first().ok_or(ChainError::Untrusted)?;
    let mut search = Search {
        others,
        anchors,
        now,
        provider,
        allow_sha1,
        signatures_left: MAX_SIGNATURES,
        met_invalid: false,
        met_sha1: false,
        path: Vec::new(),
    };
    if !search.is_good(leaf) {
        return Err(ChainError::Invalid);
    }
    if search.reaches_anchor(leaf, 0, 0) {
        Ok(search.path)
    } else if search.met_invalid {
        Err(ChainError::Invalid)
    } else if search.met_sha1 {
        Err(ChainError::Sha1)
    } else {
        Err(ChainError::Untrusted)
    }
}

/// Whether a certificate was sent that is neither on the path nor above it. Another copy of one on
/// the path, such as a renewed root, is no stray.
fn has_stray<'a>(chain: &[Certificate<'a>], path: &[&Certificate<'a>]) -> bool {
    let names = |certificate: &&Certificate<'a>| [certificate.subject, certificate.issuer];
    let mut known: Vec<&[u8]> = path.iter().flat_map(names).collect();
    for _ in chain {
        for sent in chain {
            if known.contains(&sent.subject) && !known.contains(&sent.issuer) {
                known.push(sent.issuer);
            }
        }
    }
    chain.iter().any(|sent| !known.contains(&sent.subject))
}

struct Search<'s, 'a> {
    others: &'s [Certificate<'a>],
    anchors: &'s [Certificate<'a>],
    now: i64,
    provider: &'s CryptoProvider,
    allow_sha1: bool,
    signatures_left: u8,
    met_invalid: bool,
    met_sha1: bool,
    /// The chain that was found, from its anchor down.
    path: Vec<&'s Certificate<'a>>,
}

impl<'s, 'a> Search<'s, 'a> {
    /// Whether a chain leads from `child` to an anchor, with `length` certificates below it, of which
    /// `intermediates` are above the leaf and count for path lengths.
    fn reaches_anchor(
        &mut self,
        child: &'s Certificate<'a>,
        length: u8,
        intermediates: u8,
    ) -> bool {
        let found = self.leads_on(child, length, intermediates);
        if found {
            self.path.push(child);
        }
        found
    }

    fn leads_on(&mut self, child: &Certificate<'a>, length: u8, intermediates: u8) -> bool {
        let (others, anchors) = (self.others, self.anchors);
        if anchors.iter().any(|anchor| anchor.der == child.der) {
            return true;
        }
        let Some(length) = length
            .checked_add(1)
            .filter(|length| usize::from(*length) < MAX_CHAIN)
        else {
            self.met_invalid = true;
            return false;
        };
        for anchor in anchors {
            if self.is_issuer(anchor, child, intermediates) {
                self.path.push(anchor);
                return true;
            }
        }
        for other in others {
            // A certificate that is issued to itself leads nowhere: its anchor was tried above.
            let leads_on = other.subject != other.issuer && other.der != child.der;
            if leads_on && self.is_issuer(other, child, intermediates) {
                let above = intermediates.saturating_add(1);
                if self.reaches_anchor(other, length, above) {
                    return true;
                }
            }
        }
        false
    }

    fn is_issuer(
        &mut self,
        issuer: &Certificate<'_>,
        child: &Certificate<'_>,
        intermediates: u8,
    ) -> bool {
        if issuer.subject != child.issuer {
            return false;
        }
        if !self.is_good(issuer) || !may_issue(issuer, intermediates) {
            self.met_invalid = true;
            return false;
        }
        let Some(scheme) = issuer.scheme_for(child) else {
            return false;
        };
        let Some(left) = self.signatures_left.checked_sub(1) else {
            self.met_invalid = true;
            return false;
        };
        self.signatures_left = left;
        let signed = issuer.signed(child, scheme, self.provider);
        let too_weak = scheme.uses_sha1() && !self.allow_sha1;
        self.met_sha1 |= signed && too_weak;
        signed && !too_weak
    }

    /// In its time, and without a critical extension that nobody here understands.
    fn is_good(&self, certificate: &Certificate<'_>) -> bool {
        certificate.is_valid_at(self.now)
            && certificate
                .extensions()
                .all(|extension| !extension.critical || is_known(extension.id))
    }
}

/// Whether a certificate is a CA's, with room for the certificates between it and the leaf.
fn may_issue(issuer: &Certificate<'_>, intermediates: u8) -> bool {
    let is_ca = match issuer.basic_constraints() {
        Ok(Some(constraints)) => {
            constraints.ca
                && constraints
                    .path_length
                    .is_none_or(|most| intermediates <= most)
        }
        // Roots of the first version have no extensions at all.
        Ok(None) => issuer.version == 1 && issuer.subject == issuer.issuer,
        Err(_) => false,
    };
    is_ca && issuer.may_sign_certificates()
}

/// What may be critical because it is looked at, or because it limits nothing that is done here.
fn is_known(id: ObjectIdentifier) -> bool {
    [
        oid::BASIC_CONSTRAINTS,
        oid::KEY_USAGE,
        oid::EXTENDED_KEY_USAGE,
        oid::SUBJECT_ALT_NAME,
        oid::CERTIFICATE_POLICIES,
        oid::CRL_DISTRIBUTION_POINTS,
    ]
    .contains(&id)
}
