//! [Android key attestation](https://www.w3.org/TR/webauthn-3/#sctn-android-key-attestation).

use der::{AnyRef, Decode as _, Reader as _, SliceReader, Tag, TagNumber};

use super::{AttestationType, Statement, Verified, leaf_and_path};
use crate::certificate::oid;
use crate::error::Reason;

pub(super) fn verify(statement: &Statement<'_, '_>) -> Result<Verified, Reason> {
    let algorithm = statement.algorithm()?;
    let signature = statement.bytes("sig")?;
    let (certificate, path) = leaf_and_path(&statement.certificates()?)?;
    // "Verify that sig is a valid signature over the concatenation of authenticatorData and
    // clientDataHash using the public key in the first certificate in x5c with the algorithm
    // specified in alg."
    let message = [statement.data.bytes, statement.client_data_hash.as_slice()];
    statement.verify_by_certificate(&certificate, algorithm, &message, signature)?;
    // "Verify that the public key in the first certificate in x5c matches the credentialPublicKey"
    if !statement.is_credential_key(&certificate) {
        return Err(Reason::StatementKey);
    }
    // "Verify that the attestationChallenge field in the attestation certificate extension data is
    // identical to clientDataHash."
    let extension = certificate
        .extension(oid::ANDROID_KEY_DESCRIPTION)
        .ok_or(Reason::CertificateRequirements)?;
    let description = KeyDescription::parse(extension.value).map_err(|_| Reason::KeyDescription)?;
    if description.challenge != statement.client_data_hash {
        return Err(Reason::StatementData);
    }
    let trusted_only = statement.trust.rules().android_trusted_environment_only;
    if !description.is_authorized(trusted_only) {
        return Err(Reason::KeyAuthorization);
    }
    Ok(Verified::new(AttestationType::Basic, path, statement))
}

/// The parts of a [key description] that attestation looks at.
///
/// [key description]: https://source.android.com/docs/security/features/keystore/attestation#schema
struct KeyDescription<'a> {
    challenge: &'a [u8],
    software: Authorizations,
    trusted_environment: Authorizations,
}

/// One of the two lists of authorizations.
#[derive(Clone, Copy, Default)]
struct Authorizations {
    /// Whether the set of purposes has SIGN.
    sign: Option<bool>,
    all_applications: bool,
    /// 0 is GENERATED.
    origin: Option<i64>,
}

/// Tags of the authorization list.
mod tag {
    pub(super) const PURPOSE: u32 = 1;
    pub(super) const ALL_APPLICATIONS: u32 = 600;
    pub(super) const ORIGIN: u32 = 702;
}

/// `KM_PURPOSE_SIGN`.
const PURPOSE_SIGN: i64 = 2;

/// `KM_ORIGIN_GENERATED`.
const ORIGIN_GENERATED: i64 = 0;

impl<'a> KeyDescription<'a> {
    fn parse(value: &'a [u8]) -> der::Result<Self> {
        let whole = AnyRef::from_der(value)?;
        whole.header().tag().assert_eq(Tag::Sequence)?;
        let mut fields = SliceReader::new(whole.value())?;
        let mut take = |tag: Tag| -> der::Result<AnyRef<'a>> {
            let field = AnyRef::decode(&mut fields)?;
            field.header().tag().assert_eq(tag)?;
            Ok(field)
        };
        take(Tag::Integer)?; // attestationVersion
        take(Tag::Enumerated)?; // attestationSecurityLevel
        take(Tag::Integer)?; // keymasterVersion
        take(Tag::Enumerated)?; // keymasterSecurityLevel
        let challenge = take(Tag::OctetString)?.value();
        take(Tag::OctetString)?; // uniqueId
        let software = Authorizations::parse(take(Tag::Sequence)?.value())?;
        let trusted_environment = Authorizations::parse(take(Tag::Sequence)?.value())?;
        fields.finish()?;
        Ok(Self {
            challenge,
            software,
            trusted_environment,
        })
    }

    /// "The AuthorizationList.allApplications field is not present on either authorization list",
    /// the origin is GENERATED and the purpose SIGN: over the union of the lists, or in that of
    /// the trusted environment.
    fn is_authorized(&self, trusted_only: bool) -> bool {
        let lists = [self.trusted_environment, self.software];
        if lists.iter().any(|list| list.all_applications) {
            return false;
        }
        let counted = if trusted_only { 1 } else { 2 };
        let mut origins = lists.iter().take(counted).filter_map(|list| list.origin);
        let signs = lists
            .iter()
            .take(counted)
            .any(|list| list.sign == Some(true));
        let generated = origins.next() == Some(ORIGIN_GENERATED)
            && origins.all(|origin| origin == ORIGIN_GENERATED);
        generated && signs
    }
}

impl Authorizations {
    fn parse(list: &[u8]) -> der::Result<Self> {
        let mut authorizations = Self::default();
        let mut fields = SliceReader::new(list)?;
        while !fields.is_finished() {
            let field = AnyRef::decode(&mut fields)?;
            let Tag::ContextSpecific {
                constructed: true,
                number: TagNumber(number),
            } = field.header().tag()
            else {
                return Err(der::ErrorKind::Failed.into());
            };
            let repeats = match number {
                tag::PURPOSE => {
                    let sign = has_sign(field.value())?;
                    authorizations.sign.replace(sign).is_some()
                }
                tag::ALL_APPLICATIONS => {
                    core::mem::replace(&mut authorizations.all_applications, true)
                }
                tag::ORIGIN => {
                    let origin = i64::from_der(field.value())?;
                    authorizations.origin.replace(origin).is_some()
                }
                _ => false,
            };
            // Each is there once at most: nobody could say which of two counts.
            if repeats {
                return Err(der::ErrorKind::Failed.into());
            }
        }
        Ok(authorizations)
    }
}

fn has_sign(set: &[u8]) -> der::Result<bool> {
    let set = AnyRef::from_der(set)?;
    set.header().tag().assert_eq(Tag::Set)?;
    let mut purposes = SliceReader::new(set.value())?;
    let mut sign = false;
    while !purposes.is_finished() {
        sign |= i64::decode(&mut purposes)? == PURPOSE_SIGN;
    }
    Ok(sign)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn der(tag: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        let contents = parts.concat();
        let length = u8::try_from(contents.len()).unwrap();
        [tag, &[length], &contents].concat()
    }

    fn purposes(purposes: &[u8]) -> Vec<u8> {
        let set: Vec<u8> = purposes.iter().flat_map(|one| [0x02, 0x01, *one]).collect();
        der(&[0xa1], &[&der(&[0x31], &[&set])])
    }

    fn origin(origin: u8) -> Vec<u8> {
        der(&[0xbf, 0x85, 0x3e], &[&[0x02, 0x01, origin]])
    }

    fn all_applications() -> Vec<u8> {
        der(&[0xbf, 0x84, 0x58], &[&[0x05, 0x00]])
    }

    /// `level` is the tag of the two security levels: ENUMERATED, as it should be.
    fn description(level: u8, software: &[&[u8]], trusted: &[&[u8]]) -> Vec<u8> {
        let fields = [
            [0x02, 0x01, 0x03].as_slice(),
            &[level, 0x01, 0x02],
            &[0x02, 0x01, 0x04],
            &[level, 0x01, 0x02],
            &[0x04, 0x01, 0xcc],
            &[0x04, 0x00],
            &der(&[0x30], software),
            &der(&[0x30], trusted),
        ];
        der(&[0x30], &fields)
    }

    fn authorized(software: &[&[u8]], trusted: &[&[u8]], trusted_only: bool) -> bool {
        KeyDescription::parse(&description(0x0a, software, trusted))
            .unwrap()
            .is_authorized(trusted_only)
    }

    #[test]
    fn origin_and_purpose_over_the_union_or_in_the_trusted_list() {
        let (sign, generated) = (purposes(&[2]), origin(0));
        let (sign, generated): (&[u8], &[u8]) = (&sign, &generated);
        assert!(authorized(&[], &[sign, generated], true));
        assert!(authorized(&[], &[sign, generated], false));
        assert!(authorized(&[sign, generated], &[], false));
        assert!(!authorized(&[sign, generated], &[], true));
        assert!(authorized(&[generated], &[sign], false));
        assert!(!authorized(&[generated], &[sign], true));
        assert!(!authorized(&[], &[], false));
        assert!(!authorized(&[], &[sign], false));
        assert!(!authorized(&[], &[generated], false));
    }

    #[test]
    fn every_purpose_is_read_and_every_origin_counts() {
        let (generated, imported) = (origin(0), origin(2));
        assert!(authorized(&[], &[&purposes(&[2, 3]), &generated], false));
        assert!(authorized(&[], &[&purposes(&[3, 2]), &generated], false));
        assert!(!authorized(
            &[],
            &[&purposes(&[0, 1, 3]), &generated],
            false
        ));
        assert!(!authorized(&[], &[&purposes(&[]), &generated], false));
        assert!(!authorized(
            &[&imported],
            &[&purposes(&[2]), &generated],
            false
        ));
        assert!(!authorized(&[], &[&purposes(&[2]), &imported], false));
    }

    #[test]
    fn keys_of_all_applications_are_refused_in_either_list() {
        let (sign, generated, all) = (purposes(&[2]), origin(0), all_applications());
        for trusted_only in [false, true] {
            let good: [&[u8]; 2] = [&sign, &generated];
            assert!(!authorized(&[&all], &good, trusted_only));
            assert!(!authorized(&[], &[&sign, &all, &generated], trusted_only));
        }
    }

    #[test]
    fn the_form_is_that_of_the_schema() {
        let (sign, generated) = (purposes(&[2]), origin(0));
        let good = description(0x0a, &[], &[&sign, &generated]);
        assert_eq!(KeyDescription::parse(&good).unwrap().challenge, [0xcc]);
        let integer_levels = description(0x02, &[], &[&sign, &generated]);
        assert!(KeyDescription::parse(&integer_levels).is_err());
        let (imported, all) = (origin(2), all_applications());
        for twice in [
            [&imported, &generated],
            [&generated, &generated],
            [&sign, &sign],
            [&all, &all],
        ] {
            let twice = twice.map(Vec::as_slice);
            assert!(KeyDescription::parse(&description(0x0a, &[], &twice)).is_err());
            assert!(KeyDescription::parse(&description(0x0a, &twice, &[])).is_err());
        }
        let trailing = [good.as_slice(), &[0]].concat();
        assert!(KeyDescription::parse(&trailing).is_err());
        for length in 0..good.len() {
            assert!(KeyDescription::parse(&good[..length]).is_err(), "{length}");
        }
    }
}
